// SPDX-License-Identifier: MIT
// What only this chain has: two kinds of code, and what RISC-V code costs.
#include "core/precompile/precompile.h"
#include "core/trace/calltree.h"
#include "engine/evm/opcode.h"
#include "engine/rv/disasm.h"
#include "engine/rv/hv1.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "lib/os/time.h"
#include "node/rpc/replay.h"

#define LINES_MAX 20000u // of one disassembly

// ---- kinds of code

static bool is_designator(bytes code)
{
    return code.n == 23 && code.p[0] == 0xEF && code.p[1] == 0x01 && code.p[2] == 0x00;
}

static bool is_riscv(struct rpc_call *c, const struct header *h, bytes code)
{
    return node_rules_of(c->node, h).params.riscv && code.n > 0 && code.p[0] == 0xFF;
}

static void put_image(struct json_writer *w, bytes code)
{
    struct hv1_image image;
    u32 at;
    enum hv1_verdict v = hv1_validate(&image, &at, bytes_slice(code, 1, code.n - 1));
    json_begin_object(w, "image");
    json_put_bool(w, "valid", v == HV1_OK);
    if (v != HV1_OK) {
        json_put_text(w, "reason", hv1_verdict_text(v));
        json_end(w);
        return;
    }
    json_put_quantity_u64(w, "entry", image.entry);
    json_put_number(w, "stackSize", image.stack_size);
    json_put_number(w, "writablePages", image.writable_pages);
    json_put_quantity_u64(w, "heap", image.heap_lo);
    json_begin_list(w, "segments");
    for (u32 i = 0; i < image.segment_count; i++) {
        const struct hv1_segment *s = &image.segment[i];
        char access[4] = {s->r ? 'r' : '-', s->w ? 'w' : '-', s->x ? 'x' : '-', 0};
        json_begin_object(w, NULL);
        json_put_quantity_u64(w, "address", s->gva);
        json_put_number(w, "size", s->size);
        json_put_number(w, "fileSize", s->file_size);
        json_put_text(w, "access", access);
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

bool rpc_hybrid_get_code_info(struct rpc_call *c)
{
    json_value v;
    address at;
    const struct stored_block *b;
    struct node_view view;
    struct json_writer *w = c->out;
    if (!rpc_param(c, &v, 0) || !rpc_value_address(c, &at, &v) || !rpc_param_block(c, &b, 1)) {
        return false;
    }
    (void)node_view_open(&view, c->node, b);
    struct account *a = state_account(view.state, &at);
    bytes code = account_code(view.state, a);
    bool riscv = is_riscv(c, &b->header, code);
    enum fork f = node_rules_of(c->node, &b->header).fork;
    json_begin_object(w, NULL);
    json_put_text(w, "kind",
                  precompile_find(f, &at) != NULL ? "precompile"
                  : riscv                         ? "riscv"
                  : is_designator(code)           ? "delegation"
                  : code.n > 0                    ? "evm"
                                                  : "none");
    json_put_number(w, "size", code.n);
    json_put_b256(w, "codeHash", account_code_hash(a));
    if (riscv) {
        put_image(w, code);
    } else if (is_designator(code)) {
        json_put_address(w, "target", (const address *)(code.p + 3));
    }
    json_end(w);
    enum fault fault = state_take_fault(view.state);
    node_view_close(&view);
    return fault == FAULT_NONE || rpc_fail_fault(c, fault);
}

// ---- what a transaction cost

struct costs {
    u64 cycles, instructions;
    u32 pages; // the most of one frame
    u32 frames[4];
};

static void on_enter(void *ctx, const struct inspect_frame *f)
{
    struct costs *k = ctx;
    k->frames[f->kind]++;
}

static void on_leave(void *ctx, const struct inspect_end *e)
{
    struct costs *k = ctx;
    k->cycles += e->cycles;
    k->instructions += e->instructions;
    k->pages = e->pages > k->pages ? e->pages : k->pages;
}

bool rpc_hybrid_get_transaction_costs(struct rpc_call *c)
{
    const struct stored_block *b;
    usize index;
    struct costs k = {0};
    struct inspector look = {.ctx = &k, .frame_enter = on_enter, .frame_leave = on_leave};
    if (!rpc_param_transaction(c, &b, &index)) {
        return false;
    }
    if (b == NULL) {
        json_put_null(c->out, NULL);
        return true;
    }
    if (!rpc_replay(c, b, index, &look)) {
        return false;
    }
    json_begin_object(c->out, NULL);
    json_put_quantity_u64(c->out, "gasUsed", b->transactions[index].gas_used);
    json_put_quantity_u64(c->out, "cycles", k.cycles);
    json_put_quantity_u64(c->out, "instructions", k.instructions);
    json_put_number(c->out, "pages", k.pages);
    json_begin_object(c->out, "frames");
    json_put_number(c->out, "evm", k.frames[INSPECT_EVM]);
    json_put_number(c->out, "riscv", k.frames[INSPECT_RISCV]);
    json_put_number(c->out, "precompile", k.frames[INSPECT_PRECOMPILE]);
    json_put_number(c->out, "none", k.frames[INSPECT_NONE]);
    json_end(c->out);
    json_end(c->out);
    return true;
}

// ---- call trees

static void put_tree(struct rpc_call *c, const struct calltree *t)
{
    struct buf text = {0};
    calltree_put_json(t, &text);
    json_put_raw(c->out, NULL, buf_bytes(&text));
    buf_fini(&text);
}

bool rpc_hybrid_get_call_tree(struct rpc_call *c)
{
    const struct stored_block *b;
    usize index;
    struct calltree_params params = {.clock = os_now_ns};
    if (!rpc_param_transaction(c, &b, &index)) {
        return false;
    }
    if (b == NULL) {
        json_put_null(c->out, NULL);
        return true;
    }
    struct calltree *t = calltree_new(&params);
    struct inspector look = calltree_inspector(t);
    bool ok = rpc_replay(c, b, index, &look);
    if (ok) {
        put_tree(c, t);
    }
    calltree_free(t);
    return ok;
}

bool rpc_hybrid_trace_call(struct rpc_call *c)
{
    struct rpc_prepared p;
    struct node_outcome outcome = {.verdict = VERDICT_VALID};
    struct calltree_params params = {.clock = os_now_ns};
    struct calltree *t = calltree_new(&params);
    struct inspector look = calltree_inspector(t);
    bool ok = rpc_prepare(c, &p);
    if (ok) {
        p.call.inspector = &look;
        enum fault f = node_run(c->node, &p.call, &outcome);
        ok = f == FAULT_NONE || rpc_fail_fault(c, f);
        ok = ok && (outcome.verdict == VERDICT_VALID || rpc_fail_verdict(c, outcome.verdict));
    }
    if (ok) {
        put_tree(c, t);
    }
    calltree_free(t);
    node_outcome_fini(&outcome);
    rpc_prepared_fini(&p);
    return ok;
}

// ---- disassembly

static void put_line(struct json_writer *w, u64 at, bytes raw, const char *text)
{
    json_begin_object(w, NULL);
    json_put_quantity_u64(w, "pc", at);
    json_put_data(w, "bytes", raw.p, raw.n);
    json_put_text(w, "text", text);
    json_end(w);
}

static u32 put_evm(struct json_writer *w, enum fork f, bytes code)
{
    u32 lines = 0;
    for (usize at = 0; at < code.n && lines < LINES_MAX; lines++) {
        struct opcode_info o = opcode_info(f, code.p[at]);
        usize size = o.defined && o.size > 0 ? o.size : 1;
        size = size < code.n - at ? size : code.n - at;
        struct buf text = {0};
        buf_put_text(&text, o.name);
        if (size > 1) {
            buf_put_text(&text, " 0x");
            for (usize i = 1; i < size; i++) {
                buf_printf(&text, "%02x", code.p[at + i]);
            }
        }
        buf_put_u8(&text, 0);
        put_line(w, at, bytes_slice(code, at, size), (const char *)text.p);
        buf_fini(&text);
        at += size;
    }
    return lines;
}

static u32 put_segment(struct json_writer *w, u64 gva, bytes text, u32 lines)
{
    for (usize at = 0; at + 2 <= text.n && lines < LINES_MAX; lines++) {
        char line[RV_DISASM_MAX];
        u32 bits = load_le16(text.p + at);
        usize size = (bits & 3) == 3 && at + 4 <= text.n ? 4 : 2;
        bits = size == 4 ? load_le32(text.p + at) : bits;
        (void)rv_disasm(line, sizeof line, bits, gva + at, RV_DISASM_ALIASES);
        put_line(w, gva + at, bytes_slice(text, at, size), line);
        at += size;
    }
    return lines;
}

static void put_riscv(struct json_writer *w, bytes code)
{
    struct hv1_image image;
    u32 at;
    u32 lines = 0;
    bytes elf = bytes_slice(code, 1, code.n - 1);
    if (hv1_validate(&image, &at, elf) != HV1_OK) {
        return;
    }
    for (u32 i = 0; i < image.segment_count; i++) {
        const struct hv1_segment *s = &image.segment[i];
        if (s->x) {
            lines = put_segment(w, s->gva, bytes_slice(elf, s->offset, s->file_size), lines);
        }
    }
}

// Of an account's code, or of bytes that are given: what is longer than an address is code.
bool rpc_hybrid_disassemble(struct rpc_call *c)
{
    json_value v;
    struct buf given = {0};
    const struct stored_block *b;
    struct node_view view;
    if (!rpc_param(c, &v, 0) || !rpc_value_data(c, &given, &v) || !rpc_param_block(c, &b, 1)) {
        buf_fini(&given);
        return false;
    }
    (void)node_view_open(&view, c->node, b);
    bytes code = buf_bytes(&given);
    if (given.n == sizeof(address)) {
        address at;
        copy_bytes(at.b, given.p, sizeof at.b);
        code = account_code(view.state, state_account(view.state, &at));
    }
    bool riscv = is_riscv(c, &b->header, code);
    json_begin_object(c->out, NULL);
    json_put_text(c->out, "kind", riscv ? "riscv" : "evm");
    json_begin_list(c->out, "lines");
    if (riscv) {
        put_riscv(c->out, code);
    } else {
        (void)put_evm(c->out, node_rules_of(c->node, &b->header).fork, code);
    }
    json_end(c->out);
    json_end(c->out);
    enum fault f = state_take_fault(view.state);
    node_view_close(&view);
    buf_fini(&given);
    return f == FAULT_NONE || rpc_fail_fault(c, f);
}
