// SPDX-License-Identifier: MIT
// The C kit (sdk/c) and contracts made with it, and contracts in the form of the prototype's
// toolchain (test/proto), run on the engine: what the kit's functions do, what each service form
// looks like from C, and how bad programs end. EVM code takes no part here.
#include "core/vm/vm.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "proto/mix.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

enum { GAS_GIVEN = 100000000, OUTPUT_MAX = 1 << 20 };

struct world {
    struct vm *vm;
    struct state *s;
    struct vm_result r;
    u8 *output;
    u64 gas; // given to the next calls
};

static const address ALICE = {{0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA,
                               0xAB, 0xAC, 0xAD, 0xAE, 0xAF, 0xB0, 0xB1, 0xB2, 0xB3, 0xB4}};

static struct world world_new(void)
{
    struct world w = {.vm = vm_new(VM_EVM_NATIVE), .s = state_new(NULL), .gas = GAS_GIVEN};
    struct vm_params params = vm_params_default();
    vm_set_rules(w.vm, FORK_OSAKA, &params);
    struct vm_block block = {.number = u256_from_u64(1), .chain_id = u256_from_u64(1)};
    block.coinbase.b[19] = 0xCB;
    vm_set_block(w.vm, &block);
    struct vm_transaction tx = {.origin = ALICE};
    vm_set_transaction(w.vm, &tx);
    w.output = malloc(OUTPUT_MAX);
    u256 plenty = u256_from_u64(1000000000);
    state_begin_transaction(w.s);
    state_set_balance(w.s, state_account(w.s, &ALICE), &plenty);
    state_end_transaction(w.s, false);
    return w;
}

static void world_free(struct world *w)
{
    vm_free(w->vm);
    state_free(w->s);
    free(w->output);
}

static void execute(struct world *w, const struct vm_message *m)
{
    state_begin_transaction(w->s);
    EXPECT_EQ(vm_execute(w->vm, w->s, m, &w->r), FAULT_NONE);
    EXPECT(w->r.output.n <= OUTPUT_MAX);
    copy_bytes(w->output, w->r.output.p, w->r.output.n);
    w->r.output.p = w->output;
    state_end_transaction(w->s, true);
}

static void call(struct world *w, address to, const void *input, usize n)
{
    struct vm_message m = {.from = ALICE, .to = to, .input = {input, n}, .gas = w->gas};
    execute(w, &m);
}

// Creates the contract of a container, "contracts/echo.deploy"; the result is in w->r.
static address deploy(struct world *w, const char *name, const void *args, usize args_size)
{
    usize n = 0;
    char *container = test_read(test_asset(name), &n);
    EXPECT(container != NULL);
    u8 *init = malloc(n + args_size);
    memcpy(init, container, n);
    if (args_size > 0) {
        memcpy(init + n, args, args_size);
    }
    struct vm_message m = {
        .is_create = true, .from = ALICE, .input = {init, n + args_size}, .gas = w->gas};
    execute(w, &m);
    free(init);
    free(container);
    EXPECT_EQ(w->r.status, EVM_SUCCESS);
    return w->r.created;
}

static u64 word_out(const struct world *w)
{
    EXPECT_EQ(w->r.status, EVM_SUCCESS);
    EXPECT_EQ(w->r.output.n, 32);
    return u256_from_be_bytes(w->output).w[0];
}

static u64 call_words(struct world *w, address to, u64 a, u64 b, u64 c)
{
    u8 input[24];
    store_le64(input, a);
    store_le64(input + 8, b);
    store_le64(input + 16, c);
    call(w, to, input, sizeof input);
    return w->r.status == EVM_SUCCESS ? u256_from_be_bytes(w->output).w[0] : 0;
}

// ---- the kit

TEST(contract, a_small_contract_has_at_most_600_bytes)
{
    usize n = 0;
    free(test_read(test_asset("contracts/return_42.elf"), &n));
    EXPECT(n > 0 && n <= 600);
    struct world w = world_new();
    call(&w, deploy(&w, "contracts/return_42.deploy", NULL, 0), NULL, 0);
    EXPECT_EQ(word_out(&w), 42);
    call(&w, deploy(&w, "contracts/empty.deploy", NULL, 0), NULL, 0);
    EXPECT_EQ(w.r.status, EVM_SUCCESS);
    EXPECT_EQ(w.r.output.n, 0);
    EXPECT_EQ(w.r.pages, 5); // four of the stack, one of calldata
    world_free(&w);
}

TEST(contract, echo_returns_calldata_of_any_length)
{
    struct world w = world_new();
    address echo = deploy(&w, "contracts/echo.deploy", NULL, 0);
    u8 *data = mem_zalloc(983033);
    for (usize i = 0; i < 983032; i++) {
        data[i] = (u8)(i * 31 >> 3);
    }
    static const usize sizes[] = {0, 1, 31, 32, 33, 4087, 4088, 4089, 100000, 983032};
    for (usize i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        call(&w, echo, data, sizes[i]);
        EXPECT_EQ(w.r.status, EVM_SUCCESS);
        EXPECT_EQ(w.r.output.n, sizes[i]);
        EXPECT_BYTES(w.output, data, sizes[i]);
    }
    call(&w, echo, data, 983033);
    EXPECT_EQ(w.r.halt, HALT_DATA_TOO_LONG);
    mem_free(data);
    world_free(&w);
}

TEST(contract, a_constructor_takes_arguments_and_sets_storage)
{
    struct world w = world_new();
    u8 seven[32] = {[31] = 7};
    address counter = deploy(&w, "contracts/counter.deploy", seven, sizeof seven);
    call(&w, counter, NULL, 0);
    EXPECT_EQ(word_out(&w), 7);
    call(&w, counter, "x", 1);
    EXPECT_EQ(word_out(&w), 8);
    call(&w, counter, NULL, 0);
    EXPECT_EQ(word_out(&w), 8);
    world_free(&w);
}

TEST(contract, every_end_of_a_frame_is_what_it_says)
{
    static const struct {
        u8 what;
        u32 status;
        enum halt halt;
    } ends[] = {
        {0, EVM_REVERT, HALT_NONE},          {1, EVM_REVERT, HALT_NONE},
        {2, EVM_HALT, HALT_INVALID},         {3, EVM_HALT, HALT_BREAKPOINT},
        {4, EVM_HALT, HALT_UNKNOWN_SERVICE}, {5, EVM_HALT, HALT_ILLEGAL_INSTRUCTION},
        {6, EVM_HALT, HALT_BAD_ACCESS},      {7, EVM_SUCCESS, HALT_NONE},
    };
    struct world w = world_new();
    address to = deploy(&w, "contracts/reverter.deploy", NULL, 0);
    u256 zero = u256_zero();
    for (usize i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        u8 input[] = {ends[i].what, 'a', 'b', 'c'};
        call(&w, to, input, sizeof input);
        EXPECT_EQ(w.r.status, ends[i].status);
        EXPECT_EQ(w.r.halt, ends[i].halt);
        EXPECT_EQ(w.r.gas_left > 0, ends[i].status != EVM_HALT);
        EXPECT_EQ(state_sload(w.s, state_account(w.s, &to), &zero).w[0],
                  ends[i].status == EVM_SUCCESS);
        if (ends[i].what == 0 || ends[i].what == 7) {
            EXPECT_EQ(w.r.output.n, 3);
            EXPECT_BYTES(w.output, "abc", 3);
        }
        if (ends[i].what == 1) {
            EXPECT_EQ(w.r.output.n, 100);
            EXPECT_BYTES(w.output, "\x08\xc3\x79\xa0", 4);
            EXPECT_BYTES(w.output + 68, "reason", 6);
        }
    }
    world_free(&w);
}

// ---- the kit's functions, against the host's

static u256 any_number(u64 *random)
{
    u256 v = u256_zero();
    u64 shape = test_random(random);
    for (u32 i = 0; i < 4; i++) {
        u64 limb = test_random(random);
        v.w[i] = (shape >> 2 * i & 3) == 0 ? 0 : (shape >> 2 * i & 3) == 1 ? ~(u64)0 : limb;
    }
    return v;
}

TEST(contract, numbers_of_the_kit_agree_with_the_hosts)
{
    struct world w = world_new();
    address kit = deploy(&w, "contracts/kit.deploy", NULL, 0);
    u64 random = test_seed();
    for (u32 i = 0; i < 300; i++) {
        u256 a = any_number(&random);
        u256 b = i % 7 == 0 ? a : any_number(&random);
        u8 input[65] = {(u8)(i % 3)};
        u256_to_be_bytes(input + 1, a);
        u256_to_be_bytes(input + 33, b);
        call(&w, kit, input, sizeof input);
        EXPECT_EQ(w.r.output.n, 64);
        u256 expected = i % 3 == 0 ? u256_add(a, b) : i % 3 == 1 ? u256_sub(a, b) : a;
        EXPECT_U256(u256_from_be_bytes(w.output), expected);
        bool flag = i % 3 == 0 ? u256_lt(expected, a) : u256_lt(a, b);
        EXPECT_EQ(w.output[63], flag);
        input[0] = 3;
        call(&w, kit, input, sizeof input);
        u256 low = {{a.w[0], a.w[1], (u32)a.w[2], 0}};
        EXPECT_U256(u256_from_be_bytes(w.output), low);
    }
    world_free(&w);
}

TEST(contract, memory_functions_of_the_kit_agree_with_the_hosts)
{
    struct world w = world_new();
    address kit = deploy(&w, "contracts/kit.deploy", NULL, 0);
    u64 random = test_seed();
    u8 input[7 + 1024];
    for (u32 i = 0; i < 400; i++) {
        u16 n = (u16)(test_random(&random) % (i % 5 == 0 ? 400 : 40));
        u16 to = (u16)(test_random(&random) % 400);
        u16 from = (u16)(i % 4 == 0 ? 512 + test_random(&random) % 100 : to + n / 2);
        input[0] = (u8)(4 + i % 4);
        memcpy(input + 1, &to, 2);
        memcpy(input + 3, &from, 2);
        memcpy(input + 5, &n, 2);
        u8 *arena = input + 7;
        for (u32 j = 0; j < 1024; j++) {
            arena[j] = i % 4 == 3 ? (u8)(test_random(&random) % 16 == 0) : (u8)test_random(&random);
        }
        call(&w, kit, input, sizeof input);
        EXPECT_EQ(w.r.status, EVM_SUCCESS);
        if (i % 4 == 3) {
            i32 order = memcmp(arena + to, arena + from, n);
            EXPECT_EQ(word_out(&w), (u64)(1 + (order > 0) - (order < 0)));
            continue;
        }
        i % 4 == 2 ? memset(arena + to, (u8)from, n) : memmove(arena + to, arena + from, n);
        if (i % 4 != 0 || to + n <= from || from + n <= to) { // memcpy's ranges may not overlap
            EXPECT_BYTES(w.output, arena, 1024);
        }
    }
    world_free(&w);
}

TEST(contract, malformed_arguments_revert_without_data)
{
    struct world w = world_new();
    address kit = deploy(&w, "contracts/kit.deploy", NULL, 0);
    u8 input[1 + 128] = {8, [32] = 0x20, [64] = 0x05, [65] = 'h', 'e', 'l', 'l', 'o'};
    call(&w, kit, input, 1 + 96);
    EXPECT_EQ(w.r.output.n, 96);
    EXPECT_BYTES(w.output + 64, "hello\0", 6);
    call(&w, kit, input, 1 + 69); // no padding is asked for
    EXPECT_EQ(w.r.status, EVM_SUCCESS);
    static const struct {
        u8 at, value;
        u32 n;
    } bad[] = {{0, 8, 69},     {0, 8, 1},      {0, 8, 32}, {32, 0x26, 70}, {1, 0x80, 97},
               {33, 0x80, 97}, {64, 0x21, 97}, {0, 9, 32}, {0, 10, 32},    {0, 11, 32}};
    for (usize i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        u8 changed[sizeof input];
        memcpy(changed, input, sizeof input);
        changed[bad[i].at] = bad[i].value;
        call(&w, kit, changed, bad[i].n);
        EXPECT_EQ(w.r.status, EVM_REVERT);
        EXPECT_EQ(w.r.output.n, 0);
    }
    static const u8 kinds[] = {9, 10, 11};
    for (u32 i = 0; i < 3; i++) { // bits above the type's
        u8 word[33] = {kinds[i], [1] = 1};
        call(&w, kit, word, sizeof word);
        EXPECT_EQ(w.r.status, EVM_REVERT);
        word[1] = 0;
        word[32] = 1;
        call(&w, kit, word, sizeof word);
        EXPECT_EQ(word_out(&w), 1);
    }
    world_free(&w);
}

TEST(contract, the_kit_logs_events_of_one_to_four_topics)
{
    struct world w = world_new();
    address kit = deploy(&w, "contracts/kit.deploy", NULL, 0);
    u8 input[1 + 5 * 32] = {13, [32] = 1, [64] = 2, [96] = 3, [128] = 4};
    for (u32 count = 0; count <= 5; count++) {
        state_begin_transaction(w.s);
        struct vm_message m = {
            .from = ALICE, .to = kit, .input = {input, 1 + 32 * count}, .gas = GAS_GIVEN};
        EXPECT_EQ(vm_execute(w.vm, w.s, &m, &w.r), FAULT_NONE);
        EXPECT_EQ(w.r.status, count <= 4 ? EVM_SUCCESS : EVM_HALT);
        EXPECT_EQ(state_log_count(w.s), count <= 4);
        if (count <= 4) {
            const struct state_log *l = state_log_at(w.s, 0);
            EXPECT_EQ(l->topic_count, count);
            EXPECT_BYTES(state_log_data(w.s, l).p, "data", 4);
            for (u32 i = 0; i < count; i++) {
                EXPECT_EQ(l->topic[i].b[31], i + 1);
            }
        }
        state_end_transaction(w.s, true);
    }
    world_free(&w);
}

// ---- calls and creations from C

struct order { // the header of test/contracts/caller.c
    u8 b[104];
};

static struct order order_of(u8 op, bool by_invoke, bool end, const address *to)
{
    struct order o = {{0}};
    o.b[0] = op;
    o.b[4] = by_invoke;
    o.b[5] = end;
    memset(o.b + 8, 0xFF, 8);
    if (to != NULL) {
        memcpy(o.b + 16, to->b, 20);
    }
    return o;
}

// Has the caller carry out an order with this input; returns its report's status.
static u64 carry_out(struct world *w, address caller, struct order o, const void *input, usize n)
{
    u8 *message = malloc(sizeof o + n);
    memcpy(message, o.b, sizeof o);
    memcpy(message + sizeof o, input, n);
    call(w, caller, message, sizeof o + n);
    free(message);
    EXPECT_EQ(w->r.status, EVM_SUCCESS);
    EXPECT(w->r.output.n >= 48);
    EXPECT_EQ(load_le64(w->output + 8), w->r.output.n - 48);
    return load_le64(w->output);
}

TEST(contract, the_kit_calls_by_service_and_by_invoke_alike)
{
    struct world w = world_new();
    address caller = deploy(&w, "contracts/caller.deploy", NULL, 0);
    address echo = deploy(&w, "contracts/echo.deploy", NULL, 0);
    static const u8 ops[] = {0xF1, 0xF4, 0xFA};
    for (u32 i = 0; i < 6; i++) {
        EXPECT_EQ(carry_out(&w, caller, order_of(ops[i / 2], i % 2, false, &echo), "hello", 5), 0);
        EXPECT_EQ(w.r.output.n, 53);
        EXPECT_BYTES(w.output + 48, "hello", 5);
    }
    address reverter = deploy(&w, "contracts/reverter.deploy", NULL, 0);
    EXPECT_EQ(carry_out(&w, caller, order_of(0xF1, true, false, &reverter), "\0why", 4), 1);
    EXPECT_BYTES(w.output + 48, "why", 3);
    EXPECT_EQ(carry_out(&w, caller, order_of(0xF1, false, false, &reverter), "\2", 1), 2);
    EXPECT_EQ(w.r.output.n, 48);
    EXPECT_EQ(carry_out(&w, caller, order_of(0xFA, false, false, &reverter), "\7", 1), 2);
    struct order too_much = order_of(0xF1, true, false, &echo);
    too_much.b[71] = 1; // the caller has no ether
    EXPECT_EQ(carry_out(&w, caller, too_much, "", 0), 3);
    world_free(&w);
}

TEST(contract, a_delegatecall_works_on_the_callers_storage)
{
    struct world w = world_new();
    u8 five[32] = {[31] = 5};
    address caller = deploy(&w, "contracts/caller.deploy", NULL, 0);
    address counter = deploy(&w, "contracts/counter.deploy", five, sizeof five);
    for (u64 i = 1; i <= 2; i++) {
        EXPECT_EQ(carry_out(&w, caller, order_of(0xF4, i == 2, false, &counter), "x", 1), 0);
        EXPECT_EQ(u256_from_be_bytes(w.output + 48).w[0], i);
    }
    EXPECT_EQ(carry_out(&w, caller, order_of(0xF1, false, false, &counter), "x", 1), 0);
    EXPECT_EQ(u256_from_be_bytes(w.output + 48).w[0], 6);
    world_free(&w);
}

TEST(contract, a_contract_creates_contracts)
{
    struct world w = world_new();
    address caller = deploy(&w, "contracts/caller.deploy", NULL, 0);
    usize n = 0;
    char *container = test_read(test_asset("contracts/return_42.deploy"), &n);
    static const u8 ops[] = {0xF0, 0xF5};
    for (u32 i = 0; i < 4; i++) {
        struct order o = order_of(ops[i / 2], i % 2, false, NULL);
        o.b[103] = ops[i / 2] == 0xF5 ? (u8)(i + 1) : 0;
        EXPECT_EQ(carry_out(&w, caller, o, container, n), 0);
        address created;
        memcpy(created.b, w.output + 16, 20);
        call(&w, created, NULL, 0);
        EXPECT_EQ(word_out(&w), 42);
    }
    EXPECT_EQ(carry_out(&w, caller, order_of(0xF0, true, false, NULL), container, n - 1), 2);
    static const u8 nobody[20] = {0};
    EXPECT_BYTES(w.output + 16, nobody, 20);
    free(container);
    world_free(&w);
}

// ---- the services' door, by every_service

enum { RECORD = 72, DUMP = 256, BUFFER = 0x80302000, RECORDS = 0x80000018 };

static u64 dumped(const struct world *w, u32 service, u32 reg)
{
    return load_le64(w->output + DUMP * service + 8 * reg);
}

TEST(contract, a_service_changes_only_the_registers_of_its_results)
{
    struct world w = world_new();
    address to = deploy(&w, "contracts/every_service.deploy", NULL, 0);
    static const struct {
        u8 id, results;
    } services[] = {{0x02, 1}, {0x05, 1}, {0x06, 1}, {0x30, 3}, {0x31, 4}, {0x33, 3},
                    {0x36, 4}, {0x3D, 1}, {0x46, 1}, {0x54, 4}, {0x55, 0}, {0x5A, 4}};
    enum { COUNT = sizeof services / sizeof services[0] };
    u8 input[16 + COUNT * RECORD] = {COUNT};
    for (u32 i = 0; i < COUNT; i++) {
        u8 *record = input + 16 + i * RECORD;
        store_le64(record, 0xFEDCBA9876543200 | services[i].id);
        for (u64 j = 0; j < 8; j++) {
            store_le64(record + 8 + 8 * j,
                       services[i].id == 0x06 ? j : 0x1111111111111111 * (j + 1));
        }
    }
    call(&w, to, input, sizeof input);
    EXPECT_EQ(w.r.status, EVM_SUCCESS);
    EXPECT_EQ(w.r.output.n, COUNT * DUMP);
    for (u32 i = 0; i < COUNT; i++) {
        const u8 *record = input + 16 + i * RECORD;
        for (u32 reg = 0; reg < 32; reg++) {
            u64 expected = 0x0101010101010101 * (u64)reg;
            if (reg == 2) {
                expected = 0x80300000;
            } else if (reg == 5) {
                expected = load_le64(record);
            } else if (reg >= 10 && reg < 18) {
                expected = load_le64(record + 8 + 8 * (reg - 10));
            }
            if (reg < 10 || reg >= 10u + services[i].results) {
                EXPECT_EQ(dumped(&w, i, reg), expected);
            }
        }
    }
    EXPECT_EQ(dumped(&w, 1, 10), 1);               // abi_version
    EXPECT_EQ(dumped(&w, 3, 10), load_be64(to.b)); // address, addr3
    EXPECT_EQ(dumped(&w, 3, 11), load_be64(to.b + 8));
    EXPECT_EQ(dumped(&w, 3, 12), (u64)load_be32(to.b + 16) << 32 | load_be32(to.b + 16));
    EXPECT_EQ(dumped(&w, 5, 12), 0xB1B2B3B4B1B2B3B4); // caller
    EXPECT_EQ(dumped(&w, 6, 10), sizeof input);       // calldatasize
    world_free(&w);
}

TEST(contract, services_reach_memory_by_the_low_32_bits_of_a_pointer)
{
    struct world w = world_new();
    address to = deploy(&w, "contracts/every_service.deploy", NULL, 0);
    u8 input[16 + RECORD + 5] = {1, [8] = 8};
    store_le64(input + 16, 0x37); // calldatacopy of the last five bytes and three zeros
    store_le64(input + 24, 0xFFFFFFFF00000000 | BUFFER);
    store_le64(input + 32, 16 + RECORD);
    store_le64(input + 40, 8);
    memcpy(input + 16 + RECORD, (const u8[]){'a', 'b', 'c', 'd', 'e'}, 5);
    call(&w, to, input, sizeof input);
    EXPECT_EQ(w.r.status, EVM_SUCCESS);
    EXPECT_EQ(w.r.output.n, DUMP + 8);
    EXPECT_BYTES(w.output + DUMP, "abcde\0\0", 8);
    store_le64(input + 24, RECORDS); // read only
    call(&w, to, input, sizeof input);
    EXPECT_EQ(w.r.halt, HALT_BAD_ARGUMENT);
    world_free(&w);
}

// ---- memory, depth, gas

TEST(contract, the_heap_grows_by_pages)
{
    struct world w = world_new();
    address to = deploy(&w, "contracts/grower.deploy", NULL, 0);
    u8 input[24];
    store_le64(input, 1);
    store_le64(input + 8, 3);
    store_le64(input + 16, 0);
    call(&w, to, input, sizeof input);
    EXPECT_EQ(w.r.status, EVM_SUCCESS);
    u64 first = load_le64(w.output);
    EXPECT_EQ(first % 4096, 0);
    EXPECT_EQ(load_le64(w.output + 8), first + 4096);
    EXPECT_EQ(load_le64(w.output + 16), first + 4 * 4096);
    EXPECT_EQ(w.r.pages, 9);
    w.gas = (u64)1 << 40;
    store_le64(input, 16384 - 5);
    call(&w, to, input, 8);
    EXPECT_EQ(w.r.status, EVM_SUCCESS);
    store_le64(input, 16384 - 4);
    call(&w, to, input, 8);
    EXPECT_EQ(w.r.halt, HALT_OUT_OF_PAGES);
    store_le64(input, ~(u64)0);
    call(&w, to, input, 8);
    EXPECT_EQ(w.r.halt, HALT_OUT_OF_PAGES);
    world_free(&w);
}

TEST(contract, an_endless_loop_ends_by_gas)
{
    struct world w = world_new();
    address to = deploy(&w, "contracts/loop.deploy", NULL, 0);
    u8 input[8];
    u64 used[2];
    for (u32 i = 0; i < 2; i++) { // a round costs what its instructions cost
        store_le64(input, 1000 * (u64)(i + 1));
        call(&w, to, input, sizeof input);
        EXPECT_EQ(word_out(&w), 1000 * (u64)(i + 1));
        used[i] = w.r.cycles;
    }
    EXPECT_EQ((used[1] - used[0]) % 1000, 0);
    w.gas = 1000000;
    call(&w, to, NULL, 0);
    EXPECT_EQ(w.r.halt, HALT_OUT_OF_GAS);
    EXPECT_EQ(w.r.gas_left, 0);
    world_free(&w);
}

TEST(contract, recursion_stops_at_a_depth_of_1024)
{
    struct world w = world_new();
    address to = deploy(&w, "contracts/recursive.deploy", NULL, 0);
    w.gas = (u64)1 << 46;
    u8 input[29] = {0};
    for (u8 how = 0; how < 2; how++) {
        store_le64(input, 10);
        input[28] = how;
        call(&w, to, input, sizeof input);
        EXPECT_EQ(word_out(&w), 10);
        store_le64(input, 5000);
        call(&w, to, input, sizeof input);
        EXPECT_EQ(word_out(&w), 1024);
    }
    world_free(&w);
}

TEST(contract, pages_of_live_frames_are_limited)
{
    struct world w = world_new();
    w.gas = (u64)1 << 40;
    address to = deploy(&w, "contracts/memory_hog.deploy", NULL, 0);
    u8 input[28] = {10};
    call(&w, to, input, sizeof input);
    EXPECT_EQ(word_out(&w), 2); // three frames of 8,197 pages
    EXPECT_EQ(w.r.pages, 3 * 8197);
    w.gas = 2000000; // 8,197 pages cost more
    call(&w, to, input, sizeof input);
    EXPECT_EQ(w.r.halt, HALT_OUT_OF_GAS);
    world_free(&w);
}

TEST(contract, a_stack_overflow_reaches_the_guard)
{
    struct world w = world_new();
    address to = deploy(&w, "contracts/stack_overflow.deploy", NULL, 0);
    EXPECT_EQ(call_words(&w, to, 20, 0, 0), 20);
    (void)call_words(&w, to, 100, 0, 0);
    EXPECT_EQ(w.r.halt, HALT_BAD_ACCESS);
    EXPECT_EQ(w.r.gas_left, 0);
    world_free(&w);
}

TEST(contract, wild_accesses_halt_and_right_ones_do_not)
{
    static const u64 bad[] = {0,          8,          0x7FFFFFFF, 0x800F0000, 0x800FFFFF,
                              0x80100000, 0x802FBFF9, 0x80302000, 0xBEC00000, 0xFFFFFFFF};
    struct world w = world_new();
    address to = deploy(&w, "contracts/bad_pointers.deploy", NULL, 0);
    for (usize i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        for (u64 what = 0; what < 5; what++) {
            (void)call_words(&w, to, what, bad[i], 0);
            EXPECT_EQ(w.r.halt, HALT_BAD_ACCESS);
        }
        (void)call_words(&w, to, 5, bad[i] & ~(u64)7, 0);
        EXPECT_EQ(w.r.halt, HALT_BAD_ACCESS);
    }
    EXPECT_EQ(call_words(&w, to, 1, 0x80301000, 0), 0x1122334455667788);
    EXPECT_EQ(call_words(&w, to, 1, 0xFFFFFFFF80301001, 0), 0x0011223344556677);
    EXPECT_EQ(call_words(&w, to, 9, 0x12345678800EFFF8, 0), 0);
    EXPECT_EQ(call_words(&w, to, 0, 0x80000010, 0), 0x10); // its own calldata
    EXPECT_EQ(call_words(&w, to, 3, 0x80301ff8, 5), 5);    // access goes by pages
    world_free(&w);
}

// ---- floating point and atomics

static u64 two_words(struct world *w, address to, const u64 *in, u32 n, u64 *second)
{
    u8 input[64];
    for (u32 i = 0; i < n; i++) {
        store_le64(input + 8 * i, in[i]);
    }
    call(w, to, input, 8 * (usize)n);
    EXPECT_EQ(w->r.status, EVM_SUCCESS);
    EXPECT_EQ(w->r.output.n, 64);
    *second = u256_from_be_bytes(w->output + 32).w[0];
    return u256_from_be_bytes(w->output).w[0];
}

TEST(contract, floating_point_is_exact_in_flags_and_rounding)
{
    static const struct {
        u64 in[5], out, flags;
    } cases[] = {
        {{0, 0x3FF0000000000000, 0x4000000000000000}, 0x4008000000000000, 0}, // 1 + 2
        {{3, 0x3FF0000000000000, 0x4008000000000000}, 0x3FD5555555555555, 1}, // 1 / 3
        {{3, 0x3FF0000000000000, 0x4008000000000000, 0, 3}, 0x3FD5555555555556, 1},
        {{3, 0x3FF0000000000000, 0}, 0x7FF0000000000000, 8},  // 1 / 0
        {{3, 0, 0}, 0x7FF8000000000000, 16},                  // 0 / 0
        {{4, 0xBFF0000000000000}, 0x7FF8000000000000, 16},    // root of -1
        {{0, 0x7FF4000000000001, 0}, 0x7FF8000000000000, 16}, // a signalling NaN
        {{2, 0x7FE0000000000000, 0x7FE0000000000000}, 0x7FF0000000000000, 5},
        {{7, 0xC059333333333333}, (u64)-101, 1}, // -100.8 to nearest
        {{9, 0x3FF0000000000000, 0x4000000000000000}, 1, 0},
    };
    struct world w = world_new();
    address to = deploy(&w, "contracts/fp.deploy", NULL, 0);
    for (usize i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        u64 flags = 0;
        EXPECT_EQ(two_words(&w, to, cases[i].in, 5, &flags), cases[i].out);
        EXPECT_EQ(flags, cases[i].flags);
    }
    u8 input[40] = {0};
    input[32] = 5; // a rounding mode that is none
    call(&w, to, input, sizeof input);
    EXPECT_EQ(w.r.halt, HALT_ILLEGAL_INSTRUCTION);
    world_free(&w);
}

TEST(contract, atomics_work_and_every_ecall_ends_a_reservation)
{
    static const struct {
        u64 in[3], out, cell;
    } cases[] = {
        {{0, 5, 7}, 5, 12},
        {{1, 5, 7}, 5, 7},
        {{2, 0xFFFFFFFF80000001, 0x80000000}, 0xFFFFFFFF80000001, 0xFFFFFFFF80000000},
        {{3, 5, ~(u64)0}, 5, ~(u64)0},
        {{4, 5, 7}, 0, 7}, // 4: succeeds
        {{5, 5, 7}, 1, 5}, // a service between
        {{6, 5, 7}, 1, 5}, // widths differ
        {{7, 5, 7}, 1, 5}, // nothing reserved
        {{8, 5, 7}, 1, 7}, // the second sc
    };
    struct world w = world_new();
    address to = deploy(&w, "contracts/atomic.deploy", NULL, 0);
    for (usize i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        u64 cell = 0;
        EXPECT_EQ(two_words(&w, to, cases[i].in, 3, &cell), cases[i].out);
        EXPECT_EQ(cell, cases[i].cell);
    }
    world_free(&w);
}

// ---- contracts as the prototype's toolchain makes them

static void check_proto(const char *name)
{
    struct world w = world_new();
    u8 arg[32] = {[0] = 0x12, [31] = 0x34};
    address to = deploy(&w, name, arg, sizeof arg);
    u8 padded[32] = {0};
    memcpy(padded + 12, ALICE.b, 20);
    call(&w, to, "\0", 1); // the owner
    EXPECT_EQ(w.r.status, EVM_SUCCESS);
    EXPECT_BYTES(w.output, padded, 32);
    call(&w, to, "\1", 1); // the caller, as this kit reads it
    EXPECT_EQ(w.r.output.n, 20);
    EXPECT_BYTES(w.output, ALICE.b, 20);
    call(&w, to, "\2", 1);
    EXPECT_EQ(word_out(&w), 1000000000);
    call(&w, to, "\3", 1); // a MiB of the heap
    EXPECT_EQ(w.r.status, EVM_SUCCESS);
    call(&w, to, "\4", 1); // a MiB of the stack
    EXPECT_EQ(word_out(&w), 499500);
    call(&w, to, "\6", 1);
    EXPECT_EQ(word_out(&w), 1);
    call(&w, to, "\7", 1);
    EXPECT_BYTES(w.output, arg, 32);
    call(&w, to, "\10", 1);
    EXPECT_EQ(w.r.output.n, 32);
    EXPECT_BYTES(w.output + 16, "data among code", 16);
    call(&w, to, "\12", 1); // an unknown one falls into wfi
    EXPECT_EQ(w.r.halt, HALT_ILLEGAL_INSTRUCTION);
    call(&w, to, "\11", 1);
    EXPECT_EQ(w.r.output.n, 80);
    EXPECT_BYTES(w.output, to.b, 20);
    EXPECT_BYTES(w.output + 20, ALICE.b, 20);
    EXPECT_EQ(w.output[59], 0xCB);
    EXPECT_BYTES(w.output + 60, ALICE.b, 20);

    // A call does not start the caller anew: one count, and the answer is the callee's.
    address echo = deploy(&w, "contracts/echo.deploy", NULL, 0);
    u8 input[1 + 20 + 5] = {5};
    memcpy(input + 1, echo.b, 20);
    memcpy(input + 21, (const u8[]){'h', 'e', 'l', 'l', 'o'}, 5);
    call(&w, to, input, sizeof input);
    EXPECT_EQ(w.r.status, EVM_SUCCESS);
    EXPECT_EQ(w.r.output.n, 5);
    EXPECT_BYTES(w.output, "hello", 5);
    u256 two = u256_from_u64(2);
    EXPECT_EQ(state_sload(w.s, state_account(w.s, &to), &two).w[0], 1);
    world_free(&w);
}

TEST(contract, prototype_contracts_with_the_older_register_form_run)
{
    check_proto("proto/old.deploy");
}

TEST(contract, prototype_contracts_with_the_newer_register_form_run)
{
    check_proto("proto/new.deploy");
}

TEST(contract, a_prototype_contract_of_100_kB_runs)
{
    struct world w = world_new();
    address to = deploy(&w, "proto/large.deploy", NULL, 0);
    u8 input[16];
    for (u64 seed = 1; seed < 4; seed++) {
        store_le64(input, seed);
        store_le64(input + 8, 20);
        call(&w, to, input, sizeof input);
        EXPECT_EQ(w.r.status, EVM_SUCCESS);
        EXPECT_EQ(load_le64(w.output), mix_walk(seed, 20));
    }
    world_free(&w);
}
