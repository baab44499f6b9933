// SPDX-License-Identifier: MIT
// The HV1 validator on hostile bytes: whatever it accepts must be what its header promises. So that
// random input gets past the file header, the input is also tried as the program headers of a good
// file.
#include "engine/rv/hv1.h"

#include "engine/rv/test_image.h"
#include "lib/base/check.h"

static void check_segment(const struct hv1_image *image, u32 i, usize file_size)
{
    const struct hv1_segment *s = &image->segment[i];
    CHECK(s->size > 0 && s->file_size <= s->size);
    CHECK(s->gva >= RV_IMAGE_LO && (u64)s->gva + s->size <= RV_IMAGE_HI);
    CHECK((u64)s->offset + s->file_size <= file_size);
    CHECK(s->w || s->file_size == s->size);
    CHECK(!(s->w && s->x) && (s->r || (!s->w && !s->x)));
    CHECK(i == 0 || s[-1].gva + s[-1].size <= s->gva);
    CHECK(!s->x || (s->gva >= image->text_lo && s->gva + s->size <= image->text_hi));
}

static void check_image(bytes elf)
{
    struct hv1_image image;
    u32 at = 0;
    enum hv1_verdict verdict = hv1_validate(&image, &at, elf);
    CHECK((u32)verdict < HV1_VERDICT_COUNT && hv1_verdict_text(verdict)[0] != 0);
    CHECK(at == ~0u || at < HV1_SEGMENTS_MAX);
    if (verdict != HV1_OK) {
        return;
    }
    CHECK(image.segment_count >= 1 && image.segment_count <= HV1_SEGMENTS_MAX);
    CHECK(image.stack_size > 0 && image.stack_size % RV_PAGE_SIZE == 0);
    CHECK(image.stack_size <= RV_STACK_HI - RV_STACK_LO);
    CHECK(image.writable_pages + image.stack_size / RV_PAGE_SIZE <= HV1_PAGES_MAX);
    CHECK(image.heap_lo % RV_PAGE_SIZE == 0 && image.heap_lo <= RV_IMAGE_HI);
    CHECK(image.entry % 2 == 0 && image.entry >= image.text_lo && image.entry < image.text_hi);
    for (u32 i = 0; i < image.segment_count; i++) {
        check_segment(&image, i, elf.n);
    }
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    check_image((bytes){data, n});
    struct buf b = {0};
    test_elf_begin(&b, TEST_TEXT);
    usize headers = n / 56 < HV1_SEGMENTS_MAX ? n / 56 : HV1_SEGMENTS_MAX;
    copy_bytes(b.p + TEST_ELF_HEADERS, data, headers * 56);
    store_le16(b.p + 56, (u16)headers);
    check_image(buf_bytes(&b));
    buf_fini(&b);
    return 0;
}
