// SPDX-License-Identifier: MIT
// Any bytes as an archive, packed or not: the walk ends, members lie inside the archive and one
// behind the other, names end.
#include <stdlib.h>
#include <string.h>

#include "lib/codec/tar.h"
#include "lib/codec/zstd.h"

#define UNPACKED_MAX ((usize)4 << 20)

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static void walk(bytes text)
{
    struct tar t;
    struct tar_member m;
    const u8 *at = text.p;
    tar_init(&t, text);
    while (tar_next(&t, &m)) {
        if (m.data.p < at || m.data.p + m.data.n > text.p + text.n ||
            strlen(m.name) > TAR_NAME_MAX) {
            abort();
        }
        at = m.data.p + m.data.n;
    }
    tar_fini(&t);
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    struct buf unpacked = {0};
    const char *error = zstd_unpack(&unpacked, (bytes){data, n}, UNPACKED_MAX);
    if (error != NULL && unpacked.n != 0) {
        abort();
    }
    walk(error == NULL ? buf_bytes(&unpacked) : (bytes){data, n});
    buf_fini(&unpacked);
    return 0;
}
