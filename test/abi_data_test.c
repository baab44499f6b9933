// SPDX-License-Identifier: MIT
// ABI section 4, data that crosses a frame's border: 3 gas a word for the RISC-V frame that gives
// it, at most 983,032 bytes; what is free, and what has limits of its own.
#include "test/kit.h"

#define DATA_MAX 983032u
#define DATA_AT 0x80400000u
#define DATA_SIZE 0x100000u // of readable memory there: a megabyte

static const u32 SIZES[] = {0, 1, 31, 32, 33, 64, 65, 1000, 4096};

// Runs code as kit_at(1) with a megabyte of memory at DATA_AT.
static void run_big(struct kit *k, struct buf *code)
{
    struct rv_layout l = {.stack = 4096, .data_at = DATA_AT, .data_size = DATA_SIZE};
    kit_call(k, kit_rv_layout(k, 1, code, l), BYTES_NONE, KIT_GAS);
}

// Gas that giving n bytes to `to` by service `id` takes, all included.
static u64 price_of_call(struct kit *k, u32 id, address to, u32 n)
{
    struct buf code = {0};
    rv_call(&code, id, to, 0, rv_range(DATA_AT, 0)); // makes it warm
    rv_call(&code, id, to, 0, rv_range(DATA_AT, n));
    rv_end(&code);
    run_big(k, &code);
    EXPECT_SUCCESS(k);
    return kit_price(k, kit_top_service(k, 1));
}

TEST(abi_data, input_of_calls_costs_3_gas_a_word)
{
    static const u8 ids[] = {0xF1, 0xF4, 0xFA};
    struct kit *k = kit_new();
    struct buf code = {0};
    EVM(&code, OP_STOP);
    address evm = kit_evm(k, 2, &code);
    for (usize i = 0; i < COUNT_OF(ids); i++) {
        for (usize j = 0; j < COUNT_OF(SIZES); j++) {
            u64 words = (SIZES[j] + 31) / 32;
            EXPECT_EQ(price_of_call(k, ids[i], evm, SIZES[j]), 100 + 3 * words);
            EXPECT_EQ(price_of_call(k, ids[i], kit_at(77), SIZES[j]), 100 + 3 * words); // nothing
        }
    }
    kit_free(k);
}

TEST(abi_data, input_of_a_precompile_costs_3_gas_a_word_too)
{
    struct kit *k = kit_new();
    address identity = {{[19] = 4}};
    for (usize j = 0; j < COUNT_OF(SIZES); j++) {
        u64 words = (SIZES[j] + 31) / 32;
        EXPECT_EQ(price_of_call(k, 0xF1, identity, SIZES[j]), 100 + 15 + 3 * words + 3 * words);
    }
    kit_free(k);
}

TEST(abi_data, input_of_a_risc_v_callee_is_paid_by_the_caller)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_end(&code);
    address callee = kit_rv(k, 2, &code);
    u64 without = price_of_call(k, 0xF1, callee, 0);
    EXPECT_EQ(price_of_call(k, 0xF1, callee, 1000), without + 3 * 32);
    EXPECT_EQ(k->frame[2].begin.gas - k->frame[2].end.gas_left, without - 100);
    kit_free(k);
}

TEST(abi_data, init_code_costs_3_gas_a_word_besides_the_price_of_creation)
{
    struct kit *k = kit_new();
    for (u32 two = 0; two < 2; two++) {
        for (usize j = 0; j < COUNT_OF(SIZES); j++) {
            struct buf code = {0};
            rv_li(&code, A0, 0);
            rv_li(&code, A1, DATA_AT); // zeros: STOP
            rv_li(&code, A2, SIZES[j]);
            rv_li(&code, A3, DATA_AT);
            rv_service(&code, two ? 0xF5 : 0xF0);
            rv_end(&code);
            run_big(k, &code);
            u64 words = (SIZES[j] + 31) / 32;
            EXPECT_EQ(kit_price(k, 0), 32000 + (2 + 3 + (two ? 6 : 0)) * words);
        }
    }
    kit_free(k);
}

TEST(abi_data, output_of_return_and_revert_costs_3_gas_a_word)
{
    struct kit *k = kit_new();
    for (u32 reverts = 0; reverts < 2; reverts++) {
        u64 without = 0;
        for (usize j = 0; j < COUNT_OF(SIZES); j++) {
            struct buf code = {0};
            rv_lui(&code, A0, DATA_AT >> 12);
            rv_lui(&code, A1, SIZES[j] >> 12);
            rv_i(&code, RV_ADDI, A1, A1, (i32)(SIZES[j] & 0xFFF));
            rv_service(&code, reverts ? 0xFD : 0xF3);
            run_big(k, &code);
            EXPECT_EQ(k->r.status, reverts ? EVM_REVERT : EVM_SUCCESS);
            EXPECT_EQ(k->r.output.n, SIZES[j]);
            without = j == 0 ? k->r.gas_used : without;
            EXPECT_EQ(k->r.gas_used, without + 3 * ((SIZES[j] + 31) / 32));
        }
    }
    kit_free(k);
}

TEST(abi_data, the_top_frames_input_is_free)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    static const u8 input[4088] = {1};
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    u64 without = k->r.gas_used;
    kit_call(k, a, (bytes){input, sizeof input}, KIT_GAS);
    EXPECT_EQ(k->r.gas_used, without);
    kit_free(k);
}

TEST(abi_data, output_that_is_not_a_risc_v_frames_is_not_paid)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    evm_return(&code, 0, 3200);
    address evm = kit_evm(k, 2, &code);
    struct buf calls = {0};
    rv_call(&calls, 0xF1, evm, 0, rv_range(0, 0));
    rv_end(&calls);
    kit_rv_run(k, &calls);
    u64 own = k->frame[1].begin.gas - k->frame[1].end.gas_left;
    EXPECT_EQ(kit_price(k, 0), 2600 + own);
    kit_free(k);
}

// ---- the limit

static void expect_limit_of_call(struct kit *k, u32 id, address to, u32 n, const char *halt)
{
    struct buf code = {0};
    rv_call(&code, id, to, 0, rv_range(DATA_AT, n));
    rv_end(&code);
    run_big(k, &code);
    EXPECT_STR(halt_name(k->r.halt), halt);
}

TEST(abi_data, a_call_gives_at_most_983032_bytes)
{
    static const u8 ids[] = {0xF1, 0xF4, 0xFA};
    struct kit *k = kit_new();
    struct buf code = {0};
    EVM(&code, OP_CALLDATASIZE);
    evm_return_top(&code);
    address evm = kit_evm(k, 2, &code);
    rv_end(&code);
    address rv = kit_rv(k, 3, &code);
    address targets[] = {evm, rv, kit_at(77), {{[19] = 4}}};
    for (usize i = 0; i < COUNT_OF(ids); i++) {
        for (usize j = 0; j < COUNT_OF(targets); j++) {
            expect_limit_of_call(k, ids[i], targets[j], DATA_MAX, "none");
            expect_limit_of_call(k, ids[i], targets[j], DATA_MAX + 1, "data_too_long");
        }
    }
    kit_free(k);
}

// From Shanghai on the fork's limit of init code is below this one.
TEST(abi_data, init_code_that_is_no_container_has_at_most_983032_bytes)
{
    struct kit *k = kit_new();
    k->fork = FORK_LONDON;
    for (u32 more = 0; more < 2; more++) {
        struct buf code = {0};
        rv_li(&code, A0, 0);
        rv_li(&code, A1, DATA_AT); // zeros: STOP
        rv_li(&code, A2, DATA_MAX + more);
        rv_service(&code, 0xF0);
        rv_end(&code);
        run_big(k, &code);
        EXPECT_STR(halt_name(k->r.halt), more ? "data_too_long" : "none");
    }
    kit_free(k);
}

TEST(abi_data, a_frame_gives_back_at_most_983032_bytes)
{
    struct kit *k = kit_new();
    for (u32 reverts = 0; reverts < 2; reverts++) {
        for (u32 more = 0; more < 2; more++) {
            struct buf code = {0};
            rv_li(&code, A0, DATA_AT);
            rv_li(&code, A1, DATA_MAX + more);
            rv_service(&code, reverts ? 0xFD : 0xF3);
            run_big(k, &code);
            EXPECT_STR(halt_name(k->r.halt), more ? "data_too_long" : "none");
            EXPECT_EQ(k->r.output.n, more ? 0 : DATA_MAX);
        }
    }
    kit_free(k);
}

TEST(abi_data, an_evm_frame_may_give_more_than_983032_bytes_to_evm_code_only)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    EVM(&code, OP_CALLDATASIZE);
    evm_return_top(&code);
    address evm = kit_evm(k, 2, &code);
    rv_end(&code);
    address rv = kit_rv(k, 3, &code);
    evm_call(&code, OP_CALL, evm, 0, rv_range(0, DATA_MAX + 1));
    evm_return_top(&code);
    kit_call(k, kit_evm(k, 4, &code), BYTES_NONE, KIT_GAS);
    EXPECT_U256(kit_output_word(k, 0), u256_one());
    evm_call(&code, OP_CALL, rv, 0, rv_range(0, DATA_MAX + 1));
    evm_return_top(&code);
    kit_call(k, kit_evm(k, 4, &code), BYTES_NONE, KIT_GAS);
    EXPECT_U256(kit_output_word(k, 0), u256_zero());
    EXPECT_FRAME_HALTED(k, 1, "data_too_long");
    kit_free(k);
}

TEST(abi_data, calldata_of_a_top_frame_is_at_most_983032_bytes)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    u8 *input = mem_zalloc(DATA_MAX + 1);
    kit_call(k, a, (bytes){input, DATA_MAX}, KIT_GAS);
    EXPECT_SUCCESS(k);
    kit_call(k, a, (bytes){input, DATA_MAX + 1}, KIT_GAS);
    EXPECT_HALTED(k, "data_too_long");
    EXPECT_EQ(k->r.gas_left, 0);
    mem_free(input);
    kit_free(k);
}

// A container whose constructor returns n bytes of its data segment, which holds an image of n
// bytes.
static void deploy_large(struct kit *k, u32 n, u32 id)
{
    struct buf code = {0};
    rv_end(&code);
    struct buf runtime = {0};
    struct rv_layout r = {.code = buf_bytes(&code), .total_min = n};
    rv_image_of(&runtime, &r);
    struct buf constructor = {0};
    rv_li(&constructor, A0, DATA_AT);
    rv_li(&constructor, A1, n);
    rv_service(&constructor, id);
    struct buf image = {0};
    struct rv_layout l = {.code = buf_bytes(&constructor),
                          .data_at = DATA_AT,
                          .data = buf_bytes(&runtime),
                          .data_size = runtime.n};
    rv_image_of(&image, &l);
    struct buf init = {0};
    rv_container(&init, buf_bytes(&image), BYTES_NONE);
    kit_create(k, buf_bytes(&init), 1000000000);
    buf_fini(&code);
    buf_fini(&runtime);
    buf_fini(&constructor);
    buf_fini(&image);
    buf_fini(&init);
}

TEST(abi_data, what_a_constructor_returns_is_limited_by_the_size_of_code_alone)
{
    struct kit *k = kit_new();
    k->params.max_code_size = 2 * DATA_SIZE;
    deploy_large(k, 1000000, 0xF3);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(kit_code_of(k, k->r.created).n, 1000000);
    deploy_large(k, 1000000, 0xFD); // what it gives by revert is data as everywhere
    EXPECT_HALTED(k, "data_too_long");
    kit_free(k);
}

TEST(abi_data, code_of_a_constructor_costs_3_gas_a_word_and_the_deposit)
{
    struct kit *k = kit_new();
    k->params.has_code_deposit = true;
    k->params.code_deposit_gas = 1;
    deploy_large(k, 10000, 0xF3);
    EXPECT_SUCCESS(k);
    u64 first = k->r.gas_used;
    deploy_large(k, 10000 + 32, 0xF3);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->r.gas_used, first + 32 + 3);
    kit_free(k);
}
