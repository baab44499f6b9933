// SPDX-License-Identifier: MIT
// Standard streams as people and other programs hold them: is one a terminal, and lines as they
// are typed.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

enum os_stream { OS_STDIN = 0, OS_STDOUT = 1, OS_STDERR = 2 };

bool os_is_terminal(enum os_stream s);
// Appends the next line of standard input without its end as soon as it is there; false at the end
// of the input.
MUST_USE bool os_read_line(struct buf *out);
// Asks for a line that is not shown, at the process's terminal whatever its streams are. False: it
// has none.
MUST_USE bool os_ask_secret(struct buf *out, const char *prompt);
