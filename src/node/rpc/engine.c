// SPDX-License-Identifier: MIT
// The Engine API, by which a consensus client drives the node: payloads that come, and which block
// is the head (execution-apis, src/engine).
#include "node/rpc/engine.h"
#include "core/chain/payload.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

static const b256 NO_HASH = {{0}};

void rpc_engine_free(struct rpc *r)
{
    struct engine *e = r->engine;
    for (u32 i = 0; e != NULL && i < ENGINE_PAYLOADS; i++) {
        buf_fini(&e->payload[i].withdrawals);
    }
    mem_free(e);
    r->engine = NULL;
}

// ---- engine_newPayload

struct status { // PayloadStatusV1
    const char *status;
    const b256 *latest_valid; // NULL: null
    const char *error;        // NULL: null
};

static void put_status(struct json_writer *w, const char *name, const struct status *s)
{
    json_begin_object(w, name);
    json_put_text(w, "status", s->status);
    if (s->latest_valid != NULL) {
        json_put_b256(w, "latestValidHash", s->latest_valid);
    } else {
        json_put_null(w, "latestValidHash");
    }
    if (s->error != NULL) {
        json_put_text(w, "validationError", s->error);
    } else {
        json_put_null(w, "validationError");
    }
    json_end(w);
}

// What is built on the last block of proof of work has no ancestor that a consensus client knows
// (execution-apis, paris.md: payload validation).
static const b256 *latest_valid(const struct rpc_call *c, const struct node_imported *i)
{
    const struct stored_block *b = blocks_by_hash(node_blocks(c->node), &i->latest_valid);
    return b != NULL && !u256_is_zero(b->header.difficulty) ? &NO_HASH : &i->latest_valid;
}

static struct status status_of(const struct rpc_call *c, const struct node_imported *i)
{
    switch (i->status) {
    case IMPORT_VALID:
        return (struct status){"VALID", &i->hash, NULL};
    case IMPORT_INVALID:
        return (struct status){"INVALID", latest_valid(c, i),
                               i->block == BLOCK_TRANSACTION ? verdict_text(i->transaction)
                                                             : block_verdict_text(i->block)};
    case IMPORT_ORPHAN:
        return (struct status){"SYNCING", NULL, NULL};
    case IMPORT_FAR:
        return (struct status){"ACCEPTED", NULL, NULL};
    }
    return (struct status){"SYNCING", NULL, NULL};
}

static bool import(struct rpc_call *c, bytes wire)
{
    struct node_imported i;
    enum fault f = node_import(c->node, wire, false, &i);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(c, f);
    }
    struct status s = status_of(c, &i);
    put_status(c->out, NULL, &s);
    return true;
}

static bool new_payload(struct rpc_call *c, u64 version)
{
    struct buf wire = {0};
    bool ok = true;
    enum payload_verdict v = payload_to_block(&wire, &c->params, version, node_schedule(c->node));
    switch (v) {
    case PAYLOAD_BLOCK:
        ok = import(c, buf_bytes(&wire));
        break;
    case PAYLOAD_PARAMS:
        ok = rpc_fail_json(c, &c->params);
        break;
    case PAYLOAD_FORK:
        ok = rpc_fail(c, ENGINE_FORK, "Unsupported fork: the version is not that of its fork");
        break;
    case PAYLOAD_HASH:
    case PAYLOAD_BLOB_HASHES:
    case PAYLOAD_TRANSACTION: {
        struct status s = {"INVALID", NULL, payload_verdict_text(v)};
        put_status(c->out, NULL, &s);
        break;
    }
    }
    buf_fini(&wire);
    return ok;
}

bool rpc_engine_new_payload_1(struct rpc_call *c)
{
    return new_payload(c, 1);
}

bool rpc_engine_new_payload_2(struct rpc_call *c)
{
    return new_payload(c, 2);
}

bool rpc_engine_new_payload_3(struct rpc_call *c)
{
    return new_payload(c, 3);
}

bool rpc_engine_new_payload_4(struct rpc_call *c)
{
    return new_payload(c, 4);
}

bool rpc_engine_new_payload_5(struct rpc_call *c)
{
    return new_payload(c, 5); // of Amsterdam, which no chain here can have
}

// ---- engine_forkchoiceUpdated

struct choice {
    b256 head, safe, finalized;
};

static bool member_hash(struct rpc_call *c, b256 *out, const json_value *v, const char *name)
{
    json_value m;
    bool found;
    if (!rpc_member(c, &m, &found, v, name)) {
        return false;
    }
    return found ? rpc_value_b256(c, out, &m)
                 : rpc_fail(c, RPC_PARAMS, "params[0]: member \"%s\" is missing", name);
}

static bool read_choice(struct rpc_call *c, struct choice *o)
{
    json_value v;
    return rpc_param(c, &v, 0) && member_hash(c, &o->head, &v, "headBlockHash") &&
           member_hash(c, &o->safe, &v, "safeBlockHash") &&
           member_hash(c, &o->finalized, &v, "finalizedBlockHash");
}

bool rpc_engine_read_attributes(struct rpc_call *c, struct engine_payload *p, const json_value *v)
{
    json_value m;
    bool found[3];
    if (!rpc_member_u64(c, &p->timestamp, &found[0], v, "timestamp") ||
        !rpc_member(c, &m, &found[1], v, "prevRandao") ||
        (found[1] && !rpc_value_b256(c, &p->prev_randao, &m)) ||
        !rpc_member(c, &m, &found[2], v, "suggestedFeeRecipient") ||
        (found[2] && !rpc_value_address(c, &p->coinbase, &m)) ||
        !rpc_member(c, &m, &p->has_withdrawals, v, "withdrawals") ||
        (p->has_withdrawals && !rpc_value_withdrawals(c, &p->withdrawals, &m)) ||
        !rpc_member(c, &m, &p->has_beacon_root, v, "parentBeaconBlockRoot") ||
        (p->has_beacon_root && !rpc_value_b256(c, &p->beacon_root, &m))) {
        return false;
    }
    return (found[0] && found[1] && found[2]) ||
           rpc_fail(c, ENGINE_ATTRIBUTES,
                    "Invalid payload attributes: timestamp, prevRandao and suggestedFeeRecipient "
                    "are needed");
}

static enum fork fork_at(struct rpc_call *c, u64 number, u64 timestamp)
{
    struct header h = {.number = number, .timestamp = timestamp};
    return node_rules_of(c->node, &h).fork;
}

static bool refuse_attributes(struct rpc_call *c, const char *why)
{
    return rpc_fail(c, ENGINE_ATTRIBUTES, "Invalid payload attributes: %s", why);
}

// Whether the attributes have what the version and the fork at their time want, in the order of
// execution-apis (cancun.md, engine_forkchoiceUpdatedV3): form, fork, time.
static bool check_attributes(struct rpc_call *c, const struct engine_payload *p, u64 version,
                             const struct header *head)
{
    enum fork f = fork_at(c, head->number + 1, p->timestamp);
    if (p->has_beacon_root != (version >= 3)) {
        return refuse_attributes(c, "parentBeaconBlockRoot comes with version 3");
    }
    if (p->has_withdrawals && version == 1) {
        return refuse_attributes(c, "withdrawals come with version 2");
    }
    if (!p->has_withdrawals && version >= 3) {
        return refuse_attributes(c, "withdrawals are missing");
    }
    if ((version >= 3) != (f >= FORK_CANCUN)) {
        return rpc_fail(c, ENGINE_FORK, "Unsupported fork: version 3 is for Cancun and later");
    }
    if (p->has_withdrawals != (f >= FORK_SHANGHAI)) {
        return refuse_attributes(c, "withdrawals come with Shanghai");
    }
    return p->timestamp > head->timestamp ||
           refuse_attributes(c, "the timestamp is not after the head's");
}

static void put_choice(struct rpc_call *c, const struct status *s, const struct engine_payload *p)
{
    json_begin_object(c->out, NULL);
    put_status(c->out, "payloadStatus", s);
    if (p != NULL) {
        u8 id[8];
        store_be64(id, p->id);
        json_put_data(c->out, "payloadId", id, sizeof id);
    } else {
        json_put_null(c->out, "payloadId");
    }
    json_end(c->out);
}

static bool is_on_chain_of(struct rpc_call *c, const struct stored_block *head, const b256 *hash)
{
    const struct blocks *all = node_blocks(c->node);
    const struct stored_block *b = blocks_by_hash(all, hash);
    for (const struct stored_block *at = head; b != NULL && at != NULL;
         at = blocks_by_hash(all, &at->header.parent_hash)) {
        if (b256_equal(&at->header.hash, hash)) {
            return true;
        }
        if (at->header.number <= b->header.number) {
            return false;
        }
        if (node_is_canonical(c->node, at)) {
            return node_is_canonical(c->node, b);
        }
    }
    return false;
}

// Safe and finalized blocks are the head or ancestors of it; zero names none. This is known before
// anything is changed.
static bool check_checkpoints(struct rpc_call *c, const struct choice *o,
                              const struct stored_block *head)
{
    const b256 *named[] = {&o->safe, &o->finalized};
    for (u32 i = 0; i < COUNT_OF(named); i++) {
        if (!b256_equal(named[i], &NO_HASH) && !is_on_chain_of(c, head, named[i])) {
            return rpc_fail(c, ENGINE_CHOICE,
                            "Invalid forkchoice state: the %s block is not an ancestor of the head",
                            i == 0 ? "safe" : "finalized");
        }
    }
    return true;
}

static bool set_checkpoints(struct rpc_call *c, const struct choice *o)
{
    bool found = true;
    enum fault f = FAULT_NONE;
    if (!b256_equal(&o->finalized, &NO_HASH)) {
        f = node_set_finalized(c->node, &o->finalized, &found);
    }
    if (f == FAULT_NONE && found && !b256_equal(&o->safe, &NO_HASH)) {
        f = node_set_safe(c->node, &o->safe, &found);
    }
    if (f != FAULT_NONE) {
        return rpc_fail_fault(c, f);
    }
    CHECK(found); // they were checked
    return true;
}

static const struct engine_payload *keep_payload(struct rpc *r, const struct engine_payload *p)
{
    if (r->engine == NULL) {
        r->engine = mem_zalloc(sizeof *r->engine);
    }
    struct engine *e = r->engine;
    struct engine_payload *to = &e->payload[e->made++ % ENGINE_PAYLOADS];
    buf_fini(&to->withdrawals);
    *to = *p;
    to->id = load_be64(p->parent.b) ^ (p->timestamp << 20) ^ e->made;
    return to;
}

// With the head set: checkpoints, then the payload that is asked for. Owns *p.
static bool settle_choice(struct rpc_call *c, const struct choice *o, u64 version,
                          struct engine_payload *p)
{
    struct status valid = {"VALID", &o->head, NULL};
    const struct stored_block *head = blocks_by_hash(node_blocks(c->node), &o->head);
    if (!set_checkpoints(c, o) || (p != NULL && !check_attributes(c, p, version, &head->header))) {
        return false;
    }
    const struct engine_payload *kept = NULL;
    if (p != NULL) {
        p->parent = o->head;
        kept = keep_payload(c->rpc, p);
        p->withdrawals = (struct buf){0};
    }
    put_choice(c, &valid, kept);
    return true;
}

static bool choose(struct rpc_call *c, const struct choice *o, u64 version,
                   struct engine_payload *p)
{
    struct node_imported moved;
    bool found;
    const struct stored_block *head = blocks_by_hash(node_blocks(c->node), &o->head);
    const struct stored_block *last = blocks_last(node_blocks(c->node));
    bool is_old = head != NULL && head->header.number < last->header.number &&
                  node_is_canonical(c->node, head);
    if (b256_equal(&o->head, &NO_HASH)) {
        return rpc_fail(c, ENGINE_CHOICE, "Invalid forkchoice state: no head is named");
    }
    if (head != NULL && !check_checkpoints(c, o, head)) {
        return false;
    }
    if (is_old) { // an ancestor of the head: nothing is changed
        struct status valid = {"VALID", &o->head, NULL};
        put_choice(c, &valid, NULL);
        return true;
    }
    enum fault f = node_set_head(c->node, &o->head, &found, &moved);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(c, f);
    }
    if (!found || moved.status != IMPORT_VALID) {
        struct status s = {"SYNCING", NULL, NULL};
        if (found) {
            s = status_of(c, &moved);
        }
        put_choice(c, &s, NULL);
        return true;
    }
    return settle_choice(c, o, version, p);
}

static bool update(struct rpc_call *c, u64 version)
{
    struct choice o;
    struct engine_payload p = {.version = version};
    json_value v;
    bool wants = rpc_has_param(c, 1);
    bool ok = read_choice(c, &o);
    if (ok && wants) {
        ok = rpc_param(c, &v, 1) && rpc_engine_read_attributes(c, &p, &v);
    }
    ok = ok && choose(c, &o, version, wants ? &p : NULL);
    buf_fini(&p.withdrawals);
    return ok;
}

bool rpc_engine_forkchoice_1(struct rpc_call *c)
{
    return update(c, 1);
}

bool rpc_engine_forkchoice_2(struct rpc_call *c)
{
    return update(c, 2);
}

bool rpc_engine_forkchoice_3(struct rpc_call *c)
{
    return update(c, 3);
}

// ---- who is there

bool rpc_engine_exchange_capabilities(struct rpc_call *c)
{
    static const char *const NAMES[] = {
#undef RPC_METHOD
#define RPC_METHOD(name, handler, least, most, parameters, text) name,
#include "node/rpc/methods.def"
    };
    json_value theirs;
    if (!rpc_param(c, &theirs, 0)) {
        return false;
    }
    if (json_expect(&theirs, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, &theirs);
    }
    json_begin_list(c->out, NULL);
    for (u32 i = 0; i < COUNT_OF(NAMES); i++) {
        if (__builtin_strncmp(NAMES[i], "engine_", 7) == 0 &&
            __builtin_strcmp(NAMES[i], "engine_exchangeCapabilities") != 0 &&
            __builtin_strcmp(NAMES[i], "engine_newPayloadV5") != 0) { // it is only refused
            json_put_text(c->out, NULL, NAMES[i]);
        }
    }
    json_end(c->out);
    return true;
}

bool rpc_engine_client_version(struct rpc_call *c)
{
    json_begin_list(c->out, NULL);
    json_begin_object(c->out, NULL);
    json_put_text(c->out, "code", "HY");
    json_put_text(c->out, "name", "hybrid-node");
    json_put_text(c->out, "version", "v" HYBRID_VERSION);
    json_put_text(c->out, "commit", "0x00000000");
    json_end(c->out);
    json_end(c->out);
    return true;
}
