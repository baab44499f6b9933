// SPDX-License-Identifier: MIT
// Both kinds of contract on one state: calls, delegate calls, creations and reverts across the
// border, data and logs that pass it, and a caller that goes on in the same machine after its
// callee failed.
#include "test/kit.h"

#define M RV_SCRATCH
#define BIG_AT 0x80400000u

enum kind { EVM_KIND, RV_KIND };

static address install(struct kit *k, u8 n, enum kind kind, struct buf *code)
{
    return kind == RV_KIND ? kit_rv(k, n, code) : kit_evm(k, n, code);
}

static void put_call(struct buf *code, enum kind kind, u32 op, address to, u64 value)
{
    if (kind == RV_KIND) {
        rv_call(code, op, to, value, rv_range(0, 0));
    } else {
        evm_call(code, op, to, value, rv_range(0, 0));
        EVM(code, OP_POP);
    }
}

static void put_store(struct buf *code, enum kind kind, u64 key, u64 value)
{
    kind == RV_KIND ? rv_sstore(code, key, value) : evm_sstore(code, key, value);
}

static void put_end(struct buf *code, enum kind kind)
{
    if (kind == RV_KIND) {
        rv_end(code);
    } else {
        EVM(code, OP_STOP);
    }
}

static void put_halt(struct buf *code, enum kind kind)
{
    if (kind == RV_KIND) {
        rv_service(code, 0xFE);
    } else {
        EVM(code, OP_INVALID);
    }
}

#define EACH_PAIR(a, b)                                                                            \
    for (enum kind a = EVM_KIND; a <= RV_KIND; a++)                                                \
        for (enum kind b = EVM_KIND; b <= RV_KIND; b++)

// ---- whose storage, address, caller and value

TEST(abi_cross, a_call_runs_on_the_callees_storage)
{
    struct kit *k = kit_new();
    EACH_PAIR(a, b)
    {
        struct buf code = {0};
        put_store(&code, b, 1, 7);
        put_end(&code, b);
        address callee = install(k, 2, b, &code);
        put_call(&code, a, OP_CALL, callee, 9);
        put_end(&code, a);
        address caller = install(k, 1, a, &code);
        kit_balance(k, caller, 100);
        kit_balance(k, callee, 0);
        kit_store(k, callee, 1, 0);
        kit_call(k, caller, BYTES_NONE, KIT_GAS);
        EXPECT_SUCCESS(k);
        EXPECT_U256(kit_loaded(k, callee, 1), u256_from_u64(7));
        EXPECT_U256(kit_loaded(k, caller, 1), u256_zero());
        EXPECT_EQ(kit_balance_of(k, callee), 9);
        EXPECT_BYTES(&k->frame[1].begin.from, &caller, sizeof caller);
        EXPECT_EQ(k->frame[1].begin.kind, b == RV_KIND ? INSPECT_RISCV : INSPECT_EVM);
    }
    kit_free(k);
}

TEST(abi_cross, a_delegatecall_runs_on_the_callers_storage_address_caller_and_value)
{
    struct kit *k = kit_new();
    EACH_PAIR(a, b)
    {
        struct buf code = {0};
        if (b == RV_KIND) {
            rv_service(&code, 0x33); // caller
            rv_service(&code, 0x30); // address
            rv_service(&code, 0x34); // value
        } else {
            EVM(&code, OP_CALLER, OP_PUSH1, 10, OP_SSTORE);
            EVM(&code, OP_ADDRESS, OP_PUSH1, 11, OP_SSTORE);
            EVM(&code, OP_CALLVALUE, OP_PUSH1, 12, OP_SSTORE);
        }
        put_store(&code, b, 1, 7);
        put_end(&code, b);
        address lib = install(k, 2, b, &code);
        put_call(&code, a, OP_DELEGATECALL, lib, 0);
        put_end(&code, a);
        address caller = install(k, 1, a, &code);
        kit_store(k, caller, 1, 0);
        kit_call_value(k, caller, 33, KIT_GAS);
        EXPECT_SUCCESS(k);
        EXPECT_U256(kit_loaded(k, caller, 1), u256_from_u64(7));
        EXPECT_U256(kit_loaded(k, lib, 1), u256_zero());
        if (b == RV_KIND) {
            usize first = a == RV_KIND;
            EXPECT_EQ(k->service[first].after[A0], load_be64(KIT_ALICE.b));
            EXPECT_EQ(k->service[first + 1].after[A0], load_be64(caller.b));
            EXPECT_EQ(k->service[first + 1].after[A2] & 0xFF, 1);
            EXPECT_EQ(k->service[first + 2].after[A0], 33);
        } else {
            EXPECT_U256(kit_loaded(k, caller, 10), u256_from_address(KIT_ALICE));
            EXPECT_U256(kit_loaded(k, caller, 11), u256_from_address(caller));
            EXPECT_U256(kit_loaded(k, caller, 12), u256_from_u64(33));
        }
    }
    kit_free(k);
}

TEST(abi_cross, static_calls_stay_static_across_kinds)
{
    struct kit *k = kit_new();
    EACH_PAIR(a, b)
    {
        struct buf code = {0};
        put_store(&code, b, 1, 7);
        put_end(&code, b);
        address writer = install(k, 3, b, &code);
        put_call(&code, a, OP_CALL, writer, 0);
        put_end(&code, a);
        address between = install(k, 2, a, &code);
        put_call(&code, b, OP_STATICCALL, between, 0);
        put_end(&code, b);
        kit_call(k, install(k, 1, b, &code), BYTES_NONE, KIT_GAS);
        EXPECT_SUCCESS(k);
        EXPECT(k->frame[2].begin.is_static);
        EXPECT_FRAME_HALTED(k, 2, "static_violation");
    }
    kit_free(k);
}

// ---- reverts and halts

TEST(abi_cross, what_a_failed_frame_did_is_undone_and_what_came_before_stays)
{
    struct kit *k = kit_new();
    EACH_PAIR(a, b)
    {
        for (u32 halts = 0; halts < 2; halts++) {
            struct buf code = {0};
            put_store(&code, b, 1, 7);
            put_call(&code, b, OP_CALL, kit_at(50), 1);
            if (halts) {
                put_halt(&code, b);
            } else if (b == RV_KIND) {
                rv_revert(&code, M, 64);
            } else {
                evm_revert(&code, 0, 64);
            }
            address callee = install(k, 2, b, &code);
            kit_balance(k, callee, 10);
            put_store(&code, a, 2, 5);
            put_call(&code, a, OP_CALL, callee, 0);
            put_store(&code, a, 3, 6);
            put_end(&code, a);
            address caller = install(k, 1, a, &code);
            kit_call(k, caller, BYTES_NONE, KIT_GAS);
            EXPECT_SUCCESS(k);
            EXPECT_EQ(k->frame[1].end.status, halts ? EVM_HALT : EVM_REVERT);
            EXPECT_U256(kit_loaded(k, callee, 1), u256_zero());
            EXPECT_EQ(kit_balance_of(k, callee), 10);
            EXPECT(!kit_exists(k, kit_at(50)));
            EXPECT_U256(kit_loaded(k, caller, 2), u256_from_u64(5));
            EXPECT_U256(kit_loaded(k, caller, 3), u256_from_u64(6));
            kit_store(k, caller, 2, 0);
            kit_store(k, caller, 3, 0);
        }
    }
    kit_free(k);
}

TEST(abi_cross, revert_data_bubbles_through_both_kinds)
{
    static const u8 reason[36] = {0x08, 0xC3, 0x79, 0xA0, [35] = 42};
    struct kit *k = kit_new();
    EACH_PAIR(a, b)
    {
        struct buf code = {0};
        if (b == RV_KIND) {
            rv_poke_bytes(&code, M, (bytes){reason, sizeof reason});
            rv_revert(&code, M, sizeof reason);
        } else {
            evm_poke(&code, 0, (bytes){reason, sizeof reason});
            evm_revert(&code, 0, sizeof reason);
        }
        address callee = install(k, 2, b, &code);
        put_call(&code, a, OP_CALL, callee, 0);
        if (a == RV_KIND) { // copies what came back and reverts with it
            rv_service(&code, 0x3D);
            rv_r(&code, RV_ADD, A2, A0, ZERO);
            rv_r(&code, RV_ADD, S0, A0, ZERO);
            rv_li(&code, A0, M + 100);
            rv_li(&code, A1, 0);
            rv_service(&code, 0x3E);
            rv_r(&code, RV_ADD, A1, S0, ZERO);
            rv_service(&code, 0xFD);
        } else {
            EVM(&code, OP_RETURNDATASIZE, OP_PUSH1, 0, OP_PUSH1, 0, OP_RETURNDATACOPY);
            EVM(&code, OP_RETURNDATASIZE, OP_PUSH1, 0, OP_REVERT);
        }
        kit_call(k, install(k, 1, a, &code), BYTES_NONE, KIT_GAS);
        EXPECT_EQ(k->r.status, EVM_REVERT);
        EXPECT_EQ(k->r.output.n, sizeof reason);
        EXPECT_BYTES(k->r.output.p, reason, sizeof reason);
    }
    kit_free(k);
}

TEST(abi_cross, a_caller_goes_on_in_the_same_machine_with_the_same_memory)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    EVM(&code, OP_INVALID);
    (void)kit_evm(k, 2, &code);
    rv_poke(&code, M, 0x6666); // its own stack page, at the same address
    rv_service(&code, 0xFE);
    (void)kit_rv(k, 3, &code);
    rv_li(&code, A0, 3);
    rv_service(&code, 0x06);
    rv_r(&code, RV_ADD, S11, A0, ZERO); // the heap
    rv_poke(&code, M, 0x1111);
    rv_li(&code, T1, 0x2222);
    rv_s(&code, RV_SD, T1, S11, 8);
    rv_li(&code, S1, 0x3333);
    rv_li(&code, T1, 0x4045000000000000);
    rv_put(&code, 0xF2000053 | 9u << 7 | T1 << 15); // fmv.d.x f9
    rv_i(&code, RV_CSRRW, ZERO, S1, 0x340);
    rv_call(&code, 0xF1, kit_at(2), 0, rv_range(0, 0));
    rv_call(&code, 0xF1, kit_at(3), 0, rv_range(0, 0));
    rv_li(&code, T1, M);
    rv_i(&code, RV_LD, S2, T1, 0);
    rv_i(&code, RV_LD, S3, S11, 8);
    rv_i(&code, RV_CSRRS, S4, ZERO, 0x340);
    rv_put(&code, 0xE2000053 | S5 << 7 | 9u << 15);
    rv_service(&code, 0x05);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    const u64 *x = k->service[kit_top_service(k, 3)].x;
    EXPECT_EQ(x[S1], 0x3333);
    EXPECT_EQ(x[S2], 0x1111);
    EXPECT_EQ(x[S3], 0x2222);
    EXPECT_EQ(x[S4], 0x3333);
    EXPECT_EQ(x[S5], 0x4045000000000000);
    EXPECT_EQ(k->frame_count, 3);
    kit_free(k);
}

TEST(abi_cross, a_contract_that_calls_itself_has_memory_of_its_own_in_each_frame)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_li(&code, T1, M);
    rv_i(&code, RV_LD, S0, T1, 0); // 0 in every new frame
    rv_service(&code, 0x36);
    rv_i(&code, RV_ADDI, S1, A0, 1);
    rv_li(&code, T1, M);
    rv_s(&code, RV_SD, S1, T1, 0); // depth + 1
    rv_li(&code, T2, 20);
    usize deep = rv_branch(&code, RV_BEQ, A0, T2);
    rv_addr_u(&code, A0, kit_at(1));
    rv_li(&code, A3, 0);
    rv_li(&code, A4, RV_TEXT);
    rv_r(&code, RV_ADD, A5, S1, ZERO);
    rv_service(&code, 0xF1);
    rv_bind(&code, deep);
    rv_li(&code, T1, M);
    rv_i(&code, RV_LD, S2, T1, 0);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->frame_count, 21);
    for (usize i = 0; i < k->service_count; i++) {
        const struct kit_service *s = &k->service[i];
        if (s->id == 0xF3) {
            EXPECT_EQ(s->x[S0], 0);
            EXPECT_EQ(s->x[S2], s->depth + 1);
        }
    }
    kit_free(k);
}

// ---- logs

TEST(abi_cross, logs_of_both_kinds_are_in_order_and_those_of_failed_frames_are_gone)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    EVM(&code, OP_PUSH1, 0, OP_PUSH1, 0, OP_LOG0, OP_INVALID);
    (void)kit_evm(k, 3, &code);
    evm_number(&code, 1);
    evm_number(&code, 0);
    EVM(&code, OP_LOG0);
    evm_call(&code, OP_CALL, kit_at(3), 0, rv_range(0, 0));
    evm_number(&code, 2);
    evm_number(&code, 0);
    EVM(&code, OP_LOG0);
    (void)kit_evm(k, 2, &code);
    for (u32 i = 0; i < 3; i++) { // sizes 10, 11, 12
        rv_li(&code, A0, M);
        rv_li(&code, A1, 10 + i);
        rv_li(&code, A3, 0);
        rv_service(&code, 0xA0);
        if (i == 1) {
            rv_call(&code, 0xF1, kit_at(2), 0, rv_range(0, 0));
        }
    }
    rv_end(&code);
    kit_rv_run(k, &code);
    static const u8 sizes[] = {10, 11, 1, 2, 12};
    struct state *s = kit_state(k);
    EXPECT_EQ(state_log_count(s), COUNT_OF(sizes));
    for (usize i = 0; i < COUNT_OF(sizes); i++) {
        EXPECT_EQ(state_log_at(s, i)->data_size, sizes[i]);
        EXPECT_EQ(state_log_at(s, i)->emitter.b[19], sizes[i] < 10 ? 2 : 1);
    }
    kit_free(k);
}

// ---- data

TEST(abi_cross, input_and_output_pass_unchanged_whatever_their_size)
{
    static const u32 sizes[] = {0, 1, 31, 33, 4087, 4089, 100000, 983032};
    struct kit *k = kit_new();
    u8 *input = mem_alloc(983032);
    u64 seed = test_seed();
    for (u32 i = 0; i < 983032; i++) {
        input[i] = (u8)test_random(&seed);
    }
    struct buf code = {0};
    EVM(&code, OP_CALLDATASIZE, OP_PUSH1, 0, OP_PUSH1, 0, OP_CALLDATACOPY);
    EVM(&code, OP_CALLDATASIZE, OP_PUSH1, 0, OP_RETURN);
    (void)kit_evm(k, 2, &code); // echoes
    rv_i(&code, RV_LD, A1, A0, 0);
    rv_i(&code, RV_ADDI, A0, A0, 8);
    rv_service(&code, 0xF3);
    (void)kit_rv(k, 3, &code);
    for (u8 echo = 2; echo <= 3; echo++) {
        // EVM: passes its input on, and returns what came back.
        EVM(&code, OP_CALLDATASIZE, OP_PUSH1, 0, OP_PUSH1, 0, OP_CALLDATACOPY);
        EVM(&code, OP_PUSH1, 0, OP_PUSH1, 0, OP_CALLDATASIZE, OP_PUSH1, 0, OP_PUSH1, 0);
        evm_address(&code, kit_at(echo));
        EVM(&code, OP_GAS, OP_CALL, OP_POP);
        evm_return_data(&code);
        address evm = kit_evm(k, 4, &code);
        // RISC-V: the same, with room at BIG_AT.
        rv_i(&code, RV_LD, A5, A0, 0);
        rv_addr_u(&code, A0, kit_at(echo));
        rv_li(&code, A3, 0);
        rv_li(&code, A4, RV_INPUT);
        rv_service(&code, 0xF1);
        rv_service(&code, 0x3D);
        rv_r(&code, RV_ADD, A2, A0, ZERO);
        rv_li(&code, A0, BIG_AT);
        rv_li(&code, A1, 0);
        rv_service(&code, 0x3E);
        rv_r(&code, RV_ADD, A1, A2, ZERO);
        rv_service(&code, 0xF3);
        struct rv_layout l = {.stack = 4096, .data_at = BIG_AT, .data_size = 1 << 20};
        address rv = kit_rv_layout(k, 5, &code, l);
        for (usize i = 0; i < COUNT_OF(sizes); i++) {
            for (u32 both = 0; both < 2; both++) {
                kit_call(k, both ? rv : evm, (bytes){input, sizes[i]}, KIT_GAS);
                EXPECT_SUCCESS(k);
                EXPECT_EQ(k->frame_count, 2);
                EXPECT_EQ(k->r.output.n, sizes[i]);
                EXPECT_BYTES(k->r.output.p, input, sizes[i]);
            }
        }
    }
    mem_free(input);
    kit_free(k);
}

TEST(abi_cross, return_data_live_until_the_next_call_or_creation)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    evm_return(&code, 0, 50);
    (void)kit_evm(k, 2, &code);
    EVM(&code, OP_STOP);
    (void)kit_evm(k, 3, &code);
    rv_call(&code, 0xF1, kit_at(2), 0, rv_range(0, 0));
    rv_sstore(&code, 1, 1); // other services do not matter
    rv_service(&code, 0x3D);
    rv_call(&code, 0xF1, kit_at(3), 0, rv_range(0, 0));
    rv_service(&code, 0x3D);
    rv_call(&code, 0xF1, kit_at(2), 0, rv_range(0, 0));
    rv_call(&code, 0xF1, kit_at(2), 1, rv_range(0, 0)); // not begun
    rv_service(&code, 0x3D);
    rv_call(&code, 0xF1, kit_at(2), 0, rv_range(0, 0));
    rv_call(&code, 0xF1, kit_at(77), 0, rv_range(0, 0)); // nobody
    rv_service(&code, 0x3D);
    rv_end(&code);
    kit_rv_run(k, &code);
    static const u64 expected[] = {50, 0, 0, 0};
    u32 n = 0;
    for (usize i = 0; i < k->service_count; i++) {
        if (k->service[i].id == 0x3D) {
            EXPECT_EQ(k->service[i].after[A0], expected[n++]);
        }
    }
    EXPECT_EQ(n, 4);
    kit_free(k);
}

TEST(abi_cross, a_frame_begins_without_return_data_and_its_caller_sees_its_own)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_service(&code, 0x3D);
    rv_r(&code, RV_ADD, S0, A0, ZERO);
    rv_return(&code, M, 10);
    (void)kit_rv(k, 3, &code);
    evm_return(&code, 0, 50);
    (void)kit_evm(k, 2, &code);
    evm_call(&code, OP_CALL, kit_at(2), 0, rv_range(0, 0));
    evm_call(&code, OP_CALL, kit_at(3), 0, rv_range(0, 0));
    EVM(&code, OP_RETURNDATASIZE);
    evm_return_top(&code);
    kit_call(k, kit_evm(k, 1, &code), BYTES_NONE, KIT_GAS);
    EXPECT_U256(kit_output_word(k, 0), u256_from_u64(10));
    EXPECT_EQ(k->service[1].x[S0], 0);
    kit_free(k);
}
