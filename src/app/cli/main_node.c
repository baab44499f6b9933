// SPDX-License-Identifier: MIT
// The program `hybrid-node`: the development chain, served over JSON-RPC until it is asked to end.
#include <stdio.h>

#include "app/cli/cli.h"
#include "app/cli/cmd_node.h"
#include "app/cli/node_genesis.h"
#include "app/cli/options.h"
#include "lib/num/u256.h"
#include "lib/os/signal.h"
#include "lib/os/time.h"
#include "node/net/net.h"
#include "node/node/dev.h"
#include "node/rpc/rpc.h"

#define PORT_DEFAULT 8545u

enum {
#define NODE_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/node_options.def"
    OPTION_COUNT
};

static const struct option_row rows[] = {
#define NODE_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/node_options.def"
};

static const struct option_set option_set = {
    .program = "hybrid-node",
    .command = "",
    .about = "Runs a chain and serves it over JSON-RPC: the development chain, on which each "
             "transaction makes a\n"
             "block at once and ten well-known accounts have 10,000 ether each. Everything is in "
             "memory and gone at\n"
             "the end. SIGINT (Ctrl-C) and SIGTERM end it.",
    .examples = "  hybrid-node --dev\n"
                "  hybrid-node --dev --host 0.0.0.0 --port 8600\n"
                "  hybrid-node --port 0 --quiet\n",
    .row = rows,
    .count = OPTION_COUNT,
};

static void put_accounts(struct buf *out)
{
    buf_put_text(out, "\nAccounts (10,000 ether each)\n");
    for (u32 i = 0; i < DEV_ACCOUNT_COUNT; i++) {
        buf_printf(out, "  (%u) 0x%s\n", i, dev_account(i).address_text);
    }
    buf_put_text(out, "\nPrivate keys (known to everybody: never use them on another chain)\n");
    for (u32 i = 0; i < DEV_ACCOUNT_COUNT; i++) {
        buf_printf(out, "  (%u) 0x%s\n", i, dev_account(i).key_text);
    }
    buf_put_text(out,
                 "\nMnemonic      test test test test test test test test test test test junk\n");
}

static void put_banner(struct buf *out, const struct node *n, bool quiet)
{
    const struct header *genesis = &blocks_at(node_blocks(n), 0)->header;
    if (quiet) {
        return;
    }
    buf_put_text(out, "hybrid-node " HYBRID_VERSION "\n");
    if (node_has_dev_keys(n)) {
        put_accounts(out);
    }
    buf_printf(out, "Chain id      %llu\nGas limit     %llu\n",
               (unsigned long long)u256_to_u64_saturated(node_schedule(n)->chain_id),
               (unsigned long long)genesis->gas_limit);
}

static u64 now_ms(void)
{
    return os_now_ns() / 1000000;
}

static int serve(struct options *o, struct node *node, const struct net_listen *at)
{
    struct buf out = {0};
    struct rpc_options options = {.now_ms = now_ms};
    struct rpc *rpc = rpc_new(node, &options);
    struct net_handler handler = {.ctx = rpc, .answer = rpc_answer, .closed = rpc_closed};
    struct net_server *server = net_new(&handler);
    int status = CLI_USAGE;
    if (net_listen(server, at, &o->why)) {
        os_on_stop(net_stop, server);
        put_banner(&out, node, option_given(o, OPTION_QUIET));
        buf_printf(&out, "JSON-RPC      http://%s:%u\n", at->host, (u32)net_port(server, 0));
        status = cli_print("node", &out);
        if (status == CLI_OK) {
            net_run(server);
        }
    }
    net_free(server);
    rpc_free(rpc);
    buf_fini(&out);
    return status;
}

static int run(struct options *o)
{
    static const char *const FORMS[] = {"riscv", "native"};
    struct net_listen at = {.host = "127.0.0.1", .origins = "*"};
    struct node_genesis genesis;
    u64 port = PORT_DEFAULT;
    u32 form = 0;
    bool is_dev = !option_given(o, OPTION_GENESIS);
    if (!is_dev && option_given(o, OPTION_DEV)) {
        option_conflict(o, OPTION_GENESIS, OPTION_DEV, "each names a chain");
        return CLI_USAGE;
    }
    if (!option_u64(&port, o, OPTION_PORT, 65535) ||
        !option_choice(&form, o, OPTION_EVM, FORMS, 2) ||
        !node_genesis_open(&genesis, &o->why, is_dev ? "dev" : o->value[OPTION_GENESIS])) {
        return CLI_USAGE;
    }
    at.port = (u16)port;
    at.host = option_given(o, OPTION_HOST) ? o->value[OPTION_HOST] : at.host;
    struct node_options options = {
        .form = form == 0 ? VM_EVM_GUEST : VM_EVM_NATIVE,
        .clock = os_unix_seconds,
        .has_dev_keys = is_dev,
    };
    struct node *node = node_new(&options, &genesis, &o->why);
    int status = node == NULL ? CLI_USAGE : serve(o, node, &at);
    node_free(node);
    return status;
}

int main(int argc, char **argv)
{
    const struct node_command *command = argc > 1 ? node_command_find(argv[1]) : NULL;
    if (command != NULL) {
        return command->run(argc - 1, argv + 1);
    }
    struct options o;
    struct buf out = {0};
    int status = CLI_USAGE;
    bool ok = options_parse(&o, &option_set, argc, argv);
    if (ok && o.help) {
        options_put_help(&out, &option_set);
        status = cli_print("node", &out);
    } else if (ok && option_given(&o, OPTION_VERSION)) {
        buf_put_text(&out, "hybrid-node " HYBRID_VERSION "\n");
        status = cli_print("node", &out);
    } else if (ok) {
        status = run(&o);
    }
    if (o.why.n > 0) {
        fprintf(stderr, "hybrid-node: %.*s\n(`hybrid-node --help` tells more)\n", (int)o.why.n,
                (const char *)o.why.p);
    }
    buf_fini(&out);
    options_fini(&o);
    return status;
}
