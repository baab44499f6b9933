// SPDX-License-Identifier: MIT
// Any text as the JSON files of `hybrid run`: alloc, env, genesis. Whatever is in them, they are
// read or refused with a reason, and what was read can be put into a state.
#include <stdlib.h>

#include "app/cli/alloc.h"
#include "app/cli/chain_config.h"
#include "app/cli/environment.h"
#include "lib/num/u256.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static void check(const struct json *j, enum fault f)
{
    if ((f != FAULT_NONE) != (j->error.n > 0)) {
        abort(); // a refusal says why
    }
}

static void read_one(bytes text, u32 kind)
{
    struct json j;
    struct alloc a = {0};
    struct environment e;
    struct chain_config c;
    environment_init(&e);
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        f = kind == 0   ? alloc_read(&a, &root)
            : kind == 1 ? environment_read(&e, &root)
                        : chain_config_read(&c, &root, u256_one(), u256_one());
    }
    check(&j, f);
    if (f == FAULT_NONE && kind == 0) {
        struct state *s = state_new(NULL);
        alloc_give(&a, s);
        state_free(s);
    }
    alloc_fini(&a);
    environment_fini(&e);
    json_fini(&j);
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    for (u32 kind = 0; kind < 3; kind++) {
        read_one((bytes){data, n}, kind);
    }
    return 0;
}
