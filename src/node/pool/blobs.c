// SPDX-License-Identifier: MIT
// Sidecars by the transaction that named them.
#include "lib/base/mem.h"
#include "node/pool/priv.h"

static void remove_at(struct pool *p, u32 i)
{
    p->blobs_kept -= p->kept[i].sidecar->count;
    sidecar_free(p->kept[i].sidecar);
    p->kept_count--;
    move_bytes(p->kept + i, p->kept + i + 1, (p->kept_count - i) * sizeof *p->kept);
}

static void drop_oldest(struct pool *p)
{
    u32 i = 0;
    while (i < p->kept_count && pool_by_hash(p, &p->kept[i].transaction) != NULL) {
        i++;
    }
    remove_at(p, i < p->kept_count ? i : 0);
}

void pool_keep_blobs(struct pool *p, const b256 *transaction, struct sidecar *s)
{
    pool_drop_blobs(p, transaction);
    while (p->kept_count > 0 && p->blobs_kept + s->count > POOL_BLOBS_KEPT) {
        drop_oldest(p);
    }
    if (p->kept_count == p->kept_cap) {
        p->kept_cap = p->kept_cap == 0 ? 8 : p->kept_cap * 2;
        p->kept = mem_realloc(p->kept, p->kept_cap * sizeof *p->kept);
    }
    p->kept[p->kept_count++] = (struct kept_blobs){*transaction, s};
    p->blobs_kept += s->count;
}

void pool_drop_blobs(struct pool *p, const b256 *transaction)
{
    for (u32 i = 0; i < p->kept_count; i++) {
        if (b256_equal(&p->kept[i].transaction, transaction)) {
            remove_at(p, i);
            return;
        }
    }
}

const struct sidecar *pool_blobs_of(const struct pool *p, const b256 *transaction)
{
    for (u32 i = 0; i < p->kept_count; i++) {
        if (b256_equal(&p->kept[i].transaction, transaction)) {
            return p->kept[i].sidecar;
        }
    }
    return NULL;
}

const struct sidecar *pool_with_blob(const struct pool *p, const b256 *hash, u32 *index)
{
    for (u32 i = 0; i < p->kept_count; i++) {
        const struct sidecar *s = p->kept[i].sidecar;
        for (u32 k = 0; k < s->count; k++) {
            if (b256_equal(&s->hashes[k], hash)) {
                *index = k;
                return s;
            }
        }
    }
    return NULL;
}
