// SPDX-License-Identifier: MIT
// Runner of official RLP tests: values and their codings, and codings that are none.
#include "lib/codec/rlp.h"
#include "app/cli/unittest.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"

#include <string.h>

static bool rlp_is_valid(bytes coded, u32 depth)
{
    while (coded.n > 0) {
        rlp_item item;
        if (!rlp_next(&item, &coded)) {
            return false;
        }
        if (item.is_list && (depth > 64 || !rlp_is_valid(item.payload, depth + 1))) {
            return false;
        }
    }
    return true;
}

static enum fault encode_number(struct buf *out, const json_value *v, const char *digits)
{
    u8 number[64] = {0}; // big-endian; no test has more
    for (; *digits != 0; digits++) {
        u32 carry = (u32)(*digits - '0');
        if (carry > 9) {
            return json_refuse(v, "is not # and decimal digits");
        }
        for (usize i = sizeof number; i-- > 0;) {
            carry += number[i] * 10u;
            number[i] = (u8)carry;
            carry >>= 8;
        }
    }
    usize at = 0;
    while (at < sizeof number && number[at] == 0) {
        at++;
    }
    rlp_put_bytes(out, number + at, sizeof number - at);
    return FAULT_NONE;
}

static enum fault encode_value(struct buf *out, const json_value *v)
{
    if (json_kind_of(v) == JSON_KIND_LIST) {
        usize list = rlp_begin_list(out);
        for (usize i = 0; i < json_count(v); i++) {
            json_value item = json_element(v, i);
            TRY(encode_value(out, &item));
        }
        rlp_end_list(out, list);
        return FAULT_NONE;
    }
    if (json_kind_of(v) == JSON_KIND_NUMBER) {
        u64 number = 0;
        TRY(json_get_u64(&number, v));
        rlp_put_u64(out, number);
        return FAULT_NONE;
    }
    bytes text;
    TRY(json_get_text_bytes(&text, v)); // a 0 is behind it
    if (text.n > 0 && text.p[0] == '#') {
        return encode_number(out, v, (const char *)text.p + 1);
    }
    rlp_put_bytes(out, text.p, text.n);
    return FAULT_NONE;
}

// INVALID or VALID in the place of `in`: does `out` decode?
static bool asks_for_validity(const json_value *in, bool *valid)
{
    bytes text;
    if (json_kind_of(in) != JSON_KIND_TEXT || json_get_text_bytes(&text, in) != FAULT_NONE) {
        return false;
    }
    const char *p = (const char *)text.p; // a 0 is behind it
    *valid = strcmp(p, "VALID") == 0;
    return *valid || strcmp(p, "INVALID") == 0;
}

static enum fault judge_rlp(const json_value *in, bytes coded, struct buf *got, struct buf *why)
{
    bool expected = false;
    if (asks_for_validity(in, &expected)) {
        bytes rest = coded;
        rlp_item item;
        bool valid = rlp_next(&item, &rest) && rest.n == 0 && rlp_is_valid(coded, 0);
        if (valid != expected) {
            buf_put_text(why,
                         valid ? "decodes, expected a refusal" : "is refused, expected to decode");
        }
        return FAULT_NONE;
    }
    TRY(encode_value(got, in));
    if (got->n != coded.n || !equal_bytes(got->p, coded.p, got->n)) {
        buf_put_text(why, "coding ");
        hex_put_data(why, got->p, got->n);
        buf_put_text(why, ", expected ");
        hex_put_data(why, coded.p, coded.n);
    }
    return FAULT_NONE;
}

static enum fault run_rlp_test(const char *path, const json_value *test, struct buf *why)
{
    (void)path;
    json_value in;
    struct buf coded = {0};
    struct buf got = {0};
    TRY(json_member(&in, test, "in"));
    enum fault f = json_find_data(&coded, test, "out");
    f = f == FAULT_NONE ? judge_rlp(&in, buf_bytes(&coded), &got, why) : f;
    buf_fini(&coded);
    buf_fini(&got);
    return f;
}

void rlptest_run(bytes text, struct tally *tally)
{
    unittest_each(text, tally, run_rlp_test);
}
