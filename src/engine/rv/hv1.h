// SPDX-License-Identifier: MIT
// The HV1 image (ABI section 3): FF, then a statically linked ELF64 for RV64. The validator is a
// total function of the bytes, linear in their number; what it accepts, it describes completely, so
// that nobody else needs to look into an ELF again.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

#define RV_CALLDATA_LO 0x80000000u
#define RV_CALLDATA_HI 0x800F0000u
#define RV_STACK_LO 0x80100000u // lowest address a stack may reach
#define RV_STACK_HI 0x80300000u // initial sp
#define RV_IMAGE_LO 0x80300000u
#define RV_IMAGE_HI 0xBEC00000u
#define RV_PAGE_SIZE 4096u
#define RV_CALLDATA_MAX 983032u // bytes: the window less its 8 byte length
#define HV1_SEGMENTS_MAX 16
#define HV1_PAGES_MAX 16384u // writable pages and stack of an image, and pages of a frame

enum hv1_verdict {
    HV1_OK = 0,
#define HV1(NAME, text) HV1_##NAME,
#include "spec/hv1.def"
    HV1_VERDICT_COUNT
};

struct hv1_segment { // a PT_LOAD of memory size > 0, the stack segment not among them
    u32 gva;         // first address
    u32 size;        // bytes in memory
    u32 offset;      // of its file bytes in the ELF (not counting the FF)
    u32 file_size;   // 0 to size; the rest is zero
    bool r, w, x;    // as effective: W and X imply R
};

struct hv1_image {
    u32 entry;
    u32 stack_size;       // bytes, whole pages
    u32 segment_count;    // 1 to 16, in ascending order of address
    u32 writable_pages;   // pages that a writable segment touches, stack not among them
    u32 heap_lo;          // first page boundary after the highest segment
    u32 text_lo, text_hi; // hull of all executable file bytes
    struct hv1_segment segment[HV1_SEGMENTS_MAX];
};

// Validates `elf` (the bytes after the FF). On success fills *image and returns HV1_OK; else the
// first rule that it breaks, *image is then undefined. `at` (may be NULL) receives the place: the
// index of the program header concerned, or ~0.
MUST_USE enum hv1_verdict hv1_validate(struct hv1_image *image, u32 *at, bytes elf);
const char *hv1_verdict_text(enum hv1_verdict v); // a clause: "p_filesz is larger than p_memsz"
const char *hv1_verdict_name(enum hv1_verdict v);
