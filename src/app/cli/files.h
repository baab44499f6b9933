// SPDX-License-Identifier: MIT
// JSON files that options name.
#pragma once

#include "app/cli/options.h"
#include "lib/codec/json.h"

// Reads the file that option `index` names, if it is given, and has `read` look at it. False: *why
// names the option, the file and the place in it.
MUST_USE bool option_json(struct options *o, u32 index,
                          enum fault (*read)(void *ctx, const json_value *root), void *ctx);
// The same for a file by its path; the sentence is appended to why.
MUST_USE bool read_json_file(struct buf *why, const char *path,
                             enum fault (*read)(void *ctx, const json_value *root), void *ctx);
