// SPDX-License-Identifier: MIT
// Filters of logs: reading them, and eth_getLogs.
#include "lib/base/bytes.h"
#include "node/rpc/priv.h"

#define ALTERNATIVES_MAX 1000u // addresses, or topics at one position

void rpc_log_filter_fini(struct rpc_log_filter *f)
{
    buf_fini(&f->addresses);
    for (u32 i = 0; i < 4; i++) {
        buf_fini(&f->topic[i]);
    }
}

// One value or a list of some, appended to *out.
static bool read_alternatives(struct rpc_call *c, struct buf *out, usize size, const json_value *v)
{
    bool is_list = json_kind_of(v) == JSON_KIND_LIST;
    usize n = is_list ? json_count(v) : 1;
    if (n > ALTERNATIVES_MAX) {
        (void)json_refuse(v, "more than %u alternatives", ALTERNATIVES_MAX);
        return rpc_fail_json(c, v);
    }
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
        buf_put(out, size == sizeof at ? at.b : word.b, size);
    }
    return true;
}

static bool read_topics(struct rpc_call *c, struct rpc_log_filter *f, const json_value *list)
{
    if (json_expect(list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, list);
    }
    if (json_count(list) > 4) {
        (void)json_refuse(list, "a log has at most 4 topics");
        return rpc_fail_json(c, list);
    }
    for (; f->of.topics < json_count(list); f->of.topics++) {
        json_value v = json_element(list, f->of.topics);
        struct buf *topic = &f->topic[f->of.topics];
        if (json_kind_of(&v) != JSON_KIND_NULL && !read_alternatives(c, topic, sizeof(b256), &v)) {
            return false;
        }
    }
    return true;
}

// ---- ranges

static bool is_number_ahead(struct rpc_call *c, u64 *out, const json_value *v)
{
    const char *text = "";
    usize n = 0;
    if (json_kind_of(v) != JSON_KIND_TEXT || json_get_text(&text, &n, v) != FAULT_NONE || n < 3 ||
        text[0] != '0' || n > 18 || !rpc_value_u64(c, out, v)) {
        return false;
    }
    return *out > blocks_last(node_blocks(c->node))->header.number;
}

// The number that a bound names; that of the last block if it is not there.
static bool read_bound(struct rpc_call *c, u64 *out, const json_value *v, bool is_live)
{
    const struct stored_block *b = NULL;
    if (is_number_ahead(c, out, v)) {
        return is_live || rpc_fail(c, RPC_PARAMS, "block range extends beyond current head block");
    }
    if (c->code != 0 || !rpc_value_block(c, &b, v)) {
        return false;
    }
    *out = b->header.number;
    return true;
}

static bool read_range(struct rpc_call *c, struct rpc_log_filter *f, const json_value *filter,
                       bool is_live)
{
    json_value hash;
    json_value from;
    json_value to;
    bool has_hash;
    bool has_from;
    bool has_to;
    u64 last = blocks_last(node_blocks(c->node))->header.number;
    if (!rpc_member(c, &hash, &has_hash, filter, "blockHash") ||
        !rpc_member(c, &from, &has_from, filter, "fromBlock") ||
        !rpc_member(c, &to, &has_to, filter, "toBlock")) {
        return false;
    }
    if (has_hash && (has_from || has_to)) {
        return rpc_fail(c, RPC_PARAMS,
                        "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the "
                        "other");
    }
    if (has_hash) {
        const struct stored_block *b;
        if (!rpc_value_block(c, &b, &hash)) {
            return false;
        }
        f->of.first = f->of.last = f->last = b->header.number;
        return true;
    }
    f->of.first = f->of.last = last;
    f->last = NODE_HISTORY_ALL;
    if ((has_from && !read_bound(c, &f->of.first, &from, is_live)) ||
        (has_to && !read_bound(c, &f->of.last, &to, is_live))) {
        return false;
    }
    if (has_to && json_kind_of(&to) == JSON_KIND_TEXT && f->of.last != last) {
        f->last = f->of.last;
    }
    if (f->of.first > f->of.last && !is_live) {
        return rpc_fail(c, RPC_PARAMS, "invalid block range params");
    }
    return rpc_check_kept(c, f->of.first);
}

bool rpc_read_log_filter(struct rpc_call *c, struct rpc_log_filter *f, const json_value *v,
                         bool is_live)
{
    json_value member;
    bool found;
    *f = (struct rpc_log_filter){.last = NODE_HISTORY_ALL};
    if (!read_range(c, f, v, is_live) || !rpc_member(c, &member, &found, v, "address") ||
        (found && !read_alternatives(c, &f->addresses, sizeof(address), &member)) ||
        !rpc_member(c, &member, &found, v, "topics") || (found && !read_topics(c, f, &member))) {
        return false;
    }
    f->of.addresses = (const address *)f->addresses.p;
    f->of.address_count = f->addresses.n / sizeof(address);
    for (u32 i = 0; i < 4; i++) {
        f->of.topic[i] = (const b256 *)f->topic[i].p;
        f->of.topic_count[i] = f->topic[i].n / sizeof(b256);
    }
    return true;
}

// ---- eth_getLogs

struct found {
    struct rpc_call *c;
    usize count;
};

static bool put_one(void *ctx, const struct stored_block *b, usize transaction, usize log)
{
    struct found *f = ctx;
    if (f->count++ == RPC_LOGS_MAX) {
        return rpc_fail(f->c, RPC_LIMIT, "query returned more than %u logs; ask for fewer blocks",
                        RPC_LOGS_MAX);
    }
    struct rpc_log_place at = {b, transaction, log, false};
    rpc_put_log(f->c->out, &at);
    return true;
}

bool rpc_put_logs(struct rpc_call *c, const struct node_log_filter *f)
{
    struct found found = {c, 0};
    json_begin_list(c->out, NULL);
    enum fault fault = node_logs(c->node, f, &found, put_one);
    json_end(c->out);
    return fault == FAULT_NONE ? c->code == 0 : rpc_fail_fault(c, fault);
}

bool rpc_eth_get_logs(struct rpc_call *c)
{
    json_value v;
    struct rpc_log_filter f = {.last = 0};
    bool ok =
        rpc_param(c, &v, 0) && rpc_read_log_filter(c, &f, &v, false) && rpc_put_logs(c, &f.of);
    rpc_log_filter_fini(&f);
    return ok;
}
