// SPDX-License-Identifier: MIT
// debug_ and trace_ methods on a small development chain: a contract of EVM code that calls one of
// RISC-V code, whose transactions are executed again.
#include "app/cli/node_genesis.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/codec/json.h"
#include "lib/crypto/hash/keccak.h"
#include "node/rpc/rpc.h"
#include "test/kit_code.h"
#include "test/test.h"

#include <string.h>

#define ALICE "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
#define FIRST "0x5fbdb2315678afecb367f032d93f642f64180aa3"  // made by her nonce 0
#define SECOND "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512" // and 1

struct chain {
    struct node *node;
    struct rpc *rpc;
    struct buf answer;
    char hash[67]; // of the last transaction, as text
};

static u64 no_clock(void)
{
    return 1700000000;
}

static const char *ask(struct chain *c, const char *method, const char *params)
{
    struct buf text = {0};
    buf_printf(&text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[%s]}", method,
               params);
    buf_clear(&c->answer);
    rpc_answer(c->rpc, RPC_GROUP_ALL, NULL, buf_bytes(&text), &c->answer);
    buf_put_u8(&c->answer, 0);
    buf_fini(&text);
    return (const char *)c->answer.p;
}

static void expect_part(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        FAIL("%s\nis not in\n%s", part, text);
    }
}

static void send(struct chain *c, const char *to, const char *data)
{
    struct buf params = {0};
    buf_printf(&params, "{\"from\":\"" ALICE "\",\"gas\":\"0x100000\",%s\"data\":\"%s\"}%c", to,
               data, 0);
    const char *at = strstr(ask(c, "eth_sendTransaction", (const char *)params.p), "0x");
    EXPECT(at != NULL);
    copy_bytes(c->hash, at, 66);
    c->hash[66] = 0;
    buf_fini(&params);
}

// Deploys RISC-V code that stores 7 at 5, then EVM code that calls it; then calls that.
static void open_chain(struct chain *c)
{
    struct node_genesis g;
    struct buf why = {0};
    struct buf code = {0};
    struct buf image = {0};
    struct buf init = {0};
    struct node_options o = {.form = VM_EVM_NATIVE, .clock = no_clock, .has_dev_keys = true};
    *c = (struct chain){.hash = {0}};
    EXPECT(node_genesis_open(&g, &why, "dev"));
    c->node = node_new(&o, &g, &why);
    EXPECT(c->node != NULL);
    c->rpc = rpc_new(c->node, &(struct rpc_options){.now_ms = no_clock});
    rv_sstore(&code, 5, 7);
    rv_end(&code);
    rv_image(&image, buf_bytes(&code));
    // PUSH2 size, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN; then what is deployed
    buf_printf(&init, "0x61%04x80600a5f395ff3", (u32)image.n);
    for (usize i = 0; i < image.n; i++) {
        buf_printf(&init, "%02x", image.p[i]);
    }
    buf_put_u8(&init, 0);
    send(c, "", (const char *)init.p);
    send(c, "",
         "0x61002180600a5f395ff35f5f5f5f5f735fbdb2315678afecb367f032d93f642f64180aa35af1"
         "5f5500000000");
    send(c, "\"to\":\"" SECOND "\",", "0x");
    buf_fini(&code);
    buf_fini(&image);
    buf_fini(&init);
    buf_fini(&why);
}

static void close_chain(struct chain *c)
{
    rpc_free(c->rpc);
    node_free(c->node);
    buf_fini(&c->answer);
}

// Asks about the last transaction: its hash, then more parameters.
static const char *ask_of_last(struct chain *c, const char *method, const char *more)
{
    struct buf params = {0};
    buf_printf(&params, "\"%s\"%s%c", c->hash, more, 0);
    const char *text = ask(c, method, (const char *)params.p);
    buf_fini(&params);
    return text;
}

TEST(tracing, a_transaction_is_traced_as_it_was)
{
    struct chain c;
    open_chain(&c);
    const char *text = ask_of_last(&c, "debug_traceTransaction", ",{\"tracer\":\"callTracer\"}");
    expect_part(text, "\"to\":\"" FIRST "\",\"input\":\"0x\",\"value\":\"0x0\",\"type\":\"CALL\","
                      "\"kind\":\"riscv\"}]");
    text = ask_of_last(&c, "debug_traceTransaction",
                       ",{\"tracer\":\"prestateTracer\",\"tracerConfig\":{\"diffMode\":true}}");
    expect_part(text, "0000000005\":\"0x0000000000000000000000000000000000000000000000000000000000"
                      "000007\"");
    // Later transactions change nothing in what it finds.
    char first[67];
    copy_bytes(first, c.hash, sizeof first);
    send(&c, "\"to\":\"" SECOND "\",", "0x");
    copy_bytes(c.hash, first, sizeof first);
    text = ask_of_last(&c, "debug_traceTransaction", "");
    expect_part(text, "\"op\":\"SSTORE\",\"gas\":");
    expect_part(text, "\"gasCost\":22100,\"depth\":2,\"kind\":\"riscv\"");
    close_chain(&c);
}

TEST(tracing, blocks_are_traced_by_number_hash_and_coding)
{
    struct chain c;
    open_chain(&c);
    expect_part(ask(&c, "debug_traceBlockByNumber", "\"0x3\",{\"tracer\":\"noopTracer\"}"),
                "\"result\":{}}]");
    struct buf params = {0};
    const char *raw = strstr(ask(&c, "debug_getRawBlock", "\"0x3\""), "\"0x");
    EXPECT(raw != NULL);
    usize n = (usize)(strchr(raw + 1, '"') - raw) + 1;
    buf_put(&params, raw, n);
    buf_put_text(&params, ",{\"tracer\":\"4byteTracer\"}");
    buf_put_u8(&params, 0);
    expect_part(ask(&c, "debug_traceBlock", (const char *)params.p), "\"result\":{}}]");
    buf_fini(&params);
    expect_part(ask(&c, "debug_traceBlockByNumber", "\"0x0\""), "genesis is not traceable");
    expect_part(ask(&c, "debug_traceBlock", "\"0xc0\""), "could not decode block");
    expect_part(
        ask(&c, "debug_traceBlockByHash",
            "\"0x0000000000000000000000000000000000000000000000000000000000000001\""),
        "block 0x0000000000000000000000000000000000000000000000000000000000000001 not found");
    close_chain(&c);
}

// A block of calls, payments, a creation and an account's that is impersonated.
#define STRANGER "0x00000000000000000000000000000000000000ee"
static void mine_mixed_block(struct chain *c)
{
    expect_part(ask(c, "anvil_setAutomine", "false"), "result");
    expect_part(ask(c, "anvil_setBalance", "\"" STRANGER "\",\"0xde0b6b3a7640000\""), "result");
    expect_part(ask(c, "anvil_impersonateAccount", "\"" STRANGER "\""), "result");
    for (u32 i = 0; i < 4; i++) {
        send(c, "\"to\":\"" SECOND "\",", "0x");
        send(c, "\"to\":\"" STRANGER "\",\"value\":\"0x5\",", "0x");
        send(c, "", "0x5f5ff3");
        expect_part(ask(c, "eth_sendTransaction",
                        "{\"from\":\"" STRANGER "\",\"to\":\"" SECOND "\",\"gas\":\"0x100000\"}"),
                    "result");
    }
    expect_part(ask(c, "evm_mine", ""), "result");
    EXPECT_EQ(blocks_last(node_blocks(c->node))->count, 16);
}

// Appends the result of a method about a transaction of the last block.
static void put_of_transaction(struct buf *out, struct chain *c, usize index, const char *method,
                               const char *more)
{
    const b256 *hash = &blocks_last(node_blocks(c->node))->transactions[index].hash;
    struct buf text = {0};
    struct json j;
    json_value v;
    hex_put_data(&text, hash->b, sizeof hash->b);
    copy_bytes(c->hash, text.p, 66);
    (void)ask_of_last(c, method, more);
    EXPECT_EQ(json_parse(&j, (bytes){c->answer.p, c->answer.n - 1}), FAULT_NONE);
    json_value root = json_root(&j);
    EXPECT_EQ(json_member(&v, &root, "result"), FAULT_NONE);
    json_put_copy(out, &v);
    json_fini(&j);
    buf_fini(&text);
}

// What a method says of each transaction of the last block, `part` of it if not NULL, is what
// another one says of each by itself.
static void expect_same(struct chain *c, const char *of_block, const char *of_one, const char *more,
                        const char *part)
{
    struct buf params = {0};
    struct buf whole = {0};
    struct json j;
    json_value list;
    buf_printf(&params, "\"latest\"%s%c", more, 0);
    const char *text = ask(c, of_block, (const char *)params.p);
    buf_put(&whole, text, c->answer.n - 1);
    EXPECT_EQ(json_parse(&j, buf_bytes(&whole)), FAULT_NONE);
    json_value root = json_root(&j);
    EXPECT_EQ(json_member(&list, &root, "result"), FAULT_NONE);
    EXPECT_EQ(json_count(&list), blocks_last(node_blocks(c->node))->count);
    for (usize i = 0; i < json_count(&list); i++) {
        struct buf a = {0};
        struct buf b = {0};
        json_value one = json_element(&list, i);
        if (part != NULL) {
            EXPECT_EQ(json_member(&one, &one, part), FAULT_NONE);
        }
        json_put_copy(&a, &one);
        put_of_transaction(&b, c, i, of_one, more);
        EXPECT_EQ(a.n, b.n);
        EXPECT_BYTES(a.p, b.p, a.n);
        buf_fini(&a);
        buf_fini(&b);
    }
    json_fini(&j);
    buf_fini(&whole);
    buf_fini(&params);
}

TEST(tracing, a_block_is_traced_as_its_transactions_are)
{
    static const char *const CONFIGS[] = {
        "",
        ",{\"enableMemory\":true,\"enableReturnData\":true}",
        ",{\"tracer\":\"callTracer\",\"tracerConfig\":{\"withLog\":true}}",
        ",{\"tracer\":\"prestateTracer\"}",
        ",{\"tracer\":\"prestateTracer\",\"tracerConfig\":{\"diffMode\":true}}",
        ",{\"tracer\":\"flatCallTracer\"}",
        ",{\"tracer\":\"4byteTracer\"}",
    };
    struct chain c;
    open_chain(&c);
    mine_mixed_block(&c);
    for (u32 i = 0; i < COUNT_OF(CONFIGS); i++) {
        expect_same(&c, "debug_traceBlockByNumber", "debug_traceTransaction", CONFIGS[i], "result");
    }
    close_chain(&c);
}

TEST(tracing, calls_of_a_block_are_those_of_its_transactions)
{
    struct chain c;
    struct buf whole = {0};
    struct buf parts = {0};
    open_chain(&c);
    mine_mixed_block(&c);
    const char *text = ask(&c, "trace_block", "\"latest\"");
    const char *list = strstr(text, "\"result\":[");
    EXPECT(list != NULL);
    buf_put(&whole, list + 9, c.answer.n - 1 - (usize)(list + 9 - text) - 1);
    for (usize i = 0; i < blocks_last(node_blocks(c.node))->count; i++) {
        struct buf one = {0};
        put_of_transaction(&one, &c, i, "trace_transaction", "");
        buf_put_u8(&parts, i == 0 ? '[' : ',');
        buf_put(&parts, one.p + 1, one.n - 2);
        buf_fini(&one);
    }
    buf_put_u8(&parts, ']');
    EXPECT_EQ(whole.n, parts.n);
    EXPECT_BYTES(whole.p, parts.p, whole.n);
    buf_fini(&whole);
    buf_fini(&parts);
    close_chain(&c);
}

TEST(tracing, calls_are_traced_with_overrides)
{
    struct chain c;
    open_chain(&c);
    // NUMBER, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN
    expect_part(
        ask(&c, "debug_traceCall",
            "{\"to\":\"" SECOND "\"},\"latest\",{\"tracer\":\"callTracer\","
            "\"stateOverrides\":{\"" SECOND "\":{\"code\":\"0x435f5260205ff3\"}},"
            "\"blockOverrides\":{\"number\":\"0x50\"}}"),
        "\"output\":\"0x0000000000000000000000000000000000000000000000000000000000000050\"");
    // PUSH0, SLOAD, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN; and a slot of its own
    expect_part(
        ask(&c, "debug_traceCall",
            "{\"to\":\"" SECOND "\"},\"latest\",{\"tracer\":\"callTracer\","
            "\"stateOverrides\":{\"" SECOND "\":{\"code\":\"0x5f545f5260205ff3\","
            "\"state\":{"
            "\"0x0000000000000000000000000000000000000000000000000000000000000000\":"
            "\"0x0000000000000000000000000000000000000000000000000000000000000033\"}}}}"),
        "\"output\":\"0x0000000000000000000000000000000000000000000000000000000000000033\"");
    expect_part(ask(&c, "debug_traceCall",
                    "{\"to\":\"" SECOND "\"},\"latest\",{\"stateOverrides\":{\"0x1\":{}}}"),
                "params[2].stateOverrides.0x1: the name is not an address");
    expect_part(ask(&c, "debug_traceCall", "{\"to\":\"" SECOND "\"},\"0x9\""), "header not found");
    // Inside of a block: before its first transaction the slot was not written.
    expect_part(
        ask(&c, "debug_traceCall",
            "{\"to\":\"" FIRST "\"},\"0x3\",{\"tracer\":\"prestateTracer\",\"txIndex\":\"0x0\"}"),
        "0000000005\":\"0x0000000000000000000000000000000000000000000000000000000000000000\"");
    expect_part(
        ask(&c, "debug_traceCall",
            "{\"to\":\"" FIRST "\"},\"0x3\",{\"tracer\":\"prestateTracer\"}"),
        "0000000005\":\"0x0000000000000000000000000000000000000000000000000000000000000007\"");
    close_chain(&c);
}

TEST(tracing, calls_of_blocks_are_listed_and_filtered)
{
    struct chain c;
    open_chain(&c);
    expect_part(ask(&c, "trace_block", "\"0x3\""), "\"traceAddress\":[0],\"transactionHash\":\"0x");
    expect_part(ask_of_last(&c, "trace_get", ",[\"0x0\"]"), "\"kind\":\"riscv\"");
    expect_part(ask_of_last(&c, "trace_get", ",[\"0x1\"]"), "\"result\":null");
    expect_part(ask(&c, "trace_filter",
                    "{\"fromBlock\":\"0x1\",\"toBlock\":\"0x3\",\"fromAddress\":[\"" ALICE "\"],"
                    "\"after\":2,\"count\":5}"),
                "\"result\":[{\"action\":{\"callType\":\"call\",\"from\":\"" ALICE "\"");
    expect_part(ask(&c, "trace_filter", "{\"toAddress\":[\"0x01\"]}"), "params[0].toAddress[0]: ");
    expect_part(ask(&c, "trace_transaction",
                    "\"0x0000000000000000000000000000000000000000000000000000000000000001\""),
                "\"result\":null");
    close_chain(&c);
}

TEST(tracing, replays_give_what_is_asked_for)
{
    struct chain c;
    open_chain(&c);
    expect_part(ask_of_last(&c, "trace_replayTransaction", ",[\"stateDiff\"]"),
                "\"stateDiff\":{\"0x");
    expect_part(ask_of_last(&c, "trace_replayTransaction", ",[\"vmTrace\"]"),
                "\"ops\":[],\"kind\":\"riscv\"},\"cost\":");
    expect_part(ask(&c, "trace_replayBlockTransactions", "\"0x3\",[\"trace\"]"),
                "\"vmTrace\":null,\"transactionHash\":\"0x");
    expect_part(ask(&c, "trace_callMany",
                    "[[{\"to\":\"" FIRST "\"},[\"trace\"]],[{\"to\":\"" FIRST "\"},[]]]"),
                "\"trace\":[],\"vmTrace\":null}]");
    expect_part(ask_of_last(&c, "trace_replayTransaction", ",[\"all\"]"),
                "params[1][0]: is none of trace, vmTrace, stateDiff");
    close_chain(&c);
}

TEST(tracing, a_sent_transaction_cannot_be_sent_again_but_traced)
{
    struct chain c;
    open_chain(&c);
    struct buf params = {0};
    const char *raw = strstr(ask_of_last(&c, "debug_getRawTransaction", ""), "\"0x");
    EXPECT(raw != NULL);
    buf_put(&params, raw, (usize)(strchr(raw + 1, '"') - raw) + 1);
    buf_put_text(&params, ",[\"trace\"]");
    buf_put_u8(&params, 0);
    expect_part(ask(&c, "trace_rawTransaction", (const char *)params.p), "its nonce has been used");
    buf_fini(&params);
    expect_part(ask(&c, "debug_getRawReceipts", "\"0x3\""), "[\"0x02f9");
    expect_part(ask(&c, "debug_getBadBlocks", ""), "\"result\":[]");
    close_chain(&c);
}

// ---- states and changes

#define ZERO_WORD "\"0x0000000000000000000000000000000000000000000000000000000000000000\""

TEST(tracing, slots_are_listed_before_and_after_a_transaction)
{
    struct chain c;
    open_chain(&c);
    expect_part(ask(&c, "debug_storageRangeAt", "\"0x3\",0,\"" FIRST "\"," ZERO_WORD ",10"),
                "{\"storage\":{},\"nextKey\":null}");
    // keccak256 of 5 as a word
    expect_part(ask(&c, "debug_storageRangeAt", "\"0x3\",1,\"" FIRST "\"," ZERO_WORD ",10"),
                "\"0x036b6384b5eca791c62761152d0c79bb0604c104a5fb6f4eb0703f3154bb3db0\":{\"key\":"
                "\"0x0000000000000000000000000000000000000000000000000000000000000005\"");
    expect_part(ask(&c, "debug_storageRangeAt", "\"0x3\",1,\"" FIRST "\"," ZERO_WORD ",0"),
                "\"nextKey\":\"0x036b6384");
    close_chain(&c);
}

TEST(tracing, accounts_are_listed_page_by_page)
{
    struct chain c;
    open_chain(&c);
    const char *text = ask(&c, "debug_accountRange", "\"latest\"," ZERO_WORD ",1,true,true");
    const char *next = strstr(text, "\"next\":\"");
    EXPECT(next != NULL);
    struct buf params = {0};
    buf_printf(&params, "\"latest\",%.68s,1,true,true%c", next + 7, 0);
    char key[68];
    copy_bytes(key, next + 8, 66);
    key[66] = '"';
    key[67] = 0;
    expect_part(ask(&c, "debug_accountRange", (const char *)params.p), key);
    buf_fini(&params);
    expect_part(ask(&c, "debug_dumpBlock", "\"latest\""), "\"storage\":{\"0x00000000");
    close_chain(&c);
}

TEST(tracing, changed_accounts_and_roots_of_a_block_are_told)
{
    struct chain c;
    open_chain(&c);
    expect_part(ask(&c, "debug_getModifiedAccountsByNumber", "\"0x3\""), "\"" FIRST "\"");
    EXPECT(strstr(ask(&c, "debug_getModifiedAccountsByNumber", "\"0x2\""), FIRST) == NULL);
    expect_part(ask(&c, "debug_getModifiedAccountsByNumber", "\"0x3\",\"0x1\""),
                "must be less than end block height");
    const struct stored_block *b = blocks_at(node_blocks(c.node), 3);
    struct buf root = {0};
    buf_put_text(&root, "\"result\":[\"");
    hex_put_data(&root, b->header.state_root.b, sizeof b->header.state_root.b);
    buf_put(&root, "\"]", 3);
    expect_part(ask(&c, "debug_intermediateRoots", "\"0x3\""), (const char *)root.p);
    buf_fini(&root);
    close_chain(&c);
}

TEST(tracing, the_head_can_be_set_back)
{
    struct chain c;
    open_chain(&c);
    expect_part(ask(&c, "debug_setHead", "\"0x1\""), "\"result\":null");
    expect_part(ask(&c, "eth_blockNumber", ""), "\"result\":\"0x1\"");
    expect_part(ask_of_last(&c, "debug_traceTransaction", ""), "transaction not found");
    close_chain(&c);
}

TEST(tracing, a_witness_has_the_parents_root_codes_and_header)
{
    struct chain c;
    open_chain(&c);
    const struct stored_block *parent = blocks_at(node_blocks(c.node), 2);
    struct buf header = {0};
    struct buf text = {0};
    header_encode(&header, &parent->header);
    buf_put_text(&text, "\"headers\":[\"");
    hex_put_data(&text, header.p, header.n);
    buf_put(&text, "\"]", 3);
    const char *answer = ask(&c, "debug_executionWitness", "\"0x3\"");
    expect_part(answer, (const char *)text.p);
    expect_part(answer, "5f5f5f5f5f735fbdb2315678afecb367f032d93f642f64180aa35af1"); // a code
    expect_part(answer, "\"" FIRST "\"");
    // One of the nodes is the top of the parent's trie.
    struct json j;
    json_value result;
    json_value nodes;
    bool found = false;
    EXPECT_EQ(json_parse(&j, (bytes){(const u8 *)answer, strlen(answer)}), FAULT_NONE);
    json_value root = json_root(&j);
    EXPECT_EQ(json_member(&result, &root, "result"), FAULT_NONE);
    EXPECT_EQ(json_member(&nodes, &result, "state"), FAULT_NONE);
    for (usize i = 0; i < json_count(&nodes); i++) {
        json_value one = json_element(&nodes, i);
        struct buf node = {0};
        b256 hash;
        EXPECT_EQ(json_get_data(&node, &one), FAULT_NONE);
        keccak256(&hash, node.p, node.n);
        found |= b256_equal(&hash, &parent->header.state_root);
        buf_fini(&node);
    }
    EXPECT(found);
    json_fini(&j);
    buf_fini(&header);
    buf_fini(&text);
    close_chain(&c);
}
