// SPDX-License-Identifier: MIT
// What a contract says when it reverts, as text for people: Error(string) and Panic(uint256) of the
// Solidity contract ABI. Other data have no reason here.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/types.h"

// Appends the text and returns true, or appends nothing and returns false. Never reads beyond
// `output`.
bool revert_reason(struct buf *b, bytes output);
// The parts of it: the text of an Error(string), of any length, in `output`; the code of a Panic.
bool revert_error_text(bytes *text, bytes output);
bool revert_panic_code(u256 *code, bytes output);
