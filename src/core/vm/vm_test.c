// SPDX-License-Identifier: MIT
// The virtual machine as its callers see it: messages with code or value of their own, results,
// faults of the state's source, reuse, and limits of EVM memory that are the same in both forms
// (ABI section 7).
#include "core/vm/vm.h"

#include <string.h>

#include "lib/crypto/hash/keccak.h"
#include "test/kit.h"

#define M RV_SCRATCH

// ---- messages

TEST(vm, a_message_may_bring_its_own_code)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    EVM(&code, OP_ADDRESS, OP_SELFBALANCE, OP_ADD);
    evm_return_top(&code);
    kit_balance(k, kit_at(1), 5);
    struct vm_message m = {.from = KIT_ALICE,
                           .to = kit_at(1),
                           .gas = 100000,
                           .has_code = true,
                           .code = buf_bytes(&code)};
    kit_run(k, &m);
    EXPECT_U256(kit_output_word(k, 0), u256_add(u256_from_address(kit_at(1)), u256_from_u64(5)));
    EXPECT_EQ(kit_code_of(k, kit_at(1)).n, 0);
    struct buf rv = {0};
    struct buf image = {0};
    rv_service(&rv, 0x38);
    rv_end(&rv);
    rv_image(&image, buf_bytes(&rv));
    m.code = buf_bytes(&image);
    kit_run(k, &m);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->service[0].after[A0], image.n);
    buf_fini(&code);
    buf_fini(&rv);
    buf_fini(&image);
    kit_free(k);
}

TEST(vm, value_that_stays_is_seen_and_not_moved)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    EVM(&code, OP_CALLVALUE);
    evm_return_top(&code);
    address a = kit_evm(k, 1, &code);
    u256 more_than_there_is = u256_max();
    struct vm_message m = {.from = kit_at(9),
                           .to = a,
                           .gas = 100000,
                           .value = more_than_there_is,
                           .value_stays = true};
    kit_run(k, &m);
    EXPECT_U256(kit_output_word(k, 0), more_than_there_is);
    EXPECT_EQ(kit_balance_of(k, a), 0);
    kit_free(k);
}

TEST(vm, a_call_leaves_the_senders_nonce_and_a_creation_uses_it)
{
    struct kit *k = kit_new();
    kit_nonce(k, KIT_ALICE, 4);
    kit_call(k, kit_at(1), BYTES_NONE, 100000);
    struct account *alice = state_account(kit_state(k), &KIT_ALICE);
    EXPECT_EQ(account_nonce(alice), 4);
    kit_create(k, (bytes){(const u8 *)"\xFE", 1}, 100000);
    EXPECT_HALTED(k, "invalid");
    EXPECT_EQ(account_nonce(alice), 5);
    kit_create(k, BYTES_NONE, 100000);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(account_nonce(alice), 6);
    EXPECT_EQ(account_nonce(state_account(kit_state(k), &k->r.created)), 1);
    kit_nonce(k, KIT_ALICE, ~0ull);
    kit_create(k, BYTES_NONE, 100000);
    EXPECT_HALTED(k, "nonce_overflow");
    kit_free(k);
}

TEST(vm, refunds_count_only_if_the_message_succeeds)
{
    struct kit *k = kit_new();
    for (u32 reverts = 0; reverts < 2; reverts++) {
        struct buf code = {0};
        evm_sstore(&code, 1, 0);
        if (reverts) {
            evm_revert(&code, 0, 0);
        }
        EVM(&code, OP_STOP);
        address a = kit_evm(k, 1, &code);
        kit_store(k, a, 1, 5);
        kit_call(k, a, BYTES_NONE, 100000);
        EXPECT_EQ((u64)k->r.refund, reverts ? 0 : 4800);
        EXPECT_EQ(k->r.gas_left > 0, true);
    }
    kit_free(k);
}

TEST(vm, a_collision_at_the_top_takes_all_gas)
{
    struct kit *k = kit_new();
    kit_create(k, BYTES_NONE, 100000);
    address made = k->r.created;
    kit_nonce(k, KIT_ALICE, 0);
    kit_create(k, BYTES_NONE, 100000);
    EXPECT_HALTED(k, "address_collision");
    EXPECT_EQ(k->r.gas_left, 0);
    EXPECT(kit_exists(k, made));
    kit_free(k);
}

TEST(vm, cycles_and_instructions_are_those_of_all_contract_frames)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_nops(&code, 100);
    rv_end(&code);
    address leaf = kit_rv(k, 2, &code);
    evm_call(&code, OP_CALL, leaf, 0, rv_range(0, 0));
    evm_call(&code, OP_CALL, leaf, 0, rv_range(0, 0));
    kit_call(k, kit_evm(k, 1, &code), BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->r.cycles, 2 * 142);
    EXPECT_EQ(k->r.instructions, 2 * 103); // the mini-EVM's own are never counted
    EXPECT_EQ(k->r.pages, 2);
    kit_free(k);
}

// ---- faults of the source

struct failing {
    u32 left; // questions it still answers
    bool dead;
    bytes code;
    b256 hash;
};

static bool fails(struct failing *f)
{
    f->dead = f->dead || f->left == 0;
    f->left -= f->left > 0;
    return f->dead;
}

static enum fault failing_account(void *ctx, const address *a, struct state_source_account *out)
{
    struct failing *f = ctx;
    *out = (struct state_source_account){
        .exists = true, .nonce = 1, .balance = u256_from_u64(100000), .code_hash = f->hash};
    (void)a;
    return fails(f) ? FAULT_SOURCE : FAULT_NONE;
}

static enum fault failing_storage(void *ctx, const address *a, const u256 *key, u256 *out)
{
    (void)a;
    *out = *key;
    return fails(ctx) ? FAULT_SOURCE : FAULT_NONE;
}

static enum fault failing_code(void *ctx, const b256 *hash, bytes *out)
{
    (void)hash;
    *out = ((struct failing *)ctx)->code;
    return fails(ctx) ? FAULT_SOURCE : FAULT_NONE;
}

// Every account has this code: it reads a slot, sends value, asks for a balance, and calls the next
// account, whose number is the input's first byte.
static struct buf asking_code(bool riscv)
{
    struct buf code = {0};
    if (riscv) {
        rv_sstore(&code, 3, 4);
        rv_addr3(&code, A0, kit_at(60));
        rv_service(&code, 0x31);
        rv_call(&code, 0xF1, kit_at(61), 1, rv_range(0, 0));
        rv_end(&code);
        struct buf image = {0};
        rv_image(&image, buf_bytes(&code));
        buf_fini(&code);
        return image;
    }
    evm_sstore(&code, 3, 4);
    evm_address(&code, kit_at(60));
    EVM(&code, OP_BALANCE);
    evm_call(&code, OP_CALL, kit_at(61), 1, rv_range(0, 0));
    return code;
}

static void expect_fault_and_recovery(enum vm_form form, bool riscv)
{
    struct buf code = asking_code(riscv);
    struct vm *vm = vm_new(form);
    u64 gas_left = 0;
    for (u32 answers = 0; answers < 60; answers++) {
        struct failing f = {.left = answers, .code = buf_bytes(&code)};
        keccak256(&f.hash, code.p, code.n);
        struct state_source source = {&f, failing_account, failing_storage, failing_code};
        struct state *s = state_new(&source);
        struct vm_message m = {
            .from = KIT_ALICE, .to = kit_at(1), .gas = 300000, .value = u256_from_u64(3)};
        struct vm_result r;
        state_begin_transaction(s);
        enum fault fault = vm_execute(vm, s, &m, &r);
        EXPECT_EQ(fault, f.dead ? FAULT_SOURCE : FAULT_NONE);
        f.left = 1000; // it works again, and so must all the rest
        f.dead = false;
        EXPECT_EQ(state_take_fault(s), FAULT_NONE);
        if (fault != FAULT_NONE) {
            address self = kit_at(1);
            EXPECT_U256(*account_balance(state_account(s, &self)), u256_from_u64(100000));
            EXPECT_EQ(vm_execute(vm, s, &m, &r), FAULT_NONE);
        }
        gas_left = answers == 0 ? r.gas_left : gas_left;
        EXPECT_EQ(r.gas_left, gas_left);
        state_free(s);
    }
    vm_free(vm);
    buf_fini(&code);
}

TEST(vm, a_fault_of_the_source_undoes_all_and_a_second_try_succeeds)
{
    expect_fault_and_recovery(VM_EVM_NATIVE, false);
    expect_fault_and_recovery(VM_EVM_NATIVE, true);
    expect_fault_and_recovery(VM_EVM_GUEST, false);
    expect_fault_and_recovery(VM_EVM_GUEST, true);
}

// ---- work

// However little work is allowed: either all is done, as without a limit, or nothing.
static void expect_same_or_nothing(enum vm_form form, bool riscv)
{
    struct buf code = asking_code(riscv);
    struct failing f = {.left = 1u << 30, .code = buf_bytes(&code)};
    struct state_source source = {&f, failing_account, failing_storage, failing_code};
    struct vm *vm = vm_new(form);
    struct vm_message m = {
        .from = KIT_ALICE, .to = kit_at(1), .gas = 300000, .value = u256_from_u64(3)};
    struct vm_result all = {.gas_left = 0};
    u32 done = 0;
    u32 refused = 0;
    keccak256(&f.hash, code.p, code.n);
    for (u64 i = 0; done == 0 || i < 4; i++) { // the first without a limit
        struct state *s = state_new(&source);
        struct vm_result r;
        state_begin_transaction(s);
        vm_limit_work(vm, i == 0 ? VM_WORK_ANY : i * i * i * 100);
        enum fault fault = vm_execute(vm, s, &m, &r);
        EXPECT_EQ(vm_ran_out(vm), fault == FAULT_UNSUPPORTED);
        if (fault == FAULT_NONE) {
            all = i == 0 ? r : all;
            done += i > 0;
            EXPECT(r.gas_left == all.gas_left && r.status == all.status && r.cycles == all.cycles);
        } else {
            address self = kit_at(1);
            EXPECT_EQ(fault, FAULT_UNSUPPORTED);
            EXPECT_U256(*account_balance(state_account(s, &self)), u256_from_u64(100000));
            refused++;
        }
        state_free(s);
        if (form == VM_EVM_NATIVE && !riscv && i == 20) {
            break; // it does nothing within a limit
        }
    }
    EXPECT(refused >= 3);
    EXPECT_EQ(done, form == VM_EVM_NATIVE && !riscv ? 0 : 1);
    vm_free(vm);
    buf_fini(&code);
}

TEST(vm, work_within_a_limit_is_done_whole_or_not_at_all)
{
    expect_same_or_nothing(VM_EVM_NATIVE, false);
    expect_same_or_nothing(VM_EVM_NATIVE, true);
    expect_same_or_nothing(VM_EVM_GUEST, false);
    expect_same_or_nothing(VM_EVM_GUEST, true);
}

TEST(vm, precompiles_and_endless_loops_are_work_too)
{
    struct buf hashes = {0};
    struct buf loop = {0};
    address sha256 = {{[19] = 2}};
    evm_call(&hashes, OP_CALL, sha256, 0, rv_range(0, 1u << 20)); // of a MiB
    EVM(&loop, OP_JUMPDEST, OP_PUSH1, 0, OP_JUMP);
    const bytes codes[] = {buf_bytes(&hashes), buf_bytes(&loop)};
    for (u32 i = 0; i < COUNT_OF(codes); i++) {
        struct vm *vm = vm_new(VM_EVM_GUEST);
        struct state *s = state_new(NULL);
        struct vm_message m = {
            .to = kit_at(1), .gas = 10000000, .has_code = true, .code = codes[i]};
        struct vm_result r;
        state_begin_transaction(s);
        vm_limit_work(vm, 300000);
        EXPECT_EQ(vm_execute(vm, s, &m, &r), FAULT_UNSUPPORTED);
        EXPECT(vm_ran_out(vm));
        EXPECT_EQ(vm_execute(vm, s, &m, &r), FAULT_UNSUPPORTED); // nothing is left
        vm_limit_work(vm, VM_WORK_ANY);
        EXPECT(!vm_ran_out(vm));
        EXPECT_EQ(vm_execute(vm, s, &m, &r), FAULT_NONE);
        EXPECT_STR(halt_name(r.halt), i == 0 ? "none" : "out_of_gas");
        state_free(s);
        vm_free(vm);
    }
    buf_fini(&hashes);
    buf_fini(&loop);
}

// ---- block hashes

static enum fault failing_hash(void *ctx, u64 number, b256 *out)
{
    bool *works = ctx;
    *out = (b256){{(u8)number}};
    return *works ? FAULT_NONE : FAULT_SOURCE;
}

// Asks for the hash of block 7.
static struct buf hash_code(bool riscv)
{
    struct buf code = {0};
    struct buf image = {0};
    if (!riscv) {
        EVM(&code, OP_PUSH1, 7, OP_BLOCKHASH);
        evm_return_top(&code);
        return code;
    }
    rv_li(&code, A0, 7);
    rv_service(&code, 0x40);
    rv_end(&code);
    rv_image(&image, buf_bytes(&code));
    buf_fini(&code);
    return image;
}

static void expect_fault_of_block_hash(enum vm_form form, bool riscv)
{
    bool works = false;
    struct buf code = hash_code(riscv);
    struct vm *vm = vm_new(form);
    struct vm_block block = {.number = u256_from_u64(9), .ctx = &works, .block_hash = failing_hash};
    vm_set_block(vm, &block);
    struct state *s = state_new(NULL);
    struct vm_message m = {.to = kit_at(1), .gas = 300000, .has_code = true};
    m.code = buf_bytes(&code);
    struct vm_result r;
    state_begin_transaction(s);
    EXPECT_EQ(vm_execute(vm, s, &m, &r), FAULT_SOURCE);
    EXPECT(strstr(vm_fault_detail(vm), "block 7") != NULL);
    works = true;
    EXPECT_EQ(vm_execute(vm, s, &m, &r), FAULT_NONE);
    EXPECT_EQ(r.status, EVM_SUCCESS);
    state_free(s);
    vm_free(vm);
    buf_fini(&code);
}

TEST(vm, a_block_hash_that_cannot_be_had_is_a_fault)
{
    for (u32 kind = 0; kind < 2; kind++) {
        expect_fault_of_block_hash(VM_EVM_NATIVE, kind != 0);
        expect_fault_of_block_hash(VM_EVM_GUEST, kind != 0);
    }
}

// ---- EVM memory

static const char *halt_of_touch(struct kit *k, u64 at)
{
    struct buf code = {0};
    evm_number(&code, 1);
    evm_number(&code, at);
    EVM(&code, OP_MSTORE);
    kit_call(k, kit_evm(k, 1, &code), BYTES_NONE, 1ull << 62);
    return halt_name(k->r.halt);
}

TEST(vm, evm_memory_beyond_2_to_28_bytes_is_out_of_gas)
{
    struct kit *k = kit_new();
    EXPECT_STR(halt_of_touch(k, (1u << 28) - 32), "none");
    EXPECT_STR(halt_of_touch(k, (1u << 28) - 31), "out_of_gas");
    EXPECT_STR(halt_of_touch(k, 1u << 28), "out_of_gas");
    EXPECT_STR(halt_of_touch(k, 1ull << 32), "out_of_gas");
    EXPECT_STR(halt_of_touch(k, 1ull << 63), "out_of_gas");
    EXPECT_STR(halt_of_touch(k, ~0ull), "out_of_gas");
    kit_free(k);
}

TEST(vm, hashing_zeros_beyond_that_is_ethereums_where_hybrid_is_not_active)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    evm_number(&code, 0xDEAD);
    evm_number(&code, 32);
    EVM(&code, OP_MSTORE);
    evm_number(&code, 1ull << 28);
    evm_number(&code, 33);
    EVM(&code, OP_KECCAK256);
    evm_return_top(&code);
    address to = kit_evm(k, 1, &code);
    kit_call(k, to, BYTES_NONE, 1ull << 60);
    EXPECT_STR(halt_name(k->r.halt), "out_of_gas"); // ABI section 7
    k->params.riscv = false;
    kit_call(k, to, BYTES_NONE, 1ull << 60);
    EXPECT_SUCCESS(k);
    b256 hash;
    keccak256_with_zeros(&hash, (bytes){(const u8[]){[29] = 0xDE, 0xAD, 0}, 31}, (1ull << 28) - 31);
    EXPECT_BYTES(k->r.output.p, hash.b, 32);
    kit_free(k);
}

TEST(vm, evm_memory_of_all_live_frames_is_limited)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    evm_number(&code, 1);
    evm_number(&code, (1u << 28) - 32);
    EVM(&code, OP_MSTORE);
    evm_call(&code, OP_CALL, kit_at(1), 0, rv_range(0, 0));
    evm_return_top(&code);
    kit_call(k, kit_evm(k, 1, &code), BYTES_NONE, 1ull << 60);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->frame_count, 4); // 768 MiB are three frames
    EXPECT_EQ(k->frame[2].end.status, EVM_SUCCESS);
    EXPECT_FRAME_HALTED(k, 3, "out_of_gas");
    kit_free(k);
}

TEST(vm, evm_input_beyond_48_mib_is_out_of_gas)
{
    struct kit *k = kit_new();
    k->unrecorded = true;
    struct buf code = {0};
    EVM(&code, OP_CALLDATASIZE);
    evm_return_top(&code);
    address a = kit_evm(k, 1, &code);
    usize most = 48u << 20;
    u8 *input = mem_zalloc(most + 1);
    kit_call(k, a, (bytes){input, most}, 100000);
    EXPECT_U256(kit_output_word(k, 0), u256_from_u64(most));
    kit_call(k, a, (bytes){input, most + 1}, 100000);
    EXPECT_HALTED(k, "out_of_gas");
    kit_call(k, a, BYTES_NONE, 100000);
    EXPECT_SUCCESS(k);
    mem_free(input);
    kit_free(k);
}

// ---- names

TEST(vm, halt_reasons_are_the_closed_list_of_the_abi)
{
    static const char *const names[] = {"none",
                                        "out_of_gas",
                                        "out_of_pages",
                                        "bad_container",
                                        "bad_image",
                                        "bad_access",
                                        "misaligned_atomic",
                                        "illegal_instruction",
                                        "breakpoint",
                                        "unknown_service",
                                        "bad_argument",
                                        "static_violation",
                                        "data_too_long",
                                        "return_data_out_of_bounds",
                                        "invalid",
                                        "stack_underflow",
                                        "stack_overflow",
                                        "invalid_jump",
                                        "invalid_opcode",
                                        "initcode_too_large",
                                        "code_too_large",
                                        "code_refused",
                                        "address_collision",
                                        "nonce_overflow"};
    EXPECT_EQ(HALT_COUNT, COUNT_OF(names));
    for (u32 i = 0; i < HALT_COUNT; i++) {
        EXPECT_STR(halt_name((enum halt)i), names[i]);
    }
}

TEST(vm, halts_of_byte_code_have_their_reasons)
{
    static const struct {
        u8 code[4];
        const char *halt;
    } rows[] = {{{OP_ADD}, "stack_underflow"},
                {{OP_JUMPDEST, OP_PC, OP_PUSH0, OP_JUMP}, "stack_overflow"}, // a loop that pushes
                {{OP_PUSH1, 3, OP_JUMP, OP_STOP}, "invalid_jump"},
                {{0x0C}, "invalid_opcode"},
                {{OP_INVALID}, "invalid"},
                {{OP_PUSH0, OP_PUSH1, 1, OP_RETURNDATACOPY}, "stack_underflow"}};
    struct kit *k = kit_new();
    k->unrecorded = true;
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        kit_code(k, kit_at(1), (bytes){rows[i].code, 4});
        kit_call(k, kit_at(1), BYTES_NONE, 1000000);
        EXPECT_HALTED(k, rows[i].halt);
        EXPECT_EQ(k->r.gas_left, 0);
    }
    kit_free(k);
}

// ---- inspectors

static void count_block(void *ctx, u32 depth, const struct rv_machine *m, u32 cost)
{
    (void)depth;
    (void)m;
    (void)cost;
    ++*(u64 *)ctx;
}

static void count_step(void *ctx, u32 depth, const struct rv_machine *m)
{
    (void)depth;
    (void)m;
    ++*(u64 *)ctx;
}

static void count_service(void *ctx, u32 depth, u8 id, const struct rv_machine *m)
{
    (void)depth;
    (void)id;
    (void)m;
    ++*(u64 *)ctx;
}

TEST(vm, the_mini_evms_own_machine_is_never_reported)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    evm_sstore(&code, 1, 2);
    EVM(&code, OP_PUSH0, OP_PUSH0, OP_LOG0);
    (void)kit_evm(k, 1, &code);
    struct vm *vm = vm_new(VM_EVM_GUEST);
    u64 seen = 0;
    vm_set_inspector(vm, &(struct inspector){.ctx = &seen,
                                             .rv_block = count_block,
                                             .rv_step = count_step,
                                             .service = count_service});
    struct vm_message m = {.from = KIT_ALICE, .to = kit_at(1), .gas = 100000};
    struct vm_result r;
    state_begin_transaction(kit_state(k));
    EXPECT_EQ(vm_execute(vm, kit_state(k), &m, &r), FAULT_NONE);
    EXPECT_EQ(r.status, EVM_SUCCESS);
    EXPECT_EQ(seen, 0);
    EXPECT_EQ(r.cycles, 0);
    EXPECT_EQ(r.instructions, 0);
    vm_free(vm);
    kit_free(k);
}

// ---- reuse

TEST(vm, one_machine_serves_forks_and_settings_in_turn)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    EVM(&code, OP_PUSH0, OP_POP); // Shanghai
    address evm = kit_evm(k, 1, &code);
    rv_service(&code, 0x5C); // Cancun
    rv_end(&code);
    address rv = kit_rv(k, 2, &code);
    for (u32 i = 0; i < 40; i++) {
        k->fork = (enum fork)(i * 7 % FORK_COUNT);
        k->params.riscv = i % 3 != 0;
        kit_call(k, evm, BYTES_NONE, 100000);
        EXPECT_EQ(k->r.status == EVM_SUCCESS, k->fork >= FORK_SHANGHAI);
        kit_call(k, rv, BYTES_NONE, 100000);
        EXPECT_EQ(k->r.status == EVM_SUCCESS, k->params.riscv && k->fork >= FORK_CANCUN);
    }
    kit_free(k);
}

TEST(vm, code_that_changes_at_an_address_is_run_anew)
{
    struct kit *k = kit_new();
    for (u8 i = 1; i < 20; i++) {
        struct buf code = {0};
        if (i % 2 == 0) {
            evm_number(&code, i);
            evm_return_top(&code);
            (void)kit_evm(k, 1, &code);
        } else {
            rv_poke(&code, M + 24, (u64)i << 56);
            rv_return(&code, M, 32);
            (void)kit_rv(k, 1, &code);
        }
        kit_call(k, kit_at(1), BYTES_NONE, KIT_GAS);
        EXPECT_U256(kit_output_word(k, 0), u256_from_u64(i));
    }
    kit_free(k);
}

TEST(vm, its_precompiles_are_those_of_the_fork)
{
    static const u32 counts[FORK_COUNT] = {4, 4, 4, 4, 8, 8, 8, 9, 9, 9, 9, 9, 10, 17, 18};
    struct vm *vm = vm_new(VM_EVM_NATIVE);
    struct vm_params params = vm_params_default();
    for (u32 fork = 0; fork < FORK_COUNT; fork++) {
        vm_set_rules(vm, (enum fork)fork, &params);
        EXPECT_EQ(vm_precompile_count(vm), counts[fork]);
        for (u32 i = 0; i < counts[fork]; i++) {
            address a = vm_precompile_at(vm, i);
            EXPECT(vm_is_precompile(vm, &a));
            EXPECT_EQ(load_be16(a.b + 18), i == 17 ? 0x100 : i + 1);
        }
        address next = {{[19] = (u8)(counts[fork] + 1)}};
        EXPECT(!vm_is_precompile(vm, &next));
    }
    vm_free(vm);
}
