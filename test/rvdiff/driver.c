// SPDX-License-Identifier: MIT
// Differential test of the RV64 engine: random short programs (generate.h) run in the engine, in
// this process, and in an oracle, which is test/rvdiff/oracle.c under qemu-riscv64. All registers,
// fcsr and memory must be the same in the end. What qemu lacks or does wrong is compared with a
// model (model.h). A difference is reduced to the groups and registers that it needs and printed
// with its seed.
//
//   driver --oracle COMMAND... [--cases N] [--model N] [--seed S] [--only CASE] [--keep-going]
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/rv/disasm.h"
#include "engine/rv/rv.h"
#include "engine/rv/test_image.h"
#include "lib/base/check.h"
#include "test/rvdiff/generate.h"
#include "test/rvdiff/model.h"

#define FAILURES_MAX 20u // with --keep-going

struct driver {
    i32 to_oracle, from_oracle;
    pid_t oracle;
    u64 seed, cases, modelled;
    u64 first; // number of the first case
    bool keep_going;
    struct rv_pool *pool;
};

static struct test_case_in batch_in[CASE_BATCH_MAX];
static struct test_case_out batch_out[CASE_BATCH_MAX];

NORETURN static void die(const char *message)
{
    fprintf(stderr, "rvdiff: %s\n", message);
    exit(2);
}

// ---- the oracle --------------------------------------------------------------------------------

static void start_oracle(struct driver *d, char **command)
{
    i32 in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) {
        die("no pipe");
    }
    d->oracle = fork();
    if (d->oracle == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[0]), close(in[1]), close(out[0]), close(out[1]);
        execvp(command[0], command);
        fprintf(stderr, "rvdiff: cannot run %s\n", command[0]);
        _exit(127);
    }
    close(in[0]), close(out[1]);
    d->to_oracle = in[1];
    d->from_oracle = out[0];
}

static void stop_oracle(struct driver *d)
{
    close(d->to_oracle), close(d->from_oracle);
    waitpid(d->oracle, NULL, 0);
}

// The oracle reads a whole batch before it answers, so writing all before reading does not block
// both.
static void ask_oracle(struct driver *d, u32 count)
{
    const u8 *p[] = {(const u8 *)&count, (const u8 *)batch_in};
    usize n[] = {sizeof count, count * sizeof batch_in[0]};
    for (u32 i = 0; i < 2; i++) {
        for (usize at = 0; at < n[i];) {
            ssize_t done = write(d->to_oracle, p[i] + at, n[i] - at);
            if (done <= 0) {
                die("the oracle does not read: it has ended");
            }
            at += (usize)done;
        }
    }
}

static void hear_oracle(struct driver *d, u32 count)
{
    usize n = count * sizeof batch_out[0];
    for (usize at = 0; at < n;) {
        ssize_t got = read(d->from_oracle, (u8 *)batch_out + at, n - at);
        if (got <= 0) {
            die("the oracle does not answer: it has ended, probably by a signal in a case's code");
        }
        at += (usize)got;
    }
}

// ---- the engine --------------------------------------------------------------------------------

static struct rv_program *make_program(u32 count)
{
    static u8 text[CASE_BATCH_MAX * CASE_CODE_SIZE];
    for (u32 i = 0; i < count; i++) {
        memcpy(text + i * CASE_CODE_SIZE, batch_in[i].code, CASE_CODE_SIZE);
    }
    struct buf elf = {0};
    test_elf_code(&elf, (bytes){text, count * CASE_CODE_SIZE});
    test_elf_segment(&elf, TEST_W, CASE_DATA, BYTES_NONE, 4096);
    enum hv1_verdict verdict;
    struct rv_program *p = rv_program_new(buf_bytes(&elf), RV_CONTRACT, &verdict);
    CHECK(p != NULL);
    buf_fini(&elf);
    return p;
}

// Runs one case of the program; false if it did not end with its ecall.
static bool run_case(struct test_case_out *out, enum halt *halt, struct rv_machine *m,
                     const struct test_case_in *in)
{
    u8 *data = rv_slot_write(m->slot, CASE_DATA, CASE_DATA_SIZE);
    memcpy(data, in->data, CASE_DATA_SIZE);
    memcpy(m->x, in->x, sizeof in->x);
    memcpy(m->f, in->f, sizeof in->f);
    m->fcsr = in->fcsr;
    m->pc = (u32)in->x[in->scratch];
    m->cycles = 1 << 20;
    m->reservation_size = 0;
    enum rv_exit end = rv_run(m, halt);
    memcpy(out->x, m->x, sizeof out->x);
    memcpy(out->f, m->f, sizeof out->f);
    out->fcsr = m->fcsr;
    memcpy(out->data, data, CASE_DATA_SIZE);
    return end == RV_EXIT_ECALL && m->pc == (u32)in->x[in->scratch] + in->code_size;
}

// ---- comparison --------------------------------------------------------------------------------

static bool is_same(const struct test_case_in *in, const struct test_case_out *a,
                    const struct test_case_out *b)
{
    for (u32 i = 0; i < 32; i++) {
        if ((i != in->scratch && a->x[i] != b->x[i]) || a->f[i] != b->f[i]) {
            return false;
        }
    }
    return a->fcsr == b->fcsr && memcmp(a->data, b->data, CASE_DATA_SIZE) == 0;
}

// Runs the batch on both sides; fails[i] tells which cases differ.
static void run_batch(struct driver *d, bool *fails, struct test_case_out *ours, u32 count)
{
    static struct test_case_out kept[CASE_BATCH_MAX];
    bool ended[CASE_BATCH_MAX];
    ask_oracle(d, count);
    struct rv_program *p = make_program(count);
    struct rv_slot *slot = rv_slot_acquire(d->pool, p);
    struct rv_machine m;
    rv_machine_init(&m, p, slot, 0);
    for (u32 i = 0; i < count; i++) {
        enum halt halt;
        ended[i] = run_case(&kept[i], &halt, &m, &batch_in[i]);
    }
    rv_slot_release(d->pool, slot);
    rv_program_unref(p);
    hear_oracle(d, count);
    for (u32 i = 0; i < count; i++) {
        fails[i] = !ended[i] || !is_same(&batch_in[i], &kept[i], &batch_out[i]);
    }
    if (ours != NULL) {
        *ours = kept[0];
    }
}

// ---- reduction ---------------------------------------------------------------------------------

static bool still_fails(struct driver *d, const struct program *p, u64 keep)
{
    bool fails[1];
    generate_layout(&batch_in[0], p, keep, CASE_CODE);
    run_batch(d, fails, NULL, 1);
    return fails[0];
}

// Drops groups, then zeroes registers, as long as a difference remains.
static u64 reduce(struct driver *d, struct program *p)
{
    u64 keep = (1ull << p->count) - 1;
    for (u32 round = 0; round < 2; round++) {
        for (u32 i = 0; i < p->count; i++) {
            u64 fewer = keep & ~(1ull << i);
            if (fewer != keep && still_fails(d, p, fewer)) {
                keep = fewer;
            }
        }
    }
    for (u32 i = 0; i < 64; i++) {
        u64 *r = i < 32 ? &p->start.x[i] : &p->start.f[i - 32];
        u64 old = *r;
        if (old - CASE_DATA < CASE_DATA_SIZE) {
            continue; // an address of the data
        }
        *r = 0;
        if (!still_fails(d, p, keep)) {
            *r = old;
        }
    }
    return keep;
}

static void print_code(const struct test_case_in *in)
{
    u64 pc = in->x[in->scratch];
    for (u32 at = 0; at < in->code_size;) {
        u32 bits = load_le16(in->code + at);
        u32 size = (bits & 3) == 3 ? 4 : 2;
        bits = size == 4 ? load_le32(in->code + at) : bits;
        char text[RV_DISASM_MAX];
        rv_disasm(text, sizeof text, bits, pc + at, RV_DISASM_NUMERIC);
        printf("  %08" PRIx64 "  %0*x  %s\n", pc + at, (int)size * 2, bits, text);
        at += size;
    }
}

static void print_differences(const struct test_case_in *in, const struct test_case_out *ours,
                              const struct test_case_out *theirs)
{
    for (u32 i = 0; i < 64; i++) {
        bool is_x = i < 32;
        u32 r = i % 32;
        u64 a = is_x ? ours->x[r] : ours->f[r];
        u64 b = is_x ? theirs->x[r] : theirs->f[r];
        u64 start = is_x ? in->x[r] : in->f[r];
        bool differs = a != b && !(is_x && r == in->scratch);
        if (differs || start != 0) {
            printf("  %c%-2u start %016" PRIx64 " ours %016" PRIx64 " oracle %016" PRIx64 "%s\n",
                   is_x ? 'x' : 'f', r, start, a, b, differs ? " <-" : "");
        }
    }
    printf("  fcsr start %02x ours %02x oracle %02x\n", in->fcsr, ours->fcsr, theirs->fcsr);
    for (u32 i = 0; i < CASE_DATA_SIZE; i += 8) {
        if (memcmp(ours->data + i, theirs->data + i, 8) != 0) {
            printf("  data %08x start %016" PRIx64 " ours %016" PRIx64 " oracle %016" PRIx64 "\n",
                   CASE_DATA + i, load_le64(in->data + i), load_le64(ours->data + i),
                   load_le64(theirs->data + i));
        }
    }
}

static u64 case_seed(const struct driver *d, u64 number)
{
    u64 state = d->seed ^ (number * 0xD1342543DE82EF95ull);
    return generate_random(&state);
}

static void report(struct driver *d, u64 number)
{
    static struct program p;
    struct test_case_out ours;
    bool fails[1];
    generate_program(&p, case_seed(d, number));
    u64 keep = reduce(d, &p);
    generate_layout(&batch_in[0], &p, keep, CASE_CODE);
    run_batch(d, fails, &ours, 1);
    printf("rvdiff: engine and oracle differ: --seed %" PRIu64 " --only %" PRIu64 "\n", d->seed,
           number);
    if (!fails[0]) {
        puts("  (only where the case stood in its batch)");
    }
    print_code(&batch_in[0]);
    print_differences(&batch_in[0], &ours, &batch_out[0]);
}

// ---- runs --------------------------------------------------------------------------------------

static u64 run_cases(struct driver *d)
{
    static struct program p;
    u64 failed = 0;
    for (u64 done = 0; done < d->cases;) {
        u64 left = d->cases - done;
        u32 count = left < CASE_BATCH_MAX ? (u32)left : CASE_BATCH_MAX;
        for (u32 i = 0; i < count; i++) {
            generate_program(&p, case_seed(d, d->first + done + i));
            generate_layout(&batch_in[i], &p, ~0ull, CASE_CODE + i * CASE_CODE_SIZE);
        }
        bool fails[CASE_BATCH_MAX];
        run_batch(d, fails, NULL, count);
        for (u32 i = 0; i < count; i++) {
            if (fails[i]) {
                failed++;
                report(d, d->first + done + i);
                if (!d->keep_going || failed == FAILURES_MAX) {
                    return failed;
                }
            }
        }
        done += count;
    }
    return failed;
}

// Single instructions with all their registers random, half of the values 0.
static u64 run_model(struct driver *d)
{
    u64 state = d->seed;
    u64 failed = 0;
    for (u64 done = 0; done < d->modelled && failed == 0;) {
        u32 count = CASE_BATCH_MAX;
        for (u32 i = 0; i < count; i++) {
            struct test_case_in *in = &batch_in[i];
            u64 r = generate_random(&state);
            *in = (struct test_case_in){.code_size = 8, .scratch = 31};
            for (u32 k = 1; k < 31; k++) {
                in->x[k] = r >> (32 + k) & 1 ? 0 : generate_x(&state);
            }
            in->x[31] = CASE_CODE + i * CASE_CODE_SIZE;
            store_le32(in->code, model_encode(r % MODEL_OP_COUNT, (r >> 2 & 31) % 31, r >> 7 & 31,
                                              r >> 12 & 31));
            store_le32(in->code + 4, 0x73);
        }
        struct rv_program *p = make_program(count);
        struct rv_slot *slot = rv_slot_acquire(d->pool, p);
        struct rv_machine m;
        rv_machine_init(&m, p, slot, 0);
        for (u32 i = 0; i < count; i++) {
            struct test_case_out expected = {0}, ours;
            enum halt halt;
            memcpy(expected.x, batch_in[i].x, sizeof expected.x);
            model_execute(expected.x, load_le32(batch_in[i].code));
            bool ended = run_case(&ours, &halt, &m, &batch_in[i]);
            if (!ended || !is_same(&batch_in[i], &ours, &expected)) {
                printf("rvdiff: engine and model differ: --seed %" PRIu64 "\n", d->seed);
                print_code(&batch_in[i]);
                print_differences(&batch_in[i], &ours, &expected);
                failed++;
                break;
            }
        }
        rv_slot_release(d->pool, slot);
        rv_program_unref(p);
        done += count;
    }
    return failed;
}

static u64 number_of(const char *text)
{
    char *end;
    u64 v = text == NULL ? 0 : strtoull(text, &end, 0);
    if (text == NULL || *text == 0 || *end != 0) {
        die("an option needs a number");
    }
    return v;
}

// Cuts the text at its blanks; the last entry stays NULL.
static void split_words(char **words, usize max, char *text)
{
    for (usize n = 0; n + 1 < max && *text != 0; n++) {
        words[n] = text;
        text += strcspn(text, " ");
        while (*text == ' ') {
            *text++ = 0;
        }
    }
}

int main(int argc, char **argv)
{
    struct driver d = {.cases = 100000, .seed = 1};
    char **command = NULL;
    char *words[16] = {NULL};
    for (i32 i = 1; i < argc; i++) {
        const char *a = argv[i];
        if (strcmp(a, "--cases") == 0) {
            d.cases = number_of(argv[++i]);
        } else if (strcmp(a, "--model") == 0) {
            d.modelled = number_of(argv[++i]);
        } else if (strcmp(a, "--seed") == 0) {
            d.seed = number_of(argv[++i]);
        } else if (strcmp(a, "--only") == 0) {
            d.first = number_of(argv[++i]);
            d.cases = 1;
        } else if (strcmp(a, "--keep-going") == 0) {
            d.keep_going = true;
        } else if (strcmp(a, "--oracle") == 0 && i + 1 < argc) {
            command = words;
            split_words(words, COUNT_OF(words), argv[++i]);
        } else {
            die("usage: driver --oracle COMMAND [--cases N] [--model N] [--seed S] [--only CASE] "
                "[--keep-going]");
        }
    }
    if (command == NULL) {
        die("--oracle says what to run");
    }
    d.pool = rv_pool_new();
    start_oracle(&d, command);
    u64 failed = run_cases(&d);
    stop_oracle(&d);
    failed += run_model(&d);
    rv_pool_free(d.pool);
    if (failed == 0) {
        printf("rvdiff: %" PRIu64 " programs and %" PRIu64
               " modelled instructions agree (seed %" PRIu64 ")\n",
               d.cases, d.modelled, d.seed);
    }
    return failed != 0;
}
