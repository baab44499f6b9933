// SPDX-License-Identifier: MIT
// The address space functions of map.h over mmap, mprotect, madvise and memfd_create.
#include "lib/os/map.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/check.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u // linux/memfd.h since 6.3; older kernels answer EINVAL
#endif

static const i32 prot_bits[] = {
    [OS_NONE] = PROT_NONE,
    [OS_READ] = PROT_READ,
    [OS_READ_WRITE] = PROT_READ | PROT_WRITE,
    [OS_READ_EXEC] = PROT_READ | PROT_EXEC,
};

static void check_range(const void *p, usize n)
{
    CHECK(((uintptr_t)p | n) % OS_PAGE_SIZE == 0);
}

static i32 prot_of(enum os_prot prot)
{
    CHECK((usize)prot < COUNT_OF(prot_bits));
    return prot_bits[prot];
}

void *os_reserve(usize n)
{
    check_range(NULL, n);
    void *p = mmap(NULL, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void os_release(void *p, usize n)
{
    if (p == NULL || n == 0) {
        return;
    }
    check_range(p, n);
    CHECK(munmap(p, n) == 0);
}

bool os_protect(void *p, usize n, enum os_prot prot)
{
    check_range(p, n);
    return n == 0 || mprotect(p, n, prot_of(prot)) == 0;
}

bool os_commit_rw(void *p, usize n)
{
    return os_protect(p, n, OS_READ_WRITE);
}

void os_discard(void *p, usize n)
{
    check_range(p, n);
    CHECK(n == 0 || madvise(p, n, MADV_DONTNEED) == 0);
}

void *os_share(usize n)
{
    check_range(NULL, n);
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

bool os_map_again(void *at, void *shared, usize n, enum os_prot prot)
{
    check_range(at, n);
    check_range(shared, n);
    // An old size of 0 leaves the first mapping of shared memory in place (mremap(2)).
    void *p = mremap(shared, 0, n, MREMAP_MAYMOVE | MREMAP_FIXED, at);
    return p != MAP_FAILED && mprotect(p, n, prot_of(prot)) == 0;
}

static i32 open_memory(usize n)
{
    i32 fd = memfd_create("hybrid", MFD_CLOEXEC | MFD_EXEC);
    if (fd < 0 && errno == EINVAL) {
        fd = memfd_create("hybrid", MFD_CLOEXEC);
    }
    if (fd >= 0 && ftruncate(fd, (off_t)n) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

bool os_map_shared_pair(void *at_a, enum os_prot prot_a, void **b, usize n)
{
    check_range(at_a, n);
    CHECK(at_a != NULL && n > 0);
    *b = NULL;
    i32 fd = open_memory(n);
    if (fd < 0) {
        return false;
    }
    void *second = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (second == MAP_FAILED) {
        close(fd);
        return false;
    }
    void *first = mmap(at_a, n, prot_of(prot_a), MAP_SHARED | MAP_FIXED, fd, 0);
    close(fd);
    if (first == MAP_FAILED) {
        munmap(second, n);
        // a failed MAP_FIXED may already have removed what was there
        first = mmap(at_a, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
                     -1, 0);
        CHECK(first == at_a);
        return false;
    }
    *b = second;
    return true;
}
