// SPDX-License-Identifier: MIT
// `hybrid test`: builds a project's contracts, then runs what is in its folder tests:
//
//     NAME_test.c   functions test_*, by name in the program's symbols; setup() before each
//     NAME.sol      contracts with functions test*() without arguments; setUp() before each
//     NAME.json     a play file
#include <string.h>

#include "app/cli/elf_view.h"
#include "app/cli/files.h"
#include "app/cli/kit/build.h"
#include "app/cli/kit/command.h"
#include "app/cli/kit/commands.h"
#include "app/cli/kit/test_run.h"
#include "lib/base/bytes.h"
#include "lib/os/file.h"

#define GAS_DEFAULT 100000000u
#define IMAGE_MAX (16u << 20) // bytes

enum {
#define TEST_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/kit/test_options.def"
    OPTION_COUNT
};

static const struct option_row rows[] = {
#define TEST_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/kit/test_options.def"
};

static const struct option_set option_set = {
    .command = "test",
    .operand = "FILE...",
    .operands_min = 0,
    .operands_max = OPERANDS_MAX,
    .about =
        "Builds the contracts of the folder contracts and runs tests (those of the folder tests "
        "without FILE)\n"
        "in the real machine, each on a fresh state: functions test_* of NAME_test.c, "
        "functions test* of the\n"
        "contracts in NAME.sol, and play files NAME.json. The exit status is 0 if all passed, "
        "1 if not.",
    .examples = "  hybrid test\n"
                "  hybrid test tests/token_test.c --match transfer --verbose\n"
                "  hybrid test --calls\n",
    .row = rows,
    .count = OPTION_COUNT,
};

struct tester {
    struct test_run run;
    struct build build;    // of the contracts and C tests
    struct build solidity; // of tests in Solidity: their artifacts are kept apart
    enum fault fault;
};

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

// ---- tests in C ---------------------------------------------------------------------------------

static u64 symbol_at(const struct elf_view *v, const char *name)
{
    for (usize i = 0; i < v->symbol_count; i++) {
        if (v->symbol[i].is_function && strcmp(v->symbol[i].name, name) == 0) {
            return v->symbol[i].gva;
        }
    }
    return 0;
}

static bool run_functions(struct tester *t, const struct elf_view *v, bytes code)
{
    u64 setup = symbol_at(v, "setup");
    for (usize i = 0; i < v->symbol_count && t->fault == FAULT_NONE; i++) {
        const struct elf_symbol *s = &v->symbol[i];
        if (!s->is_function || strncmp(s->name, "test_", 5) != 0 ||
            !test_wanted(&t->run, s->name)) {
            continue;
        }
        u8 input[16];
        usize n = 0;
        if (setup != 0) {
            store_le64(input, setup);
            n = 8;
        }
        store_le64(input + n, s->gva);
        struct test_case c = {
            .name = s->name, .code = code, .input = {{input, n + 8}}, .input_count = 1};
        t->fault = test_run_case(&t->run, &c);
    }
    return t->fault == FAULT_NONE;
}

// Debug builds have their symbols; what runs is stripped as a contract is.
static bool run_c_file(struct tester *t, const char *path)
{
    struct elf_view v = {0};
    struct buf elf = {0};
    struct buf code = {0};
    struct buf name = {0};
    struct buf linked = {0};
    struct buf image = {0};
    struct build *b = &t->build;
    work_base_name(&name, path);
    work_text(&linked, "%s/%s.debug.elf", b->plan.out, (const char *)name.p);
    work_text(&image, "%s/obj/%s/test.elf", b->plan.out, (const char *)name.p);
    buf_put_u8(&code, 0xFF);
    bool ok = build_c_test(b, &elf, path) &&
              build_finish(b, "image", (const char *)linked.p, (const char *)image.p) &&
              os_read_file(&code, &b->why, (const char *)image.p, IMAGE_MAX) == FAULT_NONE;
    if (ok && elf_view_open(&v, buf_bytes(&elf))) {
        ok = run_functions(t, &v, buf_bytes(&code));
    } else {
        test_run_broken(&t->run, file_name(path), buf_bytes(&b->why));
        buf_clear(&b->why);
    }
    elf_view_fini(&v);
    buf_fini(&elf);
    buf_fini(&code);
    buf_fini(&name);
    buf_fini(&linked);
    buf_fini(&image);
    return t->fault == FAULT_NONE;
}

// ---- tests in Solidity --------------------------------------------------------------------------

static enum fault read_artifact(void *ctx, const json_value *root)
{
    return sol_abi_add_json(ctx, root);
}

static bool run_contract(struct tester *t, const struct built *made)
{
    struct sol_abi abi;
    struct buf path = {0};
    struct buf init_code = {0};
    struct buf why = {0};
    sol_abi_init(&abi);
    const char *out = t->solidity.plan.out;
    bool ok =
        os_read_file(&init_code, &why, work_text(&path, "%s/%s.deploy", out, made->name),
                     IMAGE_MAX) == FAULT_NONE &&
        read_json_file(&why, work_text(&path, "%s/%s.json", out, made->name), read_artifact, &abi);
    const struct sol_item *setup = sol_abi_named(&abi, SOL_ITEM_FUNCTION, "setUp()");
    for (u32 i = 0; ok && i < abi.count && t->fault == FAULT_NONE; i++) {
        const struct sol_item *item = &abi.item[i];
        if (item->kind != SOL_ITEM_FUNCTION || strncmp(item->name, "test", 4) != 0 ||
            item->input.inner_count > 0 || !test_wanted(&t->run, item->name)) {
            continue;
        }
        struct test_case c = {.name = item->name, .init_code = buf_bytes(&init_code)};
        if (setup != NULL) {
            c.input[c.input_count++] = (bytes){setup->hash.b, 4};
        }
        c.input[c.input_count++] = (bytes){item->hash.b, 4};
        t->fault = test_run_case(&t->run, &c);
    }
    if (!ok) {
        test_run_broken(&t->run, made->name, buf_bytes(&why));
    }
    sol_abi_fini(&abi);
    buf_fini(&path);
    buf_fini(&init_code);
    buf_fini(&why);
    return t->fault == FAULT_NONE;
}

static bool run_solidity_file(struct tester *t, const char *path)
{
    u32 first = t->solidity.made_count;
    if (!build_source(&t->solidity, path)) {
        test_run_broken(&t->run, file_name(path), buf_bytes(&t->solidity.why));
        buf_clear(&t->solidity.why);
        return true;
    }
    for (u32 i = first; i < t->solidity.made_count; i++) {
        if (!run_contract(t, &t->solidity.made[i])) {
            return false;
        }
    }
    return true;
}

// ---- files --------------------------------------------------------------------------------------

static bool run_file(struct tester *t, const char *path)
{
    bool is_c = work_ends_with(path, "_test.c");
    bool is_play = work_ends_with(path, ".json");
    if (!is_c && !is_play && !work_ends_with(path, ".sol")) {
        return true; // headers and data beside the tests
    }
    if (is_play && !test_wanted(&t->run, path)) {
        return true;
    }
    buf_printf(&t->run.out, "%s\n", path);
    u32 before = t->run.passed + t->run.failed;
    bool ok = true;
    if (is_play) {
        if (!test_run_play(&t->run, path)) {
            test_run_broken(&t->run, file_name(path), buf_bytes(&t->run.why));
            buf_clear(&t->run.why);
        }
    } else {
        ok = is_c ? run_c_file(t, path) : run_solidity_file(t, path);
    }
    if (ok && t->run.passed + t->run.failed == before) {
        buf_put_text(&t->run.out, "    no tests\n");
    }
    return ok;
}

static bool run_folder(struct tester *t, struct buf *why, const char *folder)
{
    struct os_names names = {0};
    struct buf path = {0};
    bool ok = os_list_folder(&names, why, folder) == FAULT_NONE;
    for (usize i = 0; ok && i < names.count; i++) {
        ok = run_file(t, work_text(&path, "%s/%s", folder, names.name[i]));
    }
    os_names_fini(&names);
    buf_fini(&path);
    return ok;
}

static bool run_all(struct tester *t, struct options *o)
{
    bool ok = true;
    for (u32 i = 0; ok && i < o->operand_count; i++) {
        if (!work_is_file(o->operand[i])) {
            buf_printf(&o->why, "there is no file %s", o->operand[i]);
            return false;
        }
        ok = run_file(t, o->operand[i]);
    }
    return ok && (o->operand_count > 0 || run_folder(t, &o->why, "tests"));
}

static int finish(struct tester *t)
{
    if (t->fault != FAULT_NONE) {
        buf_put_u8(&t->run.why, 0);
        return cli_fault("test", t->fault, (const char *)t->run.why.p);
    }
    buf_printf(&t->run.out, "\n%u passed, %u failed\n", t->run.passed, t->run.failed);
    int status = cli_print("test", &t->run.out);
    bool ok = t->run.failed == 0 && t->run.passed > 0;
    return status != CLI_OK ? status : ok ? CLI_OK : CLI_FAILED;
}

static int test_with(struct options *o, const struct test_params *params, const char *kit)
{
    struct tester t = {.fault = FAULT_NONE};
    struct buf folder = {0};
    struct build_plan plan = {.kit = kit, .out = "build", .optimize = "s"};
    int status = CLI_USAGE;
    plan.out = option_given(o, OPTION_OUT) ? o->value[OPTION_OUT] : plan.out;
    build_init(&t.build, &plan);
    plan.out = work_text(&folder, "%s/tests", plan.out);
    build_init(&t.solidity, &plan);
    test_run_init(&t.run, params);
    bool has_contracts = os_is_folder("contracts");
    if (has_contracts && !build_folder(&t.build, "contracts")) {
        buf_put(&o->why, t.build.why.p, t.build.why.n);
        status = CLI_FAILED;
    } else if (run_all(&t, o) || t.fault != FAULT_NONE) {
        status = finish(&t);
    }
    test_run_fini(&t.run);
    build_fini(&t.build);
    build_fini(&t.solidity);
    buf_fini(&folder);
    return status;
}

static int test(struct options *o)
{
    static const char *const forms[] = {"riscv", "native"};
    struct test_params params = {.gas = GAS_DEFAULT,
                                 .match = o->value[OPTION_MATCH],
                                 .calls = option_given(o, OPTION_CALLS),
                                 .verbose = option_given(o, OPTION_VERBOSE)};
    struct buf kit = {0};
    u32 form = 0;
    int status = CLI_USAGE;
    if (o->operand_count == 0 && !os_is_folder("tests")) {
        buf_put_text(&o->why, "there is no folder tests here; name files, or make a project with "
                              "`hybrid new`");
    } else if (option_u64(&params.gas, o, OPTION_GAS, (u64)1 << 48) &&
               option_choice(&form, o, OPTION_EVM, forms, 2) &&
               work_folder(&kit, &o->why, o->value[OPTION_KIT])) {
        params.form = form == 0 ? VM_EVM_GUEST : VM_EVM_NATIVE;
        status = test_with(o, &params, (const char *)kit.p);
    }
    buf_fini(&kit);
    return status;
}

int cmd_test(int argc, char **argv)
{
    return work_command(&option_set, argc, argv, test);
}
