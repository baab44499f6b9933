// SPDX-License-Identifier: MIT
// What a test file includes. TEST(module, sentence) defines a test and registers it before main
// runs; the runner (test/runner.c, over cmocka) gives each test a process of its own, so a test may
// crash, hang or change global state without harm to the others. A failed EXPECT* ends the test at
// once and prints its place and the values. TEST_LONG tests run only with --long.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

struct test_case {
    const char *name; // "module.sentence_that_is_true"
    void (*run)(void);
    bool is_long;
    const struct test_case *next;
};

void test_register(struct test_case *t); // kept; called by constructors only

#define TEST_DEFINE_(module, sentence, long_)                                                      \
    static void test_##module##_##sentence(void);                                                  \
    __attribute__((constructor)) static void register_##module##_##sentence(void)                  \
    {                                                                                              \
        static struct test_case self = {#module "." #sentence, test_##module##_##sentence, long_,  \
                                        NULL};                                                     \
        test_register(&self);                                                                      \
    }                                                                                              \
    static void test_##module##_##sentence(void)

#define TEST(module, sentence) TEST_DEFINE_(module, sentence, false)
#define TEST_LONG(module, sentence) TEST_DEFINE_(module, sentence, true)

u64 test_seed(void);         // of the run; --seed repeats it
u64 test_random(u64 *state); // splitmix64; start the state from test_seed()
bool test_is_long(void);     // the run has --long: use more random cases
u32 test_jobs(void);         // processors a test that starts processes may use

// A file by its path relative to the build folder's root or, where it is not there, to the source
// tree: "contracts/token.elf", "test/vectors/keccak.json". The string stays until the fourth call
// after this one.
const char *test_asset(const char *path);
const char *
test_program(const char *name); // a program built in the same mode as this test, "hybrid"
char *test_read(const char *path,
                usize *n); // whole file, a 0 byte behind it; NULL if there is none; free()

NORETURN PRINTF_LIKE(3, 4) void test_fail(const char *file, u32 line, const char *format, ...);

// The bodies of the macros below.
void test_expect_eq(const char *file, u32 line, const char *text, u64 a, u64 b);
void test_expect_ne(const char *file, u32 line, const char *text, u64 a, u64 b);
void test_expect_str(const char *file, u32 line, const char *text, const char *a, const char *b);
void test_expect_bytes(const char *file, u32 line, const char *text, const void *a, const void *b,
                       usize n);
void test_expect_u256(const char *file, u32 line, const char *text, u256 a, u256 b);
bool test_dies(void (*f)(void *), void *context); // runs it in a process of its own

#define EXPECT(c)                                                                                  \
    do {                                                                                           \
        if (!(c)) {                                                                                \
            test_fail(__FILE__, __LINE__, "%s is false", #c);                                      \
        }                                                                                          \
    } while (0)
#define FAIL(...) test_fail(__FILE__, __LINE__, __VA_ARGS__)
// Integers of up to 64 bits, enums, booleans, pointers.
#define EXPECT_EQ(a, b) test_expect_eq(__FILE__, __LINE__, #a " == " #b, (u64)(a), (u64)(b))
#define EXPECT_NE(a, b) test_expect_ne(__FILE__, __LINE__, #a " != " #b, (u64)(a), (u64)(b))
#define EXPECT_STR(a, b) test_expect_str(__FILE__, __LINE__, #a " == " #b, a, b)
#define EXPECT_BYTES(p, q, n) test_expect_bytes(__FILE__, __LINE__, #p " == " #q, p, q, n)
#define EXPECT_U256(a, b) test_expect_u256(__FILE__, __LINE__, #a " == " #b, a, b)
// f(context) must end its process by a signal or with a status other than 0.
#define EXPECT_DIES(f, context) EXPECT(test_dies(f, context))
