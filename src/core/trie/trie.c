// SPDX-License-Identifier: MIT
// The trie's nodes and what is done with them. A node may have several owners; who changes one that
// is not his alone copies it first. Functions that take a node take over one reference and give one
// back.
//
// Invariants: (1) an extension's child is a branch; (2) a branch has at least two of its sixteen
// children and its value; (3) a node's `ref` is valid if `ref_size` is not 0, and then those of all
// nodes below are; (4) a node that is `stored` lies in the trie's store at the way to it, or inside
// its parent, and so do all below it. A stub stands for a stored node that was not read yet: it is
// only a hash. A branch keeps its way for ever; leaves and extensions that move are made anew.
#include "core/trie/trie.h"

#include "core/trie/root.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"

#define NIBBLES_MAX (2 * TRIE_KEY_MAX)
#define REF_MAX 33u // a hash as RLP, or the coding of a node of less than 32 bytes

enum node_kind {
    NODE_LEAF,      // path, value
    NODE_EXTENSION, // path, child[0]
    NODE_BRANCH,    // child[0..15], value (may be empty)
    NODE_STUB,      // ref
};

struct trie_node {
    u32 owners;
    u8 kind;
    u8 ref_size;  // 0: not known
    u8 path_size; // nibbles
    bool stored;
    u8 ref[REF_MAX];
    u8 *path;
    u8 *value;
    usize value_size;
    struct trie_node *child[]; // 0, 1 or 16
};

struct path { // nibbles of a key that are left
    const u8 *p;
    u32 n;
};

static const struct path NO_PATH = {NULL, 0};

static u32 child_count(u8 kind)
{
    return kind == NODE_BRANCH ? 16 : kind == NODE_EXTENSION ? 1 : 0;
}

static u8 *copy_of(const u8 *p, usize n)
{
    u8 *copy = n > 0 ? mem_alloc(n) : NULL;
    copy_bytes(copy, p, n);
    return copy;
}

static struct trie_node *node_new(enum node_kind kind, struct path path, bytes value)
{
    struct trie_node *n = mem_zalloc(sizeof *n + child_count((u8)kind) * sizeof n->child[0]);
    n->owners = 1;
    n->kind = (u8)kind;
    n->path = copy_of(path.p, path.n);
    n->path_size = (u8)path.n;
    n->value = copy_of(value.p, value.n);
    n->value_size = value.n;
    return n;
}

// Depth of recursion here and below: at most one level a nibble.
static void node_drop(struct trie_node *n)
{
    if (n == NULL || --n->owners > 0) {
        return;
    }
    for (u32 i = 0; i < child_count(n->kind); i++) {
        node_drop(n->child[i]);
    }
    mem_free(n->path);
    mem_free(n->value);
    mem_free(n);
}

static struct path path_of(const struct trie_node *n)
{
    return (struct path){n->path, n->path_size};
}

static bytes value_of(const struct trie_node *n)
{
    return (bytes){n->value, n->value_size};
}

// The node as one that may be changed: alone, its hash forgotten.
static struct trie_node *node_own(struct trie_node *n)
{
    if (n->owners > 1) {
        struct trie_node *copy = node_new((enum node_kind)n->kind, path_of(n), value_of(n));
        for (u32 i = 0; i < child_count(n->kind); i++) {
            copy->child[i] = n->child[i];
            if (n->child[i] != NULL) {
                n->child[i]->owners++;
            }
        }
        n->owners--;
        n = copy;
    }
    n->ref_size = 0;
    n->stored = false;
    return n;
}

static void set_value(struct trie_node *n, bytes value)
{
    u8 *copy = copy_of(value.p, value.n);
    mem_free(n->value);
    n->value = copy;
    n->value_size = value.n;
}

static void set_path(struct trie_node *n, struct path path)
{
    u8 *copy = copy_of(path.p, path.n);
    mem_free(n->path);
    n->path = copy;
    n->path_size = (u8)path.n;
}

static u32 common_prefix(struct path a, struct path b)
{
    u32 n = 0;
    while (n < a.n && n < b.n && a.p[n] == b.p[n]) {
        n++;
    }
    return n;
}

static struct path behind(struct path p, u32 n)
{
    return (struct path){p.p + n, p.n - n};
}

// ---- nodes of a store

// A trie under way to a key, whose nibbles begin at `all`.
struct walk {
    struct trie *t;
    const u8 *all;
};

static void keep_fault(struct trie *t, enum fault f)
{
    t->fault = t->fault == FAULT_NONE ? f : t->fault;
}

static const b256 *owner_of(const struct trie *t)
{
    return t->has_owner ? &t->owner : NULL;
}

static struct trie_node *stub_new(const u8 hash[32])
{
    struct trie_node *n = node_new(NODE_STUB, NO_PATH, BYTES_NONE);
    n->ref[0] = 0x80 + 32;
    copy_bytes(n->ref + 1, hash, 32);
    n->ref_size = REF_MAX;
    n->stored = true;
    return n;
}

static struct trie_node *decode(bytes coded);

// Takes a child's reference off the front of *rest. False if it is malformed.
static bool decode_child(struct trie_node **out, bytes *rest)
{
    rlp_item item;
    const u8 *start = rest->p;
    *out = NULL;
    if (!rlp_next(&item, rest)) {
        return false;
    }
    if (item.is_list) {
        bytes inside = {start, (usize)(rest->p - start)};
        *out = inside.n < 32 ? decode(inside) : NULL;
        return *out != NULL;
    }
    if (item.payload.n == 32) {
        *out = stub_new(item.payload.p);
    }
    return item.payload.n == 32 || item.payload.n == 0;
}

static bool decode_branch(struct trie_node *n, bytes rest)
{
    bool ok = true;
    for (u32 i = 0; ok && i < 16; i++) {
        ok = decode_child(&n->child[i], &rest);
    }
    bytes value;
    ok = ok && rlp_next_bytes(&value, &rest) && rest.n == 0;
    if (ok && value.n > 0) {
        n->value = copy_of(value.p, value.n);
        n->value_size = value.n;
    }
    return ok;
}

// Hex-prefix coding (yellow paper, appendix C) to nibbles.
static bool decode_path(u8 nibbles[static NIBBLES_MAX], struct path *out, bool *is_leaf, bytes p)
{
    if (p.n == 0 || p.n > 1 + NIBBLES_MAX / 2 || p.p[0] >> 6 != 0) {
        return false;
    }
    bool odd = (p.p[0] & 0x10) != 0;
    if (!odd && (p.p[0] & 15) != 0) {
        return false;
    }
    u32 n = 0;
    *is_leaf = (p.p[0] & 0x20) != 0;
    for (usize i = odd ? 1 : 2; i < 2 * p.n && n < NIBBLES_MAX; i++) {
        nibbles[n++] = i % 2 == 0 ? p.p[i / 2] >> 4 : p.p[i / 2] & 15;
    }
    *out = (struct path){nibbles, n};
    return true;
}

static struct trie_node *decode_short(bytes rest)
{
    u8 nibbles[NIBBLES_MAX];
    struct path path;
    bool is_leaf = false;
    bytes coded;
    bytes value = BYTES_NONE;
    if (!rlp_next_bytes(&coded, &rest) || !decode_path(nibbles, &path, &is_leaf, coded)) {
        return NULL;
    }
    if (is_leaf) {
        bool ok = rlp_next_bytes(&value, &rest) && value.n > 0 && rest.n == 0;
        return ok ? node_new(NODE_LEAF, path, value) : NULL;
    }
    struct trie_node *n = node_new(NODE_EXTENSION, path, BYTES_NONE);
    bool ok = path.n > 0 && decode_child(&n->child[0], &rest) && n->child[0] != NULL && rest.n == 0;
    if (!ok) {
        node_drop(n);
    }
    return ok ? n : NULL;
}

// The node of a coding, its children as stubs; NULL if it is none. Recursion: only nodes of less
// than 32 bytes lie in others.
static struct trie_node *decode(bytes coded)
{
    bytes rest;
    bytes whole = coded;
    rlp_item item;
    u32 items = 0;
    if (!rlp_next_list(&rest, &whole) || whole.n > 0) {
        return NULL;
    }
    for (bytes left = rest; left.n > 0; items++) {
        if (!rlp_next(&item, &left)) {
            return NULL;
        }
    }
    struct trie_node *n = NULL;
    if (items == 17) {
        n = node_new(NODE_BRANCH, NO_PATH, BYTES_NONE);
        if (!decode_branch(n, rest)) {
            node_drop(n);
            n = NULL;
        }
    } else if (items == 2) {
        n = decode_short(rest);
    }
    if (n != NULL) {
        n->stored = true;
        if (coded.n < 32) {
            copy_bytes(n->ref, coded.p, coded.n);
            n->ref_size = (u8)coded.n;
        }
    }
    return n;
}

static struct trie_node *read_node(struct trie *t, const struct trie_node *stub, struct path way)
{
    struct buf coded = {0};
    struct trie_node *n = NULL;
    b256 hash;
    enum fault f = t->store->read(t->store->ctx, owner_of(t), (bytes){way.p, way.n}, &coded);
    if (f == FAULT_NONE) {
        keccak256(&hash, coded.p, coded.n);
        n = equal_bytes(hash.b, stub->ref + 1, sizeof hash.b) ? decode(buf_bytes(&coded)) : NULL;
        f = n == NULL ? FAULT_SOURCE : FAULT_NONE;
    }
    if (n != NULL && n->ref_size == 0) {
        copy_bytes(n->ref, stub->ref, REF_MAX);
        n->ref_size = REF_MAX;
    }
    t->store->nodes++;
    keep_fault(t, f);
    buf_fini(&coded);
    return n;
}

// The node itself, where *slot may be a stub for it; NULL if there is none or it cannot be read.
static struct trie_node *node_at(struct trie *t, struct trie_node **slot, struct path way)
{
    struct trie_node *n = *slot;
    if (n == NULL || n->kind != NODE_STUB) {
        return n;
    }
    struct trie_node *found = read_node(t, n, way);
    if (found != NULL) {
        node_drop(n);
        *slot = found;
    }
    return found;
}

// The way to a node that `key` is left below.
static struct path way_to(const struct walk *w, struct path key)
{
    return (struct path){w->all, (u32)(key.p - w->all)};
}

static void note_gone(struct trie *t, struct path way)
{
    if (t->store != NULL) {
        buf_put_u8(&t->gone, (u8)way.n);
        buf_put(&t->gone, way.p, way.n);
    }
}

// ---- put

// Puts into a fresh branch what has `key` left below it; nothing is there yet.
static void put_below(struct trie_node *branch, struct path key, bytes value)
{
    if (key.n == 0) {
        set_value(branch, value);
    } else {
        branch->child[key.p[0]] = node_new(NODE_LEAF, behind(key, 1), value);
    }
}

// A branch in front of which `shared` nibbles are common.
static struct trie_node *with_extension(struct trie_node *branch, struct path shared)
{
    if (shared.n == 0) {
        return branch;
    }
    struct trie_node *e = node_new(NODE_EXTENSION, shared, BYTES_NONE);
    e->child[0] = branch;
    return e;
}

static struct trie_node *split_leaf(struct trie_node *n, u32 common, struct path key, bytes value)
{
    struct trie_node *branch = node_new(NODE_BRANCH, NO_PATH, BYTES_NONE);
    put_below(branch, behind(path_of(n), common), value_of(n));
    put_below(branch, behind(key, common), value);
    struct trie_node *result = with_extension(branch, (struct path){key.p, common});
    node_drop(n);
    return result;
}

static struct trie_node *split_extension(struct trie_node *n, u32 common, struct path key,
                                         bytes value)
{
    struct trie_node *branch = node_new(NODE_BRANCH, NO_PATH, BYTES_NONE);
    struct path rest = behind(path_of(n), common); // at least one nibble
    struct trie_node *child = n->child[0];
    child->owners++;
    branch->child[rest.p[0]] = with_extension(child, behind(rest, 1));
    put_below(branch, behind(key, common), value);
    struct trie_node *result = with_extension(branch, (struct path){key.p, common});
    node_drop(n);
    return result;
}

// What is put at a stub has passed has_key, which has read the nodes on the way to it.
static struct trie_node *put(struct trie_node *n, struct path key, bytes value)
{
    if (n == NULL) {
        return node_new(NODE_LEAF, key, value);
    }
    if (n->kind == NODE_BRANCH) {
        n = node_own(n);
        if (key.n == 0) {
            set_value(n, value);
        } else {
            n->child[key.p[0]] = put(n->child[key.p[0]], behind(key, 1), value);
        }
        return n;
    }
    u32 common = common_prefix(path_of(n), key);
    bool whole = common == n->path_size;
    if (n->kind == NODE_LEAF) {
        if (!whole || common != key.n) {
            return split_leaf(n, common, key, value);
        }
        n = node_own(n);
        set_value(n, value);
        return n;
    }
    if (!whole) {
        return split_extension(n, common, key, value);
    }
    n = node_own(n);
    n->child[0] = put(n->child[0], behind(key, common), value);
    return n;
}

// ---- remove

// A node in front of which come `nibbles`, as one node where it can be (1).
static struct trie_node *prepend(struct path nibbles, struct trie_node *n)
{
    if (nibbles.n == 0) {
        return n;
    }
    if (n->kind == NODE_BRANCH) {
        return with_extension(n, nibbles);
    }
    u8 joined[NIBBLES_MAX];
    copy_bytes(joined, nibbles.p, nibbles.n);
    copy_bytes(joined + nibbles.n, n->path, n->path_size);
    n = node_own(n);
    set_path(n, (struct path){joined, nibbles.n + n->path_size});
    return n;
}

// The last child of a branch in the branch's place, whose way is `way`.
static struct trie_node *lift_child(const struct walk *w, struct trie_node *branch, u8 digit,
                                    struct path way)
{
    u8 nibbles[NIBBLES_MAX];
    copy_bytes(nibbles, way.p, way.n);
    nibbles[way.n] = digit;
    struct path at = {nibbles, way.n + 1};
    struct trie_node *child = node_at(w->t, &branch->child[digit], at);
    if (child == NULL) { // a fault: the trie is spoilt, but stays a tree
        return NULL;
    }
    if (child->kind != NODE_BRANCH) {
        note_gone(w->t, at);
    }
    child->owners++;
    return prepend((struct path){&digit, 1}, child);
}

// Restores (2) after a child or the value has gone.
static struct trie_node *settle_branch(const struct walk *w, struct trie_node *n, struct path way)
{
    u32 count = 0;
    u8 last = 0;
    for (u8 i = 0; i < 16; i++) {
        if (n->child[i] != NULL) {
            count++;
            last = i;
        }
    }
    if (count + (n->value_size > 0) > 1) {
        return n;
    }
    struct trie_node *result = NULL;
    if (count == 0) {
        result = n->value_size > 0 ? node_new(NODE_LEAF, NO_PATH, value_of(n)) : NULL;
    } else {
        result = lift_child(w, n, last, way);
    }
    node_drop(n);
    return result;
}

// The key is there.
static struct trie_node *cut(const struct walk *w, struct trie_node *n, struct path key)
{
    struct path way = way_to(w, key);
    if (n->kind == NODE_LEAF) {
        note_gone(w->t, way);
        node_drop(n);
        return NULL;
    }
    n = node_own(n);
    if (n->kind == NODE_BRANCH) {
        if (key.n == 0) {
            set_value(n, BYTES_NONE);
        } else {
            n->child[key.p[0]] = cut(w, n->child[key.p[0]], behind(key, 1));
        }
        return settle_branch(w, n, way);
    }
    struct trie_node *child = cut(w, n->child[0], behind(key, n->path_size));
    n->child[0] = NULL;
    if (child == NULL) { // a fault: a branch leaves something behind
        node_drop(n);
        return NULL;
    }
    if (child->kind != NODE_BRANCH) {
        note_gone(w->t, (struct path){w->all, way.n + n->path_size});
    }
    struct trie_node *result = prepend(path_of(n), child);
    node_drop(n);
    return result;
}

// ---- reading

// Reads the nodes on the way.
static bool has_key(const struct walk *w, struct path key, bytes *value)
{
    struct trie_node **slot = &w->t->top;
    for (;;) {
        struct trie_node *n = node_at(w->t, slot, way_to(w, key));
        if (n == NULL) {
            return false;
        }
        if (n->kind == NODE_BRANCH) {
            if (key.n == 0) {
                *value = value_of(n);
                return value->n > 0;
            }
            slot = &n->child[key.p[0]];
            key = behind(key, 1);
            continue;
        }
        if (common_prefix(path_of(n), key) != n->path_size) {
            return false;
        }
        key = behind(key, n->path_size);
        if (n->kind == NODE_LEAF) {
            *value = value_of(n);
            return key.n == 0;
        }
        slot = &n->child[0];
    }
}

static struct path nibbles_of(u8 out[static NIBBLES_MAX], bytes key)
{
    CHECK(key.n <= TRIE_KEY_MAX);
    for (usize i = 0; i < key.n; i++) {
        out[2 * i] = key.p[i] >> 4;
        out[2 * i + 1] = key.p[i] & 15;
    }
    return (struct path){out, (u32)(2 * key.n)};
}

void trie_fini(struct trie *t)
{
    node_drop(t->top);
    buf_fini(&t->gone);
    t->top = NULL;
}

struct trie trie_copy(const struct trie *t)
{
    struct trie copy = *t;
    copy.gone = (struct buf){0};
    if (t->top != NULL) {
        t->top->owners++;
    }
    return copy;
}

void trie_put(struct trie *t, bytes key, bytes value)
{
    u8 nibbles[NIBBLES_MAX];
    struct path path = nibbles_of(nibbles, key);
    struct walk w = {t, nibbles};
    bytes old;
    bool there = has_key(&w, path, &old);
    if (t->fault != FAULT_NONE) {
        return;
    }
    if (value.n > 0) {
        bool same = there && old.n == value.n && equal_bytes(old.p, value.p, value.n);
        t->top = same ? t->top : put(t->top, path, value);
    } else if (there) {
        t->top = cut(&w, t->top, path);
    }
}

bytes trie_get(struct trie *t, bytes key)
{
    u8 nibbles[NIBBLES_MAX];
    bytes value = BYTES_NONE;
    struct walk w = {t, nibbles};
    return has_key(&w, nibbles_of(nibbles, key), &value) ? value : BYTES_NONE;
}

// ---- hashing

static void put_path(struct buf *out, struct path p, bool is_leaf)
{
    u8 coded[1 + NIBBLES_MAX / 2];
    u32 odd = p.n % 2;
    usize n = 0;
    coded[n++] = (u8)((is_leaf ? 0x20 : 0) | (odd ? 0x10 | p.p[0] : 0));
    for (u32 i = odd; i < p.n; i += 2) {
        coded[n++] = (u8)(p.p[i] << 4 | p.p[i + 1]);
    }
    rlp_put_bytes(out, coded, n);
}

static void encode(struct buf *out, struct trie_node *n);

// Fills n->ref: the node's coding if it is shorter than 32 bytes, else its hash as RLP.
static void make_ref(struct trie_node *n)
{
    if (n->ref_size > 0) {
        return;
    }
    struct buf coded = {0};
    encode(&coded, n);
    if (coded.n < 32) {
        copy_bytes(n->ref, coded.p, coded.n);
        n->ref_size = (u8)coded.n;
    } else {
        b256 hash;
        keccak256(&hash, coded.p, coded.n);
        n->ref[0] = 0x80 + 32;
        copy_bytes(n->ref + 1, hash.b, sizeof hash.b);
        n->ref_size = REF_MAX;
    }
    buf_fini(&coded);
}

static void put_ref(struct buf *out, struct trie_node *n)
{
    if (n == NULL) {
        rlp_put_bytes(out, NULL, 0);
        return;
    }
    make_ref(n);
    buf_put(out, n->ref, n->ref_size);
}

static void encode(struct buf *out, struct trie_node *n)
{
    usize list = rlp_begin_list(out);
    if (n->kind == NODE_BRANCH) {
        for (u32 i = 0; i < 16; i++) {
            put_ref(out, n->child[i]);
        }
        rlp_put_bytes(out, n->value, n->value_size);
    } else {
        put_path(out, path_of(n), n->kind == NODE_LEAF);
        if (n->kind == NODE_LEAF) {
            rlp_put_bytes(out, n->value, n->value_size);
        } else {
            put_ref(out, n->child[0]);
        }
    }
    rlp_end_list(out, list);
}

void trie_hash(b256 *root, struct trie *t)
{
    if (t->top == NULL) {
        *root = TRIE_EMPTY_ROOT;
        return;
    }
    make_ref(t->top);
    if (t->top->ref_size == REF_MAX) {
        copy_bytes(root->b, t->top->ref + 1, sizeof root->b);
    } else {
        keccak256(root, t->top->ref, t->top->ref_size); // a short root is hashed all the same
    }
}

void trie_prove(struct trie *t, bytes key, void (*each)(void *ctx, bytes node), void *ctx)
{
    u8 nibbles[NIBBLES_MAX];
    struct path path = nibbles_of(nibbles, key);
    struct walk w = {t, nibbles};
    struct buf coded = {0};
    for (struct trie_node **slot = &t->top;;) {
        struct trie_node *n = node_at(t, slot, way_to(&w, path));
        if (n == NULL) {
            break;
        }
        make_ref(n);
        if (n == t->top || n->ref_size == REF_MAX) {
            buf_clear(&coded);
            encode(&coded, n);
            each(ctx, buf_bytes(&coded));
        }
        if (n->kind == NODE_LEAF || common_prefix(path_of(n), path) != n->path_size) {
            break;
        }
        path = behind(path, n->path_size);
        if (n->kind == NODE_EXTENSION) {
            slot = &n->child[0];
        } else if (path.n > 0) {
            slot = &n->child[path.p[0]];
            path = behind(path, 1);
        } else {
            break;
        }
    }
    buf_fini(&coded);
}

// ---- order

static void push_path(struct buf *key, struct path p)
{
    buf_put(key, p.p, p.n);
}

// The first key at or after `from` below a node, to which the nibbles in `key` lead; the others are
// appended.
static bool seek(struct trie *t, struct trie_node **slot, struct path from, struct buf *key,
                 bytes *value)
{
    struct trie_node *n = node_at(t, slot, (struct path){key->p, (u32)key->n});
    if (n == NULL) {
        return false;
    }
    usize mark = key->n;
    if (n->kind != NODE_BRANCH) {
        u32 common = common_prefix(path_of(n), from);
        bool before = common < n->path_size && common < from.n && n->path[common] < from.p[common];
        if (before) {
            return false;
        }
        bool inside = common == n->path_size;
        push_path(key, path_of(n));
        if (n->kind == NODE_LEAF) {
            *value = value_of(n);
            bool ok = !inside || from.n == n->path_size;
            key->n = ok ? key->n : mark;
            return ok;
        }
        struct path rest = inside ? behind(from, common) : NO_PATH;
        bool found = seek(t, &n->child[0], rest, key, value);
        key->n = found ? key->n : mark;
        return found;
    }
    if (from.n == 0 && n->value_size > 0) {
        *value = value_of(n);
        return true;
    }
    for (u8 i = from.n > 0 ? from.p[0] : 0; i < 16; i++) {
        struct path rest = from.n > 0 && i == from.p[0] ? behind(from, 1) : NO_PATH;
        buf_put_u8(key, i);
        if (seek(t, &n->child[i], rest, key, value)) {
            return true;
        }
        key->n = mark;
    }
    return false;
}

bool trie_seek(struct trie *t, bytes from, struct buf *key, bytes *value)
{
    u8 nibbles[NIBBLES_MAX];
    struct buf found = {0};
    bool ok = seek(t, &t->top, nibbles_of(nibbles, from), &found, value);
    for (usize i = 0; ok && i + 1 < found.n; i += 2) {
        buf_put_u8(key, (u8)(found.p[i] << 4 | found.p[i + 1]));
    }
    buf_fini(&found);
    return ok;
}

// ---- a store

void trie_open(struct trie *t, struct trie_store *store, const b256 *owner, const b256 *root)
{
    CHECK(t->top == NULL);
    t->store = store;
    t->has_owner = owner != NULL;
    if (owner != NULL) {
        t->owner = *owner;
    }
    if (!b256_equal(root, &TRIE_EMPTY_ROOT)) {
        t->top = stub_new(root->b);
    }
}

void trie_clear(struct trie *t)
{
    node_drop(t->top);
    t->top = NULL;
    buf_clear(&t->gone);
    t->was_cleared = t->store != NULL;
}

static enum fault flush_node(struct trie *t, struct trie_node *n, struct buf *way)
{
    const struct trie_store *s = t->store;
    usize mark = way->n;
    if (n == NULL || n->stored) { // by (4)
        return FAULT_NONE;
    }
    for (u32 i = 0; i < child_count(n->kind); i++) {
        if (n->kind == NODE_BRANCH) {
            buf_put_u8(way, (u8)i);
        } else {
            buf_put(way, n->path, n->path_size);
        }
        TRY(flush_node(t, n->child[i], way));
        way->n = mark;
    }
    make_ref(n);
    if (n->ref_size != REF_MAX && n != t->top) { // inside of its parent; a larger one may be there
        TRY(s->remove(s->ctx, owner_of(t), buf_bytes(way)));
    } else {
        struct buf coded = {0};
        encode(&coded, n);
        enum fault f = s->write(s->ctx, owner_of(t), buf_bytes(way), buf_bytes(&coded));
        buf_fini(&coded);
        TRY(f);
        t->store->nodes++;
    }
    n->stored = true;
    return FAULT_NONE;
}

enum fault trie_flush(struct trie *t)
{
    const struct trie_store *s = t->store;
    TRY(t->fault);
    if (t->was_cleared) {
        TRY(s->remove_all(s->ctx, owner_of(t)));
        t->was_cleared = false;
    }
    for (usize i = 0; i < t->gone.n; i += 1 + (usize)t->gone.p[i]) {
        TRY(s->remove(s->ctx, owner_of(t), (bytes){t->gone.p + i + 1, t->gone.p[i]}));
    }
    buf_clear(&t->gone);
    struct buf way = {0};
    enum fault f = flush_node(t, t->top, &way);
    buf_fini(&way);
    return f;
}

void trie_forget(struct trie *t)
{
    b256 root;
    if (t->top != NULL) {
        CHECK(t->top->stored);
        trie_hash(&root, t);
        node_drop(t->top);
        t->top = stub_new(root.b);
    }
}
