// SPDX-License-Identifier: MIT
// `hybrid b11r`: puts a block together of a header, transactions, ommers and withdrawals as geth's
// `evm b11r` does. What the header does not state has the value of an empty block; nothing is
// executed. Sealing is not done: the header states mix hash and nonce.
#include "app/cli/cli.h"
#include "app/cli/options.h"
#include "app/cli/tool_files.h"
#include "app/cli/tx_json.h"
#include "core/trie/root.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/json_write.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/os/file.h"

#include <stdio.h>

enum {
    OPTION_HEADER,
    OPTION_OMMERS,
    OPTION_WITHDRAWALS,
    OPTION_TXS,
    OPTION_BASEDIR,
    OPTION_BLOCK,
    OPTION_CLIQUE,
    OPTION_ETHASH,
    OPTION_VERBOSITY,
    OPTION_COUNT
};

static const struct option_row ROWS[OPTION_COUNT] = {
    [OPTION_HEADER] = {"input.header", "stdin|FILE", "the header (header.json)", "header.json"},
    [OPTION_OMMERS] = {"input.ommers", "stdin|FILE", "list of ommers, each as RLP", "ommers.json"},
    [OPTION_WITHDRAWALS] = {"input.withdrawals", "stdin|FILE", "list of withdrawals",
                            "withdrawals.json"},
    [OPTION_TXS] = {"input.txs", "stdin|FILE", "RLP list of transactions (txs.rlp)", "txs.rlp"},
    [OPTION_BASEDIR] = {"output.basedir", "FOLDER", "where the file is written", "out"},
    [OPTION_BLOCK] = {"output.block", "stdout|stderr|FILE", "the block (block.json)", "stdout"},
    [OPTION_CLIQUE] = {"seal.clique", "FILE", "is refused: there is no clique here", "clique.json"},
    [OPTION_ETHASH] = {"seal.ethash", NULL, "is refused: nothing is mined here", NULL},
    [OPTION_VERBOSITY] = {"verbosity", "N", "taken for geth's sake; nothing changes", "3"},
};

static const struct option_set SET = {
    .command = "b11r",
    .about =
        "Puts a block together of its parts, as geth's `evm b11r`; prints its RLP and hash.\n"
        "Exit statuses: 3 sealing is asked for, 10 malformed JSON, 11 files, 12 malformed RLP.",
    .examples =
        "  hybrid b11r --input.header=header.json --input.txs=txs.rlp --output.block=stdout\n",
    .row = ROWS,
    .count = OPTION_COUNT,
};

struct builder {
    struct options o;
    struct tool_inputs inputs;
    struct header header;
    struct buf ommers;       // payload of their list
    struct buf transactions; // their list with its head
    struct buf withdrawals;  // payload of their list
    bool has_withdrawals;
    struct buf why;
};

static enum t8n_status json_error(struct builder *b, const char *what, const json_value *v)
{
    const struct buf *e = &v->document->error;
    buf_printf(&b->why, "%s: %.*s", what, (int)e->n, (const char *)e->p);
    return T8N_JSON;
}

// ---- parts

static enum fault read_exact(u8 *out, usize size, const json_value *o, const char *name)
{
    struct buf data = {0};
    json_value v;
    bool found;
    TRY(json_find(&v, &found, o, name));
    enum fault f = found ? json_get_data(&data, &v) : FAULT_NONE;
    if (f == FAULT_NONE && found && data.n != size) {
        f = json_refuse(&v, "is not %zu bytes", size);
    }
    if (f == FAULT_NONE && found) {
        copy_bytes(out, data.p, size);
    }
    buf_fini(&data);
    return f;
}

static enum fault read_extra(struct header *h, const json_value *o)
{
    struct buf data = {0};
    enum fault f = json_find_data(&data, o, "extraData");
    if (f == FAULT_NONE && data.n > HEADER_EXTRA_MAX) {
        f = json_refuse(o, "extraData is longer than %u bytes", HEADER_EXTRA_MAX);
    }
    if (f == FAULT_NONE) {
        h->extra_size = (u32)data.n;
        copy_bytes(h->extra, data.p, data.n);
    }
    buf_fini(&data);
    return f;
}

// Fields that forks added: the last one stated tells how many there are.
static enum fault read_tail(struct header *h, const json_value *o)
{
    static const char *const NAMES[] = {
        [TAIL_BASE_FEE] = "baseFeePerGas",
        [TAIL_WITHDRAWALS_ROOT] = "withdrawalsRoot",
        [TAIL_BLOB_GAS_USED] = "blobGasUsed",
        [TAIL_EXCESS_BLOB_GAS] = "excessBlobGas",
        [TAIL_BEACON_ROOT] = "parentBeaconBlockRoot",
        [TAIL_REQUESTS_HASH] = "requestsHash",
    };
    for (u32 i = TAIL_BASE_FEE; i < COUNT_OF(NAMES); i++) {
        json_value v;
        bool found;
        TRY(json_find(&v, &found, o, NAMES[i]));
        h->tail = found ? i : h->tail;
    }
    TRY(json_find_u256(&h->base_fee, o, "baseFeePerGas"));
    TRY(json_find_b256(&h->withdrawals_root, o, "withdrawalsRoot"));
    TRY(json_find_u64(&h->blob_gas_used, o, "blobGasUsed"));
    TRY(json_find_u64(&h->excess_blob_gas, o, "excessBlobGas"));
    TRY(json_find_b256(&h->beacon_root, o, "parentBeaconBlockRoot"));
    return json_find_b256(&h->requests_hash, o, "requestsHash");
}

static enum fault read_header(struct builder *b, const json_value *o)
{
    struct header *h = &b->header;
    json_value v;
    keccak256(&h->uncles_hash, b->ommers.p, b->ommers.n);
    h->transactions_root = TRIE_EMPTY_ROOT;
    h->receipts_root = TRIE_EMPTY_ROOT;
    TRY(json_member(&v, o, "stateRoot"));
    TRY(json_get_b256(&h->state_root, &v));
    TRY(json_member(&v, o, "number"));
    TRY(json_get_u64(&h->number, &v));
    TRY(json_member(&v, o, "gasLimit"));
    TRY(json_get_u64(&h->gas_limit, &v));
    TRY(json_member(&v, o, "timestamp"));
    TRY(json_get_u64(&h->timestamp, &v));
    TRY(json_find_u64(&h->gas_used, o, "gasUsed"));
    TRY(json_find_b256(&h->parent_hash, o, "parentHash"));
    TRY(json_find_b256(&h->uncles_hash, o, "sha3Uncles"));
    TRY(json_find_address(&h->coinbase, o, "miner"));
    TRY(json_find_b256(&h->transactions_root, o, "transactionsRoot"));
    TRY(json_find_b256(&h->receipts_root, o, "receiptsRoot"));
    TRY(json_find_u256(&h->difficulty, o, "difficulty"));
    TRY(json_find_b256(&h->mix_hash, o, "mixHash"));
    TRY(read_exact(h->bloom, sizeof h->bloom, o, "logsBloom"));
    TRY(read_exact(h->nonce, sizeof h->nonce, o, "nonce"));
    TRY(read_extra(h, o));
    return read_tail(h, o);
}

// An ommer is stated as a whole block, of which the header counts.
static enum t8n_status add_ommer(struct builder *b, const json_value *v)
{
    struct buf wire = {0};
    struct header h;
    bytes list;
    enum t8n_status status = T8N_OK;
    if (json_get_data(&wire, v) != FAULT_NONE) {
        status = json_error(b, "ommers", v);
    } else {
        bytes rest = buf_bytes(&wire);
        bool ok = rlp_next_list(&list, &rest) && rest.n == 0;
        bytes after = list;
        ok = ok && header_decode(&h, &after);
        if (ok) {
            buf_put(&b->ommers, list.p, list.n - after.n);
        } else {
            buf_put_text(&b->why, "ommers: not the RLP of a block");
            status = T8N_RLP;
        }
    }
    buf_fini(&wire);
    return status;
}

// The input that an option names, if it does; stdin may lack it.
static enum t8n_status part(json_value *out, bool *found, struct builder *b, u32 option,
                            const char *member)
{
    const char *path = b->o.value[option];
    *found = false;
    if (path == NULL || path[0] == 0) {
        return T8N_OK;
    }
    if (__builtin_strcmp(path, "stdin") == 0) {
        return tool_stdin_member(out, found, &b->inputs, member, &b->why);
    }
    *found = true;
    return tool_input(out, &b->inputs, path, member, &b->why);
}

static enum t8n_status read_lists(struct builder *b)
{
    json_value v;
    bool found;
    enum t8n_status status = part(&v, &found, b, OPTION_OMMERS, "ommers");
    if (status == T8N_OK && found && json_expect(&v, JSON_KIND_LIST) != FAULT_NONE) {
        return json_error(b, "ommers", &v);
    }
    for (usize i = 0; status == T8N_OK && found && i < json_count(&v); i++) {
        json_value one = json_element(&v, i);
        status = add_ommer(b, &one);
    }
    if (status == T8N_OK) {
        status = part(&v, &b->has_withdrawals, b, OPTION_WITHDRAWALS, "withdrawals");
    }
    if (status == T8N_OK && b->has_withdrawals &&
        withdrawals_json_read(&b->withdrawals, &v) != FAULT_NONE) {
        status = json_error(b, "withdrawals", &v);
    }
    return status;
}

static enum t8n_status read_transactions(struct builder *b)
{
    json_value v;
    const char *path = tool_path(&b->o, OPTION_TXS, "txs.rlp");
    enum t8n_status status = tool_input(&v, &b->inputs, path, "txs", &b->why);
    if (status != T8N_OK) {
        return status;
    }
    if (json_get_data(&b->transactions, &v) != FAULT_NONE) {
        return json_error(b, "txs", &v);
    }
    if (b->transactions.n == 0) {
        rlp_end_list(&b->transactions, rlp_begin_list(&b->transactions));
    }
    bytes rest = buf_bytes(&b->transactions);
    bytes list;
    bytes raw;
    bool ok = rlp_next_list(&list, &rest) && rest.n == 0;
    while (ok && list.n > 0) {
        struct transaction t = {.nonce = 0};
        ok = block_next_transaction(&raw, &list) && transaction_decode(&t, raw) == VERDICT_VALID;
        transaction_fini(&t);
    }
    if (!ok) {
        buf_put_text(&b->why, "txs: not a list of transactions in RLP");
        return T8N_RLP;
    }
    return T8N_OK;
}

// ---- the block

static void put_block(struct builder *b, struct buf *json)
{
    struct buf wire = {0};
    struct buf coded = {0};
    struct json_writer w;
    b256 hash;
    header_encode(&coded, &b->header);
    keccak256(&hash, coded.p, coded.n);
    usize block = rlp_begin_list(&wire);
    buf_put(&wire, coded.p, coded.n);
    buf_put(&wire, b->transactions.p, b->transactions.n);
    buf_put(&wire, b->ommers.p, b->ommers.n);
    if (b->has_withdrawals) {
        usize list = rlp_begin_list(&wire);
        buf_put(&wire, b->withdrawals.p, b->withdrawals.n);
        rlp_end_list(&wire, list);
    }
    rlp_end_list(&wire, block);
    json_write_init(&w, json, 1);
    json_begin_object(&w, NULL);
    json_put_data(&w, "rlp", wire.p, wire.n);
    json_put_b256(&w, "hash", &hash);
    json_end(&w);
    buf_put_u8(json, '\n');
    buf_fini(&wire);
    buf_fini(&coded);
}

static enum t8n_status write_block(struct builder *b, const struct buf *json)
{
    const char *to = tool_path(&b->o, OPTION_BLOCK, "block.json");
    bool to_stderr = __builtin_strcmp(to, "stderr") == 0;
    if (to_stderr || __builtin_strcmp(to, "stdout") == 0) { // bare, without a name around it
        FILE *file = to_stderr ? stderr : stdout;
        bool ok = fwrite(json->p, 1, json->n, file) == json->n && fflush(file) == 0;
        return ok ? T8N_OK : T8N_IO;
    }
    struct tool_output output = {to, "block", buf_bytes(json)};
    const char *folder = b->o.value[OPTION_BASEDIR];
    if (folder != NULL && os_make_folder(&b->why, folder) != FAULT_NONE) {
        return T8N_IO;
    }
    return tool_write(&output, 1, folder, &b->why);
}

static enum t8n_status build(struct builder *b)
{
    if (option_given(&b->o, OPTION_CLIQUE) || option_given(&b->o, OPTION_ETHASH)) {
        buf_put_text(&b->why, "blocks are not sealed here: state mixHash and nonce in the header");
        return T8N_CONFIG;
    }
    json_value v;
    enum t8n_status status = read_lists(b);
    if (status == T8N_OK) { // the payload becomes the list
        struct buf list = {0};
        usize at = rlp_begin_list(&list);
        buf_put(&list, b->ommers.p, b->ommers.n);
        rlp_end_list(&list, at);
        buf_fini(&b->ommers);
        b->ommers = list;
        const char *path = tool_path(&b->o, OPTION_HEADER, "header.json");
        status = tool_input(&v, &b->inputs, path, "header", &b->why);
    }
    if (status == T8N_OK && read_header(b, &v) != FAULT_NONE) {
        status = json_error(b, "header", &v);
    }
    status = status == T8N_OK ? read_transactions(b) : status;
    if (status == T8N_OK) {
        struct buf json = {0};
        put_block(b, &json);
        status = write_block(b, &json);
        buf_fini(&json);
    }
    return status;
}

int cmd_b11r(int argc, char **argv)
{
    struct builder *b = mem_zalloc(sizeof *b);
    int status;
    if (!options_parse(&b->o, &SET, argc, argv)) {
        status = cli_refuse("b11r", &b->o.why);
    } else if (b->o.help) {
        struct buf text = {0};
        options_put_help(&text, &SET);
        status = cli_print("b11r", &text);
        buf_fini(&text);
    } else {
        status = (int)build(b);
        if (status != T8N_OK) {
            fprintf(stderr, "ERROR(%d): %.*s\n", status, (int)b->why.n, (const char *)b->why.p);
        }
    }
    options_fini(&b->o);
    tool_inputs_fini(&b->inputs);
    buf_fini(&b->ommers);
    buf_fini(&b->transactions);
    buf_fini(&b->withdrawals);
    buf_fini(&b->why);
    mem_free(b);
    return status;
}
