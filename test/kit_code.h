// SPDX-License-Identifier: MIT
// Contracts written inside of tests and fuzzers: an assembler of the few RV64 instructions that
// contracts of tests need, images and creation containers around what it makes, and EVM byte code
// from readable verbs. All of them append to a `struct buf`. Free of the test runner, so that fuzz
// targets can use it.
#pragma once

#include "engine/evm/opcode.h"
#include "engine/rv/test_image.h"
#include "lib/num/u256.h"

// ---- RV64

enum reg {
    ZERO,
    RA,
    SP,
    GP,
    TP,
    T0,
    T1,
    T2,
    S0,
    S1,
    A0,
    A1,
    A2,
    A3,
    A4,
    A5,
    A6,
    A7,
    S2,
    S3,
    S4,
    S5,
    S6,
    S7,
    S8,
    S9,
    S10,
    S11,
    T3,
    T4,
    T5,
    T6,
};

enum rv_match { // fixed bits of the instructions used in tests
    RV_ADD = 0x33,
    RV_SUB = 0x40000033,
    RV_AND = 0x7033,
    RV_OR = 0x6033,
    RV_XOR = 0x4033,
    RV_MUL = 0x02000033,
    RV_DIVU = 0x02005033,
    RV_REMU = 0x02007033,
    RV_ADDI = 0x13,
    RV_ANDI = 0x7013,
    RV_SLLI = 0x1013,
    RV_SRLI = 0x5013,
    RV_ADDIW = 0x1B,
    RV_LB = 0x03,
    RV_LBU = 0x4003,
    RV_LW = 0x2003,
    RV_LD = 0x3003,
    RV_JALR = 0x67,
    RV_SB = 0x23,
    RV_SW = 0x2023,
    RV_SD = 0x3023,
    RV_BEQ = 0x63,
    RV_BNE = 0x1063,
    RV_BLT = 0x4063,
    RV_BLTU = 0x6063,
    RV_BGEU = 0x7063,
    RV_CSRRW = 0x1073,
    RV_CSRRS = 0x2073,
    RV_CSRRWI = 0x5073,
    RV_CSRRSI = 0x6073,
    RV_LR_W = 0x1000202F,
    RV_LR_D = 0x1000302F,
    RV_SC_W = 0x1800202F,
    RV_SC_D = 0x1800302F,
    RV_AMOADD_D = 0x0000302F,
    RV_AMOADD_W = 0x0000202F,
};

#define RV_NOP 0x00000013u
#define RV_ECALL 0x00000073u
#define RV_EBREAK 0x00100073u
#define RV_MRET 0x30200073u
#define RV_WFI 0x10500073u
#define RV_FENCE 0x0000000Fu
#define RV_FENCE_I 0x0000100Fu
#define RV_ILLEGAL 0x00000000u

#define RV_TEXT 0x80300000u    // where code lies
#define RV_SCRATCH 0x802FF000u // the one page of stack of an image of rv_image: memory to play with
#define RV_INPUT 0x80000008u   // first byte of the calldata
#define RV_START_PAGES 2u      // of such a frame with little calldata: calldata and stack
#define RV_START_GAS 256u      // their price if no other frame holds pages

static inline void rv_put(struct buf *b, u32 word)
{
    u8 le[4];
    store_le32(le, word);
    buf_put(b, le, sizeof le);
}

static inline void rv_put16(struct buf *b, u32 half)
{
    u8 le[2];
    store_le16(le, (u16)half);
    buf_put(b, le, sizeof le);
}

static inline void rv_r(struct buf *b, u32 match, u32 rd, u32 rs1, u32 rs2)
{
    rv_put(b, match | rd << 7 | rs1 << 15 | rs2 << 20);
}

// Immediate forms: arithmetic, loads, jalr, CSR (imm is its number).
static inline void rv_i(struct buf *b, u32 match, u32 rd, u32 rs1, i32 imm)
{
    rv_put(b, match | rd << 7 | rs1 << 15 | (u32)imm << 20);
}

static inline void rv_s(struct buf *b, u32 match, u32 rs2, u32 rs1, i32 imm)
{
    u32 i = (u32)imm;
    rv_put(b, match | rs1 << 15 | rs2 << 20 | (i & 0x1F) << 7 | (i >> 5 & 0x7F) << 25);
}

static inline void rv_lui(struct buf *b, u32 rd, u32 upper)
{
    rv_put(b, 0x37 | rd << 7 | upper << 12);
}

static inline u32 rv_branch_word(u32 match, u32 rs1, u32 rs2, i32 offset)
{
    u32 o = (u32)offset;
    return match | rs1 << 15 | rs2 << 20 | (o >> 11 & 1) << 7 | (o >> 1 & 15) << 8 |
           (o >> 5 & 63) << 25 | (o >> 12 & 1) << 31;
}

// A branch to `target`, an earlier place in b.
static inline void rv_branch_back(struct buf *b, u32 match, u32 rs1, u32 rs2, usize target)
{
    rv_put(b, rv_branch_word(match, rs1, rs2, (i32)((i64)target - (i64)b->n)));
}

// A branch whose target comes later: rv_bind with what this returns.
static inline usize rv_branch(struct buf *b, u32 match, u32 rs1, u32 rs2)
{
    rv_put(b, rv_branch_word(match, rs1, rs2, 0));
    return b->n - 4;
}

static inline void rv_bind(struct buf *b, usize at)
{
    u32 word = load_le32(b->p + at);
    store_le32(b->p + at, word | rv_branch_word(0, 0, 0, (i32)(b->n - at)));
}

static inline void rv_jal(struct buf *b, u32 rd, i32 offset)
{
    u32 o = (u32)offset;
    rv_put(b, 0x6F | rd << 7 | (o & 0xFF000) | (o >> 11 & 1) << 20 | (o >> 1 & 0x3FF) << 21 |
                  (o >> 20 & 1) << 31);
}

// Any constant, in one to eight instructions of one cycle each.
static inline void rv_li(struct buf *b, u32 rd, u64 value)
{
    i64 v = (i64)value;
    if (v >= -2048 && v < 2048) {
        rv_i(b, RV_ADDI, rd, ZERO, (i32)v);
        return;
    }
    i64 low = (i64)(value << 52) >> 52;
    if (v == (i32)v) {
        rv_lui(b, rd, (u32)((value - (u64)low) >> 12) & 0xFFFFF);
        if (low != 0) {
            rv_i(b, RV_ADDIW, rd, rd, (i32)low);
        }
        return;
    }
    rv_li(b, rd, (u64)((i64)(value - (u64)low) >> 12));
    rv_i(b, RV_SLLI, rd, rd, 12);
    if (low != 0) {
        rv_i(b, RV_ADDI, rd, rd, (i32)low);
    }
}

static inline void rv_nops(struct buf *b, u32 n)
{
    while (n-- > 0) {
        rv_put(b, RV_NOP);
    }
}

// li t0, id; ecall: 41 cycles.
static inline void rv_service(struct buf *b, u32 id)
{
    rv_li(b, T0, id);
    rv_put(b, RV_ECALL);
}

static inline void rv_return(struct buf *b, u64 at, u64 n)
{
    rv_li(b, A0, at);
    rv_li(b, A1, n);
    rv_service(b, 0xF3);
}

static inline void rv_end(struct buf *b) // success without output
{
    rv_li(b, A1, 0);
    rv_service(b, 0xF3);
}

static inline void rv_revert(struct buf *b, u64 at, u64 n)
{
    rv_li(b, A0, at);
    rv_li(b, A1, n);
    rv_service(b, 0xFD);
}

// Writes 8 bytes; uses t1, t2.
static inline void rv_poke(struct buf *b, u64 at, u64 value)
{
    rv_li(b, T1, at);
    rv_li(b, T2, value);
    rv_s(b, RV_SD, T2, T1, 0);
}

// Writes any bytes, zeros after them up to a multiple of 8.
static inline void rv_poke_bytes(struct buf *b, u64 at, bytes data)
{
    for (usize i = 0; i < data.n; i += 8) {
        u8 word[8] = {0};
        copy_bytes(word, data.p + i, data.n - i < 8 ? data.n - i : 8);
        rv_poke(b, at + i, load_le64(word));
    }
}

static inline void rv_addr3(struct buf *b, u32 first, address a)
{
    rv_li(b, first, load_be64(a.b));
    rv_li(b, first + 1, load_be64(a.b + 8));
    rv_li(b, first + 2, load_be32(a.b + 16));
}

static inline void rv_addr_u(struct buf *b, u32 first, address a)
{
    rv_li(b, first, load_be64(a.b + 12));
    rv_li(b, first + 1, load_be64(a.b + 4));
    rv_li(b, first + 2, load_be32(a.b));
}

static inline void rv_word(struct buf *b, u32 first, u256 w)
{
    for (u32 i = 0; i < 4; i++) {
        rv_li(b, first + i, w.w[i]);
    }
}

// Services 0xF1, 0xF4, 0xFA.
static inline void rv_call(struct buf *b, u32 id, address to, u64 value, bytes at)
{
    rv_addr_u(b, A0, to);
    rv_li(b, A3, value);
    rv_li(b, A4, (u64)(uintptr_t)at.p);
    rv_li(b, A5, at.n);
    rv_service(b, id);
}

static inline void rv_sstore(struct buf *b, u64 key, u64 value)
{
    rv_word(b, A0, u256_from_u64(key));
    rv_word(b, A4, u256_from_u64(value));
    rv_service(b, 0x55);
}

// The bytes of an address range, as the argument of rv_call.
static inline bytes rv_range(u64 at, usize n)
{
    return (bytes){(const u8 *)(uintptr_t)at, n};
}

// ---- images

struct rv_layout {
    bytes code;  // at RV_TEXT, its entry the first byte
    u64 stack;   // bytes; 0: what an image gets that declares none
    u64 data_at; // a writable segment, if data_size > 0
    bytes data;  // its file bytes
    u64 data_size;
    usize total_min; // the image has at least this many bytes
};

// Appends FF and the ELF.
static inline void rv_image_of(struct buf *out, const struct rv_layout *l)
{
    struct buf elf = {0};
    test_elf_code(&elf, l->code);
    if (l->stack > 0) {
        store_le64(test_elf_header(&elf, TEST_GNU_STACK, 6) + 40, l->stack);
    }
    if (l->data_size > 0) {
        test_elf_segment(&elf, TEST_R | TEST_W, l->data_at, l->data, l->data_size);
    }
    buf_put_u8(out, 0xFF);
    if (l->total_min > elf.n + 1) {
        usize more = l->total_min - elf.n - 1;
        zero_bytes(buf_extend(&elf, more), more);
    }
    buf_put(out, elf.p, elf.n);
    buf_fini(&elf);
}

// Code with one page of stack, which begins at RV_SCRATCH, and nothing else that is writable.
static inline void rv_image(struct buf *out, bytes code)
{
    struct rv_layout l = {.code = code, .stack = 4096};
    rv_image_of(out, &l);
}

static inline void rv_container(struct buf *out, bytes image, bytes arguments)
{
    u8 head[5] = {0xFF};
    store_be32(head + 1, (u32)image.n);
    buf_put(out, head, sizeof head);
    buf_put(out, image.p, image.n);
    buf_put(out, arguments.p, arguments.n);
}

// ---- EVM

#define EVM(b, ...) buf_put(b, (const u8[]){__VA_ARGS__}, sizeof((const u8[]){__VA_ARGS__}))

static inline void evm_push_bytes(struct buf *b, const u8 *p, usize n)
{
    buf_put_u8(b, (u8)(OP_PUSH1 - 1 + n));
    buf_put(b, p, n);
}

static inline void evm_word(struct buf *b, u256 w)
{
    u8 be[32];
    u256_to_be_bytes(be, w);
    usize n = u256_byte_length(w);
    n = n == 0 ? 1 : n;
    evm_push_bytes(b, be + 32 - n, n);
}

static inline void evm_number(struct buf *b, u64 v)
{
    evm_word(b, u256_from_u64(v));
}

static inline void evm_address(struct buf *b, address a)
{
    evm_push_bytes(b, a.b, sizeof a.b);
}

static inline void evm_return(struct buf *b, u64 at, u64 n)
{
    evm_number(b, n);
    evm_number(b, at);
    EVM(b, OP_RETURN);
}

static inline void evm_return_top(struct buf *b)
{
    evm_number(b, 0);
    EVM(b, OP_MSTORE);
    evm_return(b, 0, 32);
}

static inline void evm_revert(struct buf *b, u64 at, u64 n)
{
    evm_number(b, n);
    evm_number(b, at);
    EVM(b, OP_REVERT);
}

static inline void evm_sstore(struct buf *b, u64 key, u64 value)
{
    evm_number(b, value);
    evm_number(b, key);
    EVM(b, OP_SSTORE);
}

// The word on top of the stack goes to memory.
static inline void evm_mstore(struct buf *b, u64 at)
{
    evm_number(b, at);
    EVM(b, OP_MSTORE);
}

// Writes bytes to memory; up to 31 zeros follow.
static inline void evm_poke(struct buf *b, u64 at, bytes data)
{
    for (usize i = 0; i < data.n; i += 32) {
        u8 word[32] = {0};
        copy_bytes(word, data.p + i, data.n - i < 32 ? data.n - i : 32);
        evm_push_bytes(b, word, 32);
        evm_mstore(b, at + i);
    }
}

// A call of any kind with all gas; output to nowhere. Leaves success on the stack.
static inline void evm_call(struct buf *b, u32 op, address to, u64 value, bytes at)
{
    evm_number(b, 0);
    evm_number(b, 0);
    evm_number(b, at.n);
    evm_number(b, (u64)(uintptr_t)at.p);
    if (op == OP_CALL || op == OP_CALLCODE) {
        evm_number(b, value);
    }
    evm_address(b, to);
    EVM(b, OP_GAS, (u8)op);
}

// Returns all of the last return data.
static inline void evm_return_data(struct buf *b)
{
    EVM(b, OP_RETURNDATASIZE, OP_PUSH1, 0, OP_PUSH1, 0, OP_RETURNDATACOPY);
    EVM(b, OP_RETURNDATASIZE, OP_PUSH1, 0, OP_RETURN);
}

// Init code that returns `runtime`.
static inline void evm_init_code(struct buf *b, bytes runtime)
{
    u8 size[4], from[4];
    store_be32(size, (u32)runtime.n);
    store_be32(from, (u32)b->n + 5 + 5 + 2 + 1 + 5 + 2 + 1);
    evm_push_bytes(b, size, 4);
    evm_push_bytes(b, from, 4);
    evm_number(b, 0);
    EVM(b, OP_CODECOPY);
    evm_push_bytes(b, size, 4);
    evm_number(b, 0);
    EVM(b, OP_RETURN);
    buf_put(b, runtime.p, runtime.n);
}
