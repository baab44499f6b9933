// SPDX-License-Identifier: MIT
// Halt reasons and faults: the two enums that cross every layer. Both are made from tables in
// spec/.
#pragma once

#include "lib/base/cc.h"

enum halt {
    HALT_NONE = 0,
#define HALT(NAME, text) HALT_##NAME,
#include "spec/halts.def"
    HALT_COUNT
};

enum fault {
    FAULT_NONE = 0,
#define FAULT(NAME, text) FAULT_##NAME,
#include "spec/faults.def"
    FAULT_COUNT
};

#define TRY(expression)                                                                            \
    do {                                                                                           \
        enum fault try_fault_ = (expression);                                                      \
        if (UNLIKELY(try_fault_ != FAULT_NONE)) {                                                  \
            return try_fault_;                                                                     \
        }                                                                                          \
    } while (0)

const char *halt_name(enum halt h);   // "out_of_gas" …; "none" for HALT_NONE; static text
const char *fault_text(enum fault f); // a sentence without full stop; static text
