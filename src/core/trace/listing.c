// SPDX-License-Identifier: MIT
// See listing.h.
#include "core/trace/listing.h"

#include "core/trace/put.h"
#include "engine/evm/opcode.h"
#include "engine/rv/decode.h"
#include "engine/rv/disasm.h"
#include "engine/rv/hv1.h"
#include "lib/base/bytes.h"

typedef void line_function(void *ctx, const struct listing_line *l);

static void walk_evm(bytes code, enum fork f, line_function *line, void *ctx)
{
    struct buf text = {0};
    for (usize at = 0; at < code.n;) {
        struct opcode_info info = opcode_info(f, code.p[at]);
        usize size = info.defined ? info.size : 1;
        size = size < code.n - at ? size : code.n - at;
        buf_clear(&text);
        if (info.defined) {
            buf_put_text(&text, info.name);
        } else {
            buf_printf(&text, "undefined 0x%02x", code.p[at]);
        }
        if (size > 1) {
            buf_put_u8(&text, ' ');
            put_data(&text, bytes_slice(code, at + 1, size - 1));
        }
        buf_put_u8(&text, 0);
        line(ctx, &(struct listing_line){at, bytes_slice(code, at, size), (const char *)text.p});
        at += size;
    }
    buf_fini(&text);
}

static void walk_segment(bytes raw, u64 gva, line_function *line, void *ctx)
{
    char text[RV_DISASM_MAX];
    for (usize at = 0; raw.n - at >= 2;) {
        u32 bits = load_le16(raw.p + at);
        bool is_long = (bits & 3) == 3;
        usize size = is_long && raw.n - at >= 4 ? 4 : 2;
        bits = size == 4 ? load_le32(raw.p + at) : bits;
        rv_disasm(text, sizeof text, bits, gva + at, 0);
        line(ctx, &(struct listing_line){gva + at, bytes_slice(raw, at, size), text});
        at += size;
    }
}

bool listing_walk(bytes code, bool is_riscv, enum fork f, line_function *line, void *ctx)
{
    struct hv1_image image;
    if (!is_riscv) {
        walk_evm(code, f, line, ctx);
        return true;
    }
    if (code.n == 0 || hv1_validate(&image, NULL, bytes_slice(code, 1, code.n - 1)) != HV1_OK) {
        return false;
    }
    for (u32 i = 0; i < image.segment_count; i++) {
        const struct hv1_segment *s = &image.segment[i];
        if (s->x) {
            walk_segment(bytes_slice(code, 1 + (usize)s->offset, s->file_size), s->gva, line, ctx);
        }
    }
    return true;
}
