// SPDX-License-Identifier: MIT
// The front of both implementations: arguments, state of a transaction, injected faults, the last
// fault's sentence.
#include "node/kv/kv.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "node/kv/priv.h"

struct kv {
    const struct kv_engine *engine;
    void *impl;
    struct buf why; // ends with a 0 that does not count
    u32 open;       // transactions
    bool is_writing;
    u64 writes, fail_at; // fail_at 0: never
};

struct kv_txn {
    struct kv *kv;
    void *impl;
    bool writes;
    bool failed;     // a write failed: it cannot be committed
    struct buf *log; // NULL: none
};

const char *kv_table_name(enum kv_table t)
{
    static const char *const NAMES[] = {
#define KV_TABLE(NAME, name, key, value) name,
#include "node/kv/tables.def"
    };
    return NAMES[t];
}

struct kv *kv_open(const struct kv_options *o, struct buf *why)
{
    bool on_disk = o->folder != NULL;
    void *impl = on_disk ? kv_lmdb_open(o, why) : kv_memory_open();
    if (impl == NULL) {
        return NULL;
    }
    struct kv *kv = mem_zalloc(sizeof *kv);
    kv->engine = on_disk ? &KV_LMDB : &KV_MEMORY;
    kv->impl = impl;
    buf_put_u8(&kv->why, 0);
    kv->why.n = 0;
    return kv;
}

void kv_close(struct kv *kv)
{
    if (kv == NULL) {
        return;
    }
    CHECK(kv->open == 0);
    kv->engine->close(kv->impl);
    buf_fini(&kv->why);
    mem_free(kv);
}

const char *kv_fault_detail(const struct kv *kv)
{
    return (const char *)kv->why.p;
}

// Ends the sentence, or takes away what a call without a fault has left of it.
static enum fault told(struct kv *kv, enum fault f)
{
    buf_put_u8(&kv->why, 0);
    kv->why.n--;
    return f;
}

u64 kv_size(const struct kv *kv)
{
    return kv->engine->size(kv->impl);
}

enum fault kv_sync(struct kv *kv)
{
    buf_clear(&kv->why);
    return told(kv, kv->engine->sync(kv->impl, &kv->why));
}

// ---- faults that are asked for

void kv_fail_write(struct kv *kv, u64 n)
{
    kv->fail_at = n == 0 ? 0 : kv->writes + n;
}

u64 kv_writes(const struct kv *kv)
{
    return kv->writes;
}

static enum fault count_write(struct kv *kv)
{
    buf_clear(&kv->why);
    kv->writes++;
    if (kv->fail_at == 0 || kv->writes < kv->fail_at) {
        return FAULT_NONE;
    }
    buf_printf(&kv->why, "write %llu failed, as a test asked for", (unsigned long long)kv->writes);
    return told(kv, FAULT_IO);
}

// ---- transactions

enum fault kv_begin(struct kv *kv, bool writes, struct kv_txn **out)
{
    CHECK(!writes || !kv->is_writing);
    void *impl = NULL;
    *out = NULL;
    buf_clear(&kv->why);
    enum fault f = kv->engine->begin(kv->impl, writes, &impl, &kv->why);
    if (f != FAULT_NONE) {
        return told(kv, f);
    }
    struct kv_txn *t = mem_zalloc(sizeof *t);
    *t = (struct kv_txn){.kv = kv, .impl = impl, .writes = writes};
    kv->open++;
    kv->is_writing = kv->is_writing || writes;
    *out = t;
    return FAULT_NONE;
}

static void end(struct kv_txn *t)
{
    t->kv->open--;
    if (t->writes) {
        t->kv->is_writing = false;
    }
    mem_free(t);
}

enum fault kv_commit(struct kv_txn *t)
{
    struct kv *kv = t->kv;
    CHECK(t->writes);
    enum fault f = t->failed ? FAULT_IO : count_write(kv);
    if (f != FAULT_NONE) {
        kv->engine->abort(t->impl);
    } else {
        f = told(kv, kv->engine->commit(t->impl, &kv->why));
    }
    end(t);
    return f;
}

void kv_abort(struct kv_txn *t)
{
    if (t != NULL) {
        t->kv->engine->abort(t->impl);
        end(t);
    }
}

// ---- reading and writing

enum fault kv_get(struct kv_txn *t, enum kv_table table, bytes key, bytes *value, bool *found)
{
    CHECK(key.n > 0 && key.n <= KV_KEY_MAX);
    *value = BYTES_NONE;
    buf_clear(&t->kv->why);
    enum fault f = t->kv->engine->get(t->impl, table, key, value, found, &t->kv->why);
    return f == FAULT_NONE ? f : told(t->kv, f);
}

enum fault kv_seek(struct kv_txn *t, enum kv_table table, bytes from, bytes *key, bytes *value,
                   bool *found)
{
    static const u8 FIRST[1] = {0}; // no key is empty
    CHECK(from.n <= KV_KEY_MAX);
    bytes at = from.n > 0 ? from : (bytes){FIRST, 1};
    buf_clear(&t->kv->why);
    enum fault f = t->kv->engine->seek(t->impl, table, at, key, value, found, &t->kv->why);
    return f == FAULT_NONE ? f : told(t->kv, f);
}

enum fault kv_last(struct kv_txn *t, enum kv_table table, bytes *key, bytes *value, bool *found)
{
    buf_clear(&t->kv->why);
    enum fault f = t->kv->engine->seek(t->impl, table, BYTES_NONE, key, value, found, &t->kv->why);
    return f == FAULT_NONE ? f : told(t->kv, f);
}

static enum fault wrote(struct kv_txn *t, enum fault f)
{
    t->failed = t->failed || f != FAULT_NONE;
    return f == FAULT_NONE ? f : told(t->kv, f);
}

void kv_log_writes(struct kv_txn *t, struct buf *log)
{
    t->log = log;
}

// Of a write: is it a put, the table, the key and its size; of a put the value and its size.
#define LOG_HEAD 3u

static void log_write(const struct kv_txn *t, bool puts, enum kv_table table, bytes key,
                      bytes value)
{
    if (t->log == NULL) {
        return;
    }
    u8 head[LOG_HEAD] = {puts, (u8)table, (u8)key.n};
    u8 size[4];
    buf_put(t->log, head, sizeof head);
    buf_put(t->log, key.p, key.n);
    if (puts) {
        store_le32(size, (u32)value.n);
        buf_put(t->log, size, sizeof size);
        buf_put(t->log, value.p, value.n);
    }
}

static bool take(bytes *out, bytes *rest, usize n)
{
    if (rest->n < n) {
        return false;
    }
    *out = bytes_slice(*rest, 0, n);
    *rest = bytes_slice(*rest, n, rest->n - n);
    return true;
}

enum fault kv_apply(struct kv_txn *t, bytes log)
{
    while (log.n > 0) {
        bytes head;
        bytes key;
        bytes size = BYTES_NONE;
        bytes value = BYTES_NONE;
        bool ok = take(&head, &log, LOG_HEAD) && head.p[1] < KV_TABLE_COUNT && head.p[2] > 0 &&
                  head.p[2] <= KV_KEY_MAX && take(&key, &log, head.p[2]);
        bool puts = ok && head.p[0] == 1;
        ok = ok && (!puts || (take(&size, &log, 4) && take(&value, &log, load_le32(size.p))));
        if (!ok) {
            buf_clear(&t->kv->why);
            buf_put_text(&t->kv->why, "a log of writes is malformed");
            return told(t->kv, FAULT_BAD_INPUT);
        }
        enum kv_table table = (enum kv_table)head.p[1];
        TRY(puts ? kv_put(t, table, key, value) : kv_delete(t, table, key));
    }
    return FAULT_NONE;
}

enum fault kv_put(struct kv_txn *t, enum kv_table table, bytes key, bytes value)
{
    CHECK(t->writes && key.n > 0 && key.n <= KV_KEY_MAX && value.n <= KV_VALUE_MAX);
    enum fault f = count_write(t->kv);
    if (f == FAULT_NONE) {
        log_write(t, true, table, key, value); // first: what is lent ends with the write
        f = t->kv->engine->put(t->impl, table, key, value, &t->kv->why);
    }
    return wrote(t, f);
}

enum fault kv_delete(struct kv_txn *t, enum kv_table table, bytes key)
{
    CHECK(t->writes && key.n > 0 && key.n <= KV_KEY_MAX);
    enum fault f = count_write(t->kv);
    if (f == FAULT_NONE) {
        log_write(t, false, table, key, BYTES_NONE);
        f = t->kv->engine->remove(t->impl, table, key, &t->kv->why);
    }
    return wrote(t, f);
}

enum fault kv_delete_prefix(struct kv_txn *t, enum kv_table table, bytes prefix)
{
    for (;;) {
        bytes key;
        bytes value;
        bool found = false;
        u8 copy[KV_KEY_MAX];
        TRY(kv_seek(t, table, prefix, &key, &value, &found));
        if (!found || key.n < prefix.n || !equal_bytes(key.p, prefix.p, prefix.n)) {
            return FAULT_NONE;
        }
        copy_bytes(copy, key.p, key.n);
        TRY(kv_delete(t, table, (bytes){copy, key.n}));
    }
}

enum fault kv_count(struct kv_txn *t, enum kv_table table, u64 *count)
{
    buf_clear(&t->kv->why);
    enum fault f = t->kv->engine->count(t->impl, table, count, &t->kv->why);
    return f == FAULT_NONE ? f : told(t->kv, f);
}
