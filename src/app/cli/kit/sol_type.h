// SPDX-License-Identifier: MIT
// Types of Solidity's contract ABI ("Contract ABI Specification" of the Solidity documentation):
// all but fixed-point numbers, which no compiler makes. A tree in an arena, which lives as long as
// the arena; read from text such as "(address to,uint256[2][] amounts)". Depth is bounded and no
// type encodes to nothing, so that whoever walks values of it is bounded by the bytes there are.
#pragma once

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

#define SOL_DEPTH_MAX 16u   // of tuples and lists inside each other
#define SOL_WORDS_MAX 4096u // of the head of a type
#define SOL_ANY_COUNT UINT64_MAX

enum sol_kind {
    SOL_UINT,
    SOL_INT,
    SOL_ADDRESS,
    SOL_BOOL,
    SOL_BYTES_N,
    SOL_FUNCTION, // an address and a selector: bytes24
    SOL_BYTES,
    SOL_STRING,
    SOL_LIST,
    SOL_TUPLE,
};

struct sol_type {
    enum sol_kind kind;
    bool is_dynamic, is_indexed;
    u32 size;               // bits of uintN and intN, bytes of bytesN
    u32 head_words;         // words that it takes where it stands: 1 if dynamic
    u64 count;              // of a list; SOL_ANY_COUNT: any
    struct sol_type *inner; // one of a list, inner_count of a tuple
    u32 inner_count;
    const char *name;     // of the parameter or component; "" if it has none
    const char *internal; // internalType of a compiler; NULL if not known
};

// Reads text from the left; what is refused is told with the character's place.
struct sol_reader {
    struct arena *arena;
    const char *text;
    usize at, n;
    u32 depth;
    struct buf *why;
};

// "(type name, …)", as a tuple of any number of types, also none. False: a sentence in *why.
MUST_USE bool sol_read_tuple(struct sol_type *out, struct sol_reader *r);
// A type alone, without name: all of the text.
MUST_USE bool sol_read_type(struct sol_type *out, struct sol_reader *r);
// A type by its name, whose tuples ("tuple", "tuple[2][]") have the components given.
MUST_USE bool sol_named_type(struct sol_type *out, struct sol_reader *r, struct sol_type *component,
                             u32 count);

// For readers of what stands around types.
void sol_skip_space(struct sol_reader *r);
bool sol_take(struct sol_reader *r, char c); // after space; true if it was there
// The identifier that follows, in the arena; "" if there is none.
const char *sol_take_word(struct sol_reader *r);
PRINTF_LIKE(2, 3) bool sol_refuse(struct sol_reader *r, const char *format, ...); // false

// As in a signature: without names, "tuple" or "indexed".
void sol_put_type(struct buf *out, const struct sol_type *t);
