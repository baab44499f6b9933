// SPDX-License-Identifier: MIT
// Any JSON as typed data: it is hashed or refused with a sentence, the same each time. What version
// 3 takes, version 4 hashes alike.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "node/rpc/typed_data.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static bool hash(b256 *out, bytes text, enum typed_version version)
{
    struct json j;
    bool ok = false;
    if (json_parse(&j, text) == FAULT_NONE) {
        json_value root = json_root(&j);
        ok = typed_data_hash(out, &root, version) == FAULT_NONE;
    }
    CHECK(ok == (j.error.n == 0));
    json_fini(&j);
    return ok;
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    b256 with_3;
    b256 with_4;
    b256 again;
    bytes text = {data, n};
    bool is_3 = hash(&with_3, text, TYPED_V3);
    bool is_4 = hash(&with_4, text, TYPED_V4);
    CHECK(is_4 || !is_3);
    CHECK(!is_3 || b256_equal(&with_3, &with_4));
    CHECK(is_4 == hash(&again, text, TYPED_V4));
    CHECK(!is_4 || b256_equal(&with_4, &again));
    return 0;
}
