// SPDX-License-Identifier: MIT
// Both implementations of the seam through the same cases: order, isolation, atomicity, faults;
// then what only files can have: truncation, a second process, no room.
#include "node/kv/kv.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/bytes.h"
#include "test/test.h"

struct bench { // an open store and where it lies
    struct kv *kv;
    struct kv_options options;
    char folder[64];
};

static struct kv *open_or_say(const struct kv_options *o)
{
    struct buf why = {0};
    struct kv *kv = kv_open(o, &why);
    if (kv == NULL) {
        fprintf(stderr, "%.*s\n", (int)why.n, (const char *)why.p);
    }
    buf_fini(&why);
    return kv;
}

static void set_up(struct bench *b, bool on_disk)
{
    static const char TEMPLATE[] = "build/kv-test-XXXXXX";
    *b = (struct bench){.options = {.map_size = 0}};
    if (on_disk) {
        copy_bytes(b->folder, TEMPLATE, sizeof TEMPLATE);
        EXPECT(mkdtemp(b->folder) != NULL);
        b->options.folder = b->folder;
    }
    b->kv = open_or_say(&b->options);
    EXPECT(b->kv != NULL);
}

static void tear_down(struct bench *b)
{
    static const char *const NAMES[] = {"data.mdb", "lock.mdb", "LOCK"};
    kv_close(b->kv);
    for (u32 i = 0; b->options.folder != NULL && i < COUNT_OF(NAMES); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", b->folder, NAMES[i]);
        unlink(path);
    }
    rmdir(b->folder);
}

static bytes text(const char *s)
{
    return (bytes){(const u8 *)s, strlen(s)};
}

static bool holds(struct kv_txn *t, const char *key, const char *expected)
{
    bytes value;
    bool found = false;
    EXPECT_EQ(kv_get(t, KV_META, text(key), &value, &found), FAULT_NONE);
    if (expected == NULL) {
        return !found;
    }
    return found && value.n == strlen(expected) && equal_bytes(value.p, expected, value.n);
}

static struct kv_txn *begin(struct kv *kv, bool writes)
{
    struct kv_txn *t = NULL;
    EXPECT_EQ(kv_begin(kv, writes, &t), FAULT_NONE);
    return t;
}

static void put(struct kv_txn *t, const char *key, const char *value)
{
    EXPECT_EQ(kv_put(t, KV_META, text(key), text(value)), FAULT_NONE);
}

static void check_isolation(struct bench *b)
{
    struct kv_txn *w = begin(b->kv, true);
    put(w, "a", "1");
    EXPECT(holds(w, "a", "1"));
    EXPECT_EQ(kv_commit(w), FAULT_NONE);
    struct kv_txn *before = begin(b->kv, false);
    w = begin(b->kv, true);
    put(w, "a", "2");
    put(w, "b", "");
    EXPECT(holds(before, "a", "1"));
    EXPECT_EQ(kv_commit(w), FAULT_NONE);
    struct kv_txn *after = begin(b->kv, false);
    EXPECT(holds(before, "a", "1") && holds(before, "b", NULL));
    EXPECT(holds(after, "a", "2") && holds(after, "b", ""));
    w = begin(b->kv, true);
    EXPECT_EQ(kv_delete(w, KV_META, text("a")), FAULT_NONE);
    EXPECT_EQ(kv_delete(w, KV_META, text("none")), FAULT_NONE);
    kv_abort(w);
    kv_abort(before);
    kv_abort(after);
    after = begin(b->kv, false);
    EXPECT(holds(after, "a", "2"));
    kv_abort(after);
}

static void check_order(struct bench *b)
{
    struct kv_txn *t = begin(b->kv, true);
    bytes key;
    bytes value;
    bool found = true;
    EXPECT_EQ(kv_last(t, KV_LOGS, &key, &value, &found), FAULT_NONE);
    EXPECT(!found);
    for (u32 i = 0; i < 1000; i++) {
        u8 at[4];
        store_be32(at, i * 7919 % 1000 * 2);
        EXPECT_EQ(kv_put(t, KV_LOGS, (bytes){at, 4}, (bytes){at, i % 5}), FAULT_NONE);
    }
    u8 from[4] = {0};
    for (u32 i = 0; i < 1000; i++) {
        EXPECT_EQ(kv_seek(t, KV_LOGS, (bytes){from, 4}, &key, &value, &found), FAULT_NONE);
        EXPECT(found && key.n == 4);
        EXPECT_EQ(load_be32(key.p), 2 * i);
        store_be32(from, 2 * i + 1);
    }
    EXPECT_EQ(kv_seek(t, KV_LOGS, (bytes){from, 4}, &key, &value, &found), FAULT_NONE);
    EXPECT(!found);
    EXPECT_EQ(kv_seek(t, KV_LOGS, BYTES_NONE, &key, &value, &found), FAULT_NONE);
    EXPECT(found && load_be32(key.p) == 0);
    EXPECT_EQ(kv_last(t, KV_LOGS, &key, &value, &found), FAULT_NONE);
    EXPECT(found && load_be32(key.p) == 1998);
    u8 prefix[3] = {0, 0, 1}; // 256 to 511: 128 even numbers
    EXPECT_EQ(kv_delete_prefix(t, KV_LOGS, (bytes){prefix, 3}), FAULT_NONE);
    u64 count = 0;
    EXPECT_EQ(kv_count(t, KV_LOGS, &count), FAULT_NONE);
    EXPECT_EQ(count, 872);
    EXPECT_EQ(kv_commit(t), FAULT_NONE);
}

// Against an array of what there should be, with transactions that are dropped in between.
static void check_random(struct bench *b)
{
    enum { KEYS = 256 };
    u8 model[KEYS];
    u8 kept[KEYS];
    u64 random = test_seed();
    zero_bytes(model, sizeof model);
    for (u32 round = 0; round < 60; round++) {
        struct kv_txn *t = begin(b->kv, true);
        copy_bytes(kept, model, sizeof model);
        for (u32 i = 0; i < 40; i++) {
            u8 key = (u8)test_random(&random);
            u8 value = (u8)(test_random(&random) % 4);
            enum fault f = value == 0 ? kv_delete(t, KV_SLOTS, (bytes){&key, 1})
                                      : kv_put(t, KV_SLOTS, (bytes){&key, 1}, (bytes){&value, 1});
            EXPECT_EQ(f, FAULT_NONE);
            model[key] = value;
        }
        if (test_random(&random) % 3 == 0) {
            kv_abort(t);
            copy_bytes(model, kept, sizeof model);
        } else {
            EXPECT_EQ(kv_commit(t), FAULT_NONE);
        }
        t = begin(b->kv, false);
        for (u32 i = 0; i < KEYS; i++) {
            u8 key = (u8)i;
            bytes value;
            bool found = false;
            EXPECT_EQ(kv_get(t, KV_SLOTS, (bytes){&key, 1}, &value, &found), FAULT_NONE);
            EXPECT_EQ(found ? value.p[0] : 0, model[i]);
        }
        kv_abort(t);
    }
}

// Fails the n-th write for each n of a transaction of twelve and its commit: nothing of it is seen.
static void check_faults(struct bench *b)
{
    for (u64 n = 1; n <= 13; n++) {
        struct kv_txn *t = begin(b->kv, true);
        kv_fail_write(b->kv, n);
        enum fault f = FAULT_NONE;
        for (u8 i = 0; f == FAULT_NONE && i < 12; i++) {
            f = kv_put(t, KV_CODES, (bytes){&i, 1}, (bytes){&i, 1});
        }
        enum fault end = kv_commit(t);
        EXPECT_EQ(end, FAULT_IO);
        EXPECT(strstr(kv_fault_detail(b->kv), "as a test asked for") != NULL);
        kv_fail_write(b->kv, 0);
        u64 count = 1;
        t = begin(b->kv, false);
        EXPECT_EQ(kv_count(t, KV_CODES, &count), FAULT_NONE);
        EXPECT_EQ(count, 0);
        kv_abort(t);
    }
}

static void check_all(bool on_disk)
{
    static void (*const CHECKS[])(struct bench * b) = {check_isolation, check_order, check_random,
                                                       check_faults};
    for (u32 i = 0; i < COUNT_OF(CHECKS); i++) {
        struct bench b;
        set_up(&b, on_disk);
        CHECKS[i](&b);
        tear_down(&b);
    }
}

// What a log of writes has, done again on the tables as they were, gives the same tables.
static void check_log(bool on_disk)
{
    struct bench b;
    struct kv_txn *t;
    struct buf log = {0};
    bytes v;
    bool found;
    set_up(&b, on_disk);
    EXPECT_EQ(kv_begin(b.kv, true, &t), FAULT_NONE);
    EXPECT_EQ(kv_put(t, KV_CODES, text("gone"), text("1")), FAULT_NONE);
    EXPECT_EQ(kv_put(t, KV_CODES, text("changed"), text("1")), FAULT_NONE);
    EXPECT_EQ(kv_commit(t), FAULT_NONE);
    EXPECT_EQ(kv_begin(b.kv, true, &t), FAULT_NONE);
    EXPECT_EQ(kv_put(t, KV_CODES, text("before"), text("1")), FAULT_NONE);
    kv_log_writes(t, &log);
    EXPECT_EQ(kv_delete(t, KV_CODES, text("gone")), FAULT_NONE);
    EXPECT_EQ(kv_put(t, KV_CODES, text("changed"), text("2")), FAULT_NONE);
    EXPECT_EQ(kv_put(t, KV_LOGS, text("empty"), BYTES_NONE), FAULT_NONE);
    kv_log_writes(t, NULL);
    EXPECT_EQ(kv_put(t, KV_CODES, text("after"), text("1")), FAULT_NONE);
    kv_abort(t);
    EXPECT_EQ(kv_begin(b.kv, true, &t), FAULT_NONE);
    EXPECT_EQ(kv_apply(t, buf_bytes(&log)), FAULT_NONE);
    for (u32 i = 0; i < 4; i++) {
        static const char *const KEYS[] = {"gone", "before", "after", "changed"};
        EXPECT_EQ(kv_get(t, KV_CODES, text(KEYS[i]), &v, &found), FAULT_NONE);
        EXPECT_EQ(found, i == 3);
    }
    EXPECT_BYTES(v.p, "2", 1);
    EXPECT_EQ(kv_get(t, KV_LOGS, text("empty"), &v, &found), FAULT_NONE);
    EXPECT(found && v.n == 0);
    for (usize n = 1; n < log.n; n++) { // cut at any place but between two writes
        bool whole = n == 3 + 4 || n == 3 + 4 + 3 + 7 + 4 + 1;
        EXPECT_EQ(kv_apply(t, (bytes){log.p, n}), whole ? FAULT_NONE : FAULT_BAD_INPUT);
    }
    kv_abort(t);
    buf_fini(&log);
    tear_down(&b);
}

TEST(kv, a_log_of_writes_can_be_applied_again)
{
    check_log(false);
    check_log(true);
}

TEST(kv, memory_keeps_the_promises_of_the_seam)
{
    check_all(false);
}

TEST(kv, lmdb_keeps_the_promises_of_the_seam)
{
    check_all(true);
}

// ---- files

static void fill(struct kv *kv, u32 entries)
{
    static const u8 BLOCK[4000] = {1};
    for (u32 i = 0; i < entries; i++) {
        u8 key[4];
        struct kv_txn *t = begin(kv, true);
        store_be32(key, i);
        EXPECT_EQ(kv_put(t, KV_BLOCKS, (bytes){key, 4}, (bytes){BLOCK, sizeof BLOCK}), FAULT_NONE);
        EXPECT_EQ(kv_commit(t), FAULT_NONE);
    }
}

static void reopen(struct bench *b)
{
    kv_close(b->kv);
    b->kv = open_or_say(&b->options);
    EXPECT(b->kv != NULL);
}

TEST(kv, what_was_committed_is_there_again)
{
    struct bench b;
    set_up(&b, true);
    fill(b.kv, 10);
    reopen(&b);
    struct kv_txn *t = begin(b.kv, false);
    u64 count = 0;
    EXPECT_EQ(kv_count(t, KV_BLOCKS, &count), FAULT_NONE);
    EXPECT_EQ(count, 10);
    kv_abort(t);
    tear_down(&b);
}

TEST(kv, the_map_grows_when_the_file_has_filled_half_of_it)
{
    struct bench b;
    set_up(&b, true);
    kv_close(b.kv);
    b.options.map_size = (usize)1 << 20;
    b.kv = open_or_say(&b.options);
    fill(b.kv, 2000);
    EXPECT(kv_size(b.kv) > (u64)7 << 20);
    tear_down(&b);
}

TEST(kv, a_transaction_larger_than_the_map_is_refused_as_a_whole)
{
    struct bench b;
    set_up(&b, true);
    kv_close(b.kv);
    b.options.map_size = (usize)1 << 20;
    b.kv = open_or_say(&b.options);
    struct kv_txn *t = begin(b.kv, true);
    u8 *large = calloc(1, (usize)2 << 20);
    EXPECT_EQ(kv_put(t, KV_BLOCKS, text("x"), (bytes){large, (usize)2 << 20}), FAULT_IO);
    EXPECT(strstr(kv_fault_detail(b.kv), "outgrown its map") != NULL);
    EXPECT_EQ(kv_commit(t), FAULT_IO);
    free(large);
    fill(b.kv, 1);
    tear_down(&b);
}

static void refuse_to_open(struct bench *b, const char *phrase)
{
    struct buf why = {0};
    kv_close(b->kv);
    b->kv = kv_open(&b->options, &why);
    EXPECT(b->kv == NULL);
    buf_put_u8(&why, 0);
    if (strstr((const char *)why.p, phrase) == NULL) {
        test_fail(__FILE__, __LINE__, "%s", (const char *)why.p);
    }
    buf_fini(&why);
}

static void path_in(char out[128], const struct bench *b, const char *name)
{
    (void)snprintf(out, 128, "%s/%s", b->folder, name);
}

TEST(kv, a_truncated_file_is_refused_with_both_sizes)
{
    struct bench b;
    char path[128];
    set_up(&b, true);
    fill(b.kv, 100);
    path_in(path, &b, "data.mdb");
    EXPECT_EQ(truncate(path, 100000), 0);
    refuse_to_open(&b, "is truncated: data.mdb has 100000 bytes");
    tear_down(&b);
}

TEST(kv, a_file_that_is_no_database_is_refused)
{
    struct bench b;
    char path[128];
    set_up(&b, true);
    path_in(path, &b, "data.mdb");
    FILE *f = fopen(path, "w");
    EXPECT(f != NULL);
    for (u32 i = 0; i < 10000; i++) {
        (void)fputs("nonsense ", f);
    }
    EXPECT_EQ(fclose(f), 0);
    refuse_to_open(&b, "the files are damaged");
    tear_down(&b);
}

TEST(kv, a_folder_belongs_to_one_process)
{
    struct bench b;
    struct buf why = {0};
    set_up(&b, true);
    EXPECT(kv_open(&b.options, &why) == NULL);
    buf_put_u8(&why, 0);
    EXPECT(strstr((const char *)why.p, "is in use by another process, number ") != NULL);
    buf_fini(&why);
    tear_down(&b);
}

TEST(kv, a_file_that_may_not_grow_loses_nothing)
{
    struct bench b;
    set_up(&b, true);
    fill(b.kv, 100);
    struct rlimit old;
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {kv_size(b.kv), old.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum fault f = FAULT_NONE;
    u32 written = 0;
    while (f == FAULT_NONE && written < 1000) {
        static const u8 BLOCK[4000] = {2};
        u8 key[4];
        struct kv_txn *t = begin(b.kv, true);
        store_be32(key, 1000 + written);
        enum fault put_fault = kv_put(t, KV_BLOCKS, (bytes){key, 4}, (bytes){BLOCK, sizeof BLOCK});
        f = kv_commit(t);
        EXPECT(put_fault == FAULT_NONE || f != FAULT_NONE);
        written += f == FAULT_NONE;
    }
    EXPECT_EQ(f, FAULT_IO);
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
    reopen(&b);
    struct kv_txn *t = begin(b.kv, false);
    u64 count = 0;
    EXPECT_EQ(kv_count(t, KV_BLOCKS, &count), FAULT_NONE);
    EXPECT_EQ(count, 100 + written);
    kv_abort(t);
    fill(b.kv, 10);
    tear_down(&b);
}
