// SPDX-License-Identifier: MIT
// The two forms of the mini-EVM that runners of official tests run and compare.
#pragma once

#include "app/cli/suite.h"
#include "core/vm/vm.h"

#define FORMS 2u

extern const char *const FORM_NAMES[FORMS]; // riscv, native

struct suite_forms {
    struct vm *vm[FORMS]; // NULL: not asked for
};

void suite_forms_init(struct suite_forms *f, const struct suite_options *o);
void suite_forms_fini(struct suite_forms *f);
// For tracers: writes to standard error.
void suite_write_error(void *ctx, bytes text);
