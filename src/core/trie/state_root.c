// SPDX-License-Identifier: MIT
// Collects accounts and slots of a state as trie items. Items refer to one buffer by offset while
// it grows, so pointers are made at the end of each trie.
#include "core/trie/state_root.h"

#include "core/trie/root.h"
#include "lib/base/buf.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

struct collected {
    struct buf data; // of each item: 32 bytes of key, then its value
    usize *ends;     // offset behind each item
    usize count, cap;
};

struct collector {
    struct collected accounts, slots;
    bool has_account;
    const struct account *account; // whose slots come now
};

static void end_item(struct collected *c)
{
    if (c->count == c->cap) {
        c->cap = c->cap == 0 ? 64 : c->cap * 2;
        c->ends = mem_realloc(c->ends, c->cap * sizeof *c->ends);
    }
    c->ends[c->count++] = c->data.n;
}

static void root_of(b256 *out, const struct collected *c)
{
    struct trie_item *items = mem_alloc(c->count * sizeof *items);
    usize at = 0;
    for (usize i = 0; i < c->count; i++) {
        items[i].key = (bytes){c->data.p + at, 32};
        items[i].value = (bytes){c->data.p + at + 32, c->ends[i] - at - 32};
        at = c->ends[i];
    }
    trie_root(out, items, c->count);
    mem_free(items);
}

static void finish_account(struct collector *c)
{
    if (!c->has_account) {
        return;
    }
    b256 storage;
    root_of(&storage, &c->slots);
    buf_clear(&c->slots.data);
    c->slots.count = 0;
    struct buf *out = &c->accounts.data;
    b256 key;
    keccak256(&key, account_address(c->account)->b, 20);
    buf_put(out, key.b, sizeof key.b);
    usize list = rlp_begin_list(out);
    rlp_put_u64(out, account_nonce(c->account));
    rlp_put_u256(out, *account_balance(c->account));
    rlp_put_bytes(out, storage.b, sizeof storage.b);
    rlp_put_bytes(out, account_code_hash(c->account)->b, 32);
    rlp_end_list(out, list);
    end_item(&c->accounts);
}

static void collect_account(void *ctx, const struct account *a, bytes code)
{
    (void)code;
    struct collector *c = ctx;
    finish_account(c);
    c->account = a;
    c->has_account = true;
}

static void collect_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct collector *c = ctx;
    u8 word[32];
    u256_to_be_bytes(word, *key);
    b256 hash;
    keccak256(&hash, word, sizeof word);
    buf_put(&c->slots.data, hash.b, sizeof hash.b);
    rlp_put_u256(&c->slots.data, *value);
    end_item(&c->slots);
}

void state_root(b256 *out, struct state *s)
{
    struct collector c = {.has_account = false};
    struct state_visitor v = {&c, collect_account, collect_slot};
    state_visit(s, &v);
    finish_account(&c);
    root_of(out, &c.accounts);
    buf_fini(&c.accounts.data);
    buf_fini(&c.slots.data);
    mem_free(c.accounts.ends);
    mem_free(c.slots.ends);
}
