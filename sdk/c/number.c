// SPDX-License-Identifier: MIT
// 256-bit numbers of a contract: sum, difference, order, and the big-endian form that they have in
// calldata, topics and storage keys. Addresses as numbers; slots of mappings as Solidity places
// them.
#include "hybrid.h"

bool hybrid_u256_add(hybrid_u256 *sum, hybrid_u256 a, hybrid_u256 b)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < 4; i++) {
        uint64_t part = a.limb[i] + carry;
        carry = part < carry;
        part += b.limb[i];
        carry += part < b.limb[i];
        sum->limb[i] = part;
    }
    return carry != 0;
}

bool hybrid_u256_sub(hybrid_u256 *difference, hybrid_u256 a, hybrid_u256 b)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < 4; i++) {
        uint64_t part = a.limb[i] - b.limb[i];
        uint64_t next = (a.limb[i] < b.limb[i]) + (part < borrow);
        difference->limb[i] = part - borrow;
        borrow = next;
    }
    return borrow != 0;
}

bool hybrid_u256_less(hybrid_u256 a, hybrid_u256 b)
{
    for (size_t i = 4; i-- > 0;) {
        if (a.limb[i] != b.limb[i]) {
            return a.limb[i] < b.limb[i];
        }
    }
    return false;
}

hybrid_u256 hybrid_u256_load(const uint8_t p[32])
{
    return (hybrid_u256){{hybrid_load_be64(p + 24), hybrid_load_be64(p + 16),
                          hybrid_load_be64(p + 8), hybrid_load_be64(p)}};
}

void hybrid_u256_store(uint8_t p[32], hybrid_u256 v)
{
    hybrid_store_be64(p, v.limb[3]);
    hybrid_store_be64(p + 8, v.limb[2]);
    hybrid_store_be64(p + 16, v.limb[1]);
    hybrid_store_be64(p + 24, v.limb[0]);
}

hybrid_u256 hybrid_u256_of_id(const hybrid_address *a)
{
    return (hybrid_u256){
        {hybrid_load_be64(a->b + 12), hybrid_load_be64(a->b + 4), hybrid_load_be32(a->b), 0}};
}

hybrid_address hybrid_address_of_u256(hybrid_u256 v)
{
    hybrid_address a;
    hybrid_store_be32(a.b, (uint32_t)v.limb[2]);
    hybrid_store_be64(a.b + 4, v.limb[1]);
    hybrid_store_be64(a.b + 12, v.limb[0]);
    return a;
}

hybrid_u256 hybrid_map_slot(hybrid_u256 key, hybrid_u256 slot)
{
    uint8_t both[64];
    hybrid_u256_store(both, key);
    hybrid_u256_store(both + 32, slot);
    return hybrid_keccak256(both, sizeof both);
}
