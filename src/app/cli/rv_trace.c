// SPDX-License-Identifier: MIT
// RISC-V steps as text; see rv_trace.h. A line is completed when the next event shows what it
// changed.
#include "app/cli/rv_trace.h"

#include <string.h>

#include "engine/rv/disasm.h"
#include "lib/base/bytes.h"

#define FLUSH_SIZE (64u << 10)

static const char *const register_names[32] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

// The instruction's text, its operands in a column of their own, filled up to a fixed width.
static void put_instruction(struct buf *out, u32 bits, u32 pc)
{
    char text[RV_DISASM_MAX];
    usize start = out->n;
    rv_disasm(text, sizeof text, bits, pc, RV_DISASM_ALIASES);
    for (const char *p = text; *p != 0; p++) {
        if (*p != '\t') {
            buf_put_u8(out, (u8)*p);
            continue;
        }
        do {
            buf_put_u8(out, ' ');
        } while (out->n - start < 10);
    }
    while (out->n - start < 34) {
        buf_put_u8(out, ' ');
    }
}

static const char *service_name(u8 id)
{
    switch (id) {
#define SYSCALL(byte, NAME, name, FORK, gas, in, out, note)                                        \
    case byte:                                                                                     \
        return name;
#include "spec/syscalls.def"
    default:
        return "unknown";
    }
}

static void trim_spaces(struct buf *out)
{
    while (out->n > 0 && out->p[out->n - 1] == ' ') {
        out->n--;
    }
}

// Ends the held line with the registers that differ now.
static void complete(struct rv_trace *t, const struct rv_machine *m)
{
    if (!t->held) {
        return;
    }
    t->held = false;
    for (u32 i = 1; m != NULL && i < 32; i++) {
        if (m->x[i] != t->x[i]) {
            buf_printf(&t->out, "  %s=%#llx", register_names[i], (unsigned long long)m->x[i]);
        }
    }
    for (u32 i = 0; m != NULL && i < 32; i++) {
        if (m->f[i] != t->f[i]) {
            buf_printf(&t->out, "  f%u=%#llx", i, (unsigned long long)m->f[i]);
        }
    }
    trim_spaces(&t->out);
    buf_put_u8(&t->out, '\n');
    if (t->out.n >= FLUSH_SIZE) {
        rv_trace_flush(t);
    }
}

static void step(void *ctx, u32 depth, const struct rv_machine *m)
{
    struct rv_trace *t = ctx;
    complete(t, t->held && t->depth == depth ? m : NULL);
    const u8 *p = rv_slot_read(m->slot, m->pc, 2);
    u32 insn = p == NULL ? 0 : load_le16(p);
    bool is_short = (insn & 3) != 3;
    if (p != NULL && !is_short) {
        p = rv_slot_read(m->slot, m->pc, 4);
        insn = p == NULL ? insn : load_le32(p);
    }
    buf_printf(&t->out, is_short ? "%2u %08x      %04x  " : "%2u %08x  %08x  ", depth, m->pc, insn);
    put_instruction(&t->out, insn, m->pc);
    t->held = true;
    t->depth = depth;
    copy_bytes(t->x, m->x, sizeof t->x);
    copy_bytes(t->f, m->f, sizeof t->f);
}

static void service(void *ctx, u32 depth, u8 id, const struct rv_machine *m)
{
    struct rv_trace *t = ctx;
    (void)m;
    if (t->held && t->depth == depth) {
        buf_printf(&t->out, "  %s", service_name(id));
    }
}

static void frame_enter(void *ctx, const struct inspect_frame *f)
{
    struct rv_trace *t = ctx;
    complete(t, NULL);
    buf_printf(&t->out, "%2u begin, gas %llu\n", f->depth, (unsigned long long)f->gas);
}

static void frame_leave(void *ctx, const struct inspect_end *e)
{
    static const char *const names[] = {"success", "revert", "halt", "not begun"};
    struct rv_trace *t = ctx;
    complete(t, NULL);
    buf_printf(&t->out, "%2u end, %s%s%s, gas %llu left\n", e->depth, names[e->status & 3],
               e->status == 2 ? " " : "", e->status == 2 ? halt_name(e->halt) : "",
               (unsigned long long)e->gas_left);
}

void rv_trace_init(struct rv_trace *t, void (*write)(void *ctx, bytes text), void *ctx)
{
    *t = (struct rv_trace){.write = write, .ctx = ctx};
}

void rv_trace_fini(struct rv_trace *t)
{
    buf_fini(&t->out);
}

void rv_trace_flush(struct rv_trace *t)
{
    t->write(t->ctx, buf_bytes(&t->out));
    buf_clear(&t->out);
}

struct inspector rv_trace_inspector(struct rv_trace *t)
{
    return (struct inspector){
        .ctx = t,
        .frame_enter = frame_enter,
        .frame_leave = frame_leave,
        .rv_step = step,
        .service = service,
    };
}
