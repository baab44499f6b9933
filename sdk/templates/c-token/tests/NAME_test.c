// SPDX-License-Identifier: MIT
// Tests of the token, run by `hybrid test` in the real machine, each on a fresh state.
#include "NAME.abi.h"
#include "hybrid_test.h"

HYBRID_FILE(token_file, "NAME.deploy")

static hybrid_address token;
static const hybrid_address bob = {{[19] = 0xb0}};

// This contract creates the token, so it holds the supply of 1,000.
void setup(void)
{
    uint8_t data[7 * 32];
    struct hybrid_writer w = {.p = data, .size = sizeof data};
    hybrid_put_u64(&w, 96);  // where the name is
    hybrid_put_u64(&w, 160); // where the symbol is
    hybrid_put_u64(&w, 1000);
    hybrid_put_tail(&w, (hybrid_bytes){(const uint8_t *)"Token", 5});
    hybrid_put_tail(&w, (hybrid_bytes){(const uint8_t *)"TKN", 3});
    token = hybrid_test_deploy(token_file(), hybrid_written(&w));
}

static hybrid_u256 balance_of(const hybrid_address *who)
{
    struct hybrid_test_call c;
    hybrid_test_begin(&c, FUNCTION_balanceOf);
    hybrid_put_address(&c.w, who);
    return hybrid_test_call(&c, &token);
}

static void begin_transfer(struct hybrid_test_call *c, const hybrid_address *to, uint64_t amount)
{
    hybrid_test_begin(c, FUNCTION_transfer);
    hybrid_put_address(&c->w, to);
    hybrid_put_u64(&c->w, amount);
}

void test_gives_the_supply_to_its_creator(void)
{
    hybrid_address self = hybrid_self();
    EXPECT_U256(balance_of(&self), hybrid_u256_from(1000));
}

void test_transfers_what_one_has(void)
{
    struct hybrid_test_call c;
    begin_transfer(&c, &bob, 300);
    EXPECT_U256(hybrid_test_call(&c, &token), hybrid_u256_from(1));
    EXPECT_U256(balance_of(&bob), hybrid_u256_from(300));
}

void test_does_not_transfer_more(void)
{
    struct hybrid_test_call c;
    begin_transfer(&c, &bob, 1001);
    hybrid_test_call_fails(&c, &token);
    EXPECT_U256(balance_of(&bob), hybrid_u256_from(0));
}
