// SPDX-License-Identifier: MIT
// What `hybrid check` says: every rule has a remedy, limits are those of the chain.
#include "app/cli/kit/check.h"

#include <stdlib.h>

#include "lib/base/bytes.h"
#include "test/test.h"

TEST(check, has_a_remedy_for_each_rule)
{
    for (u32 v = 0; v < HV1_VERDICT_COUNT; v++) {
        EXPECT(check_remedy((enum hv1_verdict)v) != NULL);
    }
}

static struct check of(const u8 *p, usize n)
{
    return check_code((bytes){p, n}, 262144);
}

TEST(check, tells_what_code_it_is)
{
    static const u8 evm[] = {0x60, 1};
    static const u8 reserved[] = {0xEF, 1};
    static const u8 inert[] = {0xFF, 1};
    static const u8 elf[] = {0x7F, 'E', 'L', 'F'};
    static const u8 container[] = {0xFF, 0, 0, 0, 200, 0xFF, 0x7F};
    EXPECT(of(evm, sizeof evm).is_valid);
    EXPECT(of(NULL, 0).is_valid);
    EXPECT(!of(reserved, sizeof reserved).is_valid);
    EXPECT(!of(inert, sizeof inert).is_valid);
    EXPECT_EQ(of(elf, sizeof elf).kind, CHECK_IMAGE);
    EXPECT_EQ(of(elf, sizeof elf).verdict, HV1_TRUNCATED);
    EXPECT_EQ(of(elf, sizeof elf).size, 5);
    EXPECT_EQ(of(container, sizeof container).kind, CHECK_CONTAINER);
    EXPECT(of(container, sizeof container).problem != NULL);
}

TEST(check, knows_the_limits_and_prices_of_an_image)
{
    struct buf code = {0};
    char *file = test_read(test_asset("contracts/counter.elf"), &code.n);
    code.p = (u8 *)file;
    struct check c = check_code(buf_bytes(&code), 262144);
    EXPECT(c.is_valid);
    EXPECT_EQ(c.size, code.n + 1);
    EXPECT_EQ(c.pages, 5); // one of calldata, four of stack
    EXPECT_EQ(c.start_gas, 4 * 128 + 129);
    EXPECT(!check_code(buf_bytes(&code), 100).is_valid);
    EXPECT(check_code(buf_bytes(&code), 100).problem != NULL);
    free(file);
}
