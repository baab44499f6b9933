// SPDX-License-Identifier: MIT
// The loop of hybrid-node: what it says when it is ready, blocks by the clock, log lines, counters,
// and the file of accounts that is read before and written after.
#include "app/cli/node_serve.h"

#include <stdio.h>
#include <string.h>

#include "app/cli/cli.h"
#include "core/eth/checksum.h"
#include "core/trace/console.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"
#include "lib/os/file.h"
#include "lib/os/notify.h"
#include "lib/os/signal.h"
#include "lib/os/time.h"
#include "node/net/page.h"
#include "node/rpc/work.h"

#define STATE_SIZE_MAX ((usize)1 << 30)
#define TICK_MS_MAX 250u // by which a change of the mining mode is noticed

struct serving {
    struct node *node;
    const struct node_plan *plan;
    struct node_log log; // the plan's, or silent
    struct rpc *rpc;
    struct rpc_work *work;
    struct net_server *server;
    struct console console;
    u64 requests, blocks, removed, transactions; // counters
};

static u64 now_ms(void)
{
    return os_now_ns() / 1000000;
}

// ---- what is said

static void put_ether(struct buf *out, u256 wei)
{
    u256 ether = u256_div(wei, u256_from_u64(1000000000000000000u));
    buf_printf(out, "%llu", (unsigned long long)u256_to_u64_saturated(ether));
}

static void put_accounts(struct buf *out, const struct node_plan *p)
{
    buf_put_text(out, "\nAccounts (");
    put_ether(out, p->dev.balance);
    buf_put_text(out, " ether each)\n");
    for (u32 i = 0; i < p->dev.accounts; i++) {
        buf_printf(out, "  (%u) ", i);
        address_put_checksum(out, &p->dev.keys[i].at);
        buf_put_u8(out, '\n');
    }
    buf_put_text(out, "\nPrivate keys (known to everybody: never use them on another chain)\n");
    for (u32 i = 0; i < p->dev.accounts; i++) {
        buf_printf(out, "  (%u) ", i);
        hex_put_data(out, p->dev.keys[i].key.b, sizeof p->dev.keys[i].key.b);
        buf_put_u8(out, '\n');
    }
    buf_printf(out, "\nMnemonic      %s\n", p->dev.mnemonic);
}

static void put_mining(struct buf *out, const struct node *n)
{
    u64 seconds = node_block_time_ms(n) / 1000;
    switch (node_mining(n)) {
    case MINING_INSTANT:
        buf_put_text(out, "Mining        a block for each transaction\n");
        return;
    case MINING_INTERVAL:
        buf_printf(out, "Mining        a block each %llu s\n", (unsigned long long)seconds);
        return;
    case MINING_MIXED:
        buf_printf(out, "Mining        a block for each transaction, and each %llu s\n",
                   (unsigned long long)seconds);
        return;
    case MINING_NONE:
        buf_put_text(out, "Mining        none by itself\n");
        return;
    }
}

static void put_banner(struct buf *out, const struct serving *s)
{
    const struct node *n = s->node;
    const struct header *head = &blocks_last(node_blocks(n))->header;
    buf_put_text(out, "hybrid-node " HYBRID_VERSION "\n");
    if (s->plan->is_dev) {
        put_accounts(out, s->plan);
    }
    buf_printf(out, "Chain id      %llu\nGas limit     %llu\n",
               (unsigned long long)u256_to_u64_saturated(node_schedule(n)->chain_id),
               (unsigned long long)head->gas_limit);
    put_mining(out, n);
    if (s->plan->node.datadir != NULL) {
        buf_printf(out, "Chain         %s, block %llu\n", s->plan->node.datadir,
                   (unsigned long long)head->number);
    }
}

static void put_listeners(struct buf *out, const struct serving *s, struct net_server *server)
{
    for (u32 i = 0; i < s->plan->listen_count; i++) {
        const struct net_listen *l = &s->plan->listen[i];
        const char *name = l->group == RPC_GROUP_ENGINE ? "Engine API" : "JSON-RPC";
        if (l->path != NULL) {
            buf_printf(out, "%-12s  %s\n", name, l->path);
            continue;
        }
        bool brackets = strchr(l->host, ':') != NULL;
        buf_printf(out, "%-12s  %s://%s%s%s:%u\n", name, l->no_http ? "ws" : "http",
                   brackets ? "[" : "", l->host, brackets ? "]" : "", (u32)net_port(server, i));
        if (s->plan->is_dev && !s->plan->is_quiet && !l->no_http && l->group == RPC_GROUP_ALL) {
            buf_printf(out, "%-12s  http://%s%s%s:%u/\n", "Explorer", brackets ? "[" : "", l->host,
                       brackets ? "]" : "", (u32)net_port(server, i));
        }
    }
}

// ---- what the server asks

static void trim(struct serving *s)
{
    node_take_turn(s->node, NULL);
    node_trim(s->node);
    node_end_turn(s->node);
}

static bool answer(void *ctx, const struct net_question *q, struct buf *out)
{
    struct serving *s = ctx;
    s->requests++;
    bool is_answered = rpc_work_answer(s->work, q->group, q->peer, q->text, q->from, out);
    if (is_answered) {
        trim(s);
    }
    return is_answered;
}

static void closed(void *ctx, struct net_peer *from)
{
    struct serving *s = ctx;
    rpc_work_cancel(s->work, from);
    node_take_turn(s->node, NULL);
    rpc_closed(s->rpc, from);
    node_end_turn(s->node);
}

static void woken(void *ctx)
{
    struct serving *s = ctx;
    struct buf text = {0};
    void *from;
    while (rpc_work_next(s->work, &from, &text)) {
        net_reply(from, buf_bytes(&text));
        buf_clear(&text);
    }
    buf_fini(&text);
    trim(s);
}

static void wake(void *ctx) // from a helper
{
    net_wake(((struct serving *)ctx)->server);
}

static void ending(void *ctx)
{
    rpc_work_end(((struct serving *)ctx)->work);
    woken(ctx);
}

static u32 tick(void *ctx)
{
    struct serving *s = ctx;
    u64 next = 0;
    node_take_turn(s->node, NULL);
    if (node_tick(s->node, now_ms(), &next) != FAULT_NONE) {
        node_log_text(&s->log, LOG_EVENT_FAULT, node_fault_detail(s->node));
    }
    node_trim(s->node);
    node_end_turn(s->node);
    return next == 0 || next > TICK_MS_MAX ? TICK_MS_MAX : (u32)next;
}

// Counters in the text form that collectors read (Prometheus, exposition format 0.0.4).
static void put_metric(struct buf *out, const char *name, const char *type, u64 value)
{
    buf_printf(out, "# TYPE hybrid_%s %s\nhybrid_%s %llu\n", name, type, name,
               (unsigned long long)value);
}

static bool put_metrics(const struct serving *s, bytes path, struct net_page *out)
{
    static const char PATH[] = "/metrics";
    if (!s->plan->has_metrics || path.n != sizeof PATH - 1 || memcmp(path.p, PATH, path.n) != 0) {
        return false;
    }
    const struct header *head = &blocks_last(node_blocks(s->node))->header;
    out->type = "text/plain; version=0.0.4";
    put_metric(&out->body, "head_number", "gauge", head->number);
    put_metric(&out->body, "head_timestamp_seconds", "gauge", head->timestamp);
    put_metric(&out->body, "oldest_state_number", "gauge", node_oldest_state(s->node));
    put_metric(&out->body, "pool_transactions", "gauge", pool_count(node_pool(s->node)));
    put_metric(&out->body, "store_bytes", "gauge", kv_size(store_kv(node_store(s->node))));
    put_metric(&out->body, "requests_total", "counter", s->requests);
    put_metric(&out->body, "blocks_total", "counter", s->blocks);
    put_metric(&out->body, "blocks_removed_total", "counter", s->removed);
    put_metric(&out->body, "transactions_total", "counter", s->transactions);
    return true;
}

// The explorer is part of development chains alone.
static bool page(void *ctx, bytes path, struct net_page *out)
{
    const struct serving *s = ctx;
    struct page_file file;
    node_take_turn(s->node, NULL);
    bool is_metrics = put_metrics(s, path, out);
    node_end_turn(s->node);
    if (is_metrics) {
        return true;
    }
    if (!s->plan->is_dev || page_find(&file, path) == NULL) {
        return false;
    }
    out->type = file.type;
    buf_put(&out->body, file.body.p, file.body.n);
    return true;
}

static void on_event(void *ctx, const struct node_event *e)
{
    struct serving *s = ctx;
    const struct node_log *log = &s->log;
    switch (e->kind) {
    case NODE_EVENT_BLOCK:
        s->blocks++;
        s->transactions += e->block->count;
        node_log_block(log, LOG_EVENT_BLOCK, &e->block->header, e->block->count);
        return;
    case NODE_EVENT_REMOVED:
        s->removed++;
        node_log_block(log, LOG_EVENT_REMOVED, &e->block->header, e->block->count);
        return;
    case NODE_EVENT_PENDING:
        node_log_hash(log, LOG_EVENT_PENDING, e->hash);
        return;
    case NODE_EVENT_HEAD:
        return;
    }
}

// ---- the file of accounts

static bool load_state(struct serving *s, struct buf *why)
{
    const char *path = s->plan->state_path;
    struct buf text = {0};
    struct buf ignored = {0};
    bool is_there = path != NULL && os_file_size(path) > 0;
    bool ok = true;
    if (is_there) {
        ok = os_read_file(&text, why, path, STATE_SIZE_MAX) == FAULT_NONE;
        if (ok && node_load(s->node, buf_bytes(&text), &ignored) != FAULT_NONE) {
            buf_printf(why, "%s: %.*s", path, (int)ignored.n, (const char *)ignored.p);
            ok = false;
        }
        node_log_text(&s->log, LOG_EVENT_LOADED, path);
    }
    buf_fini(&text);
    buf_fini(&ignored);
    return ok;
}

static bool save_state(struct serving *s, struct buf *why)
{
    const char *path = s->plan->state_path;
    struct buf text = {0};
    if (path == NULL) {
        return true;
    }
    enum fault f = node_dump(s->node, &text);
    bool ok = f == FAULT_NONE && os_write_file(why, path, buf_bytes(&text)) == FAULT_NONE;
    if (f != FAULT_NONE) {
        buf_printf(why, "%s: the state cannot be read: %s", path, node_fault_detail(s->node));
    }
    node_log_text(&s->log, LOG_EVENT_SAVED, path);
    buf_fini(&text);
    return ok;
}

// ---- serving

static int run(struct serving *s, struct net_server *server)
{
    struct buf out = {0};
    if (!s->plan->is_quiet) {
        put_banner(&out, s);
    }
    put_listeners(&out, s, server);
    os_on_stop(net_stop, server);
    int status = cli_print("node", &out);
    buf_fini(&out);
    if (status == CLI_OK) {
        node_log_text(&s->log, LOG_EVENT_READY, NULL);
        os_notify("READY=1");
        net_run(server);
        os_notify("STOPPING=1");
        node_log_text(&s->log, LOG_EVENT_STOPPING, NULL);
    }
    return status;
}

static void say(void *ctx, const address *at, bytes text)
{
    struct serving *s = ctx;
    struct buf line = {0};
    hex_put_data(&line, at->b, sizeof at->b);
    buf_put_u8(&line, ' ');
    buf_put(&line, text.p, text.n);
    buf_put_u8(&line, 0);
    node_log_text(&s->log, LOG_EVENT_SAYS, (const char *)line.p);
    buf_fini(&line);
}

static void set_logging(void *log, bool on)
{
    struct serving *s = log;
    s->log.level = on ? s->plan->log.level : LOG_NONE;
}

int node_serve(struct node *n, const struct node_plan *p, struct buf *why)
{
    struct serving s = {.node = n, .plan = p, .log = p->log};
    struct rpc_options options = {.now_ms = now_ms, .log = &s, .set_logging = set_logging};
    struct net_handler handler = {
        .ctx = &s,
        .answer = answer,
        .closed = closed,
        .woken = woken,
        .ending = ending,
        .page = page,
        .tick = tick,
    };
    if (node_opened_with(n)[0] != 0) {
        node_log_text(&p->log, LOG_EVENT_OPENED, node_opened_with(n));
    }
    if (!load_state(&s, why)) {
        return CLI_USAGE;
    }
    s.rpc = rpc_new(n, &options);
    node_listen(n, &s, on_event);
    console_init(&s.console, say, &s);
    struct inspector console = console_inspector(&s.console);
    node_look_on(n, p->is_dev ? &console : NULL);
    struct net_server *server = net_new(&handler);
    s.server = server;
    s.work = rpc_work_new(s.rpc, p->threads, &s, wake);
    bool ok = true;
    for (u32 i = 0; ok && i < p->listen_count; i++) {
        ok = net_listen(server, &p->listen[i], why);
    }
    int status = ok ? run(&s, server) : CLI_USAGE;
    if (ok && !save_state(&s, why)) {
        status = CLI_FAULT;
    }
    node_look_on(n, NULL);
    console_fini(&s.console);
    net_free(server);
    rpc_work_free(s.work);
    rpc_free(s.rpc);
    return status;
}
