// SPDX-License-Identifier: MIT
// The namespace hybrid_: what code an account has, as facts and as a listing. `kind` is none, evm,
// riscv, or delegation (EIP-7702, whose target is told).
#include "core/trace/listing.h"
#include "engine/rv/hv1.h"
#include "lib/base/bytes.h"
#include "lib/crypto/hash/keccak.h"
#include "node/rpc/priv.h"

#define DELEGATION_SIZE 23u // ef0100 and an address

struct code_place {
    struct node_view view;
    bytes code;
    enum fork fork;
    bool is_riscv, is_delegation;
};

// The code of the account in params[0] after the block in params[1].
static bool open_code(struct rpc_call *c, struct code_place *p)
{
    static const u8 designator[] = {0xEF, 0x01, 0x00};
    json_value v;
    address at;
    const struct stored_block *b;
    if (!rpc_param(c, &v, 0) || !rpc_value_address(c, &at, &v) || !rpc_param_block(c, &b, 1)) {
        return false;
    }
    struct block_rules rules = node_rules_of(c->node, &b->header);
    (void)node_view_open(&p->view, c->node, b);
    p->code = account_code(p->view.state, state_account(p->view.state, &at));
    p->fork = rules.fork;
    p->is_riscv = rules.params.riscv && p->code.n > 0 && p->code.p[0] == 0xFF;
    p->is_delegation =
        p->code.n == DELEGATION_SIZE && equal_bytes(p->code.p, designator, sizeof designator);
    return true;
}

static bool close_code(struct rpc_call *c, struct code_place *p)
{
    enum fault f = state_take_fault(p->view.state);
    node_view_close(&p->view);
    return f == FAULT_NONE || rpc_fail_fault(c, f);
}

static const char *kind_of(const struct code_place *p)
{
    return p->code.n == 0     ? "none"
           : p->is_riscv      ? "riscv"
           : p->is_delegation ? "delegation"
                              : "evm";
}

static void put_image(struct json_writer *w, const struct hv1_image *image)
{
    json_begin_object(w, "image");
    json_put_quantity_u64(w, "entry", image->entry);
    json_put_quantity_u64(w, "stackSize", image->stack_size);
    json_put_quantity_u64(w, "heap", image->heap_lo);
    json_begin_list(w, "segments");
    for (u32 i = 0; i < image->segment_count; i++) {
        const struct hv1_segment *s = &image->segment[i];
        char access[4] = {s->r ? 'r' : '-', s->w ? 'w' : '-', s->x ? 'x' : '-', 0};
        json_begin_object(w, NULL);
        json_put_quantity_u64(w, "address", s->gva);
        json_put_text(w, "access", access);
        json_put_quantity_u64(w, "size", s->size);
        json_put_quantity_u64(w, "fileSize", s->file_size);
        json_end(w);
    }
    json_end(w);
    json_end(w);
    // One page of calldata, the stack, the data: what a call with little input gets at its start.
    u32 stack_pages = image->stack_size / RV_PAGE_SIZE;
    json_put_quantity_u64(w, "pages", 1 + stack_pages + image->writable_pages);
}

bool rpc_hybrid_get_code_info(struct rpc_call *c)
{
    struct code_place p;
    struct hv1_image image;
    b256 hash;
    if (!open_code(c, &p)) {
        return false;
    }
    keccak256(&hash, p.code.p, p.code.n);
    json_begin_object(c->out, NULL);
    json_put_text(c->out, "kind", kind_of(&p));
    json_put_quantity_u64(c->out, "size", p.code.n);
    json_put_b256(c->out, "codeHash", &hash);
    if (p.is_delegation) {
        address target;
        copy_bytes(target.b, p.code.p + 3, sizeof target.b);
        json_put_address(c->out, "target", &target);
    }
    if (p.is_riscv) {
        u32 header;
        enum hv1_verdict v = hv1_validate(&image, &header, bytes_slice(p.code, 1, p.code.n - 1));
        json_put_bool(c->out, "valid", v == HV1_OK);
        if (v == HV1_OK) {
            put_image(c->out, &image);
        } else {
            json_put_text(c->out, "rule", hv1_verdict_name(v));
            json_put_text(c->out, "problem", hv1_verdict_text(v));
        }
    }
    json_end(c->out);
    return close_code(c, &p);
}

static void put_line(void *ctx, const struct listing_line *l)
{
    struct json_writer *w = ctx;
    json_begin_object(w, NULL);
    json_put_quantity_u64(w, "pc", l->pc);
    json_put_data(w, "bytes", l->raw.p, l->raw.n);
    json_put_text(w, "text", l->text);
    json_end(w);
}

bool rpc_hybrid_disassemble(struct rpc_call *c)
{
    struct code_place p;
    if (!open_code(c, &p)) {
        return false;
    }
    json_begin_object(c->out, NULL);
    json_put_text(c->out, "kind", kind_of(&p));
    json_begin_list(c->out, "lines");
    bool is_valid = listing_walk(p.code, p.is_riscv, p.fork, put_line, c->out);
    json_end(c->out);
    json_put_bool(c->out, "valid", is_valid);
    json_end(c->out);
    return close_code(c, &p);
}
