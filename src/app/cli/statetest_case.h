// SPDX-License-Identifier: MIT
// Reading one case of an official state test: the transaction that the indexes choose, its sender,
// its block. What the formats leave to the runner (missing members, block hashes of ancestors)
// follows go-ethereum's, as the files were filled for it.
#pragma once

#include "core/chain/transact.h"
#include "lib/codec/json.h"

struct state_case {
    enum fork fork;
    const char *fork_name;
    u64 data, gas, value; // indexes
    struct chain_block block;
    struct transaction tx;
    address sender;
    struct buf wire; // the signed transaction as the test gives it
    bool has_wire;
    bool refuses;          // it has `expectException`,
    const char *exception; // and this is what it says; "" if it is no text
};

void state_case_fini(struct state_case *c);
// `fork` and `fork_name` are set, all else is zero. A number that does not fit its type makes a
// transaction that does not exist: if the case expects that, *exists is false.
MUST_USE enum fault state_case_read(struct state_case *c, bool *exists, const json_value *test,
                                    const json_value *entry, const struct vm_params *params);
