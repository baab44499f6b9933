// SPDX-License-Identifier: MIT
// Coding and decoding of records. Fixed fields are big-endian, so that keys are in the order of
// their numbers; lists are RLP.
#include "node/store/record.h"

#include "core/eth/transaction.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

// ---- keys

static void add(struct store_key *k, const void *p, usize n)
{
    CHECK(k->n + n <= sizeof k->b);
    copy_bytes(k->b + k->n, p, n);
    k->n += n;
}

static void add_u64(struct store_key *k, u64 v)
{
    u8 b[8];
    store_be64(b, v);
    add(k, b, sizeof b);
}

static void add_u32(struct store_key *k, u32 v)
{
    u8 b[4];
    store_be32(b, v);
    add(k, b, sizeof b);
}

struct store_key store_key_number(u64 number)
{
    struct store_key k = {.n = 0};
    add_u64(&k, number);
    return k;
}

struct store_key store_key_block(u64 number, const b256 *hash)
{
    struct store_key k = store_key_number(number);
    add(&k, hash->b, sizeof hash->b);
    return k;
}

struct store_key store_key_slot(const address *a, const u256 *key)
{
    struct store_key k = {.n = 0};
    u8 word[32];
    u256_to_be_bytes(word, *key);
    add(&k, a->b, sizeof a->b);
    add(&k, word, sizeof word);
    return k;
}

struct store_key store_key_record(u64 number, u32 sequence)
{
    struct store_key k = store_key_number(number);
    add_u32(&k, sequence);
    return k;
}

struct store_key store_key_history(const struct store_key *of, u64 number, u32 sequence)
{
    struct store_key k = *of;
    add_u64(&k, number);
    add_u32(&k, sequence);
    return k;
}

struct store_key store_key_node(const b256 *owner, bytes nibbles)
{
    struct store_key k = {.n = 0};
    u8 has_owner = owner != NULL;
    add(&k, &has_owner, 1); // no key is empty
    if (owner != NULL) {
        add(&k, owner->b, sizeof owner->b);
    }
    add(&k, nibbles.p, nibbles.n);
    return k;
}

struct store_key store_key_log(u32 kind, bytes value, u64 number)
{
    struct store_key k = {.n = 0};
    u8 named[33] = {(u8)kind};
    b256 hash;
    CHECK(value.n < sizeof named);
    copy_bytes(named + 1, value.p, value.n);
    keccak256(&hash, named, 1 + value.n);
    add(&k, hash.b, 8); // others with the same eight bytes are told apart by the logs themselves
    add_u64(&k, number);
    return k;
}

// ---- accounts and slots

void store_put_word(struct buf *out, const u256 *v)
{
    u8 word[32];
    u32 zeros = 0;
    u256_to_be_bytes(word, *v);
    while (zeros < sizeof word && word[zeros] == 0) {
        zeros++;
    }
    buf_put(out, word + zeros, sizeof word - zeros);
}

enum fault store_read_word(u256 *v, bytes record)
{
    u8 word[32] = {0};
    if (record.n > sizeof word || (record.n > 0 && record.p[0] == 0)) {
        return FAULT_BAD_INPUT;
    }
    copy_bytes(word + sizeof word - record.n, record.p, record.n);
    *v = u256_from_be_bytes(word);
    return FAULT_NONE;
}

// keccak256 of the empty string (yellow paper, section 4.1).
const b256 STORE_NO_CODE = {{0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c, 0x92, 0x7e, 0x7d,
                             0xb2, 0xdc, 0xc7, 0x03, 0xc0, 0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82,
                             0x27, 0x3b, 0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70}};

void store_put_account(struct buf *out, const struct store_account *a)
{
    bool has_code = !b256_equal(&a->code_hash, &STORE_NO_CODE);
    usize list = rlp_begin_list(out);
    rlp_put_u64(out, a->nonce);
    rlp_put_u256(out, a->balance);
    rlp_put_u64(out, a->slots);
    rlp_put_bytes(out, a->code_hash.b, has_code ? sizeof a->code_hash.b : 0);
    rlp_end_list(out, list);
}

enum fault store_read_account(struct store_account *a, bytes record)
{
    bytes rest;
    bytes code;
    bool ok = rlp_next_list(&rest, &record) && record.n == 0 && rlp_next_u64(&a->nonce, &rest) &&
              rlp_next_u256(&a->balance, &rest) && rlp_next_u64(&a->slots, &rest) &&
              rlp_next_bytes(&code, &rest) && rest.n == 0 && (code.n == 0 || code.n == 32);
    if (!ok) {
        return FAULT_BAD_INPUT;
    }
    a->code_hash = STORE_NO_CODE;
    if (code.n == 32) {
        copy_bytes(a->code_hash.b, code.p, code.n);
        return b256_equal(&a->code_hash, &STORE_NO_CODE) ? FAULT_BAD_INPUT : FAULT_NONE;
    }
    return FAULT_NONE;
}

// ---- blocks

void store_put_block_record(struct buf *out, const struct stored_block *b)
{
    u8 word[32];
    u256_to_be_bytes(word, b->total_difficulty);
    buf_put(out, word, sizeof word);
    buf_put(out, b->wire.p, b->wire.n);
}

enum fault store_read_block_record(struct stored_block *b, bytes record)
{
    struct block decoded;
    if (record.n < 32) {
        return FAULT_BAD_INPUT;
    }
    b->total_difficulty = u256_from_be_bytes(record.p);
    buf_clear(&b->wire);
    buf_put(&b->wire, record.p + 32, record.n - 32);
    if (!block_decode(&decoded, buf_bytes(&b->wire))) {
        return FAULT_BAD_INPUT;
    }
    b->header = decoded.header;
    return FAULT_NONE;
}

// ---- receipts: a list of [sender, flags, gas used, created address or nothing, root or nothing,
// logs], a log being [emitter, topics in one string, data]

enum receipt_flag { FLAG_SUCCEEDED = 1, FLAG_IMPERSONATED = 2, FLAGS = 3 };

void store_put_receipts(struct buf *out, const struct stored_block *b)
{
    usize list = rlp_begin_list(out);
    for (usize i = 0; i < b->count; i++) {
        const struct stored_transaction *t = &b->transactions[i];
        u64 flags = (t->succeeded ? FLAG_SUCCEEDED : 0) |
                    (t->was_impersonated ? (u64)FLAG_IMPERSONATED : 0);
        usize receipt = rlp_begin_list(out);
        rlp_put_bytes(out, t->sender.b, sizeof t->sender.b);
        rlp_put_u64(out, flags);
        rlp_put_u64(out, t->gas_used);
        rlp_put_bytes(out, t->created.b, t->has_created ? sizeof t->created.b : 0);
        rlp_put_bytes(out, t->pre_byzantium_root.b, t->has_root ? sizeof(b256) : 0);
        usize logs = rlp_begin_list(out);
        for (usize k = t->first_log; k < t->first_log + t->log_count; k++) {
            const struct state_log *l = &b->logs[k];
            usize log = rlp_begin_list(out);
            rlp_put_bytes(out, l->emitter.b, sizeof l->emitter.b);
            rlp_put_bytes(out, l->topic, l->topic_count * sizeof l->topic[0]);
            rlp_put_bytes(out, b->log_data.p + l->data_at, l->data_size);
            rlp_end_list(out, log);
        }
        rlp_end_list(out, logs);
        rlp_end_list(out, receipt);
    }
    rlp_end_list(out, list);
}

static bool read_log(struct stored_block *b, bytes *logs)
{
    bytes log;
    bytes topics;
    bytes data;
    struct state_log l = {.topic_count = 0};
    if (!rlp_next_list(&log, logs) || !rlp_next_exact(l.emitter.b, sizeof l.emitter.b, &log) ||
        !rlp_next_bytes(&topics, &log) || !rlp_next_bytes(&data, &log) || log.n > 0 ||
        topics.n > sizeof l.topic || topics.n % sizeof l.topic[0] != 0) {
        return false;
    }
    l.topic_count = (u32)(topics.n / sizeof l.topic[0]);
    copy_bytes(l.topic, topics.p, topics.n);
    l.data_at = b->log_data.n;
    l.data_size = data.n;
    buf_put(&b->log_data, data.p, data.n);
    stored_block_put_log(b, &l);
    return true;
}

// An address or hash that may be missing.
static bool next_optional(bool *there, u8 *out, usize size, bytes *rest)
{
    bytes value;
    if (!rlp_next_bytes(&value, rest) || (value.n != 0 && value.n != size)) {
        return false;
    }
    *there = value.n > 0;
    copy_bytes(out, value.p, value.n);
    return true;
}

static bool read_receipt(struct stored_block *b, bytes *rest)
{
    bytes r;
    bytes logs;
    u64 flags = 0;
    struct stored_transaction t = {.gas_used = 0};
    bool ok = rlp_next_list(&r, rest) && rlp_next_exact(t.sender.b, sizeof t.sender.b, &r) &&
              rlp_next_u64(&flags, &r) && flags <= FLAGS && rlp_next_u64(&t.gas_used, &r) &&
              next_optional(&t.has_created, t.created.b, sizeof t.created.b, &r) &&
              next_optional(&t.has_root, t.pre_byzantium_root.b, sizeof(b256), &r) &&
              rlp_next_list(&logs, &r) && r.n == 0;
    if (!ok) {
        return false;
    }
    t.succeeded = (flags & FLAG_SUCCEEDED) != 0;
    t.was_impersonated = (flags & FLAG_IMPERSONATED) != 0;
    t.first_log = b->log_count;
    while (ok && logs.n > 0) {
        ok = read_log(b, &logs);
    }
    t.log_count = b->log_count - t.first_log;
    stored_block_put_transaction(b, &t);
    return ok;
}

enum fault store_read_receipts(struct stored_block *b, bytes record)
{
    bytes rest;
    bool ok = rlp_next_list(&rest, &record) && record.n == 0;
    while (ok && rest.n > 0) {
        ok = read_receipt(b, &rest);
    }
    ok = ok && stored_block_settle(b);
    b->has_receipts = ok;
    return ok ? FAULT_NONE : FAULT_BAD_INPUT;
}

// ---- changes

void store_put_change(struct buf *out, const struct store_change *c)
{
    u8 word[32];
    buf_put_u8(out, c->is_slot);
    buf_put(out, c->at.b, sizeof c->at.b);
    if (c->is_slot) {
        u256_to_be_bytes(word, c->key);
        buf_put(out, word, sizeof word);
    }
}

enum fault store_next_change(struct store_change *c, bytes *rest)
{
    *c = (struct store_change){.is_slot = false};
    if (rest->n < 21 || rest->p[0] > 1 || (rest->p[0] == 1 && rest->n < 53)) {
        return FAULT_BAD_INPUT;
    }
    c->is_slot = rest->p[0] == 1;
    copy_bytes(c->at.b, rest->p + 1, sizeof c->at.b);
    if (c->is_slot) {
        c->key = u256_from_be_bytes(rest->p + 21);
    }
    usize n = c->is_slot ? 53 : 21;
    *rest = bytes_slice(*rest, n, rest->n - n);
    return FAULT_NONE;
}

// ---- points

void store_put_point(struct buf *out, const struct store_point *p)
{
    struct store_key k = store_key_record(p->number, p->sequence);
    buf_put(out, k.b, k.n);
    buf_put(out, p->hash.b, sizeof p->hash.b);
    buf_put(out, p->root.b, sizeof p->root.b);
}

enum fault store_read_point(struct store_point *p, bytes record)
{
    if (record.n != 76) {
        return FAULT_BAD_INPUT;
    }
    p->number = load_be64(record.p);
    p->sequence = load_be32(record.p + 8);
    copy_bytes(p->hash.b, record.p + 12, sizeof p->hash.b);
    copy_bytes(p->root.b, record.p + 44, sizeof p->root.b);
    return FAULT_NONE;
}
