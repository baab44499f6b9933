// SPDX-License-Identifier: MIT
// Runner of official blockchain tests. It keeps every accepted block with the state after it,
// chooses the head by total difficulty (the last valid block since Paris), and judges head and
// state.
#include "app/cli/blocktest.h"

#include "app/cli/alloc.h"
#include "core/chain/ethash.h"
#include "core/chain/execute.h"
#include "core/chain/payload.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/json.h"
#include "lib/num/u256.h"

#include <stdio.h>
#include <string.h>

#define BLOCKS_MAX 1024u
#define UNCLE_DEPTH 6u

struct blocktest {
    struct statetest_options options;
    struct vm *vm[2];      // guest, native
    struct ethash *ethash; // made when a test has real seals
};

struct node { // an accepted block
    struct header header;
    u256 total_difficulty;
    struct state *state; // after it
    struct commitment *commitment;
    struct node *parent; // NULL: genesis
    bytes uncles;        // kept by the test
};

struct chain_under_test {
    struct blocktest *runner;
    struct vm *vm;
    struct schedule schedule;
    struct node *nodes[BLOCKS_MAX];
    u32 count;
    struct node *head;
    struct buf kept[BLOCKS_MAX]; // bytes of the blocks
    u32 kept_count;
    struct buf *why;
};

struct blocktest *blocktest_new(const struct statetest_options *o)
{
    struct blocktest *t = mem_zalloc(sizeof *t);
    t->options = *o;
    t->vm[0] = o->guest ? vm_new(VM_EVM_GUEST) : NULL;
    t->vm[1] = o->native ? vm_new(VM_EVM_NATIVE) : NULL;
    return t;
}

void blocktest_free(struct blocktest *t)
{
    vm_free(t->vm[0]);
    vm_free(t->vm[1]);
    ethash_free(t->ethash);
    mem_free(t);
}

static struct node *find_node(const struct chain_under_test *c, const b256 *hash)
{
    for (u32 i = 0; i < c->count; i++) {
        if (b256_equal(&c->nodes[i]->header.hash, hash)) {
            return c->nodes[i];
        }
    }
    return NULL;
}

static enum fault ancestor(void *ctx, u64 number, b256 *out)
{
    const struct node *n = ctx;
    while (n != NULL && n->header.number > number) {
        n = n->parent;
    }
    if (n != NULL) {
        *out = n->header.hash;
    }
    return FAULT_NONE;
}

static enum block_verdict check_header(struct chain_under_test *c, const struct block_rules *r,
                                       const struct header *h, const struct header *parent)
{
    enum block_verdict v = header_check(r, h, parent);
    if (v != BLOCK_VALID || !c->schedule.proves_work || r->fork >= FORK_PARIS) {
        return v;
    }
    b256 sealed;
    header_seal_hash(&sealed, h);
    if (c->runner->ethash == NULL) {
        c->runner->ethash = ethash_new();
    }
    bool ok = ethash_verify(c->runner->ethash, h->number, &sealed, &h->mix_hash, h->nonce,
                            &h->difficulty);
    return ok ? BLOCK_VALID : BLOCK_SEAL;
}

// ---- uncles (yellow paper, 11.1)

static bool is_ancestor(const struct node *from, const b256 *hash, u32 depth)
{
    for (u32 i = 0; from != NULL && i < depth; i++, from = from->parent) {
        if (b256_equal(&from->header.hash, hash)) {
            return true;
        }
    }
    return false;
}

static bool was_included(const struct node *from, const b256 *hash)
{
    for (u32 i = 0; from != NULL && i <= UNCLE_DEPTH; i++, from = from->parent) {
        bytes rest = from->uncles;
        struct header uncle;
        while (rest.n > 0 && header_decode(&uncle, &rest)) {
            if (b256_equal(&uncle.hash, hash)) {
                return true;
            }
        }
    }
    return false;
}

static enum block_verdict check_uncle(struct chain_under_test *c, const struct header *uncle,
                                      const struct header *h, const struct node *parent)
{
    const struct node *base = find_node(c, &uncle->parent_hash);
    u64 age = h->number - uncle->number;
    bool placed = base != NULL && base != parent && age >= 1 && age <= UNCLE_DEPTH &&
                  is_ancestor(parent, &uncle->parent_hash, UNCLE_DEPTH + 2) &&
                  !is_ancestor(parent, &uncle->hash, UNCLE_DEPTH + 2) &&
                  !was_included(parent, &uncle->hash);
    if (!placed) {
        return BLOCK_UNCLES;
    }
    struct block_rules r =
        schedule_rules(&c->schedule, uncle->number, uncle->timestamp, &base->total_difficulty);
    return check_header(c, &r, uncle, &base->header);
}

static enum block_verdict check_uncles(struct chain_under_test *c, const struct block *b,
                                       const struct node *parent)
{
    bytes rest = b->uncles;
    b256 seen = {{0}};
    u32 n = 0;
    while (rest.n > 0) {
        struct header uncle;
        if (!header_decode(&uncle, &rest)) {
            return BLOCK_RLP;
        }
        if (n >= 2 || (n == 1 && b256_equal(&seen, &uncle.hash))) {
            return BLOCK_UNCLES;
        }
        seen = uncle.hash;
        n++;
        enum block_verdict v = check_uncle(c, &uncle, &b->header, parent);
        if (v != BLOCK_VALID) {
            return v;
        }
    }
    return BLOCK_VALID;
}

// ---- import

static struct node *add_node(struct chain_under_test *c, const struct header *h,
                             struct node *parent, struct state *s, struct commitment *commitment)
{
    struct node *n = mem_zalloc(sizeof *n);
    n->header = *h;
    n->parent = parent;
    n->state = s;
    n->commitment = commitment;
    n->total_difficulty =
        parent == NULL ? h->difficulty : u256_add(parent->total_difficulty, h->difficulty);
    c->nodes[c->count++] = n;
    bool mined = !u256_is_zero(h->difficulty);
    if (parent == NULL || !mined || u256_gt(n->total_difficulty, c->head->total_difficulty)) {
        c->head = n;
    }
    return n;
}

static enum fault import_block(struct chain_under_test *c, bytes wire, enum block_verdict *v,
                               struct block_result *result)
{
    struct block b;
    *v = BLOCK_RLP;
    if (!block_decode(&b, wire)) {
        return FAULT_NONE;
    }
    struct node *parent = find_node(c, &b.header.parent_hash);
    if (parent == NULL) {
        *v = BLOCK_PARENT_UNKNOWN;
        return FAULT_NONE;
    }
    const struct node *same = find_node(c, &b.header.hash);
    if (same != NULL) {
        *v = BLOCK_VALID; // known already
        return FAULT_NONE;
    }
    struct block_rules r = schedule_rules(&c->schedule, b.header.number, b.header.timestamp,
                                          &parent->total_difficulty);
    *v = check_header(c, &r, &b.header, &parent->header);
    *v = *v == BLOCK_VALID ? block_check_body(&r, &b) : *v;
    *v = *v == BLOCK_VALID ? check_uncles(c, &b, parent) : *v;
    if (*v != BLOCK_VALID) {
        return FAULT_NONE;
    }
    struct chain_ancestry ancestry = {parent, ancestor};
    struct block_context ctx = {
        .vm = c->vm,
        .state = state_clone(parent->state),
        .commitment = commitment_clone(parent->commitment),
        .schedule = &c->schedule,
        .rules = &r,
        .ancestry = &ancestry,
    };
    enum fault f = block_execute(&ctx, &b, v, result);
    if (f == FAULT_NONE && *v == BLOCK_VALID) {
        add_node(c, &b.header, parent, ctx.state, ctx.commitment)->uncles = b.uncles;
    } else {
        state_free(ctx.state);
        commitment_free(ctx.commitment);
    }
    return f;
}

// ---- one test

static enum fault read_schedule(struct chain_under_test *c, const json_value *test)
{
    json_value v;
    json_value config;
    json_value blobs;
    bool found = false;
    const char *name = NULL;
    usize n = 0;
    TRY(json_member(&v, test, "network"));
    TRY(json_get_text(&name, &n, &v));
    if (!schedule_from_test_name(&c->schedule, name)) {
        return json_refuse(&v, "unknown network %s", name);
    }
    const char *engine = "Ethash"; // of old files that do not say
    TRY(json_find(&v, &found, test, "sealEngine"));
    if (found) {
        TRY(json_get_text(&engine, &n, &v));
    }
    c->schedule.proves_work = strcmp(engine, "Ethash") == 0;
    TRY(json_member(&v, test, "network"));
    TRY(json_get_text(&name, &n, &v));
    c->schedule.params = vm_params_default();
    c->schedule.params.riscv = c->runner->options.riscv;
    TRY(json_find(&config, &found, test, "config"));
    if (found) {
        TRY(json_find_u256(&c->schedule.chain_id, &config, "chainid"));
        TRY(json_find(&blobs, &found, &config, "blobSchedule"));
    }
    if (!found) {
        return FAULT_NONE;
    }
    // Activations by name: of a transition "XToYAt…" the first is X, the second Y.
    const char *to = strstr(name, "To");
    const char *at = to != NULL ? strstr(to, "At") : NULL;
    for (u32 i = 0; i < c->schedule.count; i++) {
        char fork[64];
        usize size = to == NULL ? n : i == 0 ? (usize)(to - name) : (usize)(at - to - 2);
        (void)snprintf(fork, sizeof fork, "%.*s", (int)size, i == 0 ? name : to + 2);
        json_value row;
        TRY(json_find(&row, &found, &blobs, fork));
        if (found) {
            struct blob_schedule *b = &c->schedule.fork[i].blobs;
            TRY(json_find_u64(&b->target, &row, "target"));
            TRY(json_find_u64(&b->max, &row, "max"));
            TRY(json_find_u64(&b->update_fraction, &row, "baseFeeUpdateFraction"));
        }
    }
    return FAULT_NONE;
}

static struct buf *fail(const char *path, const char *test, const char *form,
                        struct statetest_tally *tally)
{
    tally->failed++;
    buf_printf(&tally->failures, "FAIL %s %s %s: ", path, test, form);
    return &tally->failures;
}

static enum fault read_genesis(struct chain_under_test *c, const json_value *test)
{
    json_value v;
    bool found = false;
    struct alloc pre = {0};
    TRY(json_member(&v, test, "pre"));
    TRY(alloc_read(&pre, &v));
    struct state *s = state_new(NULL);
    alloc_give(&pre, s);
    alloc_fini(&pre);
    struct header h = {.number = 0};
    TRY(json_find(&v, &found, test, "genesisRLP"));
    if (found) {
        struct buf wire = {0};
        struct block b;
        TRY(json_get_data(&wire, &v));
        bool ok = block_decode(&b, buf_bytes(&wire));
        h = b.header;
        buf_fini(&wire);
        if (!ok) {
            return json_refuse(&v, "is not a block");
        }
    } else {
        json_value g;
        TRY(json_member(&g, test, "genesisBlockHeader"));
        TRY(json_find_b256(&h.hash, &g, "hash"));
        TRY(json_find_b256(&h.state_root, &g, "stateRoot"));
        TRY(json_find_u256(&h.difficulty, &g, "difficulty"));
        TRY(json_find_u64(&h.gas_limit, &g, "gasLimit"));
        TRY(json_find_u64(&h.gas_used, &g, "gasUsed"));
        TRY(json_find_u64(&h.timestamp, &g, "timestamp"));
        h.uncles_hash = UNCLES_NONE_HASH;
        TRY(json_find(&v, &found, &g, "baseFeePerGas"));
        if (found) {
            h.tail = TAIL_BASE_FEE;
            TRY(json_get_u256(&h.base_fee, &v));
        }
        TRY(json_find(&v, &found, &g, "excessBlobGas"));
        if (found) {
            h.tail = TAIL_BEACON_ROOT;
            TRY(json_get_u64(&h.excess_blob_gas, &v));
            TRY(json_find_u64(&h.blob_gas_used, &g, "blobGasUsed"));
        }
    }
    b256 root;
    struct commitment *commitment = commitment_new();
    commitment_root(&root, commitment, s);
    (void)add_node(c, &h, NULL, s, commitment);
    return b256_equal(&root, &h.state_root) ? FAULT_NONE
                                            : json_refuse(test, "pre is not the genesis state");
}

// Whether the block is to be refused.
static enum fault expects_refusal(bool *refusal, const json_value *block, const json_value *test)
{
    json_value v;
    bool found = false;
    bool has_header = false;
    TRY(json_find(&v, &has_header, block, "blockHeader"));
    *refusal = !has_header;
    json_value network;
    const char *name = "";
    usize n = 0;
    TRY(json_member(&network, test, "network"));
    TRY(json_get_text(&name, &n, &network));
    char member[128];
    (void)snprintf(member, sizeof member, "expectException%s", name);
    const char *const members[] = {"expectException", "expectExceptionALL", member};
    for (u32 i = 0; i < COUNT_OF(members); i++) {
        TRY(json_find(&v, &found, block, members[i]));
        *refusal = *refusal || found;
    }
    return FAULT_NONE;
}

// Imports and compares with what is expected: a sentence in `why` if it is otherwise.
static void import_expecting(struct chain_under_test *c, bytes wire, bool refusal, struct buf *why)
{
    enum block_verdict v = BLOCK_RLP;
    struct block_result result = {.gas_used = 0};
    u32 index = c->kept_count - 1;
    enum fault f = wire.n > 0 ? import_block(c, wire, &v, &result) : FAULT_NONE;
    if (f != FAULT_NONE) {
        buf_printf(why, "block %u: fault: %s (%s)", index, fault_text(f), vm_fault_detail(c->vm));
    } else if (refusal != (v != BLOCK_VALID)) {
        buf_printf(why, "block %u: %s, expected %s", index,
                   v == BLOCK_VALID         ? "accepted"
                   : v == BLOCK_TRANSACTION ? verdict_name(result.transaction_verdict)
                                            : block_verdict_name(v),
                   refusal ? "a refusal" : "none");
    }
}

static enum fault keep_wire(struct chain_under_test *c, const json_value *blocks, struct buf **wire)
{
    if (c->kept_count >= BLOCKS_MAX - 1) {
        return json_refuse(blocks, "more than %u blocks", BLOCKS_MAX);
    }
    *wire = &c->kept[c->kept_count++];
    return FAULT_NONE;
}

// Calls of engine_newPayload: a payload is refused with an error, found invalid, or taken.
static enum fault import_payload(struct chain_under_test *c, const json_value *call,
                                 struct buf *wire, struct buf *why)
{
    json_value params;
    json_value v;
    u64 version = 0;
    bool has_error = false;
    bool is_invalid = false;
    TRY(json_member(&params, call, "params"));
    TRY(json_find_u64(&version, call, "newPayloadVersion"));
    TRY(json_find(&v, &has_error, call, "errorCode"));
    TRY(json_find(&v, &is_invalid, call, "validationError"));
    enum payload_verdict verdict = payload_to_block(wire, &params, version, &c->schedule);
    bool is_error = verdict == PAYLOAD_PARAMS || verdict == PAYLOAD_FORK;
    if (is_error != has_error) {
        const struct buf *e = &call->document->error;
        buf_printf(why, "payload %u: %s, expected %s (%.*s)", c->kept_count - 1,
                   payload_verdict_text(verdict), has_error ? "an error" : "none", (int)e->n,
                   (const char *)e->p);
    } else if (verdict == PAYLOAD_BLOCK) {
        import_expecting(c, buf_bytes(wire), is_invalid, why);
    } else if (!is_error && !is_invalid) {
        buf_printf(why, "payload %u: %s", c->kept_count - 1, payload_verdict_text(verdict));
    }
    return FAULT_NONE;
}

static enum fault import_all(struct chain_under_test *c, const json_value *test, struct buf *why)
{
    json_value blocks;
    bool is_engine;
    TRY(json_find(&blocks, &is_engine, test, "engineNewPayloads"));
    if (!is_engine) {
        TRY(json_member(&blocks, test, "blocks"));
    }
    for (usize i = 0; why->n == 0 && i < json_count(&blocks); i++) {
        json_value block = json_element(&blocks, i);
        struct buf *wire = NULL;
        TRY(keep_wire(c, &blocks, &wire));
        if (is_engine) {
            TRY(import_payload(c, &block, wire, why));
            continue;
        }
        bool refusal = false;
        json_value rlp;
        TRY(expects_refusal(&refusal, &block, test));
        TRY(json_member(&rlp, &block, "rlp"));
        bool ok = json_get_data(wire, &rlp) == FAULT_NONE;
        import_expecting(c, ok ? buf_bytes(wire) : BYTES_NONE, refusal, why);
    }
    return FAULT_NONE;
}

static enum fault judge(struct chain_under_test *c, const json_value *test, struct buf *why)
{
    b256 last = {{0}};
    TRY(json_find_b256(&last, test, "lastblockhash"));
    if (why->n == 0 && !b256_equal(&last, &c->head->header.hash)) {
        const struct node *n = find_node(c, &last);
        buf_printf(why, "the head is block %llu, not %s",
                   (unsigned long long)c->head->header.number,
                   n != NULL ? "another accepted one" : "one that was accepted");
    }
    return FAULT_NONE;
}

static enum fault run_form(struct blocktest *t, struct vm *vm, const json_value *test,
                           struct buf *why)
{
    struct chain_under_test *c = mem_zalloc(sizeof *c);
    c->runner = t;
    c->vm = vm;
    enum fault f = read_schedule(c, test);
    f = f == FAULT_NONE ? read_genesis(c, test) : f;
    f = f == FAULT_NONE ? import_all(c, test, why) : f;
    f = f == FAULT_NONE ? judge(c, test, why) : f;
    for (u32 i = 0; i < c->count; i++) {
        state_free(c->nodes[i]->state);
        commitment_free(c->nodes[i]->commitment);
        mem_free(c->nodes[i]);
    }
    for (u32 i = 0; i < c->kept_count; i++) {
        buf_fini(&c->kept[i]);
    }
    mem_free(c);
    return f;
}

static enum fault run_test(struct blocktest *t, const char *path, const json_value *test,
                           struct statetest_tally *tally)
{
    for (u32 form = 0; form < 2; form++) {
        if (t->vm[form] == NULL) {
            continue;
        }
        struct buf why = {0};
        TRY(run_form(t, t->vm[form], test, &why));
        if (why.n > 0) {
            struct buf *out = fail(path, test->name, form == 0 ? "riscv" : "native", tally);
            buf_printf(out, "%.*s\n", (int)why.n, (const char *)why.p);
        } else {
            tally->passed++;
        }
        buf_fini(&why);
    }
    return FAULT_NONE;
}

void blocktest_run(struct blocktest *t, const char *path, bytes text, struct statetest_tally *tally)
{
    struct json j;
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        json_value test = {0};
        while (json_next_member(&test, &root)) {
            bool wanted = t->options.filter == NULL || strstr(test.name, t->options.filter) != NULL;
            if (wanted && run_test(t, path, &test, tally) != FAULT_NONE) {
                f = FAULT_BAD_INPUT;
                break;
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
