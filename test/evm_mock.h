// SPDX-License-Identifier: MIT
// A world for tests, the fuzzer and the bench of the mini-EVM: storage in a small table, prices
// that are easy to add up (each operation 100, keccak and log as in the protocol), code and return
// data that the test sets. Calls are the test's own business; mock_run answers them all with
// failure.
#pragma once

#include "engine/evm/evm.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "lib/os/map.h"

enum {
    MOCK_SLOTS = 64,
    MOCK_PRICE = 100,
    MOCK_OUTPUT_MAX = 4096,
    MOCK_STEPS_MAX = 4096,
};

struct mock_log {
    u32 count;
    u256 topics[4];
    u64 size;
    u8 first; // byte of the data
};

struct mock_result {
    u32 status; // enum evm_status
    u32 halt;   // enum halt
    u64 left;
    u64 output_size;
    u8 output[MOCK_OUTPUT_MAX]; // its beginning
};

struct mock {
    void *memory;
    u64 memory_size;
    struct evm *e;
    bytes code; // what load_code and EXTCODECOPY give
    bytes return_data;
    u256 keys[2][MOCK_SLOTS], values[2][MOCK_SLOTS]; // [1]: transient
    u32 slots[2];
    struct mock_log log;
    address beneficiary;
    enum halt refusal; // if set, operations of the host halt with it
    bool far;          // zeros past a frame's memory may be hashed: hybrid is not active
    u64 loads;         // calls of load_code
    struct evm_step steps[MOCK_STEPS_MAX];
    u64 step_count;
};

static inline enum halt mock_charge(const struct mock *m, gas *g, u64 price)
{
    if (m->refusal != HALT_NONE) {
        return m->refusal;
    }
    return gas_charge(g, price) ? HALT_NONE : HALT_OUT_OF_GAS;
}

static inline enum halt mock_word(const struct mock *m, gas *g, u256 *out, u64 value)
{
    enum halt h = mock_charge(m, g, MOCK_PRICE);
    if (h == HALT_NONE) {
        *out = u256_from_u64(value);
    }
    return h;
}

static inline enum halt mock_balance(void *ctx, gas *g, const address *a, u256 *out)
{
    return mock_word(ctx, g, out, 1000 + a->b[19]);
}

static inline enum halt mock_code_size(void *ctx, gas *g, const address *a, u256 *out)
{
    return mock_word(ctx, g, out, 2000 + a->b[19]);
}

static inline enum halt mock_code_hash(void *ctx, gas *g, const address *a, u256 *out)
{
    return mock_word(ctx, g, out, 3000 + a->b[19]);
}

static inline enum halt mock_block_hash(void *ctx, gas *g, const u256 *number, u256 *out)
{
    return mock_word(ctx, g, out, 4000 + number->w[0]);
}

static inline enum halt mock_self_balance(void *ctx, u256 *out)
{
    const struct mock *m = ctx;
    *out = u256_from_u64(5000);
    return m->refusal;
}

static inline enum halt mock_blob_hash(void *ctx, const u256 *index, u256 *out)
{
    const struct mock *m = ctx;
    *out = u256_from_u64(6000 + index->w[0]);
    return m->refusal;
}

static inline u256 *mock_slot(struct mock *m, u32 kind, const u256 *key)
{
    for (u32 i = 0; i < m->slots[kind]; i++) {
        if (u256_eq(m->keys[kind][i], *key)) {
            return &m->values[kind][i];
        }
    }
    u32 i = m->slots[kind] < MOCK_SLOTS ? m->slots[kind]++ : MOCK_SLOTS - 1;
    m->keys[kind][i] = *key;
    m->values[kind][i] = u256_zero();
    return &m->values[kind][i];
}

static inline enum halt mock_load(struct mock *m, gas *g, u32 kind, const u256 *key, u256 *out)
{
    enum halt h = mock_charge(m, g, MOCK_PRICE);
    if (h == HALT_NONE) {
        *out = *mock_slot(m, kind, key);
    }
    return h;
}

static inline enum halt mock_sload(void *ctx, gas *g, const u256 *key, u256 *out)
{
    return mock_load(ctx, g, 0, key, out);
}

static inline enum halt mock_tload(void *ctx, gas *g, const u256 *key, u256 *out)
{
    return mock_load(ctx, g, 1, key, out);
}

static inline enum halt mock_store(struct mock *m, gas *g, u32 kind, const u256 *key,
                                   const u256 *value)
{
    enum halt h = mock_charge(m, g, MOCK_PRICE);
    if (h == HALT_NONE) {
        *mock_slot(m, kind, key) = *value;
    }
    return h;
}

static inline enum halt mock_sstore(void *ctx, gas *g, const u256 *key, const u256 *value)
{
    return mock_store(ctx, g, 0, key, value);
}

static inline enum halt mock_tstore(void *ctx, gas *g, const u256 *key, const u256 *value)
{
    return mock_store(ctx, g, 1, key, value);
}

static inline enum halt mock_code_copy(void *ctx, gas *g, const address *a, u64 offset, u8 *to,
                                       u64 n)
{
    const struct mock *m = ctx;
    (void)a;
    enum halt h = mock_charge(m, g, MOCK_PRICE + 3 * ((n + 31) / 32));
    for (u64 i = 0; h == HALT_NONE && i < n; i++) {
        bool inside = offset < m->code.n && i < m->code.n - offset;
        to[i] = inside ? m->code.p[offset + i] : 0;
    }
    return h;
}

static inline enum halt mock_keccak(void *ctx, gas *g, bytes data, u64 zeros, u256 *out)
{
    const struct mock *m = ctx;
    enum halt h = zeros > 0 && !m->far ? HALT_OUT_OF_GAS
                                       : mock_charge(m, g, 30 + 6 * ((data.n + zeros + 31) / 32));
    if (h == HALT_NONE) {
        b256 hash;
        keccak256_with_zeros(&hash, data, zeros);
        *out = u256_from_b256(hash);
    }
    return h;
}

static inline enum halt mock_log(void *ctx, gas *g, bytes data, const u256 *topics, u32 count)
{
    struct mock *m = ctx;
    enum halt h = mock_charge(m, g, 375 + 375ull * count + 8 * data.n);
    if (h == HALT_NONE) {
        m->log = (struct mock_log){.count = count, .size = data.n};
        m->log.first = data.n > 0 ? data.p[0] : 0;
        copy_bytes(m->log.topics, topics, count * sizeof *topics);
    }
    return h;
}

static inline enum halt mock_self_destruct(void *ctx, gas *g, const address *beneficiary)
{
    struct mock *m = ctx;
    m->beneficiary = *beneficiary;
    return mock_charge(m, g, MOCK_PRICE);
}

static inline void mock_return_data_copy(void *ctx, u64 offset, u8 *to, u64 n)
{
    const struct mock *m = ctx;
    CHECK(offset <= m->return_data.n && n <= m->return_data.n - offset);
    copy_bytes(to, m->return_data.p + offset, n);
}

static inline void mock_load_code(void *ctx, u8 *to, u64 n)
{
    struct mock *m = ctx;
    CHECK(n == m->code.n);
    copy_bytes(to, m->code.p, n);
    m->loads++;
}

static inline void mock_step(void *ctx, const struct evm_step *s)
{
    struct mock *m = ctx;
    if (m->step_count < MOCK_STEPS_MAX) {
        m->steps[m->step_count] = *s;
    }
    m->step_count++;
}

static inline void mock_environment(struct mock *m)
{
    struct evm_block_record b = {
        .number = u256_from_u64(0x4300),
        .timestamp = u256_from_u64(0x4200),
        .gas_limit = u256_from_u64(0x4500),
        .base_fee = u256_from_u64(0x4800),
        .blob_base_fee = u256_from_u64(0x4a00),
        .difficulty_or_prevrandao = u256_from_u64(0x4400),
        .chain_id = u256_from_u64(0x4600),
        .coinbase = u256_to_address(u256_from_u64(0x4100)),
    };
    struct evm_tx_record t = {
        .gas_price = u256_from_u64(0x3a00),
        .origin = u256_to_address(u256_from_u64(0x3200)),
    };
    evm_set_environment(m->e, &b, &t);
}

static inline void mock_init(struct mock *m)
{
    *m = (struct mock){0};
    struct evm_host host = {
        .ctx = m,
        .balance = mock_balance,
        .self_balance = mock_self_balance,
        .code_size = mock_code_size,
        .code_hash = mock_code_hash,
        .code_copy = mock_code_copy,
        .block_hash = mock_block_hash,
        .blob_hash = mock_blob_hash,
        .sload = mock_sload,
        .sstore = mock_sstore,
        .tload = mock_tload,
        .tstore = mock_tstore,
        .keccak = mock_keccak,
        .log = mock_log,
        .self_destruct = mock_self_destruct,
        .return_data_copy = mock_return_data_copy,
        .load_code = mock_load_code,
        .step = mock_step,
    };
    m->memory_size = (evm_memory_needed() + OS_PAGE_SIZE - 1) / OS_PAGE_SIZE * OS_PAGE_SIZE;
    m->memory = os_reserve(m->memory_size);
    CHECK(m->memory != NULL && os_commit_rw(m->memory, m->memory_size));
    m->e = evm_init(m->memory, m->memory_size, &host);
    mock_environment(m);
}

static inline void mock_fini(struct mock *m)
{
    os_release(m->memory, m->memory_size);
}

static inline struct evm_frame_record mock_record(struct mock *m, bytes code, enum fork fork,
                                                  u64 left)
{
    struct evm_frame_record r = {
        .version = EVM_RECORD_VERSION,
        .fork = (u32)fork,
        .code_size = code.n,
        .target = u256_to_address(u256_from_u64(0x3000)),
        .caller = u256_to_address(u256_from_u64(0x3300)),
        .value = u256_from_u64(0x3400),
        .gas = left,
    };
    keccak256(&r.code_hash, code.p, code.n);
    m->code = code;
    return r;
}

// Begins the frame and runs it to its end; calls and creations fail and cost nothing.
static inline struct mock_result mock_run_record(struct mock *m, const struct evm_frame_record *r)
{
    struct evm_request q;
    struct mock_result out = {0};
    evm_push(m->e, r);
    while (evm_run(m->e, &q) != EVM_EXIT_END) {
        struct evm_outcome o = {.status = EVM_HALT, .gas = q.gas};
        m->return_data = BYTES_NONE;
        evm_resume(m->e, &o);
    }
    out.status = q.status;
    out.halt = q.halt;
    out.left = q.gas;
    out.output_size = q.data_size;
    copy_bytes(out.output, (const void *)q.data,
               q.data_size < MOCK_OUTPUT_MAX ? q.data_size : MOCK_OUTPUT_MAX);
    return out;
}

static inline struct mock_result mock_run(struct mock *m, bytes code, bytes input, enum fork fork,
                                          u64 left)
{
    struct evm_frame_record r = mock_record(m, code, fork, left);
    r.input = (u64)input.p;
    r.input_size = input.n;
    return mock_run_record(m, &r);
}
