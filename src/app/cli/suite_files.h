// SPDX-License-Identifier: MIT
// The files of official tests: named one by one, below folders, in packed archives (.tar.zst), or
// from standard input.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"

#define SUITE_FILE_MAX ((usize)512 << 20)  // bytes
#define SUITE_ARCHIVE_MAX ((usize)4 << 30) // of an archive, unpacked

struct suite_file {
    char *path; // owned; of an archive's member "archive/member"
    bytes text; // of what is in memory already (then p is not NULL), else read when it is run
    usize size;
};

struct suite_files {
    struct suite_file *file;
    usize count, cap;
    bool takes_yaml;      // given
    struct buf *unpacked; // archives and standard input, to which texts point
    usize unpacked_count;
};

void suite_files_fini(struct suite_files *f);
// Adds a file; all .json files (if takes_yaml also .yaml) below a folder or in an archive, whose
// name ends in .tar.zst or .tar; or for "-" what standard input holds: a test, or names of files,
// one a line. FAULT_IO or FAULT_BAD_INPUT with a sentence in `why`.
MUST_USE enum fault suite_files_add(struct suite_files *f, struct buf *why, const char *path);
// Largest first, so that what takes long is begun early.
void suite_files_sort(struct suite_files *f);
