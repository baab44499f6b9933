// SPDX-License-Identifier: MIT
// Blobs that the node has, of transactions that wait or that it put into blocks, for a consensus
// client (execution-apis, src/engine: cancun.md, osaka.md).
#include "node/rpc/engine.h"
#include "node/rpc/priv.h"

#define BLOBS_MAX 128u

static void put_blob(struct json_writer *w, const struct sidecar *s, u32 index)
{
    bytes blob = sidecar_blob(s, index);
    bytes proofs = sidecar_proofs(s, index);
    json_begin_object(w, NULL);
    json_put_data(w, "blob", blob.p, blob.n);
    if (s->version == 0) {
        json_put_data(w, "proof", proofs.p, proofs.n);
    } else {
        json_begin_list(w, "proofs");
        for (usize i = 0; i < proofs.n; i += SIDECAR_POINT_SIZE) {
            json_put_data(w, NULL, proofs.p + i, SIDECAR_POINT_SIZE);
        }
        json_end(w);
    }
    json_end(w);
}

static bool param_hashes(struct rpc_call *c, json_value *list)
{
    if (!rpc_param(c, list, 0)) {
        return false;
    }
    if (json_expect(list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, list);
    }
    return json_count(list) <= BLOBS_MAX ||
           rpc_fail(c, ENGINE_TOO_LARGE, "Too large request: more than %u blobs", BLOBS_MAX);
}

// `form`: version of the sidecars that are wanted. `all`: null for all if one is missing.
static bool get_blobs(struct rpc_call *c, u32 form, bool all)
{
    json_value list;
    if (!param_hashes(c, &list)) {
        return false;
    }
    usize start = c->out->out->n;
    struct json_writer before = *c->out;
    json_begin_list(c->out, NULL);
    for (usize i = 0; i < json_count(&list); i++) {
        json_value v = json_element(&list, i);
        b256 hash;
        u32 index = 0;
        if (!rpc_value_b256(c, &hash, &v)) {
            return false;
        }
        const struct sidecar *s = pool_with_blob(node_pool(c->node), &hash, &index);
        bool there = s != NULL && s->version == form;
        if (!there && all) {
            c->out->out->n = start;
            *c->out = before;
            json_put_null(c->out, NULL);
            return true;
        }
        if (there) {
            put_blob(c->out, s, index);
        } else {
            json_put_null(c->out, NULL);
        }
    }
    json_end(c->out);
    return true;
}

// Since Osaka there are proofs of cells instead (execution-apis, osaka.md).
bool rpc_engine_get_blobs_1(struct rpc_call *c)
{
    const struct stored_block *head = blocks_last(node_blocks(c->node));
    if (node_rules_of(c->node, &head->header).fork >= FORK_OSAKA) {
        return rpc_fail(c, ENGINE_FORK, "Unsupported fork: version 1 is for Cancun and Prague");
    }
    return get_blobs(c, 0, false);
}

bool rpc_engine_get_blobs_2(struct rpc_call *c)
{
    return get_blobs(c, 1, true);
}

bool rpc_engine_get_blobs_3(struct rpc_call *c)
{
    return get_blobs(c, 1, false);
}

// Whether they are here, in whatever form: one bool for each, in their order.
bool rpc_engine_has_blobs(struct rpc_call *c)
{
    json_value list;
    if (!param_hashes(c, &list)) {
        return false;
    }
    json_begin_list(c->out, NULL);
    for (usize i = 0; i < json_count(&list); i++) {
        json_value v = json_element(&list, i);
        b256 hash;
        u32 index;
        if (!rpc_value_b256(c, &hash, &v)) {
            return false;
        }
        json_put_bool(c->out, NULL, pool_with_blob(node_pool(c->node), &hash, &index) != NULL);
    }
    json_end(c->out);
    return true;
}
