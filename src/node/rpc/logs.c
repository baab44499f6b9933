// SPDX-License-Identifier: MIT
// eth_getLogs: blocks whose bloom filter cannot hold what is asked for are skipped, then each log
// is compared.
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "node/rpc/priv.h"

#define ALTERNATIVES_MAX 1000u // addresses, or topics at one position

struct alternatives { // none: anything
    u8 *p;            // `size` bytes each
    usize count, size;
};

struct log_filter {
    u64 first, last;
    struct alternatives addresses;
    struct alternatives topic[4];
    u32 topics; // positions that are stated, null ones too: a log has at least as many
    usize found;
};

static void filter_fini(struct log_filter *f)
{
    mem_free(f->addresses.p);
    for (u32 i = 0; i < 4; i++) {
        mem_free(f->topic[i].p);
    }
}

// One value or a list of some.
static bool read_alternatives(struct rpc_call *c, struct alternatives *a, usize size,
                              const json_value *v)
{
    bool is_list = json_kind_of(v) == JSON_KIND_LIST;
    usize n = is_list ? json_count(v) : 1;
    if (n > ALTERNATIVES_MAX) {
        (void)json_refuse(v, "more than %u alternatives", ALTERNATIVES_MAX);
        return rpc_fail_json(c, v);
    }
    a->size = size;
    a->p = mem_alloc(n * size + 1);
    for (usize i = 0; i < n; i++) {
        json_value one = *v;
        if (is_list) {
            one = json_element(v, i);
        }
        address at = {{0}};
        b256 word = {{0}};
        bool ok =
            size == sizeof at ? rpc_value_address(c, &at, &one) : rpc_value_b256(c, &word, &one);
        if (!ok) {
            return false;
        }
        copy_bytes(a->p + i * size, size == sizeof at ? at.b : word.b, size);
        a->count++;
    }
    return true;
}

static bool read_topics(struct rpc_call *c, struct log_filter *f, const json_value *list)
{
    if (json_expect(list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, list);
    }
    if (json_count(list) > 4) {
        (void)json_refuse(list, "a log has at most 4 topics");
        return rpc_fail_json(c, list);
    }
    for (; f->topics < json_count(list); f->topics++) {
        json_value v = json_element(list, f->topics);
        if (json_kind_of(&v) != JSON_KIND_NULL &&
            !read_alternatives(c, &f->topic[f->topics], sizeof(b256), &v)) {
            return false;
        }
    }
    return true;
}

static bool read_bound(struct rpc_call *c, u64 *out, const json_value *filter, const char *name)
{
    json_value v;
    bool found;
    const struct stored_block *b = blocks_last(node_blocks(c->node));
    if (!rpc_member(c, &v, &found, filter, name) || (found && !rpc_value_block(c, &b, &v))) {
        return false;
    }
    *out = b->header.number;
    return true;
}

static bool read_range(struct rpc_call *c, struct log_filter *f, const json_value *filter)
{
    json_value hash;
    json_value v;
    bool has_hash;
    bool has_bound[2];
    if (!rpc_member(c, &hash, &has_hash, filter, "blockHash") ||
        !rpc_member(c, &v, &has_bound[0], filter, "fromBlock") ||
        !rpc_member(c, &v, &has_bound[1], filter, "toBlock")) {
        return false;
    }
    if (has_hash && (has_bound[0] || has_bound[1])) {
        return rpc_fail(c, RPC_PARAMS, "params[0]: give either blockHash or a range of blocks");
    }
    if (has_hash) {
        const struct stored_block *b;
        if (!rpc_value_block(c, &b, &hash)) {
            return false;
        }
        f->first = f->last = b->header.number;
        return true;
    }
    if (!read_bound(c, &f->first, filter, "fromBlock") ||
        !read_bound(c, &f->last, filter, "toBlock")) {
        return false;
    }
    return f->first <= f->last || rpc_fail(c, RPC_PARAMS, "params[0]: fromBlock is after toBlock");
}

static bool read_filter(struct rpc_call *c, struct log_filter *f)
{
    json_value filter;
    json_value v;
    bool found;
    if (!rpc_param(c, &filter, 0) || !read_range(c, f, &filter)) {
        return false;
    }
    if (!rpc_member(c, &v, &found, &filter, "address") ||
        (found && !read_alternatives(c, &f->addresses, sizeof(address), &v))) {
        return false;
    }
    return rpc_member(c, &v, &found, &filter, "topics") && (!found || read_topics(c, f, &v));
}

// ---- matching

static bool matches(const struct alternatives *a, const u8 *value)
{
    for (usize i = 0; i < a->count; i++) {
        if (equal_bytes(a->p + i * a->size, value, a->size)) {
            return true;
        }
    }
    return a->count == 0;
}

static bool bloom_may_hold(const u8 bloom[256], const struct alternatives *a)
{
    for (usize i = 0; i < a->count; i++) {
        u8 one[256] = {0};
        bool all = true;
        bloom_add(one, a->p + i * a->size, a->size);
        for (u32 k = 0; all && k < sizeof one; k++) {
            all = (bloom[k] & one[k]) == one[k];
        }
        if (all) {
            return true;
        }
    }
    return a->count == 0;
}

static bool block_may_match(const struct log_filter *f, const struct stored_block *b)
{
    bool ok = b->log_count > 0 && bloom_may_hold(b->header.bloom, &f->addresses);
    for (u32 i = 0; ok && i < f->topics; i++) {
        ok = bloom_may_hold(b->header.bloom, &f->topic[i]);
    }
    return ok;
}

static bool log_matches(const struct log_filter *f, const struct state_log *l)
{
    bool ok = l->topic_count >= f->topics && matches(&f->addresses, l->emitter.b);
    for (u32 i = 0; ok && i < f->topics; i++) {
        ok = matches(&f->topic[i], l->topic[i].b);
    }
    return ok;
}

static bool put_matches(struct rpc_call *c, struct log_filter *f, const struct stored_block *b)
{
    for (usize t = 0; t < b->count; t++) {
        const struct stored_transaction *s = &b->transactions[t];
        for (usize i = 0; i < s->log_count; i++) {
            if (!log_matches(f, &b->logs[s->first_log + i])) {
                continue;
            }
            if (f->found++ == RPC_LOGS_MAX) {
                return rpc_fail(c, RPC_LIMIT,
                                "query returned more than %u logs; ask for fewer blocks",
                                RPC_LOGS_MAX);
            }
            rpc_put_log(c->out, b, t, s->first_log + i);
        }
    }
    return true;
}

bool rpc_eth_get_logs(struct rpc_call *c)
{
    struct log_filter f = {.first = 0};
    bool ok = read_filter(c, &f);
    if (ok) {
        json_begin_list(c->out, NULL);
        for (u64 i = f.first; ok && i <= f.last; i++) {
            const struct stored_block *b = blocks_at(node_blocks(c->node), i);
            ok = !block_may_match(&f, b) || put_matches(c, &f, b);
        }
        json_end(c->out);
    }
    filter_fini(&f);
    return ok;
}
