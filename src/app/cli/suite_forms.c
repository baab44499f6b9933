// SPDX-License-Identifier: MIT
// See suite_forms.h.
#include "app/cli/suite_forms.h"

#include <stdio.h>

const char *const FORM_NAMES[FORMS] = {"riscv", "native"};

void suite_forms_init(struct suite_forms *f, const struct suite_options *o)
{
    f->vm[0] = o->guest ? vm_new(VM_EVM_GUEST) : NULL;
    f->vm[1] = o->native ? vm_new(VM_EVM_NATIVE) : NULL;
}

void suite_forms_fini(struct suite_forms *f)
{
    for (u32 i = 0; i < FORMS; i++) {
        vm_free(f->vm[i]);
        f->vm[i] = NULL;
    }
}

void suite_write_error(void *ctx, bytes text)
{
    (void)ctx;
    (void)fwrite(text.p, 1, text.n, stderr);
}
