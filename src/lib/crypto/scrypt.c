// SPDX-License-Identifier: MIT
// scrypt (RFC 7914). libcrypto does it, but holds to the RFC's bound N < 2^(16 r), which key files
// with r = 1 and N = 2^18 do not: programs of the first years wrote them, and the published vectors
// of key files have one. For these alone the mixing is done here; in the tests both ways agree.
#include <openssl/evp.h>

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/crypto/secret.h"

#define WORDS 16u // of a block of Salsa20

static u32 rotate(u32 v, u32 n)
{
    return v << n | v >> (32 - n);
}

static void quarter(u32 *a, u32 *b, u32 *c, u32 *d)
{
    *b ^= rotate(*a + *d, 7);
    *c ^= rotate(*b + *a, 9);
    *d ^= rotate(*c + *b, 13);
    *a ^= rotate(*d + *c, 18);
}

static void salsa20_8(u32 x[WORDS])
{
    u32 s[WORDS];
    copy_bytes(s, x, sizeof s);
    for (u32 i = 0; i < 4; i++) {
        quarter(&s[0], &s[4], &s[8], &s[12]); // columns
        quarter(&s[5], &s[9], &s[13], &s[1]);
        quarter(&s[10], &s[14], &s[2], &s[6]);
        quarter(&s[15], &s[3], &s[7], &s[11]);
        quarter(&s[0], &s[1], &s[2], &s[3]); // rows
        quarter(&s[5], &s[6], &s[7], &s[4]);
        quarter(&s[10], &s[11], &s[8], &s[9]);
        quarter(&s[15], &s[12], &s[13], &s[14]);
    }
    for (u32 i = 0; i < WORDS; i++) {
        x[i] += s[i];
    }
}

// scryptBlockMix: 2 * block blocks; `out` is another place.
static void mix_blocks(u32 *out, const u32 *in, u32 block)
{
    u32 x[WORDS];
    copy_bytes(x, in + (2 * (usize)block - 1) * WORDS, sizeof x);
    for (u32 i = 0; i < 2 * block; i++) {
        for (u32 k = 0; k < WORDS; k++) {
            x[k] ^= in[(usize)i * WORDS + k];
        }
        salsa20_8(x);
        u32 to = i / 2 + (i % 2) * block; // even ones first
        copy_bytes(out + (usize)to * WORDS, x, sizeof x);
    }
}

// scryptROMix of one part; `memory` has room for cost + 1 of them. The host is little-endian, as
// the words are.
static void mix_part(u32 *part, u32 *memory, u64 cost, u32 block)
{
    usize words = 2 * (usize)block * WORDS;
    u32 *next = memory + cost * words;
    for (u64 i = 0; i < cost; i++) {
        copy_bytes(memory + i * words, part, 4 * words);
        mix_blocks(next, part, block);
        copy_bytes(part, next, 4 * words);
    }
    for (u64 i = 0; i < cost; i++) {
        u64 j = load_le64(part + (2 * (usize)block - 1) * WORDS) & (cost - 1);
        for (usize k = 0; k < words; k++) {
            part[k] ^= memory[j * words + k];
        }
        mix_blocks(next, part, block);
        copy_bytes(part, next, 4 * words);
    }
}

void crypto_scrypt_loose(u8 *out, usize n, bytes password, bytes salt, const struct scrypt_cost *c)
{
    usize words = 2 * (usize)c->block * WORDS;
    usize parts_size = 4 * words * c->parallel;
    usize memory_size = 4 * words * (c->cost + 1);
    u32 *parts = mem_alloc(parts_size);
    u32 *memory = mem_alloc(memory_size);
    crypto_pbkdf2_sha256((u8 *)parts, parts_size, password, salt, 1);
    for (u32 i = 0; i < c->parallel; i++) {
        mix_part(parts + i * words, memory, c->cost, c->block);
    }
    crypto_pbkdf2_sha256(out, n, password, (bytes){(u8 *)parts, parts_size}, 1);
    crypto_wipe(parts, parts_size);
    crypto_wipe(memory, memory_size);
    mem_free(parts);
    mem_free(memory);
}

bool crypto_scrypt(u8 *out, usize n, bytes password, bytes salt, const struct scrypt_cost *c)
{
    bool is_power = c->cost > 1 && (c->cost & (c->cost - 1)) == 0;
    u64 memory = 128 * (u64)c->block * c->cost;
    if (!is_power || c->block == 0 || c->parallel == 0 || c->cost > UINT32_MAX ||
        c->block > 1u << 20 || memory > c->memory_max) {
        return false;
    }
    if (c->block < 4 && c->cost >> (16 * c->block) != 0) {
        crypto_scrypt_loose(out, n, password, salt, c);
        return true;
    }
    return EVP_PBE_scrypt((const char *)password.p, password.n, salt.p, salt.n, c->cost, c->block,
                          c->parallel, c->memory_max, out, n) == 1;
}
