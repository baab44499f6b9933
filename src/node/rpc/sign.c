// SPDX-License-Identifier: MIT
// Signing texts and typed data with the keys of the development accounts. That an account is
// impersonated gives the node no key of it.
#include "lib/crypto/sign.h"
#include "lib/base/bytes.h"
#include "lib/crypto/hash/keccak.h"
#include "node/rpc/priv.h"
#include "node/rpc/signer.h"
#include "node/rpc/typed_data.h"

bool signer_key(const struct node *n, const address *a, b256 *key)
{
    u32 count;
    const struct node_key *keys = node_keys(n, &count);
    for (u32 i = 0; i < count; i++) {
        if (address_equal(&keys[i].at, a)) {
            *key = keys[i].key;
            return true;
        }
    }
    return false;
}

// r, s and 27 or 28.
static bool put_signature(struct rpc_call *c, const address *a, const b256 *hash)
{
    b256 key;
    signature made;
    if (!signer_key(c->node, a, &key)) {
        return rpc_fail(c, RPC_SERVER,
                        node_is_impersonated(c->node, a)
                            ? "unknown account: that it is impersonated gives no key to sign with"
                            : "unknown account: the node signs for the development accounts only");
    }
    if (!crypto_sign(&made, hash, &key)) {
        return rpc_fail(c, RPC_INTERNAL, "cannot sign");
    }
    u8 out[65];
    copy_bytes(out, made.r.b, 32);
    copy_bytes(out + 32, made.s.b, 32);
    out[64] = (u8)(27 + (made.recovery_id & 1));
    json_put_data(c->out, NULL, out, sizeof out);
    return true;
}

// Behind EIP-191's prefix.
static void hash_text(b256 *hash, bytes text)
{
    struct buf signed_text = {0};
    buf_printf(&signed_text,
               "\x19"
               "Ethereum Signed Message:\n%zu",
               text.n);
    buf_put(&signed_text, text.p, text.n);
    keccak256(hash, signed_text.p, signed_text.n);
    buf_fini(&signed_text);
}

static bool sign(struct rpc_call *c, usize who, usize what)
{
    json_value v;
    address at;
    b256 hash;
    struct buf text = {0};
    bool ok = rpc_param(c, &v, who) && rpc_value_address(c, &at, &v) && rpc_param(c, &v, what) &&
              rpc_value_data(c, &text, &v);
    hash_text(&hash, buf_bytes(&text));
    buf_fini(&text);
    return ok && put_signature(c, &at, &hash);
}

bool rpc_eth_sign(struct rpc_call *c)
{
    return sign(c, 0, 1);
}

bool rpc_personal_sign(struct rpc_call *c)
{
    return sign(c, 1, 0);
}

// ---- typed data: an object, or its text, which is what libraries send

static bool hash_typed_text(struct rpc_call *c, b256 *hash, const json_value *v,
                            enum typed_version version)
{
    struct json j;
    bytes text;
    if (json_get_text_bytes(&text, v) != FAULT_NONE) {
        return rpc_fail_json(c, v);
    }
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        f = typed_data_hash(hash, &root, version);
    }
    if (f != FAULT_NONE) {
        (void)rpc_fail(c, RPC_PARAMS, "params[1], a text of JSON: %.*s", (int)j.error.n,
                       (const char *)j.error.p);
    }
    json_fini(&j);
    return f == FAULT_NONE;
}

static bool sign_typed(struct rpc_call *c, enum typed_version version)
{
    json_value v;
    address at;
    b256 hash;
    if (!rpc_param(c, &v, 0) || !rpc_value_address(c, &at, &v) || !rpc_param(c, &v, 1)) {
        return false;
    }
    if (json_kind_of(&v) == JSON_KIND_TEXT) {
        return hash_typed_text(c, &hash, &v, version) && put_signature(c, &at, &hash);
    }
    return (typed_data_hash(&hash, &v, version) == FAULT_NONE || rpc_fail_json(c, &v)) &&
           put_signature(c, &at, &hash);
}

bool rpc_eth_sign_typed_data(struct rpc_call *c)
{
    return sign_typed(c, TYPED_V4);
}

bool rpc_eth_sign_typed_data_3(struct rpc_call *c)
{
    return sign_typed(c, TYPED_V3);
}
