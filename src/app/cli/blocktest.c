// SPDX-License-Identifier: MIT
// Runner of official blockchain tests. It keeps every accepted block with the state after it,
// chooses the head by total difficulty (the last valid block since Paris), and judges head and
// state.
#include "app/cli/blocktest.h"

#include "app/cli/alloc.h"
#include "app/cli/suite_forms.h"
#include "app/cli/test_chain.h"
#include "core/chain/payload.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/codec/json.h"
#include "lib/num/u256.h"

#include <stdio.h>
#include <string.h>

struct blocktest {
    const struct suite_options *options;
    struct suite_forms forms;
    struct ethash *ethash; // made when a test has real seals
};

struct test_run { // of a test in one form
    struct blocktest *runner;
    struct test_chain chain;
    struct buf kept[TEST_BLOCKS_MAX]; // codings of the blocks
    u32 kept_count;
    struct buf why;  // what is wrong
    struct buf seen; // verdict and gas of each block, to compare the forms by
    struct buf note; // refusals for another reason than the test names
    u64 faults;
};

struct blocktest *blocktest_new(const struct suite_options *o)
{
    struct blocktest *t = mem_zalloc(sizeof *t);
    t->options = o;
    suite_forms_init(&t->forms, o);
    return t;
}

void blocktest_free(struct blocktest *t)
{
    suite_forms_fini(&t->forms);
    ethash_free(t->ethash);
    mem_free(t);
}

// ---- one test

static enum fault read_schedule(struct test_run *c, const json_value *test)
{
    json_value v;
    json_value config;
    json_value blobs;
    bool found = false;
    const char *name = NULL;
    usize n = 0;
    TRY(json_member(&v, test, "network"));
    TRY(json_get_text(&name, &n, &v));
    if (!schedule_from_test_name(&c->chain.schedule, name)) {
        return json_refuse(&v, "unknown network %s", name);
    }
    const char *engine = "Ethash"; // of old files that do not say
    TRY(json_find(&v, &found, test, "sealEngine"));
    if (found) {
        TRY(json_get_text(&engine, &n, &v));
    }
    c->chain.schedule.proves_work = strcmp(engine, "Ethash") == 0;
    TRY(json_member(&v, test, "network"));
    TRY(json_get_text(&name, &n, &v));
    c->chain.schedule.params = vm_params_default();
    c->chain.schedule.params.riscv = c->runner->options->riscv;
    TRY(json_find(&config, &found, test, "config"));
    if (found) {
        TRY(json_find_u256(&c->chain.schedule.chain_id, &config, "chainid"));
        TRY(json_find(&blobs, &found, &config, "blobSchedule"));
    }
    if (!found) {
        return FAULT_NONE;
    }
    // Activations by name: of a transition "XToYAt…" the first is X, the second Y.
    const char *to = strstr(name, "To");
    const char *at = to != NULL ? strstr(to, "At") : NULL;
    for (u32 i = 0; i < c->chain.schedule.count; i++) {
        char fork[64];
        usize size = to == NULL ? n : i == 0 ? (usize)(to - name) : (usize)(at - to - 2);
        (void)snprintf(fork, sizeof fork, "%.*s", (int)size, i == 0 ? name : to + 2);
        json_value row;
        TRY(json_find(&row, &found, &blobs, fork));
        if (found) {
            struct blob_schedule *b = &c->chain.schedule.fork[i].blobs;
            TRY(json_find_u64(&b->target, &row, "target"));
            TRY(json_find_u64(&b->max, &row, "max"));
            TRY(json_find_u64(&b->update_fraction, &row, "baseFeeUpdateFraction"));
        }
    }
    return FAULT_NONE;
}

static enum fault read_genesis_rlp(struct header *h, const json_value *v)
{
    struct buf wire = {0};
    struct block b;
    enum fault f = json_get_data(&wire, v);
    bool ok = f == FAULT_NONE && block_decode(&b, buf_bytes(&wire));
    if (ok) {
        *h = b.header;
    }
    buf_fini(&wire);
    TRY(f);
    return ok ? FAULT_NONE : json_refuse(v, "is not a block");
}

// From the members that children and execution ask for.
static enum fault read_genesis_members(struct header *h, const json_value *test)
{
    json_value g;
    json_value v;
    bool found = false;
    TRY(json_member(&g, test, "genesisBlockHeader"));
    TRY(json_find_b256(&h->hash, &g, "hash"));
    TRY(json_find_b256(&h->state_root, &g, "stateRoot"));
    TRY(json_find_u256(&h->difficulty, &g, "difficulty"));
    TRY(json_find_u64(&h->gas_limit, &g, "gasLimit"));
    TRY(json_find_u64(&h->gas_used, &g, "gasUsed"));
    TRY(json_find_u64(&h->timestamp, &g, "timestamp"));
    h->uncles_hash = UNCLES_NONE_HASH;
    TRY(json_find(&v, &found, &g, "baseFeePerGas"));
    if (found) {
        h->tail = TAIL_BASE_FEE;
        TRY(json_get_u256(&h->base_fee, &v));
    }
    TRY(json_find(&v, &found, &g, "excessBlobGas"));
    if (found) {
        h->tail = TAIL_BEACON_ROOT;
        TRY(json_get_u64(&h->excess_blob_gas, &v));
        TRY(json_find_u64(&h->blob_gas_used, &g, "blobGasUsed"));
    }
    return FAULT_NONE;
}

static enum fault read_genesis(struct test_run *c, const json_value *test)
{
    json_value v;
    bool found = false;
    struct alloc pre = {0};
    struct header h = {.number = 0};
    b256 root;
    TRY(json_find(&v, &found, test, "genesisRLP"));
    TRY(found ? read_genesis_rlp(&h, &v) : read_genesis_members(&h, test));
    TRY(json_member(&v, test, "pre"));
    enum fault f = alloc_read(&pre, &v);
    if (f == FAULT_NONE) {
        struct state *s = state_new(NULL);
        struct commitment *commitment = commitment_new();
        alloc_give(&pre, s);
        commitment_root(&root, commitment, s);
        (void)test_chain_add(&c->chain, &h, NULL, s, commitment);
    }
    alloc_fini(&pre);
    TRY(f);
    return b256_equal(&root, &h.state_root) ? FAULT_NONE
                                            : json_refuse(test, "pre is not the genesis state");
}

// What is expected of a block or payload.
struct expectation {
    bool refusal;
    const char *names; // of verdicts, alternatives divided by |; "": it does not say
};

static enum fault expect_of_block(struct expectation *e, const json_value *block,
                                  const json_value *test)
{
    json_value v;
    bool found = false;
    json_value network;
    usize n = 0;
    TRY(json_find(&v, &found, block, "blockHeader"));
    *e = (struct expectation){.refusal = !found, .names = ""};
    const char *name = "";
    TRY(json_member(&network, test, "network"));
    TRY(json_get_text(&name, &n, &network));
    char member[128];
    (void)snprintf(member, sizeof member, "expectException%s", name);
    const char *const members[] = {"expectException", "expectExceptionALL", member};
    for (u32 i = 0; i < COUNT_OF(members); i++) {
        TRY(json_find(&v, &found, block, members[i]));
        e->refusal = e->refusal || found;
        if (found && json_kind_of(&v) == JSON_KIND_TEXT) {
            TRY(json_get_text(&e->names, &n, &v));
        }
    }
    return FAULT_NONE;
}

// Imports and compares with what is expected.
static void import_expecting(struct test_run *c, bytes wire, const struct expectation *e)
{
    enum block_verdict v = BLOCK_RLP;
    struct block_result result = {.gas_used = 0};
    u32 index = c->kept_count - 1;
    enum fault f = wire.n > 0 ? test_chain_import(&c->chain, wire, &v, &result) : FAULT_NONE;
    const char *got = v == BLOCK_VALID         ? "accepted"
                      : v == BLOCK_TRANSACTION ? verdict_name(result.transaction_verdict)
                                               : block_verdict_name(v);
    buf_printf(&c->seen, "block %u: %s, gas used %llu; ", index, got,
               (unsigned long long)result.gas_used);
    if (f != FAULT_NONE) {
        c->faults++;
        buf_printf(&c->why, "block %u: fault: %s (%s)", index, fault_text(f),
                   vm_fault_detail(c->chain.vm));
    } else if (e->refusal && v == BLOCK_VALID) {
        buf_printf(&c->why, "block %u: accepted, expected a refusal: %s", index, e->names);
    } else if (!e->refusal && v != BLOCK_VALID) {
        buf_printf(&c->why, "block %u: refused: %s, expected to be accepted", index, got);
    } else if (e->names[0] != 0 && !tally_names(e->names, got)) {
        buf_printf(&c->note, "block %u: refused as %s, expected %s; ", index, got, e->names);
    }
}

static enum fault keep_wire(struct test_run *c, const json_value *blocks, struct buf **wire)
{
    if (c->kept_count >= TEST_BLOCKS_MAX - 1) {
        return json_refuse(blocks, "more than %u blocks", TEST_BLOCKS_MAX);
    }
    *wire = &c->kept[c->kept_count++];
    return FAULT_NONE;
}

// What a call of engine_newPayload is to be answered with.
struct payload_expectation {
    struct expectation block; // a refusal is a status INVALID
    struct buf error;         // code of a JSON-RPC error as text; empty: none
};

static enum fault expect_of_payload(struct payload_expectation *e, const json_value *call)
{
    json_value v;
    bool found = false;
    const char *text = "";
    usize n = 0;
    e->block.names = "";
    TRY(json_find(&v, &found, call, "errorCode"));
    if (found && json_kind_of(&v) == JSON_KIND_TEXT) {
        TRY(json_get_text(&text, &n, &v));
        buf_put(&e->error, text, n);
    } else if (found) {
        json_put_copy(&e->error, &v);
    }
    TRY(json_find(&v, &e->block.refusal, call, "validationError"));
    return e->block.refusal && json_kind_of(&v) == JSON_KIND_TEXT
               ? json_get_text(&e->block.names, &n, &v)
               : FAULT_NONE;
}

static void judge_payload(struct test_run *c, const json_value *call, enum payload_verdict verdict,
                          const struct payload_expectation *e)
{
    const struct buf *wire = &c->kept[c->kept_count - 1];
    const struct buf *document = &call->document->error;
    u32 index = c->kept_count - 1;
    bool is_error = payload_error_code(verdict) != 0;
    struct buf code = {0};
    if (is_error) {
        buf_printf(&code, "%d", payload_error_code(verdict));
    }
    if (code.n != e->error.n || !equal_bytes(code.p, e->error.p, code.n)) {
        buf_printf(&c->why, "payload %u: error %.*s: %s (%.*s), expected %.*s", index, (int)code.n,
                   (const char *)code.p, payload_verdict_text(verdict), (int)document->n,
                   (const char *)document->p, (int)e->error.n, (const char *)e->error.p);
    } else if (verdict == PAYLOAD_BLOCK) {
        import_expecting(c, buf_bytes(wire), &e->block);
    } else if (!is_error && !e->block.refusal) {
        buf_printf(&c->why, "payload %u: invalid: %s, expected to be taken", index,
                   payload_verdict_text(verdict));
    }
    buf_fini(&code);
}

// Calls of engine_newPayload: a payload is refused with an error, found invalid, or taken.
static enum fault import_payload(struct test_run *c, const json_value *call, struct buf *wire)
{
    json_value params;
    u64 version = 0;
    struct payload_expectation e = {.error = {0}};
    TRY(json_member(&params, call, "params"));
    TRY(json_find_u64(&version, call, "newPayloadVersion"));
    enum fault f = expect_of_payload(&e, call);
    if (f == FAULT_NONE) {
        enum payload_verdict v = payload_to_block(wire, &params, version, &c->chain.schedule);
        judge_payload(c, call, v, &e);
        buf_clear(&call->document->error); // what was expected is not the file's fault
    }
    buf_fini(&e.error);
    return f;
}

static enum fault import_all(struct test_run *c, const json_value *test)
{
    json_value blocks;
    bool is_engine;
    TRY(json_find(&blocks, &is_engine, test, "engineNewPayloads"));
    if (!is_engine) {
        TRY(json_member(&blocks, test, "blocks"));
    }
    TRY(json_expect(&blocks, JSON_KIND_LIST));
    for (usize i = 0; c->why.n == 0 && i < json_count(&blocks); i++) {
        json_value block = json_element(&blocks, i);
        struct buf *wire = NULL;
        TRY(keep_wire(c, &blocks, &wire));
        if (is_engine) {
            TRY(import_payload(c, &block, wire));
            continue;
        }
        struct expectation e;
        json_value rlp;
        TRY(expect_of_block(&e, &block, test));
        TRY(json_member(&rlp, &block, "rlp"));
        bool ok = json_get_data(wire, &rlp) == FAULT_NONE;
        buf_clear(&rlp.document->error); // no bytes are no block
        import_expecting(c, ok ? buf_bytes(wire) : BYTES_NONE, &e);
    }
    return FAULT_NONE;
}

static enum fault judge(struct test_run *c, const json_value *test)
{
    b256 last = {{0}};
    const b256 *head = &c->chain.head->header.hash;
    TRY(json_find_b256(&last, test, "lastblockhash"));
    if (c->why.n == 0 && !b256_equal(&last, head)) {
        buf_printf(&c->why, "the head is block %llu ",
                   (unsigned long long)c->chain.head->header.number);
        hex_put_data(&c->why, head->b, sizeof head->b);
        buf_put_text(&c->why, ", expected ");
        hex_put_data(&c->why, last.b, sizeof last.b);
        buf_printf(&c->why, ", which %s accepted",
                   test_chain_find(&c->chain, &last) != NULL ? "was" : "was not");
    }
    return FAULT_NONE;
}

static void test_run_free(struct test_run *c)
{
    test_chain_fini(&c->chain);
    for (u32 i = 0; i < c->kept_count; i++) {
        buf_fini(&c->kept[i]);
    }
    buf_fini(&c->why);
    buf_fini(&c->seen);
    buf_fini(&c->note);
    mem_free(c);
}

static enum fault run_form(struct test_run *c, struct blocktest *t, u32 form,
                           const json_value *test)
{
    c->runner = t;
    c->chain.vm = t->forms.vm[form];
    c->chain.ethash = &t->ethash;
    TRY(read_schedule(c, test));
    TRY(read_genesis(c, test));
    TRY(import_all(c, test));
    return judge(c, test);
}

// The forms must agree on every block, whatever the file expects: on valid ones their roots do.
static void compare_forms(struct tally_case *told, const struct test_run *r,
                          const struct test_run *n)
{
    if (r->seen.n != n->seen.n || !equal_bytes(r->seen.p, n->seen.p, r->seen.n)) {
        buf_printf(&told->why, "riscv saw %.*snative saw %.*s", (int)r->seen.n,
                   (const char *)r->seen.p, (int)n->seen.n, (const char *)n->seen.p);
    }
}

static enum fault run_test(struct blocktest *t, struct tally *tally, const json_value *test)
{
    struct tally_case told = {.test = test->name};
    struct test_run *run[FORMS] = {NULL, NULL};
    enum fault f = FAULT_NONE;
    for (u32 form = 0; form < FORMS && f == FAULT_NONE; form++) {
        if (t->forms.vm[form] == NULL) {
            continue;
        }
        struct test_run *c = run[form] = mem_zalloc(sizeof *c);
        f = run_form(c, t, form, test);
        tally->faults += c->faults;
        if (c->why.n > 0) {
            buf_printf(&told.why, "%s: %.*s; ", FORM_NAMES[form], (int)c->why.n,
                       (const char *)c->why.p);
        }
        buf_clear(&told.note);
        buf_put(&told.note, c->note.p, c->note.n);
    }
    if (f == FAULT_NONE && run[0] != NULL && run[1] != NULL) {
        compare_forms(&told, run[0], run[1]);
    }
    for (u32 form = 0; form < FORMS; form++) {
        if (run[form] != NULL) {
            test_run_free(run[form]);
        }
    }
    if (f == FAULT_NONE) {
        tally_tell(tally, &told);
    }
    tally_case_fini(&told);
    return f;
}

void blocktest_run(struct blocktest *t, bytes text, struct tally *tally)
{
    struct json j;
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        json_value test = {0};
        f = json_expect(&root, JSON_KIND_OBJECT);
        while (f == FAULT_NONE && json_next_member(&test, &root)) {
            if (tally_take(tally, test.name)) {
                f = run_test(t, tally, &test);
            }
        }
    }
    if (f != FAULT_NONE) {
        tally_broken(tally, buf_bytes(&j.error));
    }
    json_fini(&j);
}
