// SPDX-License-Identifier: MIT
// Any bytes as a contract's code: run plainly and with every hook of the engine, in a world with an
// account to call and enough gas for some thousands of instructions. Both runs must agree, gas must
// not come from nothing, a halt must take it all, and the machine must be free of frames and pages
// afterwards (vm_execute checks that it begins so).
#include "core/vm/vm.h"
#include "lib/base/check.h"
#include "test/kit_code.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static const address SELF = {{0xC1, [19] = 1}};
static const address OTHER = {{0xC1, [19] = 2}};
static const address SENDER = {{0x5E, [19] = 3}};

struct totals {
    u64 steps, blocks, services, cost;
};

static void on_block(void *ctx, u32 depth, const struct rv_machine *m, u32 cost)
{
    struct totals *t = ctx;
    (void)depth;
    CHECK(m->cycles >= 0);
    t->blocks++;
    t->cost += cost;
}

static void on_step(void *ctx, u32 depth, const struct rv_machine *m)
{
    struct totals *t = ctx;
    (void)depth;
    CHECK(m->x[0] == 0);
    t->steps++;
}

static void on_service(void *ctx, u32 depth, u8 id, const struct rv_machine *m)
{
    struct totals *t = ctx;
    (void)depth;
    (void)m;
    t->services += 1 + id;
}

// Registers that point to memory, the last instruction of which falls into the input's bytes.
static void put_contract(struct buf *image, bytes code)
{
    struct buf all = {0};
    static const u64 values[][2] = {{T1, 0x80000000}, {T2, RV_SCRATCH}, {S0, RV_SCRATCH + 512},
                                    {S1, 0x80400000}, {A1, 32},         {A2, 64},
                                    {A4, RV_SCRATCH}, {A5, 16},         {S2, 0xF1},
                                    {S3, 0x55}};
    for (usize i = 0; i < COUNT_OF(values); i++) {
        rv_li(&all, (u32)values[i][0], values[i][1]);
    }
    buf_put(&all, code.p, code.n);
    struct rv_layout l = {.code = buf_bytes(&all), .data_at = 0x80400000, .data_size = 5000};
    rv_image_of(image, &l);
    buf_fini(&all);
}

static struct state *make_state(bytes code)
{
    struct state *s = state_new(NULL);
    struct buf image = {0};
    put_contract(&image, code);
    static const u8 echo[] = {OP_CALLDATASIZE, OP_PUSH1,        0,        OP_PUSH1, 0,
                              OP_CALLDATACOPY, OP_CALLDATASIZE, OP_PUSH1, 0,        OP_RETURN};
    u256 rich = u256_from_u64(1000);
    state_begin_transaction(s);
    state_set_code(s, state_account(s, &SELF), buf_bytes(&image));
    state_set_code(s, state_account(s, &OTHER), (bytes){echo, sizeof echo});
    state_set_balance(s, state_account(s, &SELF), &rich);
    state_set_balance(s, state_account(s, &SENDER), &rich);
    state_end_transaction(s, true);
    buf_fini(&image);
    return s;
}

static struct vm_result run(struct vm *vm, bytes code, const struct vm_message *m,
                            struct buf *output)
{
    struct state *s = make_state(code);
    struct vm_result r;
    state_begin_transaction(s);
    CHECK(vm_execute(vm, s, m, &r) == FAULT_NONE);
    state_end_transaction(s, true);
    buf_clear(output);
    buf_put(output, r.output.p, r.output.n);
    state_free(s);
    return r;
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    static struct vm *vm;
    if (vm == NULL) {
        vm = vm_new(VM_EVM_NATIVE);
    }
    if (n < 4) {
        return 0;
    }
    struct vm_params params = vm_params_default();
    params.cycles_per_gas = 1 + data[0] % 8;
    vm_set_rules(vm, (enum fork)(FORK_LATEST - data[1] % 4), &params);
    bytes code = {data + 4, n - 4};
    struct vm_message m = {.from = SENDER,
                           .to = SELF,
                           .input = {data, n < 64 ? n : 64},
                           .value = u256_from_u64(data[2]),
                           .gas = 2000 + (u64)data[3] * 1000};
    struct buf output[2] = {{0}};
    struct totals t = {0};
    vm_set_inspector(vm, NULL);
    struct vm_result plain = run(vm, code, &m, &output[0]);
    vm_set_inspector(
        vm, &(struct inspector){
                .ctx = &t, .rv_block = on_block, .rv_step = on_step, .service = on_service});
    struct vm_result hooked = run(vm, code, &m, &output[1]);
    CHECK(plain.status == hooked.status && plain.halt == hooked.halt);
    CHECK(plain.gas_left == hooked.gas_left && plain.gas_refund == hooked.gas_refund);
    CHECK(plain.cycles == hooked.cycles && plain.instructions == hooked.instructions);
    CHECK(plain.pages == hooked.pages && output[0].n == output[1].n);
    CHECK(equal_bytes(output[0].p, output[1].p, output[0].n));
    CHECK(plain.gas_left <= m.gas && (plain.status != EVM_HALT || plain.gas_left == 0));
    CHECK(t.cost == hooked.cycles);
    buf_fini(&output[0]);
    buf_fini(&output[1]);
    return 0;
}
