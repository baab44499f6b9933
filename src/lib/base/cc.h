// SPDX-License-Identifier: MIT
// Every compiler extension the project uses, under one name each. gcc 12 and clang 14 know all of
// them. Guest code includes this too, so nothing here may need a libc.
#pragma once

#define MUST_USE __attribute__((warn_unused_result))
#define NOINLINE __attribute__((noinline))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define PUBLIC __attribute__((visibility("default")))
#define LIKELY(c) __builtin_expect(!!(c), 1)
#define UNLIKELY(c) __builtin_expect(!!(c), 0)
#define FALLTHROUGH __attribute__((fallthrough))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define static_assert _Static_assert // as in assert.h, which a guest need not have
#define STRING_OF_(x) #x
#define STRING_OF(x) STRING_OF_(x)
