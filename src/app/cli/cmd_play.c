// SPDX-License-Identifier: MIT
// `hybrid play`: plays a file of steps on one state (docs/play.md).
#include <stdio.h>
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/files.h"
#include "app/cli/options.h"
#include "app/cli/play.h"

enum {
#define PLAY_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/play_options.def"
    OPTION_COUNT
};

static const struct option_row rows[] = {
#define PLAY_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/play_options.def"
};

static const struct option_set option_set = {
    .command = "play",
    .operand = "FILE.json",
    .operands_min = 1,
    .operands_max = 1,
    .about =
        "Plays a list of steps (deploy, call, set balance …) on one state, tells what each did, "
        "and\n"
        "checks what the file expects of it. The exit status is 0 if every step did what was\n"
        "expected, 1 if one did not, 2 if the file is wrong, 3 after a fault of the machinery.",
    .examples = "  hybrid play demo/demo.json\n"
                "  hybrid play --calls --only 3 demo/demo.json\n"
                "  hybrid play --evm native --json demo/demo.json\n",
    .row = rows,
    .count = OPTION_COUNT,
};

struct playing {
    struct play play;
    enum fault fault;
};

static bool print_text(void *ctx, struct buf *text)
{
    (void)ctx;
    bool ok = fwrite(text->p, 1, text->n, stdout) == text->n && fflush(stdout) == 0;
    buf_clear(text);
    return ok;
}

// A fault of the machinery is kept apart from refusals of the file.
static enum fault play_root(void *ctx, const json_value *root)
{
    struct playing *p = ctx;
    p->fault = play_all(&p->play, root, print_text, NULL);
    return p->fault;
}

static int finish(struct playing *p)
{
    struct play *play = &p->play;
    if (!play->params.json) {
        buf_printf(&play->out, "\n%u steps, %u failed\n", play->step_count, play->failed_count);
    }
    int status = cli_print("play", &play->out);
    return status != CLI_OK ? status : play->failed_count > 0 ? CLI_FAILED : CLI_OK;
}

static int play_file(struct playing *p, const char *path)
{
    struct buf why = {0};
    int status;
    if (read_json_file(&why, path, play_root, p)) {
        status = finish(p);
    } else if (p->fault != FAULT_NONE && p->fault != FAULT_BAD_INPUT) {
        const struct vm *vm = p->play.session.vm;
        status = cli_fault("play", p->fault, vm != NULL ? vm_fault_detail(vm) : "");
    } else {
        struct buf text = {0};
        buf_put(&text, p->play.why.p, p->play.why.n);
        buf_put(&text, why.p, why.n);
        status = cli_refuse("play", &text);
        buf_fini(&text);
    }
    buf_fini(&why);
    return status;
}

static bool read_options(struct play_params *params, struct options *o)
{
    static const char *const forms[] = {"riscv", "native"};
    u32 form = 0;
    u64 only = 0;
    if (!option_choice(&form, o, OPTION_EVM, forms, 2) ||
        !option_u64(&only, o, OPTION_ONLY, 1000000)) {
        return false;
    }
    if (option_given(o, OPTION_ONLY) && only == 0) {
        return option_refuse(o, OPTION_ONLY, "steps are counted from 1; for example: --only 3");
    }
    params->form = form == 0 ? VM_EVM_GUEST : VM_EVM_NATIVE;
    params->only = (u32)only;
    params->calls = option_given(o, OPTION_CALLS);
    params->json = option_given(o, OPTION_JSON);
    return true;
}

static int play_with(struct options *o)
{
    struct buf folder = {0};
    const char *path = o->operand[0];
    const char *slash = strrchr(path, '/');
    buf_put(&folder, path, slash != NULL ? (usize)(slash - path) + 1 : 0);
    buf_put_u8(&folder, 0);
    struct play_params params = {.folder = (const char *)folder.p};
    int status;
    if (!read_options(&params, o)) {
        status = cli_refuse("play", &o->why);
    } else {
        struct playing p = {0};
        play_init(&p.play, &params);
        status = play_file(&p, path);
        play_fini(&p.play);
    }
    buf_fini(&folder);
    return status;
}

int cmd_play(int argc, char **argv)
{
    struct options o;
    int status;
    if (!options_parse(&o, &option_set, argc, argv)) {
        status = cli_refuse("play", &o.why);
    } else if (o.help) {
        struct buf text = {0};
        options_put_help(&text, &option_set);
        status = cli_print("play", &text);
        buf_fini(&text);
    } else {
        status = play_with(&o);
    }
    options_fini(&o);
    return status;
}
