// SPDX-License-Identifier: MIT
// Decodes any bytes as a sequence of RLP items, encodes what was accepted again and compares: the
// strict decoder accepts exactly what the encoder makes. Lists are entered down to 16 levels.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/rlp.h"

#define DEPTH_MAX 16

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

// Encodes the items of `in`, up to the first that is refused; false if there was one.
static bool code_again(struct buf *out, bytes in, u32 depth)
{
    while (in.n > 0) {
        rlp_item item;
        usize before = in.n;
        const u8 *start = in.p;
        if (!rlp_next(&item, &in)) {
            CHECK(in.n == before);
            return false;
        }
        CHECK(in.n < before);
        usize at = out->n;
        if (!item.is_list) {
            rlp_put_bytes(out, item.payload.p, item.payload.n);
        } else {
            usize list = rlp_begin_list(out);
            if (depth == DEPTH_MAX || !code_again(out, item.payload, depth + 1)) {
                return false;
            }
            rlp_end_list(out, list);
        }
        CHECK(out->n - at == before - in.n && equal_bytes(out->p + at, start, out->n - at));
    }
    return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    struct buf out = {0};
    code_again(&out, (bytes){data, n}, 0);
    u64 v;
    bytes rest = {data, n};
    if (rlp_next_u64(&v, &rest)) {
        buf_clear(&out);
        rlp_put_u64(&out, v);
        CHECK(out.n == n - rest.n && equal_bytes(out.p, data, out.n));
    }
    buf_fini(&out);
    return 0;
}
