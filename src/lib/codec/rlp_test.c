// SPDX-License-Identifier: MIT
// RLP: the examples of the Ethereum wiki and of the official RLPTests, refusals of every form that
// is not the shortest one, and random trees there and back.
#include "lib/codec/rlp.h"

#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "test/test.h"

static void expect_coding(struct buf *b, const char *expected, usize n)
{
    EXPECT_EQ(b->n, n);
    EXPECT_BYTES(b->p, expected, n);
    buf_fini(b);
}

TEST(rlp, encodes_published_examples)
{
    struct buf b = {0};
    rlp_put_bytes(&b, "dog", 3);
    expect_coding(&b,
                  "\x83"
                  "dog",
                  4);
    rlp_put_bytes(&b, "", 0);
    expect_coding(&b, "\x80", 1);
    rlp_put_bytes(&b, "\x0f", 1);
    expect_coding(&b, "\x0f", 1);
    rlp_put_bytes(&b, "\x80", 1);
    expect_coding(&b, "\x81\x80", 2);
    rlp_put_u64(&b, 0);
    expect_coding(&b, "\x80", 1);
    rlp_put_u64(&b, 1024);
    expect_coding(&b, "\x82\x04\x00", 3);
    rlp_put_u64(&b, 127);
    expect_coding(&b, "\x7f", 1);
    usize list = rlp_begin_list(&b);
    rlp_put_bytes(&b, "cat", 3);
    rlp_put_bytes(&b, "dog", 3);
    rlp_end_list(&b, list);
    expect_coding(&b,
                  "\xc8\x83"
                  "cat\x83"
                  "dog",
                  9);
    list = rlp_begin_list(&b);
    rlp_end_list(&b, list);
    expect_coding(&b, "\xc0", 1);
    rlp_put_bytes(&b, "Lorem ipsum dolor sit amet, consectetur adipisicing elit", 56);
    expect_coding(&b, "\xb8\x38Lorem ipsum dolor sit amet, consectetur adipisicing elit", 58);
}

TEST(rlp, encodes_the_set_of_three)
{
    struct buf b = {0}; // [ [], [[]], [ [], [[]] ] ]
    usize all = rlp_begin_list(&b);
    usize a = rlp_begin_list(&b);
    rlp_end_list(&b, a);
    a = rlp_begin_list(&b);
    usize c = rlp_begin_list(&b);
    rlp_end_list(&b, c);
    rlp_end_list(&b, a);
    a = rlp_begin_list(&b);
    c = rlp_begin_list(&b);
    rlp_end_list(&b, c);
    c = rlp_begin_list(&b);
    usize d = rlp_begin_list(&b);
    rlp_end_list(&b, d);
    rlp_end_list(&b, c);
    rlp_end_list(&b, a);
    rlp_end_list(&b, all);
    expect_coding(&b, "\xc7\xc0\xc1\xc0\xc3\xc0\xc1\xc0", 8);
}

TEST(rlp, long_forms_have_the_shortest_length)
{
    for (usize n = 0; n < 70000; n = n * 3 / 2 + 1) {
        struct buf content = {0};
        __builtin_memset(buf_extend(&content, n), 'a', n);
        struct buf b = {0};
        rlp_put_bytes(&b, content.p, n);
        usize list = rlp_begin_list(&b);
        rlp_put_bytes(&b, content.p, n);
        rlp_end_list(&b, list);
        bytes rest = buf_bytes(&b);
        bytes s;
        EXPECT(rlp_next_bytes(&s, &rest));
        EXPECT_EQ(s.n, n);
        EXPECT(rlp_next_list(&s, &rest));
        EXPECT_EQ(rest.n, 0);
        bytes inner;
        EXPECT(rlp_next_bytes(&inner, &s));
        EXPECT_EQ(inner.n, n);
        EXPECT_BYTES(inner.p, content.p, n);
        EXPECT_EQ(s.n, 0);
        buf_fini(&b);
        buf_fini(&content);
    }
}

static void expect_refused(const char *p, usize n)
{
    bytes rest = {(const u8 *)p, n};
    rlp_item item;
    EXPECT(!rlp_next(&item, &rest));
    EXPECT_EQ(rest.n, n);
}

TEST(rlp, refuses_what_no_encoder_makes)
{
    expect_refused("", 0);
    expect_refused("\x81", 1);     // no content
    expect_refused("\x81\x00", 2); // one small byte is its own coding
    expect_refused("\x81\x7f", 2);
    expect_refused("\x83"
                   "do",
                   3);         // too short
    expect_refused("\xb8", 1); // no length
    expect_refused("\xb8\x02"
                   "ab",
                   4); // long form of a short string
    expect_refused("\xb8\x38"
                   "ab",
                   4);
    expect_refused("\xb9\x00\x38"
                   "ab",
                   5); // length with a leading zero
    expect_refused("\xbf\xff\xff\xff\xff\xff\xff\xff\xff"
                   "a",
                   10);
    expect_refused("\xbf\x00\x00\x00\x00\x00\x00\x00\x00", 9);
    expect_refused("\xc1", 1);
    expect_refused("\xf8\x01\x80", 3);
    expect_refused("\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9);
    expect_refused("\xff\x7f", 2);
}

TEST(rlp, numbers_have_no_leading_zero_and_fit)
{
    static const struct {
        const char *text;
        usize n;
        bool is_u64;
        bool is_u256;
    } rows[] = {
        {"\x80", 1, true, true},
        {"\x01", 1, true, true},
        {"\x00", 1, false, false},
        {"\x82\x00\x01", 3, false, false},
        {"\xc0", 1, false, false},
        {"\x88\xff\xff\xff\xff\xff\xff\xff\xff", 9, true, true},
        {"\x89\x01\xff\xff\xff\xff\xff\xff\xff\xff", 10, false, true},
    };
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        bytes rest = {(const u8 *)rows[i].text, rows[i].n};
        u64 v;
        u256 w;
        EXPECT_EQ(rlp_next_u64(&v, &rest), rows[i].is_u64);
        EXPECT_EQ(rest.n, rows[i].is_u64 ? 0 : rows[i].n);
        rest = (bytes){(const u8 *)rows[i].text, rows[i].n};
        EXPECT_EQ(rlp_next_u256(&w, &rest), rows[i].is_u256);
    }
    struct buf b = {0};
    rlp_put_u256(&b, u256_max());
    bytes rest = buf_bytes(&b);
    u256 v;
    EXPECT(rlp_next_u256(&v, &rest));
    EXPECT_U256(v, u256_max());
    b.p[0]++;
    buf_put_u8(&b, 0);
    rest = buf_bytes(&b);
    EXPECT(!rlp_next_u256(&v, &rest));
    buf_fini(&b);
}

TEST(rlp, kinds_and_sizes_are_checked)
{
    bytes rest = {(const u8 *)"\xc0\x82"
                              "ab",
                  4};
    bytes s;
    u8 two[2];
    u8 three[3];
    EXPECT(!rlp_next_bytes(&s, &rest));
    EXPECT(rlp_next_list(&s, &rest));
    EXPECT(!rlp_next_list(&s, &rest));
    EXPECT(!rlp_next_exact(three, 3, &rest));
    EXPECT(rlp_next_exact(two, 2, &rest));
    EXPECT_BYTES(two, "ab", 2);
    EXPECT(!rlp_next_exact(two, 2, &rest));
}
