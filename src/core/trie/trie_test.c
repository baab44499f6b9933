// SPDX-License-Identifier: MIT
// The trie against the root of all its items made at once, under random puts and deletions; copies,
// order and proofs. The official trie tests are run by test/official.sh.
#include "core/trie/trie.h"

#include "core/trie/commit.h"
#include "core/trie/root.h"
#include "core/trie/state_root.h"
#include "lib/base/bytes.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "test/test.h"

#define KEYS 64u

struct model { // what the trie should hold; value size 0: nothing
    u8 key[KEYS][8];
    u8 key_size[KEYS];
    u8 value[KEYS][80];
    u8 value_size[KEYS];
};

static void make_keys(struct model *m, u64 *random)
{
    for (u32 i = 0; i < KEYS; i++) { // few digits, so that paths share and keys begin other keys
        m->key_size[i] = (u8)(2 + test_random(random) % 3);
        for (u32 k = 0; k < m->key_size[i]; k++) {
            m->key[i][k] = (u8)(test_random(random) % 3 * 0x10 + test_random(random) % 3);
        }
        m->key[i][m->key_size[i]++] = (u8)i; // distinct
    }
}

static void expect_same_root(struct trie *t, const struct model *m)
{
    struct trie_item items[KEYS];
    usize n = 0;
    for (u32 i = 0; i < KEYS; i++) {
        bytes key = {m->key[i], m->key_size[i]};
        bytes value = {m->value[i], m->value_size[i]};
        bytes got = trie_get(t, key);
        EXPECT_EQ(got.n, value.n);
        EXPECT(equal_bytes(got.p, value.p, value.n));
        if (value.n > 0) {
            items[n++] = (struct trie_item){key, value};
        }
    }
    b256 whole;
    b256 kept;
    trie_root(&whole, items, n);
    trie_hash(&kept, t);
    EXPECT_BYTES(whole.b, kept.b, 32);
}

static void change(struct trie *t, struct model *m, u64 *random)
{
    u32 i = (u32)(test_random(random) % KEYS);
    m->value_size[i] = test_random(random) % 3 == 0 ? 0 : (u8)(1 + test_random(random) % 79);
    for (u32 k = 0; k < m->value_size[i]; k++) {
        m->value[i][k] = (u8)test_random(random);
    }
    trie_put(t, (bytes){m->key[i], m->key_size[i]}, (bytes){m->value[i], m->value_size[i]});
}

TEST(trie, root_after_random_changes_is_that_of_what_is_left)
{
    u64 random = test_seed();
    for (u32 round = 0; round < 20; round++) {
        static struct model m;
        m = (struct model){.value_size = {0}};
        struct trie t = {.top = NULL};
        make_keys(&m, &random);
        for (u32 i = 0; i < 300; i++) {
            change(&t, &m, &random);
            if (i % 7 == 0) {
                expect_same_root(&t, &m);
            }
        }
        for (u32 i = 0; i < KEYS; i++) { // to nothing
            m.value_size[i] = 0;
            trie_put(&t, (bytes){m.key[i], m.key_size[i]}, BYTES_NONE);
        }
        EXPECT(t.top == NULL);
        expect_same_root(&t, &m);
    }
}

TEST(trie, a_copy_stays_while_the_other_goes_on)
{
    u64 random = test_seed();
    static struct model m;
    static struct model kept;
    struct trie t = {.top = NULL};
    make_keys(&m, &random);
    for (u32 i = 0; i < 200; i++) {
        change(&t, &m, &random);
    }
    kept = m;
    struct trie copy = trie_copy(&t);
    for (u32 i = 0; i < 200; i++) {
        change(&t, &m, &random);
        expect_same_root(&copy, &kept);
    }
    expect_same_root(&t, &m);
    trie_fini(&t);
    expect_same_root(&copy, &kept);
    trie_fini(&copy);
}

TEST(trie, seek_walks_all_keys_in_order)
{
    u64 random = test_seed();
    static struct model m;
    m = (struct model){.value_size = {0}};
    struct trie t = {.top = NULL};
    make_keys(&m, &random);
    u32 held = 0;
    for (u32 i = 0; i < 200; i++) {
        change(&t, &m, &random);
    }
    for (u32 i = 0; i < KEYS; i++) {
        held += m.value_size[i] > 0;
    }
    struct buf from = {0};
    u32 seen = 0;
    for (;;) {
        struct buf next = {0};
        bytes value = BYTES_NONE;
        bool found = trie_seek(&t, buf_bytes(&from), &next, &value);
        EXPECT(!found || value.n > 0);
        buf_clear(&from);
        buf_put(&from, next.p, next.n);
        buf_put_u8(&from, 0); // strictly after
        buf_fini(&next);
        if (!found) {
            break;
        }
        seen++;
    }
    EXPECT_EQ(seen, held);
    buf_fini(&from);
    trie_fini(&t);
}

struct proof {
    b256 expected; // hash of the node that comes
    bool ok;
    u32 count;
};

// Each node of a proof is hashed in the one before it.
static void check_node(void *ctx, bytes node)
{
    struct proof *p = ctx;
    b256 hash;
    keccak256(&hash, node.p, node.n);
    p->ok = p->ok && (p->count > 0 || b256_equal(&hash, &p->expected));
    p->count++;
}

TEST(trie, a_proof_begins_at_the_root)
{
    u64 random = test_seed();
    struct trie t = {.top = NULL};
    static struct model m;
    make_keys(&m, &random);
    for (u32 i = 0; i < 100; i++) {
        change(&t, &m, &random);
    }
    struct proof p = {.ok = true};
    trie_hash(&p.expected, &t);
    trie_prove(&t, (bytes){m.key[0], m.key_size[0]}, check_node, &p);
    EXPECT(p.ok && p.count > 0);
    trie_fini(&t);
}

TEST(trie, kept_tries_of_a_state_have_the_root_of_the_whole_state)
{
    u64 random = test_seed();
    struct state *s = state_new(NULL);
    struct commitment *c = commitment_new();
    for (u32 round = 0; round < 60; round++) {
        state_begin_transaction(s);
        for (u32 i = 0; i < 12; i++) {
            address at = {{[19] = (u8)(test_random(&random) % 24)}};
            struct account *a = state_account(s, &at);
            struct state_checkpoint before = state_checkpoint(s);
            u256 key = u256_from_u64(test_random(&random) % 8);
            u256 value = u256_from_u64(test_random(&random) % 3);
            state_add_balance(s, a, &value);
            state_sstore(s, a, &key, &value);
            if (test_random(&random) % 9 == 0) {
                state_destroy(s, a);
            }
            if (test_random(&random) % 3 == 0) {
                state_revert(s, before);
            }
        }
        state_end_transaction(s, true);
        b256 kept;
        b256 whole;
        commitment_root(&kept, c, s);
        state_root(&whole, s);
        EXPECT_BYTES(kept.b, whole.b, 32);
        if (round % 20 == 19) { // go on with clones of both
            struct state *clone = state_clone(s);
            struct commitment *tries = commitment_clone(c);
            state_free(s);
            commitment_free(c);
            s = clone;
            c = tries;
        }
    }
    state_free(s);
    commitment_free(c);
}
