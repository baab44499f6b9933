// SPDX-License-Identifier: MIT
// Refused transactions and failed calls as errors of JSON-RPC. Wallets look for the phrases that
// other nodes use, so these stand in front of our own.
#include "core/trace/failure.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

#define REASON_MAX 1024u // bytes of a revert's reason that are shown

static const char *const PHRASES[VERDICT_COUNT] = {
    [VERDICT_TYPE_UNKNOWN] = "transaction type not supported",
    [VERDICT_RLP_INVALID] = "rlp: malformed transaction",
    [VERDICT_SIGNATURE_INVALID] = "invalid sender",
    [VERDICT_CHAIN_ID_WRONG] = "invalid chain id for signer",
    [VERDICT_SENDER_HAS_CODE] = "sender not an eoa",
    [VERDICT_NONCE_TOO_LOW] = "nonce too low",
    [VERDICT_NONCE_TOO_HIGH] = "nonce too high",
    [VERDICT_NONCE_IS_MAX] = "nonce has max value",
    [VERDICT_GAS_OVER_BLOCK] = "exceeds block gas limit",
    [VERDICT_GAS_OVER_CAP] = "transaction gas limit too high",
    [VERDICT_FEE_BELOW_BASE] = "max fee per gas less than block base fee",
    [VERDICT_PRIORITY_OVER_FEE] = "max priority fee per gas higher than max fee per gas",
    [VERDICT_FUNDS_TOO_LOW] = "insufficient funds for gas * price + value",
    [VERDICT_FEE_OVERFLOWS] = "insufficient funds for gas * price + value",
    [VERDICT_INTRINSIC_TOO_LOW] = "intrinsic gas too low",
    [VERDICT_FLOOR_TOO_LOW] = "insufficient gas for floor data gas cost",
    [VERDICT_INITCODE_TOO_LARGE] = "max initcode size exceeded",
};

const char *rpc_verdict_phrase(enum verdict v)
{
    return PHRASES[v] != NULL ? PHRASES[v] : "invalid transaction";
}

bool rpc_fail_verdict(struct rpc_call *c, enum verdict v)
{
    return rpc_fail(c, RPC_SERVER, "%s: the transaction is not valid: %s", rpc_verdict_phrase(v),
                    verdict_text(v));
}

static bool begins_with(bytes output, const char *selector)
{
    return output.n >= 4 && equal_bytes(output.p, selector, 4);
}

// The text of Error(string), if the output is one and the text is printable.
static bool find_reason(bytes output, bytes *reason)
{
    if (output.n < 68 || !begins_with(output, "\x08\xc3\x79\xa0")) {
        return false;
    }
    u256 offset = u256_from_be_bytes(output.p + 4);
    u256 size = u256_from_be_bytes(output.p + 36);
    if (!u256_eq(offset, u256_from_u64(32)) || !u256_fits_u64(size) || size.w[0] > output.n - 68) {
        return false;
    }
    *reason = bytes_slice(output, 68, size.w[0] < REASON_MAX ? size.w[0] : REASON_MAX);
    for (usize i = 0; i < reason->n; i++) {
        if (reason->p[i] == 0) {
            return false;
        }
    }
    return true;
}

void rpc_put_revert(struct buf *out, bytes output)
{
    bytes reason = BYTES_NONE;
    buf_put_text(out, "execution reverted");
    if (find_reason(output, &reason)) {
        buf_put_text(out, ": ");
        buf_put(out, reason.p, reason.n);
    } else if (output.n == 36 && begins_with(output, "\x4e\x48\x7b\x71")) {
        buf_put_text(out, ": ");
        put_panic(out, u256_from_be_bytes(output.p + 4));
    }
}

const char *rpc_halt_phrase(enum halt h)
{
    return h == HALT_OUT_OF_GAS ? "out of gas" : halt_name(h);
}

bool rpc_fail_outcome(struct rpc_call *c, const struct node_outcome *o)
{
    struct buf text = {0};
    if (o->verdict != VERDICT_VALID) {
        return rpc_fail_verdict(c, o->verdict);
    }
    if (o->status == EVM_HALT) {
        const char *phrase = o->halt == HALT_OUT_OF_GAS ? "out of gas" : "execution halted";
        return rpc_fail(c, RPC_SERVER, "%s: %s", phrase, halt_name(o->halt));
    }
    c->has_data = true;
    buf_put(&c->data, o->output.p, o->output.n);
    rpc_put_revert(&text, buf_bytes(&o->output));
    (void)rpc_fail(c, RPC_REVERTED, "%.*s", (int)text.n, (const char *)text.p);
    buf_fini(&text);
    return false;
}
