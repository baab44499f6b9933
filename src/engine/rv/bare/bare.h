// SPDX-License-Identifier: MIT
// The bare machine: one RV64GC hart with machine, supervisor and user mode, physical memory
// protection and paging, for test programs that bring their own trap handlers. It steps through the
// rows of spec/rv64.def one instruction at a time, so what it tests are the expressions that
// contracts run, while everything around them (traps, CSRs, memory) is its own and follows the
// privileged manual 20240411. Contracts never see it.
//
// Choices where that manual leaves one: misaligned loads and stores work, atomics do not; page
// tables' A and D bits are set by the hardware; Sv39, Sv48 and Sv57; 16 PMP entries of 4 bytes'
// grain, and all is allowed while none is active; misa is fixed; wfi does not wait; no triggers; no
// devices, so only software sets interrupts. Beyond the rows it has the compare and swap of Zacas.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/types.h"

#define BARE_STEPS_DEFAULT 200000000ull

struct bare_options {
    u64 steps_max;  // instructions and traps after which a program "did not end"; 0: the default
    bool signature; // fill bare_result.signature
    u32 signature_grain; // bytes a line, 1 to 16, a power of two; 0: 4
};

enum bare_end {
    BARE_PASSED,  // 1 was stored to `tohost`, or ecall with a7 = 93 and a0 = 0 where no trap vector
                  // is set or the program has no symbol `tohost`
    BARE_FAILED,  // 2 n + 1 was stored to `tohost`, or the host's exit or that ecall with n
    BARE_TIMEOUT, // steps_max was reached
    BARE_BROKEN,  // it cannot go on: a trap without a vector, a host call; text says why
    BARE_REFUSED, // not a program for this machine: text says why
};

struct bare_result { // bare_result_fini frees it
    enum bare_end end;
    u64 test;                 // BARE_FAILED: n
    u64 instructions;         // retired
    struct buf text;          // a clause without full stop; empty if passed
    struct buf signature;     // lines of hex, one grain of memory each, ascending
    const char *no_signature; // why there is none though it was asked for: a clause; or NULL
};

// Loads the ELF and runs it from its entry in machine mode until it ends. Memory: every PT_LOAD and
// 64 MiB after each, and 64 MiB from 0x8000_0000. Total for any bytes.
void bare_run(const struct bare_options *options, bytes elf, struct bare_result *result);
void bare_result_fini(struct bare_result *result);
