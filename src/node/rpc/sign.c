// SPDX-License-Identifier: MIT
// Signing texts with the keys of the development accounts.
#include "lib/crypto/sign.h"
#include "lib/base/bytes.h"
#include "lib/crypto/hash/keccak.h"
#include "node/rpc/priv.h"
#include "node/rpc/signer.h"

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

// r, s and 27 or 28 over the text behind EIP-191's prefix.
static bool put_signature(struct rpc_call *c, const address *a, bytes text)
{
    b256 key;
    b256 hash;
    signature made;
    struct buf signed_text = {0};
    if (!signer_key(c->node, a, &key)) {
        return rpc_fail(c, RPC_SERVER,
                        "unknown account: the node signs for the development accounts only");
    }
    buf_printf(&signed_text,
               "\x19"
               "Ethereum Signed Message:\n%zu",
               text.n);
    buf_put(&signed_text, text.p, text.n);
    keccak256(&hash, signed_text.p, signed_text.n);
    buf_fini(&signed_text);
    if (!crypto_sign(&made, &hash, &key)) {
        return rpc_fail(c, RPC_INTERNAL, "cannot sign");
    }
    u8 out[65];
    copy_bytes(out, made.r.b, 32);
    copy_bytes(out + 32, made.s.b, 32);
    out[64] = (u8)(27 + (made.recovery_id & 1));
    json_put_data(c->out, NULL, out, sizeof out);
    return true;
}

static bool sign(struct rpc_call *c, usize who, usize what)
{
    json_value v;
    address at;
    struct buf text = {0};
    bool ok = rpc_param(c, &v, who) && rpc_value_address(c, &at, &v) && rpc_param(c, &v, what) &&
              rpc_value_data(c, &text, &v) && put_signature(c, &at, buf_bytes(&text));
    buf_fini(&text);
    return ok;
}

bool rpc_eth_sign(struct rpc_call *c)
{
    return sign(c, 0, 1);
}

bool rpc_personal_sign(struct rpc_call *c)
{
    return sign(c, 1, 0);
}
