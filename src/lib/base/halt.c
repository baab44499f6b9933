// SPDX-License-Identifier: MIT
// Texts of halt reasons and faults, printed from the same tables that make the enums.
#include "lib/base/halt.h"

#include "lib/base/check.h"

static const char *const halt_names[HALT_COUNT] = {
    [HALT_NONE] = "none",
#define HALT(NAME, text) [HALT_##NAME] = text,
#include "spec/halts.def"
};

static const char *const fault_texts[FAULT_COUNT] = {
    [FAULT_NONE] = "none",
#define FAULT(NAME, text) [FAULT_##NAME] = text,
#include "spec/faults.def"
};

const char *halt_name(enum halt h)
{
    CHECK((u32)h < HALT_COUNT);
    return halt_names[h];
}

const char *fault_text(enum fault f)
{
    CHECK((u32)f < FAULT_COUNT);
    return fault_texts[f];
}
