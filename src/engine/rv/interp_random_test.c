// SPDX-License-Identifier: MIT
// Random programs that are mostly legal and full of the pairs that the interpreter executes with
// one jump. The plain interpreter has handlers for them, the hooked one has not; both must agree,
// and so must slices of gas.
#include "engine/rv/test_ways.h"
#include "test/test.h"

enum { TEXT_MAX = 256, HEADER = 16 };

struct form {
    u32 match, mask;
    u8 op;
};

// The encodings of an operation, of 4 bytes; compressed ones come from rows by their mask.
static const struct form wide[] = {
#define RV_ROW_ALL(NAME, text, match, mask, cost, FAMILY) {match, mask, RV_OP_##NAME},
#include "engine/rv/rows.h"
};

static const struct form narrow[] = {
#define RV_C(NAME, text, match, mask, OP, format, valid) {match, mask, RV_OP_##OP},
#include "spec/rv64.def"
};

#define RV_OP_JUMP RV_OP_JAL
static const struct {
    u8 first, first_size, second, second_size;
} pairs[] = {
#define PAIR(execute, FIRST, size, go_on, SECOND, second_size)                                     \
    {RV_OP_##FIRST, size, RV_OP_##SECOND, second_size},
#include "engine/rv/pairs.def"
};

// Makes it likely that a program goes on for long: short jumps; addresses from registers of 16 and
// up, which hold some from the start and are seldom written.
static u32 tame(u32 bits, u64 random)
{
    struct rv_insn insn = rv_decode(bits);
    switch ((u32)rv_op_family(insn.op)) {
    case RV_FAMILY_BRANCH:
        return (bits & ~0xFE000080u) | (random & 3 ? 0 : 0xFE000080u);
    case RV_FAMILY_JAL:
        return (bits & 0xFFFu) | ((u32)random & 0x1F) << 21;
    case RV_FAMILY_STORE:
    case RV_FAMILY_FSTORE:
    case RV_FAMILY_AMO:
    case RV_FAMILY_SC:
        return (bits & ~0xF8000u) | (16 + (u32)random % 2) << 15;
    case RV_FAMILY_LOAD:
    case RV_FAMILY_FLOAD:
    case RV_FAMILY_LR:
        return (bits & ~0xF8800u) | (16 + (u32)random % 2) << 15;
    case RV_FAMILY_JALR:
        return (bits & ~0xFC0F8800u) | (21 + (u32)random % 2 * 7) << 15;
    default:
        return random % 16 == 0 ? bits : bits & ~0x800u;
    }
}

static usize put_op(u8 *to, u32 op, u32 size, u64 *state)
{
    for (u32 tries = 0; tries < 40; tries++) {
        u64 random = test_random(state);
        if (size == 2) {
            const struct form *f = &narrow[random % COUNT_OF(narrow)];
            for (u32 i = 0; i < COUNT_OF(narrow) && f->op != op; i++) {
                f = f + 1 < narrow + COUNT_OF(narrow) ? f + 1 : narrow;
            }
            u32 bits = f->match | ((u32)(random >> 32) & ~f->mask & 0xFFFF);
            store_le16(to, (u16)bits);
            if (f->op != op || rv_decode(bits).op == op) {
                return 2;
            }
        } else {
            const struct form *f = &wide[op - 1];
            u32 bits = tame(f->match | ((u32)(random >> 32) & ~f->mask), random);
            store_le32(to, bits);
            if (rv_decode(bits).op == op) {
                return 4;
            }
        }
    }
    return size;
}

static usize make_input(u8 *to, u64 *state)
{
    for (u32 i = 0; i < HEADER; i += 8) {
        store_le64(to + i, test_random(state));
    }
    to[4] &= 0x1F; // rounding to nearest
    usize n = HEADER;
    while (n < HEADER + TEXT_MAX) {
        u64 random = test_random(state);
        if (random % 64 == 2) { // and the three
            n += put_op(to + n, RV_OP_SH3ADD, 4, state);
            n += put_op(to + n, RV_OP_LD, 2, state);
            n += put_op(to + n, RV_OP_JALR, 2, state);
            continue;
        }
        if (random % 8 == 0) {
            n += put_op(to + n, 1 + (u32)(random >> 8) % (RV_OP_COUNT - 1), 4, state);
            continue;
        }
        if (random % 8 == 1) { // the runs of four that are executed together
            u32 op = random & 256 ? RV_OP_LD : RV_OP_SD, size = random & 512 ? 2 : 4;
            for (u32 k = 0; k < 4; k++) {
                n += put_op(to + n, op, size, state);
            }
            continue;
        }
        u32 i = (u32)(random >> 8) % COUNT_OF(pairs);
        n += put_op(to + n, pairs[i].first, pairs[i].first_size, state);
        n += put_op(to + n, pairs[i].second, pairs[i].second_size, state);
    }
    return n;
}

TEST(rv_interp, random_programs_run_alike_in_all_ways)
{
    u64 state = test_seed();
    u8 input[HEADER + TEXT_MAX + 16];
    for (u32 i = 0; i < (test_is_long() ? 100000 : 1500); i++) {
        EXPECT(ways_agree(input, make_input(input, &state)));
    }
}
