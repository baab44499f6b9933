// SPDX-License-Identifier: MIT
// The environment's JSON; see environment.h.
#include "app/cli/environment.h"

#include "app/cli/number.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"

#define HASHES_MAX 4096u // of either list

static const char *const members[] = {
    "number",   "timestamp", "coinbase",    "prevrandao", "gaslimit",    "basefee",
    "gasprice", "chainid",   "blobbasefee", "blobhashes", "blockhashes",
};

void environment_init(struct environment *e)
{
    *e = (struct environment){
        .block = {.number = u256_one(),
                  .timestamp = u256_one(),
                  .gas_limit = u256_from_u64(60000000),
                  .blob_base_fee = u256_one(),
                  .chain_id = u256_one()},
    };
}

void environment_fini(struct environment *e)
{
    mem_free(e->blob_hash);
    mem_free(e->block_hash);
}

static enum fault read_blob_hashes(struct environment *e, const json_value *list)
{
    TRY(json_expect(list, JSON_KIND_LIST));
    usize count = json_count(list);
    if (count > HASHES_MAX) {
        return json_refuse(list, "has more than %u hashes", HASHES_MAX);
    }
    mem_free(e->blob_hash);
    e->blob_hash = mem_zalloc(count * sizeof *e->blob_hash);
    e->blob_hash_count = (u32)count;
    for (usize i = 0; i < count; i++) {
        json_value hash = json_element(list, i);
        TRY(json_get_b256(&e->blob_hash[i], &hash));
    }
    return FAULT_NONE;
}

static enum fault read_block_hash_list(struct environment *e, const json_value *list)
{
    u64 number = u256_to_u64_saturated(e->block.number);
    for (usize i = 0; i < e->block_hash_count; i++) {
        json_value hash = json_element(list, i);
        if (i >= number) {
            return json_refuse(&hash, "block %llu has no ancestor this far back",
                               (unsigned long long)number);
        }
        e->block_hash[i].number = number - 1 - i;
        TRY(json_get_b256(&e->block_hash[i].hash, &hash));
    }
    return FAULT_NONE;
}

static enum fault read_block_hash_members(struct environment *e, const json_value *object)
{
    json_value hash = {0};
    for (usize i = 0; json_next_member(&hash, object); i++) {
        u256 number;
        const char *why = number_parse(&number, hash.name, __builtin_strlen(hash.name));
        if (why != NULL || !u256_fits_u64(number)) {
            return json_refuse(&hash, "the member's name is not a block number");
        }
        e->block_hash[i].number = number.w[0];
        TRY(json_get_b256(&e->block_hash[i].hash, &hash));
    }
    return FAULT_NONE;
}

static enum fault read_block_hashes(struct environment *e, const json_value *v)
{
    bool is_list = json_kind_of(v) == JSON_KIND_LIST;
    if (!is_list) {
        TRY(json_expect(v, JSON_KIND_OBJECT));
    }
    usize count = json_count(v);
    if (count > HASHES_MAX) {
        return json_refuse(v, "has more than %u hashes", HASHES_MAX);
    }
    mem_free(e->block_hash);
    e->block_hash = mem_zalloc(count * sizeof *e->block_hash);
    e->block_hash_count = (u32)count;
    return is_list ? read_block_hash_list(e, v) : read_block_hash_members(e, v);
}

enum fault environment_read(struct environment *e, const json_value *object)
{
    TRY(json_expect(object, JSON_KIND_OBJECT));
    TRY(json_only_members(object, members, COUNT_OF(members)));
    struct vm_block *b = &e->block;
    TRY(number_json_find(&b->number, object, "number"));
    TRY(number_json_find(&b->timestamp, object, "timestamp"));
    TRY(json_find_address(&b->coinbase, object, "coinbase"));
    TRY(number_json_find(&b->difficulty_or_prevrandao, object, "prevrandao"));
    TRY(number_json_find(&b->gas_limit, object, "gaslimit"));
    TRY(number_json_find(&b->base_fee, object, "basefee"));
    TRY(number_json_find(&e->gas_price, object, "gasprice"));
    TRY(number_json_find(&b->blob_base_fee, object, "blobbasefee"));
    json_value v;
    bool found;
    TRY(json_find(&v, &found, object, "chainid"));
    if (found) {
        e->has_chain_id = true;
        TRY(number_json(&b->chain_id, &v));
    }
    TRY(json_find(&v, &found, object, "blobhashes"));
    if (found) {
        TRY(read_blob_hashes(e, &v));
    }
    TRY(json_find(&v, &found, object, "blockhashes"));
    return found ? read_block_hashes(e, &v) : FAULT_NONE;
}

static enum fault find_block_hash(void *ctx, u64 number, b256 *out)
{
    const struct environment *e = ctx;
    *out = (b256){{0}};
    for (u32 i = 0; i < e->block_hash_count; i++) {
        if (e->block_hash[i].number == number) {
            *out = e->block_hash[i].hash;
        }
    }
    return FAULT_NONE;
}

void environment_give(struct environment *e, struct vm *vm, const address *origin)
{
    e->block.ctx = e;
    e->block.block_hash = find_block_hash;
    vm_set_block(vm, &e->block);
    struct vm_transaction t = {.origin = *origin,
                               .gas_price = e->gas_price,
                               .blob_hashes = e->blob_hash,
                               .blob_hash_count = e->blob_hash_count};
    vm_set_transaction(vm, &t);
}
