// SPDX-License-Identifier: MIT
// Numbers as people write them: decimal, decimal with an exponent (5e18), or 0x hex, up to 256
// bits; as text and inside JSON.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"
#include "lib/codec/json.h"

// NULL on success, else why not: a phrase that follows the text ("is not a number").
MUST_USE const char *number_parse(u256 *out, const char *text, usize n);

// A JSON number, or a text as above.
MUST_USE enum fault number_json(u256 *out, const json_value *v);
MUST_USE enum fault number_json_u64(u64 *out, const json_value *v, u64 max);
MUST_USE enum fault number_json_find(u256 *out, const json_value *object, const char *name);
