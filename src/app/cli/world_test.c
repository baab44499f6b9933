// SPDX-License-Identifier: MIT
// The JSON inputs that describe a world: alloc, env, genesis config. What is right is read exactly,
// what is wrong is refused with its place.
#include <string.h>

#include "app/cli/alloc.h"
#include "app/cli/chain_config.h"
#include "app/cli/environment.h"
#include "lib/num/u256.h"
#include "test/test.h"

static bytes text_bytes(const char *text)
{
    return (bytes){(const u8 *)text, strlen(text)};
}

static void expect_refusal(struct json *j, enum fault f, const char *part)
{
    EXPECT_EQ(f, FAULT_BAD_INPUT);
    buf_put_u8(&j->error, 0);
    if (strstr((const char *)j->error.p, part) == NULL) {
        FAIL("\"%s\" does not contain \"%s\"", (const char *)j->error.p, part);
    }
}

static void refuse_alloc(const char *text, const char *part)
{
    struct json j;
    EXPECT_EQ(json_parse(&j, text_bytes(text)), FAULT_NONE);
    json_value root = json_root(&j);
    struct alloc a = {0};
    expect_refusal(&j, alloc_read(&a, &root), part);
    alloc_fini(&a);
    json_fini(&j);
}

#define A "\"0x00000000000000000000000000000000000000aa\""

TEST(alloc, accounts_are_put_into_a_state)
{
    struct json j;
    EXPECT_EQ(json_parse(&j, text_bytes("{\"alloc\": {" A ": {\"balance\": \"0x10\", \"nonce\": 3,"
                                        "\"code\": \"0x6001\", \"storage\": {\"0x1\": \"0x2\","
                                        " \"3\": 4}}, \"00000000000000000000000000000000000000BB\":"
                                        "{\"balance\": \"1000000000000000000000\"}},"
                                        " \"config\": {}}")),
              FAULT_NONE);
    json_value root = json_root(&j);
    struct alloc a;
    EXPECT_EQ(alloc_read(&a, &root), FAULT_NONE);
    struct state *s = state_new(NULL);
    alloc_give(&a, s);
    state_begin_transaction(s);
    address at = {{[19] = 0xaa}};
    struct account *account = state_account(s, &at);
    EXPECT_U256(*account_balance(account), u256_from_u64(16));
    EXPECT_EQ(account_nonce(account), 3);
    EXPECT_EQ(account_code_size(s, account), 2);
    u256 key = u256_from_u64(3);
    EXPECT_U256(state_sload(s, account, &key), u256_from_u64(4));
    EXPECT_U256(state_sload_original(s, account, &key), u256_from_u64(4));
    at.b[19] = 0xbb;
    EXPECT(account_exists(state_account(s, &at)));
    state_free(s);
    alloc_fini(&a);
    json_fini(&j);
}

TEST(alloc, errors_name_the_place)
{
    refuse_alloc("[]", "not an object");
    refuse_alloc("{\"0xaa\": {}}", "0xaa: the member's name is not an address");
    refuse_alloc("{" A ": 5}", "aa: not an object");
    refuse_alloc("{" A ": {\"balanc\": 1}}", "aa.balanc: ");
    refuse_alloc("{" A ": {\"balance\": \"zz\"}}", "aa.balance: ");
    refuse_alloc("{" A ": {\"balance\": -1}}", "aa.balance: ");
    refuse_alloc("{" A ": {\"nonce\": \"0x10000000000000000\"}}", "aa.nonce: ");
    refuse_alloc("{" A ": {\"code\": \"0x1\"}}", "aa.code: ");
    refuse_alloc("{" A ": {\"storage\": {\"x\": 1}}}", "aa.storage.x: the member's name");
    refuse_alloc("{" A ": {\"storage\": {\"1\": 1, \"0x01\": 2}}}", "slot 0x1 is stated twice");
    refuse_alloc("{" A ": {}, \"00000000000000000000000000000000000000AA\": {}}", "stated twice");
}

TEST(environment, members_are_read_and_unknown_ones_refused)
{
    struct json j;
    EXPECT_EQ(json_parse(
                  &j, text_bytes("{\"number\": 10, \"timestamp\": \"0x20\", \"prevrandao\": 5,"
                                 "\"blobhashes\": [\"0x01000000000000000000000000000000000000000000"
                                 "00000000000000000000\"], \"blockhashes\": [\"0x020000000000000000"
                                 "0000000000000000000000000000000000000000000000\"]}")),
              FAULT_NONE);
    json_value root = json_root(&j);
    struct environment e;
    environment_init(&e);
    EXPECT_EQ(environment_read(&e, &root), FAULT_NONE);
    EXPECT_U256(e.block.number, u256_from_u64(10));
    EXPECT_U256(e.block.timestamp, u256_from_u64(32));
    EXPECT_U256(e.block.gas_limit, u256_from_u64(60000000));
    EXPECT_EQ(e.blob_hash_count, 1);
    EXPECT_EQ(e.block_hash_count, 1);
    EXPECT_EQ(e.block_hash[0].number, 9);
    EXPECT_EQ(e.block_hash[0].hash.b[0], 2);
    EXPECT(!e.has_chain_id);
    environment_fini(&e);
    json_fini(&j);
}

static void refuse_environment(const char *text, const char *part)
{
    struct json j;
    EXPECT_EQ(json_parse(&j, text_bytes(text)), FAULT_NONE);
    json_value root = json_root(&j);
    struct environment e;
    environment_init(&e);
    expect_refusal(&j, environment_read(&e, &root), part);
    environment_fini(&e);
    json_fini(&j);
}

TEST(environment, errors_name_the_place)
{
    refuse_environment("5", "not an object");
    refuse_environment("{\"nummer\": 1}", "nummer: ");
    refuse_environment("{\"coinbase\": \"0x1\"}", "coinbase: ");
    refuse_environment("{\"blobhashes\": {}}", "blobhashes: ");
    refuse_environment("{\"blobhashes\": [1]}", "blobhashes[0]: ");
    refuse_environment("{\"blockhashes\": {\"x\": \"0x0\"}}", "blockhashes.x: ");
    refuse_environment("{\"blockhashes\": 7}", "blockhashes: ");
}

static enum fault read_config(struct chain_config *c, struct json *j, const char *text, u64 number,
                              u64 time)
{
    EXPECT_EQ(json_parse(j, text_bytes(text)), FAULT_NONE);
    json_value root = json_root(j);
    return chain_config_read(c, &root, u256_from_u64(number), u256_from_u64(time));
}

static struct chain_config config_at(const char *text, u64 number, u64 time)
{
    struct json j;
    struct chain_config c;
    EXPECT_EQ(read_config(&c, &j, text, number, time), FAULT_NONE);
    json_fini(&j);
    return c;
}

TEST(chain_config, the_fork_is_that_of_block_and_time)
{
    const char *text = "{\"config\": {\"chainId\": 7, \"homesteadBlock\": 0, \"eip150Block\": 0,"
                       "\"eip158Block\": 0, \"byzantiumBlock\": 0, \"constantinopleBlock\": 0,"
                       "\"petersburgBlock\": 0, \"istanbulBlock\": 5, \"berlinBlock\": 10,"
                       "\"londonBlock\": 10, \"terminalTotalDifficulty\": 0, \"shanghaiTime\": 100,"
                       "\"cancunTime\": 200, \"pragueTime\": null}}";
    EXPECT_EQ(config_at(text, 4, 1).fork, FORK_PETERSBURG);
    EXPECT_EQ(config_at(text, 5, 1).fork, FORK_ISTANBUL);
    EXPECT_EQ(config_at(text, 10, 99).fork, FORK_PARIS);
    EXPECT_EQ(config_at(text, 10, 100).fork, FORK_SHANGHAI);
    EXPECT_EQ(config_at(text, 10, 1000).fork, FORK_CANCUN);
    struct chain_config c = config_at(text, 10, 1000);
    EXPECT(c.has_fork && c.has_chain_id && !c.params.riscv);
    EXPECT_U256(c.chain_id, u256_from_u64(7));
    EXPECT(!config_at("{\"config\": {}}", 1, 1).has_fork);
}

TEST(chain_config, the_hybrid_entry_in_force_is_taken)
{
    const char *text = "{\"config\": {\"shanghaiTime\": 0, \"hybrid\": ["
                       "{\"time\": 10, \"cyclesPerGas\": 8},"
                       "{\"time\": 20, \"maxCodeSize\": 1000, \"codeDepositGas\": 20}]}}";
    EXPECT(!config_at(text, 1, 9).params.riscv);
    struct vm_params p = config_at(text, 1, 10).params;
    EXPECT(p.riscv && !p.has_code_deposit);
    EXPECT_EQ(p.cycles_per_gas, 8);
    p = config_at(text, 1, 20).params;
    EXPECT_EQ(p.cycles_per_gas, 4); // each entry states all that differs from the defaults
    EXPECT_EQ(p.max_code_size, 1000);
    EXPECT(p.has_code_deposit);
    EXPECT_EQ(p.code_deposit_gas, 20);
    p = config_at("{\"hybrid\": {\"abi\": 1, \"maxTxGas\": null}}", 1, 1).params;
    EXPECT(p.riscv);
}

static void refuse_config(const char *text, const char *part)
{
    struct json j;
    struct chain_config c;
    expect_refusal(&j, read_config(&c, &j, text, 1, 1), part);
    json_fini(&j);
}

TEST(chain_config, wrong_hybrid_sections_are_refused_with_the_reason)
{
    refuse_config("{\"hybrid\": 5}", "hybrid: not an object");
    refuse_config("{\"hybrid\": {\"cycles\": 5}}", "hybrid.cycles: ");
    refuse_config("{\"hybrid\": {\"cyclesPerGas\": 0}}",
                  "hybrid.cyclesPerGas: 0 is not from 1 to 4096");
    refuse_config("{\"hybrid\": {\"cyclesPerGas\": 4097}}", "4097 is not from 1 to 4096");
    refuse_config("{\"hybrid\": {\"cyclesPerGas\": \"4\"}}", "hybrid.cyclesPerGas: ");
    refuse_config("{\"hybrid\": {\"cyclesPerGas\": 4.5}}", "hybrid.cyclesPerGas: ");
    refuse_config("{\"hybrid\": {\"abi\": 2}}", "hybrid.abi: ");
    refuse_config("{\"hybrid\": {\"maxCodeSize\": -1}}", "hybrid.maxCodeSize: ");
    refuse_config("{\"hybrid\": [{\"time\": 5}, {\"time\": 5}]}", "hybrid[1]: time 5 is not after");
    refuse_config("{\"hybrid\": [{\"time\": 5}, {}]}", "hybrid[1]: time 0 is not after");
    refuse_config("{\"shanghaiTime\": 9, \"hybrid\": {\"time\": 8}}", "before Shanghai");
    refuse_config("{\"londonBlock\": 0, \"hybrid\": {}}", "before Shanghai");
}
