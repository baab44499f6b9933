// SPDX-License-Identifier: MIT
// Ethash. Names and constants are those of the yellow paper's appendix J.
#include "core/chain/ethash.h"

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

#define EPOCH_BLOCKS 30000u
#define HASH_BYTES 64u
#define HASH_WORDS 16u
#define MIX_BYTES 128u
#define MIX_WORDS 32u
#define CACHE_ROUNDS 3u
#define PARENTS 256u
#define ACCESSES 64u
#define NO_EPOCH (~(u64)0)

struct node {
    u32 word[HASH_WORDS];
};

struct ethash {
    u64 epoch;
    struct node *cache;
    u32 cache_count;
    u64 data_size; // bytes of the data set
};

struct ethash *ethash_new(void)
{
    struct ethash *e = mem_zalloc(sizeof *e);
    e->epoch = NO_EPOCH;
    return e;
}

void ethash_free(struct ethash *e)
{
    if (e != NULL) {
        mem_free(e->cache);
        mem_free(e);
    }
}

// Keccak-512 with the original padding, of less than 72 bytes: one block.
static void keccak512(u8 out[64], const void *p, usize n)
{
    u64 lanes[25] = {0};
    u8 block[72] = {0};
    copy_bytes(block, p, n);
    block[n] = 0x01;
    block[71] |= 0x80;
    for (u32 i = 0; i < 9; i++) {
        lanes[i] = load_le64(block + (usize)i * 8);
    }
    keccak_f1600(lanes);
    copy_bytes(out, lanes, 64);
}

static void hash_node(struct node *n)
{
    keccak512((u8 *)n->word, n->word, sizeof n->word);
}

static u32 fnv(u32 a, u32 b)
{
    return a * 0x01000193u ^ b;
}

static bool is_prime(u64 n)
{
    for (u64 d = 3; d * d <= n; d += 2) {
        if (n % d == 0) {
            return false;
        }
    }
    return n % 2 != 0;
}

// The largest size with a prime number of items at or below a bound that grows by the epoch.
static u64 size_of(u64 first, u64 growth, u64 epoch, u64 item)
{
    u64 size = first + growth * epoch - item;
    while (!is_prime(size / item)) {
        size -= 2 * item;
    }
    return size;
}

void ethash_seed(b256 *out, u64 number)
{
    *out = (b256){{0}};
    for (u64 i = 0; i < number / EPOCH_BLOCKS; i++) {
        keccak256(out, out->b, sizeof out->b);
    }
}

static void make_cache(struct ethash *e, u64 epoch)
{
    b256 seed;
    ethash_seed(&seed, epoch * EPOCH_BLOCKS);
    u64 size = size_of(1u << 24, 1u << 17, epoch, HASH_BYTES);
    e->data_size = size_of(1u << 30, 1u << 23, epoch, MIX_BYTES);
    e->cache_count = (u32)(size / HASH_BYTES);
    e->cache = mem_realloc(e->cache, size);
    e->epoch = epoch;
    keccak512((u8 *)e->cache[0].word, seed.b, sizeof seed.b);
    for (u32 i = 1; i < e->cache_count; i++) {
        e->cache[i] = e->cache[i - 1];
        hash_node(&e->cache[i]);
    }
    for (u32 round = 0; round < CACHE_ROUNDS; round++) { // Lerner's RandMemoHash
        for (u32 i = 0; i < e->cache_count; i++) {
            u32 before = (i + e->cache_count - 1) % e->cache_count;
            u32 other = e->cache[i].word[0] % e->cache_count;
            struct node mixed;
            for (u32 k = 0; k < HASH_WORDS; k++) {
                mixed.word[k] = e->cache[before].word[k] ^ e->cache[other].word[k];
            }
            hash_node(&mixed);
            e->cache[i] = mixed;
        }
    }
}

static struct node data_item(const struct ethash *e, u32 index)
{
    struct node mix = e->cache[index % e->cache_count];
    mix.word[0] ^= index;
    hash_node(&mix);
    for (u32 i = 0; i < PARENTS; i++) {
        u32 parent = fnv(index ^ i, mix.word[i % HASH_WORDS]) % e->cache_count;
        for (u32 k = 0; k < HASH_WORDS; k++) {
            mix.word[k] = fnv(mix.word[k], e->cache[parent].word[k]);
        }
    }
    hash_node(&mix);
    return mix;
}

static void hashimoto(const struct ethash *e, const b256 *header_hash, const u8 nonce[8],
                      b256 *mix_out, b256 *result)
{
    u8 text[40];
    u8 seed[64 + 32];
    copy_bytes(text, header_hash->b, 32);
    store_le64(text + 32, load_be64(nonce));
    keccak512(seed, text, sizeof text);
    u32 mix[MIX_WORDS];
    copy_bytes(mix, seed, 64);
    copy_bytes(mix + HASH_WORDS, seed, 64);
    u32 first = load_le32(seed);
    u32 rows = (u32)(e->data_size / MIX_BYTES);
    for (u32 i = 0; i < ACCESSES; i++) {
        u32 row = fnv(i ^ first, mix[i % MIX_WORDS]) % rows;
        for (u32 half = 0; half < 2; half++) {
            struct node item = data_item(e, row * 2 + half);
            for (u32 k = 0; k < HASH_WORDS; k++) {
                u32 *w = &mix[half * HASH_WORDS + k];
                *w = fnv(*w, item.word[k]);
            }
        }
    }
    for (u32 i = 0; i < MIX_WORDS; i += 4) {
        u32 w = fnv(fnv(fnv(mix[i], mix[i + 1]), mix[i + 2]), mix[i + 3]);
        store_le32(mix_out->b + i, w);
    }
    copy_bytes(seed + 64, mix_out->b, 32);
    keccak256(result, seed, sizeof seed);
}

bool ethash_verify(struct ethash *e, u64 number, const b256 *header_hash, const b256 *mix_hash,
                   const u8 nonce[8], const u256 *difficulty)
{
    if (e->epoch != number / EPOCH_BLOCKS) {
        make_cache(e, number / EPOCH_BLOCKS);
    }
    b256 mix;
    b256 result;
    hashimoto(e, header_hash, nonce, &mix, &result);
    if (!b256_equal(&mix, mix_hash) || u256_is_zero(*difficulty)) {
        return false;
    }
    // result <= 2^256 / difficulty: floor((2^256 - 1) / d) is it but for powers of two, where it is
    // one less.
    u256 most = u256_div(u256_max(), *difficulty);
    return !u256_gt(u256_from_b256(result), most);
}
