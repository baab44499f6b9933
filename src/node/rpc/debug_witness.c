// SPDX-License-Identifier: MIT
// debug_executionWitness: all that is needed to execute a block without a database: the nodes of
// the parent's tries on the ways to what the block looks at, the codes, the ancestors' headers
// (geth, reth; execution-specs, "stateless"). Where a key is deleted, the ways to its neighbours
// are there too, because a branch that loses all children but one becomes part of that one.
#include "lib/base/bytes.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/seed.h"
#include "lib/codec/hex.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "node/rpc/tracing.h"

#define WITNESS_MAX ((usize)64 << 20) // bytes of nodes and codes

#define TABLE_NAME node_table
#define TABLE_KEY b256
#define TABLE_VALUE bytes
#define TABLE_HASH(key, seed) hash_b256(key, seed)
#define TABLE_EQUAL(a, b) b256_equal(a, b)
#include "lib/base/table.h"

struct looked_at { // an account, or a slot of it
    address at;
    bool is_slot;
    u256 key;
};

static inline u64 hash_looked_at(const struct looked_at *l, u64 seed)
{
    return hash_u256(&l->key, seed ^ hash_address(&l->at, seed) ^ l->is_slot);
}

static inline bool same_looked_at(const struct looked_at *a, const struct looked_at *b)
{
    return a->is_slot == b->is_slot && address_equal(&a->at, &b->at) && u256_eq(a->key, b->key);
}

#define TABLE_NAME looked_table
#define TABLE_KEY struct looked_at
#define TABLE_VALUE u8
#define TABLE_HASH(key, seed) hash_looked_at(key, seed)
#define TABLE_EQUAL(a, b) same_looked_at(a, b)
#include "lib/base/table.h"

struct witness {
    struct rpc_call *c;
    struct looked_table looked;
    struct node_table nodes, codes; // by hash; owned
    usize size;
    u64 oldest; // block whose header is asked for
};

// ---- gathering

static void look(struct witness *w, const address *at)
{
    struct looked_at l = {.at = *at};
    (void)looked_table_put(&w->looked, &l, NULL);
}

static void on_enter(void *ctx, const struct inspect_frame *f)
{
    look(ctx, &f->from);
    look(ctx, &f->to);
    look(ctx, &f->code);
}

static void on_access(void *ctx, enum inspect_access kind, const address *a, const u256 *key,
                      const u256 *value)
{
    struct witness *w = ctx;
    (void)value;
    if (kind == INSPECT_SLOT_READ || kind == INSPECT_SLOT_WRITE) {
        struct looked_at l = {*a, true, *key};
        (void)looked_table_put(&w->looked, &l, NULL);
    } else if (kind == INSPECT_ACCOUNT_READ || kind == INSPECT_ACCOUNT_WRITE) {
        look(w, a);
    }
}

static void see_block_hash(struct witness *w, u64 number)
{
    w->oldest = number < w->oldest ? number : w->oldest;
}

static void on_step(void *ctx, const struct inspect_step *s)
{
    if (s->op == 0x40 && s->stack_height > 0) { // BLOCKHASH
        see_block_hash(ctx, u256_to_u64_saturated(s->stack[s->stack_height - 1]));
    }
}

static void on_service(void *ctx, u32 depth, u8 id, const struct rv_machine *m)
{
    (void)depth;
    if (id == 0x40) { // blockhash
        see_block_hash(ctx, m->x[10]);
    }
}

static void look_at_body(struct witness *w, const struct stored_block *b)
{
    struct block decoded;
    struct withdrawal one;
    bytes raw;
    look(w, &b->header.coinbase);
    for (usize i = 0; i < b->count; i++) {
        struct transaction t = {.nonce = 0};
        address a;
        look(w, &b->transactions[i].sender);
        if (transaction_decode(&t, b->transactions[i].raw) == VERDICT_VALID) {
            for (usize k = 0; k < t.authorization_count; k++) {
                if (authorization_signer(&a, &t.authorizations[k])) {
                    look(w, &a);
                    look(w, &t.authorizations[k].target);
                }
            }
        }
        transaction_fini(&t);
    }
    if (block_decode(&decoded, buf_bytes(&b->wire))) {
        bytes rest = decoded.withdrawals;
        while (rest.n > 0 && block_next_withdrawal(&one, &raw, &rest)) {
            look(w, &one.at);
        }
    }
}

// ---- proofs

static void keep(struct witness *w, struct node_table *t, bytes v)
{
    b256 hash;
    bool created = false;
    keccak256(&hash, v.p, v.n);
    bytes *place = node_table_put(t, &hash, &created);
    if (created) {
        u8 *copy = mem_alloc(v.n);
        copy_bytes(copy, v.p, v.n);
        *place = (bytes){copy, v.n};
        w->size += v.n;
    }
}

static void keep_node(void *ctx, bytes node)
{
    struct witness *w = ctx;
    keep(w, &w->nodes, node);
}

static bool has_prefix(const u8 *key, const b256 *of, u32 nibbles)
{
    return equal_bytes(key, of->b, nibbles / 2) &&
           (nibbles % 2 == 0 || key[nibbles / 2] >> 4 == of->b[nibbles / 2] >> 4);
}

// The first key at or after the first `nibbles` of `hash` followed by `next` (16: by nothing) and
// zeros; false if it does not begin with these nibbles.
static bool seek_under(struct trie *t, const b256 *hash, u32 nibbles, u32 next, b256 *found)
{
    b256 from = {{0}};
    struct buf key = {0};
    bytes value;
    copy_bytes(from.b, hash->b, (nibbles + 1) / 2);
    if (nibbles % 2 == 1) {
        from.b[nibbles / 2] &= 0xF0;
    }
    if (next < 16) {
        from.b[nibbles / 2] |= (u8)(nibbles % 2 == 0 ? next << 4 : next);
    }
    bool ok = trie_seek(t, (bytes){from.b, sizeof from.b}, &key, &value) && key.n == 32 &&
              has_prefix(key.p, hash, nibbles);
    if (ok) {
        copy_bytes(found->b, key.p, sizeof found->b);
    }
    buf_fini(&key);
    return ok;
}

// The first key behind one; false if there is none.
static bool seek_behind(struct trie *t, const b256 *hash, b256 *found)
{
    b256 from = *hash;
    struct buf key = {0};
    bytes value;
    u32 i = sizeof from.b;
    while (i > 0 && ++from.b[i - 1] == 0) {
        i--;
    }
    bool ok = i > 0 && trie_seek(t, (bytes){from.b, sizeof from.b}, &key, &value) && key.n == 32;
    if (ok) {
        copy_bytes(found->b, key.p, sizeof found->b);
    }
    buf_fini(&key);
    return ok;
}

// The ways to the keys beside one that is deleted: of each branch above it the child that may
// remain alone is the first one, or the next one after it.
static void prove_neighbours(struct witness *w, struct trie *t, const b256 *hash)
{
    b256 behind;
    bool has_behind = seek_behind(t, hash, &behind);
    for (u32 depth = 0; depth < 64; depth++) {
        u32 nibble = depth % 2 == 0 ? hash->b[depth / 2] >> 4 : hash->b[depth / 2] & 15;
        b256 first;
        b256 next;
        bool before = seek_under(t, hash, depth, 16, &first) && !b256_equal(&first, hash);
        if (!before && !(has_behind && has_prefix(behind.b, hash, depth))) {
            return; // it is alone from here on
        }
        if (before) {
            trie_prove(t, (bytes){first.b, sizeof first.b}, keep_node, w);
        }
        if (nibble < 15 && seek_under(t, hash, depth, nibble + 1, &next)) {
            trie_prove(t, (bytes){next.b, sizeof next.b}, keep_node, w);
        }
    }
}

struct states {
    struct node_view before, after;
    struct node_commitment tries; // of the parent
};

static void prove(struct witness *w, struct states *s, const struct looked_at *l)
{
    b256 hash;
    struct account *old = state_account(s->before.state, &l->at);
    struct account *new = state_account(s->after.state, &l->at);
    struct trie *t = commitment_accounts(s->tries.tries);
    bool deleted = account_exists(old) && !account_exists(new);
    keccak256(&hash, l->at.b, sizeof l->at.b);
    if (l->is_slot) {
        b256 word = u256_to_b256(l->key);
        t = commitment_slots(s->tries.tries, &l->at);
        keccak256(&hash, word.b, sizeof word.b);
        deleted = !u256_is_zero(state_sload(s->before.state, old, &l->key)) &&
                  u256_is_zero(state_sload(s->after.state, new, &l->key));
    } else if (account_code_size(s->before.state, old) > 0) {
        keep(w, &w->codes, account_code(s->before.state, old));
    }
    if (t != NULL) {
        trie_prove(t, (bytes){hash.b, sizeof hash.b}, keep_node, w);
        if (deleted) {
            prove_neighbours(w, t, &hash);
        }
    }
}

// ---- the answer

static void put_table(struct witness *w, const char *name, const struct node_table *t)
{
    json_begin_list(w->c->out, name);
    for (u32 i = 0; i < t->count; i++) {
        json_put_data(w->c->out, NULL, t->entries[i].value.p, t->entries[i].value.n);
    }
    json_end(w->c->out);
}

static void put_keys(struct witness *w)
{
    json_begin_list(w->c->out, "keys");
    for (u32 i = 0; i < w->looked.count; i++) {
        const struct looked_at *l = &w->looked.entries[i].key;
        b256 word = u256_to_b256(l->key);
        if (l->is_slot) {
            json_put_b256(w->c->out, NULL, &word);
        } else {
            json_put_address(w->c->out, NULL, &l->at);
        }
    }
    json_end(w->c->out);
}

static void put_headers(struct witness *w, const struct stored_block *b)
{
    struct buf header = {0};
    json_begin_list(w->c->out, "headers");
    for (u64 n = w->oldest; n < b->header.number; n++) {
        const struct stored_block *one = blocks_at(node_blocks(w->c->node), n);
        if (one != NULL) {
            buf_clear(&header);
            header_encode(&header, &one->header);
            json_put_data(w->c->out, NULL, header.p, header.n);
        }
    }
    json_end(w->c->out);
    buf_fini(&header);
}

static bool put_witness(struct witness *w, struct states *s, const struct stored_block *b)
{
    for (u32 i = 0; i < w->looked.count && w->size <= WITNESS_MAX; i++) {
        prove(w, s, &w->looked.entries[i].key);
    }
    enum fault f = commitment_fault(s->tries.tries);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(w->c, f);
    }
    if (w->size > WITNESS_MAX) {
        return rpc_fail(w->c, RPC_LIMIT, "the witness is larger than %zu MiB", WITNESS_MAX >> 20);
    }
    json_begin_object(w->c->out, NULL);
    put_table(w, "state", &w->nodes);
    put_table(w, "codes", &w->codes);
    put_keys(w);
    put_headers(w, b);
    json_end(w->c->out);
    return true;
}

static bool open_states(struct rpc_call *c, struct states *s, const struct stored_block *b,
                        const struct stored_block *parent)
{
    enum fault f = node_view_open(&s->before, c->node, parent);
    enum fault g = node_view_open(&s->after, c->node, b);
    enum fault h = node_commitment_open(&s->tries, c->node, parent);
    f = f != FAULT_NONE ? f : g != FAULT_NONE ? g : h;
    return f == FAULT_NONE || rpc_fail_fault(c, f);
}

static bool make_witness(struct witness *w, const struct stored_block *b,
                         const struct stored_block *parent)
{
    struct states s;
    struct inspector i = {
        .ctx = w,
        .frame_enter = on_enter,
        .access = on_access,
        .evm_step = on_step,
        .service = on_service,
    };
    w->oldest = parent->header.number;
    enum fault f = node_watch_block(w->c->node, b, &i);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(w->c, f);
    }
    u64 reach = b->header.number > 256 ? b->header.number - 256 : 0; // of BLOCKHASH
    w->oldest = w->oldest < reach ? reach : w->oldest;
    look_at_body(w, b);
    bool ok = open_states(w->c, &s, b, parent) && put_witness(w, &s, b);
    node_commitment_close(&s.tries);
    node_view_close(&s.before);
    node_view_close(&s.after);
    return ok;
}

static void free_table(struct node_table *t)
{
    for (u32 i = 0; i < t->count; i++) {
        mem_free((void *)(uintptr_t)t->entries[i].value.p);
    }
    node_table_fini(t);
}

bool rpc_debug_execution_witness(struct rpc_call *c)
{
    const struct stored_block *b;
    struct witness w = {.c = c};
    if (!rpc_param_block(c, &b, 0)) {
        return false;
    }
    const struct stored_block *parent =
        blocks_by_hash(node_blocks(c->node), &b->header.parent_hash);
    if (parent == NULL) {
        return rpc_fail(c, RPC_SERVER, "block %llu has no parent",
                        (unsigned long long)b->header.number);
    }
    looked_table_init(&w.looked, seed_for_tables());
    node_table_init(&w.nodes, seed_for_tables());
    node_table_init(&w.codes, seed_for_tables());
    bool ok = make_witness(&w, b, parent);
    looked_table_fini(&w.looked);
    free_table(&w.nodes);
    free_table(&w.codes);
    return ok;
}
