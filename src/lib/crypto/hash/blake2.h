// SPDX-License-Identifier: MIT
// The compression function F of BLAKE2b (RFC 7693, section 3.2), with the number of rounds as an
// argument.
#pragma once

#include "lib/base/types.h"

// Mixes the block m into the state h. t is the count of bytes, low word first; `last` marks the
// last block. The hash has 12 rounds.
void blake2b_compress(u64 h[8], const u64 m[16], const u64 t[2], bool last, u32 rounds);
