// SPDX-License-Identifier: MIT
// Runner of official state tests. The coinbase is touched as go-ethereum's runner does. With
// --trace the lines of a case go to standard error while it runs, then its state root, as
// go-ethereum's `evm statetest` writes them for fuzzers that compare machines.
#include "app/cli/statetest.h"

#include "app/cli/alloc.h"
#include "app/cli/logs_hash.h"
#include "app/cli/statetest_case.h"
#include "app/cli/suite_forms.h"
#include "core/trace/eip3155.h"
#include "core/trie/state_root.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"

#include <stdio.h>

struct statetest {
    const struct suite_options *options;
    struct suite_forms forms;
};

struct statetest *statetest_new(const struct suite_options *o)
{
    struct statetest *t = mem_zalloc(sizeof *t);
    t->options = o;
    suite_forms_init(&t->forms, o);
    return t;
}

void statetest_free(struct statetest *t)
{
    suite_forms_fini(&t->forms);
    mem_free(t);
}

// ---- running

struct outcome {
    enum fault fault;
    enum verdict verdict;
    struct chain_receipt receipt;
    b256 root, logs;
    bool is_traced;
    struct eip3155 trace;
};

struct one_run { // of a case
    struct statetest *t;
    struct tally *tally;
    struct tally_case *told;
    const struct alloc *pre;
    struct state_case c;
    b256 root, logs;          // expected
    bool stops_at_unreadable; // see touch_coinbase
};

// Of a type or signature that the fork does not know.
static bool is_unreadable(enum verdict v)
{
    return v >= VERDICT_TYPE_1_BEFORE_FORK && v <= VERDICT_SIGNATURE_INVALID;
}

// Whatever becomes of a transaction, the coinbase has been touched afterwards, which before EIP-158
// leaves an empty account. Only execution-spec-tests were filled by a tool that stops before that
// at a transaction which it cannot read.
static void touch_coinbase(struct state *s, const struct chain_block *b)
{
    u256 nothing = u256_zero();
    state_begin_transaction(s);
    state_add_balance(s, state_account(s, &b->vm.coinbase), &nothing);
    state_end_transaction(s, b->fork >= FORK_SPURIOUS);
}

static void run_form(struct outcome *out, struct vm *vm, const struct one_run *r)
{
    const struct state_case *c = &r->c;
    struct state *s = state_new(NULL);
    struct inspector inspector = eip3155_inspector(&out->trace);
    alloc_give(r->pre, s);
    vm_set_inspector(vm, out->is_traced ? &inspector : NULL);
    out->fault = chain_transact(vm, s, &c->block, &c->tx, &c->sender, &out->verdict, &out->receipt);
    vm_set_inspector(vm, NULL);
    eip3155_flush(&out->trace);
    if (out->fault == FAULT_NONE) {
        if (out->verdict != VERDICT_VALID &&
            !(r->stops_at_unreadable && is_unreadable(out->verdict))) {
            touch_coinbase(s, &c->block);
        }
        out->logs = logs_hash(s);
        state_root(&out->root, s);
    }
    state_free(s);
}

// ---- judging

static void put_difference(struct buf *why, const char *form, const char *what, const b256 *got,
                           const b256 *expected)
{
    buf_printf(why, "%s: %s ", form, what);
    hex_put_data(why, got->b, sizeof got->b);
    buf_put_text(why, ", expected ");
    hex_put_data(why, expected->b, sizeof expected->b);
}

static void judge_form(const struct one_run *r, const char *form, const struct outcome *o)
{
    struct tally_case *t = r->told;
    const struct state_case *c = &r->c;
    if (c->refuses && o->verdict == VERDICT_VALID) {
        buf_printf(&t->why, "%s: accepted, expected a refusal: %s; ", form, c->exception);
    } else if (!b256_equal(&r->root, &o->root)) {
        put_difference(&t->why, form, "root", &o->root, &r->root);
        buf_printf(&t->why, " (%s%s, status %u, halt %s, gas used %llu); ",
                   o->verdict == VERDICT_VALID ? "accepted" : "refused: ", verdict_name(o->verdict),
                   o->receipt.status, halt_name(o->receipt.halt),
                   (unsigned long long)o->receipt.gas_used);
    } else if (!b256_equal(&r->logs, &o->logs)) {
        put_difference(&t->why, form, "hash of the logs", &o->logs, &r->logs);
        buf_put_text(&t->why, "; ");
    } else if (c->refuses && !tally_names(c->exception, verdict_name(o->verdict))) {
        buf_clear(&t->note);
        buf_printf(&t->note, "refused as %s, expected %s", verdict_name(o->verdict), c->exception);
    }
}

// Both forms must be alike in all that can be seen, whatever the file expects.
static void compare_forms(struct tally_case *t, const struct outcome *r, const struct outcome *n)
{
    const struct chain_receipt *a = &r->receipt;
    const struct chain_receipt *b = &n->receipt;
    if (r->verdict != n->verdict) {
        buf_printf(&t->why, "verdicts differ: riscv %s, native %s; ", verdict_name(r->verdict),
                   verdict_name(n->verdict));
        return;
    }
    if (a->gas_used != b->gas_used) {
        buf_printf(&t->why, "gas differs: riscv %llu, native %llu; ",
                   (unsigned long long)a->gas_used, (unsigned long long)b->gas_used);
    }
    if (a->status != b->status || a->halt != b->halt) {
        buf_printf(&t->why, "ends differ: riscv %u %s, native %u %s; ", a->status,
                   halt_name(a->halt), b->status, halt_name(b->halt));
    }
    if (a->output.n != b->output.n || !equal_bytes(a->output.p, b->output.p, a->output.n)) {
        buf_put_text(&t->why, "outputs differ between riscv and native; ");
    }
    if (!b256_equal(&r->root, &n->root) || !b256_equal(&r->logs, &n->logs)) {
        buf_put_text(&t->why, "roots or logs differ between riscv and native; ");
    }
    if (r->trace.out.n != n->trace.out.n ||
        !equal_bytes(r->trace.out.p, n->trace.out.p, r->trace.out.n)) {
        buf_put_text(&t->why, "EIP-3155 lines differ between riscv and native; ");
    }
}

// The signed transaction decodes to itself and gives the sender, unless the case is about that.
static void judge_wire(struct tally_case *t, const struct state_case *c)
{
    if (!c->has_wire) {
        return;
    }
    struct transaction decoded = {.nonce = 0};
    struct buf again = {0};
    address signer = {{0}};
    enum verdict v = transaction_decode(&decoded, buf_bytes(&c->wire));
    if (v == VERDICT_VALID) {
        transaction_encode(&again, &decoded);
        if (again.n != c->wire.n || !equal_bytes(again.p, c->wire.p, again.n)) {
            buf_put_text(&t->why, "txbytes are not the coding of what they decode to; ");
        }
        v = transaction_signer(&signer, &decoded, c->fork >= FORK_HOMESTEAD);
    }
    if (v != VERDICT_VALID && !c->refuses) {
        buf_printf(&t->why, "txbytes are refused: %s; ", verdict_name(v));
    } else if (v == VERDICT_VALID && !address_equal(&signer, &c->sender)) {
        buf_put_text(&t->why, "txbytes are signed by ");
        hex_put_data(&t->why, signer.b, sizeof signer.b);
        buf_put_text(&t->why, ", expected ");
        hex_put_data(&t->why, c->sender.b, sizeof c->sender.b);
        buf_put_text(&t->why, "; ");
    }
    buf_fini(&again);
    transaction_fini(&decoded);
}

// ---- a case

static void put_root_line(const b256 *root)
{
    struct buf line = {0};
    buf_put_text(&line, "{\"stateRoot\": \"");
    hex_put_data(&line, root->b, sizeof root->b);
    buf_put_text(&line, "\"}\n");
    (void)fwrite(line.p, 1, line.n, stderr);
    buf_fini(&line);
}

// The first form asked for is the one that is traced to standard error.
static void begin_trace(struct outcome *o, const struct one_run *r, bool is_first)
{
    const struct suite_options *options = r->t->options;
    bool compares = options->compare_traces && options->guest && options->native;
    bool writes = options->trace && is_first;
    o->is_traced = compares || writes;
    eip3155_init(&o->trace, r->c.fork, compares ? NULL : suite_write_error, NULL);
}

static void run_forms(struct one_run *r)
{
    struct statetest *t = r->t;
    struct outcome o[FORMS] = {{.verdict = VERDICT_VALID}, {.verdict = VERDICT_VALID}};
    u32 ran = 0;
    for (u32 i = 0; i < FORMS; i++) {
        begin_trace(&o[i], r, ran == 0);
        if (t->forms.vm[i] == NULL) {
            continue;
        }
        run_form(&o[i], t->forms.vm[i], r);
        if (o[i].fault != FAULT_NONE) {
            tally_fault(r->tally, r->told, o[i].fault, vm_fault_detail(t->forms.vm[i]));
            continue;
        }
        judge_form(r, FORM_NAMES[i], &o[i]);
        if (ran++ == 0) {
            r->told->has_root = true;
            r->told->root = o[i].root;
        }
    }
    if (ran == FORMS) {
        compare_forms(r->told, &o[0], &o[1]);
    }
    if (t->options->trace && o[0].trace.out.n > 0) {
        suite_write_error(NULL, buf_bytes(&o[0].trace.out)); // of compared ones
    }
    if (t->options->trace || t->options->tells_roots) {
        put_root_line(&r->told->root);
    }
    eip3155_fini(&o[0].trace);
    eip3155_fini(&o[1].trace);
}

static enum fault run_case(struct one_run *r, const json_value *test, const json_value *entry)
{
    struct vm_params params = vm_params_default();
    params.riscv = r->t->options->riscv;
    bool exists;
    json_value state;
    TRY(state_case_read(&r->c, &exists, test, entry, &params));
    TRY(json_find_b256(&r->root, entry, "hash"));
    TRY(json_find_b256(&r->logs, entry, "logs"));
    // execution-spec-tests give the whole state, older suites its root only
    TRY(json_find(&state, &r->stops_at_unreadable, entry, "state"));
    r->told->data = r->c.data;
    r->told->gas = r->c.gas;
    r->told->value = r->c.value;
    judge_wire(r->told, &r->c);
    if (exists) {
        run_forms(r);
    } else {
        buf_put_text(&r->told->note, "no such transaction: a number does not fit");
    }
    return FAULT_NONE;
}

static enum fault run_fork(struct one_run *r, const json_value *test, const json_value *list)
{
    enum fork fork = FORK_FRONTIER;
    if (!fork_from_name(&fork, list->name)) {
        return json_refuse(list, "no fork has this name");
    }
    TRY(json_expect(list, JSON_KIND_LIST));
    for (usize i = 0; i < json_count(list); i++) {
        if (!tally_take(r->tally, test->name)) {
            continue;
        }
        json_value entry = json_element(list, i);
        r->c = (struct state_case){.fork = fork, .fork_name = list->name};
        r->told->fork = list->name;
        r->told->has_root = false;
        enum fault f = run_case(r, test, &entry);
        state_case_fini(&r->c);
        TRY(f);
        tally_tell(r->tally, r->told);
    }
    return FAULT_NONE;
}

static enum fault run_test(struct statetest *t, struct tally *tally, const json_value *test)
{
    json_value post;
    json_value pre_value;
    struct alloc pre = {0};
    struct tally_case told = {.test = test->name, .has_indexes = true};
    struct one_run r = {.t = t, .tally = tally, .told = &told, .pre = &pre};
    TRY(json_member(&post, test, "post"));
    TRY(json_expect(&post, JSON_KIND_OBJECT));
    TRY(json_member(&pre_value, test, "pre"));
    enum fault f = alloc_read(&pre, &pre_value);
    json_value list = {0};
    while (f == FAULT_NONE && json_next_member(&list, &post)) {
        f = run_fork(&r, test, &list);
    }
    alloc_fini(&pre);
    tally_case_fini(&told);
    return f;
}

void statetest_run(struct statetest *t, bytes text, struct tally *tally)
{
    struct json j;
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        json_value test = {0};
        f = json_expect(&root, JSON_KIND_OBJECT);
        while (f == FAULT_NONE && json_next_member(&test, &root)) {
            f = run_test(t, tally, &test);
        }
    }
    if (f != FAULT_NONE) {
        tally_broken(tally, buf_bytes(&j.error));
    }
    json_fini(&j);
}
