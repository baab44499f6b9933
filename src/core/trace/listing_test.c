// SPDX-License-Identifier: MIT
// Listings of both kinds of code.
#include "core/trace/listing.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/bytes.h"
#include "test/test.h"

struct seen {
    struct buf text;
    usize bytes, lines;
};

static void note(void *ctx, const struct listing_line *l)
{
    struct seen *s = ctx;
    buf_printf(&s->text, "%llx %s\n", (unsigned long long)l->pc, l->text);
    s->bytes += l->raw.n;
    s->lines++;
}

TEST(listing, shows_evm_code_with_its_immediates_and_what_is_cut_short)
{
    static const u8 code[] = {0x60, 0x01, 0x0c, 0x5b, 0x61, 0xaa};
    struct seen s = {.lines = 0};
    EXPECT(listing_walk((bytes){code, sizeof code}, false, FORK_LATEST, note, &s));
    buf_put_u8(&s.text, 0);
    EXPECT_STR((const char *)s.text.p,
               "0 PUSH1 0x01\n2 undefined 0x0c\n3 JUMPDEST\n4 PUSH2 0xaa\n");
    EXPECT_EQ(s.bytes, sizeof code);
    buf_fini(&s.text);
}

TEST(listing, shows_the_instructions_of_an_image)
{
    struct seen s = {.lines = 0};
    struct buf code = {0};
    usize n;
    char *elf = test_read(test_asset("contracts/counter.elf"), &n);
    buf_put_u8(&code, 0xFF);
    buf_put(&code, elf, n);
    EXPECT(listing_walk(buf_bytes(&code), true, FORK_LATEST, note, &s));
    buf_put_u8(&s.text, 0);
    EXPECT(s.lines > 20);
    EXPECT(strstr((const char *)s.text.p, "80300000 ") == (const char *)s.text.p);
    EXPECT(strstr((const char *)s.text.p, "ecall") != NULL);
    free(elf);
    buf_fini(&code);
    buf_fini(&s.text);
}

TEST(listing, refuses_an_image_that_is_not_valid)
{
    static const u8 code[] = {0xFF, 0x7F, 'E'};
    struct seen s = {.lines = 0};
    EXPECT(!listing_walk((bytes){code, sizeof code}, true, FORK_LATEST, note, &s));
    EXPECT(!listing_walk(BYTES_NONE, true, FORK_LATEST, note, &s));
    EXPECT_EQ(s.lines, 0);
}
