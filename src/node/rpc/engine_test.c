// SPDX-License-Identifier: MIT
// A consensus client's conversation with the node, by its texts: a payload is asked for, fetched,
// sent back and made the head; and what is wrong gets its code or status.
#include <string.h>

#include "app/cli/node_genesis.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/codec/json.h"
#include "node/rpc/rpc.h"
#include "test/test.h"

#define ZERO "0x0000000000000000000000000000000000000000000000000000000000000000"
#define ROOT "0x1111111111111111111111111111111111111111111111111111111111111111"
#define NOBODY "0x0000000000000000000000000000000000000000"

static u64 frozen_clock(void)
{
    return 1700000000;
}

struct talk {
    struct node *node;
    struct rpc *rpc;
    struct buf out;
};

static void begin(struct talk *t)
{
    struct buf why = {0};
    struct node_genesis g;
    struct node_options o = {
        .form = VM_EVM_NATIVE, .clock = frozen_clock, .has_dev_keys = true, .mining = MINING_NONE};
    struct rpc_options r = {.now_ms = frozen_clock};
    *t = (struct talk){.node = NULL};
    EXPECT(node_genesis_open(&g, &why, "dev"));
    t->node = node_new(&o, &g, &why);
    EXPECT(t->node != NULL);
    t->rpc = rpc_new(t->node, &r);
}

static void end(struct talk *t)
{
    rpc_free(t->rpc);
    node_free(t->node);
    buf_fini(&t->out);
}

// The whole answer, with a 0 behind it.
static const char *ask(struct talk *t, u32 group, const char *method, const char *params)
{
    struct buf text = {0};
    buf_printf(&text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}", method,
               params);
    buf_clear(&t->out);
    rpc_answer(t->rpc, group, NULL, buf_bytes(&text), &t->out);
    buf_put_u8(&t->out, 0);
    buf_fini(&text);
    return (const char *)t->out.p;
}

static const char *engine(struct talk *t, const char *method, const char *params)
{
    return ask(t, RPC_GROUP_ENGINE, method, params);
}

static void expect_has(const char *answer, const char *part)
{
    if (strstr(answer, part) == NULL) {
        FAIL("%s is not in %.600s", part, answer);
    }
}

static void put_head(struct buf *out, const struct node *n)
{
    const b256 *h = &blocks_last(node_blocks(n))->header.hash;
    hex_put_data(out, h->b, sizeof h->b);
}

// forkchoiceUpdatedV3 with the head as it is, and attributes one second after it.
static const char *ask_for_payload(struct talk *t, const char *more)
{
    struct buf params = {0};
    u64 time = blocks_last(node_blocks(t->node))->header.timestamp + 1;
    buf_put_text(&params, "[{\"headBlockHash\":\"");
    put_head(&params, t->node);
    buf_printf(&params,
               "\",\"safeBlockHash\":\"" ZERO "\",\"finalizedBlockHash\":\"" ZERO
               "\"},{\"timestamp\":\"0x%llx\",\"prevRandao\":\"" ROOT
               "\",\"suggestedFeeRecipient\":\"" NOBODY "\"%s}]",
               (unsigned long long)time, more);
    buf_put_u8(&params, 0);
    const char *answer = engine(t, "engine_forkchoiceUpdatedV3", (const char *)params.p);
    buf_fini(&params);
    return answer;
}

TEST(engine, blobs_that_are_here_are_told_in_order)
{
    struct talk t;
    begin(&t);
    struct sidecar *s = mem_zalloc(sizeof *s);
    s->version = 1;
    s->count = 1;
    s->hashes = mem_zalloc(sizeof *s->hashes);
    s->hashes->b[0] = 0x01;
    s->hashes->b[31] = 0x77;
    const b256 transaction = {{7}};
    pool_keep_blobs(node_pool_changeable(t.node), &transaction, s);
    expect_has(engine(&t, "engine_hasBlobs",
                      "[[\"" ROOT "\",\"0x01000000000000000000000000000000000000000000000000000000"
                      "00000077\",\"" ROOT "\"]]"),
               "\"result\":[false,true,false]}");
    struct buf many = {0};
    buf_put_text(&many, "[[");
    for (u32 i = 0; i < 129; i++) {
        buf_printf(&many, "%s\"" ROOT "\"", i > 0 ? "," : "");
    }
    buf_put_text(&many, "]]");
    buf_put_u8(&many, 0);
    expect_has(engine(&t, "engine_hasBlobs", (const char *)many.p), "-38004");
    buf_fini(&many);
    end(&t);
}

#define SINCE_CANCUN ",\"withdrawals\":[],\"parentBeaconBlockRoot\":\"" ROOT "\""

// A copy of the value of a member that is a text, and of one that is an object.
static void copy_text(struct buf *out, const char *answer, const char *name)
{
    struct buf wanted = {0};
    buf_printf(&wanted, "\"%s\":\"", name);
    buf_put_u8(&wanted, 0);
    const char *at = strstr(answer, (const char *)wanted.p);
    EXPECT(at != NULL);
    at += wanted.n - 1;
    buf_put(out, at, strcspn(at, "\""));
    buf_fini(&wanted);
}

static void copy_payload(struct buf *out, const char *answer)
{
    struct json j;
    EXPECT_EQ(json_parse(&j, (bytes){(const u8 *)answer, strlen(answer)}), FAULT_NONE);
    json_value root = json_root(&j);
    json_value result;
    json_value payload;
    EXPECT_EQ(json_member(&result, &root, "result"), FAULT_NONE);
    EXPECT_EQ(json_member(&payload, &result, "executionPayload"), FAULT_NONE);
    json_put_copy(out, &payload);
    json_fini(&j);
}

static void send_transaction(struct talk *t)
{
    const char *answer =
        ask(t, RPC_GROUP_ALL, "eth_sendTransaction",
            "[{\"from\":\"0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266\",\"to\":\"" NOBODY
            "\",\"value\":\"0x1\"}]");
    expect_has(answer, "\"result\":\"0x");
}

// Fetches a payload with one transaction; the parameters of newPayloadV4 are appended.
static void make_payload(struct talk *t, struct buf *params, struct buf *hash)
{
    struct buf id = {0};
    struct buf list = {0};
    send_transaction(t);
    copy_text(&id, ask_for_payload(t, SINCE_CANCUN), "payloadId");
    buf_printf(&list, "[\"%.*s\"]", (int)id.n, (const char *)id.p);
    buf_put_u8(&list, 0);
    const char *answer = engine(t, "engine_getPayloadV5", (const char *)list.p);
    expect_has(answer, "\"blockValue\":\"0x");
    expect_has(answer, "\"executionRequests\":[]");
    expect_has(answer, "\"gasUsed\":\"0x5208\"");
    copy_text(hash, answer, "blockHash");
    buf_put_u8(params, '[');
    copy_payload(params, answer);
    buf_put_text(params, ",[],\"" ROOT "\",[]]");
    buf_put_u8(params, 0);
    buf_fini(&id);
    buf_fini(&list);
}

static void choose_head(struct buf *out, const struct buf *hash)
{
    const char *h = (const char *)hash->p;
    i32 n = (i32)hash->n;
    buf_clear(out);
    buf_printf(out,
               "[{\"headBlockHash\":\"%.*s\",\"safeBlockHash\":\"%.*s\","
               "\"finalizedBlockHash\":\"" ZERO "\"},null]",
               n, h, n, h);
    buf_put_u8(out, 0);
}

TEST(engine, a_payload_is_made_imported_and_becomes_the_head)
{
    struct talk t;
    struct buf params = {0};
    struct buf hash = {0};
    begin(&t);
    make_payload(&t, &params, &hash);
    EXPECT_EQ(blocks_count(node_blocks(t.node)), 1);
    expect_has(engine(&t, "engine_newPayloadV4", (const char *)params.p), "\"status\":\"VALID\"");
    EXPECT_EQ(blocks_count(node_blocks(t.node)), 1); // known, but not the head
    choose_head(&params, &hash);
    expect_has(engine(&t, "engine_forkchoiceUpdatedV3", (const char *)params.p),
               "\"status\":\"VALID\"");
    EXPECT_EQ(blocks_count(node_blocks(t.node)), 2);
    expect_has(ask(&t, RPC_GROUP_ALL, "eth_getBlockByNumber", "[\"safe\",false]"),
               "\"number\":\"0x1\"");
    expect_has(ask(&t, RPC_GROUP_ALL, "txpool_status", "[]"), "\"pending\":\"0x0\"");
    expect_has(engine(&t, "engine_getPayloadBodiesByRangeV1", "[\"0x1\",\"0x5\"]"),
               "{\"transactions\":[\"0x02");
    expect_has(engine(&t, "engine_getPayloadBodiesByHashV1", "[[\"" ROOT "\"]]"),
               "\"result\":[null]");
    buf_fini(&params);
    buf_fini(&hash);
    end(&t);
}

TEST(engine, a_payload_that_is_changed_is_invalid)
{
    struct talk t;
    struct buf params = {0};
    struct buf hash = {0};
    begin(&t);
    make_payload(&t, &params, &hash);
    char *root = strstr((char *)params.p, "\"stateRoot\":\"0x");
    EXPECT(root != NULL);
    root[15] = root[15] == '0' ? '1' : '0';
    const char *answer = engine(&t, "engine_newPayloadV4", (const char *)params.p);
    expect_has(answer, "\"status\":\"INVALID\"");
    expect_has(answer, "\"latestValidHash\":null");
    buf_fini(&params);
    buf_fini(&hash);
    end(&t);
}

TEST(engine, what_is_wrong_has_its_code)
{
    struct talk t;
    begin(&t);
    expect_has(engine(&t, "engine_getPayloadV5", "[\"0x0000000000000001\"]"), "-38001");
    expect_has(engine(&t, "engine_forkchoiceUpdatedV3",
                      "[{\"headBlockHash\":\"" ZERO "\",\"safeBlockHash\":\"" ZERO
                      "\",\"finalizedBlockHash\":\"" ZERO "\"},null]"),
               "-38002");
    expect_has(engine(&t, "engine_forkchoiceUpdatedV3",
                      "[{\"headBlockHash\":\"" ROOT "\",\"safeBlockHash\":\"" ZERO
                      "\",\"finalizedBlockHash\":\"" ZERO "\"},null]"),
               "\"status\":\"SYNCING\"");
    expect_has(ask_for_payload(&t, ",\"withdrawals\":[]"), "-38003");
    expect_has(engine(&t, "engine_newPayloadV5", "[]"), "-32602");
    expect_has(engine(&t, "engine_newPayloadV4", "[1]"), "-32602");
    expect_has(engine(&t, "engine_getPayloadBodiesByRangeV1", "[\"0x1\",\"0x401\"]"), "-38004");
    expect_has(engine(&t, "engine_getBlobsV1", "[[\"" ROOT "\"]]"), "-38005"); // Osaka
    expect_has(engine(&t, "engine_getBlobsV3", "[[\"" ROOT "\"]]"), "\"result\":[null]");
    expect_has(engine(&t, "engine_getBlobsV2", "[[\"" ROOT "\"]]"), "\"result\":null");
    expect_has(engine(&t, "engine_hasBlobs", "[[\"" ROOT "\"]]"), "\"result\":[false]}");
    expect_has(engine(&t, "engine_hasBlobs", "[[\"0x12\"]]"), "-32602");
    expect_has(engine(&t, "engine_hasBlobs", "[7]"), "-32602");
    expect_has(engine(&t, "debug_traceTransaction", "[]"), "-32601");
    expect_has(engine(&t, "eth_chainId", "[]"), "\"result\"");
    const char *answer = engine(&t, "engine_exchangeCapabilities", "[[\"engine_newPayloadV5\"]]");
    expect_has(answer, "engine_getPayloadV5");
    EXPECT(strstr(answer, "engine_newPayloadV5") == NULL);
    expect_has(engine(&t, "engine_exchangeCapabilities", "[7]"), "-32602");
    expect_has(engine(&t, "engine_getPayloadBodiesByRangeV1", "[\"0x0\",\"0x1\"]"), "-32602");
    expect_has(engine(&t, "engine_getPayloadBodiesByRangeV1", "[\"0x1\",\"0x0\"]"), "-32602");
    expect_has(engine(&t, "engine_getPayloadBodiesByRangeV1", "[\"0x9\",\"0x1\"]"),
               "\"result\":[]");
    end(&t);
}

// forkchoiceUpdated with the head as it is, and attributes at a time.
static const char *ask_at(struct talk *t, const char *method, u64 time, const char *more)
{
    struct buf params = {0};
    buf_put_text(&params, "[{\"headBlockHash\":\"");
    put_head(&params, t->node);
    buf_printf(&params,
               "\",\"safeBlockHash\":\"" ZERO "\",\"finalizedBlockHash\":\"" ZERO
               "\"},{\"timestamp\":\"0x%llx\",\"prevRandao\":\"" ROOT
               "\",\"suggestedFeeRecipient\":\"" NOBODY "\"%s}]",
               (unsigned long long)time, more);
    buf_put_u8(&params, 0);
    const char *answer = engine(t, method, (const char *)params.p);
    buf_fini(&params);
    return answer;
}

TEST(engine, attributes_are_judged_by_form_then_fork_then_time)
{
    struct talk t;
    begin(&t); // Osaka from the first block on, whose time is 0
#define ROOT_ONLY ",\"parentBeaconBlockRoot\":\"" ROOT "\""
    expect_has(ask_at(&t, "engine_forkchoiceUpdatedV3", 0, ROOT_ONLY), "withdrawals are missing");
    expect_has(ask_at(&t, "engine_forkchoiceUpdatedV3", 0, ""), "parentBeaconBlockRoot");
    expect_has(ask_at(&t, "engine_forkchoiceUpdatedV3", 0, SINCE_CANCUN), "-38003");
    expect_has(ask_at(&t, "engine_forkchoiceUpdatedV2", 0, ",\"withdrawals\":[]"), "-38005");
    expect_has(ask_at(&t, "engine_forkchoiceUpdatedV2", 1, SINCE_CANCUN), "-38003");
    expect_has(ask_at(&t, "engine_forkchoiceUpdatedV1", 1, ",\"withdrawals\":[]"), "-38003");
    expect_has(ask_at(&t, "engine_forkchoiceUpdatedV1", 1, ""), "-38005");
    expect_has(ask_at(&t, "engine_forkchoiceUpdatedV3", 1, SINCE_CANCUN), "\"payloadId\":\"0x");
    end(&t);
}

TEST(engine, a_choice_whose_finalized_block_is_elsewhere_changes_nothing)
{
    struct talk t;
    struct buf params = {0};
    struct buf hash = {0};
    begin(&t);
    make_payload(&t, &params, &hash);
    expect_has(engine(&t, "engine_newPayloadV4", (const char *)params.p), "\"status\":\"VALID\"");
    const char *h = (const char *)hash.p;
    for (u32 i = 0; i < 2; i++) {
        buf_clear(&params);
        buf_printf(&params,
                   "[{\"headBlockHash\":\"%.66s\",\"safeBlockHash\":\"%.66s\","
                   "\"finalizedBlockHash\":\"%s\"},null]%c",
                   h, i == 0 ? ROOT : h, i == 0 ? ZERO : ROOT, 0);
        const char *answer = engine(&t, "engine_forkchoiceUpdatedV3", (const char *)params.p);
        expect_has(answer, "-38002");
        expect_has(answer, i == 0 ? "the safe block" : "the finalized block");
    }
    EXPECT_EQ(blocks_count(node_blocks(t.node)), 1);
    choose_head(&params, &hash);
    expect_has(engine(&t, "engine_forkchoiceUpdatedV3", (const char *)params.p),
               "\"status\":\"VALID\"");
    EXPECT_EQ(blocks_count(node_blocks(t.node)), 2);
    EXPECT_EQ(node_executed(t.node), 1); // checked and made the head by one execution
    buf_fini(&params);
    buf_fini(&hash);
    end(&t);
}
