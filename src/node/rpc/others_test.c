// SPDX-License-Identifier: MIT
// Methods by the names of other nodes, on a small development chain: many calls at once, blocks
// that were refused, codes by hash, balances that a block changed, another id, a silent log,
// transactions that are sent again.
#include "app/cli/node_genesis.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/crypto/hash/keccak.h"
#include "node/rpc/rpc.h"
#include "test/test.h"

#include <string.h>

#define ALICE "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
#define NOBODY "0x00000000000000000000000000000000000000aa"
#define COUNTER "0x00000000000000000000000000000000000000bb"
#define FAILS "0x00000000000000000000000000000000000000cc"
// SLOAD(0) + 1 is stored at 0 and returned
#define COUNTS "0x5f54600101805f555f5260205ff3"
#define WORD(last) "0x00000000000000000000000000000000000000000000000000000000000000" last

struct talk {
    struct node *node;
    struct rpc *rpc;
    struct buf answer;
    bool log_is_on;
    u32 log_switched;
};

static u64 frozen_clock(void)
{
    return 1700000000;
}

static void set_logging(void *log, bool on)
{
    struct talk *t = log;
    t->log_is_on = on;
    t->log_switched++;
}

static void begin(struct talk *t, enum node_mining mining)
{
    struct buf why = {0};
    struct node_genesis g;
    struct node_options o = {
        .form = VM_EVM_NATIVE, .clock = frozen_clock, .has_dev_keys = true, .mining = mining};
    struct rpc_options r = {.now_ms = frozen_clock, .log = t, .set_logging = set_logging};
    *t = (struct talk){.node = NULL};
    EXPECT(node_genesis_open(&g, &why, "dev"));
    t->node = node_new(&o, &g, &why);
    EXPECT(t->node != NULL);
    t->rpc = rpc_new(t->node, &r);
    buf_fini(&why);
}

static void end(struct talk *t)
{
    rpc_free(t->rpc);
    node_free(t->node);
    buf_fini(&t->answer);
}

static const char *ask(struct talk *t, const char *method, const char *params)
{
    struct buf text = {0};
    buf_printf(&text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[%s]}", method,
               params);
    buf_clear(&t->answer);
    rpc_answer(t->rpc, RPC_GROUP_ALL, NULL, buf_bytes(&text), &t->answer);
    buf_put_u8(&t->answer, 0);
    buf_fini(&text);
    return (const char *)t->answer.p;
}

static void expect_result(struct talk *t, const char *method, const char *params,
                          const char *result)
{
    struct buf whole = {0};
    buf_printf(&whole, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":%s}%c", result, 0);
    EXPECT_STR(ask(t, method, params), (const char *)whole.p);
    buf_fini(&whole);
}

static void expect_error(struct talk *t, const char *method, const char *params, i32 code,
                         const char *message)
{
    struct buf whole = {0};
    buf_printf(&whole,
               "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":%d,\"message\":\"%s\"}}%c", code,
               message, 0);
    EXPECT_STR(ask(t, method, params), (const char *)whole.p);
    buf_fini(&whole);
}

#define PAY(value)                                                                                 \
    "{\"from\":\"" ALICE "\",\"to\":\"" NOBODY "\",\"gas\":\"0x5208\",\"value\":\"" value "\"}"

// ---- many calls

#define OVERRIDES                                                                                  \
    "{\"" COUNTER "\":{\"code\":\"" COUNTS "\"},\"" FAILS "\":{\"code\":\"0x5f5ffd\"}}"

TEST(others, calls_of_bundles_find_what_those_before_them_left)
{
    struct talk t;
    begin(&t, MINING_INSTANT);
    expect_result(
        &t, "eth_callMany",
        "[{\"transactions\":[{\"to\":\"" COUNTER "\"},{\"to\":\"" COUNTER "\"}]},"
        "{\"transactions\":[{\"to\":\"" FAILS "\"},{\"to\":\"" COUNTER "\"}]},"
        "{\"transactions\":[]}],null," OVERRIDES,
        "[[{\"value\":\"" WORD("01") "\"},{\"value\":\"" WORD(
            "02") "\"}],"
                  "[{\"error\":\"execution reverted\"},{\"value\":\"" WORD("03") "\"}],[]]");
    expect_result(&t, "eth_getStorageAt", "\"" COUNTER "\",\"0x0\"", "\"" WORD("00") "\"");
    end(&t);
}

TEST(others, each_bundle_has_a_block_of_its_own)
{
    struct talk t;
    begin(&t, MINING_INSTANT);
    // NUMBER is returned.
    expect_result(&t, "eth_callMany",
                  "[{\"transactions\":[{\"to\":\"" COUNTER "\"}],\"blockOverride\":"
                  "{\"number\":\"0x63\"}},{\"transactions\":[{\"to\":\"" COUNTER "\"}]}],{},"
                  "{\"" COUNTER "\":{\"code\":\"0x435f5260205ff3\"}}",
                  "[[{\"value\":\"" WORD("63") "\"}],[{\"value\":\"" WORD("00") "\"}]]");
    end(&t);
}

TEST(others, many_calls_begin_behind_some_of_a_blocks_transactions)
{
    struct talk t;
    begin(&t, MINING_NONE);
    (void)ask(&t, "eth_sendTransaction", PAY("0x1"));
    (void)ask(&t, "eth_sendTransaction", PAY("0x2"));
    (void)ask(&t, "evm_mine", "");
    // BALANCE of the receiver is returned.
    static const char *const PLACES[][2] = {
        {"{\"transactionIndex\":0}", WORD("00")},
        {"{\"transactionIndex\":\"0x1\"}", WORD("01")},
        {"{\"blockNumber\":\"latest\",\"transactionIndex\":2}", WORD("03")},
        {"{\"transactionIndex\":-1}", WORD("03")},
        {"{\"blockNumber\":\"0x0\"}", WORD("00")},
    };
    for (u32 i = 0; i < COUNT_OF(PLACES); i++) {
        struct buf params = {0};
        struct buf result = {0};
        buf_printf(&params,
                   "[{\"transactions\":[{\"to\":\"" COUNTER "\"}]}],%s,{\"" COUNTER
                   "\":{\"code\":\"0x60aa315f5260205ff3\"}}%c",
                   PLACES[i][0], 0);
        buf_printf(&result, "[[{\"value\":\"%s\"}]]%c", PLACES[i][1], 0);
        expect_result(&t, "eth_callMany", (const char *)params.p, (const char *)result.p);
        buf_fini(&params);
        buf_fini(&result);
    }
    expect_error(&t, "eth_callMany", "[],{\"transactionIndex\":3}", -32602,
                 "transactionIndex is 3, but block 1 has 2 transactions");
    end(&t);
}

TEST(others, bundles_of_the_wrong_form_are_refused)
{
    struct talk t;
    begin(&t, MINING_INSTANT);
    expect_error(&t, "eth_callMany", "{}", -32602, "params[0]: not a list");
    expect_error(&t, "eth_callMany", "[7]", -32602, "params[0][0]: not an object");
    expect_error(&t, "eth_callMany", "[{}]", -32602,
                 "params[0][0]: member \\\"transactions\\\" is missing");
    expect_error(&t, "eth_callMany", "[{\"transactions\":1}]", -32602,
                 "params[0][0].transactions: not a list");
    expect_error(&t, "eth_callMany", "[],7", -32602, "params[1]: not an object");
    EXPECT(strstr(ask(&t, "eth_callMany", "[],{\"transactionIndex\":-2}"), "-32602") != NULL);
    EXPECT(strstr(ask(&t, "eth_callMany", "[],{\"blockNumber\":\"0x9\"}"), "-32000") != NULL);
    EXPECT(strstr(ask(&t, "debug_traceCallMany", "[],null,{\"stateOverrides\":1}"), "-32602") !=
           NULL);
    end(&t);
}

TEST(others, many_calls_are_traced)
{
    struct talk t;
    begin(&t, MINING_INSTANT);
    const char *answer =
        ask(&t, "debug_traceCallMany",
            "[{\"transactions\":[{\"to\":\"" COUNTER "\"},{\"to\":\"" COUNTER
            "\"}]}],null,{\"tracer\":\"callTracer\",\"stateOverrides\":" OVERRIDES "}");
    const char *first = strstr(answer, "\"output\":\"" WORD("01") "\"");
    EXPECT(first != NULL);
    EXPECT(strstr(first, "\"output\":\"" WORD("02") "\"") != NULL);
    EXPECT(strncmp(answer, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[[{\"", 36) == 0);
    EXPECT(
        strstr(ask(&t, "debug_traceCallMany", "[{\"transactions\":[{}]}],null,{\"tracer\":\"x\"}"),
               "\"error\"") != NULL);
    end(&t);
}

// ---- blocks that were refused

// A block of another node with the same beginning, whose state root is `last`; hash as text.
static void make_bad(struct buf *wire, char hash[67], u8 last)
{
    struct talk maker;
    struct header h;
    struct buf text = {0};
    begin(&maker, MINING_INSTANT);
    (void)ask(&maker, "eth_sendTransaction", PAY("0x5"));
    const struct stored_block *b = blocks_at(node_blocks(maker.node), 1);
    const struct buf *good = &b->wire;
    buf_put(wire, good->p, good->n);
    for (usize i = 0; i + 32 <= wire->n; i++) {
        if (equal_bytes(wire->p + i, b->header.state_root.b, 32)) {
            wire->p[i + 31] = last;
            break;
        }
    }
    struct block decoded;
    EXPECT(block_decode(&decoded, buf_bytes(wire)));
    h = decoded.header;
    hex_put_data(&text, h.hash.b, sizeof h.hash.b);
    copy_bytes(hash, text.p, 66);
    hash[66] = 0;
    buf_fini(&text);
    end(&maker);
}

TEST(others, a_block_that_was_refused_is_kept_and_traced)
{
    struct talk t;
    struct buf wire = {0};
    struct buf wanted = {0};
    struct node_imported i;
    char hash[67];
    begin(&t, MINING_INSTANT);
    expect_result(&t, "debug_getBadBlocks", "", "[]");
    make_bad(&wire, hash, 1);
    for (u32 k = 0; k < 2; k++) { // the second time it is known
        EXPECT_EQ(node_import(t.node, buf_bytes(&wire), true, &i), FAULT_NONE);
        EXPECT_EQ(i.status, IMPORT_INVALID);
    }
    const char *answer = ask(&t, "debug_getBadBlocks", "");
    buf_printf(&wanted, "\"result\":[{\"hash\":\"%s\",\"block\":{", hash);
    buf_put_u8(&wanted, 0);
    EXPECT(strstr(answer, (const char *)wanted.p) != NULL);
    EXPECT(strstr(answer, "\"from\":\"" ALICE "\"") != NULL);
    buf_clear(&wanted);
    buf_put_text(&wanted, "\"rlp\":\"");
    hex_put_data(&wanted, wire.p, wire.n);
    buf_put(&wanted, "\"}]}", 5);
    EXPECT(strstr(answer, (const char *)wanted.p) != NULL);
    buf_clear(&wanted);
    buf_printf(&wanted, "\"%s\",{\"tracer\":\"callTracer\"}%c", hash, 0);
    answer = ask(&t, "debug_traceBadBlock", (const char *)wanted.p);
    EXPECT(strstr(answer, "\"value\":\"0x5\",\"type\":\"CALL\"") != NULL);
    expect_error(&t, "debug_traceBadBlock", "\"" WORD("09") "\"", -32000,
                 "no refused block of this hash is kept");
    EXPECT(strstr(ask(&t, "debug_traceBadBlock", "\"0x9\""), "-32602") != NULL);
    buf_fini(&wire);
    buf_fini(&wanted);
    end(&t);
}

TEST(others, the_newest_refused_blocks_are_kept)
{
    struct talk t;
    struct node_imported i;
    b256 hash;
    bytes kept;
    char text[67];
    begin(&t, MINING_INSTANT);
    for (u32 k = 0; k < NODE_BAD_MAX + 4; k++) {
        struct buf wire = {0};
        make_bad(&wire, text, (u8)(k + 1));
        EXPECT_EQ(node_import(t.node, buf_bytes(&wire), true, &i), FAULT_NONE);
        EXPECT(node_bad_block(t.node, 0, &hash, &kept));
        EXPECT(kept.n == wire.n && equal_bytes(kept.p, wire.p, wire.n));
        buf_fini(&wire);
    }
    EXPECT(node_bad_block(t.node, NODE_BAD_MAX - 1, &hash, &kept));
    EXPECT(!node_bad_block(t.node, NODE_BAD_MAX, &hash, &kept));
    end(&t);
}

// ---- what is told of the chain

TEST(others, code_is_found_by_its_hash)
{
    struct talk t;
    b256 hash;
    const u8 code[] = {0x60, 0x2A, 0x5F};
    struct buf params = {0};
    begin(&t, MINING_INSTANT);
    keccak256(&hash, code, sizeof code);
    buf_put_u8(&params, '"');
    hex_put_data(&params, hash.b, sizeof hash.b);
    buf_put(&params, "\"", 2);
    expect_result(&t, "debug_codeByHash", (const char *)params.p, "\"0x\"");
    (void)ask(&t, "anvil_setCode", "\"" NOBODY "\",\"0x602a5f\"");
    expect_result(&t, "debug_codeByHash", (const char *)params.p, "\"0x602a5f\"");
    EXPECT(strstr(ask(&t, "debug_codeByHash", "\"0x12\""), "-32602") != NULL);
    EXPECT(strstr(ask(&t, "debug_codeByHash", "\"" WORD("01") "\",\"0x9\""), "-32000") != NULL);
    buf_fini(&params);
    end(&t);
}

TEST(others, the_configuration_and_the_folder_are_told)
{
    struct talk t;
    begin(&t, MINING_INSTANT);
    const char *answer = ask(&t, "debug_chainConfig", "");
    EXPECT(strstr(answer, "\"result\":{\"chainId\":33500,\"homesteadBlock\":0,") != NULL);
    EXPECT(strstr(answer, "\"pragueTime\":0,\"osakaTime\":0,") != NULL);
    expect_result(&t, "admin_datadir", "", "\"\"");
    expect_result(&t, "debug_seedHash", "\"latest\"", "\"" WORD("00") "\"");
    EXPECT(strstr(ask(&t, "debug_seedHash", "\"0x9\""), "-32000") != NULL);
    end(&t);
}

TEST(others, balances_that_a_block_changed_are_told)
{
    struct talk t;
    begin(&t, MINING_INSTANT);
    (void)ask(&t, "anvil_setCoinbase", "\"" FAILS "\"");
    (void)ask(&t, "eth_sendTransaction", PAY("0x5"));
    const char *answer = ask(&t, "reth_getBalanceChangesInBlock", "\"latest\"");
    EXPECT(strstr(answer, "\"" NOBODY "\":\"0x5\"") != NULL);
    EXPECT(strstr(answer, "\"" FAILS "\":\"0x1319718a5000\"") != NULL); // 21,000 at 1 gwei
    EXPECT(strstr(answer, "\"" ALICE "\":\"0x") != NULL);
    u32 count = 0;
    for (const char *at = strstr(answer, "\"result\""); (at = strstr(at, "\":\"0x")); at++) {
        count++;
    }
    EXPECT_EQ(count, 3);
    (void)ask(&t, "evm_mine", "");
    expect_result(&t, "reth_getBalanceChangesInBlock", "\"latest\"", "{}");
    expect_error(&t, "reth_getBalanceChangesInBlock", "\"0x0\"", -32000, "block 0 has no parent");
    end(&t);
}

// ---- development

TEST(others, a_chain_without_blocks_gets_another_id)
{
    struct talk t;
    begin(&t, MINING_INSTANT);
    expect_result(&t, "anvil_setChainId", "1234", "null");
    expect_result(&t, "eth_chainId", "", "\"0x4d2\"");
    expect_result(&t, "net_version", "", "\"1234\"");
    EXPECT(strstr(ask(&t, "eth_sendTransaction", PAY("0x5")), "\"result\":\"0x") != NULL);
    EXPECT(strstr(ask(&t, "eth_getTransactionByBlockNumberAndIndex", "\"latest\",\"0x0\""),
                  "\"chainId\":\"0x4d2\"") != NULL);
    expect_error(&t, "anvil_setChainId", "5", -32000,
                 "the chain has blocks with transactions of its id: set another one before the "
                 "first block, or after anvil_reset");
    expect_result(&t, "anvil_reset", "", "null");
    expect_result(&t, "anvil_setChainId", "\"0x5\"", "null");
    expect_result(&t, "eth_chainId", "", "\"0x5\"");
    EXPECT(strstr(ask(&t, "anvil_setChainId", "\"x\""), "-32602") != NULL);
    expect_error(&t, "anvil_setChainId", "0", -32602,
                 "params[0]: a chain's id is from 1 to 2^64 - 1");
    expect_error(&t, "anvil_setChainId", "\"0x10000000000000000\"", -32602,
                 "params[0]: a chain's id is from 1 to 2^64 - 1");
    end(&t);
}

TEST(others, the_log_is_switched)
{
    struct talk t;
    begin(&t, MINING_INSTANT);
    expect_result(&t, "anvil_setLoggingEnabled", "true", "null");
    EXPECT(t.log_is_on && t.log_switched == 1);
    expect_result(&t, "hardhat_setLoggingEnabled", "false", "null");
    EXPECT(!t.log_is_on && t.log_switched == 2);
    expect_error(&t, "anvil_setLoggingEnabled", "\"x\"", -32602, "params[0]: not true or false");
    EXPECT_EQ(t.log_switched, 2);
    rpc_free(t.rpc);
    t.rpc = rpc_new(t.node, &(struct rpc_options){.now_ms = frozen_clock});
    expect_error(&t, "anvil_setLoggingEnabled", "true", -32000, "this server has no log");
    end(&t);
}

TEST(others, coming_blocks_have_the_miners_settings)
{
    struct talk t;
    begin(&t, MINING_NONE);
    expect_result(&t, "miner_setExtra", "\"0x616263\"", "true");
    expect_result(&t, "miner_setEtherbase", "\"" FAILS "\"", "true");
    expect_result(&t, "miner_setGasLimit", "\"0x1c9c380\"", "true");
    (void)ask(&t, "evm_mine", "");
    const char *answer = ask(&t, "eth_getBlockByNumber", "\"latest\",false");
    EXPECT(strstr(answer, "\"extraData\":\"0x616263\"") != NULL);
    EXPECT(strstr(answer, "\"miner\":\"" FAILS "\"") != NULL);
    EXPECT(strstr(answer, "\"gasLimit\":\"0x1c9c380\"") != NULL);
    expect_error(&t, "miner_setExtra", "\"" WORD("0000") "\"", -32602,
                 "params[0]: extra data has at most 32 bytes, not 33");
    expect_result(&t, "miner_setExtra", "\"0x\"", "true");
    (void)ask(&t, "evm_mine", "");
    answer = ask(&t, "eth_getBlockByNumber", "\"latest\",false");
    EXPECT(strstr(answer, "\"extraData\":\"0x\"") != NULL);
    EXPECT(strstr(ask(&t, "miner_setEtherbase", "\"0x1\""), "-32602") != NULL);
    end(&t);
}

#define WAITING(value, price)                                                                      \
    "{\"from\":\"" ALICE "\",\"to\":\"" NOBODY "\",\"gas\":\"0x5208\",\"nonce\":\"0x0\","          \
    "\"value\":\"" value "\",\"gasPrice\":\"" price "\"}"

TEST(others, a_transaction_that_waits_is_sent_again_for_another_price)
{
    struct talk t;
    begin(&t, MINING_NONE);
    EXPECT(strstr(ask(&t, "eth_sendTransaction", WAITING("0x5", "0x77359400")), "\"result\"") !=
           NULL);
    const char *answer =
        ask(&t, "eth_resend", WAITING("0x5", "0x77359400") ",\"0xee6b2800\",\"0x5300\"");
    EXPECT(strstr(answer, "\"result\":\"0x") != NULL);
    answer = ask(&t, "txpool_content", "");
    EXPECT(strstr(answer, "\"gas\":\"0x5300\"") != NULL);
    EXPECT(strstr(answer, "\"gasPrice\":\"0xee6b2800\"") != NULL);
    EXPECT(strstr(answer, "\"gasPrice\":\"0x77359400\"") == NULL);
    expect_error(&t, "eth_resend", WAITING("0x5", "0x77359400") ",\"0xee6b2801\"", -32000,
                 "replacement transaction underpriced");
    expect_error(&t, "eth_resend", WAITING("0x6", "0x77359400") ",\"0x1dcd65000\"", -32000,
                 "no such transaction of this nonce waits");
    expect_error(&t, "eth_resend", PAY("0x5"), -32602,
                 "params[0]: member \\\"nonce\\\" is missing");
    EXPECT(strstr(ask(&t, "eth_resend", WAITING("0x5", "0x77359400") ",\"x\""), "-32602") != NULL);
    (void)ask(&t, "evm_mine", "");
    expect_result(&t, "eth_getBalance", "\"" NOBODY "\",\"latest\"", "\"0x5\"");
    end(&t);
}
