// SPDX-License-Identifier: MIT
// See program.h. Statements, what ends a program, init code.
#include "test/evmdiff/program.h"

#include "test/evmdiff/coder.h"

#define CODE_SIZE_MAX 4000u // no new statements behind it

static void statement(struct coder *c);

// ---- calls and creations -----------------------------------------------------------------------

static const u8 CALLS[] = {OP_CALL,         OP_CALL,       OP_CALL,      OP_CALLCODE,
                           OP_DELEGATECALL, OP_STATICCALL, OP_STATICCALL};

// What becomes of a word on top: stored, dropped, logged.
static void consume(struct coder *c)
{
    switch (code_below(c, 4)) {
    case 0:
        code_op(c, OP_POP);
        break;
    case 1:
        code_offset(c);
        code_op(c, OP_MSTORE);
        break;
    default:
        code_slot(c);
        code_op(c, OP_SSTORE);
        break;
    }
}

static void call(struct coder *c)
{
    u8 byte = code_choose(c, CALLS, COUNT_OF(CALLS));
    code_size(c);
    code_offset(c);
    code_size(c);
    code_offset(c);
    if (byte == OP_CALL || byte == OP_CALLCODE) {
        code_value(c);
    }
    code_address(c);
    code_gas(c);
    code_op(c, byte);
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
    u64 to = 32 * code_below(c, 4);
    bool room = code_data(c, &input, to);
    buf_fini(&input);
    if (!room) {
        return;
    }
    u8 byte = code_choose(c, CALLS, COUNT_OF(CALLS));
    code_number(c, 32 * code_below(c, 9));
    code_number(c, 32 * code_below(c, 8));
    code_number(c, code_one_in(c, 20) ? size + code_below(c, 40) : size);
    code_number(c, to);
    if (byte == OP_CALL || byte == OP_CALLCODE) {
        code_number(c, code_one_in(c, 10));
    }
    code_number(c, number);
    if (code_one_in(c, 5)) {
        code_number(c, code_below(c, 8000));
    } else {
        code_op(c, OP_GAS);
    }
    code_op(c, byte);
    consume(c);
}

static void create(struct coder *c)
{
    struct buf init = {0};
    program_init_code(&init, c->r, c->scene, c->depth + 1);
    u64 size = init.n;
    u64 to = 32 * code_below(c, 4);
    bool room = code_data(c, &init, to);
    buf_fini(&init);
    if (!room) {
        return;
    }
    bool two = code_knows(c, OP_CREATE2) && code_one_in(c, 2);
    if (two && code_one_in(c, 4)) { // twice: the second finds the address taken
        u32 salt = code_below(c, 2);
        for (u32 i = 0; i < 2; i++) {
            code_number(c, salt);
            code_number(c, size);
            code_number(c, to);
            code_number(c, 0);
            code_op(c, OP_CREATE2);
            consume(c);
        }
        return;
    }
    if (two) {
        code_number(c, code_one_in(c, 3) ? random_u64(c->r) : code_below(c, 2));
    }
    code_number(c, code_one_in(c, 60) ? 49152 + code_below(c, 2) : size); // EIP-3860's limit
    code_number(c, to);
    code_value(c);
    code_op(c, two ? OP_CREATE2 : OP_CREATE);
    if (code_one_in(c, 2)) {
        consume(c);
        return;
    }
    // A call of what was created.
    for (u32 i = 0; i < 5; i++) {
        code_number(c, 0);
    }
    code_op(c, OP_DUP1 + 5);
    code_gas(c);
    code_op(c, OP_CALL);
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
    code_expression(c, 1);
    c->height--;
    usize over = code_later(c);
    code_op(c, OP_JUMPI);
    block(c, 1 + code_below(c, 3));
    code_set_operand(c, over, code_here(c));
    code_op(c, OP_JUMPDEST);
}

static void loop(struct coder *c)
{
    code_number(c, 1 + code_below(c, code_one_in(c, 12) ? 200 : 8));
    c->height++;
    usize top = code_here(c);
    code_op(c, OP_JUMPDEST);
    block(c, 1 + code_below(c, 3));
    code_number(c, 1);
    code_op(c, OP_SWAP1);
    code_op(c, OP_SUB);
    code_op(c, OP_DUP1);
    code_set_operand(c, code_later(c), top);
    code_op(c, OP_JUMPI);
    code_op(c, OP_POP);
    c->height--;
}

static void subroutine(struct coder *c)
{
    usize back = code_later(c);
    usize body = code_later(c);
    code_op(c, OP_JUMP);
    code_set_operand(c, body, code_here(c));
    code_op(c, OP_JUMPDEST);
    c->height++;
    block(c, 1 + code_below(c, 2));
    c->height--;
    code_op(c, OP_JUMP);
    code_set_operand(c, back, code_here(c));
    code_op(c, OP_JUMPDEST);
}

// Words are piled up until the stack is full.
static void pile(struct coder *c)
{
    usize top = code_here(c);
    code_op(c, OP_JUMPDEST);
    code_expression(c, 3);
    c->height--;
    code_set_operand(c, code_later(c), top);
    code_op(c, OP_JUMP);
}

// A jump to anywhere, often into the data of a PUSH.
static void wild_jump(struct coder *c)
{
    if (code_one_in(c, 2)) {
        code_number(c, code_below(c, (u32)(code_here(c) - c->start) + 40));
        code_op(c, OP_JUMP);
        return;
    }
    u64 at = code_here(c) - c->start + 3;
    code_number(c, 0x5B5B5B5B);
    code_number(c, at);
    code_op(c, OP_JUMP);
}

static void end(struct coder *c)
{
    static const u8 WEIGHTS[] = {8, 12, 6, 2, 2, 4, 1};
    switch (random_weighted(c->r, WEIGHTS, COUNT_OF(WEIGHTS))) {
    case 0:
        code_op(c, OP_STOP);
        break;
    case 1:
    case 2:
        code_size(c);
        code_offset(c);
        code_op(c, code_one_in(c, 3) ? OP_REVERT : OP_RETURN);
        break;
    case 3:
        code_op(c, OP_INVALID);
        break;
    case 4:
        wild_jump(c);
        break;
    case 5:
        code_address(c);
        code_op(c, OP_SELFDESTRUCT);
        break;
    default:
        pile(c);
        break;
    }
}

// ---- statements --------------------------------------------------------------------------------

static void store(struct coder *c)
{
    code_expression(c, 0);
    c->height--;
    code_slot(c);
    code_op(c, code_knows(c, OP_TSTORE) && code_one_in(c, 3) ? OP_TSTORE : OP_SSTORE);
}

static void store_memory(struct coder *c)
{
    code_expression(c, 0);
    c->height--;
    code_offset(c);
    code_op(c, code_one_in(c, 4) ? OP_MSTORE8 : OP_MSTORE);
}

static void copy(struct coder *c)
{
    static const u8 COPIES[] = {OP_CALLDATACOPY,   OP_CODECOPY, OP_EXTCODECOPY, OP_RETURNDATACOPY,
                                OP_RETURNDATACOPY, OP_MCOPY,    OP_MCOPY};
    u8 byte = code_choose(c, COPIES, COUNT_OF(COPIES));
    if (byte == OP_RETURNDATACOPY && !code_one_in(c, 5)) { // in bounds
        code_op(c, OP_RETURNDATASIZE);
        code_number(c, 0);
    } else {
        code_size(c);
        code_offset(c);
    }
    code_offset(c);
    if (byte == OP_EXTCODECOPY) {
        code_address(c);
    }
    code_op(c, byte);
}

static void write_log(struct coder *c)
{
    u32 topics = code_below(c, 5);
    u32 before = c->height;
    for (u32 i = 0; i < topics; i++) {
        code_expression(c, 2);
    }
    c->height = before;
    code_size(c);
    code_offset(c);
    code_op(c, (u8)(OP_LOG0 + topics));
}

static void shuffle(struct coder *c)
{
    u32 n = 2 + code_below(c, code_one_in(c, 4) ? 16 : 3);
    for (u32 i = 0; i < n; i++) {
        code_expression(c, 2);
    }
    for (u32 i = 0; i < 3; i++) {
        u32 reach = c->height - 1 < 16 ? c->height - 1 : 16;
        code_op(c, (u8)(OP_SWAP1 + code_below(c, n - 1 < reach ? n - 1 : reach)));
    }
    for (u32 i = 0; i < n; i++) {
        consume(c);
        c->height--;
    }
}

static void raw(struct coder *c)
{
    u32 n = 1 + code_below(c, 3);
    for (u32 i = 0; i < n; i++) {
        code_op(c, code_one_in(c, 2) ? code_any_operation(c) : (u8)code_below(c, 256));
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
    code_finish(&c);
}

void program_code(struct buf *out, struct random *r, const struct scene *s, u32 statements)
{
    program(out, r, s, statements, 0);
}

// ---- init code ---------------------------------------------------------------------------------

// Init code that deposits what follows it.
static void deposit(struct coder *c, const struct buf *code)
{
    (void)code_data(c, code, 0);
    code_number(c, code->n);
    code_number(c, 0);
    code_op(c, OP_RETURN);
}

static void deposit_size(struct coder *c)
{
    static const u32 SIZES[] = {0, 1, 32, 1000, 24575, 24576, 24577, 24600};
    code_number(c, SIZES[code_below(c, COUNT_OF(SIZES))]);
    code_number(c, 0);
    code_op(c, OP_RETURN);
}

static void deposit_program(struct coder *c)
{
    struct buf code = {0};
    program(&code, c->r, c->scene, 1 + code_below(c, 4), c->depth + 2);
    deposit(c, &code);
    buf_fini(&code);
}

static void deposit_reserved(struct coder *c) // EIP-3541
{
    struct buf code = {0};
    buf_put_u8(&code, 0xEF);
    for (u32 n = code_below(c, 30); n > 0; n--) {
        buf_put_u8(&code, (u8)code_below(c, 256));
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
    code_finish(&c);
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
        code_op(&c, OP_CALLVALUE);
    }
    code_push_bytes(&c, to->b, 20);
    static const u8 NEARLY_ALL_GAS[] = {OP_PUSH2, 12000 / 256, 12000 % 256, OP_GAS, OP_SUB};
    buf_put(out, NEARLY_ALL_GAS, sizeof NEARLY_ALL_GAS);
    code_op(&c, call_byte);
    static const u8 KEEP[] = {
        OP_PUSH1, 0xA0,     OP_SSTORE,                                    // success
        OP_GAS,   OP_PUSH1, 0xA1,      OP_SSTORE,                         // gas
        OP_PUSH1, 64,       OP_PUSH2,  1,         0,        OP_KECCAK256, // what it returned
        OP_PUSH1, 0xA2,     OP_SSTORE, OP_MSIZE,  OP_PUSH1, 0xA3,         OP_SSTORE,
        OP_PUSH1, 64,       OP_PUSH2,  1,         0,        OP_RETURN,
    };
    buf_put(out, KEEP, sizeof KEEP);
}
