// SPDX-License-Identifier: MIT
// The one test runner. It lists, filters, shuffles nothing, and runs each registered test through
// cmocka in a process of its own, several at a time; what a test prints is kept and shown only when
// it fails. A test that crashes, is stopped by a sanitizer or runs out of time has failed, and the
// rest go on. The last line is always `N passed, N failed`; the exit status is 0 when none failed
// and at least one ran.
#include "test/test.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { JOBS_MAX = 64, PATH_SIZE = 4096, TIMEOUT_S = 300, TIMEOUT_LONG_S = 3600 };

struct options {
    u64 seed;
    u32 jobs;
    u32 timeout_s;
    bool list, verbose, json, with_long;
};

struct job { // one test that runs now
    pid_t pid;
    int output; // memory file that holds what it prints
    const struct test_case *test;
    u64 start_ns;
};

struct tally {
    u64 passed, failed;
};

static struct test_case *all_tests; // in reverse order of registration
static struct options options;

void test_register(struct test_case *t)
{
    t->next = all_tests;
    all_tests = t;
}

u64 test_seed(void)
{
    return options.seed;
}

u64 test_random(u64 *state)
{
    u64 z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

bool test_is_long(void)
{
    return options.with_long;
}

u32 test_jobs(void)
{
    return options.jobs;
}

// The folder of this program, which is build/<mode>.
static const char *program_folder(void)
{
    static char folder[PATH_SIZE];
    ssize_t n = readlink("/proc/self/exe", folder, sizeof folder - 1);
    if (n < 0) {
        return ".";
    }
    folder[n] = 0;
    char *slash = strrchr(folder, '/');
    if (slash != NULL) {
        *slash = 0;
    }
    return folder;
}

static char *next_path(void)
{
    static char paths[4][2 * PATH_SIZE];
    static u32 next;
    return paths[next++ % COUNT_OF(paths)];
}

const char *test_asset(const char *path)
{
    char *found = next_path();
    const char *assets = getenv("HYBRID_ASSETS");
    if (assets != NULL) {
        snprintf(found, 2 * PATH_SIZE, "%s/%s", assets, path);
        if (access(found, F_OK) == 0) {
            return found;
        }
    }
    snprintf(found, 2 * PATH_SIZE, "%s/../%s", program_folder(), path);
    if (access(found, F_OK) == 0) {
        return found;
    }
    snprintf(found, 2 * PATH_SIZE, "%s/../../%s", program_folder(), path);
    return found;
}

const char *test_program(const char *name)
{
    char *found = next_path();
    snprintf(found, 2 * PATH_SIZE, "%s/%s", program_folder(), name);
    return found;
}

char *test_read(const char *path, usize *n)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return NULL;
    }
    struct stat status;
    usize size = fstat(fileno(f), &status) == 0 ? (usize)status.st_size : 0;
    char *text = malloc(size + 1);
    if (text == NULL || fread(text, 1, size, f) != size) {
        test_fail(__FILE__, __LINE__, "cannot read %s", path);
    }
    text[size] = 0;
    fclose(f);
    if (n != NULL) {
        *n = size;
    }
    return text;
}

void test_fail(const char *file, u32 line, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    print_error("%s\n", text);
    _fail(file, (int)line); // prints the place and leaves the test
    abort();
}

void test_expect_eq(const char *file, u32 line, const char *text, u64 a, u64 b)
{
    if (a != b) {
        test_fail(file, line, "%s: %" PRId64 " (0x%" PRIx64 ") is not %" PRId64 " (0x%" PRIx64 ")",
                  text, (i64)a, a, (i64)b, b);
    }
}

void test_expect_ne(const char *file, u32 line, const char *text, u64 a, u64 b)
{
    if (a == b) {
        test_fail(file, line, "%s: both are %" PRId64 " (0x%" PRIx64 ")", text, (i64)a, a);
    }
}

void test_expect_str(const char *file, u32 line, const char *text, const char *a, const char *b)
{
    if (a == NULL || b == NULL || strcmp(a, b) != 0) {
        test_fail(file, line, "%s:\n  \"%s\"\nis not\n  \"%s\"", text, a == NULL ? "NULL" : a,
                  b == NULL ? "NULL" : b);
    }
}

// Hex of up to 32 of the n bytes at p.
static void print_hex(char *to, usize size, const u8 *p, usize n)
{
    usize used = 0;
    to[0] = 0;
    for (usize i = 0; i < n && i < 32 && used + 3 < size; i++) {
        used += (usize)snprintf(to + used, size - used, "%02x", p[i]);
    }
}

void test_expect_bytes(const char *file, u32 line, const char *text, const void *a, const void *b,
                       usize n)
{
    const u8 *p = a;
    const u8 *q = b;
    for (usize i = 0; i < n; i++) {
        if (p[i] != q[i]) {
            char left[80];
            char right[80];
            usize from = i < 8 ? 0 : i - 8;
            print_hex(left, sizeof left, p + from, n - from);
            print_hex(right, sizeof right, q + from, n - from);
            test_fail(file, line,
                      "%s: byte %zu of %zu differs; from byte %zu on\n  %s\nis not\n  %s", text, i,
                      n, from, left, right);
        }
    }
}

void test_expect_u256(const char *file, u32 line, const char *text, u256 a, u256 b)
{
    if (memcmp(&a, &b, sizeof a) != 0) {
        test_fail(file, line,
                  "%s:\n  0x%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64
                  "\nis not\n  0x%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64,
                  text, a.w[3], a.w[2], a.w[1], a.w[0], b.w[3], b.w[2], b.w[1], b.w[0]);
    }
}

bool test_dies(void (*f)(void *), void *context)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        f(context);
        _exit(0);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status != 0;
}

// cmocka turns signals into failures by a long jump, which would hide a sanitizer's report and
// disarm handlers of the code under test; so the test runs with the handlers the process had
// before.
static const int caught_signals[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS};
static struct sigaction handlers[COUNT_OF(caught_signals)];

static void run_in_cmocka(void **state)
{
    for (usize i = 0; i < COUNT_OF(caught_signals); i++) {
        sigaction(caught_signals[i], &handlers[i], NULL);
    }
    const struct test_case *test = *state;
    test->run();
}

NORETURN static void run_child(struct job *job)
{
    dup2(job->output, STDOUT_FILENO);
    dup2(job->output, STDERR_FILENO);
    setvbuf(stdout, NULL, _IOLBF, 0);
    alarm(options.timeout_s);
    for (usize i = 0; i < COUNT_OF(caught_signals); i++) {
        sigaction(caught_signals[i], NULL, &handlers[i]);
    }
    struct CMUnitTest unit = {.name = job->test->name, .test_func = run_in_cmocka};
    unit.initial_state = (void *)(uintptr_t)job->test;
    int failures = _cmocka_run_group_tests(job->test->name, &unit, 1, NULL, NULL);
    exit(failures == 0 ? 0 : 1);
}

static u64 now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

static void start(struct job *job, const struct test_case *test)
{
    job->test = test;
    job->start_ns = now_ns();
    job->output = memfd_create("test output", MFD_CLOEXEC);
    fflush(NULL);
    job->pid = fork();
    if (job->pid < 0 || job->output < 0) {
        perror("hybrid-test: cannot start a test");
        exit(3);
    }
    if (job->pid == 0) {
        run_child(job);
    }
}

static void show_output(int output)
{
    char part[4096];
    lseek(output, 0, SEEK_SET);
    for (ssize_t n; (n = read(output, part, sizeof part)) > 0;) {
        fwrite(part, 1, (usize)n, stdout);
    }
}

static void finish(struct job *job, int status, struct tally *tally)
{
    bool ok = status == 0;
    u64 ms = (now_ns() - job->start_ns) / 1000000;
    if (options.json) {
        printf("%s{\"name\": \"%s\", \"ok\": %s, \"ms\": %" PRIu64 "}",
               tally->passed + tally->failed == 0 ? "" : ",\n  ", job->test->name,
               ok ? "true" : "false", ms);
    } else if (!ok) {
        printf("FAILED %s\n", job->test->name);
        show_output(job->output);
        if (WIFSIGNALED(status)) {
            bool late = WTERMSIG(status) == SIGALRM;
            printf("%s ended by signal %d (%s)\n", job->test->name, WTERMSIG(status),
                   late ? "out of time" : strsignal(WTERMSIG(status)));
        }
    } else if (options.verbose) {
        printf("ok %s (%" PRIu64 " ms)\n", job->test->name, ms);
    }
    *(ok ? &tally->passed : &tally->failed) += 1;
    close(job->output);
    job->pid = 0;
}

// Waits for any running test to end and frees its place.
static void wait_for_one(struct job *jobs, struct tally *tally)
{
    int status = 0;
    pid_t pid = waitpid(-1, &status, 0);
    for (u32 i = 0; pid > 0 && i < options.jobs; i++) {
        if (jobs[i].pid == pid) {
            finish(&jobs[i], status, tally);
        }
    }
}

static struct tally run_all(const struct test_case *const *tests, usize count)
{
    struct job jobs[JOBS_MAX] = {0};
    struct tally tally = {0};
    usize next = 0;
    while (next < count || tally.passed + tally.failed < count) {
        u32 running = 0;
        for (u32 i = 0; i < options.jobs; i++) {
            if (jobs[i].pid == 0 && next < count) {
                start(&jobs[i], tests[next++]);
            }
            running += jobs[i].pid != 0;
        }
        if (running > 0) {
            wait_for_one(jobs, &tally);
        }
    }
    return tally;
}

static int by_name(const void *a, const void *b)
{
    const struct test_case *const *x = a;
    const struct test_case *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static bool is_wanted(const struct test_case *t, char **filters, usize filter_count)
{
    if (t->is_long && !options.with_long && !options.list) {
        return false;
    }
    bool wanted = filter_count == 0;
    for (usize i = 0; i < filter_count; i++) {
        wanted = wanted || strstr(t->name, filters[i]) != NULL;
    }
    return wanted;
}

static const char help[] =
    "usage: hybrid-test [options] [part of a name ...]\n"
    "  -l, --list       print the names of the tests and end\n"
    "  -j, --jobs N     tests that run at the same time (default: the processors)\n"
    "  -s, --seed S     repeat the run that printed this seed\n"
    "  -v, --verbose    a line for each test\n"
    "      --long       the long tests too, and more random cases in the others\n"
    "      --timeout S  seconds a test may take (default 300, with --long 3600)\n"
    "      --json       one object instead of text\n";

static void parse(int argc, char **argv)
{
    static const struct option table[] = {
        {"list", no_argument, NULL, 'l'},
        {"jobs", required_argument, NULL, 'j'},
        {"seed", required_argument, NULL, 's'},
        {"verbose", no_argument, NULL, 'v'},
        {"long", no_argument, NULL, 'L'},
        {"timeout", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    options.jobs = (u32)sysconf(_SC_NPROCESSORS_ONLN);
    options.seed = (u64)time(NULL);
    for (int c; (c = getopt_long(argc, argv, "lj:s:vh", table, NULL)) != -1;) {
        switch (c) {
        case 'l':
            options.list = true;
            break;
        case 'j':
            options.jobs = (u32)strtoul(optarg, NULL, 0);
            break;
        case 's':
            options.seed = strtoull(optarg, NULL, 0);
            break;
        case 'v':
            options.verbose = true;
            break;
        case 'L':
            options.with_long = true;
            break;
        case 't':
            options.timeout_s = (u32)strtoul(optarg, NULL, 0);
            break;
        case 'J':
            options.json = true;
            break;
        case 'h':
            fputs(help, stdout);
            exit(0);
        default:
            fputs(help, stderr);
            exit(2);
        }
    }
    options.jobs = options.jobs < 1 ? 1 : options.jobs > JOBS_MAX ? JOBS_MAX : options.jobs;
    if (options.timeout_s == 0) {
        options.timeout_s = options.with_long ? TIMEOUT_LONG_S : TIMEOUT_S;
    }
}

int main(int argc, char **argv)
{
    parse(argc, argv);
    usize count = 0;
    for (const struct test_case *t = all_tests; t != NULL; t = t->next) {
        count++;
    }
    const struct test_case **tests = calloc(count + 1, sizeof *tests);
    usize wanted = 0;
    for (const struct test_case *t = all_tests; t != NULL; t = t->next) {
        if (is_wanted(t, argv + optind, (usize)(argc - optind))) {
            tests[wanted++] = t;
        }
    }
    qsort(tests, wanted, sizeof *tests, by_name);
    struct tally tally = {0};
    if (options.list) {
        for (usize i = 0; i < wanted; i++) {
            printf("%s%s\n", tests[i]->name, tests[i]->is_long ? " (long)" : "");
        }
    } else {
        printf(options.json ? "{\"seed\": %" PRIu64 ", \"tests\": [\n  " : "seed %" PRIu64 "\n",
               options.seed);
        tally = run_all(tests, wanted);
        printf(options.json ? "],\n \"passed\": %" PRIu64 ", \"failed\": %" PRIu64 "}\n"
                            : "%" PRIu64 " passed, %" PRIu64 " failed\n",
               tally.passed, tally.failed);
    }
    free(tests);
    return tally.failed > 0 || wanted == 0;
}
