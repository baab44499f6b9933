// SPDX-License-Identifier: MIT
// Lines of contracts: log(…) as Solidity encodes it, and texts of debug_log.
#include "core/trace/console.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "test/test.h"

static void expect_line(const char *hex, const char *line)
{
    struct buf input = {0};
    struct buf out = {0};
    hex_error why;
    EXPECT(hex_decode(&input, &why, hex, __builtin_strlen(hex)));
    EXPECT(console_put_call(&out, buf_bytes(&input)));
    EXPECT_EQ(out.n, __builtin_strlen(line));
    EXPECT_BYTES(out.p, line, out.n);
    buf_fini(&input);
    buf_fini(&out);
}

#define WORD_5 "0000000000000000000000000000000000000000000000000000000000000005"
#define WORD_1 "0000000000000000000000000000000000000000000000000000000000000001"
#define WORD_40 "0000000000000000000000000000000000000000000000000000000000000040"

TEST(console, shows_calls_of_log_with_their_values)
{
    // keccak256("log(uint256)"), "log(bool,uint256)", "log(string,uint256)", "log(int256)", "log()"
    expect_line("f82c50f1" WORD_5, "5");
    expect_line("399174d3" WORD_1 WORD_5, "true 5");
    expect_line("b60e72cc" WORD_40 WORD_5
                "0000000000000000000000000000000000000000000000000000000000000003"
                "783d210000000000000000000000000000000000000000000000000000000000",
                "x=! 5");
    expect_line("2d5b6cb9ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "-1");
    expect_line("51973ec9", "");
}

TEST(console, fills_holes_of_the_first_text)
{
    expect_line("b60e72cc" WORD_40 WORD_5
                "0000000000000000000000000000000000000000000000000000000000000005"
                "782025642100000000000000000000000000000000000000000000000000000000"
                "00",
                "x 5!");
}

TEST(console, refuses_what_is_cut_short_or_unknown)
{
    struct buf out = {0};
    static const u8 cut[] = {0xf8, 0x2c, 0x50, 0xf1, 0, 0};
    static const u8 unknown[] = {1, 2, 3, 4};
    EXPECT(!console_put_call(&out, (bytes){cut, sizeof cut}));
    EXPECT(!console_put_call(&out, (bytes){unknown, sizeof unknown}));
    EXPECT(!console_put_call(&out, BYTES_NONE));
    EXPECT_EQ(out.n, 0);
    buf_fini(&out);
}

struct heard {
    struct buf text;
    address at;
    u32 lines;
};

static void hear(void *ctx, const address *at, bytes text)
{
    struct heard *h = ctx;
    buf_put(&h->text, text.p, text.n);
    h->at = *at;
    h->lines++;
}

TEST(console, hands_on_texts_of_debug_log_with_the_account_of_their_frame)
{
    struct heard heard = {0};
    struct console c;
    console_init(&c, hear, &heard);
    struct inspector i = console_inspector(&c);
    struct inspect_frame f = {.to = {{[19] = 1}}};
    i.frame_enter(i.ctx, &f);
    f.depth = 1;
    f.to.b[19] = 2;
    i.frame_enter(i.ctx, &f);
    i.debug_log(i.ctx, 0, (bytes){(const u8 *)"a\n", 2});
    EXPECT_EQ(heard.lines, 1);
    EXPECT_EQ(heard.at.b[19], 1);
    EXPECT_EQ(heard.text.n, 5);
    EXPECT_BYTES(heard.text.p, "a\\x0a", 5);
    i.debug_log(i.ctx, 1, BYTES_NONE);
    EXPECT_EQ(heard.at.b[19], 2);
    console_fini(&c);
    buf_fini(&heard.text);
}
