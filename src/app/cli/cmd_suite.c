// SPDX-License-Identifier: MIT
// `hybrid statetest` and `hybrid blocktest`: official tests from files and folders, spread over the
// processors. A suite is one row: its runner keeps VMs from file to file.
#include "app/cli/blocktest.h"
#include "app/cli/cli.h"
#include "app/cli/options.h"
#include "app/cli/statetest.h"
#include "app/cli/unittest.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/base/sort.h"
#include "lib/os/file.h"
#include "lib/os/jobs.h"

#include <stdio.h>
#include <string.h>

#define FILE_MAX ((usize)512 << 20)

enum { OPTION_EVM, OPTION_RISCV, OPTION_FILTER, OPTION_JOBS, OPTION_COUNT };

static const struct option_row ROWS[OPTION_COUNT] = {
    [OPTION_EVM] = {"evm", "riscv|native|both", "how EVM code is run; both compares", "both"},
    [OPTION_RISCV] = {"riscv", "on|off", "hybrid active from genesis (off)", "on"},
    [OPTION_FILTER] = {"filter", "TEXT", "only tests whose name contains it", "sstore"},
    [OPTION_JOBS] = {"jobs", "N", "processes (as many as processors)", "2"},
};

struct suite {
    const char *command, *about, *examples;
    void *(*begin)(const struct statetest_options *o);
    void (*run)(void *runner, const char *path, bytes text, struct statetest_tally *tally);
    void (*end)(void *runner);
};

static void *state_begin(const struct statetest_options *o)
{
    return statetest_new(o);
}

static void state_run(void *runner, const char *path, bytes text, struct statetest_tally *tally)
{
    statetest_run(runner, path, text, tally);
}

static void state_end(void *runner)
{
    statetest_free(runner);
}

static void *block_begin(const struct statetest_options *o)
{
    return blocktest_new(o);
}

static void block_run(void *runner, const char *path, bytes text, struct statetest_tally *tally)
{
    blocktest_run(runner, path, text, tally);
}

static void block_end(void *runner)
{
    blocktest_free(runner);
}

static const struct suite STATE_SUITE = {
    "statetest",
    "Runs official Ethereum state tests: a file, or all .json files below a folder.",
    "  hybrid statetest --evm both build/fixtures/state\n",
    state_begin,
    state_run,
    state_end,
};

static const struct suite BLOCK_SUITE = {
    "blocktest",
    "Runs official Ethereum blockchain tests: a file, or all .json files below a folder.",
    "  hybrid blocktest --evm riscv build/fixtures/blockchain\n",
    block_begin,
    block_run,
    block_end,
};

static const struct suite ENGINE_SUITE = {
    "enginetest",
    "Runs official Engine API tests: payloads are checked, made blocks of and executed.",
    "  hybrid enginetest --evm native build/fixtures/engine\n",
    block_begin,
    block_run,
    block_end,
};

static void *nothing_begin(const struct statetest_options *o)
{
    (void)o;
    return NULL;
}

static void nothing_end(void *runner)
{
    (void)runner;
}

#define UNIT_SUITE(ROW, verb, about_text, example)                                                 \
    static void verb##_suite_run(void *runner, const char *path, bytes text,                       \
                                 struct statetest_tally *tally)                                    \
    {                                                                                              \
        (void)runner;                                                                              \
        verb##_run(path, text, tally);                                                             \
    }                                                                                              \
    static const struct suite ROW = {                                                              \
        #verb,         about_text,       "  hybrid " #verb " " example "\n",                       \
        nothing_begin, verb##_suite_run, nothing_end};
UNIT_SUITE(TX_SUITE, txtest, "Runs official transaction tests.",
           "build/fixtures/unit/TransactionTests")
UNIT_SUITE(TRIE_SUITE, trietest, "Runs official trie tests.", "build/fixtures/unit/TrieTests")
UNIT_SUITE(RLP_SUITE, rlptest, "Runs official RLP tests.", "build/fixtures/unit/RLPTests")
UNIT_SUITE(DIFFICULTY_SUITE, difficultytest, "Runs official difficulty tests.",
           "build/fixtures/unit/DifficultyTests")
UNIT_SUITE(GENESIS_SUITE, genesistest, "Runs official genesis tests and vectors of fork ids.",
           "build/fixtures/unit/GenesisTests")
UNIT_SUITE(PRECOMPILE_SUITE, precompiletest,
           "Runs vector lists of precompiles; a file's name says which.",
           "build/fixtures/unit/precompiles")

struct work {
    const struct suite *suite;
    struct statetest_options options;
    char **paths;
    usize count, cap;
    u32 jobs;
    u64 passed, failed;
};

static void add_path(struct work *w, const char *path)
{
    if (w->count == w->cap) {
        w->cap = w->cap == 0 ? 64 : w->cap * 2;
        w->paths = mem_realloc(w->paths, w->cap * sizeof *w->paths);
    }
    usize n = strlen(path) + 1;
    w->paths[w->count] = mem_alloc(n);
    copy_bytes(w->paths[w->count++], path, n);
}

static bool is_json(const char *name)
{
    usize n = strlen(name);
    return n > 5 && strcmp(name + n - 5, ".json") == 0;
}

// Depth of folders is bounded by the length of a path.
static enum fault collect(struct work *w, struct buf *why, const char *path)
{
    if (!os_is_folder(path)) {
        add_path(w, path);
        return FAULT_NONE;
    }
    struct os_names names = {0};
    TRY(os_list_folder(&names, why, path));
    enum fault f = FAULT_NONE;
    for (usize i = 0; f == FAULT_NONE && i < names.count; i++) {
        char below[4096];
        usize n = strlen(names.name[i]);
        bool folder = n > 0 && names.name[i][n - 1] == '/';
        int size = snprintf(below, sizeof below, "%s/%.*s", path, (int)(folder ? n - 1 : n),
                            names.name[i]);
        if (size > 0 && (usize)size < sizeof below && (folder || is_json(names.name[i]))) {
            f = collect(w, why, below);
        }
    }
    os_names_fini(&names);
    return f;
}

// Every jobs-th file: big and small ones mix. The result: two counts, then the failures' lines.
static void run_share(void *ctx, u32 share, struct buf *result)
{
    const struct work *w = ctx;
    void *runner = w->suite->begin(&w->options);
    struct statetest_tally tally = {0};
    for (usize i = share; i < w->count; i += w->jobs) {
        struct buf text = {0};
        struct buf why = {0};
        if (os_read_file(&text, &why, w->paths[i], FILE_MAX) == FAULT_NONE) {
            w->suite->run(runner, w->paths[i], buf_bytes(&text), &tally);
        } else {
            tally.failed++;
            buf_printf(&tally.failures, "FAIL %.*s\n", (int)why.n, (const char *)why.p);
        }
        buf_fini(&text);
        buf_fini(&why);
    }
    u64 counts[2] = {tally.passed, tally.failed};
    buf_put(result, counts, sizeof counts);
    buf_put(result, tally.failures.p, tally.failures.n);
    buf_fini(&tally.failures);
    w->suite->end(runner);
}

static void share_done(void *ctx, u32 share, bytes result, bool ok)
{
    struct work *w = ctx;
    u64 counts[2] = {0, 1};
    if (ok && result.n >= sizeof counts) {
        copy_bytes(counts, result.p, sizeof counts);
        (void)fwrite(result.p + sizeof counts, 1, result.n - sizeof counts, stdout);
    } else {
        (void)printf("FAIL share %u of %u: the process died\n", share, w->jobs);
    }
    w->passed += counts[0];
    w->failed += counts[1];
}

static int run_all(struct work *w)
{
    struct os_job job = {w, run_share, share_done};
    if (!os_run_jobs(&job, w->jobs)) {
        return cli_fault(w->suite->command, FAULT_IO, "no process could be made");
    }
    (void)printf("%llu passed, %llu failed\n", (unsigned long long)w->passed,
                 (unsigned long long)w->failed);
    return w->failed == 0 ? CLI_OK : CLI_FAILED;
}

static int plan_and_run(const struct suite *suite, struct options *o)
{
    static const char *const FORMS[] = {"riscv", "native", "both"};
    static const char *const SWITCH[] = {"off", "on"};
    u32 form = 2;
    u32 riscv = 0;
    u64 jobs = os_processor_count();
    if (!option_choice(&form, o, OPTION_EVM, FORMS, COUNT_OF(FORMS)) ||
        !option_choice(&riscv, o, OPTION_RISCV, SWITCH, COUNT_OF(SWITCH)) ||
        !option_u64(&jobs, o, OPTION_JOBS, 256)) {
        return cli_refuse(suite->command, &o->why);
    }
    struct work w = {
        .suite = suite,
        .options = {.guest = form != 1,
                    .native = form != 0,
                    .riscv = riscv == 1,
                    .filter = o->value[OPTION_FILTER]},
        .jobs = jobs > 0 ? (u32)jobs : 1,
    };
    int status = CLI_OK;
    struct buf why = {0};
    for (u32 i = 0; status == CLI_OK && i < o->operand_count; i++) {
        if (collect(&w, &why, o->operand[i]) != FAULT_NONE) {
            status = cli_refuse(suite->command, &why);
        }
    }
    status = status == CLI_OK ? run_all(&w) : status;
    for (usize i = 0; i < w.count; i++) {
        mem_free(w.paths[i]);
    }
    mem_free(w.paths);
    buf_fini(&why);
    return status;
}

static int run_suite(const struct suite *suite, int argc, char **argv)
{
    const struct option_set set = {
        .command = suite->command,
        .operand = "PATH",
        .operands_min = 1,
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
        status = plan_and_run(suite, &o);
    }
    options_fini(&o);
    return status;
}

int cmd_statetest(int argc, char **argv)
{
    return run_suite(&STATE_SUITE, argc, argv);
}

int cmd_blocktest(int argc, char **argv)
{
    return run_suite(&BLOCK_SUITE, argc, argv);
}

int cmd_enginetest(int argc, char **argv)
{
    return run_suite(&ENGINE_SUITE, argc, argv);
}

int cmd_txtest(int argc, char **argv)
{
    return run_suite(&TX_SUITE, argc, argv);
}

int cmd_trietest(int argc, char **argv)
{
    return run_suite(&TRIE_SUITE, argc, argv);
}

int cmd_rlptest(int argc, char **argv)
{
    return run_suite(&RLP_SUITE, argc, argv);
}

int cmd_difficultytest(int argc, char **argv)
{
    return run_suite(&DIFFICULTY_SUITE, argc, argv);
}

int cmd_genesistest(int argc, char **argv)
{
    return run_suite(&GENESIS_SUITE, argc, argv);
}

int cmd_precompiletest(int argc, char **argv)
{
    return run_suite(&PRECOMPILE_SUITE, argc, argv);
}
