// SPDX-License-Identifier: MIT
// Executing and reporting a plan; see run.h. Each repetition begins with a state made anew and the
// same VM, whose decoded programs stay warm. If something is traced and there are several
// repetitions, one more is made first, so that the times are those of executions that nobody looks
// at.
#include "app/cli/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/report.h"
#include "app/cli/rv_trace.h"
#include "core/trace/calltree.h"
#include "core/trace/console.h"
#include "core/trace/eip3155.h"
#include "core/trace/tee.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"
#include "lib/os/time.h"

struct part { // the creation or the call
    struct outcome outcome;
    u64 *ns; // of each repetition
    struct timing timing;
    struct buf state; // storage, balances, nonces; as JSON or as text
    struct buf calls;
    struct buf said; // what contracts said, a line each
};

struct runner {
    struct run_plan *plan;
    struct part create, call;
    bool called; // there was a call
    FILE *trace;
    bool trace_failed;
    struct eip3155 eip3155;
    struct rv_trace rv_trace;
    struct calltree *tree;
    struct console console;
    struct part *running; // whose lines are heard
    struct tee tee;
};

// ---- plans --------------------------------------------------------------------------------------

void run_plan_init(struct run_plan *p, const char *command)
{
    *p = (struct run_plan){.command = command, .gas = 60000000, .repeat = 1};
    p->from.b[19] = 0xf0;
    p->to.b[19] = 0x70;
    p->session.fork = FORK_LATEST;
    p->session.params = vm_params_default();
    environment_init(&p->session.environment);
}

void run_plan_fini(struct run_plan *p)
{
    buf_fini(&p->code);
    buf_fini(&p->input);
    alloc_fini(&p->alloc);
    environment_fini(&p->session.environment);
}

// ---- state --------------------------------------------------------------------------------------

// A fresh state as the plan says.
static void make_state(struct run_plan *p)
{
    struct session *s = &p->session;
    session_fresh_state(s);
    alloc_give(&p->alloc, s->state);
    state_begin_transaction(s->state);
    if (p->kind == RUN_CALL && p->has_code) {
        state_set_code(s->state, state_account(s->state, &p->to), buf_bytes(&p->code));
    }
    if (!p->has_alloc) {
        u256 plenty = {{0, 0, 1, 0}}; // 2^128
        state_set_balance(s->state, state_account(s->state, &p->from),
                          u256_lt(plenty, p->value) ? &p->value : &plenty);
    }
    state_end_transaction(s->state, false);
}

// ---- execution ----------------------------------------------------------------------------------

static void write_trace(void *ctx, bytes text)
{
    struct runner *r = ctx;
    if (fwrite(text.p, 1, text.n, r->trace) != text.n) {
        r->trace_failed = true;
    }
}

static bool open_trace(struct runner *r)
{
    const char *path = r->plan->trace_path;
    if (path == NULL) {
        return true;
    }
    r->trace = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
    if (r->trace == NULL) {
        struct buf why = {0};
        buf_printf(&why, "--trace: cannot open %s: %s", path, strerror(errno));
        cli_refuse(r->plan->command, &why);
        buf_fini(&why);
        return false;
    }
    struct inspector i;
    if (r->plan->trace_rv) {
        rv_trace_init(&r->rv_trace, write_trace, r);
        i = rv_trace_inspector(&r->rv_trace);
    } else {
        eip3155_init(&r->eip3155, r->plan->session.fork, write_trace, r);
        i = eip3155_inspector(&r->eip3155);
    }
    tee_add(&r->tee, &i);
    return true;
}

static bool close_trace(struct runner *r)
{
    if (r->trace == NULL) {
        return true;
    }
    if (r->plan->trace_rv) {
        rv_trace_flush(&r->rv_trace);
        rv_trace_fini(&r->rv_trace);
    } else {
        eip3155_flush(&r->eip3155);
        eip3155_fini(&r->eip3155);
    }
    bool ok = fflush(r->trace) == 0 && !r->trace_failed;
    if (r->trace != stdout) {
        ok = fclose(r->trace) == 0 && ok;
    }
    return ok;
}

static void hear(void *ctx, const address *at, bytes text)
{
    struct runner *r = ctx;
    (void)at;
    buf_put_text(&r->running->said, "says      ");
    buf_put(&r->running->said, text.p, text.n);
    buf_put_u8(&r->running->said, '\n');
}

static void keep_report(struct runner *r, struct part *part)
{
    if (r->plan->json) {
        report_state_json(&part->state, r->plan->session.state);
    } else {
        report_state_text(&part->state, r->plan->session.state);
    }
    if (r->tree != NULL) {
        if (r->plan->json) {
            calltree_put_json(r->tree, &part->calls);
        } else {
            calltree_put_text(r->tree, &part->calls, "  ");
        }
        calltree_clear(r->tree);
    }
}

// Executes one message; the first time (keep) what it gave is kept, later it must be the same.
static enum fault execute_part(struct runner *r, struct part *part, const struct vm_message *m,
                               bool keep)
{
    r->running = part;
    if (keep) {
        TRY(session_execute(&r->plan->session, &part->outcome, m));
        keep_report(r, part);
        return FAULT_NONE;
    }
    struct outcome again = {0};
    enum fault f = session_execute(&r->plan->session, &again, m);
    const struct outcome *first = &part->outcome;
    bool same = again.result.status == first->result.status && again.gas_used == first->gas_used &&
                again.result.cycles == first->result.cycles && again.output.n == first->output.n &&
                equal_bytes(again.output.p, first->output.p, first->output.n);
    part->outcome.time_ns = again.time_ns;
    outcome_fini(&again);
    TRY(f);
    return same ? FAULT_NONE : FAULT_GUEST_OUTPUT;
}

static enum fault execute_once(struct runner *r, bool keep)
{
    struct run_plan *p = r->plan;
    struct vm_message m = {.from = p->from, .to = p->to, .value = p->value, .gas = p->gas};
    make_state(p);
    if (p->kind != RUN_CALL) {
        struct vm_message creation = m;
        creation.is_create = true;
        creation.input = buf_bytes(&p->code);
        creation.value = p->kind == RUN_DEPLOY ? u256_zero() : p->value;
        TRY(execute_part(r, &r->create, &creation, keep));
        if (p->kind == RUN_CREATE || r->create.outcome.result.status != EVM_SUCCESS) {
            return FAULT_NONE;
        }
        m.to = r->create.outcome.result.created;
    }
    m.input = buf_bytes(&p->input);
    r->called = true;
    return execute_part(r, &r->call, &m, keep);
}

static enum fault execute_all(struct runner *r)
{
    struct run_plan *p = r->plan;
    bool inspected = r->tee.count > 0;
    if (inspected) {
        struct inspector i = tee_inspector(&r->tee);
        vm_set_inspector(p->session.vm, &i);
        TRY(execute_once(r, true));
        vm_set_inspector(p->session.vm, NULL);
    }
    bool reuse = inspected && p->repeat == 1; // then the time is that of the inspected one
    for (u64 i = 0; i < p->repeat; i++) {
        if (!reuse) {
            TRY(execute_once(r, i == 0 && !inspected));
        }
        r->create.ns[i] = r->create.outcome.time_ns;
        r->call.ns[i] = r->call.outcome.time_ns;
    }
    r->create.timing = timing_of(r->create.ns, (u32)p->repeat);
    r->call.timing = timing_of(r->call.ns, (u32)p->repeat);
    return FAULT_NONE;
}

// ---- reports ------------------------------------------------------------------------------------

static void put_part_json(struct buf *b, const struct part *part)
{
    report_outcome_json(b, &part->outcome);
    buf_put(b, part->state.p, part->state.n);
    report_figures_json(b, &part->outcome, &part->timing);
    if (part->calls.n > 0) {
        buf_put_text(b, ",\"calls\":");
        buf_put(b, part->calls.p, part->calls.n);
    }
}

static void put_part_text(struct buf *b, const struct part *part)
{
    buf_put(b, part->said.p, part->said.n);
    report_outcome_text(b, &part->outcome, &part->timing);
    if (part->calls.n > 0) {
        buf_put_text(b, "calls\n");
        buf_put(b, part->calls.p, part->calls.n);
    }
}

static void put_report(struct runner *r, struct buf *b)
{
    const struct part *main_part = r->called ? &r->call : &r->create;
    bool deploys = r->plan->kind == RUN_DEPLOY;
    if (r->plan->json) {
        buf_put_u8(b, '{');
        put_part_json(b, main_part);
        if (deploys) {
            buf_put_text(b, ",\"deploy\":{");
            put_part_json(b, &r->create);
            buf_put_u8(b, '}');
        }
        buf_put_text(b, "}\n");
        return;
    }
    if (deploys) {
        buf_put_text(b, "-- creation\n");
        put_part_text(b, &r->create);
        buf_put_text(b, r->called ? "-- call\n" : "-- no call: the creation failed\n");
    }
    if (!deploys || r->called) {
        put_part_text(b, main_part);
    }
    buf_put(b, main_part->state.p, main_part->state.n);
}

static void fini_part(struct part *part)
{
    outcome_fini(&part->outcome);
    mem_free(part->ns);
    buf_fini(&part->state);
    buf_fini(&part->calls);
    buf_fini(&part->said);
}

// False: the sender does not have the value, which was said.
static bool sender_can_pay(struct run_plan *p)
{
    make_state(p);
    const struct account *from = state_account(p->session.state, &p->from);
    if (!u256_lt(*account_balance(from), p->value)) {
        return true;
    }
    struct buf why = {0};
    buf_put_text(&why, "--value: ");
    hex_put_quantity(&why, p->value);
    buf_put_text(&why, " is more than the sender ");
    hex_put_data(&why, p->from.b, 20);
    buf_put_text(&why, " has by --alloc, ");
    hex_put_quantity(&why, *account_balance(from));
    buf_put_text(&why, "; give it a balance there, or choose another --from");
    cli_refuse(p->command, &why);
    buf_fini(&why);
    return false;
}

static int execute_and_print(struct runner *r)
{
    struct run_plan *p = r->plan;
    if (!sender_can_pay(p) || !open_trace(r)) {
        return CLI_USAGE;
    }
    if (p->calls) {
        r->tree = calltree_new(&(struct calltree_params){.clock = os_cpu_ns});
        struct inspector i = calltree_inspector(r->tree);
        tee_add(&r->tee, &i);
    }
    if (!p->json && p->repeat == 1) { // measured executions are not listened to
        struct inspector i = console_inspector(&r->console);
        tee_add(&r->tee, &i);
    }
    enum fault f = execute_all(r);
    bool traced = close_trace(r);
    if (f != FAULT_NONE) {
        return cli_fault(p->command, f, vm_fault_detail(p->session.vm));
    }
    if (!traced) {
        return cli_fault(p->command, FAULT_IO, "the trace could not be written");
    }
    struct buf text = {0};
    put_report(r, &text);
    int status = cli_print(p->command, &text);
    buf_fini(&text);
    return status;
}

int run_plan_execute(struct run_plan *p)
{
    struct runner r = {.plan = p};
    console_init(&r.console, hear, &r);
    r.create.ns = mem_zalloc(p->repeat * sizeof(u64));
    r.call.ns = mem_zalloc(p->repeat * sizeof(u64));
    session_open(&p->session, p->form);
    int status = execute_and_print(&r);
    vm_free(p->session.vm);
    state_free(p->session.state);
    calltree_free(r.tree);
    console_fini(&r.console);
    fini_part(&r.create);
    fini_part(&r.call);
    return status;
}
