// SPDX-License-Identifier: MIT
// debug_ methods that list states: accounts and slots in the order of their hashes, as tries have
// them; what blocks changed; roots inside of a block (geth, "debug Namespace"). An order of hashes
// is not the store's, so all that is asked about is gone through; STATE_ITEMS_MAX bounds it.
#include "core/trie/root.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"
#include "node/rpc/hashed.h"
#include "node/rpc/tracing.h"

#define RANGE_MAX 256u  // accounts in one answer
#define SLOTS_MAX 1024u // slots in one answer

// ---- slots of an account

static bool add_key(void *ctx, const u256 *key, const u256 *value)
{
    b256 word = u256_to_b256(*key);
    (void)value;
    return hashed_add(ctx, word.b, sizeof word.b);
}

// Keys that the store has of an account, and those that were written since on the view's state.
static bool list_slots(struct rpc_call *c, struct hashed_list *l, struct node_view *v,
                       const address *at)
{
    u256 first = u256_zero();
    enum fault f = node_visit_slots(v, at, &first, l, add_key);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(c, f);
    }
    for (usize i = 0; i < state_change_count(v->state); i++) {
        const struct state_change *change = state_change_at(v->state, i);
        if (change->kind == STATE_CHANGE_STORAGE && address_equal(&change->account, at)) {
            (void)add_key(l, &change->key, &change->after);
        }
    }
    hashed_sort(l);
    return hashed_check(c, l);
}

static void put_hash_name(struct buf *name, const b256 *hash)
{
    buf_clear(name);
    hex_put_data(name, hash->b, sizeof hash->b);
    buf_put_u8(name, 0);
}

struct slot_range {
    address at;
    b256 from;
    u64 limit;
};

static void put_slot_range(struct rpc_call *c, const struct hashed_list *l, struct node_view *v,
                           const struct slot_range *r)
{
    struct buf name = {0};
    struct account *a = state_account(v->state, &r->at);
    usize i = 0;
    usize shown = 0;
    json_begin_object(c->out, NULL);
    json_begin_object(c->out, "storage");
    for (i = hashed_find(l, &r->from); i < l->count && shown < r->limit; i++) {
        u256 key = u256_from_be_bytes(l->item[i].name);
        u256 value = state_sload(v->state, a, &key);
        if (u256_is_zero(value)) {
            continue;
        }
        b256 word = u256_to_b256(key);
        b256 content = u256_to_b256(value);
        put_hash_name(&name, &l->item[i].hash);
        json_begin_object(c->out, (const char *)name.p);
        json_put_b256(c->out, "key", &word);
        json_put_b256(c->out, "value", &content);
        json_end(c->out);
        shown++;
    }
    json_end(c->out);
    if (i < l->count) {
        json_put_b256(c->out, "nextKey", &l->item[i].hash);
    } else {
        json_put_null(c->out, "nextKey");
    }
    json_end(c->out);
    buf_fini(&name);
}

// A number that is a quantity or a JSON number.
static bool param_number(struct rpc_call *c, u64 *out, usize i)
{
    json_value v;
    return rpc_param(c, &v, i) && (json_get_u64(out, &v) == FAULT_NONE || rpc_fail_json(c, &v));
}

bool rpc_debug_storage_range_at(struct rpc_call *c)
{
    const struct stored_block *b;
    json_value where;
    json_value start;
    struct slot_range r;
    u64 index;
    if (!rpc_param_block(c, &b, 0) || !param_number(c, &index, 1) || !rpc_param(c, &where, 2) ||
        !rpc_value_address(c, &r.at, &where) || !rpc_param(c, &start, 3) ||
        !rpc_value_b256(c, &r.from, &start) || !param_number(c, &r.limit, 4)) {
        return false;
    }
    struct node_view v;
    struct hashed_list l = {.count = 0};
    enum fault f = node_view_open_inside(&v, c->node, b, index);
    bool ok = f == FAULT_NONE ? list_slots(c, &l, &v, &r.at) : rpc_fail_fault(c, f);
    if (ok) {
        r.limit = r.limit < SLOTS_MAX ? r.limit : SLOTS_MAX;
        put_slot_range(c, &l, &v, &r);
    }
    node_view_close(&v);
    mem_free(l.item);
    return ok;
}

// ---- accounts

static bool add_account(void *ctx, const struct node_account *a)
{
    return hashed_add(ctx, a->at.b, sizeof a->at.b);
}

struct dumping {
    struct rpc_call *c;
    struct node_view *view;
    struct node_commitment tries;
    bool no_code, no_storage;
};

static void put_storage(struct dumping *d, const address *at)
{
    struct hashed_list l = {.count = 0};
    struct json_writer *w = d->c->out;
    struct buf name = {0};
    struct buf value = {0};
    bool ok = list_slots(d->c, &l, d->view, at);
    if (ok && l.count > 0) {
        json_begin_object(w, "storage");
        for (usize i = 0; i < l.count; i++) {
            u256 key = u256_from_be_bytes(l.item[i].name);
            u256 word = state_sload(d->view->state, state_account(d->view->state, at), &key);
            b256 k = u256_to_b256(key);
            u8 be[32];
            u32 size = u256_byte_length(word);
            u256_to_be_bytes(be, word);
            put_hash_name(&name, &k);
            buf_clear(&value);
            hex_put_digits(&value, be + 32 - size, size); // without leading zeros, as geth has it
            json_put_text_bytes(w, (const char *)name.p, buf_bytes(&value));
        }
        json_end(w);
    }
    buf_fini(&name);
    buf_fini(&value);
    mem_free(l.item);
}

static void put_account(struct dumping *d, const struct hashed *h)
{
    struct json_writer *w = d->c->out;
    address at;
    copy_bytes(at.b, h->name, sizeof at.b);
    struct state *s = d->view->state;
    struct account *a = state_account(s, &at);
    struct trie *slots = commitment_slots(d->tries.tries, &at);
    b256 root = TRIE_EMPTY_ROOT;
    bytes code = account_code(s, a);
    struct buf name = {0};
    if (slots != NULL) {
        trie_hash(&root, slots);
    }
    hex_put_data(&name, at.b, sizeof at.b);
    buf_put_u8(&name, 0);
    json_begin_object(w, (const char *)name.p);
    struct buf balance = {0};
    struct json_writer text;
    json_write_init(&text, &balance, 0);
    json_put_whole(&text, NULL, *account_balance(a));
    json_put_text_bytes(w, "balance", buf_bytes(&balance));
    json_put_number(w, "nonce", account_nonce(a));
    json_put_b256(w, "root", &root);
    json_put_b256(w, "codeHash", account_code_hash(a));
    if (code.n > 0 && !d->no_code) {
        json_put_data(w, "code", code.p, code.n);
    }
    if (!d->no_storage) {
        put_storage(d, &at);
    }
    json_put_address(w, "address", &at);
    json_put_b256(w, "key", &h->hash);
    json_end(w);
    buf_fini(&name);
    buf_fini(&balance);
}

static bool put_accounts(struct dumping *d, const struct stored_block *b, const b256 *from,
                         usize limit)
{
    struct rpc_call *c = d->c;
    struct hashed_list l = {.count = 0};
    address first = {{0}};
    enum fault f = node_visit_accounts(d->view, &first, &l, add_account);
    bool ok = f == FAULT_NONE ? hashed_check(c, &l) : rpc_fail_fault(c, f);
    if (ok) {
        hashed_sort(&l);
        usize i = hashed_find(&l, from);
        usize end = l.count - i < limit ? l.count : i + limit;
        struct buf root = {0};
        hex_put_digits(&root, b->header.state_root.b, sizeof b->header.state_root.b);
        json_begin_object(c->out, NULL);
        json_put_text_bytes(c->out, "root", buf_bytes(&root));
        json_begin_object(c->out, "accounts");
        for (; ok && i < end; i++) {
            put_account(d, &l.item[i]);
            ok = c->code == 0 && tracing_has_room(c);
        }
        json_end(c->out);
        if (i < l.count) {
            json_put_b256(c->out, "next", &l.item[i].hash);
        }
        json_end(c->out);
        buf_fini(&root);
    }
    mem_free(l.item);
    return ok;
}

static bool dump(struct rpc_call *c, struct dumping *d, const struct stored_block *b,
                 const b256 *from, usize limit)
{
    struct node_view v;
    bool ok = true;
    enum fault f = node_view_open(&v, c->node, b);
    d->c = c;
    d->view = &v;
    f = f == FAULT_NONE ? node_commitment_open(&d->tries, c->node, b) : f;
    if (f != FAULT_NONE) {
        ok = rpc_fail_fault(c, f);
    } else {
        ok = put_accounts(d, b, from, limit);
        node_commitment_close(&d->tries);
    }
    node_view_close(&v);
    return ok;
}

static bool param_flag(struct rpc_call *c, bool *out, usize i)
{
    if (!rpc_has_param(c, i)) {
        return true;
    }
    json_value v = json_element(&c->params, i);
    return json_get_bool(out, &v) == FAULT_NONE || rpc_fail_json(c, &v);
}

bool rpc_debug_account_range(struct rpc_call *c)
{
    const struct stored_block *b;
    struct dumping d = {.c = c};
    b256 from = {{0}};
    u64 limit = RANGE_MAX;
    bool incomplete = false; // accounts whose address is not known: there are none
    json_value start;
    if (!rpc_param_block(c, &b, 0) ||
        (rpc_has_param(c, 1) && (!rpc_param(c, &start, 1) || !rpc_value_b256(c, &from, &start))) ||
        (rpc_has_param(c, 2) && !param_number(c, &limit, 2)) || !param_flag(c, &d.no_code, 3) ||
        !param_flag(c, &d.no_storage, 4) || !param_flag(c, &incomplete, 5)) {
        return false;
    }
    return dump(c, &d, b, &from, limit > 0 && limit < RANGE_MAX ? limit : RANGE_MAX);
}

bool rpc_debug_dump_block(struct rpc_call *c)
{
    const struct stored_block *b;
    struct dumping d = {.c = c};
    b256 from = {{0}};
    return rpc_param_block(c, &b, 0) && dump(c, &d, b, &from, RANGE_MAX);
}
