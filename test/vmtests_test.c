// SPDX-License-Identifier: MIT
// The legacy VM tests (Frontier rules, code without a transaction around it) from the official
// fixtures, in both forms of the mini-EVM: status, gas, output, logs and state as the files say,
// and the EIP-3155 lines of the two forms equal. Without the fixtures the test says so and checks a
// vector of its own only.
#include "core/trace/eip3155.h"
#include "core/vm/vm.h"
#include "lib/codec/hex.h"
#include "lib/codec/json.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "lib/os/file.h"
#include "test/test.h"

#include <stdio.h>
#include <string.h>

#define FILE_MAX ((usize)64 << 20)

struct vm_test {
    json_value root; // of the one test
    struct vm_block block;
    struct vm_transaction tx;
    struct vm_message message;
    struct buf code, data;
};

struct run {
    struct vm_result result;
    struct buf output, trace;
    b256 logs;
    bool post_matches;
    struct buf why;
};

static void must(enum fault f, const struct json *j)
{
    if (f != FAULT_NONE) {
        FAIL("%.*s", (int)j->error.n, (const char *)j->error.p);
    }
}

static json_value member(const json_value *v, const char *name)
{
    json_value out;
    must(json_member(&out, v, name), v->document);
    return out;
}

static bool has_member(const json_value *v, const char *name)
{
    json_value out;
    bool found = false;
    must(json_find(&out, &found, v, name), v->document);
    return found;
}

static void read_test(struct vm_test *t)
{
    struct json *j = t->root.document;
    json_value env = member(&t->root, "env");
    json_value exec = member(&t->root, "exec");
    must(json_find_u256(&t->block.number, &env, "currentNumber"), j);
    must(json_find_u256(&t->block.timestamp, &env, "currentTimestamp"), j);
    must(json_find_u256(&t->block.gas_limit, &env, "currentGasLimit"), j);
    must(json_find_u256(&t->block.difficulty_or_prevrandao, &env, "currentDifficulty"), j);
    must(json_find_address(&t->block.coinbase, &env, "currentCoinbase"), j);
    must(json_find_address(&t->tx.origin, &exec, "origin"), j);
    must(json_find_u256(&t->tx.gas_price, &exec, "gasPrice"), j);
    must(json_find_address(&t->message.from, &exec, "caller"), j);
    must(json_find_address(&t->message.to, &exec, "address"), j);
    must(json_find_u256(&t->message.value, &exec, "value"), j);
    must(json_find_u64(&t->message.gas, &exec, "gas"), j);
    must(json_find_data(&t->code, &exec, "code"), j);
    must(json_find_data(&t->data, &exec, "data"), j);
    t->message.code = buf_bytes(&t->code);
    t->message.has_code = true;
    t->message.value_stays = true;
    t->message.input = buf_bytes(&t->data);
}

static struct state *make_state(const json_value *pre)
{
    struct state *s = state_new(NULL);
    struct json *j = pre->document;
    json_value a = {0};
    while (json_next_member(&a, pre)) {
        address at;
        hex_error why = {0};
        EXPECT(hex_decode_exact(at.b, sizeof at.b, &why, a.name, strlen(a.name)));
        struct account *account = state_account(s, &at);
        u64 nonce = 0;
        u256 balance = u256_zero();
        struct buf code = {0};
        must(json_find_u64(&nonce, &a, "nonce"), j);
        must(json_find_u256(&balance, &a, "balance"), j);
        must(json_find_data(&code, &a, "code"), j);
        state_set_nonce(s, account, nonce);
        state_set_balance(s, account, &balance);
        state_set_code(s, account, buf_bytes(&code));
        buf_fini(&code);
        json_value storage = member(&a, "storage");
        json_value slot = {0};
        while (json_next_member(&slot, &storage)) {
            u256 key = u256_zero();
            EXPECT(hex_decode_u256(&key, &why, slot.name, strlen(slot.name)));
            u256 value = u256_zero();
            must(json_get_u256(&value, &slot), j);
            state_sstore(s, account, &key, &value);
        }
    }
    state_end_transaction(s, false);
    return s;
}

// State as text, so that a difference can be shown.
static void put_account(void *ctx, const struct account *a, bytes code)
{
    struct buf *out = ctx;
    const u256 *b = account_balance(a);
    for (u32 i = 0; i < 20; i++) {
        buf_printf(out, "%02x", account_address(a)->b[i]);
    }
    buf_printf(out, " nonce %llu balance %llx%016llx code %zu\n",
               (unsigned long long)account_nonce(a), (unsigned long long)b->w[1],
               (unsigned long long)b->w[0], code.n);
}

static void put_slot(void *ctx, const u256 *key, const u256 *value)
{
    buf_printf(ctx, "  %llx %016llx %016llx %016llx: %llx %016llx %016llx %016llx\n",
               (unsigned long long)key->w[3], (unsigned long long)key->w[2],
               (unsigned long long)key->w[1], (unsigned long long)key->w[0],
               (unsigned long long)value->w[3], (unsigned long long)value->w[2],
               (unsigned long long)value->w[1], (unsigned long long)value->w[0]);
}

static void put_state(struct buf *out, struct state *s)
{
    struct state_visitor v = {out, put_account, put_slot};
    state_visit(s, &v);
}

// keccak256 of the RLP list of logs, as the files give it.
static b256 hash_logs(struct state *s)
{
    struct buf rlp = {0};
    usize list = rlp_begin_list(&rlp);
    for (usize i = 0; i < state_log_count(s); i++) {
        const struct state_log *l = state_log_at(s, i);
        usize log = rlp_begin_list(&rlp);
        rlp_put_bytes(&rlp, l->emitter.b, 20);
        usize topics = rlp_begin_list(&rlp);
        for (u32 k = 0; k < l->topic_count; k++) {
            rlp_put_bytes(&rlp, l->topic[k].b, 32);
        }
        rlp_end_list(&rlp, topics);
        bytes data = state_log_data(s, l);
        rlp_put_bytes(&rlp, data.p, data.n);
        rlp_end_list(&rlp, log);
    }
    rlp_end_list(&rlp, list);
    b256 hash;
    keccak256(&hash, rlp.p, rlp.n);
    buf_fini(&rlp);
    return hash;
}

static void run_form(struct vm *vm, struct vm_test *t, bool traced, struct run *r)
{
    json_value pre = member(&t->root, "pre");
    struct state *s = make_state(&pre);
    struct vm_params params = vm_params_default();
    vm_set_rules(vm, FORK_FRONTIER, &params);
    vm_set_block(vm, &t->block);
    vm_set_transaction(vm, &t->tx);
    struct eip3155 tracer;
    eip3155_init(&tracer, FORK_FRONTIER, NULL, NULL);
    struct inspector inspector = eip3155_inspector(&tracer);
    vm_set_inspector(vm, traced ? &inspector : NULL);
    state_begin_transaction(s);
    enum fault f = vm_execute(vm, s, &t->message, &r->result);
    if (f != FAULT_NONE) {
        FAIL("%s: fault: %s (%s)", t->root.name, fault_text(f), vm_fault_detail(vm));
    }
    eip3155_flush(&tracer);
    buf_put(&r->trace, tracer.out.p, tracer.out.n);
    buf_put(&r->output, r->result.output.p, r->result.output.n);
    r->logs = hash_logs(s);
    state_end_transaction(s, false);
    put_state(&r->why, s);
    eip3155_fini(&tracer);
    state_free(s);
}

static void check_run(const struct vm_test *t, const struct run *r)
{
    const char *name = t->root.name;
    struct json *j = t->root.document;
    if (!has_member(&t->root, "gas")) {
        if (r->result.status != EVM_HALT) {
            FAIL("%s: status %u, expected an exceptional halt", name, r->result.status);
        }
        return;
    }
    u64 gas_left = 0;
    b256 logs = {{0}};
    struct buf out = {0};
    must(json_find_u64(&gas_left, &t->root, "gas"), j);
    must(json_find_b256(&logs, &t->root, "logs"), j);
    must(json_find_data(&out, &t->root, "out"), j);
    if (r->result.status != EVM_SUCCESS || r->result.gas_left != gas_left) {
        FAIL("%s: status %u (%s), gas left %llu, expected 0 and %llu", name, r->result.status,
             halt_name(r->result.halt), (unsigned long long)r->result.gas_left,
             (unsigned long long)gas_left);
    }
    if (out.n != r->output.n || !equal_bytes(out.p, r->output.p, out.n)) {
        FAIL("%s: output of %zu bytes, expected %zu", name, r->output.n, out.n);
    }
    if (!b256_equal(&logs, &r->logs)) {
        FAIL("%s: logs differ", name);
    }
    json_value post = member(&t->root, "post");
    struct state *expected = make_state(&post);
    struct buf text = {0};
    put_state(&text, expected);
    if (text.n != r->why.n || !equal_bytes(text.p, r->why.p, text.n)) {
        FAIL("%s: state is\n%.*sexpected\n%.*s", name, (int)r->why.n, (const char *)r->why.p,
             (int)text.n, (const char *)text.p);
    }
    buf_fini(&text);
    buf_fini(&out);
    state_free(expected);
}

static void run_fini(struct run *r)
{
    buf_fini(&r->output);
    buf_fini(&r->trace);
    buf_fini(&r->why);
}

static void run_both(struct vm *const forms[2], struct vm_test *t, bool traced)
{
    struct run r[2] = {{.post_matches = false}};
    for (u32 i = 0; i < 2; i++) {
        run_form(forms[i], t, traced, &r[i]);
        check_run(t, &r[i]);
    }
    EXPECT_EQ(r[0].result.status, r[1].result.status);
    EXPECT_EQ(r[0].result.halt, r[1].result.halt);
    EXPECT_EQ(r[0].result.gas_left, r[1].result.gas_left);
    if (traced && (r[0].trace.n == 0 || r[0].trace.n != r[1].trace.n ||
                   !equal_bytes(r[0].trace.p, r[1].trace.p, r[0].trace.n))) {
        FAIL("%s: EIP-3155 lines differ between guest and native form", t->root.name);
    }
    run_fini(&r[0]);
    run_fini(&r[1]);
}

static u32 run_file(struct vm *const forms[2], const char *path, bool traced)
{
    struct buf text = {0};
    struct buf why = {0};
    EXPECT_EQ(os_read_file(&text, &why, path, FILE_MAX), FAULT_NONE);
    struct json j;
    must(json_parse(&j, buf_bytes(&text)), &j);
    json_value root = json_root(&j);
    u32 n = 0;
    struct vm_test t = {0};
    while (json_next_member(&t.root, &root)) {
        read_test(&t);
        run_both(forms, &t, traced);
        buf_clear(&t.code);
        buf_clear(&t.data);
        n++;
    }
    buf_fini(&t.code);
    buf_fini(&t.data);
    json_fini(&j);
    buf_fini(&text);
    buf_fini(&why);
    return n;
}

static void run_folder(const char *folder, bool traced)
{
    char base[512];
    (void)snprintf(base, sizeof base, "%s", test_asset("fixtures/unit/VMTests"));
    if (!os_is_folder(base)) {
        (void)printf("official VM tests (fixtures/unit/VMTests) not found: not run\n");
        return;
    }
    struct vm *const forms[2] = {vm_new(VM_EVM_GUEST), vm_new(VM_EVM_NATIVE)};
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", base, folder);
    struct os_names names = {0};
    struct buf why = {0};
    EXPECT_EQ(os_list_folder(&names, &why, path), FAULT_NONE);
    u32 n = 0;
    for (usize i = 0; i < names.count; i++) {
        (void)snprintf(path, sizeof path, "%s/%s/%s", base, folder, names.name[i]);
        n += run_file(forms, path, traced);
    }
    EXPECT(n > 0);
    os_names_fini(&names);
    buf_fini(&why);
    vm_free(forms[0]);
    vm_free(forms[1]);
}

#define VM_FOLDER(folder)                                                                          \
    TEST(vmtests, folder##_passes_in_both_forms_with_equal_traces)                                 \
    {                                                                                              \
        run_folder(#folder, true);                                                                 \
    }
VM_FOLDER(vmArithmeticTest)
VM_FOLDER(vmBitwiseLogicOperation)
VM_FOLDER(vmBlockInfoTest)
VM_FOLDER(vmEnvironmentalInfo)
VM_FOLDER(vmIOandFlowOperations)
VM_FOLDER(vmLogTest)
VM_FOLDER(vmPushDupSwapTest)
VM_FOLDER(vmRandomTest)
VM_FOLDER(vmSha3Test)
VM_FOLDER(vmSystemOperations)
VM_FOLDER(vmTests)

// Loops of ten million rounds: minutes under sanitizers, so in the long run only.
TEST_LONG(vmtests, vmPerformance_passes_in_both_forms)
{
    run_folder("vmPerformance", false);
}
