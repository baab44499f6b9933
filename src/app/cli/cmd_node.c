// SPDX-License-Identifier: MIT
// `hybrid-node init|import|export|dump|db`. Files of blocks are as geth writes them: the codings of
// blocks, one behind the other.
#include "app/cli/cmd_node.h"

#include <stdio.h>
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/node_check.h"
#include "app/cli/node_genesis.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/codec/rlp.h"
#include "lib/os/file.h"
#include "lib/os/signal.h"
#include "lib/os/time.h"

#define FILE_SIZE_MAX ((usize)1 << 40)
#define BLOCK_TOLD 1000u // a line each so many blocks

enum {
#define NODE_CHAIN_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/node_chain_options.def"
    OPTION_COUNT
};

static const struct option_row rows[] = {
#define NODE_CHAIN_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/node_chain_options.def"
};

struct command { // under way
    struct options o;
    struct node *node;
    struct buf out;
};

bool node_option_history(u64 *out, struct options *o, u32 index)
{
    *out = NODE_HISTORY_ALL;
    if (option_given(o, index) && strcmp(o->value[index], "archive") == 0) {
        return true;
    }
    if (!option_u64(out, o, index, NODE_HISTORY_ALL - 1)) {
        return false;
    }
    if (*out == 0) {
        return option_refuse(o, index, "at least one block's state is kept; archive keeps all");
    }
    return true;
}

static bool open_chain(struct command *c, bool needs_genesis)
{
    static const char *const FORMS[] = {"riscv", "native"};
    struct options *o = &c->o;
    struct node_options options = {.clock = os_unix_seconds, .mining = MINING_NONE};
    u32 form = 0;
    if (!option_given(o, OPTION_DATADIR)) {
        buf_put_text(&o->why, "--datadir is missing: the folder of the chain");
        return false;
    }
    if (needs_genesis && !option_given(o, OPTION_GENESIS)) {
        buf_put_text(&o->why, "--genesis is missing: a file, or the name of a chain");
        return false;
    }
    if (!option_choice(&form, o, OPTION_EVM, FORMS, COUNT_OF(FORMS)) ||
        !node_option_history(&options.history, o, OPTION_HISTORY)) {
        return false;
    }
    options.form = form == 0 ? VM_EVM_GUEST : VM_EVM_NATIVE;
    options.datadir = o->value[OPTION_DATADIR];
    options.trusts_seals = option_given(o, OPTION_NO_SEAL_CHECK);
    struct node_source source = {.name = o->value[OPTION_GENESIS]};
    c->node = node_source_open(&source, &options, &o->why);
    return c->node != NULL;
}

static void put_head(struct command *c)
{
    const struct header *h = &blocks_last(node_blocks(c->node))->header;
    buf_printf(&c->out, "head %llu ", (unsigned long long)h->number);
    hex_put_data(&c->out, h->hash.b, sizeof h->hash.b);
    buf_put_u8(&c->out, '\n');
}

static int fault(const struct command *c, enum fault f)
{
    return cli_fault("node", f, c->node == NULL ? "" : node_fault_detail(c->node));
}

// ---- init

static int run_init(struct command *c)
{
    if (!open_chain(c, true)) {
        return CLI_USAGE;
    }
    put_head(c);
    return CLI_OK;
}

// ---- import

static int refuse_block(struct command *c, const char *path, usize at,
                        const struct node_imported *i)
{
    buf_printf(&c->o.why, "%s: the block at byte %zu (", path, at);
    hex_put_data(&c->o.why, i->hash.b, sizeof i->hash.b);
    if (i->status == IMPORT_FAR) {
        buf_printf(&c->o.why,
                   ") is of a branch that leaves the chain more than %u blocks before its head, or "
                   "where states are not kept (--history)",
                   NODE_BRANCH_MAX);
        return CLI_FAILED;
    }
    buf_printf(&c->o.why, ") is not valid: %s", block_verdict_text(i->block));
    if (i->block == BLOCK_TRANSACTION) {
        buf_printf(&c->o.why, " (number %llu: %s)", (unsigned long long)i->transaction_index,
                   verdict_text(i->transaction));
    }
    if (i->status == IMPORT_ORPHAN) {
        buf_put_text(&c->o.why, "; import the blocks before it first");
    }
    return CLI_FAILED;
}

static int import_file(struct command *c, const char *path, u64 *count)
{
    struct buf file = {0};
    int status = CLI_OK;
    if (os_read_file(&file, &c->o.why, path, FILE_SIZE_MAX) != FAULT_NONE) {
        return CLI_USAGE;
    }
    bytes rest = buf_bytes(&file);
    while (status == CLI_OK && rest.n > 0 && !os_stop_asked()) {
        rlp_item item;
        struct node_imported out;
        usize at = file.n - rest.n;
        const u8 *start = rest.p;
        if (!rlp_next(&item, &rest)) {
            buf_printf(&c->o.why, "%s: what is at byte %zu is not the coding of a block", path, at);
            status = CLI_FAILED;
            break;
        }
        enum fault f = node_import(c->node, (bytes){start, (usize)(rest.p - start)}, true, &out);
        if (f != FAULT_NONE) {
            status = fault(c, f);
        } else if (out.status != IMPORT_VALID) {
            status = refuse_block(c, path, at, &out);
        }
        node_trim(c->node);
        if (++*count % BLOCK_TOLD == 0) {
            fprintf(stderr, "hybrid-node import: %llu blocks\n", (unsigned long long)*count);
        }
    }
    buf_fini(&file);
    return status;
}

static void ignore_stop(void *ctx)
{
    (void)ctx;
}

static int run_import(struct command *c)
{
    u64 count = 0;
    int status = open_chain(c, false) ? CLI_OK : CLI_USAGE;
    os_on_stop(ignore_stop, NULL); // the block under way is finished
    for (u32 i = 0; status == CLI_OK && i < c->o.operand_count; i++) {
        status = import_file(c, c->o.operand[i], &count);
    }
    if (c->node != NULL) {
        buf_printf(&c->out, "imported %llu blocks\n", (unsigned long long)count);
        put_head(c);
    }
    return status;
}

// ---- export

static int write_blocks(struct command *c, FILE *file, u64 first, u64 last)
{
    for (u64 i = first; i <= last; i++) {
        struct stored_block *b = NULL;
        enum fault f = store_load_at(node_store(c->node), i, &b);
        if (f != FAULT_NONE || b == NULL) {
            return fault(c, f == FAULT_NONE ? FAULT_BAD_INPUT : f);
        }
        bool ok = fwrite(b->wire.p, 1, b->wire.n, file) == b->wire.n;
        stored_block_free(b);
        if (!ok) {
            buf_printf(&c->o.why, "cannot write to %s", c->o.operand[0]);
            return CLI_FAULT;
        }
    }
    return CLI_OK;
}

static int run_export(struct command *c)
{
    u64 first = 0;
    if (!open_chain(c, false)) {
        return CLI_USAGE;
    }
    u64 head = blocks_count(node_blocks(c->node)) - 1;
    u64 last = head;
    if (!option_u64(&first, &c->o, OPTION_FIRST, head) ||
        !option_u64(&last, &c->o, OPTION_LAST, head)) {
        return CLI_USAGE;
    }
    u64 kept = node_first_block(c->node);
    if (kept > 1 && first < kept) {
        return option_refuse(&c->o, OPTION_FIRST, "blocks before %llu are not kept (--keep-blocks)",
                             (unsigned long long)kept)
                   ? CLI_OK
                   : CLI_USAGE;
    }
    bool to_stdout = strcmp(c->o.operand[0], "-") == 0;
    FILE *file = to_stdout ? stdout : fopen(c->o.operand[0], "wb");
    if (file == NULL) {
        buf_printf(&c->o.why, "cannot create %s", c->o.operand[0]);
        return CLI_USAGE;
    }
    int status = write_blocks(c, file, first, last);
    if ((to_stdout ? fflush(file) : fclose(file)) != 0 && status == CLI_OK) {
        buf_printf(&c->o.why, "cannot write to %s", c->o.operand[0]);
        status = CLI_FAULT;
    }
    if (!to_stdout && status == CLI_OK) {
        u64 count = last < first ? 0 : last - first + 1;
        buf_printf(&c->out, "exported %llu blocks\n", (unsigned long long)count);
    }
    return status;
}

// ---- dump, db

static int run_dump(struct command *c)
{
    if (!open_chain(c, false)) {
        return CLI_USAGE;
    }
    u64 head = blocks_count(node_blocks(c->node)) - 1;
    u64 number = head;
    if (!option_u64(&number, &c->o, OPTION_BLOCK, head)) {
        return CLI_USAGE;
    }
    const struct stored_block *at = blocks_at(node_blocks(c->node), number);
    enum fault f = at == NULL ? FAULT_BAD_INPUT : node_dump_at(c->node, at, &c->out);
    buf_put_u8(&c->out, '\n');
    return f == FAULT_NONE ? CLI_OK : fault(c, f);
}

static int run_stat(struct command *c)
{
    struct kv *kv = store_kv(node_store(c->node));
    struct kv_txn *t = NULL;
    enum fault f = kv_begin(kv, false, &t);
    for (u32 i = 0; f == FAULT_NONE && i < KV_TABLE_COUNT; i++) {
        u64 n = 0;
        f = kv_count(t, (enum kv_table)i, &n);
        buf_printf(&c->out, "%-16s %12llu entries\n", kv_table_name((enum kv_table)i),
                   (unsigned long long)n);
    }
    kv_abort(t);
    buf_printf(&c->out, "%-16s %12llu bytes\n", "file", (unsigned long long)kv_size(kv));
    put_head(c);
    buf_printf(&c->out, "states from block %llu on\n",
               (unsigned long long)node_oldest_state(c->node));
    return f == FAULT_NONE ? CLI_OK : fault(c, f);
}

static int run_check(struct command *c)
{
    struct buf why = {0};
    bool ok = node_check(c->node, &c->out, &why);
    if (!ok) {
        buf_put(&c->o.why, why.p, why.n);
    }
    buf_fini(&why);
    return ok ? CLI_OK : CLI_FAILED;
}

static int run_db(struct command *c)
{
    static const char *const WHAT[] = {"stat", "check"};
    u32 what = 0;
    while (what < COUNT_OF(WHAT) && strcmp(c->o.operand[0], WHAT[what]) != 0) {
        what++;
    }
    if (what == COUNT_OF(WHAT)) {
        buf_printf(&c->o.why, "\"%.40s\" is neither stat nor check", c->o.operand[0]);
        return CLI_USAGE;
    }
    if (!open_chain(c, false)) {
        return CLI_USAGE;
    }
    return what == 0 ? run_stat(c) : run_check(c);
}

// ---- all of them

static int run_with(const struct option_set *set, int (*run)(struct command *c), int argc,
                    char **argv)
{
    struct command c = {.node = NULL};
    int status = CLI_USAGE;
    if (options_parse(&c.o, set, argc, argv)) {
        if (c.o.help) {
            options_put_help(&c.out, set);
            status = CLI_OK;
        } else {
            status = run(&c);
        }
    }
    if (c.o.why.n > 0) {
        fprintf(stderr, "hybrid-node %s: %.*s\n(`hybrid-node %s --help` tells more)\n",
                set->command, (int)c.o.why.n, (const char *)c.o.why.p, set->command);
    }
    if (c.out.n > 0 && cli_print("node", &c.out) != CLI_OK) {
        status = CLI_FAULT;
    }
    node_free(c.node);
    buf_fini(&c.out);
    options_fini(&c.o);
    return status;
}

#define DEFINE_COMMAND(NAME, operand_text, least, most, about_text, example_text)                  \
    static int cmd_##NAME(int argc, char **argv)                                                   \
    {                                                                                              \
        static const struct option_set SET = {                                                     \
            .program = "hybrid-node",                                                              \
            .command = #NAME,                                                                      \
            .operand = (operand_text),                                                             \
            .operands_min = (least),                                                               \
            .operands_max = (most),                                                                \
            .about = (about_text),                                                                 \
            .examples = (example_text),                                                            \
            .row = rows,                                                                           \
            .count = OPTION_COUNT,                                                                 \
        };                                                                                         \
        return run_with(&SET, run_##NAME, argc, argv);                                             \
    }

DEFINE_COMMAND(init, NULL, 0, 0, "Begins a chain in a folder.",
               "  hybrid-node init --datadir chain --genesis genesis.json\n")
DEFINE_COMMAND(
    import, "FILE...", 1, OPERANDS_MAX,
    "Imports files of blocks as geth exports them, with all checks. Blocks that are known "
    "are passed over.",
    "  hybrid-node import --datadir chain chain.rlp\n")
DEFINE_COMMAND(export, "FILE", 1, 1,
               "Writes canonical blocks to a file as geth does; - is standard "
               "output.",
               "  hybrid-node export --datadir chain --first 1 chain.rlp\n")
DEFINE_COMMAND(dump, NULL, 0, 0, "Prints the state after a block as JSON.",
               "  hybrid-node dump --datadir chain --block 7\n")
DEFINE_COMMAND(
    db, "stat|check", 1, 1,
    "stat: how much is in the tables. check: reads all of it, and compares the states with "
    "the roots.",
    "  hybrid-node db check --datadir chain\n")

static const struct node_command COMMANDS[] = {
    {"init", cmd_init, "begin a chain in a folder"},
    {"import", cmd_import, "take blocks from files"},
    {"export", cmd_export, "write blocks to a file"},
    {"dump", cmd_dump, "print a state"},
    {"db", cmd_db, "look into the database, or check all of it"},
};

const struct node_command *node_command_find(const char *name)
{
    for (usize i = 0; i < COUNT_OF(COMMANDS); i++) {
        if (strcmp(COMMANDS[i].name, name) == 0) {
            return &COMMANDS[i];
        }
    }
    return NULL;
}

void node_command_put_all(struct buf *out)
{
    buf_put_text(out, "\ncommands (each has --help):\n");
    for (usize i = 0; i < COUNT_OF(COMMANDS); i++) {
        buf_printf(out, "  hybrid-node %-12s  %s\n", COMMANDS[i].name, COMMANDS[i].text);
    }
}
