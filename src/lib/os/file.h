// SPDX-License-Identifier: MIT
// Whole files. Each function that can fail returns FAULT_IO (the system refused) or FAULT_BAD_INPUT
// (the file is larger than the caller's bound) and then appends a sentence with the path and the
// reason to `why`.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"

// Appends the contents of the file, at most size_max bytes, to `out`. "-" is standard input.
MUST_USE enum fault os_read_file(struct buf *out, struct buf *why, const char *path,
                                 usize size_max);

// Replaces the file as a whole: whoever reads it sees the old or the new contents, also after a
// crash.
MUST_USE enum fault os_write_file(struct buf *why, const char *path, bytes contents);

// The same, to be read by nobody but its owner.
MUST_USE enum fault os_write_private_file(struct buf *why, const char *path, bytes contents);

// The names in a folder in byte order, without "." and ".."; folders end with a slash.
struct os_names {
    char **name;
    usize count;
};

MUST_USE enum fault os_list_folder(struct os_names *out, struct buf *why, const char *path);
void os_names_fini(struct os_names *names);

bool os_is_folder(const char *path);  // also true of a link to one
usize os_file_size(const char *path); // bytes; 0 of what is not there or no file
// Makes the folder, and those above it, where there is none.
MUST_USE enum fault os_make_folder(struct buf *why, const char *path);

// A file that one process at a time holds, by its existence and a lock that ends with the process.
struct os_lock;
// FAULT_BAD_INPUT: another process has it; `why` says which, if it can be told.
MUST_USE enum fault os_lock_file(struct os_lock **out, struct buf *why, const char *path);
void os_unlock_file(struct os_lock *lock); // may be NULL; the file stays
