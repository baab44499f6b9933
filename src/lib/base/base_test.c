// SPDX-License-Identifier: MIT
// The small bricks without a file of their own to test them: byte order, gas, texts of halts and
// faults.
#include "lib/base/bytes.h"
#include "lib/base/gas.h"
#include "lib/base/halt.h"
#include "test/test.h"

TEST(bytes, byte_order_is_the_one_named)
{
    u8 p[9] = {0};
    store_be32(p + 1, 0x01020304);
    EXPECT_BYTES(p, "\0\1\2\3\4", 5);
    EXPECT_EQ(load_le32(p + 1), 0x04030201);
    EXPECT_EQ(load_be32(p + 1), 0x01020304);
    store_le64(p + 1, 0x0102030405060708);
    EXPECT_EQ(load_be64(p + 1), 0x0807060504030201);
    store_be16(p, 0xabcd);
    EXPECT_EQ(load_le16(p), 0xcdab);
}

TEST(bytes, nothing_may_be_copied_from_nowhere)
{
    copy_bytes(NULL, NULL, 0);
    move_bytes(NULL, NULL, 0);
    zero_bytes(NULL, 0);
    EXPECT(equal_bytes(NULL, NULL, 0));
}

TEST(gas, charge_takes_all_or_fails)
{
    gas g = gas_of(100);
    EXPECT(gas_charge(&g, 60));
    EXPECT_EQ(gas_left(g), 40);
    gas_give(&g, 5);
    EXPECT(gas_charge(&g, 45));
    EXPECT_EQ(gas_left(g), 0);
    EXPECT(gas_charge(&g, 0));
    g = gas_of(10);
    EXPECT(!gas_charge(&g, 11));
    EXPECT_EQ(gas_left(g), 0);
}

TEST(halt, each_has_a_name)
{
    EXPECT_STR(halt_name(HALT_NONE), "none");
    EXPECT_STR(halt_name(HALT_OUT_OF_GAS), "out_of_gas");
    for (u32 i = 0; i < HALT_COUNT; i++) {
        EXPECT(halt_name((enum halt)i)[0] != 0);
    }
    for (u32 i = 0; i < FAULT_COUNT; i++) {
        EXPECT(fault_text((enum fault)i)[0] != 0);
    }
}

static void name_of_none(void *context)
{
    (void)context;
    halt_name(HALT_COUNT);
}

TEST(halt, a_number_without_name_is_a_defect)
{
    EXPECT_DIES(name_of_none, NULL);
}
