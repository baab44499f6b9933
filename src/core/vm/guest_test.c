// SPDX-License-Identifier: MIT
// The guest's door against guests that lie: whatever a program in the mini-EVM's place asks, hands
// over or leaves behind, the execution ends with a fault that says what was wrong, the state is as
// before, and the machine can be used again (ABI section 7). The programs take the place of the
// embedded one before it is first used.
#include "core/vm/priv.h"
#include "test/kit_code.h"
#include "test/test.h"

#define RECORD 0x80000000u // input record, output record
#define ROOM 0x80310000u   // writable memory of the programs
#define GIVEN 100000u

static const address CONTRACT = {{0x10, [19] = 0x20}};
static const address SENDER = {{0x30, [19] = 0x40}};

struct liar {
    struct vm *vm;
    struct state *s;
    struct vm_result r;
};

static struct liar liar_new(struct buf *code)
{
    struct liar l = {.vm = vm_new(VM_EVM_GUEST), .s = state_new(NULL)};
    struct buf elf = {0};
    test_elf_code(&elf, buf_bytes(code));
    test_elf_segment(&elf, TEST_R | TEST_W, ROOM, BYTES_NONE, 0x10000);
    enum hv1_verdict verdict = HV1_OK;
    l.vm->guest_program = rv_program_new(buf_bytes(&elf), RV_GUEST, &verdict);
    EXPECT(l.vm->guest_program != NULL);
    buf_fini(&elf);
    buf_fini(code);
    state_begin_transaction(l.s);
    state_set_code(l.s, state_account(l.s, &CONTRACT), (bytes){(const u8 *)"\x00", 1});
    u256 rich = u256_from_u64(1000);
    state_set_balance(l.s, state_account(l.s, &SENDER), &rich);
    state_end_transaction(l.s, false);
    return l;
}

static void liar_free(struct liar *l)
{
    vm_free(l->vm);
    state_free(l->s);
}

static enum fault run(struct liar *l)
{
    struct vm_message m = {.from = SENDER, .to = CONTRACT, .gas = GIVEN, .value = u256_from_u64(7)};
    state_begin_transaction(l->s);
    return vm_execute(l->vm, l->s, &m, &l->r);
}

static void expect_as_before(struct liar *l)
{
    EXPECT_U256(*account_balance(state_account(l->s, &SENDER)), u256_from_u64(1000));
    EXPECT_U256(*account_balance(state_account(l->s, &CONTRACT)), u256_zero());
    EXPECT_EQ(state_log_count(l->s), 0);
    EXPECT_EQ(l->vm->count, 0);
    EXPECT_EQ(l->vm->pages_live, 0);
}

// Twice: a fault must not spoil the next execution.
static void expect_fault(struct buf *code, enum fault fault)
{
    struct liar l = liar_new(code);
    for (u32 i = 0; i < 2; i++) {
        enum fault f = run(&l);
        if (f != fault) {
            FAIL("\"%s\" is not \"%s\"; %s", fault_text(f), fault_text(fault),
                 vm_fault_detail(l.vm));
        }
        EXPECT(vm_fault_detail(l.vm)[0] != 0);
        expect_as_before(&l);
    }
    liar_free(&l);
}

static void put_service(struct buf *code, u32 id, u64 a0, u64 a1, u64 a2, u64 a3)
{
    rv_li(code, A0, a0);
    rv_li(code, A1, a1);
    rv_li(code, A2, a2);
    rv_li(code, A3, a3);
    rv_service(code, id);
}

// ---- an honest program, so that the others are known to fail for their lie

static void put_output(struct buf *code, const struct evm_output_record *o)
{
    rv_poke_bytes(code, RECORD, (bytes){(const u8 *)o, sizeof *o});
    rv_li(code, T6, sizeof *o);
    rv_service(code, 0);
}

static struct evm_output_record good_output(void)
{
    return (struct evm_output_record){.size = sizeof(struct evm_output_record),
                                      .gas_left = GIVEN - 5,
                                      .data = ROOM,
                                      .data_size = 100};
}

TEST(guest, a_program_that_tells_the_truth_is_believed)
{
    struct buf code = {0};
    struct evm_output_record o = good_output();
    put_output(&code, &o);
    rv_jal(&code, ZERO, -(i32)code.n); // the next top frame
    struct liar l = liar_new(&code);
    for (u32 i = 0; i < 3; i++) {
        EXPECT_EQ(run(&l), FAULT_NONE);
        EXPECT_EQ(l.r.status, EVM_SUCCESS);
        EXPECT_EQ(l.r.gas_left, GIVEN - 5);
        EXPECT_EQ(l.r.output.n, 100);
    }
    liar_free(&l);
}

// ---- output records

static void expect_bad_output(struct evm_output_record o, enum fault fault)
{
    struct buf code = {0};
    put_output(&code, &o);
    expect_fault(&code, fault);
}

TEST(guest, an_output_record_that_does_not_check_out_is_a_fault)
{
    struct evm_output_record o = good_output();
    o.size--;
    expect_bad_output(o, FAULT_GUEST_OUTPUT);
    o = good_output();
    o.status = EVM_NOT_BEGUN;
    expect_bad_output(o, FAULT_GUEST_OUTPUT);
    o.status = 77;
    expect_bad_output(o, FAULT_GUEST_OUTPUT);
    o = good_output();
    o.status = EVM_HALT; // without a reason
    expect_bad_output(o, FAULT_GUEST_OUTPUT);
    o.halt = HALT_COUNT;
    expect_bad_output(o, FAULT_GUEST_OUTPUT);
    o = good_output();
    o.halt = HALT_OUT_OF_GAS; // a reason without a halt
    expect_bad_output(o, FAULT_GUEST_OUTPUT);
    o = good_output();
    o.gas_left = 1ull << 63;
    expect_bad_output(o, FAULT_GUEST_OUTPUT);
    o.gas_left = GIVEN + 1; // more than it was given
    expect_bad_output(o, FAULT_GUEST_OUTPUT);
    o = good_output();
    o.data = 0x1000;
    expect_bad_output(o, FAULT_GUEST_SERVICE);
    o = good_output();
    o.data_size = 1ull << 33;
    expect_bad_output(o, FAULT_GUEST_SERVICE);
    o.data_size = ~0ull;
    expect_bad_output(o, FAULT_GUEST_SERVICE);
}

TEST(guest, a_wrong_size_in_x31_is_a_fault)
{
    static const u64 sizes[] = {0, 1, 55, 57, ~0ull};
    for (usize i = 0; i < COUNT_OF(sizes); i++) {
        struct buf code = {0};
        struct evm_output_record o = good_output();
        rv_poke_bytes(&code, RECORD, (bytes){(const u8 *)&o, sizeof o});
        rv_li(&code, T6, sizes[i]);
        rv_service(&code, 1000);
        expect_fault(&code, FAULT_GUEST_OUTPUT);
    }
}

// ---- exits

enum { EXIT_SERVICE = 28, PANIC_SERVICE = 29 };

static void put_exit(struct buf *code, const struct evm_request *r)
{
    rv_poke_bytes(code, ROOM, (bytes){(const u8 *)r, sizeof *r});
    put_service(code, EXIT_SERVICE, ROOM, ROOM + 1024, 0, 0);
}

static void expect_bad_exit(struct evm_request r, enum fault fault)
{
    struct buf code = {0};
    put_exit(&code, &r);
    expect_fault(&code, fault);
}

TEST(guest, a_request_that_does_not_check_out_is_a_fault)
{
    struct evm_request good = {
        .exit = EVM_EXIT_CALL, .op = OP_CALL, .gas = 10, .record_at = ROOM + 2048};
    struct evm_request r = good;
    r.exit = 0;
    expect_bad_exit(r, FAULT_GUEST_OUTPUT);
    r.exit = EVM_EXIT_END + 1;
    expect_bad_exit(r, FAULT_GUEST_OUTPUT);
    r = good;
    r.op = 0; // no call
    expect_bad_exit(r, FAULT_GUEST_OUTPUT);
    r.op = OP_CREATE;
    expect_bad_exit(r, FAULT_GUEST_OUTPUT);
    r.op = 0x100 | OP_CALL;
    expect_bad_exit(r, FAULT_GUEST_OUTPUT);
    r = good;
    r.exit = EVM_EXIT_CREATE; // of a call
    expect_bad_exit(r, FAULT_GUEST_OUTPUT);
    r = good;
    r.gas = GIVEN + 1;
    expect_bad_exit(r, FAULT_GUEST_OUTPUT);
    r.gas = ~0ull;
    expect_bad_exit(r, FAULT_GUEST_OUTPUT);
    r = good;
    r.data = 0x10;
    r.data_size = 1;
    expect_bad_exit(r, FAULT_GUEST_SERVICE);
    r.data = ROOM;
    r.data_size = ~0ull;
    expect_bad_exit(r, FAULT_GUEST_SERVICE);
}

TEST(guest, pointers_of_the_exit_service_are_checked)
{
    static const u64 bad[] = {0, 0x7FFFFFF0, 0xBFFFFFF8, 0xFFFFFFFF};
    for (usize i = 0; i < COUNT_OF(bad); i++) {
        struct buf code = {0};
        put_service(&code, EXIT_SERVICE, bad[i], ROOM, 0, 0);
        expect_fault(&code, FAULT_GUEST_SERVICE);
        struct evm_request r = {.exit = EVM_EXIT_END, .gas = 10};
        rv_poke_bytes(&code, ROOM, (bytes){(const u8 *)&r, sizeof r});
        put_service(&code, EXIT_SERVICE, ROOM, bad[i], 0, 0);
        expect_fault(&code, FAULT_GUEST_SERVICE);
    }
}

TEST(guest, a_place_for_a_nested_record_that_is_not_memory_is_a_fault)
{
    static const u64 bad[] = {0, 0x7FFFFFF0, 0xBFFFFFF8, 0x80300000}; // the last: its own text
    for (usize i = 0; i < COUNT_OF(bad); i++) {
        struct buf code = {0};
        struct evm_request r = {
            .exit = EVM_EXIT_CALL, .op = OP_CALL, .gas = 50000, .gas_wanted = 1000, .to = CONTRACT};
        r.record_at = bad[i];
        put_exit(&code, &r);
        expect_fault(&code, FAULT_GUEST_SERVICE);
    }
}

// ---- services that answer at once

TEST(guest, pointers_of_services_are_checked)
{
    static const struct {
        u8 id, pointers; // of a0, a1, a2: which are pointers, as bits
        u64 a[4];
    } services[] = {
        {10, 3, {ROOM, ROOM}}, {11, 1, {ROOM, 64}},          {12, 3, {ROOM, ROOM}},
        {14, 3, {ROOM, ROOM}}, {15, 3, {ROOM, ROOM}},        {16, 3, {ROOM, ROOM}},
        {17, 3, {ROOM, ROOM}}, {18, 3, {ROOM, ROOM}},        {19, 3, {ROOM, ROOM}},
        {20, 1, {ROOM}},       {21, 5, {ROOM, 64, ROOM}},    {22, 5, {ROOM, 64, ROOM, 4}},
        {23, 1, {ROOM}},       {24, 5, {ROOM, 0, ROOM, 64}}, {26, 3, {ROOM, ROOM}},
        {27, 1, {ROOM}},
    };
    for (usize i = 0; i < COUNT_OF(services); i++) {
        for (u32 bit = 0; bit < 3; bit++) {
            if ((services[i].pointers >> bit & 1) == 0) {
                continue;
            }
            u64 a[4];
            copy_bytes(a, services[i].a, sizeof a);
            a[bit] = 0xBFFFFFFF;
            struct buf code = {0};
            rv_li(&code, A7, 50000); // gas
            put_service(&code, services[i].id, a[0], a[1], a[2], a[3]);
            expect_fault(&code, FAULT_GUEST_SERVICE);
        }
    }
}

TEST(guest, counts_sizes_and_gas_of_services_are_checked)
{
    struct buf code = {0};
    put_service(&code, 22, ROOM, 0, ROOM, 5); // topics
    expect_fault(&code, FAULT_GUEST_SERVICE);
    put_service(&code, 22, ROOM, 0, ROOM, ~0ull);
    expect_fault(&code, FAULT_GUEST_SERVICE);
    put_service(&code, 25, 0, ROOM, 1, 0); // there is no return data
    expect_fault(&code, FAULT_GUEST_SERVICE);
    put_service(&code, 25, ~0ull, ROOM, 1, 0);
    expect_fault(&code, FAULT_GUEST_SERVICE);
    put_service(&code, 11, ROOM, ~0ull, 0, 0); // code
    expect_fault(&code, FAULT_GUEST_SERVICE);
    rv_li(&code, A7, 1ull << 63); // gas below zero
    put_service(&code, 10, ROOM, ROOM, 0, 0);
    expect_fault(&code, FAULT_GUEST_SERVICE);
}

// ---- ends that are none

TEST(guest, a_trap_is_a_fault)
{
    static const u32 words[] = {RV_ILLEGAL, RV_EBREAK, RV_LD | A0 << 7, RV_SD | SP << 20};
    for (usize i = 0; i < COUNT_OF(words); i++) {
        struct buf code = {0};
        rv_put(&code, words[i]); // or a load from 0, a store to 0
        expect_fault(&code, FAULT_GUEST_TRAP);
    }
}

TEST(guest, an_endless_loop_is_ended_by_the_watchdog)
{
    struct buf code = {0};
    rv_jal(&code, ZERO, 0);
    expect_fault(&code, FAULT_GUEST_WATCHDOG);
}

TEST(guest, a_panic_gives_its_text)
{
    struct buf code = {0};
    rv_poke_bytes(&code, ROOM, (bytes){(const u8 *)"top < limit", 11});
    put_service(&code, PANIC_SERVICE, ROOM, 11, 0, 0);
    struct liar l = liar_new(&code);
    EXPECT_EQ(run(&l), FAULT_GUEST_TRAP);
    EXPECT_STR(vm_fault_detail(l.vm), "the mini-EVM says: top < limit");
    liar_free(&l);
    put_service(&code, PANIC_SERVICE, 0, ~0ull, 0, 0); // or none
    expect_fault(&code, FAULT_GUEST_TRAP);
}
