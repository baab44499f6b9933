// SPDX-License-Identifier: MIT
// Addresses for people: digits whose case is a checksum (EIP-55).
#pragma once

#include "lib/base/buf.h"

void address_put_checksum(struct buf *out, const address *a); // 0x and 40 digits
