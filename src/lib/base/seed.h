// SPDX-License-Identifier: MIT
// A secret of the process for hash tables whose keys an attacker may choose. Defined by lib/os; no
// result may depend on it.
#pragma once

#include "lib/base/types.h"

u64 seed_for_tables(void);
