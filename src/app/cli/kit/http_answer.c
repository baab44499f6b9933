// SPDX-License-Identifier: MIT
// Answers of HTTP/1.1 (RFC 9112): status line, headers, a body by its length, in chunks, or up to
// the connection's end. See rpc_client.h.
#include <string.h>

#include "app/cli/kit/rpc_client.h"
#include "lib/base/bytes.h"

#define NO_LENGTH UINT64_MAX

struct answer {
    u32 status;
    bool has_head; // all of it is there
    bool is_chunked;
    u64 length; // NO_LENGTH: not told
    bytes body; // what is there of it
};

static bool find_line(usize *end, bytes text, usize at)
{
    for (usize i = at; i + 1 < text.n; i++) {
        if (text.p[i] == '\r' && text.p[i + 1] == '\n') {
            *end = i;
            return true;
        }
    }
    return false;
}

static char lower(u8 c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

// Whether a header line has this name (in lower case, with its colon); then its value.
static bool header_value(bytes *value, bytes line, const char *name)
{
    usize n = strlen(name);
    for (usize i = 0; i < n; i++) {
        if (i >= line.n || lower(line.p[i]) != name[i]) {
            return false;
        }
    }
    while (n < line.n && line.p[n] == ' ') {
        n++;
    }
    *value = bytes_slice(line, n, line.n - n);
    return true;
}

static u64 decimal(bytes text)
{
    u64 v = 0;
    for (usize i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || v > UINT64_MAX / 100) {
            return NO_LENGTH;
        }
        v = v * 10 + (u64)(text.p[i] - '0');
    }
    return text.n > 0 ? v : NO_LENGTH;
}

static bool read_status(struct answer *a, bytes line)
{
    static const char version[] = "HTTP/1.";
    if (line.n < 12 || memcmp(line.p, version, sizeof version - 1) != 0 || line.p[8] != ' ') {
        return false;
    }
    a->status = (u32)decimal(bytes_slice(line, 9, 3));
    return a->status >= 100 && a->status < 600;
}

// False: it does not begin as an answer.
static bool read_head(struct answer *a, bytes text)
{
    usize end;
    *a = (struct answer){.length = NO_LENGTH};
    if (!find_line(&end, text, 0)) {
        return text.n < 4096;
    }
    if (!read_status(a, bytes_slice(text, 0, end))) {
        return false;
    }
    for (usize at = end + 2; find_line(&end, text, at); at = end + 2) {
        bytes line = bytes_slice(text, at, end - at);
        bytes value;
        if (line.n == 0) {
            a->has_head = true;
            a->body = bytes_slice(text, end + 2, text.n - end - 2);
            return true;
        }
        if (header_value(&value, line, "content-length:")) {
            a->length = decimal(value);
        }
        if (header_value(&value, line, "transfer-encoding:")) {
            a->is_chunked = value.n == 7 && memcmp(value.p, "chunked", 7) == 0;
        }
    }
    return true;
}

static i32 digit_of(u8 c)
{
    char l = lower(c);
    return l >= '0' && l <= '9' ? l - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// Puts chunks together. True if the last one is there.
static bool join_chunks(struct buf *body, bytes text)
{
    usize end;
    for (usize at = 0; find_line(&end, text, at);) {
        u64 size = 0;
        for (usize i = at; i < end && digit_of(text.p[i]) >= 0 && size < UINT32_MAX; i++) {
            size = size * 16 + (u64)digit_of(text.p[i]);
        }
        at = end + 2;
        if (size == 0) {
            return true;
        }
        if (size > text.n - at) {
            return false;
        }
        buf_put(body, text.p + at, size);
        at += size;
        at += text.n - at < 2 ? text.n - at : 2; // the line's end behind a chunk
    }
    return false;
}

bool http_answer_is_whole(bytes answer)
{
    struct answer a;
    if (!read_head(&a, answer)) {
        return true; // it will not get better
    }
    if (!a.has_head) {
        return false;
    }
    if (a.is_chunked) {
        struct buf body = {0};
        bool whole = join_chunks(&body, a.body);
        buf_fini(&body);
        return whole;
    }
    return a.length != NO_LENGTH && a.body.n >= a.length;
}

bool http_answer_body(struct buf *body, struct buf *why, bytes answer)
{
    struct answer a;
    if (!read_head(&a, answer) || !a.has_head) {
        buf_put_text(why, answer.n == 0 ? "the connection was closed without an answer"
                                        : "the answer is not HTTP");
        return false;
    }
    if (a.status != 200) {
        buf_printf(why, "the answer has HTTP status %u: %.*s", a.status,
                   (int)(a.body.n < 200 ? a.body.n : 200), (const char *)a.body.p);
        return false;
    }
    if (a.is_chunked) {
        bool whole = join_chunks(body, a.body);
        if (!whole) {
            buf_put_text(why, "the answer is cut short");
        }
        return whole;
    }
    if (a.length != NO_LENGTH && a.body.n < a.length) {
        buf_printf(why, "the answer is cut short: %zu of %llu bytes", a.body.n,
                   (unsigned long long)a.length);
        return false;
    }
    buf_put(body, a.body.p, a.length != NO_LENGTH ? (usize)a.length : a.body.n);
    return true;
}
