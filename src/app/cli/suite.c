// SPDX-License-Identifier: MIT
// Distribution of test files. Processes take files from one counter, the largest first; one that
// finds no file left helps with those that others are still in, case by case (see tally_take). So
// the last file keeps all processors busy, whatever is slow in it.
#include "app/cli/suite.h"

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/os/file.h"
#include "lib/os/jobs.h"
#include "lib/os/map.h"
#include "lib/os/terminal.h"
#include "lib/os/time.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define DEATHS_MAX 8u // processes that may die in one file
#define PROGRESS_NS 100000000ull

struct shared_file {
    struct tally_shared tally;
    _Atomic u32 begun, done, deaths;
};

struct shared { // between processes
    _Atomic u64 next_file;
    _Atomic u64 in_file[256]; // of each process, 1 more than its index; 0: in none
    struct shared_file file[];
};

struct run {
    const struct suite *suite;
    const struct suite_options *options;
    const struct suite_files *files;
    struct shared *shared;
    struct suite_sum sum;
    usize files_done;
    bool shows_progress;
    u64 shown_at; // nanoseconds
};

struct report { // the beginning of a message; lines follow
    struct suite_sum sum;
    u64 files_done;
};

// A file that has the filter's text nowhere need not be read.
static void run_text(const struct suite *s, void *runner, bytes text, struct tally *tally)
{
    const char *filter = tally->options->filter;
    if (filter == NULL || strstr(tally->path, filter) != NULL ||
        memmem(text.p, text.n, filter, strlen(filter)) != NULL) {
        s->run(runner, text, tally);
    }
}

static void run_file(const struct suite *s, void *runner, const struct suite_file *f,
                     struct tally *tally)
{
    struct buf text = {0};
    struct buf why = {0};
    if (f->text.p != NULL) {
        run_text(s, runner, f->text, tally);
    } else if (os_read_file(&text, &why, f->path, SUITE_FILE_MAX) == FAULT_NONE) {
        run_text(s, runner, buf_bytes(&text), tally);
    } else {
        tally_broken(tally, buf_bytes(&why));
    }
    buf_fini(&text);
    buf_fini(&why);
}

static void take_counts(struct suite_sum *sum, struct tally *t)
{
    sum->passed += t->passed;
    sum->failed += t->failed;
    sum->broken += t->broken;
    sum->faults += t->faults;
    t->passed = t->failed = t->broken = t->faults = 0;
}

// ---- a process

static void work_on(const struct run *r, void *runner, u32 share, usize index,
                    struct os_job_parent *parent)
{
    struct shared_file *f = &r->shared->file[index];
    struct tally tally = {.options = &r->options->tell};
    atomic_store(&r->shared->in_file[share], index + 1);
    atomic_store(&f->begun, 1);
    tally_begin(&tally, r->files->file[index].path, &f->tally);
    run_file(r->suite, runner, &r->files->file[index], &tally);
    atomic_store(&r->shared->in_file[share], 0);
    struct report report = {.files_done = atomic_exchange(&f->done, 1) == 0};
    take_counts(&report.sum, &tally);
    struct buf message = {0};
    buf_put(&message, &report, sizeof report);
    buf_put(&message, tally.out.p, tally.out.n);
    os_job_tell(parent, buf_bytes(&message));
    buf_fini(&message);
    tally_fini(&tally);
}

static bool needs_help(struct shared_file *f)
{
    return atomic_load(&f->begun) != 0 && atomic_load(&f->done) == 0 &&
           atomic_load(&f->deaths) < DEATHS_MAX;
}

static void run_share(void *ctx, u32 share, struct os_job_parent *parent)
{
    const struct run *r = ctx;
    void *runner = r->suite->begin(r->options);
    for (;;) {
        u64 i = atomic_fetch_add(&r->shared->next_file, 1);
        if (i >= r->files->count) {
            break;
        }
        work_on(r, runner, share, i, parent);
    }
    for (usize i = 0; i < r->files->count; i++) {
        if (needs_help(&r->shared->file[i])) {
            work_on(r, runner, share, i, parent);
        }
    }
    r->suite->end(runner);
}

// ---- the parent

static void show_progress(struct run *r)
{
    u64 now = os_now_ns();
    if (r->shows_progress && now - r->shown_at >= PROGRESS_NS) {
        r->shown_at = now;
        fprintf(stderr, "\r%zu of %zu files, %llu passed, %llu failed\033[K", r->files_done,
                r->files->count, (unsigned long long)r->sum.passed,
                (unsigned long long)r->sum.failed);
    }
}

static void clear_progress(const struct run *r)
{
    if (r->shows_progress) {
        (void)fputs("\r\033[K", stderr);
    }
}

static void put_lines(const struct run *r, bytes lines)
{
    if (lines.n > 0) {
        clear_progress(r);
        (void)fwrite(lines.p, 1, lines.n, stdout);
        (void)fflush(stdout);
    }
}

static void heard(void *ctx, u32 share, bytes message)
{
    (void)share;
    struct run *r = ctx;
    struct report report;
    copy_bytes(&report, message.p, sizeof report);
    r->sum.passed += report.sum.passed;
    r->sum.failed += report.sum.failed;
    r->sum.broken += report.sum.broken;
    r->sum.faults += report.sum.faults;
    r->files_done += report.files_done;
    put_lines(r, bytes_slice(message, sizeof report, message.n - sizeof report));
    show_progress(r);
}

// The case that was run is lost: it counts as a fault. The others of its file are taken by whoever
// comes to help.
static bool died(void *ctx, u32 share)
{
    struct run *r = ctx;
    u64 at = atomic_exchange(&r->shared->in_file[share], 0);
    struct tally tally = {.options = &r->options->tell};
    struct tally_case c = {.test = ""};
    tally_begin(&tally, at > 0 ? r->files->file[at - 1].path : "(no file)", NULL);
    buf_put_text(&c.why, "the process that ran a case of this file died");
    tally.faults++;
    tally_tell(&tally, &c);
    tally_case_fini(&c);
    take_counts(&r->sum, &tally);
    put_lines(r, buf_bytes(&tally.out));
    tally_fini(&tally);
    return at > 0 && atomic_fetch_add(&r->shared->file[at - 1].deaths, 1) + 1 < DEATHS_MAX;
}

static enum fault run_processes(struct run *r)
{
    usize size = sizeof *r->shared + r->files->count * sizeof r->shared->file[0];
    size = (size + OS_PAGE_SIZE - 1) / OS_PAGE_SIZE * OS_PAGE_SIZE;
    r->shared = os_share(size);
    if (r->shared == NULL) {
        return FAULT_OUT_OF_MEMORY;
    }
    struct os_job job = {r, run_share, heard, died};
    bool ok = os_run_jobs(&job, r->options->jobs);
    os_release(r->shared, size);
    return ok ? FAULT_NONE : FAULT_IO;
}

// ---- without other processes

static void run_one(struct run *r, void *runner, const struct suite_file *f)
{
    struct tally tally = {.options = &r->options->tell};
    tally_begin(&tally, f->path, NULL);
    run_file(r->suite, runner, f, &tally);
    take_counts(&r->sum, &tally);
    put_lines(r, buf_bytes(&tally.out));
    r->files_done++;
    show_progress(r);
    tally_fini(&tally);
}

enum fault suite_run(struct suite_sum *sum, const struct suite *s, const struct suite_options *o,
                     const struct suite_files *files)
{
    struct run r = {.suite = s, .options = o, .files = files};
    enum fault f = FAULT_NONE;
    r.shows_progress = !o->trace && os_is_terminal(OS_STDERR);
    if (o->jobs > 1) {
        f = run_processes(&r);
    } else {
        void *runner = s->begin(o);
        for (usize i = 0; i < files->count; i++) {
            run_one(&r, runner, &files->file[i]);
        }
        s->end(runner);
    }
    clear_progress(&r);
    *sum = r.sum;
    return f;
}

void suite_run_names(struct suite_sum *sum, const struct suite *s, const struct suite_options *o)
{
    struct suite_files files = {.count = 0};
    struct run r = {.suite = s, .options = o, .files = &files};
    void *runner = s->begin(o);
    struct buf name = {0};
    while (os_read_line(&name)) {
        buf_put_u8(&name, 0);
        struct suite_file f = {.path = (char *)name.p};
        if (name.n > 1) {
            run_one(&r, runner, &f);
        }
        buf_clear(&name);
    }
    buf_fini(&name);
    s->end(runner);
    *sum = r.sum;
}
