// SPDX-License-Identifier: MIT
// Writing chain configurations, the canonical hybrid section, and the fork ids that come of both
// (EIP-2124, ABI section 8).
#include "core/chain/config_table.h"
#include "lib/base/bytes.h"
#include "lib/crypto/hash/keccak.h"

static void write_hybrid_entry(struct json_writer *w, const struct hybrid_entry *e)
{
    json_begin_object(w, NULL);
    json_put_number(w, "time", e->time);
    json_put_number(w, "abi", 1);
    json_put_number(w, "cyclesPerGas", e->params.cycles_per_gas);
    json_put_number(w, "maxCodeSize", e->params.max_code_size);
    if (e->params.has_code_deposit) {
        json_put_number(w, "codeDepositGas", e->params.code_deposit_gas);
    } else {
        json_put_null(w, "codeDepositGas");
    }
    if (e->has_tx_gas_max) {
        json_put_number(w, "maxTxGas", e->tx_gas_max);
    } else {
        json_put_null(w, "maxTxGas");
    }
    json_end(w);
}

static void write_hybrid(struct json_writer *w, const char *name, const struct config *c)
{
    json_begin_list(w, name);
    for (u32 i = 0; i < c->hybrid_count; i++) {
        write_hybrid_entry(w, &c->hybrid[i]);
    }
    json_end(w);
}

void config_put_canonical_hybrid(struct buf *out, const struct config *c)
{
    if (c->hybrid_count > 0) {
        struct json_writer w;
        json_write_init(&w, out, 0);
        write_hybrid(&w, NULL, c);
    }
}

static void write_blobs(struct json_writer *w, const struct config *c)
{
    json_begin_object(w, "blobSchedule");
    for (u32 i = 0; i < ACTIVATION_COUNT; i++) {
        if (c->has_blobs[i]) {
            json_begin_object(w, activation_rows[i].blobs);
            json_put_number(w, "target", c->blobs[i].target);
            json_put_number(w, "max", c->blobs[i].max);
            json_put_number(w, "baseFeeUpdateFraction", c->blobs[i].update_fraction);
            json_end(w);
        }
    }
    json_end(w);
}

void config_write(struct json_writer *w, const char *name, const struct config *c)
{
    bool has_blobs = false;
    json_begin_object(w, name);
    if (c->has_chain_id) {
        json_put_whole(w, "chainId", c->chain_id);
    }
    for (u32 i = 0; i < ACTIVATION_COUNT; i++) {
        has_blobs = has_blobs || c->has_blobs[i];
        if (c->has[i]) {
            json_put_whole_u64(w, activation_rows[i].member, c->at[i]);
        }
        if (i == ACTIVATION_DAO && c->dao_support) {
            json_put_bool(w, "daoForkSupport", true);
        }
    }
    if (c->has_terminal_difficulty) {
        json_put_whole(w, "terminalTotalDifficulty", c->terminal_difficulty);
    }
    if (c->terminal_difficulty_passed) {
        json_put_bool(w, "terminalTotalDifficultyPassed", true);
    }
    if (c->has_deposit_contract) {
        json_put_address(w, "depositContractAddress", &c->deposit_contract);
    }
    if (c->has_ethash) {
        json_begin_object(w, "ethash");
        json_end(w);
    }
    if (has_blobs) {
        write_blobs(w, c);
    }
    if (c->hybrid_count > 0) {
        write_hybrid(w, "hybrid", c);
    }
    json_end(w);
}

// ---- fork id

// CRC-32 of IEEE 802.3, continued.
static u32 crc32_more(u32 crc, const void *p, usize n)
{
    crc = ~crc;
    for (usize i = 0; i < n; i++) {
        crc ^= ((const u8 *)p)[i];
        for (u32 bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (0xEDB88320u & (0u - (crc & 1)));
        }
    }
    return ~crc;
}

#define POINTS_MAX (ACTIVATION_COUNT + HYBRID_MAX)

struct points { // of activation, ascending, each once
    u64 at[POINTS_MAX];
    u32 count;
};

static void add_point(struct points *p, u64 at)
{
    u32 i = p->count;
    while (i > 0 && p->at[i - 1] > at) {
        i--;
    }
    if (i > 0 && p->at[i - 1] == at) {
        return;
    }
    for (u32 k = p->count; k > i; k--) {
        p->at[k] = p->at[k - 1];
    }
    p->at[i] = at;
    p->count++;
}

// Continues the checksum with the points passed; true: *next is the first that is not.
static bool pass_points(u32 *crc, u64 *next, const struct points *p, u64 reached)
{
    for (u32 i = 0; i < p->count; i++) {
        if (p->at[i] > reached) {
            *next = p->at[i];
            return true;
        }
        u8 coded[8];
        store_be64(coded, p->at[i]);
        *crc = crc32_more(*crc, coded, sizeof coded);
    }
    return false;
}

struct fork_id config_fork_id(const struct config *c, const struct header *genesis, u64 head,
                              u64 time)
{
    struct points blocks = {.count = 0};
    struct points times = {.count = 0};
    for (u32 i = 0; i < ACTIVATION_COUNT; i++) {
        bool by_time = activation_rows[i].by == BY_TIME;
        if (c->has[i] && c->at[i] > (by_time ? genesis->timestamp : 0)) {
            add_point(by_time ? &times : &blocks, c->at[i]);
        }
    }
    u32 crc = crc32_more(0, genesis->hash.b, sizeof genesis->hash.b);
    if (c->hybrid_count > 0) {
        struct buf text = {0};
        b256 hash;
        config_put_canonical_hybrid(&text, c);
        keccak256(&hash, text.p, text.n);
        buf_fini(&text);
        crc = crc32_more(crc, hash.b, sizeof hash.b);
        for (u32 i = 0; i < c->hybrid_count; i++) {
            if (c->hybrid[i].time > genesis->timestamp) {
                add_point(&times, c->hybrid[i].time);
            }
        }
    }
    struct fork_id id = {.next = 0};
    if (!pass_points(&crc, &id.next, &blocks, head)) {
        (void)pass_points(&crc, &id.next, &times, time);
    }
    store_be32(id.hash, crc);
    return id;
}
