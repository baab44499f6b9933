// SPDX-License-Identifier: MIT
// Zstandard (RFC 8878), behind libzstd.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

// Appends what one or more frames hold, at most size_max bytes. NULL, or why they were refused: a
// phrase; `out` is then as before.
MUST_USE const char *zstd_unpack(struct buf *out, bytes packed, usize size_max);
