// SPDX-License-Identifier: MIT
// See case.h.
#include "test/evmdiff/case.h"

#include "lib/base/check.h"
#include "lib/base/mem.h"

void case_fini(struct test_case *c)
{
    alloc_fini(&c->alloc);
    transaction_fini(&c->tx);
}

static void copy_account(struct alloc_account *to, const struct alloc_account *from)
{
    *to = *from;
    to->code = (struct buf){0};
    buf_put(&to->code, from->code.p, from->code.n);
    to->slot = mem_zalloc((from->slot_count + 1) * sizeof *to->slot);
    for (u32 i = 0; i < from->slot_count; i++) {
        to->slot[i] = from->slot[i];
    }
}

void case_copy(struct test_case *to, const struct test_case *from)
{
    *to = *from;
    to->alloc.account = mem_zalloc(CASE_ACCOUNTS_MAX * sizeof *to->alloc.account);
    for (u32 i = 0; i < from->alloc.count; i++) {
        copy_account(&to->alloc.account[i], &from->alloc.account[i]);
    }
    const struct transaction *t = &from->tx;
    to->tx.data = (struct buf){0};
    buf_put(&to->tx.data, t->data.p, t->data.n);
    to->tx.access = NULL, to->tx.keys = NULL, to->tx.blob_hashes = NULL;
    to->tx.authorizations = NULL;
    to->tx.access_count = to->tx.key_count = to->tx.blob_count = to->tx.authorization_count = 0;
    for (usize i = 0; i < t->access_count; i++) {
        transaction_add_access(&to->tx, &t->access[i].at);
        for (usize k = 0; k < t->access[i].key_count; k++) {
            transaction_add_key(&to->tx, &t->keys[t->access[i].first_key + k]);
        }
    }
    for (usize i = 0; i < t->blob_count; i++) {
        transaction_add_blob(&to->tx, &t->blob_hashes[i]);
    }
    for (usize i = 0; i < t->authorization_count; i++) {
        transaction_add_authorization(&to->tx, &t->authorizations[i]);
    }
}

void case_sign(struct test_case *c)
{
    bool good = transaction_sign(&c->tx, &c->key);
    CHECK(good);
}
