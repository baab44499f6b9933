// SPDX-License-Identifier: MIT
// ABI section 5: what each service answers about the frame, the block, the transaction and other
// accounts, in the forms u256, addr3 and addrU.
#include "lib/crypto/hash/keccak.h"
#include "test/kit.h"

static u256 word_of(const struct kit_service *s)
{
    return (u256){{s->after[A0], s->after[A1], s->after[A2], s->after[A3]}};
}

static void expect_addr3(const struct kit_service *s, address a)
{
    u64 last = load_be32(a.b + 16);
    EXPECT_EQ(s->after[A0], load_be64(a.b));
    EXPECT_EQ(s->after[A1], load_be64(a.b + 8));
    EXPECT_EQ(s->after[A2], last << 32 | last); // in both halves
}

static u256 word_answer(struct kit *k, u32 id)
{
    return word_of(kit_probe(k, NULL, id, ARGUMENTS(0)));
}

TEST(abi_values, the_block_and_the_transaction)
{
    struct kit *k = kit_new();
    EXPECT_U256(word_answer(k, 0x3A), k->tx.gas_price);
    EXPECT_U256(word_answer(k, 0x42), k->block.timestamp);
    EXPECT_U256(word_answer(k, 0x43), k->block.number);
    EXPECT_U256(word_answer(k, 0x44), k->block.difficulty_or_prevrandao);
    EXPECT_U256(word_answer(k, 0x45), k->block.gas_limit);
    EXPECT_U256(word_answer(k, 0x48), k->block.base_fee);
    EXPECT_U256(word_answer(k, 0x4A), k->block.blob_base_fee);
    expect_addr3(kit_probe(k, NULL, 0x41, ARGUMENTS(0)), KIT_COINBASE);
    expect_addr3(kit_probe(k, NULL, 0x32, ARGUMENTS(0)), KIT_ALICE);
    kit_free(k);
}

TEST(abi_values, words_keep_all_four_limbs)
{
    struct kit *k = kit_new();
    u256 w = {{1, 2, 3, 0x8000000000000004}};
    k->block.number = k->block.timestamp = k->block.gas_limit = k->block.base_fee = w;
    k->block.blob_base_fee = k->tx.gas_price = w;
    static const u8 ids[] = {0x3A, 0x42, 0x43, 0x45, 0x48, 0x4A};
    for (usize i = 0; i < COUNT_OF(ids); i++) {
        EXPECT_U256(word_answer(k, ids[i]), w);
    }
    kit_free(k);
}

TEST(abi_values, chainid_is_the_low_64_bits_in_a0_alone)
{
    struct kit *k = kit_new();
    const struct kit_service *s = kit_probe(k, NULL, 0x46, ARGUMENTS(9, 9, 9, 9));
    EXPECT_EQ(s->after[A0], 33500);
    EXPECT_EQ(s->after[A1], 9);
    kit_free(k);
}

TEST(abi_values, abi_version_is_1)
{
    struct kit *k = kit_new();
    EXPECT_EQ(kit_probe(k, NULL, 0x05, ARGUMENTS(7))->after[A0], 1);
    kit_free(k);
}

TEST(abi_values, address_caller_callvalue_and_selfbalance_are_this_frames)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_service(&code, 0x30);
    rv_service(&code, 0x33);
    rv_service(&code, 0x34);
    rv_service(&code, 0x47);
    rv_service(&code, 0x32);
    rv_end(&code);
    address callee = kit_rv(k, 2, &code);
    rv_call(&code, 0xF1, callee, 123, rv_range(0, 0));
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_balance(k, a, 1000);
    kit_balance(k, callee, 50);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    expect_addr3(&k->service[1], callee);
    expect_addr3(&k->service[2], a);
    EXPECT_U256(word_of(&k->service[3]), u256_from_u64(123));
    EXPECT_U256(word_of(&k->service[4]), u256_from_u64(173)); // not the caller's
    expect_addr3(&k->service[5], KIT_ALICE);
    kit_free(k);
}

TEST(abi_values, the_top_frame_sees_the_message)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_service(&code, 0x33);
    rv_service(&code, 0x34);
    rv_service(&code, 0x47);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_call_value(k, a, 4242, KIT_GAS);
    expect_addr3(&k->service[0], KIT_ALICE);
    EXPECT_U256(word_of(&k->service[1]), u256_from_u64(4242));
    EXPECT_U256(word_of(&k->service[2]), u256_from_u64(4242));
    EXPECT_EQ(kit_balance_of(k, a), 4242);
    kit_free(k);
}

// ---- calldata

TEST(abi_values, calldata_services_answer_from_the_calls_input)
{
    struct kit *k = kit_new();
    u8 input[45];
    for (u32 i = 0; i < sizeof input; i++) {
        input[i] = (u8)(i + 1);
    }
    static const u64 offsets[] = {0, 1, 13, 14, 44, 45, 46, 1ull << 32, ~0ull, ~0ull - 31};
    for (usize i = 0; i < COUNT_OF(offsets); i++) {
        struct buf code = {0};
        rv_service(&code, 0x36);
        rv_li(&code, A0, offsets[i]);
        rv_service(&code, 0x35);
        rv_end(&code);
        kit_call(k, kit_rv(k, 1, &code), (bytes){input, sizeof input}, KIT_GAS);
        EXPECT_U256(word_of(&k->service[0]), u256_from_u64(45));
        u8 expected[32] = {0};
        for (u64 j = 0; j < 32; j++) {
            expected[j] = offsets[i] < 45 && offsets[i] + j < 45 ? input[offsets[i] + j] : 0;
        }
        EXPECT_U256(word_of(&k->service[1]), u256_from_be_bytes(expected));
    }
    kit_free(k);
}

// ---- other accounts

static struct buf *put_addr3_service(struct buf *code, u32 id, address a)
{
    rv_addr3(code, A0, a);
    rv_service(code, id);
    return code;
}

TEST(abi_values, accounts_are_asked_by_addr3)
{
    struct kit *k = kit_new();
    struct buf evm = {0};
    EVM(&evm, OP_STOP, 1, 2, 3, 4);
    b256 hash;
    keccak256(&hash, evm.p, evm.n);
    address a = kit_evm(k, 2, &evm);
    kit_balance(k, a, 987654321);
    struct buf code = {0};
    put_addr3_service(&code, 0x31, a);
    put_addr3_service(&code, 0x3B, a);
    put_addr3_service(&code, 0x3F, a);
    put_addr3_service(&code, 0x31, kit_at(99)); // nobody
    put_addr3_service(&code, 0x3B, kit_at(99));
    put_addr3_service(&code, 0x3F, kit_at(99));
    put_addr3_service(&code, 0x3F, KIT_ALICE); // no code
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_U256(word_of(&k->service[0]), u256_from_u64(987654321));
    EXPECT_U256(word_of(&k->service[1]), u256_from_u64(5));
    EXPECT_U256(word_of(&k->service[2]), u256_from_b256(hash));
    EXPECT_U256(word_of(&k->service[3]), u256_zero());
    EXPECT_U256(word_of(&k->service[4]), u256_zero());
    EXPECT_U256(word_of(&k->service[5]), u256_zero());
    keccak256(&hash, NULL, 0);
    EXPECT_U256(word_of(&k->service[6]), u256_from_b256(hash));
    kit_free(k);
}

TEST(abi_values, the_high_half_of_an_addr3_is_ignored)
{
    struct kit *k = kit_new();
    kit_balance(k, kit_at(2), 77);
    struct buf code = {0};
    rv_addr3(&code, A0, kit_at(2));
    rv_li(&code, T1, 0xDEADBEEF00000000);
    rv_r(&code, RV_OR, A2, A2, T1);
    rv_service(&code, 0x31);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_U256(word_of(&k->service[0]), u256_from_u64(77));
    kit_free(k);
}

TEST(abi_values, bits_of_an_addr_u_above_160_are_ignored)
{
    static const u8 ids[] = {0xF1, 0xF4, 0xFA};
    struct kit *k = kit_new();
    struct buf code = {0};
    EVM(&code, OP_STOP);
    address to = kit_evm(k, 2, &code);
    for (usize i = 0; i < COUNT_OF(ids); i++) {
        rv_addr_u(&code, A0, to);
        rv_li(&code, T1, 0xDEADBEEF00000000);
        rv_r(&code, RV_OR, A2, A2, T1);
        rv_li(&code, A3, 0);
        rv_li(&code, A5, 0);
        rv_service(&code, ids[i]);
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_EQ(k->frame_count, 2);
        EXPECT_BYTES(&k->frame[1].begin.code, &to, sizeof to);
    }
    kit_free(k);
}

TEST(abi_values, an_address_from_a_service_can_be_given_to_a_service)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_service(&code, 0x30);
    rv_service(&code, 0x31); // balance(address())
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_balance(k, a, 31337);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_U256(word_of(&k->service[1]), u256_from_u64(31337));
    kit_free(k);
}

TEST(abi_values, codesize_is_that_of_the_running_code)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_service(&code, 0x38);
    rv_end(&code);
    address lib = kit_rv(k, 2, &code);
    u64 lib_size = kit_code_of(k, lib).n;
    rv_service(&code, 0x38);
    rv_call(&code, 0xF4, lib, 0, rv_range(0, 0));
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_U256(word_of(&k->service[0]), u256_from_u64(kit_code_of(k, a).n)); // with the FF
    EXPECT_U256(word_of(&k->service[2]), u256_from_u64(lib_size));
    kit_free(k);
}

TEST(abi_values, extcode_services_see_the_stored_bytes)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_end(&code);
    address rv = kit_rv(k, 2, &code);
    kit_designate(k, kit_at(3), rv);
    struct buf evm = {0};
    for (u8 i = 2; i <= 3; i++) {
        evm_address(&evm, kit_at(i));
        EVM(&evm, OP_EXTCODESIZE);
        evm_mstore(&evm, 64 * (i - 2u));
        evm_number(&evm, 8);
        evm_number(&evm, 0);
        evm_number(&evm, 64 * (i - 2u) + 32);
        evm_address(&evm, kit_at(i));
        EVM(&evm, OP_EXTCODECOPY);
    }
    evm_return(&evm, 0, 128);
    kit_call(k, kit_evm(k, 4, &evm), BYTES_NONE, KIT_GAS);
    EXPECT_U256(kit_output_word(k, 0), u256_from_u64(kit_code_of(k, rv).n));
    EXPECT_BYTES(k->r.output.p + 32, "\xFF\x7F\x45\x4C\x46\x02\x01\x01", 8);
    EXPECT_U256(kit_output_word(k, 2), u256_from_u64(23));
    EXPECT_BYTES(k->r.output.p + 96, "\xEF\x01\x00\xC1\xC2\xC3\xC4\xC5", 8);
    put_addr3_service(&code, 0x3B, kit_at(3));
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_U256(word_of(&k->service[0]), u256_from_u64(23));
    kit_free(k);
}

// ---- block hashes, blobs

static enum fault some_hash(void *ctx, u64 number, b256 *out)
{
    (void)ctx;
    *out = (b256){{0x11, [31] = (u8)number}};
    return FAULT_NONE;
}

TEST(abi_values, blockhash_knows_the_last_256_blocks)
{
    static const struct {
        u64 number;
        bool known;
    } rows[] = {{999, true},   {744, true},   {743, false},
                {1000, false}, {1001, false}, {~0ull, false}};
    struct kit *k = kit_new();
    k->block.block_hash = some_hash;
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        u256 w = word_of(kit_probe(k, NULL, 0x40, ARGUMENTS(rows[i].number)));
        b256 expected;
        some_hash(NULL, rows[i].number, &expected);
        EXPECT_U256(w, rows[i].known ? u256_from_b256(expected) : u256_zero());
    }
    kit_free(k);
}

TEST(abi_values, blobhash_is_zero_beyond_the_blobs)
{
    static const b256 blobs[2] = {{{1, 2, 3}}, {{1, 9, 9}}};
    static const u64 indices[] = {0, 1, 2, 1ull << 32, ~0ull};
    struct kit *k = kit_new();
    k->tx.blob_hashes = blobs;
    k->tx.blob_hash_count = 2;
    for (usize i = 0; i < COUNT_OF(indices); i++) {
        u256 w = word_of(kit_probe(k, NULL, 0x49, ARGUMENTS(indices[i])));
        EXPECT_U256(w, i < 2 ? u256_from_b256(blobs[i]) : u256_zero());
    }
    kit_free(k);
}

TEST(abi_values, keccak256_is_read_as_a_big_endian_integer)
{
    static const usize sizes[] = {0, 1, 32, 135, 136, 137, 1000};
    struct kit *k = kit_new();
    u8 data[1000];
    for (u32 i = 0; i < sizeof data; i++) {
        data[i] = (u8)(i * 7 + 1);
    }
    for (usize i = 0; i < COUNT_OF(sizes); i++) {
        struct buf code = {0};
        rv_li(&code, A0, RV_INPUT);
        rv_li(&code, A1, sizes[i]);
        rv_service(&code, 0x20);
        rv_end(&code);
        kit_call(k, kit_rv(k, 1, &code), (bytes){data, sizeof data}, KIT_GAS);
        b256 hash;
        keccak256(&hash, data, sizes[i]);
        EXPECT_U256(word_of(&k->service[0]), u256_from_b256(hash));
        EXPECT_EQ(kit_price(k, 0), 30 + 6 * ((sizes[i] + 31) / 32));
    }
    kit_free(k);
}

// ---- debug_log

struct heard {
    u32 count;
    u32 depth;
    struct buf text;
};

static void on_debug(void *ctx, u32 depth, bytes text)
{
    struct heard *h = ctx;
    h->count++;
    h->depth = depth;
    buf_put(&h->text, text.p, text.n);
}

TEST(abi_values, debug_log_is_seen_by_inspectors_and_has_no_effect)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_poke_bytes(&code, RV_SCRATCH, (bytes){(const u8 *)"hello world", 11});
    rv_li(&code, A0, RV_SCRATCH);
    rv_li(&code, A1, 11);
    rv_service(&code, 0x04);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_EQ(state_log_count(kit_state(k)), 0);
    struct vm *vm = vm_new(VM_EVM_NATIVE);
    struct heard heard = {0};
    struct inspector i = {.ctx = &heard, .debug_log = on_debug};
    vm_set_inspector(vm, &i);
    struct vm_message m = {.from = KIT_ALICE, .to = kit_at(1), .gas = KIT_GAS};
    struct vm_result r;
    EXPECT_EQ(vm_execute(vm, kit_state(k), &m, &r), FAULT_NONE);
    EXPECT_EQ(heard.count, 1);
    EXPECT_EQ(heard.text.n, 11);
    EXPECT_BYTES(heard.text.p, "hello world", 11);
    EXPECT_EQ(r.gas_left, k->r.gas_left);
    buf_fini(&heard.text);
    vm_free(vm);
    kit_free(k);
}
