// SPDX-License-Identifier: MIT
// For test programs of `hybrid test`: a file tests/NAME_test.c with functions
//
//     void test_something(void)
//
// each of which is called in a transaction of its own on a fresh state, by a contract that has
// 10,000 ether. A test fails if an expectation does, or if it reverts or halts. `void setup(void)`,
// if there is one, runs before each in the same call.
#pragma once

#include "hybrid.h"

HYBRID_NORETURN void hybrid_test_fail(const char *file, uint64_t line, const char *text);
void hybrid_test_equal(const char *file, uint64_t line, const char *text, hybrid_u256 got,
                       hybrid_u256 wanted);

#define EXPECT(condition) ((condition) ? (void)0 : hybrid_test_fail(__FILE__, __LINE__, #condition))
// Of 64-bit numbers, and of hybrid_u256.
#define EXPECT_EQ(got, wanted) EXPECT_U256(hybrid_u256_from(got), hybrid_u256_from(wanted))
#define EXPECT_U256(got, wanted) hybrid_test_equal(__FILE__, __LINE__, #got, got, wanted)

// Puts a file of the folder of results into the program: HYBRID_FILE(counter, "counter.deploy")
// defines a function counter() that gives its bytes. Contracts are built before tests.
#define HYBRID_FILE(name, file)                                                                    \
    __asm__(".pushsection .rodata." #name ", \"a\"\n"                                              \
            "file_" #name ":\n"                                                                    \
            ".incbin \"" file "\"\n"                                                               \
            "file_" #name "_end:\n"                                                                \
            ".popsection");                                                                        \
    extern const uint8_t file_##name[], file_##name##_end[];                                       \
    static inline hybrid_bytes name(void)                                                          \
    {                                                                                              \
        return (hybrid_bytes){file_##name, (size_t)(file_##name##_end - file_##name)};             \
    }

// Creates a contract of init code of either kind and arguments as the contract ABI encodes them;
// fails the test if it cannot be created.
hybrid_address hybrid_test_deploy(hybrid_bytes init_code, hybrid_bytes arguments);

// A call in the making: a selector and words.
struct hybrid_test_call {
    uint8_t data[4 + 32 * 8];
    struct hybrid_writer w;
};
void hybrid_test_begin(struct hybrid_test_call *c, uint32_t selector);
// Calls, and fails the test unless the call succeeds; what was returned is its first word, or 0.
hybrid_u256 hybrid_test_call(struct hybrid_test_call *c, const hybrid_address *to);
// Calls, and fails the test if the call succeeds.
void hybrid_test_call_fails(struct hybrid_test_call *c, const hybrid_address *to);
