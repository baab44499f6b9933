// SPDX-License-Identifier: MIT
// What the processor can do beyond the base instruction set, as one word of bits. Kernels are
// chosen by it. The environment variable HYBRID_CPU=scalar makes the word empty, so that plain code
// can be measured and tested on any machine. A bit is set only if the operating system saves the
// registers too.
#pragma once

#include "lib/base/types.h"

enum cpu_bit {
    CPU_KNOWN = 1 << 0, // always set in an answer
    CPU_BMI1 = 1 << 1,
    CPU_BMI2 = 1 << 2,
    CPU_ADX = 1 << 3,
    CPU_AVX2 = 1 << 4,
    CPU_AVX512F = 1 << 5,
    CPU_AVX512VL = 1 << 6,
    CPU_AVX512DQ = 1 << 7,
    CPU_AVX512BW = 1 << 8,
    CPU_FSGSBASE = 1 << 9, // usable in user mode, by AT_HWCAP2
    CPU_LZCNT = 1 << 10,
};

u32 cpu_count(void);    // of processors that may be used, at least 1
u32 cpu_features(void); // read from the processor once, then one load
