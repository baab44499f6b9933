// SPDX-License-Identifier: MIT
// ABI section 1, creation container: FF | n | image | arguments, and what the constructor's frame
// sees of it.
#include "lib/crypto/hash/keccak.h"
#include "test/kit.h"

// A constructor that deploys what it sees: codesize and calldatasize (8 bytes each), 40 bytes of
// its code, 40 of its calldata by service, 40 from its calldata window.
static struct buf witness_image(usize size)
{
    struct buf code = {0};
    rv_service(&code, 0x38);
    rv_li(&code, T1, RV_SCRATCH);
    rv_s(&code, RV_SD, A0, T1, 8);
    rv_service(&code, 0x36);
    rv_s(&code, RV_SD, A0, T1, 16);
    for (u32 i = 0; i < 2; i++) {
        rv_li(&code, A0, RV_SCRATCH + 24 + 40 * i);
        rv_li(&code, A1, 0);
        rv_li(&code, A2, 40);
        rv_service(&code, i == 0 ? 0x39 : 0x37);
    }
    rv_li(&code, T2, RV_INPUT - 8);
    for (i32 i = 0; i < 40; i += 8) {
        rv_i(&code, RV_LD, T3, T2, i);
        rv_s(&code, RV_SD, T3, T1, 104 + i);
    }
    rv_return(&code, RV_SCRATCH, 144);
    struct buf image = {0};
    struct rv_layout l = {.code = buf_bytes(&code), .stack = 4096, .total_min = size};
    rv_image_of(&image, &l);
    buf_fini(&code);
    return image;
}

static const u8 ARGUMENTS_40[40] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14,
                                    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                                    29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40};

static void expect_witness(struct kit *k, bytes image, usize arguments)
{
    EXPECT_SUCCESS(k);
    bytes code = kit_code_of(k, k->r.created);
    EXPECT_EQ(code.n, 144);
    u8 given[40] = {0};
    copy_bytes(given, ARGUMENTS_40, arguments);
    EXPECT_EQ(load_le64(code.p + 8), image.n);
    EXPECT_EQ(load_le64(code.p + 16), arguments);
    EXPECT_BYTES(code.p + 24, image.p, 40);
    EXPECT_BYTES(code.p + 64, given, 40);
    EXPECT_EQ(load_le64(code.p + 104), arguments);
    EXPECT_BYTES(code.p + 112, given, 32);
}

TEST(abi_container, arguments_are_exactly_the_bytes_after_the_image)
{
    static const usize counts[] = {0, 1, 31, 32, 33, 40};
    struct kit *k = kit_new();
    struct buf image = witness_image(0);
    for (usize i = 0; i < COUNT_OF(counts); i++) {
        struct buf init = {0};
        rv_container(&init, buf_bytes(&image), (bytes){ARGUMENTS_40, counts[i]});
        kit_create(k, buf_bytes(&init), KIT_GAS);
        expect_witness(k, buf_bytes(&image), counts[i]);
        buf_fini(&init);
    }
    buf_fini(&image);
    kit_free(k);
}

TEST(abi_container, creations_by_contracts_see_the_same)
{
    struct kit *k = kit_new();
    struct buf image = witness_image(0);
    struct buf init = {0};
    rv_container(&init, buf_bytes(&image), (bytes){ARGUMENTS_40, 40});
    for (u32 evm = 0; evm < 2; evm++) {
        struct buf code = {0};
        if (evm) {
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
        k->r.created = k->frame[1].begin.to;
        expect_witness(k, buf_bytes(&image), 40);
    }
    buf_fini(&image);
    buf_fini(&init);
    kit_free(k);
}

TEST(abi_container, one_that_is_too_short_is_bad)
{
    struct kit *k = kit_new();
    struct buf image = witness_image(0);
    struct buf init = {0};
    rv_container(&init, buf_bytes(&image), BYTES_NONE);
    for (usize n = 1; n < init.n; n += n < 8 ? 1 : 97) {
        kit_create(k, (bytes){init.p, n}, KIT_GAS);
        EXPECT_HALTED(k, "bad_container");
        EXPECT_EQ(k->r.gas_left, 0);
        EXPECT_EQ(k->frame[0].begin.kind, INSPECT_RISCV);
    }
    static const u32 sizes[] = {0xFFFFFFFF, 0x80000000, 0x7FFFFFFF};
    for (usize i = 0; i < COUNT_OF(sizes); i++) {
        store_be32(init.p + 1, sizes[i]);
        kit_create(k, buf_bytes(&init), KIT_GAS);
        EXPECT_HALTED(k, "bad_container");
    }
    store_be32(init.p + 1, (u32)image.n + 1);
    kit_create(k, buf_bytes(&init), KIT_GAS);
    EXPECT_HALTED(k, "bad_container");
    buf_fini(&image);
    buf_fini(&init);
    kit_free(k);
}

TEST(abi_container, an_image_that_is_not_valid_is_bad)
{
    static const u8 empty[5] = {0xFF, 0, 0, 0, 0};
    struct kit *k = kit_new();
    kit_create(k, (bytes){empty, 5}, KIT_GAS);
    EXPECT_HALTED(k, "bad_image");
    struct buf image = witness_image(0);
    for (u32 spoiled = 0; spoiled < 2; spoiled++) {
        image.p[spoiled] ^= 1; // the FF, or the ELF
        struct buf init = {0};
        rv_container(&init, buf_bytes(&image), BYTES_NONE);
        kit_create(k, buf_bytes(&init), KIT_GAS);
        EXPECT_HALTED(k, "bad_image");
        EXPECT_EQ(k->r.gas_left, 0);
        image.p[spoiled] ^= 1;
        buf_fini(&init);
    }
    buf_fini(&image);
    kit_free(k);
}

TEST(abi_container, create2_hashes_and_pays_for_the_whole_init_code)
{
    struct kit *k = kit_new();
    struct buf image = witness_image(0);
    struct buf init = {0};
    rv_container(&init, buf_bytes(&image), (bytes){ARGUMENTS_40, 40});
    struct buf code = {0};
    rv_li(&code, A0, 0);
    rv_li(&code, A1, RV_INPUT);
    rv_li(&code, A2, init.n);
    rv_li(&code, A3, RV_SCRATCH);
    rv_service(&code, 0xF5);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_call(k, a, buf_bytes(&init), KIT_GAS);
    EXPECT_SUCCESS(k);
    b256 hash;
    keccak256(&hash, init.p, init.n);
    u8 text[85] = {0xFF};
    copy_bytes(text + 1, a.b, 20);
    copy_bytes(text + 53, hash.b, 32);
    keccak256(&hash, text, sizeof text);
    EXPECT_BYTES(&k->frame[1].begin.to, hash.b + 12, 20);
    u64 words = (init.n + 31) / 32;
    u64 own = k->frame[1].begin.gas - k->frame[1].end.gas_left;
    EXPECT_EQ(kit_price(k, 0), 32000 + (2 + 6 + 3) * words + own);
    buf_fini(&image);
    buf_fini(&init);
    kit_free(k);
}

TEST(abi_container, a_large_image_pays_its_loading_in_its_own_frame)
{
    static const usize sizes[] = {24576, 24577, 24576 + 3200};
    struct kit *k = kit_new();
    u64 base = 0;
    for (usize i = 0; i < COUNT_OF(sizes); i++) {
        struct buf image = witness_image(sizes[i]);
        struct buf init = {0};
        rv_container(&init, buf_bytes(&image), BYTES_NONE);
        kit_create(k, buf_bytes(&init), KIT_GAS);
        EXPECT_SUCCESS(k);
        base = i == 0 ? k->r.gas_used : base;
        EXPECT_EQ(k->r.gas_used, base + 4 * ((sizes[i] - 24576 + 31) / 32));
        buf_fini(&image);
        buf_fini(&init);
    }
    kit_free(k);
}

TEST(abi_container, container_then_price_then_image_then_arguments)
{
    struct kit *k = kit_new();
    usize size = 24576 + 3200;
    u8 *init = mem_zalloc(5 + size);
    init[0] = 0xFF;
    store_be32(init + 1, (u32)size + 1);
    kit_create(k, (bytes){init, 5 + size}, 0);
    EXPECT_HALTED(k, "bad_container");
    store_be32(init + 1, (u32)size);
    kit_create(k, (bytes){init, 5 + size}, 399);
    EXPECT_HALTED(k, "out_of_gas");
    kit_create(k, (bytes){init, 5 + size}, 400);
    EXPECT_HALTED(k, "bad_image");
    mem_free(init);
    k->params.max_code_size = 1 << 20;
    struct buf image = witness_image(0);
    struct buf arguments = {0};
    zero_bytes(buf_extend(&arguments, 983033), 983033);
    for (u32 valid = 0; valid < 2; valid++) {
        for (u32 more = 0; more < 2; more++) {
            image.p[1 + 8] = !valid;
            struct buf whole = {0};
            rv_container(&whole, buf_bytes(&image), (bytes){arguments.p, 983032 + more});
            kit_create(k, buf_bytes(&whole), KIT_GAS);
            EXPECT_STR(halt_name(k->r.halt), !valid ? "bad_image"
                                             : more ? "data_too_long"
                                                    : "none");
            buf_fini(&whole);
        }
    }
    buf_fini(&image);
    buf_fini(&arguments);
    kit_free(k);
}

TEST(abi_container, a_message_that_creates_may_carry_value)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_service(&code, 0x34);
    rv_service(&code, 0x47);
    rv_end(&code);
    struct buf image = {0};
    rv_image(&image, buf_bytes(&code));
    struct buf init = {0};
    rv_container(&init, buf_bytes(&image), BYTES_NONE);
    struct vm_message m = {.is_create = true,
                           .from = KIT_ALICE,
                           .value = u256_from_u64(12),
                           .input = buf_bytes(&init),
                           .gas = KIT_GAS};
    kit_run(k, &m);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->service[0].after[A0], 12);
    EXPECT_EQ(k->service[1].after[A0], 12);
    EXPECT_EQ(kit_balance_of(k, k->r.created), 12);
    buf_fini(&code);
    buf_fini(&image);
    buf_fini(&init);
    kit_free(k);
}
