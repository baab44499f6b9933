// SPDX-License-Identifier: MIT
// Reading parameters strictly, as the schemas of execution-apis have them.
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

static bool refuse(struct rpc_call *c, const json_value *v, const char *text)
{
    (void)json_refuse(v, "%s", text);
    return rpc_fail_json(c, v);
}

static bool get_text(struct rpc_call *c, const char **text, usize *n, const json_value *v)
{
    return json_get_text(text, n, v) == FAULT_NONE || rpc_fail_json(c, v);
}

static bool has_prefix(const char *text, usize n)
{
    return n >= 2 && text[0] == '0' && text[1] == 'x';
}

bool rpc_value_u256(struct rpc_call *c, u256 *out, const json_value *v)
{
    const char *text;
    usize n;
    hex_error why;
    if (!get_text(c, &text, &n, v)) {
        return false;
    }
    if (!has_prefix(text, n)) {
        return refuse(c, v, "a quantity begins with 0x");
    }
    if (n == 2) {
        return refuse(c, v, "a quantity has digits; zero is 0x0");
    }
    if (n > 3 && text[2] == '0') {
        return refuse(c, v, "a quantity has no leading zeros");
    }
    return hex_decode_u256(out, &why, text, n) || refuse(c, v, why.text);
}

bool rpc_value_u64(struct rpc_call *c, u64 *out, const json_value *v)
{
    u256 wide;
    if (!rpc_value_u256(c, &wide, v)) {
        return false;
    }
    *out = wide.w[0];
    return u256_fits_u64(wide) || refuse(c, v, "the quantity does not fit 64 bits");
}

bool rpc_value_data(struct rpc_call *c, struct buf *out, const json_value *v)
{
    const char *text;
    usize n;
    hex_error why;
    if (!get_text(c, &text, &n, v)) {
        return false;
    }
    if (!has_prefix(text, n)) {
        return refuse(c, v, "data begins with 0x");
    }
    return hex_decode(out, &why, text, n) || refuse(c, v, why.text);
}

static bool value_exact(struct rpc_call *c, u8 *out, usize size, const json_value *v)
{
    const char *text;
    usize n;
    hex_error why;
    if (!get_text(c, &text, &n, v)) {
        return false;
    }
    if (!has_prefix(text, n)) {
        return refuse(c, v, "data begins with 0x");
    }
    return hex_decode_exact(out, size, &why, text, n) || refuse(c, v, why.text);
}

bool rpc_value_address(struct rpc_call *c, address *out, const json_value *v)
{
    return value_exact(c, out->b, sizeof out->b, v);
}

bool rpc_value_b256(struct rpc_call *c, b256 *out, const json_value *v)
{
    return value_exact(c, out->b, sizeof out->b, v);
}

// ---- blocks

bool rpc_check_kept(struct rpc_call *c, u64 first)
{
    u64 kept = node_first_block(c->node);
    return kept == 1 || first >= kept ||
           rpc_fail(c, RPC_PRUNED,
                    "pruned history unavailable: of the blocks before %llu only block 0 is kept",
                    (unsigned long long)kept);
}

static bool block_by_number(struct rpc_call *c, const struct stored_block **out, u64 number)
{
    *out = blocks_at(node_blocks(c->node), number);
    if (*out == NULL && !rpc_check_kept(c, number)) {
        return false;
    }
    return *out != NULL ||
           rpc_fail(c, RPC_SERVER, "header not found: there is no block %llu yet; the last is %llu",
                    (unsigned long long)number,
                    (unsigned long long)blocks_count(node_blocks(c->node)) - 1);
}

static bool block_by_hash(struct rpc_call *c, const struct stored_block **out, const json_value *v)
{
    b256 hash;
    if (!rpc_value_b256(c, &hash, v)) {
        return false;
    }
    *out = blocks_by_hash(node_blocks(c->node), &hash);
    return *out != NULL ||
           rpc_fail(c, RPC_SERVER, "header not found: there is no block of that hash");
}

// EIP-1898.
static bool block_by_object(struct rpc_call *c, const struct stored_block **out,
                            const json_value *v)
{
    json_value hash;
    json_value number;
    bool has_hash;
    bool has_number;
    u64 n;
    if (!rpc_member(c, &hash, &has_hash, v, "blockHash") ||
        !rpc_member(c, &number, &has_number, v, "blockNumber")) {
        return false;
    }
    if (has_hash == has_number) {
        return refuse(c, v, "give either blockHash or blockNumber");
    }
    if (has_hash) {
        return block_by_hash(c, out, &hash);
    }
    return rpc_value_u64(c, &n, &number) && block_by_number(c, out, n);
}

bool rpc_value_block(struct rpc_call *c, const struct stored_block **out, const json_value *v)
{
    static const struct {
        const char *name;
        enum node_tag tag;
    } TAGS[] = {
        {"latest", NODE_LATEST}, {"pending", NODE_PENDING},     {"earliest", NODE_EARLIEST},
        {"safe", NODE_SAFE},     {"finalized", NODE_FINALIZED},
    };
    const char *text = "";
    usize n = 0;
    u64 number;
    if (json_kind_of(v) == JSON_KIND_OBJECT) {
        return block_by_object(c, out, v);
    }
    if (!get_text(c, &text, &n, v)) {
        return false;
    }
    for (u32 i = 0; i < COUNT_OF(TAGS); i++) {
        if (strcmp(text, TAGS[i].name) == 0) {
            *out = node_block(c->node, TAGS[i].tag);
            return *out != NULL || rpc_fail(c, RPC_SERVER, "%s block not found", text);
        }
    }
    if (n == 66 && has_prefix(text, n)) {
        return block_by_hash(c, out, v);
    }
    return rpc_value_u64(c, &number, v) && block_by_number(c, out, number);
}

// ---- members

bool rpc_member(struct rpc_call *c, json_value *out, bool *found, const json_value *object,
                const char *name)
{
    return json_find(out, found, object, name) == FAULT_NONE || rpc_fail_json(c, object);
}

bool rpc_member_u256(struct rpc_call *c, u256 *out, bool *found, const json_value *object,
                     const char *name)
{
    json_value v;
    return rpc_member(c, &v, found, object, name) && (!*found || rpc_value_u256(c, out, &v));
}

bool rpc_member_u64(struct rpc_call *c, u64 *out, bool *found, const json_value *object,
                    const char *name)
{
    json_value v;
    return rpc_member(c, &v, found, object, name) && (!*found || rpc_value_u64(c, out, &v));
}

// ---- parameters

bool rpc_has_param(const struct rpc_call *c, usize i)
{
    if (i >= c->count) {
        return false;
    }
    json_value v = json_element(&c->params, i);
    return json_kind_of(&v) != JSON_KIND_NULL;
}

bool rpc_param(struct rpc_call *c, json_value *out, usize i)
{
    if (!rpc_has_param(c, i)) {
        return rpc_fail(c, RPC_PARAMS, "params[%zu] is missing", i);
    }
    *out = json_element(&c->params, i);
    return true;
}

bool rpc_param_block(struct rpc_call *c, const struct stored_block **out, usize i)
{
    *out = blocks_last(node_blocks(c->node));
    if (!rpc_has_param(c, i)) {
        return true;
    }
    json_value v = json_element(&c->params, i);
    return rpc_value_block(c, out, &v);
}

bool rpc_param_is_pending(struct rpc_call *c, usize i)
{
    const char *text = "";
    usize n = 0;
    if (!rpc_has_param(c, i)) {
        return false;
    }
    json_value v = json_element(&c->params, i);
    return json_kind_of(&v) == JSON_KIND_TEXT && json_get_text(&text, &n, &v) == FAULT_NONE &&
           strcmp(text, "pending") == 0;
}
