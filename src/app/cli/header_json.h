// SPDX-License-Identifier: MIT
// Headers as JSON, with the names of the JSON-RPC (execution-apis).
#pragma once

#include "core/eth/block.h"
#include "lib/codec/json_write.h"

void header_json_put(struct json_writer *w, const char *name, const struct header *h);
