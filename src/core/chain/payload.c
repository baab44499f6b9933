// SPDX-License-Identifier: MIT
// Payloads to blocks; see payload.h. What a header holds beyond the payload (roots of the lists,
// the hash of the requests, what is constant since the merge) is computed, so that the stated hash
// proves all of it.
#include "core/chain/payload.h"

#include "core/chain/block_run.h"
#include "lib/base/bytes.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

#define VERSION_MAX 5u
#define VERSION_BLOB_HASHES 3u // and the root of the beacon chain
#define VERSION_REQUESTS 4u

struct reader {
    struct block block;
    b256 hash; // as stated
    struct buf transactions, withdrawals, extra, blob_hashes;
};

const char *payload_verdict_text(enum payload_verdict v)
{
    static const char *const TEXTS[] = {
        [PAYLOAD_BLOCK] = "a block",
        [PAYLOAD_PARAMS] = "a parameter is not what it should be",
        [PAYLOAD_FORK] = "the version of the call is not that of the fork",
        [PAYLOAD_HASH] = "the block's hash is not the one stated",
        [PAYLOAD_BLOB_HASHES] = "the versioned hashes are not those of the transactions",
        [PAYLOAD_TRANSACTION] = "a transaction is not the coding of one",
    };
    return (u32)v < COUNT_OF(TEXTS) ? TEXTS[v] : "unknown";
}

i32 payload_error_code(enum payload_verdict v)
{
    return v == PAYLOAD_PARAMS ? -32602 : v == PAYLOAD_FORK ? -38005 : 0;
}

static enum fault member_u64(u64 *out, const json_value *object, const char *name)
{
    json_value v;
    TRY(json_member(&v, object, name));
    return json_get_u64(out, &v);
}

static enum fault member_b256(b256 *out, const json_value *object, const char *name)
{
    json_value v;
    TRY(json_member(&v, object, name));
    return json_get_b256(out, &v);
}

static enum fault read_bytes(struct header *h, struct buf *scratch, const json_value *p)
{
    json_value v;
    TRY(json_member(&v, p, "logsBloom"));
    buf_clear(scratch);
    TRY(json_get_data(scratch, &v));
    if (scratch->n != sizeof h->bloom) {
        return json_refuse(&v, "is not 256 bytes");
    }
    copy_bytes(h->bloom, scratch->p, sizeof h->bloom);
    TRY(json_member(&v, p, "extraData"));
    buf_clear(scratch);
    TRY(json_get_data(scratch, &v));
    if (scratch->n > HEADER_EXTRA_MAX) {
        return json_refuse(&v, "is longer than %u bytes", HEADER_EXTRA_MAX);
    }
    h->extra_size = (u32)scratch->n;
    copy_bytes(h->extra, scratch->p, scratch->n);
    return FAULT_NONE;
}

static enum fault read_header(struct reader *r, const json_value *p)
{
    struct header *h = &r->block.header;
    json_value v;
    TRY(member_b256(&r->hash, p, "blockHash"));
    TRY(member_b256(&h->parent_hash, p, "parentHash"));
    TRY(json_member(&v, p, "feeRecipient"));
    TRY(json_get_address(&h->coinbase, &v));
    TRY(member_b256(&h->state_root, p, "stateRoot"));
    TRY(member_b256(&h->receipts_root, p, "receiptsRoot"));
    TRY(member_u64(&h->number, p, "blockNumber"));
    TRY(member_u64(&h->gas_limit, p, "gasLimit"));
    TRY(member_u64(&h->gas_used, p, "gasUsed"));
    TRY(member_u64(&h->timestamp, p, "timestamp"));
    TRY(member_b256(&h->mix_hash, p, "prevRandao"));
    TRY(json_member(&v, p, "baseFeePerGas"));
    TRY(json_get_u256(&h->base_fee, &v));
    h->uncles_hash = UNCLES_NONE_HASH;
    return read_bytes(h, &r->extra, p);
}

// What a version states whatever the fork (execution-apis: cancun.md, prague.md, amsterdam.md). The
// members of version 2 depend on the time.
static enum fault expect_version(const json_value *params, u64 version)
{
    static const struct {
        const char *name;
        u64 since;
    } MEMBERS[] = {{"withdrawals", 3},
                   {"blobGasUsed", 3},
                   {"excessBlobGas", 3},
                   {"blockAccessList", 5},
                   {"slotNumber", 5}};
    static const u8 COUNTS[VERSION_MAX + 1] = {0, 1, 1, 3, 4, 4}; // parameters
    json_value v;
    b256 root;
    if (version == 0 || version > VERSION_MAX || json_count(params) != COUNTS[version]) {
        return json_refuse(params, "has %zu elements", json_count(params));
    }
    json_value p = json_element(params, 0);
    TRY(json_expect(&p, JSON_KIND_OBJECT));
    for (u32 i = 0; i < COUNT_OF(MEMBERS); i++) {
        TRY(version >= MEMBERS[i].since ? json_member(&v, &p, MEMBERS[i].name) : FAULT_NONE);
    }
    if (version >= VERSION_BLOB_HASHES) {
        json_value hashes = json_element(params, 1);
        json_value beacon_root = json_element(params, 2);
        TRY(json_expect(&hashes, JSON_KIND_LIST));
        TRY(json_get_b256(&root, &beacon_root));
    }
    if (version >= VERSION_REQUESTS) {
        json_value requests = json_element(params, 3);
        TRY(json_expect(&requests, JSON_KIND_LIST));
    }
    return FAULT_NONE;
}

// Members that came with a fork: there if and only if the fork is in force.
static enum fault read_since(bool expected, const json_value *p, const char *name, json_value *v)
{
    bool found;
    TRY(json_find(v, &found, p, name));
    return found == expected ? FAULT_NONE
                             : json_refuse(p, "\"%s\" is %s at its fork", name,
                                           found ? "not allowed" : "missing");
}

static enum fault read_fork_members(struct reader *r, const json_value *p, enum fork f)
{
    struct header *h = &r->block.header;
    json_value v;
    TRY(read_since(f >= FORK_SHANGHAI, p, "withdrawals", &v));
    TRY(f >= FORK_SHANGHAI ? json_expect(&v, JSON_KIND_LIST) : FAULT_NONE);
    for (usize i = 0; f >= FORK_SHANGHAI && i < json_count(&v); i++) {
        json_value one = json_element(&v, i);
        u64 number[3];
        address at;
        json_value member;
        TRY(member_u64(&number[0], &one, "index"));
        TRY(member_u64(&number[1], &one, "validatorIndex"));
        TRY(member_u64(&number[2], &one, "amount"));
        TRY(json_member(&member, &one, "address"));
        TRY(json_get_address(&at, &member));
        usize list = rlp_begin_list(&r->withdrawals);
        rlp_put_u64(&r->withdrawals, number[0]);
        rlp_put_u64(&r->withdrawals, number[1]);
        rlp_put_bytes(&r->withdrawals, at.b, sizeof at.b);
        rlp_put_u64(&r->withdrawals, number[2]);
        rlp_end_list(&r->withdrawals, list);
    }
    TRY(read_since(f >= FORK_CANCUN, p, "blobGasUsed", &v));
    TRY(json_find_u64(&h->blob_gas_used, p, "blobGasUsed"));
    TRY(read_since(f >= FORK_CANCUN, p, "excessBlobGas", &v));
    return json_find_u64(&h->excess_blob_gas, p, "excessBlobGas");
}

// False: one of them is not the coding of a transaction.
static enum fault read_transactions(struct reader *r, const json_value *p, bool *ok)
{
    json_value list;
    TRY(json_member(&list, p, "transactions"));
    TRY(json_expect(&list, JSON_KIND_LIST));
    *ok = true;
    for (usize i = 0; i < json_count(&list); i++) {
        json_value v = json_element(&list, i);
        struct buf raw = {0};
        struct transaction t = {.nonce = 0};
        enum fault f = json_get_data(&raw, &v);
        if (f == FAULT_NONE && transaction_decode(&t, buf_bytes(&raw)) != VERDICT_VALID) {
            *ok = false;
        } else if (f == FAULT_NONE && t.type == TX_LEGACY) {
            buf_put(&r->transactions, raw.p, raw.n);
        } else if (f == FAULT_NONE) {
            rlp_put_bytes(&r->transactions, raw.p, raw.n);
            buf_put(&r->blob_hashes, t.blob_hashes, t.blob_count * sizeof *t.blob_hashes);
        }
        transaction_fini(&t);
        buf_fini(&raw);
        TRY(f);
    }
    return FAULT_NONE;
}

// EIP-7685: types ascend, none is empty.
static enum fault read_requests(struct header *h, const json_value *list)
{
    struct buf hashes = {0};
    enum fault f = json_expect(list, JSON_KIND_LIST);
    u32 least = 0;
    for (usize i = 0; f == FAULT_NONE && i < json_count(list); i++) {
        json_value v = json_element(list, i);
        struct buf request = {0};
        b256 hash;
        f = json_get_data(&request, &v);
        if (f == FAULT_NONE && (request.n < 2 || request.p[0] < least)) {
            f = json_refuse(&v, "is empty or not in the order of types");
        }
        if (f == FAULT_NONE) {
            least = request.p[0] + 1u;
            crypto_sha256(&hash, request.p, request.n);
            buf_put(&hashes, hash.b, sizeof hash.b);
        }
        buf_fini(&request);
    }
    crypto_sha256(&h->requests_hash, hashes.p, hashes.n);
    buf_fini(&hashes);
    return f;
}

static enum fault compare_blob_hashes(const struct reader *r, const json_value *list, bool *same)
{
    struct buf stated = {0};
    enum fault f = json_expect(list, JSON_KIND_LIST);
    for (usize i = 0; f == FAULT_NONE && i < json_count(list); i++) {
        json_value v = json_element(list, i);
        b256 hash;
        f = json_get_b256(&hash, &v);
        if (f == FAULT_NONE) {
            buf_put(&stated, hash.b, sizeof hash.b);
        }
    }
    *same = stated.n == r->blob_hashes.n && equal_bytes(stated.p, r->blob_hashes.p, stated.n);
    buf_fini(&stated);
    return f;
}

static void put_list(struct buf *out, bytes payload)
{
    usize list = rlp_begin_list(out);
    buf_put(out, payload.p, payload.n);
    rlp_end_list(out, list);
}

// Roots, hash and coding. False: the hash is not the one stated.
static bool finish(struct reader *r, struct buf *wire, enum fork f)
{
    struct block *b = &r->block;
    struct buf coded = {0};
    b256 hash;
    b->transactions = buf_bytes(&r->transactions);
    b->withdrawals = buf_bytes(&r->withdrawals);
    b->header.tail = header_tail_of(f);
    bool ok = block_transactions_root(&b->header.transactions_root, b) &&
              block_withdrawals_root(&b->header.withdrawals_root, b);
    header_encode(&coded, &b->header);
    keccak256(&hash, coded.p, coded.n);
    usize list = rlp_begin_list(wire);
    buf_put(wire, coded.p, coded.n);
    put_list(wire, b->transactions);
    put_list(wire, BYTES_NONE);
    if (f >= FORK_SHANGHAI) {
        put_list(wire, b->withdrawals);
    }
    rlp_end_list(wire, list);
    buf_fini(&coded);
    return ok && b256_equal(&hash, &r->hash);
}

// Version 5 is of Amsterdam, which no chain here can have.
static bool version_fits(u64 version, enum fork f)
{
    return f >= FORK_PRAGUE     ? version == 4
           : f >= FORK_CANCUN   ? version == 3
           : f >= FORK_SHANGHAI ? version == 2
                                : version <= 2;
}

static enum fault read_all(struct reader *r, const json_value *params, u64 version,
                           const struct schedule *s, enum payload_verdict *v)
{
    TRY(json_expect(params, JSON_KIND_LIST));
    TRY(expect_version(params, version));
    json_value p = json_element(params, 0);
    TRY(read_header(r, &p));
    u256 merged = u256_max();
    enum fork f =
        schedule_rules(s, r->block.header.number, r->block.header.timestamp, &merged).fork;
    if (!version_fits(version, f)) {
        *v = PAYLOAD_FORK;
        return FAULT_NONE;
    }
    bool ok;
    TRY(read_fork_members(r, &p, f));
    TRY(read_transactions(r, &p, &ok));
    *v = ok ? PAYLOAD_BLOCK : PAYLOAD_TRANSACTION;
    if (version >= VERSION_BLOB_HASHES) {
        json_value hashes = json_element(params, 1);
        json_value root = json_element(params, 2);
        TRY(json_get_b256(&r->block.header.beacon_root, &root));
        TRY(compare_blob_hashes(r, &hashes, &ok));
        *v = *v == PAYLOAD_BLOCK && !ok ? PAYLOAD_BLOB_HASHES : *v;
    }
    if (version >= VERSION_REQUESTS) {
        json_value requests = json_element(params, 3);
        TRY(read_requests(&r->block.header, &requests));
    }
    return FAULT_NONE;
}

enum payload_verdict payload_to_block(struct buf *wire, const json_value *params, u64 version,
                                      const struct schedule *s)
{
    struct reader r = {.block = {.has_withdrawals = false}};
    enum payload_verdict v = PAYLOAD_BLOCK;
    if (read_all(&r, params, version, s, &v) != FAULT_NONE) {
        v = PAYLOAD_PARAMS;
    }
    if (v == PAYLOAD_BLOCK) {
        u256 merged = u256_max();
        const struct header *h = &r.block.header;
        enum fork f = schedule_rules(s, h->number, h->timestamp, &merged).fork;
        v = finish(&r, wire, f) ? PAYLOAD_BLOCK : PAYLOAD_HASH;
    }
    buf_fini(&r.transactions);
    buf_fini(&r.withdrawals);
    buf_fini(&r.extra);
    buf_fini(&r.blob_hashes);
    return v;
}
