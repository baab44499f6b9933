// SPDX-License-Identifier: MIT
// See test_chain.h.
#include "app/cli/test_chain.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"

#define UNCLE_DEPTH 6u

void test_chain_fini(struct test_chain *c)
{
    for (u32 i = 0; i < c->count; i++) {
        state_free(c->blocks[i]->state);
        commitment_free(c->blocks[i]->commitment);
        mem_free(c->blocks[i]);
    }
    c->count = 0;
}

struct test_block *test_chain_find(const struct test_chain *c, const b256 *hash)
{
    for (u32 i = 0; i < c->count; i++) {
        if (b256_equal(&c->blocks[i]->header.hash, hash)) {
            return c->blocks[i];
        }
    }
    return NULL;
}

static enum fault ancestor(void *ctx, u64 number, b256 *out)
{
    const struct test_block *n = ctx;
    while (n != NULL && n->header.number > number) {
        n = n->parent;
    }
    if (n != NULL) {
        *out = n->header.hash;
    }
    return FAULT_NONE;
}

static enum block_verdict check_header(struct test_chain *c, const struct block_rules *r,
                                       const struct header *h, const struct header *parent)
{
    enum block_verdict v = header_check(r, h, parent);
    if (v != BLOCK_VALID || !c->schedule.proves_work || r->fork >= FORK_PARIS) {
        return v;
    }
    b256 sealed;
    header_seal_hash(&sealed, h);
    if (*c->ethash == NULL) {
        *c->ethash = ethash_new();
    }
    bool ok = ethash_verify(*c->ethash, h->number, &sealed, &h->mix_hash, h->nonce, &h->difficulty);
    return ok ? BLOCK_VALID : BLOCK_SEAL;
}

// ---- uncles (yellow paper, 11.1)

static bool is_ancestor(const struct test_block *from, const b256 *hash, u32 depth)
{
    for (u32 i = 0; from != NULL && i < depth; i++, from = from->parent) {
        if (b256_equal(&from->header.hash, hash)) {
            return true;
        }
    }
    return false;
}

static bool was_included(const struct test_block *from, const b256 *hash)
{
    for (u32 i = 0; from != NULL && i <= UNCLE_DEPTH; i++, from = from->parent) {
        bytes rest = from->uncles;
        struct header uncle;
        while (rest.n > 0 && header_decode(&uncle, &rest)) {
            if (b256_equal(&uncle.hash, hash)) {
                return true;
            }
        }
    }
    return false;
}

static enum block_verdict check_uncle(struct test_chain *c, const struct header *uncle,
                                      const struct header *h, const struct test_block *parent)
{
    const struct test_block *base = test_chain_find(c, &uncle->parent_hash);
    u64 age = h->number - uncle->number;
    bool placed = base != NULL && base != parent && age >= 1 && age <= UNCLE_DEPTH &&
                  is_ancestor(parent, &uncle->parent_hash, UNCLE_DEPTH + 2) &&
                  !is_ancestor(parent, &uncle->hash, UNCLE_DEPTH + 2) &&
                  !was_included(parent, &uncle->hash);
    if (!placed) {
        return BLOCK_UNCLES;
    }
    struct block_rules r =
        schedule_rules(&c->schedule, uncle->number, uncle->timestamp, &base->total_difficulty);
    return check_header(c, &r, uncle, &base->header);
}

static enum block_verdict check_uncles(struct test_chain *c, const struct block *b,
                                       const struct test_block *parent)
{
    bytes rest = b->uncles;
    b256 seen = {{0}};
    u32 n = 0;
    while (rest.n > 0) {
        struct header uncle;
        if (!header_decode(&uncle, &rest)) {
            return BLOCK_RLP;
        }
        if (n >= 2 || (n == 1 && b256_equal(&seen, &uncle.hash))) {
            return BLOCK_UNCLES;
        }
        seen = uncle.hash;
        n++;
        enum block_verdict v = check_uncle(c, &uncle, &b->header, parent);
        if (v != BLOCK_VALID) {
            return v;
        }
    }
    return BLOCK_VALID;
}

// ---- import

struct test_block *test_chain_add(struct test_chain *c, const struct header *h,
                                  struct test_block *parent, struct state *s,
                                  struct commitment *commitment)
{
    struct test_block *n = mem_zalloc(sizeof *n);
    n->header = *h;
    n->parent = parent;
    n->state = s;
    n->commitment = commitment;
    n->total_difficulty =
        parent == NULL ? h->difficulty : u256_add(parent->total_difficulty, h->difficulty);
    c->blocks[c->count++] = n;
    bool mined = !u256_is_zero(h->difficulty);
    if (parent == NULL || !mined || u256_gt(n->total_difficulty, c->head->total_difficulty)) {
        c->head = n;
    }
    return n;
}

enum fault test_chain_import(struct test_chain *c, bytes wire, enum block_verdict *v,
                             struct block_result *result)
{
    struct block b;
    *v = BLOCK_RLP;
    if (!block_decode(&b, wire)) {
        return FAULT_NONE;
    }
    struct test_block *parent = test_chain_find(c, &b.header.parent_hash);
    if (parent == NULL) {
        *v = BLOCK_PARENT_UNKNOWN;
        return FAULT_NONE;
    }
    const struct test_block *same = test_chain_find(c, &b.header.hash);
    if (same != NULL) {
        *v = BLOCK_VALID; // known already
        return FAULT_NONE;
    }
    struct block_rules r = schedule_rules(&c->schedule, b.header.number, b.header.timestamp,
                                          &parent->total_difficulty);
    *v = check_header(c, &r, &b.header, &parent->header);
    *v = *v == BLOCK_VALID ? block_check_body(&r, &b) : *v;
    *v = *v == BLOCK_VALID ? check_uncles(c, &b, parent) : *v;
    if (*v != BLOCK_VALID) {
        return FAULT_NONE;
    }
    struct chain_ancestry ancestry = {parent, ancestor};
    struct block_context ctx = {
        .vm = c->vm,
        .state = state_clone(parent->state),
        .commitment = commitment_clone(parent->commitment),
        .schedule = &c->schedule,
        .rules = &r,
        .ancestry = &ancestry,
    };
    enum fault f = block_execute(&ctx, &b, v, result);
    if (f == FAULT_NONE && *v == BLOCK_VALID) {
        test_chain_add(c, &b.header, parent, ctx.state, ctx.commitment)->uncles = b.uncles;
    } else {
        state_free(ctx.state);
        commitment_free(ctx.commitment);
    }
    return f;
}
