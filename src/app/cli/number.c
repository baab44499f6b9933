// SPDX-License-Identifier: MIT
// Numbers from text; see number.h.
#include "app/cli/number.h"

#include "lib/codec/hex.h"
#include "lib/num/u256.h"

static const char too_large[] = "does not fit in 256 bits";
static const char not_number[] =
    "is not a number (decimal, decimal with an exponent as in 5e18, or hex after 0x)";

// v * 10 + digit; false if it does not fit.
static bool append_digit(u256 *v, u32 digit)
{
    u64 product[8];
    u256_mul_full(product, *v, u256_from_u64(10));
    bool carry;
    *v = u256_add_carry(&carry, (u256){{product[0], product[1], product[2], product[3]}},
                        u256_from_u64(digit));
    return product[4] == 0 && !carry;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

const char *number_parse(u256 *out, const char *text, usize n)
{
    if (n >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        hex_error why;
        if (hex_decode_u256(out, &why, text, n)) {
            return NULL;
        }
        return why.at < n && n - 2 > 64 ? too_large : not_number;
    }
    u256 v = u256_zero();
    usize i = 0;
    for (; i < n && is_digit(text[i]); i++) {
        if (!append_digit(&v, (u32)(text[i] - '0'))) {
            return too_large;
        }
    }
    if (i == 0) {
        return not_number;
    }
    if (i < n) { // an exponent of one or two digits
        usize exponent_size = n - i - 1;
        if (text[i] != 'e' || exponent_size < 1 || exponent_size > 2 || !is_digit(text[i + 1]) ||
            !is_digit(text[n - 1])) {
            return not_number;
        }
        u32 exponent = (u32)(text[i + 1] - '0');
        exponent = exponent_size == 2 ? exponent * 10 + (u32)(text[n - 1] - '0') : exponent;
        for (u32 k = 0; k < exponent; k++) {
            if (!append_digit(&v, 0)) {
                return too_large;
            }
        }
    }
    *out = v;
    return NULL;
}

enum fault number_json(u256 *out, const json_value *v)
{
    if (json_kind_of(v) != JSON_KIND_TEXT) {
        return json_get_u256(out, v);
    }
    const char *text;
    usize n;
    TRY(json_get_text(&text, &n, v));
    const char *why = number_parse(out, text, n);
    return why == NULL ? FAULT_NONE : json_refuse(v, "\"%s\" %s", text, why);
}

enum fault number_json_u64(u64 *out, const json_value *v, u64 max)
{
    u256 wide;
    TRY(number_json(&wide, v));
    if (!u256_fits_u64(wide) || wide.w[0] > max) {
        return json_refuse(v, "is larger than %llu", (unsigned long long)max);
    }
    *out = wide.w[0];
    return FAULT_NONE;
}

enum fault number_json_find(u256 *out, const json_value *object, const char *name)
{
    json_value v;
    bool found;
    TRY(json_find(&v, &found, object, name));
    return found ? number_json(out, &v) : FAULT_NONE;
}
