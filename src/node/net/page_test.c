// SPDX-License-Identifier: MIT
// The files of the explorer as a browser asks for them.
#include "node/net/page.h"

#include <string.h>

#include "test/test.h"

static const struct page_file *find(struct page_file *f, const char *path)
{
    return page_find(f, (bytes){(const u8 *)path, strlen(path)});
}

static bool has(bytes text, const char *part)
{
    return memmem(text.p, text.n, part, strlen(part)) != NULL;
}

TEST(page, front_allows_its_own_scripts_alone)
{
    struct page_file f;
    EXPECT(find(&f, "/") != NULL);
    EXPECT_STR(f.type, "text/html; charset=utf-8");
    EXPECT(has(f.body, "default-src 'none'; script-src 'self'; style-src 'self'"));
    EXPECT(!has(f.body, "unsafe"));
    EXPECT(!has(f.body, "<script>"));
    EXPECT(!has(f.body, "http://"));
    EXPECT(!has(f.body, "https://"));
}

TEST(page, has_every_script_that_a_script_imports)
{
    static const char *const scripts[] = {"/app.js",   "/account.js", "/abi.js",
                                          "/calls.js", "/dom.js",     "/rpc.js"};
    for (usize i = 0; i < COUNT_OF(scripts); i++) {
        struct page_file f;
        EXPECT(find(&f, scripts[i]) != NULL);
        EXPECT_STR(f.type, "text/javascript; charset=utf-8");
        EXPECT(!has(f.body, "innerHTML"));
        const u8 *end = f.body.p + f.body.n;
        const u8 *at = f.body.p;
        while ((at = memmem(at, (usize)(end - at), "from './", 8)) != NULL) {
            struct page_file imported;
            const u8 *start = at + 7; // the slash
            const u8 *stop = memchr(start, '\'', (usize)(end - start));
            EXPECT(page_find(&imported, (bytes){start, (usize)(stop - start)}) != NULL);
            at = stop;
        }
    }
}

TEST(page, has_nothing_else)
{
    struct page_file f;
    EXPECT(find(&f, "") == NULL);
    EXPECT(find(&f, "/nothing") == NULL);
    EXPECT(find(&f, "/../Makefile") == NULL);
    EXPECT(find(&f, "/app.jsx") == NULL);
}
