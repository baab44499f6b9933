// SPDX-License-Identifier: MIT
// Options of hybrid-node; see node_plan.h. Each group of options is read by one function.
#include "app/cli/node_plan.h"

#include <stdlib.h>
#include <string.h>

#include "app/cli/cmd_node.h"
#include "app/cli/node_config.h"
#include "lib/base/bytes.h"
#include "lib/crypto/wallet.h"
#include "lib/num/u256.h"
#include "lib/os/cpu.h"
#include "lib/os/time.h"
#include "node/rpc/work.h"

#define PORT_DEFAULT 8545u
#define ETHER 1000000000000000000u // wei
#define BLOCK_SECONDS_MAX 1000000u

enum {
#define NODE_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/node_options.def"
    OPTION_COUNT
};

static const struct option_row rows[] = {
#define NODE_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/node_options.def"
};

const struct option_set node_option_set = {
    .program = "hybrid-node",
    .command = "",
    .about = "Runs a chain and serves it over JSON-RPC. Without a genesis it is the development "
             "chain, on which each\n"
             "transaction makes a block at once and ten well-known accounts have 10,000 ether "
             "each; without --datadir\n"
             "it is in memory and gone at the end. SIGINT (Ctrl-C) and SIGTERM end it.",
    .examples = "  hybrid-node --dev\n"
                "  hybrid-node --dev --host 0.0.0.0 --port 8600\n"
                "  hybrid-node --accounts 3 --block-time 2 --mixed-mining\n"
                "  hybrid-node --datadir chain --history 100000\n"
                "  hybrid-node --datadir chain --genesis genesis.json --engine 127.0.0.1:8551 "
                "--jwt jwt.hex\n",
    .row = rows,
    .count = OPTION_COUNT,
};

bool node_wants_version(const struct options *o)
{
    return option_given(o, OPTION_VERSION);
}

// ---- chain

static bool read_dev(struct node_plan *p, struct options *o)
{
    static const u32 ONLY[] = {OPTION_ACCOUNTS, OPTION_BALANCE,   OPTION_MNEMONIC,
                               OPTION_CHAIN_ID, OPTION_GAS_LIMIT, OPTION_TIMESTAMP};
    u64 accounts = p->dev.accounts;
    u256 ether = u256_zero();
    bool is_changed = false;
    for (usize i = 0; i < COUNT_OF(ONLY); i++) {
        is_changed = is_changed || option_given(o, ONLY[i]);
        if (option_given(o, ONLY[i]) && !p->is_dev) {
            return option_refuse(o, ONLY[i], "is of the development chain only");
        }
    }
    if (!option_u64(&accounts, o, OPTION_ACCOUNTS, WALLET_ACCOUNTS_MAX) ||
        !option_u256(&ether, o, OPTION_BALANCE) ||
        !option_u64(&p->dev.chain_id, o, OPTION_CHAIN_ID, (u64)1 << 52) ||
        !option_u64(&p->dev.gas_limit, o, OPTION_GAS_LIMIT, (u64)1 << 62) ||
        !option_u64(&p->dev.timestamp, o, OPTION_TIMESTAMP, (u64)1 << 40)) {
        return false;
    }
    if (option_given(o, OPTION_BALANCE)) {
        if (u256_gt(ether, u256_from_u64((u64)1 << 63))) {
            return option_refuse(o, OPTION_BALANCE, "more than 2^63 ether");
        }
        p->dev.balance = u256_mul(ether, u256_from_u64(ETHER));
    }
    if (p->dev.gas_limit < 5000) {
        return option_refuse(o, OPTION_GAS_LIMIT, "a block has at least 5,000 gas");
    }
    p->dev.accounts = (u32)accounts;
    p->dev.mnemonic =
        option_given(o, OPTION_MNEMONIC) ? o->value[OPTION_MNEMONIC] : p->dev.mnemonic;
    if (!p->is_dev) {
        return true;
    }
    if (!node_dev_keys(&p->dev)) {
        return option_refuse(o, OPTION_MNEMONIC, "these words lead to no key");
    }
    p->node.keys = p->dev.keys;
    p->node.key_count = p->dev.accounts;
    if (is_changed) {
        node_dev_genesis(&p->genesis, &p->dev);
        p->source.text = &p->genesis;
    }
    return true;
}

static bool take_blocks(struct node_plan *p, struct options *o)
{
    p->node.blocks = NODE_HISTORY_ALL;
    if (option_given(o, OPTION_KEEP_BLOCKS) && strcmp(o->value[OPTION_KEEP_BLOCKS], "all") == 0) {
        return true;
    }
    return option_u64(&p->node.blocks, o, OPTION_KEEP_BLOCKS, NODE_HISTORY_ALL - 1) &&
           (p->node.blocks >= NODE_BLOCKS_MIN ||
            option_refuse(o, OPTION_KEEP_BLOCKS, "at least %u blocks are kept; all keeps all",
                          NODE_BLOCKS_MIN));
}

static bool read_chain(struct node_plan *p, struct options *o)
{
    static const char *const FORMS[] = {"riscv", "native"};
    static const char *const SYNCS[] = {"block", "later"};
    static const u32 NAMES[] = {OPTION_GENESIS, OPTION_CHAIN, OPTION_DEV};
    u32 form = 0;
    u32 sync = 0;
    for (usize i = 0; i < COUNT_OF(NAMES); i++) {
        for (usize k = i + 1; k < COUNT_OF(NAMES); k++) {
            if (option_given(o, NAMES[i]) && option_given(o, NAMES[k])) {
                return option_conflict(o, NAMES[i], NAMES[k], "each names a chain");
            }
        }
    }
    if (!option_choice(&form, o, OPTION_EVM, FORMS, COUNT_OF(FORMS)) ||
        !option_choice(&sync, o, OPTION_SYNC, SYNCS, COUNT_OF(SYNCS)) ||
        !node_option_history(&p->node.history, o, OPTION_HISTORY) || !take_blocks(p, o)) {
        return false;
    }
    p->node.form = form == 0 ? VM_EVM_GUEST : VM_EVM_NATIVE;
    p->node.is_durable = sync == 0;
    p->node.datadir = o->value[OPTION_DATADIR];
    p->source.name =
        option_given(o, OPTION_GENESIS) ? o->value[OPTION_GENESIS] : o->value[OPTION_CHAIN];
    p->source.fallback = "dev";
    p->is_dev = p->source.name == NULL || strcmp(p->source.name, "dev") == 0;
    p->node.has_dev_keys = p->is_dev;
    p->state_path = o->value[OPTION_STATE];
    return read_dev(p, o);
}

static bool read_mining(struct node_plan *p, struct options *o)
{
    u64 seconds = 0;
    bool has_time = option_given(o, OPTION_BLOCK_TIME);
    if (has_time && option_given(o, OPTION_NO_MINING)) {
        return option_conflict(o, OPTION_BLOCK_TIME, OPTION_NO_MINING, "one makes blocks");
    }
    if (has_time && option_given(o, OPTION_ENGINE)) {
        return option_conflict(o, OPTION_BLOCK_TIME, OPTION_ENGINE,
                               "each says when blocks are made");
    }
    if (!has_time && option_given(o, OPTION_MIXED_MINING)) {
        return option_refuse(o, OPTION_MIXED_MINING, "needs --block-time");
    }
    if (!option_u64(&seconds, o, OPTION_BLOCK_TIME, BLOCK_SECONDS_MAX)) {
        return false;
    }
    if (has_time && seconds == 0) {
        return option_refuse(o, OPTION_BLOCK_TIME, "at least one second");
    }
    bool mixed = option_given(o, OPTION_MIXED_MINING);
    p->node.block_time_ms = seconds * 1000;
    bool is_driven = option_given(o, OPTION_ENGINE); // by a consensus client
    p->node.mining = option_given(o, OPTION_NO_MINING) || is_driven ? MINING_NONE
                     : !has_time                                    ? MINING_INSTANT
                     : mixed                                        ? MINING_MIXED
                                                                    : MINING_INTERVAL;
    return true;
}

// ---- where it serves

static struct net_listen *add_listen(struct node_plan *p, struct options *o)
{
    struct net_listen *l = &p->listen[p->listen_count++];
    *l = (struct net_listen){
        .origins = option_given(o, OPTION_CORS) ? o->value[OPTION_CORS] : "*",
        .hosts = o->value[OPTION_HOST_CHECK],
    };
    return l;
}

// ADDRESS:PORT; an address with colons stands in brackets.
static bool read_place(struct node_plan *p, struct net_listen *l, struct options *o, u32 index)
{
    const char *text = o->value[index];
    const char *colon = strrchr(text, ':');
    char *end = NULL;
    u64 port = colon == NULL ? 0 : strtoul(colon + 1, &end, 10);
    bool digits = colon != NULL && colon[1] >= '0' && colon[1] <= '9' && *end == 0;
    if (!digits || port > 65535 || colon == text) {
        return option_refuse(o, index, "\"%.60s\" is not ADDRESS:PORT; for example: --%s %s", text,
                             rows[index].name, rows[index].example);
    }
    bool brackets = text[0] == '[' && colon[-1] == ']';
    usize at = p->hosts.n;
    usize n = (usize)(colon - text);
    buf_put(&p->hosts, brackets ? text + 1 : text, brackets ? n - 2 : n);
    buf_put_u8(&p->hosts, 0);
    l->host = (const char *)p->hosts.p + at; // room was made for all of them before
    l->port = (u16)port;
    return true;
}

static bool is_off(const struct options *o, u32 index)
{
    return option_given(o, index) && strcmp(o->value[index], "off") == 0;
}

static bool read_http(struct node_plan *p, struct options *o)
{
    u64 port = PORT_DEFAULT;
    bool splits = option_given(o, OPTION_HTTP) || (option_given(o, OPTION_WS));
    if (!option_u64(&port, o, OPTION_PORT, 65535)) {
        return false;
    }
    if (option_given(o, OPTION_HTTP) &&
        (option_given(o, OPTION_HOST) || option_given(o, OPTION_PORT))) {
        return option_conflict(o, OPTION_HTTP,
                               option_given(o, OPTION_HOST) ? OPTION_HOST : OPTION_PORT,
                               "each says where HTTP is served");
    }
    if (!is_off(o, OPTION_HTTP)) {
        struct net_listen *l = add_listen(p, o);
        l->host = option_given(o, OPTION_HOST) ? o->value[OPTION_HOST] : "127.0.0.1";
        l->port = (u16)port;
        l->no_websocket = splits && (is_off(o, OPTION_WS) || option_given(o, OPTION_WS));
        if (option_given(o, OPTION_HTTP) && !read_place(p, l, o, OPTION_HTTP)) {
            return false;
        }
    }
    if (option_given(o, OPTION_WS) && !is_off(o, OPTION_WS)) {
        struct net_listen *l = add_listen(p, o);
        l->no_http = true;
        return read_place(p, l, o, OPTION_WS);
    }
    return true;
}

static bool read_engine(struct node_plan *p, struct options *o)
{
    struct buf secret = {0};
    if (option_given(o, OPTION_ENGINE) != option_given(o, OPTION_JWT)) {
        u32 there = option_given(o, OPTION_ENGINE) ? OPTION_ENGINE : OPTION_JWT;
        return option_refuse(o, there, "needs --%s",
                             rows[there == OPTION_JWT ? OPTION_ENGINE : OPTION_JWT].name);
    }
    if (!option_given(o, OPTION_ENGINE)) {
        return true;
    }
    bool ok = option_file(&secret, o, OPTION_JWT);
    if (ok && secret.n != sizeof p->secret.b) {
        ok = option_refuse(o, OPTION_JWT, "%s has %zu bytes, not 32", o->value[OPTION_JWT],
                           secret.n);
    }
    if (ok) {
        struct net_listen *l = add_listen(p, o);
        copy_bytes(p->secret.b, secret.p, secret.n);
        l->secret = &p->secret;
        l->group = RPC_GROUP_ENGINE;
        ok = read_place(p, l, o, OPTION_ENGINE);
    }
    buf_fini(&secret);
    return ok;
}

static bool read_servers(struct node_plan *p, struct options *o)
{
    usize room = 0;
    static const u32 PLACES[] = {OPTION_HTTP, OPTION_WS, OPTION_ENGINE};
    for (usize i = 0; i < COUNT_OF(PLACES); i++) {
        room += option_given(o, PLACES[i]) ? strlen(o->value[PLACES[i]]) + 1 : 0;
    }
    buf_reserve(&p->hosts, room);
    if (!read_http(p, o)) {
        return false;
    }
    if (option_given(o, OPTION_IPC)) {
        add_listen(p, o)->path = o->value[OPTION_IPC];
    }
    if (!read_engine(p, o)) {
        return false;
    }
    if (p->listen_count == 0) {
        buf_put_text(&o->why, "nothing is served: --http and --ws are off, and there is no --ipc");
    }
    return p->listen_count > 0;
}

static bool read_log(struct node_plan *p, struct options *o)
{
    static const char *const LEVELS[] = {"none", "error", "warn", "info", "debug"};
    u32 level = LOG_WARN;
    bool ok = option_choice(&level, o, OPTION_LOG_LEVEL, LEVELS, COUNT_OF(LEVELS));
    p->log = (struct node_log){
        .level = (enum log_level)level,
        .as_json = option_given(o, OPTION_LOG_JSON),
        .clock = os_unix_seconds,
    };
    return ok;
}

static bool read_workers(struct node_plan *p, struct options *o)
{
    u64 threads = cpu_count();
    if (!option_u64(&threads, o, OPTION_WORKERS, RPC_THREADS_MAX)) {
        return false;
    }
    p->threads = (u32)(threads < RPC_THREADS_MAX ? threads : RPC_THREADS_MAX);
    return true;
}

bool node_plan_read(struct node_plan *p, struct options *o)
{
    *p = (struct node_plan){.node = {.clock = os_unix_seconds}};
    node_dev_init(&p->dev);
    if (option_given(o, OPTION_CONFIG) &&
        !node_config_read(o, &p->config, o->value[OPTION_CONFIG])) {
        return false;
    }
    p->is_quiet = option_given(o, OPTION_QUIET);
    p->has_metrics = option_given(o, OPTION_METRICS);
    return read_chain(p, o) && read_mining(p, o) && read_servers(p, o) && read_workers(p, o) &&
           read_log(p, o);
}

void node_plan_fini(struct node_plan *p)
{
    node_dev_fini(&p->dev);
    buf_fini(&p->genesis);
    buf_fini(&p->config);
    buf_fini(&p->hosts);
}
