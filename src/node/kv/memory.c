// SPDX-License-Identifier: MIT
// The implementation in memory: each table is a treap (a tree ordered by key, and a heap by a
// priority that is drawn for each node, so that its depth is logarithmic whatever comes). Nodes are
// shared between versions: who changes one that is not his alone copies it, so a reader is one
// reference to each root, and a transaction that is dropped leaves nothing behind.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "node/kv/priv.h"

struct entry { // key and value, shared by copies of a node
    u32 owners;
    u32 key_size;
    usize value_size;
    u8 data[];
};

struct node {
    u32 owners;
    u32 priority;
    struct entry *entry;
    struct node *low, *high;
};

struct tree {
    struct node *root;
    u64 count;
};

#define CHUNK_NODES 255u

struct chunk { // of nodes
    struct chunk *next;
    struct node node[CHUNK_NODES];
};

struct memory {
    // Nodes that nobody holds, by their `low`: a commit copies and drops hundreds, which cost more
    // than all else here when each was allocated.
    struct node *spare;
    struct chunk *chunks;
    struct tree tables[KV_TABLE_COUNT];
    u64 size; // bytes of entries and nodes that any version holds
    u64 draw; // state of the generator of priorities
};

struct memory_txn {
    struct memory *m;
    bool writes;
    struct tree tables[KV_TABLE_COUNT];
};

static bytes key_of(const struct node *n)
{
    return (bytes){n->entry->data, n->entry->key_size};
}

static bytes value_of(const struct node *n)
{
    return (bytes){n->entry->data + n->entry->key_size, n->entry->value_size};
}

static i32 compare(bytes a, bytes b)
{
    usize n = a.n < b.n ? a.n : b.n;
    i32 order = __builtin_memcmp(a.p, b.p, n);
    return order != 0 ? order : a.n < b.n ? -1 : a.n > b.n;
}

// xorshift64 (Marsaglia, 2003): any sequence that keys cannot guess does.
static u32 draw_priority(struct memory *m)
{
    m->draw ^= m->draw << 13;
    m->draw ^= m->draw >> 7;
    m->draw ^= m->draw << 17;
    return (u32)(m->draw >> 32);
}

static usize size_of(const struct entry *e)
{
    return sizeof *e + e->key_size + e->value_size;
}

static struct entry *entry_new(struct memory *m, bytes key, bytes value)
{
    struct entry *e = mem_alloc(sizeof *e + key.n + value.n);
    e->owners = 1;
    e->key_size = (u32)key.n;
    e->value_size = value.n;
    copy_bytes(e->data, key.p, key.n);
    copy_bytes(e->data + key.n, value.p, value.n);
    m->size += size_of(e);
    return e;
}

static void entry_drop(struct memory *m, struct entry *e)
{
    if (--e->owners == 0) {
        m->size -= size_of(e);
        mem_free(e);
    }
}

// Recursion is as deep as the tree: about 3 log2 n.
static void node_drop(struct memory *m, struct node *n)
{
    if (n == NULL || --n->owners > 0) {
        return;
    }
    node_drop(m, n->low);
    node_drop(m, n->high);
    entry_drop(m, n->entry);
    m->size -= sizeof *n;
    n->low = m->spare;
    m->spare = n;
}

static struct node *node_hold(struct node *n)
{
    if (n != NULL) {
        n->owners++;
    }
    return n;
}

static void add_chunk(struct memory *m)
{
    struct chunk *c = mem_alloc(sizeof *c);
    c->next = m->chunks;
    m->chunks = c;
    for (u32 i = 0; i < CHUNK_NODES; i++) {
        c->node[i].low = m->spare;
        m->spare = &c->node[i];
    }
}

static struct node *node_new(struct memory *m, u32 priority, struct entry *e)
{
    if (m->spare == NULL) {
        add_chunk(m);
    }
    struct node *n = m->spare;
    m->spare = n->low;
    *n = (struct node){.owners = 1, .priority = priority, .entry = e};
    m->size += sizeof *n;
    return n;
}

// The node as one that may be changed; takes over the caller's reference.
static struct node *node_own(struct memory *m, struct node *n)
{
    if (n->owners == 1) {
        return n;
    }
    n->entry->owners++;
    struct node *copy = node_new(m, n->priority, n->entry);
    copy->low = node_hold(n->low);
    copy->high = node_hold(n->high);
    n->owners--;
    return copy;
}

// ---- changing

static struct node *put(struct memory *m, struct node *n, bytes key, struct entry *e, bool *added)
{
    if (n == NULL) {
        *added = true;
        return node_new(m, draw_priority(m), e);
    }
    n = node_own(m, n);
    i32 order = compare(key, key_of(n));
    if (order == 0) {
        entry_drop(m, n->entry);
        n->entry = e;
        return n;
    }
    struct node **side = order < 0 ? &n->low : &n->high;
    *side = put(m, *side, key, e, added);
    struct node *child = *side;
    if (child->priority <= n->priority) {
        return n;
    }
    struct node **inner = order < 0 ? &child->high : &child->low; // child is ours: put owned it
    *side = *inner;
    *inner = n;
    return child;
}

// Both trees in one; all keys of `low` are before those of `high`.
static struct node *join(struct memory *m, struct node *low, struct node *high)
{
    if (low == NULL || high == NULL) {
        return low == NULL ? high : low;
    }
    if (low->priority > high->priority) {
        low = node_own(m, low);
        low->high = join(m, low->high, high);
        return low;
    }
    high = node_own(m, high);
    high->low = join(m, low, high->low);
    return high;
}

// The key is there.
static struct node *cut(struct memory *m, struct node *n, bytes key)
{
    i32 order = compare(key, key_of(n));
    if (order == 0) {
        struct node *low = node_hold(n->low);
        struct node *high = node_hold(n->high);
        node_drop(m, n);
        return join(m, low, high);
    }
    n = node_own(m, n);
    struct node **side = order < 0 ? &n->low : &n->high;
    *side = cut(m, *side, key);
    return n;
}

static const struct node *find(const struct node *n, bytes key)
{
    while (n != NULL) {
        i32 order = compare(key, key_of(n));
        if (order == 0) {
            return n;
        }
        n = order < 0 ? n->low : n->high;
    }
    return NULL;
}

// ---- as an engine

void *kv_memory_open(void)
{
    struct memory *m = mem_zalloc(sizeof *m);
    m->draw = 0x9e3779b97f4a7c15u;
    return m;
}

static void memory_close(void *engine)
{
    struct memory *m = engine;
    for (u32 i = 0; i < KV_TABLE_COUNT; i++) {
        node_drop(m, m->tables[i].root);
    }
    CHECK(m->size == 0);
    while (m->chunks != NULL) {
        struct chunk *c = m->chunks;
        m->chunks = c->next;
        mem_free(c);
    }
    mem_free(m);
}

static u64 memory_size(void *engine)
{
    return ((struct memory *)engine)->size;
}

static enum fault memory_sync(void *engine, struct buf *why)
{
    (void)engine;
    (void)why;
    return FAULT_NONE;
}

static enum fault memory_begin(void *engine, bool writes, void **txn, struct buf *why)
{
    (void)why;
    struct memory *m = engine;
    struct memory_txn *t = mem_alloc(sizeof *t);
    t->m = m;
    t->writes = writes;
    for (u32 i = 0; i < KV_TABLE_COUNT; i++) {
        t->tables[i] = m->tables[i];
        (void)node_hold(t->tables[i].root);
    }
    *txn = t;
    return FAULT_NONE;
}

static void memory_abort(void *txn)
{
    struct memory_txn *t = txn;
    for (u32 i = 0; i < KV_TABLE_COUNT; i++) {
        node_drop(t->m, t->tables[i].root);
    }
    mem_free(t);
}

static enum fault memory_commit(void *txn, struct buf *why)
{
    (void)why;
    struct memory_txn *t = txn;
    for (u32 i = 0; i < KV_TABLE_COUNT; i++) {
        struct tree old = t->m->tables[i];
        t->m->tables[i] = t->tables[i];
        t->tables[i] = old;
    }
    memory_abort(t);
    return FAULT_NONE;
}

static enum fault memory_get(void *txn, enum kv_table table, bytes key, bytes *value, bool *found,
                             struct buf *why)
{
    (void)why;
    const struct memory_txn *t = txn;
    const struct node *n = find(t->tables[table].root, key);
    *found = n != NULL;
    if (n != NULL) {
        *value = value_of(n);
    }
    return FAULT_NONE;
}

static enum fault memory_seek(void *txn, enum kv_table table, bytes from, bytes *key, bytes *value,
                              bool *found, struct buf *why)
{
    (void)why;
    const struct memory_txn *t = txn;
    const struct node *best = NULL;
    const struct node *n = t->tables[table].root;
    while (n != NULL) {
        if (from.n == 0) { // the last
            best = n;
            n = n->high;
        } else if (compare(from, key_of(n)) <= 0) {
            best = n;
            n = n->low;
        } else {
            n = n->high;
        }
    }
    *found = best != NULL;
    *key = best == NULL ? BYTES_NONE : key_of(best);
    *value = best == NULL ? BYTES_NONE : value_of(best);
    return FAULT_NONE;
}

static enum fault memory_put(void *txn, enum kv_table table, bytes key, bytes value,
                             struct buf *why)
{
    (void)why;
    struct memory_txn *t = txn;
    struct tree *tree = &t->tables[table];
    bool added = false;
    tree->root = put(t->m, tree->root, key, entry_new(t->m, key, value), &added);
    tree->count += added;
    return FAULT_NONE;
}

static enum fault memory_remove(void *txn, enum kv_table table, bytes key, struct buf *why)
{
    (void)why;
    struct memory_txn *t = txn;
    struct tree *tree = &t->tables[table];
    if (find(tree->root, key) != NULL) {
        tree->root = cut(t->m, tree->root, key);
        tree->count--;
    }
    return FAULT_NONE;
}

static enum fault memory_count(void *txn, enum kv_table table, u64 *count, struct buf *why)
{
    (void)why;
    *count = ((struct memory_txn *)txn)->tables[table].count;
    return FAULT_NONE;
}

const struct kv_engine KV_MEMORY = {
    .close = memory_close,
    .size = memory_size,
    .sync = memory_sync,
    .begin = memory_begin,
    .commit = memory_commit,
    .abort = memory_abort,
    .get = memory_get,
    .seek = memory_seek,
    .put = memory_put,
    .remove = memory_remove,
    .count = memory_count,
};
