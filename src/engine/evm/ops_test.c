// SPDX-License-Identifier: MIT
// Single instructions: every row of the table for its stack bounds, price and forks; then results
// at the edges.
#include "engine/evm/opcode.h"
#include "test/evm_code.h"
#include "test/evm_mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mock m;

// `height` zeros, then the instruction, then 32 zero bytes so that the code does not end in a PUSH.
static bytes at_height(struct code_text *c, u32 height, u8 op)
{
    c->n = 0;
    for (u32 i = 0; i < height; i++) {
        put(c, OP_PUSH1);
        put(c, 0);
    }
    put(c, op);
    for (u32 i = 0; i < 33; i++) {
        put(c, OP_STOP);
    }
    return code_bytes(c);
}

static u32 halt_at_height(u32 height, u8 op, enum fork f)
{
    struct code_text c;
    return mock_run(&m, at_height(&c, height, op), BYTES_NONE, f, GAS_PLENTY).halt;
}

static enum halt own_halt(u8 op) // of an instruction on zeros
{
    return op == OP_JUMP ? HALT_INVALID_JUMP : op == OP_INVALID ? HALT_INVALID : HALT_NONE;
}

TEST(evm, every_byte_at_every_fork_is_defined_as_the_table_says)
{
    mock_init(&m);
    for (u32 f = 0; f < FORK_COUNT; f++) {
        for (u32 op = 0; op < 256; op++) {
            struct opcode_info info = opcode_info((enum fork)f, (u8)op);
            u32 want = info.defined ? own_halt((u8)op) : HALT_INVALID_OPCODE;
            EXPECT_EQ(halt_at_height(20, (u8)op, (enum fork)f), want);
        }
    }
    EXPECT(!opcode_info(FORK_FRONTIER, OP_DELEGATECALL).defined);
    EXPECT(opcode_info(FORK_HOMESTEAD, OP_DELEGATECALL).defined);
    EXPECT(!opcode_info(FORK_PRAGUE, OP_CLZ).defined);
    EXPECT(opcode_info(FORK_OSAKA, OP_CLZ).defined);
    EXPECT_STR(opcode_info(FORK_LONDON, OP_DIFFICULTY).name, "DIFFICULTY");
    EXPECT_STR(opcode_info(FORK_PARIS, OP_DIFFICULTY).name, "PREVRANDAO");
}

TEST(evm, every_instruction_needs_its_operands)
{
    mock_init(&m);
    for (u32 op = 0; op < 256; op++) {
        struct opcode_info info = opcode_info(FORK_LATEST, (u8)op);
        if (info.defined && info.pops > 0) {
            EXPECT_EQ(halt_at_height(info.pops - 1, (u8)op, FORK_LATEST), HALT_STACK_UNDERFLOW);
            EXPECT_EQ(halt_at_height(info.pops, (u8)op, FORK_LATEST), own_halt((u8)op));
        }
    }
}

TEST(evm, every_instruction_needs_room_for_its_results)
{
    mock_init(&m);
    for (u32 op = 0; op < 256; op++) {
        struct opcode_info info = opcode_info(FORK_LATEST, (u8)op);
        if (info.defined) {
            bool grows = info.pushes > info.pops;
            EXPECT_EQ(halt_at_height(EVM_STACK_MAX, (u8)op, FORK_LATEST),
                      grows ? HALT_STACK_OVERFLOW : own_halt((u8)op));
            EXPECT_EQ(halt_at_height(EVM_STACK_MAX - 1, (u8)op, FORK_LATEST), own_halt((u8)op));
        }
    }
}

// What the mock or the memory takes from the instruction on zeros, besides the table's price.
static u64 extra_price(u8 op)
{
    switch (op) {
    case OP_KECCAK256:
        return 30;
    case OP_MLOAD:
    case OP_MSTORE:
    case OP_MSTORE8:
        return 3;
    case OP_LOG0:
    case OP_LOG1:
    case OP_LOG2:
    case OP_LOG3:
    case OP_LOG4:
        return 375 + 375 * (u64)(op - OP_LOG0);
    case OP_BALANCE:
    case OP_EXTCODESIZE:
    case OP_EXTCODEHASH:
    case OP_EXTCODECOPY:
    case OP_BLOCKHASH:
    case OP_SLOAD:
    case OP_SSTORE:
    case OP_TLOAD:
    case OP_TSTORE:
    case OP_SELFDESTRUCT:
        return MOCK_PRICE;
    default:
        return 0;
    }
}

TEST(evm, every_instruction_takes_its_price_and_halts_one_below)
{
    mock_init(&m);
    struct code_text c;
    for (u32 op = 0; op < 256; op++) {
        struct opcode_info info = opcode_info(FORK_LATEST, (u8)op);
        if (!info.defined || own_halt((u8)op) != HALT_NONE) {
            continue;
        }
        u64 want = 3 * 20 + info.price + extra_price((u8)op);
        bytes code = at_height(&c, 20, (u8)op);
        struct mock_result r = mock_run(&m, code, BYTES_NONE, FORK_LATEST, want);
        EXPECT_EQ(r.halt, HALT_NONE);
        EXPECT_EQ(r.left, 0);
        if (want > 3 * 20) {
            r = mock_run(&m, code, BYTES_NONE, FORK_LATEST, want - 1);
            EXPECT_EQ(r.halt, HALT_OUT_OF_GAS);
            EXPECT_EQ(r.left, 0);
        }
    }
}

TEST(evm, operations_of_the_host_can_halt_the_frame)
{
    mock_init(&m);
    static const u8 ops[] = {OP_BALANCE,     OP_SELFBALANCE, OP_EXTCODESIZE, OP_EXTCODEHASH,
                             OP_EXTCODECOPY, OP_BLOCKHASH,   OP_BLOBHASH,    OP_SLOAD,
                             OP_SSTORE,      OP_TLOAD,       OP_TSTORE,      OP_KECCAK256,
                             OP_LOG0,        OP_LOG4,        OP_SELFDESTRUCT};
    m.refusal = HALT_STATIC_VIOLATION;
    for (u32 i = 0; i < COUNT_OF(ops); i++) {
        EXPECT_EQ(halt_at_height(20, ops[i], FORK_LATEST), HALT_STATIC_VIOLATION);
    }
}

// ---- results ----------------------------------------------------------------------------------

// op(a, b, c), a on top.
static u256 result(u8 op, u256 a, u256 b, u256 c)
{
    struct code_text t = {.n = 0};
    put_word(&t, c);
    put_word(&t, b);
    put_word(&t, a);
    put(&t, op);
    put_return_top(&t);
    struct mock_result r = run_latest(&m, code_bytes(&t));
    return output_word(&r);
}

static u256 u(u64 v)
{
    return u256_from_u64(v);
}

static u256 binary(u8 op, u256 a, u256 b)
{
    return result(op, a, b, u(77));
}

static u256 lowest(void) // -2^255
{
    return (u256){{0, 0, 0, (u64)1 << 63}};
}

TEST(evm, arithmetic_wraps_and_division_by_zero_is_zero)
{
    mock_init(&m);
    u256 max = u256_max();
    EXPECT_U256(binary(OP_ADD, max, u(2)), u(1));
    EXPECT_U256(binary(OP_SUB, u(1), u(2)), max);
    EXPECT_U256(binary(OP_MUL, max, max), u(1));
    EXPECT_U256(binary(OP_DIV, u(7), u(2)), u(3));
    EXPECT_U256(binary(OP_DIV, u(7), u(0)), u(0));
    EXPECT_U256(binary(OP_DIV, max, max), u(1));
    EXPECT_U256(binary(OP_DIV, u(7), max), u(0));
    EXPECT_U256(binary(OP_MOD, u(7), u(0)), u(0));
    EXPECT_U256(binary(OP_MOD, u(7), u(4)), u(3));
    EXPECT_U256(binary(OP_MOD, max, u(16)), u(15));
    EXPECT_U256(binary(OP_SDIV, lowest(), max), lowest());
    EXPECT_U256(binary(OP_SDIV, u256_neg(u(7)), u(2)), u256_neg(u(3)));
    EXPECT_U256(binary(OP_SDIV, max, u(0)), u(0));
    EXPECT_U256(binary(OP_SMOD, u256_neg(u(7)), u(4)), u256_neg(u(3)));
    EXPECT_U256(binary(OP_SMOD, max, u(0)), u(0));
    EXPECT_U256(result(OP_ADDMOD, max, max, u(10)), u(0));
    EXPECT_U256(result(OP_ADDMOD, max, u(1), u(0)), u(0));
    EXPECT_U256(result(OP_MULMOD, max, max, u(12)), u(9));
    EXPECT_U256(result(OP_MULMOD, max, max, u(0)), u(0));
    EXPECT_U256(binary(OP_EXP, u(0), u(0)), u(1));
    EXPECT_U256(binary(OP_EXP, u(3), u(5)), u(243));
    EXPECT_U256(binary(OP_EXP, u(2), u(256)), u(0));
    EXPECT_U256(binary(OP_SIGNEXTEND, u(0), u(0x1ff)), max);
    EXPECT_U256(binary(OP_SIGNEXTEND, u(0), u(0x17f)), u(0x7f));
    EXPECT_U256(binary(OP_SIGNEXTEND, u(31), lowest()), lowest());
    EXPECT_U256(binary(OP_SIGNEXTEND, max, u(0x80)), u(0x80));
}

TEST(evm, comparisons_and_bits)
{
    mock_init(&m);
    u256 max = u256_max();
    EXPECT_U256(binary(OP_LT, u(1), max), u(1));
    EXPECT_U256(binary(OP_GT, u(1), max), u(0));
    EXPECT_U256(binary(OP_SLT, u(1), max), u(0));
    EXPECT_U256(binary(OP_SGT, u(1), max), u(1));
    EXPECT_U256(binary(OP_EQ, max, max), u(1));
    EXPECT_U256(binary(OP_EQ, max, lowest()), u(0));
    EXPECT_U256(binary(OP_ISZERO, lowest(), u(9)), u(0));
    EXPECT_U256(binary(OP_ISZERO, u(0), u(9)), u(1));
    EXPECT_U256(binary(OP_NOT, u(0), u(9)), max);
    EXPECT_U256(binary(OP_AND, max, lowest()), lowest());
    EXPECT_U256(binary(OP_OR, u(5), u(2)), u(7));
    EXPECT_U256(binary(OP_XOR, u(5), u(4)), u(1));
    EXPECT_U256(binary(OP_BYTE, u(31), u(0x1234)), u(0x34));
    EXPECT_U256(binary(OP_BYTE, u(0), max), u(0xff));
    EXPECT_U256(binary(OP_BYTE, u(32), max), u(0));
    EXPECT_U256(binary(OP_BYTE, lowest(), max), u(0));
    EXPECT_U256(binary(OP_SHL, u(255), u(1)), lowest());
    EXPECT_U256(binary(OP_SHL, u(256), max), u(0));
    EXPECT_U256(binary(OP_SHL, u(0), max), max);
    EXPECT_U256(binary(OP_SHL, lowest(), max), u(0));
    EXPECT_U256(binary(OP_SHR, u(255), lowest()), u(1));
    EXPECT_U256(binary(OP_SHR, u(256), max), u(0));
    EXPECT_U256(binary(OP_SHR, lowest(), max), u(0));
    EXPECT_U256(binary(OP_SAR, u(255), lowest()), max);
    EXPECT_U256(binary(OP_SAR, u(256), lowest()), max);
    EXPECT_U256(binary(OP_SAR, max, u(5)), u(0));
    EXPECT_U256(binary(OP_CLZ, u(0), u(9)), u(256));
    EXPECT_U256(binary(OP_CLZ, lowest(), u(9)), u(0));
    EXPECT_U256(binary(OP_CLZ, u(1), u(9)), u(255));
}

TEST(evm, random_words_agree_with_the_number_library)
{
    mock_init(&m);
    u64 seed = test_seed();
    for (u32 i = 0; i < 300; i++) {
        u256 v[3];
        for (u32 k = 0; k < 3; k++) {
            u64 limbs = test_random(&seed) % 5;
            for (u32 j = 0; j < 4; j++) {
                v[k].w[j] = j < limbs ? test_random(&seed) : 0;
            }
        }
        u256 count = u(test_random(&seed) % 300);
        EXPECT_U256(binary(OP_MUL, v[0], v[1]), u256_mul(v[0], v[1]));
        EXPECT_U256(binary(OP_DIV, v[0], v[1]), u256_div(v[0], v[1]));
        EXPECT_U256(binary(OP_MOD, v[0], v[1]), u256_mod(v[0], v[1]));
        EXPECT_U256(binary(OP_SHL, count, v[1]), u256_shl(count, v[1]));
        EXPECT_U256(binary(OP_SHR, count, v[1]), u256_shr(count, v[1]));
        EXPECT_U256(binary(OP_SAR, count, v[1]), u256_sar(count, v[1]));
        EXPECT_U256(result(OP_MULMOD, v[0], v[1], v[2]), u256_mulmod(v[0], v[1], v[2]));
    }
}

TEST(evm, pushes_read_their_bytes_and_zeros_behind_the_code)
{
    mock_init(&m);
    for (u32 n = 1; n <= 32; n++) {
        struct code_text t = {.n = 0};
        put(&t, OP_PUSH0 + n);
        u256 want = u256_zero();
        for (u32 i = 1; i <= n; i++) {
            put(&t, 0xa0 + i);
            want = u256_or(u256_shl(u(8), want), u(0xa0 + i));
        }
        put_return_top(&t);
        struct mock_result r = run_latest(&m, code_bytes(&t));
        EXPECT_U256(output_word(&r), want);
        // One byte of data only, then the code ends: the frame stops there.
        const u8 cut[] = {(u8)(OP_PUSH0 + n), 0x11};
        struct evm_frame_record record =
            mock_record(&m, (bytes){cut, sizeof cut}, FORK_LATEST, GAS_PLENTY);
        record.trace_level = 1;
        m.step_count = 0;
        EXPECT_EQ(mock_run_record(&m, &record).status, EVM_SUCCESS);
        EXPECT_EQ(m.step_count, 2);
        EXPECT_EQ(m.steps[1].pc, 1 + n);
        EXPECT_U256(*(const u256 *)m.steps[1].stack, u256_shl(u(8 * (n - 1)), u(0x11)));
    }
}

TEST(evm, dup_and_swap_reach_every_depth)
{
    mock_init(&m);
    for (u32 n = 1; n <= 16; n++) {
        struct code_text t = {.n = 0};
        for (u32 i = 0; i < 20; i++) {
            put_number(&t, 100 - i);
        }
        usize start = t.n;
        put(&t, OP_DUP1 + n - 1);
        put_return_top(&t);
        struct mock_result r = run_latest(&m, code_bytes(&t));
        EXPECT_U256(output_word(&r), u(80 + n));
        t.n = start;
        put(&t, OP_SWAP1 + n - 1);
        put(&t, OP_DUP1 + n - 1); // the word above the one swapped away
        put(&t, OP_ADD);
        put_return_top(&t);
        r = run_latest(&m, code_bytes(&t));
        EXPECT_U256(output_word(&r), u(n == 1 ? 2 * 82 : 81 + n + 80 + n));
    }
}

TEST(evm, environment_comes_from_the_records)
{
    mock_init(&m);
    static const u8 ops[] = {OP_ORIGIN,     OP_GASPRICE, OP_COINBASE, OP_TIMESTAMP, OP_NUMBER,
                             OP_DIFFICULTY, OP_GASLIMIT, OP_CHAINID,  OP_BASEFEE,   OP_BLOBBASEFEE,
                             OP_ADDRESS,    OP_CALLER,   OP_CALLVALUE};
    for (u32 i = 0; i < COUNT_OF(ops); i++) {
        EXPECT_U256(binary(ops[i], u(0), u(0)), u((u64)ops[i] << 8));
    }
    EXPECT_U256(binary(OP_BALANCE, u(7), u(0)), u(1007));
    EXPECT_U256(binary(OP_EXTCODESIZE, u(7), u(0)), u(2007));
    EXPECT_U256(binary(OP_EXTCODEHASH, u(7), u(0)), u(3007));
    EXPECT_U256(binary(OP_BLOCKHASH, u(7), u(0)), u(4007));
    EXPECT_U256(binary(OP_SELFBALANCE, u(7), u(0)), u(5000));
    EXPECT_U256(binary(OP_BLOBHASH, u(7), u(0)), u(6007));
    EXPECT_U256(binary(OP_CALLDATASIZE, u(7), u(0)), u(0));
    EXPECT_U256(binary(OP_PC, u(7), u(0)), u(99));
    EXPECT_U256(binary(OP_GAS, u(7), u(0)), u(GAS_PLENTY - 3 * 3 - 2));
}

// ---- vectors ----------------------------------------------------------------------------------

static u256 hex_word(const char *text)
{
    u8 b[32];
    for (u32 i = 0; i < 32; i++) {
        char two[3] = {text[2 * i], text[2 * i + 1], 0};
        b[i] = (u8)strtoul(two, NULL, 16);
    }
    return u256_from_be_bytes(b);
}

static const char *next_word(const char *text, const char *name, u256 *out)
{
    text = text != NULL ? strstr(text, name) : NULL;
    text = text != NULL ? strchr(text + strlen(name), ':') : NULL;
    text = text != NULL ? strchr(text, '"') : NULL;
    if (text != NULL) {
        *out = hex_word(text + 1);
    }
    return text;
}

static u64 check_vectors(const char *folder, const char *name, u8 op)
{
    char path[512];
    snprintf(path, sizeof path, "%s/unit/opcodes/%s.json", folder, name);
    usize n;
    char *text = test_read(path, &n);
    u64 count = 0;
    u256 x = u(0), y = u(0), want = u(0);
    const char *p = text;
    while ((p = next_word(p, "\"X\"", &x)) != NULL) {
        p = next_word(p, "\"Y\"", &y);
        p = next_word(p, "\"Expected\"", &want);
        EXPECT(p != NULL);
        EXPECT_U256(binary(op, y, x), want);
        count++;
    }
    free(text);
    return count;
}

TEST(evm, public_opcode_vectors)
{
    static const struct {
        const char *name;
        u8 op;
    } files[] = {{"add", OP_ADD},
                 {"and", OP_AND},
                 {"byte", OP_BYTE},
                 {"div", OP_DIV},
                 {"eq", OP_EQ},
                 {"exp", OP_EXP},
                 {"gt", OP_GT},
                 {"lt", OP_LT},
                 {"mod", OP_MOD},
                 {"mul", OP_MUL},
                 {"or", OP_OR},
                 {"sar", OP_SAR},
                 {"sdiv", OP_SDIV},
                 {"sgt", OP_SGT},
                 {"shl", OP_SHL},
                 {"shr", OP_SHR},
                 {"signext", OP_SIGNEXTEND},
                 {"slt", OP_SLT},
                 {"smod", OP_SMOD},
                 {"sub", OP_SUB},
                 {"xor", OP_XOR}};
    const char *folder = getenv("HYBRID_FIXTURES");
    if (folder == NULL) {
        printf("evm.public_opcode_vectors: HYBRID_FIXTURES names no folder, not checked\n");
        return;
    }
    mock_init(&m);
    u64 count = 0;
    for (u32 i = 0; i < COUNT_OF(files); i++) {
        u64 n = check_vectors(folder, files[i].name, files[i].op);
        EXPECT(n > 0);
        count += n;
    }
    printf("evm.public_opcode_vectors: %llu checked\n", (unsigned long long)count);
}
