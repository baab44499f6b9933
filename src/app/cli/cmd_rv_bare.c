// SPDX-License-Identifier: MIT
// `hybrid rv test`: runs bare-metal RISC-V test programs, each on a machine of its own, and says
// which pass. A line each, then `N passed, N failed`; a file that is no such program counts as
// failed and is named with the reason.
#include <inttypes.h>
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/options.h"
#include "engine/rv/bare/bare.h"
#include "lib/base/mem.h"
#include "lib/os/file.h"

#define ELF_SIZE_MAX (1u << 30)
#define STEPS_MAX (1ull << 53)

enum { OPTION_SIGNATURE, OPTION_GRANULARITY, OPTION_MAX, OPTION_COUNT };

static const struct option_row ROWS[OPTION_COUNT] = {
    [OPTION_SIGNATURE] = {"signature", "FILE",
                          "write memory from begin_signature to end_signature, as lines of hex",
                          "add.signature"},
    [OPTION_GRANULARITY] = {"signature-granularity", "N", "bytes a line: 1, 2, 4 (default), 8, 16",
                            "4"},
    [OPTION_MAX] = {"max", "N", "instructions and traps before a program counts as endless",
                    "1000000"},
};

static const struct option_set SET = {
    .command = "rv test",
    .operand = "ELF...",
    .operands_min = 0,
    .operands_max = 0, // they are taken out before: there may be hundreds
    .about = "Runs RISC-V test programs on a bare RV64GC machine (machine, supervisor and user "
             "mode, paging,\n"
             "traps) and prints PASS or FAIL for each. A program passes by storing 1 to its symbol "
             "`tohost`,\n"
             "or by ecall with a7 = 93 and a0 = 0 if it has no `tohost` or has set no trap vector.",
    .examples = "  hybrid rv test build/rv/*.elf\n"
                "  hybrid rv test --signature=add.signature add.elf\n",
    .row = ROWS,
    .count = OPTION_COUNT,
};

// Divides the arguments into options with their values (to *options, which gets argv[0] too) and
// operands.
static void split(char **options, int *option_count, char **operands, int *operand_count, int argc,
                  char **argv)
{
    bool only_operands = false;
    options[(*option_count)++] = argv[0];
    for (int i = 1; i < argc; i++) {
        const char *text = argv[i];
        if (only_operands || text[0] != '-' || text[1] == 0) {
            operands[(*operand_count)++] = argv[i];
        } else if (strcmp(text, "--") == 0) {
            only_operands = true;
        } else {
            options[(*option_count)++] = argv[i];
            for (u32 r = 0; r < OPTION_COUNT; r++) { // every option here has a value
                const bool matches = text[1] == '-' && strcmp(text + 2, ROWS[r].name) == 0;
                if (matches && i + 1 < argc) {
                    options[(*option_count)++] = argv[++i];
                    break;
                }
            }
        }
    }
}

// "rv64ui-p-add" of "tests/rv64ui-p-add" or "tests/rv64ui-p-add.elf".
static void put_name(struct buf *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    usize n = strlen(name);
    if (n > 4 && strcmp(name + n - 4, ".elf") == 0) {
        n -= 4;
    }
    buf_put(out, name, n);
}

// Runs one file and appends its line; true if it passed. The signature is written if a path for it
// is given.
static bool run_file(struct buf *out, const char *path, const struct bare_options *how,
                     const char *signature_path)
{
    struct buf elf = {0};
    struct buf why = {0};
    struct bare_result result = {.end = BARE_REFUSED};
    enum fault f = os_read_file(&elf, &why, path, ELF_SIZE_MAX);
    if (f == FAULT_NONE) {
        bare_run(how, buf_bytes(&elf), &result);
        if (result.end == BARE_REFUSED) {
            buf_printf(&why, "%s: ", path);
            buf_put(&why, result.text.p, result.text.n);
        } else if (signature_path != NULL && result.no_signature != NULL) {
            f = FAULT_BAD_INPUT;
            buf_printf(&why, "no signature: %s", result.no_signature);
        } else if (signature_path != NULL) {
            f = os_write_file(&why, signature_path, buf_bytes(&result.signature));
        }
    }
    const bool passed = f == FAULT_NONE && result.end == BARE_PASSED;
    buf_put_text(out, passed ? "PASS " : "FAIL ");
    put_name(out, path);
    if (passed) {
        buf_printf(out, " %" PRIu64 "\n", result.instructions);
    } else if (why.n > 0) {
        buf_printf(out, " (%.*s)\n", (int)why.n, (const char *)why.p);
    } else {
        buf_printf(out, result.end == BARE_FAILED ? " %.*s\n" : " (%.*s)\n", (int)result.text.n,
                   (const char *)result.text.p);
    }
    bare_result_fini(&result);
    buf_fini(&why);
    buf_fini(&elf);
    return passed;
}

static int run_files(const struct bare_options *how, const char *signature_path, char **files,
                     int count)
{
    struct buf out = {0};
    u32 passed = 0;
    int status = CLI_OK;
    for (int i = 0; i < count && status == CLI_OK; i++) {
        passed += run_file(&out, files[i], how, signature_path);
        status = cli_print(SET.command, &out);
    }
    if (status == CLI_OK) {
        buf_printf(&out, "%u passed, %u failed\n", passed, (u32)count - passed);
        status = cli_print(SET.command, &out);
    }
    buf_fini(&out);
    return status != CLI_OK ? status : passed == (u32)count ? CLI_OK : CLI_FAILED;
}

// Fills *how; false: o->why says what is wrong.
static bool read_options(struct bare_options *how, struct options *o, int file_count)
{
    u64 grain = 4;
    *how = (struct bare_options){.signature = option_given(o, OPTION_SIGNATURE)};
    if (!option_u64(&how->steps_max, o, OPTION_MAX, STEPS_MAX) ||
        !option_u64(&grain, o, OPTION_GRANULARITY, 16)) {
        return false;
    }
    if (option_given(o, OPTION_MAX) && how->steps_max == 0) {
        return option_refuse(o, OPTION_MAX, "must be at least 1");
    }
    if (grain == 0 || (grain & (grain - 1)) != 0) {
        return option_refuse(o, OPTION_GRANULARITY, "must be 1, 2, 4, 8 or 16");
    }
    how->signature_grain = (u32)grain;
    if (file_count == 0) {
        buf_put_text(&o->why, "ELF... is missing");
        return false;
    }
    if (how->signature && file_count > 1) {
        return option_refuse(o, OPTION_SIGNATURE, "goes with one ELF, not %d", file_count);
    }
    return true;
}

int cmd_rv_test(int argc, char **argv)
{
    char **options = mem_alloc((usize)argc * sizeof *options);
    char **files = mem_alloc((usize)argc * sizeof *files);
    int option_count = 0;
    int file_count = 0;
    split(options, &option_count, files, &file_count, argc, argv);
    struct options o;
    struct bare_options how;
    int status;
    if (!options_parse(&o, &SET, option_count, options)) {
        status = cli_refuse(SET.command, &o.why);
    } else if (o.help) {
        struct buf help = {0};
        options_put_help(&help, &SET);
        status = cli_print(SET.command, &help);
        buf_fini(&help);
    } else if (!read_options(&how, &o, file_count)) {
        status = cli_refuse(SET.command, &o.why);
    } else {
        status = run_files(&how, o.value[OPTION_SIGNATURE], files, file_count);
    }
    options_fini(&o);
    mem_free(files);
    mem_free(options);
    return status;
}
