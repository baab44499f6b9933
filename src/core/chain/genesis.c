// SPDX-License-Identifier: MIT
// Genesis files; see genesis.h. What a file leaves out has the value that geth gives it.
#include "core/chain/genesis.h"

#include "core/trie/root.h"
#include "lib/base/bytes.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

#define BASE_FEE_INITIAL 1000000000u
#define DIFFICULTY_DEFAULT 131072u
#define GAS_LIMIT_DEFAULT 4712388u

// A number; the text 0x of old files is 0.
static enum fault find_number(u64 *out, const json_value *root, const char *name)
{
    json_value v;
    bool found;
    TRY(json_find(&v, &found, root, name));
    if (found && json_kind_of(&v) == JSON_KIND_TEXT) {
        const char *text;
        usize n;
        TRY(json_get_text(&text, &n, &v));
        found = n != 2 || text[0] != '0' || text[1] != 'x';
    }
    return found ? json_get_u64(out, &v) : FAULT_NONE;
}

static enum fault read_extra(struct header *h, const json_value *root)
{
    json_value v;
    bool found;
    struct buf extra = {0};
    TRY(json_find(&v, &found, root, "extraData"));
    enum fault f = found ? json_get_data(&extra, &v) : FAULT_NONE;
    if (f == FAULT_NONE && extra.n > HEADER_EXTRA_MAX) {
        f = json_refuse(&v, "has %zu bytes, more than the %u that a header may have", extra.n,
                        HEADER_EXTRA_MAX);
    }
    if (f == FAULT_NONE) {
        h->extra_size = (u32)extra.n;
        copy_bytes(h->extra, extra.p, extra.n);
    }
    buf_fini(&extra);
    return f;
}

static enum fault read_header(struct genesis *g, const json_value *root)
{
    struct header *h = &g->header;
    u64 nonce = 0;
    json_value v;
    TRY(find_number(&nonce, root, "nonce"));
    store_be64(h->nonce, nonce);
    TRY(find_number(&h->timestamp, root, "timestamp"));
    TRY(find_number(&h->gas_limit, root, "gasLimit"));
    TRY(find_number(&h->gas_used, root, "gasUsed"));
    TRY(find_number(&h->number, root, "number"));
    TRY(find_number(&h->blob_gas_used, root, "blobGasUsed"));
    TRY(find_number(&h->excess_blob_gas, root, "excessBlobGas"));
    TRY(json_find(&v, &g->has_difficulty, root, "difficulty"));
    TRY(json_find_u256(&h->difficulty, root, "difficulty"));
    TRY(json_find(&v, &g->has_base_fee, root, "baseFeePerGas"));
    TRY(json_find_u256(&h->base_fee, root, "baseFeePerGas"));
    TRY(json_find_b256(&h->mix_hash, root, "mixHash"));
    TRY(json_find_b256(&h->mix_hash, root, "mixhash"));
    TRY(json_find_address(&h->coinbase, root, "coinbase"));
    TRY(json_find_b256(&h->parent_hash, root, "parentHash"));
    TRY(json_find(&v, &g->has_state_root, root, "stateHash"));
    TRY(json_find_b256(&h->state_root, root, "stateHash"));
    return read_extra(h, root);
}

enum fault genesis_read(struct genesis *g, const json_value *root)
{
    *g = (struct genesis){.has_config = false};
    json_value config;
    TRY(json_find(&config, &g->has_config, root, "config"));
    if (g->has_config) {
        struct buf why = {0};
        TRY(config_read(&g->config, &config));
        bool ok = config_check(&g->config, &why);
        enum fault f =
            ok ? FAULT_NONE : json_refuse(&config, "%.*s", (int)why.n, (const char *)why.p);
        buf_fini(&why);
        TRY(f);
    }
    return read_header(g, root);
}

void genesis_header(struct header *out, const struct genesis *g, const b256 *state_root)
{
    *out = g->header;
    struct schedule s;
    config_schedule(&s, &g->config);
    u256 any = u256_max(); // block 0 has the fields of its forks, whatever its difficulty
    enum fork f = schedule_rules(&s, out->number, out->timestamp, &any).fork;
    // A difficulty of the merge makes no fork by itself at block 0.
    if (f == FORK_PARIS &&
        !(g->config.has[ACTIVATION_LONDON] && g->config.at[ACTIVATION_LONDON] <= out->number)) {
        f = FORK_FRONTIER;
    }
    out->state_root = *state_root;
    out->uncles_hash = UNCLES_NONE_HASH;
    out->transactions_root = TRIE_EMPTY_ROOT;
    out->receipts_root = TRIE_EMPTY_ROOT;
    out->tail = header_tail_of(f);
    if (out->gas_limit == 0) {
        out->gas_limit = GAS_LIMIT_DEFAULT;
    }
    if (!g->has_difficulty && f < FORK_PARIS) {
        out->difficulty = u256_from_u64(DIFFICULTY_DEFAULT);
    }
    if (!g->has_base_fee && out->tail >= TAIL_BASE_FEE) {
        out->base_fee = u256_from_u64(BASE_FEE_INITIAL);
    }
    out->withdrawals_root = TRIE_EMPTY_ROOT;
    crypto_sha256(&out->requests_hash, "", 0);
    struct buf coding = {0};
    header_encode(&coding, out);
    keccak256(&out->hash, coding.p, coding.n);
    buf_fini(&coding);
}
