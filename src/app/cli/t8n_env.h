// SPDX-License-Identifier: MIT
// The environment of a state transition, as geth's `evm t8n` takes it, and the block's header and
// rules that follow from it.
#pragma once

#include "core/chain/header_rules.h"
#include "lib/codec/json.h"

enum t8n_status { // exit statuses, as geth's
    T8N_OK = 0,
    T8N_EVM = 2,     // execution could not be carried out
    T8N_CONFIG = 3,  // fork and environment do not fit each other
    T8N_NO_HASH = 4, // BLOCKHASH asked for one that the environment does not state
    T8N_JSON = 10,   // an input is not what it should be
    T8N_IO = 11,
    T8N_RLP = 12,
};

struct t8n_ommer {
    u64 delta;
    address at;
};

struct t8n_hash {
    u64 number;
    b256 hash;
};

#define T8N_OMMERS_MAX 16u
#define T8N_HASHES_MAX 8192u

struct t8n_env {
    address coinbase;
    u64 number, timestamp, gas_limit;
    bool has_difficulty, has_random, has_base_fee, has_excess_blob_gas, has_beacon_root;
    u256 difficulty, random, base_fee;
    u64 excess_blob_gas;
    b256 beacon_root;
    bool has_parent_difficulty, has_parent_base_fee, has_parent_excess, has_parent_blob_gas;
    u64 parent_timestamp, parent_gas_used, parent_gas_limit;
    u64 parent_excess_blob_gas, parent_blob_gas_used;
    u256 parent_difficulty, parent_base_fee;
    b256 parent_uncle_hash;
    bool has_withdrawals;
    struct buf withdrawals; // payload of their list
    struct t8n_ommer ommers[T8N_OMMERS_MAX];
    u32 ommer_count;
    struct t8n_hash *hashes; // owned
    usize hash_count;
    bool asked_unknown_hash;
    u64 unknown_hash;
    bool has_blobs; // blobParams: the fork's blob schedule is this
    struct blob_schedule blobs;
};

void t8n_env_fini(struct t8n_env *e);
MUST_USE enum fault t8n_env_read(struct t8n_env *e, const json_value *object);
// A schedule by the name of a fork, to which +EIP may be added; a sentence in `why` if there is
// none.
MUST_USE enum t8n_status t8n_schedule(struct schedule *s, struct buf *why, const char *name);
// The rules of the block and its header before execution. What is missing is computed of the
// parent's values.
MUST_USE enum t8n_status t8n_header(struct header *h, struct block_rules *r, struct t8n_env *e,
                                    const struct schedule *s, struct buf *why);
// Ancestry's function; ctx is the environment.
enum fault t8n_block_hash(void *ctx, u64 number, b256 *out);
