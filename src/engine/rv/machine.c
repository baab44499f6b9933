// SPDX-License-Identifier: MIT
// The state of a machine at the start of a frame (ABI section 2).
#include "engine/rv/rv.h"

void rv_machine_init(struct rv_machine *m, struct rv_program *p, struct rv_slot *slot, i64 cycles)
{
    *m = (struct rv_machine){
        .pc = rv_program_image(p)->entry,
        .cycles = cycles,
        .program = p,
        .slot = slot,
    };
    m->x[2] = RV_STACK_HI;
    m->x[10] = RV_CALLDATA_LO;
}
