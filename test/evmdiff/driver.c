// SPDX-License-Identifier: MIT
// Differential test of the EVM: random cases (generate.h) run in the engine, in both forms of the
// mini-EVM, with hybrid active in one of them, and in a peer (peer.h). Status, gas, logs, what was
// created, and the state afterwards must be the same. A difference is reduced to what it needs,
// printed, and can be saved.
//
// One case (--only) is saved even if it is the same everywhere.
//
//   evmdiff --peer revm|ethereumjs [--cases N] [--seed S] [--fork F]
//   [--first CASE | --only CASE] [--keep-going] [--save FOLDER] [--coverage]
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "test/evmdiff/generate.h"
#include "test/evmdiff/peer.h"
#include "test/evmdiff/reduce.h"
#include "test/evmdiff/save.h"

#define BATCH_MAX 256u
#define FAILURES_MAX 20u // with --keep-going

// EDR refuses to mine before Byzantium. revm has no EIP-1283: its Constantinople is Petersburg.
#define REVM_UNKNOWN_FORKS                                                                         \
    (1u << FORK_FRONTIER | 1u << FORK_HOMESTEAD | 1u << FORK_TANGERINE | 1u << FORK_SPURIOUS |     \
     1u << FORK_CONSTANTINOPLE)

static const struct peer_traits PEERS[] = {
    {
        .name = "revm",
        .script = "test/evmdiff/peer_revm.mjs",
        .unknown_forks = REVM_UNKNOWN_FORKS,
        .worlds_max = 20, // EDR keeps the memory of every chain, 20 MB each
        .has_root = true,
        .one_block = true,
        // EIP-3607 is off in EDR, and its pool refuses creations without init code
    },
    {
        .name = "ethereumjs",
        .script = "test/evmdiff/peer_ethereumjs.mjs",
        .has_output = true,
        .has_eip3607 = true,
        .has_empty_creations = true,
        .has_blobs = true,
    },
};

struct options {
    const char *peer;
    u64 cases, seed, first; // first: number of a fork's first case
    bool has_only, keep_going, has_fork, coverage;
    enum fork fork;
    const char *save;
};

struct driver {
    struct options o;
    struct generator generator;
    struct engine *engine;
    struct peer *peer;
    u32 worlds;      // that this process has run
    bool refused[2]; // by them, by us: the last case that was judged alone
    u64 ran, failed;
    u64 unknown;    // cases that need what the peer does not have
    u64 alike_only; // alike_only: batches whose second run was without hybrid too
};

NORETURN static void die(const char *message)
{
    fprintf(stderr, "evmdiff: %s\n", message);
    exit(2);
}

// ---- comparison --------------------------------------------------------------------------------

struct judgement {
    struct world world;
    struct world_result theirs, ours[2]; // one in each form
    const char *what;                    // NULL: all is the same
    u32 index;                           // of the case, if it is one
};

static bool same_text(const struct buf *a, const struct buf *b)
{
    return a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0);
}

static const char *compare(struct judgement *j, const struct world_result *a,
                           const struct world_result *b)
{
    for (u32 i = 0; i < a->count; i++) {
        if (!same_text(&a->text[i], &b->text[i])) {
            j->index = i;
            return "outcome";
        }
    }
    if (!same_text(&a->accounts, &b->accounts)) {
        return "accounts";
    }
    return j->world.peer->has_root && !b256_equal(&a->root, &b->root) ? "state root" : NULL;
}

static void judgement_fini(struct judgement *j)
{
    world_fini(&j->world);
    world_result_fini(&j->theirs);
    world_result_fini(&j->ours[0]);
    world_result_fini(&j->ours[1]);
}

// Every other world begins with the other form; where no code begins with FF, hybrid must not
// matter.
static void judge(struct driver *d, struct judgement *j, struct test_case **cases, u32 count)
{
    *j = (struct judgement){.world = {.peer = d->generator.peer, .cases = cases, .count = count}};
    u64 number = cases[0]->number;
    d->worlds++;
    generate_environment(&j->world.env, &d->generator, cases[0]->fork, number);
    struct buf why = {0};
    if (!peer_run(d->peer, &j->theirs, &j->world, &why)) {
        fprintf(stderr, "evmdiff: %.*s (case %" PRIu64 ")\n", (int)why.n, why.p, number);
        exit(2);
    }
    enum vm_form first = number / (j->world.peer->one_block ? BATCH_MAX : 1) % 2;
    struct engine_mode plain = {.form = first, .riscv = false};
    engine_run(d->engine, &j->ours[0], &j->world, plain);
    struct engine_mode other = {.form = 1 - first, .riscv = !j->ours[0].has_riscv};
    d->alike_only += j->ours[0].has_riscv;
    engine_run(d->engine, &j->ours[1], &j->world, other);
    if (j->ours[0].fault != NULL || j->ours[1].fault != NULL) {
        j->what = "fault";
        return;
    }
    j->what = compare(j, &j->theirs, &j->ours[0]);
    if (j->what == NULL && compare(j, &j->ours[0], &j->ours[1]) != NULL) {
        j->what = "forms";
    }
}

static bool differs(void *ctx, struct test_case *c)
{
    struct driver *d = ctx;
    struct judgement j;
    judge(d, &j, &c, 1);
    bool result = j.what != NULL;
    d->refused[0] = world_is_refused(&j.theirs);
    d->refused[1] = world_is_refused(&j.ours[0]);
    judgement_fini(&j);
    return result;
}

// While a case is reduced, nobody begins or ceases to refuse it: that would be another difference.
static bool differs_alike(void *ctx, struct test_case *c)
{
    struct driver *d = ctx;
    bool before[2] = {d->refused[0], d->refused[1]};
    bool result = differs(d, c) && before[0] == d->refused[0] && before[1] == d->refused[1];
    d->refused[0] = before[0], d->refused[1] = before[1];
    return result;
}

static void save(const struct driver *d, const struct judgement *j)
{
    const struct test_case *c = j->world.cases[0];
    struct buf name = {0}, path = {0}, text = {0};
    struct saved s;
    if (save_expected(&s, &j->world, &j->theirs) != FAULT_NONE) {
        die("what the peer tells is not in form");
    }
    buf_printf(&name, "%s_%s_%" PRIu64 "_%" PRIu64, d->o.peer, fork_name(c->fork), d->o.seed,
               c->number);
    buf_put_u8(&name, 0);
    buf_printf(&path, "%s/%s.json", d->o.save, (const char *)name.p);
    buf_put_u8(&path, 0);
    save_case(&text, (const char *)name.p, &j->world, &s);
    FILE *f = fopen((const char *)path.p, "w");
    if (f == NULL || fwrite(text.p, 1, text.n, f) != text.n || fclose(f) != 0) {
        die("cannot write into the folder of --save");
    }
    printf("  saved as %s\n", (const char *)path.p);
    buf_fini(&name), buf_fini(&path), buf_fini(&text);
}

// ---- reports -----------------------------------------------------------------------------------

static void print_side(const char *side, const struct world_result *r)
{
    struct buf root = {0};
    hex_put_data(&root, r->root.b, sizeof r->root.b);
    printf("  %s: %.*s\n", side, (int)r->text[0].n, r->text[0].p);
    printf("    %.*s %.*s %s\n", (int)root.n, root.p, (int)r->accounts.n, r->accounts.p,
           r->fault == NULL ? "" : r->fault);
    buf_fini(&root);
}

static void print_case(const struct world *w)
{
    struct buf text = {0};
    struct saved none = {.refused = false};
    save_case(&text, "case", w, &none);
    printf("%.*s", (int)text.n, text.p);
    buf_fini(&text);
}

static void report(struct driver *d, struct test_case *c)
{
    struct reducer r = {d, differs_alike};
    struct judgement j;
    reduce_case(&r, c);
    judge(d, &j, &c, 1);
    printf("evmdiff: a difference (%s): --peer %s --seed %" PRIu64 " --fork %s --only %" PRIu64
           "\n",
           j.what == NULL ? "gone" : j.what, d->o.peer, d->o.seed, fork_name(c->fork), c->number);
    print_case(&j.world);
    print_side("theirs", &j.theirs);
    print_side("ours  ", &j.ours[0]);
    if (j.what != NULL && strcmp(j.what, "forms") == 0) {
        print_side("other form", &j.ours[1]);
    }
    if (d->o.save != NULL) {
        save(d, &j);
    }
    fflush(stdout);
    judgement_fini(&j);
}

// ---- runs --------------------------------------------------------------------------------------

// A world of many that differs is taken apart.
static void find_differing(struct driver *d, struct test_case **cases, u32 count)
{
    u64 before = d->failed;
    for (u32 i = 0; i < count && d->failed < FAILURES_MAX; i++) {
        if (differs(d, cases[i])) {
            d->failed++;
            report(d, cases[i]);
            if (!d->o.keep_going) {
                return;
            }
        }
    }
    if (d->failed == before) {
        d->failed++;
        printf("evmdiff: cases %" PRIu64 " to %" PRIu64 " of %s differ (seed %" PRIu64
               "), but only in one block\n",
               cases[0]->number, cases[count - 1]->number, fork_name(cases[0]->fork), d->o.seed);
    }
}

static void run_batch(struct driver *d, struct test_case **cases, u32 count)
{
    u32 step = d->generator.peer->one_block ? count : 1;
    for (u32 i = 0; i < count; i += step) {
        struct judgement j;
        judge(d, &j, cases + i, step);
        bool bad = j.what != NULL;
        if (d->o.has_only && d->o.save != NULL && !bad) {
            save(d, &j);
        }
        judgement_fini(&j);
        if (bad) {
            find_differing(d, cases + i, step);
            if (!d->o.keep_going || d->failed >= FAILURES_MAX) {
                return;
            }
        }
    }
    d->ran += count;
}

static void start_peer(struct driver *d, enum fork fork)
{
    d->peer = peer_start(d->generator.peer, fork);
    d->worlds = 0;
    if (d->peer == NULL) {
        die("no pipe");
    }
}

static void run_fork(struct driver *d, enum fork fork, u64 first, u64 cases)
{
    start_peer(d, fork);
    bool go_on = true;
    u64 ran = d->ran, failed = d->failed;
    for (u64 done = 0; done < cases && go_on;) {
        static struct test_case room[BATCH_MAX];
        struct test_case *list[BATCH_MAX];
        u32 count = cases - done < BATCH_MAX ? (u32)(cases - done) : BATCH_MAX;
        for (u32 i = 0; i < count; i++) {
            generate_case(&room[i], &d->generator, fork, first + done + i);
            list[i] = &room[i];
        }
        u32 worlds_max = d->generator.peer->worlds_max;
        if (worlds_max > 0 && d->worlds >= worlds_max) {
            peer_stop(d->peer);
            start_peer(d, fork);
        }
        run_batch(d, list, count);
        for (u32 i = 0; i < count; i++) {
            case_fini(&room[i]);
        }
        done += count;
        go_on = d->failed == 0 || (d->o.keep_going && d->failed < FAILURES_MAX);
    }
    peer_stop(d->peer);
    printf("  %s: %" PRIu64 " cases, %" PRIu64 " differ\n", fork_name(fork), d->ran - ran,
           d->failed - failed);
    fflush(stdout);
}

static void run_all(struct driver *d)
{
    u32 unknown = d->generator.peer->unknown_forks;
    u32 forks = FORK_COUNT - (u32)__builtin_popcount(unknown);
    u32 place = 0;
    for (u32 f = 0; f < FORK_COUNT; f++) {
        if (unknown >> f & 1 || (d->o.has_fork && f != d->o.fork)) {
            continue;
        }
        u64 share = d->o.cases / forks + (place++ < d->o.cases % forks);
        share = d->o.has_fork ? d->o.cases : share;
        run_fork(d, (enum fork)f, d->o.first, d->o.has_only ? 1 : share);
        if (d->failed > 0 && (!d->o.keep_going || d->failed >= FAILURES_MAX)) {
            return;
        }
    }
}

static void print_coverage(const struct coverage *c)
{
    printf("in both forms together: %" PRIu64 " frames, %" PRIu64 " of them creations; %" PRIu64
           " transactions refused\nended by:",
           c->frames, c->creations, c->refusals);
    for (u32 h = 0; h < HALT_COUNT; h++) {
        if (c->halt[h] > 0) {
            printf(" %s %" PRIu64, halt_name((enum halt)h), c->halt[h]);
        }
    }
    printf("\ninstructions:");
    for (u32 i = 0; i < 256; i++) {
        if (c->op[i] > 0) {
            printf(" %02x %" PRIu64, i, c->op[i]);
        }
    }
    printf("\nprecompiles, failed and succeeded:");
    for (u32 i = 0; i < COUNT_OF(c->precompile); i++) {
        if (c->precompile[i][0] + c->precompile[i][1] > 0) {
            printf(" %02x %" PRIu64 " %" PRIu64, i, c->precompile[i][0], c->precompile[i][1]);
        }
    }
    printf("\n");
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

static void read_options(struct options *o, i32 argc, char **argv)
{
    for (i32 i = 1; i < argc; i++) {
        const char *a = argv[i];
        const char *value = argv[i + 1];
        if (strcmp(a, "--keep-going") == 0 || strcmp(a, "--coverage") == 0) {
            *(a[2] == 'k' ? &o->keep_going : &o->coverage) = true;
            continue;
        }
        i++;
        if (strcmp(a, "--cases") == 0) {
            o->cases = number_of(value);
        } else if (strcmp(a, "--seed") == 0) {
            o->seed = number_of(value);
        } else if (strcmp(a, "--first") == 0 || strcmp(a, "--only") == 0) {
            o->first = number_of(value);
            o->has_only = a[2] == 'o';
        } else if (strcmp(a, "--peer") == 0) {
            o->peer = value;
        } else if (strcmp(a, "--save") == 0) {
            o->save = value;
        } else if (strcmp(a, "--fork") == 0 && value != NULL && fork_from_name(&o->fork, value)) {
            o->has_fork = true;
        } else {
            die("usage: evmdiff --peer revm|ethereumjs [--cases N] [--seed S] [--fork F] "
                "[--first CASE | --only CASE] [--keep-going] [--save FOLDER] [--coverage]");
        }
    }
}

int main(int argc, char **argv)
{
    struct driver d = {.o = {.peer = "", .cases = 1000, .seed = 1}};
    read_options(&d.o, argc, argv);
    d.generator.seed = d.o.seed;
    for (u32 i = 0; i < COUNT_OF(PEERS); i++) {
        if (strcmp(d.o.peer, PEERS[i].name) == 0) {
            d.generator.peer = &PEERS[i];
        }
    }
    if (d.generator.peer == NULL) {
        die("--peer is revm or ethereumjs");
    }
    static struct coverage coverage;
    d.engine = engine_new(d.o.coverage ? &coverage : NULL);
    run_all(&d);
    engine_free(d.engine);
    printf("evmdiff: %" PRIu64 " cases against %s, seed %" PRIu64 ": %" PRIu64
           " differ; hybrid stayed off in %" PRIu64
           " worlds, which have code that begins with FF\n",
           d.ran, d.o.peer, d.o.seed, d.failed, d.alike_only);
    if (d.o.coverage) {
        print_coverage(&coverage);
    }
    return d.failed != 0;
}
