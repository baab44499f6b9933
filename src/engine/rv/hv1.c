// SPDX-License-Identifier: MIT
// The HV1 validator (ABI section 3). Every rule is a row of spec/hv1.def; the checks here stand in
// the same order: file header, program headers one by one, segments against each other. At most 16
// headers are looked at, so the work is bounded whatever the file holds. Numbers are compared as
// the 64-bit values that stand in the file and narrowed only after they are known to lie inside a
// region.
#include "engine/rv/hv1.h"

#include "lib/base/bytes.h"

#define FILE_HEADER_SIZE 64u
#define PROGRAM_HEADER_SIZE 56u
#define STACK_SIZE_DEFAULT 16384u

enum { PT_LOAD = 1, PT_DYNAMIC = 2, PT_INTERP = 3, PT_GNU_STACK = 0x6474E551 };
enum { PF_X = 1, PF_W = 2, PF_R = 4 };

struct program_header {
    u32 type;
    u32 flags;
    u64 offset;
    u64 vaddr;
    u64 filesz;
    u64 memsz;
};

// What is gathered while the program headers are read.
struct survey {
    struct hv1_image *image;
    u32 header_of[HV1_SEGMENTS_MAX]; // index of the program header of image->segment[i]
    u64 gnu_stack_size;
    bool gnu_stack_seen;
    bool stack_seen;
    u32 at; // program header that is being looked at, ~0: none
};

static struct program_header read_header(const u8 *p)
{
    return (struct program_header){
        .type = load_le32(p),
        .flags = load_le32(p + 4),
        .offset = load_le64(p + 8),
        .vaddr = load_le64(p + 16),
        .filesz = load_le64(p + 32),
        .memsz = load_le64(p + 40),
    };
}

static u32 page_up(u32 n)
{
    return (n + RV_PAGE_SIZE - 1) & ~(RV_PAGE_SIZE - 1);
}

static u32 first_page(const struct hv1_segment *s)
{
    return s->gva / RV_PAGE_SIZE;
}

static u32 last_page(const struct hv1_segment *s)
{
    return (s->gva + s->size - 1) / RV_PAGE_SIZE;
}

static enum hv1_verdict check_file_header(bytes elf)
{
    if (elf.n < FILE_HEADER_SIZE) {
        return HV1_TRUNCATED;
    }
    const u8 *p = elf.p;
    if (!equal_bytes(p, "\177ELF", 4)) {
        return HV1_MAGIC;
    }
    const struct {
        bool good;
        enum hv1_verdict verdict;
    } rules[] = {
        {p[4] == 2, HV1_CLASS},
        {p[5] == 1, HV1_BYTE_ORDER},
        {p[6] == 1, HV1_IDENT_VERSION},
        {p[8] == 0, HV1_ABI_VERSION},
        {load_le16(p + 16) == 2, HV1_FILE_TYPE},
        {load_le16(p + 18) == 243, HV1_MACHINE},
        {load_le32(p + 20) == 1, HV1_FILE_VERSION},
        {load_le16(p + 54) == PROGRAM_HEADER_SIZE, HV1_HEADER_SIZE},
        {load_le16(p + 56) - 1u < HV1_SEGMENTS_MAX, HV1_HEADER_COUNT},
    };
    for (usize i = 0; i < COUNT_OF(rules); i++) {
        if (!rules[i].good) {
            return rules[i].verdict;
        }
    }
    u64 offset = load_le64(p + 32);
    u64 size = (u64)load_le16(p + 56) * PROGRAM_HEADER_SIZE;
    return offset > elf.n || size > elf.n - offset ? HV1_HEADERS_OUTSIDE : HV1_OK;
}

static enum hv1_verdict take_stack_segment(struct survey *s, const struct program_header *h)
{
    if (s->stack_seen) {
        return HV1_STACK_TWICE;
    }
    if ((h->flags & (PF_W | PF_X)) != PF_W) {
        return HV1_STACK_ACCESS;
    }
    if (h->filesz != 0) {
        return HV1_STACK_FILE;
    }
    if (h->vaddr + h->memsz != RV_STACK_HI) {
        return HV1_STACK_END;
    }
    s->stack_seen = true;
    s->image->stack_size = page_up((u32)h->memsz);
    return HV1_OK;
}

static void take_image_segment(struct survey *s, const struct program_header *h)
{
    struct hv1_image *image = s->image;
    u32 i = image->segment_count++;
    for (; i > 0 && image->segment[i - 1].gva > h->vaddr; i--) {
        image->segment[i] = image->segment[i - 1];
        s->header_of[i] = s->header_of[i - 1];
    }
    image->segment[i] = (struct hv1_segment){
        .gva = (u32)h->vaddr,
        .size = (u32)h->memsz,
        .offset = h->filesz == 0 ? 0 : (u32)h->offset,
        .file_size = (u32)h->filesz,
        .r = (h->flags & (PF_R | PF_W | PF_X)) != 0,
        .w = (h->flags & PF_W) != 0,
        .x = (h->flags & PF_X) != 0,
    };
    s->header_of[i] = s->at;
}

static enum hv1_verdict take_load(struct survey *s, const struct program_header *h, usize file_size)
{
    if (h->memsz == 0) {
        return HV1_OK;
    }
    u64 file_end = file_size < UINT32_MAX ? file_size : UINT32_MAX; // offsets are kept in 32 bits
    if (h->filesz != 0 && (h->offset > file_end || h->filesz > file_end - h->offset)) {
        return HV1_FILE_RANGE;
    }
    if (h->filesz > h->memsz) {
        return HV1_FILE_SIZE;
    }
    if (h->filesz < h->memsz && (h->flags & PF_W) == 0) {
        return HV1_ZERO_FILL;
    }
    u64 end = 0;
    if (__builtin_add_overflow(h->vaddr, h->memsz, &end)) {
        return HV1_ADDRESS_OVERFLOW;
    }
    if (h->vaddr >= RV_STACK_LO && end <= RV_STACK_HI) {
        return take_stack_segment(s, h);
    }
    if (h->vaddr < RV_IMAGE_LO || end > RV_IMAGE_HI) {
        return HV1_PLACE;
    }
    take_image_segment(s, h);
    return HV1_OK;
}

static enum hv1_verdict take_header(struct survey *s, const struct program_header *h,
                                    usize file_size)
{
    switch (h->type) {
    case PT_LOAD:
        return take_load(s, h, file_size);
    case PT_INTERP:
        return HV1_INTERPRETER;
    case PT_DYNAMIC:
        return HV1_DYNAMIC;
    case PT_GNU_STACK:
        if (s->gnu_stack_seen) {
            return HV1_GNU_STACK_TWICE;
        }
        s->gnu_stack_seen = true;
        s->gnu_stack_size = h->memsz;
        return HV1_OK;
    default:
        return HV1_OK;
    }
}

static enum hv1_verdict settle_stack_size(struct survey *s)
{
    if (s->stack_seen) {
        return HV1_OK;
    }
    if (s->gnu_stack_size > RV_STACK_HI - RV_STACK_LO) {
        return HV1_GNU_STACK_SIZE;
    }
    u32 size = (u32)s->gnu_stack_size;
    s->image->stack_size = size > 0 ? page_up(size) : STACK_SIZE_DEFAULT;
    return HV1_OK;
}

static enum hv1_verdict check_overlap(struct survey *s)
{
    const struct hv1_image *image = s->image;
    for (u32 i = 1; i < image->segment_count; i++) {
        const struct hv1_segment *a = &image->segment[i - 1];
        if (a->gva + a->size > image->segment[i].gva) {
            s->at = s->header_of[i];
            return HV1_OVERLAP;
        }
    }
    return HV1_OK;
}

// A segment that is both executable and writable is refused by check_pages; in all others every
// byte is a file byte.
static enum hv1_verdict check_code(struct survey *s, u64 entry)
{
    struct hv1_image *image = s->image;
    bool code_found = false, entry_found = false;
    for (u32 i = 0; i < image->segment_count; i++) {
        const struct hv1_segment *g = &image->segment[i];
        if (!g->x) {
            continue;
        }
        if (!code_found) {
            image->text_lo = g->gva;
        }
        code_found = true;
        image->text_hi = g->gva + g->file_size;
        entry_found = entry_found || (entry >= g->gva && entry - g->gva < g->file_size);
    }
    image->entry = (u32)entry;
    if (!code_found) {
        return HV1_NO_CODE;
    }
    return entry_found && entry % 2 == 0 ? HV1_OK : HV1_ENTRY;
}

static enum hv1_verdict check_pages(struct survey *s)
{
    struct hv1_image *image = s->image;
    u64 pages = 0;
    u32 next = 0;           // first page not yet counted as writable
    u32 code = 0, data = 0; // last page touched by an executable, a writable segment; 0: none
    for (u32 i = 0; i < image->segment_count; i++) {
        const struct hv1_segment *g = &image->segment[i];
        u32 first = first_page(g), last = last_page(g);
        if ((g->x && (g->w || data == first)) || (g->w && code == first)) {
            s->at = s->header_of[i];
            return HV1_WRITABLE_CODE;
        }
        if (g->x) {
            code = last;
        }
        if (g->w) {
            data = last;
            first = first > next ? first : next;
            if (last >= first) {
                pages += last - first + 1;
                next = last + 1;
            }
        }
    }
    image->writable_pages = (u32)pages;
    return pages + image->stack_size / RV_PAGE_SIZE > HV1_PAGES_MAX ? HV1_PAGE_COUNT : HV1_OK;
}

static enum hv1_verdict check_headers(struct survey *s, bytes elf)
{
    const u8 *headers = elf.p + load_le64(elf.p + 32);
    u32 count = load_le16(elf.p + 56);
    for (u32 i = 0; i < count; i++) {
        struct program_header h = read_header(headers + (usize)i * PROGRAM_HEADER_SIZE);
        s->at = i;
        enum hv1_verdict verdict = take_header(s, &h, elf.n);
        if (verdict != HV1_OK) {
            return verdict;
        }
    }
    s->at = ~0u;
    return HV1_OK;
}

static enum hv1_verdict check_all(struct survey *s, bytes elf)
{
    enum hv1_verdict verdict = check_file_header(elf);
    if (verdict == HV1_OK) {
        verdict = check_headers(s, elf);
    }
    if (verdict == HV1_OK) {
        verdict = settle_stack_size(s);
    }
    if (verdict == HV1_OK) {
        verdict = check_overlap(s);
    }
    if (verdict == HV1_OK) {
        verdict = check_code(s, load_le64(elf.p + 24));
    }
    if (verdict == HV1_OK) {
        verdict = check_pages(s);
    }
    return verdict;
}

enum hv1_verdict hv1_validate(struct hv1_image *image, u32 *at, bytes elf)
{
    *image = (struct hv1_image){0};
    struct survey s = {.image = image, .at = ~0u};
    enum hv1_verdict verdict = check_all(&s, elf);
    if (verdict == HV1_OK) {
        const struct hv1_segment *top = &image->segment[image->segment_count - 1];
        image->heap_lo = page_up(top->gva + top->size);
    }
    if (at != NULL) {
        *at = s.at;
    }
    return verdict;
}

const char *hv1_verdict_text(enum hv1_verdict v)
{
    static const char *const texts[] = {
        [HV1_OK] = "the image is valid",
#define HV1(NAME, text) [HV1_##NAME] = text,
#include "spec/hv1.def"
    };
    return (usize)v < COUNT_OF(texts) ? texts[v] : "unknown";
}

const char *hv1_verdict_name(enum hv1_verdict v)
{
    static const char *const names[] = {
        [HV1_OK] = "OK",
#define HV1(NAME, text) [HV1_##NAME] = #NAME,
#include "spec/hv1.def"
    };
    return (usize)v < COUNT_OF(names) ? names[v] : "unknown";
}
