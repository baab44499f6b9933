// SPDX-License-Identifier: MIT
// Whole files over open, read, write and rename. A replaced file is written under a temporary name
// in the same folder, brought to disk, renamed, and the folder brought to disk.
#include "lib/os/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/os/random.h"

#define READ_STEP 65536u

static enum fault io_fault(struct buf *why, const char *verb, const char *path)
{
    char text[128];
    i32 code = errno;
    const char *reason = strerror_r(code, text, sizeof text); // the GNU form, safe in threads
    buf_printf(why, "cannot %s %s: %s", verb, path, reason);
    return FAULT_IO;
}

static enum fault read_all(struct buf *out, struct buf *why, i32 fd, const char *path,
                           usize size_max)
{
    usize start = out->n;
    for (;;) {
        buf_reserve(out, READ_STEP);
        ssize_t n = read(fd, out->p + out->n, out->cap - out->n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            out->n = start;
            return io_fault(why, "read", path);
        }
        if (n == 0) {
            return FAULT_NONE;
        }
        out->n += (usize)n;
        if (out->n - start > size_max) {
            out->n = start;
            buf_printf(why, "%s is larger than %zu bytes", path, size_max);
            return FAULT_BAD_INPUT;
        }
    }
}

enum fault os_read_file(struct buf *out, struct buf *why, const char *path, usize size_max)
{
    if (strcmp(path, "-") == 0) {
        return read_all(out, why, STDIN_FILENO, "standard input", size_max);
    }
    i32 fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return io_fault(why, "open", path);
    }
    enum fault f = read_all(out, why, fd, path, size_max);
    close(fd);
    return f;
}

static bool write_all(i32 fd, bytes contents)
{
    while (contents.n > 0) {
        ssize_t n = write(fd, contents.p, contents.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        contents = bytes_slice(contents, (usize)n, contents.n - (usize)n);
    }
    return true;
}

// Names of files are part of the folder; a rename is safe once the folder is on disk.
static bool sync_folder_of(const char *path)
{
    struct buf folder = {0};
    const char *slash = strrchr(path, '/');
    buf_put(&folder, slash == NULL ? "." : path, slash == NULL ? 1 : (usize)(slash - path) + 1);
    buf_put_u8(&folder, 0);
    i32 fd = open((const char *)folder.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    buf_fini(&folder);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

static enum fault replace_file(struct buf *why, const char *path, bytes contents, u32 mode)
{
    struct buf temporary = {0};
    buf_printf(&temporary, "%s.%016lx.tmp", path, os_random_u64());
    buf_put_u8(&temporary, 0);
    const char *name = (const char *)temporary.p;
    enum fault f = FAULT_NONE;
    i32 fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        f = io_fault(why, "create", name);
    } else {
        bool written = write_all(fd, contents) && fsync(fd) == 0;
        if (!written) {
            f = io_fault(why, "write", name);
        }
        if (close(fd) != 0 && written) {
            f = io_fault(why, "close", name);
        }
        if (f == FAULT_NONE && rename(name, path) != 0) {
            f = io_fault(why, "replace", path);
        }
        if (f != FAULT_NONE) {
            unlink(name);
        } else if (!sync_folder_of(path)) {
            f = io_fault(why, "bring to disk the folder of", path);
        }
    }
    buf_fini(&temporary);
    return f;
}

enum fault os_write_file(struct buf *why, const char *path, bytes contents)
{
    return replace_file(why, path, contents, 0666);
}

enum fault os_write_private_file(struct buf *why, const char *path, bytes contents)
{
    return replace_file(why, path, contents, 0600);
}

bool os_is_folder(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

usize os_file_size(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISREG(s.st_mode) ? (usize)s.st_size : 0;
}

static char *entry_name(const char *folder, const char *name)
{
    struct buf whole = {0};
    buf_printf(&whole, "%s/%s", folder, name);
    buf_put_u8(&whole, 0);
    usize n = strlen(name);
    char *copy = mem_zalloc(n + 2); // room for the slash and the ending 0
    copy_bytes(copy, name, n);
    if (os_is_folder((const char *)whole.p)) {
        copy[n] = '/';
    }
    buf_fini(&whole);
    return copy;
}

static i32 compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum fault os_list_folder(struct os_names *out, struct buf *why, const char *path)
{
    *out = (struct os_names){0};
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return io_fault(why, "open the folder", path);
    }
    usize cap = 0;
    enum fault f = FAULT_NONE;
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(folder); // safe: nobody else has this DIR
        if (e == NULL) {
            if (errno != 0) {
                f = io_fault(why, "read the folder", path);
            }
            break;
        }
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
            continue;
        }
        if (out->count == cap) {
            cap = cap == 0 ? 16 : cap * 2;
            out->name = mem_realloc(out->name, cap * sizeof *out->name);
        }
        out->name[out->count++] = entry_name(path, e->d_name);
    }
    closedir(folder);
    if (f != FAULT_NONE) {
        os_names_fini(out);
    } else if (out->count > 1) {
        qsort(out->name, out->count, sizeof *out->name, compare_names);
    }
    return f;
}

void os_names_fini(struct os_names *names)
{
    for (usize i = 0; i < names->count; i++) {
        mem_free(names->name[i]);
    }
    mem_free(names->name);
    *names = (struct os_names){0};
}

enum fault os_make_folder(struct buf *why, const char *path)
{
    struct buf name = {0};
    usize n = strlen(path);
    enum fault f = FAULT_NONE;
    for (usize i = 1; i <= n && f == FAULT_NONE; i++) {
        if (i < n && path[i] != '/') {
            continue;
        }
        buf_clear(&name);
        buf_put(&name, path, i);
        buf_put_u8(&name, 0);
        if (mkdir((const char *)name.p, 0777) != 0 && errno != EEXIST) {
            f = io_fault(why, "make folder", (const char *)name.p);
        }
    }
    buf_fini(&name);
    if (f == FAULT_NONE && n > 0 && !os_is_folder(path)) {
        errno = ENOTDIR;
        f = io_fault(why, "make folder", path);
    }
    return f;
}

// ---- locks

struct os_lock {
    i32 fd;
};

// The holder writes its id into the file, for the sentence of who comes second.
static enum fault held_by_another(struct buf *why, i32 fd, const char *path)
{
    char text[24] = {0};
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    buf_printf(why, "%s is in use by another process%s%.*s; stop it first", path,
               n > 0 ? ", number " : "", n > 0 ? (int)n : 0, text);
    return FAULT_BAD_INPUT;
}

enum fault os_lock_file(struct os_lock **out, struct buf *why, const char *path)
{
    *out = NULL;
    i32 fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
        return io_fault(why, "create", path);
    }
    enum fault f = FAULT_NONE;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        f = errno == EWOULDBLOCK ? held_by_another(why, fd, path) : io_fault(why, "lock", path);
        close(fd);
        return f;
    }
    struct buf id = {0};
    buf_printf(&id, "%ld", (long)getpid());
    if (ftruncate(fd, 0) != 0 || !write_all(fd, buf_bytes(&id))) {
        f = io_fault(why, "write", path);
    }
    buf_fini(&id);
    if (f != FAULT_NONE) {
        close(fd);
        return f;
    }
    struct os_lock *lock = mem_alloc(sizeof *lock);
    lock->fd = fd;
    *out = lock;
    return FAULT_NONE;
}

void os_unlock_file(struct os_lock *lock)
{
    if (lock != NULL) {
        close(lock->fd);
        mem_free(lock);
    }
}
