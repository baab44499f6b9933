// SPDX-License-Identifier: MIT
// Chain configurations: what is read is written alike, contradictions are refused, the hybrid
// section counts in the fork id.
#include <string.h>

#include "core/chain/genesis.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "test/test.h"

#define TO_LONDON                                                                                  \
    "\"homesteadBlock\":0,\"eip150Block\":0,\"eip155Block\":0,\"eip158Block\":0,"                  \
    "\"byzantiumBlock\":0,\"constantinopleBlock\":0,\"petersburgBlock\":0,\"istanbulBlock\":0,"    \
    "\"berlinBlock\":0,\"londonBlock\":0"

static bytes text_bytes(const char *text)
{
    return (bytes){(const u8 *)text, strlen(text)};
}

static struct config read_text(const char *text)
{
    struct json j;
    struct config c;
    EXPECT_EQ(json_parse(&j, text_bytes(text)), FAULT_NONE);
    json_value root = json_root(&j);
    EXPECT_EQ(config_read(&c, &root), FAULT_NONE);
    json_fini(&j);
    return c;
}

static void expect_refused(const char *text, const char *part)
{
    struct config c = read_text(text);
    struct buf why = {0};
    EXPECT(!config_check(&c, &why));
    buf_put_u8(&why, 0);
    if (strstr((const char *)why.p, part) == NULL) {
        EXPECT_STR((const char *)why.p, part);
    }
    buf_fini(&why);
}

TEST(config, contradictions_are_refused_with_the_reason)
{
    expect_refused("{\"homesteadBlock\":5,\"eip150Block\":4}",
                   "eip150Block is 4, before homesteadBlock, 5");
    expect_refused("{\"eip150Block\":4}", "eip150Block is set, but homesteadBlock");
    expect_refused("{" TO_LONDON ",\"shanghaiTime\":9,\"cancunTime\":8}",
                   "cancunTime is 8, before");
    expect_refused("{" TO_LONDON ",\"cancunTime\":8}", "shanghaiTime, which comes before it");
    expect_refused("{\"terminalTotalDifficulty\":0}", "londonBlock");
    expect_refused("{\"homesteadBlock\":0,\"eip150Block\":0,\"eip155Block\":1,\"eip158Block\":2}",
                   "they are one fork here");
    expect_refused("{" TO_LONDON ",\"shanghaiTime\":0,\"cancunTime\":0,\"pragueTime\":0,"
                   "\"osakaTime\":0,\"bpo1Time\":5}",
                   "blobSchedule.bpo1 is missing");
    expect_refused("{" TO_LONDON ",\"shanghaiTime\":0,\"cancunTime\":0,\"blobSchedule\":"
                   "{\"cancun\":{\"target\":7,\"max\":6,\"baseFeeUpdateFraction\":1}}}",
                   "blobSchedule.cancun: target 7");
}

TEST(config, forks_of_the_future_are_not_ignored)
{
    struct json j;
    struct config c;
    EXPECT_EQ(json_parse(&j, text_bytes("{\"amsterdamTime\": 9}")), FAULT_NONE);
    json_value root = json_root(&j);
    EXPECT_EQ(config_read(&c, &root), FAULT_BAD_INPUT);
    json_fini(&j);
}

TEST(config, built_in_chains_have_their_hashes_and_survive_writing)
{
    static const char *const names[] = {"mainnet", "sepolia", "holesky", "hoodi", "dev"};
    for (usize i = 0; i < COUNT_OF(names); i++) {
        b256 hash;
        const char *text = chain_builtin(names[i], &hash);
        struct json j;
        struct genesis g;
        EXPECT_EQ(json_parse(&j, text_bytes(text)), FAULT_NONE);
        json_value root = json_root(&j);
        EXPECT_EQ(genesis_read(&g, &root), FAULT_NONE);
        json_fini(&j);
        if (g.has_state_root) {
            struct header h;
            genesis_header(&h, &g, &g.header.state_root);
            EXPECT_BYTES(h.hash.b, hash.b, sizeof hash.b);
        }
        struct buf first = {0};
        struct buf again = {0};
        struct json_writer w;
        json_write_init(&w, &first, 0);
        config_write(&w, NULL, &g.config);
        buf_put_u8(&first, 0);
        struct config c = read_text((const char *)first.p);
        json_write_init(&w, &again, 0);
        config_write(&w, NULL, &c);
        buf_put_u8(&again, 0);
        EXPECT_STR((const char *)again.p, (const char *)first.p);
        buf_fini(&first);
        buf_fini(&again);
    }
    b256 hash;
    EXPECT(chain_builtin("ropsten", &hash) == NULL);
}

TEST(config, a_schedule_follows_blocks_times_and_the_merge)
{
    struct config c =
        read_text("{" TO_LONDON ",\"terminalTotalDifficulty\":100,\"shanghaiTime\":50,"
                  "\"cancunTime\":60,\"pragueTime\":70,\"osakaTime\":80,\"bpo1Time\":90,"
                  "\"blobSchedule\":{\"bpo1\":{\"target\":10,\"max\":15,"
                  "\"baseFeeUpdateFraction\":8346193}},\"hybrid\":["
                  "{\"time\":60,\"cyclesPerGas\":8},{\"time\":80,\"maxTxGas\":9}]}");
    struct schedule s;
    struct buf why = {0};
    EXPECT(config_check(&c, &why));
    config_schedule(&s, &c);
    u256 low = u256_from_u64(99);
    u256 high = u256_from_u64(100);
    EXPECT_EQ(schedule_rules(&s, 7, 55, &low).fork, FORK_LONDON); // not merged yet
    EXPECT_EQ(schedule_rules(&s, 7, 49, &high).fork, FORK_PARIS);
    EXPECT(!schedule_rules(&s, 7, 55, &high).params.riscv);
    EXPECT_EQ(schedule_rules(&s, 7, 60, &high).fork, FORK_CANCUN);
    EXPECT_EQ(schedule_rules(&s, 7, 60, &high).params.cycles_per_gas, 8);
    EXPECT(!schedule_rules(&s, 7, 79, &high).has_tx_gas_max);
    EXPECT_EQ(schedule_rules(&s, 7, 80, &high).tx_gas_max, 9);
    EXPECT_EQ(schedule_rules(&s, 7, 80, &high).params.cycles_per_gas, 4);
    EXPECT_EQ(schedule_rules(&s, 7, 80, &high).blobs.max, 9); // Osaka goes on with Prague's
    EXPECT_EQ(schedule_rules(&s, 7, 90, &high).blobs.max, 15);
}

TEST(config, glaciers_hold_the_bomb_back)
{
    struct config c =
        read_text("{\"homesteadBlock\":0,\"eip150Block\":0,\"eip158Block\":0,"
                  "\"byzantiumBlock\":1,\"constantinopleBlock\":2,\"istanbulBlock\":3,"
                  "\"muirGlacierBlock\":4,\"berlinBlock\":5,\"londonBlock\":6,"
                  "\"arrowGlacierBlock\":7,\"grayGlacierBlock\":8}");
    struct schedule s;
    config_schedule(&s, &c);
    static const u64 delays[] = {0,       3000000, 5000000,  5000000, 9000000,
                                 9000000, 9700000, 10700000, 11400000};
    u256 none = u256_zero();
    for (u64 i = 0; i < COUNT_OF(delays); i++) {
        EXPECT_EQ(schedule_rules(&s, i, 0, &none).bomb_delay, delays[i]);
    }
    EXPECT_EQ(schedule_rules(&s, 2, 0, &none).fork, FORK_PETERSBURG); // nothing says otherwise
}

TEST(config, the_hybrid_section_counts_in_the_fork_id)
{
    struct config plain = read_text("{\"chainId\":7}");
    struct config one = read_text("{\"hybrid\":{\"time\":5}}");
    struct config two = read_text("{\"hybrid\":{\"time\":5,\"cyclesPerGas\":8}}");
    struct config filled =
        read_text("{\"hybrid\":[{\"time\":5,\"abi\":1,\"maxCodeSize\":262144}]}");
    struct header g = {.timestamp = 1};
    struct buf text = {0};
    config_put_canonical_hybrid(&text, &one);
    buf_put_u8(&text, 0);
    EXPECT_STR((const char *)text.p,
               "[{\"time\":5,\"abi\":1,\"cyclesPerGas\":4,\"maxCodeSize\":262144,"
               "\"codeDepositGas\":null,\"maxTxGas\":null}]");
    buf_fini(&text);
    struct fork_id ids[] = {
        config_fork_id(&plain, &g, 1, 1), config_fork_id(&one, &g, 1, 1),
        config_fork_id(&two, &g, 1, 1),   config_fork_id(&filled, &g, 1, 1),
        config_fork_id(&one, &g, 1, 5),
    };
    EXPECT_EQ(ids[0].next, 0);
    EXPECT_EQ(ids[1].next, 5);
    EXPECT_EQ(ids[4].next, 0);
    EXPECT(!equal_bytes(ids[0].hash, ids[1].hash, 4));
    EXPECT(!equal_bytes(ids[1].hash, ids[2].hash, 4));
    EXPECT(!equal_bytes(ids[1].hash, ids[4].hash, 4));
    EXPECT_BYTES(ids[1].hash, ids[3].hash, 4); // defaults count as if they were written
}
