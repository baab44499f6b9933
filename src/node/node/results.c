// SPDX-License-Identifier: MIT
// Results of blocks that were executed: a consensus client has a payload checked first and makes it
// the head later, and may change its mind between branches. What an execution has written is kept
// in memory for that; nothing depends on its being there.
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "node/node/priv.h"

struct node_results *node_results_new(void)
{
    return mem_zalloc(sizeof(struct node_results));
}

static void forget(struct node_results *r, struct node_result *one)
{
    r->size -= one->writes.n;
    buf_fini(&one->writes);
}

void node_results_free(struct node_results *r)
{
    if (r == NULL) {
        return;
    }
    for (u32 i = 0; i < NODE_RESULTS_MAX; i++) {
        forget(r, &r->kept[i]);
    }
    commitment_free(r->tries);
    mem_free(r);
}

static bool same_point(const struct store_point *a, const struct store_point *b)
{
    return a->number == b->number && a->sequence == b->sequence && b256_equal(&a->hash, &b->hash) &&
           b256_equal(&a->root, &b->root);
}

void node_results_put(struct node_results *r, const struct store_point *before,
                      const struct store_point *after, struct buf *writes)
{
    struct node_result *to = &r->kept[r->next];
    if (writes->n > NODE_RESULTS_SIZE) {
        buf_fini(writes);
        return;
    }
    forget(r, to);
    for (u32 i = 1; r->size + writes->n > NODE_RESULTS_SIZE; i++) { // the oldest come next
        forget(r, &r->kept[(r->next + i) % NODE_RESULTS_MAX]);
    }
    *to = (struct node_result){*before, *after, *writes};
    *writes = (struct buf){0};
    r->size += to->writes.n;
    r->next = (r->next + 1) % NODE_RESULTS_MAX;
}

const struct node_result *node_results_find(const struct node_results *r, const b256 *hash,
                                            const struct store_point *before)
{
    for (u32 i = 0; i < NODE_RESULTS_MAX; i++) {
        const struct node_result *one = &r->kept[i];
        if (one->writes.n > 0 && b256_equal(&one->after.hash, hash) &&
            same_point(&one->before, before)) {
            return one;
        }
    }
    return NULL;
}

void node_results_put_tries(struct node_results *r, const b256 *hash, struct commitment *tries)
{
    commitment_free(r->tries);
    r->tries = tries;
    r->tries_of = *hash;
}

struct commitment *node_results_take_tries(struct node_results *r, const b256 *hash)
{
    if (r->tries == NULL || !b256_equal(&r->tries_of, hash)) {
        return NULL;
    }
    struct commitment *tries = r->tries;
    r->tries = NULL;
    return tries;
}
