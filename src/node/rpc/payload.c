// SPDX-License-Identifier: MIT
// Payloads that the node makes, and what it has of blocks and blobs for a consensus client.
#include "core/chain/build.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/num/u256.h"
#include "node/rpc/engine.h"
#include "node/rpc/priv.h"

#define BODIES_MAX 1024u
#define GAS_TARGET 60000000u // that gas limits approach when the node chooses them
#define GAS_LIMIT_STEP 1024u // EIP-1985: a limit differs by less than this part of its parent's

// ---- blocks as payloads

static void put_raw_transactions(struct json_writer *w, const struct stored_block *b)
{
    json_begin_list(w, "transactions");
    for (usize i = 0; i < b->count; i++) {
        json_put_data(w, NULL, b->transactions[i].raw.p, b->transactions[i].raw.n);
    }
    json_end(w);
}

static void put_payload(struct json_writer *w, const char *name, const struct stored_block *b)
{
    const struct header *h = &b->header;
    json_begin_object(w, name);
    json_put_b256(w, "parentHash", &h->parent_hash);
    json_put_address(w, "feeRecipient", &h->coinbase);
    json_put_b256(w, "stateRoot", &h->state_root);
    json_put_b256(w, "receiptsRoot", &h->receipts_root);
    json_put_data(w, "logsBloom", h->bloom, sizeof h->bloom);
    json_put_b256(w, "prevRandao", &h->mix_hash);
    json_put_quantity_u64(w, "blockNumber", h->number);
    json_put_quantity_u64(w, "gasLimit", h->gas_limit);
    json_put_quantity_u64(w, "gasUsed", h->gas_used);
    json_put_quantity_u64(w, "timestamp", h->timestamp);
    json_put_data(w, "extraData", h->extra, h->extra_size);
    json_put_quantity(w, "baseFeePerGas", h->base_fee);
    json_put_b256(w, "blockHash", &h->hash);
    put_raw_transactions(w, b);
    if (h->tail >= TAIL_WITHDRAWALS_ROOT) {
        rpc_put_withdrawals(w, b);
    }
    if (h->tail >= TAIL_EXCESS_BLOB_GAS) {
        json_put_quantity_u64(w, "blobGasUsed", h->blob_gas_used);
        json_put_quantity_u64(w, "excessBlobGas", h->excess_blob_gas);
    }
    json_end(w);
}

// What its maker earns.
static u256 value_of(const struct stored_block *b)
{
    u256 sum = u256_zero();
    for (usize i = 0; i < b->count; i++) {
        struct transaction t = {.nonce = 0};
        if (transaction_decode(&t, b->transactions[i].raw) == VERDICT_VALID) {
            u256 tip = u256_sub(rpc_effective_price(&t, &b->header), b->header.base_fee);
            sum = u256_add(sum, u256_mul(tip, u256_from_u64(b->transactions[i].gas_used)));
        }
        transaction_fini(&t);
    }
    return sum;
}

enum part { PART_COMMITMENTS, PART_PROOFS, PART_BLOBS };

static void put_part(struct rpc_call *c, const struct stored_block *b, const char *name,
                     enum part part)
{
    json_begin_list(c->out, name);
    for (usize i = 0; i < b->count; i++) {
        const struct sidecar *s = pool_blobs_of(node_pool(c->node), &b->transactions[i].hash);
        for (u32 k = 0; s != NULL && k < s->count; k++) {
            bytes all = part == PART_COMMITMENTS ? sidecar_commitment(s, k)
                        : part == PART_PROOFS    ? sidecar_proofs(s, k)
                                                 : sidecar_blob(s, k);
            usize each = part == PART_BLOBS ? SIDECAR_BLOB_SIZE : SIDECAR_POINT_SIZE;
            for (usize at = 0; at < all.n; at += each) {
                json_put_data(c->out, NULL, all.p + at, each);
            }
        }
    }
    json_end(c->out);
}

static void put_bundle(struct rpc_call *c, const struct stored_block *b)
{
    json_begin_object(c->out, "blobsBundle");
    put_part(c, b, "commitments", PART_COMMITMENTS);
    put_part(c, b, "proofs", PART_PROOFS);
    put_part(c, b, "blobs", PART_BLOBS);
    json_end(c->out);
}

static void put_requests(struct json_writer *w, const struct buf *requests)
{
    json_begin_list(w, "executionRequests");
    for (u32 i = 0; i < NODE_REQUEST_TYPES; i++) {
        if (requests[i].n > 0) {
            struct buf one = {0};
            buf_put_u8(&one, (u8)i);
            buf_put(&one, requests[i].p, requests[i].n);
            json_put_data(w, NULL, one.p, one.n);
            buf_fini(&one);
        }
    }
    json_end(w);
}

static void put_envelope(struct rpc_call *c, const struct stored_block *b, u64 version,
                         const struct buf *requests)
{
    if (version == 1) {
        put_payload(c->out, NULL, b);
        return;
    }
    json_begin_object(c->out, NULL);
    put_payload(c->out, "executionPayload", b);
    json_put_quantity(c->out, "blockValue", value_of(b));
    if (version >= 3) {
        put_bundle(c, b);
        json_put_bool(c->out, "shouldOverrideBuilder", false);
    }
    if (version >= 4) {
        put_requests(c->out, requests);
    }
    json_end(c->out);
}

// One step from the parent's limit to the target.
static u64 next_gas_limit(u64 parent)
{
    u64 step = parent / GAS_LIMIT_STEP - 1;
    u64 apart = parent > GAS_TARGET ? parent - GAS_TARGET : GAS_TARGET - parent;
    step = apart < step ? apart : step;
    return parent > GAS_TARGET ? parent - step : parent + step;
}

static bool build(struct rpc_call *c, struct node_build *b, u64 version)
{
    struct stored_block *made = NULL;
    struct node_answer answer;
    struct buf requests[NODE_REQUEST_TYPES] = {{0}};
    b->attributes.gas_limit = next_gas_limit(b->parent->header.gas_limit);
    b->requests = requests;
    enum fault f = node_build(c->node, b, &made, &answer);
    bool ok = f == FAULT_NONE || rpc_fail_fault(c, f);
    if (ok && made == NULL) {
        ok = answer.refusal == REFUSAL_VERDICT
                 ? rpc_fail_verdict(c, answer.verdict)
                 : rpc_fail(c, RPC_SERVER, "no valid block can be made: %s",
                            block_verdict_text(answer.block));
    }
    if (ok) {
        put_envelope(c, made, version, requests);
    }
    stored_block_free(made);
    for (u32 i = 0; i < NODE_REQUEST_TYPES; i++) {
        buf_fini(&requests[i]);
    }
    return ok;
}

static bool version_fits(u64 version, enum fork f)
{
    return f >= FORK_OSAKA      ? version == 5
           : f >= FORK_PRAGUE   ? version == 4
           : f >= FORK_CANCUN   ? version == 3
           : f >= FORK_SHANGHAI ? version == 2
                                : version <= 2;
}

static const struct engine_payload *find_payload(const struct rpc *r, u64 id)
{
    for (u32 i = 0; r->engine != NULL && i < ENGINE_PAYLOADS; i++) {
        const struct engine_payload *p = &r->engine->payload[i];
        if (p->version != 0 && p->id == id) {
            return p;
        }
    }
    return NULL;
}

static bool get_payload(struct rpc_call *c, u64 version)
{
    json_value v;
    struct buf id = {0};
    if (!rpc_param(c, &v, 0) || !rpc_value_data(c, &id, &v) || id.n != 8) {
        bool is_short = c->code == 0;
        buf_fini(&id);
        return is_short ? rpc_fail(c, RPC_PARAMS, "params[0]: a payload's id has 8 bytes") : false;
    }
    const struct engine_payload *p = find_payload(c->rpc, load_be64(id.p));
    buf_fini(&id);
    const struct stored_block *parent =
        p == NULL ? NULL : blocks_by_hash(node_blocks(c->node), &p->parent);
    if (parent == NULL) {
        return rpc_fail(c, ENGINE_NO_PAYLOAD, "Unknown payload");
    }
    struct header h = {.number = parent->header.number + 1, .timestamp = p->timestamp};
    if (!version_fits(version, node_rules_of(c->node, &h).fork)) {
        return rpc_fail(c, ENGINE_FORK, "Unsupported fork: the version is not that of its fork");
    }
    struct node_build b = {
        .parent = parent,
        .attributes = {.timestamp = p->timestamp,
                       .coinbase = p->coinbase,
                       .prev_randao = p->prev_randao,
                       .beacon_root = p->beacon_root,
                       .withdrawals = buf_bytes(&p->withdrawals)},
        .uses_pool = true,
    };
    return build(c, &b, version);
}

bool rpc_engine_get_payload_1(struct rpc_call *c)
{
    return get_payload(c, 1);
}

bool rpc_engine_get_payload_2(struct rpc_call *c)
{
    return get_payload(c, 2);
}

bool rpc_engine_get_payload_3(struct rpc_call *c)
{
    return get_payload(c, 3);
}

bool rpc_engine_get_payload_4(struct rpc_call *c)
{
    return get_payload(c, 4);
}

bool rpc_engine_get_payload_5(struct rpc_call *c)
{
    return get_payload(c, 5);
}

// ---- bodies

static void put_body(struct json_writer *w, const struct stored_block *b)
{
    if (b == NULL) {
        json_put_null(w, NULL);
        return;
    }
    json_begin_object(w, NULL);
    put_raw_transactions(w, b);
    if (b->header.tail >= TAIL_WITHDRAWALS_ROOT) {
        rpc_put_withdrawals(w, b);
    } else {
        json_put_null(w, "withdrawals");
    }
    json_end(w);
}

bool rpc_engine_bodies_by_hash(struct rpc_call *c)
{
    json_value list;
    if (!rpc_param(c, &list, 0)) {
        return false;
    }
    if (json_expect(&list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, &list);
    }
    if (json_count(&list) > BODIES_MAX) {
        return rpc_fail(c, ENGINE_TOO_LARGE, "Too large request: more than %u bodies", BODIES_MAX);
    }
    json_begin_list(c->out, NULL);
    for (usize i = 0; i < json_count(&list); i++) {
        json_value v = json_element(&list, i);
        b256 hash;
        if (!rpc_value_b256(c, &hash, &v)) {
            return false;
        }
        put_body(c->out, blocks_by_hash(node_blocks(c->node), &hash));
    }
    json_end(c->out);
    return true;
}

bool rpc_engine_bodies_by_range(struct rpc_call *c)
{
    json_value v;
    u64 start;
    u64 count;
    if (!rpc_param(c, &v, 0) || !rpc_value_u64(c, &start, &v) || !rpc_param(c, &v, 1) ||
        !rpc_value_u64(c, &count, &v)) {
        return false;
    }
    if (start == 0 || count == 0) {
        return rpc_fail(c, RPC_PARAMS, "start and count are 1 or more");
    }
    if (count > BODIES_MAX) {
        return rpc_fail(c, ENGINE_TOO_LARGE, "Too large request: more than %u bodies", BODIES_MAX);
    }
    json_begin_list(c->out, NULL);
    for (u64 i = start; i - start < count; i++) {
        const struct stored_block *b = blocks_at(node_blocks(c->node), i);
        if (b == NULL && i >= blocks_count(node_blocks(c->node))) {
            break; // beyond the head nothing is given, not even null
        }
        if (b == NULL) {
            json_put_null(c->out, NULL); // dropped
        } else {
            put_body(c->out, b);
        }
    }
    json_end(c->out);
    return true;
}

// ---- testing_buildBlockV1: (parent, attributes, transactions or null, extra data)

static bool read_forced(struct rpc_call *c, struct buf *raws, struct buf *ends)
{
    json_value list;
    if (!rpc_param(c, &list, 2)) {
        return false;
    }
    if (json_expect(&list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, &list);
    }
    for (usize i = 0; i < json_count(&list); i++) {
        json_value v = json_element(&list, i);
        if (!rpc_value_data(c, raws, &v)) {
            return false;
        }
        buf_put(ends, &raws->n, sizeof raws->n);
    }
    return true;
}

static bool build_for_test(struct rpc_call *c, struct node_build *b, struct buf *list)
{
    struct buf raws = {0};
    struct buf ends = {0};
    bool ok = b->uses_pool || read_forced(c, &raws, &ends);
    usize from = 0;
    for (usize i = 0; ok && i < ends.n / sizeof(usize); i++) {
        usize end;
        copy_bytes(&end, ends.p + i * sizeof end, sizeof end);
        bytes one = bytes_slice(buf_bytes(&raws), from, end - from);
        buf_put(list, &one, sizeof one);
        from = end;
    }
    b->forced = (const bytes *)list->p;
    b->forced_count = list->n / sizeof(bytes);
    ok = ok && build(c, b, 5);
    buf_fini(&raws);
    buf_fini(&ends);
    return ok;
}

bool rpc_testing_build_block(struct rpc_call *c)
{
    json_value v;
    b256 parent;
    struct engine_payload p = {.version = 5};
    struct buf extra = {0};
    struct buf list = {0};
    struct node_build b = {.uses_pool = !rpc_has_param(c, 2)};
    bool ok = rpc_param(c, &v, 0) && rpc_value_b256(c, &parent, &v) && rpc_param(c, &v, 1) &&
              rpc_engine_read_attributes(c, &p, &v);
    if (ok && rpc_has_param(c, 3)) {
        v = json_element(&c->params, 3);
        ok = rpc_value_data(c, &extra, &v) &&
             (extra.n <= HEADER_EXTRA_MAX ||
              rpc_fail(c, RPC_PARAMS, "params[3]: extra data has at most 32 bytes"));
    }
    if (ok) {
        b.parent = blocks_by_hash(node_blocks(c->node), &parent);
        b.attributes = (struct block_attributes){
            .timestamp = p.timestamp,
            .coinbase = p.coinbase,
            .prev_randao = p.prev_randao,
            .beacon_root = p.beacon_root,
            .extra = buf_bytes(&extra),
            .withdrawals = buf_bytes(&p.withdrawals),
        };
        ok = b.parent != NULL ? build_for_test(c, &b, &list)
                              : rpc_fail(c, RPC_SERVER, "the parent is not known");
    }
    buf_fini(&p.withdrawals);
    buf_fini(&extra);
    buf_fini(&list);
    return ok;
}
