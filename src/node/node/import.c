// SPDX-License-Identifier: MIT
// Blocks that come from elsewhere: whether they are valid, whether they become the head, and what
// is kept of them if they do not. Execution and the head's moves are chain.c's.
#include "core/chain/ethash.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/num/u256.h"
#include "node/node/priv.h"

#define UNCLE_DEPTH 6u // yellow paper, 11.1
#define UNCLES_MAX 2u

// ---- uncles (yellow paper, 11.1)

static bool is_ancestor(const struct node *n, const struct stored_block *from, const b256 *hash)
{
    for (u32 i = 0; from != NULL && i < UNCLE_DEPTH + 2; i++, from = node_parent(n, from)) {
        if (b256_equal(&from->header.hash, hash)) {
            return true;
        }
    }
    return false;
}

static bool was_included(const struct node *n, const struct stored_block *from, const b256 *hash)
{
    for (u32 i = 0; from != NULL && i <= UNCLE_DEPTH; i++, from = node_parent(n, from)) {
        struct block b;
        struct header uncle;
        CHECK(block_decode(&b, buf_bytes(&from->wire)));
        while (b.uncles.n > 0 && header_decode(&uncle, &b.uncles)) {
            if (b256_equal(&uncle.hash, hash)) {
                return true;
            }
        }
    }
    return false;
}

// The rules of a header, its seal among them where the chain proves work (yellow paper, 4.4.4).
static enum block_verdict check_header(struct node *n, const struct block_rules *r,
                                       const struct header *h, const struct header *parent)
{
    enum block_verdict v = header_check(r, h, parent);
    bool is_sealed = n->schedule.proves_work && !n->options.trusts_seals && r->fork < FORK_PARIS;
    if (v != BLOCK_VALID || !is_sealed) {
        return v;
    }
    if (n->ethash == NULL) {
        n->ethash = ethash_new();
    }
    b256 sealed;
    header_seal_hash(&sealed, h);
    return ethash_verify(n->ethash, h->number, &sealed, &h->mix_hash, h->nonce, &h->difficulty)
               ? BLOCK_VALID
               : BLOCK_SEAL;
}

static enum block_verdict check_uncle(struct node *n, const struct header *uncle,
                                      const struct header *h, const struct stored_block *parent)
{
    const struct stored_block *base = blocks_by_hash(node_blocks(n), &uncle->parent_hash);
    u64 age = h->number - uncle->number;
    bool placed = base != NULL && base != parent && age >= 1 && age <= UNCLE_DEPTH &&
                  is_ancestor(n, parent, &uncle->parent_hash) &&
                  !is_ancestor(n, parent, &uncle->hash) && !was_included(n, parent, &uncle->hash);
    if (!placed) {
        return BLOCK_UNCLES;
    }
    struct block_rules r = node_rules_after(n, uncle, base);
    return check_header(n, &r, uncle, &base->header);
}

static enum block_verdict check_uncles(struct node *n, const struct block *b,
                                       const struct stored_block *parent)
{
    bytes rest = b->uncles;
    b256 seen = {{0}};
    for (u32 i = 0; rest.n > 0; i++) {
        struct header uncle;
        if (!header_decode(&uncle, &rest)) {
            return BLOCK_RLP;
        }
        if (i == UNCLES_MAX || (i > 0 && b256_equal(&seen, &uncle.hash))) {
            return BLOCK_UNCLES;
        }
        seen = uncle.hash;
        enum block_verdict v = check_uncle(n, &uncle, &b->header, parent);
        if (v != BLOCK_VALID) {
            return v;
        }
    }
    return BLOCK_VALID;
}

// ---- rules

static enum block_verdict check_block(struct node *n, const struct block *b,
                                      const struct stored_block *parent)
{
    struct block_rules r = node_rules_after(n, &b->header, parent);
    enum block_verdict v = check_header(n, &r, &b->header, &parent->header);
    v = v == BLOCK_VALID ? block_check_body(&r, b) : v;
    return v == BLOCK_VALID ? check_uncles(n, b, parent) : v;
}

static struct stored_block *fresh_block(const struct block *b, bytes wire,
                                        const struct stored_block *parent)
{
    struct stored_block *fresh = stored_block_new();
    fresh->header = b->header;
    fresh->total_difficulty = u256_add(parent->total_difficulty, b->header.difficulty);
    buf_put(&fresh->wire, wire.p, wire.n);
    return fresh;
}

// Keeps a valid block that does not become the head.
static enum fault keep_aside(struct node *n, const struct stored_block *b)
{
    struct store_txn *t = NULL;
    TRY(store_begin(n->store, &t));
    enum fault f = store_put_block(t, b);
    if (f != FAULT_NONE) {
        store_abort(t);
        return f;
    }
    return store_commit(t);
}

static enum fault import_on(struct node *n, const struct block *b, bytes wire,
                            const struct stored_block *parent, bool becomes_head,
                            struct node_imported *out)
{
    struct node_move m;
    TRY(node_move_begin(&m, n));
    enum fault f = node_move_to(&m, parent, out);
    if (f == FAULT_NONE && out->block == BLOCK_VALID) {
        f = node_move_on(&m, fresh_block(b, wire, parent), parent, !becomes_head, out);
    }
    if (f != FAULT_NONE || out->block != BLOCK_VALID) {
        node_move_abort(&m);
        return f;
    }
    if (becomes_head) {
        return node_move_commit(&m);
    }
    struct stored_block *executed = m.added[--m.added_count];
    node_results_put_tries(n->results, &b->header.hash, n->commitment);
    n->commitment = NULL;
    node_move_abort(&m);
    f = keep_aside(n, executed);
    stored_block_free(executed);
    return f;
}

// ---- blocks that were refused: what is built on them is refused too

// Verdicts on a body that is not that of its header: another one may be.
static bool is_of_body(enum block_verdict v)
{
    return v == BLOCK_RLP || v == BLOCK_FIELDS || v == BLOCK_SIZE || v == BLOCK_UNCLES_HASH ||
           v == BLOCK_TRANSACTIONS_ROOT || v == BLOCK_WITHDRAWALS_ROOT;
}

static void remember_refused(struct node *n, const struct node_imported *i)
{
    if (!is_of_body(i->block)) {
        n->refused[n->refused_next++ % NODE_REFUSED_MAX] = *i;
    }
}

static const struct node_imported *find_refused(const struct node *n, const b256 *hash)
{
    for (u32 i = 0; i < NODE_REFUSED_MAX; i++) {
        const struct node_imported *one = &n->refused[i];
        if (one->block != BLOCK_VALID && b256_equal(&one->hash, hash)) {
            return one;
        }
    }
    return NULL;
}

static void drop_oldest_bad(struct node *n)
{
    buf_fini(&n->bad[--n->bad_count].wire);
}

static usize bad_size(const struct node *n)
{
    usize sum = 0;
    for (u32 i = 0; i < n->bad_count; i++) {
        sum += n->bad[i].wire.n;
    }
    return sum;
}

// For who wants to look at what was refused (debug_getBadBlocks).
static void keep_bad(struct node *n, const b256 *hash, bytes wire)
{
    for (u32 i = 0; i < n->bad_count; i++) {
        const struct buf *kept = &n->bad[i].wire;
        if (kept->n == wire.n && equal_bytes(kept->p, wire.p, wire.n)) {
            return;
        }
    }
    if (wire.n > NODE_BAD_SIZE) {
        return;
    }
    while (n->bad_count == NODE_BAD_MAX || bad_size(n) + wire.n > NODE_BAD_SIZE) {
        drop_oldest_bad(n);
    }
    move_bytes(n->bad + 1, n->bad, n->bad_count * sizeof *n->bad);
    n->bad_count++;
    n->bad[0] = (struct node_bad){.hash = *hash};
    buf_put(&n->bad[0].wire, wire.p, wire.n);
}

bool node_bad_block(const struct node *n, u32 index, b256 *hash, bytes *wire)
{
    if (index >= n->bad_count) {
        return false;
    }
    *hash = n->bad[index].hash;
    *wire = buf_bytes(&n->bad[index].wire);
    return true;
}

void node_forget_bad(struct node *n)
{
    while (n->bad_count > 0) {
        drop_oldest_bad(n);
    }
}

// Of a block whose parent is not kept.
static void import_orphan(struct node *n, const struct block *b, struct node_imported *out)
{
    const struct node_imported *parent = find_refused(n, &b->header.parent_hash);
    if (parent == NULL) {
        out->status = IMPORT_ORPHAN;
        out->block = BLOCK_PARENT_UNKNOWN;
        return;
    }
    *out = *parent;
    out->hash = b->header.hash;
    remember_refused(n, out);
}

// ---- import

// Whether the state after a block is too far from that of the head to be made for a payload.
static bool is_far(const struct node *n, const struct stored_block *b)
{
    u64 head = blocks_last(node_blocks(n))->header.number;
    for (u32 i = 0; b != NULL && i <= NODE_BRANCH_MAX; i++, b = node_parent(n, b)) {
        if (node_is_canonical(n, b)) {
            return head - b->header.number > NODE_BRANCH_MAX || !node_has_state(n, b);
        }
    }
    return true;
}

// Since Paris whoever imports decides; before, the greater total difficulty.
static bool wants_head(const struct node *n, const struct block *b,
                       const struct stored_block *parent, bool becomes_head)
{
    u256 total = u256_add(parent->total_difficulty, b->header.difficulty);
    bool mined = !u256_is_zero(b->header.difficulty);
    return becomes_head &&
           (!mined || u256_gt(total, blocks_last(node_blocks(n))->total_difficulty));
}

enum fault node_import(struct node *n, bytes wire, bool becomes_head, struct node_imported *out)
{
    struct block b;
    *out = (struct node_imported){.status = IMPORT_INVALID, .block = BLOCK_RLP};
    if (!block_decode(&b, wire)) {
        return FAULT_NONE;
    }
    out->hash = b.header.hash;
    const struct stored_block *known = blocks_by_hash(node_blocks(n), &b.header.hash);
    if (known != NULL) {
        *out = (struct node_imported){
            .status = IMPORT_VALID, .was_known = true, .hash = b.header.hash};
        bool found = false;
        bool moves = becomes_head && !node_is_canonical(n, known);
        return moves ? node_set_head(n, &b.header.hash, &found, out) : FAULT_NONE;
    }
    const struct stored_block *parent = blocks_by_hash(node_blocks(n), &b.header.parent_hash);
    if (parent == NULL) {
        import_orphan(n, &b, out);
        return store_take_fault(n->store);
    }
    out->latest_valid = parent->header.hash;
    out->block = check_block(n, &b, parent);
    bool heads = wants_head(n, &b, parent, becomes_head);
    if (out->block == BLOCK_VALID && !heads && is_far(n, parent)) {
        out->status = IMPORT_FAR;
        return store_take_fault(n->store);
    }
    if (out->block == BLOCK_VALID) {
        TRY(import_on(n, &b, wire, parent, heads, out));
    }
    if (out->block == BLOCK_VALID) {
        out->status = IMPORT_VALID;
    } else {
        remember_refused(n, out);
        keep_bad(n, &out->hash, wire);
    }
    return FAULT_NONE;
}

enum fault node_set_head(struct node *n, const b256 *hash, bool *found, struct node_imported *out)
{
    const struct stored_block *target = blocks_by_hash(node_blocks(n), hash);
    *out = (struct node_imported){.status = IMPORT_VALID, .was_known = true, .hash = *hash};
    const struct node_imported *refused = target == NULL ? find_refused(n, hash) : NULL;
    if (refused != NULL) {
        *out = *refused;
    }
    *found = target != NULL || refused != NULL;
    if (target == NULL || target == blocks_last(node_blocks(n))) {
        return store_take_fault(n->store);
    }
    struct node_move m;
    out->latest_valid = target->header.parent_hash;
    TRY(node_move_begin(&m, n));
    enum fault f = node_move_to(&m, target, out);
    if (f != FAULT_NONE || out->block != BLOCK_VALID) {
        node_move_abort(&m);
        out->status = IMPORT_INVALID;
        return f;
    }
    return node_move_commit(&m);
}
