// SPDX-License-Identifier: MIT
// A store of 100,000 blocks with four logs each, in memory and on disk: what a block costs to keep,
// and how long it takes to find the logs of a busy emitter, a rare one, and a pair of topics in all
// of them. Processor time.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/chain/build.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/os/time.h"
#include "node/store/store.h"

#define BLOCKS 100000u
#define LOGS 4u

static const address BUSY = {{1}};
static const address RARE = {{2}}; // in one block of 1,000

static void put_logs(struct stored_block *b, u64 number)
{
    for (u32 i = 0; i < LOGS; i++) {
        struct state_log l = {.topic_count = 3, .emitter = BUSY};
        if (i == 0 && number % 1000 == 0) {
            l.emitter = RARE;
        }
        l.topic[0].b[0] = 0xDD; // the event
        store_be64(l.topic[1].b + 24, number * 7919 % 5000);
        store_be64(l.topic[2].b + 24, (number + i) * 104729 % 5000);
        l.data_at = b->log_data.n;
        l.data_size = 32;
        buf_put(&b->log_data, l.topic[1].b, 32);
        stored_block_put_log(b, &l);
    }
}

static void fill(struct store *s)
{
    struct header parent = {.number = 0};
    for (u64 i = 0; i < BLOCKS; i++) {
        struct store_txn *t = NULL;
        struct stored_block b = {.has_receipts = true};
        b.header = (struct header){.number = i, .parent_hash = parent.hash, .timestamp = i};
        put_logs(&b, i);
        header_set_hash(&b.header);
        block_encode(&b.wire, &b.header, BYTES_NONE, BYTES_NONE);
        CHECK(store_begin(s, &t) == FAULT_NONE);
        store_begin_changes(t, i, 0);
        CHECK(store_put_block(t, &b) == FAULT_NONE && store_set_canonical(t, &b) == FAULT_NONE &&
              store_end_changes(t, &b.header.hash, &b.header.state_root) == FAULT_NONE &&
              store_commit(t) == FAULT_NONE);
        parent = b.header;
        free(b.logs);
        buf_fini(&b.log_data);
        buf_fini(&b.wire);
    }
}

static bool count_block(void *ctx, u64 number)
{
    (void)number;
    ++*(u64 *)ctx;
    return true;
}

static void query(struct store *s, const char *name, const struct store_log_query *q)
{
    u64 found = 0;
    u64 start = os_cpu_ns();
    CHECK(store_query_logs(s, q, &found, count_block) == FAULT_NONE);
    printf("    %-36s %8.3f ms, %llu blocks\n", name, (double)(os_cpu_ns() - start) / 1e6,
           (unsigned long long)found);
}

static void measure(const char *where, const char *folder)
{
    struct buf found = {0};
    struct buf why = {0};
    struct store_options o = {.folder = folder};
    struct store *s = store_open(&o, &found, &why);
    CHECK(s != NULL);
    u64 start = os_cpu_ns();
    fill(s);
    printf("store %s\n    %-36s %8.3f us, %llu bytes\n", where, "a block with 4 logs",
           (double)(os_cpu_ns() - start) / 1e3 / BLOCKS,
           (unsigned long long)(kv_size(store_kv(s)) / BLOCKS));
    struct store_log_query q = {.last = BLOCKS, .count = 1};
    q.any[0].values = RARE.b;
    q.any[0].size = sizeof RARE;
    q.any[0].count = 1;
    query(s, "rare emitter in 100,000 blocks", &q);
    q.any[0].values = BUSY.b;
    query(s, "busy emitter in 100,000 blocks", &q);
    b256 from = {{0}}; // as in block 12,345, and in each 5,000th from there
    b256 to = {{0}};
    store_be64(from.b + 24, 12345 * 7919 % 5000);
    store_be64(to.b + 24, 12345 * 104729 % 5000);
    q.count = 2;
    for (u32 i = 0; i < 2; i++) {
        q.any[i].kind = 2 + i;
        q.any[i].values = i == 0 ? from.b : to.b;
        q.any[i].size = sizeof from;
        q.any[i].count = 1;
    }
    query(s, "two topics in 100,000 blocks", &q);
    store_close(s);
    buf_fini(&found);
    buf_fini(&why);
}

int main(void)
{
    char folder[] = "build/store-bench-XXXXXX";
    CHECK(mkdtemp(folder) != NULL);
    measure("in memory", NULL);
    measure("on disk", folder);
    static const char *const NAMES[] = {"data.mdb", "lock.mdb", "LOCK"};
    for (u32 i = 0; i < COUNT_OF(NAMES); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", folder, NAMES[i]);
        CHECK(unlink(path) == 0);
    }
    return rmdir(folder);
}
