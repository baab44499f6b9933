// SPDX-License-Identifier: MIT
// Methods that tell who the node is, what rules it follows and what it keeps.
#include <string.h>

#include "core/precompile/precompile.h"
#include "lib/base/bytes.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

bool rpc_true(struct rpc_call *c)
{
    json_put_bool(c->out, NULL, true);
    return true;
}

bool rpc_false(struct rpc_call *c)
{
    json_put_bool(c->out, NULL, false);
    return true;
}

bool rpc_eth_chain_id(struct rpc_call *c)
{
    json_put_quantity(c->out, NULL, node_schedule(c->node)->chain_id);
    return true;
}

bool rpc_net_version(struct rpc_call *c)
{
    struct buf text = {0};
    buf_printf(&text, "%llu",
               (unsigned long long)u256_to_u64_saturated(node_schedule(c->node)->chain_id));
    json_put_text_bytes(c->out, NULL, buf_bytes(&text));
    buf_fini(&text);
    return true;
}

bool rpc_zero(struct rpc_call *c)
{
    json_put_quantity_u64(c->out, NULL, 0);
    return true;
}

bool rpc_empty_list(struct rpc_call *c)
{
    json_begin_list(c->out, NULL);
    json_end(c->out);
    return true;
}

bool rpc_eth_protocol_version(struct rpc_call *c)
{
    return rpc_zero(c);
}

bool rpc_eth_coinbase(struct rpc_call *c)
{
    json_put_address(c->out, NULL, &blocks_last(node_blocks(c->node))->header.coinbase);
    return true;
}

bool rpc_eth_base_fee(struct rpc_call *c)
{
    json_put_quantity(c->out, NULL, node_next_base_fee(c->node));
    return true;
}

bool rpc_web3_client_version(struct rpc_call *c)
{
    json_put_text(c->out, NULL, "hybrid-node/v" HYBRID_VERSION);
    return true;
}

bool rpc_web3_sha3(struct rpc_call *c)
{
    json_value v;
    struct buf data = {0};
    b256 hash;
    bool ok = rpc_param(c, &v, 0) && rpc_value_data(c, &data, &v);
    if (ok) {
        keccak256(&hash, data.p, data.n);
        json_put_b256(c->out, NULL, &hash);
    }
    buf_fini(&data);
    return ok;
}

// ---- eth_config (EIP-7910)

static void put_precompiles(struct json_writer *w, enum fork f)
{
    // In the order of the names, which are those of the EIP.
    static const struct {
        const char *name;
        u32 number;
    } NAMES[] = {
        {"BLAKE2F", 0x09},
        {"BLS12_G1ADD", 0x0b},
        {"BLS12_G1MSM", 0x0c},
        {"BLS12_G2ADD", 0x0d},
        {"BLS12_G2MSM", 0x0e},
        {"BLS12_MAP_FP2_TO_G2", 0x11},
        {"BLS12_MAP_FP_TO_G1", 0x10},
        {"BLS12_PAIRING_CHECK", 0x0f},
        {"BN254_ADD", 0x06},
        {"BN254_MUL", 0x07},
        {"BN254_PAIRING", 0x08},
        {"ECREC", 0x01},
        {"ID", 0x04},
        {"KZG_POINT_EVALUATION", 0x0a},
        {"MODEXP", 0x05},
        {"P256VERIFY", 0x100},
        {"RIPEMD160", 0x03},
        {"SHA256", 0x02},
    };
    json_begin_object(w, "precompiles");
    for (u32 i = 0; i < COUNT_OF(NAMES); i++) {
        address a = {{0}};
        store_be16(a.b + 18, (u16)NAMES[i].number);
        if (precompile_find(f, &a) != NULL) {
            json_put_address(w, NAMES[i].name, &a);
        }
    }
    json_end(w);
}

static void put_system_contracts(struct json_writer *w, const struct schedule *s, enum fork f)
{
    json_begin_object(w, "systemContracts");
    if (f >= FORK_CANCUN) {
        json_put_text(w, "BEACON_ROOTS_ADDRESS", "0x000f3df6d732807ef1319fb7b8bb8522d0beac02");
    }
    if (f >= FORK_PRAGUE) {
        json_put_text(w, "CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS",
                      "0x0000bbddc7ce488642fb579f8b00f3a590007251");
        json_put_address(w, "DEPOSIT_CONTRACT_ADDRESS", &s->deposit_contract);
        json_put_text(w, "HISTORY_STORAGE_ADDRESS", "0x0000f90827f1c53a10cb7a02335b175320002935");
        json_put_text(w, "WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS",
                      "0x00000961ef480eb55e80d19ad83579a64c007002");
    }
    json_end(w);
}

// The rules from a time on; null if `at` is NULL.
static void put_rules(struct rpc_call *c, const char *name, const struct fork_activation *at)
{
    struct json_writer *w = c->out;
    const struct schedule *s = node_schedule(c->node);
    if (at == NULL) {
        json_put_null(w, name);
        return;
    }
    const struct header *genesis = &blocks_at(node_blocks(c->node), 0)->header;
    struct fork_id id = config_fork_id(node_config(c->node), genesis, ~(u64)0, at->at);
    json_begin_object(w, name);
    json_put_number(w, "activationTime", at->at);
    if (at->fork >= FORK_CANCUN) {
        json_begin_object(w, "blobSchedule");
        json_put_number(w, "target", at->blobs.target);
        json_put_number(w, "max", at->blobs.max);
        json_put_number(w, "baseFeeUpdateFraction", at->blobs.update_fraction);
        json_end(w);
    }
    json_put_quantity(w, "chainId", s->chain_id);
    json_put_data(w, "forkId", id.hash, sizeof id.hash);
    put_precompiles(w, at->fork);
    put_system_contracts(w, s, at->fork);
    json_end(w);
}

bool rpc_eth_config(struct rpc_call *c)
{
    const struct schedule *s = node_schedule(c->node);
    const struct header *h = &blocks_last(node_blocks(c->node))->header;
    const struct fork_activation *current = NULL;
    const struct fork_activation *next = NULL;
    const struct fork_activation *last = NULL;
    static const struct fork_activation START = {.by = BY_TIME};
    for (u32 i = 0; i < s->count; i++) {
        const struct fork_activation *a = &s->fork[i];
        bool in_force = a->by != BY_TIME || a->at <= h->timestamp;
        current = in_force ? a : current;
        next = !in_force && next == NULL ? a : next;
        last = !in_force ? a : last;
    }
    struct fork_activation now = current == NULL ? START : *current;
    now.at = now.by == BY_TIME ? now.at : 0;
    json_begin_object(c->out, NULL);
    put_rules(c, "current", &now);
    put_rules(c, "next", next);
    put_rules(c, "last", last);
    json_end(c->out);
    return true;
}

// ---- what is kept

static void put_kept(struct json_writer *w, const char *name, u64 from)
{
    json_begin_object(w, name);
    json_put_bool(w, "disabled", false);
    json_put_quantity_u64(w, "oldestBlock", from);
    json_end(w);
}

bool rpc_eth_capabilities(struct rpc_call *c)
{
    struct json_writer *w = c->out;
    const struct header *h = &blocks_last(node_blocks(c->node))->header;
    u64 oldest = node_oldest_state(c->node);
    u64 first = node_first_block(c->node);
    first = first == 1 ? 0 : first;
    json_begin_object(w, NULL);
    json_begin_object(w, "head");
    json_put_quantity_u64(w, "number", h->number);
    json_put_b256(w, "hash", &h->hash);
    json_end(w);
    put_kept(w, "state", oldest);
    put_kept(w, "tx", first);
    put_kept(w, "logs", first);
    put_kept(w, "receipts", first);
    put_kept(w, "blocks", first);
    put_kept(w, "stateproofs", oldest);
    json_end(w);
    return true;
}

bool rpc_modules(struct rpc_call *c)
{
    static const char *const NAMES[] = {
#undef RPC_METHOD
#define RPC_METHOD(name, handler, least, most, parameters, text) name,
#include "node/rpc/methods.def"
    };
    char before[32] = "";
    json_begin_object(c->out, NULL);
    for (u32 i = 0; i < COUNT_OF(NAMES); i++) {
        char space[32] = "";
        for (u32 k = 0; k + 1 < sizeof space && NAMES[i][k] != '_'; k++) {
            space[k] = NAMES[i][k];
        }
        if (strcmp(space, before) == 0 || strcmp(space, "engine") == 0) {
            continue;
        }
        bool is_first = true;
        for (u32 k = 0; k < i; k++) {
            usize n = strlen(space);
            is_first = is_first && !(strncmp(NAMES[k], space, n) == 0 && NAMES[k][n] == '_');
        }
        if (is_first) {
            json_put_text(c->out, space, "1.0");
        }
        copy_bytes(before, space, sizeof before);
    }
    json_end(c->out);
    return true;
}

bool rpc_admin_node_info(struct rpc_call *c)
{
    struct json_writer *w = c->out;
    const struct blocks *blocks = node_blocks(c->node);
    json_begin_object(w, NULL);
    json_put_b256(w, "id", &c->rpc->instance);
    json_put_text(w, "name", "hybrid-node/v" HYBRID_VERSION);
    json_begin_object(w, "protocols");
    json_begin_object(w, "eth");
    json_put_whole(w, "network", node_schedule(c->node)->chain_id);
    json_put_b256(w, "genesis", &blocks_at(blocks, 0)->header.hash);
    json_put_b256(w, "head", &blocks_last(blocks)->header.hash);
    json_end(w);
    json_end(w);
    json_end(w);
    return true;
}
