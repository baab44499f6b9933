// SPDX-License-Identifier: MIT
// Any text as a file of official tests, of the kind that its first byte names. Whatever is in it,
// it is read, or told of as broken with a reason; blocks that pass the checks are executed. Cases
// that would run code as long as their gas allows are read only.
#include <stdlib.h>

#include "app/cli/alloc.h"
#include "app/cli/blocktest.h"
#include "app/cli/statetest_case.h"
#include "app/cli/unittest.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static void check_told(const struct tally *t)
{
    if (t->failed > 0 && t->out.n == 0) {
        abort(); // a failure says why
    }
}

static void read_entry(const json_value *test, const json_value *entry, enum fork fork,
                       const char *name)
{
    struct vm_params params = vm_params_default();
    struct state_case c = {.fork = fork, .fork_name = name};
    bool exists;
    enum fault f = state_case_read(&c, &exists, test, entry, &params);
    if (f != FAULT_NONE && test->document->error.n == 0) {
        abort();
    }
    state_case_fini(&c);
}

static void read_states(bytes text)
{
    struct json j;
    json_value test = {0};
    if (json_parse(&j, text) == FAULT_NONE) {
        json_value root = json_root(&j);
        while (json_next_member(&test, &root)) {
            json_value post;
            json_value of_fork = {0};
            bool found;
            if (json_find(&post, &found, &test, "post") != FAULT_NONE || !found) {
                continue;
            }
            while (json_next_member(&of_fork, &post)) {
                enum fork fork = FORK_OSAKA;
                (void)fork_from_name(&fork, of_fork.name);
                for (usize i = 0; i < json_count(&of_fork); i++) {
                    json_value entry = json_element(&of_fork, i);
                    read_entry(&test, &entry, fork, of_fork.name);
                }
            }
        }
    }
    json_fini(&j);
}

static void run_blocks(bytes text, struct tally *tally)
{
    struct suite_options o = {.native = true, .jobs = 1};
    struct blocktest *t = blocktest_new(&o);
    blocktest_run(t, text, tally);
    blocktest_free(t);
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    struct tally_options o = {.filter = NULL};
    struct tally tally = {.options = &o};
    bytes text = {data + (n > 0), n > 0 ? n - 1 : 0};
    u8 kind = n > 0 ? data[0] : 's';
    const char *path = kind == 'k'   ? "a.yaml"
                       : kind == 'S' ? "secure"
                       : kind == 'n' ? "nextprev"
                                     : "";
    tally_begin(&tally, path, NULL);
    switch (kind) {
    case 'b':
        run_blocks(text, &tally);
        break;
    case 't':
        txtest_run(text, &tally);
        break;
    case 'm':
    case 'S':
    case 'n':
        trietest_run(text, &tally);
        break;
    case 'r':
        rlptest_run(text, &tally);
        break;
    case 'd':
        difficultytest_run(text, &tally);
        break;
    case 'g':
        genesistest_run(text, &tally);
        break;
    case 'k':
        precompiletest_run(text, &tally);
        break;
    default:
        read_states(text);
        break;
    }
    check_told(&tally);
    tally_fini(&tally);
    return 0;
}
