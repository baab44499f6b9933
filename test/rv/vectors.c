// SPDX-License-Identifier: MIT
// Prints the assembler text that tests a group of instructions: tables of operands with the
// expected results and loops that compare. `vectors GROUP` writes to standard output;
// test/rv/GROUP.S includes it. The expected values come from the models here, which follow the
// unprivileged manual's words and share nothing with the machine under test.
#include "vectors.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define LENGTH 64

static u32 table_number;

u64 random_next(void)
{
    static u64 state = 0x5eed;
    u64 z = (state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

void table_begin(void)
{
    printf("    .pushsection .rodata\n    .balign 8\nrows_%u:\n", ++table_number);
}

void table_row(const u64 *value, u32 count)
{
    printf("    .dword ");
    for (u32 i = 0; i < count; i++) {
        printf("%s0x%" PRIx64, i > 0 ? ", " : "", value[i]);
    }
    printf("\n");
}

void loop_begin(void)
{
    printf("rows_%u_end:\n    .popsection\n", table_number);
    printf("    li s11, %u\n    la s0, rows_%u\n    la s1, rows_%u_end\n", table_number * 1000,
           table_number, table_number);
    printf("loop_%u:\n    addi s11, s11, 1\n", table_number);
}

void loop_end(u32 columns)
{
    printf("    addi s0, s0, %u\n    bgeu s0, s1, done_%u\n    j loop_%u\ndone_%u:\n", columns * 8,
           table_number, table_number, table_number);
}

void check_equal(const char *a, const char *b)
{
    static u32 label;
    label++;
    printf("    beq %s, %s, equal_%u\n    j fail\nequal_%u:\n", a, b, label, label);
}

// ---- models ----
// Each takes two operands; of immediates and single operands the second is the immediate or 0.

#define MODEL(name, result)                                                                        \
    static u64 m_##name(u64 a, u64 b)                                                              \
    {                                                                                              \
        return result;                                                                             \
    }

static u64 bit(u64 a, u64 i)
{
    return a >> i & 1;
}

static u64 sext(u64 a, u32 bits) // copies bit (bits - 1) upwards
{
    for (u32 i = bits; i < LENGTH; i++) {
        a = (a & ~(1ull << i)) | bit(a, bits - 1) << i;
    }
    return a;
}

static i128 number(u64 a, bool is_signed) // the value that a register stands for
{
    return is_signed && bit(a, 63) != 0 ? (i128)a - ((i128)1 << 64) : (i128)a;
}

static u64 low(i128 v)
{
    return (u64)v;
}

static u64 zext32(u64 a)
{
    return a & 0xffffffff;
}

MODEL(add, low(number(a, false) + number(b, false)))
MODEL(sub, low(number(a, false) - number(b, false)))
MODEL(slt, number(a, true) < number(b, true) ? 1 : 0)
MODEL(sltu, number(a, false) < number(b, false) ? 1 : 0)

static u64 by_bits(u64 a, u64 b, u32 truth) // truth: bit (2 * x + y) is the result for bits x and y
{
    u64 r = 0;
    for (u32 i = 0; i < LENGTH; i++) {
        r |= (u64)(truth >> (2 * bit(a, i) + bit(b, i)) & 1) << i;
    }
    return r;
}

MODEL(and, by_bits(a, b, 8))
MODEL(or, by_bits(a, b, 14))
MODEL(xor, by_bits(a, b, 6))
MODEL(andn, by_bits(a, b, 4))
MODEL(orn, by_bits(a, b, 13))
MODEL(xnor, by_bits(a, b, 9))

// Moves every bit of the low `bits` by one place, `count` times; `fill` comes in at the end.
static u64 step_left(u64 a, u64 count, u32 bits, bool rotate)
{
    for (u64 n = 0; n < count; n++) {
        u64 out = bit(a, bits - 1);
        a = m_add(a, a) | (rotate ? out : 0);
        a = bits == 32 ? zext32(a) : a;
    }
    return a;
}

static u64 step_right(u64 a, u64 count, u32 bits, u64 fill)
{
    for (u64 n = 0; n < count; n++) {
        a = a / 2 + (fill << (bits - 1));
    }
    return a;
}

MODEL(sll, step_left(a, b % 64, 64, false))
MODEL(srl, step_right(a, b % 64, 64, 0))
MODEL(sra, step_right(a, b % 64, 64, bit(a, 63)))
MODEL(rol, step_left(a, b % 64, 64, true))
MODEL(ror, step_left(a, 64 - b % 64, 64, true))
MODEL(addw, sext(m_add(a, b), 32))
MODEL(subw, sext(m_sub(a, b), 32))
MODEL(sllw, sext(step_left(zext32(a), b % 32, 32, false), 32))
MODEL(srlw, sext(step_right(zext32(a), b % 32, 32, 0), 32))
MODEL(sraw, sext(step_right(zext32(a), b % 32, 32, bit(a, 31)), 32))
MODEL(rolw, sext(step_left(zext32(a), b % 32, 32, true), 32))
MODEL(rorw, sext(step_left(zext32(a), 32 - b % 32, 32, true), 32))

// The high half of a product by schoolbook over 32-bit halves; for negative operands it is
// corrected by hand.
static u64 high_unsigned(u64 a, u64 b)
{
    u64 al = zext32(a), ah = a >> 32, bl = zext32(b), bh = b >> 32;
    u64 middle = al * bh + (al * bl >> 32);
    u64 middle2 = ah * bl + zext32(middle);
    return ah * bh + (middle >> 32) + (middle2 >> 32);
}

static u64 m_mul(u64 a, u64 b)
{
    u64 r = 0;
    for (u32 i = 0; i < LENGTH; i++) {
        r = bit(b, i) != 0 ? m_add(r, m_sll(a, i)) : r;
    }
    return r;
}
MODEL(mulhu, high_unsigned(a, b))
MODEL(mulhsu, m_sub(high_unsigned(a, b), bit(a, 63) != 0 ? b : 0))
MODEL(mulh, m_sub(m_mulhsu(a, b), bit(b, 63) != 0 ? a : 0))
MODEL(mulw, sext(m_mul(a, b), 32))

// Division of numbers, rounding towards zero; the divisor is not zero. What does not fit is cut.
static u64 divide(i128 a, i128 b, bool remainder)
{
    return low(remainder ? a % b : a / b);
}

MODEL(div, b == 0 ? ~0ull : divide(number(a, true), number(b, true), false))
MODEL(divu, b == 0 ? ~0ull : divide(number(a, false), number(b, false), false))
MODEL(rem, b == 0 ? a : divide(number(a, true), number(b, true), true))
MODEL(remu, b == 0 ? a : divide(number(a, false), number(b, false), true))
MODEL(divw, sext(m_div(sext(a, 32), sext(b, 32)), 32))
MODEL(divuw, sext(m_divu(zext32(a), zext32(b)), 32))
MODEL(remw, sext(m_rem(sext(a, 32), sext(b, 32)), 32))
MODEL(remuw, sext(m_remu(zext32(a), zext32(b)), 32))
MODEL(add_uw, m_add(zext32(a), b))
MODEL(sh1add, m_add(m_add(a, a), b))
MODEL(sh2add, m_add(m_sll(a, 2), b))
MODEL(sh3add, m_add(m_sll(a, 3), b))
MODEL(sh1add_uw, m_sh1add(zext32(a), b))
MODEL(sh2add_uw, m_sh2add(zext32(a), b))
MODEL(sh3add_uw, m_sh3add(zext32(a), b))
MODEL(slli_uw, m_sll(zext32(a), b))
MODEL(max, m_slt(a, b) != 0 ? b : a)
MODEL(maxu, m_sltu(a, b) != 0 ? b : a)
MODEL(min, m_slt(b, a) != 0 ? b : a)
MODEL(minu, m_sltu(b, a) != 0 ? b : a)

static u64 leading(u64 a, u32 bits)
{
    u64 n = 0;
    while (n < bits && bit(a, bits - 1 - n) == 0) {
        n++;
    }
    return n;
}

static u64 trailing(u64 a, u32 bits)
{
    u64 n = 0;
    while (n < bits && bit(a, n) == 0) {
        n++;
    }
    return n;
}

static u64 population(u64 a, u32 bits)
{
    u64 n = 0;
    for (u32 i = 0; i < bits; i++) {
        n += bit(a, i);
    }
    return n;
}

MODEL(clz, leading(a, 64) + b)
MODEL(clzw, leading(a, 32) + b)
MODEL(ctz, trailing(a, 64) + b)
MODEL(ctzw, trailing(a, 32) + b)
MODEL(cpop, population(a, 64) + b)
MODEL(cpopw, population(a, 32) + b)
MODEL(sext_b, sext(a, 8) + b)
MODEL(sext_h, sext(a, 16) + b)
MODEL(zext_h, a % 65536 + b)

static u64 m_orc_b(u64 a, u64 b)
{
    u64 r = b;
    for (u32 i = 0; i < 64; i += 8) {
        r |= a >> i & 255 ? 255ull << i : 0;
    }
    return r;
}

static u64 m_rev8(u64 a, u64 b)
{
    u64 r = b;
    for (u32 i = 0; i < 64; i += 8) {
        r |= (a >> i & 255) << (56 - i);
    }
    return r;
}

// Carry-less products as the manual's pseudo-code has them: one for each bit of rs2.
static u64 m_clmul(u64 a, u64 b)
{
    u64 r = 0;
    for (u32 i = 0; i < 64; i++) {
        r = bit(b, i) != 0 ? r ^ a << i : r;
    }
    return r;
}

static u64 m_clmulh(u64 a, u64 b)
{
    u64 r = 0;
    for (u32 i = 1; i < 64; i++) {
        r = bit(b, i) != 0 ? r ^ a >> (64 - i) : r;
    }
    return r;
}

static u64 m_clmulr(u64 a, u64 b)
{
    u64 r = 0;
    for (u32 i = 0; i < 64; i++) {
        r = bit(b, i) != 0 ? r ^ a >> (63 - i) : r;
    }
    return r;
}

MODEL(bclr, m_andn(a, m_sll(1, b)))
MODEL(bext, bit(a, b % 64))
MODEL(binv, m_xor(a, m_sll(1, b)))
MODEL(bset, m_or(a, m_sll(1, b)))
MODEL(czero_eqz, b == 0 ? 0 : a)
MODEL(czero_nez, b == 0 ? a : 0)
MODEL(beq, m_xor(a, b) == 0)
MODEL(bne, m_xor(a, b) != 0)
MODEL(bge, 1 - m_slt(a, b))
MODEL(bgeu, 1 - m_sltu(a, b))
MODEL(second, a * 0 + b)

// ---- the instructions of each group ----

enum kind { RR, IMMEDIATE, SHIFT6, SHIFT5, UNARY, BRANCH, AMO_W, AMO_D };

struct row {
    const char *group, *name;
    enum kind kind;
    u64 (*model)(u64 a, u64 b);
};

static const struct row ROWS[] = {
    {"alu", "add", RR, m_add},
    {"alu", "sub", RR, m_sub},
    {"alu", "sll", RR, m_sll},
    {"alu", "slt", RR, m_slt},
    {"alu", "sltu", RR, m_sltu},
    {"alu", "xor", RR, m_xor},
    {"alu", "srl", RR, m_srl},
    {"alu", "sra", RR, m_sra},
    {"alu", "or", RR, m_or},
    {"alu", "and", RR, m_and},
    {"alu", "addw", RR, m_addw},
    {"alu", "subw", RR, m_subw},
    {"alu", "sllw", RR, m_sllw},
    {"alu", "srlw", RR, m_srlw},
    {"alu", "sraw", RR, m_sraw},
    {"alu", "addi", IMMEDIATE, m_add},
    {"alu", "slti", IMMEDIATE, m_slt},
    {"alu", "sltiu", IMMEDIATE, m_sltu},
    {"alu", "xori", IMMEDIATE, m_xor},
    {"alu", "ori", IMMEDIATE, m_or},
    {"alu", "andi", IMMEDIATE, m_and},
    {"alu", "addiw", IMMEDIATE, m_addw},
    {"alu", "slli", SHIFT6, m_sll},
    {"alu", "srli", SHIFT6, m_srl},
    {"alu", "srai", SHIFT6, m_sra},
    {"alu", "slliw", SHIFT5, m_sllw},
    {"alu", "srliw", SHIFT5, m_srlw},
    {"alu", "sraiw", SHIFT5, m_sraw},
    {"branch", "beq", BRANCH, m_beq},
    {"branch", "bne", BRANCH, m_bne},
    {"branch", "blt", BRANCH, m_slt},
    {"branch", "bge", BRANCH, m_bge},
    {"branch", "bltu", BRANCH, m_sltu},
    {"branch", "bgeu", BRANCH, m_bgeu},
    {"m", "mul", RR, m_mul},
    {"m", "mulh", RR, m_mulh},
    {"m", "mulhsu", RR, m_mulhsu},
    {"m", "mulhu", RR, m_mulhu},
    {"m", "div", RR, m_div},
    {"m", "divu", RR, m_divu},
    {"m", "rem", RR, m_rem},
    {"m", "remu", RR, m_remu},
    {"m", "mulw", RR, m_mulw},
    {"m", "divw", RR, m_divw},
    {"m", "divuw", RR, m_divuw},
    {"m", "remw", RR, m_remw},
    {"m", "remuw", RR, m_remuw},
    {"a", "amoswap.w", AMO_W, m_second},
    {"a", "amoadd.w", AMO_W, m_add},
    {"a", "amoxor.w", AMO_W, m_xor},
    {"a", "amoand.w", AMO_W, m_and},
    {"a", "amoor.w", AMO_W, m_or},
    {"a", "amomin.w", AMO_W, m_min},
    {"a", "amomax.w", AMO_W, m_max},
    {"a", "amominu.w", AMO_W, m_minu},
    {"a", "amomaxu.w", AMO_W, m_maxu},
    {"a", "amoswap.d", AMO_D, m_second},
    {"a", "amoadd.d", AMO_D, m_add},
    {"a", "amoxor.d", AMO_D, m_xor},
    {"a", "amoand.d", AMO_D, m_and},
    {"a", "amoor.d", AMO_D, m_or},
    {"a", "amomin.d", AMO_D, m_min},
    {"a", "amomax.d", AMO_D, m_max},
    {"a", "amominu.d", AMO_D, m_minu},
    {"a", "amomaxu.d", AMO_D, m_maxu},
    {"zba", "add.uw", RR, m_add_uw},
    {"zba", "sh1add", RR, m_sh1add},
    {"zba", "sh2add", RR, m_sh2add},
    {"zba", "sh3add", RR, m_sh3add},
    {"zba", "sh1add.uw", RR, m_sh1add_uw},
    {"zba", "sh2add.uw", RR, m_sh2add_uw},
    {"zba", "sh3add.uw", RR, m_sh3add_uw},
    {"zba", "slli.uw", SHIFT6, m_slli_uw},
    {"zbb", "andn", RR, m_andn},
    {"zbb", "orn", RR, m_orn},
    {"zbb", "xnor", RR, m_xnor},
    {"zbb", "max", RR, m_max},
    {"zbb", "maxu", RR, m_maxu},
    {"zbb", "min", RR, m_min},
    {"zbb", "minu", RR, m_minu},
    {"zbb", "rol", RR, m_rol},
    {"zbb", "ror", RR, m_ror},
    {"zbb", "rolw", RR, m_rolw},
    {"zbb", "rorw", RR, m_rorw},
    {"zbb", "rori", SHIFT6, m_ror},
    {"zbb", "roriw", SHIFT5, m_rorw},
    {"zbb", "clz", UNARY, m_clz},
    {"zbb", "ctz", UNARY, m_ctz},
    {"zbb", "cpop", UNARY, m_cpop},
    {"zbb", "clzw", UNARY, m_clzw},
    {"zbb", "ctzw", UNARY, m_ctzw},
    {"zbb", "cpopw", UNARY, m_cpopw},
    {"zbb", "sext.b", UNARY, m_sext_b},
    {"zbb", "sext.h", UNARY, m_sext_h},
    {"zbb", "zext.h", UNARY, m_zext_h},
    {"zbb", "orc.b", UNARY, m_orc_b},
    {"zbb", "rev8", UNARY, m_rev8},
    {"zbc", "clmul", RR, m_clmul},
    {"zbc", "clmulh", RR, m_clmulh},
    {"zbc", "clmulr", RR, m_clmulr},
    {"zbs", "bclr", RR, m_bclr},
    {"zbs", "bext", RR, m_bext},
    {"zbs", "binv", RR, m_binv},
    {"zbs", "bset", RR, m_bset},
    {"zbs", "bclri", SHIFT6, m_bclr},
    {"zbs", "bexti", SHIFT6, m_bext},
    {"zbs", "binvi", SHIFT6, m_binv},
    {"zbs", "bseti", SHIFT6, m_bset},
    {"zicond", "czero.eqz", RR, m_czero_eqz},
    {"zicond", "czero.nez", RR, m_czero_nez},
};

// ---- operands ----

static const u64 CORNERS[] = {
    0,
    1,
    2,
    31,
    32,
    63,
    64,
    0x80,
    0xffff,
    0x7fffffff,
    0x80000000,
    0xffffffff,
    0x100000000,
    0x7fffffffffffffff,
    0x8000000000000000,
    0xffffffff80000000,
    0xfffffffffffffffe,
    0xffffffffffffffff,
    0x0123456789abcdef,
    0xa5a5000000005a5a,
};
static const i32 IMMEDIATES[] = {0, 1, -1, 31, 2047, -2048, 0x555, -0x556};
#define RANDOM_ROWS 40

// The i-th pair of operands: all pairs of corners, then random ones of any length; false at the
// end.
static bool operands(u64 *a, u64 *b, u32 i)
{
    const u32 pairs = COUNT_OF(CORNERS) * COUNT_OF(CORNERS);
    if (i >= pairs + RANDOM_ROWS) {
        return false;
    }
    *a = i < pairs ? CORNERS[i / COUNT_OF(CORNERS)] : random_next() >> random_next() % 64;
    *b = i < pairs ? CORNERS[i % COUNT_OF(CORNERS)] : random_next() >> random_next() % 64;
    return true;
}

static void print_pairs(const struct row *r)
{
    u64 v[3];
    table_begin();
    for (u32 i = 0; operands(&v[0], &v[1], i); i++) {
        v[2] = r->model(v[0], v[1]);
        table_row(v, 3);
    }
    loop_begin();
    printf("    ld a0, 0(s0)\n    ld a1, 8(s0)\n    ld s2, 16(s0)\n");
}

static void print_rr(const struct row *r)
{
    print_pairs(r);
    printf("    %s a2, a0, a1\n", r->name);
    check_equal("a2", "s2");
    printf("    mv a3, a0\n    %s a3, a3, a1\n", r->name); // rd = rs1
    check_equal("a3", "s2");
    printf("    mv a4, a1\n    %s a4, a0, a4\n", r->name); // rd = rs2
    check_equal("a4", "s2");
    printf("    %s x0, a0, a1\n", r->name);
    check_equal("x0", "zero");
    loop_end(3);
    for (u32 i = 0; i < COUNT_OF(CORNERS); i++) { // rs1 = rs2 is one register
        const u64 a = CORNERS[i];
        printf("    li a0, 0x%" PRIx64 "\n    %s a0, a0, a0\n    li s2, 0x%" PRIx64 "\n", a,
               r->name, r->model(a, a));
        check_equal("a0", "s2");
    }
}

static void print_branch(const struct row *r)
{
    print_pairs(r);
    printf("    li a2, 1\n    %s a0, a1, 1f\n    li a2, 0\n1:\n", r->name);
    check_equal("a2", "s2");
    printf("    li a2, 0\n    j 2f\n1:  li a2, 1\n    j 3f\n2:  %s a0, a1, 1b\n3:\n", r->name);
    check_equal("a2", "s2"); // backwards
    loop_end(3);
}

static void print_amo(const struct row *r, u32 bits)
{
    static const char *const order[] = {"", ".aq", ".rl", ".aqrl"};
    u64 m, b;
    const char *width = bits == 32 ? "w" : "d";
    for (u32 o = 0; o < COUNT_OF(order); o++) {
        table_begin();
        for (u32 i = o; operands(&m, &b, i); i += o == 0 ? 1 : 7) {
            const bool is_signed = strchr(r->name, 'u') == NULL;
            u64 x = bits == 64 ? m : is_signed ? sext(m, 32) : zext32(m);
            u64 y = bits == 64 ? b : is_signed ? sext(b, 32) : zext32(b);
            u64 stored = r->model(x, y);
            stored = bits == 32 ? (m & ~0xffffffffull) | zext32(stored) : stored; // the rest stays
            u64 v[] = {m, b, sext(m, bits), stored};
            table_row(v, 4);
        }
        loop_begin();
        printf("    la a5, cell\n    ld a0, 0(s0)\n    sd a0, 0(a5)\n    ld a1, 8(s0)\n"
               "    ld s2, 16(s0)\n    ld s3, 24(s0)\n    %s%s a2, a1, (a5)\n    ld a3, 0(a5)\n",
               r->name, order[o]);
        check_equal("a2", "s2");
        check_equal("a3", "s3");
        printf("    sd a0, 0(a5)\n    %s%s a1, a1, (a5)\n", r->name, order[o]); // rd = rs2
        check_equal("a1", "s2");
        printf("    l%s a4, 0(a5)\n    sd a0, 0(a5)\n    ld a1, 8(s0)\n    %s%s a5, a1, (a5)\n",
               width, r->name, order[o]); // rd = rs1
        check_equal("a5", "s2");
        loop_end(4);
    }
}

// The immediate is part of the instruction, so each has a table of its own.
static void print_immediate(const struct row *r, i32 imm)
{
    table_begin();
    for (u32 i = 0; i < COUNT_OF(CORNERS) + 8; i++) {
        u64 a = i < COUNT_OF(CORNERS) ? CORNERS[i] : random_next() >> random_next() % 64;
        u64 v[] = {a, r->model(a, (u64)(i64)imm)};
        table_row(v, 2);
    }
    loop_begin();
    char text[16] = "";
    if (r->kind != UNARY) {
        snprintf(text, sizeof text, ", %d", imm);
    }
    printf("    ld a0, 0(s0)\n    ld s2, 8(s0)\n    %s a1, a0%s\n", r->name, text);
    check_equal("a1", "s2");
    printf("    %s a0, a0%s\n", r->name, text); // rd = rs1
    check_equal("a0", "s2");
    printf("    ld a0, 0(s0)\n    %s x0, a0%s\n", r->name, text);
    check_equal("x0", "zero");
    loop_end(2);
}

static void print_row(const struct row *r)
{
    printf("// ---- %s\n", r->name);
    switch (r->kind) {
    case RR:
        print_rr(r);
        break;
    case BRANCH:
        print_branch(r);
        break;
    case AMO_W:
        print_amo(r, 32);
        break;
    case AMO_D:
        print_amo(r, 64);
        break;
    case IMMEDIATE:
        for (u32 i = 0; i < COUNT_OF(IMMEDIATES); i++) {
            print_immediate(r, IMMEDIATES[i]);
        }
        break;
    case SHIFT6:
    case SHIFT5:
        for (i32 i = 0; i < (r->kind == SHIFT6 ? 64 : 32); i++) {
            print_immediate(r, i);
        }
        break;
    case UNARY:
        print_immediate(r, 0);
        break;
    }
}

int main(int argc, char **argv)
{
    bool found = argc == 2 && fp_group(argv[1]);
    for (u32 i = 0; argc == 2 && i < COUNT_OF(ROWS); i++) {
        if (strcmp(ROWS[i].group, argv[1]) == 0) {
            print_row(&ROWS[i]);
            found = true;
        }
    }
    if (!found) {
        fprintf(stderr, "usage: vectors GROUP (a group of test/rv/vectors.c)\n");
        return 2;
    }
    return 0;
}
