// SPDX-License-Identifier: MIT
// Numbers of 256 bits as decimal digits.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/types.h"

void decimal_put(struct buf *out, u256 v); // appended, without leading zeros; "0" for 0
