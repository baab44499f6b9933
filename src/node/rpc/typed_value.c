// SPDX-License-Identifier: MIT
// EIP-712: values as 32 bytes each (encodeData) and the hashes of structs and lists.
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/hex.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "node/rpc/typed_priv.h"

// ---- numbers

static bool read_decimal(u256 *out, const char *text, usize n)
{
    const u256 ten = u256_from_u64(10);
    const u256 last = u256_div(u256_max(), ten);
    u256 v = u256_zero();
    for (usize i = 0; i < n; i++) {
        bool carry;
        if (text[i] < '0' || text[i] > '9' || u256_gt(v, last)) {
            return false;
        }
        v = u256_add_carry(&carry, u256_mul(v, ten), u256_from_u64((u64)(text[i] - '0')));
        if (carry) {
            return false;
        }
    }
    *out = v;
    return n > 0;
}

static bool is_hex(const char *text, usize n)
{
    return n >= 2 && text[0] == '0' && text[1] == 'x';
}

// Amount and sign of a number below 2^256.
static enum fault read_number(u256 *out, bool *is_negative, const json_value *v)
{
    struct buf copy = {0};
    const char *text = "";
    usize n = 0;
    hex_error why;
    if (json_kind_of(v) == JSON_KIND_NUMBER) {
        json_put_copy(&copy, v);
        text = (const char *)copy.p;
        n = copy.n;
    } else if (json_kind_of(v) == JSON_KIND_TEXT) {
        TRY(json_get_text(&text, &n, v));
    }
    *is_negative = n > 0 && text[0] == '-';
    text += *is_negative;
    n -= *is_negative;
    bool ok = is_hex(text, n) ? hex_decode_u256(out, &why, text, n) : read_decimal(out, text, n);
    buf_fini(&copy);
    return ok ? FAULT_NONE
              : json_refuse(v, "not a whole number of at most 256 bits, decimal or after 0x");
}

static enum fault encode_number(b256 *out, const json_value *v, enum typed_atom atom, u32 bits)
{
    u256 amount;
    bool is_negative;
    TRY(read_number(&amount, &is_negative, v));
    // Below zero there is one more of a signed type: amounts up to 2^(bits - 1).
    u256 least = is_negative && !u256_is_zero(amount) ? u256_sub(amount, u256_one()) : amount;
    bool fits = atom == TYPED_INT
                    ? u256_bit_length(least) < bits
                    : u256_bit_length(amount) <= bits && (!is_negative || u256_is_zero(amount));
    if (!fits) {
        return json_refuse(v, "does not fit %s%u", atom == TYPED_INT ? "int" : "uint", bits);
    }
    *out = u256_to_b256(is_negative ? u256_neg(amount) : amount);
    return FAULT_NONE;
}

// ---- bytes

static enum fault refuse_hex(const json_value *v, hex_error why)
{
    return json_refuse(v, "%s at character %zu", why.text, why.at + 1);
}

static enum fault get_hex(const char **text, usize *n, const json_value *v)
{
    TRY(json_get_text(text, n, v));
    return is_hex(*text, *n) ? FAULT_NONE : json_refuse(v, "bytes begin with 0x");
}

static enum fault encode_bytes(b256 *out, const json_value *v)
{
    const char *text;
    usize n;
    hex_error why;
    struct buf data = {0};
    TRY(get_hex(&text, &n, v));
    bool ok = hex_decode(&data, &why, text, n);
    keccak256(out, data.p, data.n);
    buf_fini(&data);
    return ok ? FAULT_NONE : refuse_hex(v, why);
}

static enum fault encode_exact(u8 *out, const json_value *v, usize size)
{
    const char *text;
    usize n;
    hex_error why;
    TRY(get_hex(&text, &n, v));
    return hex_decode_exact(out, size, &why, text, n) ? FAULT_NONE : refuse_hex(v, why);
}

// ---- values

static enum fault encode_atom(b256 *out, const json_value *v, enum typed_atom atom, u32 size)
{
    bool truth;
    bytes text;
    *out = (b256){{0}};
    switch (atom) {
    case TYPED_BOOL:
        TRY(json_get_bool(&truth, v));
        out->b[31] = truth;
        return FAULT_NONE;
    case TYPED_ADDRESS:
        return encode_exact(out->b + 12, v, 20);
    case TYPED_STRING:
        TRY(json_get_text_bytes(&text, v));
        keccak256(out, text.p, text.n);
        return FAULT_NONE;
    case TYPED_BYTES:
        return encode_bytes(out, v);
    case TYPED_FIXED_BYTES:
        return encode_exact(out->b, v, size);
    case TYPED_UINT:
    case TYPED_INT:
        return encode_number(out, v, atom, size);
    }
    UNREACHABLE();
}

static enum fault encode(struct typed_data *t, b256 *out, const json_value *v, const char *type,
                         usize n);

static enum fault encode_list(struct typed_data *t, b256 *out, const json_value *v,
                              const char *type, usize n)
{
    struct keccak hash;
    keccak_init(&hash);
    for (usize i = 0; i < json_count(v); i++) {
        json_value element = json_element(v, i);
        b256 word;
        TRY(encode(t, &word, &element, type, n));
        keccak_update(&hash, word.b, sizeof word.b);
    }
    keccak_final(&hash, out);
    return FAULT_NONE;
}

// A value whose type is the first n bytes of the text. Recursion is as deep as the JSON, so at most
// JSON_DEPTH_MAX.
static enum fault encode(struct typed_data *t, b256 *out, const json_value *v, const char *type,
                         usize n)
{
    u32 size;
    enum typed_atom atom;
    if (typed_list_of(&size, type, &n)) {
        TRY(json_expect(v, JSON_KIND_LIST));
        if (size > 0 && json_count(v) != size) {
            return json_refuse(v, "%zu elements where the type has %u", json_count(v), size);
        }
        return encode_list(t, out, v, type, n);
    }
    if (typed_atom_of(&atom, &size, type, n)) {
        return encode_atom(out, v, atom, size);
    }
    struct typed_struct *s = typed_find(t, type, n);
    CHECK(s != NULL); // types were checked
    if (t->version == TYPED_V4 && json_kind_of(v) == JSON_KIND_NULL) {
        *out = (b256){{0}}; // how a type that refers to itself comes to an end
        return FAULT_NONE;
    }
    return typed_hash_struct(t, out, s, v);
}

enum fault typed_hash_struct(struct typed_data *t, b256 *out, struct typed_struct *s,
                             const json_value *v)
{
    struct keccak hash;
    TRY(json_expect(v, JSON_KIND_OBJECT));
    keccak_init(&hash);
    keccak_update(&hash, typed_type_hash(t, s)->b, sizeof s->hash.b);
    for (usize i = 0; i < json_count(&s->members); i++) {
        const char *name;
        const char *type;
        json_value member;
        b256 word;
        typed_member(s, i, &name, &type);
        if (!json_look_up(&member, v, name)) {
            return json_refuse(v, "member \"%s\" is missing", name);
        }
        TRY(encode(t, &word, &member, type, strlen(type)));
        keccak_update(&hash, word.b, sizeof word.b);
    }
    keccak_final(&hash, out);
    return FAULT_NONE;
}
