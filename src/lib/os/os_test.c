// SPDX-License-Identifier: MIT
// The operating system's bricks: address space, files, clocks, randomness, processor features.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/bytes.h"
#include "lib/os/cpu.h"
#include "lib/os/file.h"
#include "lib/os/map.h"
#include "lib/os/random.h"
#include "lib/os/time.h"
#include "test/test.h"

static void write_to(void *p)
{
    *(volatile u8 *)p = 1;
}

TEST(map, reserved_memory_can_be_used_only_after_commit)
{
    usize n = (usize)1 << 33;
    u8 *p = os_reserve(n);
    EXPECT(p != NULL);
    EXPECT_DIES(write_to, p);
    EXPECT(os_commit_rw(p + OS_PAGE_SIZE, OS_PAGE_SIZE));
    EXPECT_EQ(p[OS_PAGE_SIZE], 0);
    write_to(p + OS_PAGE_SIZE);
    EXPECT_DIES(write_to, p + 2 * OS_PAGE_SIZE);
    os_discard(p + OS_PAGE_SIZE, OS_PAGE_SIZE);
    EXPECT_EQ(p[OS_PAGE_SIZE], 0);
    EXPECT(os_protect(p + OS_PAGE_SIZE, OS_PAGE_SIZE, OS_READ));
    EXPECT_DIES(write_to, p + OS_PAGE_SIZE);
    os_release(p, n);
    os_release(NULL, 0);
}

static void protect_half_a_page(void *p)
{
    bool ok = os_protect(p, 100, OS_READ);
    (void)ok;
}

TEST(map, a_size_that_is_not_pages_is_a_defect)
{
    EXPECT_DIES(protect_half_a_page, NULL);
}

TEST(map, shared_pair_shows_the_same_bytes_and_only_one_side_writes)
{
    usize n = 4 * OS_PAGE_SIZE;
    u8 *region = os_reserve(n * 2);
    EXPECT(region != NULL);
    void *second = NULL;
    EXPECT(os_map_shared_pair(region + n, OS_READ, &second, n));
    u8 *b = second;
    b[0] = 11;
    b[n - 1] = 22;
    EXPECT_EQ(region[n], 11);
    EXPECT_EQ(region[2 * n - 1], 22);
    EXPECT_DIES(write_to, region + n);
    EXPECT_DIES(write_to, region);
    os_release(second, n);
    EXPECT_EQ(region[n], 11);
    os_release(region, n * 2);
}

TEST(map, shared_memory_is_shown_at_many_addresses_and_outlives_its_first)
{
    usize n = 4 * OS_PAGE_SIZE;
    u8 *shared = os_share(n);
    u8 *region = os_reserve(3 * n);
    EXPECT(shared != NULL && region != NULL);
    EXPECT_EQ(shared[n - 1], 0);
    EXPECT(os_map_again(region, shared, n, OS_READ));
    shared[5] = 55;
    EXPECT(os_map_again(region + 2 * n, shared, n, OS_READ_WRITE));
    region[3 * n - 1] = 66;
    EXPECT_EQ(region[5], 55);
    EXPECT_EQ(region[n - 1], 66);
    EXPECT_EQ(shared[n - 1], 66);
    EXPECT_DIES(write_to, region);
    EXPECT_DIES(write_to, region + n); // still reserved
    os_release(shared, n);
    EXPECT_EQ(region[2 * n + 5], 55);
    os_release(region, 3 * n);
}

#ifdef __x86_64__
TEST(map, code_written_on_one_side_runs_on_the_other)
{
    u8 *region = os_reserve(OS_PAGE_SIZE);
    void *second = NULL;
    EXPECT(os_map_shared_pair(region, OS_READ_EXEC, &second, OS_PAGE_SIZE));
    copy_bytes(second, "\xb8\x2a\x00\x00\x00\xc3", 6); // mov eax, 42; ret
    u32 (*code)(void);
    copy_bytes(&code, &region, sizeof code); // an object pointer, by POSIX also a function's
    EXPECT_EQ(code(), 42);
    os_release(second, OS_PAGE_SIZE);
    os_release(region, OS_PAGE_SIZE);
}
#endif

TEST(time, clocks_do_not_go_back)
{
    u64 last = os_now_ns();
    u64 last_cpu = os_cpu_ns();
    for (u32 i = 0; i < 10000; i++) {
        u64 now = os_now_ns();
        u64 cpu = os_cpu_ns();
        EXPECT(now >= last && cpu >= last_cpu);
        last = now;
        last_cpu = cpu;
    }
}

TEST(random, values_differ)
{
    EXPECT_NE(os_random_u64(), os_random_u64());
}

static void ask_scalar(void *context)
{
    (void)context;
    setenv("HYBRID_CPU", "scalar", 1);
    if (cpu_features() == CPU_KNOWN) {
        abort(); // what the test hopes for
    }
}

TEST(cpu, environment_turns_extensions_off)
{
    EXPECT_DIES(ask_scalar, NULL); // asked first in a process of its own
    u32 once = cpu_features();
    EXPECT((once & CPU_KNOWN) != 0);
    EXPECT_EQ(once, cpu_features());
}

// A folder for one test, removed with what is in it.
struct scratch {
    char path[64];
    char file[96];
};

static void scratch_init(struct scratch *s)
{
    snprintf(s->path, sizeof s->path, "%s", P_tmpdir "/hybrid-test-XXXXXX");
    EXPECT(mkdtemp(s->path) != NULL);
    snprintf(s->file, sizeof s->file, "%s/file", s->path);
}

static void scratch_fini(struct scratch *s)
{
    unlink(s->file);
    rmdir(s->path);
}

TEST(file, what_is_written_is_read)
{
    struct scratch s;
    scratch_init(&s);
    struct buf out = {0};
    struct buf why = {0};
    u8 contents[200000];
    for (usize i = 0; i < sizeof contents; i++) {
        contents[i] = (u8)(i * 31 >> 3);
    }
    EXPECT_EQ(os_write_file(&why, s.file, (bytes){(const u8 *)"old", 3}), FAULT_NONE);
    EXPECT_EQ(os_write_file(&why, s.file, (bytes){contents, sizeof contents}), FAULT_NONE);
    buf_put_text(&out, "+");
    EXPECT_EQ(os_read_file(&out, &why, s.file, sizeof contents), FAULT_NONE);
    EXPECT_EQ(os_file_size(s.file), sizeof contents);
    EXPECT_EQ(os_file_size(s.path), 0);
    EXPECT_EQ(out.n, sizeof contents + 1);
    EXPECT_BYTES(out.p + 1, contents, sizeof contents);
    EXPECT_EQ(why.n, 0);
    struct os_names names;
    EXPECT_EQ(os_list_folder(&names, &why, s.path), FAULT_NONE);
    EXPECT_EQ(names.count, 1); // no temporary file is left
    os_names_fini(&names);
    buf_fini(&out);
    buf_fini(&why);
    scratch_fini(&s);
}

static void expect_text(const struct buf *b, const char *text)
{
    EXPECT_EQ(b->n, strlen(text));
    EXPECT_BYTES(b->p, text, b->n);
}

TEST(file, refusals_name_path_and_reason)
{
    struct scratch s;
    scratch_init(&s);
    struct buf out = {0};
    struct buf why = {0};
    EXPECT_EQ(os_read_file(&out, &why, "/nonexistent/x", 10), FAULT_IO);
    expect_text(&why, "cannot open /nonexistent/x: No such file or directory");
    buf_clear(&why);
    EXPECT_EQ(os_read_file(&out, &why, "/", 10), FAULT_IO);
    expect_text(&why, "cannot read /: Is a directory");
    buf_clear(&why);
    EXPECT_EQ(os_write_file(&why, s.file, (bytes){(const u8 *)"12345678901", 11}), FAULT_NONE);
    EXPECT_EQ(os_read_file(&out, &why, s.file, 10), FAULT_BAD_INPUT);
    EXPECT(why.n > 0 && strstr((buf_put_u8(&why, 0), (char *)why.p), "larger than 10 bytes"));
    EXPECT_EQ(out.n, 0);
    buf_clear(&why);
    EXPECT_EQ(os_write_file(&why, "/nonexistent/x", BYTES_NONE), FAULT_IO);
    EXPECT(why.n > 0);
    EXPECT_EQ(os_write_file(&why, s.path, BYTES_NONE), FAULT_IO); // a folder is not replaced
    buf_fini(&out);
    buf_fini(&why);
    scratch_fini(&s);
}

TEST(file, folder_is_listed_in_order)
{
    struct scratch s;
    scratch_init(&s);
    struct buf why = {0};
    static const char *const names[] = {"b", "a", "c"};
    char path[128];
    for (u32 i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", s.path, names[i]);
        EXPECT_EQ(os_write_file(&why, path, BYTES_NONE), FAULT_NONE);
    }
    snprintf(path, sizeof path, "%s/aa", s.path);
    EXPECT_EQ(mkdir(path, 0777), 0);
    struct os_names list;
    EXPECT_EQ(os_list_folder(&list, &why, s.path), FAULT_NONE);
    EXPECT_EQ(list.count, 4);
    static const char *const sorted[] = {"a", "aa/", "b", "c"};
    for (u32 i = 0; i < 4; i++) {
        EXPECT_STR(list.name[i], sorted[i]);
        snprintf(path, sizeof path, "%s/%s", s.path, sorted[i]);
        EXPECT_EQ(os_is_folder(path), i == 1);
        EXPECT_EQ(remove(path), 0);
    }
    os_names_fini(&list);
    EXPECT_EQ(os_list_folder(&list, &why, "/nonexistent"), FAULT_IO);
    EXPECT_EQ(list.count, 0);
    buf_fini(&why);
    scratch_fini(&s);
}
