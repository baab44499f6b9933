// SPDX-License-Identifier: MIT
// Transactions without a chain; see execute.h.
#include "app/cli/execute.h"

#include "app/api/transaction.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/os/time.h"

void outcome_fini(struct outcome *o)
{
    buf_fini(&o->output);
    buf_fini(&o->log_data);
    mem_free(o->log);
    *o = (struct outcome){0};
}

const char *outcome_status(const struct outcome *o)
{
    static const char *const names[] = {"success", "revert", "halt", "halt"};
    return names[o->result.status & 3];
}

const char *outcome_halt(const struct outcome *o)
{
    if (o->result.status < EVM_HALT) {
        return NULL;
    }
    // A top creation that cannot begin has a sender whose nonce is used up.
    return halt_name(o->result.halt == HALT_NONE ? HALT_NONCE_OVERFLOW : o->result.halt);
}

bytes outcome_log_data(const struct outcome *o, const struct outcome_log *l)
{
    return (bytes){o->log_data.p + l->data_at, l->data_size};
}

void session_open(struct session *s, enum vm_form form)
{
    s->vm = vm_new(form);
    vm_set_rules(s->vm, s->fork, &s->params);
    s->state = state_new(NULL);
}

void session_close(struct session *s)
{
    vm_free(s->vm);
    state_free(s->state);
    environment_fini(&s->environment);
}

void session_fresh_state(struct session *s)
{
    state_free(s->state);
    s->state = state_new(NULL);
}

static void copy_logs(struct outcome *out, const struct state *s)
{
    out->log_count = state_log_count(s);
    out->log = mem_realloc(out->log, out->log_count * sizeof *out->log);
    for (usize i = 0; i < out->log_count; i++) {
        const struct state_log *l = state_log_at(s, i);
        bytes data = state_log_data(s, l);
        out->log[i] = (struct outcome_log){.emitter = l->emitter,
                                           .topic_count = l->topic_count,
                                           .data_at = out->log_data.n,
                                           .data_size = data.n};
        copy_bytes(out->log[i].topic, l->topic, sizeof l->topic);
        buf_put(&out->log_data, data.p, data.n);
    }
}

enum fault session_execute(struct session *s, struct outcome *out, const struct vm_message *m)
{
    environment_give(&s->environment, s->vm, &m->from);
    transaction_begin(s->state, s->vm, s->fork, m, &s->environment.block.coinbase);
    buf_clear(&out->output);
    buf_clear(&out->log_data);
    u64 begin = os_cpu_ns();
    enum fault f = vm_execute(s->vm, s->state, m, &out->result);
    out->time_ns = os_cpu_ns() - begin;
    TRY(f);
    out->is_create = m->is_create;
    out->gas_used = m->gas - out->result.gas_left;
    bytes output = transaction_output(s->state, m, &out->result);
    buf_put(&out->output, output.p, output.n);
    out->result.output = buf_bytes(&out->output);
    copy_logs(out, s->state);
    if (out->result.status != EVM_SUCCESS) {
        out->log_count = 0;
        out->result.gas_refund = 0;
    }
    transaction_end(s->state, s->fork);
    return state_take_fault(s->state);
}
