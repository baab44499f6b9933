// SPDX-License-Identifier: MIT
// The files of the explorer (web/), which are part of the program.
#pragma once

#include "lib/base/types.h"

struct page_file {
    const char *path, *type; // of the request; of the content
    bytes body;
};

// The file at a path of a request; NULL: there is none.
const struct page_file *page_find(struct page_file *out, bytes path);
