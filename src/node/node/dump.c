// SPDX-License-Identifier: MIT
// The state after the head as JSON and back, in the shape that anvil's dumpState has inside: a
// member `accounts` with nonce, balance, code and storage by address.
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/codec/json.h"
#include "lib/codec/json_write.h"
#include "lib/num/u256.h"
#include "node/node/priv.h"

struct dumping {
    struct node_view view;
    struct json_writer w;
    enum fault fault;
};

static void name_of(struct buf *out, const void *p, usize n)
{
    buf_clear(out);
    hex_put_data(out, p, n);
    buf_put_u8(out, 0);
}

static bool put_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct dumping *d = ctx;
    struct buf name = {0};
    b256 k = u256_to_b256(*key);
    b256 v = u256_to_b256(*value);
    name_of(&name, k.b, sizeof k.b);
    json_put_b256(&d->w, (const char *)name.p, &v);
    buf_fini(&name);
    return true;
}

static bool put_account(void *ctx, const struct node_account *a)
{
    struct dumping *d = ctx;
    struct buf name = {0};
    u256 first = u256_zero();
    name_of(&name, a->at.b, sizeof a->at.b);
    bytes code = account_code(d->view.state, state_account(d->view.state, &a->at));
    json_begin_object(&d->w, (const char *)name.p);
    json_put_number(&d->w, "nonce", a->nonce);
    json_put_quantity(&d->w, "balance", a->balance);
    json_put_data(&d->w, "code", code.p, code.n);
    json_begin_object(&d->w, "storage");
    d->fault = node_visit_slots(&d->view, &a->at, &first, d, put_slot);
    json_end(&d->w);
    json_end(&d->w);
    buf_fini(&name);
    return d->fault == FAULT_NONE;
}

enum fault node_dump(struct node *n, struct buf *out)
{
    return node_dump_at(n, blocks_last(node_blocks(n)), out);
}

enum fault node_dump_at(struct node *n, const struct stored_block *head, struct buf *out)
{
    struct dumping d = {.fault = FAULT_NONE};
    address first = {{0}};
    enum fault f = node_view_open(&d.view, n, head);
    json_write_init(&d.w, out, 0);
    json_begin_object(&d.w, NULL);
    json_begin_object(&d.w, "block");
    json_put_quantity_u64(&d.w, "number", head->header.number);
    json_put_quantity_u64(&d.w, "timestamp", head->header.timestamp);
    json_put_quantity_u64(&d.w, "gas_limit", head->header.gas_limit);
    json_put_address(&d.w, "coinbase", &head->header.coinbase);
    json_end(&d.w);
    json_begin_object(&d.w, "accounts");
    if (f == FAULT_NONE) {
        f = node_visit_accounts(&d.view, &first, &d, put_account);
    }
    json_end(&d.w);
    json_put_quantity_u64(&d.w, "best_block_number", head->header.number);
    json_end(&d.w);
    f = f == FAULT_NONE ? d.fault : f;
    f = f == FAULT_NONE ? state_take_fault(d.view.state) : f;
    node_view_close(&d.view);
    return f;
}

// ---- loading

struct loading { // accounts as they are read; owned
    struct node_override *account;
    struct buf *code; // of each
    usize count;
};

static void loading_fini(struct loading *l)
{
    for (usize i = 0; i < l->count; i++) {
        mem_free((void *)(uintptr_t)l->account[i].slots);
        buf_fini(&l->code[i]);
    }
    mem_free(l->account);
    mem_free(l->code);
}

static enum fault read_slots(struct node_override *o, const json_value *storage)
{
    json_value v = {0};
    struct node_slot *slots = mem_alloc((json_count(storage) + 1) * sizeof *slots);
    o->slots = slots;
    o->replaces_storage = true;
    while (json_next_member(&v, storage)) {
        hex_error why;
        struct node_slot *s = &slots[o->slot_count];
        if (!hex_decode_u256(&s->key, &why, v.name, __builtin_strlen(v.name))) {
            return json_refuse(&v, "the name of a slot: %s", why.text);
        }
        TRY(json_get_u256(&s->value, &v));
        o->slot_count++;
    }
    return FAULT_NONE;
}

static enum fault read_account(struct node_override *o, struct buf *code, const json_value *v)
{
    json_value storage;
    bool found = false;
    hex_error why;
    if (!hex_decode_exact(o->at.b, sizeof o->at.b, &why, v->name, __builtin_strlen(v->name))) {
        return json_refuse(v, "the name of an account: %s", why.text);
    }
    o->has_balance = o->has_nonce = o->has_code = true;
    TRY(json_find_u256(&o->balance, v, "balance"));
    TRY(json_find_u64(&o->nonce, v, "nonce"));
    TRY(json_find_data(code, v, "code"));
    TRY(json_find(&storage, &found, v, "storage"));
    return found ? read_slots(o, &storage) : FAULT_NONE;
}

static enum fault read_accounts(struct loading *l, const json_value *root)
{
    json_value accounts;
    json_value v = {0};
    TRY(json_member(&accounts, root, "accounts"));
    TRY(json_expect(&accounts, JSON_KIND_OBJECT));
    usize n = json_count(&accounts);
    l->account = mem_zalloc((n + 1) * sizeof *l->account);
    l->code = mem_zalloc((n + 1) * sizeof *l->code);
    while (json_next_member(&v, &accounts)) {
        usize i = l->count++;
        TRY(read_account(&l->account[i], &l->code[i], &v));
        l->account[i].code = buf_bytes(&l->code[i]);
    }
    return FAULT_NONE;
}

enum fault node_load(struct node *n, bytes text, struct buf *why)
{
    struct json j;
    struct loading l = {.count = 0};
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        f = read_accounts(&l, &root);
    }
    if (f != FAULT_NONE) {
        buf_put(why, j.error.p, j.error.n);
    } else {
        f = node_set_accounts(n, l.account, l.count);
    }
    loading_fini(&l);
    json_fini(&j);
    return f;
}
