// SPDX-License-Identifier: MIT
// See coder.h.
#include "test/evmdiff/coder.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"

struct operation {
    u8 byte, pops, pushes;
    u8 since;
};

static const struct operation OPERATIONS[] = {
#define OPCODE(byte, NAME, name, pops, pushes, price, FORK, immediate, text)                       \
    {byte, pops, pushes, FORK_##FORK},
#include "spec/opcodes.def"
};

// ---- writing -----------------------------------------------------------------------------------

u32 code_below(struct coder *c, u32 n)
{
    return random_below(c->r, n);
}

bool code_one_in(struct coder *c, u32 n)
{
    return random_chance(c->r, n);
}

void code_op(struct coder *c, u8 byte)
{
    buf_put_u8(c->out, byte);
}

void code_push_bytes(struct coder *c, const u8 *p, u32 n)
{
    code_op(c, (u8)(OP_PUSH1 + n - 1));
    buf_put(c->out, p, n);
}

void code_push(struct coder *c, u256 v)
{
    b256 b = u256_to_b256(v);
    u32 n = u256_byte_length(v);
    n = n == 0 ? 1 : n;
    if (code_one_in(c, 24)) {
        n += code_below(c, 33 - n); // leading zeros
    }
    if (u256_is_zero(v) && c->scene->fork >= FORK_SHANGHAI && code_one_in(c, 2)) {
        code_op(c, OP_PUSH0);
        return;
    }
    code_push_bytes(c, b.b + 32 - n, n);
}

void code_number(struct coder *c, u64 v)
{
    code_push(c, u256_from_u64(v));
}

usize code_later(struct coder *c)
{
    static const u8 NOTHING[2] = {0};
    code_push_bytes(c, NOTHING, 2);
    return c->out->n - 2;
}

void code_set_operand(struct coder *c, usize operand, usize target)
{
    store_be16(c->out->p + operand, (u16)(target - c->start));
}

usize code_here(struct coder *c)
{
    return c->out->n;
}

bool code_knows(struct coder *c, u8 byte)
{
    for (u32 i = 0; i < COUNT_OF(OPERATIONS); i++) {
        if (OPERATIONS[i].byte == byte) {
            return (enum fork)OPERATIONS[i].since <= c->scene->fork;
        }
    }
    return false;
}

u32 code_pops(u8 byte)
{
    u32 pops = 0;
    for (u32 i = 0; i < COUNT_OF(OPERATIONS); i++) {
        pops = OPERATIONS[i].byte == byte ? OPERATIONS[i].pops : pops;
    }
    return pops;
}

u8 code_any_operation(struct coder *c)
{
    return OPERATIONS[code_below(c, COUNT_OF(OPERATIONS))].byte;
}

u8 code_choose(struct coder *c, const u8 *list, u32 count)
{
    for (u32 tries = 0; tries < 32; tries++) {
        u8 byte = list[code_below(c, count)];
        if (code_knows(c, byte) || code_one_in(c, 300)) {
            return byte;
        }
    }
    return list[0];
}

// ---- operands ----------------------------------------------------------------------------------

void code_address(struct coder *c)
{
    address a = c->scene->at[code_below(c, c->scene->count)];
    if (code_one_in(c, 40)) { // with something above it, which does not count
        u8 wide[32];
        random_bytes(c->r, wide, 12);
        copy_bytes(wide + 12, a.b, 20);
        code_push_bytes(c, wide, 32);
        return;
    }
    code_push(c, u256_from_address(a));
}

void code_offset(struct coder *c) // of memory
{
    switch (code_below(c, 120)) {
    case 0:
        code_push(c, random_word(c->r));
        break;
    case 1:
        code_number(c, code_below(c, 20000));
        break;
    case 2:
    case 3:
        code_number(c, code_below(c, 1200));
        break;
    default:
        code_number(c, code_one_in(c, 2) ? 32 * code_below(c, 8) : code_below(c, 260));
        break;
    }
}

void code_size(struct coder *c)
{
    switch (code_below(c, 120)) {
    case 0:
        code_push(c, random_word(c->r));
        break;
    case 1:
        code_number(c, code_below(c, 9000));
        break;
    case 2:
    case 3:
        code_number(c, 0);
        break;
    default:
        code_number(c, code_one_in(c, 2) ? 32 * code_below(c, 5) : code_below(c, 140));
        break;
    }
}

void code_slot(struct coder *c)
{
    if (code_one_in(c, 12)) {
        code_push(c, random_word(c->r));
    } else {
        code_number(c, code_below(c, 6));
    }
}

// Before Tangerine Whistle, who asks for more than there is runs out of gas.
void code_gas(struct coder *c)
{
    u32 kind = code_below(c, 8);
    if (c->scene->fork < FORK_TANGERINE && kind > 1) {
        kind = code_one_in(c, 8) ? kind : 4;
    }
    switch (kind) {
    case 0:
        code_number(c, code_below(c, 60000));
        break;
    case 1:
        code_number(c, code_below(c, 3000));
        break;
    case 2:
        code_push(c, u256_max());
        break;
    case 3:
        code_push(c, random_word(c->r));
        break;
    case 4:
        code_number(c, (c->scene->fork < FORK_TANGERINE ? 12000 : 100) + code_below(c, 3000));
        code_op(c, OP_GAS);
        code_op(c, OP_SUB);
        break;
    default:
        code_op(c, OP_GAS);
        break;
    }
}

void code_value(struct coder *c) // of a call or creation
{
    switch (code_below(c, 12)) {
    case 0:
        code_number(c, 1 + code_below(c, 5));
        break;
    case 1:
        code_number(c, code_below(c, 100000));
        break;
    case 2:
        code_push(c, random_word(c->r));
        break;
    case 3:
        code_op(c, OP_ADDRESS);
        code_op(c, OP_BALANCE);
        break;
    default:
        code_number(c, 0);
        break;
    }
}

// ---- data behind the program -------------------------------------------------------------------

bool code_data(struct coder *c, const struct buf *data, u64 to)
{
    if (c->fragments == FRAGMENTS_MAX) {
        return false;
    }
    struct fragment *f = &c->fragment[c->fragments++];
    *f = (struct fragment){.operand = 0};
    buf_put(&f->data, data->p, data->n);
    code_number(c, data->n);
    f->operand = code_later(c);
    code_number(c, to);
    code_op(c, OP_CODECOPY);
    return true;
}

void code_finish(struct coder *c)
{
    for (u32 i = 0; i < c->fragments; i++) {
        code_set_operand(c, c->fragment[i].operand, code_here(c));
        buf_put(c->out, c->fragment[i].data.p, c->fragment[i].data.n);
        buf_fini(&c->fragment[i].data);
    }
}
