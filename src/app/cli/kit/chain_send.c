// SPDX-License-Identifier: MIT
// A transaction of a message: fees and gas asked of the node, signed here, sent, its receipt waited
// for and told; see chain.h.
#include <string.h>

#include "app/cli/kit/chain.h"
#include "app/cli/kit/receipt.h"
#include "core/eth/transaction.h"
#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "lib/os/time.h"

#define POLL_MS 50u
#define TIMEOUT_DEFAULT 60u    // seconds
#define GAS_CAP_7825 16777216u // of a transaction, EIP-7825

struct sending {
    struct chain_message *m;
    struct options *o;
    struct signer signer;
    struct transaction t;
    b256 hash;
    struct buf why; // of the node
};

static bool ask(struct sending *s, json_value *result, const char *method, const char *parameters)
{
    buf_clear(&s->why);
    return rpc_client_call(&s->m->node, result, &s->why, method, parameters);
}

static bool ask_u256(struct sending *s, u256 *out, const char *method, const char *parameters)
{
    json_value v;
    if (!ask(s, &v, method, parameters)) {
        return false;
    }
    if (json_get_u256(out, &v) != FAULT_NONE) {
        buf_printf(&s->why, "%s: the answer is no number", method);
        return false;
    }
    return true;
}

static bool ask_u64(struct sending *s, u64 *out, const char *method, const char *parameters)
{
    u256 v = u256_zero();
    bool ok = ask_u256(s, &v, method, parameters);
    *out = u256_to_u64_saturated(v);
    return ok;
}

// EIP-1559 where blocks have a base fee: twice that and the tip.
static bool ask_fees(struct sending *s)
{
    json_value block;
    u256 base = u256_zero();
    bool has_base = false;
    if (!ask(s, &block, "eth_getBlockByNumber", "[\"latest\",false]")) {
        return false;
    }
    json_value v;
    if (json_find(&v, &has_base, &block, "baseFeePerGas") != FAULT_NONE ||
        (has_base && json_get_u256(&base, &v) != FAULT_NONE)) {
        buf_put_text(&s->why, "eth_getBlockByNumber: the answer is no block");
        return false;
    }
    if (!has_base) {
        s->t.type = TX_LEGACY;
        s->t.has_chain_id = true;
        bool ok = ask_u256(s, &s->t.max_fee, "eth_gasPrice", "[]");
        s->t.max_priority = s->t.max_fee;
        return ok;
    }
    s->t.type = TX_FEE_MARKET;
    s->t.has_chain_id = true;
    if (!ask_u256(s, &s->t.max_priority, "eth_maxPriorityFeePerGas", "[]")) {
        return false;
    }
    s->t.max_fee = u256_add(u256_add(base, base), s->t.max_priority);
    return true;
}

static bool ask_nonce(struct sending *s)
{
    struct buf parameters = {0};
    if (option_given(s->o, OPTION_NONCE)) {
        return option_u64(&s->t.nonce, s->o, OPTION_NONCE, INT64_MAX);
    }
    buf_put_text(&parameters, "[\"");
    put_address(&parameters, &s->signer.at);
    buf_put_text(&parameters, "\",\"pending\"]");
    buf_put_u8(&parameters, 0);
    bool ok = ask_u64(s, &s->t.nonce, "eth_getTransactionCount", (const char *)parameters.p);
    buf_fini(&parameters);
    return ok;
}

// The estimate and a tenth, for what others change meanwhile; not above the cap of a transaction
// unless it needs more.
static bool ask_gas(struct sending *s)
{
    struct buf parameters = {0};
    u64 estimate = 0;
    if (s->m->gas != 0) {
        s->t.gas_limit = s->m->gas;
        return true;
    }
    buf_put_u8(&parameters, '[');
    chain_put_call(&parameters, s->m, &s->signer.at);
    buf_put_text(&parameters, "]");
    buf_put_u8(&parameters, 0);
    bool ok = ask_u64(s, &estimate, "eth_estimateGas", (const char *)parameters.p);
    u64 more = estimate + estimate / 10;
    s->t.gas_limit = estimate <= GAS_CAP_7825 && more > GAS_CAP_7825 ? GAS_CAP_7825 : more;
    if (estimate > GAS_CAP_7825) {
        s->t.gas_limit = estimate;
    }
    buf_fini(&parameters);
    return ok;
}

static bool send_it(struct sending *s)
{
    struct buf parameters = {0};
    struct buf wire = {0};
    json_value v;
    bool ok = transaction_sign(&s->t, &s->signer.key);
    if (!ok) {
        buf_put_text(&s->why, "the transaction could not be signed");
    }
    transaction_encode(&wire, &s->t);
    transaction_hash(&s->hash, &s->t);
    buf_put_text(&parameters, "[\"");
    put_data(&parameters, buf_bytes(&wire));
    buf_put_text(&parameters, "\"]");
    buf_put_u8(&parameters, 0);
    ok = ok && ask(s, &v, "eth_sendRawTransaction", (const char *)parameters.p);
    buf_fini(&parameters);
    buf_fini(&wire);
    return ok;
}

// False: no receipt within the time, or the node cannot be asked.
static bool wait_for_receipt(struct sending *s, json_value *receipt, u64 seconds)
{
    struct buf parameters = {0};
    u64 until = os_now_ns() + seconds * 1000000000u;
    bool ok = true;
    buf_put_text(&parameters, "[\"");
    put_data(&parameters, (bytes){s->hash.b, 32});
    buf_put_text(&parameters, "\"]");
    buf_put_u8(&parameters, 0);
    while (ok) {
        ok = ask(s, receipt, "eth_getTransactionReceipt", (const char *)parameters.p);
        if (ok && json_kind_of(receipt) != JSON_KIND_NULL) {
            break;
        }
        if (ok && os_now_ns() > until) {
            buf_printf(&s->why,
                       "transaction %s is in no block after %llu seconds; is the node mining?",
                       (const char *)parameters.p, (unsigned long long)seconds);
            ok = false;
        }
        os_sleep_ms(ok ? POLL_MS : 0);
    }
    buf_fini(&parameters);
    return ok;
}

static bool prepare(struct sending *s)
{
    s->t.is_create = s->m->is_create;
    s->t.to = s->m->to;
    s->t.value = s->m->value;
    buf_put(&s->t.data, s->m->data.p, s->m->data.n);
    return ask_u256(s, &s->t.chain_id, "eth_chainId", "[]") && ask_nonce(s) && ask_fees(s) &&
           ask_gas(s);
}

static int tell(struct sending *s, json_value *receipt)
{
    struct buf text = {0};
    bool success = false;
    int status = CLI_FAULT;
    struct receipt_view view = {.abi = &s->m->abi, .hash = s->hash};
    if (option_given(s->o, OPTION_JSON)) {
        json_put_copy(&text, receipt);
        buf_put_u8(&text, '\n');
        success = receipt_succeeded(receipt);
        status = CLI_OK;
    } else if (receipt_put_text(&text, &success, receipt, &view)) {
        status = CLI_OK;
    } else {
        buf_put_text(&s->o->why, "eth_getTransactionReceipt: the answer is no receipt");
    }
    if (status == CLI_OK && option_given(s->o, OPTION_CALLS)) {
        receipt_put_calls(&text, &s->m->node, &s->hash, &s->m->abi);
    }
    if (status == CLI_OK) {
        status = cli_print(s->o->set->command, &text);
    }
    buf_fini(&text);
    if (status == CLI_OK && !success) {
        buf_put_text(&s->o->why, "the transaction failed, its gas is spent");
        receipt_put_failure(&s->o->why, &s->m->node, &s->hash, &s->m->abi);
        status = CLI_FAILED;
    }
    return status;
}

int chain_send(struct chain_message *m, struct options *o)
{
    static const struct signer_options at = {OPTION_ACCOUNT, OPTION_KEY, OPTION_KEYSTORE,
                                             OPTION_PASSWORD};
    struct sending s = {.m = m, .o = o};
    json_value receipt;
    u64 seconds = TIMEOUT_DEFAULT;
    int status = CLI_USAGE;
    if (option_u64(&seconds, o, OPTION_TIMEOUT, 86400) && signer_take(&s.signer, o, &at)) {
        bool ok = prepare(&s) && send_it(&s) && wait_for_receipt(&s, &receipt, seconds);
        status = ok ? tell(&s, &receipt) : o->why.n > 0 ? CLI_USAGE : chain_refused(m, o, &s.why);
    }
    signer_wipe(&s.signer);
    transaction_fini(&s.t);
    buf_fini(&s.why);
    return status;
}
