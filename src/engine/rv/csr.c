// SPDX-License-Identifier: MIT
// Reading and writing of the control and status registers, from the rows of spec/csr.def; see
// csr.h.
#include "engine/rv/csr.h"

#define MISA 0x800000000000112Dull // RV64, extensions A C D F I M

u64 rv_csr_read(const struct rv_machine *m, u32 number)
{
    switch (number) {
#define CSR_MISA(NAME, text, number)                                                               \
    case number:                                                                                   \
        return MISA;
#define CSR_PLAIN(NAME, text, number, field)                                                       \
    case number:                                                                                   \
        return m->field;
#define CSR_FP(NAME, text, number, shift, mask)                                                    \
    case number:                                                                                   \
        return m->fcsr >> (shift) & (mask);
#include "spec/csr.def"
    default:
        return 0;
    }
}

void rv_csr_write(struct rv_machine *m, u32 number, u64 value)
{
    switch (number) {
#define CSR_PLAIN(NAME, text, number, field)                                                       \
    case number:                                                                                   \
        m->field = value;                                                                          \
        break;
#define CSR_FP(NAME, text, number, shift, mask)                                                    \
    case number:                                                                                   \
        m->fcsr = (m->fcsr & ~((u32)(mask) << (shift))) | ((u32)value & (mask)) << (shift);        \
        break;
#include "spec/csr.def"
    default:
        break;
    }
}
