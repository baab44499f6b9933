// SPDX-License-Identifier: MIT
// Results on paper; see report.h.
#include "app/cli/report.h"

#include <stdlib.h>

#include "core/trace/put.h"
#include "core/trace/reason.h"
#include "lib/num/u256.h"

#define TEXT_BYTES_MAX 256 // of an output or a log that the text shows

static int compare_times(const void *a, const void *b)
{
    u64 x = *(const u64 *)a;
    u64 y = *(const u64 *)b;
    return x < y ? -1 : x > y;
}

struct timing timing_of(u64 *ns, u32 count)
{
    if (count == 0) {
        return (struct timing){0};
    }
    qsort(ns, count, sizeof *ns, compare_times);
    return (struct timing){ns[0], ns[count / 2], ns[count - 1]};
}

// ---- JSON ---------------------------------------------------------------------------------------

static void put_quoted_data(struct buf *b, bytes data)
{
    buf_put_u8(b, '"');
    put_data(b, data);
    buf_put_u8(b, '"');
}

static void put_log_json(struct buf *b, const struct outcome *o, const struct outcome_log *l)
{
    buf_put_text(b, "{\"address\":");
    put_quoted_data(b, (bytes){l->emitter.b, 20});
    buf_put_text(b, ",\"topics\":[");
    for (u32 i = 0; i < l->topic_count; i++) {
        buf_put_text(b, i == 0 ? "" : ",");
        put_quoted_data(b, (bytes){l->topic[i].b, 32});
    }
    buf_put_text(b, "],\"data\":");
    put_quoted_data(b, outcome_log_data(o, l));
    buf_put_u8(b, '}');
}

void report_outcome_json(struct buf *b, const struct outcome *o)
{
    const char *halt = outcome_halt(o);
    buf_printf(b, "\"status\":\"%s\",\"halt\":", outcome_status(o));
    buf_printf(b, halt != NULL ? "\"%s\"" : "null", halt);
    buf_put_text(b, ",\"gas_used\":");
    put_json_number(b, o->gas_used);
    buf_printf(b, ",\"gas_refund\":%lld,\"output\":", (long long)o->result.gas_refund);
    put_quoted_data(b, buf_bytes(&o->output));
    buf_put_text(b, ",\"logs\":[");
    for (usize i = 0; i < o->log_count; i++) {
        buf_put_text(b, i == 0 ? "" : ",");
        put_log_json(b, o, &o->log[i]);
    }
    buf_put_text(b, "],\"created\":");
    if (o->is_create && o->result.status == EVM_SUCCESS) {
        put_quoted_data(b, (bytes){o->result.created.b, 20});
    } else {
        buf_put_text(b, "null");
    }
}

struct state_lists { // JSON lists that grow side by side while a state is visited
    struct buf storage, balances, nonces;
    address account;
    bool has_slots;
};

static void put_member_name(struct buf *b, bytes name)
{
    buf_put_text(b, b->n > 0 ? "," : "");
    put_quoted_data(b, name);
    buf_put_u8(b, ':');
}

static void end_slots(struct state_lists *l)
{
    if (l->has_slots) {
        buf_put_u8(&l->storage, '}');
    }
    l->has_slots = false;
}

static void visit_account(void *ctx, const struct account *a, bytes code)
{
    struct state_lists *l = ctx;
    (void)code;
    end_slots(l);
    l->account = *account_address(a);
    if (!u256_is_zero(*account_balance(a))) {
        put_member_name(&l->balances, (bytes){l->account.b, 20});
        put_json_u256(&l->balances, *account_balance(a));
    }
    if (account_nonce(a) != 0) {
        put_member_name(&l->nonces, (bytes){l->account.b, 20});
        put_json_number(&l->nonces, account_nonce(a));
    }
}

static void visit_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct state_lists *l = ctx;
    if (!l->has_slots) {
        put_member_name(&l->storage, (bytes){l->account.b, 20});
        buf_put_u8(&l->storage, '{');
        l->has_slots = true;
    } else {
        buf_put_u8(&l->storage, ',');
    }
    b256 word = u256_to_b256(*key);
    put_quoted_data(&l->storage, (bytes){word.b, 32});
    buf_put_u8(&l->storage, ':');
    word = u256_to_b256(*value);
    put_quoted_data(&l->storage, (bytes){word.b, 32});
}

static void put_list(struct buf *b, const char *name, struct buf *list)
{
    buf_printf(b, ",\"%s\":{", name);
    buf_put(b, list->p, list->n);
    buf_put_u8(b, '}');
    buf_fini(list);
}

void report_state_json(struct buf *b, struct state *s)
{
    struct state_lists lists = {0};
    struct state_visitor v = {.ctx = &lists, .account = visit_account, .slot = visit_slot};
    state_visit(s, &v);
    end_slots(&lists);
    put_list(b, "storage", &lists.storage);
    put_list(b, "balances", &lists.balances);
    put_list(b, "nonces", &lists.nonces);
}

void report_figures_json(struct buf *b, const struct outcome *o, const struct timing *t)
{
    buf_put_text(b, ",\"time_ns\":{\"min\":");
    put_json_number(b, t->min);
    buf_put_text(b, ",\"median\":");
    put_json_number(b, t->median);
    buf_put_text(b, ",\"max\":");
    put_json_number(b, t->max);
    buf_put_text(b, "},\"cycles\":");
    put_json_number(b, o->result.cycles);
    buf_put_text(b, ",\"instructions\":");
    put_json_number(b, o->result.instructions);
    buf_printf(b, ",\"pages\":%u", o->result.pages);
}

// ---- text ---------------------------------------------------------------------------------------

static void put_data_text(struct buf *b, bytes data)
{
    bool is_long = data.n > TEXT_BYTES_MAX;
    put_data(b, (bytes){data.p, is_long ? TEXT_BYTES_MAX : data.n});
    if (is_long) {
        buf_printf(b, "… (%zu bytes)", data.n);
    }
    buf_put_u8(b, '\n');
}

static void put_log_text(struct buf *b, const struct outcome *o, const struct outcome_log *l)
{
    buf_put_text(b, "log       ");
    put_address(b, &l->emitter);
    buf_put_u8(b, '\n');
    for (u32 i = 0; i < l->topic_count; i++) {
        buf_put_text(b, "  topic   ");
        put_data_text(b, (bytes){l->topic[i].b, 32});
    }
    buf_put_text(b, "  data    ");
    put_data_text(b, outcome_log_data(o, l));
}

static void put_status_text(struct buf *b, const struct outcome *o)
{
    const char *halt = outcome_halt(o);
    buf_printf(b, "status    %s%s%s\n", outcome_status(o), halt != NULL ? ": " : "",
               halt != NULL ? halt : "");
    struct buf reason = {0};
    if (o->result.status == EVM_REVERT && revert_reason(&reason, buf_bytes(&o->output))) {
        buf_printf(b, "reason    %.*s\n", (int)reason.n, (const char *)reason.p);
    }
    buf_fini(&reason);
}

void report_outcome_text(struct buf *b, const struct outcome *o, const struct timing *t)
{
    put_status_text(b, o);
    buf_put_text(b, "gas       ");
    put_number(b, o->gas_used);
    if (o->result.gas_refund != 0) {
        buf_printf(b, " (refund counter %lld)", (long long)o->result.gas_refund);
    }
    buf_put_text(b, "\noutput    ");
    put_data_text(b, buf_bytes(&o->output));
    if (o->is_create && o->result.status == EVM_SUCCESS) {
        buf_put_text(b, "created   ");
        put_address(b, &o->result.created);
        buf_put_u8(b, '\n');
    }
    for (usize i = 0; i < o->log_count; i++) {
        put_log_text(b, o, &o->log[i]);
    }
    if (o->result.instructions > 0 || o->result.pages > 0) {
        buf_put_text(b, "RISC-V    ");
        put_number(b, o->result.cycles);
        buf_put_text(b, " cycles, ");
        put_number(b, o->result.instructions);
        buf_printf(b, " instructions, %u pages\n", o->result.pages);
    }
    buf_put_text(b, "time      ");
    put_time(b, t->median);
    if (t->min != t->max) {
        buf_put_text(b, " (median; from ");
        put_time(b, t->min);
        buf_put_text(b, " to ");
        put_time(b, t->max);
        buf_put_u8(b, ')');
    }
    buf_put_u8(b, '\n');
}

struct slot_text {
    struct buf *out;
    address account;
};

static void name_account(void *ctx, const struct account *a, bytes code)
{
    (void)code;
    struct slot_text *t = ctx;
    t->account = *account_address(a);
}

static void put_slot_text(void *ctx, const u256 *key, const u256 *value)
{
    struct slot_text *t = ctx;
    buf_put_text(t->out, "storage   ");
    put_address(t->out, &t->account);
    buf_put_u8(t->out, '[');
    hex_put_quantity(t->out, *key);
    buf_put_text(t->out, "] = ");
    hex_put_quantity(t->out, *value);
    buf_put_u8(t->out, '\n');
}

void report_state_text(struct buf *b, struct state *s)
{
    struct slot_text t = {.out = b};
    struct state_visitor v = {.ctx = &t, .account = name_account, .slot = put_slot_text};
    state_visit(s, &v);
}
