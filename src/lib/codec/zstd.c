// SPDX-License-Identifier: MIT
// Zstandard frames; see zstd.h. Only programs that read packed files are linked with libzstd.
#include "lib/codec/zstd.h"

#include "lib/base/check.h"

#include <zstd.h>

#define STEP ((usize)1 << 20)

static const char *unpack(struct buf *out, ZSTD_DStream *z, bytes packed, usize size_max)
{
    ZSTD_inBuffer in = {packed.p, packed.n, 0};
    usize start = out->n;
    usize wants = 1; // 0 at the end of a frame
    for (;;) {
        buf_reserve(out, STEP);
        ZSTD_outBuffer piece = {out->p + out->n, STEP, 0};
        usize before = in.pos;
        wants = ZSTD_decompressStream(z, &piece, &in);
        if (ZSTD_isError(wants)) {
            return ZSTD_getErrorName(wants);
        }
        out->n += piece.pos;
        if (out->n - start > size_max) {
            return "it unpacks to more than is allowed";
        }
        if (in.pos == in.size && (wants == 0 || piece.pos < STEP)) {
            return wants == 0 ? NULL : "it ends inside a frame";
        }
        if (in.pos == before && piece.pos == 0) {
            return "it ends inside a frame";
        }
    }
}

const char *zstd_unpack(struct buf *out, bytes packed, usize size_max)
{
    usize start = out->n;
    ZSTD_DStream *z = ZSTD_createDStream();
    CHECK(z != NULL); // a machine out of memory
    const char *error = unpack(out, z, packed, size_max);
    ZSTD_freeDStream(z);
    out->n = error == NULL ? out->n : start;
    return error;
}
