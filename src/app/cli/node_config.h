// SPDX-License-Identifier: MIT
// Options from a file: a JSON object whose members are options by name, or TOML's lines
// `name = value` with texts in quotes, numbers, true and false, and comments behind #. What the
// command line gives stays.
#pragma once

#include "app/cli/options.h"

// `kept` owns the texts that the options refer to from here on. False: o->why says what is wrong,
// with the file and the line or member.
MUST_USE bool node_config_read(struct options *o, struct buf *kept, const char *path);
// The same of a text, for tests and fuzzers.
MUST_USE bool node_config_parse(struct options *o, struct buf *kept, const char *path, bytes text);
