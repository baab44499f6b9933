// SPDX-License-Identifier: MIT
// The implementation on disk, over LMDB: pages are written beside the old ones and a commit is the
// write of one page that names the new root, so a process that is killed leaves either all of a
// transaction or nothing. Readers are of no thread (MDB_NOTLS), so that there can be several.
//
// The map is address space and no memory: it is asked for large, and where the system refuses that,
// smaller. When it is nearly full it is doubled at the next write while nobody reads.
#include <errno.h>
#include <lmdb.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/os/file.h"
#include "node/kv/priv.h"

#define FILE_MODE 0644
#define READERS_MAX 1024u
#define LOCK_NAME "LOCK"

struct disk {
    MDB_env *env;
    MDB_dbi table[KV_TABLE_COUNT];
    usize map_size, page_size;
    u32 open; // transactions
    struct os_lock *lock;
    char *folder;
};

struct disk_txn {
    struct disk *d;
    MDB_txn *txn;
    MDB_cursor *cursor[KV_TABLE_COUNT]; // made when a table is first walked
};

// What to do about it, for the errors that users meet.
static const char *advice(int code)
{
    return code == ENOSPC || code == EDQUOT ? ": the disk is full; make room and start again"
           : code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID ||
                   code == MDB_VERSION_MISMATCH
               ? ": the files are damaged; put a copy back, or remove the folder and import the "
                 "chain again"
           : code == MDB_MAP_FULL ? ": it has outgrown its map while someone was reading; try again"
           : code == EACCES || code == EROFS ? ": give the user of this process the right to write"
                                             : "";
}

static enum fault refused(const struct disk *d, int code, const char *verb, struct buf *why)
{
    buf_printf(why, "cannot %s the database in %s: %s%s", verb, d->folder, mdb_strerror(code),
               advice(code));
    return FAULT_IO;
}

static void disk_close(void *engine)
{
    struct disk *d = engine;
    if (d->env != NULL) {
        (void)mdb_env_sync(d->env, 1);
        mdb_env_close(d->env);
    }
    os_unlock_file(d->lock);
    mem_free(d->folder);
    mem_free(d);
}

// ---- opening

static int open_env(struct disk *d, const struct kv_options *o)
{
    d->map_size = o->map_size > 0 ? o->map_size : KV_MAP_DEFAULT;
    for (;;) { // until the system grants the address space
        int code = mdb_env_create(&d->env);
        if (code != 0) {
            d->env = NULL;
            return code;
        }
        u32 flags = MDB_NOTLS | MDB_NORDAHEAD | (o->is_durable ? 0 : MDB_NOSYNC);
        code = mdb_env_set_maxdbs(d->env, KV_TABLE_COUNT);
        code = code == 0 ? mdb_env_set_maxreaders(d->env, READERS_MAX) : code;
        code = code == 0 ? mdb_env_set_mapsize(d->env, d->map_size) : code;
        code = code == 0 ? mdb_env_open(d->env, d->folder, flags, FILE_MODE) : code;
        if (code != ENOMEM || d->map_size / 2 < KV_MAP_LEAST) {
            return code;
        }
        mdb_env_close(d->env);
        d->map_size /= 2;
    }
}

// The tables; made in an empty file. LMDB trusts its pages, so the pages that a truncated file does
// not have must be found here, before they are touched.
static int open_tables(struct disk *d)
{
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(d->env, NULL, 0, &txn);
    for (u32 i = 0; code == 0 && i < KV_TABLE_COUNT; i++) {
        code = mdb_dbi_open(txn, kv_table_name((enum kv_table)i), MDB_CREATE, &d->table[i]);
    }
    if (code != 0) {
        if (txn != NULL) {
            mdb_txn_abort(txn);
        }
        return code;
    }
    return mdb_txn_commit(txn);
}

static enum fault check_length(struct disk *d, struct buf *why)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct buf path = {0};
    CHECK(mdb_env_info(d->env, &info) == 0 && mdb_env_stat(d->env, &stat) == 0);
    d->page_size = stat.ms_psize;
    buf_printf(&path, "%s/data.mdb", d->folder);
    buf_put_u8(&path, 0);
    u64 size = os_file_size((const char *)path.p);
    buf_fini(&path);
    u64 needed = ((u64)info.me_last_pgno + 1) * stat.ms_psize;
    if (size < needed) {
        buf_printf(why,
                   "the database in %s is truncated: data.mdb has %llu bytes, and %llu are in "
                   "use; put a copy back, or remove the folder and import the chain again",
                   d->folder, (unsigned long long)size, (unsigned long long)needed);
        return FAULT_BAD_INPUT;
    }
    return FAULT_NONE;
}

void *kv_lmdb_open(const struct kv_options *o, struct buf *why)
{
    struct disk *d = mem_zalloc(sizeof *d);
    usize n = strlen(o->folder) + 1;
    d->folder = mem_alloc(n);
    copy_bytes(d->folder, o->folder, n);
    struct buf lock = {0};
    buf_printf(&lock, "%s/" LOCK_NAME, o->folder);
    buf_put_u8(&lock, 0);
    bool ok = os_make_folder(why, o->folder) == FAULT_NONE &&
              os_lock_file(&d->lock, why, (const char *)lock.p) == FAULT_NONE;
    buf_fini(&lock);
    if (ok) {
        int code = open_env(d, o);
        ok = code == 0 && check_length(d, why) == FAULT_NONE;
        code = ok ? open_tables(d) : code;
        if (code != 0) {
            (void)refused(d, code, "open", why);
            ok = false;
        }
    }
    if (!ok) {
        if (d->env != NULL) {
            mdb_env_close(d->env);
            d->env = NULL;
        }
        disk_close(d);
    }
    return ok ? d : NULL;
}

// ---- transactions

static u64 used(const struct disk *d)
{
    MDB_envinfo info;
    CHECK(mdb_env_info(d->env, &info) == 0);
    return ((u64)info.me_last_pgno + 1) * d->page_size;
}

static u64 disk_size(void *engine)
{
    return used(engine);
}

static enum fault disk_sync(void *engine, struct buf *why)
{
    struct disk *d = engine;
    int code = mdb_env_sync(d->env, 1);
    return code == 0 ? FAULT_NONE : refused(d, code, "bring to disk", why);
}

// Room for a large transaction, as long as the map can be moved.
static int grow(struct disk *d)
{
    int code = 0;
    while (code == 0 && d->open == 0 && used(d) > d->map_size / 2) {
        d->map_size *= 2;
        code = mdb_env_set_mapsize(d->env, d->map_size);
    }
    return code;
}

static enum fault disk_begin(void *engine, bool writes, void **out, struct buf *why)
{
    struct disk *d = engine;
    MDB_txn *txn = NULL;
    int code = writes ? grow(d) : 0;
    code = code == 0 ? mdb_txn_begin(d->env, NULL, writes ? 0 : MDB_RDONLY, &txn) : code;
    if (code != 0) {
        return refused(d, code, writes ? "write to" : "read", why);
    }
    struct disk_txn *t = mem_zalloc(sizeof *t);
    t->d = d;
    t->txn = txn;
    d->open++;
    *out = t;
    return FAULT_NONE;
}

static void close_cursors(struct disk_txn *t)
{
    for (u32 i = 0; i < KV_TABLE_COUNT; i++) {
        if (t->cursor[i] != NULL) {
            mdb_cursor_close(t->cursor[i]);
        }
    }
}

static void disk_abort(void *txn)
{
    struct disk_txn *t = txn;
    close_cursors(t);
    mdb_txn_abort(t->txn);
    t->d->open--;
    mem_free(t);
}

static enum fault disk_commit(void *txn, struct buf *why)
{
    struct disk_txn *t = txn;
    struct disk *d = t->d;
    close_cursors(t);
    int code = mdb_txn_commit(t->txn);
    d->open--;
    mem_free(t);
    return code == 0 ? FAULT_NONE : refused(d, code, "write to", why);
}

// ---- reading and writing

static MDB_val val(bytes b)
{
    return (MDB_val){b.n, (void *)(uintptr_t)b.p};
}

static bytes of(MDB_val v)
{
    return (bytes){v.mv_data, v.mv_size};
}

static enum fault disk_get(void *txn, enum kv_table table, bytes key, bytes *value, bool *found,
                           struct buf *why)
{
    struct disk_txn *t = txn;
    MDB_val k = val(key);
    MDB_val v;
    int code = mdb_get(t->txn, t->d->table[table], &k, &v);
    *found = code == 0;
    if (code == 0) {
        *value = of(v);
    }
    return code == 0 || code == MDB_NOTFOUND ? FAULT_NONE : refused(t->d, code, "read", why);
}

static enum fault disk_seek(void *txn, enum kv_table table, bytes from, bytes *key, bytes *value,
                            bool *found, struct buf *why)
{
    struct disk_txn *t = txn;
    MDB_val k = val(from);
    MDB_val v = {0, NULL};
    int code = 0;
    if (t->cursor[table] == NULL) {
        code = mdb_cursor_open(t->txn, t->d->table[table], &t->cursor[table]);
    }
    if (code == 0) {
        MDB_cursor_op op = from.n == 0 ? MDB_LAST : MDB_SET_RANGE;
        code = mdb_cursor_get(t->cursor[table], &k, &v, op);
    }
    *found = code == 0;
    *key = code == 0 ? of(k) : BYTES_NONE;
    *value = code == 0 ? of(v) : BYTES_NONE;
    return code == 0 || code == MDB_NOTFOUND ? FAULT_NONE : refused(t->d, code, "read", why);
}

static enum fault disk_put(void *txn, enum kv_table table, bytes key, bytes value, struct buf *why)
{
    struct disk_txn *t = txn;
    MDB_val k = val(key);
    MDB_val v = val(value);
    int code = mdb_put(t->txn, t->d->table[table], &k, &v, 0);
    return code == 0 ? FAULT_NONE : refused(t->d, code, "write to", why);
}

static enum fault disk_remove(void *txn, enum kv_table table, bytes key, struct buf *why)
{
    struct disk_txn *t = txn;
    MDB_val k = val(key);
    int code = mdb_del(t->txn, t->d->table[table], &k, NULL);
    return code == 0 || code == MDB_NOTFOUND ? FAULT_NONE : refused(t->d, code, "write to", why);
}

static enum fault disk_count(void *txn, enum kv_table table, u64 *count, struct buf *why)
{
    struct disk_txn *t = txn;
    MDB_stat stat;
    int code = mdb_stat(t->txn, t->d->table[table], &stat);
    *count = code == 0 ? stat.ms_entries : 0;
    return code == 0 ? FAULT_NONE : refused(t->d, code, "read", why);
}

const struct kv_engine KV_LMDB = {
    .close = disk_close,
    .size = disk_size,
    .sync = disk_sync,
    .begin = disk_begin,
    .commit = disk_commit,
    .abort = disk_abort,
    .get = disk_get,
    .seek = disk_seek,
    .put = disk_put,
    .remove = disk_remove,
    .count = disk_count,
};
