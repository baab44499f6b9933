// SPDX-License-Identifier: MIT
// Log lines of hybrid-node on standard error: events of a table, with members, as text or as one
// JSON object a line.
#pragma once

#include "core/eth/block.h"
#include "lib/base/buf.h"

enum log_level { LOG_NONE, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

enum log_event {
#define NODE_LOG(NAME, level, name, text) LOG_EVENT_##NAME,
#include "app/cli/node_log.def"
    LOG_EVENT_COUNT
};

struct node_log {
    enum log_level level; // events above it are not told
    bool as_json;
    u64 (*clock)(void); // seconds since 1970
};

// `text` may be NULL; without its ending newline.
void node_log_text(const struct node_log *l, enum log_event e, const char *text);
void node_log_block(const struct node_log *l, enum log_event e, const struct header *h,
                    usize transactions);
void node_log_hash(const struct node_log *l, enum log_event e, const b256 *hash);
