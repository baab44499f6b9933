// SPDX-License-Identifier: MIT
// How tracers and reports write values as text beyond plain hex (lib/codec/hex.h). Append only;
// nothing here knows what it is used for.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/types.h"
#include "lib/codec/hex.h"

static inline void put_data(struct buf *b, bytes data) // 0x and two digits a byte
{
    hex_put_data(b, data.p, data.n);
}

static inline void put_address(struct buf *b, const address *a)
{
    hex_put_data(b, a->b, sizeof a->b);
}

// As hex_put_quantity, many times faster: a trace may show a thousand words a line.
void put_quantity(struct buf *b, u256 v);
void put_quantity_u64(struct buf *b, u64 v);
void put_number(struct buf *b, u64 v); // decimal with commas between thousands
void put_time(struct buf *b, u64 ns);  // 950 ns, 12.3 us, 4.56 ms, 1.23 s
// The inside of a JSON string (no quotes): quotes, backslashes, control characters and bytes that
// are not UTF-8 are escaped, the latter as the code point of the byte, so that any data give valid
// JSON.
void put_json_text(struct buf *b, bytes text);
// The same for people: control characters and bytes that are not UTF-8 become \xNN.
void put_plain_text(struct buf *b, bytes text);
// JSON: a decimal number if it is at most 2^53, else a quantity in quotes.
void put_json_number(struct buf *b, u64 v);
void put_json_u256(struct buf *b, u256 v);
