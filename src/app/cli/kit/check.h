// SPDX-License-Identifier: MIT
// Whether code can be deployed and what it costs: the validator of images with a remedy for each
// rule, the limits of a chain, the price of a call's start.
#pragma once

#include "engine/rv/hv1.h"
#include "lib/base/buf.h"
#include "lib/base/types.h"

enum check_kind {
    CHECK_IMAGE,     // FF and an ELF, or an ELF, which gets its FF: code
    CHECK_CONTAINER, // init code of a RISC-V contract
    CHECK_EVM,       // all else
};

struct check {
    enum check_kind kind;
    usize size;     // bytes of the code, the FF counted; of a container all of it
    bool is_valid;  // an image or container can be created, EVM code stored
    bool has_image; // `image` is filled
    struct hv1_image image;
    enum hv1_verdict verdict; // of the image
    u32 header;               // program header concerned; ~0: none
    const char *problem;      // other than of the image: a clause; NULL: none
    const char *remedy;       // what to do; NULL: nothing
    u32 pages;                // that each call gets at its start: calldata, stack, data
    u64 start_gas;            // what they cost the top frame
    u64 load_gas;             // price of large code, once a transaction
};

struct check check_code(bytes code, u64 code_size_max);
// What to do about a rule that an image breaks: an imperative clause.
const char *check_remedy(enum hv1_verdict v);
