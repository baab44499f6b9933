// SPDX-License-Identifier: MIT
// See receipt.h.
#include "app/cli/kit/receipt.h"

#include <string.h>

#include "app/cli/kit/sol_value.h"
#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"

#define TOPICS_MAX 4u
#define TREE_DEPTH_MAX 60u // that is shown, below what JSON allows

bool receipt_succeeded(const json_value *receipt)
{
    u64 status = 0;
    return json_find_u64(&status, receipt, "status") == FAULT_NONE && status == 1;
}

// ---- events -------------------------------------------------------------------------------------

// The value of an indexed parameter; of one that does not fit a topic its hash is there.
static void put_topic(struct buf *out, const struct sol_type *type, const b256 *topic)
{
    struct sol_type one = *type;
    one.name = "";
    struct sol_type tuple = {.kind = SOL_TUPLE, .inner = &one, .inner_count = 1, .name = ""};
    struct buf text = {0};
    bool is_whole = !type->is_dynamic && type->head_words == 1 && type->kind < SOL_BYTES;
    if (is_whole && sol_decode_lines(&text, &tuple, (bytes){topic->b, 32})) {
        buf_put(out, text.p, text.n - 1);
    } else {
        buf_put_text(out, is_whole ? "" : "hash ");
        put_data(out, (bytes){topic->b, 32});
    }
    buf_fini(&text);
}

// The parameters that are not indexed, a line each.
static bool decode_data(struct buf *lines, const struct sol_item *event, bytes data)
{
    struct sol_type part[TOPICS_MAX + 64];
    struct sol_type tuple = {.kind = SOL_TUPLE, .inner = part, .name = ""};
    for (u32 i = 0; i < event->input.inner_count && tuple.inner_count < COUNT_OF(part); i++) {
        if (!event->input.inner[i].is_indexed) {
            part[tuple.inner_count++] = event->input.inner[i];
        }
    }
    return sol_decode_lines(lines, &tuple, data);
}

bool receipt_put_event(struct buf *out, const struct sol_abi *abi, const b256 *topic, u32 count,
                       bytes data)
{
    const struct sol_item *event = count > 0 ? sol_abi_event(abi, &topic[0]) : NULL;
    struct buf lines = {0};
    u32 indexed = 1;
    for (u32 i = 0; event != NULL && i < event->input.inner_count; i++) {
        indexed += event->input.inner[i].is_indexed;
    }
    bool ok = event != NULL && indexed == count && decode_data(&lines, event, data);
    if (ok) {
        const u8 *line = lines.p;
        u32 next = 1;
        buf_printf(out, "%s(", event->name);
        for (u32 i = 0; i < event->input.inner_count; i++) {
            const struct sol_type *t = &event->input.inner[i];
            buf_printf(out, "%s%s%s", i == 0 ? "" : ", ", t->name, t->name[0] != 0 ? ": " : "");
            if (t->is_indexed) {
                put_topic(out, t, &topic[next++]);
                continue;
            }
            const u8 *end = memchr(line, '\n', (usize)(lines.p + lines.n - line));
            buf_put(out, line, (usize)(end - line));
            line = end + 1;
        }
        buf_put_u8(out, ')');
    }
    buf_fini(&lines);
    return ok;
}

static enum fault put_log(struct buf *out, const json_value *log, const struct sol_abi *abi)
{
    json_value v;
    b256 topic[TOPICS_MAX];
    address at;
    struct buf data = {0};
    TRY(json_member(&v, log, "address"));
    TRY(json_get_address(&at, &v));
    TRY(json_member(&v, log, "topics"));
    usize count = json_count(&v);
    if (count > TOPICS_MAX) {
        return json_refuse(&v, "there are %zu topics", count);
    }
    for (usize i = 0; i < count; i++) {
        json_value t = json_element(&v, i);
        TRY(json_get_b256(&topic[i], &t));
    }
    TRY(json_find_data(&data, log, "data"));
    buf_put_text(out, "event        ");
    if (!receipt_put_event(out, abi, topic, (u32)count, buf_bytes(&data))) {
        for (usize i = 0; i < count; i++) {
            put_data(out, (bytes){topic[i].b, 32});
            buf_put_u8(out, ' ');
        }
        put_data(out, buf_bytes(&data));
    }
    buf_put_text(out, " of ");
    put_address(out, &at);
    buf_put_u8(out, '\n');
    buf_fini(&data);
    return FAULT_NONE;
}

static enum fault put_receipt(struct buf *out, bool *success, const json_value *receipt,
                              const struct receipt_view *view)
{
    json_value v;
    bool found;
    u64 gas = 0;
    u64 block = 0;
    u256 price = u256_zero();
    address created;
    TRY(json_find_u64(&gas, receipt, "gasUsed"));
    TRY(json_find_u64(&block, receipt, "blockNumber"));
    TRY(json_find_u256(&price, receipt, "effectiveGasPrice"));
    *success = receipt_succeeded(receipt);
    TRY(json_find(&v, &found, receipt, "contractAddress"));
    if (found) {
        TRY(json_get_address(&created, &v));
        buf_put_text(out, "contract     ");
        put_address(out, &created);
        buf_put_u8(out, '\n');
    }
    buf_put_text(out, "transaction  ");
    put_data(out, (bytes){view->hash.b, 32});
    buf_printf(out, "\nstatus       %s\nblock        %llu\ngas          ",
               *success ? "success" : "failed", (unsigned long long)block);
    put_number(out, gas);
    buf_printf(out, " at %llu wei\n", (unsigned long long)u256_to_u64_saturated(price));
    TRY(json_find(&v, &found, receipt, "logs"));
    for (usize i = 0; found && i < json_count(&v); i++) {
        json_value log = json_element(&v, i);
        TRY(put_log(out, &log, view->abi));
    }
    return FAULT_NONE;
}

bool receipt_put_text(struct buf *out, bool *success, const json_value *receipt,
                      const struct receipt_view *view)
{
    usize before = out->n;
    bool ok = json_kind_of(receipt) == JSON_KIND_OBJECT &&
              put_receipt(out, success, receipt, view) == FAULT_NONE;
    out->n = ok ? out->n : before;
    return ok;
}

// ---- calls --------------------------------------------------------------------------------------

static void put_member(struct buf *out, const json_value *frame, const char *name,
                       const char *before)
{
    json_value v;
    bool found;
    const char *text;
    usize n;
    if (json_find(&v, &found, frame, name) == FAULT_NONE && found &&
        json_kind_of(&v) == JSON_KIND_TEXT && json_get_text(&text, &n, &v) == FAULT_NONE) {
        buf_put_text(out, before);
        put_plain_text(out, (bytes){(const u8 *)text, n});
    }
}

static void put_cycles(struct buf *out, const json_value *frame)
{
    u64 cycles = 0;
    u64 pages = 0;
    if (json_find_u64(&cycles, frame, "cycles") == FAULT_NONE && cycles > 0 &&
        json_find_u64(&pages, frame, "pages") == FAULT_NONE) {
        buf_put_text(out, " (");
        put_number(out, cycles);
        buf_printf(out, " cycles, %llu pages)", (unsigned long long)pages);
    }
}

// What a call asks for: by the ABI if that knows it, else selector and size.
static void put_input(struct buf *out, const json_value *frame, const struct sol_abi *abi)
{
    struct buf input = {0};
    const struct sol_item *f = NULL;
    if (json_find_data(&input, frame, "input") == FAULT_NONE && input.n >= 4) {
        f = sol_abi_selected(abi, SOL_ITEM_FUNCTION, input.p);
        bytes arguments = bytes_slice(buf_bytes(&input), 4, input.n - 4);
        usize before = out->n;
        buf_printf(out, " %s", f != NULL ? f->name : "");
        if (f == NULL || !sol_decode_line(out, &f->input, arguments)) {
            out->n = before + 1;
            put_data(out, (bytes){input.p, 4});
            buf_printf(out, " and %zu bytes", arguments.n);
        }
    }
    buf_fini(&input);
}

struct tree {
    struct buf *out, indent;
    const struct sol_abi *abi;
};

static void put_frame(struct tree *t, const json_value *frame, u32 depth)
{
    struct buf *out = t->out;
    struct buf *indent = &t->indent;
    json_value calls;
    bool found;
    u64 gas = 0;
    put_member(out, frame, "type", "");
    put_member(out, frame, "to", " ");
    put_member(out, frame, "kind", " ");
    put_input(out, frame, t->abi);
    if (json_find_u64(&gas, frame, "gasUsed") == FAULT_NONE) {
        buf_put_text(out, "  ");
        put_number(out, gas);
        buf_put_text(out, " gas");
    }
    put_cycles(out, frame);
    put_member(out, frame, "error", "  ");
    put_member(out, frame, "revertReason", ": ");
    buf_put_u8(out, '\n');
    if (depth >= TREE_DEPTH_MAX || json_find(&calls, &found, frame, "calls") != FAULT_NONE ||
        !found) {
        return;
    }
    usize count = json_count(&calls);
    for (usize i = 0; i < count; i++) {
        json_value inner = json_element(&calls, i);
        usize before = indent->n;
        buf_put(out, indent->p, indent->n);
        buf_put_text(out, i + 1 < count ? "├─ " : "└─ ");
        buf_put_text(indent, i + 1 < count ? "│  " : "   ");
        put_frame(t, &inner, depth + 1);
        indent->n = before;
    }
}

// What a tracer saw; of riscvTracer the member `call` is the tree.
static bool ask_tracer(json_value *frame, json_value *call, struct rpc_client *node,
                       struct buf *why, const b256 *hash, const char *tracer)
{
    struct buf parameters = {0};
    bool found = false;
    buf_put_text(&parameters, "[\"");
    put_data(&parameters, (bytes){hash->b, 32});
    buf_printf(&parameters, "\",{\"tracer\":\"%s\"}]", tracer);
    buf_put_u8(&parameters, 0);
    buf_clear(why);
    bool ok =
        rpc_client_call(node, frame, why, "debug_traceTransaction", (const char *)parameters.p);
    buf_fini(&parameters);
    if (ok && (json_find(call, &found, frame, "call") != FAULT_NONE || !found)) {
        *call = *frame;
    }
    return ok;
}

bool receipt_put_calls(struct buf *out, struct rpc_client *node, const b256 *hash,
                       const struct sol_abi *abi)
{
    struct buf why = {0};
    struct tree t = {.out = out, .abi = abi};
    json_value frame;
    json_value call;
    bool ok = ask_tracer(&frame, &call, node, &why, hash, "riscvTracer") ||
              ask_tracer(&frame, &call, node, &why, hash, "callTracer");
    if (ok) {
        put_frame(&t, &call, 0);
    } else {
        buf_printf(out, "no calls are shown: %.*s\n", (int)why.n, (const char *)why.p);
    }
    buf_fini(&why);
    buf_fini(&t.indent);
    return ok;
}

void receipt_put_failure(struct buf *out, struct rpc_client *node, const b256 *hash,
                         const struct sol_abi *abi)
{
    struct buf why = {0};
    struct buf data = {0};
    json_value frame;
    json_value call;
    if (ask_tracer(&frame, &call, node, &why, hash, "callTracer")) {
        put_member(out, &call, "error", ": ");
        if (json_find_data(&data, &call, "output") == FAULT_NONE && data.n > 0) {
            buf_put_text(out, ": ");
            if (!sol_abi_put_revert(out, abi, buf_bytes(&data))) {
                put_data(out, buf_bytes(&data));
            }
        }
    }
    buf_fini(&why);
    buf_fini(&data);
}
