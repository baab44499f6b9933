// SPDX-License-Identifier: MIT
// The hash of logs that official tests give: keccak256 of the RLP list of the logs of the current
// transaction, each a list of emitter, topics, data.
#pragma once

#include "core/state/state.h"

b256 logs_hash(const struct state *s);
