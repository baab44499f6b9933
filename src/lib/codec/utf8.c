// SPDX-License-Identifier: MIT
#include "lib/codec/utf8.h"

#include "lib/base/bytes.h"

usize utf8_sequence(bytes s)
{
    u8 first = s.p[0];
    usize n = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (n == 0 || first > 0xf4 || n > s.n) {
        return 0;
    }
    for (usize i = 1; i < n; i++) {
        if ((s.p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    u8 second = n > 1 ? s.p[1] : 0;
    bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    bool no_character = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
    return overlong || no_character ? 0 : n;
}

bool utf8_is_valid(bytes s)
{
    while (s.n > 0) {
        while (s.n >= 8 && (load_le64(s.p) & 0x8080808080808080u) == 0) {
            s = bytes_slice(s, 8, s.n - 8);
        }
        if (s.n == 0) {
            break;
        }
        usize n = utf8_sequence(s);
        if (n == 0) {
            return false;
        }
        s = bytes_slice(s, n, s.n - n);
    }
    return true;
}
