// SPDX-License-Identifier: MIT
// `hybrid call` and `hybrid send`: a message to a contract, without and with a transaction.
#include <string.h>

#include "app/cli/kit/chain.h"
#include "app/cli/kit/commands.h"
#include "app/cli/kit/sol_value.h"
#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"

static const struct option_set call_set = {
    .command = "call",
    .operand = "ADDRESS FUNCTION VALUE...",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .about = "Calls a contract on the state after a block and prints what it returns; nothing is "
             "changed. FUNCTION is a\n"
             "signature, whose second parenthesis says what is returned; or a name, with the "
             "contract's --abi; or\n"
             "data in hex. The exit status is 1 if the call reverts, 3 if no node answers.",
    .examples = "  hybrid call 0x5FbDB2315678afecb367f032d93F642f64180aa3 'count()(uint256)'\n"
                "  hybrid call 0x5FbDB2315678afecb367f032d93F642f64180aa3 --abi token balanceOf "
                "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\n",
    .row = chain_options,
    .count = CONNECT_OPTION_COUNT,
};

static const struct option_set send_set = {
    .command = "send",
    .operand = "ADDRESS FUNCTION VALUE...",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .about = "Sends a transaction: a call of a contract, or, without FUNCTION, ether alone. It is "
             "signed here and\n"
             "waited for; gas, fees and events are printed. The exit status is 1 if it fails, 3 if "
             "no node answers.",
    .examples = "  hybrid send 0x5FbDB2315678afecb367f032d93F642f64180aa3 --abi counter increment\n"
                "  hybrid send 0x5FbDB2315678afecb367f032d93F642f64180aa3 'add(uint256)' 5 "
                "--account 1\n"
                "  hybrid send 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --value 1e18\n",
    .row = chain_options,
    .count = CHAIN_OPTION_COUNT,
};

static bool take_address(struct chain_message *m, struct options *o)
{
    const char *text = o->operand[0];
    hex_error why;
    if (hex_decode_exact(m->to.b, sizeof m->to.b, &why, text, strlen(text))) {
        return true;
    }
    buf_printf(&o->why, "\"%.60s\" is not an address of 40 hex digits (%s, at character %zu)", text,
               why.text, why.at + 1);
    return false;
}

// A number, a name such as "latest", or a hash, as JSON.
static bool put_block(struct buf *out, struct options *o)
{
    static const char *const names[] = {"latest", "pending", "earliest", "safe", "finalized"};
    const char *text = option_given(o, OPTION_BLOCK) ? o->value[OPTION_BLOCK] : names[0];
    u64 number = 0;
    for (usize i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(names[i], text) == 0) {
            buf_printf(out, "\"%s\"", text);
            return true;
        }
    }
    if (strlen(text) == 66 && strspn(text + 2, "0123456789abcdefABCDEF") == 64) {
        buf_printf(out, "\"%s\"", text);
        return true;
    }
    if (!option_u64(&number, o, OPTION_BLOCK, INT64_MAX)) {
        return false;
    }
    buf_printf(out, "\"0x%llx\"", (unsigned long long)number);
    return true;
}

// What a call returned: by the function's types, else hex.
static bool put_output(struct buf *text, const struct chain_message *m, struct options *o,
                       bytes output)
{
    const struct sol_item *f = m->function;
    bool is_json = option_given(o, OPTION_JSON);
    if (f != NULL && f->has_output) {
        bool ok = is_json ? sol_decode_json(text, &f->output, output)
                          : sol_decode_lines(text, &f->output, output);
        if (!ok) {
            buf_printf(&o->why, "the %zu bytes that it returned are no ", output.n);
            sol_put_type(&o->why, &f->output);
            buf_put_text(&o->why, ": ");
            put_data(&o->why, output);
            buf_put_text(&o->why, output.n == 0 ? "; is there a contract at this address?" : "");
            return false;
        }
    } else {
        buf_put_text(text, is_json ? "\"" : "");
        put_data(text, output);
        buf_put_text(text, is_json ? "\"" : "\n");
    }
    buf_put_text(text, is_json ? "\n" : "");
    return true;
}

static int ask_node(struct chain_message *m, struct options *o, const address *from)
{
    struct buf parameters = {0};
    struct buf why = {0};
    struct buf output = {0};
    struct buf text = {0};
    json_value result;
    int status = CLI_USAGE;
    buf_put_u8(&parameters, '[');
    chain_put_call(&parameters, m, from);
    buf_put_u8(&parameters, ',');
    if (put_block(&parameters, o)) {
        buf_put_u8(&parameters, ']');
        buf_put_u8(&parameters, 0);
        if (!rpc_client_call(&m->node, &result, &why, "eth_call", (const char *)parameters.p)) {
            status = chain_refused(m, o, &why);
        } else if (json_get_data(&output, &result) != FAULT_NONE) {
            buf_put_text(&o->why, "eth_call: the answer is no hex");
            status = CLI_FAULT;
        } else {
            status =
                put_output(&text, m, o, buf_bytes(&output)) ? cli_print("call", &text) : CLI_FAILED;
        }
    }
    buf_fini(&parameters);
    buf_fini(&why);
    buf_fini(&output);
    buf_fini(&text);
    return status;
}

static int call(struct options *o)
{
    struct chain_message m;
    address from = {{0}};
    int status = CLI_USAGE;
    if (chain_open(&m, o) && take_address(&m, o) && option_address(&from, o, OPTION_FROM) &&
        chain_take_call(&m, o, 1)) {
        status = ask_node(&m, o, option_given(o, OPTION_FROM) ? &from : NULL);
    }
    chain_close(&m);
    return status;
}

static int send_message(struct options *o)
{
    struct chain_message m;
    int status = CLI_USAGE;
    if (option_given(o, OPTION_FROM) || option_given(o, OPTION_BLOCK)) {
        option_refuse(o, option_given(o, OPTION_FROM) ? OPTION_FROM : OPTION_BLOCK,
                      "only `hybrid call` has it; --account, --key or --keystore say who sends");
        return CLI_USAGE;
    }
    if (chain_open(&m, o) && take_address(&m, o) && chain_take_call(&m, o, 1)) {
        status = chain_send(&m, o);
    }
    chain_close(&m);
    return status;
}

int cmd_call(int argc, char **argv)
{
    return work_command(&call_set, argc, argv, call);
}

int cmd_send(int argc, char **argv)
{
    return work_command(&send_set, argc, argv, send_message);
}
