// SPDX-License-Identifier: MIT
// Instructions for which qemu 7.2 is no oracle: Zicond, which it lacks, and ctzw, where it looks at
// the upper half of the register if the lower one is 0. Written from the pseudo-code of the
// unprivileged manual 20240411 (chapters "Zicond" and "Zbb"), and not from the engine's table.
#pragma once

#include "lib/base/types.h"

enum model_op { MODEL_CZERO_EQZ, MODEL_CZERO_NEZ, MODEL_CTZW, MODEL_OP_COUNT };

u32 model_encode(enum model_op op, u32 rd, u32 rs1, u32 rs2); // ctzw has no rs2
void model_execute(u64 x[32], u32 bits);
