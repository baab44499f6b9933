// SPDX-License-Identifier: MIT
// Any text as a signature, then any bytes as data of it. What must hold: reading is total; what is
// accepted is written as JSON that reads back to the same signature; decoding is total and bounded.
#include <string.h>

#include "app/cli/kit/sol_abi.h"
#include "app/cli/kit/sol_value.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"

int LLVMFuzzerTestOneInput(const u8 *p, usize n);

static void check_json(const struct sol_abi *abi)
{
    struct sol_abi again;
    struct buf text = {0};
    struct json j;
    sol_abi_init(&again);
    sol_abi_put_json(&text, abi);
    CHECK(json_parse(&j, buf_bytes(&text)) == FAULT_NONE);
    json_value root = json_root(&j);
    CHECK(sol_abi_add_json(&again, &root) == FAULT_NONE);
    CHECK(again.count == abi->count);
    for (u32 i = 0; i < abi->count; i++) {
        CHECK(b256_equal(&again.item[i].hash, &abi->item[i].hash));
    }
    json_fini(&j);
    buf_fini(&text);
    sol_abi_fini(&again);
}

static void check_data(const struct sol_type *types, bytes data)
{
    struct buf out = {0};
    bool ok = sol_check(types, data);
    CHECK(sol_decode_json(&out, types, data) == ok);
    if (ok) {
        struct json j;
        CHECK(json_parse(&j, buf_bytes(&out)) == FAULT_NONE);
        json_fini(&j);
    } else {
        CHECK(out.n == 0);
    }
    CHECK(sol_decode_line(&out, types, data) == ok);
    buf_fini(&out);
}

// The signature up to the first zero byte, then data.
int LLVMFuzzerTestOneInput(const u8 *p, usize n)
{
    struct sol_abi abi;
    struct buf why = {0};
    struct buf out = {0};
    const u8 *zero = n > 0 ? memchr(p, 0, n) : NULL;
    usize size = zero != NULL ? (usize)(zero - p) : n;
    sol_abi_init(&abi);
    if (sol_abi_add_item(&abi, &why, (const char *)p, size)) {
        const struct sol_type *types = &abi.item[0].input;
        check_json(&abi);
        usize rest = zero != NULL ? n - size - 1 : 0;
        check_data(types, bytes_slice((bytes){p, n}, n - rest, rest));
        struct buf value = {0};
        buf_put(&value, p + (n - rest), rest);
        buf_put_u8(&value, 0);
        const char *texts = (const char *)value.p;
        buf_clear(&why);
        if (sol_encode(&out, &why, types, &texts, 1)) {
            CHECK(sol_check(types, buf_bytes(&out)) || types->inner[0].head_words > 64);
        }
        buf_fini(&value);
    } else {
        CHECK(why.n > 0);
    }
    buf_fini(&why);
    buf_fini(&out);
    sol_abi_fini(&abi);
    return 0;
}
