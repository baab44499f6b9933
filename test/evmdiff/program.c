// SPDX-License-Identifier: MIT
// See program.h. A statement leaves the height of the stack as it is, an expression adds one word;
// `height` is known at every place, so that DUP and SWAP reach what is there. Data (init code,
// inputs) comes behind the program, and CODECOPY takes it from there.
#include "test/evmdiff/program.h"

#include <string.h>

#include "engine/evm/opcode.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"

#define FRAGMENTS_MAX 24u
#define CODE_SIZE_MAX 4000u // no new statements behind it

struct fragment {
    usize operand; // of the PUSH2 that will be its offset
    struct buf data;
};

struct coder {
    struct buf *out;
    usize start; // of this program in `out`
    struct random *r;
    const struct scene *scene;
    u32 height;
    u32 depth; // of blocks and creations around this place
    struct fragment fragment[FRAGMENTS_MAX];
    u32 fragments;
};

struct operation {
    u8 byte, pops, pushes;
    u8 since;
};

static const struct operation OPERATIONS[] = {
#define OPCODE(byte, NAME, name, pops, pushes, price, FORK, immediate, text)                       \
    {byte, pops, pushes, FORK_##FORK},
#include "spec/opcodes.def"
};

static void statement(struct coder *c);
static void expression(struct coder *c, u32 depth);

// ---- writing -----------------------------------------------------------------------------------

static u32 below(struct coder *c, u32 n)
{
    return random_below(c->r, n);
}

static bool one_in(struct coder *c, u32 n)
{
    return random_chance(c->r, n);
}

static void op(struct coder *c, u8 byte)
{
    buf_put_u8(c->out, byte);
}

static void push_bytes(struct coder *c, const u8 *p, u32 n)
{
    op(c, (u8)(OP_PUSH1 + n - 1));
    buf_put(c->out, p, n);
}

static void push(struct coder *c, u256 v)
{
    b256 b = u256_to_b256(v);
    u32 n = u256_byte_length(v);
    n = n == 0 ? 1 : n;
    if (one_in(c, 24)) {
        n += below(c, 33 - n); // leading zeros
    }
    if (u256_is_zero(v) && c->scene->fork >= FORK_SHANGHAI && one_in(c, 2)) {
        op(c, OP_PUSH0);
        return;
    }
    push_bytes(c, b.b + 32 - n, n);
}

static void push_number(struct coder *c, u64 v)
{
    push(c, u256_from_u64(v));
}

// PUSH2 with an operand to be set later; where it is.
static usize push_later(struct coder *c)
{
    static const u8 NOTHING[2] = {0};
    push_bytes(c, NOTHING, 2);
    return c->out->n - 2;
}

static void set_operand(struct coder *c, usize operand, usize target)
{
    store_be16(c->out->p + operand, (u16)(target - c->start));
}

static usize here(struct coder *c)
{
    return c->out->n;
}

static bool is_known(struct coder *c, u8 byte)
{
    for (u32 i = 0; i < COUNT_OF(OPERATIONS); i++) {
        if (OPERATIONS[i].byte == byte) {
            return (enum fork)OPERATIONS[i].since <= c->scene->fork;
        }
    }
    return false;
}

// One of the listed instructions that the fork has; rarely one that it lacks.
static u8 choose(struct coder *c, const u8 *list, u32 count)
{
    for (u32 tries = 0; tries < 32; tries++) {
        u8 byte = list[below(c, count)];
        if (is_known(c, byte) || one_in(c, 300)) {
            return byte;
        }
    }
    return list[0];
}

// ---- operands ----------------------------------------------------------------------------------

static void push_address(struct coder *c)
{
    address a = c->scene->at[below(c, c->scene->count)];
    if (one_in(c, 40)) { // with something above it, which does not count
        u8 wide[32];
        random_bytes(c->r, wide, 12);
        copy_bytes(wide + 12, a.b, 20);
        push_bytes(c, wide, 32);
        return;
    }
    push(c, u256_from_address(a));
}

static void push_offset(struct coder *c) // of memory
{
    switch (below(c, 120)) {
    case 0:
        push(c, random_word(c->r));
        break;
    case 1:
        push_number(c, below(c, 20000));
        break;
    case 2:
    case 3:
        push_number(c, below(c, 1200));
        break;
    default:
        push_number(c, one_in(c, 2) ? 32 * below(c, 8) : below(c, 260));
        break;
    }
}

static void push_size(struct coder *c)
{
    switch (below(c, 120)) {
    case 0:
        push(c, random_word(c->r));
        break;
    case 1:
        push_number(c, below(c, 9000));
        break;
    case 2:
    case 3:
        push_number(c, 0);
        break;
    default:
        push_number(c, one_in(c, 2) ? 32 * below(c, 5) : below(c, 140));
        break;
    }
}

static void push_slot(struct coder *c)
{
    if (one_in(c, 12)) {
        push(c, random_word(c->r));
    } else {
        push_number(c, below(c, 6));
    }
}

// Before Tangerine Whistle, who asks for more than there is runs out of gas.
static void push_gas(struct coder *c)
{
    u32 kind = below(c, 8);
    if (c->scene->fork < FORK_TANGERINE && kind > 1) {
        kind = one_in(c, 8) ? kind : 4;
    }
    switch (kind) {
    case 0:
        push_number(c, below(c, 60000));
        break;
    case 1:
        push_number(c, below(c, 3000));
        break;
    case 2:
        push(c, u256_max());
        break;
    case 3:
        push(c, random_word(c->r));
        break;
    case 4:
        push_number(c, (c->scene->fork < FORK_TANGERINE ? 12000 : 100) + below(c, 3000));
        op(c, OP_GAS);
        op(c, OP_SUB);
        break;
    default:
        op(c, OP_GAS);
        break;
    }
}

static void push_value(struct coder *c) // of a call or creation
{
    switch (below(c, 12)) {
    case 0:
        push_number(c, 1 + below(c, 5));
        break;
    case 1:
        push_number(c, below(c, 100000));
        break;
    case 2:
        push(c, random_word(c->r));
        break;
    case 3:
        op(c, OP_ADDRESS);
        op(c, OP_BALANCE);
        break;
    default:
        push_number(c, 0);
        break;
    }
}

// ---- expressions -------------------------------------------------------------------------------

static const u8 ARITHMETIC[] = {
    OP_ADD, OP_MUL, OP_SUB, OP_DIV,        OP_SDIV, OP_MOD, OP_SMOD, OP_ADDMOD, OP_MULMOD,
    OP_EXP, OP_LT,  OP_GT,  OP_SIGNEXTEND, OP_SLT,  OP_SGT, OP_EQ,   OP_ISZERO, OP_AND,
    OP_OR,  OP_XOR, OP_NOT, OP_BYTE,       OP_SHL,  OP_SHR, OP_SAR,  OP_CLZ,
};
static const u8 SURROUNDINGS[] = {
    OP_ADDRESS,  OP_ORIGIN,         OP_CALLER,         OP_CALLVALUE,   OP_CALLDATASIZE, OP_CODESIZE,
    OP_GASPRICE, OP_COINBASE,       OP_TIMESTAMP,      OP_NUMBER,      OP_DIFFICULTY,   OP_GASLIMIT,
    OP_CHAINID,  OP_BASEFEE,        OP_SELFBALANCE,    OP_PC,          OP_MSIZE,        OP_GAS,
    OP_GAS,      OP_RETURNDATASIZE, OP_RETURNDATASIZE, OP_BLOBBASEFEE,
};
static const u8 OF_ADDRESS[] = {OP_BALANCE, OP_EXTCODESIZE, OP_EXTCODEHASH};
static const u8 OF_SLOT[] = {OP_SLOAD, OP_TLOAD};

static void arithmetic(struct coder *c, u32 depth)
{
    u8 byte = choose(c, ARITHMETIC, COUNT_OF(ARITHMETIC));
    u32 pops = 0;
    for (u32 i = 0; i < COUNT_OF(OPERATIONS); i++) {
        pops = OPERATIONS[i].byte == byte ? OPERATIONS[i].pops : pops;
    }
    u32 before = c->height;
    for (u32 i = 0; i < pops; i++) {
        if (byte == OP_EXP && i == 0 && one_in(c, 2)) {
            push_number(c, below(c, 70)); // the exponent
            c->height++;
        } else {
            expression(c, depth + 1);
        }
    }
    op(c, byte);
    c->height = before + 1;
}

static void chain_question(struct coder *c)
{
    if (one_in(c, 2)) {
        push_number(c, below(c, 4));
        op(c, OP_NUMBER);
        op(c, one_in(c, 4) ? OP_ADD : OP_SUB);
        op(c, OP_BLOCKHASH);
    } else {
        push_number(c, below(c, 3));
        op(c, is_known(c, OP_BLOBHASH) ? OP_BLOBHASH : OP_BLOCKHASH);
    }
}

// Adds one word.
static void expression(struct coder *c, u32 depth)
{
    static const u8 WEIGHTS[] = {24, 22, 14, 8, 6, 6, 6, 10, 3, 3};
    u32 kind = random_weighted(c->r, WEIGHTS, COUNT_OF(WEIGHTS));
    if (kind == 1 && depth < 3) {
        arithmetic(c, depth);
        return;
    }
    switch (kind) {
    case 2:
        op(c, choose(c, SURROUNDINGS, COUNT_OF(SURROUNDINGS)));
        break;
    case 3:
        push_slot(c);
        op(c, choose(c, OF_SLOT, COUNT_OF(OF_SLOT)));
        break;
    case 4:
        push_address(c);
        op(c, choose(c, OF_ADDRESS, COUNT_OF(OF_ADDRESS)));
        break;
    case 5:
        push_offset(c);
        op(c, one_in(c, 3) ? OP_CALLDATALOAD : OP_MLOAD);
        break;
    case 6:
        push_address(c);
        break;
    case 7:
        if (c->height > 0) {
            op(c, (u8)(OP_DUP1 + below(c, c->height < 16 ? c->height : 16)));
        } else {
            push_number(c, below(c, 256));
        }
        break;
    case 8:
        push_size(c);
        push_offset(c);
        op(c, OP_KECCAK256);
        break;
    case 9:
        chain_question(c);
        break;
    default:
        push(c, random_word(c->r));
        break;
    }
    c->height++;
}

// ---- data behind the program -------------------------------------------------------------------

// Copies new data to memory at `to`; NULL if there is no more room. What it holds is the caller's
// to fill, before anything else is coded: its size is needed first.
static bool copy_data(struct coder *c, const struct buf *data, u64 to)
{
    if (c->fragments == FRAGMENTS_MAX) {
        return false;
    }
    struct fragment *f = &c->fragment[c->fragments++];
    *f = (struct fragment){.operand = 0};
    buf_put(&f->data, data->p, data->n);
    push_number(c, data->n);
    f->operand = push_later(c);
    push_number(c, to);
    op(c, OP_CODECOPY);
    return true;
}

static void finish(struct coder *c)
{
    for (u32 i = 0; i < c->fragments; i++) {
        set_operand(c, c->fragment[i].operand, here(c));
        buf_put(c->out, c->fragment[i].data.p, c->fragment[i].data.n);
        buf_fini(&c->fragment[i].data);
    }
}

// ---- calls and creations -----------------------------------------------------------------------

static const u8 CALLS[] = {OP_CALL,         OP_CALL,       OP_CALL,      OP_CALLCODE,
                           OP_DELEGATECALL, OP_STATICCALL, OP_STATICCALL};

// What becomes of a word on top: stored, dropped, logged.
static void consume(struct coder *c)
{
    switch (below(c, 4)) {
    case 0:
        op(c, OP_POP);
        break;
    case 1:
        push_offset(c);
        op(c, OP_MSTORE);
        break;
    default:
        push_slot(c);
        op(c, OP_SSTORE);
        break;
    }
}

static void call(struct coder *c)
{
    u8 byte = choose(c, CALLS, COUNT_OF(CALLS));
    push_size(c);
    push_offset(c);
    push_size(c);
    push_offset(c);
    if (byte == OP_CALL || byte == OP_CALLCODE) {
        push_value(c);
    }
    push_address(c);
    push_gas(c);
    op(c, byte);
    consume(c);
}

static u32 random_precompile(struct coder *c)
{
    static const u8 WEIGHTS[] = {0, 8, 6, 6, 8, 8, 8, 6, 2, 8, 1, 4, 2, 3, 1, 1, 1, 1, 5};
    u32 n = random_weighted(c->r, WEIGHTS, COUNT_OF(WEIGHTS));
    return n == 18 ? 0x100 : n;
}

static void call_precompile(struct coder *c)
{
    u32 number = random_precompile(c);
    struct buf input = {0};
    input_of_precompile(&input, c->r, number);
    u64 size = input.n;
    u64 to = 32 * below(c, 4);
    bool room = copy_data(c, &input, to);
    buf_fini(&input);
    if (!room) {
        return;
    }
    u8 byte = choose(c, CALLS, COUNT_OF(CALLS));
    push_number(c, 32 * below(c, 9));
    push_number(c, 32 * below(c, 8));
    push_number(c, one_in(c, 20) ? size + below(c, 40) : size);
    push_number(c, to);
    if (byte == OP_CALL || byte == OP_CALLCODE) {
        push_number(c, one_in(c, 10));
    }
    push_number(c, number);
    if (one_in(c, 5)) {
        push_number(c, below(c, 8000));
    } else {
        op(c, OP_GAS);
    }
    op(c, byte);
    consume(c);
}

static void create(struct coder *c)
{
    struct buf init = {0};
    program_init_code(&init, c->r, c->scene, c->depth + 1);
    u64 size = init.n;
    u64 to = 32 * below(c, 4);
    bool room = copy_data(c, &init, to);
    buf_fini(&init);
    if (!room) {
        return;
    }
    bool two = is_known(c, OP_CREATE2) && one_in(c, 2);
    if (two && one_in(c, 4)) { // twice: the second finds the address taken
        u32 salt = below(c, 2);
        for (u32 i = 0; i < 2; i++) {
            push_number(c, salt);
            push_number(c, size);
            push_number(c, to);
            push_number(c, 0);
            op(c, OP_CREATE2);
            consume(c);
        }
        return;
    }
    if (two) {
        push_number(c, one_in(c, 3) ? random_u64(c->r) : below(c, 2));
    }
    push_number(c, one_in(c, 60) ? 49152 + below(c, 2) : size); // EIP-3860's limit
    push_number(c, to);
    push_value(c);
    op(c, two ? OP_CREATE2 : OP_CREATE);
    if (one_in(c, 2)) {
        consume(c);
        return;
    }
    // A call of what was created.
    for (u32 i = 0; i < 5; i++) {
        push_number(c, 0);
    }
    op(c, OP_DUP1 + 5);
    push_gas(c);
    op(c, OP_CALL);
    consume(c);
    consume(c);
}

// ---- control -----------------------------------------------------------------------------------

static void block(struct coder *c, u32 statements)
{
    c->depth++;
    for (u32 i = 0; i < statements && c->out->n - c->start < CODE_SIZE_MAX; i++) {
        statement(c);
    }
    c->depth--;
}

static void condition(struct coder *c)
{
    expression(c, 1);
    c->height--;
    usize over = push_later(c);
    op(c, OP_JUMPI);
    block(c, 1 + below(c, 3));
    set_operand(c, over, here(c));
    op(c, OP_JUMPDEST);
}

static void loop(struct coder *c)
{
    push_number(c, 1 + below(c, one_in(c, 12) ? 200 : 8));
    c->height++;
    usize top = here(c);
    op(c, OP_JUMPDEST);
    block(c, 1 + below(c, 3));
    push_number(c, 1);
    op(c, OP_SWAP1);
    op(c, OP_SUB);
    op(c, OP_DUP1);
    set_operand(c, push_later(c), top);
    op(c, OP_JUMPI);
    op(c, OP_POP);
    c->height--;
}

static void subroutine(struct coder *c)
{
    usize back = push_later(c);
    usize body = push_later(c);
    op(c, OP_JUMP);
    set_operand(c, body, here(c));
    op(c, OP_JUMPDEST);
    c->height++;
    block(c, 1 + below(c, 2));
    c->height--;
    op(c, OP_JUMP);
    set_operand(c, back, here(c));
    op(c, OP_JUMPDEST);
}

// Words are piled up until the stack is full.
static void pile(struct coder *c)
{
    usize top = here(c);
    op(c, OP_JUMPDEST);
    expression(c, 3);
    c->height--;
    set_operand(c, push_later(c), top);
    op(c, OP_JUMP);
}

// A jump to anywhere, often into the data of a PUSH.
static void wild_jump(struct coder *c)
{
    if (one_in(c, 2)) {
        push_number(c, below(c, (u32)(here(c) - c->start) + 40));
        op(c, OP_JUMP);
        return;
    }
    u64 at = here(c) - c->start + 3;
    push_number(c, 0x5B5B5B5B);
    push_number(c, at);
    op(c, OP_JUMP);
}

static void end(struct coder *c)
{
    static const u8 WEIGHTS[] = {8, 12, 6, 2, 2, 4, 1};
    switch (random_weighted(c->r, WEIGHTS, COUNT_OF(WEIGHTS))) {
    case 0:
        op(c, OP_STOP);
        break;
    case 1:
    case 2:
        push_size(c);
        push_offset(c);
        op(c, one_in(c, 3) ? OP_REVERT : OP_RETURN);
        break;
    case 3:
        op(c, OP_INVALID);
        break;
    case 4:
        wild_jump(c);
        break;
    case 5:
        push_address(c);
        op(c, OP_SELFDESTRUCT);
        break;
    default:
        pile(c);
        break;
    }
}

// ---- statements --------------------------------------------------------------------------------

static void store(struct coder *c)
{
    expression(c, 0);
    c->height--;
    push_slot(c);
    op(c, is_known(c, OP_TSTORE) && one_in(c, 3) ? OP_TSTORE : OP_SSTORE);
}

static void store_memory(struct coder *c)
{
    expression(c, 0);
    c->height--;
    push_offset(c);
    op(c, one_in(c, 4) ? OP_MSTORE8 : OP_MSTORE);
}

static void copy(struct coder *c)
{
    static const u8 COPIES[] = {OP_CALLDATACOPY,   OP_CODECOPY, OP_EXTCODECOPY, OP_RETURNDATACOPY,
                                OP_RETURNDATACOPY, OP_MCOPY,    OP_MCOPY};
    u8 byte = choose(c, COPIES, COUNT_OF(COPIES));
    if (byte == OP_RETURNDATACOPY && !one_in(c, 5)) { // in bounds
        op(c, OP_RETURNDATASIZE);
        push_number(c, 0);
    } else {
        push_size(c);
        push_offset(c);
    }
    push_offset(c);
    if (byte == OP_EXTCODECOPY) {
        push_address(c);
    }
    op(c, byte);
}

static void write_log(struct coder *c)
{
    u32 topics = below(c, 5);
    u32 before = c->height;
    for (u32 i = 0; i < topics; i++) {
        expression(c, 2);
    }
    c->height = before;
    push_size(c);
    push_offset(c);
    op(c, (u8)(OP_LOG0 + topics));
}

static void shuffle(struct coder *c)
{
    u32 n = 2 + below(c, one_in(c, 4) ? 16 : 3);
    for (u32 i = 0; i < n; i++) {
        expression(c, 2);
    }
    for (u32 i = 0; i < 3; i++) {
        u32 reach = c->height - 1 < 16 ? c->height - 1 : 16;
        op(c, (u8)(OP_SWAP1 + below(c, n - 1 < reach ? n - 1 : reach)));
    }
    for (u32 i = 0; i < n; i++) {
        consume(c);
        c->height--;
    }
}

static void raw(struct coder *c)
{
    u32 n = 1 + below(c, 3);
    for (u32 i = 0; i < n; i++) {
        op(c, one_in(c, 2) ? OPERATIONS[below(c, COUNT_OF(OPERATIONS))].byte : (u8)below(c, 256));
    }
}

// Deep inside there are no more blocks and no more ends.
static void statement(struct coder *c)
{
    static void (*const KINDS[])(struct coder * c) = {
        store,     store_memory, copy,       write_log, call, call_precompile, shuffle, create,
        condition, loop,         subroutine, raw,       end,
    };
    static const u8 WEIGHTS[] = {16, 12, 8, 6, 16, 8, 5, 6, 10, 4, 3, 1, 1};
    static const u8 DEEP[] = {16, 12, 8, 6, 10, 4, 4, 1, 0, 0, 0, 1, 0};
    bool deep = c->depth > 3;
    KINDS[random_weighted(c->r, deep ? DEEP : WEIGHTS, COUNT_OF(KINDS))](c);
}

static void program(struct buf *out, struct random *r, const struct scene *s, u32 statements,
                    u32 depth)
{
    struct coder c = {.out = out, .start = out->n, .r = r, .scene = s, .depth = depth};
    for (u32 i = 0; i < statements && out->n - c.start < CODE_SIZE_MAX; i++) {
        statement(&c);
    }
    if (!random_chance(r, 12)) {
        end(&c);
    }
    finish(&c);
}

void program_code(struct buf *out, struct random *r, const struct scene *s, u32 statements)
{
    program(out, r, s, statements, 0);
}

// ---- init code ---------------------------------------------------------------------------------

// Init code that deposits what follows it.
static void deposit(struct coder *c, const struct buf *code)
{
    (void)copy_data(c, code, 0);
    push_number(c, code->n);
    push_number(c, 0);
    op(c, OP_RETURN);
}

static void deposit_size(struct coder *c)
{
    static const u32 SIZES[] = {0, 1, 32, 1000, 24575, 24576, 24577, 24600};
    push_number(c, SIZES[below(c, COUNT_OF(SIZES))]);
    push_number(c, 0);
    op(c, OP_RETURN);
}

static void deposit_program(struct coder *c)
{
    struct buf code = {0};
    program(&code, c->r, c->scene, 1 + below(c, 4), c->depth + 2);
    deposit(c, &code);
    buf_fini(&code);
}

static void deposit_reserved(struct coder *c) // EIP-3541
{
    struct buf code = {0};
    buf_put_u8(&code, 0xEF);
    for (u32 n = below(c, 30); n > 0; n--) {
        buf_put_u8(&code, (u8)below(c, 256));
    }
    deposit(c, &code);
    buf_fini(&code);
}

void program_init_code(struct buf *out, struct random *r, const struct scene *s, u32 depth)
{
    struct coder c = {.out = out, .start = out->n, .r = r, .scene = s, .depth = depth};
    if (depth > 3) {
        deposit_size(&c);
        return;
    }
    for (u32 i = random_below(r, 3); i > 0; i--) {
        statement(&c);
    }
    static const u8 WEIGHTS[] = {10, 3, 3, 4, 1};
    switch (random_weighted(r, WEIGHTS, COUNT_OF(WEIGHTS))) {
    case 0:
        deposit_program(&c);
        break;
    case 1:
        deposit_size(&c);
        break;
    case 2:
        end(&c);
        break;
    case 3:
        break;
    default:
        deposit_reserved(&c);
        break;
    }
    finish(&c);
}

// ---- the observer ------------------------------------------------------------------------------

void program_observer(struct buf *out, const address *to, u8 call_byte)
{
    struct random none = {0};
    struct scene frontier = {.fork = FORK_FRONTIER};
    struct coder c = {.out = out, .start = out->n, .r = &none, .scene = &frontier};
    static const u8 TAKE_CALLDATA[] = {OP_CALLDATASIZE, OP_PUSH1, 0, OP_PUSH1, 0, OP_CALLDATACOPY};
    static const u8 OUTPUT[] = {OP_PUSH1, 64, OP_PUSH2, 1, 0, OP_CALLDATASIZE, OP_PUSH1, 0};
    buf_put(out, TAKE_CALLDATA, sizeof TAKE_CALLDATA);
    buf_put(out, OUTPUT, sizeof OUTPUT);
    if (call_byte == OP_CALL || call_byte == OP_CALLCODE) {
        op(&c, OP_CALLVALUE);
    }
    push_bytes(&c, to->b, 20);
    static const u8 NEARLY_ALL_GAS[] = {OP_PUSH2, 12000 / 256, 12000 % 256, OP_GAS, OP_SUB};
    buf_put(out, NEARLY_ALL_GAS, sizeof NEARLY_ALL_GAS);
    op(&c, call_byte);
    static const u8 KEEP[] = {
        OP_PUSH1, 0xA0,     OP_SSTORE,                                    // success
        OP_GAS,   OP_PUSH1, 0xA1,      OP_SSTORE,                         // gas
        OP_PUSH1, 64,       OP_PUSH2,  1,         0,        OP_KECCAK256, // what it returned
        OP_PUSH1, 0xA2,     OP_SSTORE, OP_MSIZE,  OP_PUSH1, 0xA3,         OP_SSTORE,
        OP_PUSH1, 64,       OP_PUSH2,  1,         0,        OP_RETURN,
    };
    buf_put(out, KEEP, sizeof KEEP);
}
