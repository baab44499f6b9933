// SPDX-License-Identifier: MIT
// See page.h.
#include "node/net/page.h"

#include "lib/base/bytes.h"
#include "lib/base/cc.h"

#define SCRIPT "text/javascript; charset=utf-8"

// name in page_files.S, path, type
#define FILES(FILE)                                                                                \
    FILE(index, "/", "text/html; charset=utf-8")                                                   \
    FILE(style, "/style.css", "text/css; charset=utf-8")                                           \
    FILE(icon, "/icon.svg", "image/svg+xml")                                                       \
    FILE(app, "/app.js", SCRIPT)                                                                   \
    FILE(account, "/account.js", SCRIPT)                                                           \
    FILE(abi, "/abi.js", SCRIPT)                                                                   \
    FILE(calls, "/calls.js", SCRIPT)                                                               \
    FILE(dom, "/dom.js", SCRIPT)                                                                   \
    FILE(rpc, "/rpc.js", SCRIPT)

#define DECLARE(name, path, type) extern const u8 page_##name[], page_##name##_end[];
FILES(DECLARE)

struct row {
    const char *path, *type;
    const u8 *start, *end;
};

static const struct row rows[] = {
#define ROW(name, path, type) {path, type, page_##name, page_##name##_end},
    FILES(ROW)};

const struct page_file *page_find(struct page_file *out, bytes path)
{
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        const struct row *r = &rows[i];
        usize n = __builtin_strlen(r->path);
        if (n == path.n && equal_bytes(r->path, path.p, n)) {
            *out = (struct page_file){r->path, r->type, {r->start, (usize)(r->end - r->start)}};
            return out;
        }
    }
    return NULL;
}
