// SPDX-License-Identifier: MIT
// The kernels of kernels.h. Free-standing; static memory only, so that the host's and the machine's
// compilers see the same program.
#include "bench/rv/kernels.h"

#include "lib/base/cc.h"

static u32 rotate_32(u32 v, u32 n)
{
    return v >> n | v << (32 - n);
}

static u64 rotate_64(u64 v, u32 n)
{
    return n == 0 ? v : v << n | v >> (64 - n);
}

// ---- fib
// -----------------------------------------------------------------------------------------

static NOINLINE u64 fib(u64 n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

u64 kernel_fib(u64 rounds)
{
    volatile u64 n = 18;
    u64 sum = 0;
    while (rounds-- > 0) {
        sum += fib(n);
    }
    return sum;
}

// ---- sieve
// ---------------------------------------------------------------------------------------

#define SIEVE_SIZE 65536u

u64 kernel_sieve(u64 rounds)
{
    static u8 composite[SIEVE_SIZE];
    u64 primes = 0;
    while (rounds-- > 0) {
        for (u32 i = 0; i < SIEVE_SIZE; i++) {
            composite[i] = 0;
        }
        for (u32 i = 2; i < SIEVE_SIZE; i++) {
            if (composite[i]) {
                continue;
            }
            primes++;
            for (u32 k = 2 * i; k < SIEVE_SIZE; k += i) {
                composite[k] = 1;
            }
        }
    }
    return primes;
}

// ---- sort
// ----------------------------------------------------------------------------------------

#define SORT_SIZE 2048

static NOINLINE void quicksort(u32 *v, i32 lo, i32 hi)
{
    while (lo < hi) {
        u32 pivot = v[(lo + hi) / 2];
        i32 i = lo, k = hi;
        while (i <= k) {
            while (v[i] < pivot) {
                i++;
            }
            while (v[k] > pivot) {
                k--;
            }
            if (i <= k) {
                u32 t = v[i];
                v[i++] = v[k];
                v[k--] = t;
            }
        }
        quicksort(v, lo, k);
        lo = i;
    }
}

u64 kernel_sort(u64 rounds)
{
    static u32 v[SORT_SIZE];
    u64 state = 88172645463325252, sum = 0;
    while (rounds-- > 0) {
        for (u32 i = 0; i < SORT_SIZE; i++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            v[i] = (u32)state;
        }
        quicksort(v, 0, SORT_SIZE - 1);
        sum += v[SORT_SIZE / 2];
    }
    return sum;
}

// ---- sha256
// --------------------------------------------------------------------------------------

static NOINLINE void sha256_block(u32 h[8], const u32 block[16], const u32 k[64])
{
    u32 w[64];
    for (u32 i = 0; i < 64; i++) {
        if (i < 16) {
            w[i] = block[i];
            continue;
        }
        u32 a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (rotate_32(a, 7) ^ rotate_32(a, 18) ^ a >> 3) +
               (rotate_32(b, 17) ^ rotate_32(b, 19) ^ b >> 10);
    }
    u32 s[8];
    for (u32 i = 0; i < 8; i++) {
        s[i] = h[i];
    }
    u32 a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], last = s[7];
    for (u32 i = 0; i < 64; i++) {
        u32 t = last + (rotate_32(e, 6) ^ rotate_32(e, 11) ^ rotate_32(e, 25)) +
                ((e & f) ^ (~e & g)) + k[i] + w[i];
        u32 u =
            (rotate_32(a, 2) ^ rotate_32(a, 13) ^ rotate_32(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        last = g, g = f, f = e, e = d + t;
        d = c, c = b, b = a, a = t + u;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d;
    h[4] += e, h[5] += f, h[6] += g, h[7] += last;
}

u64 kernel_sha256(u64 rounds)
{
    static u32 k[64];
    u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    u32 block[16] = {0};
    for (u32 i = 0; i < 64; i++) {
        k[i] = i * 0x9E3779B9u ^ i << 7;
    }
    while (rounds-- > 0) {
        block[0] = h[0];
        sha256_block(h, block, k);
    }
    return h[0];
}

// ---- keccak
// --------------------------------------------------------------------------------------

static NOINLINE void keccak_f(u64 s[25])
{
    u64 lfsr = 1;
    for (u32 round = 0; round < 24; round++) {
        u64 c[5], b[25];
        for (u32 x = 0; x < 5; x++) {
            c[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
        }
        for (u32 x = 0; x < 5; x++) {
            u64 d = c[(x + 4) % 5] ^ rotate_64(c[(x + 1) % 5], 1);
            for (u32 y = 0; y < 25; y += 5) {
                s[x + y] ^= d;
            }
        }
        u32 x = 1, y = 0;
        b[0] = s[0];
        for (u32 t = 0; t < 24; t++) {
            u32 next = (2 * x + 3 * y) % 5;
            b[y + 5 * next] = rotate_64(s[x + 5 * y], (t + 1) * (t + 2) / 2 % 64);
            x = y;
            y = next;
        }
        for (u32 row = 0; row < 25; row += 5) {
            for (u32 i = 0; i < 5; i++) {
                s[row + i] = b[row + i] ^ (~b[row + (i + 1) % 5] & b[row + (i + 2) % 5]);
            }
        }
        lfsr = lfsr << 1 ^ (lfsr >> 7 & 1) * 0x171;
        s[0] ^= lfsr;
    }
}

u64 kernel_keccak(u64 rounds)
{
    u64 s[25] = {1};
    while (rounds-- > 0) {
        keccak_f(s);
    }
    return s[0];
}

// ---- mulmod
// --------------------------------------------------------------------------------------

// r = a * b modulo 2^256 - 0x1000003D1, not fully reduced.
static NOINLINE void mul_mod(u64 r[4], const u64 a[4], const u64 b[4])
{
    const u64 fold = 0x1000003D1;
    u64 t[8] = {0};
    for (u32 i = 0; i < 4; i++) {
        u64 carry = 0;
#pragma GCC unroll 4
        for (u32 k = 0; k < 4; k++) {
            u128 v = (u128)a[i] * b[k] + t[i + k] + carry;
            t[i + k] = (u64)v;
            carry = (u64)(v >> 64);
        }
        t[i + 4] = carry;
    }
    u64 carry = 0;
#pragma GCC unroll 4
    for (u32 k = 0; k < 4; k++) {
        u128 v = (u128)t[4 + k] * fold + t[k] + carry;
        t[k] = (u64)v;
        carry = (u64)(v >> 64);
    }
    u128 v = (u128)carry * fold;
#pragma GCC unroll 4
    for (u32 k = 0; k < 4; k++) {
        v += t[k];
        r[k] = (u64)v;
        v >>= 64;
    }
    r[0] += (u64)v * fold;
}

u64 kernel_mulmod(u64 rounds)
{
    const u64 a[4] = {0x59F2815B16F81798, 0x029BFCDB2DCE28D9, 0x55A06295CE870B07,
                      0x79BE667EF9DCBBAC};
    u64 x[4] = {3, 5, 7, 9};
    while (rounds-- > 0) {
        mul_mod(x, x, a);
    }
    return x[0];
}

// ---- copy
// ----------------------------------------------------------------------------------------

#define COPY_WORDS 4096

static NOINLINE void copy_words(u64 *to, const u64 *from, u64 count)
{
    for (u64 i = 0; i < count; i++) {
        to[i] = from[i];
        __asm__ volatile("" ::: "memory"); // word by word, not by a library function
    }
}

u64 kernel_copy(u64 rounds)
{
    static u64 words[2 * COPY_WORDS];
    words[77] = 1;
    while (rounds-- > 0) {
        copy_words(words + COPY_WORDS, words, COPY_WORDS);
        words[77] += words[COPY_WORDS + 77];
    }
    return words[77];
}

// ---- bytecode
// ------------------------------------------------------------------------------------

enum { PUSH, ADD, MUL, LOAD, STORE, XOR, DROP, LOOP };

static NOINLINE u64 interpret(const u8 *code, u64 rounds)
{
    u64 stack[16], *sp = stack, local[4] = {1, 2, 3, 4};
    for (u64 pc = 0;;) {
        switch (code[pc++]) {
        case PUSH:
            *sp++ = code[pc++];
            break;
        case ADD:
            sp--;
            sp[-1] += sp[0];
            break;
        case MUL:
            sp--;
            sp[-1] *= sp[0];
            break;
        case LOAD:
            *sp++ = local[code[pc++] & 3];
            break;
        case STORE:
            local[code[pc++] & 3] = *--sp;
            break;
        case XOR:
            sp--;
            sp[-1] ^= sp[0];
            break;
        case DROP:
            sp--;
            break;
        case LOOP:
            if (--rounds == 0) {
                return local[0] + local[1];
            }
            pc = code[pc];
            break;
        default:
            return 0;
        }
    }
}

u64 kernel_bytecode(u64 rounds)
{
    static const u8 code[] = {LOAD, 0,   LOAD, 1, ADD, PUSH,  3, MUL,  STORE, 0,    LOAD, 0, PUSH,
                              77,   XOR, LOAD, 2, ADD, STORE, 1, PUSH, 5,     DROP, LOOP, 0};
    return rounds == 0 ? 0 : interpret(code, rounds);
}

// ---- matrix
// --------------------------------------------------------------------------------------

#define MATRIX 48

u64 kernel_matrix(u64 rounds)
{
    static u64 a[MATRIX][MATRIX], b[MATRIX][MATRIX], c[MATRIX][MATRIX];
    for (u32 i = 0; i < MATRIX; i++) {
        for (u32 k = 0; k < MATRIX; k++) {
            a[i][k] = (i * MATRIX + k) * 7 + 1;
            b[i][k] = (i * MATRIX + k) * 3 + 2;
        }
    }
    while (rounds-- > 0) {
        for (u32 i = 0; i < MATRIX; i++) {
            for (u32 k = 0; k < MATRIX; k++) {
                u64 sum = 0;
                for (u32 m = 0; m < MATRIX; m++) {
                    sum += a[i][m] * b[m][k];
                }
                c[i][k] = sum;
            }
        }
        a[0][0] += c[0][5];
    }
    return a[0][0];
}

// ---- tree
// ----------------------------------------------------------------------------------------

struct node {
    struct node *left, *right;
    u64 value;
};

#define TREE_DEPTH 10

static NOINLINE struct node *grow(struct node **free, u32 depth)
{
    struct node *n = (*free)++;
    n->value = depth;
    n->left = depth == 0 ? NULL : grow(free, depth - 1);
    n->right = depth == 0 ? NULL : grow(free, depth - 1);
    return n;
}

static NOINLINE u64 sum_of(const struct node *n)
{
    return n == NULL ? 0 : n->value + sum_of(n->left) + sum_of(n->right);
}

u64 kernel_tree(u64 rounds)
{
    static struct node nodes[2 << TREE_DEPTH];
    u64 sum = 0;
    while (rounds-- > 0) {
        struct node *free = nodes;
        sum += sum_of(grow(&free, TREE_DEPTH));
    }
    return sum;
}

// ---- pointers
// ------------------------------------------------------------------------------------

static NOINLINE u64 step_add(u64 v)
{
    return v + 0x12345;
}
static NOINLINE u64 step_shift(u64 v)
{
    return v ^ v >> 7;
}
static NOINLINE u64 step_multiply(u64 v)
{
    return v * 5;
}
static NOINLINE u64 step_rotate(u64 v)
{
    return rotate_64(v, 11);
}

u64 kernel_pointers(u64 rounds)
{
    static u64 (*const steps[])(u64) = {step_add, step_shift, step_multiply, step_rotate};
    u64 v = 1;
    while (rounds-- > 0) {
        for (u32 i = 0; i < 64; i++) {
            v = steps[v >> 5 & 3](v);
        }
    }
    return v;
}
