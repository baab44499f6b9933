// SPDX-License-Identifier: MIT
// One instruction of the bare machine: the rows of spec/rv64.def with a hart, traps and privileges
// around them. Every family is a few lines here; what an instruction computes is in its row alone.
#include "engine/rv/bare/priv.h"
#include "engine/rv/fp.h"
#include "engine/rv/semantics.h"
#include "lib/base/bytes.h"

#define DYNAMIC_RM 7

static bool illegal(struct bare_hart *hart, u32 bits)
{
    return bare_raise(hart, CAUSE_ILLEGAL, bits);
}

static bool fp_is_off(const struct bare_hart *hart)
{
    return (hart->mstatus & MSTATUS_FS) == 0;
}

// The mode that an instruction rounds with; false if frm holds none.
static bool rounding(const struct bare_hart *hart, const struct rv_insn *insn, enum fp_round *rm)
{
    const u32 mode = insn->rm == DYNAMIC_RM ? hart->frm : insn->rm;
    *rm = (enum fp_round)mode;
    return !fp_is_off(hart) && mode <= FP_RMM;
}

static void set_f(struct bare_hart *hart, u32 rd, u64 value)
{
    hart->f[rd] = value;
    hart->mstatus |= MSTATUS_FS;
}

static void add_flags(struct bare_hart *hart, u32 flags)
{
    if (flags != 0) {
        hart->fflags |= flags;
        hart->mstatus |= MSTATUS_FS;
    }
}

static u64 read_f32(const struct bare_hart *hart, u32 r)
{
    return fp_unbox(hart->f[r]);
}

static u64 read_f64(const struct bare_hart *hart, u32 r)
{
    return hart->f[r];
}

static bool atomic_lr(struct bare_hart *hart, const struct rv_insn *insn, u32 size)
{
    u64 pa;
    const u8 *at = bare_atomic(hart, &pa, hart->x[insn->rs1], size, BARE_READ);
    if (at == NULL) {
        return false;
    }
    hart->reservation = pa;
    hart->reservation_size = size;
    hart->x[insn->rd] = size == 4 ? rv_sext32(load_le32(at)) : load_le64(at);
    return true;
}

static bool atomic_sc(struct bare_hart *hart, const struct rv_insn *insn, u32 size)
{
    u64 pa;
    u8 *at = bare_atomic(hart, &pa, hart->x[insn->rs1], size, BARE_WRITE);
    if (at == NULL) {
        return false;
    }
    const bool holds = hart->reservation_size == size && hart->reservation == pa;
    hart->reservation_size = 0;
    if (holds && size == 4) {
        store_le32(at, (u32)hart->x[insn->rs2]);
    } else if (holds) {
        store_le64(at, hart->x[insn->rs2]);
    }
    if (holds) {
        bare_stored(hart, pa, size);
    }
    hart->x[insn->rd] = !holds;
    return true;
}

// False if there is no such CSR or this mode may not access it so.
static bool csr(struct bare_hart *hart, const struct rv_insn *insn)
{
    const u32 number = (u32)insn->imm & 0xfff;
    const bool write = rv_insn_writes_csr(insn);
    u64 old = 0;
    u64 value = 0;
    if (!bare_csr_may(hart, number, write) || !bare_csr_read(hart, &old, number)) {
        return false;
    }
    switch (insn->op) {
#define CSR_CASE(NAME, operand, expression)                                                        \
    case RV_OP_##NAME: {                                                                           \
        const u64 a = operand;                                                                     \
        value = expression;                                                                        \
        break;                                                                                     \
    }
#define RV_CSR(NAME, text, match, cost, e) CSR_CASE(NAME, hart->x[insn->rs1], e)
#define RV_CSRI(NAME, text, match, cost, e) CSR_CASE(NAME, insn->rs1, e)
#include "spec/rv64.def"
    default:
        break;
    }
    if (write && !bare_csr_write(hart, number, value)) {
        return false;
    }
    hart->x[insn->rd] = old;
    return true;
}

// The instructions of the environment; *next is where they go. mret and sret leave their mode, so
// read it here.
static bool environment(struct bare_hart *hart, const struct rv_insn *insn, u32 bits, u64 *next)
{
    const u64 status = hart->mstatus;
    const enum bare_mode mode = hart->mode;
    switch (insn->op) {
    case RV_OP_ECALL:
        return bare_raise(hart, (enum bare_cause)(CAUSE_ECALL_U + (u32)mode), 0);
    case RV_OP_EBREAK:
        return bare_raise(hart, CAUSE_BREAKPOINT, hart->pc);
    case RV_OP_MRET:
        if (mode != BARE_M) {
            return illegal(hart, bits);
        }
        bare_return(hart, BARE_M);
        *next = hart->pc;
        return true;
    case RV_OP_SRET:
        if (mode == BARE_U || (mode == BARE_S && (status & MSTATUS_TSR) != 0)) {
            return illegal(hart, bits);
        }
        bare_return(hart, BARE_S);
        *next = hart->pc;
        return true;
    case RV_OP_WFI:
        return mode == BARE_M || (status & MSTATUS_TW) == 0 ? true : illegal(hart, bits);
    case RV_OP_SFENCE_VMA:
        if (mode == BARE_U || (mode == BARE_S && (status & MSTATUS_TVM) != 0)) {
            return illegal(hart, bits);
        }
        return true;
    default:
        return illegal(hart, bits);
    }
}

// Loads, stores and atomics; false after an exception.
static bool memory(struct bare_hart *hart, const struct rv_insn *insn)
{
    const u64 va = hart->x[insn->rs1] + (u64)(i64)insn->imm;
    u64 value;
    switch (insn->op) {
#define RV_LOAD(NAME, text, match, cost, type)                                                     \
    case RV_OP_##NAME:                                                                             \
        if (!bare_load(hart, &value, va, sizeof(type))) {                                          \
            return false;                                                                          \
        }                                                                                          \
        hart->x[insn->rd] = (u64)(type)value;                                                      \
        return true;
#define RV_STORE(NAME, text, match, cost, type)                                                    \
    case RV_OP_##NAME:                                                                             \
        return bare_store(hart, va, sizeof(type), hart->x[insn->rs2]);
#define RV_FLOAD(NAME, text, match, cost, type)                                                    \
    case RV_OP_##NAME:                                                                             \
        if (!bare_load(hart, &value, va, sizeof(type))) {                                          \
            return false;                                                                          \
        }                                                                                          \
        set_f(hart, insn->rd, sizeof(type) == 4 ? fp_box((u32)value) : value);                     \
        return true;
#define RV_FSTORE(NAME, text, match, cost, type)                                                   \
    case RV_OP_##NAME:                                                                             \
        return bare_store(hart, va, sizeof(type), hart->f[insn->rs2]);
#define RV_LR(NAME, text, match, cost, type)                                                       \
    case RV_OP_##NAME:                                                                             \
        return atomic_lr(hart, insn, sizeof(type));
#define RV_SC(NAME, text, match, cost, type)                                                       \
    case RV_OP_##NAME:                                                                             \
        return atomic_sc(hart, insn, sizeof(type));
#define RV_AMO(NAME, text, match, cost, type, expression)                                          \
    case RV_OP_##NAME: {                                                                           \
        u64 pa;                                                                                    \
        u8 *at = bare_atomic(hart, &pa, hart->x[insn->rs1], sizeof(type), BARE_WRITE);             \
        if (at == NULL) {                                                                          \
            return false;                                                                          \
        }                                                                                          \
        const type b = (type)hart->x[insn->rs2];                                                   \
        type m;                                                                                    \
        copy_bytes(&m, at, sizeof m);                                                              \
        const type result = (type)(expression);                                                    \
        copy_bytes(at, &result, sizeof result);                                                    \
        bare_stored(hart, pa, sizeof(type));                                                       \
        (void)b;                                                                                   \
        hart->x[insn->rd] = sizeof(type) == 4 ? rv_sext32(m) : m;                                  \
        return true;                                                                               \
    }
#include "spec/rv64.def"
    default:
        return false;
    }
}

// What every floating-point computation has: FS is not off, a rounding mode, flags.
#define FP_CASE(NAME, body)                                                                        \
    case RV_OP_##NAME:                                                                             \
        body;                                                                                      \
        break;
#define WRITE_F(width, expression)                                                                 \
    set_f(hart, insn->rd, (width) == 32 ? fp_box((u32)(expression)) : (u64)(expression))

static bool floating(struct bare_hart *hart, const struct rv_insn *insn, u32 bits)
{
    enum fp_round rm = FP_RNE;
    u32 raised = 0;
    u32 *const flags = &raised;
    bool legal = !fp_is_off(hart);
    switch (insn->op) {
#define NEEDS_ROUNDING(NAME) case RV_OP_##NAME:
#define RV_F_FFF_RM(NAME, ...) NEEDS_ROUNDING(NAME)
#define RV_F_FF_RM(NAME, ...) NEEDS_ROUNDING(NAME)
#define RV_F_F_RM(NAME, ...) NEEDS_ROUNDING(NAME)
#define RV_X_F_RM(NAME, ...) NEEDS_ROUNDING(NAME)
#define RV_F_X_RM(NAME, ...) NEEDS_ROUNDING(NAME)
#include "spec/rv64.def"
        legal = rounding(hart, insn, &rm);
        break;
    default:
        break;
    }
    if (!legal) {
        return illegal(hart, bits);
    }
    switch (insn->op) {
#define OPERAND(name, width, r)                                                                    \
    const u##width name = (u##width)read_f##width(hart, insn->r);                                  \
    (void)name
#define RV_F_FFF_RM(NAME, text, match, cost, width, expression)                                    \
    FP_CASE(NAME, {                                                                                \
        OPERAND(a, width, rs1);                                                                    \
        OPERAND(b, width, rs2);                                                                    \
        OPERAND(c, width, rs3);                                                                    \
        WRITE_F(width, expression);                                                                \
    })
#define RV_F_FF_RM(NAME, text, match, cost, width, expression)                                     \
    FP_CASE(NAME, {                                                                                \
        OPERAND(a, width, rs1);                                                                    \
        OPERAND(b, width, rs2);                                                                    \
        WRITE_F(width, expression);                                                                \
    })
#define RV_F_FF RV_F_FF_RM
#define RV_F_F_RM(NAME, text, match, cost, to, from, expression)                                   \
    FP_CASE(NAME, {                                                                                \
        OPERAND(a, from, rs1);                                                                     \
        WRITE_F(to, expression);                                                                   \
    })
#define RV_X_FF(NAME, text, match, cost, width, expression)                                        \
    FP_CASE(NAME, {                                                                                \
        OPERAND(a, width, rs1);                                                                    \
        OPERAND(b, width, rs2);                                                                    \
        hart->x[insn->rd] = expression;                                                            \
    })
#define RV_X_F(NAME, text, match, cost, width, expression)                                         \
    FP_CASE(NAME, {                                                                                \
        OPERAND(a, width, rs1);                                                                    \
        hart->x[insn->rd] = expression;                                                            \
    })
#define RV_X_F_RM RV_X_F
#define RV_F_X(NAME, text, match, cost, width, expression)                                         \
    FP_CASE(NAME, {                                                                                \
        const u64 a = hart->x[insn->rs1];                                                          \
        WRITE_F(width, expression);                                                                \
    })
#define RV_F_X_RM RV_F_X
#include "spec/rv64.def"
    default:
        return illegal(hart, bits);
    }
    add_flags(hart, raised);
    return true;
}

#define CASE_OF(NAME, ...) case RV_OP_##NAME:

// Everything that looks beyond the integer registers; what can trap.
static bool execute_other(struct bare_hart *hart, const struct rv_insn *insn, u32 bits, u64 *next)
{
    switch (insn->op) {
#define RV_CSR CASE_OF
#define RV_CSRI CASE_OF
#include "spec/rv64.def"
        return csr(hart, insn) || illegal(hart, bits);
#define RV_SYS CASE_OF
#define RV_BARE CASE_OF
#include "spec/rv64.def"
        return environment(hart, insn, bits, next);
#define RV_FLOAD CASE_OF
#define RV_FSTORE CASE_OF
#include "spec/rv64.def"
        return fp_is_off(hart) ? illegal(hart, bits) : memory(hart, insn);
#define RV_LOAD CASE_OF
#define RV_STORE CASE_OF
#define RV_LR CASE_OF
#define RV_SC CASE_OF
#define RV_AMO CASE_OF
#include "spec/rv64.def"
        return memory(hart, insn);
#define RV_F_FFF_RM CASE_OF
#define RV_F_FF_RM CASE_OF
#define RV_F_F_RM CASE_OF
#define RV_F_FF CASE_OF
#define RV_X_FF CASE_OF
#define RV_X_F_RM CASE_OF
#define RV_X_F CASE_OF
#define RV_F_X_RM CASE_OF
#define RV_F_X CASE_OF
#include "spec/rv64.def"
        return floating(hart, insn, bits);
    default:
        return bare_compare_and_swap(hart, bits);
    }
}

bool bare_execute(struct bare_hart *hart, const struct rv_insn *insn, u32 bits)
{
    u64 *const x = hart->x;
    const u64 a = x[insn->rs1];
    const u64 b = x[insn->rs2];
    const u64 imm = (u64)(i64)insn->imm;
    const u64 pc = hart->pc;
    u64 next = pc + insn->size;
    switch (insn->op) {
#define RV_R(NAME, text, match, cost, expression)                                                  \
    case RV_OP_##NAME:                                                                             \
        x[insn->rd] = (u64)(expression);                                                           \
        break;
#define RV_I RV_R
#define RV_SHIFT RV_R
#define RV_SHIFTW RV_R
#define RV_UNARY RV_R
#define RV_U RV_R
#define RV_JAL(NAME, ...)                                                                          \
    case RV_OP_##NAME:                                                                             \
        x[insn->rd] = next;                                                                        \
        next = pc + imm;                                                                           \
        break;
#define RV_JALR(NAME, ...)                                                                         \
    case RV_OP_##NAME:                                                                             \
        x[insn->rd] = next;                                                                        \
        next = (a + imm) & ~1ull;                                                                  \
        break;
#define RV_BRANCH(NAME, text, match, cost, condition)                                              \
    case RV_OP_##NAME:                                                                             \
        next = (condition) ? pc + imm : next;                                                      \
        break;
#define RV_FENCE(NAME, ...)                                                                        \
    case RV_OP_##NAME:                                                                             \
        break;
#include "spec/rv64.def"
    default:
        if (!execute_other(hart, insn, bits, &next)) {
            return false;
        }
        break;
    }
    x[0] = 0;
    hart->pc = next;
    return true;
}
