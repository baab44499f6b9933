// SPDX-License-Identifier: MIT
// The RISC-V machine against native code and qemu, kernel by kernel:
//   rv_bench KERNELS.elf [--qemu PROGRAM] [--json] [--passes N] [--only NAME]
// CPU time of the thread (of the child for qemu); each figure is the slope between two numbers of
// rounds, so that start-up cancels, and the minimum over passes in which all forms take turns.
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/rv/kernels.h"
#include "engine/rv/rv.h"
#include "lib/base/bytes.h"
#include "lib/os/time.h"

#define NATIVE_NS 4000000 // a measured stretch of native code
#define QEMU_FACTOR 8     // rounds more for qemu, whose child's time is known to milliseconds only

typedef u64 (*kernel_function)(u64);

struct options {
    const char *elf;
    const char *qemu; // the kernels as a Linux program for qemu-riscv64, or NULL
    const char *only;
    bool json;
    u32 passes;
};

struct row {
    const char *name;
    kernel_function run;
    u64 rounds;
    double native_ns, ours_ns, qemu_ns; // a round
    u64 instructions;                   // a round
};

struct engine {
    struct rv_program *program;
    struct rv_pool *pool;
    u64 result, instructions;
};

extern char **environ;

static u64 run_ours(struct engine *e, u32 kernel, u64 rounds)
{
    struct rv_slot *slot = rv_slot_acquire(e->pool, e->program);
    u8 input[16];
    store_le64(input, kernel);
    store_le64(input + 8, rounds);
    rv_slot_set_calldata(slot, (bytes){input, sizeof input});
    struct rv_machine m;
    rv_machine_init(&m, e->program, slot, INT64_MAX);
    enum halt halt = HALT_NONE;
    u64 start = os_cpu_ns();
    enum rv_exit exit = rv_run(&m, &halt);
    u64 time = os_cpu_ns() - start;
    if (exit != RV_EXIT_ECALL) {
        fprintf(stderr, "kernel %u halted: %s at %x\n", kernel, halt_name(halt), m.pc);
        _exit(1);
    }
    e->result = m.x[10];
    e->instructions = m.instructions;
    rv_slot_release(e->pool, slot);
    return time;
}

static u64 run_native(kernel_function run, u64 rounds, u64 *result)
{
    u64 start = os_cpu_ns();
    *result = run(rounds);
    return os_cpu_ns() - start;
}

static u64 run_qemu(const char *program, u32 kernel, u64 rounds)
{
    char number[24], count[24];
    snprintf(number, sizeof number, "%u", kernel);
    snprintf(count, sizeof count, "%" PRIu64, rounds);
    char *args[] = {
        "qemu-riscv64", "-cpu", "rv64,zba=true,zbb=true,zbs=true", (char *)program, number,
        count,          NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
    pid_t pid = 0;
    i32 error = posix_spawnp(&pid, args[0], &actions, NULL, args, environ);
    posix_spawn_file_actions_destroy(&actions);
    struct rusage use;
    i32 status = 0;
    if (error != 0 || wait4(pid, &status, 0, &use) != pid || status != 0) {
        return 0;
    }
    return (u64)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000000 +
           (u64)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1000;
}

static u64 least(u64 a, u64 b)
{
    return a == 0 || b < a ? b : a;
}

// Rounds such that the native code runs for about NATIVE_NS.
static u64 calibrate(kernel_function run)
{
    u64 rounds = 1, result = 0;
    while (run_native(run, rounds, &result) < NATIVE_NS / 2) {
        rounds *= 2;
    }
    return rounds;
}

static void measure(struct row *row, struct engine *e, const struct options *o, u32 kernel)
{
    u64 n = calibrate(row->run), best[6] = {0}, expected = 0;
    row->rounds = n;
    for (u32 pass = 0; pass < o->passes; pass++) {
        for (u32 i = 0; i < 2; i++) {
            u64 rounds = i == 0 ? n : 3 * n;
            best[i] = least(best[i], run_native(row->run, rounds, &expected));
            u64 before = e->instructions;
            best[2 + i] = least(best[2 + i], run_ours(e, kernel, rounds));
            row->instructions = (e->instructions - before) / (2 * n);
            if (e->result != expected) {
                fprintf(stderr, "%s: wrong result\n", row->name);
                _exit(1);
            }
            if (o->qemu != NULL) {
                u64 more = i == 0 ? n : (1 + 2 * QEMU_FACTOR) * n;
                best[4 + i] = least(best[4 + i], run_qemu(o->qemu, kernel, more));
            }
        }
    }
    row->native_ns = (double)(best[1] - best[0]) / (double)(2 * n);
    row->ours_ns = (double)(best[3] - best[2]) / (double)(2 * n);
    row->qemu_ns = (double)(best[5] - best[4]) / (double)(2 * QEMU_FACTOR * n);
}

static void print_row(const struct row *r, bool json)
{
    double speed = (double)r->instructions / r->ours_ns;
    if (json) {
        printf("{\"kernel\":\"%s\",\"native_ns\":%.1f,\"ours_ns\":%.1f,\"ratio\":%.2f,"
               "\"ginsn_s\":%.3f,\"qemu_ns\":%.1f,\"qemu_ratio\":%.2f}\n",
               r->name, r->native_ns, r->ours_ns, r->ours_ns / r->native_ns, speed, r->qemu_ns,
               r->qemu_ns / r->native_ns);
    } else {
        printf("%-10s %12.1f %12.1f %8.2f %8.3f %12.1f %8.2f\n", r->name, r->native_ns, r->ours_ns,
               r->ours_ns / r->native_ns, speed, r->qemu_ns, r->qemu_ns / r->native_ns);
    }
    fflush(stdout);
}

static bool parse(struct options *o, i32 argc, char **argv)
{
    *o = (struct options){.passes = 5};
    for (i32 i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            o->json = true;
        } else if (strcmp(argv[i], "--qemu") == 0 && i + 1 < argc) {
            o->qemu = argv[++i];
        } else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
            o->only = argv[++i];
        } else if (strcmp(argv[i], "--passes") == 0 && i + 1 < argc) {
            o->passes = (u32)strtoul(argv[++i], NULL, 10);
        } else {
            o->elf = argv[i];
        }
    }
    return o->elf != NULL && o->passes > 0;
}

static struct rv_program *load(const char *path)
{
    static u8 image[1 << 20];
    FILE *file = fopen(path, "rb");
    usize n = file == NULL ? 0 : fread(image, 1, sizeof image, file);
    if (file != NULL) {
        fclose(file);
    }
    enum hv1_verdict verdict = HV1_OK;
    struct rv_program *p = rv_program_new((bytes){image, n}, RV_CONTRACT, &verdict);
    if (p == NULL) {
        fprintf(stderr, "%s: %s\n", path, hv1_verdict_text(verdict));
    }
    return p;
}

int main(int argc, char **argv)
{
    struct row rows[] = {
#define K(kernel) {.name = #kernel, .run = kernel_##kernel},
        KERNELS(K)
#undef K
    };
    struct options o;
    if (!parse(&o, argc, argv)) {
        fputs("usage: rv_bench KERNELS.elf [--qemu PROGRAM] [--json] [--passes N] [--only NAME]\n",
              stderr);
        return 2;
    }
    struct engine e = {.program = load(o.elf), .pool = rv_pool_new()};
    if (e.program == NULL) {
        return 1;
    }
    if (!o.json) {
        printf("%-10s %12s %12s %8s %8s %12s %8s\n", "kernel", "native ns", "ours ns", "ratio",
               "Ginsn/s", "qemu ns", "ratio");
    }
    for (u32 i = 0; i < COUNT_OF(rows); i++) {
        if (o.only == NULL || strcmp(o.only, rows[i].name) == 0) {
            measure(&rows[i], &e, &o, i);
            print_row(&rows[i], o.json);
        }
    }
    rv_program_unref(e.program);
    rv_pool_free(e.pool);
    return 0;
}
