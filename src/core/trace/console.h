// SPDX-License-Identifier: MIT
// What contracts say to those who write them: texts of the service debug_log (0x04) of RISC-V
// contracts, and calls of EVM contracts to the address that tools of Solidity listen to
// (0x00…636f6e736f6c652e6c6f67, "console.log"), decoded. For development nodes and test runners: an
// inspector that hands on a line for each.
#pragma once

#include "core/vm/inspect.h"
#include "lib/base/buf.h"

#define CONSOLE_LINE_MAX 2048u // bytes of a line; the rest is left away

struct console {
    void *ctx;
    // A line without its end, plain text: control characters and bytes that are not UTF-8 are
    // \xNN. `at` is the account that said it.
    void (*line)(void *ctx, const address *at, bytes text);
    struct buf frames; // own address of each live frame
    struct buf text;
};

void console_init(struct console *c, void (*line)(void *ctx, const address *at, bytes text),
                  void *ctx);
void console_fini(struct console *c);
struct inspector console_inspector(struct console *c); // refers to *c

// Appends what a call's input to the console's address says. False: it is none of log(…) with up to
// four of uint256, string, bool, address, or one of int256, bytes, bytesN.
bool console_put_call(struct buf *out, bytes input);
