// SPDX-License-Identifier: MIT
// Random short programs and machine states for the differential tests. A program is a list of
// groups: instructions that belong together (a conditional branch and its target, LR and SC, the
// making of an address and the jump to it). Control only goes forward, from group to group, so
// every program ends; memory is only accessed through two registers that nothing writes.
#pragma once

#include "test/rvdiff/case.h"

#define GROUPS_MAX 30u
#define PIECES_MAX 4u

enum fix { // which immediate of a piece is the distance to the target group
    FIX_NONE,
    FIX_BRANCH,
    FIX_JAL,
    FIX_C_BRANCH,
    FIX_C_JUMP,
    FIX_IMM_I, // of an I immediate relative to the group's start; its low bit is kept
};

struct piece {
    u32 bits;
    u8 size; // 2 or 4
    u8 fix;
};

struct group {
    u8 count;
    u8 target; // index of a later group, or the number of groups: the end
    struct piece piece[PIECES_MAX];
};

struct program {
    struct test_case_in start; // all but code
    u32 count;
    struct group group[GROUPS_MAX];
};

u64 generate_random(u64 *state);
u64 generate_x(u64 *state); // an integer operand, often a special one
void generate_program(struct program *p, u64 seed);
// Writes code, the case's address being `at`; of the groups only those whose bit is set in `keep`.
void generate_layout(struct test_case_in *c, const struct program *p, u64 keep, u32 at);
