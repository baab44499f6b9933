// SPDX-License-Identifier: MIT
// Shares of work in child processes. A message goes through a pipe as its length (8 bytes, this
// machine's order) and its bytes; the parent polls all pipes.
#include "lib/os/jobs.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

u32 os_processor_count(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (u32)n : 1;
}

struct os_job_parent {
    int pipe;
};

struct child {
    pid_t pid;
    int pipe; // to read from; -1: there is no child
    struct buf unread;
};

static void write_all(int fd, bytes text)
{
    while (text.n > 0) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno != EINTR) {
            _exit(1); // nobody listens any more
        }
        usize written = n > 0 ? (usize)n : 0;
        text = bytes_slice(text, written, text.n - written);
    }
}

void os_job_tell(struct os_job_parent *p, bytes message)
{
    CHECK(message.n <= OS_JOB_MESSAGE_MAX);
    u64 size = message.n;
    write_all(p->pipe, (bytes){(const u8 *)&size, sizeof size});
    write_all(p->pipe, message);
}

// What runs in a child: it ends with its parent, and leaves the parent's buffers alone.
static void run_share(const struct os_job *job, u32 share, int pipe)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct os_job_parent parent = {pipe};
    job->work(job->ctx, share, &parent);
    _exit(0);
}

static bool start(struct child *c, const struct os_job *job, u32 share)
{
    int ends[2];
    c->pipe = -1;
    (void)fflush(NULL);
    if (pipe(ends) != 0) {
        return false;
    }
    c->pid = fork();
    if (c->pid == 0) {
        (void)close(ends[0]);
        run_share(job, share, ends[1]);
    }
    (void)close(ends[1]);
    if (c->pid < 0) {
        (void)close(ends[0]);
        return false;
    }
    c->pipe = ends[0];
    return true;
}

// Takes what a child has written; true when it has closed its end.
static bool drain(struct child *c)
{
    u8 chunk[65536];
    ssize_t n = read(c->pipe, chunk, sizeof chunk);
    if (n < 0) {
        return errno != EINTR;
    }
    buf_put(&c->unread, chunk, (usize)n);
    return n == 0;
}

static void hear(struct child *c, const struct os_job *job, u32 share)
{
    bytes rest = buf_bytes(&c->unread);
    u64 size;
    while (rest.n >= sizeof size) {
        copy_bytes(&size, rest.p, sizeof size);
        CHECK(size <= OS_JOB_MESSAGE_MAX);
        if (rest.n - sizeof size < size) {
            break;
        }
        job->heard(job->ctx, share, bytes_slice(rest, sizeof size, size));
        rest = bytes_slice(rest, sizeof size + size, rest.n - sizeof size - size);
    }
    if (rest.n > 0 && rest.p != c->unread.p) {
        move_bytes(c->unread.p, rest.p, rest.n);
    }
    c->unread.n = rest.n;
}

// The child has closed its pipe. True if its share was started again.
static bool finish(struct child *c, const struct os_job *job, u32 share)
{
    int status = 0;
    (void)close(c->pipe);
    c->pipe = -1;
    buf_clear(&c->unread);
    (void)waitpid(c->pid, &status, 0);
    bool ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return !ended_well && job->died(job->ctx, share) && start(c, job, share);
}

bool os_run_jobs(const struct os_job *job, u32 shares)
{
    struct child *children = mem_zalloc(shares * sizeof *children);
    struct pollfd *polled = mem_zalloc(shares * sizeof *polled);
    u32 started = 0;
    while (started < shares && start(&children[started], job, started)) {
        started++;
    }
    for (u32 left = started; left > 0;) {
        for (u32 i = 0; i < started; i++) {
            polled[i] = (struct pollfd){.fd = children[i].pipe, .events = POLLIN};
        }
        (void)poll(polled, started, -1);
        for (u32 i = 0; i < started; i++) {
            if (children[i].pipe < 0 || polled[i].revents == 0) {
                continue;
            }
            bool closed = drain(&children[i]);
            hear(&children[i], job, i);
            if (closed && !finish(&children[i], job, i)) {
                left--;
            }
        }
    }
    for (u32 i = 0; i < started; i++) {
        buf_fini(&children[i].unread);
    }
    mem_free(children);
    mem_free(polled);
    return started == shares;
}
