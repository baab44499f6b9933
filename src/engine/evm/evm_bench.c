// SPDX-License-Identifier: MIT
// Time of loops of byte code in the native form, each a group of instructions repeated, and of a
// frame from record to end: minimum of several runs, in nanoseconds an instruction (a frame).
#include "engine/evm/opcode.h"
#include "test/evm_mock.h"

#include <stdio.h>

#include "lib/os/time.h"

enum { ROUNDS = 20000, COPIES = 32, RUNS = 7, BENCH_CODE_MAX = 4096 };

struct loop {
    const char *name;
    u8 body[8]; // leaves the stack as it was; two large words and the counter are on it
    u32 size;
    u32 instructions;
};

static const struct loop loops[] = {
    {"DUP DUP POP POP", {OP_DUP2, OP_DUP4, OP_POP, OP_POP}, 4, 4},
    {"DUP DUP ADD POP", {OP_DUP2, OP_DUP4, OP_ADD, OP_POP}, 4, 4},
    {"DUP DUP MUL POP", {OP_DUP2, OP_DUP4, OP_MUL, OP_POP}, 4, 4},
    {"DUP DUP DIV POP", {OP_DUP2, OP_DUP4, OP_DIV, OP_POP}, 4, 4},
    {"DUP DUP LT POP", {OP_DUP2, OP_DUP4, OP_LT, OP_POP}, 4, 4},
    {"DUP PUSH SHR POP", {OP_DUP2, OP_PUSH1, 77, OP_SHR, OP_POP}, 5, 4},
    {"PUSH MLOAD POP", {OP_PUSH1, 64, OP_MLOAD, OP_POP}, 4, 3},
    {"DUP PUSH MSTORE", {OP_DUP2, OP_PUSH1, 64, OP_MSTORE}, 4, 3},
    {"PUSH SLOAD POP", {OP_PUSH1, 7, OP_SLOAD, OP_POP}, 4, 3},
};

static usize put_loop(u8 *code, const struct loop *l)
{
    // word, word, counter; loop: bodies, counter - 1, jump back while it is not 0
    usize n = 0;
    for (u32 w = 0; w < 2; w++) {
        code[n++] = OP_PUSH32;
        for (u32 i = 0; i < 32; i++) {
            code[n++] = (u8)(w == 0 ? 0xf1 - 7 * i : i < 16 ? 0 : 0x12 + 5 * i);
        }
    }
    code[n++] = OP_PUSH2;
    code[n++] = ROUNDS >> 8;
    code[n++] = ROUNDS & 0xff;
    usize start = n;
    code[n++] = OP_JUMPDEST;
    for (u32 i = 0; i < COPIES; i++) {
        copy_bytes(code + n, l->body, l->size);
        n += l->size;
    }
    const u8 end[] = {OP_PUSH1,         1,         OP_SWAP1, OP_SUB, OP_DUP1, OP_PUSH2,
                      (u8)(start >> 8), (u8)start, OP_JUMPI, OP_STOP};
    copy_bytes(code + n, end, sizeof end);
    return n + sizeof end;
}

static u64 best_time(struct mock *m, bytes code, u32 times)
{
    u64 best = ~(u64)0;
    struct evm_frame_record r = mock_record(m, code, FORK_LATEST, 1ull << 40);
    for (u32 run = 0; run < RUNS; run++) {
        u64 start = os_cpu_ns();
        for (u32 i = 0; i < times; i++) {
            CHECK(mock_run_record(m, &r).status == EVM_SUCCESS);
        }
        u64 taken = os_cpu_ns() - start;
        best = taken < best ? taken : best;
    }
    return best;
}

int main(void)
{
    struct mock *m = mem_alloc(sizeof *m);
    mock_init(m);
    u8 code[BENCH_CODE_MAX];
    for (u32 i = 0; i < COUNT_OF(loops); i++) {
        usize n = put_loop(code, &loops[i]);
        u64 best = best_time(m, (bytes){code, n}, 1);
        double instructions = (double)ROUNDS * (COPIES * loops[i].instructions + 7);
        printf("evm %-18s %6.2f ns an instruction\n", loops[i].name, (double)best / instructions);
    }
    static const u8 frame[] = {OP_PUSH1, 1, OP_PUSH0, OP_MSTORE, OP_PUSH1, 32, OP_PUSH0, OP_RETURN};
    u64 best = best_time(m, (bytes){frame, sizeof frame}, ROUNDS);
    printf("evm %-18s %6.2f ns\n", "a frame", (double)best / ROUNDS);
    mock_fini(m);
    mem_free(m);
    return 0;
}
