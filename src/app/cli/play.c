// SPDX-License-Identifier: MIT
// Going through a play file: the world at its beginning, then step after step; see play.h and
// docs/play.md.
#include "app/cli/play.h"
#include "app/api/transaction.h"

#include <string.h>

#include "app/cli/chain_config.h"
#include "app/cli/run.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "lib/os/time.h"

#define GAS_DEFAULT 30000000u

static const char *const top_members[] = {
    "fork", "riscv", "hybrid", "env", "accounts", "signatures", "steps",
};

void play_init(struct play *p, const struct play_params *params)
{
    *p = (struct play){.params = *params};
    p->session.fork = FORK_LATEST;
    p->session.params = vm_params_default();
    environment_init(&p->session.environment);
}

void play_fini(struct play *p)
{
    environment_fini(&p->session.environment);
    if (p->session.vm != NULL) {
        vm_free(p->session.vm);
        state_free(p->session.state);
    }
    calltree_free(p->tree);
    mem_free(p->name);
    mem_free(p->signature);
    buf_fini(&p->out);
    buf_fini(&p->why);
}

// ---- accounts -----------------------------------------------------------------------------------

static enum fault set_storage(struct play *p, struct account *a, const json_value *storage)
{
    TRY(json_expect(storage, JSON_KIND_OBJECT));
    json_value v = {0};
    while (json_next_member(&v, storage)) {
        u256 key;
        u256 value;
        TRY(play_key(p, &key, &v, v.name));
        TRY(play_number(p, &value, &v));
        state_sstore(p->session.state, a, &key, &value);
    }
    return FAULT_NONE;
}

static enum fault account_address_of(struct play *p, address *out, const json_value *account)
{
    json_value v;
    bool found;
    TRY(json_find(&v, &found, account, "address"));
    if (found) {
        return play_address(p, out, &v);
    }
    b256 hash;
    keccak256(&hash, account->name, strlen(account->name));
    copy_bytes(out->b, hash.b + 12, sizeof out->b);
    return FAULT_NONE;
}

static enum fault bind_accounts(struct play *p, const json_value *accounts)
{
    static const char *const members[] = {"address", "balance", "nonce", "code", "storage"};
    TRY(json_expect(accounts, JSON_KIND_OBJECT));
    json_value v = {0};
    while (json_next_member(&v, accounts)) {
        TRY(json_only_members(&v, members, COUNT_OF(members)));
        address a;
        TRY(account_address_of(p, &a, &v));
        TRY(play_bind(p, &v, v.name, &a));
        if (!p->has_sender) {
            p->has_sender = true;
            p->sender = a;
        }
    }
    return FAULT_NONE;
}

static enum fault set_account(struct play *p, const json_value *v)
{
    address at;
    TRY(account_address_of(p, &at, v));
    struct account *a = state_account(p->session.state, &at);
    json_value member;
    bool found;
    u256 balance = u256_zero();
    TRY(json_find(&member, &found, v, "balance"));
    if (found) {
        TRY(play_number(p, &balance, &member));
    }
    state_set_balance(p->session.state, a, &balance);
    TRY(json_find(&member, &found, v, "nonce"));
    if (found) {
        u64 nonce;
        TRY(play_number_u64(p, &nonce, &member, ~(u64)0));
        state_set_nonce(p->session.state, a, nonce);
    }
    struct buf code = {0};
    enum fault f = json_find_data(&code, v, "code");
    if (f == FAULT_NONE && code.n > 0) {
        container_mark_elf(&code);
        state_set_code(p->session.state, a, buf_bytes(&code));
    }
    buf_fini(&code);
    TRY(f);
    TRY(json_find(&member, &found, v, "storage"));
    return found ? set_storage(p, a, &member) : FAULT_NONE;
}

// All names first: a storage key may name an account that comes later.
static enum fault read_accounts(struct play *p, const json_value *root)
{
    json_value accounts;
    bool found;
    TRY(json_find(&accounts, &found, root, "accounts"));
    if (!found) {
        return FAULT_NONE;
    }
    TRY(bind_accounts(p, &accounts));
    enum fault f = FAULT_NONE;
    json_value v = {0};
    state_begin_transaction(p->session.state);
    while (f == FAULT_NONE && json_next_member(&v, &accounts)) {
        f = set_account(p, &v);
    }
    state_end_transaction(p->session.state, false);
    return f;
}

// ---- the head of the file -----------------------------------------------------------------------

static enum fault read_rules(struct play *p, const json_value *root)
{
    json_value v;
    bool found;
    struct session *s = &p->session;
    TRY(json_find(&v, &found, root, "fork"));
    if (found) {
        const char *name;
        usize n;
        TRY(json_get_text(&name, &n, &v));
        if (!fork_from_name(&s->fork, name)) {
            return json_refuse(&v, "\"%.40s\" is not a fork (osaka, prague, cancun …)", name);
        }
    }
    TRY(json_find(&v, &found, root, "hybrid"));
    if (found) {
        TRY(hybrid_params_read(&s->params, &v));
    }
    TRY(json_find_bool(&s->params.riscv, root, "riscv"));
    TRY(json_find(&v, &found, root, "env"));
    return found ? environment_read(&s->environment, &v) : FAULT_NONE;
}

static enum fault read_signatures(struct play *p, const json_value *root)
{
    json_value v;
    bool found;
    TRY(json_find(&v, &found, root, "signatures"));
    if (found) {
        TRY(json_expect(&v, JSON_KIND_LIST));
        for (usize i = 0; i < json_count(&v); i++) {
            json_value s = json_element(&v, i);
            TRY(play_learn(p, &s));
        }
    }
    TRY(json_find(&v, &found, root, "steps"));
    return found ? play_learn_all(p, &v) : FAULT_NONE;
}

// ---- steps --------------------------------------------------------------------------------------

// Members of `step` that a deploy and a call have in common.
static enum fault read_message(struct play *p, struct vm_message *m, const json_value *step)
{
    json_value v;
    bool found;
    *m = (struct vm_message){.from = p->sender, .gas = GAS_DEFAULT};
    TRY(json_find(&v, &found, step, "from"));
    if (found) {
        TRY(play_address(p, &m->from, &v));
    } else if (!p->has_sender) {
        return json_refuse(step,
                           "`from` is missing, and there are no accounts to take the first of");
    }
    TRY(json_find(&v, &found, step, "value"));
    if (found) {
        TRY(play_number(p, &m->value, &v));
        const struct account *from = state_account(p->session.state, &m->from);
        if (u256_lt(*account_balance(from), m->value)) {
            return json_refuse(&v, "is more than the sender has");
        }
    }
    TRY(json_find(&v, &found, step, "gas"));
    return found ? play_number_u64(p, &m->gas, &v, RUN_GAS_MAX) : FAULT_NONE;
}

static enum fault find_bytes(struct play *p, struct buf *out, const json_value *step,
                             const char *member)
{
    json_value v;
    bool found;
    TRY(json_find(&v, &found, step, member));
    return found ? play_bytes(p, out, &v) : FAULT_NONE;
}

static enum fault execute(struct play *p, struct play_result *r, const struct vm_message *m)
{
    if (p->tree != NULL) {
        calltree_clear(p->tree);
    }
    r->executed = true;
    TRY(session_execute(&p->session, &r->outcome, m));
    r->target = m->is_create ? r->outcome.result.created : m->to;
    return FAULT_NONE;
}

// Binds the name of `as` to an address.
static enum fault bind_as(struct play *p, const json_value *step, const address *a)
{
    json_value v;
    bool found;
    TRY(json_find(&v, &found, step, "as"));
    if (!found) {
        return FAULT_NONE;
    }
    const char *name;
    usize n;
    TRY(json_get_text(&name, &n, &v));
    return play_bind(p, &v, name, a);
}

static enum fault do_deploy(struct play *p, struct play_result *r, const json_value *step)
{
    struct vm_message m;
    json_value contract;
    TRY(read_message(p, &m, step));
    TRY(json_member(&contract, step, "contract"));
    struct buf code = {0};
    enum fault f = play_contract(p, &code, &contract, true);
    if (f == FAULT_NONE) {
        f = find_bytes(p, &code, step, "args");
    }
    if (f == FAULT_NONE) {
        m.is_create = true;
        m.input = buf_bytes(&code);
        f = execute(p, r, &m);
    }
    buf_fini(&code);
    TRY(f);
    bool created = r->outcome.result.status == EVM_SUCCESS;
    return created ? bind_as(p, step, &r->outcome.result.created) : FAULT_NONE;
}

static enum fault do_call(struct play *p, struct play_result *r, const json_value *step)
{
    struct vm_message m;
    json_value to;
    TRY(read_message(p, &m, step));
    TRY(json_member(&to, step, "to"));
    TRY(play_address(p, &m.to, &to));
    struct buf input = {0};
    enum fault f = find_bytes(p, &input, step, "input");
    if (f == FAULT_NONE) {
        m.input = buf_bytes(&input);
        f = execute(p, r, &m);
    }
    buf_fini(&input);
    TRY(f);
    bool named;
    json_value as;
    TRY(json_find(&as, &named, step, "as"));
    if (!named || r->outcome.result.status != EVM_SUCCESS) {
        return FAULT_NONE;
    }
    if (r->outcome.output.n < 32) {
        play_fail(r, "as: expected an address in the output, was %zu bytes", r->outcome.output.n);
        return FAULT_NONE;
    }
    address a = u256_to_address(u256_from_be_bytes(r->outcome.output.p));
    return bind_as(p, step, &a);
}

static enum fault find_account(struct play *p, struct account **out, const json_value *step)
{
    json_value v;
    address a;
    TRY(json_member(&v, step, "account"));
    TRY(play_address(p, &a, &v));
    *out = state_account(p->session.state, &a);
    return FAULT_NONE;
}

static enum fault do_set_balance(struct play *p, struct play_result *r, const json_value *step)
{
    (void)r;
    struct account *a;
    json_value v;
    u256 balance;
    TRY(find_account(p, &a, step));
    TRY(json_member(&v, step, "balance"));
    TRY(play_number(p, &balance, &v));
    state_set_balance(p->session.state, a, &balance);
    return FAULT_NONE;
}

static enum fault do_set_storage(struct play *p, struct play_result *r, const json_value *step)
{
    (void)r;
    struct account *a;
    json_value v;
    TRY(find_account(p, &a, step));
    TRY(json_member(&v, step, "storage"));
    return set_storage(p, a, &v);
}

static enum fault do_set_code(struct play *p, struct play_result *r, const json_value *step)
{
    (void)r;
    struct account *a;
    json_value v;
    TRY(find_account(p, &a, step));
    TRY(json_member(&v, step, "code"));
    struct buf code = {0};
    enum fault f = play_contract(p, &code, &v, false);
    if (f == FAULT_NONE) {
        state_set_code(p->session.state, a, buf_bytes(&code));
    }
    buf_fini(&code);
    return f;
}

static enum fault do_set_env(struct play *p, struct play_result *r, const json_value *step)
{
    (void)r;
    json_value v;
    TRY(json_member(&v, step, "env"));
    return environment_read(&p->session.environment, &v);
}

static enum fault do_note(struct play *p, struct play_result *r, const json_value *step)
{
    (void)p;
    (void)r;
    (void)step;
    return FAULT_NONE;
}

struct action {
    const char *name;
    enum fault (*run)(struct play *p, struct play_result *r, const json_value *step);
    bool executes;          // a transaction of its own; else the step is put into one
    const char *members[7]; // besides do, name, expect
};

static const struct action actions[] = {
    {"deploy", do_deploy, true, {"contract", "args", "from", "value", "gas", "as"}},
    {"call", do_call, true, {"to", "input", "from", "value", "gas", "as"}},
    {"set_balance", do_set_balance, false, {"account", "balance"}},
    {"set_storage", do_set_storage, false, {"account", "storage"}},
    {"set_code", do_set_code, false, {"account", "code"}},
    {"set_env", do_set_env, false, {"env"}},
    {"note", do_note, false, {NULL}},
};

static enum fault check_step(const struct action **action, const json_value *step)
{
    json_value v;
    const char *name;
    usize n;
    TRY(json_expect(step, JSON_KIND_OBJECT));
    TRY(json_member(&v, step, "do"));
    TRY(json_get_text(&name, &n, &v));
    for (usize i = 0; i < COUNT_OF(actions); i++) {
        if (strcmp(actions[i].name, name) == 0) {
            const char *members[COUNT_OF(actions[i].members) + 3] = {"do", "name", "expect"};
            usize count = 3;
            for (; actions[i].members[count - 3] != NULL; count++) {
                members[count] = actions[i].members[count - 3];
            }
            *action = &actions[i];
            return json_only_members(step, members, count);
        }
    }
    return json_refuse(&v,
                       "\"%.40s\" is not one of deploy, call, set_balance, set_storage, set_code, "
                       "set_env, note",
                       name);
}

static enum fault step_title(const char **out, const json_value *step)
{
    json_value v;
    bool found;
    usize n;
    *out = "";
    TRY(json_find(&v, &found, step, "name"));
    return found ? json_get_text(out, &n, &v) : FAULT_NONE;
}

static enum fault run_step(struct play *p, struct play_result *r, const struct action *action,
                           const json_value *step)
{
    if (action->executes) {
        return action->run(p, r, step);
    }
    state_begin_transaction(p->session.state);
    enum fault f = action->run(p, r, step);
    state_end_transaction(p->session.state, false);
    return f;
}

static void put_step(struct play *p, const struct play_result *r)
{
    if (p->params.only != 0 && p->params.only != p->step) {
        return;
    }
    if (!p->params.json) {
        play_put_story(p, r);
    } else if (r->executed) {
        play_put_json(p, r);
    }
}

static enum fault play_step(struct play *p, const json_value *step)
{
    const struct action *action;
    TRY(check_step(&action, step));
    struct play_result r = {.action = action->name};
    enum fault f = step_title(&r.title, step);
    if (f == FAULT_NONE) {
        f = run_step(p, &r, action, step);
    }
    if (f == FAULT_NONE) {
        f = play_expect(p, &r, step);
    }
    if (f == FAULT_NONE) {
        p->failed_count += r.failures.n > 0;
        put_step(p, &r);
    }
    outcome_fini(&r.outcome);
    buf_fini(&r.failures);
    return f;
}

// Where a refusal happened: "step 3 (name): ".
static void put_place(struct play *p, const json_value *step)
{
    const char *title = "";
    struct json *j = step->document;
    usize recorded = j->error.n;
    if (json_kind_of(step) == JSON_KIND_OBJECT && step_title(&title, step) != FAULT_NONE) {
        title = "";
    }
    j->error.n = recorded;
    buf_printf(&p->why, "step %u%s%.80s%s: ", p->step, title[0] != 0 ? " \"" : "", title,
               title[0] != 0 ? "\"" : "");
}

static enum fault play_steps(struct play *p, const json_value *steps,
                             bool (*print)(void *ctx, struct buf *text), void *ctx)
{
    p->step_count = (u32)json_count(steps);
    for (p->step = 1; p->step <= p->step_count;
         p->step++) { // shapes first, before anything is done
        json_value step = json_element(steps, p->step - 1);
        const struct action *action;
        if (check_step(&action, &step) != FAULT_NONE) {
            put_place(p, &step);
            return FAULT_BAD_INPUT;
        }
    }
    u32 last = p->params.only != 0 ? p->params.only : p->step_count;
    for (p->step = 1; p->step <= last; p->step++) {
        json_value step = json_element(steps, p->step - 1);
        enum fault f = play_step(p, &step);
        if (f != FAULT_NONE) {
            put_place(p, &step);
            return f;
        }
        if (p->out.n > 0 && !print(ctx, &p->out)) {
            return FAULT_IO;
        }
    }
    return FAULT_NONE;
}

static void open_session(struct play *p)
{
    session_open(&p->session, p->params.form);
    if (p->params.calls) {
        p->tree = calltree_new(&(struct calltree_params){
            .clock = os_cpu_ns,
            .name = play_name_of,
            .describe_input = play_describe_input,
            .describe_log = play_describe_log,
            .describe_revert = play_describe_revert,
            .ctx = p,
        });
        struct inspector i = calltree_inspector(p->tree);
        vm_set_inspector(p->session.vm, &i);
    }
}

enum fault play_all(struct play *p, const json_value *root,
                    bool (*print)(void *ctx, struct buf *text), void *ctx)
{
    TRY(json_expect(root, JSON_KIND_OBJECT));
    TRY(json_only_members(root, top_members, COUNT_OF(top_members)));
    TRY(read_rules(p, root));
    TRY(read_signatures(p, root));
    json_value steps;
    TRY(json_member(&steps, root, "steps"));
    TRY(json_expect(&steps, JSON_KIND_LIST));
    if (p->params.only > json_count(&steps)) {
        return json_refuse(&steps, "--only %u: there are %zu steps", p->params.only,
                           json_count(&steps));
    }
    open_session(p);
    TRY(read_accounts(p, root));
    return play_steps(p, &steps, print, ctx);
}
