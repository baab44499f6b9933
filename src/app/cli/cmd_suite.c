// SPDX-License-Identifier: MIT
// `hybrid statetest`, `blocktest` and their kin: official tests from files, folders and archives. A
// command is one row of SUITES.
#include "app/cli/blocktest.h"
#include "app/cli/cli.h"
#include "app/cli/options.h"
#include "app/cli/statetest.h"
#include "app/cli/suite.h"
#include "app/cli/tracetest.h"
#include "app/cli/unittest.h"
#include "app/cli/vmtest.h"
#include "lib/os/jobs.h"
#include "lib/os/terminal.h"
#include "lib/os/time.h"

#include <stdio.h>
#include <string.h>

#define JOBS_MAX 256u

enum {
#define SUITE_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/suite_options.def"
    OPTION_COUNT
};

static const struct option_row ROWS[OPTION_COUNT] = {
#define SUITE_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/suite_options.def"
};

static void *nothing_begin(const struct suite_options *o)
{
    (void)o;
    return NULL;
}

static void nothing_end(void *runner)
{
    (void)runner;
}

#define RUNNER(kind)                                                                               \
    static void *kind##_begin(const struct suite_options *o)                                       \
    {                                                                                              \
        return kind##_new(o);                                                                      \
    }                                                                                              \
    static void kind##_file(void *runner, bytes text, struct tally *tally)                         \
    {                                                                                              \
        kind##_run(runner, text, tally);                                                           \
    }                                                                                              \
    static void kind##_end(void *runner)                                                           \
    {                                                                                              \
        kind##_free(runner);                                                                       \
    }
RUNNER(statetest)
RUNNER(blocktest)
RUNNER(vmtest)
RUNNER(tracetest)

#define UNIT(kind)                                                                                 \
    static void kind##_file(void *runner, bytes text, struct tally *tally)                         \
    {                                                                                              \
        (void)runner;                                                                              \
        kind##_run(text, tally);                                                                   \
    }
UNIT(txtest)
UNIT(trietest)
UNIT(rlptest)
UNIT(difficultytest)
UNIT(genesistest)
UNIT(precompiletest)

static const struct suite SUITES[] = {
    {"statetest", "Runs official Ethereum state tests.",
     "  hybrid statetest --evm both build/fixtures/state\n"
     "  hybrid statetest --evm native ../shared/fixtures/state-eest.tar.zst\n"
     "  hybrid statetest --trace --evm native test.json 2>trace.jsonl\n",
     statetest_begin, statetest_file, statetest_end, false},
    {"blocktest", "Runs official Ethereum blockchain tests.",
     "  hybrid blocktest --evm riscv build/fixtures/blockchain\n", blocktest_begin, blocktest_file,
     blocktest_end, false},
    {"enginetest",
     "Runs official Engine API tests: payloads are checked, made blocks of and executed.",
     "  hybrid enginetest --evm native build/fixtures/engine\n", blocktest_begin, blocktest_file,
     blocktest_end, false},
    {"vmtest",
     "Runs official tests of the bare machine: legacy VM tests, vectors of opcodes (of those a\n"
     "file's name says which).",
     "  hybrid vmtest --compare-traces build/fixtures/unit/VMTests\n"
     "  hybrid vmtest build/fixtures/unit/opcodes\n",
     vmtest_begin, vmtest_file, vmtest_end, false},
    {"tracetest", "Runs go-ethereum's vectors of tracers; a file's folder says which tracer.",
     "  hybrid tracetest --evm both build/fixtures/node/tracers\n", tracetest_begin, tracetest_file,
     tracetest_end, false},
    {"txtest", "Runs official transaction tests, and those of keys and signing.",
     "  hybrid txtest build/fixtures/unit/TransactionTests\n", nothing_begin, txtest_file,
     nothing_end, false},
    {"trietest", "Runs official trie tests.", "  hybrid trietest build/fixtures/unit/TrieTests\n",
     nothing_begin, trietest_file, nothing_end, false},
    {"rlptest", "Runs official RLP tests.", "  hybrid rlptest build/fixtures/unit/RLPTests\n",
     nothing_begin, rlptest_file, nothing_end, false},
    {"difficultytest", "Runs official tests of difficulty and of the proof of work.",
     "  hybrid difficultytest build/fixtures/unit/DifficultyTests build/fixtures/unit/PoWTests\n",
     nothing_begin, difficultytest_file, nothing_end, false},
    {"genesistest", "Runs official genesis tests and vectors of fork ids.",
     "  hybrid genesistest build/fixtures/unit/GenesisTests\n", nothing_begin, genesistest_file,
     nothing_end, false},
    {"precompiletest", "Runs vectors of precompiles (a file's name says which) and of KZG proofs.",
     "  hybrid precompiletest build/fixtures/unit/precompiles "
     "build/fixtures/unit/kzg_verify_proof\n",
     nothing_begin, precompiletest_file, nothing_end, true},
};

static const struct suite *find_suite(const char *command)
{
    for (usize i = 0; i < COUNT_OF(SUITES); i++) {
        if (strcmp(SUITES[i].command, command) == 0) {
            return &SUITES[i];
        }
    }
    return &SUITES[0];
}

// ---- options

static bool read_options(struct suite_options *out, struct options *o)
{
    static const char *const FORMS[] = {"riscv", "native", "both"};
    static const char *const SWITCH[] = {"off", "on"};
    static const char *const FORMATS[] = {"json"};
    static const char *const TRUE[] = {"true"};
    u32 form = 2;
    u32 riscv = 0;
    u32 ignored = 0;
    u64 jobs = os_processor_count();
    if (!option_choice(&form, o, OPTION_EVM, FORMS, COUNT_OF(FORMS)) ||
        !option_choice(&riscv, o, OPTION_RISCV, SWITCH, COUNT_OF(SWITCH)) ||
        !option_choice(&ignored, o, OPTION_TRACE_FORMAT, FORMATS, COUNT_OF(FORMATS)) ||
        !option_choice(&ignored, o, OPTION_NOMEMORY, TRUE, COUNT_OF(TRUE)) ||
        !option_choice(&ignored, o, OPTION_NORETURNDATA, TRUE, COUNT_OF(TRUE)) ||
        !option_u64(&jobs, o, OPTION_JOBS, JOBS_MAX)) {
        return false;
    }
    bool trace = option_given(o, OPTION_TRACE);
    *out = (struct suite_options){
        .tell = {.filter = o->value[OPTION_FILTER],
                 .json = option_given(o, OPTION_JSON),
                 .verbose = option_given(o, OPTION_VERBOSE)},
        .guest = form != 1,
        .native = form != 0,
        .riscv = riscv == 1,
        .trace = trace,
        .tells_roots = o->operand_count == 0,
        .compare_traces = option_given(o, OPTION_COMPARE),
        .jobs = jobs == 0 || trace ? 1 : (u32)jobs,
    };
    if (out->compare_traces && form != 2) {
        return option_refuse(o, OPTION_COMPARE, "needs both forms to compare (--evm both)");
    }
    if (o->operand_count == 0 && os_is_terminal(OS_STDIN)) {
        buf_put_text(&o->why, "no PATH is given, and standard input, which would name files, is a "
                              "terminal");
        return false;
    }
    return true;
}

// ---- running

static void put_counts(const struct suite_sum *sum, bool json, u64 ns)
{
    FILE *to = json ? stderr : stdout;
    u64 cases = sum->passed + sum->failed;
    u64 ms = ns / 1000000;
    (void)fprintf(to, "%llu cases in %llu.%llu s, %llu a second\n", (unsigned long long)cases,
                  (unsigned long long)(ms / 1000), (unsigned long long)(ms % 1000 / 100),
                  (unsigned long long)(cases * 1000 / (ms > 0 ? ms : 1)));
    (void)fprintf(to, "%llu passed, %llu failed\n", (unsigned long long)sum->passed,
                  (unsigned long long)sum->failed);
}

static int status_of(const struct suite *suite, const struct suite_sum *sum)
{
    if (sum->faults > 0) {
        return CLI_FAULT;
    }
    if (sum->broken > 0) {
        return CLI_USAGE;
    }
    if (sum->passed + sum->failed == 0) {
        (void)fprintf(stderr,
                      "hybrid %s: no case was run: nothing there is a test, or the filter "
                      "fits none\n",
                      suite->command);
        return CLI_FAILED;
    }
    return sum->failed == 0 ? CLI_OK : CLI_FAILED;
}

static int run(const struct suite *suite, struct options *o)
{
    struct suite_options options;
    if (!read_options(&options, o)) {
        return cli_refuse(suite->command, &o->why);
    }
    u64 start = os_now_ns();
    struct suite_sum sum = {.passed = 0};
    struct suite_files files = {.takes_yaml = suite->takes_yaml};
    struct buf why = {0};
    enum fault f = FAULT_NONE;
    for (u32 i = 0; f == FAULT_NONE && i < o->operand_count; i++) {
        f = suite_files_add(&files, &why, o->operand[i]);
    }
    if (f != FAULT_NONE) {
        int status = cli_refuse(suite->command, &why);
        suite_files_fini(&files);
        buf_fini(&why);
        return status;
    }
    if (o->operand_count == 0) {
        suite_run_names(&sum, suite, &options);
    } else {
        suite_files_sort(&files);
        f = suite_run(&sum, suite, &options, &files);
    }
    suite_files_fini(&files);
    buf_fini(&why);
    if (f != FAULT_NONE) {
        return cli_fault(suite->command, f, "no process could be made");
    }
    put_counts(&sum, options.tell.json, os_now_ns() - start);
    return status_of(suite, &sum);
}

int cmd_suite(int argc, char **argv)
{
    const struct suite *suite = find_suite(argv[0]);
    const struct option_set set = {
        .command = suite->command,
        .operand = "PATH",
        .operands_min = 0,
        .operands_max = OPERANDS_MAX,
        .about = suite->about,
        .examples = suite->examples,
        .row = ROWS,
        .count = OPTION_COUNT,
    };
    struct options o = {0};
    int status = CLI_OK;
    if (!options_parse(&o, &set, argc, argv)) {
        status = cli_refuse(suite->command, &o.why);
    } else if (o.help) {
        struct buf text = {0};
        options_put_help(&text, &set);
        status = cli_print(suite->command, &text);
        buf_fini(&text);
    } else {
        status = run(suite, &o);
    }
    options_fini(&o);
    return status;
}
