// SPDX-License-Identifier: MIT
// `hybrid genesis`: block 0 of a genesis file, its hash, state root and fork id.
#include "app/cli/cli.h"
#include "app/cli/genesis_file.h"
#include "app/cli/header_json.h"
#include "app/cli/options.h"
#include "lib/codec/hex.h"

enum { OPTION_JSON, OPTION_COUNT };

static const struct option_row ROWS[OPTION_COUNT] = {
    [OPTION_JSON] = {"json", NULL, "the header, the hashes and the configuration as JSON", NULL},
};

static const struct option_set SET = {
    .command = "genesis",
    .operand = "FILE|CHAIN",
    .operands_min = 1,
    .operands_max = 1,
    .about = "Shows block 0 of a genesis file in geth's form, or of a chain that is built in:\n"
             "mainnet, sepolia, holesky, hoodi, dev.",
    .examples = "  hybrid genesis genesis.json\n"
                "  hybrid genesis --json mainnet\n",
    .row = ROWS,
    .count = OPTION_COUNT,
};

static void put_line(struct buf *out, const char *name, const void *p, usize n)
{
    buf_printf(out, "%-12s", name);
    hex_put_data(out, p, n);
    buf_put_u8(out, '\n');
}

static void put_text(struct buf *out, const struct genesis_file *g)
{
    const struct header *h = &g->header;
    const struct genesis *genesis = &g->genesis;
    struct fork_id id = config_fork_id(&genesis->config, h, h->number, h->timestamp);
    put_line(out, "hash", h->hash.b, sizeof h->hash.b);
    put_line(out, "state root", h->state_root.b, sizeof h->state_root.b);
    if (!g->has_alloc) {
        buf_put_text(out, "            (as the file states it: it has no accounts)\n");
    }
    buf_printf(out, "accounts    %u\n", g->alloc.count);
    buf_put_text(out, "fork id     ");
    hex_put_data(out, id.hash, sizeof id.hash);
    buf_printf(out, ", next %llu\n", (unsigned long long)id.next);
}

static void put_json(struct buf *out, const struct genesis_file *g)
{
    const struct header *h = &g->header;
    const struct config *c = &g->genesis.config;
    struct fork_id id = config_fork_id(c, h, h->number, h->timestamp);
    struct json_writer w;
    json_write_init(&w, out, 2);
    json_begin_object(&w, NULL);
    json_put_b256(&w, "hash", &h->hash);
    json_put_b256(&w, "stateRoot", &h->state_root);
    json_put_number(&w, "accounts", g->alloc.count);
    json_begin_object(&w, "forkId");
    json_put_data(&w, "hash", id.hash, sizeof id.hash);
    json_put_whole_u64(&w, "next", id.next);
    json_end(&w);
    header_json_put(&w, "header", h);
    config_write(&w, "config", c);
    json_end(&w);
    buf_put_u8(out, '\n');
}

static int show(struct options *o)
{
    struct genesis_file g = {.has_alloc = false};
    struct buf text = {0};
    int status;
    if (!genesis_file_open(&g, &o->why, o->operand[0])) {
        status = cli_refuse("genesis", &o->why);
    } else {
        if (option_given(o, OPTION_JSON)) {
            put_json(&text, &g);
        } else {
            put_text(&text, &g);
        }
        status = cli_print("genesis", &text);
    }
    buf_fini(&text);
    genesis_file_fini(&g);
    return status;
}

int cmd_genesis(int argc, char **argv)
{
    struct options o;
    int status;
    if (!options_parse(&o, &SET, argc, argv)) {
        status = cli_refuse("genesis", &o.why);
    } else if (o.help) {
        struct buf text = {0};
        options_put_help(&text, &SET);
        status = cli_print("genesis", &text);
        buf_fini(&text);
    } else {
        status = show(&o);
    }
    options_fini(&o);
    return status;
}
