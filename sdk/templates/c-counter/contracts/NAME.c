// SPDX-License-Identifier: MIT
// A counter that anybody may move on. Storage: slot 0 holds the count.
#include "NAME.abi.h"
#include "hybrid.h"

enum { WORD = 32 };

static hybrid_u256 count(void)
{
    return hybrid_sload(hybrid_u256_from(0));
}

static hybrid_u256 add(hybrid_u256 amount)
{
    hybrid_u256 before = count();
    hybrid_u256 after;
    if (hybrid_u256_add(&after, before, amount)) { // beyond 2^256 - 1
        uint8_t message[4 + 2 * WORD];
        struct hybrid_writer w = {.p = message, .size = sizeof message};
        hybrid_put_selector(&w, ERROR_TooMuch);
        hybrid_put_u256(&w, before);
        hybrid_put_u256(&w, amount);
        hybrid_revert(w.p, w.n);
    }
    hybrid_sstore(hybrid_u256_from(0), after);

    hybrid_address caller = hybrid_caller();
    hybrid_u256 topics[] = {EVENT_Counted, hybrid_u256_of_id(&caller)};
    uint8_t data[WORD];
    hybrid_u256_store(data, after);
    hybrid_event(topics, 2, data, sizeof data);
    hybrid_debug("counted to %w", &after);
    return after;
}

// Moves on another counter, whichever kind of contract it is, and returns its count.
HYBRID_NORETURN static void ask(hybrid_address counter)
{
    uint8_t message[4];
    struct hybrid_writer w = {.p = message, .size = sizeof message};
    hybrid_put_selector(&w, FUNCTION_increment);
    hybrid_end_as_called(hybrid_call(&counter, 0, hybrid_written(&w)) == HYBRID_SUCCESS);
}

void contract_constructor(void)
{
    hybrid_sstore(hybrid_u256_from(0), hybrid_arg_u256(hybrid_calldata(), 0));
}

void contract_main(void)
{
    hybrid_bytes args = hybrid_arguments();
    if (!hybrid_u256_is_zero(hybrid_callvalue())) {
        hybrid_revert_reason("this contract takes no ether");
    }
    switch (hybrid_selector()) {
    case FUNCTION_count:
        hybrid_return_u256(count());
    case FUNCTION_increment:
        hybrid_return_u256(add(hybrid_u256_from(1)));
    case FUNCTION_add:
        hybrid_return_u256(add(hybrid_arg_u256(args, 0)));
    case FUNCTION_ask:
        ask(hybrid_arg_address(args, 0));
    default:
        hybrid_revert_reason("no such function");
    }
}
