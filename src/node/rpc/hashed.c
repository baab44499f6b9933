// SPDX-License-Identifier: MIT
// Lists in the order of hashes; see hashed.h.
#include "node/rpc/hashed.h"

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/base/sort.h"
#include "lib/crypto/hash/keccak.h"

bool hashed_add(struct hashed_list *l, const void *name, usize n)
{
    if (l->count == HASHED_MAX) {
        l->is_full = true;
        return false;
    }
    if (l->count == l->cap) {
        l->cap = l->cap == 0 ? 64 : l->cap * 2;
        l->item = mem_realloc(l->item, l->cap * sizeof *l->item);
    }
    struct hashed *h = &l->item[l->count++];
    *h = (struct hashed){.name = {0}};
    keccak256(&h->hash, name, n);
    copy_bytes(h->name, name, n);
    return true;
}

static i32 by_hash(const void *a, const void *b)
{
    const struct hashed *x = a;
    const struct hashed *y = b;
    return __builtin_memcmp(x->hash.b, y->hash.b, sizeof x->hash.b);
}

void hashed_sort(struct hashed_list *l)
{
    usize kept = 0;
    sort_items(l->item, l->count, sizeof *l->item, by_hash);
    for (usize i = 0; i < l->count; i++) {
        if (kept == 0 || !b256_equal(&l->item[kept - 1].hash, &l->item[i].hash)) {
            l->item[kept++] = l->item[i];
        }
    }
    l->count = kept;
}

usize hashed_find(const struct hashed_list *l, const b256 *from)
{
    usize i = 0;
    while (i < l->count && __builtin_memcmp(l->item[i].hash.b, from->b, sizeof from->b) < 0) {
        i++;
    }
    return i;
}

bool hashed_check(struct rpc_call *c, const struct hashed_list *l)
{
    return !l->is_full || rpc_fail(c, RPC_LIMIT, "there are more than %u of them", HASHED_MAX);
}
