// SPDX-License-Identifier: MIT
// `hybrid run`: executes code or a call on a fresh or given state. This file turns options into a
// plan (run.h).
#include <string.h>

#include "app/api/transaction.h"
#include "app/cli/chain_config.h"
#include "app/cli/cli.h"
#include "app/cli/files.h"
#include "app/cli/run.h"
#include "lib/num/u256.h"

enum {
#define RUN_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/run_options.def"
    OPTION_COUNT
};

static const struct option_row rows[] = {
#define RUN_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/run_options.def"
};
static_assert(OPTION_COUNT <= OPTIONS_MAX, "one place for each option");

static const struct option_set option_set = {
    .command = "run",
    .about = "Executes code or a call on a fresh or given state and prints what it did. Code that "
             "begins with\n"
             "FF is RISC-V, all other code is EVM code, which runs inside the same RV64 machine. "
             "HEX may\n"
             "begin with 0x; a FILE is hex text if it holds only hex digits, a leading 0x and "
             "white space,\n"
             "else raw bytes. The exit status is 0 if a result was printed (also a revert or "
             "halt), 2 after\n"
             "an error of use, 3 after a fault of the machinery.",
    .examples = "  hybrid run --code 0x60016000526001601ff3 --json\n"
                "  hybrid run --code @fib.elf --input 0x20 --gas 5000000\n"
                "  hybrid run --deploy token.elf --args 0x64 --input 0x18160ddd --calls\n"
                "  hybrid run --code @Token.bin --create --json\n"
                "  hybrid run --alloc alloc.json --env env.json --to "
                "0x0000000000000000000000000000000000001000\n"
                "  hybrid run --code 0x5b600056 --gas 100000 --fork berlin --trace -\n"
                "  hybrid run --code @bench.elf --repeat 1000 --json\n",
    .row = rows,
    .count = OPTION_COUNT,
};

// ---- options to plan ----------------------------------------------------------------------------

static bool read_code(struct run_plan *p, struct options *o)
{
    bool creates = option_given(o, OPTION_CREATE);
    bool deploys = option_given(o, OPTION_DEPLOY);
    if (option_given(o, OPTION_CODE) && deploys) {
        return option_conflict(o, OPTION_CODE, OPTION_DEPLOY, "only one of them says what runs");
    }
    if (creates && !option_given(o, OPTION_CODE)) {
        return option_conflict(o, OPTION_CREATE, OPTION_CODE,
                               "the first needs init code by the second");
    }
    if (option_given(o, OPTION_ARGS) && !creates && !deploys) {
        return option_refuse(o, OPTION_ARGS, "only a creation has arguments; a call's are --input");
    }
    if (option_given(o, OPTION_INPUT) && creates) {
        return option_conflict(o, OPTION_INPUT, OPTION_CREATE,
                               "a creation has no calldata; constructor arguments are --args");
    }
    if (option_given(o, OPTION_TO) && (creates || deploys)) {
        return option_conflict(o, OPTION_TO, creates ? OPTION_CREATE : OPTION_DEPLOY,
                               "the address of what is created cannot be chosen");
    }
    struct buf args = {0};
    bool ok = option_data(&p->code, o, OPTION_CODE) && option_file(&p->code, o, OPTION_DEPLOY) &&
              option_data(&args, o, OPTION_ARGS) && option_data(&p->input, o, OPTION_INPUT);
    p->has_code = option_given(o, OPTION_CODE);
    p->kind = creates ? RUN_CREATE : deploys ? RUN_DEPLOY : RUN_CALL;
    if (deploys) {
        container_wrap(&p->code, buf_bytes(&args));
    } else if (creates) {
        buf_put(&p->code, args.p, args.n);
    } else {
        container_mark_elf(&p->code);
    }
    buf_fini(&args);
    return ok;
}

static bool read_fork(struct run_plan *p, struct options *o)
{
    const char *name = o->value[OPTION_FORK];
    if (name == NULL || fork_from_name(&p->session.fork, name)) {
        return true;
    }
    struct buf names = {0};
    for (u32 f = 0; f < FORK_COUNT; f++) {
        buf_printf(&names, "%s%s", f == 0 ? "" : ", ", fork_name((enum fork)f));
    }
    option_refuse(o, OPTION_FORK, "\"%.60s\" is not a fork; they are %.*s", name, (int)names.n,
                  (const char *)names.p);
    buf_fini(&names);
    return false;
}

static enum fault read_alloc(void *ctx, const json_value *root)
{
    struct run_plan *p = ctx;
    return alloc_read(&p->alloc, root);
}

static enum fault read_environment(void *ctx, const json_value *root)
{
    struct run_plan *p = ctx;
    return environment_read(&p->session.environment, root);
}

static enum fault read_genesis(void *ctx, const json_value *root)
{
    struct run_plan *p = ctx;
    struct vm_block *block = &p->session.environment.block;
    struct chain_config c;
    TRY(chain_config_read(&c, root, block->number, block->timestamp));
    p->session.params = c.params;
    if (c.has_fork) {
        p->session.fork = c.fork;
    }
    if (c.has_chain_id && !p->session.environment.has_chain_id) {
        block->chain_id = c.chain_id;
    }
    return FAULT_NONE;
}

// The environment first: its number and time choose the fork among the configuration's.
static bool read_files(struct run_plan *p, struct options *o)
{
    p->has_alloc = option_given(o, OPTION_ALLOC);
    return option_json(o, OPTION_ENV, read_environment, p) &&
           option_json(o, OPTION_GENESIS, read_genesis, p) &&
           option_json(o, OPTION_ALLOC, read_alloc, p);
}

static bool read_options(struct run_plan *p, struct options *o)
{
    static const char *const forms[] = {"riscv", "native"};
    static const char *const switches[] = {"on", "off"};
    u32 form = 0;
    u32 off = 0;
    bool ok = read_code(p, o) && option_u256(&p->value, o, OPTION_VALUE) &&
              option_u64(&p->gas, o, OPTION_GAS, RUN_GAS_MAX) &&
              option_address(&p->from, o, OPTION_FROM) && option_address(&p->to, o, OPTION_TO) &&
              option_choice(&form, o, OPTION_EVM, forms, 2) &&
              option_choice(&off, o, OPTION_RISCV, switches, 2) &&
              option_u64(&p->repeat, o, OPTION_REPEAT, RUN_REPEAT_MAX) && read_files(p, o) &&
              read_fork(p, o);
    if (ok && p->repeat == 0) {
        return option_refuse(o, OPTION_REPEAT,
                             "\"0\" is no number of executions; for example: --repeat 1000");
    }
    p->form = form == 0 ? VM_EVM_GUEST : VM_EVM_NATIVE;
    if (option_given(o, OPTION_RISCV)) {
        p->session.params.riscv = off == 0;
    }
    p->trace_path = o->value[OPTION_TRACE];
    p->calls = option_given(o, OPTION_CALLS);
    p->json = option_given(o, OPTION_JSON);
    return ok;
}

int cmd_run(int argc, char **argv)
{
    struct options o;
    struct run_plan plan;
    run_plan_init(&plan, "run");
    int status;
    if (!options_parse(&o, &option_set, argc, argv)) {
        status = cli_refuse("run", &o.why);
    } else if (o.help) {
        struct buf text = {0};
        options_put_help(&text, &option_set);
        status = cli_print("run", &text);
        buf_fini(&text);
    } else if (!read_options(&plan, &o)) {
        status = cli_refuse("run", &o.why);
    } else {
        status = run_plan_execute(&plan);
    }
    run_plan_fini(&plan);
    options_fini(&o);
    return status;
}
