// SPDX-License-Identifier: MIT
// Reading and writing of the control and status registers that hold something; see csr.h.
#include "engine/rv/csr.h"

#define MISA 0x800000000000112Dull // RV64, extensions A C D F I M

enum {
    CSR_FFLAGS = 0x001,
    CSR_FRM = 0x002,
    CSR_FCSR = 0x003,
    CSR_MSTATUS = 0x300,
    CSR_MISA = 0x301,
    CSR_MIE = 0x304,
    CSR_MTVEC = 0x305,
    CSR_MSCRATCH = 0x340,
    CSR_MEPC = 0x341,
    CSR_MCAUSE = 0x342,
    CSR_MTVAL = 0x343,
    CSR_MIP = 0x344,
};

u64 rv_csr_read(const struct rv_machine *m, u32 number)
{
    switch (number) {
    case CSR_FFLAGS:
        return m->fcsr & 0x1F;
    case CSR_FRM:
        return m->fcsr >> 5;
    case CSR_FCSR:
        return m->fcsr;
    case CSR_MISA:
        return MISA;
    case CSR_MSTATUS:
        return m->mstatus;
    case CSR_MIE:
        return m->mie;
    case CSR_MTVEC:
        return m->mtvec;
    case CSR_MSCRATCH:
        return m->mscratch;
    case CSR_MEPC:
        return m->mepc;
    case CSR_MCAUSE:
        return m->mcause;
    case CSR_MTVAL:
        return m->mtval;
    case CSR_MIP:
        return m->mip;
    default:
        return 0;
    }
}

void rv_csr_write(struct rv_machine *m, u32 number, u64 value)
{
    switch (number) {
    case CSR_FFLAGS:
        m->fcsr = (m->fcsr & 0xE0) | ((u32)value & 0x1F);
        break;
    case CSR_FRM:
        m->fcsr = (m->fcsr & 0x1F) | ((u32)value & 7) << 5;
        break;
    case CSR_FCSR:
        m->fcsr = value & 0xFF;
        break;
    case CSR_MSTATUS:
        m->mstatus = value;
        break;
    case CSR_MIE:
        m->mie = value;
        break;
    case CSR_MTVEC:
        m->mtvec = value;
        break;
    case CSR_MSCRATCH:
        m->mscratch = value;
        break;
    case CSR_MEPC:
        m->mepc = value;
        break;
    case CSR_MCAUSE:
        m->mcause = value;
        break;
    case CSR_MTVAL:
        m->mtval = value;
        break;
    case CSR_MIP:
        m->mip = value;
        break;
    default:
        break;
    }
}
