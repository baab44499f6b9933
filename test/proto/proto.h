// SPDX-License-Identifier: MIT
// A contract kit as the public prototype's looks like, in C: services by inline assembly around
// `ecall`, addresses in three registers. Of an address's last four bytes its older kit reads the
// high half of the third register (PROTO_OLD), its newer one the low half. t0 is set with rubbish
// above its low byte, as compilers leave it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define RUBBISH 0x5A5A5A5A5A5A5A00u

void contract(const uint8_t *window); // called by start.S with the calldata window

typedef struct {
    uint64_t limb[4]; // least significant first
} proto_u256;

typedef struct {
    uint8_t b[20];
} proto_address;

static inline void put_be64(uint8_t *p, uint64_t v)
{
    for (int i = 7; i >= 0; i--, v >>= 8) {
        p[i] = (uint8_t)v;
    }
}

static inline uint64_t get_be(const uint8_t *p, int n)
{
    uint64_t v = 0;
    for (int i = 0; i < n; i++) {
        v = v << 8 | p[i];
    }
    return v;
}

static inline proto_address proto_get_address(uint64_t id)
{
    register uint64_t t0 __asm__("t0") = RUBBISH | id;
    register uint64_t a0 __asm__("a0");
    register uint64_t a1 __asm__("a1");
    register uint64_t a2 __asm__("a2");
    __asm__ volatile("ecall" : "=r"(a0), "=r"(a1), "=r"(a2) : "r"(t0) : "memory");
#ifdef PROTO_OLD
    uint32_t last = (uint32_t)(a2 >> 32);
#else
    uint32_t last = (uint32_t)a2;
#endif
    proto_address a;
    put_be64(a.b, a0);
    put_be64(a.b + 8, a1);
    for (int i = 19; i >= 16; i--, last >>= 8) {
        a.b[i] = (uint8_t)last;
    }
    return a;
}

static inline proto_u256 proto_balance(const proto_address *a)
{
    register uint64_t t0 __asm__("t0") = RUBBISH | 0x31;
    register uint64_t a0 __asm__("a0") = get_be(a->b, 8);
    register uint64_t a1 __asm__("a1") = get_be(a->b + 8, 8);
    register uint64_t a2 __asm__("a2") = get_be(a->b + 16, 4);
    register uint64_t a3 __asm__("a3");
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1), "+r"(a2), "=r"(a3) : "r"(t0) : "memory");
    return (proto_u256){{a0, a1, a2, a3}};
}

static inline proto_u256 proto_sload(uint64_t key)
{
    register uint64_t t0 __asm__("t0") = RUBBISH | 0x54;
    register uint64_t a0 __asm__("a0") = key;
    register uint64_t a1 __asm__("a1") = 0;
    register uint64_t a2 __asm__("a2") = 0;
    register uint64_t a3 __asm__("a3") = 0;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3) : "r"(t0) : "memory");
    return (proto_u256){{a0, a1, a2, a3}};
}

static inline void proto_sstore(uint64_t key, proto_u256 v)
{
    register uint64_t t0 __asm__("t0") = RUBBISH | 0x55;
    register uint64_t a0 __asm__("a0") = key;
    register uint64_t a1 __asm__("a1") = 0;
    register uint64_t a2 __asm__("a2") = 0;
    register uint64_t a3 __asm__("a3") = 0;
    register uint64_t a4 __asm__("a4") = v.limb[0];
    register uint64_t a5 __asm__("a5") = v.limb[1];
    register uint64_t a6 __asm__("a6") = v.limb[2];
    register uint64_t a7 __asm__("a7") = v.limb[3];
    __asm__ volatile("ecall"
                     :
                     : "r"(t0), "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6),
                       "r"(a7)
                     : "memory");
}

static inline proto_u256 proto_keccak(const void *p, uint64_t n)
{
    register uint64_t t0 __asm__("t0") = RUBBISH | 0x20;
    register uint64_t a0 __asm__("a0") = (uint64_t)p;
    register uint64_t a1 __asm__("a1") = n;
    register uint64_t a2 __asm__("a2");
    register uint64_t a3 __asm__("a3");
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1), "=r"(a2), "=r"(a3) : "r"(t0) : "memory");
    return (proto_u256){{a0, a1, a2, a3}};
}

// All gas but one 64th. The address goes as an unsigned integer, least significant register first.
static inline void proto_call(const proto_address *to, uint64_t value, const void *p, uint64_t n)
{
    register uint64_t t0 __asm__("t0") = RUBBISH | 0xF1;
    register uint64_t a0 __asm__("a0") = get_be(to->b + 12, 8);
    register uint64_t a1 __asm__("a1") = get_be(to->b + 4, 8);
    register uint64_t a2 __asm__("a2") = get_be(to->b, 4);
    register uint64_t a3 __asm__("a3") = value;
    register uint64_t a4 __asm__("a4") = (uint64_t)p;
    register uint64_t a5 __asm__("a5") = n;
    __asm__ volatile("ecall"
                     :
                     : "r"(t0), "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                     : "memory");
}

static inline uint64_t proto_word(uint64_t id)
{
    register uint64_t t0 __asm__("t0") = RUBBISH | id;
    register uint64_t a0 __asm__("a0");
    __asm__ volatile("ecall" : "=r"(a0) : "r"(t0) : "memory");
    return a0;
}

static inline void proto_copy_return_data(void *p, uint64_t offset, uint64_t n)
{
    register uint64_t t0 __asm__("t0") = RUBBISH | 0x3E;
    register uint64_t a0 __asm__("a0") = (uint64_t)p;
    register uint64_t a1 __asm__("a1") = offset;
    register uint64_t a2 __asm__("a2") = n;
    __asm__ volatile("ecall" : : "r"(t0), "r"(a0), "r"(a1), "r"(a2) : "memory");
}

__attribute__((noreturn)) static inline void proto_return(const void *p, uint64_t n)
{
    register uint64_t t0 __asm__("t0") = RUBBISH | 0xF3;
    register uint64_t a0 __asm__("a0") = (uint64_t)p;
    register uint64_t a1 __asm__("a1") = n;
    __asm__ volatile("ecall" : : "r"(t0), "r"(a0), "r"(a1) : "memory");
    __builtin_unreachable();
}
