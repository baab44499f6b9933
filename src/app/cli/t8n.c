// SPDX-License-Identifier: MIT
// State transitions over the parts of core/chain's block execution; see t8n.h.
#include "app/cli/t8n.h"

#include "app/cli/t8n_reject.h"
#include "core/chain/block_run.h"
#include "core/trace/eip3155.h"
#include "core/trie/commit.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/codec/json_write.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "lib/os/file.h"

static const b256 BLOCK_HASH = {{0x13, 0x37}}; // that geth's tool puts into receipts

struct t8n {
    struct t8n_plan *plan;
    struct vm *vm;
    struct state *state;
    struct commitment *commitment;
    struct block_rules rules;
    struct block block;
    struct block_context context;
    struct chain_ancestry ancestry;
    struct block_run run;
    struct block_result result;
    struct buf transactions, logs; // payloads of their lists
    struct buf receipts, rejected; // JSON
    struct json_writer receipt_list, rejected_list;
    u64 index;     // of the next transaction
    u64 included;  // so far
    u64 log_index; // of the next log in the block
    struct eip3155 trace;
};

void t8n_result_fini(struct t8n_result *r)
{
    buf_fini(&r->result);
    buf_fini(&r->alloc);
    buf_fini(&r->body);
}

void t8n_free(struct t8n *t)
{
    if (t == NULL) {
        return;
    }
    block_run_fini(&t->run);
    commitment_free(t->commitment);
    state_free(t->state);
    vm_free(t->vm);
    buf_fini(&t->transactions);
    buf_fini(&t->logs);
    buf_fini(&t->receipts);
    buf_fini(&t->rejected);
    mem_free(t);
}

static enum t8n_status fault(const struct t8n *t, enum fault f, struct buf *why)
{
    buf_printf(why, "execution failed: %s %s", fault_text(f), vm_fault_detail(t->vm));
    return T8N_EVM;
}

struct t8n *t8n_begin(struct t8n_plan *p, enum t8n_status *status, struct buf *why)
{
    struct t8n *t = mem_zalloc(sizeof *t);
    t->plan = p;
    *status = t8n_header(&t->block.header, &t->rules, &p->env, &p->schedule, why);
    if (*status != T8N_OK) {
        mem_free(t);
        return NULL;
    }
    t->block.has_withdrawals = t->rules.fork >= FORK_SHANGHAI;
    t->block.withdrawals = t->block.has_withdrawals ? buf_bytes(&p->env.withdrawals) : BYTES_NONE;
    t->vm = vm_new(p->form);
    t->state = state_new(NULL);
    alloc_give(&p->alloc, t->state);
    t->commitment = commitment_new();
    t->ancestry = (struct chain_ancestry){&p->env, t8n_block_hash};
    t->context = (struct block_context){
        .vm = t->vm,
        .state = t->state,
        .commitment = t->commitment,
        .schedule = &p->schedule,
        .rules = &t->rules,
        .ancestry = &t->ancestry,
    };
    block_run_init(&t->run, &t->context, &t->block, &t->result);
    t->run.no_rewards = true;
    json_write_init(&t->receipt_list, &t->receipts, 0);
    json_write_init(&t->rejected_list, &t->rejected, 0);
    json_begin_list(&t->receipt_list, NULL);
    json_begin_list(&t->rejected_list, NULL);
    enum fault f = block_run_before(&t->run);
    if (f != FAULT_NONE) {
        *status = fault(t, f, why);
        t8n_free(t);
        return NULL;
    }
    return t;
}

// ---- receipts

static void put_log(struct t8n *t, const struct state_log *l, const b256 *hash)
{
    struct json_writer *w = &t->receipt_list;
    json_begin_object(w, NULL);
    json_put_address(w, "address", &l->emitter);
    json_begin_list(w, "topics");
    for (u32 i = 0; i < l->topic_count; i++) {
        json_put_b256(w, NULL, &l->topic[i]);
    }
    json_end(w);
    bytes data = state_log_data(t->state, l);
    json_put_data(w, "data", data.p, data.n);
    json_put_quantity_u64(w, "blockNumber", t->block.header.number);
    json_put_b256(w, "transactionHash", hash);
    json_put_quantity_u64(w, "transactionIndex", t->included);
    json_put_b256(w, "blockHash", &BLOCK_HASH);
    json_put_quantity_u64(w, "logIndex", t->log_index++);
    json_put_bool(w, "removed", false);
    json_end(w);
}

static void put_logs(struct t8n *t, const b256 *hash)
{
    struct json_writer *w = &t->receipt_list;
    u8 bloom[256] = {0};
    for (usize i = 0; i < state_log_count(t->state); i++) {
        const struct state_log *l = state_log_at(t->state, i);
        bloom_add(bloom, l->emitter.b, sizeof l->emitter.b);
        for (u32 k = 0; k < l->topic_count; k++) {
            bloom_add(bloom, l->topic[k].b, sizeof l->topic[k].b);
        }
    }
    json_put_data(w, "logsBloom", bloom, sizeof bloom);
    json_begin_list(w, "logs");
    for (usize i = 0; i < state_log_count(t->state); i++) {
        put_log(t, state_log_at(t->state, i), hash);
    }
    json_end(w);
    block_put_logs(&t->logs, t->state);
}

// Where a creation of this sender and nonce goes, whether it succeeded or not.
static address creation_address(const address *sender, u64 nonce)
{
    struct buf coded = {0};
    b256 hash;
    address out;
    usize list = rlp_begin_list(&coded);
    rlp_put_bytes(&coded, sender->b, sizeof sender->b);
    rlp_put_u64(&coded, nonce);
    rlp_end_list(&coded, list);
    keccak256(&hash, coded.p, coded.n);
    buf_fini(&coded);
    copy_bytes(out.b, hash.b + 12, sizeof out.b);
    return out;
}

static void put_receipt(struct t8n *t, const struct transaction *tx, const address *sender,
                        const struct chain_receipt *r)
{
    struct json_writer *w = &t->receipt_list;
    b256 hash;
    b256 root;
    transaction_hash(&hash, tx);
    json_begin_object(w, NULL);
    if (tx->type != TX_LEGACY) {
        json_put_quantity_u64(w, "type", tx->type);
    }
    if (t->rules.fork >= FORK_BYZANTIUM) {
        json_put_data(w, "root", NULL, 0);
    } else {
        commitment_root(&root, t->commitment, t->state);
        json_put_b256(w, "root", &root);
    }
    json_put_quantity_u64(w, "status", r->status == EVM_SUCCESS);
    json_put_quantity_u64(w, "cumulativeGasUsed", t->result.gas_used);
    put_logs(t, &hash);
    json_put_b256(w, "transactionHash", &hash);
    address created = {{0}};
    if (tx->is_create) {
        created = creation_address(sender, tx->nonce);
    }
    json_put_address(w, "contractAddress", &created);
    json_put_quantity_u64(w, "gasUsed", r->gas_used);
    json_put_null(w, "effectiveGasPrice");
    if (tx->type == TX_BLOB) {
        json_put_quantity_u64(w, "blobGasUsed", tx->blob_count * GAS_PER_BLOB);
        json_put_quantity(w, "blobGasPrice", t->run.env.vm.blob_base_fee);
    }
    json_put_b256(w, "blockHash", &BLOCK_HASH);
    json_put_quantity_u64(w, "blockNumber", t->block.header.number);
    json_put_quantity_u64(w, "transactionIndex", t->included);
    json_end(w);
}

// ---- transactions

static void reject(struct t8n *t, enum verdict v, const struct transaction *tx,
                   const address *sender)
{
    struct buf text = {0};
    t8n_reject_text(&text, v,
                    &(struct t8n_rejected){
                        .t = tx,
                        .sender = sender,
                        .state = t->state,
                        .block = &t->run.env,
                    });
    json_begin_object(&t->rejected_list, NULL);
    json_put_number(&t->rejected_list, "index", t->index);
    json_put_text_bytes(&t->rejected_list, "error", buf_bytes(&text));
    json_end(&t->rejected_list);
    buf_fini(&text);
}

static void begin_trace(struct t8n *t)
{
    if (t->plan->trace_folder != NULL) {
        eip3155_init(&t->trace, t->rules.fork, NULL, NULL);
        struct inspector i = eip3155_inspector(&t->trace);
        vm_set_inspector(t->vm, &i);
    }
}

static enum t8n_status end_trace(struct t8n *t, const struct transaction *tx, bool keep,
                                 struct buf *why)
{
    if (t->plan->trace_folder == NULL) {
        return T8N_OK;
    }
    enum fault f = FAULT_NONE;
    vm_set_inspector(t->vm, NULL);
    eip3155_flush(&t->trace);
    if (keep) {
        struct buf path = {0};
        b256 hash;
        transaction_hash(&hash, tx);
        buf_printf(&path, "%s/trace-%llu-", t->plan->trace_folder, (unsigned long long)t->included);
        hex_put_data(&path, hash.b, sizeof hash.b);
        buf_put(&path, ".jsonl", sizeof ".jsonl");
        f = os_write_file(why, (const char *)path.p, buf_bytes(&t->trace.out));
        buf_fini(&path);
    }
    eip3155_fini(&t->trace);
    return f == FAULT_NONE ? T8N_OK : T8N_IO;
}

static enum t8n_status take_in(struct t8n *t, const struct transaction *tx, const address *sender,
                               const struct chain_receipt *receipt, struct buf *why)
{
    if (t->plan->env.asked_unknown_hash) {
        buf_printf(why, "BLOCKHASH asked for block %llu, whose hash env does not state",
                   (unsigned long long)t->plan->env.unknown_hash);
        return T8N_NO_HASH;
    }
    struct buf raw = {0};
    put_receipt(t, tx, sender, receipt);
    transaction_encode(&raw, tx);
    if (tx->type == TX_LEGACY) {
        buf_put(&t->transactions, raw.p, raw.n);
    } else {
        rlp_put_bytes(&t->transactions, raw.p, raw.n);
    }
    buf_fini(&raw);
    t->included++;
    return T8N_OK;
}

enum t8n_status t8n_apply(struct t8n *t, const struct transaction *tx, struct buf *why)
{
    address sender = {{0}};
    struct chain_receipt receipt;
    enum t8n_status status = T8N_OK;
    enum verdict v = transaction_signer(&sender, tx, t->rules.fork >= FORK_HOMESTEAD);
    if (v == VERDICT_VALID) {
        begin_trace(t);
        enum fault f = block_run_apply(&t->run, tx, &sender, &v, &receipt);
        status = end_trace(t, tx, f == FAULT_NONE && v == VERDICT_VALID, why);
        if (f != FAULT_NONE) {
            return fault(t, f, why);
        }
    }
    if (v != VERDICT_VALID) {
        reject(t, v, tx, &sender);
    } else if (status == T8N_OK) {
        status = take_in(t, tx, &sender, &receipt, why);
    }
    t->index++;
    return status;
}

enum t8n_status t8n_apply_raw(struct t8n *t, bytes raw, struct buf *why)
{
    struct transaction tx = {.nonce = 0};
    enum t8n_status status = T8N_OK;
    enum verdict v = transaction_decode(&tx, raw);
    if (v == VERDICT_VALID) {
        status = t8n_apply(t, &tx, why);
    } else {
        reject(t, v, &tx, NULL);
        t->index++;
    }
    transaction_fini(&tx);
    return status;
}

// ---- what comes after the transactions

static void pay_reward(struct t8n *t)
{
    const struct t8n_env *e = &t->plan->env;
    u256 reward = u256_from_u64(t->plan->reward);
    u256 miner = reward;
    state_begin_transaction(t->state);
    for (u32 i = 0; i < e->ommer_count; i++) {
        u256 part = u256_mul(reward, u256_from_u64(8 - e->ommers[i].delta));
        part = u256_shr(u256_from_u64(3), part);
        miner = u256_add(miner, u256_shr(u256_from_u64(5), reward));
        state_add_balance(t->state, state_account(t->state, &e->ommers[i].at), &part);
    }
    state_add_balance(t->state, state_account(t->state, &e->coinbase), &miner);
    state_end_transaction(t->state, t->rules.fork >= FORK_SPURIOUS);
}

static void put_requests(struct t8n *t, struct json_writer *w)
{
    if (t->rules.fork < FORK_PRAGUE) {
        json_put_null(w, "requests");
        return;
    }
    json_put_b256(w, "requestsHash", &t->result.requests_hash);
    json_begin_list(w, "requests");
    for (u8 i = 0; i < REQUEST_TYPES; i++) {
        struct buf request = {0};
        buf_put_u8(&request, i);
        buf_put(&request, t->run.requests[i].p, t->run.requests[i].n);
        if (request.n > 1) {
            json_put_data(w, NULL, request.p, request.n);
        }
        buf_fini(&request);
    }
    json_end(w);
}

static void put_header_part(struct t8n *t, struct json_writer *w)
{
    const struct t8n_env *e = &t->plan->env;
    const struct header *h = &t->block.header;
    if (t->rules.fork >= FORK_PARIS) {
        json_put_null(w, "currentDifficulty");
    } else {
        json_put_quantity(w, "currentDifficulty", h->difficulty);
    }
    json_put_quantity_u64(w, "gasUsed", t->result.gas_used);
    if (t->rules.fork >= FORK_LONDON || e->has_base_fee) {
        json_put_quantity(w, "currentBaseFee", e->has_base_fee ? e->base_fee : h->base_fee);
    }
    if (t->rules.fork >= FORK_SHANGHAI) {
        b256 root;
        CHECK(block_withdrawals_root(&root, &t->block)); // coded by the environment's reader
        json_put_b256(w, "withdrawalsRoot", &root);
    }
    if (t->rules.fork >= FORK_CANCUN && e->has_excess_blob_gas) {
        json_put_quantity_u64(w, "currentExcessBlobGas", h->excess_blob_gas);
        json_put_quantity_u64(w, "blobGasUsed", t->result.blob_gas_used);
    }
}

static void put_list_hash(struct json_writer *w, const char *name, bytes payload)
{
    struct buf coded = {0};
    b256 hash;
    usize list = rlp_begin_list(&coded);
    buf_put(&coded, payload.p, payload.n);
    rlp_end_list(&coded, list);
    keccak256(&hash, coded.p, coded.n);
    json_put_b256(w, name, &hash);
    buf_fini(&coded);
}

static void put_result(struct t8n *t, struct buf *out)
{
    struct json_writer w;
    b256 root;
    json_end(&t->receipt_list);
    json_end(&t->rejected_list);
    t->block.transactions = buf_bytes(&t->transactions);
    json_write_init(&w, out, 0);
    json_begin_object(&w, NULL);
    commitment_root(&root, t->commitment, t->state);
    json_put_b256(&w, "stateRoot", &root);
    CHECK(block_transactions_root(&root, &t->block)); // coded by take_in
    json_put_b256(&w, "txRoot", &root);
    root = block_run_receipts_root(&t->run);
    json_put_b256(&w, "receiptsRoot", &root);
    put_list_hash(&w, "logsHash", buf_bytes(&t->logs));
    json_put_data(&w, "logsBloom", t->result.bloom, sizeof t->result.bloom);
    json_put_raw(&w, "receipts", buf_bytes(&t->receipts));
    if (t->included < t->index) {
        json_put_raw(&w, "rejected", buf_bytes(&t->rejected));
    }
    put_header_part(t, &w);
    put_requests(t, &w);
    json_end(&w);
}

// ---- the allocation

struct alloc_writer {
    struct json_writer w;
    bool in_account, in_storage;
};

static void close_account(struct alloc_writer *a)
{
    if (a->in_storage) {
        json_end(&a->w);
    }
    if (a->in_account) {
        json_end(&a->w);
    }
    a->in_account = a->in_storage = false;
}

static void put_account(void *ctx, const struct account *account, bytes code)
{
    struct alloc_writer *a = ctx;
    struct buf name = {0};
    close_account(a);
    hex_put_data(&name, account_address(account)->b, sizeof(address));
    buf_put_u8(&name, 0);
    json_begin_object(&a->w, (const char *)name.p);
    buf_fini(&name);
    a->in_account = true;
    if (code.n > 0) {
        json_put_data(&a->w, "code", code.p, code.n);
    }
    json_put_quantity(&a->w, "balance", *account_balance(account));
    if (account_nonce(account) > 0) {
        json_put_quantity_u64(&a->w, "nonce", account_nonce(account));
    }
}

static void put_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct alloc_writer *a = ctx;
    struct buf name = {0};
    b256 word = u256_to_b256(*key);
    if (!a->in_storage) {
        json_begin_object(&a->w, "storage");
        a->in_storage = true;
    }
    hex_put_data(&name, word.b, sizeof word.b);
    buf_put_u8(&name, 0);
    word = u256_to_b256(*value);
    json_put_b256(&a->w, (const char *)name.p, &word);
    buf_fini(&name);
}

static void put_alloc(struct state *s, struct buf *out)
{
    struct alloc_writer a = {.in_account = false};
    struct state_visitor v = {&a, put_account, put_slot};
    json_write_init(&a.w, out, 0);
    json_begin_object(&a.w, NULL);
    state_visit(s, &v);
    close_account(&a);
    json_end(&a.w);
}

enum t8n_status t8n_finish(struct t8n *t, struct t8n_result *out, struct buf *why)
{
    enum block_verdict v = BLOCK_VALID;
    if (t->plan->has_reward) {
        pay_reward(t);
    }
    enum fault f = block_run_after(&t->run, &v);
    f = f == FAULT_NONE ? state_take_fault(t->state) : f;
    if (f != FAULT_NONE) {
        return fault(t, f, why);
    }
    v = t->run.bad_deposit ? BLOCK_DEPOSIT_LAYOUT : v;
    if (v != BLOCK_VALID) {
        buf_printf(why, "the block is not valid: %s", block_verdict_text(v));
        return T8N_EVM;
    }
    put_result(t, &out->result);
    put_alloc(t->state, &out->alloc);
    struct buf body = {0};
    usize list = rlp_begin_list(&body);
    buf_put(&body, t->transactions.p, t->transactions.n);
    rlp_end_list(&body, list);
    buf_put_u8(&out->body, '"');
    hex_put_data(&out->body, body.p, body.n);
    buf_put_u8(&out->body, '"');
    buf_fini(&body);
    return T8N_OK;
}
