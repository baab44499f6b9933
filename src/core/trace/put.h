// SPDX-License-Identifier: MIT
// How tracers write values as text: quantities (hex without leading zeros), data (hex with all
// digits), JSON strings. Append only; nothing here knows what it is used for.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/types.h"

void put_quantity(struct buf *b, u256 v);          // 0x0, 0x1f …
void put_quantity_u64(struct buf *b, u64 v);       // the same
void put_hex(struct buf *b, bytes data);           // two digits a byte, no prefix
void put_data(struct buf *b, bytes data);          // with 0x
void put_address(struct buf *b, const address *a); // 0x and 40 digits
void put_number(struct buf *b, u64 v);             // decimal with commas between thousands
// The inside of a JSON string (no quotes): quotes, backslashes, control characters and bytes that
// are not UTF-8 are escaped, the latter as the code point of the byte, so that any data give valid
// JSON.
void put_json_text(struct buf *b, bytes text);
// The same for people: control characters and bytes that are not UTF-8 become \xNN.
void put_plain_text(struct buf *b, bytes text);
// JSON: a decimal number if it is at most 2^53, else a quantity in quotes.
void put_json_number(struct buf *b, u64 v);
void put_json_u256(struct buf *b, u256 v);
