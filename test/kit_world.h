// SPDX-License-Identifier: MIT
// Random worlds of both kinds of contract, made from a string of bytes or a seed: byte code and
// RISC-V code that call, create, copy, store, log, trap and end each other in all ways, mostly with
// sensible arguments. For the comparison of the EVM's forms (kit_compare.h); free of the test
// runner, so that fuzz targets can use it.
#pragma once

#include "lib/base/mem.h"
#include "test/kit_code.h"

struct dice {
    const u8 *p; // bytes to be used first; then the seed, or zeros if that is 0
    usize n;
    u64 seed;
};

static inline u64 throw64(struct dice *d)
{
    u64 v = 0;
    if (d->n > 0) {
        usize take = d->n < 4 ? d->n : 4;
        copy_bytes(&v, d->p, take);
        d->p += take;
        d->n -= take;
        v *= 0x9E3779B97F4A7C15u; // all bits depend on what was there
        return v ^ v >> 29;
    }
    if (d->seed == 0) {
        return 0;
    }
    u64 z = (d->seed += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static inline u64 throw_below(struct dice *d, u64 n)
{
    return throw64(d) % n;
}

static inline bool throw_one_in(struct dice *d, u64 n)
{
    return throw64(d) % n == 1; // not with the zeros of an exhausted string
}

enum { WORLD_CONTRACTS = 8, WORLD_DESIGNATOR = 9, WORLD_NOBODY = 10 };

// Contracts 1 to 8 (odd numbers: RISC-V), a designator, nobody.
static inline address world_address(u32 i)
{
    address a;
    for (u8 k = 0; k < sizeof a.b; k++) {
        a.b[k] = (u8)(0xC1 + k);
    }
    a.b[19] = (u8)i;
    return a;
}

static inline address throw_address(struct dice *d)
{
    u64 x = throw_below(d, 14);
    if (x < 11) {
        return world_address((u32)x);
    }
    return (address){{[19] = (u8)throw_below(d, 5)}}; // zero and the first precompiles
}

static inline u64 throw_size(struct dice *d)
{
    static const u64 odd[] = {24576, 49153, 983033, 1ull << 32, ~0ull, 1ull << 63};
    u64 x = throw64(d);
    return x % 150 == 1 ? odd[x / 64 % COUNT_OF(odd)] : x % 8 == 2 ? 0 : x / 64 % 140;
}

static inline u256 throw_word(struct dice *d)
{
    u64 x = throw64(d);
    switch (x % 8) {
    case 0:
    case 1:
    case 2:
        return u256_from_u64(x / 64 % 5);
    case 3:
        return u256_from_u64(x);
    case 4:
        return u256_neg(u256_from_u64(x / 64 % 300));
    case 5:
        return u256_shl(u256_from_u64(x / 64 % 256), u256_one());
    case 6:
        return u256_from_address(throw_address(d));
    default:
        return (u256){{x, throw64(d), throw64(d), throw64(d)}};
    }
}

// ---- byte code: each statement leaves at most one word more on the stack

static const u8 WORLD_UNARY[] = {OP_ISZERO, OP_NOT, OP_CLZ};
static const u8 WORLD_BINARY[] = {OP_ADD, OP_MUL, OP_SUB, OP_DIV, OP_SDIV,       OP_MOD, OP_SMOD,
                                  OP_EXP, OP_LT,  OP_GT,  OP_SLT, OP_SGT,        OP_EQ,  OP_AND,
                                  OP_OR,  OP_XOR, OP_SHL, OP_SHR, OP_SIGNEXTEND, OP_SAR, OP_BYTE};
static const u8 WORLD_VALUES[] = {
    OP_ADDRESS,    OP_ORIGIN,   OP_CALLER,         OP_CALLVALUE,   OP_CALLDATASIZE,
    OP_CODESIZE,   OP_GASPRICE, OP_COINBASE,       OP_TIMESTAMP,   OP_NUMBER,
    OP_DIFFICULTY, OP_GASLIMIT, OP_CHAINID,        OP_BASEFEE,     OP_MSIZE,
    OP_GAS,        OP_PC,       OP_RETURNDATASIZE, OP_SELFBALANCE, OP_BLOBBASEFEE};
static const u8 WORLD_OF_ACCOUNT[] = {OP_BALANCE, OP_EXTCODESIZE, OP_EXTCODEHASH};
static const u8 WORLD_OF_WORD[] = {OP_CALLDATALOAD, OP_BLOCKHASH, OP_BLOBHASH, OP_SLOAD, OP_TLOAD};
static const u8 WORLD_COPIES[] = {OP_CALLDATACOPY, OP_CODECOPY, OP_MCOPY, OP_RETURNDATACOPY};
static const u8 WORLD_CALLS[] = {OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL};

#define ANY_OF(d, list) ((list)[throw_below(d, COUNT_OF(list))])

static inline void evm_statement_call(struct dice *d, struct buf *b)
{
    u8 op = ANY_OF(d, WORLD_CALLS);
    for (u32 i = 0; i < 4; i++) { // out size, out, in size, in
        evm_number(b, i % 2 == 0 && throw_one_in(d, 2) ? throw_size(d) : throw_below(d, 100));
    }
    if (op == OP_CALL || op == OP_CALLCODE) {
        evm_number(b, throw_one_in(d, 3) ? throw_below(d, 20) : 0);
    }
    evm_address(b, throw_address(d));
    if (throw_one_in(d, 5)) {
        EVM(b, OP_GAS);
    } else {
        evm_number(b, throw_below(d, 300000)); // so that a callee's halt does not end all
    }
    EVM(b, op);
}

static inline void evm_statement_create(struct dice *d, struct buf *b)
{
    u64 n = throw_below(d, 60);
    if (throw_one_in(d, 2)) { // returns some of its memory
        struct buf init = {0};
        evm_word(&init, throw_word(d));
        evm_mstore(&init, 0);
        evm_return(&init, throw_below(d, 32), throw_below(d, 40));
        evm_poke(b, 0, buf_bytes(&init));
        n = init.n;
        buf_fini(&init);
    } else if (throw_one_in(d, 3)) { // what the message brought
        EVM(b, OP_CALLDATASIZE, OP_PUSH1, 0, OP_PUSH1, 0, OP_CALLDATACOPY);
        EVM(b, OP_PUSH1, 5, OP_CALLDATASIZE, OP_PUSH1, 0, OP_PUSH1, 1, OP_CREATE2);
        return;
    }
    bool two = throw_one_in(d, 2);
    if (two) {
        evm_word(b, throw_word(d));
    }
    evm_number(b, n);
    evm_number(b, 0);
    evm_number(b, throw_one_in(d, 3) ? 1 : 0);
    EVM(b, two ? OP_CREATE2 : OP_CREATE);
}

static inline void evm_statement_world(struct dice *d, struct buf *b)
{
    switch (throw_below(d, 9)) {
    case 0:
        evm_number(b, throw_below(d, 3));
        evm_number(b, throw_below(d, 4));
        EVM(b, throw_one_in(d, 3) ? OP_TSTORE : OP_SSTORE);
        break;
    case 1: {
        u8 topics = (u8)throw_below(d, 5);
        for (u32 i = 0; i < topics; i++) {
            evm_word(b, throw_word(d));
        }
        evm_number(b, throw_size(d));
        evm_number(b, throw_below(d, 100));
        EVM(b, (u8)(OP_LOG0 + topics));
        break;
    }
    case 2:
        evm_number(b, throw_size(d));
        evm_number(b, throw_below(d, 100));
        EVM(b, OP_KECCAK256);
        break;
    case 3:
        evm_number(b, throw_size(d));
        evm_word(b, throw_word(d));
        evm_number(b, throw_below(d, 100));
        evm_address(b, throw_address(d));
        EVM(b, OP_EXTCODECOPY);
        break;
    case 4:
        evm_statement_create(d, b);
        break;
    case 5:
        evm_address(b, throw_address(d));
        EVM(b, ANY_OF(d, WORLD_OF_ACCOUNT));
        break;
    case 6:
        evm_number(b, throw_below(d, 1100));
        EVM(b, ANY_OF(d, WORLD_OF_WORD));
        break;
    default:
        evm_statement_call(d, b);
        break;
    }
}

static inline void evm_statement(struct dice *d, struct buf *b)
{
    switch (throw_below(d, 16)) {
    case 0:
    case 1:
    case 2:
        evm_word(b, throw_word(d));
        evm_word(b, throw_word(d));
        EVM(b, ANY_OF(d, WORLD_BINARY));
        break;
    case 3:
        evm_word(b, throw_word(d));
        EVM(b, ANY_OF(d, WORLD_UNARY));
        break;
    case 4:
        EVM(b, ANY_OF(d, WORLD_VALUES));
        break;
    case 5:
        evm_number(b, throw_below(d, 200));
        EVM(b, throw_one_in(d, 4) ? OP_MSTORE8 : OP_MSTORE);
        break;
    case 6:
        evm_number(b, throw_size(d));
        EVM(b, OP_MLOAD);
        break;
    case 7:
        evm_number(b, throw_one_in(d, 3) ? throw_size(d) : throw_below(d, 32));
        evm_number(b, throw_one_in(d, 6) ? throw64(d) : 0);
        evm_number(b, throw_below(d, 100));
        EVM(b, WORLD_COPIES[throw_below(d, throw_one_in(d, 4) ? 4 : 2)]);
        break;
    case 8: // over a push, if the word below says so
        evm_word(b, throw_word(d));
        EVM(b, OP_PUSH2, (u8)((b->n + 7) >> 8), (u8)(b->n + 7), OP_JUMPI);
        EVM(b, OP_PUSH2, 1, 2, OP_JUMPDEST);
        break;
    case 9:
        EVM(b, (u8)(OP_DUP1 + throw_below(d, throw_one_in(d, 30) ? 16 : 8)));
        break;
    case 10:
        EVM(b, (u8)(OP_SWAP1 + throw_below(d, throw_one_in(d, 30) ? 16 : 7)));
        break;
    case 11:
        if (throw_one_in(d, 60)) {
            buf_put_u8(b, (u8)throw64(d)); // any instruction, or none
        }
        break;
    default:
        evm_statement_world(d, b);
        break;
    }
}

static inline void evm_end(struct dice *d, struct buf *b)
{
    switch (throw_below(d, 8)) {
    case 0:
        evm_revert(b, throw_below(d, 64), throw_size(d));
        break;
    case 1:
        evm_address(b, throw_address(d));
        EVM(b, OP_SELFDESTRUCT);
        break;
    case 2:
        EVM(b, OP_INVALID);
        break;
    case 3:
        EVM(b, OP_STOP);
        break;
    default:
        evm_return(b, throw_below(d, 64), throw_size(d));
        break;
    }
}

static inline void throw_evm(struct dice *d, struct buf *b)
{
    for (u32 i = 0; i < 8; i++) { // so that there is something on the stack
        evm_number(b, i);
    }
    for (u64 n = throw_below(d, 40); n > 0; n--) {
        evm_statement(d, b);
    }
    evm_end(d, b);
}

// ---- RISC-V

static inline u64 throw_pointer(struct dice *d)
{
    static const u64 odd[] = {0,          0x80000000, 0x800EFFF0, 0x802FEFFF,
                              0x802FFFF0, RV_TEXT,    ~0ull,      0xBEC00000};
    u64 x = throw64(d);
    return x % 100 == 1 ? odd[x / 64 % COUNT_OF(odd)]
           : x % 4 == 2 ? RV_INPUT + x / 64 % 64
                        : RV_SCRATCH + x / 64 % 2048;
}

// a0 to a7 for a service: what its arguments mean is known roughly.
static inline void rv_statement_service(struct dice *d, struct buf *b, u8 id)
{
    for (u32 r = A0; r <= A7; r++) {
        u64 x = throw64(d);
        rv_li(b, r, x % 3 == 0 ? throw_pointer(d) : x % 3 == 1 ? throw_size(d) : x / 64 % 5);
    }
    switch (id) {
    case 0x31:
    case 0x3B:
    case 0x3F:
    case 0xFF:
        rv_addr3(b, A0, throw_address(d));
        break;
    case 0x3C:
        rv_addr3(b, A0, throw_address(d));
        rv_li(b, A3, throw_pointer(d));
        rv_li(b, A5, throw_size(d));
        break;
    case 0xF1:
    case 0xF4:
    case 0xFA:
        rv_addr_u(b, A0, throw_address(d));
        rv_li(b, A3, throw_one_in(d, 3) ? throw_below(d, 20) : 0);
        rv_li(b, A4, throw_pointer(d));
        rv_li(b, A5, throw_size(d));
        break;
    case 0x54:
    case 0x55:
    case 0x5C:
    case 0x5D:
        rv_word(b, A0, u256_from_u64(throw_below(d, 4)));
        rv_word(b, A4, u256_from_u64(throw_below(d, 3)));
        break;
    case 0xA0:
        rv_li(b, A0, throw_pointer(d));
        rv_li(b, A1, throw_size(d));
        rv_li(b, A2, throw_pointer(d));
        rv_li(b, A3, throw_below(d, throw_one_in(d, 30) ? 6 : 5));
        break;
    default: // pointer, size, …
        if (throw_one_in(d, 2)) {
            rv_li(b, A0, throw_pointer(d));
            rv_li(b, A1, throw_size(d));
        } else {
            rv_li(b, A0, throw_pointer(d));
            rv_li(b, A1, throw_below(d, 40));
            rv_li(b, A2, throw_size(d));
        }
        break;
    }
    rv_service(b, id);
}

static inline void rv_statement_create(struct dice *d, struct buf *b)
{
    struct buf init = {0};
    u64 at = RV_SCRATCH + 1024;
    evm_word(&init, throw_word(d));
    evm_mstore(&init, 0);
    evm_return(&init, throw_below(d, 32), throw_below(d, 40));
    rv_poke_bytes(b, at, buf_bytes(&init));
    rv_li(b, A0, throw_one_in(d, 3));
    rv_li(b, A1, throw_one_in(d, 3) ? RV_INPUT : at); // the message's container, if it brought one
    rv_li(b, A2, init.n);
    rv_li(b, A3, RV_SCRATCH);
    if (throw_one_in(d, 3)) {
        rv_service(b, 0x36);
        rv_r(b, RV_ADD, A2, A0, ZERO);
        rv_li(b, A0, 0);
        rv_li(b, A1, RV_INPUT);
        rv_li(b, A3, RV_SCRATCH);
    }
    rv_service(b, throw_one_in(d, 2) ? 0xF5 : 0xF0);
    buf_fini(&init);
}

static inline void rv_statement_invoke(struct dice *d, struct buf *b)
{
    static const u8 ops[] = {0xF0, 0xF1, 0xF2, 0xF4, 0xF5, 0xFA};
    u8 p[128] = {ANY_OF(d, ops)};
    bool creates = p[0] == 0xF0 || p[0] == 0xF5;
    store_le64(p + 8, throw_one_in(d, 5) ? ~0ull : throw_below(d, 300000));
    if (!creates) {
        address a = throw_address(d);
        copy_bytes(p + 16, a.b, 20);
    }
    p[71] = p[0] != 0xF4 && p[0] != 0xFA && throw_one_in(d, 3);
    p[103] = p[0] == 0xF5 ? (u8)throw64(d) : 0;
    store_le64(p + 104, throw_pointer(d));
    store_le64(p + 112, throw_size(d));
    if (throw_one_in(d, 12)) {
        p[throw_below(d, 128)] ^= (u8)throw64(d);
    }
    rv_poke_bytes(b, RV_SCRATCH + 3000, (bytes){p, sizeof p});
    rv_li(b, A0, throw_one_in(d, 12) ? throw_pointer(d) : RV_SCRATCH + 3000);
    rv_li(b, A1, 128);
    rv_service(b, 0x03);
}

static inline void rv_statement_plain(struct dice *d, struct buf *b)
{
    static const u32 r_forms[] = {RV_ADD, RV_SUB, RV_AND, RV_OR, RV_XOR, RV_MUL, RV_DIVU, RV_REMU};
    static const u32 loads[] = {RV_LB, RV_LBU, RV_LW, RV_LD};
    static const u32 stores[] = {RV_SB, RV_SW, RV_SD};
    static const u32 odd[] = {RV_EBREAK,  RV_ILLEGAL, RV_WFI,     0x02B50553 /* fadd.d */,
                              0x1AB57553, RV_FENCE,   0xC0002573, 0x00351573,
                              0x0005252F, 0x1005252F, 0x00000001};
    u32 x = S2 + (u32)throw_below(d, 6);
    u32 y = S2 + (u32)throw_below(d, 6);
    switch (throw_below(d, 8)) {
    case 0:
        rv_li(b, x, throw64(d) >> throw_below(d, 64));
        break;
    case 1:
    case 2:
        rv_r(b, ANY_OF(d, r_forms), x, y, S2 + (u32)throw_below(d, 6));
        break;
    case 3:
        rv_li(b, T1, throw_pointer(d));
        rv_i(b, ANY_OF(d, loads), x, T1, (i32)throw_below(d, 64));
        break;
    case 4:
        rv_li(b, T1, throw_pointer(d));
        rv_s(b, ANY_OF(d, stores), x, T1, (i32)throw_below(d, 64));
        break;
    case 5: { // over a statement
        usize at = rv_branch(b, throw_one_in(d, 2) ? RV_BLTU : RV_BNE, x, y);
        rv_i(b, RV_ADDI, x, y, 1);
        rv_bind(b, at);
        break;
    }
    case 6: { // a few turns
        rv_li(b, T3, 1 + throw_below(d, 50));
        usize loop = b->n;
        rv_i(b, RV_ADDI, T3, T3, -1);
        rv_r(b, RV_ADD, x, x, y);
        rv_branch_back(b, RV_BNE, T3, ZERO, loop);
        break;
    }
    default:
        if (throw_one_in(d, 8)) {
            rv_put(b, throw_one_in(d, 6) ? (u32)throw64(d) : ANY_OF(d, odd));
        }
        break;
    }
}

static inline void rv_statement(struct dice *d, struct buf *b)
{
    static const u8 ids[] = {0x01, 0x02, 0x04, 0x05, 0x06, 0x20, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35,
                             0x36, 0x37, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x40, 0x41,
                             0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x54, 0x55, 0x5A,
                             0x5C, 0x5D, 0xA0, 0x54, 0x55, 0x5C, 0x5D, 0xA0, 0x3C, 0x31};
    static const u8 calls[] = {0xF1, 0xF4, 0xFA};
    switch (throw_below(d, 10)) {
    case 0:
    case 1:
        rv_statement_plain(d, b);
        break;
    case 2:
        if (throw_one_in(d, 2)) {
            rv_statement_service(d, b, ANY_OF(d, calls));
        }
        break;
    case 3:
    case 4:
        rv_statement_invoke(d, b);
        break;
    case 5:
        rv_statement_create(d, b);
        break;
    case 6: // keeps what came back
        rv_service(b, 0x3D);
        rv_r(b, RV_ADD, A2, A0, ZERO);
        rv_i(b, RV_ANDI, A2, A2, 127);
        rv_li(b, A0, RV_SCRATCH + throw_below(d, 512));
        rv_li(b, A1, 0);
        rv_service(b, 0x3E);
        break;
    default:
        rv_statement_service(d, b, throw_one_in(d, 60) ? (u8)throw64(d) : ANY_OF(d, ids));
        break;
    }
}

static inline void throw_rv(struct dice *d, struct buf *image)
{
    struct buf b = {0};
    for (u64 n = throw_below(d, 30); n > 0; n--) {
        rv_statement(d, &b);
    }
    u64 x = throw_below(d, 8);
    if (x == 0) {
        rv_service(&b, 0xFE);
    } else if (x == 1) {
        rv_statement_service(d, &b, 0xFF);
    } else if (x != 2) { // else it runs off its end
        rv_li(&b, A0, throw_pointer(d));
        rv_li(&b, A1, throw_size(d));
        rv_service(&b, x < 5 ? 0xFD : 0xF3);
    }
    struct rv_layout l = {.code = buf_bytes(&b), .stack = 4096 * (1 + throw_below(d, 3))};
    if (throw_one_in(d, 10)) {
        l.total_min = 24576 + throw_below(d, 4000);
    }
    l.data_at = 0x80400000;
    l.data_size = throw_one_in(d, 6) ? 1 + throw_below(d, 20000) : 0;
    rv_image_of(image, &l);
    buf_fini(&b);
}
