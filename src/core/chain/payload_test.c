// SPDX-License-Identifier: MIT
// Payloads of the Engine API: versions, members and hashes that do not fit are told apart.
#include <stdio.h>
#include <string.h>

#include "core/chain/payload.h"
#include "test/test.h"

#define WORD "\"0x0000000000000000000000000000000000000000000000000000000000000000\""
#define EIGHT(s) s s s s s s s s
#define BLOOM "\"0x" EIGHT(EIGHT("00000000")) "\""
#define HEAD                                                                                       \
    "{\"parentHash\":" WORD ",\"feeRecipient\":\"0x0000000000000000000000000000000000000000\","    \
    "\"stateRoot\":" WORD ",\"receiptsRoot\":" WORD ",\"logsBloom\":" BLOOM                        \
    ",\"blockNumber\":\"0x1\",\"gasLimit\":\"0x1c9c380\",\"gasUsed\":\"0x0\","                     \
    "\"timestamp\":\"0x%x\",\"extraData\":\"0x\",\"prevRandao\":" WORD                             \
    ",\"baseFeePerGas\":\"0x7\",\"blockHash\":" WORD ",\"transactions\":[%s]"

static enum payload_verdict judge_at(const char *network, const char *params, u64 version)
{
    struct json j;
    struct schedule s;
    struct buf wire = {0};
    EXPECT(schedule_from_test_name(&s, network));
    EXPECT_EQ(json_parse(&j, (bytes){(const u8 *)params, strlen(params)}), FAULT_NONE);
    json_value root = json_root(&j);
    enum payload_verdict v = payload_to_block(&wire, &root, version, &s);
    json_fini(&j);
    buf_fini(&wire);
    return v;
}

static enum payload_verdict judge(const char *params, u64 version)
{
    return judge_at("ParisToShanghaiAtTime15k", params, version);
}

static enum payload_verdict judge_payload(u32 time, const char *transactions, const char *tail,
                                          u64 version)
{
    char params[4096];
    char head[4096];
    (void)snprintf(head, sizeof head, "[" HEAD, time, transactions);
    (void)snprintf(params, sizeof params, "%.3000s%s}]", head, tail);
    return judge(params, version);
}

TEST(payload, versions_and_members_belong_to_forks)
{
    EXPECT_EQ(judge_payload(9, "", "", 1), PAYLOAD_HASH); // all else is right
    EXPECT_EQ(judge_payload(9, "", "", 2), PAYLOAD_HASH);
    EXPECT_EQ(judge_payload(9, "", ",\"withdrawals\":[]", 2), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_payload(15000, "", ",\"withdrawals\":[]", 2), PAYLOAD_HASH);
    EXPECT_EQ(judge_payload(15000, "", "", 2), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_payload(15000, "", ",\"withdrawals\":[]", 1), PAYLOAD_FORK);
    EXPECT_EQ(judge_payload(9, "", "", 3), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_payload(9, "", "", 9), PAYLOAD_PARAMS);
}

// At Prague: versioned hashes, the beacon chain's root, requests.
static enum payload_verdict judge_prague(const char *hashes, const char *requests, u64 version)
{
    static const char TAIL[] =
        ",\"withdrawals\":[],\"blobGasUsed\":\"0x0\",\"excessBlobGas\":\"0x0\"}";
    char params[8192];
    char head[4096];
    (void)snprintf(head, sizeof head, "[" HEAD, 15000u, "");
    (void)snprintf(params, sizeof params, "%.3000s%s,[%s]," WORD "%s]", head, TAIL, hashes,
                   requests);
    return judge_at("CancunToPragueAtTime15k", params, version);
}

TEST(payload, blob_hashes_and_requests_are_checked_before_the_hash)
{
    EXPECT_EQ(judge_prague("", ",[]", 4), PAYLOAD_HASH); // all else is right
    EXPECT_EQ(judge_prague(WORD, ",[]", 4), PAYLOAD_BLOB_HASHES);
    EXPECT_EQ(judge_prague("\"0x00\"", ",[]", 4), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_prague("", "", 3), PAYLOAD_FORK);
    EXPECT_EQ(judge_prague("", "", 4), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_prague("", ",[\"0x0011\",\"0x0122\"]", 4), PAYLOAD_HASH);
    EXPECT_EQ(judge_prague("", ",[\"0x0122\",\"0x0011\"]", 4), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_prague("", ",[\"0x0011\",\"0x0022\"]", 4), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_prague("", ",[\"0x00\"]", 4), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_prague("", ",{}", 4), PAYLOAD_PARAMS);
}

// What a version needs is missed before the fork is looked at: here at Shanghai.
static enum payload_verdict judge_early(const char *tail, const char *rest, u64 version)
{
    char params[8192];
    char head[4096];
    (void)snprintf(head, sizeof head, "[" HEAD, 15000u, "");
    (void)snprintf(params, sizeof params, "%.3000s%s}%s]", head, tail, rest);
    return judge(params, version);
}

TEST(payload, what_a_version_needs_comes_before_the_fork)
{
#define BLOB_GAS ",\"withdrawals\":[],\"blobGasUsed\":\"0x0\",\"excessBlobGas\":\"0x0\""
    static const char AFTER[] = ",\"blockAccessList\":\"0xc0\",\"slotNumber\":\"0x1\"";
    char amsterdam[256];
    (void)snprintf(amsterdam, sizeof amsterdam, "%s%s", BLOB_GAS, AFTER);
    EXPECT_EQ(judge_early(BLOB_GAS, ",[]," WORD, 3), PAYLOAD_FORK);
    EXPECT_EQ(judge_early(",\"withdrawals\":[]", ",[]," WORD, 3), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_early(BLOB_GAS, ",null," WORD, 3), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_early(BLOB_GAS, ",[],null", 3), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_early(BLOB_GAS, ",[]," WORD ",[]", 4), PAYLOAD_FORK);
    EXPECT_EQ(judge_early(BLOB_GAS, ",[]," WORD ",null", 4), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_early(BLOB_GAS, ",[]," WORD ",[]", 5), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_early(amsterdam, ",[]," WORD ",[]", 5), PAYLOAD_FORK);
    EXPECT_EQ(judge_early(amsterdam, ",[]," WORD, 5), PAYLOAD_PARAMS);
}

TEST(payload, malformed_parts_are_told_apart)
{
    EXPECT_EQ(judge_payload(9, "\"0x01\"", "", 1), PAYLOAD_TRANSACTION);
    EXPECT_EQ(judge_payload(9, "\"zz\"", "", 1), PAYLOAD_PARAMS);
    EXPECT_EQ(judge_payload(15000, "", ",\"withdrawals\":{\"a\":1}", 2), PAYLOAD_PARAMS);
    EXPECT_EQ(judge("[]", 1), PAYLOAD_PARAMS);
    EXPECT_EQ(judge("{}", 1), PAYLOAD_PARAMS);
    EXPECT_EQ(judge("[{}]", 1), PAYLOAD_PARAMS);
}
