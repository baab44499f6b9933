// SPDX-License-Identifier: MIT
// The control and status registers of ABI section 2. Which numbers exist and which may be written
// is decided by the decoder; every other number reads 0 here and ignores writes.
#pragma once

#include "engine/rv/rv.h"

u64 rv_csr_read(const struct rv_machine *m, u32 number);
void rv_csr_write(struct rv_machine *m, u32 number, u64 value);
