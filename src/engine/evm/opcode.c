// SPDX-License-Identifier: MIT
// Look-ups in the rows of spec/opcodes.def.
#include "engine/evm/opcode.h"

struct row {
    u8 byte;
    u8 since;
};

static const struct row rows[OP_ROW_COUNT] = {
#define OPCODE(byte, NAME, name, pops, pushes, price, FORK, immediate, text) {byte, FORK_##FORK},
#include "spec/opcodes.def"
};

static const struct opcode_info infos[OP_ROW_COUNT] = {
#define OPCODE(byte, NAME, name, pops, pushes, price, FORK, immediate, text)                       \
    {name, true, pops, pushes, price, 1 + (immediate)},
#include "spec/opcodes.def"
};

static const char *name_at(enum fork f, u8 byte, const char *name)
{
#define OPCODE_RENAMED(FORK, NAME, new_name)                                                       \
    if (f >= FORK_##FORK && byte == OP_##NAME) {                                                   \
        name = new_name;                                                                           \
    }
#include "spec/opcodes.def"
    return name;
}

struct opcode_info opcode_info(enum fork f, u8 byte)
{
    for (u32 i = 0; i < OP_ROW_COUNT; i++) {
        if (rows[i].byte == byte && f >= rows[i].since) {
            struct opcode_info info = infos[i];
            info.name = name_at(f, byte, info.name);
            return info;
        }
    }
    return (struct opcode_info){"UNDEFINED", false, 0, 0, 0, 1};
}

void opcode_table(const void *table[static 256], const void *const bodies[static OP_ROW_COUNT],
                  const void *undefined, enum fork f)
{
    for (u32 i = 0; i < 256; i++) {
        table[i] = undefined;
    }
    for (u32 i = 0; i < OP_ROW_COUNT; i++) {
        if (f >= rows[i].since) {
            table[rows[i].byte] = bodies[i];
        }
    }
}
