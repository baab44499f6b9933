// SPDX-License-Identifier: MIT
// Block execution. Each part of a block (system calls, transactions, withdrawals, requests,
// rewards) is one function over struct block_run; block_execute is the order in which they come,
// and build.c goes the same way.
#include "core/chain/block_run.h"

#include "core/trie/root.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

#define SYSTEM_GAS 30000000u    // EIP-4788
#define BLOCK_SIZE_MAX 8388608u // EIP-7934: 10 MiB less 2 MiB
#define DEPOSIT_DATA_SIZE 576u  // EIP-6110
#define GWEI 1000000000u

static const address SYSTEM_CALLER = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}};
static const address BEACON_ROOTS = {{0x00, 0x0f, 0x3d, 0xf6, 0xd7, 0x32, 0x80, 0x7e, 0xf1, 0x31,
                                      0x9f, 0xb7, 0xb8, 0xbb, 0x85, 0x22, 0xd0, 0xbe, 0xac, 0x02}};
static const address HISTORY = {{0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5, 0x3a, 0x10, 0xcb,
                                 0x7a, 0x02, 0x33, 0x5b, 0x17, 0x53, 0x20, 0x00, 0x29, 0x35}};
static const address WITHDRAWAL_REQUESTS = {{0x00, 0x00, 0x09, 0x61, 0xef, 0x48, 0x0e,
                                             0xb5, 0x5e, 0x80, 0xd1, 0x9a, 0xd8, 0x35,
                                             0x79, 0xa6, 0x4c, 0x00, 0x70, 0x02}};
static const address CONSOLIDATIONS = {{0x00, 0x00, 0xbb, 0xdd, 0xc7, 0xce, 0x48,
                                        0x86, 0x42, 0xfb, 0x57, 0x9f, 0x8b, 0x00,
                                        0xf3, 0xa5, 0x90, 0x00, 0x72, 0x51}};
// keccak256("DepositEvent(bytes,bytes,bytes,bytes,bytes)")
static const b256 DEPOSIT_TOPIC = {{0x64, 0x9b, 0xbc, 0x62, 0xd0, 0xe3, 0x13, 0x42,
                                    0xaf, 0xea, 0x4e, 0x5c, 0xd8, 0x2d, 0x40, 0x49,
                                    0xe7, 0xe1, 0xee, 0x91, 0x2f, 0xc0, 0x88, 0x9a,
                                    0xa7, 0x90, 0x80, 0x3b, 0xe3, 0x90, 0x38, 0xc5}};
static const address DAO_REFUND = {{0xbf, 0x4e, 0xd7, 0xb2, 0x7f, 0x1d, 0x66, 0x65, 0x46, 0xe3,
                                    0x0d, 0x74, 0xd5, 0x0d, 0x17, 0x3d, 0x20, 0xbc, 0xa7, 0x54}};

static enum fault ancestor_hash(void *ctx, u64 number, b256 *out)
{
    const struct chain_ancestry *a = ctx;
    return a->hash(a->ctx, number, out);
}

void chain_block_init(struct chain_block *out, const struct schedule *s,
                      const struct block_rules *rules, const struct header *h,
                      const struct chain_ancestry *ancestry)
{
    bool paris = rules->fork >= FORK_PARIS;
    *out = (struct chain_block){
        .fork = rules->fork,
        .params = rules->params,
        .has_tx_gas_max = rules->has_tx_gas_max,
        .tx_gas_max = rules->tx_gas_max,
        .gas_left = h->gas_limit,
        .blob_gas_left = rules->blobs.max * GAS_PER_BLOB,
        .excess_blob_gas = h->excess_blob_gas,
        .blobs = rules->blobs,
        .vm =
            {
                .number = u256_from_u64(h->number),
                .timestamp = u256_from_u64(h->timestamp),
                .gas_limit = u256_from_u64(h->gas_limit),
                .base_fee = h->base_fee,
                .difficulty_or_prevrandao = paris ? u256_from_b256(h->mix_hash) : h->difficulty,
                .chain_id = s->chain_id,
                .coinbase = h->coinbase,
                .ctx = (void *)(uintptr_t)ancestry,
                .block_hash = ancestor_hash,
            },
    };
    if (rules->blobs.max > 0) {
        out->vm.blob_base_fee = blob_base_fee(h->excess_blob_gas, rules->blobs.update_fraction);
    }
}

// ---- system calls

// Calls a system contract as a transaction of its own that nobody pays; *ran tells whether it has
// code.
static enum fault system_call(struct block_run *r, const address *to, bytes input, bool *ran,
                              struct vm_result *result)
{
    *ran = account_code_size(r->s, state_account(r->s, to)) > 0;
    if (!*ran) {
        return FAULT_NONE;
    }
    struct vm_transaction tx = {.origin = SYSTEM_CALLER};
    struct vm_message m = {
        .from = SYSTEM_CALLER,
        .to = *to,
        .input = input,
        .gas = SYSTEM_GAS,
        .value_stays = true,
    };
    vm_set_rules(r->vm, r->rules->fork, &r->rules->params);
    vm_set_block(r->vm, &r->env.vm);
    vm_set_transaction(r->vm, &tx);
    state_begin_transaction(r->s);
    TRY(vm_execute(r->vm, r->s, &m, result));
    state_end_transaction(r->s, true);
    return FAULT_NONE;
}

enum fault block_run_before(struct block_run *r)
{
    const struct header *h = &r->b->header;
    bool ran = false;
    struct vm_result ignored;
    if (r->rules->fork >= FORK_CANCUN) {
        bytes root = {h->beacon_root.b, sizeof h->beacon_root.b};
        TRY(system_call(r, &BEACON_ROOTS, root, &ran, &ignored));
    }
    if (r->rules->fork >= FORK_PRAGUE) {
        bytes parent = {h->parent_hash.b, sizeof h->parent_hash.b};
        TRY(system_call(r, &HISTORY, parent, &ran, &ignored));
    }
    return FAULT_NONE;
}

static u8 hex_digit(char c)
{
    return (u8)(c <= '9' ? c - '0' : c - 'a' + 10);
}

// EIP-779: the irregular change of state.
static void move_dao_balances(struct block_run *r)
{
    static const char *const ACCOUNTS[] = {
#define DAO_ACCOUNT(text) text,
#include "spec/dao.def"
    };
    state_begin_transaction(r->s);
    struct account *refund = state_account(r->s, &DAO_REFUND);
    for (u32 i = 0; i < COUNT_OF(ACCOUNTS); i++) {
        address a;
        for (u32 k = 0; k < sizeof a.b; k++) {
            a.b[k] = (u8)(hex_digit(ACCOUNTS[i][2 * k]) << 4 | hex_digit(ACCOUNTS[i][2 * k + 1]));
        }
        struct account *from = state_account(r->s, &a);
        u256 balance = *account_balance(from);
        state_sub_balance(r->s, from, &balance);
        state_add_balance(r->s, refund, &balance);
    }
    state_end_transaction(r->s, false);
}

// ---- receipts

void block_put_logs(struct buf *out, struct state *s)
{
    for (usize i = 0; i < state_log_count(s); i++) {
        const struct state_log *l = state_log_at(s, i);
        usize log = rlp_begin_list(out);
        rlp_put_bytes(out, l->emitter.b, sizeof l->emitter.b);
        usize topics = rlp_begin_list(out);
        for (u32 k = 0; k < l->topic_count; k++) {
            rlp_put_bytes(out, l->topic[k].b, sizeof l->topic[k].b);
        }
        rlp_end_list(out, topics);
        bytes data = state_log_data(s, l);
        rlp_put_bytes(out, data.p, data.n);
        rlp_end_list(out, log);
    }
}

static void bloom_of_logs(struct state *s, u8 bloom[256])
{
    for (usize i = 0; i < state_log_count(s); i++) {
        const struct state_log *l = state_log_at(s, i);
        bloom_add(bloom, l->emitter.b, sizeof l->emitter.b);
        for (u32 k = 0; k < l->topic_count; k++) {
            bloom_add(bloom, l->topic[k].b, sizeof l->topic[k].b);
        }
    }
}

static void put_receipt(struct block_run *r, const struct transaction *t,
                        struct chain_receipt *receipt)
{
    struct buf *out = &r->receipts;
    u8 bloom[256] = {0};
    bloom_of_logs(r->s, bloom);
    for (u32 i = 0; i < sizeof bloom; i++) {
        r->out->bloom[i] |= bloom[i];
    }
    if (t->type != TX_LEGACY) {
        buf_put_u8(out, (u8)t->type);
    }
    usize list = rlp_begin_list(out);
    if (r->rules->fork >= FORK_BYZANTIUM) { // EIP-658
        rlp_put_u64(out, receipt->status == EVM_SUCCESS);
    } else {
        receipt->has_root = r->commitment != NULL;
        if (receipt->has_root) {
            commitment_root(&receipt->root, r->commitment, r->s);
        }
        rlp_put_bytes(out, receipt->root.b, sizeof receipt->root.b);
    }
    rlp_put_u64(out, r->out->gas_used);
    rlp_put_bytes(out, bloom, sizeof bloom);
    usize logs = rlp_begin_list(out);
    block_put_logs(out, r->s);
    rlp_end_list(out, logs);
    rlp_end_list(out, list);
    if (r->count == r->cap) {
        r->cap = r->cap == 0 ? 16 : r->cap * 2;
        r->ends = mem_realloc(r->ends, r->cap * sizeof *r->ends);
    }
    r->ends[r->count++] = out->n;
}

// The root of a list under the coding of its indices.
struct indexed_list {
    struct trie_item *items;
    u8 (*keys)[9];
    usize count, cap;
};

static void list_add(struct indexed_list *l, bytes value)
{
    if (l->count == l->cap) {
        l->cap = l->cap == 0 ? 32 : l->cap * 2;
        l->items = mem_realloc(l->items, l->cap * sizeof *l->items);
        l->keys = mem_realloc(l->keys, l->cap * sizeof *l->keys);
    }
    struct buf key = {0};
    rlp_put_u64(&key, l->count);
    copy_bytes(l->keys[l->count], key.p, key.n);
    l->items[l->count] = (struct trie_item){.key = {NULL, key.n}, .value = value};
    l->count++;
    buf_fini(&key);
}

static b256 list_root(struct indexed_list *l)
{
    for (usize i = 0; i < l->count; i++) {
        l->items[i].key.p = l->keys[i]; // after the last realloc
    }
    b256 root;
    trie_root(&root, l->items, l->count);
    mem_free(l->items);
    mem_free(l->keys);
    return root;
}

b256 block_run_receipts_root(const struct block_run *r)
{
    struct indexed_list l = {0};
    usize at = 0;
    for (usize i = 0; i < r->count; i++) {
        list_add(&l, (bytes){r->receipts.p + at, r->ends[i] - at});
        at = r->ends[i];
    }
    return list_root(&l);
}

// ---- deposits (EIP-6110)

static bool word_is(bytes data, usize at, u64 value)
{
    return u256_eq(u256_from_be_bytes(data.p + at), u256_from_u64(value));
}

// Layout of the deposit contract's event: five offsets, then five strings of fixed sizes.
static bool put_deposit(struct buf *out, bytes data)
{
    static const u16 OFFSETS[5] = {160, 256, 320, 384, 512};
    static const u16 SIZES[5] = {48, 32, 8, 96, 8};
    if (data.n != DEPOSIT_DATA_SIZE) {
        return false;
    }
    for (u32 i = 0; i < 5; i++) {
        if (!word_is(data, 32 * (usize)i, OFFSETS[i]) || !word_is(data, OFFSETS[i], SIZES[i])) {
            return false;
        }
    }
    for (u32 i = 0; i < 5; i++) {
        buf_put(out, data.p + OFFSETS[i] + 32, SIZES[i]);
    }
    return true;
}

static bool collect_deposits(struct block_run *r)
{
    for (usize i = 0; i < state_log_count(r->s); i++) {
        const struct state_log *l = state_log_at(r->s, i);
        bool is_deposit = address_equal(&l->emitter, &r->schedule->deposit_contract) &&
                          l->topic_count > 0 && b256_equal(&l->topic[0], &DEPOSIT_TOPIC);
        if (is_deposit && !put_deposit(&r->requests[0], state_log_data(r->s, l))) {
            return false;
        }
    }
    return true;
}

// ---- transactions

enum fault block_run_apply(struct block_run *r, const struct transaction *t, const address *sender,
                           enum verdict *verdict, struct chain_receipt *receipt)
{
    TRY(chain_transact(r->vm, r->s, &r->env, t, sender, verdict, receipt));
    if (*verdict != VERDICT_VALID) {
        return FAULT_NONE;
    }
    u64 blob_gas = t->blob_count * GAS_PER_BLOB;
    r->env.gas_left -= receipt->gas_used;
    r->env.blob_gas_left -= blob_gas;
    r->out->gas_used += receipt->gas_used;
    r->out->blob_gas_used += blob_gas;
    put_receipt(r, t, receipt);
    if (r->rules->fork >= FORK_PRAGUE && !collect_deposits(r)) {
        r->bad_deposit = true;
    }
    return FAULT_NONE;
}

enum verdict block_run_sender(struct block_run *r, u64 index, const struct transaction *t,
                              address *sender)
{
    const struct block_watch *w = r->watch;
    bool low_s = r->rules->fork >= FORK_HOMESTEAD;
    r->env.any_sender = w != NULL && w->before != NULL && w->before(w->ctx, index, t, sender);
    return r->env.any_sender ? VERDICT_VALID : transaction_signer(sender, t, low_s);
}

static enum fault run_transaction(struct block_run *r, bytes raw, enum block_verdict *verdict)
{
    struct transaction t = {.nonce = 0};
    address sender;
    struct chain_receipt receipt;
    enum verdict v = transaction_decode(&t, raw);
    if (v == VERDICT_VALID) {
        v = block_run_sender(r, r->out->transaction_index, &t, &sender);
    }
    enum fault f = FAULT_NONE;
    if (v == VERDICT_VALID) {
        f = block_run_apply(r, &t, &sender, &v, &receipt);
    }
    const struct block_watch *w = r->watch;
    if (f == FAULT_NONE && v == VERDICT_VALID && w != NULL && w->after != NULL) {
        r->has_ended = !w->after(w->ctx, r->out->transaction_index, &t, &sender, &receipt);
    }
    transaction_fini(&t);
    if (v != VERDICT_VALID) {
        r->out->transaction_verdict = v;
        *verdict = BLOCK_TRANSACTION;
    } else if (r->bad_deposit) {
        *verdict = BLOCK_DEPOSIT_LAYOUT;
    }
    return f;
}

static enum fault run_transactions(struct block_run *r, enum block_verdict *verdict)
{
    bytes rest = r->b->transactions;
    for (r->out->transaction_index = 0; rest.n > 0; r->out->transaction_index++) {
        bytes raw;
        if (!block_next_transaction(&raw, &rest)) {
            *verdict = BLOCK_RLP;
            return FAULT_NONE;
        }
        TRY(run_transaction(r, raw, verdict));
        if (*verdict != BLOCK_VALID || r->has_ended) {
            return FAULT_NONE;
        }
    }
    return FAULT_NONE;
}

// ---- after the transactions

static void give(struct block_run *r, const address *to, u256 amount)
{
    state_begin_transaction(r->s);
    state_add_balance(r->s, state_account(r->s, to), &amount);
    state_end_transaction(r->s, r->rules->fork >= FORK_SPURIOUS);
}

static void pay_withdrawals(struct block_run *r)
{
    bytes rest = r->b->withdrawals;
    struct withdrawal w;
    bytes raw;
    while (rest.n > 0 && block_next_withdrawal(&w, &raw, &rest)) {
        give(r, &w.at, u256_mul(u256_from_u64(w.amount_gwei), u256_from_u64(GWEI)));
    }
}

static void pay_rewards(struct block_run *r)
{
    enum fork f = r->rules->fork;
    if (f >= FORK_PARIS || r->no_rewards) {
        return;
    }
    u64 ether = f >= FORK_CONSTANTINOPLE ? 2 : f >= FORK_BYZANTIUM ? 3 : 5; // EIP-1234, EIP-649
    u256 reward = u256_from_u64(ether * 1000000000000000000u);
    u256 miner = reward;
    bytes rest = r->b->uncles;
    struct header uncle;
    while (rest.n > 0 && header_decode(&uncle, &rest)) {
        u64 age = r->b->header.number - uncle.number;
        u256 part = u256_mul(reward, u256_from_u64(8 - age));
        give(r, &uncle.coinbase, u256_shr(u256_from_u64(3), part));
        miner = u256_add(miner, u256_shr(u256_from_u64(5), reward));
    }
    give(r, &r->b->header.coinbase, miner);
}

static void hash_requests(struct buf *hashes, u8 type, bytes data)
{
    if (data.n == 0) {
        return;
    }
    struct buf request = {0};
    b256 hash;
    buf_put_u8(&request, type);
    buf_put(&request, data.p, data.n);
    crypto_sha256(&hash, request.p, request.n);
    buf_put(hashes, hash.b, sizeof hash.b);
    buf_fini(&request);
}

static enum fault collect_requests(struct block_run *r, enum block_verdict *verdict)
{
    static const address *const CONTRACTS[] = {&WITHDRAWAL_REQUESTS, &CONSOLIDATIONS};
    enum fault f = FAULT_NONE;
    for (u32 i = 0; f == FAULT_NONE && *verdict == BLOCK_VALID && i < COUNT_OF(CONTRACTS); i++) {
        struct vm_result result;
        bool ran = false;
        f = system_call(r, CONTRACTS[i], BYTES_NONE, &ran, &result);
        if (f == FAULT_NONE && !ran) {
            *verdict = BLOCK_SYSTEM_CODE_MISSING;
        } else if (f == FAULT_NONE && result.status != EVM_SUCCESS) {
            *verdict = BLOCK_SYSTEM_CALL_FAILED;
        } else if (f == FAULT_NONE) {
            buf_put(&r->requests[i + 1], result.output.p, result.output.n);
        }
    }
    struct buf hashes = {0};
    for (u8 i = 0; i < REQUEST_TYPES; i++) {
        hash_requests(&hashes, i, buf_bytes(&r->requests[i]));
    }
    crypto_sha256(&r->out->requests_hash, hashes.p, hashes.n);
    buf_fini(&hashes);
    return f;
}

enum fault block_run_after(struct block_run *r, enum block_verdict *verdict)
{
    pay_withdrawals(r);
    if (r->rules->fork >= FORK_PRAGUE) {
        TRY(collect_requests(r, verdict));
    }
    pay_rewards(r);
    return FAULT_NONE;
}

// ---- comparison with the header

static enum block_verdict compare(const struct block_run *r)
{
    const struct header *h = &r->b->header;
    const struct block_result *o = r->out;
    if (h->gas_used != o->gas_used) {
        return BLOCK_GAS_USED;
    }
    if (r->rules->fork >= FORK_CANCUN && h->blob_gas_used != o->blob_gas_used) {
        return BLOCK_BLOB_GAS_USED;
    }
    if (!b256_equal(&h->receipts_root, &o->receipts_root)) {
        return BLOCK_RECEIPTS_ROOT;
    }
    if (!equal_bytes(h->bloom, o->bloom, sizeof h->bloom)) {
        return BLOCK_BLOOM;
    }
    if (r->rules->fork >= FORK_PRAGUE && !b256_equal(&h->requests_hash, &o->requests_hash)) {
        return BLOCK_REQUESTS;
    }
    return b256_equal(&h->state_root, &o->state_root) ? BLOCK_VALID : BLOCK_STATE_ROOT;
}

static enum fault execute_all(struct block_run *r, enum block_verdict *verdict)
{
    if (r->rules->is_dao_block) {
        move_dao_balances(r);
    }
    TRY(block_run_before(r));
    TRY(run_transactions(r, verdict));
    if (*verdict != BLOCK_VALID || r->has_ended) {
        return FAULT_NONE;
    }
    TRY(block_run_after(r, verdict));
    if (*verdict == BLOCK_VALID) {
        r->out->receipts_root = block_run_receipts_root(r);
        commitment_root(&r->out->state_root, r->commitment, r->s);
        *verdict = compare(r);
    }
    return state_take_fault(r->s);
}

void block_run_init(struct block_run *r, const struct block_context *c, const struct block *b,
                    struct block_result *out)
{
    *out = (struct block_result){.gas_used = 0};
    *r = (struct block_run){
        .vm = c->vm,
        .s = c->state,
        .schedule = c->schedule,
        .rules = c->rules,
        .b = b,
        .commitment = c->commitment,
        .watch = c->watch,
        .out = out,
    };
    chain_block_init(&r->env, c->schedule, c->rules, &b->header, c->ancestry);
}

void block_run_fini(struct block_run *r)
{
    buf_fini(&r->receipts);
    for (u32 i = 0; i < REQUEST_TYPES; i++) {
        buf_fini(&r->requests[i]);
    }
    mem_free(r->ends);
}

enum fault block_execute(const struct block_context *c, const struct block *b,
                         enum block_verdict *verdict, struct block_result *out)
{
    struct block_run r;
    *verdict = BLOCK_VALID;
    block_run_init(&r, c, b, out);
    enum fault f = execute_all(&r, verdict);
    block_run_fini(&r);
    return f;
}

enum fault block_replay(const struct block_context *c, const struct block *b, bool to_end,
                        enum block_verdict *verdict)
{
    struct block_run r;
    struct block_result ignored;
    *verdict = BLOCK_VALID;
    block_run_init(&r, c, b, &ignored);
    if (r.rules->is_dao_block) {
        move_dao_balances(&r);
    }
    enum fault f = block_run_before(&r);
    f = f == FAULT_NONE ? run_transactions(&r, verdict) : f;
    if (f == FAULT_NONE && to_end && *verdict == BLOCK_VALID && !r.has_ended) {
        f = block_run_after(&r, verdict);
    }
    block_run_fini(&r);
    return f == FAULT_NONE ? state_take_fault(c->state) : f;
}

// ---- body

bool block_transactions_root(b256 *out, const struct block *b)
{
    struct indexed_list l = {0};
    bytes rest = b->transactions;
    bytes raw;
    bool ok = true;
    while (ok && rest.n > 0) {
        ok = block_next_transaction(&raw, &rest);
        if (ok) {
            list_add(&l, raw);
        }
    }
    *out = list_root(&l);
    return ok;
}

bool block_withdrawals_root(b256 *out, const struct block *b)
{
    struct indexed_list l = {0};
    bytes rest = b->withdrawals;
    struct withdrawal w;
    bytes raw;
    bool ok = true;
    while (ok && rest.n > 0) {
        ok = block_next_withdrawal(&w, &raw, &rest);
        if (ok) {
            list_add(&l, raw);
        }
    }
    *out = list_root(&l);
    return ok;
}

enum block_verdict block_check_body(const struct block_rules *r, const struct block *b)
{
    const struct header *h = &b->header;
    b256 root;
    if (r->fork >= FORK_OSAKA && b->size > BLOCK_SIZE_MAX) {
        return BLOCK_SIZE;
    }
    if (b->has_withdrawals != (r->fork >= FORK_SHANGHAI)) {
        return BLOCK_FIELDS;
    }
    keccak256(&root, b->uncles_list.p, b->uncles_list.n);
    if (!b256_equal(&root, &h->uncles_hash)) {
        return BLOCK_UNCLES_HASH;
    }
    if (!block_transactions_root(&root, b)) {
        return BLOCK_RLP;
    }
    if (!b256_equal(&root, &h->transactions_root)) {
        return BLOCK_TRANSACTIONS_ROOT;
    }
    if (r->fork < FORK_SHANGHAI) {
        return BLOCK_VALID;
    }
    if (!block_withdrawals_root(&root, b)) {
        return BLOCK_RLP;
    }
    return b256_equal(&root, &h->withdrawals_root) ? BLOCK_VALID : BLOCK_WITHDRAWALS_ROOT;
}
