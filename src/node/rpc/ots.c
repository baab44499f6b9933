// SPDX-License-Identifier: MIT
// The methods of the block explorer Otterscan (its API level 8). What it asks beyond a block's
// contents is found by executing blocks again, so a search costs what the blocks cost.
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/rpc/replay.h"

#define API_LEVEL 8u
#define PAGE_MAX 100u

bool rpc_ots_api_level(struct rpc_call *c)
{
    json_put_number(c->out, NULL, API_LEVEL);
    return true;
}

bool rpc_ots_has_code(struct rpc_call *c)
{
    json_value v;
    address at;
    const struct stored_block *b;
    struct node_view view;
    if (!rpc_param(c, &v, 0) || !rpc_value_address(c, &at, &v) || !rpc_param_block(c, &b, 1)) {
        return false;
    }
    (void)node_view_open(&view, c->node, b);
    json_put_bool(c->out, NULL, account_code_size(view.state, state_account(view.state, &at)) > 0);
    enum fault f = state_take_fault(view.state);
    node_view_close(&view);
    return f == FAULT_NONE || rpc_fail_fault(c, f);
}

// ---- frames of one transaction

struct frames {
    struct json_writer *w;
    bool internal_only; // transfers of value and creations below the top frame
    struct buf top;     // output of the top frame if it reverted
};

static const char *kind_name(u8 op)
{
    switch (op) {
    case 0xF0:
        return "CREATE";
    case 0xF2:
        return "CALLCODE";
    case 0xF4:
        return "DELEGATECALL";
    case 0xF5:
        return "CREATE2";
    case 0xFA:
        return "STATICCALL";
    default:
        return "CALL";
    }
}

static void put_operation(struct json_writer *w, const struct inspect_frame *f)
{
    bool creates = f->op == 0xF0 || f->op == 0xF5;
    if (f->depth == 0 || (!creates && (u256_is_zero(f->value) || f->op == 0xF4))) {
        return;
    }
    json_begin_object(w, NULL);
    json_put_number(w, "type", f->op == 0xF0 ? 2 : f->op == 0xF5 ? 3 : 0);
    json_put_address(w, "from", &f->from);
    json_put_address(w, "to", &f->to);
    json_put_quantity(w, "value", f->value);
    json_end(w);
}

static void on_enter(void *ctx, const struct inspect_frame *f)
{
    const struct frames *k = ctx;
    if (k->w == NULL) {
        return;
    }
    if (k->internal_only) {
        put_operation(k->w, f);
        return;
    }
    json_begin_object(k->w, NULL);
    json_put_text(k->w, "type", kind_name(f->op));
    json_put_number(k->w, "depth", f->depth);
    json_put_address(k->w, "from", &f->from);
    json_put_address(k->w, "to", f->op == 0xF4 || f->op == 0xF2 ? &f->code : &f->to);
    if (f->op == 0xF4 || f->op == 0xFA) {
        json_put_null(k->w, "value");
    } else {
        json_put_quantity(k->w, "value", f->value);
    }
    json_put_data(k->w, "input", f->input.p, f->input.n);
    json_end(k->w);
}

static void on_leave(void *ctx, const struct inspect_end *e)
{
    struct frames *k = ctx;
    if (e->depth == 0 && e->status == 1) {
        buf_put(&k->top, e->output.p, e->output.n);
    }
}

static bool list_frames(struct rpc_call *c, bool internal_only)
{
    const struct stored_block *b;
    usize index;
    struct frames k = {.w = c->out, .internal_only = internal_only};
    struct inspector look = {.ctx = &k, .frame_enter = on_enter};
    if (!rpc_param_transaction(c, &b, &index)) {
        return false;
    }
    json_begin_list(c->out, NULL);
    bool ok = b == NULL || rpc_replay(c, b, index, &look);
    json_end(c->out);
    return ok;
}

bool rpc_ots_internal_operations(struct rpc_call *c)
{
    return list_frames(c, true);
}

bool rpc_ots_trace_transaction(struct rpc_call *c)
{
    return list_frames(c, false);
}

bool rpc_ots_transaction_error(struct rpc_call *c)
{
    const struct stored_block *b;
    usize index;
    struct frames k = {.w = NULL};
    struct inspector look = {.ctx = &k, .frame_leave = on_leave};
    bool ok = rpc_param_transaction(c, &b, &index) && (b == NULL || rpc_replay(c, b, index, &look));
    if (ok) {
        json_put_data(c->out, NULL, k.top.p, k.top.n);
    }
    buf_fini(&k.top);
    return ok;
}

// ---- blocks

static void put_details(struct rpc_call *c, const struct stored_block *b)
{
    struct json_writer *w = c->out;
    u256 fees = u256_zero();
    for (usize i = 0; i < b->count; i++) {
        struct transaction t = {.nonce = 0};
        if (transaction_decode(&t, b->transactions[i].raw) == VERDICT_VALID) {
            u256 used = u256_from_u64(b->transactions[i].gas_used);
            fees = u256_add(fees, u256_mul(rpc_effective_price(&t, &b->header), used));
        }
        transaction_fini(&t);
    }
    json_begin_object(w, NULL);
    json_begin_object(w, "block");
    rpc_put_block_members(w, b, false);
    json_put_quantity_u64(w, "transactionCount", b->count);
    json_end(w);
    json_begin_object(w, "issuance"); // nothing is issued since Paris
    json_put_quantity_u64(w, "blockReward", 0);
    json_put_quantity_u64(w, "uncleReward", 0);
    json_put_quantity_u64(w, "issuance", 0);
    json_end(w);
    json_put_quantity(w, "totalFees", fees);
    json_end(w);
}

static bool read_number(struct rpc_call *c, u64 *out, usize i)
{
    json_value v;
    return rpc_param(c, &v, i) && rpc_value_loose(c, out, &v);
}

bool rpc_ots_block_details(struct rpc_call *c)
{
    u64 number;
    if (!read_number(c, &number, 0)) {
        return false;
    }
    const struct stored_block *b = blocks_at(node_blocks(c->node), number);
    if (b == NULL) {
        json_put_null(c->out, NULL);
    } else {
        put_details(c, b);
    }
    return true;
}

bool rpc_ots_block_details_by_hash(struct rpc_call *c)
{
    json_value v;
    b256 hash;
    if (!rpc_param(c, &v, 0) || !rpc_value_b256(c, &hash, &v)) {
        return false;
    }
    const struct stored_block *b = blocks_by_hash(node_blocks(c->node), &hash);
    if (b == NULL) {
        json_put_null(c->out, NULL);
    } else {
        put_details(c, b);
    }
    return true;
}

// (block, page, transactions a page), the newest first.
bool rpc_ots_block_transactions(struct rpc_call *c)
{
    struct json_writer *w = c->out;
    u64 number;
    u64 page;
    u64 size;
    if (!read_number(c, &number, 0) || !read_number(c, &page, 1) || !read_number(c, &size, 2)) {
        return false;
    }
    const struct stored_block *b = blocks_at(node_blocks(c->node), number);
    if (b == NULL || size == 0 || size > PAGE_MAX) {
        return rpc_fail(c, RPC_PARAMS, "no such block, or a page of none or more than %u",
                        PAGE_MAX);
    }
    usize end = page > b->count / size ? 0 : b->count - (usize)(page * size);
    usize from = end > size ? end - (usize)size : 0;
    json_begin_object(w, NULL);
    json_begin_object(w, "fullblock");
    rpc_put_header_members(w, &b->header);
    json_put_quantity_u64(w, "transactionCount", b->count);
    json_begin_list(w, "transactions");
    for (usize i = from; i < end; i++) {
        rpc_put_transaction(w, b, i);
    }
    json_end(w);
    json_end(w);
    json_begin_list(w, "receipts");
    for (usize i = from; i < end; i++) {
        rpc_put_receipt(w, c->node, b, i);
    }
    json_end(w);
    json_end(w);
    return true;
}

// ---- searching

struct search { // of one block's transactions that touch an account
    const address *who;
    bool *touched; // by transaction
    usize index;
    bool creates; // only creations of the account count
    address creator;
    struct inspector look;
};

static void note_frame(void *ctx, const struct inspect_frame *f)
{
    struct search *s = ctx;
    bool is_creation = f->op == 0xF0 || f->op == 0xF5;
    bool is_to = address_equal(&f->to, s->who);
    if (s->creates ? is_creation && is_to : is_to || address_equal(&f->from, s->who)) {
        s->touched[s->index] = true;
        s->creator = f->from;
    }
}

static const struct inspector *search_before(void *ctx, usize index, const struct transaction *t,
                                             const address *sender, struct state *state)
{
    struct search *s = ctx;
    (void)t;
    (void)sender;
    (void)state;
    s->index = index;
    return &s->look;
}

// Marks in s->touched, which is allocated here.
static enum fault search_block(struct rpc_call *c, struct search *s, const struct stored_block *b)
{
    s->touched = mem_zalloc(b->count + 1);
    s->look = (struct inspector){.ctx = s, .frame_enter = note_frame};
    struct node_replay r = {s, search_before, NULL};
    return node_replay(c->node, b, &r);
}

struct found { // transactions of a page
    struct {
        u64 block;
        usize index;
    } at[PAGE_MAX * 8];
    usize count;
};

static void put_found(struct rpc_call *c, const struct found *f, bool first, bool last)
{
    struct json_writer *w = c->out;
    const struct blocks *blocks = node_blocks(c->node);
    json_begin_object(w, NULL);
    json_begin_list(w, "txs");
    for (usize i = 0; i < f->count; i++) {
        rpc_put_transaction(w, blocks_at(blocks, f->at[i].block), f->at[i].index);
    }
    json_end(w);
    json_begin_list(w, "receipts");
    for (usize i = 0; i < f->count; i++) {
        rpc_put_receipt(w, c->node, blocks_at(blocks, f->at[i].block), f->at[i].index);
    }
    json_end(w);
    json_put_bool(w, "firstPage", first);
    json_put_bool(w, "lastPage", last);
    json_end(w);
}

static enum fault add_block(struct rpc_call *c, struct found *f, const address *who,
                            const struct stored_block *b)
{
    struct search s = {.who = who};
    if (b->count == 0) {
        return FAULT_NONE;
    }
    enum fault fault = search_block(c, &s, b);
    for (usize i = b->count; fault == FAULT_NONE && i > 0; i--) {
        if (s.touched[i - 1] && f->count < COUNT_OF(f->at)) {
            f->at[f->count].block = b->header.number;
            f->at[f->count++].index = i - 1;
        }
    }
    mem_free(s.touched);
    return fault;
}

static void reverse(struct found *f)
{
    for (usize i = 0; i < f->count / 2; i++) {
        __typeof__(f->at[0]) t = f->at[i];
        f->at[i] = f->at[f->count - 1 - i];
        f->at[f->count - 1 - i] = t;
    }
}

// (address, block, page size): those in blocks before it (0: all), or after it, the newest first.
static bool search(struct rpc_call *c, bool is_after)
{
    json_value v;
    address who;
    u64 from;
    u64 size;
    const struct blocks *blocks = node_blocks(c->node);
    u64 head = blocks_last(blocks)->header.number;
    if (!rpc_param(c, &v, 0) || !rpc_value_address(c, &who, &v) || !read_number(c, &from, 1) ||
        !read_number(c, &size, 2)) {
        return false;
    }
    size = size > PAGE_MAX ? PAGE_MAX : size;
    struct found *f = mem_zalloc(sizeof *f);
    u64 kept = node_first_block(c->node);
    u64 number = is_after ? from + 1 : from == 0 || from > head ? head : from - 1;
    number = is_after && number < kept ? kept : number;
    bool is_end = is_after ? number > head : number < kept;
    enum fault fault = FAULT_NONE;
    while (fault == FAULT_NONE && !is_end && f->count < size) {
        fault = add_block(c, f, &who, blocks_at(blocks, number));
        is_end = is_after ? number == head : number <= kept;
        number += is_after ? 1u : (u64)-1;
    }
    if (is_after) {
        reverse(f);
    }
    if (fault == FAULT_NONE) {
        put_found(c, f, is_after ? is_end : from == 0, is_after ? from == 0 : is_end);
    }
    mem_free(f);
    return fault == FAULT_NONE || rpc_fail_fault(c, fault);
}

bool rpc_ots_search_before(struct rpc_call *c)
{
    return search(c, false);
}

bool rpc_ots_search_after(struct rpc_call *c)
{
    return search(c, true);
}

bool rpc_ots_by_sender_and_nonce(struct rpc_call *c)
{
    json_value v;
    address a;
    u64 nonce;
    const struct stored_block *b;
    usize index;
    if (!rpc_param(c, &v, 0) || !rpc_value_address(c, &a, &v) || !read_number(c, &nonce, 1)) {
        return false;
    }
    if (rpc_find_by_nonce(c, &a, nonce, &b, &index)) {
        json_put_b256(c->out, NULL, &b->transactions[index].hash);
    } else {
        json_put_null(c->out, NULL);
    }
    return true;
}

static bool code_at(struct rpc_call *c, const address *a, u64 number)
{
    struct node_view v;
    const struct stored_block *b = blocks_at(node_blocks(c->node), number);
    bool has = b != NULL && node_view_open(&v, c->node, b) == FAULT_NONE &&
               account_code_size(v.state, state_account(v.state, a)) > 0;
    if (b != NULL) {
        node_view_close(&v);
    }
    return has;
}

// The block after which the account has code for the first time, by halving; then its transactions.
bool rpc_ots_contract_creator(struct rpc_call *c)
{
    json_value v;
    address a;
    if (!rpc_param(c, &v, 0) || !rpc_value_address(c, &a, &v)) {
        return false;
    }
    u64 low = node_oldest_state(c->node);
    u64 high = blocks_last(node_blocks(c->node))->header.number;
    if (!code_at(c, &a, high) || code_at(c, &a, low)) {
        json_put_null(c->out, NULL); // no contract, or one of the first block
        return true;
    }
    while (high - low > 1) {
        u64 middle = low + (high - low) / 2;
        bool has = code_at(c, &a, middle);
        high = has ? middle : high;
        low = has ? low : middle;
    }
    const struct stored_block *b = blocks_at(node_blocks(c->node), high);
    struct search s = {.who = &a, .creates = true};
    enum fault f = search_block(c, &s, b);
    bool found = false;
    for (usize i = 0; f == FAULT_NONE && !found && i < b->count; i++) {
        found = s.touched[i];
        if (found) {
            json_begin_object(c->out, NULL);
            json_put_b256(c->out, "hash", &b->transactions[i].hash);
            json_put_address(c->out, "creator", &s.creator);
            json_end(c->out);
        }
    }
    mem_free(s.touched);
    if (f == FAULT_NONE && !found) {
        json_put_null(c->out, NULL);
    }
    return f == FAULT_NONE || rpc_fail_fault(c, f);
}
