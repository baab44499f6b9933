// SPDX-License-Identifier: MIT
// Which blocks may have a log: for each emitter and topic the index has the numbers of its blocks
// in order, so that the blocks with one of each are found by leaping from number to number.
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "node/store/priv.h"

struct posting { // the blocks of one value
    struct store_key prefix;
    u64 next; // the first that is not before what was asked for last; past the range if none
};

struct leap {
    struct kv_txn *kv;
    u64 last;
    struct posting *postings[5];
    usize count[5];
};

static enum fault seek_posting(const struct leap *l, struct posting *p, u64 from)
{
    bytes key;
    bytes value;
    bool found = false;
    struct store_key at = p->prefix;
    store_be64(at.b + 8, from);
    TRY(kv_seek(l->kv, KV_LOGS, store_key_bytes(&at), &key, &value, &found));
    bool same = found && key.n == 16 && equal_bytes(key.p, p->prefix.b, 8);
    p->next = same ? load_be64(key.p + 8) : ~(u64)0;
    return FAULT_NONE;
}

// The first block from `from` on with any of a position's values.
static enum fault seek_any(const struct leap *l, u32 position, u64 from, u64 *out)
{
    *out = ~(u64)0;
    for (usize i = 0; i < l->count[position]; i++) {
        struct posting *p = &l->postings[position][i];
        if (p->next < from) {
            TRY(seek_posting(l, p, from));
        }
        *out = p->next < *out ? p->next : *out;
    }
    return FAULT_NONE;
}

static enum fault leap_through(const struct leap *l, u32 positions, u64 at, void *ctx,
                               bool (*visit)(void *ctx, u64 number))
{
    u32 agreed = 0; // positions in a row that have a log at `at`
    for (u32 i = 0; at <= l->last; i = (i + 1) % positions) {
        u64 next;
        TRY(seek_any(l, i, at, &next));
        agreed = next == at ? agreed + 1 : 1;
        at = next;
        if (agreed >= positions && at <= l->last) {
            if (!visit(ctx, at)) {
                return FAULT_NONE;
            }
            at++;
            agreed = 0;
        }
    }
    return FAULT_NONE;
}

enum fault store_query_logs(struct store *s, const struct store_log_query *q, void *ctx,
                            bool (*visit)(void *ctx, u64 number))
{
    struct leap l = {.last = q->last};
    struct posting every = {.prefix = store_key_log(STORE_LOG_ANY, BYTES_NONE, 0)};
    // A snapshot of its own: the visitor may read more from the store meanwhile.
    TRY(kv_begin(s->kv, false, &l.kv));
    for (u32 i = 0; i < q->count; i++) {
        l.count[i] = q->any[i].count;
        l.postings[i] = mem_zalloc((l.count[i] + 1) * sizeof *l.postings[i]);
        for (usize k = 0; k < l.count[i]; k++) {
            bytes value = {q->any[i].values + k * q->any[i].size, q->any[i].size};
            l.postings[i][k].prefix = store_key_log(q->any[i].kind, value, 0);
        }
    }
    u32 positions = q->count;
    if (positions == 0) {
        l.count[0] = 1;
        l.postings[0] = &every;
        positions = 1;
    }
    enum fault f = FAULT_NONE;
    for (u32 i = 0; f == FAULT_NONE && i < positions; i++) {
        for (usize k = 0; f == FAULT_NONE && k < l.count[i]; k++) {
            f = seek_posting(&l, &l.postings[i][k], q->first);
        }
    }
    f = f == FAULT_NONE ? leap_through(&l, positions, q->first, ctx, visit) : f;
    for (u32 i = 0; i < q->count; i++) {
        mem_free(l.postings[i]);
    }
    kv_abort(l.kv);
    return f;
}
