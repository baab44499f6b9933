// SPDX-License-Identifier: MIT
// Running vectors of tracers; see tracetest.h.
#include "app/cli/tracetest.h"

#include "app/cli/alloc.h"
#include "app/cli/chain_config.h"
#include "core/chain/header_rules.h"
#include "core/trace/run.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"

#include <string.h>

struct tracetest {
    const struct suite_options *options;
    struct vm *vm[2]; // guest, native; NULL if not asked for
};

struct tracetest *tracetest_new(const struct suite_options *o)
{
    struct tracetest *t = mem_zalloc(sizeof *t);
    t->options = o;
    t->vm[0] = o->guest ? vm_new(VM_EVM_GUEST) : NULL;
    t->vm[1] = o->native ? vm_new(VM_EVM_NATIVE) : NULL;
    return t;
}

void tracetest_free(struct tracetest *t)
{
    vm_free(t->vm[0]);
    vm_free(t->vm[1]);
    mem_free(t);
}

// ---- which tracer

struct folder_row {
    const char *folder, *tracer;
    // In these vectors what tells a transaction's place in its chain does not count, and a member
    // that is zero stands for one that is not there, as in the structs that go-ethereum's own tests
    // read them into.
    bool loose;
};

static const struct folder_row FOLDERS[] = {
    {"/call_tracer/", "callTracer", false},
    {"/call_tracer_withLog/", "callTracer", true},
    {"/call_tracer_flat/", "flatCallTracer", true},
    {"/call_tracer_legacy/", "callTracerLegacy", true},
    {"/erc7562_tracer/", "erc7562Tracer", false},
    {"/prestate_tracer/", "prestateTracer", false},
    {"/prestate_tracer_legacy/", "prestateTracerLegacy", false},
    {"/prestate_tracer_with_diff_mode/", "prestateTracer", false},
};

static const struct folder_row *find_folder(const char *path)
{
    for (u32 i = 0; i < COUNT_OF(FOLDERS); i++) {
        if (strstr(path, FOLDERS[i].folder) != NULL) {
            return &FOLDERS[i];
        }
    }
    return NULL;
}

// ---- the block and the transaction

// Some vectors of one chain write "IstanbulBlock", which Go takes for the member without a capital.
static enum fault find_istanbul(enum fork *fork, const json_value *genesis, u64 number)
{
    json_value config;
    u64 at = ~(u64)0;
    TRY(json_member(&config, genesis, "config"));
    TRY(json_find_u64(&at, &config, "IstanbulBlock"));
    if (number >= at && *fork < FORK_ISTANBUL) {
        *fork = FORK_ISTANBUL;
    }
    return FAULT_NONE;
}

static enum fault read_block(struct chain_block *b, const json_value *test,
                             const json_value *genesis)
{
    json_value context;
    u64 number = 0;
    u64 timestamp = 0;
    u64 used = 0;
    u64 excess = 0;
    struct chain_config config;
    TRY(json_member(&context, test, "context"));
    TRY(json_find_u64(&number, &context, "number"));
    TRY(json_find_u64(&timestamp, &context, "timestamp"));
    TRY(chain_config_read(&config, genesis, u256_from_u64(number), u256_from_u64(timestamp)));
    TRY(find_istanbul(&config.fork, genesis, number));
    *b = (struct chain_block){.fork = config.fork, .params = config.params};
    b->vm.number = u256_from_u64(number);
    b->vm.timestamp = u256_from_u64(timestamp);
    b->vm.chain_id = config.has_chain_id ? config.chain_id : u256_one();
    TRY(json_find_u256(&b->vm.gas_limit, &context, "gasLimit"));
    TRY(json_find_u256(&b->vm.base_fee, &context, "baseFeePerGas"));
    TRY(json_find_u256(&b->vm.difficulty_or_prevrandao, &context, "difficulty"));
    TRY(json_find_address(&b->vm.coinbase, &context, "miner"));
    b256 mix = {{0}};
    if (config.fork >= FORK_PARIS) {
        TRY(json_find_b256(&mix, genesis, "mixHash"));
        b->vm.difficulty_or_prevrandao = u256_from_b256(mix);
    }
    b->blobs = blob_schedule_of(config.fork);
    TRY(json_find_u64(&used, genesis, "blobGasUsed"));
    TRY(json_find_u64(&excess, genesis, "excessBlobGas"));
    u64 target = b->blobs.target * 131072; // EIP-4844: gas of a blob
    b->excess_blob_gas = used + excess > target ? used + excess - target : 0;
    b->blob_gas_left = b->blobs.max * 131072;
    b->gas_left = ~(u64)0 >> 1;
    return FAULT_NONE;
}

static enum fault read_transaction(struct transaction *t, address *sender, const json_value *test)
{
    struct buf raw = {0};
    TRY(json_find_data(&raw, test, "input"));
    enum verdict v = transaction_decode(t, buf_bytes(&raw));
    v = v == VERDICT_VALID ? transaction_signer(sender, t, false) : v;
    buf_fini(&raw);
    return v == VERDICT_VALID ? FAULT_NONE : json_refuse(test, "input: %s", verdict_text(v));
}

// ---- comparing

static bool is_place(const char *name)
{
    static const char *const NAMES[] = {"blockHash", "blockNumber", "transactionHash",
                                        "transactionPosition", "time"};
    for (u32 i = 0; i < COUNT_OF(NAMES); i++) {
        if (strcmp(NAMES[i], name) == 0) {
            return true;
        }
    }
    return false;
}

// Whether a value is what its type begins with: nothing, "0x", zeros of any length.
static bool is_zero(const json_value *v)
{
    const char *text = "";
    usize n = 0;
    json_value member = {0};
    bool zero = true;
    switch (json_kind_of(v)) {
    case JSON_KIND_NULL:
        return true;
    case JSON_KIND_OBJECT:
        while (zero && json_next_member(&member, v)) {
            zero = is_zero(&member);
        }
        return zero;
    case JSON_KIND_TEXT:
        zero = json_get_text(&text, &n, v) == FAULT_NONE && n >= 2 && text[1] == 'x';
        return zero && strspn(text, "0x") == n;
    case JSON_KIND_BOOL:
    case JSON_KIND_NUMBER:
    case JSON_KIND_LIST:
        break;
    }
    return false;
}

static bool same(const json_value *a, const json_value *b, bool loose);

static bool find_member(json_value *out, const json_value *object, const char *name)
{
    json_value v = {0};
    while (json_next_member(&v, object)) {
        if (strcmp(v.name, name) == 0) {
            *out = v;
            return true;
        }
    }
    return false;
}

// Whether every member of a is in b and the same.
static bool covers(const json_value *a, const json_value *b, bool loose)
{
    json_value x = {0};
    json_value y;
    while (json_next_member(&x, a)) {
        if (loose && (is_place(x.name) || is_zero(&x))) {
            continue;
        }
        if (!find_member(&y, b, x.name) || !same(&x, &y, loose)) {
            return false;
        }
    }
    return true;
}

static bool same_list(const json_value *a, const json_value *b, bool loose)
{
    if (json_count(a) != json_count(b)) {
        return false;
    }
    for (usize i = 0; i < json_count(a); i++) {
        json_value x = json_element(a, i);
        json_value y = json_element(b, i);
        if (!same(&x, &y, loose)) {
            return false;
        }
    }
    return true;
}

// Texts of hexadecimal digits are equal whatever the case: some vectors have checksums.
static bool same_text(const json_value *a, const json_value *b)
{
    const char *x = "";
    const char *y = "";
    usize n = 0;
    usize m = 0;
    if (json_get_text(&x, &n, a) != FAULT_NONE || json_get_text(&y, &m, b) != FAULT_NONE) {
        return false;
    }
    return x[0] == '0' && x[1] == 'x' ? strcasecmp(x, y) == 0 : strcmp(x, y) == 0;
}

static bool same(const json_value *a, const json_value *b, bool loose)
{
    struct buf x = {0};
    struct buf y = {0};
    if (json_kind_of(a) != json_kind_of(b)) {
        return false;
    }
    switch (json_kind_of(a)) {
    case JSON_KIND_OBJECT:
        return covers(a, b, loose) && covers(b, a, loose);
    case JSON_KIND_LIST:
        return same_list(a, b, loose);
    case JSON_KIND_TEXT:
        return same_text(a, b);
    case JSON_KIND_NULL:
    case JSON_KIND_BOOL:
    case JSON_KIND_NUMBER:
        break;
    }
    json_put_copy(&x, a);
    json_put_copy(&y, b);
    bool equal = x.n == y.n && equal_bytes(x.p, y.p, x.n);
    buf_fini(&x);
    buf_fini(&y);
    return equal;
}

// ---- one vector

struct vector {
    const struct folder_row *folder;
    const json_value *test;
    struct alloc pre;
    struct chain_block block;
    struct transaction t;
    address sender;
    struct tally *tally;
};

static void judge(const struct vector *v, bytes got, struct buf *why)
{
    struct json j;
    json_value expected;
    if (json_parse(&j, got) != FAULT_NONE) {
        buf_printf(why, "the result is not JSON: %.*s", (int)j.error.n, (const char *)j.error.p);
    } else {
        json_value root = json_root(&j);
        if (json_member(&expected, v->test, "result") != FAULT_NONE) {
            buf_put_text(why, "the vector has no result");
        } else if (!same(&expected, &root, v->folder->loose)) {
            buf_put_text(why, "result ");
            json_put_copy(why, &root);
            buf_put_text(why, ", expected ");
            json_put_copy(why, &expected);
        }
    }
    json_fini(&j);
}

static void run_form(const struct vector *v, struct vm *vm, struct tracer *tracer,
                     struct tally_case *c)
{
    struct state *s = state_new(NULL);
    struct buf out = {0};
    struct trace_outcome o;
    alloc_give(&v->pre, s);
    struct trace_run run = {
        .vm = vm, .state = s, .block = &v->block, .t = &v->t, .sender = v->sender};
    enum fault f = trace_transaction(&run, tracer, &out, &c->why, &o);
    if (f != FAULT_NONE) {
        tally_fault(v->tally, c, f, vm_fault_detail(vm));
    } else if (o.verdict != VERDICT_VALID) {
        buf_printf(&c->why, "refused: %s", verdict_text(o.verdict));
    } else if (o.ok) {
        judge(v, buf_bytes(&out), &c->why);
    }
    buf_fini(&out);
    state_free(s);
}

static enum fault run_vector(const struct tracetest *t, struct vector *v)
{
    static const char *const FORMS[] = {"riscv", "native"};
    json_value genesis;
    json_value config;
    bool has_config = false;
    TRY(json_member(&genesis, v->test, "genesis"));
    TRY(alloc_read(&v->pre, &genesis));
    TRY(read_block(&v->block, v->test, &genesis));
    v->block.params.riscv |= t->options->riscv;
    TRY(read_transaction(&v->t, &v->sender, v->test));
    TRY(json_find(&config, &has_config, v->test, "tracerConfig"));
    for (u32 i = 0; i < 2; i++) {
        struct tracer *tracer = NULL;
        struct tally_case one = {.test = FORMS[i]};
        if (t->vm[i] == NULL || !tally_take(v->tally, one.test)) {
            continue;
        }
        TRY(tracer_make(&tracer, v->folder->tracer, has_config ? &config : NULL));
        run_form(v, t->vm[i], tracer, &one);
        tally_tell(v->tally, &one);
        tally_case_fini(&one);
        tracer_free(tracer);
    }
    return FAULT_NONE;
}

void tracetest_run(struct tracetest *t, bytes text, struct tally *tally)
{
    struct json j;
    struct vector v = {.folder = find_folder(tally->path), .tally = tally};
    enum fault f = json_parse(&j, text);
    json_value root = json_root(&j);
    v.test = &root;
    if (f == FAULT_NONE && v.folder == NULL) {
        f = json_refuse(&root, "no tracer is known by the name of its folder");
    }
    if (f == FAULT_NONE) {
        f = run_vector(t, &v);
    }
    if (f != FAULT_NONE) {
        tally_broken(tally, buf_bytes(&j.error));
    }
    alloc_fini(&v.pre);
    transaction_fini(&v.t);
    json_fini(&j);
}
