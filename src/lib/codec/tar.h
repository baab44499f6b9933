// SPDX-License-Identifier: MIT
// Walking the members of a tar archive that is in memory: the form of POSIX (ustar, with extended
// headers for long names and large sizes) and GNU's long names. Nothing is unpacked to disk, so
// names are only names.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

#define TAR_NAME_MAX 4096u // bytes

struct tar {
    bytes text; // kept
    usize at;
    struct buf name;
    const char *error; // why the walk ended early, at `at`; static; NULL if it did not
};

struct tar_member {
    const char *name; // 0 behind it; valid until the next call
    bytes data;       // points into the archive
    bool is_file;     // else a folder, a link, a device
};

void tar_init(struct tar *t, bytes text);
void tar_fini(struct tar *t);
// The next member; false at the end, or where the archive is malformed (then `error` is set).
MUST_USE bool tar_next(struct tar *t, struct tar_member *m);
