// SPDX-License-Identifier: MIT
// debug_ methods about blocks that were refused, of which the node keeps the last ones as they came
// (node_bad_block).
#include "lib/base/bytes.h"
#include "node/rpc/priv.h"
#include "node/rpc/tracing.h"

static bool add_transaction(struct stored_block *b, bytes raw)
{
    struct transaction t = {.nonce = 0};
    struct stored_transaction s = {.raw = raw};
    bool ok = transaction_decode(&t, raw) == VERDICT_VALID &&
              transaction_signer(&s.sender, &t, true) == VERDICT_VALID;
    if (ok) {
        transaction_hash(&s.hash, &t);
        stored_block_put_transaction(b, &s);
    }
    transaction_fini(&t);
    return ok;
}

static bool read_block(struct stored_block *b, bytes wire)
{
    struct block decoded;
    bool ok = block_decode(&decoded, wire);
    bytes rest = ok ? decoded.transactions : BYTES_NONE;
    while (ok && rest.n > 0) {
        bytes raw;
        ok = block_next_transaction(&raw, &rest) && add_transaction(b, raw);
    }
    if (!ok) {
        return false;
    }
    b->header = decoded.header;
    buf_put(&b->wire, wire.p, wire.n);
    return stored_block_settle(b);
}

// Its members as of any block; null if one of its transactions cannot be read.
static void put_bad_block(struct rpc_call *c, bytes wire)
{
    struct stored_block *b = stored_block_new();
    if (read_block(b, wire)) {
        rpc_put_block(c->out, "block", b, true);
    } else {
        json_put_null(c->out, "block");
    }
    stored_block_free(b);
}

// [{hash, block, rlp}], the newest first.
bool rpc_debug_get_bad_blocks(struct rpc_call *c)
{
    b256 hash;
    bytes wire;
    json_begin_list(c->out, NULL);
    for (u32 i = 0; node_bad_block(c->node, i, &hash, &wire); i++) {
        json_begin_object(c->out, NULL);
        json_put_b256(c->out, "hash", &hash);
        put_bad_block(c, wire);
        json_put_data(c->out, "rlp", wire.p, wire.n);
        json_end(c->out);
    }
    json_end(c->out);
    return tracing_has_room(c);
}

bool rpc_debug_trace_bad_block(struct rpc_call *c)
{
    json_value v;
    b256 wanted;
    b256 hash;
    bytes wire;
    if (!rpc_param(c, &v, 0) || !rpc_value_b256(c, &wanted, &v)) {
        return false;
    }
    for (u32 i = 0; node_bad_block(c->node, i, &hash, &wire); i++) {
        if (b256_equal(&hash, &wanted)) {
            struct buf kept = {0}; // another one may take its place meanwhile
            buf_put(&kept, wire.p, wire.n);
            bool ok = tracing_put_block(c, buf_bytes(&kept));
            buf_fini(&kept);
            return ok;
        }
    }
    return rpc_fail(c, RPC_SERVER, "no refused block of this hash is kept");
}
