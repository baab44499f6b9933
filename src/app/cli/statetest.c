// SPDX-License-Identifier: MIT
// Runner of official state tests. What the formats leave to the runner (missing members, the
// touched coinbase, block hashes of ancestors) follows go-ethereum's, as the files were filled for
// it.
#include "app/cli/statetest.h"

#include "app/cli/alloc.h"
#include "core/chain/transact.h"
#include "core/trie/state_root.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/json.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/crypto/sign.h"
#include "lib/num/u256.h"

#include <stdio.h>
#include <string.h>

struct statetest {
    struct statetest_options options;
    struct vm *vm[2]; // guest, native; NULL if not asked for
};

struct statetest *statetest_new(const struct statetest_options *o)
{
    struct statetest *t = mem_zalloc(sizeof *t);
    t->options = *o;
    t->vm[0] = o->guest ? vm_new(VM_EVM_GUEST) : NULL;
    t->vm[1] = o->native ? vm_new(VM_EVM_NATIVE) : NULL;
    return t;
}

void statetest_free(struct statetest *t)
{
    vm_free(t->vm[0]);
    vm_free(t->vm[1]);
    mem_free(t);
}

// ---- reading

struct indexes {
    u64 data, gas, value;
};

struct indexed { // a member that may be a list, and the element of it that counts
    json_value member, value;
    bool found;
};

static enum fault find_indexed(struct indexed *v, const json_value *tx, const char *name, u64 i)
{
    TRY(json_find(&v->member, &v->found, tx, name));
    if (!v->found || json_kind_of(&v->member) != JSON_KIND_LIST) {
        v->value = v->member;
        return FAULT_NONE;
    }
    if (i >= json_count(&v->member)) {
        return json_refuse(&v->member, "has no element %llu", (unsigned long long)i);
    }
    v->value = json_element(&v->member, i);
    return FAULT_NONE;
}

static enum fault read_access(struct transaction *t, const json_value *list)
{
    for (usize i = 0; i < json_count(list); i++) {
        json_value entry = json_element(list, i);
        address at;
        json_value keys;
        memset(&at, 0, sizeof at);
        TRY(json_find_address(&at, &entry, "address"));
        TRY(json_member(&keys, &entry, "storageKeys"));
        transaction_add_access(t, &at);
        for (usize k = 0; k < json_count(&keys); k++) {
            json_value key = json_element(&keys, k);
            u256 word;
            TRY(json_get_u256(&word, &key));
            b256 bytes_of = u256_to_b256(word);
            transaction_add_key(t, &bytes_of);
        }
    }
    return FAULT_NONE;
}

static enum fault read_authorizations(struct transaction *t, const json_value *list)
{
    for (usize i = 0; i < json_count(list); i++) {
        json_value one = json_element(list, i);
        struct authorization a = {.nonce = 0};
        u64 parity = 0;
        TRY(json_find_u256(&a.chain_id, &one, "chainId"));
        TRY(json_find_address(&a.target, &one, "address"));
        TRY(json_find_u64(&a.nonce, &one, "nonce"));
        TRY(json_find_u64(&parity, &one, "v"));
        TRY(json_find_u64(&parity, &one, "yParity"));
        TRY(json_find_u256(&a.r, &one, "r"));
        TRY(json_find_u256(&a.s, &one, "s"));
        a.y_parity = parity > 255 ? 255 : (u8)parity;
        transaction_add_authorization(t, &a);
    }
    return FAULT_NONE;
}

// The type follows from the members that are there.
static enum fault read_typed(struct transaction *t, const json_value *tx, u64 data_index)
{
    json_value v;
    struct indexed access;
    bool found = false;
    TRY(find_indexed(&access, tx, "accessLists", data_index));
    if (access.found && json_kind_of(&access.value) == JSON_KIND_LIST) {
        t->type = TX_ACCESS_LIST;
        TRY(read_access(t, &access.value));
    }
    TRY(json_find(&v, &found, tx, "maxFeePerGas"));
    if (found) {
        t->type = TX_FEE_MARKET;
        TRY(json_get_u256(&t->max_fee, &v));
        TRY(json_find_u256(&t->max_priority, tx, "maxPriorityFeePerGas"));
    } else {
        TRY(json_find_u256(&t->max_fee, tx, "gasPrice"));
        t->max_priority = t->max_fee;
    }
    TRY(json_find(&v, &found, tx, "blobVersionedHashes"));
    if (found) {
        t->type = TX_BLOB;
        TRY(json_find_u256(&t->max_blob_fee, tx, "maxFeePerBlobGas"));
        for (usize i = 0; i < json_count(&v); i++) {
            json_value one = json_element(&v, i);
            b256 hash;
            TRY(json_get_b256(&hash, &one));
            transaction_add_blob(t, &hash);
        }
    }
    TRY(json_find(&v, &found, tx, "authorizationList"));
    if (found) {
        t->type = TX_AUTHORIZATION;
        TRY(read_authorizations(t, &v));
    }
    return FAULT_NONE;
}

static enum fault read_transaction(struct transaction *t, address *sender, const json_value *tx,
                                   const struct indexes *i)
{
    json_value v;
    bool found = false;
    struct buf to = {0};
    TRY(json_find_data(&to, tx, "to"));
    t->is_create = to.n == 0;
    copy_bytes(t->to.b, to.p, to.n < 20 ? to.n : 20);
    buf_fini(&to);
    struct indexed part;
    TRY(find_indexed(&part, tx, "data", i->data));
    TRY(json_get_data(&t->data, &part.value));
    TRY(find_indexed(&part, tx, "gasLimit", i->gas));
    TRY(json_get_u64(&t->gas_limit, &part.value));
    TRY(find_indexed(&part, tx, "value", i->value));
    TRY(json_get_u256(&t->value, &part.value));
    TRY(json_find_u64(&t->nonce, tx, "nonce"));
    TRY(json_find(&v, &found, tx, "sender"));
    if (found) {
        TRY(json_get_address(sender, &v));
    } else {
        b256 key = {{0}};
        TRY(json_find_b256(&key, tx, "secretKey"));
        if (!crypto_address_of_key(sender, &key)) {
            return json_refuse(tx, "secretKey is not a key");
        }
    }
    return read_typed(t, tx, i->data);
}

static enum fault hash_of_number(void *ctx, u64 number, b256 *out)
{
    (void)ctx;
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    keccak256(out, text, (usize)n);
    return FAULT_NONE;
}

static enum fault read_blobs(struct blob_schedule *out, const json_value *test, const char *fork)
{
    json_value config;
    json_value schedule;
    json_value row;
    bool found = false;
    TRY(json_find(&config, &found, test, "config"));
    if (found) {
        TRY(json_find(&schedule, &found, &config, "blobSchedule"));
    }
    if (found) {
        TRY(json_find(&row, &found, &schedule, fork));
    }
    if (found) {
        TRY(json_find_u64(&out->target, &row, "target"));
        TRY(json_find_u64(&out->max, &row, "max"));
        TRY(json_find_u64(&out->update_fraction, &row, "baseFeeUpdateFraction"));
    }
    return FAULT_NONE;
}

static enum fault read_block(struct chain_block *b, const json_value *test, const char *fork)
{
    json_value env;
    json_value v;
    bool found = false;
    TRY(json_member(&env, test, "env"));
    b->vm.chain_id = u256_one();
    TRY(json_find_u256(&b->vm.number, &env, "currentNumber"));
    TRY(json_find_u256(&b->vm.timestamp, &env, "currentTimestamp"));
    TRY(json_find_u256(&b->vm.gas_limit, &env, "currentGasLimit"));
    TRY(json_find_address(&b->vm.coinbase, &env, "currentCoinbase"));
    TRY(json_find_u256(&b->vm.difficulty_or_prevrandao, &env, "currentDifficulty"));
    TRY(json_find(&v, &found, &env, "currentRandom"));
    if (found && b->fork >= FORK_PARIS) {
        TRY(json_get_u256(&b->vm.difficulty_or_prevrandao, &v));
    }
    if (b->fork >= FORK_LONDON) {
        b->vm.base_fee = u256_from_u64(10); // as go-ethereum's runner
        TRY(json_find_u256(&b->vm.base_fee, &env, "currentBaseFee"));
    }
    if (b->fork >= FORK_CANCUN) {
        TRY(json_find_u64(&b->excess_blob_gas, &env, "currentExcessBlobGas"));
        b->blobs = blob_schedule_of(b->fork);
        TRY(read_blobs(&b->blobs, test, fork));
    }
    b->blob_gas_left = b->blobs.max * 131072;
    b->gas_left = u256_to_u64_saturated(b->vm.gas_limit);
    b->vm.block_hash = hash_of_number;
    return FAULT_NONE;
}

// ---- running

struct outcome {
    enum verdict verdict;
    struct chain_receipt receipt;
    b256 root, logs;
    bool reads_first; // given: what cannot be read was refused before the state was touched
};

static void hash_logs(b256 *out, struct state *s)
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
    keccak256(out, rlp.p, rlp.n);
    buf_fini(&rlp);
}

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

static enum fault run_form(struct outcome *out, struct vm *vm, const struct alloc *pre,
                           const struct chain_block *b, const struct transaction *t,
                           const address *sender)
{
    struct state *s = state_new(NULL);
    alloc_give(pre, s);
    enum fault f = chain_transact(vm, s, b, t, sender, &out->verdict, &out->receipt);
    if (f == FAULT_NONE) {
        if (out->verdict != VERDICT_VALID && !(out->reads_first && is_unreadable(out->verdict))) {
            touch_coinbase(s, b);
        }
        hash_logs(&out->logs, s);
        state_root(&out->root, s);
    }
    state_free(s);
    return f;
}

struct one_case { // everything about it, for messages
    struct statetest *runner;
    const char *path;
    const char *test, *fork;
    struct indexes index;
    struct statetest_tally *tally;
};

static void put_hash(struct buf *out, const b256 *h)
{
    buf_put_text(out, "0x");
    for (u32 i = 0; i < 32; i++) {
        buf_printf(out, "%02x", h->b[i]);
    }
}

static struct buf *fail(const struct one_case *c, const char *form)
{
    c->tally->failed++;
    buf_printf(&c->tally->failures, "FAIL %s %s [%s d%llu g%llu v%llu] %s: ", c->path, c->test,
               c->fork, (unsigned long long)c->index.data, (unsigned long long)c->index.gas,
               (unsigned long long)c->index.value, form);
    return &c->tally->failures;
}

static bool judge(const struct one_case *c, const char *form, const struct outcome *o,
                  const json_value *entry)
{
    json_value expected;
    bool refuses = false;
    b256 root = {{0}};
    b256 logs = {{0}};
    if (json_find(&expected, &refuses, entry, "expectException") != FAULT_NONE ||
        json_find_b256(&root, entry, "hash") != FAULT_NONE ||
        json_find_b256(&logs, entry, "logs") != FAULT_NONE) {
        return false;
    }
    if (refuses && o->verdict == VERDICT_VALID) {
        const char *name = "a refusal";
        usize n = 0;
        enum fault unreadable = json_get_text(&name, &n, &expected);
        buf_printf(fail(c, form), "accepted, expected %s\n", unreadable ? "a refusal" : name);
        return true;
    }
    if (!b256_equal(&root, &o->root)) {
        struct buf *out = fail(c, form);
        buf_printf(out, "root ");
        put_hash(out, &o->root);
        buf_printf(out, ", expected ");
        put_hash(out, &root);
        buf_printf(out, " (verdict %s, status %u, halt %s, gas used %llu)\n",
                   verdict_name(o->verdict), o->receipt.status, halt_name(o->receipt.halt),
                   (unsigned long long)o->receipt.gas_used);
        return true;
    }
    if (!b256_equal(&logs, &o->logs)) {
        buf_printf(fail(c, form), "logs differ\n");
        return true;
    }
    c->tally->passed++;
    return true;
}

static enum fault run_case(const struct one_case *c, const json_value *test,
                           const json_value *entry, const struct alloc *pre, enum fork fork)
{
    struct chain_block b = {.fork = fork, .params = vm_params_default()};
    b.params.riscv = c->runner->options.riscv;
    TRY(read_block(&b, test, c->fork));
    json_value tx;
    TRY(json_member(&tx, test, "transaction"));
    struct transaction t = {.nonce = 0};
    address sender = {{0}};
    json_value expected;
    bool refuses = false;
    TRY(json_find(&expected, &refuses, entry, "expectException"));
    if (read_transaction(&t, &sender, &tx, &c->index) != FAULT_NONE) {
        transaction_fini(&t);
        if (!refuses) {
            return FAULT_BAD_INPUT;
        }
        c->tally->passed++; // a number that does not fit: there is no such transaction
        return FAULT_NONE;
    }
    json_value state;
    bool reads_first = false; // execution-spec-tests give the whole state, older suites its root
    TRY(json_find(&state, &reads_first, entry, "state"));
    for (u32 form = 0; form < 2; form++) {
        struct vm *vm = c->runner->vm[form];
        const char *name = form == 0 ? "riscv" : "native";
        if (vm == NULL) {
            continue;
        }
        struct outcome o = {.verdict = VERDICT_VALID, .reads_first = reads_first};
        enum fault f = run_form(&o, vm, pre, &b, &t, &sender);
        if (f != FAULT_NONE) {
            buf_printf(fail(c, name), "fault: %s (%s)\n", fault_text(f), vm_fault_detail(vm));
        } else if (!judge(c, name, &o, entry)) {
            transaction_fini(&t);
            return FAULT_BAD_INPUT;
        }
    }
    transaction_fini(&t);
    return FAULT_NONE;
}

static enum fault run_test(struct one_case *c, const json_value *test)
{
    json_value post;
    json_value pre_value;
    struct alloc pre = {0};
    TRY(json_member(&post, test, "post"));
    TRY(json_member(&pre_value, test, "pre"));
    TRY(alloc_read(&pre, &pre_value));
    json_value of_fork = {0};
    enum fault f = FAULT_NONE;
    while (f == FAULT_NONE && json_next_member(&of_fork, &post)) {
        enum fork fork = FORK_FRONTIER;
        c->fork = of_fork.name;
        if (!fork_from_name(&fork, of_fork.name)) {
            buf_printf(fail(c, "all"), "unknown fork\n");
            continue;
        }
        for (usize i = 0; f == FAULT_NONE && i < json_count(&of_fork); i++) {
            json_value entry = json_element(&of_fork, i);
            json_value indexes;
            f = json_member(&indexes, &entry, "indexes");
            f = f == FAULT_NONE ? json_find_u64(&c->index.data, &indexes, "data") : f;
            f = f == FAULT_NONE ? json_find_u64(&c->index.gas, &indexes, "gas") : f;
            f = f == FAULT_NONE ? json_find_u64(&c->index.value, &indexes, "value") : f;
            f = f == FAULT_NONE ? run_case(c, test, &entry, &pre, fork) : f;
        }
    }
    alloc_fini(&pre);
    return f;
}

void statetest_run(struct statetest *t, const char *path, bytes text, struct statetest_tally *tally)
{
    struct json j;
    enum fault f = json_parse(&j, text);
    struct one_case c = {.runner = t, .path = path, .tally = tally};
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        json_value test = {0};
        while (f == FAULT_NONE && json_next_member(&test, &root)) {
            c.test = test.name;
            if (t->options.filter == NULL || strstr(test.name, t->options.filter) != NULL) {
                f = run_test(&c, &test);
            }
        }
    }
    if (f != FAULT_NONE) {
        tally->failed++;
        buf_printf(&tally->failures, "FAIL %s: %.*s\n", path, (int)j.error.n,
                   (const char *)j.error.p);
    }
    json_fini(&j);
}
