// SPDX-License-Identifier: MIT
// A trie's root without the trie: sorted items fall into nodes by their common nibbles, each node
// is encoded once its children are. Recursion is as deep as keys have nibbles.
#include "core/trie/root.h"

#include "lib/base/buf.h"
#include "lib/base/bytes.h"
#include "lib/base/sort.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"

const b256 TRIE_EMPTY_ROOT = {{0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6, 0xff, 0x83, 0x45,
                               0xe6, 0x92, 0xc0, 0xf8, 0x6e, 0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c,
                               0xad, 0xc0, 0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21}};

static i32 compare_items(const void *x, const void *y)
{
    const bytes a = ((const struct trie_item *)x)->key;
    const bytes b = ((const struct trie_item *)y)->key;
    usize n = a.n < b.n ? a.n : b.n;
    i32 order = n > 0 ? __builtin_memcmp(a.p, b.p, n) : 0;
    return order != 0 ? order : a.n < b.n ? -1 : a.n > b.n;
}

static usize nibble_count(bytes key)
{
    return key.n * 2;
}

static u8 nibble(bytes key, usize i)
{
    return i % 2 == 0 ? key.p[i / 2] >> 4 : key.p[i / 2] & 15;
}

// Hex-prefix encoding of nibbles [from, to) (yellow paper, appendix C).
static void put_path(struct buf *out, bytes key, usize from, usize to, bool is_leaf)
{
    u8 path[1 + 64];
    bool odd = (to - from) % 2 != 0;
    usize n = 0;
    path[n++] = (u8)((is_leaf ? 0x20 : 0) | (odd ? 0x10 | nibble(key, from) : 0));
    for (usize i = from + odd; i < to; i += 2) {
        path[n++] = (u8)(nibble(key, i) << 4 | nibble(key, i + 1));
    }
    rlp_put_bytes(out, path, n);
}

static void put_node(struct buf *out, const struct trie_item *items, usize count, usize depth);

// A child as its parent holds it: itself if its code is shorter than 32 bytes, else its hash.
static void put_child(struct buf *out, const struct trie_item *items, usize count, usize depth)
{
    struct buf node = {0};
    put_node(&node, items, count, depth);
    if (node.n < 32) {
        buf_put(out, node.p, node.n);
    } else {
        b256 hash;
        keccak256(&hash, node.p, node.n);
        rlp_put_bytes(out, hash.b, sizeof hash.b);
    }
    buf_fini(&node);
}

static void put_branch(struct buf *out, const struct trie_item *items, usize count, usize depth)
{
    usize list = rlp_begin_list(out);
    usize at = nibble_count(items[0].key) == depth ? 1 : 0; // the item that ends here is the first
    usize first = at;
    for (u8 digit = 0; digit < 16; digit++) {
        usize end = at;
        while (end < count && nibble(items[end].key, depth) == digit) {
            end++;
        }
        if (end == at) {
            rlp_put_bytes(out, NULL, 0);
        } else {
            put_child(out, items + at, end - at, depth + 1);
        }
        at = end;
    }
    rlp_put_bytes(out, items[0].value.p, first == 1 ? items[0].value.n : 0);
    rlp_end_list(out, list);
}

static void put_node(struct buf *out, const struct trie_item *items, usize count, usize depth)
{
    bytes low = items[0].key;
    bytes high = items[count - 1].key;
    if (count == 1) {
        usize list = rlp_begin_list(out);
        put_path(out, low, depth, nibble_count(low), true);
        rlp_put_bytes(out, items[0].value.p, items[0].value.n);
        rlp_end_list(out, list);
        return;
    }
    usize common = depth; // of the first and the last of sorted keys is common to all
    while (common < nibble_count(low) && common < nibble_count(high) &&
           nibble(low, common) == nibble(high, common)) {
        common++;
    }
    if (common == depth) {
        put_branch(out, items, count, depth);
        return;
    }
    usize list = rlp_begin_list(out);
    put_path(out, low, depth, common, false);
    put_child(out, items, count, common);
    rlp_end_list(out, list);
}

void trie_root(b256 *out, struct trie_item *items, usize count)
{
    if (count == 0) {
        *out = TRIE_EMPTY_ROOT;
        return;
    }
    sort_items(items, count, sizeof *items, compare_items);
    struct buf node = {0};
    put_node(&node, items, count, 0);
    keccak256(out, node.p, node.n);
    buf_fini(&node);
}
