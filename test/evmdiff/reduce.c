// SPDX-License-Identifier: MIT
// See reduce.h. Each step tries a change on a copy and keeps it if the difference is still there.
// Code keeps its offsets as long as that helps: what is taken out becomes JUMPDESTs, which are cut
// from its end later.
#include "test/evmdiff/reduce.h"

#include <string.h>

#include "lib/base/mem.h"
#include "lib/num/u256.h"

#define NOTHING 0x5B // JUMPDEST

// Takes over the changed copy if it still differs.
static bool keep(const struct reducer *r, struct test_case *c, struct test_case *changed)
{
    case_sign(changed);
    bool good = r->differs(r->ctx, changed);
    case_fini(good ? c : changed);
    if (good) {
        *c = *changed;
    }
    return good;
}

// The bytes with the given place: an account's code, or with index `count` the transaction's data.
static struct buf *place(struct test_case *c, u32 index)
{
    return index < c->alloc.count ? &c->alloc.account[index].code : &c->tx.data;
}

static bool blank(const struct reducer *r, struct test_case *c, u32 index, usize at, usize n)
{
    struct test_case changed;
    const struct buf *old = place(c, index);
    bool blank_already = true;
    for (usize i = at; i < at + n; i++) {
        blank_already &= old->p[i] == NOTHING;
    }
    if (blank_already) {
        return false;
    }
    case_copy(&changed, c);
    memset(place(&changed, index)->p + at, NOTHING, n);
    return keep(r, c, &changed);
}

static bool cut(const struct reducer *r, struct test_case *c, u32 index, usize at, usize n)
{
    struct test_case changed;
    case_copy(&changed, c);
    struct buf *b = place(&changed, index);
    memmove(b->p + at, b->p + at + n, b->n - at - n);
    b->n -= n;
    return keep(r, c, &changed);
}

static void reduce_bytes(const struct reducer *r, struct test_case *c, u32 index)
{
    const struct buf *b = place(c, index);
    if (index < c->alloc.count && b->n > 0 && b->p[0] == 0xEF) {
        return; // a designator is whole or it is none
    }
    for (usize size = place(c, index)->n; size > 0; size /= 2) {
        for (usize at = 0; at < place(c, index)->n; at += size) {
            usize left = place(c, index)->n - at;
            (void)blank(r, c, index, at, size < left ? size : left);
        }
    }
    for (usize size = place(c, index)->n; size > 0; size /= 2) {
        for (usize at = place(c, index)->n; at >= size; at -= size) {
            (void)cut(r, c, index, at - size, size);
        }
    }
}

static void drop_account(const struct reducer *r, struct test_case *c, u32 index)
{
    struct test_case changed;
    case_copy(&changed, c);
    struct alloc *list = &changed.alloc;
    struct alloc_account gone = list->account[index];
    list->account[index] = list->account[list->count - 1];
    list->count--;
    buf_fini(&gone.code);
    mem_free(gone.slot);
    (void)keep(r, c, &changed);
}

static void empty_account(const struct reducer *r, struct test_case *c, u32 index)
{
    struct test_case changed;
    for (u32 slots = c->alloc.account[index].slot_count; slots > 0; slots--) {
        case_copy(&changed, c);
        struct alloc_account *a = &changed.alloc.account[index];
        a->slot[slots - 1] = a->slot[--a->slot_count];
        (void)keep(r, c, &changed);
    }
    if (!u256_is_zero(c->alloc.account[index].balance) && c->alloc.account[index].code.n > 0) {
        case_copy(&changed, c);
        changed.alloc.account[index].balance = u256_zero();
        (void)keep(r, c, &changed);
    }
}

static void no_value(struct transaction *t)
{
    t->value = u256_zero();
}

static void no_access(struct transaction *t)
{
    t->access_count = t->key_count = 0;
}

static void one_authorization_less(struct transaction *t)
{
    t->authorization_count -= t->authorization_count > 1;
}

static void other_first_authorization(struct transaction *t)
{
    if (t->authorization_count > 1) {
        t->authorizations[0] = t->authorizations[--t->authorization_count];
    }
}

static void legacy(struct transaction *t)
{
    if (t->type < TX_BLOB) {
        t->type = TX_LEGACY;
        t->max_priority = t->max_fee;
        t->access_count = t->key_count = 0;
    }
}

static void reduce_transaction(const struct reducer *r, struct test_case *c)
{
    static void (*const CHANGES[])(struct transaction * t) = {
        no_value,
        no_access,
        one_authorization_less,
        other_first_authorization,
        one_authorization_less,
        legacy,
    };
    for (u32 i = 0; i < COUNT_OF(CHANGES); i++) {
        struct test_case changed;
        case_copy(&changed, c);
        CHANGES[i](&changed.tx);
        (void)keep(r, c, &changed);
    }
}

static usize weight(const struct test_case *c)
{
    usize n = c->tx.data.n + c->alloc.count;
    for (u32 i = 0; i < c->alloc.count; i++) {
        n += c->alloc.account[i].code.n + c->alloc.account[i].slot_count;
    }
    return n;
}

void reduce_case(const struct reducer *r, struct test_case *c)
{
    for (usize before = weight(c) + 1; weight(c) < before;) {
        before = weight(c);
        for (u32 i = c->alloc.count; i > 0; i--) {
            drop_account(r, c, i - 1);
        }
        for (u32 i = 0; i < c->alloc.count; i++) {
            empty_account(r, c, i);
        }
        reduce_transaction(r, c);
        for (u32 i = 0; i <= c->alloc.count; i++) {
            reduce_bytes(r, c, i);
        }
    }
}
