// SPDX-License-Identifier: MIT
// The disassembler. What is printed for an instruction is its row's text and the operands of its
// family, written as a string of letters and commas:
//   d s t    x registers rd, rs1, rs2 (of loads and stores of FP: f registers d, t)
//   D S T R  f registers rd, rs1, rs2, rs3
//   i        immediate, decimal           h  shift amount, hexadecimal
//   u        upper immediate              p  address that a jump goes to
//   o        immediate and (rs1)          b  (rs1)
//   c        CSR                          z  immediate of a CSR instruction
//   m        rounding mode, if it is not the dynamic one
//   f        predecessor and successor of a fence
#include "engine/rv/disasm.h"

#include "engine/rv/decode.h"
#include "lib/base/cc.h"

struct text {
    char *out;
    usize cap, n; // n: of the whole text
};

struct source {
    struct rv_insn insn;
    u32 bits;
    u64 pc;
    u32 flags;
};

static const char *const operands_of_family[] = {
    [RV_FAMILY_ILLEGAL] = "",
    [RV_FAMILY_R] = "d,s,t",
    [RV_FAMILY_I] = "d,s,i",
    [RV_FAMILY_SHIFT] = "d,s,h",
    [RV_FAMILY_SHIFTW] = "d,s,h",
    [RV_FAMILY_UNARY] = "d,s",
    [RV_FAMILY_U] = "d,u",
    [RV_FAMILY_LOAD] = "d,o",
    [RV_FAMILY_STORE] = "t,o",
    [RV_FAMILY_FENCE] = "f",
    [RV_FAMILY_JAL] = "d,p",
    [RV_FAMILY_JALR] = "d,o",
    [RV_FAMILY_BRANCH] = "s,t,p",
    [RV_FAMILY_SYS] = "",
    [RV_FAMILY_BARE] = "s,t",
    [RV_FAMILY_CSR] = "d,c,s",
    [RV_FAMILY_CSRI] = "d,c,z",
    [RV_FAMILY_LR] = "d,b",
    [RV_FAMILY_SC] = "d,t,b",
    [RV_FAMILY_AMO] = "d,t,b",
    [RV_FAMILY_FLOAD] = "d,o",
    [RV_FAMILY_FSTORE] = "t,o",
    [RV_FAMILY_F_FFF_RM] = "D,S,T,Rm",
    [RV_FAMILY_F_FF_RM] = "D,S,Tm",
    [RV_FAMILY_F_F_RM] = "D,Sm",
    [RV_FAMILY_F_FF] = "D,S,T",
    [RV_FAMILY_X_FF] = "d,S,T",
    [RV_FAMILY_X_F_RM] = "d,Sm",
    [RV_FAMILY_X_F] = "d,S",
    [RV_FAMILY_F_X_RM] = "D,sm",
    [RV_FAMILY_F_X] = "D,s",
};

#define OPERANDS_CIW "d,s,i"
#define OPERANDS_CL_W "d,o"
#define OPERANDS_CL_D "d,o"
#define OPERANDS_CS_W "t,o"
#define OPERANDS_CS_D "t,o"
#define OPERANDS_CI_NOP "i"
#define OPERANDS_CI "d,i"
#define OPERANDS_CI_LI "d,i"
#define OPERANDS_CI_SP "d,i"
#define OPERANDS_CI_LUI "d,u"
#define OPERANDS_CI_SHIFT "d,h"
#define OPERANDS_CI_LW "d,o"
#define OPERANDS_CI_LD "d,o"
#define OPERANDS_CSS_W "t,o"
#define OPERANDS_CSS_D "t,o"
#define OPERANDS_CB_SHIFT "d,h"
#define OPERANDS_CB_IMM "d,i"
#define OPERANDS_CA "d,t"
#define OPERANDS_CJ "p"
#define OPERANDS_CB "s,p"
#define OPERANDS_CR_JR "s"
#define OPERANDS_CR_JALR "s"
#define OPERANDS_CR_MV "d,t"
#define OPERANDS_CR_ADD "d,t"
#define OPERANDS_CR_EBREAK ""

static const struct {
    const char *text;
    const char *operands;
} forms[RV_FORM_COUNT] = {
    [RV_FORM_NONE] = {"", ""},
#define RV_C(NAME, text, match, mask, op, format, valid)                                           \
    [RV_FORM_##NAME] = {text, OPERANDS_##format},
#include "spec/rv64.def"
};

static const char *const x_names[32] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                        "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                        "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                        "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
static const char *const f_names[32] = {"ft0", "ft1", "ft2",  "ft3",  "ft4", "ft5", "ft6",  "ft7",
                                        "fs0", "fs1", "fa0",  "fa1",  "fa2", "fa3", "fa4",  "fa5",
                                        "fa6", "fa7", "fs2",  "fs3",  "fs4", "fs5", "fs6",  "fs7",
                                        "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};
static const char *const rounding_names[8] = {"rne", "rtz", "rdn", "rup", "rmm", "", "", "dyn"};

// ---- text --------------------------------------------------------------------------------------

static void put_char(struct text *t, char c)
{
    if (t->n + 1 < t->cap) {
        t->out[t->n] = c;
    }
    t->n++;
}

static void put(struct text *t, const char *s)
{
    for (; *s != 0; s++) {
        put_char(t, *s);
    }
}

static void put_number(struct text *t, u64 v, u32 base)
{
    char digits[20];
    u32 n = 0;
    do {
        digits[n++] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v != 0);
    while (n > 0) {
        put_char(t, digits[--n]);
    }
}

static void put_hex(struct text *t, u64 v)
{
    put(t, "0x");
    put_number(t, v, 16);
}

static void put_signed(struct text *t, i64 v)
{
    if (v < 0) {
        put_char(t, '-');
    }
    put_number(t, v < 0 ? -(u64)v : (u64)v, 10);
}

// ---- operands ----------------------------------------------------------------------------------

static void put_register(struct text *t, const struct source *s, bool is_f, u32 r)
{
    if (s->flags & RV_DISASM_NUMERIC) {
        put_char(t, is_f ? 'f' : 'x');
        put_number(t, r, 10);
    } else {
        put(t, is_f ? f_names[r] : x_names[r]);
    }
}

static const char *csr_name(u32 number)
{
    switch (number) {
#define CSR_NAME(NAME, text, number, ...)                                                          \
    case number:                                                                                   \
        return text;
#define CSR_ZERO(...) CSR_NAME(__VA_ARGS__, 0)
#define CSR_MISA(...) CSR_NAME(__VA_ARGS__, 0)
#define CSR_PLAIN(...) CSR_NAME(__VA_ARGS__, 0)
#define CSR_FP(...) CSR_NAME(__VA_ARGS__, 0)
#include "spec/csr.def"
    default:
        return NULL;
    }
}

static void put_csr(struct text *t, u32 number)
{
    const char *name = csr_name(number);
    if (name != NULL) {
        put(t, name);
    } else {
        put_hex(t, number);
    }
}

// Conversions that are always exact have a rounding mode that says nothing; assemblers leave it 0.
static bool shows_rounding(const struct rv_insn *insn)
{
    bool is_exact =
        insn->op == RV_OP_FCVT_D_S || insn->op == RV_OP_FCVT_D_W || insn->op == RV_OP_FCVT_D_WU;
    return insn->rm != 7 && !(is_exact && insn->rm == 0);
}

static void put_fence_set(struct text *t, u32 set)
{
    for (u32 i = 0; i < 4; i++) {
        if (set >> (3 - i) & 1) {
            put_char(t, "iorw"[i]);
        }
    }
    if (set == 0) {
        put(t, "unknown");
    }
}

static void put_operand(struct text *t, const struct source *s, char letter)
{
    const struct rv_insn *insn = &s->insn;
    enum rv_family family = rv_op_family(insn->op);
    bool is_f = family == RV_FAMILY_FLOAD || family == RV_FAMILY_FSTORE;
    switch (letter) {
    case 'd':
        put_register(t, s, is_f, insn->rd);
        break;
    case 's':
        put_register(t, s, false, insn->rs1);
        break;
    case 't':
        put_register(t, s, is_f, insn->rs2);
        break;
    case 'D':
        put_register(t, s, true, insn->rd);
        break;
    case 'S':
        put_register(t, s, true, insn->rs1);
        break;
    case 'T':
        put_register(t, s, true, insn->rs2);
        break;
    case 'R':
        put_register(t, s, true, insn->rs3);
        break;
    case 'i':
        put_signed(t, insn->imm);
        break;
    case 'h':
        put_hex(t, (u32)insn->imm);
        break;
    case 'u':
        put_hex(t, (u32)insn->imm >> 12);
        break;
    case 'p':
        put_hex(t, s->pc + (u64)(i64)insn->imm);
        break;
    case 'o':
        put_signed(t, insn->imm);
        FALLTHROUGH;
    case 'b':
        put_char(t, '(');
        put_register(t, s, false, insn->rs1);
        put_char(t, ')');
        break;
    case 'c':
        put_csr(t, (u32)insn->imm);
        break;
    case 'z':
        put_number(t, insn->rs1, 10);
        break;
    case 'm':
        if (shows_rounding(insn)) {
            put_char(t, ',');
            put(t, rounding_names[insn->rm]);
        }
        break;
    case 'f':
        put_fence_set(t, s->bits >> 24 & 15);
        put_char(t, ',');
        put_fence_set(t, s->bits >> 20 & 15);
        break;
    default:
        put_char(t, letter);
        break;
    }
}

static void put_instruction(struct text *t, const struct source *s, const char *name,
                            const char *operands)
{
    enum rv_family family = rv_op_family(s->insn.op);
    put(t, name);
    if (family == RV_FAMILY_LR || family == RV_FAMILY_SC || family == RV_FAMILY_AMO) {
        static const char *const order[4] = {"", ".rl", ".aq", ".aqrl"};
        put(t, order[s->insn.rm]);
    }
    if (*operands != 0) {
        put_char(t, '\t');
    }
    for (; *operands != 0; operands++) {
        put_operand(t, s, *operands);
    }
}

// ---- choice of the form ------------------------------------------------------------------------

#define FENCE_TSO 0x8330000Fu
#define FENCE_ALL 0x0FF0000Fu
#define FENCE_PAUSE 0x0100000Fu

static bool put_fence(struct text *t, const struct source *s)
{
    bool aliases = s->flags & RV_DISASM_ALIASES;
    const char *name = s->insn.op == RV_OP_FENCE_I         ? "fence.i"
                       : s->bits == FENCE_TSO              ? "fence.tso"
                       : s->bits == FENCE_PAUSE            ? "pause"
                       : (aliases && s->bits == FENCE_ALL) ? "fence"
                                                           : NULL;
    if (name != NULL) {
        put(t, name);
    }
    return name != NULL;
}

static bool put_alias(struct text *t, const struct source *s)
{
    u32 rd = s->insn.rd, rs1 = s->insn.rs1, rs2 = s->insn.rs2;
    i32 imm = s->insn.imm;
#define RV_ALIAS(OP, text, operands, condition)                                                    \
    if (s->insn.op == RV_OP_##OP && (condition)) {                                                 \
        put_instruction(t, s, text, operands);                                                     \
        return true;                                                                               \
    }
#include "spec/rv64_alias.def"
    return false;
}

// A compressed instruction that changes nothing but the pc keeps its own name: its expansion would
// read like something that was meant.
static bool is_hint(enum rv_form form, const struct rv_insn *insn)
{
    switch ((u32)form) {
    case RV_FORM_C_NOP:
        return insn->imm != 0;
    case RV_FORM_C_ADDI:
    case RV_FORM_C_SRLI:
    case RV_FORM_C_SRAI:
        return insn->imm == 0;
    case RV_FORM_C_SLLI:
        return insn->rd == 0 || insn->imm == 0;
    case RV_FORM_C_LI:
    case RV_FORM_C_LUI:
    case RV_FORM_C_MV:
    case RV_FORM_C_ADD:
        return insn->rd == 0;
    default:
        return false;
    }
}

static void put_form(struct text *t, const struct source *s, enum rv_form form)
{
    bool is_nop = form == RV_FORM_C_NOP && s->insn.imm == 0;
    put_instruction(t, s, forms[form].text, is_nop ? "" : forms[form].operands);
}

static void put_data(struct text *t, const struct source *s)
{
    if (s->insn.size == 4) {
        put(t, ".4byte\t");
        put_hex(t, s->bits);
    } else if ((u16)s->bits == 0) {
        put(t, s->flags & RV_DISASM_ALIASES ? "unimp" : "c.unimp");
    } else {
        put(t, ".2byte\t");
        put_hex(t, (u16)s->bits);
    }
}

static void put_any(struct text *t, const struct source *s, enum rv_form form)
{
    bool aliases = s->flags & RV_DISASM_ALIASES;
    enum rv_family family = rv_op_family(s->insn.op);
    if (s->insn.op == RV_OP_ILLEGAL) {
        put_data(t, s);
        return;
    }
    if (form != RV_FORM_NONE && (!aliases || is_hint(form, &s->insn))) {
        put_form(t, s, form);
        return;
    }
    if (form == RV_FORM_C_MV) {
        put_instruction(t, s, "mv", "d,t");
        return;
    }
    if ((family == RV_FAMILY_FENCE && put_fence(t, s)) || (aliases && put_alias(t, s))) {
        return;
    }
    put_instruction(t, s, rv_op_name(s->insn.op),
                    s->insn.op == RV_OP_SRET ? "" : operands_of_family[family]);
}

usize rv_disasm(char *out, usize cap, u32 bits, u64 pc, u32 flags)
{
    struct text t = {.out = out, .cap = cap};
    struct source s = {.insn = rv_decode(bits), .bits = bits, .pc = pc, .flags = flags};
    enum rv_form form = RV_FORM_NONE;
    if (s.insn.size == 2) {
        form = rv_decode_compressed(&s.insn, (u16)bits);
    }
    put_any(&t, &s, form);
    if (cap > 0) {
        out[t.n < cap ? t.n : cap - 1] = 0;
    }
    return t.n;
}

bool rv_branch_target(u64 *target, u32 bits, u64 pc)
{
    struct rv_insn insn = rv_decode(bits);
    enum rv_family family = rv_op_family(insn.op);
    *target = pc + (u64)(i64)insn.imm;
    return family == RV_FAMILY_BRANCH || family == RV_FAMILY_JAL;
}
