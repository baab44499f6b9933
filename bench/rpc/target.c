// SPDX-License-Identifier: MIT
// See target.h.
#include "bench/rpc/target.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/rpc/http.h"
#include "lib/os/time.h"

#define ARGUMENTS_MAX 32u
#define START_NS 10000000000ull
#define LOOK_US 100u // between tries to connect

static u16 free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = bind(s, (struct sockaddr *)&at, size) == 0 &&
              getsockname(s, (struct sockaddr *)&at, &size) == 0;
    close(s);
    return ok ? ntohs(at.sin_port) : 0;
}

static void become(const char *const *argv, u16 port)
{
    char digits[8];
    char option[] = "--port";
    char *words[ARGUMENTS_MAX + 3];
    u32 n = 0;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (; argv[n] != NULL && n < ARGUMENTS_MAX; n++) {
        words[n] = (char *)(uintptr_t)argv[n];
    }
    (void)snprintf(digits, sizeof digits, "%u", port);
    words[n] = option;
    words[n + 1] = digits;
    words[n + 2] = NULL;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, 0);
    dup2(null, 1);
    execv(words[0], words);
    _exit(127);
}

bool target_start(struct target *t, struct buf *why, const char *const *argv)
{
    struct buf answer = {0};
    u64 begin = os_now_ns();
    bool answers = false;
    t->port = free_port();
    t->pid = fork();
    if (t->pid == 0) {
        become(argv, t->port);
    }
    while (!answers && os_now_ns() - begin < START_NS && waitpid(t->pid, NULL, WNOHANG) == 0) {
        buf_clear(&answer);
        answers = http_ask(&answer, NULL, t->port, "eth_chainId", "[]");
        if (!answers) {
            usleep(LOOK_US);
        }
    }
    t->start_ns = os_now_ns() - begin;
    if (!answers) {
        buf_printf(why, "%s did not begin to answer", argv[0]);
        target_stop(t);
    }
    buf_fini(&answer);
    return answers;
}

void target_stop(struct target *t)
{
    if (t->pid > 0 && kill(t->pid, SIGTERM) == 0) {
        (void)waitpid(t->pid, NULL, 0);
    }
    t->pid = 0;
}

u64 target_memory(const struct target *t)
{
    char path[64];
    char line[256];
    unsigned long long kib = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)t->pid);
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            kib = strtoull(line + 6, NULL, 10);
            break;
        }
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return (u64)kib * 1024;
}

u32 target_files(const struct target *t)
{
    char path[64];
    u32 n = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)t->pid);
    DIR *d = opendir(path);
    while (d != NULL && readdir(d) != NULL) {
        n++;
    }
    if (d != NULL) {
        (void)closedir(d);
    }
    return n > 2 ? n - 2 : 0;
}
