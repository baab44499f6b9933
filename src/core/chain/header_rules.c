// SPDX-License-Identifier: MIT
// Header rules. Each check is a small function; header_check walks them in the order in which
// clients look.
#include "core/chain/header_rules.h"

#include "lib/base/bytes.h"
#include "lib/num/u256.h"

#define GAS_PER_BLOB 131072u
#define BLOB_BASE_COST 8192u // EIP-7918
#define GAS_LIMIT_MIN 5000u
#define GAS_LIMIT_DIVISOR 1024u
#define BASE_FEE_INITIAL 1000000000u
#define BASE_FEE_DENOMINATOR 8u
#define ELASTICITY 2u
#define DIFFICULTY_MIN 131072u

const char *block_verdict_name(enum block_verdict v)
{
    static const char *const NAMES[] = {
        "",
#define BLOCK_VERDICT(NAME, test_name, text) test_name,
#include "spec/block_verdicts.def"
    };
    return v < BLOCK_VERDICT_COUNT ? NAMES[v] : "unknown";
}

const char *block_verdict_text(enum block_verdict v)
{
    static const char *const TEXTS[] = {
        "valid",
#define BLOCK_VERDICT(NAME, test_name, text) text,
#include "spec/block_verdicts.def"
    };
    return v < BLOCK_VERDICT_COUNT ? TEXTS[v] : "unknown";
}

// ---- difficulty

// Steps of parent difficulty / 2048 by which the difficulty moves: from +2 down to -99.
static i64 difficulty_steps(enum fork f, u64 timestamp, const struct header *parent)
{
    u64 elapsed = timestamp - parent->timestamp;
    if (f < FORK_HOMESTEAD) {
        return elapsed < 13 ? 1 : -1;
    }
    bool has_uncles = !b256_equal(&parent->uncles_hash, &UNCLES_NONE_HASH);
    u64 unit = f >= FORK_BYZANTIUM ? 9 : 10; // EIP-100, EIP-2
    i64 best = f >= FORK_BYZANTIUM && has_uncles ? 2 : 1;
    u64 late = elapsed / unit;
    i64 steps = late > 200 ? -99 : best - (i64)late;
    return steps < -99 ? -99 : steps;
}

u256 header_difficulty(const struct block_rules *r, u64 timestamp, const struct header *parent)
{
    u256 unit = u256_shr(u256_from_u64(11), parent->difficulty); // / 2048
    i64 steps = difficulty_steps(r->fork, timestamp, parent);
    u256 d = parent->difficulty;
    u256 move = u256_mul(unit, u256_from_u64((u64)(steps < 0 ? -steps : steps)));
    d = steps < 0 ? u256_sub(d, move) : u256_add(d, move);
    u256 least = u256_from_u64(DIFFICULTY_MIN);
    u64 number = parent->number + 1;
    u64 delay = r->fork >= FORK_BYZANTIUM ? r->bomb_delay : 0;
    u64 period = (number > delay ? number - delay : 0) / 100000;
    if (period >= 2) {
        d = u256_add(d, u256_shl(u256_from_u64(period - 2), u256_one()));
    }
    return u256_lt(d, least) ? least : d;
}

// ---- fees

u256 header_base_fee(const struct header *parent)
{
    if (parent->tail < TAIL_BASE_FEE) {
        return u256_from_u64(BASE_FEE_INITIAL);
    }
    u64 target = parent->gas_limit / ELASTICITY;
    u256 fee = parent->base_fee;
    if (parent->gas_used == target || target == 0) {
        return fee;
    }
    bool up = parent->gas_used > target;
    u64 distance = up ? parent->gas_used - target : target - parent->gas_used;
    u256 move = u256_mul(fee, u256_from_u64(distance));
    move = u256_div(u256_div(move, u256_from_u64(target)), u256_from_u64(BASE_FEE_DENOMINATOR));
    if (!up) {
        return u256_sub(fee, move);
    }
    return u256_add(fee, u256_is_zero(move) ? u256_one() : move);
}

u64 header_excess_blob_gas(const struct block_rules *r, const struct header *parent)
{
    if (parent->tail < TAIL_EXCESS_BLOB_GAS) {
        return 0;
    }
    u64 target = r->blobs.target * GAS_PER_BLOB;
    u64 sum = parent->excess_blob_gas + parent->blob_gas_used;
    if (sum < target) {
        return 0;
    }
    if (r->fork >= FORK_OSAKA) {
        u256 blob_fee = blob_base_fee(parent->excess_blob_gas, r->blobs.update_fraction);
        u256 cost = u256_mul(parent->base_fee, u256_from_u64(BLOB_BASE_COST));
        if (u256_gt(cost, u256_mul(blob_fee, u256_from_u64(GAS_PER_BLOB)))) {
            u64 span = r->blobs.max - r->blobs.target;
            return parent->excess_blob_gas + parent->blob_gas_used * span / r->blobs.max;
        }
    }
    return sum - target;
}

// ---- checks

enum header_tail header_tail_of(enum fork f)
{
    return f >= FORK_PRAGUE     ? TAIL_REQUESTS_HASH
           : f >= FORK_CANCUN   ? TAIL_BEACON_ROOT
           : f >= FORK_SHANGHAI ? TAIL_WITHDRAWALS_ROOT
           : f >= FORK_LONDON   ? TAIL_BASE_FEE
                                : TAIL_NONE;
}

static enum block_verdict check_order(const struct block_rules *r, const struct header *h,
                                      const struct header *parent)
{
    if (h->tail != (u32)header_tail_of(r->fork)) {
        return BLOCK_FIELDS;
    }
    if (h->number != parent->number + 1) {
        return BLOCK_NUMBER;
    }
    return h->timestamp <= parent->timestamp ? BLOCK_TIMESTAMP : BLOCK_VALID;
}

static enum block_verdict check_extra(const struct block_rules *r, const struct header *h,
                                      const struct header *parent)
{
    static const char DAO[] = "dao-hard-fork";
    (void)parent;
    if (h->extra_size > HEADER_EXTRA_MAX) {
        return BLOCK_EXTRA_DATA;
    }
    bool is_dao = h->extra_size == sizeof DAO - 1 && equal_bytes(h->extra, DAO, sizeof DAO - 1);
    return r->has_dao_extra && !is_dao ? BLOCK_DAO_EXTRA_DATA : BLOCK_VALID;
}

static enum block_verdict check_gas(const struct block_rules *r, const struct header *h,
                                    const struct header *parent)
{
    if (h->gas_used > h->gas_limit) {
        return BLOCK_GAS_USED_OVER;
    }
    bool fork_block = r->fork >= FORK_LONDON && parent->tail < TAIL_BASE_FEE;
    u64 before = fork_block ? parent->gas_limit * ELASTICITY : parent->gas_limit;
    u64 moved = h->gas_limit > before ? h->gas_limit - before : before - h->gas_limit;
    bool far = moved >= before / GAS_LIMIT_DIVISOR;
    return far || h->gas_limit < GAS_LIMIT_MIN || h->gas_limit >> 63 != 0 ? BLOCK_GAS_LIMIT
                                                                          : BLOCK_VALID;
}

static enum block_verdict check_work(const struct block_rules *r, const struct header *h,
                                     const struct header *parent)
{
    if (r->fork < FORK_PARIS) {
        u256 d = header_difficulty(r, h->timestamp, parent);
        return u256_eq(d, h->difficulty) ? BLOCK_VALID : BLOCK_DIFFICULTY;
    }
    static const u8 NO_NONCE[8] = {0};
    if (!u256_is_zero(h->difficulty)) {
        return BLOCK_DIFFICULTY;
    }
    bool bare = equal_bytes(h->nonce, NO_NONCE, sizeof NO_NONCE) &&
                b256_equal(&h->uncles_hash, &UNCLES_NONE_HASH);
    return bare ? BLOCK_VALID : BLOCK_NONCE_OVER_PARIS;
}

static enum block_verdict check_fees(const struct block_rules *r, const struct header *h,
                                     const struct header *parent)
{
    if (r->fork >= FORK_LONDON && !u256_eq(h->base_fee, header_base_fee(parent))) {
        return BLOCK_BASE_FEE;
    }
    if (r->fork < FORK_CANCUN) {
        return BLOCK_VALID;
    }
    if (h->blob_gas_used > r->blobs.max * GAS_PER_BLOB) {
        return BLOCK_BLOB_GAS_OVER;
    }
    if (h->blob_gas_used % GAS_PER_BLOB != 0) {
        return BLOCK_BLOB_GAS_USED;
    }
    return h->excess_blob_gas != header_excess_blob_gas(r, parent) ? BLOCK_EXCESS_BLOB_GAS
                                                                   : BLOCK_VALID;
}

enum block_verdict header_check(const struct block_rules *r, const struct header *h,
                                const struct header *parent)
{
    static enum block_verdict (*const CHECKS[])(const struct block_rules *r, const struct header *h,
                                                const struct header *parent) = {
        check_order, check_extra, check_gas, check_work, check_fees,
    };
    for (u32 i = 0; i < COUNT_OF(CHECKS); i++) {
        enum block_verdict v = CHECKS[i](r, h, parent);
        if (v != BLOCK_VALID) {
            return v;
        }
    }
    return BLOCK_VALID;
}
