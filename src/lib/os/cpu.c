// SPDX-License-Identifier: MIT
// Processor features by cpuid and xgetbv (Intel SDM volume 1, chapter 14; AMD APM volume 3,
// appendix E). The word is computed by whoever asks first; threads that race compute the same
// value.
#include "lib/os/cpu.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#ifdef __x86_64__
#include <cpuid.h>
#endif

static _Atomic u32 feature_word; // 0 = not read yet

#ifdef __x86_64__
#define XCR0_YMM 0x06u // xmm and upper ymm halves saved
#define XCR0_ZMM 0xe6u // those, opmasks and both halves of zmm state
#define HWCAP2_FSGS 2u // linux: asm/hwcap2.h

static u32 read_xcr0(void)
{
    u32 low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    (void)high;
    return low;
}

static u32 when(bool condition, enum cpu_bit bit)
{
    return condition ? (u32)bit : 0;
}

static u32 read_features(void)
{
    u32 a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) {
        return 0;
    }
    u32 saved = (c & bit_OSXSAVE) != 0 ? read_xcr0() : 0;
    bool ymm = (saved & XCR0_YMM) == XCR0_YMM;
    bool zmm = (saved & XCR0_ZMM) == XCR0_ZMM;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        return 0;
    }
    u32 f = when((b & bit_BMI) != 0, CPU_BMI1) | when((b & bit_BMI2) != 0, CPU_BMI2) |
            when((b & bit_ADX) != 0, CPU_ADX) | when(ymm && (b & bit_AVX2) != 0, CPU_AVX2) |
            when(zmm && (b & bit_AVX512F) != 0, CPU_AVX512F) |
            when(zmm && (b & bit_AVX512VL) != 0, CPU_AVX512VL) |
            when(zmm && (b & bit_AVX512DQ) != 0, CPU_AVX512DQ) |
            when(zmm && (b & bit_AVX512BW) != 0, CPU_AVX512BW) |
            when((getauxval(AT_HWCAP2) & HWCAP2_FSGS) != 0, CPU_FSGSBASE);
    if (__get_cpuid(0x80000001u, &a, &b, &c, &d)) {
        f |= when((c & bit_LZCNT) != 0, CPU_LZCNT);
    }
    return f;
}
#else
static u32 read_features(void)
{
    return 0;
}
#endif

u32 cpu_features(void)
{
    u32 word = atomic_load_explicit(&feature_word, memory_order_relaxed);
    if (word == 0) {
        const char *wish = getenv("HYBRID_CPU");
        bool scalar = wish != NULL && strcmp(wish, "scalar") == 0;
        word = CPU_KNOWN | (scalar ? 0 : read_features());
        atomic_store_explicit(&feature_word, word, memory_order_relaxed);
    }
    return word;
}

u32 cpu_count(void)
{
    cpu_set_t mine;
    bool known = sched_getaffinity(0, sizeof mine, &mine) == 0 && CPU_COUNT(&mine) > 0;
    return known ? (u32)CPU_COUNT(&mine) : 1; // fails beyond 1,024 processors
}
