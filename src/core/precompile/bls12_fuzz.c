// SPDX-License-Identifier: MIT
// Any input to the precompiles of BLS12-381 and KZG: they answer with an output of the size that
// the EIPs give, or fail and leave none. The first byte chooses one.
#include "core/precompile/precompile.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    static const u16 sizes[] = {64, 128, 128, 256, 256, 32, 128, 256}; // of 0x0a .. 0x11
    if (n == 0 || n > 4096) {
        return 0;
    }
    u32 index = data[0] % COUNT_OF(sizes);
    address a = {{0}};
    store_be16(a.b + 18, (u16)(0x0a + index));
    const struct precompile *p = precompile_find(FORK_PRAGUE, &a);
    struct buf out = {0};
    bool ok = precompile_run(p, (bytes){data + 1, n - 1}, &out);
    CHECK(out.n == (ok ? sizes[index] : 0));
    buf_fini(&out);
    return 0;
}
