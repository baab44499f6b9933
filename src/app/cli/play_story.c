// SPDX-License-Identifier: MIT
// How a played step is told: as a story with names and decoded values, or as a JSON line
// (docs/play.md, "Output").
#include <string.h>

#include "app/cli/play.h"
#include "app/cli/report.h"
#include "core/trace/put.h"
#include "core/trace/reason.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"

#define DATA_SHOWN_MAX 96 // bytes of data that are not decoded

// ---- values -------------------------------------------------------------------------------------

void play_put_account(struct play *p, struct buf *out, const address *a)
{
    const char *name = play_name_of(p, a);
    if (name != NULL) {
        buf_put_text(out, name);
    } else {
        put_address(out, a);
    }
}

static void put_bytes(struct buf *out, bytes data)
{
    bool is_long = data.n > DATA_SHOWN_MAX;
    put_data(out, (bytes){data.p, is_long ? DATA_SHOWN_MAX : data.n});
    if (is_long) {
        buf_printf(out, "… (%zu bytes)", data.n);
    }
}

static void put_values(struct play *p, struct buf *out, const struct abi_signature *s,
                       const struct abi_value *value)
{
    buf_printf(out, "%s(", s->name);
    for (u32 i = 0; i < s->count; i++) {
        buf_put_text(out, i == 0 ? "" : ", ");
        abi_put_value(out, &s->type[i], &value[i], play_name_of, p);
    }
    buf_put_u8(out, ')');
}

// Data that begin with a known selector.
static bool put_selected(struct play *p, struct buf *out, bytes data)
{
    if (data.n < 4) {
        return false;
    }
    for (u32 i = 0; i < p->signature_count; i++) {
        const struct abi_signature *s = &p->signature[i];
        struct abi_value value[ABI_TYPES_MAX];
        if (equal_bytes(s->hash.b, data.p, 4) &&
            abi_decode(value, s->type, s->count, bytes_slice(data, 4, data.n - 4))) {
            put_values(p, out, s, value);
            return true;
        }
    }
    return false;
}

bool play_describe_input(void *play, struct buf *out, bytes input)
{
    return put_selected(play, out, input);
}

bool play_describe_revert(void *play, struct buf *out, bytes output)
{
    return put_selected(play, out, output);
}

// The values of an event's log by one signature, if it fits.
static bool decode_log(struct abi_value *value, const struct abi_signature *s,
                       const struct outcome_log *l, bytes data)
{
    struct abi_type type[ABI_TYPES_MAX];
    struct abi_value decoded[ABI_TYPES_MAX];
    u32 indexed = 0;
    u32 count = 0;
    for (u32 i = 0; i < s->count; i++) {
        if (s->type[i].indexed) {
            indexed++;
        } else {
            type[count++] = s->type[i];
        }
    }
    if (l->topic_count != 1 + indexed || !b256_equal(&l->topic[0], &s->hash) ||
        !abi_decode(decoded, type, count, data)) {
        return false;
    }
    u32 topic = 1;
    u32 next = 0;
    for (u32 i = 0; i < s->count; i++) {
        value[i] = s->type[i].indexed
                       ? (struct abi_value){.word = u256_from_b256(l->topic[topic++])}
                       : decoded[next++];
    }
    return true;
}

static bool put_event(struct play *p, struct buf *out, const struct outcome_log *l, bytes data)
{
    for (u32 i = 0; i < p->signature_count; i++) {
        struct abi_value value[ABI_TYPES_MAX];
        if (decode_log(value, &p->signature[i], l, data)) {
            put_values(p, out, &p->signature[i], value);
            return true;
        }
    }
    return false;
}

bool play_describe_log(void *play, struct buf *out, const struct state_log *l, bytes data)
{
    struct outcome_log log = {.emitter = l->emitter, .topic_count = l->topic_count};
    copy_bytes(log.topic, l->topic, sizeof log.topic);
    return put_event(play, out, &log, data);
}

void play_put_log(struct play *p, struct buf *out, const struct outcome_log *l, bytes data)
{
    play_put_account(p, out, &l->emitter);
    buf_put_u8(out, ' ');
    if (put_event(p, out, l, data)) {
        return;
    }
    buf_put_text(out, "topics [");
    for (u32 i = 0; i < l->topic_count; i++) {
        buf_put_text(out, i == 0 ? "" : ", ");
        put_data(out, (bytes){l->topic[i].b, 32});
    }
    buf_put_text(out, "] data ");
    put_bytes(out, data);
}

void play_put_output(struct play *p, struct buf *out, const struct play_result *r, bytes output)
{
    struct abi_value value[ABI_TYPES_MAX];
    const struct abi_signature *s = r->output_types;
    usize skipped = s != NULL && s->name[0] != 0 ? 4 : 0;
    if (s != NULL && output.n >= skipped && equal_bytes(s->hash.b, output.p, skipped) &&
        abi_decode(value, s->type, s->count, bytes_slice(output, skipped, output.n - skipped))) {
        put_values(p, out, s, value);
        return;
    }
    if (put_selected(p, out, output)) {
        return;
    }
    usize before = out->n;
    buf_put_u8(out, '"');
    if (revert_reason(out, output)) {
        buf_put_u8(out, '"');
        return;
    }
    out->n = before;
    put_bytes(out, output);
}

// ---- the story ----------------------------------------------------------------------------------

static void put_execution(struct play *p, const struct play_result *r)
{
    struct buf *b = &p->out;
    const struct outcome *o = &r->outcome;
    const char *halt = outcome_halt(o);
    bool has_target = !o->is_create || o->result.status == EVM_SUCCESS;
    buf_printf(b, "      %s%s", r->action, has_target ? " " : "");
    if (has_target) {
        play_put_account(p, b, &r->target);
    }
    buf_printf(b, ": %s%s%s, gas ", outcome_status(o), halt != NULL ? ": " : "",
               halt != NULL ? halt : "");
    put_number(b, o->gas_used);
    if (o->result.gas_refund != 0) {
        buf_printf(b, " (refund counter %lld)", (long long)o->result.gas_refund);
    }
    if (o->result.instructions > 0) {
        buf_put_text(b, ", ");
        put_number(b, o->result.cycles);
        buf_put_text(b, " cycles");
    }
    buf_put_text(b, ", ");
    put_time(b, o->time_ns);
    buf_put_u8(b, '\n');
    if (!o->is_create && o->output.n > 0) {
        buf_put_text(b, o->result.status == EVM_SUCCESS ? "      returns " : "      reverts with ");
        play_put_output(p, b, r, buf_bytes(&o->output));
        buf_put_u8(b, '\n');
    } else if (o->result.status == EVM_REVERT && o->output.n > 0) {
        buf_put_text(b, "      reverts with ");
        play_put_output(p, b, r, buf_bytes(&o->output));
        buf_put_u8(b, '\n');
    }
    for (usize i = 0; i < o->log_count; i++) {
        buf_put_text(b, "      log ");
        play_put_log(p, b, &o->log[i], outcome_log_data(o, &o->log[i]));
        buf_put_u8(b, '\n');
    }
    if (p->tree != NULL) {
        calltree_put_text(p->tree, b, "      | ");
    }
}

// Calls `put` for each line of the failures.
static void put_failures(struct buf *b, const struct play_result *r, const char *before,
                         const char *between, void (*put)(struct buf *b, bytes text))
{
    const u8 *p = r->failures.p;
    const u8 *end = p == NULL ? p : p + r->failures.n;
    bool first = true;
    while (p < end) {
        const u8 *stop = memchr(p, '\n', (usize)(end - p));
        buf_put_text(b, first ? "" : between);
        buf_put_text(b, before);
        put(b, (bytes){p, (usize)(stop - p)});
        buf_put_text(b, before[0] == '"' ? "\"" : "\n");
        first = false;
        p = stop + 1;
    }
}

void play_put_story(struct play *p, const struct play_result *r)
{
    struct buf *b = &p->out;
    if (strcmp(r->action, "note") == 0) {
        buf_printf(b, "\n%s\n", r->title);
    } else {
        buf_printf(b, "%4u  %s\n", p->step, r->title[0] != 0 ? r->title : r->action);
    }
    if (r->executed) {
        put_execution(p, r);
    }
    put_failures(b, r, "      FAILED ", "", put_plain_text);
}

void play_put_json(struct play *p, const struct play_result *r)
{
    struct buf *b = &p->out;
    struct timing t = {r->outcome.time_ns, r->outcome.time_ns, r->outcome.time_ns};
    buf_printf(b, "{\"step\":%u,\"name\":\"", p->step);
    put_json_text(b, (bytes){(const u8 *)r->title, strlen(r->title)});
    buf_put_text(b, "\",\"failed\":[");
    put_failures(b, r, "\"", ",", put_json_text);
    buf_put_text(b, "],");
    report_outcome_json(b, &r->outcome);
    report_figures_json(b, &r->outcome, &t);
    if (p->tree != NULL) {
        buf_put_text(b, ",\"calls\":");
        calltree_put_json(p->tree, b);
    }
    buf_put_text(b, "}\n");
}
