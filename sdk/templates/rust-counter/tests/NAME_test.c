// SPDX-License-Identifier: MIT
// Tests of the counter, run by `hybrid test` in the real machine, each on a fresh state.
#include "NAME.abi.h"
#include "hybrid_test.h"

HYBRID_FILE(counter_file, "NAME.deploy")

static hybrid_address counter;

void setup(void)
{
    uint8_t start[32] = {[31] = 5};
    counter = hybrid_test_deploy(counter_file(), (hybrid_bytes){start, sizeof start});
}

static hybrid_u256 ask(uint32_t selector)
{
    struct hybrid_test_call c;
    hybrid_test_begin(&c, selector);
    return hybrid_test_call(&c, &counter);
}

void test_begins_where_the_constructor_says(void)
{
    EXPECT_U256(ask(FUNCTION_count), hybrid_u256_from(5));
}

void test_increments_by_one(void)
{
    EXPECT_U256(ask(FUNCTION_increment), hybrid_u256_from(6));
    EXPECT_U256(ask(FUNCTION_increment), hybrid_u256_from(7));
    EXPECT_U256(ask(FUNCTION_count), hybrid_u256_from(7));
}

void test_does_not_wrap_around(void)
{
    hybrid_u256 largest = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    struct hybrid_test_call c;
    hybrid_test_begin(&c, FUNCTION_add);
    hybrid_put_u256(&c.w, largest);
    hybrid_test_call_fails(&c, &counter);
    EXPECT_U256(ask(FUNCTION_count), hybrid_u256_from(5));
}
