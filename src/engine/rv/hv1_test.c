// SPDX-License-Identifier: MIT
// The HV1 validator, rule by rule: each test spoils one thing of a good image and is named for the
// rule.
#include "engine/rv/hv1.h"

#include "engine/rv/test_image.h"
#include "test/test.h"

static const u8 code[16] = {0x13, 0, 0, 0, 0x13, 0, 0, 0, 0x13, 0, 0, 0, 0x73, 0, 0, 0};
#define CODE ((bytes){code, sizeof code})

static enum hv1_verdict check(const struct buf *b)
{
    struct hv1_image image;
    return hv1_validate(&image, NULL, buf_bytes(b));
}

static struct hv1_image accept(const struct buf *b)
{
    struct hv1_image image;
    u32 at = 0;
    EXPECT_STR(hv1_verdict_name(hv1_validate(&image, &at, buf_bytes(b))), "OK");
    EXPECT_EQ(at, ~0u);
    return image;
}

// The good image that the tests spoil: code, read-only data, data with bss, all on pages of their
// own.
static struct buf good(void)
{
    struct buf b = {0};
    test_elf_code(&b, CODE);
    test_elf_segment(&b, TEST_R, 0x80301000, CODE, 16);
    test_elf_segment(&b, TEST_R | TEST_W, 0x80302000, CODE, 0x2800);
    return b;
}

static u8 *header(struct buf *b, u32 i)
{
    return b->p + TEST_ELF_HEADERS + 56u * i;
}

#define EXPECT_VERDICT(b, NAME)                                                                    \
    do {                                                                                           \
        EXPECT_STR(hv1_verdict_name(check(b)), #NAME);                                             \
        buf_fini(b);                                                                               \
    } while (0)

TEST(hv1, a_good_image_is_described_completely)
{
    struct buf b = good();
    struct hv1_image image = accept(&b);
    EXPECT_EQ(image.entry, 0x80300000);
    EXPECT_EQ(image.stack_size, 16384);
    EXPECT_EQ(image.segment_count, 3);
    EXPECT_EQ(image.writable_pages, 3);
    EXPECT_EQ(image.heap_lo, 0x80305000);
    EXPECT_EQ(image.text_lo, 0x80300000);
    EXPECT_EQ(image.text_hi, 0x80300010);
    EXPECT_EQ(image.segment[2].file_size, 16);
    EXPECT_BYTES(b.p + image.segment[2].offset, code, 16);
    EXPECT(image.segment[0].x && image.segment[0].r && !image.segment[0].w);
    buf_fini(&b);
}

TEST(hv1, truncated)
{
    struct buf b = good();
    b.n = 63;
    EXPECT_EQ(check(&b), HV1_TRUNCATED);
    b.n = 0;
    EXPECT_VERDICT(&b, TRUNCATED);
}

#define SPOIL_TEST(name, NAME, offset, value)                                                      \
    TEST(hv1, name)                                                                                \
    {                                                                                              \
        struct buf b = good();                                                                     \
        b.p[offset] = value;                                                                       \
        EXPECT_VERDICT(&b, NAME);                                                                  \
    }
SPOIL_TEST(magic, MAGIC, 3, 'f')
SPOIL_TEST(class, CLASS, 4, 1)
SPOIL_TEST(byte_order, BYTE_ORDER, 5, 2)
SPOIL_TEST(ident_version, IDENT_VERSION, 6, 0)
SPOIL_TEST(abi_version, ABI_VERSION, 8, 1)
SPOIL_TEST(file_type, FILE_TYPE, 16, 3)
SPOIL_TEST(machine, MACHINE, 18, 62)
SPOIL_TEST(file_version, FILE_VERSION, 20, 2)
SPOIL_TEST(header_size, HEADER_SIZE, 54, 57)

TEST(hv1, header_count)
{
    struct buf b = good();
    store_le16(b.p + 56, 0);
    EXPECT_EQ(check(&b), HV1_HEADER_COUNT);
    store_le16(b.p + 56, 17);
    EXPECT_EQ(check(&b), HV1_HEADER_COUNT);
    store_le16(b.p + 56, 16); // thirteen of type 0, which are ignored
    accept(&b);
    buf_fini(&b);
}

TEST(hv1, headers_outside)
{
    struct buf b = good();
    store_le64(b.p + 32, b.n - 3 * 56 + 1);
    EXPECT_EQ(check(&b), HV1_HEADERS_OUTSIDE);
    store_le64(b.p + 32, ~0ull);
    EXPECT_EQ(check(&b), HV1_HEADERS_OUTSIDE);
    u8 headers[3 * 56];
    copy_bytes(headers, header(&b, 0), sizeof headers);
    u64 end = b.n;
    buf_put(&b, headers, sizeof headers);
    store_le64(b.p + 32, end);
    accept(&b);
    buf_fini(&b);
}

TEST(hv1, interpreter)
{
    struct buf b = good();
    test_elf_header(&b, 3, 0);
    EXPECT_VERDICT(&b, INTERPRETER);
}

TEST(hv1, dynamic)
{
    struct buf b = good();
    test_elf_header(&b, 2, 0);
    EXPECT_VERDICT(&b, DYNAMIC);
}

TEST(hv1, gnu_stack_twice)
{
    struct buf b = good();
    test_elf_header(&b, TEST_GNU_STACK, 7);
    accept(&b);
    test_elf_header(&b, TEST_GNU_STACK, 7);
    EXPECT_VERDICT(&b, GNU_STACK_TWICE);
}

TEST(hv1, gnu_stack_size)
{
    struct buf b = good();
    u8 *h = test_elf_header(&b, TEST_GNU_STACK, 0);
    EXPECT_EQ(accept(&b).stack_size, 16384);
    store_le64(h + 40, 1);
    EXPECT_EQ(accept(&b).stack_size, 4096);
    store_le64(h + 40, 0x200000);
    EXPECT_EQ(accept(&b).stack_size, 0x200000);
    store_le64(h + 40, 0x200001);
    EXPECT_EQ(check(&b), HV1_GNU_STACK_SIZE);
    store_le64(h + 40, ~0ull);
    EXPECT_EQ(check(&b), HV1_GNU_STACK_SIZE);
    // a stack segment decides alone
    test_elf_segment(&b, TEST_R | TEST_W, 0x802FF001, BYTES_NONE, 0xFFF);
    EXPECT_EQ(accept(&b).stack_size, 4096);
    buf_fini(&b);
}

TEST(hv1, file_range)
{
    struct buf b = good();
    u8 *h = header(&b, 2);
    store_le64(h + 8, b.n - 16);
    accept(&b);
    store_le64(h + 8, b.n - 15);
    EXPECT_EQ(check(&b), HV1_FILE_RANGE);
    store_le64(h + 8, ~0ull);
    EXPECT_EQ(check(&b), HV1_FILE_RANGE);
    store_le64(h + 32, 0); // no file bytes: the offset means nothing
    EXPECT_EQ(accept(&b).segment[2].offset, 0);
    buf_fini(&b);
}

TEST(hv1, file_size)
{
    struct buf b = good();
    store_le64(header(&b, 2) + 40, 15);
    EXPECT_VERDICT(&b, FILE_SIZE);
}

TEST(hv1, zero_fill)
{
    struct buf b = good();
    store_le64(header(&b, 1) + 40, 17);
    EXPECT_VERDICT(&b, ZERO_FILL);
}

TEST(hv1, address_overflow)
{
    struct buf b = good();
    store_le64(header(&b, 2) + 16, ~0ull - 100);
    EXPECT_VERDICT(&b, ADDRESS_OVERFLOW);
}

TEST(hv1, place)
{
    static const u64 bad[][2] = {
        {0x800FFFFF, 16}, {0x80100000, 0x200001}, {0x802FFFFF, 2},          {0xBEBFFFFF, 2},
        {0xBEC00000, 1},  {0x180300000, 16},      {0xFFFFFFFF80302000, 16}, {0, 1},
        {0x80000000, 1},
    };
    for (usize i = 0; i < COUNT_OF(bad); i++) {
        struct buf b = good();
        test_elf_segment(&b, TEST_R | TEST_W, bad[i][0], BYTES_NONE, bad[i][1]);
        EXPECT_VERDICT(&b, PLACE);
    }
    struct buf b = good();
    test_elf_segment(&b, TEST_R | TEST_W, 0xBEBFFFFF, BYTES_NONE, 1);
    EXPECT_EQ(accept(&b).heap_lo, RV_IMAGE_HI);
    buf_fini(&b);
}

TEST(hv1, stack_twice)
{
    struct buf b = good();
    test_elf_segment(&b, TEST_R | TEST_W, 0x802FF000, BYTES_NONE, 0x1000);
    accept(&b);
    test_elf_segment(&b, TEST_R | TEST_W, 0x802F0000, BYTES_NONE, 0x1000);
    EXPECT_VERDICT(&b, STACK_TWICE);
}

TEST(hv1, stack_access)
{
    static const u32 bad[] = {0, TEST_R, TEST_X | TEST_W | TEST_R, TEST_X | TEST_W, TEST_X};
    for (usize i = 0; i < COUNT_OF(bad); i++) {
        struct buf b = good();
        test_elf_segment(&b, bad[i] | TEST_W, 0x802FF000, BYTES_NONE, 0x1000);
        u8 *h = header(&b, 3);
        store_le32(h + 4, bad[i]);
        store_le64(h + 32, bad[i] & TEST_W ? 0 : 0x1000); // else ZERO_FILL is found first
        store_le64(h + 8, 0);
        buf_extend(&b, 0x1000);
        EXPECT_VERDICT(&b, STACK_ACCESS);
    }
}

TEST(hv1, stack_file)
{
    struct buf b = good();
    test_elf_segment(&b, TEST_R | TEST_W, 0x802FF000, CODE, 0x1000);
    EXPECT_VERDICT(&b, STACK_FILE);
}

TEST(hv1, stack_end)
{
    struct buf b = good();
    test_elf_segment(&b, TEST_W, 0x802FF000, BYTES_NONE, 0xFFF);
    EXPECT_VERDICT(&b, STACK_END);
}

TEST(hv1, overlap)
{
    struct buf b = good();
    test_elf_segment(&b, TEST_R, 0x8030100F, CODE, 16);
    EXPECT_VERDICT(&b, OVERLAP);
    b = good();
    test_elf_segment(&b, TEST_R, 0x80301010, CODE, 16);
    accept(&b);
    buf_fini(&b);
}

TEST(hv1, no_code)
{
    struct buf b = good();
    store_le32(header(&b, 0) + 4, TEST_R);
    EXPECT_VERDICT(&b, NO_CODE);
}

TEST(hv1, entry)
{
    static const u64 bad[] = {0x80300001, 0x80300010, 0x802FFFFE, 0x80301000, 0x180300000, 0};
    for (usize i = 0; i < COUNT_OF(bad); i++) {
        struct buf b = good();
        store_le64(b.p + 24, bad[i]);
        EXPECT_VERDICT(&b, ENTRY);
    }
    struct buf b = good();
    store_le64(b.p + 24, 0x8030000E);
    EXPECT_EQ(accept(&b).entry, 0x8030000E);
    buf_fini(&b);
}

TEST(hv1, writable_code)
{
    struct buf b = good();
    store_le32(header(&b, 0) + 4, TEST_X | TEST_W); // itself both
    EXPECT_EQ(check(&b), HV1_WRITABLE_CODE);
    store_le32(header(&b, 0) + 4, TEST_X);
    test_elf_segment(&b, TEST_W, 0x80300FFF, BYTES_NONE, 1);
    EXPECT_EQ(check(&b), HV1_WRITABLE_CODE);
    store_le64(header(&b, 3) + 16, 0x80301FFF); // beside read-only data: allowed
    EXPECT_EQ(accept(&b).writable_pages, 4);
    store_le32(header(&b, 1) + 4, TEST_X); // writable above executable in one page
    EXPECT_EQ(check(&b), HV1_WRITABLE_CODE);
    buf_fini(&b);
    b = (struct buf){0};
    test_elf_begin(&b, 0x80300800); // executable above writable in one page, read-only data between
    test_elf_segment(&b, TEST_W, 0x80300000, BYTES_NONE, 1);
    test_elf_segment(&b, TEST_R, 0x80300100, CODE, 16);
    test_elf_segment(&b, TEST_X, 0x80300800, CODE, 16);
    EXPECT_VERDICT(&b, WRITABLE_CODE);
}

TEST(hv1, page_count)
{
    struct buf b = {0};
    test_elf_code(&b, CODE);
    test_elf_segment(&b, TEST_W, 0x80301800, BYTES_NONE, 0x800);
    test_elf_segment(&b, TEST_W, 0x80302000, BYTES_NONE, 1);
    test_elf_segment(&b, TEST_W, 0x80302001, BYTES_NONE, (16384ull - 4 - 1) * 4096 - 1);
    struct hv1_image image = accept(&b);
    EXPECT_EQ(image.writable_pages, 16380);
    store_le64(header(&b, 3) + 40, (16384ull - 4 - 1) * 4096);
    EXPECT_VERDICT(&b, PAGE_COUNT);
}

TEST(hv1, empty_segments_are_ignored_whatever_they_hold)
{
    struct buf b = good();
    u8 *h = test_elf_header(&b, TEST_LOAD, 7);
    store_le64(h + 8, ~0ull);
    store_le64(h + 16, ~0ull);
    store_le64(h + 32, ~0ull);
    EXPECT_EQ(accept(&b).segment_count, 3);
    buf_fini(&b);
}

TEST(hv1, ignored_fields_may_hold_anything)
{
    struct buf b = good();
    b.p[7] = 0xAA;
    zero_bytes(b.p + 40, 14); // e_shoff, e_flags, e_ehsize
    store_le64(b.p + 40, ~0ull);
    store_le32(b.p + 48, ~0u);
    store_le64(header(&b, 1) + 24, ~0ull); // p_paddr
    store_le64(header(&b, 1) + 48, 3);     // p_align
    store_le32(header(&b, 1) + 4, 0xFFFFFFF8 | TEST_R);
    EXPECT(!accept(&b).segment[1].w);
    store_le32(header(&b, 1) + 4, 0);
    EXPECT(!accept(&b).segment[1].r); // no access at all is a valid wish
    buf_fini(&b);
}

TEST(hv1, segments_come_out_sorted)
{
    struct buf b = {0};
    test_elf_begin(&b, 0x80310000);
    test_elf_segment(&b, TEST_W, 0x80320000, BYTES_NONE, 1);
    test_elf_segment(&b, TEST_X, 0x80310000, CODE, 16);
    test_elf_segment(&b, TEST_R, 0x80300000, CODE, 16);
    test_elf_segment(&b, TEST_X, 0x80318000, CODE, 16);
    struct hv1_image image = accept(&b);
    for (u32 i = 1; i < image.segment_count; i++) {
        EXPECT(image.segment[i - 1].gva < image.segment[i].gva);
    }
    EXPECT_EQ(image.text_lo, 0x80310000);
    EXPECT_EQ(image.text_hi, 0x80318010);
    buf_fini(&b);
}

TEST(hv1, the_place_of_a_broken_rule_is_told)
{
    struct buf b = good();
    test_elf_segment(&b, TEST_R, 0x80300800, CODE, 16);
    test_elf_segment(&b, TEST_W, 0x80300FFF, BYTES_NONE, 1);
    struct hv1_image image;
    u32 at = 0;
    EXPECT_EQ(hv1_validate(&image, &at, buf_bytes(&b)), HV1_WRITABLE_CODE);
    EXPECT_EQ(at, 4);
    EXPECT_STR(hv1_verdict_text(HV1_FILE_SIZE), "p_filesz is larger than p_memsz");
    buf_fini(&b);
}
