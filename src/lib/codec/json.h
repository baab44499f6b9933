// SPDX-License-Identifier: MIT
// Reading JSON text: a document tree with limits on size and depth, and getters that check types
// and ranges. Every refusal leaves a sentence in the document that names the place by its path, as
// in "accounts[2].nonce: not a number". Duplicate member names and names with a zero byte are
// refused.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"

#define JSON_SIZE_MAX ((usize)1 << 30)
#define JSON_DEPTH_MAX 64u // arrays and objects inside each other

struct json {
    void *tree;       // owned
    struct buf error; // the first refusal, without an ending 0; empty if there was none
};

enum json_kind {
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_NUMBER,
    JSON_KIND_TEXT,
    JSON_KIND_LIST,
    JSON_KIND_OBJECT
};

// A value inside a document, with the way to it. It points to its parent, which has to live as
// long; so keep the values on the way in local variables.
typedef struct json_value {
    struct json *document;
    void *node;
    const struct json_value *parent; // NULL for the root
    const char *name;                // inside an object, else NULL
    usize index;                     // inside a list
} json_value;

// FAULT_BAD_INPUT if the text is not JSON within the limits. Needs json_fini in any case.
MUST_USE enum fault json_parse(struct json *j, bytes text);
void json_fini(struct json *j);
json_value json_root(struct json *j);

enum json_kind json_kind_of(const json_value *v);

// Records "path: <message>", if it is the first refusal, and returns FAULT_BAD_INPUT. For the
// checks of callers.
PRINTF_LIKE(2, 3) enum fault json_refuse(const json_value *v, const char *format, ...);

// Members by name. json_member refuses a missing one; json_find says whether there is one (null
// counts as missing). Both refuse a value that is not an object.
MUST_USE enum fault json_member(json_value *out, const json_value *object, const char *name);
MUST_USE enum fault json_find(json_value *out, bool *found, const json_value *object,
                              const char *name);
// The same where null is a value; false if there is none. `object` is an object.
bool json_look_up(json_value *out, const json_value *object, const char *name);

// Refuses an object with a member that is not among the names.
MUST_USE enum fault json_only_members(const json_value *object, const char *const *names,
                                      usize count);

// Walks: json_count of a list or object (0 for all else), elements by index, members in the order
// of the text starting from a value that is all zero; false at the end.
usize json_count(const json_value *v);
json_value json_element(const json_value *list, usize index);
bool json_next_member(json_value *member, const json_value *object);

// Appends the text of a value on one line without spaces: JSON that is read as the same value.
void json_put_copy(struct buf *out, const json_value *v);
void json_put_indented(struct buf *out, const json_value *v, u32 indent); // spaces a level, 1 to 31

MUST_USE enum fault json_expect(const json_value *v, enum json_kind kind);
MUST_USE enum fault json_get_bool(bool *out, const json_value *v);
// A text without zero bytes, with a 0 behind it; and one of any bytes.
MUST_USE enum fault json_get_text(const char **out, usize *n, const json_value *v);
MUST_USE enum fault json_get_text_bytes(bytes *out, const json_value *v);

// A JSON number that is whole and not negative, a text of hexadecimal digits after 0x, or a text of
// decimal digits. (A whole number above 2^63 - 1 is of the kind TEXT.)
MUST_USE enum fault json_get_u64(u64 *out, const json_value *v);
MUST_USE enum fault json_get_u256(u256 *out, const json_value *v);

// A JSON number from 0 to 2^32, with or without a fraction, in millionths.
MUST_USE enum fault json_get_millionths(u64 *out, const json_value *v);

// Texts of hexadecimal digits, with or without 0x.
MUST_USE enum fault json_get_address(address *out, const json_value *v);
MUST_USE enum fault json_get_b256(b256 *out, const json_value *v);
MUST_USE enum fault json_get_data(struct buf *out, const json_value *v); // appended

// The same for members of an object that may be missing: *out is then left as it is.
MUST_USE enum fault json_find_u64(u64 *out, const json_value *object, const char *name);
MUST_USE enum fault json_find_u256(u256 *out, const json_value *object, const char *name);
MUST_USE enum fault json_find_address(address *out, const json_value *object, const char *name);
MUST_USE enum fault json_find_b256(b256 *out, const json_value *object, const char *name);
MUST_USE enum fault json_find_bool(bool *out, const json_value *object, const char *name);
MUST_USE enum fault json_find_data(struct buf *out, const json_value *object, const char *name);
