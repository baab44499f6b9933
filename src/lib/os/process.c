// SPDX-License-Identifier: MIT
// Child processes over fork and execvp. A pipe that closes on a successful exec tells whether the
// program could be started; its three streams are pipes that are served by one poll loop, so that
// neither side can wait for the other.
#include "lib/os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/bytes.h"

enum { IN, OUT, ERR, STARTED, PIPE_COUNT };
#define READ_STEP 65536u

struct child {
    pid_t pid;
    i32 end[PIPE_COUNT][2]; // read, write; -1: closed
};

static void close_end(i32 *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
        *fd = -1;
    }
}

static void close_all(struct child *c)
{
    for (u32 i = 0; i < PIPE_COUNT; i++) {
        close_end(&c->end[i][0]);
        close_end(&c->end[i][1]);
    }
}

static NORETURN void become(struct child *c, const struct os_command *command)
{
    // The program gets this process's signals as they were before any handler.
    (void)signal(SIGPIPE, SIG_DFL);
    if ((command->folder == NULL || chdir(command->folder) == 0) &&
        dup2(c->end[IN][0], STDIN_FILENO) >= 0 && dup2(c->end[OUT][1], STDOUT_FILENO) >= 0 &&
        dup2(c->end[ERR][1], STDERR_FILENO) >= 0) {
        (void)execvp(command->argv[0], (char *const *)command->argv);
    }
    i32 reason = errno;
    ssize_t told = write(c->end[STARTED][1], &reason, sizeof reason);
    _exit(told == (ssize_t)sizeof reason ? 127 : 126);
}

// 0, or why it could not be started, as errno.
static i32 start(struct child *c, const struct os_command *command)
{
    memset(c->end, 0xFF, sizeof c->end); // all -1
    for (u32 i = 0; i < PIPE_COUNT; i++) {
        if (pipe2(c->end[i], O_CLOEXEC) != 0) {
            return errno;
        }
    }
    c->pid = fork();
    if (c->pid == 0) {
        become(c, command);
    }
    if (c->pid < 0) {
        return errno;
    }
    close_end(&c->end[IN][0]);
    close_end(&c->end[OUT][1]);
    close_end(&c->end[ERR][1]);
    close_end(&c->end[STARTED][1]);
    i32 reason = 0;
    ssize_t n;
    do {
        n = read(c->end[STARTED][0], &reason, sizeof reason);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof reason) {
        return 0;
    }
    (void)waitpid(c->pid, NULL, 0);
    return reason;
}

static void feed(i32 *fd, bytes *input)
{
    ssize_t n = input->n > 0 ? write(*fd, input->p, input->n) : 0;
    if (n > 0) {
        *input = bytes_slice(*input, (usize)n, input->n - (usize)n);
    }
    bool is_broken = n < 0 && errno != EINTR && errno != EAGAIN;
    if (input->n == 0 || is_broken) {
        close_end(fd);
    }
}

static void drain(i32 *fd, struct buf *out)
{
    buf_reserve(out, READ_STEP);
    ssize_t n = read(*fd, out->p + out->n, READ_STEP);
    if (n > 0) {
        out->n += (usize)n;
    } else if (n == 0 || errno != EINTR) {
        close_end(fd);
    }
}

static void serve(struct child *c, struct buf *out, struct buf *err, bytes input)
{
    (void)fcntl(c->end[IN][1], F_SETFL, O_NONBLOCK);
    if (input.n == 0) {
        close_end(&c->end[IN][1]);
    }
    while (c->end[OUT][0] >= 0 || c->end[ERR][0] >= 0) {
        struct pollfd polled[3] = {{.fd = c->end[IN][1], .events = POLLOUT},
                                   {.fd = c->end[OUT][0], .events = POLLIN},
                                   {.fd = c->end[ERR][0], .events = POLLIN}};
        if (poll(polled, 3, -1) < 0 && errno != EINTR) {
            return;
        }
        if (polled[0].revents != 0 && c->end[IN][1] >= 0) {
            feed(&c->end[IN][1], &input);
        }
        if (polled[1].revents != 0 && c->end[OUT][0] >= 0) {
            drain(&c->end[OUT][0], out);
        }
        if (polled[2].revents != 0 && c->end[ERR][0] >= 0) {
            drain(&c->end[ERR][0], err);
        }
    }
}

static u32 wait_for(pid_t pid)
{
    i32 status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? (u32)WEXITSTATUS(status) : 128u + (u32)WTERMSIG(status);
}

enum fault os_run_command(u32 *status, struct buf *out, struct buf *err, struct buf *why,
                          const struct os_command *c)
{
    struct child child;
    // A program that reads only part of its input is no failure of this one.
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before;
    (void)sigaction(SIGPIPE, &ignore, &before);
    i32 reason = start(&child, c);
    if (reason == 0) {
        serve(&child, out, err, c->input);
        *status = wait_for(child.pid);
    } else {
        char text[128];
        buf_printf(why, "cannot run %s%s%s: %s", c->argv[0], c->folder != NULL ? " in " : "",
                   c->folder != NULL ? c->folder : "", strerror_r(reason, text, sizeof text));
    }
    close_all(&child);
    (void)sigaction(SIGPIPE, &before, NULL);
    return reason == 0 ? FAULT_NONE : FAULT_IO;
}

bool os_has_program(const char *name)
{
    const char *path = getenv("PATH");
    bool found = false;
    struct buf file = {0};
    while (path != NULL && !found) {
        usize n = strcspn(path, ":");
        buf_clear(&file);
        buf_printf(&file, "%.*s/%s", (int)n, path, name);
        buf_put_u8(&file, 0);
        found = access((const char *)file.p, X_OK) == 0;
        path = path[n] == ':' ? path + n + 1 : NULL;
    }
    buf_fini(&file);
    return found;
}

bool os_program_folder(struct buf *out)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    if (n <= 0 || n == (ssize_t)sizeof path) {
        return false;
    }
    while (n > 0 && path[n - 1] != '/') {
        n--;
    }
    buf_put(out, path, (usize)(n > 1 ? n - 1 : n));
    return true;
}

bool os_current_folder(struct buf *out)
{
    char path[4096];
    if (getcwd(path, sizeof path) == NULL) {
        return false;
    }
    buf_put_text(out, path);
    return true;
}
