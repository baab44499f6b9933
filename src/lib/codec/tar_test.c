// SPDX-License-Identifier: MIT
// Tar archives: built here block by block, as the standard describes them, and walked.
#include <stdio.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/codec/tar.h"
#include "lib/codec/zstd.h"
#include "test/test.h"

#define BLOCK 512u

static void put_octal(u8 *p, u32 digits, u64 v)
{
    for (u32 i = digits; i-- > 0; v >>= 3) {
        p[i] = (u8)('0' + (v & 7));
    }
}

// Appends a header with the sum that belongs to it.
static void put_header(struct buf *out, const char *name, const char *prefix, u64 size, char type)
{
    u8 *h = buf_extend(out, BLOCK);
    memset(h, 0, BLOCK);
    copy_bytes(h, name, strlen(name));
    put_octal(h + 124, 11, size);
    memset(h + 148, ' ', 8);
    h[156] = (u8)type;
    copy_bytes(h + 257, "ustar\00000", 8);
    copy_bytes(h + 345, prefix, strlen(prefix));
    u32 sum = 0;
    for (u32 i = 0; i < BLOCK; i++) {
        sum += h[i];
    }
    put_octal(h + 148, 6, sum);
    h[154] = 0;
}

static void put_member(struct buf *out, const char *name, const char *data, char type)
{
    usize n = strlen(data);
    put_header(out, name, "", n, type);
    buf_put(out, data, n);
    static const u8 ZEROS[BLOCK];
    buf_put(out, ZEROS, (BLOCK - n % BLOCK) % BLOCK);
}

static void put_end(struct buf *out)
{
    memset(buf_extend(out, 2 * BLOCK), 0, 2 * BLOCK);
}

static void expect_member(struct tar *t, const char *name, const char *data)
{
    struct tar_member m;
    EXPECT(tar_next(t, &m));
    EXPECT_STR(m.name, name);
    EXPECT_EQ(m.data.n, strlen(data));
    EXPECT(equal_bytes(m.data.p, data, m.data.n));
}

static void expect_end(struct tar *t)
{
    struct tar_member m;
    EXPECT(!tar_next(t, &m));
    EXPECT(t->error == NULL);
}

static void expect_refusal(struct buf *archive, usize size, const char *why)
{
    struct tar t;
    struct tar_member m;
    tar_init(&t, (bytes){archive->p, size});
    while (tar_next(&t, &m)) {
    }
    EXPECT(t.error != NULL);
    EXPECT(strstr(t.error, why) != NULL);
    tar_fini(&t);
}

TEST(tar, members_are_walked_in_order_with_their_data)
{
    struct buf a = {0};
    struct tar t;
    struct tar_member m;
    put_member(&a, "folder/", "", '5');
    put_member(&a, "folder/one.json", "{}", '0');
    put_member(&a, "empty", "", '0');
    put_end(&a);
    tar_init(&t, buf_bytes(&a));
    EXPECT(tar_next(&t, &m));
    EXPECT(!m.is_file);
    expect_member(&t, "folder/one.json", "{}");
    expect_member(&t, "empty", "");
    expect_end(&t);
    tar_fini(&t);
    buf_fini(&a);
}

TEST(tar, long_names_come_by_prefix_by_extended_header_and_by_gnu_header)
{
    struct buf a = {0};
    struct tar t;
    char name[300];
    char record[400];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    put_header(&a, "name", "a/prefix", 0, '0');
    (void)snprintf(record, sizeof record, "%u path=%s\n", 299 + 10, name);
    put_member(&a, "extended", record, 'x');
    put_member(&a, "short", "1", '0');
    put_member(&a, "././@LongLink", name, 'L');
    put_member(&a, "short", "2", '0');
    put_member(&a, "after", "3", '0');
    put_end(&a);
    tar_init(&t, buf_bytes(&a));
    expect_member(&t, "a/prefix/name", "");
    expect_member(&t, name, "1");
    expect_member(&t, name, "2");
    expect_member(&t, "after", "3");
    expect_end(&t);
    tar_fini(&t);
    buf_fini(&a);
}

TEST(tar, what_is_cut_off_or_no_archive_is_refused)
{
    struct buf a = {0};
    put_member(&a, "one", "some data", '0');
    expect_refusal(&a, BLOCK - 1, "inside a header");
    expect_refusal(&a, BLOCK + 3, "inside a member");
    a.p[0] ^= 1;
    expect_refusal(&a, a.n, "sum does not fit");
    buf_clear(&a);
    put_member(&a, "extended", "7 path=\n", 'x'); // its length is 8
    expect_refusal(&a, a.n, "malformed");
    buf_clear(&a);
    put_member(&a, "extended", "12 size=99x\n", 'x');
    expect_refusal(&a, a.n, "malformed");
    buf_fini(&a);
}

TEST(zstd, what_is_not_a_whole_frame_is_refused)
{
    // A frame of one raw block that holds "abc" (RFC 8878, 3.1.1).
    static const u8 FRAME[] = {0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x03, 0x19, 0, 0, 'a', 'b', 'c'};
    struct buf out = {0};
    EXPECT(zstd_unpack(&out, (bytes){FRAME, sizeof FRAME}, 3) == NULL);
    EXPECT_EQ(out.n, 3);
    EXPECT(equal_bytes(out.p, "abc", 3));
    EXPECT_STR(zstd_unpack(&out, (bytes){FRAME, sizeof FRAME}, 2),
               "it unpacks to more than is allowed");
    for (usize n = 0; n < sizeof FRAME; n++) {
        EXPECT(zstd_unpack(&out, (bytes){FRAME, n}, 99) != NULL);
    }
    EXPECT_EQ(out.n, 3);
    buf_fini(&out);
}
