// SPDX-License-Identifier: MIT
// The root of a whole state: accounts by hash of address, storage by hash of key (yellow paper,
// section 4.1).
#pragma once

#include "core/state/state.h"

void state_root(b256 *out, struct state *s);
