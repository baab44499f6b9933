// SPDX-License-Identifier: MIT
// ABI section 4, calls: the gas that goes along and comes back, the stipend, depth over frames of
// both kinds, the sentry of SSTORE. Services here are 0xF1, 0xF4, 0xFA and 0xF0; invoke has its own
// file.
#include "test/kit.h"

static address stopper(struct kit *k, u8 n)
{
    struct buf code = {0};
    EVM(&code, OP_STOP);
    return kit_evm(k, n, &code);
}

static address burner(struct kit *k, u8 n)
{
    struct buf code = {0};
    EVM(&code, OP_INVALID);
    return kit_evm(k, n, &code);
}

static u64 gas_before(const struct kit *k, usize service)
{
    return (u64)k->service[service].cycles / k->params.cycles_per_gas;
}

static void put_call(struct buf *code, u32 id, address to, u64 value)
{
    rv_call(code, id, to, value, rv_range(0, 0));
}

TEST(abi_calls, all_gas_but_one_64th_goes_along)
{
    static const u8 ids[] = {0xF1, 0xF4, 0xFA};
    struct kit *k = kit_new();
    address to = stopper(k, 2);
    for (usize i = 0; i < COUNT_OF(ids); i++) {
        for (u64 given = 5000; given < 5000 + 130; given++) {
            struct buf code = {0};
            put_call(&code, ids[i], to, 0);
            rv_end(&code);
            kit_call(k, kit_rv(k, 1, &code), BYTES_NONE, given);
            EXPECT_SUCCESS(k);
            u64 left = gas_before(k, 0) - 2600;
            EXPECT_EQ(k->frame[1].begin.gas, left - left / 64);
            EXPECT_EQ(kit_price(k, 0), 2600);
        }
    }
    kit_free(k);
}

TEST(abi_calls, the_64th_counts_what_is_left_after_the_price_of_data)
{
    struct kit *k = kit_new();
    address to = stopper(k, 2);
    struct buf code = {0};
    rv_call(&code, 0xF1, to, 0, rv_range(RV_SCRATCH, 1000));
    rv_end(&code);
    kit_rv_run(k, &code);
    u64 left = gas_before(k, 0) - 2600 - 3 * 32;
    EXPECT_EQ(k->frame[1].begin.gas, left - left / 64);
    kit_free(k);
}

TEST(abi_calls, creations_get_all_but_one_64th_too)
{
    struct kit *k = kit_new();
    for (u32 two = 0; two < 2; two++) {
        struct buf code = {0};
        rv_li(&code, A0, 0);
        rv_li(&code, A1, RV_SCRATCH);
        rv_li(&code, A2, 64);
        rv_li(&code, A3, RV_SCRATCH);
        rv_service(&code, two ? 0xF5 : 0xF0);
        rv_end(&code);
        kit_rv_run(k, &code);
        u64 left = gas_before(k, 0) - 32000 - 2 * (two ? 11 : 5);
        EXPECT_EQ(k->frame[1].begin.gas, left - left / 64);
    }
    kit_free(k);
}

TEST(abi_calls, what_is_forwarded_is_lost_when_the_callee_halts)
{
    struct kit *k = kit_new();
    address to = burner(k, 2);
    struct buf code = {0};
    put_call(&code, 0xF1, to, 0);
    rv_service(&code, 0x02);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(kit_price(k, 0), 2600 + k->frame[1].begin.gas);
    EXPECT_EQ(k->service[1].after[A0], 2);
    kit_free(k);
}

TEST(abi_calls, what_the_callee_leaves_comes_back)
{
    static const u8 kinds[] = {INSPECT_EVM, INSPECT_RISCV};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(kinds); i++) {
        struct buf code = {0};
        if (kinds[i] == INSPECT_EVM) {
            evm_revert(&code, 0, 100);
            (void)kit_evm(k, 2, &code);
        } else {
            rv_nops(&code, 101);
            rv_revert(&code, RV_SCRATCH, 100);
            (void)kit_rv(k, 2, &code);
        }
        put_call(&code, 0xF1, kit_at(2), 0);
        rv_service(&code, 0x02);
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_EQ(k->frame[1].begin.kind, kinds[i]);
        EXPECT_EQ(k->frame[1].end.status, EVM_REVERT);
        u64 used = k->frame[1].begin.gas - k->frame[1].end.gas_left;
        EXPECT(used > 0);
        EXPECT_EQ(kit_price(k, 0), 2600 + used);
        EXPECT_EQ(k->service[kit_top_service(k, 1)].after[A0], 1);
    }
    kit_free(k);
}

TEST(abi_calls, fractions_of_a_gas_stay_with_the_caller)
{
    struct kit *k = kit_new();
    address to = burner(k, 2);
    for (u32 nops = 0; nops < 8; nops++) {
        struct buf code = {0};
        rv_nops(&code, nops);
        put_call(&code, 0xF1, to, 0);
        rv_end(&code);
        kit_rv_run(k, &code);
        u64 rest = (u64)k->service[0].cycles % 4;
        EXPECT_EQ((u64)k->service[0].cycles_after % 4, rest);
    }
    kit_free(k);
}

// ---- value and stipend

TEST(abi_calls, the_stipend_is_given_and_not_taken)
{
    struct kit *k = kit_new();
    address to = stopper(k, 2);
    struct buf code = {0};
    put_call(&code, 0xF1, to, 5);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_balance(k, a, 100);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_SUCCESS(k);
    u64 left = gas_before(k, 0) - 2600 - 9000;
    EXPECT_EQ(k->frame[1].begin.gas, left - left / 64 + 2300);
    EXPECT_EQ(kit_price(k, 0), 2600 + 9000 - 2300); // unused, it stays with the caller
    EXPECT_EQ(kit_balance_of(k, to), 5);
    EXPECT_EQ(kit_balance_of(k, a), 95);
    kit_free(k);
}

TEST(abi_calls, value_for_a_new_account_costs_25000_more)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    put_call(&code, 0xF1, kit_at(88), 5);
    put_call(&code, 0xF1, kit_at(88), 5);
    put_call(&code, 0xF1, kit_at(89), 0);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_balance(k, a, 100);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_EQ(kit_price(k, 0), 2600 + 9000 + 25000 - 2300);
    EXPECT_EQ(kit_price(k, 1), 100 + 9000 - 2300);
    EXPECT_EQ(kit_price(k, 2), 2600);
    EXPECT(!kit_exists(k, kit_at(89)));
    kit_free(k);
}

TEST(abi_calls, too_little_balance_begins_nothing_and_gives_all_back)
{
    struct kit *k = kit_new();
    address to = burner(k, 2);
    struct buf code = {0};
    put_call(&code, 0xF1, to, 101);
    rv_service(&code, 0x02);
    rv_service(&code, 0x3D);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_balance(k, a, 100);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->frame_count, 2);
    EXPECT_EQ(k->frame[1].begin.kind, INSPECT_NONE);
    EXPECT_EQ(k->frame[1].end.status, EVM_NOT_BEGUN);
    EXPECT_EQ(k->frame[1].end.gas_left, k->frame[1].begin.gas);
    EXPECT_EQ(kit_price(k, 0), 2600 + 9000 - 2300);
    EXPECT_EQ(k->service[1].after[A0], 3);
    EXPECT_EQ(k->service[2].after[A0], 0);
    kit_free(k);
}

TEST(abi_calls, a_creation_with_too_little_balance_is_not_begun)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_li(&code, A0, 101);
    rv_li(&code, A1, RV_SCRATCH);
    rv_li(&code, A2, 32);
    rv_service(&code, 0xF0);
    rv_service(&code, 0x02);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_balance(k, a, 100);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_EQ(kit_price(k, 0), 32000 + 2 + 3);
    EXPECT_EQ(k->service[1].after[A0], 3);
    EXPECT_EQ(account_nonce(state_account(kit_state(k), &a)), 1);
    kit_free(k);
}

TEST(abi_calls, a_creation_with_the_last_nonce_is_not_begun)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_li(&code, A0, 0);
    rv_li(&code, A1, RV_SCRATCH);
    rv_li(&code, A2, 32);
    rv_service(&code, 0xF0);
    rv_service(&code, 0x02);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_nonce(k, a, ~0ull);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->service[1].after[A0], 3);
    EXPECT_EQ(kit_price(k, 0), 32005);
    kit_free(k);
}

// ---- depth

// Code that calls `to` and returns its status: of either kind.
static void put_recursion(struct buf *code, bool riscv, address to)
{
    if (riscv) {
        put_call(code, 0xF1, to, 0);
        rv_service(code, 0x02);
        rv_li(code, T1, RV_SCRATCH);
        rv_s(code, RV_SD, A0, T1, 0);
        rv_return(code, RV_SCRATCH, 8);
    } else {
        evm_call(code, OP_CALL, to, 0, rv_range(0, 0));
        evm_return_top(code);
    }
}

static void recurse(struct kit *k, bool first_riscv, bool second_riscv)
{
    struct buf code = {0};
    put_recursion(&code, first_riscv, kit_at(2));
    (void)(first_riscv ? kit_rv(k, 1, &code) : kit_evm(k, 1, &code));
    put_recursion(&code, second_riscv, kit_at(1));
    (void)(second_riscv ? kit_rv(k, 2, &code) : kit_evm(k, 2, &code));
    kit_call(k, kit_at(1), BYTES_NONE, 1ull << 45);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->frame_count, 1026); // the last one is told of, but not begun
    EXPECT_EQ(k->frame[1024].begin.depth, 1024);
    EXPECT_EQ(k->frame[1025].begin.kind, INSPECT_NONE);
    EXPECT_EQ(k->frame[1025].end.status, EVM_NOT_BEGUN);
    for (u32 i = 0; i <= 1024; i++) {
        EXPECT_EQ(k->frame[i].end.status, EVM_SUCCESS);
        EXPECT_EQ(k->frame[i].begin.kind,
                  (i % 2 == 0 ? first_riscv : second_riscv) ? INSPECT_RISCV : INSPECT_EVM);
    }
}

TEST(abi_calls, a_frame_at_depth_1024_begins_no_other_whatever_the_kinds)
{
    struct kit *k = kit_new();
    recurse(k, true, true);
    u64 status = 0;
    for (usize i = 0; i < k->service_count; i++) {
        if (k->service[i].id == 0x02) {
            EXPECT_EQ(k->service[i].after[A0], k->service[i].depth == 1024 ? 3 : 0);
            status++;
        }
    }
    EXPECT_EQ(status, 1025);
    recurse(k, false, false);
    recurse(k, true, false);
    recurse(k, false, true);
    kit_free(k);
}

TEST(abi_calls, a_call_too_deep_gives_its_gas_back)
{
    struct kit *k = kit_new();
    recurse(k, true, true);
    for (usize i = 0; i < k->service_count; i++) {
        if (k->service[i].id == 0xF1 && k->service[i].depth == 1024) {
            EXPECT_EQ(kit_price(k, i), 100);
        }
    }
    kit_free(k);
}

TEST(abi_calls, a_creation_too_deep_is_not_begun)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    put_call(&code, 0xF1, kit_at(1), 0);
    rv_li(&code, A0, 0);
    rv_li(&code, A1, RV_SCRATCH);
    rv_li(&code, A2, 0);
    rv_service(&code, 0xF0);
    rv_end(&code);
    kit_call(k, kit_rv(k, 1, &code), BYTES_NONE, 1ull << 45);
    u64 created = 0;
    for (usize i = 0; i < k->frame_count; i++) {
        bool begun = k->frame[i].end.status != EVM_NOT_BEGUN;
        created += begun && k->frame[i].begin.op == 0xF0;
        EXPECT(!begun || k->frame[i].begin.depth <= 1024);
    }
    EXPECT_EQ(created, 1024); // of depths 0 to 1,023
    kit_free(k);
}

// ---- the sentry

TEST(abi_calls, sstore_refuses_2300_gas_or_less)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_sstore(&code, 0, 0); // changes nothing: 2,100 cold + 100
    rv_li(&code, A1, 0);
    rv_service(&code, 0xF3);
    address a = kit_rv(k, 1, &code);
    u64 before = RV_START_GAS + 13; // 8 + 41 cycles, so that 3 are over; then 42
    kit_call(k, a, BYTES_NONE, before + 2300);
    EXPECT_HALTED(k, "out_of_gas");
    EXPECT_EQ(gas_before(k, 0), 2300);
    kit_call(k, a, BYTES_NONE, before + 2301);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(gas_before(k, 0), 2301);
    kit_free(k);
}

TEST(abi_calls, the_stipend_does_not_pay_for_an_sstore)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    evm_sstore(&code, 0, 0);
    address to = kit_evm(k, 2, &code);
    put_call(&code, 0xF1, to, 1);
    rv_service(&code, 0x02);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_balance(k, a, 1);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    u64 before = KIT_GAS - gas_before(k, 0);
    kit_balance(k, a, 1);
    kit_call(k, a, BYTES_NONE, before + 2600 + 9000); // nothing but the stipend goes along
    EXPECT_EQ(k->frame[1].begin.gas, 2300);
    EXPECT_FRAME_HALTED(k, 1, "out_of_gas");
    EXPECT_EQ(kit_balance_of(k, a), 1);
    kit_free(k);
}
