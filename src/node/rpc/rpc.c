// SPDX-License-Identifier: MIT
// Envelopes of JSON-RPC 2.0 and the way from a method's name to its handler.
#include "node/rpc/rpc.h"

#include <stdarg.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/os/random.h"
#include "node/rpc/priv.h"

struct method {
    const char *name;
    bool (*handle)(struct rpc_call *c);
    usize least, most;
    enum length {
        IS_SHORT,
        MAY_BE_LONG, // the owner tries, and leaves it to helpers if it is
        IS_LONG,     // for helpers
    } length;
};

static const struct method METHODS[] = {
#undef RPC_METHOD
#undef RPC_LONG
#undef RPC_CALL
#define ROW(name, handler, least, most, parameters, text)                                          \
    {                                                                                              \
        name, handler, least, most
#define RPC_METHOD(...)                                                                            \
    ROW(__VA_ARGS__), IS_SHORT                                                                     \
    }                                                                                              \
    ,
#define RPC_CALL(...)                                                                              \
    ROW(__VA_ARGS__), MAY_BE_LONG                                                                  \
    }                                                                                              \
    ,
#define RPC_LONG(...)                                                                              \
    ROW(__VA_ARGS__), IS_LONG                                                                      \
    }                                                                                              \
    ,
#include "node/rpc/methods.def"
};

// What the owner of the node does of the calls of a text before he leaves them to a helper: about
// what 400,000 gas buy, in two milliseconds.
#define TRIAL_CYCLES ((u64)1 << 22)

// ---- methods by name

#define SLOTS 1024u // a power of two, more than twice the methods
static_assert(COUNT_OF(METHODS) * 2 < SLOTS, "the table is half empty");

static usize slot_of(const char *name, usize n)
{
    u64 h = 0xcbf29ce484222325; // FNV-1a
    for (usize i = 0; i < n; i++) {
        h = (h ^ (u8)name[i]) * 0x100000001b3;
    }
    return (usize)(h ^ h >> 32) & (SLOTS - 1);
}

static const struct method *find_method(const struct rpc *r, const char *name, usize n)
{
    for (usize i = slot_of(name, n); r->methods[i] != NULL; i = (i + 1) & (SLOTS - 1)) {
        const char *known = r->methods[i]->name;
        if (__builtin_strlen(known) == n && equal_bytes(known, name, n)) {
            return r->methods[i];
        }
    }
    return NULL;
}

static void add_method(struct rpc *r, const struct method *m)
{
    usize n = __builtin_strlen(m->name);
    CHECK(find_method(r, m->name, n) == NULL);
    usize i = slot_of(m->name, n);
    while (r->methods[i] != NULL) {
        i = (i + 1) & (SLOTS - 1);
    }
    r->methods[i] = m;
}

// ---- life

static void on_event(void *ctx, const struct node_event *e)
{
    rpc_filters_event(ctx, e);
    rpc_subscriptions_event(ctx, e);
}

struct rpc *rpc_new(struct node *n, const struct rpc_options *o)
{
    struct rpc *r = mem_zalloc(sizeof *r);
    r->node = n;
    r->options = *o;
    r->methods = mem_zalloc(SLOTS * sizeof(struct method *));
    for (usize i = 0; i < COUNT_OF(METHODS); i++) {
        add_method(r, &METHODS[i]);
    }
    for (u32 i = 0; i < 4; i++) {
        store_be64(r->instance.b + 8 * (usize)i, os_random_u64());
    }
    node_listen(n, r, on_event);
    return r;
}

void rpc_free(struct rpc *r)
{
    if (r == NULL) {
        return;
    }
    rpc_filters_free(r);
    rpc_subscriptions_drop(r, NULL);
    rpc_engine_free(r);
    mem_free(r->methods);
    mem_free(r);
}

// ---- errors

bool rpc_fail(struct rpc_call *c, i32 code, const char *format, ...)
{
    if (c->code == 0) {
        va_list list;
        va_start(list, format);
        c->code = code;
        buf_vprintf(&c->message, format, list);
        va_end(list);
    }
    return false;
}

bool rpc_fail_fault(struct rpc_call *c, enum fault f)
{
    const char *detail = node_fault_detail(c->node);
    return rpc_fail(c, RPC_INTERNAL, "%s%s%s", fault_text(f), detail[0] != 0 ? ": " : "", detail);
}

bool rpc_fail_json(struct rpc_call *c, const json_value *v)
{
    const struct buf *e = &v->document->error;
    return rpc_fail(c, RPC_PARAMS, "%.*s", (int)e->n, (const char *)e->p);
}

static void put_error(struct buf *out, i32 code, bytes message, const struct buf *data)
{
    struct json_writer w;
    buf_put_text(out, ",\"error\":");
    json_write_init(&w, out, 0);
    // The writer has no negative numbers; the code goes first.
    buf_printf(out, "{\"code\":%d,\"message\":", code);
    json_put_text_bytes(&w, NULL, message);
    if (data != NULL) {
        buf_put_text(out, ",\"data\":");
        json_write_init(&w, out, 0);
        json_put_data(&w, NULL, data->p, data->n);
    }
    buf_put_u8(out, '}');
}

static void begin_answer(struct buf *out, const json_value *id)
{
    buf_put_text(out, "{\"jsonrpc\":\"2.0\",\"id\":");
    if (id == NULL) {
        buf_put_text(out, "null");
    } else {
        json_put_copy(out, id);
    }
}

static void answer_error(struct buf *out, const json_value *id, enum rpc_code code,
                         const char *text)
{
    begin_answer(out, id);
    put_error(out, (i32)code, (bytes){(const u8 *)text, __builtin_strlen(text)}, NULL);
    buf_put_u8(out, '}');
}

// ---- one request

// The engine's port has the engine's methods and eth_ (execution-apis, engine/common.md); the
// others have all but the engine's.
static bool is_served(const struct rpc_call *c, const char *name)
{
    bool is_engine = strncmp(name, "engine_", 7) == 0;
    return c->group == RPC_GROUP_ENGINE ? is_engine || strncmp(name, "eth_", 4) == 0 : !is_engine;
}

static bool handle(struct rpc_call *c, const json_value *method)
{
    const char *name = "";
    usize n = 0;
    const struct method *m =
        json_get_text(&name, &n, method) == FAULT_NONE ? find_method(c->rpc, name, n) : NULL;
    if (m == NULL || !is_served(c, name)) {
        return rpc_fail(c, RPC_NO_METHOD, "the method %.*s does not exist or is not available",
                        (int)(n < 80 ? n : 80), name);
    }
    if (c->count < m->least || c->count > m->most) {
        return rpc_fail(c, RPC_PARAMS, "%s takes %zu to %zu parameters, not %zu", m->name, m->least,
                        m->most, c->count);
    }
    return m->handle(c);
}

static void call(struct rpc_call *c, const json_value *method, const json_value *id,
                 struct buf *out)
{
    struct json_writer w;
    usize start = out->n;
    begin_answer(out, id);
    usize head = out->n;
    buf_put_text(out, ",\"result\":");
    json_write_init(&w, out, 0);
    c->out = &w;
    bool ok = handle(c, method);
    if (ok && out->n > RPC_ANSWER_MAX) {
        ok = rpc_fail(c, RPC_LIMIT, "the answer would be larger than %zu bytes", RPC_ANSWER_MAX);
    }
    if (!ok) {
        out->n = head;
        put_error(out, c->code, buf_bytes(&c->message), c->has_data ? &c->data : NULL);
    }
    buf_put_u8(out, '}');
    if (id == NULL) { // a notification: done, but not answered
        out->n = start;
    }
    buf_fini(&c->message);
    buf_fini(&c->data);
}

// A member by name that may be null, as an id may be.
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

static bool is_id(const json_value *v)
{
    enum json_kind k = json_kind_of(v);
    return k == JSON_KIND_TEXT || k == JSON_KIND_NUMBER || k == JSON_KIND_NULL;
}

static bool is_text(const json_value *v, const char *wanted)
{
    const char *text = "";
    usize n = 0;
    return json_kind_of(v) == JSON_KIND_TEXT && json_get_text(&text, &n, v) == FAULT_NONE &&
           strcmp(text, wanted) == 0;
}

static void handle_request(struct rpc_job *j, const json_value *request)
{
    struct buf *out = &j->answer;
    json_value id;
    json_value v;
    json_value method;
    struct rpc_call c = {.rpc = j->rpc, .node = j->rpc->node, .peer = j->peer, .group = j->group};
    buf_clear(&request->document->error);
    if (json_kind_of(request) != JSON_KIND_OBJECT) {
        answer_error(out, NULL, RPC_REQUEST, "a request is an object");
        return;
    }
    const json_value *known = find_member(&id, request, "id") ? &id : NULL;
    if (known != NULL && !is_id(known)) {
        answer_error(out, NULL, RPC_REQUEST, "id is neither a text nor a number");
        return;
    }
    if (!find_member(&v, request, "jsonrpc") || !is_text(&v, "2.0")) {
        answer_error(out, known, RPC_REQUEST, "member \"jsonrpc\" is not \"2.0\"");
        return;
    }
    if (!find_member(&method, request, "method") || json_kind_of(&method) != JSON_KIND_TEXT) {
        answer_error(out, known, RPC_REQUEST, "member \"method\" is not a text");
        return;
    }
    bool has_params = find_member(&c.params, request, "params");
    enum json_kind kind = has_params ? json_kind_of(&c.params) : JSON_KIND_NULL;
    if (kind != JSON_KIND_LIST && kind != JSON_KIND_NULL) {
        answer_error(out, known, RPC_PARAMS,
                     "params is not a list; parameters by name are not supported");
        return;
    }
    c.count = kind == JSON_KIND_LIST ? json_count(&c.params) : 0;
    call(&c, &method, known, out);
}

// ---- whole texts

static enum length length_of(const struct rpc *r, const json_value *request)
{
    json_value method;
    const char *name = "";
    usize n = 0;
    const struct method *m = json_kind_of(request) == JSON_KIND_OBJECT &&
                                     find_member(&method, request, "method") &&
                                     json_kind_of(&method) == JSON_KIND_TEXT &&
                                     json_get_text(&name, &n, &method) == FAULT_NONE
                                 ? find_method(r, name, n)
                                 : NULL;
    return m != NULL ? m->length : IS_SHORT;
}

static bool is_for_helper(const struct rpc_job *j, const json_value *request)
{
    enum length l = length_of(j->rpc, request);
    return l == IS_LONG || (l == MAY_BE_LONG && j->trial_left == 0);
}

// Answers a request if whoever is at it may, and as far as the owner goes, can.
static bool take_request(struct rpc_job *j, enum rpc_who who, const json_value *request)
{
    if (who != RPC_ALONE && is_for_helper(j, request) != (who == RPC_HELPER)) {
        return false;
    }
    usize before = j->answer.n;
    struct vm *vm = node_vm(j->rpc->node);
    bool is_trial = who == RPC_OWNER && length_of(j->rpc, request) == MAY_BE_LONG;
    vm_limit_work(vm, is_trial ? j->trial_left : VM_WORK_ANY);
    handle_request(j, request);
    bool is_done = !vm_ran_out(vm);
    j->trial_left = is_trial ? vm_work_left(vm) : j->trial_left;
    vm_limit_work(vm, VM_WORK_ANY);
    if (!is_done) {
        j->answer.n = before;
    }
    return is_done;
}

static bool go_on_with_batch(struct rpc_job *j, enum rpc_who who, const json_value *batch)
{
    struct buf *out = &j->answer;
    usize n = json_count(batch);
    if (n == 0 || n > RPC_BATCH_MAX) {
        answer_error(out, NULL, RPC_REQUEST,
                     n == 0 ? "the batch is empty"
                            : "the batch has more than " STRING_OF(RPC_BATCH_MAX) " requests");
        return true;
    }
    for (; j->next < n; j->next++) {
        json_value request = json_element(batch, j->next);
        usize before = out->n;
        buf_put_u8(out, before == 0 ? '[' : ',');
        usize head = out->n;
        bool is_taken = take_request(j, who, &request);
        if (out->n == head) {
            out->n = before; // a notification, or not taken
        }
        if (!is_taken) {
            return false;
        }
    }
    if (out->n > 0) {
        buf_put_u8(out, ']');
    }
    return true;
}

void rpc_job_init(struct rpc_job *j, struct rpc *r, u32 group, struct net_peer *peer, bytes text)
{
    *j = (struct rpc_job){.rpc = r, .group = group, .peer = peer, .trial_left = TRIAL_CYCLES};
    j->is_json = json_parse(&j->document, text) == FAULT_NONE;
}

bool rpc_job_go_on(struct rpc_job *j, enum rpc_who who)
{
    if (!j->is_json) {
        begin_answer(&j->answer, NULL);
        put_error(&j->answer, RPC_PARSE, buf_bytes(&j->document.error), NULL);
        buf_put_u8(&j->answer, '}');
        return true;
    }
    json_value root = json_root(&j->document);
    if (json_kind_of(&root) == JSON_KIND_LIST) {
        return go_on_with_batch(j, who, &root);
    }
    return take_request(j, who, &root);
}

bool rpc_job_wants_helper(struct rpc_job *j)
{
    if (!j->is_json) {
        return false;
    }
    json_value root = json_root(&j->document);
    if (json_kind_of(&root) != JSON_KIND_LIST) {
        return is_for_helper(j, &root);
    }
    usize n = json_count(&root);
    if (n > RPC_BATCH_MAX || j->next >= n) {
        return false;
    }
    json_value request = json_element(&root, j->next);
    return is_for_helper(j, &request);
}

void rpc_job_give_up(struct rpc_job *j)
{
    buf_clear(&j->answer);
    answer_error(&j->answer, NULL, RPC_INTERNAL,
                 "given up: the node ends, or nobody waits for the answer");
}

void rpc_job_fini(struct rpc_job *j)
{
    json_fini(&j->document);
    buf_fini(&j->answer);
}

void rpc_answer(void *rpc, u32 group, struct net_peer *peer, bytes text, struct buf *out)
{
    struct rpc_job j;
    rpc_job_init(&j, rpc, group, peer, text);
    CHECK(rpc_job_go_on(&j, RPC_ALONE));
    buf_put(out, j.answer.p, j.answer.n);
    rpc_job_fini(&j);
}

void rpc_closed(void *rpc, struct net_peer *peer)
{
    rpc_subscriptions_drop(rpc, peer);
}
