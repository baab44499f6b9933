// SPDX-License-Identifier: MIT
// Any input for any precompile of the build at any fork: byte 0 chooses the precompile, byte 1 the
// fork. A price within what a frame of a million gas could pay is followed by the call, twice: the
// results must be the same, and what fails must be of a kind that can.
#include "core/precompile/precompile.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"

#define GAS_MAX 1000000u

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    if (n < 2) {
        return 0;
    }
    enum fork f = (enum fork)(data[1] % FORK_COUNT);
    address a = precompile_address(f, data[0] % precompile_count(f));
    const struct precompile *p = precompile_find(f, &a);
    CHECK(p != NULL && p->since <= f);
    bytes input = bytes_slice((bytes){data, n}, 2, n - 2);
    if (!precompile_available(p) || precompile_price(p, f, input) > GAS_MAX) {
        return 0;
    }
    struct buf first = {0}, second = {0};
    buf_put_u8(&second, 1); // output is appended
    bool ok = precompile_run(p, input, &first);
    CHECK(precompile_run(p, input, &second) == ok);
    CHECK(!ok || (second.n == first.n + 1 && equal_bytes(first.p, second.p + 1, first.n)));
    CHECK(ok || p->number >= 5);
    buf_fini(&first);
    buf_fini(&second);
    return 0;
}
