// SPDX-License-Identifier: MIT
// Frames of the mini-EVM: control flow, memory and its price, copies, calls and creations as
// requests, return data, the stack of frames, the code cache, tracing.
#include "engine/evm/evm.h"

#include "engine/evm/frame.h"
#include "test/evm_code.h"
#include "test/evm_mock.h"

static struct mock m;

static u256 u(u64 v)
{
    return u256_from_u64(v);
}

static u64 memory_price(u64 size)
{
    u64 words = (size + 31) / 32;
    return 3 * words + words * words / 512;
}

// ---- control flow -----------------------------------------------------------------------------

TEST(evm, jumps_go_to_jumpdests_only)
{
    mock_init(&m);
    EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 3, OP_JUMP, OP_JUMPDEST)).status, EVM_SUCCESS);
    EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 4, OP_JUMP, OP_JUMPDEST)).halt, HALT_INVALID_JUMP);
    // a JUMPDEST byte within the data of a PUSH
    EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 4, OP_JUMP, OP_PUSH1, OP_JUMPDEST)).halt,
              HALT_INVALID_JUMP);
    // and one behind it
    EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 5, OP_JUMP, OP_PUSH1, 0, OP_JUMPDEST)).status,
              EVM_SUCCESS);
    EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 7, OP_JUMP, OP_PUSH3, 0, 0, 0, OP_JUMPDEST)).status,
              EVM_SUCCESS);
    EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 9, OP_JUMP)).halt, HALT_INVALID_JUMP);
    EXPECT_EQ(
        run_latest(&m, CODE(OP_PUSH1, 1, OP_PUSH1, 6, OP_JUMPI, OP_INVALID, OP_JUMPDEST)).status,
        EVM_SUCCESS);
    EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 0, OP_PUSH1, 7, OP_JUMPI, OP_STOP)).status,
              EVM_SUCCESS);
    EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 1, OP_PUSH1, 7, OP_JUMPI, OP_STOP)).halt,
              HALT_INVALID_JUMP);
    // a target above 2^64 whose low limb would do
    struct code_text t = {.n = 0};
    put_word(&t, (u256){{34, 1, 0, 0}});
    put(&t, OP_JUMP);
    put(&t, OP_JUMPDEST);
    EXPECT_EQ(run_latest(&m, code_bytes(&t)).halt, HALT_INVALID_JUMP);
}

TEST(evm, a_frame_ends_as_its_last_instruction_says)
{
    mock_init(&m);
    struct mock_result r = run_latest(&m, BYTES_NONE);
    EXPECT_EQ(r.status, EVM_SUCCESS);
    EXPECT_EQ(r.left, GAS_PLENTY);
    r = run_latest(&m, CODE(OP_PUSH1, 1, OP_PUSH1, 0, OP_REVERT));
    EXPECT_EQ(r.status, EVM_REVERT);
    EXPECT_EQ(r.output_size, 1);
    EXPECT_EQ(r.left, GAS_PLENTY - 6 - 3);
    r = run_latest(&m, CODE(OP_PUSH1, 0, OP_PUSH1, 0, OP_RETURN));
    EXPECT_EQ(r.status, EVM_SUCCESS);
    EXPECT_EQ(r.output_size, 0);
    EXPECT_EQ(r.left, GAS_PLENTY - 6);
    r = run_latest(&m, CODE(OP_INVALID));
    EXPECT_EQ(r.status, EVM_HALT);
    EXPECT_EQ(r.halt, HALT_INVALID);
    EXPECT_EQ(r.left, 0);
    r = run_latest(&m, CODE(OP_PUSH1, 9, OP_SELFDESTRUCT, OP_INVALID));
    EXPECT_EQ(r.status, EVM_SUCCESS);
    EXPECT_EQ(m.beneficiary.b[19], 9);
    EXPECT_EQ(r.left, GAS_PLENTY - 3 - MOCK_PRICE);
}

// ---- memory -----------------------------------------------------------------------------------

TEST(evm, memory_costs_its_words_and_their_square)
{
    mock_init(&m);
    static const u64 offsets[] = {0, 1, 31, 32, 1000, 22 * 1024, 1 << 20, 20 << 20};
    for (u32 i = 0; i < COUNT_OF(offsets); i++) {
        struct code_text t = {.n = 0};
        put_number(&t, offsets[i]);
        put(&t, OP_MLOAD);
        put(&t, OP_MSIZE);
        put(&t, OP_STOP);
        u64 want = 3 + 3 + 2 + memory_price(offsets[i] + 32);
        struct mock_result r = mock_run(&m, code_bytes(&t), BYTES_NONE, FORK_LATEST, want);
        EXPECT_EQ(r.status, EVM_SUCCESS);
        EXPECT_EQ(r.left, 0);
        EXPECT_EQ(mock_run(&m, code_bytes(&t), BYTES_NONE, FORK_LATEST, want - 1).halt,
                  HALT_OUT_OF_GAS);
    }
}

// Output of code that leaves one word.
static u256 word_of(const struct code_text *t)
{
    struct mock_result r = run_latest(&m, code_bytes(t));
    return output_word(&r);
}

TEST(evm, memory_is_zero_again_in_the_next_frame)
{
    mock_init(&m);
    struct code_text t = {.n = 0};
    for (u32 i = 0; i < 3; i++) {
        put_word(&t, u256_max());
        put_number(&t, 17 + 32 * i);
        put(&t, OP_MSTORE);
    }
    EXPECT_EQ(run_latest(&m, code_bytes(&t)).status, EVM_SUCCESS);
    for (u32 i = 0; i < 6; i++) {
        t.n = 0;
        put_number(&t, 16 * i);
        put(&t, OP_MLOAD);
        put_return_top(&t);
        EXPECT_U256(word_of(&t), u(0));
    }
}

TEST(evm, huge_offsets_and_sizes_are_out_of_gas_and_empty_ranges_are_free)
{
    mock_init(&m);
    static const u256 huge[] = {{{1ull << 28, 0, 0, 0}},
                                {{(1ull << 28) - 31, 0, 0, 0}},
                                {{~0ull, 0, 0, 0}},
                                {{~0ull - 31, 0, 0, 0}},
                                {{1ull << 63, 0, 0, 0}},
                                {{0, 1, 0, 0}},
                                {{0, 0, 1, 0}},
                                {{0, 0, 0, 1}},
                                {{~0ull, ~0ull, ~0ull, ~0ull}}};
    for (u32 i = 0; i < COUNT_OF(huge); i++) {
        struct code_text t = {.n = 0};
        put_word(&t, huge[i]);
        put(&t, OP_MLOAD);
        u64 all = ~0ull >> 1;
        EXPECT_EQ(mock_run(&m, code_bytes(&t), BYTES_NONE, FORK_LATEST, all).halt, HALT_OUT_OF_GAS);
        t.n = 0;
        put_number(&t, 0);
        put_word(&t, huge[i]);
        put(&t, OP_RETURN);
        struct mock_result r = mock_run(&m, code_bytes(&t), BYTES_NONE, FORK_LATEST, all);
        EXPECT_EQ(r.status, EVM_SUCCESS);
        EXPECT_EQ(r.left, all - 6);
        t.n = 0;
        put_word(&t, huge[i]);
        put_number(&t, 32);
        put(&t, OP_KECCAK256);
        r = mock_run(&m, code_bytes(&t), BYTES_NONE, FORK_LATEST, all);
        EXPECT_EQ(r.halt, HALT_OUT_OF_GAS);
    }
}

// Gas and MSIZE as on a machine that has the memory: 3 gas a word and a 512th of the square.
TEST(evm, hashing_memory_that_was_never_written_needs_none)
{
    mock_init(&m);
    m.far = true;
    u64 at = 1ull << 30;
    u64 words = at / 32 + 1;
    u64 all = 1ull << 62;
    struct code_text t = {.n = 0};
    put_number(&t, 7);
    put_bytes(&t, CODE(OP_PUSH1, 0, OP_MSTORE));
    put_number(&t, 32);
    put_number(&t, at);
    put_bytes(&t, CODE(OP_KECCAK256, OP_MSIZE, OP_PUSH1, 32, OP_MLOAD, OP_PUSH1, 0, OP_MLOAD));
    struct code_text last = t;
    put_return_top(&t);
    struct mock_result r = mock_run(&m, code_bytes(&t), BYTES_NONE, FORK_LATEST, all);
    EXPECT_U256(output_word(&r), u256_from_u64(7));
    u64 used = 3 * words + words * words / 512 + 36 + 2 + 13 * 3; // 13 others of 3 gas each
    EXPECT_EQ(all - (u64)r.left, used);
    put_bytes(&last, CODE(OP_POP, OP_POP));
    struct code_text hash = last;
    put_return_top(&last);
    r = mock_run(&m, code_bytes(&last), BYTES_NONE, FORK_LATEST, all);
    EXPECT_U256(output_word(&r), u256_from_u64(at + 32));
    put(&hash, OP_POP);
    put_return_top(&hash);
    r = mock_run(&m, code_bytes(&hash), BYTES_NONE, FORK_LATEST, all);
    b256 of_zeros;
    keccak256(&of_zeros, (const u8[32]){0}, 32);
    EXPECT_U256(output_word(&r), u256_from_b256(of_zeros));
    m.far = false;
    r = mock_run(&m, code_bytes(&hash), BYTES_NONE, FORK_LATEST, all);
    EXPECT_EQ(r.halt, HALT_OUT_OF_GAS);
}

TEST(evm, a_frame_may_have_2_to_28_bytes_of_memory_and_all_frames_768_mib)
{
    mock_init(&m);
    struct code_text t = {.n = 0};
    put_number(&t, (1ull << 28) - 32);
    put(&t, OP_MLOAD);
    put_bytes(&t, CODE(OP_PUSH1, 0, OP_DUP1, OP_DUP1, OP_DUP1, OP_DUP1, OP_DUP1, OP_GAS, OP_CALL));
    struct evm_frame_record r = mock_record(&m, code_bytes(&t), FORK_LATEST, ~0ull >> 1);
    struct evm_request q;
    for (u32 i = 0; i < 3; i++) {
        evm_push(m.e, &r);
        EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_CALL);
    }
    evm_push(m.e, &r);
    EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_END);
    EXPECT_EQ(q.halt, HALT_OUT_OF_GAS);
    // A caller's input counts already; one from elsewhere counts, and init code does.
    r.input = (u64)&r;
    r.input_size = 1;
    evm_push(m.e, &r);
    EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_END);
    EXPECT_EQ(q.halt, HALT_OUT_OF_GAS);
    r.input_size = 0;
    r.is_create = 1;
    evm_push(m.e, &r);
    EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_END);
    EXPECT_EQ(q.halt, HALT_OUT_OF_GAS);
    EXPECT_EQ(evm_frame_count(m.e), 3);
    evm_reset(m.e);
    r.is_create = 0;
    evm_push(m.e, &r);
    EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_CALL);
    evm_reset(m.e);
}

TEST(evm, an_input_from_elsewhere_is_bounded)
{
    mock_init(&m);
    struct evm_frame_record r = mock_record(&m, CODE(OP_STOP), FORK_LATEST, 1000);
    r.input = (u64)&r;
    r.input_size = EVM_INPUT_MAX + 1;
    EXPECT_EQ(mock_run_record(&m, &r).halt, HALT_OUT_OF_GAS);
    r.input_size = EVM_INPUT_MAX;
    EXPECT_EQ(mock_run_record(&m, &r).status, EVM_SUCCESS);
}

TEST(evm, mstore8_stores_the_lowest_byte)
{
    mock_init(&m);
    struct code_text t = {.n = 0};
    put_number(&t, 0x1234);
    put_bytes(&t, CODE(OP_PUSH1, 5, OP_MSTORE8, OP_PUSH1, 0, OP_MLOAD));
    put_return_top(&t);
    EXPECT_U256(word_of(&t), u256_shl(u(26 * 8), u(0x34)));
}

// ---- copies -----------------------------------------------------------------------------------

// Runs `op` to copy from `from` 40 bytes to 3, after memory was filled with ones, and returns bytes
// 0 to 63.
static struct mock_result copied(u8 op, u256 from, bytes input)
{
    struct code_text t = {.n = 0};
    for (u32 i = 0; i < 2; i++) {
        put_word(&t, u256_max());
        put_number(&t, 32 * i);
        put(&t, OP_MSTORE);
    }
    put_number(&t, 40);
    put_word(&t, from);
    put_number(&t, 3);
    if (op == OP_EXTCODECOPY) {
        put_number(&t, 1);
    }
    put(&t, op);
    put_bytes(&t, CODE(OP_PUSH1, 64, OP_PUSH1, 0, OP_RETURN));
    return mock_run(&m, code_bytes(&t), input, FORK_LATEST, GAS_PLENTY);
}

static void expect_copied(struct mock_result r, bytes want)
{
    u8 expected[64];
    for (u32 i = 0; i < 64; i++) {
        expected[i] = 0xff;
    }
    for (u32 i = 0; i < 40; i++) {
        expected[3 + i] = i < want.n ? want.p[i] : 0;
    }
    EXPECT_EQ(r.output_size, 64);
    EXPECT_BYTES(r.output, expected, 64);
}

TEST(evm, copies_give_zeros_beyond_the_source)
{
    mock_init(&m);
    u8 data[50];
    for (u32 i = 0; i < sizeof data; i++) {
        data[i] = (u8)(i + 1);
    }
    bytes input = {data, sizeof data};
    expect_copied(copied(OP_CALLDATACOPY, u(0), input), input);
    expect_copied(copied(OP_CALLDATACOPY, u(20), input), (bytes){data + 20, 30});
    expect_copied(copied(OP_CALLDATACOPY, u(50), input), BYTES_NONE);
    expect_copied(copied(OP_CALLDATACOPY, u(~0ull), input), BYTES_NONE);
    expect_copied(copied(OP_CALLDATACOPY, (u256){{0, 1, 0, 0}}, input), BYTES_NONE);
    expect_copied(copied(OP_CALLDATACOPY, u(0), BYTES_NONE), BYTES_NONE);
    struct mock_result r = copied(OP_CODECOPY, u(1), BYTES_NONE);
    u8 ones[32];
    __builtin_memset(ones, 0xff, sizeof ones);
    EXPECT_BYTES(r.output + 3, ones, 32);
    EXPECT_EQ(r.output[35], OP_PUSH32);
    expect_copied(copied(OP_CODECOPY, u(1000), BYTES_NONE), BYTES_NONE);
    expect_copied(copied(OP_CODECOPY, u256_max(), BYTES_NONE), BYTES_NONE);
    r = copied(OP_EXTCODECOPY, u(1), BYTES_NONE);
    EXPECT_BYTES(r.output + 3, ones, 32);
    expect_copied(copied(OP_EXTCODECOPY, u256_max(), BYTES_NONE), BYTES_NONE);
}

TEST(evm, calldataload_gives_zeros_beyond_the_input)
{
    mock_init(&m);
    u8 data[40];
    for (u32 i = 0; i < sizeof data; i++) {
        data[i] = (u8)(i + 1);
    }
    static const u64 offsets[] = {0, 1, 8, 9, 20, 39, 40, 1ull << 32, ~0ull};
    for (u32 i = 0; i < COUNT_OF(offsets); i++) {
        struct code_text t = {.n = 0};
        put_number(&t, offsets[i]);
        put(&t, OP_CALLDATALOAD);
        put_return_top(&t);
        struct mock_result r =
            mock_run(&m, code_bytes(&t), (bytes){data, sizeof data}, FORK_LATEST, GAS_PLENTY);
        for (u64 k = 0; k < 32; k++) {
            u64 at = offsets[i] + k;
            EXPECT_EQ(r.output[k], at >= k && at < sizeof data ? data[at] : 0);
        }
    }
}

TEST(evm, mcopy_moves_overlapping_ranges_and_expands_for_both)
{
    mock_init(&m);
    for (u32 to = 0; to < 64; to += 7) {
        for (u32 from = 0; from < 64; from += 5) {
            struct code_text t = {.n = 0};
            u8 want[160] = {0};
            for (u32 i = 0; i < 4; i++) {
                b256 w;
                for (u32 k = 0; k < 32; k++) {
                    w.b[k] = (u8)(32 * i + k + 1);
                }
                copy_bytes(want + 32 * i, w.b, 32);
                put_word(&t, u256_from_b256(w));
                put_number(&t, 32 * i);
                put(&t, OP_MSTORE);
            }
            move_bytes(want + to, want + from, 50);
            put_number(&t, 50);
            put_number(&t, from);
            put_number(&t, to);
            put(&t, OP_MCOPY);
            put_bytes(&t, CODE(OP_PUSH1, 160, OP_PUSH1, 0, OP_RETURN));
            struct mock_result r = run_latest(&m, code_bytes(&t));
            EXPECT_EQ(r.output_size, 160);
            EXPECT_BYTES(r.output, want, 160);
        }
    }
    struct mock_result r = run_latest(&m, CODE(OP_PUSH1, 1, OP_PUSH1, 200, OP_PUSH1, 0, OP_MCOPY));
    EXPECT_EQ(r.left, GAS_PLENTY - 9 - 3 - 3 - memory_price(201));
    r = run_latest(&m, CODE(OP_PUSH1, 0, OP_PUSH3, 255, 255, 255, OP_PUSH1, 0, OP_MCOPY));
    EXPECT_EQ(r.left, GAS_PLENTY - 9 - 3);
}

TEST(evm, copies_cost_three_gas_a_word)
{
    mock_init(&m);
    static const u8 ops[] = {OP_CALLDATACOPY, OP_CODECOPY, OP_MCOPY};
    for (u32 i = 0; i < COUNT_OF(ops); i++) {
        struct mock_result r =
            run_latest(&m, CODE(OP_PUSH1, 65, OP_PUSH1, 0, OP_PUSH1, 0, ops[i], OP_MSIZE, OP_STOP));
        EXPECT_EQ(r.left, GAS_PLENTY - 9 - 3 - 3 * 3 - memory_price(65) - 2);
    }
}

TEST(evm, exp_costs_the_bytes_of_its_exponent)
{
    mock_init(&m);
    static const struct {
        u256 exponent;
        u64 bytes;
    } rows[] = {{{{0, 0, 0, 0}}, 0},   {{{1, 0, 0, 0}}, 1},  {{{255, 0, 0, 0}}, 1},
                {{{256, 0, 0, 0}}, 2}, {{{0, 0, 0, 1}}, 25}, {{{0, 0, 0, 1ull << 63}}, 32}};
    for (u32 i = 0; i < COUNT_OF(rows); i++) {
        struct code_text t = {.n = 0};
        put_word(&t, rows[i].exponent);
        put_number(&t, 3);
        put(&t, OP_EXP);
        u64 frontier = 6 + 10 + 10 * rows[i].bytes;
        u64 spurious = 6 + 10 + 50 * rows[i].bytes;
        EXPECT_EQ(mock_run(&m, code_bytes(&t), BYTES_NONE, FORK_TANGERINE, frontier).left, 0);
        EXPECT_EQ(mock_run(&m, code_bytes(&t), BYTES_NONE, FORK_SPURIOUS, spurious).status,
                  EVM_SUCCESS);
        EXPECT_EQ(mock_run(&m, code_bytes(&t), BYTES_NONE, FORK_SPURIOUS, spurious - 1).halt,
                  HALT_OUT_OF_GAS);
    }
}

// ---- what the host sees -----------------------------------------------------------------------

TEST(evm, logs_carry_topics_in_order_and_their_data)
{
    mock_init(&m);
    for (u32 n = 0; n <= 4; n++) {
        struct code_text t = {.n = 0};
        put_bytes(&t, CODE(OP_PUSH1, 0x77, OP_PUSH1, 40, OP_MSTORE8));
        for (u32 i = n; i-- > 0;) {
            put_number(&t, 10 + i);
        }
        put_bytes(&t, CODE(OP_PUSH1, 9, OP_PUSH1, 40));
        put(&t, OP_LOG0 + n);
        EXPECT_EQ(run_latest(&m, code_bytes(&t)).status, EVM_SUCCESS);
        EXPECT_EQ(m.log.count, n);
        EXPECT_EQ(m.log.size, 9);
        EXPECT_EQ(m.log.first, 0x77);
        for (u32 i = 0; i < n; i++) {
            EXPECT_U256(m.log.topics[i], u(10 + i));
        }
    }
}

TEST(evm, storage_goes_through_the_host)
{
    mock_init(&m);
    struct code_text t = {.n = 0};
    put_bytes(&t, CODE(OP_PUSH1, 42, OP_PUSH1, 7, OP_SSTORE, OP_PUSH1, 43, OP_PUSH1, 7, OP_TSTORE,
                       OP_PUSH1, 7, OP_SLOAD, OP_PUSH1, 7, OP_TLOAD, OP_MUL));
    put_return_top(&t);
    EXPECT_U256(word_of(&t), u(42 * 43));
    t.n = 0;
    put_bytes(&t, CODE(OP_PUSH1, 5, OP_PUSH1, 0, OP_KECCAK256));
    put_return_top(&t);
    b256 want;
    keccak256(&want, (const u8[5]){0}, 5);
    EXPECT_U256(word_of(&t), u256_from_b256(want));
}

// gas 1, to 2, value 3, input [4, 4+5), output [6, 6+7); or without value.
static void put_call(struct code_text *t, u8 op)
{
    put_bytes(t, CODE(OP_PUSH1, 7, OP_PUSH1, 6, OP_PUSH1, 5, OP_PUSH1, 4));
    if (op == OP_CALL || op == OP_CALLCODE) {
        put_bytes(t, CODE(OP_PUSH1, 3));
    }
    put_bytes(t, CODE(OP_PUSH1, 2, OP_PUSH1, 1));
    put(t, op);
}

TEST(evm, calls_are_requests_with_their_operands)
{
    mock_init(&m);
    static const u8 ops[] = {OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL};
    for (u32 i = 0; i < COUNT_OF(ops); i++) {
        bool has_value = ops[i] == OP_CALL || ops[i] == OP_CALLCODE;
        struct code_text t = {.n = 0};
        put_bytes(&t, CODE(OP_PUSH1, 0xab, OP_PUSH1, 4, OP_MSTORE8));
        put_call(&t, ops[i]);
        put_return_top(&t);
        struct evm_frame_record r = mock_record(&m, code_bytes(&t), FORK_LATEST, 1000);
        struct evm_request q;
        evm_push(m.e, &r);
        EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_CALL);
        EXPECT_EQ(q.op, ops[i]);
        EXPECT_EQ(q.gas, 1000 - 3 * 3 - 3 - (has_value ? 21 : 18));
        EXPECT_EQ(q.gas_wanted, 1);
        EXPECT_EQ(q.to.b[19], 2);
        EXPECT_U256(q.value, u(has_value ? 3 : 0));
        EXPECT_EQ(q.data_size, 5);
        EXPECT_EQ(*(const u8 *)q.data, 0xab);
        EXPECT(q.record_at >= q.data + 28 && q.record_at % 16 == 0);
        static const u8 data[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        m.return_data = (bytes){data, sizeof data};
        struct evm_outcome o = {
            .status = i % 2 == 0 ? EVM_SUCCESS : EVM_REVERT, .gas = 500, .return_size = 9};
        evm_resume(m.e, &o);
        EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_END);
        EXPECT_EQ(q.status, EVM_SUCCESS);
        EXPECT_EQ(q.gas, 500 - 3 * 4);
        EXPECT_EQ(((const u8 *)q.data)[31], i % 2 == 0); // success over the output's place
    }
}

TEST(evm, return_data_reaches_memory_as_far_as_there_is_room_and_data)
{
    mock_init(&m);
    static const u8 data[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (u32 size = 0; size <= 9; size++) {
        struct code_text t = {.n = 0};
        put_call(&t, OP_STATICCALL);
        put_bytes(&t, CODE(OP_POP, OP_RETURNDATASIZE, OP_PUSH1, 40, OP_MSTORE8, OP_PUSH1, 41,
                           OP_PUSH1, 0, OP_RETURN));
        struct evm_frame_record r = mock_record(&m, code_bytes(&t), FORK_LATEST, 1000);
        struct evm_request q;
        evm_push(m.e, &r);
        EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_CALL);
        m.return_data = (bytes){data, size};
        struct evm_outcome o = {.status = EVM_SUCCESS, .gas = q.gas, .return_size = size};
        evm_resume(m.e, &o);
        EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_END);
        const u8 *out = (const u8 *)q.data;
        for (u32 i = 0; i < 40; i++) {
            u32 at = i - 6;
            EXPECT_EQ(out[i], i >= 6 && at < 7 && at < size ? data[at] : 0);
        }
        EXPECT_EQ(out[40], size);
    }
}

static struct mock_result return_data_copied(u256 from, u256 size)
{
    static const u8 data[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct code_text t = {.n = 0};
    put_call(&t, OP_STATICCALL);
    put_word(&t, size);
    put_word(&t, from);
    put_bytes(&t, CODE(OP_PUSH1, 64, OP_RETURNDATACOPY, OP_PUSH1, 0, OP_PUSH1, 0, OP_RETURN));
    struct evm_frame_record r = mock_record(&m, code_bytes(&t), FORK_LATEST, 1000);
    struct evm_request q;
    evm_push(m.e, &r);
    EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_CALL);
    m.return_data = (bytes){data, sizeof data};
    evm_resume(m.e, &(struct evm_outcome){.gas = 1000, .return_size = 9});
    EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_END);
    return (struct mock_result){.status = q.status, .halt = q.halt};
}

TEST(evm, returndatacopy_halts_beyond_the_end)
{
    mock_init(&m);
    EXPECT_EQ(return_data_copied(u(0), u(9)).status, EVM_SUCCESS);
    EXPECT_EQ(return_data_copied(u(9), u(0)).status, EVM_SUCCESS);
    EXPECT_EQ(return_data_copied(u(0), u(10)).halt, HALT_RETURN_DATA_OUT_OF_BOUNDS);
    EXPECT_EQ(return_data_copied(u(10), u(0)).halt, HALT_RETURN_DATA_OUT_OF_BOUNDS);
    EXPECT_EQ(return_data_copied(u(~0ull), u(1)).halt, HALT_RETURN_DATA_OUT_OF_BOUNDS);
    EXPECT_EQ(return_data_copied((u256){{0, 1, 0, 0}}, u(0)).halt, HALT_RETURN_DATA_OUT_OF_BOUNDS);
    EXPECT_EQ(return_data_copied(u(0), (u256){{0, 0, 0, 1}}).halt, HALT_OUT_OF_GAS);
    // before any call there is none
    EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 0, OP_PUSH1, 1, OP_PUSH1, 0, OP_RETURNDATACOPY)).halt,
              HALT_RETURN_DATA_OUT_OF_BOUNDS);
}

TEST(evm, creations_are_requests_and_push_the_address)
{
    mock_init(&m);
    static const u8 ops[] = {OP_CREATE, OP_CREATE2};
    for (u32 i = 0; i < 2; i++) {
        struct code_text t = {.n = 0};
        put_bytes(&t, CODE(OP_PUSH1, 4, OP_PUSH1, 3, OP_PUSH1, 2, OP_PUSH1, 1));
        if (ops[i] == OP_CREATE) {
            put(&t, OP_SWAP1); // value 2, offset 1, size 3
        }
        put(&t, ops[i]);
        put_return_top(&t);
        struct evm_frame_record r = mock_record(&m, code_bytes(&t), FORK_LATEST, 1000);
        struct evm_request q;
        evm_push(m.e, &r);
        EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_CREATE);
        EXPECT_EQ(q.op, ops[i]);
        EXPECT_U256(q.value, u(ops[i] == OP_CREATE ? 2 : 1));
        EXPECT_U256(q.salt, u(ops[i] == OP_CREATE ? 0 : 4));
        EXPECT_EQ(q.data_size, 3);
        u256 created = {{1, 2, 3, 0}};
        evm_resume(m.e, &(struct evm_outcome){.gas = 700, .created = created});
        EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_END);
        EXPECT_U256(u256_from_be_bytes((const u8 *)q.data), created);
    }
}

TEST(evm, an_outcome_can_halt_the_asking_frame)
{
    mock_init(&m);
    struct code_text t = {.n = 0};
    put_call(&t, OP_CALL);
    struct evm_frame_record r = mock_record(&m, code_bytes(&t), FORK_LATEST, 1000);
    struct evm_request q;
    evm_push(m.e, &r);
    EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_CALL);
    evm_resume(m.e, &(struct evm_outcome){.halt = HALT_STATIC_VIOLATION, .gas = 5});
    EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_END);
    EXPECT_EQ(q.status, EVM_HALT);
    EXPECT_EQ(q.halt, HALT_STATIC_VIOLATION);
    EXPECT_EQ(q.gas, 0);
    EXPECT_EQ(evm_frame_count(m.e), 0);
}

// ---- frames -----------------------------------------------------------------------------------

TEST(evm, frames_nest_1025_deep_and_keep_their_stacks_and_memory)
{
    mock_init(&m);
    // Stores the value at 0, fills the stack, calls; afterwards returns what was stored.
    struct code_text t = {.n = 0};
    put_bytes(&t, CODE(OP_CALLVALUE, OP_PUSH1, 0, OP_MSTORE, OP_CALLVALUE));
    for (u32 i = 0; i < EVM_STACK_MAX - 7; i++) {
        put(&t, OP_CALLVALUE);
    }
    put_bytes(&t, CODE(OP_PUSH1, 0, OP_DUP1, OP_DUP1, OP_DUP1, OP_DUP1, OP_GAS, OP_STATICCALL,
                       OP_POP, OP_PUSH1, 0, OP_MLOAD, OP_EQ, OP_PUSH1, 0, OP_MSTORE, OP_PUSH1, 32,
                       OP_PUSH1, 0, OP_RETURN));
    struct evm_frame_record r = mock_record(&m, code_bytes(&t), FORK_LATEST, GAS_PLENTY);
    struct evm_request q;
    for (u32 i = 0; i < EVM_FRAMES_MAX; i++) {
        r.value = u(1000 + i);
        r.depth = i;
        evm_push(m.e, &r);
        EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_CALL);
    }
    EXPECT_EQ(evm_frame_count(m.e), EVM_FRAMES_MAX);
    for (u32 i = EVM_FRAMES_MAX; i-- > 0;) {
        evm_resume(m.e, &(struct evm_outcome){.gas = GAS_PLENTY});
        EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_END);
        EXPECT_EQ(q.status, EVM_SUCCESS);
        EXPECT_U256(u256_from_be_bytes((const u8 *)q.data), u(1));
        EXPECT_EQ(evm_frame_count(m.e), i);
    }
    EXPECT_EQ(m.loads, 1);
}

TEST(evm, a_record_and_input_in_the_arena_do_not_disturb_the_frame)
{
    mock_init(&m);
    struct code_text outer = {.n = 0};
    put_bytes(&outer, CODE(OP_PUSH1, 1, OP_PUSH1, 0, OP_MSTORE));
    put_call(&outer, OP_CALL);
    struct evm_frame_record r = mock_record(&m, code_bytes(&outer), FORK_LATEST, 10000);
    struct evm_request q;
    evm_push(m.e, &r);
    EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_CALL);
    // The nested record, then 100 bytes of input.
    struct code_text inner = {.n = 0};
    put_bytes(&inner, CODE(OP_PUSH2, 1, 0, OP_MLOAD, OP_PUSH1, 0, OP_MLOAD, OP_OR));
    put_bytes(&inner, CODE(OP_PUSH1, 68, OP_CALLDATALOAD, OP_ADD));
    put_return_top(&inner);
    for (u32 create = 0; create < 2; create++) {
        struct evm_frame_record *nested = (struct evm_frame_record *)q.record_at;
        *nested = mock_record(&m, code_bytes(&inner), FORK_LATEST, 5000);
        nested->is_create = (u8)create;
        nested->input = q.record_at + sizeof *nested;
        nested->input_size = 100;
        for (u32 i = 0; i < 100; i++) {
            ((u8 *)nested->input)[i] = 0xee;
        }
        struct evm_request end;
        evm_push(m.e, nested);
        EXPECT_EQ(evm_run(m.e, &end), EVM_EXIT_END);
        EXPECT_EQ(end.status, EVM_SUCCESS);
        const u8 *out = (const u8 *)end.data;
        for (u32 i = 0; i < 32; i++) {
            EXPECT_EQ(out[i], 0xee);
        }
        EXPECT_EQ(end.record_at, q.record_at);
        EXPECT(end.memory_top > end.record_at);
    }
    evm_reset(m.e);
}

// ---- code cache -------------------------------------------------------------------------------

TEST(evm, code_is_loaded_once_for_each_hash)
{
    mock_init(&m);
    for (u32 i = 0; i < 3; i++) {
        EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 1, OP_POP)).status, EVM_SUCCESS);
        EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 2, OP_POP)).status, EVM_SUCCESS);
    }
    EXPECT_EQ(m.loads, 2);
    struct evm_frame_record r = mock_record(&m, CODE(OP_PUSH1, 1, OP_POP), FORK_LATEST, 1000);
    r.is_create = 1;
    mock_run_record(&m, &r);
    mock_run_record(&m, &r);
    EXPECT_EQ(m.loads, 4);
}

// Runs code number i of `size` bytes: it returns i.
static void run_numbered(u32 i, u8 *code, u64 size)
{
    struct code_text t = {.n = 0};
    put_number(&t, i);
    put_return_top(&t);
    copy_bytes(code, t.p, t.n);
    zero_bytes(code + t.n, size - t.n);
    struct mock_result r = run_latest(&m, (bytes){code, size});
    EXPECT_U256(output_word(&r), u(i));
}

TEST(evm, the_code_cache_survives_being_full)
{
    mock_init(&m);
    u8 *code = mem_alloc(CODE_CACHED_MAX + 1);
    for (u32 i = 0; i < 2000; i++) {
        run_numbered(i, code, CODE_CACHED_MAX);
    }
    for (u32 i = 0; i < 10000; i++) {
        run_numbered(i, code, 100);
    }
    u64 before = m.loads;
    run_numbered(9999, code, 100);
    EXPECT_EQ(m.loads, before);
    run_numbered(1, code, CODE_CACHED_MAX + 1);
    run_numbered(1, code, CODE_CACHED_MAX + 1);
    EXPECT_EQ(m.loads, before + 2);
    mem_free(code);
}

TEST(evm, code_that_finds_the_cache_full_under_live_frames_is_loaded_for_its_frame)
{
    mock_init(&m);
    struct code_text outer = {.n = 0};
    put_call(&outer, OP_CALL);
    struct evm_frame_record r = mock_record(&m, code_bytes(&outer), FORK_LATEST, 10000);
    struct evm_request q;
    evm_push(m.e, &r);
    EXPECT_EQ(evm_run(m.e, &q), EVM_EXIT_CALL);
    u8 *code = mem_alloc(CODE_CACHED_MAX);
    for (u32 i = 0; i < 1000; i++) {
        run_numbered(i, code, CODE_CACHED_MAX);
    }
    u64 before = m.loads;
    run_numbered(0, code, CODE_CACHED_MAX);
    EXPECT_EQ(m.loads, before);
    run_numbered(999, code, CODE_CACHED_MAX);
    EXPECT_EQ(m.loads, before + 1);
    EXPECT_EQ(evm_frame_count(m.e), 1);
    evm_reset(m.e);
    mem_free(code);
}

TEST(evm, memory_used_before_may_be_used_again_by_a_new_evm)
{
    mock_init(&m);
    struct evm_host host = m.e->host;
    EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 1, OP_PUSH1, 0, OP_MSTORE)).status, EVM_SUCCESS);
    m.e = evm_init(m.memory, m.memory_size, &host);
    mock_environment(&m);
    struct code_text t = {.n = 0};
    put_bytes(&t, CODE(OP_PUSH1, 0, OP_MLOAD));
    put_return_top(&t);
    EXPECT_U256(word_of(&t), u(0));
    EXPECT_EQ(run_latest(&m, CODE(OP_PUSH1, 1, OP_PUSH1, 0, OP_MSTORE)).status, EVM_SUCCESS);
    EXPECT_EQ(m.loads, 3);
}

// ---- tracing ----------------------------------------------------------------------------------

TEST(evm, a_traced_frame_reports_each_instruction_before_it)
{
    mock_init(&m);
    struct evm_frame_record r =
        mock_record(&m, CODE(OP_PUSH1, 5, OP_PUSH1, 0, OP_MSTORE, 0x0c), FORK_LATEST, 100);
    r.trace_level = 1;
    r.depth = 3;
    struct mock_result out = mock_run_record(&m, &r);
    EXPECT_EQ(out.halt, HALT_INVALID_OPCODE);
    EXPECT_EQ(m.step_count, 4);
    static const struct {
        u32 pc, op, height;
        u64 left, memory;
    } want[] = {{0, OP_PUSH1, 0, 100, 0},
                {2, OP_PUSH1, 1, 97, 0},
                {4, OP_MSTORE, 2, 94, 0},
                {5, 0x0c, 0, 88, 32}};
    for (u32 i = 0; i < 4; i++) {
        EXPECT_EQ(m.steps[i].pc, want[i].pc);
        EXPECT_EQ(m.steps[i].op, want[i].op);
        EXPECT_EQ(m.steps[i].stack_height, want[i].height);
        EXPECT_EQ(m.steps[i].gas, want[i].left);
        EXPECT_EQ(m.steps[i].memory_size, want[i].memory);
        EXPECT_EQ(m.steps[i].depth, 3);
    }
}

TEST(evm, traced_and_plain_frames_agree_on_random_code)
{
    mock_init(&m);
    u64 seed = test_seed();
    u8 code[64];
    for (u32 i = 0; i < 20000; i++) {
        for (u32 k = 0; k < sizeof code; k++) {
            u64 v = test_random(&seed);
            // mostly small pushes, so that something happens
            code[k] = (u8)(v % 3 == 0 ? OP_PUSH1 : v % 3 == 1 ? v >> 8 & 0x3f : v >> 8);
        }
        bytes b = {code, 1 + test_random(&seed) % sizeof code};
        enum fork f = (enum fork)(test_random(&seed) % FORK_COUNT);
        struct evm_frame_record r = mock_record(&m, b, f, test_random(&seed) % 3000);
        struct mock_result plain = mock_run_record(&m, &r);
        zero_bytes(m.slots, sizeof m.slots);
        r.trace_level = 1;
        struct mock_result traced = mock_run_record(&m, &r);
        zero_bytes(m.slots, sizeof m.slots);
        EXPECT_EQ(plain.status, traced.status);
        EXPECT_EQ(plain.halt, traced.halt);
        EXPECT_EQ(plain.left, traced.left);
        EXPECT_EQ(plain.output_size, traced.output_size);
        EXPECT_BYTES(plain.output, traced.output, sizeof plain.output);
    }
}
