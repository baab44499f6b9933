// SPDX-License-Identifier: MIT
// Writing JSON text piece by piece into a buffer, in the order of the calls, so that equal calls
// give equal bytes. Inside an object every piece has a name; inside a list and at the top the name
// is NULL.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/types.h"

#define JSON_WRITE_DEPTH_MAX 64u

struct json_writer {
    struct buf *out; // kept; the caller's
    u32 indent;      // spaces a level; 0 writes one line without spaces
    u32 depth;
    u64 in_object;   // bit d: level d + 1 is an object
    bool has_before; // a value was written on this level
};

void json_write_init(struct json_writer *w, struct buf *out, u32 indent);

void json_begin_object(struct json_writer *w, const char *name);
void json_begin_list(struct json_writer *w, const char *name);
void json_end(struct json_writer *w); // of the innermost object or list

void json_put_text(struct json_writer *w, const char *name, const char *text);
void json_put_text_bytes(struct json_writer *w, const char *name,
                         bytes text); // any bytes; see the .c
void json_put_data(struct json_writer *w, const char *name, const void *p, usize n); // "0x…"
void json_put_b256(struct json_writer *w, const char *name, const b256 *v);
void json_put_address(struct json_writer *w, const char *name, const address *v);
void json_put_quantity(struct json_writer *w, const char *name, u256 v); // "0x1f"
void json_put_quantity_u64(struct json_writer *w, const char *name, u64 v);
void json_put_number(struct json_writer *w, const char *name, u64 v); // below 2^53
void json_put_whole(struct json_writer *w, const char *name, u256 v); // decimal digits, any size
void json_put_whole_u64(struct json_writer *w, const char *name, u64 v);
void json_put_ratio(struct json_writer *w, const char *name, u64 part,
                    u64 whole); // 0.5; 0 if whole is 0
void json_put_bool(struct json_writer *w, const char *name, bool v);
void json_put_raw(struct json_writer *w, const char *name,
                  bytes json); // a value that is JSON already
void json_put_null(struct json_writer *w, const char *name);
