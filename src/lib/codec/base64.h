// SPDX-License-Identifier: MIT
// Base64 (RFC 4648): the usual alphabet with padding, and that of URLs without.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"

void base64_put(struct buf *out, bytes data); // with padding
// Appends what the text stands for; false at a character, length or padding that is not right, or
// at bits that no byte has.
MUST_USE bool base64_decode(struct buf *out, bytes text);
MUST_USE bool base64_url_decode(struct buf *out, bytes text); // without padding
