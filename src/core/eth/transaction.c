// SPDX-License-Identifier: MIT
// Wire form of transactions. Each type is a row of fields; encoder and decoder walk the same row,
// so that they cannot disagree and a new type is a new row.
#include "core/eth/transaction.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/crypto/sign.h"
#include "lib/num/u256.h"

#define AUTHORIZATION_MAGIC 0x05 // EIP-7702

enum field {
    FIELD_END,
    FIELD_CHAIN_ID,
    FIELD_NONCE,
    FIELD_PRIORITY,
    FIELD_FEE,
    FIELD_GAS_PRICE, // sets fee and priority
    FIELD_GAS_LIMIT,
    FIELD_TO,
    FIELD_VALUE,
    FIELD_DATA,
    FIELD_ACCESS,
    FIELD_BLOB_FEE,
    FIELD_BLOB_HASHES,
    FIELD_AUTHORIZATIONS,
    FIELD_SIGNATURE, // what follows is not part of what is signed: parity or v, r, s
};

static const u8 FIELDS[TX_TYPE_COUNT][16] = {
    [TX_LEGACY] = {FIELD_NONCE, FIELD_GAS_PRICE, FIELD_GAS_LIMIT, FIELD_TO, FIELD_VALUE, FIELD_DATA,
                   FIELD_SIGNATURE},
    [TX_ACCESS_LIST] = {FIELD_CHAIN_ID, FIELD_NONCE, FIELD_GAS_PRICE, FIELD_GAS_LIMIT, FIELD_TO,
                        FIELD_VALUE, FIELD_DATA, FIELD_ACCESS, FIELD_SIGNATURE},
    [TX_FEE_MARKET] = {FIELD_CHAIN_ID, FIELD_NONCE, FIELD_PRIORITY, FIELD_FEE, FIELD_GAS_LIMIT,
                       FIELD_TO, FIELD_VALUE, FIELD_DATA, FIELD_ACCESS, FIELD_SIGNATURE},
    [TX_BLOB] = {FIELD_CHAIN_ID, FIELD_NONCE, FIELD_PRIORITY, FIELD_FEE, FIELD_GAS_LIMIT, FIELD_TO,
                 FIELD_VALUE, FIELD_DATA, FIELD_ACCESS, FIELD_BLOB_FEE, FIELD_BLOB_HASHES,
                 FIELD_SIGNATURE},
    [TX_AUTHORIZATION] = {FIELD_CHAIN_ID, FIELD_NONCE, FIELD_PRIORITY, FIELD_FEE, FIELD_GAS_LIMIT,
                          FIELD_TO, FIELD_VALUE, FIELD_DATA, FIELD_ACCESS, FIELD_AUTHORIZATIONS,
                          FIELD_SIGNATURE},
};

const char *verdict_name(enum verdict v)
{
    static const char *const NAMES[] = {
        "",
#define VERDICT(NAME, test_name, text) test_name,
#include "spec/verdicts.def"
    };
    return v < VERDICT_COUNT ? NAMES[v] : "unknown";
}

const char *verdict_text(enum verdict v)
{
    static const char *const TEXTS[] = {
        "valid",
#define VERDICT(NAME, test_name, text) text,
#include "spec/verdicts.def"
    };
    return v < VERDICT_COUNT ? TEXTS[v] : "unknown";
}

void transaction_fini(struct transaction *t)
{
    buf_fini(&t->data);
    mem_free(t->access);
    mem_free(t->keys);
    mem_free(t->blob_hashes);
    mem_free(t->authorizations);
    *t = (struct transaction){0};
}

// Room for one more element of an array that doubles at powers of two.
static void *grown(void *array, usize count, usize size)
{
    bool full = (count & (count - 1)) == 0; // 0, 1, 2, 4, 8 …
    return full ? mem_realloc(array, (count == 0 ? 1 : count * 2) * size) : array;
}

void transaction_add_access(struct transaction *t, const address *at)
{
    t->access = grown(t->access, t->access_count, sizeof *t->access);
    t->access[t->access_count++] = (struct access_entry){*at, t->key_count, 0};
}

void transaction_add_key(struct transaction *t, const b256 *key)
{
    CHECK(t->access_count > 0);
    t->keys = grown(t->keys, t->key_count, sizeof *t->keys);
    t->keys[t->key_count++] = *key;
    t->access[t->access_count - 1].key_count++;
}

void transaction_add_blob(struct transaction *t, const b256 *hash)
{
    t->blob_hashes = grown(t->blob_hashes, t->blob_count, sizeof *t->blob_hashes);
    t->blob_hashes[t->blob_count++] = *hash;
}

void transaction_add_authorization(struct transaction *t, const struct authorization *a)
{
    t->authorizations = grown(t->authorizations, t->authorization_count, sizeof *t->authorizations);
    t->authorizations[t->authorization_count++] = *a;
}

// ---- decoding

static bool next_to(struct transaction *t, bytes *rest)
{
    bytes to;
    if (!rlp_next_bytes(&to, rest) || (to.n != 20 && to.n != 0)) {
        return false;
    }
    t->is_create = to.n == 0;
    copy_bytes(t->to.b, to.p, to.n);
    return true;
}

static bool next_access(struct transaction *t, bytes *rest)
{
    bytes list;
    if (!rlp_next_list(&list, rest)) {
        return false;
    }
    while (list.n > 0) {
        bytes entry;
        bytes keys;
        address at;
        if (!rlp_next_list(&entry, &list) || !rlp_next_exact(at.b, 20, &entry) ||
            !rlp_next_list(&keys, &entry) || entry.n != 0) {
            return false;
        }
        transaction_add_access(t, &at);
        while (keys.n > 0) {
            b256 key;
            if (!rlp_next_exact(key.b, 32, &keys)) {
                return false;
            }
            transaction_add_key(t, &key);
        }
    }
    return true;
}

static bool next_blob_hashes(struct transaction *t, bytes *rest)
{
    bytes list;
    if (!rlp_next_list(&list, rest)) {
        return false;
    }
    while (list.n > 0) {
        b256 hash;
        if (!rlp_next_exact(hash.b, 32, &list)) {
            return false;
        }
        transaction_add_blob(t, &hash);
    }
    return true;
}

static bool next_authorizations(struct transaction *t, bytes *rest)
{
    bytes list;
    if (!rlp_next_list(&list, rest)) {
        return false;
    }
    while (list.n > 0) {
        bytes one;
        struct authorization a;
        u64 parity = 0;
        if (!rlp_next_list(&one, &list) || !rlp_next_u256(&a.chain_id, &one) ||
            !rlp_next_exact(a.target.b, 20, &one) || !rlp_next_u64(&a.nonce, &one) ||
            !rlp_next_u64(&parity, &one) || parity > 255 || !rlp_next_u256(&a.r, &one) ||
            !rlp_next_u256(&a.s, &one) || one.n != 0) {
            return false;
        }
        a.y_parity = (u8)parity;
        transaction_add_authorization(t, &a);
    }
    return true;
}

static bool next_signature(struct transaction *t, bytes *rest)
{
    u256 v;
    if (!rlp_next_u256(&v, rest) || !rlp_next_u256(&t->r, rest) || !rlp_next_u256(&t->s, rest)) {
        return false;
    }
    t->y_parity = 2; // no signature has it: what does not fit below is refused with the signature
    if (t->type != TX_LEGACY) {
        t->y_parity = u256_fits_u64(v) && v.w[0] < 2 ? (u8)v.w[0] : 2;
        return true;
    }
    if (u256_fits_u64(v) && (v.w[0] == 27 || v.w[0] == 28)) {
        t->y_parity = (u8)(v.w[0] - 27);
    } else if (!u256_lt(v, u256_from_u64(35))) { // EIP-155: 35 + parity + 2 * chain id
        u256 rest_v = u256_sub(v, u256_from_u64(35));
        t->y_parity = rest_v.w[0] & 1;
        t->chain_id = u256_shr(u256_one(), rest_v);
        t->has_chain_id = true;
    }
    return true;
}

static bool next_field(struct transaction *t, enum field f, bytes *rest)
{
    switch (f) {
    case FIELD_CHAIN_ID:
        t->has_chain_id = true;
        return rlp_next_u256(&t->chain_id, rest);
    case FIELD_NONCE:
        return rlp_next_u64(&t->nonce, rest);
    case FIELD_PRIORITY:
        return rlp_next_u256(&t->max_priority, rest);
    case FIELD_FEE:
        return rlp_next_u256(&t->max_fee, rest);
    case FIELD_GAS_PRICE:
        if (!rlp_next_u256(&t->max_fee, rest)) {
            return false;
        }
        t->max_priority = t->max_fee;
        return true;
    case FIELD_GAS_LIMIT:
        return rlp_next_u64(&t->gas_limit, rest);
    case FIELD_TO:
        return next_to(t, rest);
    case FIELD_VALUE:
        return rlp_next_u256(&t->value, rest);
    case FIELD_DATA: {
        bytes data;
        if (!rlp_next_bytes(&data, rest)) {
            return false;
        }
        buf_put(&t->data, data.p, data.n);
        return true;
    }
    case FIELD_ACCESS:
        return next_access(t, rest);
    case FIELD_BLOB_FEE:
        return rlp_next_u256(&t->max_blob_fee, rest);
    case FIELD_BLOB_HASHES:
        return next_blob_hashes(t, rest);
    case FIELD_AUTHORIZATIONS:
        return next_authorizations(t, rest);
    case FIELD_SIGNATURE:
        return next_signature(t, rest);
    case FIELD_END:
        break;
    }
    UNREACHABLE();
}

enum verdict transaction_decode(struct transaction *t, bytes wire)
{
    if (wire.n == 0) {
        return VERDICT_RLP_INVALID;
    }
    if (wire.p[0] < 0x80) { // EIP-2718
        if (wire.p[0] == 0 || wire.p[0] >= TX_TYPE_COUNT) {
            return VERDICT_TYPE_UNKNOWN;
        }
        t->type = (enum transaction_type)wire.p[0];
        wire = bytes_slice(wire, 1, wire.n - 1);
    } else {
        t->type = TX_LEGACY;
    }
    bytes rest;
    if (!rlp_next_list(&rest, &wire) || wire.n != 0) {
        return VERDICT_RLP_INVALID;
    }
    for (const u8 *f = FIELDS[t->type]; *f != FIELD_END; f++) {
        if (!next_field(t, (enum field) * f, &rest)) {
            return VERDICT_RLP_INVALID;
        }
    }
    return rest.n == 0 ? VERDICT_VALID : VERDICT_RLP_INVALID;
}

// ---- encoding

static void put_access(struct buf *out, const struct transaction *t)
{
    usize list = rlp_begin_list(out);
    for (usize i = 0; i < t->access_count; i++) {
        const struct access_entry *e = &t->access[i];
        usize entry = rlp_begin_list(out);
        rlp_put_bytes(out, e->at.b, sizeof e->at.b);
        usize keys = rlp_begin_list(out);
        for (usize k = 0; k < e->key_count; k++) {
            rlp_put_bytes(out, t->keys[e->first_key + k].b, 32);
        }
        rlp_end_list(out, keys);
        rlp_end_list(out, entry);
    }
    rlp_end_list(out, list);
}

static void put_authorizations(struct buf *out, const struct transaction *t)
{
    usize list = rlp_begin_list(out);
    for (usize i = 0; i < t->authorization_count; i++) {
        const struct authorization *a = &t->authorizations[i];
        usize one = rlp_begin_list(out);
        rlp_put_u256(out, a->chain_id);
        rlp_put_bytes(out, a->target.b, sizeof a->target.b);
        rlp_put_u64(out, a->nonce);
        rlp_put_u64(out, a->y_parity);
        rlp_put_u256(out, a->r);
        rlp_put_u256(out, a->s);
        rlp_end_list(out, one);
    }
    rlp_end_list(out, list);
}

static u256 legacy_v(const struct transaction *t)
{
    if (!t->has_chain_id) {
        return u256_from_u64(27u + t->y_parity);
    }
    u256 twice = u256_add(t->chain_id, t->chain_id);
    return u256_add(twice, u256_from_u64(35u + t->y_parity));
}

static void put_field(struct buf *out, const struct transaction *t, enum field f)
{
    switch (f) {
    case FIELD_CHAIN_ID:
        rlp_put_u256(out, t->chain_id);
        break;
    case FIELD_NONCE:
        rlp_put_u64(out, t->nonce);
        break;
    case FIELD_PRIORITY:
        rlp_put_u256(out, t->max_priority);
        break;
    case FIELD_FEE:
    case FIELD_GAS_PRICE:
        rlp_put_u256(out, t->max_fee);
        break;
    case FIELD_GAS_LIMIT:
        rlp_put_u64(out, t->gas_limit);
        break;
    case FIELD_TO:
        rlp_put_bytes(out, t->to.b, t->is_create ? 0 : sizeof t->to.b);
        break;
    case FIELD_VALUE:
        rlp_put_u256(out, t->value);
        break;
    case FIELD_DATA:
        rlp_put_bytes(out, t->data.p, t->data.n);
        break;
    case FIELD_ACCESS:
        put_access(out, t);
        break;
    case FIELD_BLOB_FEE:
        rlp_put_u256(out, t->max_blob_fee);
        break;
    case FIELD_BLOB_HASHES: {
        usize list = rlp_begin_list(out);
        for (usize i = 0; i < t->blob_count; i++) {
            rlp_put_bytes(out, t->blob_hashes[i].b, 32);
        }
        rlp_end_list(out, list);
        break;
    }
    case FIELD_AUTHORIZATIONS:
        put_authorizations(out, t);
        break;
    case FIELD_SIGNATURE:
        rlp_put_u256(out, t->type == TX_LEGACY ? legacy_v(t) : u256_from_u64(t->y_parity));
        rlp_put_u256(out, t->r);
        rlp_put_u256(out, t->s);
        break;
    case FIELD_END:
        UNREACHABLE();
    }
}

static void put_all(struct buf *out, const struct transaction *t, bool with_signature)
{
    if (t->type != TX_LEGACY) {
        buf_put_u8(out, (u8)t->type);
    }
    usize list = rlp_begin_list(out);
    for (const u8 *f = FIELDS[t->type]; *f != FIELD_END; f++) {
        if (*f != FIELD_SIGNATURE || with_signature) {
            put_field(out, t, (enum field) * f);
        }
    }
    if (!with_signature && t->type == TX_LEGACY && t->has_chain_id) { // EIP-155
        rlp_put_u256(out, t->chain_id);
        rlp_put_u64(out, 0);
        rlp_put_u64(out, 0);
    }
    rlp_end_list(out, list);
}

void transaction_encode(struct buf *out, const struct transaction *t)
{
    put_all(out, t, true);
}

void transaction_hash(b256 *out, const struct transaction *t)
{
    struct buf wire = {0};
    put_all(&wire, t, true);
    keccak256(out, wire.p, wire.n);
    buf_fini(&wire);
}

// ---- signers

// Half of secp256k1's order, the largest s that EIP-2 allows.
static const u256 HALF_ORDER = {
    {0xdfe92f46681b20a0, 0x5d576e7357a4501d, 0xffffffffffffffff, 0x7fffffffffffffff}};

static void signing_hash(b256 *out, const struct transaction *t)
{
    struct buf wire = {0};
    put_all(&wire, t, false);
    keccak256(out, wire.p, wire.n);
    buf_fini(&wire);
}

bool transaction_sign(struct transaction *t, const b256 *key)
{
    b256 hash;
    signature made;
    signing_hash(&hash, t);
    if (!crypto_sign(&made, &hash, key)) {
        return false;
    }
    t->y_parity = made.recovery_id & 1;
    t->r = u256_from_b256(made.r);
    t->s = u256_from_b256(made.s);
    return true;
}

enum verdict transaction_signer(address *out, const struct transaction *t, bool low_s)
{
    if (t->y_parity > 1 || (low_s && u256_lt(HALF_ORDER, t->s))) {
        return VERDICT_SIGNATURE_INVALID;
    }
    b256 hash;
    signing_hash(&hash, t);
    b256 r = u256_to_b256(t->r);
    b256 s = u256_to_b256(t->s);
    return crypto_ecrecover(out, &hash, &r, &s, t->y_parity) ? VERDICT_VALID
                                                             : VERDICT_SIGNATURE_INVALID;
}

bool authorization_signer(address *out, const struct authorization *a)
{
    if (a->y_parity > 1 || u256_lt(HALF_ORDER, a->s)) {
        return false;
    }
    struct buf text = {0};
    buf_put_u8(&text, AUTHORIZATION_MAGIC);
    usize list = rlp_begin_list(&text);
    rlp_put_u256(&text, a->chain_id);
    rlp_put_bytes(&text, a->target.b, sizeof a->target.b);
    rlp_put_u64(&text, a->nonce);
    rlp_end_list(&text, list);
    b256 hash;
    keccak256(&hash, text.p, text.n);
    buf_fini(&text);
    b256 r = u256_to_b256(a->r);
    b256 s = u256_to_b256(a->s);
    return crypto_ecrecover(out, &hash, &r, &s, a->y_parity);
}
