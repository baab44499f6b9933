// SPDX-License-Identifier: MIT
// Tracers of the public API as inspectors of the engine.
#include "app/api/api.h"
#include "core/state/state.h"
#include "lib/base/bytes.h"

static void enter(void *ctx, const struct inspect_frame *f)
{
    const struct hybrid_tracer *t = ctx;
    struct hybrid_frame frame = {
        .depth = f->depth,
        .op = f->op,
        .kind = (enum hybrid_kind)f->kind,
        .is_static = f->is_static,
        .from = api_address_out(&f->from),
        .to = api_address_out(&f->to),
        .code = api_address_out(&f->code),
        .value = api_word_out(f->value),
        .gas = f->gas,
        .input = api_bytes_out(f->input),
    };
    t->enter(t->context, &frame);
}

static_assert((int)HYBRID_KIND_NONE == INSPECT_NONE && (int)HYBRID_KIND_EVM == INSPECT_EVM &&
                  (int)HYBRID_KIND_RISCV == INSPECT_RISCV &&
                  (int)HYBRID_KIND_PRECOMPILE == INSPECT_PRECOMPILE,
              "the public numbers are the engine's");

static void leave(void *ctx, const struct inspect_end *e)
{
    const struct hybrid_tracer *t = ctx;
    struct hybrid_frame_end end = {
        .depth = e->depth,
        .status = e->status,
        .halt = e->status == HYBRID_HALT ? halt_name(e->halt) : NULL,
        .gas_left = e->gas_left,
        .output = api_bytes_out(e->output),
        .cycles = e->cycles,
        .instructions = e->instructions,
        .pages = e->pages,
    };
    t->leave(t->context, &end);
}

static void step(void *ctx, const struct inspect_step *s)
{
    const struct hybrid_tracer *t = ctx;
    struct hybrid_step out = {
        .depth = s->depth,
        .pc = s->pc,
        .op = s->op,
        .gas = s->gas,
        .refund = s->refund,
        .stack = s->stack_height > 0 ? s->stack[0].w : NULL,
        .stack_height = s->stack_height,
        .memory = api_bytes_out(s->memory),
    };
    t->step(t->context, &out);
}

static void log_event(void *ctx, u32 depth, const struct state_log *l, bytes data)
{
    const struct hybrid_tracer *t = ctx;
    struct hybrid_log out = {
        .address = api_address_out(&l->emitter),
        .topic_count = l->topic_count,
        .data = api_bytes_out(data),
    };
    copy_bytes(out.topics, l->topic, l->topic_count * sizeof l->topic[0]);
    t->log(t->context, depth, &out);
}

static void debug_log(void *ctx, u32 depth, bytes text)
{
    const struct hybrid_tracer *t = ctx;
    t->debug_log(t->context, depth, api_bytes_out(text));
}

static void write_lines(void *ctx, bytes text)
{
    const struct hybrid_vm *vm = ctx;
    vm->write(vm->write_context, api_bytes_out(text));
}

void api_trace_attach(struct hybrid_vm *vm)
{
    vm->tee = (struct tee){0};
    const struct hybrid_tracer *t = &vm->tracer;
    if (vm->has_tracer) {
        struct inspector i = {
            .ctx = &vm->tracer,
            .frame_enter = t->enter != NULL ? enter : NULL,
            .frame_leave = t->leave != NULL ? leave : NULL,
            .evm_step = t->step != NULL ? step : NULL,
            .log = t->log != NULL ? log_event : NULL,
            .debug_log = t->debug_log != NULL ? debug_log : NULL,
        };
        tee_add(&vm->tee, &i);
    }
    if (vm->has_eip3155) {
        vm->eip3155.fork = vm->fork;
        struct inspector i = eip3155_inspector(&vm->eip3155);
        tee_add(&vm->tee, &i);
    }
    struct inspector all = tee_inspector(&vm->tee);
    vm_set_inspector(vm->vm, vm->tee.count > 0 ? &all : NULL);
}

void api_trace_flush(struct hybrid_vm *vm)
{
    if (vm->has_eip3155) {
        eip3155_flush(&vm->eip3155);
    }
}

void api_trace_fini(struct hybrid_vm *vm)
{
    if (vm->has_eip3155) {
        eip3155_fini(&vm->eip3155);
    }
}

PUBLIC void hybrid_vm_set_tracer(struct hybrid_vm *vm, const struct hybrid_tracer *tracer)
{
    vm->has_tracer = tracer != NULL;
    vm->tracer = tracer != NULL ? *tracer : (struct hybrid_tracer){0};
    api_trace_attach(vm);
}

PUBLIC void hybrid_vm_set_eip3155(struct hybrid_vm *vm,
                                  void (*write)(void *context, struct hybrid_bytes text),
                                  void *context)
{
    api_trace_fini(vm);
    vm->has_eip3155 = write != NULL;
    vm->write = write;
    vm->write_context = context;
    if (write != NULL) {
        eip3155_init(&vm->eip3155, vm->fork, write_lines, vm);
    }
    api_trace_attach(vm);
}
