// SPDX-License-Identifier: MIT
// The program around test functions. Its input is the addresses of those to call, 8 bytes each,
// little-endian: `hybrid test` finds them in the program's symbols.
#include "hybrid_test.h"

#define INIT_MAX 262144u

void hybrid_test_fail(const char *file, uint64_t line, const char *text)
{
    hybrid_debug("%s:%u: not so: %s", file, line, text);
    hybrid_revert_reason("an expectation failed");
}

void hybrid_test_equal(const char *file, uint64_t line, const char *text, hybrid_u256 got,
                       hybrid_u256 wanted)
{
    if (!hybrid_u256_equal(got, wanted)) {
        hybrid_debug("%s:%u: %s is %w, not %w", file, line, text, &got, &wanted);
        hybrid_revert_reason("an expectation failed");
    }
}

hybrid_address hybrid_test_deploy(hybrid_bytes init_code, hybrid_bytes arguments)
{
    size_t n = init_code.n + arguments.n;
    if (n > 2 * INIT_MAX) {
        hybrid_revert_reason("init code and arguments are too large");
    }
    uint8_t *all = hybrid_grow((n + 4095) / 4096);
    memcpy(all, init_code.p, init_code.n);
    memcpy(all + init_code.n, arguments.p, arguments.n);
    if (hybrid_create(0, (hybrid_bytes){all, n}) != HYBRID_SUCCESS) {
        hybrid_debug("a contract could not be created (status %u)", (uint64_t)hybrid_last_status());
        hybrid_end_as_called(false);
    }
    return hybrid_created();
}

void hybrid_test_begin(struct hybrid_test_call *c, uint32_t selector)
{
    c->w = (struct hybrid_writer){.p = c->data, .size = sizeof c->data};
    hybrid_put_selector(&c->w, selector);
}

hybrid_u256 hybrid_test_call(struct hybrid_test_call *c, const hybrid_address *to)
{
    uint8_t word[32] = {0};
    if (hybrid_call(to, 0, hybrid_written(&c->w)) != HYBRID_SUCCESS) {
        hybrid_debug("a call of %a failed (status %u)", to, (uint64_t)hybrid_last_status());
        hybrid_end_as_called(false);
    }
    if (hybrid_returndatasize() >= sizeof word) {
        hybrid_returndatacopy(word, 0, sizeof word);
    }
    return hybrid_u256_load(word);
}

void hybrid_test_call_fails(struct hybrid_test_call *c, const hybrid_address *to)
{
    if (hybrid_call(to, 0, hybrid_written(&c->w)) == HYBRID_SUCCESS) {
        hybrid_debug("a call of %a succeeded", to);
        hybrid_revert_reason("a call succeeded that should not");
    }
}

void contract_main(void)
{
    hybrid_bytes input = hybrid_calldata();
    for (size_t at = 0; at + 8 <= input.n; at += 8) {
        uint64_t function;
        memcpy(&function, input.p + at, sizeof function);
        ((void (*)(void))function)();
    }
}
