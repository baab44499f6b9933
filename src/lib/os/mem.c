// SPDX-License-Identifier: MIT
// The heap of lib/base/mem.h over malloc, the end of the process on a failed check, and the
// injection of allocation failures. Both ways to die say why on standard error and abort, so that a
// core file or a sanitizer shows the place.
#include "lib/base/mem.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/check.h"

// Allocations until one fails, plus one; 0 = no injection. Tests only, hence one for the process.
static _Atomic u64 fail_countdown;

static NORETURN void out_of_memory(usize n)
{
    fprintf(stderr, "fatal: out of memory (allocation of %zu bytes)\n", n);
    abort();
}

static NOINLINE void count_down(usize n)
{
    if (atomic_fetch_sub(&fail_countdown, 1) == 1) {
        out_of_memory(n);
    }
}

static void inject(usize n)
{
    if (UNLIKELY(atomic_load_explicit(&fail_countdown, memory_order_relaxed) != 0)) {
        count_down(n);
    }
}

static void *non_null(void *p, usize n)
{
    if (UNLIKELY(p == NULL)) {
        out_of_memory(n);
    }
    return p;
}

void *mem_alloc(usize n)
{
    inject(n);
    return non_null(malloc(n > 0 ? n : 1), n);
}

void *mem_zalloc(usize n)
{
    inject(n);
    return non_null(calloc(n > 0 ? n : 1, 1), n);
}

void *mem_realloc(void *p, usize n)
{
    inject(n);
    return non_null(realloc(p, n > 0 ? n : 1), n);
}

void mem_free(void *p)
{
    free(p);
}

void mem_fail_after(u64 n)
{
    atomic_store(&fail_countdown, n == 0 ? 0 : n + 1);
}

NORETURN void check_failed(const char *file, u32 line, const char *condition)
{
    fprintf(stderr, "fatal: %s:%u: check failed: %s\n", file, line, condition);
    abort();
}
