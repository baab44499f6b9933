// SPDX-License-Identifier: MIT
// Transactions: what is signed can be recovered, what is decoded is encoded to the same bytes, and
// what is not a transaction is refused. The official transaction tests are run by test/official.sh.
#include "core/eth/transaction.h"

#include "core/eth/block.h"
#include "lib/base/bytes.h"
#include "lib/codec/rlp.h"
#include "lib/num/u256.h"
#include "test/test.h"

static void fill(struct transaction *t, enum transaction_type type, u64 *random)
{
    *t = (struct transaction){.type = type};
    t->has_chain_id = type != TX_LEGACY || test_random(random) % 2 == 0;
    t->chain_id = u256_from_u64(t->has_chain_id ? 1 + test_random(random) % 100000 : 0);
    t->nonce = test_random(random) >> (test_random(random) % 64);
    t->max_fee = u256_from_u64(test_random(random));
    t->max_priority =
        type >= TX_FEE_MARKET ? u256_from_u64(test_random(random) % 1000) : t->max_fee;
    t->gas_limit = test_random(random) >> 20;
    t->is_create = type < TX_BLOB && test_random(random) % 2 == 0;
    for (u32 i = 0; i < 20 && !t->is_create; i++) {
        t->to.b[i] = (u8)test_random(random);
    }
    t->value = (u256){{test_random(random), test_random(random), 0, 0}};
    for (u64 n = test_random(random) % 100; n > 0; n--) {
        buf_put_u8(&t->data, (u8)test_random(random));
    }
    b256 word = {{[0] = 1, [31] = (u8)test_random(random)}};
    for (u32 i = 0; type >= TX_ACCESS_LIST && i < test_random(random) % 4; i++) {
        transaction_add_access(t, &t->to);
        for (u32 k = 0; k < test_random(random) % 4; k++) {
            transaction_add_key(t, &word);
        }
    }
    t->max_blob_fee = u256_from_u64(type == TX_BLOB ? test_random(random) : 0);
    for (u32 i = 0; type == TX_BLOB && i < 1 + test_random(random) % 5; i++) {
        transaction_add_blob(t, &word);
    }
    struct authorization a = {.chain_id = u256_one(), .nonce = 7, .y_parity = 1, .r = u256_one()};
    a.s = u256_from_u64(test_random(random));
    for (u32 i = 0; type == TX_AUTHORIZATION && i < 1 + test_random(random) % 3; i++) {
        transaction_add_authorization(t, &a);
    }
    t->r = (u256){{test_random(random), 1, 2, 3}};
    t->s = (u256){{test_random(random), 1, 2, 3}};
    t->y_parity = (u8)(test_random(random) % 2);
}

TEST(transaction, decoding_and_encoding_are_inverse_for_all_types)
{
    u64 random = test_seed();
    for (u32 i = 0; i < 500; i++) {
        struct transaction t;
        struct transaction again = {.nonce = 0};
        struct buf wire = {0};
        struct buf twice = {0};
        fill(&t, (enum transaction_type)(i % TX_TYPE_COUNT), &random);
        transaction_encode(&wire, &t);
        EXPECT_EQ(transaction_decode(&again, buf_bytes(&wire)), VERDICT_VALID);
        transaction_encode(&twice, &again);
        EXPECT_EQ(wire.n, twice.n);
        EXPECT_BYTES(wire.p, twice.p, wire.n);
        for (usize n = 0; n < wire.n; n++) { // cut short anywhere it is none
            struct transaction cut = {.nonce = 0};
            EXPECT_NE(transaction_decode(&cut, (bytes){wire.p, n}), VERDICT_VALID);
            transaction_fini(&cut);
        }
        transaction_fini(&t);
        transaction_fini(&again);
        buf_fini(&wire);
        buf_fini(&twice);
    }
}

// The example of EIP-155: chain 1, nonce 9, signed by the key 4646…46.
TEST(transaction, the_example_of_eip_155_has_its_signer)
{
    static const u8 WIRE[] = {
        0xf8, 0x6c, 0x09, 0x85, 0x04, 0xa8, 0x17, 0xc8, 0x00, 0x82, 0x52, 0x08, 0x94, 0x35,
        0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35,
        0x35, 0x35, 0x35, 0x35, 0x35, 0x88, 0x0d, 0xe0, 0xb6, 0xb3, 0xa7, 0x64, 0x00, 0x00,
        0x80, 0x25, 0xa0, 0x28, 0xef, 0x61, 0x34, 0x0b, 0xd9, 0x39, 0xbc, 0x21, 0x95, 0xfe,
        0x53, 0x75, 0x67, 0x86, 0x60, 0x03, 0xe1, 0xa1, 0x5d, 0x3c, 0x71, 0xff, 0x63, 0xe1,
        0x59, 0x06, 0x20, 0xaa, 0x63, 0x62, 0x76, 0xa0, 0x67, 0xcb, 0xe9, 0xd8, 0x99, 0x7f,
        0x76, 0x1a, 0xec, 0xb7, 0x03, 0x30, 0x4b, 0x38, 0x00, 0xcc, 0xf5, 0x55, 0xc9, 0xf3,
        0xdc, 0x64, 0x21, 0x4b, 0x29, 0x7f, 0xb1, 0x96, 0x6a, 0x3b, 0x6d, 0x83,
    };
    static const address SIGNER = {{0x9d, 0x8a, 0x62, 0xf6, 0x56, 0xa8, 0xd1, 0x61, 0x5c, 0x12,
                                    0x94, 0xfd, 0x71, 0xe9, 0xcf, 0xb3, 0xe4, 0x85, 0x5a, 0x4f}};
    struct transaction t = {.nonce = 0};
    address signer;
    EXPECT_EQ(transaction_decode(&t, (bytes){WIRE, sizeof WIRE}), VERDICT_VALID);
    EXPECT_U256(t.chain_id, u256_one());
    EXPECT_EQ(t.nonce, 9);
    EXPECT_EQ(transaction_signer(&signer, &t, true), VERDICT_VALID);
    EXPECT_BYTES(signer.b, SIGNER.b, 20);
    transaction_fini(&t);
}

TEST(transaction, a_parity_that_no_signature_has_is_refused)
{
    u64 random = test_seed();
    struct transaction t;
    address signer;
    fill(&t, TX_FEE_MARKET, &random);
    t.y_parity = 2;
    EXPECT_EQ(transaction_signer(&signer, &t, true), VERDICT_SIGNATURE_INVALID);
    transaction_fini(&t);
}

TEST(block, a_header_is_decoded_as_it_was_encoded_with_any_tail)
{
    u64 random = test_seed();
    for (u32 tail = TAIL_NONE; tail <= TAIL_REQUESTS_HASH; tail++) {
        struct header h = {.tail = tail, .number = test_random(&random), .gas_limit = 5000};
        h.base_fee = u256_from_u64(7);
        h.extra_size = 3;
        h.difficulty = u256_from_u64(test_random(&random));
        struct buf wire = {0};
        struct buf again = {0};
        struct header decoded;
        header_encode(&wire, &h);
        bytes rest = buf_bytes(&wire);
        EXPECT(header_decode(&decoded, &rest));
        EXPECT_EQ(rest.n, 0);
        EXPECT_EQ(decoded.tail, tail);
        header_encode(&again, &decoded);
        EXPECT_BYTES(wire.p, again.p, wire.n);
        buf_fini(&wire);
        buf_fini(&again);
    }
}
