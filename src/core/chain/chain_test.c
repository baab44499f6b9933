// SPDX-License-Identifier: MIT
// Numbers of single rules: fees, intrinsic gas, difficulty, seals. Whole transactions and blocks
// are judged by the official tests (test/official.sh).
#include "core/chain/ethash.h"
#include "core/chain/execute.h"
#include "core/chain/header_rules.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "test/test.h"

TEST(chain, blob_base_fee_grows_by_e_for_each_fraction_of_excess)
{
    EXPECT_U256(blob_base_fee(0, 3338477), u256_one());
    EXPECT_U256(blob_base_fee(2314057, 3338477), u256_one());
    EXPECT_U256(blob_base_fee(2314058, 3338477),
                u256_from_u64(2)); // EIP-4844: ln 2 of the fraction
    EXPECT_U256(blob_base_fee(10 * 1024 * 1024, 3338477), u256_from_u64(23));
}

TEST(chain, base_fee_moves_by_at_most_an_eighth)
{
    struct header parent = {.tail = TAIL_BASE_FEE, .gas_limit = 20000000};
    parent.base_fee = u256_from_u64(1000000000);
    parent.gas_used = 10000000;
    EXPECT_U256(header_base_fee(&parent), u256_from_u64(1000000000));
    parent.gas_used = 20000000;
    EXPECT_U256(header_base_fee(&parent), u256_from_u64(1125000000));
    parent.gas_used = 0;
    EXPECT_U256(header_base_fee(&parent), u256_from_u64(875000000));
    parent.base_fee = u256_from_u64(1);
    parent.gas_used = 20000000;
    EXPECT_U256(header_base_fee(&parent), u256_from_u64(2)); // never stuck
}

TEST(chain, intrinsic_gas_counts_bytes_words_lists_and_the_floor)
{
    struct gas_table p;
    struct transaction t = {.is_create = true};
    gas_table_init(&p, FORK_PRAGUE);
    for (u32 i = 0; i < 33; i++) {
        buf_put_u8(&t.data, i < 3 ? 0 : 1); // 3 zero bytes, 30 others, 2 words
    }
    struct intrinsic_gas g = transaction_intrinsic_gas(&p, &t);
    EXPECT_EQ(g.gas, 21000 + 32000 + 3 * 4 + 30 * 16 + 2 * 2);
    EXPECT_EQ(g.floor, 21000 + 10 * (3 + 4 * 30));
    gas_table_init(&p, FORK_FRONTIER);
    g = transaction_intrinsic_gas(&p, &t);
    EXPECT_EQ(g.gas, 21000 + 3 * 4 + 30 * 68);
    EXPECT_EQ(g.floor, 0);
    transaction_fini(&t);
}

TEST(chain, transitions_of_the_official_tests_are_known_by_name)
{
    struct schedule s;
    u256 none = u256_zero();
    EXPECT(schedule_from_test_name(&s, "BerlinToLondonAt5"));
    EXPECT_EQ(schedule_rules(&s, 4, 0, &none).fork, FORK_BERLIN);
    EXPECT_EQ(schedule_rules(&s, 5, 0, &none).fork, FORK_LONDON);
    EXPECT(schedule_from_test_name(&s, "ShanghaiToCancunAtTime15k"));
    EXPECT_EQ(schedule_rules(&s, 9, 14999, &none).fork, FORK_SHANGHAI);
    EXPECT_EQ(schedule_rules(&s, 1, 15000, &none).fork, FORK_CANCUN);
    EXPECT(!schedule_from_test_name(&s, "Atlantis"));
}

// EIP-7934; in the official tests only in files that are too large to be kept.
TEST(chain, a_block_of_more_than_8_MiB_is_refused_since_osaka)
{
    struct block_rules r = {.fork = FORK_OSAKA};
    struct block b = {.size = 8388609};
    EXPECT_EQ(block_check_body(&r, &b), BLOCK_SIZE);
    b.size = 8388608;
    EXPECT(block_check_body(&r, &b) != BLOCK_SIZE);
    r.fork = FORK_PRAGUE;
    b.size = 8388609;
    EXPECT(block_check_body(&r, &b) != BLOCK_SIZE);
}

// Real seals are in the official PoW tests and in old blockchain tests.
TEST(chain, a_seal_whose_mix_does_not_follow_is_refused)
{
    struct ethash *e = ethash_new();
    b256 header = {{1}};
    b256 mix = {{2}};
    u8 nonce[8] = {3};
    u256 difficulty = u256_one();
    EXPECT(!ethash_verify(e, 22, &header, &mix, nonce, &difficulty));
    ethash_free(e);
}

TEST(chain, a_seed_of_ethash_is_hashed_once_an_epoch)
{
    const b256 zero = {{0}};
    b256 first;
    b256 second;
    b256 seed;
    keccak256(&first, zero.b, sizeof zero.b);
    keccak256(&second, first.b, sizeof first.b);
    EXPECT_EQ(load_be64(first.b), 0x290decd9548b62a8); // of 32 zeros
    ethash_seed(&seed, 29999);
    EXPECT_BYTES(seed.b, zero.b, sizeof zero.b);
    ethash_seed(&seed, 30000);
    EXPECT_BYTES(seed.b, first.b, sizeof first.b);
    ethash_seed(&seed, 89999);
    EXPECT_BYTES(seed.b, second.b, sizeof second.b);
}
