// SPDX-License-Identifier: MIT
// A chain's configuration as a geth-style genesis file states it: activations by block and time,
// total difficulty of the merge, blob schedules, and the `hybrid` section (ABI section 8), which is
// read strictly. Reading takes what is stated; config_check then says whether it contradicts
// itself; config_schedule makes the schedule that blocks are judged by. Also its EIP-2124 fork id,
// and the chains built in.
#pragma once

#include "core/chain/schedule.h"
#include "core/eth/block.h"
#include "lib/codec/json.h"
#include "lib/codec/json_write.h"

enum config_activation {
#define ACTIVATION(NAME, member, by, fork, change, need, bomb, blobs) ACTIVATION_##NAME,
#include "spec/activations.def"
    ACTIVATION_COUNT
};

struct config {
    bool has_chain_id;
    u256 chain_id;
    bool has[ACTIVATION_COUNT];
    u64 at[ACTIVATION_COUNT];
    bool has_blobs[ACTIVATION_COUNT];
    struct blob_schedule blobs[ACTIVATION_COUNT];
    bool dao_support;
    bool has_ethash; // blocks before Paris are sealed by proof of work
    bool has_terminal_difficulty, terminal_difficulty_passed;
    u256 terminal_difficulty;
    bool has_deposit_contract;
    address deposit_contract;
    struct hybrid_entry hybrid[HYBRID_MAX];
    u32 hybrid_count;
};

// Reads the object `config`. Members that it does not know are not looked at, but that forks this
// program does not have are refused. FAULT_BAD_INPUT: the document says why not.
MUST_USE enum fault config_read(struct config *c, const json_value *config);
// Reads one object of hybrid parameters over the defaults; `has_time`: the member `time` is
// allowed.
MUST_USE enum fault config_read_hybrid_entry(struct hybrid_entry *e, const json_value *object,
                                             bool has_time);
// False: a sentence with the reason is appended to `why`.
MUST_USE bool config_check(const struct config *c, struct buf *why);
void config_schedule(struct schedule *s, const struct config *c);
// Writes the object as config_read reads it.
void config_write(struct json_writer *w, const char *name, const struct config *c);
// The hybrid section with all members in the ABI's order, without spaces; nothing if there is none.
void config_put_canonical_hybrid(struct buf *out, const struct config *c);

struct fork_id { // EIP-2124
    u8 hash[4];
    u64 next; // block or time of the next fork; 0: none is known
};
// At the head with that number and time, of the chain whose genesis has this hash and time.
struct fork_id config_fork_id(const struct config *c, const struct header *genesis, u64 head,
                              u64 time);

// Genesis file of a chain that is built in (mainnet, sepolia, holesky, hoodi, dev); NULL: there is
// none of that name. Where the allocation is large it states `stateHash` instead. *hash: of block
// 0.
const char *chain_builtin(const char *name, b256 *hash);
