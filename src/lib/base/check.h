// SPDX-License-Identifier: MIT
// Invariants. CHECK is compiled always and guards memory and committed state; DCHECK only in debug,
// test and fuzz builds. A failed check is a defect of this program, never a bad input, so it ends
// the process. check_failed is defined by lib/os on the host and by guest/main.c inside the
// machine.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

NORETURN void check_failed(const char *file, u32 line, const char *condition);

#define CHECK(c)                                                                                   \
    do {                                                                                           \
        if (UNLIKELY(!(c))) {                                                                      \
            check_failed(__FILE__, __LINE__, #c);                                                  \
        }                                                                                          \
    } while (0)

#ifdef HYBRID_DCHECK
#define DCHECK(c) CHECK(c)
#else
#define DCHECK(c) ((void)sizeof(!(c)))
#endif

#define UNREACHABLE() check_failed(__FILE__, __LINE__, "unreachable")
