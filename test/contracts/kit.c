// SPDX-License-Identifier: MIT
// The kit's own functions, one a call. Calldata: byte 0 says which, the rest is its input:
//     0 add, 1 sub, 2 less   two words; returns a word and a word of what the function returned
//     3 address_of_u256, then u256_of_id   a word; returns a word
//     4 memcpy, 5 memmove, 6 memset, 7 memcmp   u16 to | u16 from | u16 n (little-endian) | 1,024
//     bytes, to and from being
//       places in these; returns the bytes after it (7: a word, 0, 1 or 2 for less, equal, greater)
//     8 arg_bytes, 9 arg_address, 10 arg_u64, 11 arg_bool   the argument 0 of the rest; returned as
//     such 12 map_slot   two words; returns a word 13 event with the words of the rest as topics
//     and the text "data"
#include "hybrid.h"

enum { ARENA = 1024 };

static void numbers(uint8_t what, hybrid_bytes in)
{
    hybrid_u256 a = hybrid_arg_u256(in, 0);
    hybrid_u256 b = hybrid_arg_u256(in, 1);
    hybrid_u256 c = a;
    bool flag = what == 0   ? hybrid_u256_add(&c, a, b)
                : what == 1 ? hybrid_u256_sub(&c, a, b)
                            : hybrid_u256_less(a, b);
    uint8_t out[64];
    struct hybrid_writer w = {.p = out, .size = sizeof out};
    hybrid_put_u256(&w, c);
    hybrid_put_u64(&w, flag);
    hybrid_return(w.p, w.n);
}

static void memory(uint8_t what, hybrid_bytes in)
{
    uint8_t arena[ARENA];
    uint16_t at[3];
    memcpy(at, in.p, sizeof at);
    memcpy(arena, in.p + sizeof at, ARENA);
    int order = 0;
    switch (what) {
    case 4:
        memcpy(arena + at[0], arena + at[1], at[2]);
        break;
    case 5:
        memmove(arena + at[0], arena + at[1], at[2]);
        break;
    case 6:
        memset(arena + at[0], at[1], at[2]);
        break;
    default:
        order = memcmp(arena + at[0], arena + at[1], at[2]);
        hybrid_return_u256(hybrid_u256_from((uint64_t)(1 + order)));
    }
    hybrid_return(arena, ARENA);
}

static void arguments(uint8_t what, hybrid_bytes in)
{
    hybrid_address a;
    switch (what) {
    case 8:
        hybrid_return_bytes(hybrid_arg_bytes(in, 0));
    case 9:
        a = hybrid_arg_address(in, 0);
        hybrid_return_address(&a);
    case 10:
        hybrid_return_u256(hybrid_u256_from(hybrid_arg_u64(in, 0)));
    default:
        hybrid_return_bool(hybrid_arg_bool(in, 0));
    }
}

static void event(hybrid_bytes in)
{
    hybrid_u256 topics[8];
    size_t count = in.n / 32;
    for (size_t i = 0; i < count; i++) {
        topics[i] = hybrid_arg_u256(in, i);
    }
    hybrid_event(topics, count, "data", 4);
}

void contract_main(void)
{
    hybrid_bytes data = hybrid_calldata();
    hybrid_bytes in = {data.p + 1, data.n - 1};
    hybrid_address a;
    switch (data.p[0]) {
    case 0:
    case 1:
    case 2:
        numbers(data.p[0], in);
        break;
    case 3:
        a = hybrid_address_of_u256(hybrid_arg_u256(in, 0));
        hybrid_return_u256(hybrid_u256_of_id(&a));
    case 12:
        hybrid_return_u256(hybrid_map_slot(hybrid_arg_u256(in, 0), hybrid_arg_u256(in, 1)));
    case 13:
        event(in);
        break;
    default:
        (data.p[0] < 8 ? memory : arguments)(data.p[0], in);
    }
}
