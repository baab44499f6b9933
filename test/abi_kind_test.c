// SPDX-License-Identifier: MIT
// ABI section 1: the kind of code, the order of precompiles, designators and kinds, inactive
// chains, and the price of loading large code with its marks.
#include "test/kit.h"

#define LARGE 24576u

// Installs a RISC-V contract that returns 42 in its first byte, of exactly `size` bytes.
static address answer_42(struct kit *k, u8 n, usize size)
{
    struct buf code = {0};
    rv_li(&code, T1, RV_SCRATCH);
    rv_li(&code, T2, 42);
    rv_s(&code, RV_SB, T2, T1, 0);
    rv_return(&code, RV_SCRATCH, 1);
    return kit_rv_layout(k, n, &code, (struct rv_layout){.stack = 4096, .total_min = size});
}

static u64 gas_before(const struct kit *k, usize service)
{
    return (u64)k->service[service].cycles / k->params.cycles_per_gas;
}

// ---- kind

TEST(abi_kind, the_first_byte_decides)
{
    struct kit *k = kit_new();
    address rv = answer_42(k, 1, 0);
    kit_call(k, rv, BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->frame[0].begin.kind, INSPECT_RISCV);
    EXPECT_EQ(k->r.output.p[0], 42);
    for (u32 first = 0; first < 256; first++) {
        u8 code[2] = {(u8)first, 0};
        kit_code(k, kit_at(2), (bytes){code, 2});
        kit_call(k, kit_at(2), BYTES_NONE, KIT_GAS);
        EXPECT_EQ(k->frame[0].begin.kind, first == 0xFF ? INSPECT_RISCV : INSPECT_EVM);
    }
    kit_call(k, kit_at(3), BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->frame[0].begin.kind, INSPECT_NONE);
    kit_free(k);
}

TEST(abi_kind, a_precompile_comes_before_whatever_code_its_address_holds)
{
    struct kit *k = kit_new();
    address identity = {{[19] = 4}};
    struct buf code = {0};
    rv_service(&code, 0xFE);
    struct buf image = {0};
    rv_image(&image, buf_bytes(&code));
    kit_code(k, identity, buf_bytes(&image));
    static const u8 input[3] = {7, 8, 9};
    kit_call(k, identity, (bytes){input, 3}, KIT_GAS);
    EXPECT_EQ(k->frame[0].begin.kind, INSPECT_PRECOMPILE);
    EXPECT_SUCCESS(k);
    EXPECT_BYTES(k->r.output.p, input, 3);
    k->fork = FORK_SPURIOUS; // not yet a precompile: what it holds runs
    address later = {{[19] = 5}};
    kit_code(k, later, buf_bytes(&image));
    kit_call(k, later, BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->frame[0].begin.kind, INSPECT_RISCV);
    buf_fini(&code);
    buf_fini(&image);
    kit_free(k);
}

TEST(abi_kind, a_designator_has_the_kind_of_its_target)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    EVM(&code, OP_ADDRESS);
    evm_return_top(&code);
    address evm = kit_evm(k, 2, &code);
    address rv = answer_42(k, 3, 0);
    kit_designate(k, kit_at(10), evm);
    kit_designate(k, kit_at(11), rv);
    kit_designate(k, kit_at(12), kit_at(11)); // a designator is not followed twice
    kit_designate(k, kit_at(13), (address){{[19] = 4}});
    kit_designate(k, kit_at(14), kit_at(99));
    kit_call(k, kit_at(10), BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->frame[0].begin.kind, INSPECT_EVM);
    EXPECT_U256(kit_output_word(k, 0), u256_from_address(kit_at(10)));
    kit_call(k, kit_at(11), BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->frame[0].begin.kind, INSPECT_RISCV);
    EXPECT_EQ(k->r.output.p[0], 42);
    kit_call(k, kit_at(12), BYTES_NONE, KIT_GAS);
    EXPECT_HALTED(k, "invalid_opcode");
    kit_call(k, kit_at(13), BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->frame[0].begin.kind, INSPECT_NONE);
    kit_call(k, kit_at(14), BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->frame[0].begin.kind, INSPECT_NONE);
    k->fork = FORK_CANCUN;
    kit_call(k, kit_at(11), BYTES_NONE, KIT_GAS);
    EXPECT_HALTED(k, "invalid_opcode");
    kit_free(k);
}

TEST(abi_kind, both_kinds_call_through_designators)
{
    struct kit *k = kit_new();
    address rv = answer_42(k, 3, 0);
    kit_designate(k, kit_at(11), rv);
    struct buf code = {0};
    rv_call(&code, 0xF1, kit_at(11), 0, rv_range(0, 0));
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_EQ(k->frame[1].begin.kind, INSPECT_RISCV);
    address at = kit_at(11);
    EXPECT_BYTES(&k->frame[1].begin.to, &at, sizeof at);
    u64 own = k->frame[1].begin.gas - k->frame[1].end.gas_left;
    EXPECT_EQ(kit_price(k, 0), 2600 + 2600 + own); // the target is an access of its own
    evm_call(&code, OP_CALL, kit_at(11), 0, rv_range(0, 0));
    kit_call(k, kit_evm(k, 2, &code), BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->frame[1].begin.kind, INSPECT_RISCV);
    kit_free(k);
}

TEST(abi_kind, on_a_plain_chain_ff_is_selfdestruct_of_an_empty_stack)
{
    struct kit *k = kit_new();
    k->params.riscv = false;
    kit_call(k, answer_42(k, 1, 0), BYTES_NONE, KIT_GAS);
    EXPECT_HALTED(k, "stack_underflow");
    EXPECT_EQ(k->frame[0].begin.kind, INSPECT_EVM);
    EXPECT_EQ(k->r.gas_left, 0);
    kit_call(k, answer_42(k, 1, 100000), BYTES_NONE, KIT_GAS); // nothing is paid for its size
    EXPECT_HALTED(k, "stack_underflow");
    kit_free(k);
}

TEST(abi_kind, code_that_is_no_image_halts_with_all_gas)
{
    static const char *const codes[] = {"\xFF", "\xFF\x7F", "\xFF\x7F\x45\x4C\x46", "\xFF\x00\x00"};
    static const u8 sizes[] = {1, 2, 5, 3};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(codes); i++) {
        kit_code(k, kit_at(1), (bytes){(const u8 *)codes[i], sizes[i]});
        kit_call(k, kit_at(1), BYTES_NONE, KIT_GAS);
        EXPECT_HALTED(k, "bad_image");
        EXPECT_EQ(k->r.gas_left, 0);
    }
    kit_free(k);
}

TEST(abi_kind, code_from_before_activation_gets_its_kind_at_activation)
{
    struct kit *k = kit_new();
    address a = answer_42(k, 1, 0);
    for (u32 on = 0; on < 4; on++) {
        k->params.riscv = on % 2 != 0;
        kit_call(k, a, BYTES_NONE, KIT_GAS);
        EXPECT_STR(halt_name(k->r.halt), on % 2 ? "none" : "stack_underflow");
    }
    kit_free(k);
}

// ---- loading

static u64 loading_price(usize size)
{
    return size > LARGE ? 4 * ((size - LARGE + 31) / 32) : 0;
}

TEST(abi_loading, four_gas_for_each_started_word_above_24576_bytes)
{
    static const usize sizes[] = {2000,       LARGE - 1,  LARGE, LARGE + 1,
                                  LARGE + 32, LARGE + 33, 262144};
    struct kit *k = kit_new();
    u64 base = 0;
    for (usize i = 0; i < COUNT_OF(sizes); i++) {
        address a = answer_42(k, 2, sizes[i]);
        EXPECT_EQ(kit_code_of(k, a).n, sizes[i]); // the FF is counted
        kit_call(k, a, BYTES_NONE, KIT_GAS);      // charged to the top frame
        base = i == 0 ? k->r.gas_used : base;
        EXPECT_EQ(k->r.gas_used, base + loading_price(sizes[i]));
        struct buf code = {0};
        rv_call(&code, 0xF1, a, 0, rv_range(0, 0)); // charged to the caller
        rv_end(&code);
        kit_rv_run(k, &code);
        u64 own = k->frame[1].begin.gas - k->frame[1].end.gas_left;
        EXPECT_EQ(kit_price(k, 0), 2600 + loading_price(sizes[i]) + own);
    }
    kit_free(k);
}

TEST(abi_loading, the_top_frames_code_is_paid_by_the_frame)
{
    struct kit *k = kit_new();
    address a = answer_42(k, 1, LARGE + 320);
    kit_call(k, a, BYTES_NONE, 39);
    EXPECT_HALTED(k, "out_of_gas");
    EXPECT_EQ(k->r.pages, 0);
    EXPECT_EQ(k->frame[0].begin.gas, 39);
    kit_free(k);
}

TEST(abi_loading, it_is_paid_before_the_64th)
{
    struct kit *k = kit_new();
    address a = answer_42(k, 2, LARGE + 32000);
    struct buf code = {0};
    rv_call(&code, 0xF1, a, 0, rv_range(0, 0));
    rv_end(&code);
    kit_rv_run(k, &code);
    u64 left = gas_before(k, 0) - 2600 - 4000;
    EXPECT_EQ(k->frame[1].begin.gas, left - left / 64);
    kit_free(k);
}

// Each way of reaching code, from RISC-V and from byte code; does it twice and tells what the
// second cost less.
static void put_reach(struct buf *code, u32 way, address a)
{
    static const u32 rv_ids[] = {0xF1, 0xF4, 0xFA};
    static const u32 evm_ops[] = {OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL};
    if (way < 3) {
        rv_call(code, rv_ids[way], a, 0, rv_range(0, 0));
    } else if (way == 3 || way == 4) {
        rv_addr3(code, A0, a);
        rv_li(code, A3, RV_SCRATCH);
        rv_li(code, A4, 0);
        rv_li(code, A5, way == 3 ? 0 : 32);
        rv_service(code, 0x3C);
    } else if (way < 9) {
        evm_call(code, evm_ops[way - 5], a, 0, rv_range(0, 0));
        EVM(code, OP_POP);
    } else {
        evm_number(code, way == 9 ? 0 : 32);
        evm_number(code, 0);
        evm_number(code, 0);
        evm_address(code, a);
        EVM(code, OP_EXTCODECOPY);
    }
}

enum { WAYS = 11 };

// Gas of reaching `a` by each of `ways`, a list that ends with WAYS.
static u64 reach(struct kit *k, const u32 *ways, address a)
{
    struct buf code = {0};
    bool riscv = ways[0] < 5;
    for (u32 i = 0; ways[i] != WAYS; i++) {
        put_reach(&code, ways[i], a);
    }
    if (riscv) {
        rv_end(&code);
        (void)kit_rv(k, 1, &code);
    } else {
        (void)kit_evm(k, 1, &code);
    }
    kit_call(k, kit_at(1), BYTES_NONE, KIT_GAS);
    EXPECT_SUCCESS(k);
    return k->r.gas_used;
}

TEST(abi_loading, every_kind_of_reach_pays_once_in_a_transaction)
{
    struct kit *k = kit_new();
    usize size = LARGE + 3200;
    for (u32 first = 0; first < WAYS; first++) {
        for (u32 second = first < 5 ? 0 : 5; second < (first < 5 ? 5u : WAYS); second++) {
            u32 ways[] = {first, second, WAYS};
            address small = answer_42(k, 2, 0);
            u64 without = reach(k, ways, small);
            address large = answer_42(k, 2, size);
            EXPECT_EQ(reach(k, ways, large), without + 400);
        }
    }
    kit_free(k);
}

TEST(abi_loading, other_looks_at_an_account_are_free)
{
    static const u8 ids[] = {0x31, 0x3B, 0x3F};
    struct kit *k = kit_new();
    address a = answer_42(k, 2, 100000);
    for (usize i = 0; i < COUNT_OF(ids); i++) {
        struct buf code = {0};
        rv_addr3(&code, A0, a);
        rv_service(&code, ids[i]);
        rv_call(&code, 0xF1, a, 0, rv_range(0, 0)); // still to be paid
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_EQ(kit_price(k, 0), 2600);
        u64 own = k->frame[1].begin.gas - k->frame[1].end.gas_left;
        EXPECT_EQ(kit_price(k, 1), 100 + loading_price(100000) + own);
    }
    kit_free(k);
}

TEST(abi_loading, a_mark_is_undone_when_its_frame_reverts)
{
    struct kit *k = kit_new();
    address large = answer_42(k, 2, LARGE + 3200);
    for (u32 reverts = 0; reverts < 2; reverts++) {
        struct buf code = {0};
        rv_call(&code, 0xF1, large, 0, rv_range(0, 0));
        if (reverts) {
            rv_revert(&code, 0, 0);
        } else {
            rv_end(&code);
        }
        address between = kit_rv(k, 3, &code);
        rv_call(&code, 0xF1, between, 0, rv_range(0, 0));
        rv_call(&code, 0xF1, large, 0, rv_range(0, 0));
        rv_end(&code);
        kit_rv_run(k, &code);
        u64 own = k->frame[3].begin.gas - k->frame[3].end.gas_left;
        u64 price = kit_price(k, kit_top_service(k, 1)) - own;
        EXPECT_EQ(price, reverts ? 2600 + 400 : 100); // as the warm access is
    }
    kit_free(k);
}

TEST(abi_loading, a_mark_stays_if_the_callee_fails_or_does_not_begin)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_service(&code, 0xFE);
    struct rv_layout l = {.stack = 4096, .total_min = LARGE + 3200};
    address halting = kit_rv_layout(k, 2, &code, l);
    rv_call(&code, 0xF1, halting, 0, rv_range(0, 0));
    rv_call(&code, 0xFA, halting, 0, rv_range(0, 0));
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_EQ(kit_price(k, kit_top_service(k, 1)) - k->frame[2].begin.gas, 100);
    rv_call(&code, 0xF1, halting, 1, rv_range(0, 0)); // no balance: not begun
    rv_call(&code, 0xFA, halting, 0, rv_range(0, 0));
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_EQ(kit_price(k, 0), 2600 + 400 + 9000 - 2300);
    EXPECT_EQ(kit_price(k, 1) - k->frame[2].begin.gas, 100);
    kit_free(k);
}

TEST(abi_loading, a_designators_mark_is_that_of_its_target)
{
    struct kit *k = kit_new();
    address large = answer_42(k, 2, LARGE + 3200);
    kit_designate(k, kit_at(11), large);
    struct buf code = {0};
    put_reach(&code, 4, kit_at(11)); // extcodecopy sees 23 bytes
    put_reach(&code, 0, kit_at(11));
    put_reach(&code, 0, large);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_EQ(kit_price(k, 0), 2600 + 3);
    u64 own = k->frame[1].begin.gas - k->frame[1].end.gas_left;
    EXPECT_EQ(kit_price(k, 1) - own, 100 + 2600 + 400);
    EXPECT_EQ(kit_price(k, kit_top_service(k, 2)) - own, 100);
    kit_call(k, kit_at(11), BYTES_NONE, KIT_GAS); // top frame
    u64 through = k->r.gas_used;
    kit_call(k, large, BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->r.gas_used, through);
    kit_free(k);
}

TEST(abi_loading, the_top_frame_marks)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_service(&code, 0x36);
    usize branch = rv_branch(&code, RV_BNE, A0, ZERO); // called by itself: ends
    rv_call(&code, 0xF1, kit_at(1), 0, rv_range(RV_SCRATCH, 1));
    rv_bind(&code, branch);
    rv_end(&code);
    struct rv_layout l = {.stack = 4096, .total_min = LARGE + 3200};
    kit_call(k, kit_rv_layout(k, 1, &code, l), BYTES_NONE, KIT_GAS);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->frame_count, 2);
    u64 own = k->frame[1].begin.gas - k->frame[1].end.gas_left;
    EXPECT_EQ(kit_price(k, kit_top_service(k, 1)), 100 + 3 + own);
    kit_free(k);
}

TEST(abi_loading, only_code_that_begins_with_ff_is_paid)
{
    struct kit *k = kit_new();
    u8 *code = mem_zalloc(100000);
    for (u32 ff = 0; ff < 2; ff++) {
        code[0] = ff ? 0xFF : 0x00; // inert, not even an ELF
        kit_code(k, kit_at(2), (bytes){code, 100000});
        struct buf caller = {0};
        rv_call(&caller, 0xF1, kit_at(2), 0, rv_range(0, 0));
        rv_end(&caller);
        kit_rv_run(k, &caller);
        u64 own = k->frame[1].begin.gas - k->frame[1].end.gas_left;
        EXPECT_EQ(kit_price(k, 0), 2600 + (ff ? loading_price(100000) : 0) + own);
    }
    mem_free(code);
    kit_free(k);
}

TEST(abi_loading, precompiles_and_inactive_chains_pay_nothing)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_end(&code);
    struct buf image = {0};
    struct rv_layout l = {.code = buf_bytes(&code), .total_min = 100000};
    rv_image_of(&image, &l);
    address identity = {{[19] = 4}};
    kit_code(k, identity, buf_bytes(&image));
    kit_code(k, kit_at(2), buf_bytes(&image));
    struct buf caller = {0};
    put_reach(&caller, 0, identity);
    put_reach(&caller, 3, identity);
    rv_end(&caller);
    kit_rv_run(k, &caller);
    EXPECT_EQ(kit_price(k, 0), 100 + 15);
    EXPECT_EQ(kit_price(k, 1), 100);
    k->params.riscv = false;
    u32 ways[] = {9, WAYS};
    EXPECT_EQ(reach(k, ways, kit_at(2)), 2600 + 12);
    buf_fini(&code);
    buf_fini(&image);
    kit_free(k);
}
