// SPDX-License-Identifier: MIT
// Shares of work in child processes, their results through pipes.
#include "lib/os/jobs.h"

#include "lib/base/mem.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

u32 os_processor_count(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (u32)n : 1;
}

struct child {
    pid_t pid;
    int pipe; // to read from; -1: done
    struct buf result;
};

static void write_all(int fd, bytes text)
{
    while (text.n > 0) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno != EINTR) {
            return;
        }
        usize written = n > 0 ? (usize)n : 0;
        text = (bytes){text.p + written, text.n - written};
    }
}

static bool start(struct child *c, const struct os_job *job, u32 share)
{
    int ends[2];
    (void)fflush(NULL);
    if (pipe(ends) != 0) {
        return false;
    }
    c->pid = fork();
    if (c->pid == 0) {
        (void)close(ends[0]);
        job->work(job->ctx, share, &c->result);
        write_all(ends[1], buf_bytes(&c->result));
        _exit(0);
    }
    (void)close(ends[1]);
    c->pipe = ends[0];
    return c->pid > 0;
}

// Takes what a child has written; true when it has closed its end.
static bool drain(struct child *c)
{
    u8 chunk[65536];
    ssize_t n = read(c->pipe, chunk, sizeof chunk);
    if (n < 0) {
        return errno != EINTR;
    }
    buf_put(&c->result, chunk, (usize)n);
    return n == 0;
}

static void finish(struct child *c, const struct os_job *job, u32 share)
{
    int status = 0;
    (void)close(c->pipe);
    c->pipe = -1;
    (void)waitpid(c->pid, &status, 0);
    job->done(job->ctx, share, buf_bytes(&c->result),
              WIFEXITED(status) && WEXITSTATUS(status) == 0);
    buf_fini(&c->result);
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
            bool ready = children[i].pipe >= 0 && polled[i].revents != 0;
            if (ready && drain(&children[i])) {
                finish(&children[i], job, i);
                left--;
            }
        }
    }
    mem_free(children);
    mem_free(polled);
    return started == shares;
}
