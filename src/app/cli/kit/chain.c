// SPDX-License-Identifier: MIT
// Messages to a chain; see chain.h.
#include "app/cli/kit/chain.h"

#include <stdlib.h>
#include <string.h>

#include "app/cli/kit/sol_value.h"
#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/codec/json_write.h"
#include "lib/num/u256.h"

const struct option_row chain_options[CHAIN_OPTION_COUNT] = {
#define CONNECT_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#define SIGN_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/kit/chain_options.def"
};

const char *chain_artifact(struct buf *path, const char *name)
{
    if (!work_is_file(name) && strchr(name, '/') == NULL) {
        const char *artifact = work_text(path, "build/%s.json", name);
        if (work_is_file(artifact)) {
            return artifact;
        }
    }
    return work_text(path, "%s", name);
}

bool chain_open_node(struct rpc_client *node, struct options *o, u32 index)
{
    const char *wish = getenv("HYBRID_RPC");
    bool has_wish = wish != NULL && wish[0] != 0;
    const char *url = option_given(o, index) ? o->value[index] : has_wish ? wish : RPC_URL_DEFAULT;
    struct buf why = {0};
    bool ok = rpc_client_open(node, &why, url);
    if (!ok && !option_given(o, index)) {
        buf_printf(&o->why, "HYBRID_RPC of the environment: %.*s", (int)why.n, (const char *)why.p);
    } else if (!ok) {
        option_refuse(o, index, "%.*s", (int)why.n, (const char *)why.p);
    }
    buf_fini(&why);
    return ok;
}

bool chain_open(struct chain_message *m, struct options *o)
{
    struct buf path = {0};
    *m = (struct chain_message){.gas = 0};
    sol_abi_init(&m->abi);
    bool ok = option_u256(&m->value, o, OPTION_VALUE) &&
              option_u64(&m->gas, o, OPTION_GAS, INT64_MAX) &&
              chain_open_node(&m->node, o, OPTION_RPC);
    if (ok && option_given(o, OPTION_ABI)) {
        ok = sol_abi_add_file(&m->abi, &o->why, chain_artifact(&path, o->value[OPTION_ABI]));
    }
    buf_fini(&path);
    return ok;
}

void chain_close(struct chain_message *m)
{
    rpc_client_close(&m->node);
    sol_abi_fini(&m->abi);
    buf_fini(&m->data);
}

bool chain_take_call(struct chain_message *m, struct options *o, u32 first)
{
    const char *text = o->operand[first];
    hex_error error;
    if (o->operand_count <= first) {
        return true;
    }
    if (text[0] == '0' && (text[1] | 0x20) == 'x') {
        if (o->operand_count > first + 1) {
            buf_put_text(&o->why, "data in hex have no values behind them");
            return false;
        }
        bool ok = hex_decode(&m->data, &error, text, strlen(text));
        if (!ok) {
            buf_printf(&o->why, "\"%.60s\" is not hex: %s, at character %zu", text, error.text,
                       error.at + 1);
        }
        m->function =
            ok && m->data.n >= 4 ? sol_abi_selected(&m->abi, SOL_ITEM_FUNCTION, m->data.p) : NULL;
        return ok;
    }
    m->function = sol_abi_named(&m->abi, SOL_ITEM_FUNCTION, text);
    if (m->function == NULL && strchr(text, '(') == NULL) {
        buf_printf(&o->why,
                   "\"%.60s\" is no function of %s; write its signature, as in "
                   "'balanceOf(address)(uint256)', or name the contract's ABI by --abi",
                   text, option_given(o, OPTION_ABI) ? o->value[OPTION_ABI] : "a known ABI");
        return false;
    }
    if (m->function == NULL) {
        if (!sol_abi_add_item(&m->abi, &o->why, text, strlen(text))) {
            return false;
        }
        m->function = &m->abi.item[m->abi.count - 1];
    }
    buf_put(&m->data, m->function->hash.b, 4);
    return sol_encode(&m->data, &o->why, &m->function->input, o->operand + first + 1,
                      o->operand_count - first - 1);
}

void chain_put_call(struct buf *out, const struct chain_message *m, const address *from)
{
    struct json_writer w;
    json_write_init(&w, out, 0);
    json_begin_object(&w, NULL);
    if (from != NULL) {
        json_put_address(&w, "from", from);
    }
    if (!m->is_create) {
        json_put_address(&w, "to", &m->to);
    }
    if (!u256_is_zero(m->value)) {
        json_put_quantity(&w, "value", m->value);
    }
    if (m->gas != 0) {
        json_put_quantity_u64(&w, "gas", m->gas);
    }
    json_put_data(&w, "input", m->data.p, m->data.n);
    json_end(&w);
}

int chain_refused(struct chain_message *m, struct options *o, struct buf *why)
{
    struct buf reason = {0};
    if (!m->node.is_refusal) {
        buf_put(&o->why, why->p, why->n);
        return CLI_FAULT;
    }
    if (sol_abi_put_revert(&reason, &m->abi, buf_bytes(&m->node.data))) {
        buf_printf(&o->why, "it reverts: %.*s", (int)reason.n, (const char *)reason.p);
    } else {
        buf_put(&o->why, why->p, why->n);
        if (m->node.data.n > 0) {
            buf_put_text(&o->why, ", data ");
            put_data(&o->why, buf_bytes(&m->node.data));
        }
    }
    buf_fini(&reason);
    return CLI_FAILED;
}
