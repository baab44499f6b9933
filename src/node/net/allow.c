// SPDX-License-Identifier: MIT
// See allow.h.
#include "node/net/allow.h"

#include "lib/base/bytes.h"

static u8 lower(u8 c)
{
    return c >= 'A' && c <= 'Z' ? (u8)(c + ('a' - 'A')) : c;
}

static bytes text_of(const char *s)
{
    return (bytes){(const u8 *)s, __builtin_strlen(s)};
}

static bool same_text(bytes a, bytes b)
{
    if (a.n != b.n) {
        return false;
    }
    for (usize i = 0; i < a.n; i++) {
        if (lower(a.p[i]) != lower(b.p[i])) {
            return false;
        }
    }
    return true;
}

bool text_is(bytes a, const char *b)
{
    return same_text(a, text_of(b));
}

static bool is_blank(u8 c)
{
    return c == ' ' || c == '\t';
}

bytes text_trim(bytes s)
{
    while (s.n > 0 && is_blank(s.p[0])) {
        s = bytes_slice(s, 1, s.n - 1);
    }
    while (s.n > 0 && is_blank(s.p[s.n - 1])) {
        s.n--;
    }
    return s;
}

bool list_has(bytes list, bytes wanted)
{
    while (list.n > 0) {
        usize n = 0;
        while (n < list.n && list.p[n] != ',') {
            n++;
        }
        if (same_text(text_trim(bytes_slice(list, 0, n)), wanted)) {
            return true;
        }
        n += n < list.n;
        list = bytes_slice(list, n, list.n - n);
    }
    return false;
}

bool allow_origin(const struct net_listen *l, bytes origin, bool *any)
{
    bytes list = l->origins == NULL ? BYTES_NONE : text_of(l->origins);
    *any = list_has(list, text_of("*"));
    return *any || list_has(list, origin);
}

// An address, which no page can make a browser take for another: 127.0.0.1, [::1].
static bool is_address(bytes name)
{
    if (name.n > 0 && name.p[0] == '[') {
        return true;
    }
    for (usize i = 0; i < name.n; i++) {
        if (name.p[i] != '.' && (name.p[i] < '0' || name.p[i] > '9')) {
            return false;
        }
    }
    return name.n > 0;
}

bool allow_host(const struct net_listen *l, bytes host)
{
    bytes list = l->hosts == NULL ? text_of("*") : text_of(l->hosts);
    usize end = host.n;
    for (usize i = host.n; i > 0; i--) {
        if (host.p[i - 1] == ']') {
            break;
        }
        if (host.p[i - 1] == ':') {
            end = i - 1;
        }
    }
    bytes name = bytes_slice(host, 0, end);
    return host.p == NULL || list_has(list, text_of("*")) || is_address(name) ||
           text_is(name, "localhost") || list_has(list, name);
}
