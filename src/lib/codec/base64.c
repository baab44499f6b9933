// SPDX-License-Identifier: MIT
#include "lib/codec/base64.h"

#include "lib/base/bytes.h"

static const char USUAL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char OF_URLS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64_put(struct buf *out, bytes data)
{
    for (usize i = 0; i < data.n; i += 3) {
        usize left = data.n - i;
        u32 bits = (u32)data.p[i] << 16 | (left > 1 ? (u32)data.p[i + 1] << 8 : 0) |
                   (left > 2 ? data.p[i + 2] : 0);
        buf_put_u8(out, (u8)USUAL[bits >> 18]);
        buf_put_u8(out, (u8)USUAL[bits >> 12 & 63]);
        buf_put_u8(out, (u8)(left > 1 ? USUAL[bits >> 6 & 63] : '='));
        buf_put_u8(out, (u8)(left > 2 ? USUAL[bits & 63] : '='));
    }
}

static bool decode(struct buf *out, bytes text, const char *alphabet)
{
    u32 bits = 0;
    u32 count = 0; // of bits that are not put out yet
    for (usize i = 0; i < text.n; i++) {
        const char *at = text.p[i] == 0 ? NULL : __builtin_strchr(alphabet, text.p[i]);
        if (at == NULL) {
            return false;
        }
        bits = (bits << 6 | (u32)(at - alphabet)) & 0xffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            buf_put_u8(out, (u8)(bits >> count));
        }
    }
    return count < 6 && (bits & ((1u << count) - 1)) == 0;
}

bool base64_decode(struct buf *out, bytes text)
{
    if (text.n % 4 != 0) {
        return false;
    }
    for (u32 i = 0; i < 2 && text.n > 0 && text.p[text.n - 1] == '='; i++) {
        text.n--;
    }
    return decode(out, text, USUAL);
}

bool base64_url_decode(struct buf *out, bytes text)
{
    return decode(out, text, OF_URLS);
}
