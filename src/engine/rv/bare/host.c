// SPDX-License-Identifier: MIT
// The host's side of `tohost` and `fromhost`, as the RISC-V project's simulators have it. `tohost`
// is a 64-bit word: device in the highest byte, command in the next, payload below. Device 0 with
// an odd payload is the end; with an even one it is a call, the address of eight words: number,
// arguments, and in the first of them the result. The console (device 1) takes a character.
#include "engine/rv/bare/priv.h"

#include <inttypes.h>

#include "lib/base/bytes.h"

#define DEVICE_CONSOLE 1
#define CALL_WRITE 64
#define CALL_EXIT 93
#define CALL_WORDS 8

// The low bit of what a program reports says that it ends, the rest is the number of the failed
// test.
void bare_end_with(struct bare_hart *hart, u64 test)
{
    hart->result->test = test;
    if (test == 0) {
        (void)bare_end(hart, BARE_PASSED);
    } else {
        buf_printf(bare_end(hart, BARE_FAILED), "test %" PRIu64, test);
    }
}

// The symbols lie in memory, but nothing makes a program's linker promise it.
static bool put_word(struct bare_hart *hart, u64 pa, u64 value)
{
    u8 raw[8];
    store_le64(raw, value);
    return bare_ram_copy_in(&hart->ram, pa, (bytes){raw, sizeof raw});
}

// Carries out the call at `pa`: a write is forgotten and reported as done. False: there is no such
// call, or no memory to answer in.
static bool answer(struct bare_hart *hart, u64 pa)
{
    u8 raw[8 * CALL_WORDS];
    if (!hart->image.has_fromhost || !bare_ram_copy_out(&hart->ram, raw, pa, sizeof raw)) {
        return false;
    }
    switch (load_le64(raw)) {
    case CALL_WRITE: // descriptor, address, length
        return put_word(hart, pa, load_le64(raw + 24)) && put_word(hart, hart->image.tohost, 0) &&
               put_word(hart, hart->image.fromhost, 1);
    case CALL_EXIT: // status
        bare_end_with(hart, load_le64(raw + 8));
        return true;
    default:
        return false;
    }
}

void bare_stored(struct bare_hart *hart, u64 pa, u32 size)
{
    const u64 tohost = hart->image.tohost;
    if (!hart->image.has_tohost || pa >= tohost + 8 || tohost >= pa + size) {
        return;
    }
    u8 raw[8];
    if (!bare_ram_copy_out(&hart->ram, raw, tohost, sizeof raw)) {
        return;
    }
    const u64 value = load_le64(raw);
    const u32 device = (u32)(value >> 56);
    bool done = value == 0;
    if (device == 0 && (value & 1) != 0) {
        bare_end_with(hart, value >> 1);
        done = true;
    } else if (device == DEVICE_CONSOLE) {
        done = put_word(hart, tohost, 0);
    } else if (value != 0 && value >> 48 == 0) {
        done = answer(hart, value);
    }
    if (!done) { // it would wait for an answer that never comes
        buf_printf(bare_end(hart, BARE_BROKEN),
                   "it asks the host for a call (0x%" PRIx64
                   " in tohost), which this machine has not",
                   value);
    }
}
