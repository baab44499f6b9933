// SPDX-License-Identifier: MIT
// Environments of state transitions; see t8n_env.h.
#include "app/cli/t8n_env.h"

#include "app/cli/number.h"
#include "app/cli/tx_json.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void t8n_env_fini(struct t8n_env *e)
{
    buf_fini(&e->withdrawals);
    mem_free(e->hashes);
    *e = (struct t8n_env){.number = 0};
}

// ---- reading

static enum fault find_u64(u64 *out, bool *found, const json_value *object, const char *name)
{
    json_value v;
    TRY(json_find(&v, found, object, name));
    return *found ? json_get_u64(out, &v) : FAULT_NONE;
}

static enum fault find_u256(u256 *out, bool *found, const json_value *object, const char *name)
{
    json_value v;
    TRY(json_find(&v, found, object, name));
    return *found ? json_get_u256(out, &v) : FAULT_NONE;
}

static enum fault read_hashes(struct t8n_env *e, const json_value *object)
{
    json_value all;
    bool found;
    TRY(json_find(&all, &found, object, "blockHashes"));
    if (!found) {
        return FAULT_NONE;
    }
    TRY(json_expect(&all, JSON_KIND_OBJECT));
    if (json_count(&all) > T8N_HASHES_MAX) {
        return json_refuse(&all, "has more than %u hashes", T8N_HASHES_MAX);
    }
    e->hashes = mem_zalloc((json_count(&all) + 1) * sizeof *e->hashes);
    json_value v = {0};
    while (json_next_member(&v, &all)) {
        u256 number;
        const char *why = number_parse(&number, v.name, strlen(v.name));
        if (why != NULL || !u256_fits_u64(number)) {
            return json_refuse(&v, "the member's name is not a block number");
        }
        struct t8n_hash *h = &e->hashes[e->hash_count++];
        h->number = number.w[0];
        TRY(json_get_b256(&h->hash, &v));
    }
    return FAULT_NONE;
}

static enum fault read_ommers(struct t8n_env *e, const json_value *object)
{
    json_value all;
    bool found;
    TRY(json_find(&all, &found, object, "ommers"));
    TRY(found ? json_expect(&all, JSON_KIND_LIST) : FAULT_NONE);
    for (usize i = 0; found && i < json_count(&all); i++) {
        json_value one = json_element(&all, i);
        if (e->ommer_count == T8N_OMMERS_MAX) {
            return json_refuse(&all, "has more than %u ommers", T8N_OMMERS_MAX);
        }
        struct t8n_ommer *o = &e->ommers[e->ommer_count++];
        TRY(json_find_u64(&o->delta, &one, "delta"));
        TRY(json_find_address(&o->at, &one, "address"));
        if (o->delta > 8) {
            return json_refuse(&one, "delta %llu is not from 0 to 8", (unsigned long long)o->delta);
        }
    }
    return FAULT_NONE;
}

static enum fault read_parent(struct t8n_env *e, const json_value *o)
{
    TRY(find_u256(&e->parent_difficulty, &e->has_parent_difficulty, o, "parentDifficulty"));
    TRY(find_u256(&e->parent_base_fee, &e->has_parent_base_fee, o, "parentBaseFee"));
    TRY(json_find_u64(&e->parent_gas_used, o, "parentGasUsed"));
    TRY(json_find_u64(&e->parent_gas_limit, o, "parentGasLimit"));
    TRY(json_find_u64(&e->parent_timestamp, o, "parentTimestamp"));
    TRY(json_find_b256(&e->parent_uncle_hash, o, "parentUncleHash"));
    TRY(find_u64(&e->parent_excess_blob_gas, &e->has_parent_excess, o, "parentExcessBlobGas"));
    return find_u64(&e->parent_blob_gas_used, &e->has_parent_blob_gas, o, "parentBlobGasUsed");
}

enum fault t8n_env_read(struct t8n_env *e, const json_value *o)
{
    json_value v;
    bool found;
    TRY(json_member(&v, o, "currentCoinbase"));
    TRY(json_get_address(&e->coinbase, &v));
    TRY(json_member(&v, o, "currentGasLimit"));
    TRY(json_get_u64(&e->gas_limit, &v));
    TRY(json_member(&v, o, "currentNumber"));
    TRY(json_get_u64(&e->number, &v));
    TRY(json_member(&v, o, "currentTimestamp"));
    TRY(json_get_u64(&e->timestamp, &v));
    TRY(find_u256(&e->difficulty, &e->has_difficulty, o, "currentDifficulty"));
    TRY(find_u256(&e->random, &e->has_random, o, "currentRandom"));
    TRY(find_u256(&e->base_fee, &e->has_base_fee, o, "currentBaseFee"));
    TRY(find_u64(&e->excess_blob_gas, &e->has_excess_blob_gas, o, "currentExcessBlobGas"));
    TRY(json_find(&v, &e->has_beacon_root, o, "parentBeaconBlockRoot"));
    TRY(json_find_b256(&e->beacon_root, o, "parentBeaconBlockRoot"));
    TRY(json_find(&v, &e->has_withdrawals, o, "withdrawals"));
    if (e->has_withdrawals) {
        TRY(withdrawals_json_read(&e->withdrawals, &v));
    }
    TRY(json_find(&v, &found, o, "blobParams"));
    if (found) {
        e->has_blobs = true;
        TRY(json_find_u64(&e->blobs.target, &v, "target"));
        TRY(json_find_u64(&e->blobs.max, &v, "max"));
        TRY(json_find_u64(&e->blobs.update_fraction, &v, "baseFeeUpdateFraction"));
    }
    TRY(read_hashes(e, o));
    TRY(read_ommers(e, o));
    return read_parent(e, o);
}

enum fault t8n_block_hash(void *ctx, u64 number, b256 *out)
{
    struct t8n_env *e = ctx;
    *out = (b256){{0}};
    for (usize i = 0; i < e->hash_count; i++) {
        if (e->hashes[i].number == number) {
            *out = e->hashes[i].hash;
            return FAULT_NONE;
        }
    }
    e->asked_unknown_hash = true;
    e->unknown_hash = number;
    return FAULT_NONE;
}

// ---- forks

// EIPs that geth adds to a fork one by one, with the fork that has them.
static const struct {
    u32 eip;
    enum fork fork;
} EIPS[] = {
    {1344, FORK_ISTANBUL}, {1884, FORK_ISTANBUL}, {2200, FORK_ISTANBUL}, {2929, FORK_BERLIN},
    {3198, FORK_LONDON},   {3529, FORK_LONDON},   {3855, FORK_SHANGHAI}, {3860, FORK_SHANGHAI},
    {1153, FORK_CANCUN},   {5656, FORK_CANCUN},   {6780, FORK_CANCUN},   {7516, FORK_CANCUN},
    {7702, FORK_PRAGUE},   {7939, FORK_OSAKA},
};

static enum t8n_status check_eip(const struct schedule *s, struct buf *why, const char *text)
{
    char *end;
    u64 eip = strtoull(text, &end, 10);
    for (u32 i = 0; *end == 0 && i < COUNT_OF(EIPS); i++) {
        if (EIPS[i].eip == eip && s->fork[0].fork >= EIPS[i].fork) {
            return T8N_OK; // in force anyhow
        }
        if (EIPS[i].eip == eip) {
            buf_printf(why,
                       "EIP-%s is not in force at this fork, and single EIPs are not added here",
                       text);
            return T8N_CONFIG;
        }
    }
    buf_printf(why, "EIP-%.20s is not one that can be added", text);
    return T8N_CONFIG;
}

// Names beside those of the official tests.
static bool other_name(struct schedule *s, const char *name)
{
    static const struct {
        const char *name, *base;
        struct blob_schedule blobs;
    } NAMES[] = {
        {"Merge", "Paris", {0, 0, 0}},
        {"MuirGlacier", "Istanbul", {0, 0, 0}},
        {"BPO1", "Osaka", {10, 15, 8346193}}, // EIP-7892, as on the main network
        {"BPO2", "Osaka", {14, 21, 11684671}},
    };
    for (u32 i = 0; i < COUNT_OF(NAMES); i++) {
        if (strcmp(NAMES[i].name, name) == 0 && schedule_from_test_name(s, NAMES[i].base)) {
            if (NAMES[i].blobs.max > 0) {
                s->fork[0].blobs = NAMES[i].blobs;
            }
            return true;
        }
    }
    return false;
}

enum t8n_status t8n_schedule(struct schedule *s, struct buf *why, const char *name)
{
    char base[64];
    const char *plus = strchr(name, '+');
    usize n = plus != NULL ? (usize)(plus - name) : strlen(name);
    (void)snprintf(base, sizeof base, "%.*s", (int)n, name);
    if (!schedule_from_test_name(s, base) && !other_name(s, base)) {
        buf_printf(why,
                   "\"%.60s\" is not a fork (Berlin, London, Paris, ShanghaiToCancunAtTime15k …)",
                   base);
        return T8N_CONFIG;
    }
    s->params = vm_params_default();
    s->params.riscv = false;
    return plus != NULL ? check_eip(s, why, plus + 1) : T8N_OK;
}

// ---- the header

static enum t8n_status refuse(struct buf *why, const char *text)
{
    buf_put_text(why, text);
    return T8N_CONFIG;
}

static enum t8n_status set_base_fee(struct header *h, const struct t8n_env *e, struct buf *why)
{
    if (e->has_base_fee) {
        h->base_fee = e->base_fee;
        return T8N_OK;
    }
    if (!e->has_parent_base_fee || e->number == 0) {
        return refuse(
            why, "the fork has base fees, but env states neither currentBaseFee nor parentBaseFee");
    }
    struct header parent = {
        .tail = TAIL_BASE_FEE,
        .base_fee = e->parent_base_fee,
        .gas_used = e->parent_gas_used,
        .gas_limit = e->parent_gas_limit,
    };
    h->base_fee = header_base_fee(&parent);
    return T8N_OK;
}

static enum t8n_status set_difficulty(struct header *h, const struct block_rules *r,
                                      const struct t8n_env *e, struct buf *why)
{
    if (r->fork >= FORK_PARIS) {
        if (!e->has_random) {
            return refuse(why, "the fork is past the merge, but env does not state currentRandom");
        }
        if (e->has_difficulty && !u256_is_zero(e->difficulty)) {
            return refuse(why, "the fork is past the merge, but currentDifficulty is not zero");
        }
        h->mix_hash = u256_to_b256(e->random);
        return T8N_OK;
    }
    if (e->has_difficulty) {
        h->difficulty = e->difficulty;
        return T8N_OK;
    }
    if (!e->has_parent_difficulty || e->number == 0) {
        return refuse(why, "env states neither currentDifficulty nor parentDifficulty");
    }
    if (e->timestamp <= e->parent_timestamp) {
        return refuse(why, "currentTimestamp is not above parentTimestamp: no difficulty follows");
    }
    static const b256 NONE = {{0}};
    struct header parent = {
        .number = e->number - 1,
        .timestamp = e->parent_timestamp,
        .difficulty = e->parent_difficulty,
        .uncles_hash =
            b256_equal(&e->parent_uncle_hash, &NONE) ? UNCLES_NONE_HASH : e->parent_uncle_hash,
    };
    h->difficulty = header_difficulty(r, e->timestamp, &parent);
    return T8N_OK;
}

static void set_blob_gas(struct header *h, const struct block_rules *r, struct t8n_env *e)
{
    if (!e->has_excess_blob_gas && e->has_parent_excess && e->has_parent_blob_gas) {
        struct header parent = {
            .tail = TAIL_BEACON_ROOT,
            .excess_blob_gas = e->parent_excess_blob_gas,
            .blob_gas_used = e->parent_blob_gas_used,
            .base_fee = e->parent_base_fee,
        };
        e->has_excess_blob_gas = true;
        e->excess_blob_gas = header_excess_blob_gas(r, &parent);
    }
    h->excess_blob_gas = e->excess_blob_gas;
}

enum t8n_status t8n_header(struct header *h, struct block_rules *r, struct t8n_env *e,
                           const struct schedule *s, struct buf *why)
{
    u256 before = e->has_parent_difficulty ? e->parent_difficulty : u256_zero();
    *r = schedule_rules(s, e->number, e->timestamp, &before);
    if (e->has_blobs) {
        r->blobs = e->blobs;
    }
    *h = (struct header){
        .number = e->number,
        .timestamp = e->timestamp,
        .gas_limit = e->gas_limit,
        .coinbase = e->coinbase,
        .tail = header_tail_of(r->fork),
        .beacon_root = e->beacon_root,
    };
    enum t8n_status status = set_difficulty(h, r, e, why);
    if (status == T8N_OK && r->fork >= FORK_LONDON) {
        status = set_base_fee(h, e, why);
    }
    if (status != T8N_OK) {
        return status;
    }
    if (r->fork >= FORK_SHANGHAI && !e->has_withdrawals) {
        return refuse(why, "the fork has withdrawals, but env does not state them");
    }
    if (r->fork >= FORK_CANCUN && !e->has_beacon_root) {
        return refuse(why,
                      "the fork has beacon roots, but env does not state parentBeaconBlockRoot");
    }
    if (r->fork >= FORK_CANCUN) {
        set_blob_gas(h, r, e);
    }
    if (r->fork >= FORK_PRAGUE && e->number > 0) {
        bool asked = e->asked_unknown_hash;
        (void)t8n_block_hash(e, e->number - 1, &h->parent_hash);
        e->asked_unknown_hash = asked; // a parent that is not stated counts as zero
    }
    return T8N_OK;
}
