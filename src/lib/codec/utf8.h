// SPDX-License-Identifier: MIT
// UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include "lib/base/types.h"

// Bytes of the well-formed sequence at the start of s, which is not empty; 0 if there is none.
usize utf8_sequence(bytes s);
bool utf8_is_valid(bytes s);
