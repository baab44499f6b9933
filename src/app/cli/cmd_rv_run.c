// SPDX-License-Identifier: MIT
// `hybrid rv run`: a contract program by itself, as `hybrid run --code @ELF` on an empty chain,
// with the figures of the machine and a trace of its instructions.
#include "app/api/transaction.h"
#include "app/cli/cli.h"
#include "app/cli/run.h"
#include "engine/rv/hv1.h"
#include "lib/base/bytes.h"

#define NO_HEADER (~0u)         // of hv1_validate: the fault is in no program header
#define GAS_DEFAULT 1000000000u // 4 G cycles: programs that compute, not transactions

enum {
#define RV_RUN_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/rv_run_options.def"
    OPTION_COUNT
};

static const struct option_row rows[] = {
#define RV_RUN_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/rv_run_options.def"
};

static const struct option_set option_set = {
    .command = "rv run",
    .operand = "ELF",
    .operands_min = 1,
    .operands_max = 1,
    .about = "Runs a contract program (an HV1 image with or without its FF) as the code of an "
             "account on an\n"
             "empty chain and prints what it returned, its gas, cycles, instructions and pages.",
    .examples = "  hybrid rv run fib.elf --input 0x20\n"
                "  hybrid rv run sieve.elf --repeat 10 --json\n"
                "  hybrid rv run hello.elf --trace -\n",
    .row = rows,
    .count = OPTION_COUNT,
};

// On chain such code halts with bad_image and no more; here is the place to say why.
static bool check_image(struct options *o, bytes container)
{
    struct hv1_image image;
    u32 at = NO_HEADER;
    const enum hv1_verdict v =
        hv1_validate(&image, &at, bytes_slice(container, 1, container.n - 1));
    if (v == HV1_OK) {
        return true;
    }
    buf_printf(&o->why, "%s is not an HV1 image: ", o->operand[0]);
    if (at != NO_HEADER) {
        buf_printf(&o->why, "program header %u: ", at);
    }
    buf_printf(&o->why, "%s; link it by the SDK; bare-metal programs are run by `hybrid rv test`",
               hv1_verdict_text(v));
    return false;
}

static bool read_options(struct run_plan *p, struct options *o)
{
    struct buf why = {0};
    p->gas = GAS_DEFAULT;
    p->has_code = true;
    bool ok = read_data_file(&p->code, &why, o->operand[0]);
    if (!ok) {
        buf_put(&o->why, why.p, why.n);
    }
    buf_fini(&why);
    container_mark_elf(&p->code);
    ok = ok && option_data(&p->input, o, OPTION_INPUT) &&
         option_u64(&p->gas, o, OPTION_GAS, RUN_GAS_MAX) &&
         option_u64(&p->repeat, o, OPTION_REPEAT, RUN_REPEAT_MAX);
    if (ok && p->repeat == 0) {
        return option_refuse(o, OPTION_REPEAT,
                             "\"0\" is no number of executions; for example: --repeat 10");
    }
    if (ok && (p->code.n == 0 || p->code.p[0] != 0xff)) {
        buf_printf(&o->why, "%s is not an ELF; EVM code is run by `hybrid run --code`",
                   o->operand[0]);
        return false;
    }
    if (ok && !check_image(o, buf_bytes(&p->code))) {
        return false;
    }
    p->trace_path = o->value[OPTION_TRACE];
    p->trace_rv = true;
    p->calls = option_given(o, OPTION_CALLS);
    p->json = option_given(o, OPTION_JSON);
    return ok;
}

int cmd_rv_run(int argc, char **argv)
{
    struct options o;
    struct run_plan plan;
    run_plan_init(&plan, "rv run");
    int status;
    if (!options_parse(&o, &option_set, argc, argv)) {
        status = cli_refuse("rv run", &o.why);
    } else if (o.help) {
        struct buf text = {0};
        options_put_help(&text, &option_set);
        status = cli_print("rv run", &text);
        buf_fini(&text);
    } else if (!read_options(&plan, &o)) {
        status = cli_refuse("rv run", &o.why);
    } else {
        status = run_plan_execute(&plan);
    }
    run_plan_fini(&plan);
    options_fini(&o);
    return status;
}
