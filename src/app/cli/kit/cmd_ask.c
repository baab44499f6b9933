// SPDX-License-Identifier: MIT
// `hybrid rpc` and `hybrid trace`: any method of a node, and what a transaction did.
#include <string.h>

#include "app/cli/kit/chain.h"
#include "app/cli/kit/commands.h"
#include "app/cli/kit/receipt.h"
#include "core/trace/put.h"
#include "lib/codec/hex.h"
#include "lib/codec/json_write.h"

#define INDENT 2u
#define NAME_MAX_SIZE 80u

enum {
#define ASK_OPTION(NAME, name, argument, help, example) ASK_##NAME,
#include "app/cli/kit/ask_options.def"
    ASK_COUNT
};

static const struct option_row rows[] = {
#define ASK_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/kit/ask_options.def"
};

static const struct option_set rpc_set = {
    .command = "rpc",
    .operand = "METHOD VALUE...",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .about = "Calls a method of a node and prints its result as JSON. A VALUE that is JSON is sent "
             "as it is, any other\n"
             "one as text. The exit status is 1 if the node refuses, 3 if none answers.",
    .examples = "  hybrid rpc eth_getBlockByNumber latest false\n"
                "  hybrid rpc anvil_setBalance 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0x1\n"
                "  hybrid rpc eth_getLogs '{\"fromBlock\":\"0x0\"}'\n",
    .row = rows,
    .count = ASK_RPC + 1,
};

static const struct option_set trace_set = {
    .command = "trace",
    .operand = "HASH",
    .operands_min = 1,
    .operands_max = 1,
    .about = "Shows the tree of calls of a transaction, with the kind of code of each, its gas and "
             "the cycles and pages\n"
             "of RISC-V code; or what a tracer of the node says.",
    .examples = "  hybrid trace 0x2cffc8e1…5b93 --abi vault\n"
                "  hybrid trace 0x2cffc8e1…5b93 --tracer callTracer\n",
    .row = rows,
    .count = ASK_COUNT,
};

static bool open_node(struct rpc_client *node, struct options *o)
{
    return chain_open_node(node, o, ASK_RPC);
}

static int print_json(const char *command, const json_value *v)
{
    struct buf text = {0};
    json_put_indented(&text, v, INDENT);
    buf_put_u8(&text, '\n');
    int status = cli_print(command, &text);
    buf_fini(&text);
    return status;
}

static int ask(struct rpc_client *node, struct options *o, const char *method,
               struct buf *parameters)
{
    json_value result;
    buf_put_u8(parameters, 0);
    if (rpc_client_call(node, &result, &o->why, method, (const char *)parameters->p)) {
        return print_json(o->set->command, &result);
    }
    return node->is_refusal ? CLI_FAILED : CLI_FAULT;
}

// ---- rpc

static void put_value(struct json_writer *w, const char *text)
{
    struct json j;
    bytes raw = {(const u8 *)text, strlen(text)};
    if (json_parse(&j, raw) == FAULT_NONE) {
        json_put_raw(w, NULL, raw);
    } else {
        json_put_text(w, NULL, text);
    }
    json_fini(&j);
}

// Nothing that could end the text of a request.
static bool is_method(const char *name)
{
    usize n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
    return n > 0 && n <= NAME_MAX_SIZE && name[n] == 0;
}

static int rpc(struct options *o)
{
    struct rpc_client node = {.port = 0};
    struct json_writer w;
    struct buf parameters = {0};
    int status = CLI_USAGE;
    if (!is_method(o->operand[0])) {
        buf_printf(&o->why, "\"%.80s\" is no name of a method; for example: eth_chainId",
                   o->operand[0]);
    } else if (open_node(&node, o)) {
        json_write_init(&w, &parameters, 0);
        json_begin_list(&w, NULL);
        for (u32 i = 1; i < o->operand_count; i++) {
            put_value(&w, o->operand[i]);
        }
        json_end(&w);
        status = ask(&node, o, o->operand[0], &parameters);
    }
    buf_fini(&parameters);
    rpc_client_close(&node);
    return status;
}

int cmd_rpc(int argc, char **argv)
{
    return work_command(&rpc_set, argc, argv, rpc);
}

// ---- trace

static bool take_hash(b256 *hash, struct options *o)
{
    const char *text = o->operand[0];
    hex_error why;
    if (hex_decode_exact(hash->b, sizeof hash->b, &why, text, strlen(text))) {
        return true;
    }
    buf_printf(&o->why, "\"%.80s\" is not a hash of 64 hex digits (%s, at character %zu)", text,
               why.text, why.at + 1);
    return false;
}

static int ask_tracer(struct rpc_client *node, struct options *o, const b256 *hash)
{
    struct buf parameters = {0};
    struct json_writer w;
    json_write_init(&w, &parameters, 0);
    json_begin_list(&w, NULL);
    json_put_b256(&w, NULL, hash);
    json_begin_object(&w, NULL);
    json_put_text(&w, "tracer", o->value[ASK_TRACER]);
    json_end(&w);
    json_end(&w);
    int status = ask(node, o, "debug_traceTransaction", &parameters);
    buf_fini(&parameters);
    return status;
}

static int show_calls(struct rpc_client *node, struct options *o, const b256 *hash)
{
    struct sol_abi abi;
    struct buf text = {0};
    int status = CLI_USAGE;
    sol_abi_init(&abi);
    if (!option_given(o, ASK_ABI) ||
        sol_abi_add_file(&abi, &o->why, chain_artifact(&text, o->value[ASK_ABI]))) {
        buf_clear(&text);
        if (receipt_put_calls(&text, node, hash, &abi)) {
            status = cli_print("trace", &text);
        } else {
            buf_put(&o->why, text.p, text.n - 1);
            status = node->is_refusal ? CLI_FAILED : CLI_FAULT;
        }
    }
    buf_fini(&text);
    sol_abi_fini(&abi);
    return status;
}

static int trace(struct options *o)
{
    struct rpc_client node = {.port = 0};
    b256 hash;
    int status = CLI_USAGE;
    if (option_given(o, ASK_TRACER) && option_given(o, ASK_ABI)) {
        option_conflict(o, ASK_ABI, ASK_TRACER, "what a tracer says is printed as it is");
    } else if (take_hash(&hash, o) && open_node(&node, o)) {
        status =
            option_given(o, ASK_TRACER) ? ask_tracer(&node, o, &hash) : show_calls(&node, o, &hash);
    }
    rpc_client_close(&node);
    return status;
}

int cmd_trace(int argc, char **argv)
{
    return work_command(&trace_set, argc, argv, trace);
}
