// SPDX-License-Identifier: MIT
// See generate.h. Instructions are made from the rows of spec/rv64.def: the match bits and random
// others, then register fields and immediates are set to what keeps the program harmless. Not
// generated are instructions that leave user mode and those that model.h is for.
#include "test/rvdiff/generate.h"

#include <string.h>

#include "engine/rv/decode.h"
#include "lib/base/bytes.h"
#include "lib/base/cc.h"

struct row {
    u32 match, mask;
    u16 op;
    u8 family;
};

static const struct row rows[] = {
#define RV_ROW_ALL(NAME, text, match, mask, cost, FAMILY)                                          \
    {match, mask, RV_OP_##NAME, RV_FAMILY_##FAMILY},
#include "engine/rv/rows.h"
};

static const struct row compressed_rows[] = {
#define RV_C(NAME, text, match, mask, OP, format, valid) {match, mask, RV_FORM_##NAME, 0},
#include "spec/rv64.def"
};

struct generator {
    u64 state;
    struct program *p;
    u32 aligned;  // register with an 8-aligned address in the data, one of x8 to x15
    u32 any;      // register with any address in the data; often sp
    u32 scratch;  // see case.h
    u8 hot[8];    // registers that are used more often than others
    bool bad_frm; // frm may be no rounding mode: nothing may use the dynamic one
};

// ---- numbers -----------------------------------------------------------------------------------

u64 generate_random(u64 *state)
{
    u64 z = (*state += 0x9E3779B97F4A7C15ull);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

static u32 below(struct generator *g, u32 n)
{
    return (u32)((generate_random(&g->state) >> 32) * n >> 32);
}

static u32 bits_of(struct generator *g)
{
    return (u32)(generate_random(&g->state) >> 32);
}

u64 generate_x(u64 *state)
{
    u64 r = generate_random(state);
    u64 v = generate_random(state);
    switch (r & 15) {
    case 0:
        return 0;
    case 1:
        return ~0ull;
    case 2:
        return 1ull << (r >> 8 & 63);
    case 3:
        return (1ull << (r >> 8 & 63)) - 1;
    case 4:
        return -(1ull << (r >> 8 & 63));
    case 5:
        return (u64)(i64)(i8)v;
    case 6:
        return (u64)(i64)(i32)v;
    case 7:
        return (u32)v;
    case 8:
        return v >> (r >> 8 & 63);
    case 9:
        return (u64)((i64)v >> (r >> 8 & 63));
    case 10:
        return v & 63;
    default:
        return v;
    }
}

// The raw bits of a floating-point number: `exponent_bits` 8 or 11.
static u64 random_fp(struct generator *g, u32 exponent_bits)
{
    u32 fraction_bits = exponent_bits == 8 ? 23 : 52;
    u32 top = (1u << exponent_bits) - 1;
    u32 bias = top / 2;
    u64 random = generate_random(&g->state);
    u64 fraction_mask = (1ull << fraction_bits) - 1;
    u64 fraction = generate_random(&g->state) & fraction_mask;
    u32 exponents[] = {0,   1,    2,    bias - 1, bias, bias + below(g, 66), top - 1,
                       top, bias, bias, bias,     bias, fraction_bits,       bias - below(g, 66)};
    u32 exponent = random & 1 ? exponents[random >> 8 & 7] : below(g, top + 1);
    if ((random >> 16 & 7) == 0) { // the range in which results become subnormal
        exponent = exponents[below(g, COUNT_OF(exponents))];
    }
    switch (random >> 24 & 7) {
    case 0:
        fraction = 0;
        break;
    case 1:
        fraction = 1;
        break;
    case 2:
        fraction = fraction_mask;
        break;
    case 3:
        fraction = 1ull << (fraction_bits - 1);
        break;
    case 4: // few bits: exact results and ties
        fraction &= ~(fraction_mask >> below(g, fraction_bits));
        break;
    default:
        break;
    }
    return (random >> 63) << (fraction_bits + exponent_bits) | (u64)exponent << fraction_bits |
           fraction;
}

static u64 random_f(struct generator *g)
{
    u32 kind = below(g, 16);
    if (kind < 8) {
        return 0xFFFFFFFF00000000ull | random_fp(g, 8);
    }
    if (kind < 9) {
        return random_fp(g, 8) | (u64)bits_of(g) << 32; // not boxed
    }
    return random_fp(g, 11);
}

// ---- registers and immediates ------------------------------------------------------------------

static u32 any_register(struct generator *g)
{
    return below(g, 4) ? g->hot[below(g, 8)] : below(g, 32);
}

static bool may_write(const struct generator *g, u32 r)
{
    return r != g->aligned && r != g->any && r != g->scratch;
}

static u32 destination(struct generator *g)
{
    u32 r;
    do {
        r = any_register(g);
    } while (!may_write(g, r));
    return r;
}

static u32 set_field(u32 bits, u32 at, u32 value)
{
    return (bits & ~(31u << at)) | value << at;
}

static u32 set_rd(u32 bits, u32 r)
{
    return set_field(bits, 7, r);
}

static u32 set_rs1(u32 bits, u32 r)
{
    return set_field(bits, 15, r);
}

static u32 set_rs2(u32 bits, u32 r)
{
    return set_field(bits, 20, r);
}

static u32 set_imm_s(u32 bits, i32 imm)
{
    return (bits & 0x01FFF07F) | ((u32)imm & 31) << 7 | ((u32)imm >> 5 & 127) << 25;
}

static u32 set_imm_i(u32 bits, i32 imm)
{
    return (bits & 0x000FFFFF) | (u32)imm << 20;
}

static u32 set_imm_b(u32 bits, i32 imm)
{
    u32 o = (u32)imm;
    return (bits & 0x01FFF07F) | (o >> 11 & 1) << 7 | (o >> 1 & 15) << 8 | (o >> 5 & 63) << 25 |
           (o >> 12 & 1) << 31;
}

static u32 set_imm_j(u32 bits, i32 imm)
{
    u32 o = (u32)imm;
    return (bits & 0xFFF) | (o & 0xFF000) | (o >> 11 & 1) << 20 | (o >> 1 & 0x3FF) << 21 |
           (o >> 20 & 1) << 31;
}

static u32 set_imm_cb(u32 bits, i32 imm)
{
    u32 o = (u32)imm;
    return (bits & 0xE383) | (o >> 8 & 1) << 12 | (o >> 3 & 3) << 10 | (o >> 6 & 3) << 5 |
           (o >> 1 & 3) << 3 | (o >> 5 & 1) << 2;
}

static u32 set_imm_cj(u32 bits, i32 imm)
{
    u32 o = (u32)imm;
    return (bits & 0xE003) | (o >> 11 & 1) << 12 | (o >> 4 & 1) << 11 | (o >> 8 & 3) << 9 |
           (o >> 10 & 1) << 8 | (o >> 6 & 1) << 7 | (o >> 7 & 1) << 6 | (o >> 1 & 7) << 3 |
           (o >> 5 & 1) << 2;
}

// ---- single instructions -----------------------------------------------------------------------

// A row of one of the families from first to last, with random bits where it has none.
static const struct row *pick(struct generator *g, u32 *bits, enum rv_family first,
                              enum rv_family last)
{
    const struct row *r;
    do {
        r = &rows[below(g, COUNT_OF(rows))];
    } while (r->family < first || r->family > last || r->op == RV_OP_CZERO_EQZ ||
             r->op == RV_OP_CZERO_NEZ || r->op == RV_OP_CTZW);
    *bits = r->match | (bits_of(g) & ~r->mask);
    return r;
}

static u32 make_integer(struct generator *g)
{
    u32 bits;
    const struct row *r = pick(g, &bits, RV_FAMILY_R, RV_FAMILY_U);
    bits = set_rd(bits, destination(g));
    if (r->family != RV_FAMILY_U) {
        bits = set_rs1(bits, any_register(g));
    }
    if (r->family == RV_FAMILY_R) {
        bits = set_rs2(bits, any_register(g));
    }
    return bits;
}

static u32 make_memory(struct generator *g)
{
    u32 bits;
    i32 offset = (i32)below(g, 641) - 320;
    u32 base = below(g, 2) ? g->any : g->aligned;
    if (below(g, 2)) {
        offset &= ~7;
    }
    bool is_f = below(g, 3) == 0;
    const struct row *r = is_f ? pick(g, &bits, RV_FAMILY_FLOAD, RV_FAMILY_FSTORE)
                               : pick(g, &bits, RV_FAMILY_LOAD, RV_FAMILY_STORE);
    if (r->family == RV_FAMILY_STORE || r->family == RV_FAMILY_FSTORE) {
        return set_rs1(set_imm_s(bits, offset), base);
    }
    if (r->family == RV_FAMILY_LOAD) {
        bits = set_rd(bits, destination(g));
    }
    return set_rs1(set_imm_i(bits, offset), base);
}

static u32 make_atomic(struct generator *g, enum rv_family family)
{
    u32 bits;
    pick(g, &bits, family, family);
    return set_rd(set_rs1(bits, g->aligned), destination(g));
}

static u32 make_fp(struct generator *g)
{
    u32 bits;
    const struct row *r = pick(g, &bits, RV_FAMILY_F_FFF_RM, RV_FAMILY_F_X);
    bool rounds = (r->mask & 0x7000) == 0;
    if (rounds) {
        u32 rm = below(g, 6);
        rm = rm < 5 ? rm : g->bad_frm ? 0 : 7;
        bits = (bits & ~0x7000u) | rm << 12;
    }
    if (r->family == RV_FAMILY_X_FF || r->family == RV_FAMILY_X_F ||
        r->family == RV_FAMILY_X_F_RM) {
        bits = set_rd(bits, destination(g));
    }
    if (r->family == RV_FAMILY_F_X || r->family == RV_FAMILY_F_X_RM) {
        bits = set_rs1(bits, any_register(g));
    }
    return bits;
}

// Reads and writes fflags, frm, fcsr. A write that may leave no valid rounding mode is made seldom.
static u32 make_csr(struct generator *g)
{
    u32 bits;
    const struct row *r = pick(g, &bits, RV_FAMILY_CSR, RV_FAMILY_CSRI);
    u32 number = 1 + below(g, 3);
    bits = set_rd((bits & 0x000FFFFF) | number << 20, destination(g));
    u32 field = bits >> 15 & 31;
    bool to_frm = number != 1;
    bool is_clear = r->op == RV_OP_CSRRC || r->op == RV_OP_CSRRCI;
    bool is_harmless =
        !to_frm || is_clear || field == 0 || (r->family == RV_FAMILY_CSRI && number == 3);
    if (!is_harmless && r->op == RV_OP_CSRRWI) {
        bits = set_rs1(bits, below(g, 5));
    } else if (!is_harmless && below(g, 8) != 0) {
        bits = set_rs1(bits, 0);
    } else if (!is_harmless) {
        g->bad_frm = true;
    }
    return bits;
}

static void make_compressed(struct generator *g, struct piece *piece)
{
    for (;;) {
        const struct row *r = &compressed_rows[below(g, COUNT_OF(compressed_rows))];
        u32 bits = r->match | (bits_of(g) & ~r->mask & 0xFFFF);
        if ((bits & 3) == 0 && rv_op_family(rv_decode(bits).op) != RV_FAMILY_I) {
            bits = (bits & ~0x380u) | (g->aligned - 8) << 7; // base of c.lw and its like
        }
        struct rv_insn insn;
        if (rv_decode_compressed(&insn, (u16)bits) != r->op) {
            continue;
        }
        enum rv_family family = rv_op_family(insn.op);
        bool is_f = family == RV_FAMILY_FLOAD || family == RV_FAMILY_FSTORE;
        bool is_memory = is_f || family == RV_FAMILY_LOAD || family == RV_FAMILY_STORE;
        if (family == RV_FAMILY_JALR || family == RV_FAMILY_SYS ||
            (is_memory && insn.rs1 != g->any && insn.rs1 != g->aligned) ||
            (!is_f && !may_write(g, insn.rd))) {
            continue;
        }
        u8 fix = family == RV_FAMILY_BRANCH ? FIX_C_BRANCH
                 : family == RV_FAMILY_JAL  ? FIX_C_JUMP
                                            : FIX_NONE;
        *piece = (struct piece){bits, 2, fix};
        return;
    }
}

// ---- groups ------------------------------------------------------------------------------------

static void add(struct group *group, u32 bits, enum fix fix)
{
    group->piece[group->count++] = (struct piece){bits, (bits & 3) == 3 ? 4 : 2, (u8)fix};
}

static void make_branch(struct generator *g, struct group *group)
{
    u32 bits;
    if (below(g, 4) == 0) {
        pick(g, &bits, RV_FAMILY_JAL, RV_FAMILY_JAL);
        add(group, set_rd(bits, destination(g)), FIX_JAL);
        return;
    }
    pick(g, &bits, RV_FAMILY_BRANCH, RV_FAMILY_BRANCH);
    u32 a = any_register(g);
    u32 b = below(g, 4) ? any_register(g) : a;
    add(group, set_rs2(set_rs1(bits, a), b), FIX_BRANCH);
}

// auipc and a jump by register, in its three forms.
static void make_jump(struct generator *g, struct group *group)
{
    u32 t;
    do {
        t = destination(g);
    } while (t == 0);
    add(group, set_rd(0x17, t), FIX_NONE);
    u32 link = destination(g);
    u32 odd = below(g, 2); // jalr clears the lowest bit
    u32 form = below(g, 3);
    if (form == 0) {
        add(group, set_rd(set_rs1(0x67, t), link) | odd << 20, FIX_IMM_I);
        return;
    }
    add(group, set_rd(set_rs1(0x13, t), t) | odd << 20, FIX_IMM_I);
    add(group, form == 1 && may_write(g, 1) ? 0x9002 | t << 7 : 0x8002 | t << 7, FIX_NONE);
}

// LR, some arithmetic, SC; both of one width, since the oracle remembers no width. The address is
// that of LR, so SC succeeds. SC by itself, which fails, is among the atomics.
static void make_reservation(struct generator *g, struct group *group)
{
    u32 lr = make_atomic(g, RV_FAMILY_LR);
    u32 sc = make_atomic(g, RV_FAMILY_SC);
    sc = (sc & ~0x7000u) | (lr & 0x7000);
    add(group, lr, FIX_NONE);
    for (u32 n = below(g, 3); n > 0; n--) {
        add(group, make_integer(g), FIX_NONE);
    }
    add(group, sc, FIX_NONE);
}

static void make_group(struct generator *g, u32 index, bool is_fp)
{
    struct group *group = &g->p->group[index];
    u32 left = g->p->count - index;
    *group = (struct group){.target = (u8)(index + 1 + below(g, left < 8 ? left : 8))};
    u32 kind = below(g, 100);
    if (is_fp && kind < 70) {
        add(group, make_fp(g), FIX_NONE);
    } else if (kind < 28) {
        add(group, make_integer(g), FIX_NONE);
    } else if (kind < 50) {
        make_compressed(g, &group->piece[group->count++]);
    } else if (kind < 68) {
        add(group, make_memory(g), FIX_NONE);
    } else if (kind < 73) {
        add(group, make_atomic(g, below(g, 8) ? RV_FAMILY_AMO : RV_FAMILY_SC), FIX_NONE);
    } else if (kind < 75) {
        make_reservation(g, group);
    } else if (kind < 83) {
        make_branch(g, group);
    } else if (kind < 86) {
        make_jump(g, group);
    } else if (kind < 89) {
        add(group, make_csr(g), FIX_NONE);
    } else if (kind < 90) {
        u32 bits;
        pick(g, &bits, RV_FAMILY_FENCE, RV_FAMILY_FENCE);
        add(group, bits, FIX_NONE);
    } else {
        add(group, make_fp(g), FIX_NONE);
    }
}

// ---- programs ----------------------------------------------------------------------------------

static void choose_registers(struct generator *g)
{
    g->aligned = 8 + below(g, 8);
    do {
        g->any = below(g, 2) ? 2 : 1 + below(g, 31);
    } while (g->any == g->aligned);
    do {
        g->scratch = 1 + below(g, 31);
    } while (g->scratch == g->aligned || g->scratch == g->any);
    for (u32 i = 0; i < 8; i++) {
        do {
            g->hot[i] = (u8)below(g, 32);
        } while (i == 0 && (g->hot[i] == 0 || !may_write(g, g->hot[i])));
    }
}

static void make_state(struct generator *g)
{
    struct test_case_in *s = &g->p->start;
    for (u32 i = 1; i < 32; i++) {
        s->x[i] = below(g, 8) ? generate_x(&g->state) : s->x[below(g, i)];
    }
    for (u32 i = 0; i < 32; i++) {
        s->f[i] = random_f(g);
        if (i > 0 && below(g, 4) == 0) { // near another one: cancellation and ties
            s->f[i] = s->f[below(g, i)] + below(g, 3) - 1;
            s->f[i] ^= (u64)below(g, 2) << (below(g, 2) ? 31 : 63);
        }
    }
    for (u32 i = 0; i < CASE_DATA_SIZE; i += 8) {
        u64 v = below(g, 2) ? generate_x(&g->state) : random_f(g);
        memcpy(s->data + i, &v, 8);
    }
    s->scratch = g->scratch;
    s->x[g->aligned] = CASE_DATA + 448 + 8 * below(g, 8) - 32;
    s->x[g->any] = CASE_DATA + 448 + below(g, 112) - 56;
    u32 frm = below(g, 16);
    frm = frm < 15 ? frm % 5 : 5 + below(g, 3);
    g->bad_frm = frm > 4;
    s->fcsr = frm << 5 | (below(g, 2) ? 0 : below(g, 32));
}

void generate_program(struct program *p, u64 seed)
{
    struct generator g = {.state = seed, .p = p};
    *p = (struct program){.count = 2 + below(&g, GROUPS_MAX - 1)};
    choose_registers(&g);
    make_state(&g);
    bool is_fp = below(&g, 3) == 0;
    for (u32 i = 0; i < p->count; i++) {
        make_group(&g, i, is_fp);
    }
}

static u32 apply_fix(const struct piece *piece, i32 distance, i32 distance_of_group)
{
    switch ((enum fix)piece->fix) {
    case FIX_BRANCH:
        return set_imm_b(piece->bits, distance);
    case FIX_JAL:
        return set_imm_j(piece->bits, distance);
    case FIX_C_BRANCH:
        return set_imm_cb(piece->bits, distance);
    case FIX_C_JUMP:
        return set_imm_cj(piece->bits, distance);
    case FIX_IMM_I:
        return set_imm_i(piece->bits, distance_of_group | (i32)(piece->bits >> 20 & 1));
    case FIX_NONE:
        break;
    }
    return piece->bits;
}

void generate_layout(struct test_case_in *c, const struct program *p, u64 keep, u32 at)
{
    u32 start[GROUPS_MAX + 1];
    u32 size = 0;
    for (u32 i = 0; i < p->count; i++) {
        start[i] = size;
        for (u32 j = 0; j < p->group[i].count && (keep >> i & 1); j++) {
            size += p->group[i].piece[j].size;
        }
    }
    start[p->count] = size;
    *c = p->start;
    c->x[p->start.scratch] = at;
    u8 *to = c->code;
    for (u32 i = 0; i < p->count; i++) {
        const struct group *group = &p->group[i];
        u32 target = start[group->target];
        for (u32 j = 0; j < group->count && (keep >> i & 1); j++) {
            u32 here = (u32)(to - c->code);
            u32 bits = apply_fix(&group->piece[j], (i32)(target - here), (i32)(target - start[i]));
            store_le16(to, (u16)bits);
            if (group->piece[j].size == 4) {
                store_le16(to + 2, (u16)(bits >> 16));
            }
            to += group->piece[j].size;
        }
    }
    store_le32(to, 0x73);
    c->code_size = (u32)(to - c->code) + 4;
}
