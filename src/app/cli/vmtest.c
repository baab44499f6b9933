// SPDX-License-Identifier: MIT
// Runner of tests of the bare machine; see vmtest.h. Each is a message that is executed in one form
// or both: status, gas left, output, logs and state are to be those of the file, and of the other
// form, and with --compare-traces so are the EIP-3155 lines.
#include "app/cli/vmtest.h"

#include "app/cli/alloc.h"
#include "app/cli/logs_hash.h"
#include "app/cli/suite_forms.h"
#include "core/trace/eip3155.h"
#include "core/trie/state_root.h"
#include "engine/evm/opcode.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"

#include <stdio.h>
#include <string.h>

#define VECTOR_GAS 100000u // of a vector's few instructions

struct vmtest {
    const struct suite_options *options;
    struct suite_forms forms;
};

struct vmtest *vmtest_new(const struct suite_options *o)
{
    struct vmtest *t = mem_zalloc(sizeof *t);
    t->options = o;
    suite_forms_init(&t->forms, o);
    return t;
}

void vmtest_free(struct vmtest *t)
{
    suite_forms_fini(&t->forms);
    mem_free(t);
}

// ---- running

struct plan { // a message, its world, and what it is to do
    enum fork fork;
    struct vm_block block;
    struct vm_transaction tx;
    struct vm_message message;
    struct alloc pre;
    struct buf code, data;
    bool halts;
    u64 gas_left; // of those that do not halt, as the rest
    struct buf output;
    bool has_gas, has_state; // the test says what they are
    b256 logs, root;
};

struct outcome {
    enum fault fault;
    struct vm_result result;
    struct buf output;
    b256 logs, root;
    struct eip3155 trace;
};

static void plan_fini(struct plan *p)
{
    alloc_fini(&p->pre);
    buf_fini(&p->code);
    buf_fini(&p->data);
    buf_fini(&p->output);
}

static void run_form(struct outcome *o, struct vm *vm, const struct vmtest *t, const struct plan *p)
{
    const struct suite_options *options = t->options;
    struct state *s = state_new(NULL);
    struct vm_params params = vm_params_default();
    params.riscv = options->riscv;
    alloc_give(&p->pre, s);
    vm_set_rules(vm, p->fork, &params);
    vm_set_block(vm, &p->block);
    vm_set_transaction(vm, &p->tx);
    eip3155_init(&o->trace, p->fork, options->compare_traces ? NULL : suite_write_error, NULL);
    struct inspector inspector = eip3155_inspector(&o->trace);
    vm_set_inspector(vm, options->trace || options->compare_traces ? &inspector : NULL);
    state_begin_transaction(s);
    o->fault = vm_execute(vm, s, &p->message, &o->result);
    vm_set_inspector(vm, NULL);
    eip3155_flush(&o->trace);
    if (o->fault == FAULT_NONE) {
        buf_put(&o->output, o->result.output.p, o->result.output.n);
        o->logs = logs_hash(s);
    }
    state_end_transaction(s, false);
    state_root(&o->root, s);
    state_free(s);
}

static void judge(struct buf *why, const char *form, const struct outcome *o, const struct plan *p)
{
    const struct vm_result *r = &o->result;
    if (r->status != (p->halts ? EVM_HALT : EVM_SUCCESS)) {
        buf_printf(why, "%s: status %u (%s), expected %s; ", form, r->status, halt_name(r->halt),
                   p->halts ? "a halt" : "success");
        return;
    }
    if (p->halts) {
        return;
    }
    if (p->has_gas && r->gas_left != p->gas_left) {
        buf_printf(why, "%s: gas left %llu, expected %llu; ", form, (unsigned long long)r->gas_left,
                   (unsigned long long)p->gas_left);
    }
    if (o->output.n != p->output.n || !equal_bytes(o->output.p, p->output.p, o->output.n)) {
        buf_printf(why, "%s: output ", form);
        hex_put_data(why, o->output.p, o->output.n);
        buf_put_text(why, ", expected ");
        hex_put_data(why, p->output.p, p->output.n);
        buf_put_text(why, "; ");
    }
    if (p->has_state && !b256_equal(&o->logs, &p->logs)) {
        buf_printf(why, "%s: hash of the logs ", form);
        hex_put_data(why, o->logs.b, sizeof o->logs.b);
        buf_put_text(why, ", expected ");
        hex_put_data(why, p->logs.b, sizeof p->logs.b);
        buf_put_text(why, "; ");
    }
    if (p->has_state && !b256_equal(&o->root, &p->root)) {
        buf_printf(why, "%s: root ", form);
        hex_put_data(why, o->root.b, sizeof o->root.b);
        buf_put_text(why, ", expected that of post: ");
        hex_put_data(why, p->root.b, sizeof p->root.b);
        buf_put_text(why, "; ");
    }
}

static void compare_forms(struct buf *why, const struct outcome *r, const struct outcome *n)
{
    bool same = r->result.status == n->result.status && r->result.halt == n->result.halt &&
                r->result.gas_left == n->result.gas_left && r->output.n == n->output.n &&
                equal_bytes(r->output.p, n->output.p, r->output.n) &&
                b256_equal(&r->logs, &n->logs) && b256_equal(&r->root, &n->root);
    if (!same) {
        buf_printf(why, "riscv: %s, gas left %llu; native: %s, gas left %llu; ",
                   halt_name(r->result.halt), (unsigned long long)r->result.gas_left,
                   halt_name(n->result.halt), (unsigned long long)n->result.gas_left);
    }
    const struct buf *a = &r->trace.out;
    const struct buf *b = &n->trace.out;
    if (a->n != b->n || !equal_bytes(a->p, b->p, a->n)) {
        buf_put_text(why, "EIP-3155 lines differ between riscv and native; ");
    }
}

static void run_plan(struct vmtest *t, struct tally *tally, struct tally_case *told,
                     const struct plan *p)
{
    struct outcome o[FORMS] = {{.fault = FAULT_NONE}, {.fault = FAULT_NONE}};
    u32 ran = 0;
    for (u32 i = 0; i < FORMS; i++) {
        if (t->forms.vm[i] == NULL ||
            (ran > 0 && t->options->trace && !t->options->compare_traces)) {
            continue; // lines are written once
        }
        run_form(&o[i], t->forms.vm[i], t, p);
        if (o[i].fault != FAULT_NONE) {
            tally_fault(tally, told, o[i].fault, vm_fault_detail(t->forms.vm[i]));
            continue;
        }
        judge(&told->why, FORM_NAMES[i], &o[i], p);
        ran++;
    }
    if (ran == FORMS) {
        compare_forms(&told->why, &o[0], &o[1]);
    }
    for (u32 i = 0; i < FORMS; i++) {
        buf_fini(&o[i].output);
        eip3155_fini(&o[i].trace);
    }
}

// ---- legacy VM tests

static enum fault read_exec(struct plan *p, const json_value *test)
{
    json_value env;
    json_value exec;
    TRY(json_member(&env, test, "env"));
    TRY(json_member(&exec, test, "exec"));
    TRY(json_find_u256(&p->block.number, &env, "currentNumber"));
    TRY(json_find_u256(&p->block.timestamp, &env, "currentTimestamp"));
    TRY(json_find_u256(&p->block.gas_limit, &env, "currentGasLimit"));
    TRY(json_find_u256(&p->block.difficulty_or_prevrandao, &env, "currentDifficulty"));
    TRY(json_find_address(&p->block.coinbase, &env, "currentCoinbase"));
    TRY(json_find_address(&p->tx.origin, &exec, "origin"));
    TRY(json_find_u256(&p->tx.gas_price, &exec, "gasPrice"));
    TRY(json_find_address(&p->message.from, &exec, "caller"));
    TRY(json_find_address(&p->message.to, &exec, "address"));
    TRY(json_find_u256(&p->message.value, &exec, "value"));
    TRY(json_find_u64(&p->message.gas, &exec, "gas"));
    TRY(json_find_data(&p->code, &exec, "code"));
    return json_find_data(&p->data, &exec, "data");
}

static enum fault read_post(struct plan *p, const json_value *test)
{
    json_value v;
    bool ends_well;
    TRY(json_find(&v, &ends_well, test, "gas"));
    p->halts = !ends_well;
    if (p->halts) {
        return FAULT_NONE;
    }
    struct alloc post;
    p->has_gas = true;
    p->has_state = true;
    TRY(json_get_u64(&p->gas_left, &v));
    TRY(json_find_b256(&p->logs, test, "logs"));
    TRY(json_find_data(&p->output, test, "out"));
    TRY(json_member(&v, test, "post"));
    enum fault f = alloc_read(&post, &v);
    if (f == FAULT_NONE) {
        struct state *s = state_new(NULL);
        alloc_give(&post, s);
        state_root(&p->root, s);
        state_free(s);
    }
    alloc_fini(&post);
    return f;
}

static enum fault plan_legacy(struct plan *p, const json_value *test)
{
    json_value pre;
    TRY(read_exec(p, test));
    TRY(read_post(p, test));
    TRY(json_member(&pre, test, "pre"));
    TRY(alloc_read(&p->pre, &pre));
    p->fork = FORK_FRONTIER;
    p->message.code = buf_bytes(&p->code);
    p->message.has_code = true;
    p->message.value_stays = true;
    p->message.input = buf_bytes(&p->data);
    return FAULT_NONE;
}

// ---- vectors of opcodes

// The opcode whose name begins with the file's: of several the shortest.
static bool opcode_of_path(u8 *op, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *file = slash != NULL ? slash + 1 : path;
    usize n = strcspn(file, ".");
    usize shortest = ~(usize)0;
    for (u32 i = 0; i < 256; i++) {
        struct opcode_info info = opcode_info(FORK_OSAKA, (u8)i);
        bool fits = info.defined && info.pops == 2 && info.pushes == 1 &&
                    strncasecmp(info.name, file, n) == 0 && strlen(info.name) < shortest;
        if (fits) {
            *op = (u8)i;
            shortest = strlen(info.name);
        }
    }
    return n > 0 && shortest != ~(usize)0;
}

static enum fault put_push(struct buf *code, const json_value *vector, const char *name)
{
    json_value v;
    b256 word;
    TRY(json_member(&v, vector, name));
    TRY(json_get_b256(&word, &v));
    buf_put_u8(code, OP_PUSH32);
    buf_put(code, word.b, sizeof word.b);
    return FAULT_NONE;
}

// PUSH32 X, PUSH32 Y, the opcode, and its result returned.
static enum fault plan_vector(struct plan *p, const char *path, const json_value *vector)
{
    static const u8 RETURN_TOP[] = {OP_PUSH1, 0, OP_MSTORE, OP_PUSH1, 32, OP_PUSH1, 0, OP_RETURN};
    u8 op = 0;
    json_value v;
    b256 expected;
    if (!opcode_of_path(&op, path)) {
        return json_refuse(vector, "the file's name is not that of an opcode of two operands");
    }
    TRY(put_push(&p->code, vector, "X"));
    TRY(put_push(&p->code, vector, "Y"));
    buf_put_u8(&p->code, op);
    buf_put(&p->code, RETURN_TOP, sizeof RETURN_TOP);
    TRY(json_member(&v, vector, "Expected"));
    TRY(json_get_b256(&expected, &v));
    buf_put(&p->output, expected.b, sizeof expected.b);
    p->fork = FORK_OSAKA;
    p->message.gas = VECTOR_GAS;
    p->message.code = buf_bytes(&p->code);
    p->message.has_code = true;
    return FAULT_NONE;
}

// ---- files

static enum fault run_file(struct vmtest *t, const json_value *root, struct tally *tally)
{
    bool is_list = json_kind_of(root) == JSON_KIND_LIST;
    json_value test = {0};
    enum fault f = is_list ? FAULT_NONE : json_expect(root, JSON_KIND_OBJECT);
    usize count = json_count(root);
    for (usize i = 0; f == FAULT_NONE && i < count; i++) {
        char number[24];
        (void)snprintf(number, sizeof number, "[%zu]", i);
        if (is_list) {
            test = json_element(root, i);
        } else if (!json_next_member(&test, root)) {
            break;
        }
        struct tally_case told = {.test = is_list ? number : test.name};
        if (!tally_take(tally, told.test)) {
            continue;
        }
        struct plan p = {.halts = false};
        f = is_list ? plan_vector(&p, tally->path, &test) : plan_legacy(&p, &test);
        if (f == FAULT_NONE) {
            run_plan(t, tally, &told, &p);
            tally_tell(tally, &told);
        }
        plan_fini(&p);
        tally_case_fini(&told);
    }
    return f;
}

void vmtest_run(struct vmtest *t, bytes text, struct tally *tally)
{
    struct json j;
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        f = run_file(t, &root, tally);
    }
    if (f != FAULT_NONE) {
        tally_broken(tally, buf_bytes(&j.error));
    }
    json_fini(&j);
}
