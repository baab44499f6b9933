// SPDX-License-Identifier: MIT
// Running tests in the VM; see test_run.h.
#include "app/cli/kit/test_run.h"

#include <string.h>

#include "app/cli/files.h"
#include "app/cli/kit/command.h"
#include "app/cli/play.h"
#include "core/trace/calltree.h"
#include "core/trace/console.h"
#include "core/trace/put.h"
#include "core/trace/reason.h"
#include "core/trace/tee.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "lib/os/time.h"

#define NAME_WIDTH 44

static const address author = {{[19] = 0xf0}};
static const address contract = {{[18] = 0x7e, [19] = 0x57}};

void test_run_init(struct test_run *t, const struct test_params *params)
{
    *t = (struct test_run){.params = *params};
    t->session.fork = FORK_LATEST;
    t->session.params = vm_params_default();
    environment_init(&t->session.environment);
    session_open(&t->session, params->form);
}

void test_run_fini(struct test_run *t)
{
    session_close(&t->session);
    buf_fini(&t->out);
    buf_fini(&t->why);
}

bool test_wanted(const struct test_run *t, const char *name)
{
    return t->params.match == NULL || strstr(name, t->params.match) != NULL;
}

// ---- one case -----------------------------------------------------------------------------------

struct running {
    struct buf said; // lines of contracts
    struct calltree *tree;
    struct console console;
    struct tee tee;
    u64 cycles, gas;
    struct outcome outcome; // of the last message
};

static void hear(void *ctx, const address *at, bytes text)
{
    struct running *r = ctx;
    (void)at;
    buf_put_text(&r->said, "            | ");
    buf_put(&r->said, text.p, text.n);
    buf_put_u8(&r->said, '\n');
}

static void begin(struct test_run *t, struct running *r)
{
    console_init(&r->console, hear, r);
    struct inspector i = console_inspector(&r->console);
    tee_add(&r->tee, &i);
    if (t->params.calls) {
        r->tree = calltree_new(&(struct calltree_params){.clock = os_now_ns});
        i = calltree_inspector(r->tree);
        tee_add(&r->tee, &i);
    }
}

static void end(struct running *r)
{
    console_fini(&r->console);
    calltree_free(r->tree);
    outcome_fini(&r->outcome);
    buf_fini(&r->said);
}

static void make_state(struct test_run *t, const struct test_case *c)
{
    u256 ether = u256_mul(u256_from_u64(10000), u256_from_u64(1000000000000000000));
    struct session *s = &t->session;
    session_fresh_state(s);
    state_begin_transaction(s->state);
    state_set_balance(s->state, state_account(s->state, &author), &ether);
    if (c->init_code.n == 0) {
        struct account *a = state_account(s->state, &contract);
        state_set_balance(s->state, a, &ether);
        state_set_code(s->state, a, c->code);
    }
    state_end_transaction(s->state, false);
}

static enum fault execute(struct test_run *t, struct running *r, const struct vm_message *m)
{
    struct inspector all = tee_inspector(&r->tee);
    if (r->tree != NULL) {
        calltree_clear(r->tree);
    }
    vm_set_inspector(t->session.vm, &all);
    enum fault f = session_execute(&t->session, &r->outcome, m);
    vm_set_inspector(t->session.vm, NULL);
    r->gas = r->outcome.gas_used;
    r->cycles = r->outcome.result.cycles;
    return f;
}

static enum fault execute_all(struct test_run *t, struct running *r, const struct test_case *c)
{
    struct vm_message m = {.from = author, .to = contract, .gas = t->params.gas};
    make_state(t, c);
    if (c->init_code.n > 0) {
        m.is_create = true;
        m.input = c->init_code;
        TRY(execute(t, r, &m));
        if (r->outcome.result.status != EVM_SUCCESS) {
            return FAULT_NONE;
        }
        m.is_create = false;
        m.to = r->outcome.result.created;
    }
    for (u32 i = 0; i < c->input_count; i++) {
        m.input = c->input[i];
        TRY(execute(t, r, &m));
        if (r->outcome.result.status != EVM_SUCCESS) {
            break;
        }
    }
    return FAULT_NONE;
}

static void put_line(struct test_run *t, const struct running *r, const struct test_case *c)
{
    const struct outcome *o = &r->outcome;
    bool ok = o->result.status == EVM_SUCCESS;
    const char *halt = outcome_halt(o);
    struct buf *out = &t->out;
    buf_printf(out, "    %-7s %-*s ", ok ? "ok" : "FAILED", NAME_WIDTH, c->name);
    put_number(out, r->gas);
    buf_put_text(out, " gas");
    if (r->cycles > 0) {
        buf_put_text(out, ", ");
        put_number(out, r->cycles);
        buf_put_text(out, " cycles");
    }
    if (!ok) {
        buf_printf(out, "  %s%s%s", outcome_status(o), halt != NULL ? ": " : "",
                   halt != NULL ? halt : "");
        struct buf reason = {0};
        if (revert_reason(&reason, buf_bytes(&o->output))) {
            buf_printf(out, ": %.*s", (int)reason.n, (const char *)reason.p);
        }
        buf_fini(&reason);
    }
    buf_put_u8(out, '\n');
    if (!ok || t->params.verbose) {
        buf_put(out, r->said.p, r->said.n);
        if (r->tree != NULL) {
            calltree_put_text(r->tree, out, "            ");
        }
    }
    t->passed += ok;
    t->failed += !ok;
}

enum fault test_run_case(struct test_run *t, const struct test_case *c)
{
    struct running r = {.cycles = 0};
    begin(t, &r);
    enum fault f = execute_all(t, &r, c);
    if (f == FAULT_NONE) {
        put_line(t, &r, c);
    } else {
        buf_put_text(&t->why, vm_fault_detail(t->session.vm));
    }
    end(&r);
    return f;
}

void test_run_broken(struct test_run *t, const char *name, bytes reason)
{
    buf_printf(&t->out, "    FAILED  %s\n            ", name);
    for (usize i = 0; i < reason.n; i++) {
        buf_put_u8(&t->out, reason.p[i]);
        if (reason.p[i] == '\n') {
            buf_put_text(&t->out, "            ");
        }
    }
    buf_put_u8(&t->out, '\n');
    t->failed++;
}

// ---- play files ---------------------------------------------------------------------------------

struct playing {
    struct play play;
    struct buf story;
    enum fault fault;
};

static bool keep_text(void *ctx, struct buf *text)
{
    struct playing *p = ctx;
    buf_put(&p->story, text->p, text->n);
    buf_clear(text);
    return true;
}

static enum fault play_root(void *ctx, const json_value *root)
{
    struct playing *p = ctx;
    p->fault = play_all(&p->play, root, keep_text, p);
    return p->fault;
}

bool test_run_play(struct test_run *t, const char *path)
{
    struct buf folder = {0};
    struct buf why = {0};
    struct playing p = {.fault = FAULT_NONE};
    const char *slash = strrchr(path, '/');
    struct play_params params = {
        .form = t->params.form,
        .calls = t->params.calls,
        .folder = work_text(&folder, "%.*s", slash != NULL ? (int)(slash - path) + 1 : 0, path)};
    play_init(&p.play, &params);
    bool ok = read_json_file(&why, path, play_root, &p);
    if (ok) {
        bool passed = p.play.failed_count == 0;
        buf_printf(&t->out, "    %-7s %u steps%s\n", passed ? "ok" : "FAILED", p.play.step_count,
                   passed ? "" : ", of which not all did what was expected:");
        if (!passed || t->params.verbose) {
            buf_put(&t->out, p.story.p, p.story.n);
        }
        t->passed += passed;
        t->failed += !passed;
    } else {
        buf_put(&t->why, p.play.why.p, p.play.why.n);
        buf_put(&t->why, why.p, why.n);
    }
    play_fini(&p.play);
    buf_fini(&p.story);
    buf_fini(&folder);
    buf_fini(&why);
    return ok;
}
