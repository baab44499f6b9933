// SPDX-License-Identifier: MIT
// ABI section 1: which code may be deployed, in which order that is checked, what the deposit
// costs, how large code and init code may be; the creation container. Rules of an image itself are
// tested by hv1_test.c.
#include "lib/crypto/hash/keccak.h"
#include "test/kit.h"

#define DATA_AT 0x80400000u

// A valid image of at least `size` bytes that ends at once.
static struct buf image_of(usize size)
{
    struct buf code = {0};
    rv_end(&code);
    struct buf image = {0};
    struct rv_layout l = {.code = buf_bytes(&code), .stack = 4096, .total_min = size};
    rv_image_of(&image, &l);
    buf_fini(&code);
    return image;
}

// A container whose constructor returns `runtime`, which is in a segment of its image.
static struct buf constructor_of(bytes runtime)
{
    struct buf code = {0};
    rv_li(&code, A0, DATA_AT);
    rv_li(&code, A1, runtime.n);
    rv_service(&code, 0xF3);
    struct rv_layout l = {.code = buf_bytes(&code),
                          .stack = 4096,
                          .data_at = DATA_AT,
                          .data = runtime,
                          .data_size = runtime.n};
    struct buf image = {0};
    rv_image_of(&image, &l);
    struct buf init = {0};
    rv_container(&init, buf_bytes(&image), BYTES_NONE);
    buf_fini(&code);
    buf_fini(&image);
    return init;
}

enum { FROM_EVM, FROM_RISCV };

static const struct kit_result *deploy(struct kit *k, u32 kind, bytes runtime, u64 given)
{
    struct buf init = {0};
    if (kind == FROM_RISCV) {
        init = constructor_of(runtime);
    } else {
        evm_init_code(&init, runtime);
    }
    kit_create(k, buf_bytes(&init), given);
    buf_fini(&init);
    return &k->r;
}

static void expect_deployed(struct kit *k, bytes code)
{
    EXPECT_SUCCESS(k);
    bytes stored = kit_code_of(k, k->r.created);
    EXPECT_EQ(stored.n, code.n);
    EXPECT_BYTES(stored.p, code.p, code.n);
}

static bytes text(const char *p, usize n)
{
    return (bytes){(const u8 *)p, n};
}

// ---- what may be deployed

TEST(abi_deploy, either_kind_of_init_code_deploys_either_kind_of_code)
{
    struct kit *k = kit_new();
    struct buf image = image_of(0);
    for (u32 kind = FROM_EVM; kind <= FROM_RISCV; kind++) {
        deploy(k, kind, buf_bytes(&image), KIT_GAS);
        expect_deployed(k, buf_bytes(&image));
        kit_call(k, k->r.created, BYTES_NONE, KIT_GAS);
        EXPECT_SUCCESS(k);
        EXPECT_EQ(k->frame[0].begin.kind, INSPECT_RISCV);
        deploy(k, kind, text("\x00\x01", 2), KIT_GAS);
        expect_deployed(k, text("\x00\x01", 2));
        deploy(k, kind, BYTES_NONE, KIT_GAS);
        expect_deployed(k, BYTES_NONE);
    }
    buf_fini(&image);
    kit_free(k);
}

TEST(abi_deploy, an_elf_that_is_no_hv1_image_is_refused)
{
    struct kit *k = kit_new();
    struct buf image = image_of(0);
    for (u32 kind = FROM_EVM; kind <= FROM_RISCV; kind++) {
        deploy(k, kind, text("\xFF\x7F\x45\x4C\x46", 5), KIT_GAS);
        EXPECT_HALTED(k, "code_refused");
        EXPECT_EQ(k->r.gas_left, 0);
        image.p[1 + 8] = 1; // EI_ABIVERSION
        deploy(k, kind, buf_bytes(&image), KIT_GAS);
        EXPECT_HALTED(k, "code_refused");
        image.p[1 + 8] = 0;
    }
    buf_fini(&image);
    kit_free(k);
}

TEST(abi_deploy, other_ff_code_is_stored_and_inert)
{
    static const char *const codes[] = {"\xFF", "\xFF\x00\x01", "\xFF\x7F\x45\x4C\x47",
                                        "\xFF\x7F\x45\x4C"};
    static const u8 sizes[] = {1, 3, 5, 4};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(codes); i++) {
        deploy(k, i % 2, text(codes[i], sizes[i]), KIT_GAS);
        expect_deployed(k, text(codes[i], sizes[i]));
        kit_call(k, k->r.created, BYTES_NONE, KIT_GAS);
        EXPECT_HALTED(k, "bad_image");
    }
    kit_free(k);
}

TEST(abi_deploy, ef_is_refused_before_all_else)
{
    struct kit *k = kit_new();
    u8 *code = mem_zalloc(30000);
    code[0] = 0xEF;
    for (u32 kind = FROM_EVM; kind <= FROM_RISCV; kind++) {
        deploy(k, kind, (bytes){code, 1}, KIT_GAS);
        EXPECT_HALTED(k, "code_refused");
        deploy(k, kind, (bytes){code, 30000}, KIT_GAS); // too large as well
        EXPECT_HALTED(k, "code_refused");
    }
    k->fork = FORK_BERLIN;
    deploy(k, FROM_EVM, (bytes){code, 1}, KIT_GAS);
    EXPECT_SUCCESS(k);
    mem_free(code);
    kit_free(k);
}

TEST(abi_deploy, size_comes_before_the_image_and_the_image_before_the_deposit)
{
    struct kit *k = kit_new();
    struct buf image = image_of(262145);
    image.p[1 + 8] = 1;
    deploy(k, FROM_RISCV, buf_bytes(&image), KIT_GAS);
    EXPECT_HALTED(k, "code_too_large");
    image.n = 262144;
    deploy(k, FROM_RISCV, buf_bytes(&image), KIT_GAS);
    EXPECT_HALTED(k, "code_refused"); // its deposit of 52 million is there
    deploy(k, FROM_RISCV, buf_bytes(&image), 40000000);
    EXPECT_HALTED(k, "code_refused"); // not there
    image.p[1 + 8] = 0;
    deploy(k, FROM_RISCV, buf_bytes(&image), 40000000);
    EXPECT_HALTED(k, "out_of_gas");
    buf_fini(&image);
    kit_free(k);
}

TEST(abi_deploy, on_a_plain_chain_all_rules_are_ethereums)
{
    struct kit *k = kit_new();
    k->params.riscv = false;
    deploy(k, FROM_EVM, text("\xFF\x7F\x45\x4C\x46", 5), KIT_GAS);
    expect_deployed(k, text("\xFF\x7F\x45\x4C\x46", 5));
    struct buf image = image_of(24577);
    struct buf init = {0};
    evm_init_code(&init, buf_bytes(&image));
    kit_create(k, buf_bytes(&init), KIT_GAS);
    EXPECT_HALTED(k, "code_too_large");
    struct buf container = constructor_of(BYTES_NONE);
    kit_create(k, buf_bytes(&container), KIT_GAS);
    EXPECT_HALTED(k, "stack_underflow");
    buf_fini(&image);
    buf_fini(&init);
    buf_fini(&container);
    kit_free(k);
}

// ---- sizes

TEST(abi_deploy, images_have_up_to_max_code_size_bytes_other_code_the_forks_limit)
{
    struct kit *k = kit_new();
    struct buf image = image_of(262145);
    deploy(k, FROM_RISCV, (bytes){image.p, 262144}, KIT_GAS);
    expect_deployed(k, (bytes){image.p, 262144});
    deploy(k, FROM_RISCV, (bytes){image.p, 262145}, KIT_GAS);
    EXPECT_HALTED(k, "code_too_large");
    k->params.max_code_size = 3000;
    deploy(k, FROM_RISCV, (bytes){image.p, 3000}, KIT_GAS);
    EXPECT_SUCCESS(k);
    k->params.max_code_size = 2999; // the init code has then too many bytes itself
    deploy(k, FROM_EVM, (bytes){image.p, 3000}, KIT_GAS);
    EXPECT_HALTED(k, "code_too_large");
    k->params.max_code_size = 262144;
    static const u8 firsts[] = {0x00, 0xFF};
    for (usize i = 0; i < COUNT_OF(firsts); i++) {
        image.p[0] = firsts[i];
        image.p[1] = 0;
        deploy(k, FROM_RISCV, (bytes){image.p, 24576}, KIT_GAS);
        EXPECT_SUCCESS(k);
        deploy(k, FROM_RISCV, (bytes){image.p, 24577}, KIT_GAS);
        EXPECT_HALTED(k, "code_too_large");
    }
    buf_fini(&image);
    kit_free(k);
}

// Init code that is a container up to its `size`-th byte; its constructor deploys nothing.
static struct buf container_of_size(usize size)
{
    struct buf image = image_of(0);
    struct buf init = {0};
    rv_container(&init, buf_bytes(&image), BYTES_NONE);
    usize more = size - init.n;
    zero_bytes(buf_extend(&init, more), more);
    buf_fini(&image);
    return init;
}

TEST(abi_deploy, containers_have_up_to_twice_max_code_size_bytes)
{
    struct kit *k = kit_new();
    struct buf init = container_of_size(524289);
    kit_create(k, (bytes){init.p, 524288}, KIT_GAS);
    EXPECT_SUCCESS(k);
    kit_create(k, buf_bytes(&init), KIT_GAS);
    EXPECT_HALTED(k, "initcode_too_large");
    for (u32 i = 5; i < 10; i++) { // bytes 5 to 9 make it a container
        init.p[i] ^= 1;
        kit_create(k, (bytes){init.p, 49153}, KIT_GAS);
        EXPECT_HALTED(k, "initcode_too_large");
        kit_create(k, (bytes){init.p, 49152}, KIT_GAS);
        EXPECT_HALTED(k, "bad_image");
        init.p[i] ^= 1;
    }
    init.p[0] = 0;
    kit_create(k, (bytes){init.p, 49153}, KIT_GAS);
    EXPECT_HALTED(k, "initcode_too_large");
    kit_create(k, (bytes){init.p, 49152}, KIT_GAS);
    EXPECT_SUCCESS(k);
    buf_fini(&init);
    kit_free(k);
}

TEST(abi_deploy, both_kinds_of_creator_have_these_limits)
{
    struct kit *k = kit_new();
    struct buf init = container_of_size(60000);
    for (u32 kind = FROM_EVM; kind <= FROM_RISCV; kind++) {
        for (u32 bad = 0; bad < 2; bad++) {
            struct buf code = {0};
            init.p[7] ^= (u8)bad;
            if (kind == FROM_EVM) { // input as init code
                EVM(&code, OP_CALLDATASIZE, OP_PUSH1, 0, OP_PUSH1, 0, OP_CALLDATACOPY);
                EVM(&code, OP_CALLDATASIZE, OP_PUSH1, 0, OP_PUSH1, 0, OP_CREATE, OP_POP);
                (void)kit_evm(k, 1, &code);
            } else {
                rv_li(&code, A0, 0);
                rv_li(&code, A1, RV_INPUT);
                rv_li(&code, A2, init.n);
                rv_service(&code, 0xF0);
                rv_end(&code);
                (void)kit_rv(k, 1, &code);
            }
            kit_call(k, kit_at(1), buf_bytes(&init), KIT_GAS);
            EXPECT_STR(halt_name(k->r.halt), bad ? "initcode_too_large" : "none");
            init.p[7] ^= (u8)bad;
        }
    }
    buf_fini(&init);
    kit_free(k);
}

// ---- deposit

TEST(abi_deploy, the_deposit_is_the_forks_price_or_the_chains)
{
    struct kit *k = kit_new();
    struct buf image = image_of(5000);
    image.p[1 + 64 + 56 * 15] = 1; // beyond its headers: another image of the same size
    for (u32 kind = FROM_EVM; kind <= FROM_RISCV; kind++) {
        u64 used[4];
        static const u64 prices[] = {200, 0, 20, 1000};
        for (u32 i = 0; i < 4; i++) {
            k->params.has_code_deposit = i > 0;
            k->params.code_deposit_gas = prices[i];
            deploy(k, kind, buf_bytes(&image), KIT_GAS);
            EXPECT_SUCCESS(k);
            used[i] = k->r.gas_used;
        }
        for (u32 i = 0; i < 4; i++) {
            EXPECT_EQ(used[i], used[1] + prices[i] * image.n);
        }
    }
    k->params.code_deposit_gas = 0; // of all code whose first byte is FF
    u64 base = deploy(k, FROM_EVM, text("\xFF", 1), KIT_GAS)->gas_used;
    EXPECT_EQ(deploy(k, FROM_EVM, text("\x00", 1), KIT_GAS)->gas_used, base + 200);
    k->params.code_deposit_gas = ~0ull; // a price that overflows is not payable
    deploy(k, FROM_EVM, buf_bytes(&image), KIT_GAS);
    EXPECT_HALTED(k, "out_of_gas");
    deploy(k, FROM_EVM, text("\x00\x00", 2), KIT_GAS); // of byte code the fork's price
    EXPECT_SUCCESS(k);
    buf_fini(&image);
    kit_free(k);
}

TEST(abi_deploy, a_deposit_that_cannot_be_paid_undoes_the_creation)
{
    struct kit *k = kit_new();
    struct buf image = image_of(0);
    deploy(k, FROM_RISCV, buf_bytes(&image), KIT_GAS);
    u64 need = k->r.gas_used;
    deploy(k, FROM_RISCV, buf_bytes(&image), need);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->r.gas_left, 0);
    deploy(k, FROM_RISCV, buf_bytes(&image), need - 1);
    EXPECT_HALTED(k, "out_of_gas");
    EXPECT(!kit_exists(k, k->frame[0].begin.to));
    buf_fini(&image);
    kit_free(k);
}

TEST(abi_deploy, creating_a_contract_does_not_mark_its_code)
{
    struct kit *k = kit_new();
    struct buf image = image_of(24576 + 3200);
    struct buf init = constructor_of(buf_bytes(&image));
    struct buf code = {0};
    rv_li(&code, A0, 0);
    rv_li(&code, A1, RV_INPUT);
    rv_li(&code, A2, init.n);
    rv_service(&code, 0xF0);
    rv_li(&code, A0, RV_SCRATCH + 12);
    rv_service(&code, 0x01);
    // Calls it: the address's bytes turned around into addrU.
    rv_li(&code, T1, RV_SCRATCH);
    rv_i(&code, RV_LD, A0, T1, 24);
    rv_put(&code, 0x6B805013 | A0 << 7 | A0 << 15); // rev8
    rv_i(&code, RV_LD, A1, T1, 16);
    rv_put(&code, 0x6B805013 | A1 << 7 | A1 << 15);
    rv_i(&code, RV_LD, A2, T1, 8);
    rv_put(&code, 0x6B805013 | A2 << 7 | A2 << 15);
    rv_li(&code, A3, 0);
    rv_li(&code, A5, 0);
    rv_service(&code, 0xF1);
    rv_end(&code);
    kit_call(k, kit_rv(k, 1, &code), buf_bytes(&init), KIT_GAS);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->frame_count, 3);
    EXPECT_BYTES(&k->frame[2].begin.to, &k->frame[1].begin.to, 20);
    u64 own = k->frame[2].begin.gas - k->frame[2].end.gas_left;
    EXPECT_EQ(kit_price(k, kit_top_service(k, 2)), 100 + 400 + own); // warm, not marked
    buf_fini(&image);
    buf_fini(&init);
    kit_free(k);
}
