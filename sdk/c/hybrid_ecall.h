// SPDX-License-Identifier: MIT
// The types of a contract's interface and the forms of its services: one inline function for each
// shape of arguments and results, around one `ecall` each. A service changes only the registers
// named as its results and memory that it is given, so nothing else is clobbered. The services by
// name are in hybrid.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t limb[4]; // least significant first
} hybrid_u256;

typedef struct {
    uint8_t b[20];
} hybrid_address;

typedef struct {
    const uint8_t *p;
    size_t n;
} hybrid_bytes;

#define HYBRID_INLINE static inline __attribute__((always_inline, unused))
#define HYBRID_REG(name, register_name, value)                                                     \
    register uint64_t name __asm__(register_name) = (uint64_t)(value)

HYBRID_INLINE uint64_t hybrid_load_be64(const void *p)
{
    uint64_t v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_bswap64(v);
}

HYBRID_INLINE void hybrid_store_be64(void *p, uint64_t v)
{
    v = __builtin_bswap64(v);
    __builtin_memcpy(p, &v, sizeof v);
}

HYBRID_INLINE uint32_t hybrid_load_be32(const void *p)
{
    uint32_t v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_bswap32(v);
}

HYBRID_INLINE void hybrid_store_be32(void *p, uint32_t v)
{
    v = __builtin_bswap32(v);
    __builtin_memcpy(p, &v, sizeof v);
}

// The three registers of an address, form addr3: big-endian pieces from the front.
HYBRID_INLINE hybrid_address hybrid_address_of(uint64_t r0, uint64_t r1, uint64_t r2)
{
    hybrid_address a;
    hybrid_store_be64(a.b, r0);
    hybrid_store_be64(a.b + 8, r1);
    hybrid_store_be32(a.b + 16, (uint32_t)r2);
    return a;
}

// ---- no arguments ----
HYBRID_INLINE uint64_t hybrid_get_word(uint64_t id)
{
    HYBRID_REG(t0, "t0", id);
    register uint64_t a0 __asm__("a0");
    __asm__ volatile("ecall" : "=r"(a0) : "r"(t0) : "memory");
    return a0;
}

HYBRID_INLINE hybrid_u256 hybrid_get_u256(uint64_t id)
{
    HYBRID_REG(t0, "t0", id);
    register uint64_t a0 __asm__("a0");
    register uint64_t a1 __asm__("a1");
    register uint64_t a2 __asm__("a2");
    register uint64_t a3 __asm__("a3");
    __asm__ volatile("ecall" : "=r"(a0), "=r"(a1), "=r"(a2), "=r"(a3) : "r"(t0) : "memory");
    return (hybrid_u256){{a0, a1, a2, a3}};
}

HYBRID_INLINE hybrid_address hybrid_get_address(uint64_t id)
{
    HYBRID_REG(t0, "t0", id);
    register uint64_t a0 __asm__("a0");
    register uint64_t a1 __asm__("a1");
    register uint64_t a2 __asm__("a2");
    __asm__ volatile("ecall" : "=r"(a0), "=r"(a1), "=r"(a2) : "r"(t0) : "memory");
    return hybrid_address_of(a0, a1, a2);
}

// ---- words in ----
HYBRID_INLINE uint64_t hybrid_word_of_word(uint64_t id, uint64_t x)
{
    HYBRID_REG(t0, "t0", id);
    HYBRID_REG(a0, "a0", x);
    __asm__ volatile("ecall" : "+r"(a0) : "r"(t0) : "memory");
    return a0;
}

HYBRID_INLINE hybrid_u256 hybrid_u256_of_words(uint64_t id, uint64_t x, uint64_t y)
{
    HYBRID_REG(t0, "t0", id);
    HYBRID_REG(a0, "a0", x);
    HYBRID_REG(a1, "a1", y);
    register uint64_t a2 __asm__("a2");
    register uint64_t a3 __asm__("a3");
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1), "=r"(a2), "=r"(a3) : "r"(t0) : "memory");
    return (hybrid_u256){{a0, a1, a2, a3}};
}

HYBRID_INLINE hybrid_u256 hybrid_u256_of_word(uint64_t id, uint64_t x)
{
    HYBRID_REG(t0, "t0", id);
    HYBRID_REG(a0, "a0", x);
    register uint64_t a1 __asm__("a1");
    register uint64_t a2 __asm__("a2");
    register uint64_t a3 __asm__("a3");
    __asm__ volatile("ecall" : "+r"(a0), "=r"(a1), "=r"(a2), "=r"(a3) : "r"(t0) : "memory");
    return (hybrid_u256){{a0, a1, a2, a3}};
}

HYBRID_INLINE void hybrid_do_words(uint64_t id, uint64_t x, uint64_t y, uint64_t z, uint64_t w)
{
    HYBRID_REG(t0, "t0", id);
    HYBRID_REG(a0, "a0", x);
    HYBRID_REG(a1, "a1", y);
    HYBRID_REG(a2, "a2", z);
    HYBRID_REG(a3, "a3", w);
    __asm__ volatile("ecall" : : "r"(t0), "r"(a0), "r"(a1), "r"(a2), "r"(a3) : "memory");
}

__attribute__((noreturn)) HYBRID_INLINE void hybrid_end_words(uint64_t id, uint64_t x, uint64_t y)
{
    HYBRID_REG(t0, "t0", id);
    HYBRID_REG(a0, "a0", x);
    HYBRID_REG(a1, "a1", y);
    __asm__ volatile("ecall" : : "r"(t0), "r"(a0), "r"(a1) : "memory");
    __builtin_unreachable();
}

// ---- addresses and 256-bit numbers in ----
HYBRID_INLINE hybrid_u256 hybrid_u256_of_address(uint64_t id, const hybrid_address *a)
{
    HYBRID_REG(t0, "t0", id);
    HYBRID_REG(a0, "a0", hybrid_load_be64(a->b));
    HYBRID_REG(a1, "a1", hybrid_load_be64(a->b + 8));
    HYBRID_REG(a2, "a2", hybrid_load_be32(a->b + 16));
    register uint64_t a3 __asm__("a3");
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1), "+r"(a2), "=r"(a3) : "r"(t0) : "memory");
    return (hybrid_u256){{a0, a1, a2, a3}};
}

HYBRID_INLINE hybrid_u256 hybrid_u256_of_u256(uint64_t id, hybrid_u256 x)
{
    HYBRID_REG(t0, "t0", id);
    HYBRID_REG(a0, "a0", x.limb[0]);
    HYBRID_REG(a1, "a1", x.limb[1]);
    HYBRID_REG(a2, "a2", x.limb[2]);
    HYBRID_REG(a3, "a3", x.limb[3]);
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3) : "r"(t0) : "memory");
    return (hybrid_u256){{a0, a1, a2, a3}};
}

HYBRID_INLINE void hybrid_do_u256s(uint64_t id, hybrid_u256 x, hybrid_u256 y)
{
    HYBRID_REG(t0, "t0", id);
    HYBRID_REG(a0, "a0", x.limb[0]);
    HYBRID_REG(a1, "a1", x.limb[1]);
    HYBRID_REG(a2, "a2", x.limb[2]);
    HYBRID_REG(a3, "a3", x.limb[3]);
    HYBRID_REG(a4, "a4", y.limb[0]);
    HYBRID_REG(a5, "a5", y.limb[1]);
    HYBRID_REG(a6, "a6", y.limb[2]);
    HYBRID_REG(a7, "a7", y.limb[3]);
    __asm__ volatile("ecall"
                     :
                     : "r"(t0), "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6),
                       "r"(a7)
                     : "memory");
}

// Form addrU, of calls: the address as an unsigned integer, least significant register first.
HYBRID_INLINE void hybrid_do_call(uint64_t id, const hybrid_address *to, uint64_t value,
                                  hybrid_bytes input)
{
    HYBRID_REG(t0, "t0", id);
    HYBRID_REG(a0, "a0", hybrid_load_be64(to->b + 12));
    HYBRID_REG(a1, "a1", hybrid_load_be64(to->b + 4));
    HYBRID_REG(a2, "a2", hybrid_load_be32(to->b));
    HYBRID_REG(a3, "a3", value);
    HYBRID_REG(a4, "a4", input.p);
    HYBRID_REG(a5, "a5", input.n);
    __asm__ volatile("ecall"
                     :
                     : "r"(t0), "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                     : "memory");
}

HYBRID_INLINE void hybrid_do_address_copy(uint64_t id, const hybrid_address *a, void *p,
                                          uint64_t offset, uint64_t n)
{
    HYBRID_REG(t0, "t0", id);
    HYBRID_REG(a0, "a0", hybrid_load_be64(a->b));
    HYBRID_REG(a1, "a1", hybrid_load_be64(a->b + 8));
    HYBRID_REG(a2, "a2", hybrid_load_be32(a->b + 16));
    HYBRID_REG(a3, "a3", p);
    HYBRID_REG(a4, "a4", offset);
    HYBRID_REG(a5, "a5", n);
    __asm__ volatile("ecall"
                     :
                     : "r"(t0), "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                     : "memory");
}
