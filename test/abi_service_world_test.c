// SPDX-License-Identifier: MIT
// ABI section 5: services that read and change the world, what a frame remembers of its last call
// or creation, and what static frames refuse.
#include "lib/crypto/hash/keccak.h"
#include "test/kit.h"

#define M RV_SCRATCH

static u256 word_of(const struct kit_service *s)
{
    return (u256){{s->after[A0], s->after[A1], s->after[A2], s->after[A3]}};
}

static void put_call(struct buf *code, u32 id, address to, u64 value)
{
    rv_call(code, id, to, value, rv_range(0, 0));
}

static void put_create(struct buf *code, u64 value, u64 at, u64 n)
{
    rv_li(code, A0, value);
    rv_li(code, A1, at);
    rv_li(code, A2, n);
    rv_service(code, 0xF0);
}

// ---- storage

TEST(abi_world, storage_keeps_words_of_256_bits)
{
    struct kit *k = kit_new();
    u256 key = {{1, 2, 3, 0x8000000000000004}};
    u256 value = {{0xF000000000000005, 6, 7, 8}};
    struct buf code = {0};
    rv_word(&code, A0, key);
    rv_word(&code, A4, value);
    rv_service(&code, 0x55);
    rv_word(&code, A0, key);
    rv_service(&code, 0x54);
    rv_word(&code, A0, u256_one());
    rv_service(&code, 0x54);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_U256(word_of(&k->service[1]), value);
    EXPECT_U256(word_of(&k->service[2]), u256_zero());
    struct state *s = kit_state(k);
    address a = kit_at(1);
    EXPECT_U256(state_sload(s, state_account(s, &a), &key), value);
    EXPECT_EQ(kit_price(k, 0), 22100);
    EXPECT_EQ(kit_price(k, 1), 100);
    EXPECT_EQ(kit_price(k, 2), 2100);
    kit_free(k);
}

TEST(abi_world, byte_code_sees_the_same_storage)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    evm_number(&code, 0);
    EVM(&code, OP_SLOAD);
    evm_number(&code, 1);
    EVM(&code, OP_ADD);
    evm_number(&code, 0);
    EVM(&code, OP_SSTORE);
    address evm = kit_evm(k, 2, &code);
    rv_sstore(&code, 0, 41);
    put_call(&code, 0xF4, evm, 0);
    rv_word(&code, A0, u256_zero());
    rv_service(&code, 0x54);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_U256(word_of(&k->service[2]), u256_from_u64(42));
    kit_free(k);
}

TEST(abi_world, transient_storage_lives_for_one_transaction)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_word(&code, A0, u256_one());
    rv_service(&code, 0x5C);
    rv_word(&code, A0, u256_one());
    rv_word(&code, A4, u256_max());
    rv_service(&code, 0x5D);
    rv_word(&code, A0, u256_one());
    rv_service(&code, 0x5C);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    for (u32 i = 0; i < 2; i++) {
        kit_call(k, a, BYTES_NONE, KIT_GAS);
        EXPECT_U256(word_of(&k->service[0]), u256_zero());
        EXPECT_U256(word_of(&k->service[2]), u256_max());
    }
    kit_begin(k);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_U256(word_of(&k->service[0]), u256_max());
    kit_end(k);
    kit_free(k);
}

// ---- logs

TEST(abi_world, a_log_has_its_topics_and_data)
{
    struct kit *k = kit_new();
    for (u32 topics = 0; topics <= 4; topics++) {
        struct buf code = {0};
        for (u64 i = 0; i < 16; i++) {
            rv_poke(&code, M + 256 + 8 * i, 0x0101010101010101 * (i + 1));
        }
        rv_poke_bytes(&code, M, (bytes){(const u8 *)"some data", 9});
        rv_li(&code, A0, M);
        rv_li(&code, A1, 9);
        rv_li(&code, A2, M + 256);
        rv_li(&code, A3, topics);
        rv_service(&code, 0xA0);
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_EQ(kit_price(k, 0), 375 + 375 * topics + 8 * 9);
        struct state *s = kit_state(k);
        EXPECT_EQ(state_log_count(s), 1);
        const struct state_log *l = state_log_at(s, 0);
        address a = kit_at(1);
        EXPECT_BYTES(&l->emitter, &a, sizeof a);
        EXPECT_EQ(l->topic_count, topics);
        EXPECT_EQ(l->data_size, 9);
        EXPECT_BYTES(state_log_data(s, l).p, "some data", 9);
        for (u32 i = 0; i < topics; i++) {
            for (u32 j = 0; j < 32; j++) {
                EXPECT_EQ(l->topic[i].b[j], 4 * i + j / 8 + 1);
            }
        }
    }
    kit_free(k);
}

TEST(abi_world, more_than_4_topics_are_a_bad_argument)
{
    static const u64 counts[] = {5, 6, 1ull << 32, ~0ull};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(counts); i++) {
        kit_probe(k, NULL, 0xA0, ARGUMENTS(M, 0, M, counts[i]));
        EXPECT_HALTED(k, "bad_argument");
    }
    kit_free(k);
}

// ---- status and the created address

TEST(abi_world, status_tells_of_the_last_call_or_creation)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    EVM(&code, OP_STOP);
    (void)kit_evm(k, 2, &code);
    evm_revert(&code, 0, 0);
    (void)kit_evm(k, 3, &code);
    EVM(&code, OP_INVALID);
    (void)kit_evm(k, 4, &code);
    rv_service(&code, 0x02); // none yet
    for (u8 i = 2; i <= 4; i++) {
        put_call(&code, 0xF1, kit_at(i), 0);
        rv_service(&code, 0x02);
    }
    put_call(&code, 0xF1, kit_at(2), 1); // no balance
    rv_service(&code, 0x02);
    rv_service(&code, 0x02); // as long as there is no other
    put_call(&code, 0xFA, (address){{[19] = 1}}, 0);
    rv_service(&code, 0x02);
    put_create(&code, 0, M, 1);
    rv_service(&code, 0x02);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    static const u64 expected[] = {0, 0, 1, 2, 3, 3, 0, 0};
    u32 n = 0;
    for (usize i = 0; i < k->service_count; i++) {
        if (k->service[i].id == 0x02) {
            EXPECT_EQ(k->service[i].after[A0], expected[n++]);
        }
    }
    EXPECT_EQ(n, COUNT_OF(expected));
    kit_free(k);
}

TEST(abi_world, a_failing_precompile_has_halted)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_call(&code, 0xFA, (address){{[19] = 1}}, 0, rv_range(M, 128)); // ecrecover costs 3,000
    rv_service(&code, 0x02);
    rv_service(&code, 0x3D);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_call(k, a, BYTES_NONE, 3000);
    u64 spent = 3000 - (u64)k->service[0].cycles / 4 + 100 + 12;
    kit_call(k, a, BYTES_NONE, spent + 3000 + 40);
    EXPECT_EQ(k->frame[1].begin.kind, INSPECT_PRECOMPILE);
    EXPECT_FRAME_HALTED(k, 1, "out_of_gas");
    EXPECT_EQ(k->service[1].after[A0], 2);
    EXPECT_EQ(k->service[2].after[A0], 0);
    kit_call(k, a, BYTES_NONE, spent + 3000 + 100);
    EXPECT_EQ(k->service[1].after[A0], 0);
    kit_free(k);
}

TEST(abi_world, return_create_address_tells_the_last_successful_creation)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_li(&code, A0, M);
    rv_service(&code, 0x01); // none yet
    put_create(&code, 0, M + 512, 1);
    rv_li(&code, A0, M + 32);
    rv_service(&code, 0x01);
    put_call(&code, 0xF1, kit_at(9), 0); // a call changes nothing
    rv_li(&code, A0, M + 64);
    rv_service(&code, 0x01);
    rv_poke(&code, M + 512, 0xFE);
    put_create(&code, 0, M + 512, 1); // halts
    rv_li(&code, A0, M + 96);
    rv_service(&code, 0x01);
    rv_return(&code, M, 128);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    static const u8 none[20] = {0};
    EXPECT_BYTES(k->r.output.p, none, 20);
    EXPECT_BYTES(k->r.output.p + 32, &k->frame[1].begin.to, 20);
    EXPECT_BYTES(k->r.output.p + 64, &k->frame[1].begin.to, 20);
    EXPECT_BYTES(k->r.output.p + 96, none, 20);
    EXPECT(kit_exists(k, k->frame[1].begin.to));
    kit_free(k);
}

TEST(abi_world, a_reverting_constructor_leaves_return_data_and_no_address)
{
    struct kit *k = kit_new();
    struct buf init = {0};
    evm_revert(&init, 0, 77);
    struct buf code = {0};
    rv_poke_bytes(&code, M + 512, buf_bytes(&init));
    put_create(&code, 0, M + 512, init.n);
    rv_service(&code, 0x3D);
    rv_service(&code, 0x02);
    rv_li(&code, A0, M);
    rv_service(&code, 0x01);
    rv_return(&code, M, 20);
    kit_rv_run(k, &code);
    EXPECT_EQ(k->service[1].after[A0], 77);
    EXPECT_EQ(k->service[2].after[A0], 1);
    static const u8 none[20] = {0};
    EXPECT_BYTES(k->r.output.p, none, 20);
    buf_fini(&init);
    kit_free(k);
}

TEST(abi_world, a_successful_creation_leaves_no_return_data)
{
    struct kit *k = kit_new();
    struct buf init = {0};
    evm_return(&init, 0, 64);
    struct buf code = {0};
    rv_poke_bytes(&code, M, buf_bytes(&init));
    put_create(&code, 0, M, init.n);
    rv_service(&code, 0x3D);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_EQ(k->service[1].after[A0], 0);
    EXPECT_EQ(kit_code_of(k, k->frame[1].begin.to).n, 64);
    buf_fini(&init);
    kit_free(k);
}

TEST(abi_world, addresses_of_creations_are_ethereums)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    put_create(&code, 3, M, 2);
    rv_poke(&code, M + 64, 0x5A5A);
    rv_li(&code, A0, 4);
    rv_li(&code, A1, M);
    rv_li(&code, A2, 2);
    rv_li(&code, A3, M + 64);
    rv_service(&code, 0xF5);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_balance(k, a, 100);
    kit_nonce(k, a, 7);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->frame_count, 3);
    b256 hash;
    u8 rlp[23] = {0xD6, 0x94};
    copy_bytes(rlp + 2, a.b, 20);
    rlp[22] = 7;
    keccak256(&hash, rlp, sizeof rlp);
    EXPECT_BYTES(&k->frame[1].begin.to, hash.b + 12, 20);
    static const u8 init[2] = {0, 0};
    keccak256(&hash, init, sizeof init);
    u8 text[85] = {0xFF};
    copy_bytes(text + 1, a.b, 20);
    text[21] = 0x5A;
    text[22] = 0x5A;
    copy_bytes(text + 53, hash.b, 32);
    keccak256(&hash, text, sizeof text);
    EXPECT_BYTES(&k->frame[2].begin.to, hash.b + 12, 20);
    EXPECT_EQ(kit_balance_of(k, k->frame[1].begin.to), 3);
    EXPECT_EQ(kit_balance_of(k, k->frame[2].begin.to), 4);
    EXPECT_EQ(account_nonce(state_account(kit_state(k), &a)), 9);
    kit_free(k);
}

TEST(abi_world, a_collision_takes_the_gas_and_has_halted)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    for (u32 i = 0; i < 2; i++) {
        rv_li(&code, A0, 0);
        rv_li(&code, A1, M);
        rv_li(&code, A2, 1);
        rv_li(&code, A3, M + 64);
        rv_service(&code, 0xF5);
        rv_service(&code, 0x02);
    }
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_EQ(k->service[1].after[A0], 0);
    EXPECT_EQ(k->service[3].after[A0], 2);
    EXPECT(kit_price(k, 2) > 90000000);
    kit_free(k);
}

// ---- selfdestruct

TEST(abi_world, selfdestruct_sends_the_balance_and_ends)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_addr3(&code, A0, kit_at(2));
    rv_service(&code, 0xFF);
    rv_service(&code, 0xFE); // not reached
    address a = kit_rv(k, 1, &code);
    kit_balance(k, a, 55);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->r.output.n, 0);
    EXPECT_EQ(kit_balance_of(k, kit_at(2)), 55);
    EXPECT(kit_exists(k, a)); // EIP-6780: it is not new
    EXPECT(kit_code_of(k, a).n > 0);
    k->fork = FORK_SHANGHAI;
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_SUCCESS(k);
    EXPECT(!kit_exists(k, a));
    kit_free(k);
}

TEST(abi_world, a_new_contract_that_destroys_itself_is_deleted)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_addr3(&code, A0, kit_at(2));
    rv_service(&code, 0xFF);
    struct buf image = {0};
    rv_image(&image, buf_bytes(&code));
    struct buf init = {0};
    rv_container(&init, buf_bytes(&image), BYTES_NONE);
    struct vm_message m = {.is_create = true,
                           .from = KIT_ALICE,
                           .value = u256_from_u64(9),
                           .input = buf_bytes(&init),
                           .gas = KIT_GAS};
    kit_run(k, &m);
    EXPECT_SUCCESS(k);
    EXPECT(!kit_exists(k, k->r.created));
    EXPECT_EQ(kit_balance_of(k, kit_at(2)), 9);
    buf_fini(&code);
    buf_fini(&image);
    buf_fini(&init);
    kit_free(k);
}

// ---- static frames

// The halt of kit_at(2), which runs a probe, under a static call of kit_at(1).
static const char *static_halt(struct kit *k, u32 id, const u64 arguments[8], bool deeper)
{
    struct buf code = {0};
    kit_put_probe(&code, id, arguments);
    rv_end(&code);
    address callee = kit_rv(k, 2, &code);
    kit_balance(k, callee, 1000);
    put_call(&code, 0xF1, callee, 0);
    rv_end(&code);
    address between = kit_rv(k, 3, &code);
    evm_call(&code, OP_STATICCALL, deeper ? between : callee, 0, rv_range(0, 0));
    kit_call(k, kit_evm(k, 1, &code), BYTES_NONE, KIT_GAS);
    return halt_name(k->frame[1 + deeper].end.halt);
}

#define SELF 0xCDCECFD0D1D2D302u, 0xC5C6C7C8C9CACBCCu, 0xC1C2C3C4u

TEST(abi_world, static_frames_refuse_what_evm_static_frames_refuse)
{
    static const struct {
        u8 id;
        u64 arguments[8];
    } refused[] = {
        {0x55, {0}},       {0x5D, {0}},          {0xA0, {M, 0, M, 0}}, {0xA0, {M, 9, M, 4}},
        {0xF0, {0, M, 0}}, {0xF5, {0, M, 0, M}}, {0xFF, {0}},          {0xF1, {SELF, 1, M, 0}}};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(refused); i++) {
        for (u32 deeper = 0; deeper < 2; deeper++) { // a plain call passes it on
            EXPECT_STR(static_halt(k, refused[i].id, refused[i].arguments, deeper),
                       "static_violation");
        }
    }
    kit_free(k);
}

TEST(abi_world, static_frames_may_do_all_the_rest)
{
    static const struct {
        u8 id;
        u64 arguments[8];
    } allowed[] = {{0x54, {0}}, {0x5C, {0}}, {0x31, {0}},          {0x06, {1}},
                   {0x04, {0}}, {0xF3, {0}}, {0xF4, {0}},          {0xFA, {0}},
                   {0x20, {0}}, {0x3F, {0}}, {0xF1, {0, 0, 0, 0}}, {0x3C, {0}}};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(allowed); i++) {
        for (u32 deeper = 0; deeper < 2; deeper++) {
            EXPECT_STR(static_halt(k, allowed[i].id, allowed[i].arguments, deeper), "none");
        }
    }
    kit_free(k);
}
