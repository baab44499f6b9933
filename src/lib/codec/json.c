// SPDX-License-Identifier: MIT
// The JSON reader over libjansson. That library recurses up to 2,048 levels and takes texts of any
// size, so a scan without recursion enforces our limits first. Paths are put together only when
// something is refused.
#include "lib/codec/json.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"

static const char *const kind_names[] = {
    [JSON_KIND_NULL] = "null",       [JSON_KIND_BOOL] = "true or false",
    [JSON_KIND_NUMBER] = "a number", [JSON_KIND_TEXT] = "a text",
    [JSON_KIND_LIST] = "a list",     [JSON_KIND_OBJECT] = "an object",
};

// ---- Documents

// Whether brackets outside texts stay within the limit; their pairing is left to the parser.
static bool depth_is_allowed(bytes text)
{
    u32 depth = 0;
    bool in_text = false;
    for (usize i = 0; i < text.n; i++) {
        u8 c = text.p[i];
        if (in_text) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                in_text = false;
            }
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_DEPTH_MAX) {
                return false;
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return true;
}

// Digits from `at` on that are a whole number beyond what the library takes; 0 if they are not.
static usize wide_number(bytes text, usize at)
{
    static const char largest[] = "9223372036854775807";
    static const char part_of_number[] = "0123456789+-.eE";
    usize digits = sizeof largest - 1;
    usize n = 0;
    while (at + n < text.n && text.p[at + n] >= '0' && text.p[at + n] <= '9') {
        n++;
    }
    bool alone =
        (at == 0 || memchr(part_of_number, text.p[at - 1], sizeof part_of_number) == NULL) &&
        (at + n == text.n || memchr(part_of_number, text.p[at + n], sizeof part_of_number) == NULL);
    if (!alone || n < digits || text.p[at] == '0') {
        return 0;
    }
    return n > digits || memcmp(text.p + at, largest, digits) > 0 ? n : 0;
}

// Whole numbers that do not fit the library become texts of digits, which the getters take alike:
// genesis files hold a total difficulty so. False, and nothing appended, if there is none.
static bool quote_wide_numbers(struct buf *out, bytes text)
{
    bool in_text = false;
    usize done = 0;
    for (usize i = 0; i < text.n; i++) {
        u8 c = text.p[i];
        if (in_text && c == '\\') {
            i++;
        } else if (c == '"') {
            in_text = !in_text;
        } else if (!in_text && c >= '1' && c <= '9') {
            usize n = wide_number(text, i);
            if (n > 0) {
                buf_put(out, text.p + done, i - done);
                buf_printf(out, "\"%.*s\"", (int)n, (const char *)text.p + i);
                i += n - 1;
                done = i + 1;
            }
        }
    }
    if (done > 0) {
        buf_put(out, text.p + done, text.n - done);
    }
    return done > 0;
}

enum fault json_parse(struct json *j, bytes text)
{
    *j = (struct json){0};
    if (text.n > JSON_SIZE_MAX) {
        buf_printf(&j->error, "JSON text of %zu bytes is larger than %zu", text.n, JSON_SIZE_MAX);
        return FAULT_BAD_INPUT;
    }
    if (!depth_is_allowed(text)) {
        buf_printf(&j->error, "JSON text is nested deeper than %u levels", JSON_DEPTH_MAX);
        return FAULT_BAD_INPUT;
    }
    struct buf quoted = {0};
    text = quote_wide_numbers(&quoted, text) ? buf_bytes(&quoted) : text;
    json_error_t error;
    const char *start = text.n > 0 ? (const char *)text.p : ""; // the library refuses NULL silently
    usize flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    j->tree = json_loadb(start, text.n, flags, &error);
    buf_fini(&quoted);
    if (j->tree == NULL) {
        buf_printf(&j->error, "JSON text, line %d, column %d: %s", error.line, error.column,
                   error.text);
        return FAULT_BAD_INPUT;
    }
    return FAULT_NONE;
}

void json_fini(struct json *j)
{
    json_decref(j->tree);
    buf_fini(&j->error);
    *j = (struct json){0};
}

json_value json_root(struct json *j)
{
    CHECK(j->tree != NULL);
    return (json_value){.document = j, .node = j->tree};
}

enum json_kind json_kind_of(const json_value *v)
{
    switch (json_typeof((const json_t *)v->node)) {
    case JSON_OBJECT:
        return JSON_KIND_OBJECT;
    case JSON_ARRAY:
        return JSON_KIND_LIST;
    case JSON_STRING:
        return JSON_KIND_TEXT;
    case JSON_INTEGER:
    case JSON_REAL:
        return JSON_KIND_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_KIND_BOOL;
    case JSON_NULL:
        return JSON_KIND_NULL;
    }
    UNREACHABLE();
}

// ---- Refusals

static void put_path(struct buf *out, const json_value *v)
{
    const json_value *way[JSON_DEPTH_MAX + 1];
    usize n = 0;
    for (; v->parent != NULL && n < COUNT_OF(way); v = v->parent) {
        way[n++] = v;
    }
    for (usize i = n; i-- > 0;) {
        if (way[i]->name == NULL) {
            buf_printf(out, "[%zu]", way[i]->index);
        } else {
            buf_printf(out, "%s%s", i + 1 < n ? "." : "", way[i]->name);
        }
    }
    if (n > 0) {
        buf_put_text(out, ": ");
    }
}

enum fault json_refuse(const json_value *v, const char *format, ...)
{
    struct buf *out = &v->document->error;
    if (out->n > 0) {
        return FAULT_BAD_INPUT;
    }
    put_path(out, v);
    va_list list;
    va_start(list, format);
    buf_vprintf(out, format, list);
    va_end(list);
    return FAULT_BAD_INPUT;
}

enum fault json_expect(const json_value *v, enum json_kind kind)
{
    return json_kind_of(v) == kind ? FAULT_NONE : json_refuse(v, "not %s", kind_names[kind]);
}

// ---- Walks

static json_value child(const json_value *parent, void *node)
{
    return (json_value){.document = parent->document, .node = node, .parent = parent};
}

bool json_look_up(json_value *out, const json_value *object, const char *name)
{
    json_t *node = json_object_get(object->node, name);
    if (node == NULL) {
        return false;
    }
    *out = child(object, node);
    out->name = name;
    return true;
}

enum fault json_find(json_value *out, bool *found, const json_value *object, const char *name)
{
    json_value v;
    *found = false;
    TRY(json_expect(object, JSON_KIND_OBJECT));
    if (json_look_up(&v, object, name) && json_kind_of(&v) != JSON_KIND_NULL) {
        *out = v;
        *found = true;
    }
    return FAULT_NONE;
}

enum fault json_member(json_value *out, const json_value *object, const char *name)
{
    bool found;
    TRY(json_find(out, &found, object, name));
    return found ? FAULT_NONE : json_refuse(object, "member \"%s\" is missing", name);
}

usize json_count(const json_value *v)
{
    const json_t *node = v->node;
    return json_is_array(node) ? json_array_size(node) : json_object_size(node);
}

json_value json_element(const json_value *list, usize index)
{
    CHECK(json_kind_of(list) == JSON_KIND_LIST && index < json_count(list));
    json_value v = child(list, json_array_get(list->node, index));
    v.index = index;
    return v;
}

bool json_next_member(json_value *member, const json_value *object)
{
    void *at = member->node == NULL
                   ? json_object_iter(object->node)
                   : json_object_iter_next(object->node, json_object_key_to_iter(member->name));
    if (at == NULL) {
        return false;
    }
    *member = child(object, json_object_iter_value(at));
    member->name = json_object_iter_key(at);
    return true;
}

enum fault json_only_members(const json_value *object, const char *const *names, usize count)
{
    TRY(json_expect(object, JSON_KIND_OBJECT));
    json_value member = {0};
    while (json_next_member(&member, object)) {
        usize i = 0;
        while (i < count && strcmp(names[i], member.name) != 0) {
            i++;
        }
        if (i == count) {
            return json_refuse(&member, "no such member");
        }
    }
    return FAULT_NONE;
}

// ---- Typed values

enum fault json_get_bool(bool *out, const json_value *v)
{
    TRY(json_expect(v, JSON_KIND_BOOL));
    *out = json_is_true((const json_t *)v->node);
    return FAULT_NONE;
}

enum fault json_get_text(const char **out, usize *n, const json_value *v)
{
    TRY(json_expect(v, JSON_KIND_TEXT));
    *out = json_string_value(v->node);
    *n = json_string_length(v->node);
    // Callers compare and print it as C does: what is behind a zero byte must not be lost silently.
    return memchr(*out, 0, *n) == NULL ? FAULT_NONE : json_refuse(v, "has a zero byte in it");
}

enum fault json_get_text_bytes(bytes *out, const json_value *v)
{
    TRY(json_expect(v, JSON_KIND_TEXT));
    *out = (bytes){(const u8 *)json_string_value(v->node), json_string_length(v->node)};
    return FAULT_NONE;
}

static enum fault refuse_hex(const json_value *v, hex_error why)
{
    return json_refuse(v, "%s at character %zu", why.text, why.at + 1);
}

static bool is_decimal(const char *text, usize n)
{
    for (usize i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    return n > 0;
}

static bool decode_decimal(u256 *out, const char *text, usize n)
{
    u256 ten = u256_from_u64(10);
    u256 last = u256_div(u256_max(), ten);
    u256 v = u256_zero();
    for (usize i = 0; i < n; i++) {
        bool carry;
        if (u256_gt(v, last)) {
            return false;
        }
        v = u256_add_carry(&carry, u256_mul(v, ten), u256_from_u64((u64)(text[i] - '0')));
        if (carry) {
            return false;
        }
    }
    *out = v;
    return true;
}

enum fault json_get_u256(u256 *out, const json_value *v)
{
    const json_t *node = v->node;
    if (json_is_integer(node)) {
        json_int_t number = json_integer_value(node);
        if (number < 0) {
            return json_refuse(v, "the number is negative");
        }
        *out = u256_from_u64((u64)number);
        return FAULT_NONE;
    }
    if (!json_is_string(node)) {
        return json_refuse(v, "not a whole number, nor a text of digits");
    }
    const char *text = json_string_value(node);
    usize n = json_string_length(node);
    if (is_decimal(text, n)) {
        return decode_decimal(out, text, n) ? FAULT_NONE
                                            : json_refuse(v, "the number is too large");
    }
    if (n < 2 || text[0] != '0' || (text[1] | 0x20) != 'x') {
        return json_refuse(v, "neither decimal digits nor hexadecimal digits after 0x");
    }
    hex_error why;
    return hex_decode_u256(out, &why, text, n) ? FAULT_NONE : refuse_hex(v, why);
}

enum fault json_get_u64(u64 *out, const json_value *v)
{
    u256 wide = u256_zero();
    TRY(json_get_u256(&wide, v));
    if (!u256_fits_u64(wide)) {
        return json_refuse(v, "the number is too large");
    }
    *out = wide.w[0];
    return FAULT_NONE;
}

enum fault json_get_millionths(u64 *out, const json_value *v)
{
    TRY(json_expect(v, JSON_KIND_NUMBER));
    double number = json_number_value(v->node);
    if (!(number >= 0 && number <= 4294967296.0)) {
        return json_refuse(v, "not a number from 0 to 2^32");
    }
    *out = (u64)(number * 1e6 + 0.5);
    return FAULT_NONE;
}

static enum fault get_exact(u8 *out, usize size, const json_value *v)
{
    const char *text;
    usize n;
    TRY(json_get_text(&text, &n, v));
    hex_error why;
    return hex_decode_exact(out, size, &why, text, n) ? FAULT_NONE : refuse_hex(v, why);
}

enum fault json_get_address(address *out, const json_value *v)
{
    return get_exact(out->b, sizeof out->b, v);
}

enum fault json_get_b256(b256 *out, const json_value *v)
{
    return get_exact(out->b, sizeof out->b, v);
}

enum fault json_get_data(struct buf *out, const json_value *v)
{
    const char *text;
    usize n;
    TRY(json_get_text(&text, &n, v));
    hex_error why;
    return hex_decode(out, &why, text, n) ? FAULT_NONE : refuse_hex(v, why);
}

#define DEFINE_FIND(kind, type)                                                                    \
    enum fault json_find_##kind(type *out, const json_value *object, const char *name)             \
    {                                                                                              \
        json_value v;                                                                              \
        bool found;                                                                                \
        TRY(json_find(&v, &found, object, name));                                                  \
        return found ? json_get_##kind(out, &v) : FAULT_NONE;                                      \
    }

DEFINE_FIND(u64, u64)
DEFINE_FIND(u256, u256)
DEFINE_FIND(address, address)
DEFINE_FIND(b256, b256)
DEFINE_FIND(bool, bool)
DEFINE_FIND(data, struct buf)

// ---- Copies

static int put_piece(const char *text, size_t n, void *ctx)
{
    buf_put(ctx, text, n);
    return 0;
}

void json_put_copy(struct buf *out, const json_value *v)
{
    CHECK(json_dump_callback(v->node, put_piece, out, JSON_COMPACT | JSON_ENCODE_ANY) == 0);
}

void json_put_indented(struct buf *out, const json_value *v, u32 indent)
{
    CHECK(json_dump_callback(v->node, put_piece, out, JSON_INDENT(indent) | JSON_ENCODE_ANY) == 0);
}
