// SPDX-License-Identifier: MIT
// EVM code in the machine and native, workload by workload:
//   workload_bench [--fork NAME] [--passes N] [--peers FILE] WORKLOADS.tsv
// A row of the file: name, group, two numbers that say how often, runtime code, calldata ("-":
// none). Each runs on an empty state with gas 0xffffffffff. A figure is CPU time of the thread, the
// minimum over passes in which both forms take turns. Of the peers' file two columns are shown, gas
// and evmone's time; that time was taken elsewhere, so compare it only on a machine of the kind
// that its folder names.
#include <hybrid/hybrid.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/types.h"
#include "lib/codec/hex.h"
#include "lib/os/file.h"
#include "lib/os/time.h"

#define FILE_MAX ((usize)16 << 20)
#define GAS 0xffffffffffu
#define FORMS 2

struct options {
    const char *fork, *path, *peers;
    u32 passes;
};

struct workload {
    char *name;
    struct buf code, input;
};

struct figure {
    u64 ns[FORMS]; // by enum hybrid_evm
    u64 gas, output_hash;
};

static u64 hash_of(struct hybrid_bytes b)
{
    u64 h = 0xcbf29ce484222325;
    for (usize i = 0; i < b.size; i++) {
        h = (h ^ b.data[i]) * 0x100000001b3;
    }
    return h;
}

static bool run_once(struct hybrid_vm *vm, const struct workload *w, u64 *ns, struct figure *out)
{
    struct hybrid_message m = {.from = {{0xf0}}, .to = {{0x70}}, .gas = GAS};
    m.input = (struct hybrid_bytes){w->input.p, w->input.n};
    struct hybrid_state *state = hybrid_state_new();
    hybrid_state_set_code(state, &m.to, (struct hybrid_bytes){w->code.p, w->code.n});
    struct hybrid_result *r = NULL;
    u64 start = os_cpu_ns();
    bool ok = hybrid_call(vm, state, &m, &r) == HYBRID_OK;
    *ns = os_cpu_ns() - start;
    ok = ok && hybrid_result_status(r) == HYBRID_SUCCESS;
    if (ok) {
        out->gas = hybrid_result_gas_used(r);
        out->output_hash = hash_of(hybrid_result_output(r));
    }
    hybrid_result_free(r);
    hybrid_state_free(state);
    return ok;
}

static bool measure(struct figure *f, struct hybrid_vm *vm[FORMS], const struct workload *w,
                    u32 passes)
{
    for (u32 pass = 0; pass <= passes; pass++) { // the first one warms
        struct figure seen[FORMS] = {0};
        for (u32 form = 0; form < FORMS; form++) {
            u64 ns = 0;
            if (!run_once(vm[form], w, &ns, &seen[form])) {
                return false;
            }
            f->ns[form] = pass <= 1 || ns < f->ns[form] ? ns : f->ns[form];
        }
        if (seen[0].gas != seen[1].gas || seen[0].output_hash != seen[1].output_hash) {
            return false;
        }
        f->gas = seen[0].gas;
    }
    return true;
}

// The peers' file: name, group, gas, CPU nanoseconds of evmone, more columns.
static bool find_peer(u64 *gas, u64 *ns, char *peers, const char *name)
{
    usize n = strlen(name);
    for (char *line = peers; line != NULL && *line != 0;) {
        char group[32];
        if (strncmp(line, name, n) == 0 && line[n] == '\t' &&
            // NOLINTNEXTLINE(cert-err34-c): a file of our own workplace, and only printed
            sscanf(line + n + 1, "%31s %" SCNu64 " %" SCNu64, group, gas, ns) == 3) {
            return true;
        }
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    return false;
}

static bool print_row(const struct workload *w, const struct figure *f, char *peers)
{
    u64 gas = 0, ns = 0;
    double riscv = (double)f->ns[HYBRID_EVM_RISCV], native = (double)f->ns[HYBRID_EVM_NATIVE];
    printf("%-24s %12" PRIu64 " %11.1f %11.1f %8.2f", w->name, f->gas, native / 1000, riscv / 1000,
           riscv / native);
    bool right = true;
    if (find_peer(&gas, &ns, peers, w->name)) {
        right = gas == f->gas;
        printf(" %11.1f %8.2f %8.2f%s", (double)ns / 1000, native / (double)ns, riscv / (double)ns,
               right ? "" : "  GAS DIFFERS");
    }
    printf("\n");
    fflush(stdout);
    return right;
}

// Takes the line apart in place.
static bool read_row(struct workload *w, char *line)
{
    char *field[6];
    hex_error why = {0};
    for (u32 i = 0; i < 6; i++) {
        field[i] = strsep(&line, "\t");
        if (field[i] == NULL) {
            return false;
        }
    }
    w->name = field[0];
    buf_clear(&w->code);
    buf_clear(&w->input);
    return hex_decode(&w->code, &why, field[4], strlen(field[4])) &&
           (strcmp(field[5], "-") == 0 || hex_decode(&w->input, &why, field[5], strlen(field[5])));
}

static bool parse(struct options *o, int argc, char **argv)
{
    *o = (struct options){.fork = "cancun", .passes = 5};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--fork") == 0 && i + 1 < argc) {
            o->fork = argv[++i];
        } else if (strcmp(argv[i], "--passes") == 0 && i + 1 < argc) {
            o->passes = (u32)strtoul(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--peers") == 0 && i + 1 < argc) {
            o->peers = argv[++i];
        } else {
            o->path = argv[i];
        }
    }
    return o->path != NULL && o->passes > 0;
}

static bool run_file(struct hybrid_vm *vm[FORMS], const struct options *o, char *text, char *peers)
{
    bool good = true;
    struct workload w = {0};
    printf("%-24s %12s %11s %11s %8s", "workload", "gas", "native us", "riscv us", "ratio");
    printf(peers != NULL ? " %11s %8s %8s\n" : "\n", "evmone us", "native/", "riscv/");
    for (char *line = strsep(&text, "\n"); line != NULL; line = strsep(&text, "\n")) {
        if (line[0] == '#' || line[0] == 0) {
            continue;
        }
        struct figure f = {0};
        if (!read_row(&w, line)) {
            printf("%s: not a row of six fields with hex code and calldata\n", line);
            good = false;
        } else if (!measure(&f, vm, &w, o->passes)) {
            printf("%s: did not succeed in both forms alike\n", w.name);
            good = false;
        } else {
            good = print_row(&w, &f, peers) && good;
        }
    }
    buf_fini(&w.code);
    buf_fini(&w.input);
    return good;
}

static char *read_text(struct buf *text, const char *path)
{
    struct buf why = {0};
    if (os_read_file(text, &why, path, FILE_MAX) != FAULT_NONE) {
        fprintf(stderr, "workload_bench: %.*s\n", (int)why.n, (const char *)why.p);
        exit(2);
    }
    buf_put_u8(text, 0);
    return (char *)text->p;
}

int main(int argc, char **argv)
{
    struct options o;
    if (!parse(&o, argc, argv)) {
        fputs("usage: workload_bench [--fork NAME] [--passes N] [--peers FILE] WORKLOADS.tsv\n",
              stderr);
        return 2;
    }
    struct hybrid_vm *vm[FORMS];
    for (u32 form = 0; form < FORMS; form++) {
        vm[form] = hybrid_vm_new(form);
        if (hybrid_vm_set_fork(vm[form], o.fork) != HYBRID_OK) {
            fprintf(stderr, "workload_bench: no fork has the name %s\n", o.fork);
            return 2;
        }
    }
    struct buf text = {0}, peers = {0};
    char *rows = read_text(&text, o.path);
    bool good = run_file(vm, &o, rows, o.peers == NULL ? NULL : read_text(&peers, o.peers));
    buf_fini(&text);
    buf_fini(&peers);
    for (u32 form = 0; form < FORMS; form++) {
        hybrid_vm_free(vm[form]);
    }
    return good ? 0 : 1;
}
