// SPDX-License-Identifier: MIT
// `hybrid build`: contracts of their sources, and how large they are.
#include "app/cli/kit/build.h"
#include "app/cli/kit/command.h"
#include "app/cli/kit/commands.h"
#include "core/trace/put.h"
#include "lib/codec/json_write.h"
#include "lib/os/file.h"

#define PAGE_SIZE 4096u
#define STACK_MAX (2u << 20)
#define DEPOSIT_GAS 200u // a byte, spec/gas.def; a chain may have another price for RISC-V code

enum {
#define BUILD_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/kit/build_options.def"
    OPTION_COUNT
};

static const struct option_row rows[] = {
#define BUILD_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/kit/build_options.def"
};

static const struct option_set option_set = {
    .command = "build",
    .operand = "SOURCE...",
    .operands_min = 0,
    .operands_max = OPERANDS_MAX,
    .about =
        "Builds contracts: NAME.c (gcc for RISC-V), NAME.sol (solc), folders with a Cargo.toml "
        "(Rust); without\n"
        "SOURCE all those of the folder contracts. Of each it makes NAME.json (the artifact), "
        "NAME.abi.json,\n"
        "NAME.code (the image), NAME.deploy (init code) and, for RISC-V, NAME.debug.elf. What "
        "a C or Rust\n"
        "contract offers is written in NAME.abi beside it: lines such as\n"
        "  function transfer(address to, uint256 amount) returns (bool)",
    .examples = "  hybrid build\n"
                "  hybrid build contracts/token.c --optimize 2\n"
                "  hybrid build Token.sol --out artifacts\n",
    .row = rows,
    .count = OPTION_COUNT,
};

static void put_report(struct buf *text, const struct build *b)
{
    buf_printf(text, "%-20s %-18s %9s %9s %12s %s\n", "contract", "kind", "code", "deploy",
               "deposit", "artifact");
    for (u32 i = 0; i < b->made_count; i++) {
        const struct built *m = &b->made[i];
        struct buf kind = {0};
        buf_printf(&kind, "%s (%s)", m->is_riscv ? "RISC-V" : "EVM", m->language);
        buf_printf(text, "%-20s %-18.*s %7zu B %7zu B %8zu gas %s/%s.json\n", m->name, (int)kind.n,
                   (const char *)kind.p, m->code_size, m->deploy_size, m->code_size * DEPOSIT_GAS,
                   b->plan.out, m->name);
        buf_fini(&kind);
    }
}

static void put_json(struct buf *text, const struct build *b)
{
    struct json_writer w;
    json_write_init(&w, text, 0);
    json_begin_list(&w, NULL);
    for (u32 i = 0; i < b->made_count; i++) {
        const struct built *m = &b->made[i];
        json_begin_object(&w, NULL);
        json_put_text(&w, "name", m->name);
        json_put_text(&w, "kind", m->is_riscv ? "riscv" : "evm");
        json_put_text(&w, "language", m->language);
        json_put_number(&w, "codeSize", m->code_size);
        json_put_number(&w, "deploySize", m->deploy_size);
        json_put_number(&w, "functions", m->functions);
        json_end(&w);
    }
    json_end(&w);
    buf_put_u8(text, '\n');
}

static bool build_all(struct build *b, const struct options *o)
{
    for (u32 i = 0; i < o->operand_count; i++) {
        if (!build_source(b, o->operand[i])) {
            return false;
        }
    }
    return o->operand_count > 0 || build_folder(b, "contracts");
}

static int build(struct options *o)
{
    static const char *const levels[] = {"0", "1", "2", "3", "s"};
    struct buf kit = {0};
    struct build_plan plan = {.out = "build"};
    u32 level = 4;
    if (!option_u64(&plan.stack, o, OPTION_STACK, STACK_MAX) ||
        !option_choice(&level, o, OPTION_OPTIMIZE, levels, 5)) {
        return CLI_USAGE;
    }
    if (plan.stack % PAGE_SIZE != 0) {
        option_refuse(o, OPTION_STACK, "%s is no multiple of %u", o->value[OPTION_STACK],
                      PAGE_SIZE);
        return CLI_USAGE;
    }
    if (o->operand_count == 0 && !os_is_folder("contracts")) {
        buf_put_text(&o->why, "there is no folder contracts here; name a source, or make a project "
                              "with `hybrid new`");
        return CLI_USAGE;
    }
    if (!work_folder(&kit, &o->why, o->value[OPTION_KIT])) {
        buf_fini(&kit);
        return CLI_USAGE;
    }
    plan.kit = (const char *)kit.p;
    plan.optimize = levels[level];
    plan.out = option_given(o, OPTION_OUT) ? o->value[OPTION_OUT] : plan.out;
    struct build b;
    struct buf text = {0};
    build_init(&b, &plan);
    int status = CLI_FAILED;
    if (build_all(&b, o)) {
        if (option_given(o, OPTION_JSON)) {
            put_json(&text, &b);
        } else {
            put_report(&text, &b);
        }
        status = cli_print("build", &text);
    } else {
        buf_put(&o->why, b.why.p, b.why.n);
    }
    build_fini(&b);
    buf_fini(&text);
    buf_fini(&kit);
    return status;
}

int cmd_build(int argc, char **argv)
{
    return work_command(&option_set, argc, argv, build);
}
