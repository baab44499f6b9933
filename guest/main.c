// SPDX-License-Identifier: MIT
// The mini-EVM as a program of the RV64 machine. One resident coroutine: it takes the record of an
// outermost frame from 0x8000_0000, runs it and the frames nested in it, leaves the output record
// in the same place, and goes on with the next record when the host lets it return. host.h is
// implemented by services (spec/services.def), one ecall each: gas goes and comes in a7, the halt
// reason comes in a6.
#include "engine/evm/evm.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/types.h"

int main(void);

enum service {
#define SERVICE(id, NAME, name, in, out, text) SERVICE_##NAME = (id),
#include "spec/services.def"
};

enum {
    SERVICE_END = 0, // ends the outermost frame: any number that is no service
};

enum answer { // of the exit service
    ANSWER_RESUME = 1,
    ANSWER_BEGIN = 2,
    ANSWER_BEGIN_TOP = 3,
};

#define RECORD_AT 0x80000000ull

extern u8 heap[]; // guest.ld: first page behind the image

// ---- ecall ------------------------------------------------------------------------------------

struct registers {
    u64 a0, a1, a2, a3;
};

// Results are in a0 and, for services that charge, in a6 and a7.
static ALWAYS_INLINE enum halt service(enum service id, gas *g, struct registers *r)
{
    register u64 t0 __asm__("t0") = id;
    register u64 a0 __asm__("a0") = r->a0;
    register u64 a1 __asm__("a1") = r->a1;
    register u64 a2 __asm__("a2") = r->a2;
    register u64 a3 __asm__("a3") = r->a3;
    register u64 a6 __asm__("a6") = 0;
    register u64 a7 __asm__("a7") = (u64)g->left;
    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a6), "+r"(a7)
                     : "r"(t0), "r"(a1), "r"(a2), "r"(a3)
                     : "memory");
    r->a0 = a0;
    g->left = (i64)a7;
    return (enum halt)a6;
}

static enum halt charged(enum service id, gas *g, const void *p, const void *q)
{
    return service(id, g, &(struct registers){(u64)p, (u64)q, 0, 0});
}

static enum halt charged_range(enum service id, gas *g, struct registers r)
{
    return service(id, g, &r);
}

static enum halt free_of_charge(enum service id, struct registers r)
{
    gas none = {0};
    return service(id, &none, &r);
}

// ---- host.h -----------------------------------------------------------------------------------

static enum halt host_balance(void *ctx, gas *g, const address *a, u256 *out)
{
    (void)ctx;
    return charged(SERVICE_BALANCE, g, a, out);
}

static enum halt host_self_balance(void *ctx, u256 *out)
{
    (void)ctx;
    return free_of_charge(SERVICE_SELF_BALANCE, (struct registers){(u64)out, 0, 0, 0});
}

static enum halt host_code_size(void *ctx, gas *g, const address *a, u256 *out)
{
    (void)ctx;
    return charged(SERVICE_CODE_SIZE, g, a, out);
}

static enum halt host_code_hash(void *ctx, gas *g, const address *a, u256 *out)
{
    (void)ctx;
    return charged(SERVICE_LOAD_CODE_HASH, g, a, out);
}

static enum halt host_code_copy(void *ctx, gas *g, const address *a, u64 offset, u8 *to, u64 n)
{
    (void)ctx;
    return charged_range(SERVICE_CODE_COPY, g, (struct registers){(u64)a, offset, (u64)to, n});
}

static enum halt host_block_hash(void *ctx, gas *g, const u256 *number, u256 *out)
{
    (void)ctx;
    return charged(SERVICE_BLOCK_HASH, g, number, out);
}

static enum halt host_blob_hash(void *ctx, const u256 *index, u256 *out)
{
    (void)ctx;
    return free_of_charge(SERVICE_BLOB_HASH, (struct registers){(u64)index, (u64)out, 0, 0});
}

static enum halt host_sload(void *ctx, gas *g, const u256 *key, u256 *out)
{
    (void)ctx;
    return charged(SERVICE_SLOAD, g, key, out);
}

static enum halt host_sstore(void *ctx, gas *g, const u256 *key, const u256 *value)
{
    (void)ctx;
    return charged(SERVICE_SSTORE, g, key, value);
}

static enum halt host_tload(void *ctx, gas *g, const u256 *key, u256 *out)
{
    (void)ctx;
    return charged(SERVICE_TLOAD, g, key, out);
}

static enum halt host_tstore(void *ctx, gas *g, const u256 *key, const u256 *value)
{
    (void)ctx;
    return charged(SERVICE_TSTORE, g, key, value);
}

static enum halt host_keccak(void *ctx, gas *g, bytes data, u64 zeros, u256 *out)
{
    (void)ctx;
    return charged_range(SERVICE_KECCAK, g,
                         (struct registers){(u64)data.p, data.n, (u64)out, zeros});
}

static enum halt host_log(void *ctx, gas *g, bytes data, const u256 *topics, u32 count)
{
    (void)ctx;
    struct registers r = {(u64)data.p, data.n, (u64)topics, count};
    return charged_range(SERVICE_LOG, g, r);
}

static enum halt host_self_destruct(void *ctx, gas *g, const address *beneficiary)
{
    (void)ctx;
    return charged(SERVICE_SELF_DESTRUCT, g, beneficiary, NULL);
}

static void host_return_data_copy(void *ctx, u64 offset, u8 *to, u64 n)
{
    (void)ctx;
    free_of_charge(SERVICE_RETURN_DATA_COPY, (struct registers){offset, (u64)to, n, 0});
}

static void host_load_code(void *ctx, u8 *to, u64 n)
{
    (void)ctx;
    free_of_charge(SERVICE_LOAD_CODE, (struct registers){(u64)to, n, 0, 0});
}

static void host_step(void *ctx, const struct evm_step *s)
{
    (void)ctx;
    free_of_charge(SERVICE_STEP, (struct registers){(u64)s, 0, 0, 0});
}

static const struct evm_host HOST = {
    .balance = host_balance,
    .self_balance = host_self_balance,
    .code_size = host_code_size,
    .code_hash = host_code_hash,
    .code_copy = host_code_copy,
    .block_hash = host_block_hash,
    .blob_hash = host_blob_hash,
    .sload = host_sload,
    .sstore = host_sstore,
    .tload = host_tload,
    .tstore = host_tstore,
    .keccak = host_keccak,
    .log = host_log,
    .self_destruct = host_self_destruct,
    .return_data_copy = host_return_data_copy,
    .load_code = host_load_code,
    .step = host_step,
};

// ---- checks -----------------------------------------------------------------------------------

NORETURN static void panic(const char *text)
{
    u64 n = 0;
    while (text[n] != 0) {
        n++;
    }
    for (;;) {
        free_of_charge(SERVICE_PANIC, (struct registers){(u64)text, n, 0, 0});
    }
}

void check_failed(const char *file, u32 line, const char *condition)
{
    (void)file;
    (void)line;
    panic(condition);
}

// ---- records ----------------------------------------------------------------------------------

// Begins the frame whose record is at `at`; in front of it is a head, behind it the parts that the
// head names.
static void begin(struct evm *e, u64 at)
{
    const struct evm_record_head *head = (const struct evm_record_head *)at;
    const u8 *parts = (const u8 *)(head + 1);
    CHECK(head->frame_size == sizeof(struct evm_frame_record));
    if (head->block_size != 0 || head->tx_size != 0) {
        CHECK(head->block_size == sizeof(struct evm_block_record));
        CHECK(head->tx_size == sizeof(struct evm_tx_record));
        const u8 *block = parts + sizeof(struct evm_frame_record);
        evm_set_environment(
            e, (const struct evm_block_record *)(const void *)block,
            (const struct evm_tx_record *)(const void *)(block + sizeof(struct evm_block_record)));
    }
    evm_push(e, (const struct evm_frame_record *)(const void *)parts);
}

static void begin_top(struct evm *e)
{
    evm_reset(e);
    begin(e, RECORD_AT);
}

// Ends the outermost frame. Returns when there is a new record.
static void output(const struct evm_request *request)
{
    struct evm_output_record *o = (struct evm_output_record *)RECORD_AT;
    *o = (struct evm_output_record){
        .size = sizeof *o,
        .status = request->status,
        .halt = request->halt,
        .gas_left = request->gas,
        .data = request->data,
        .data_size = request->data_size,
        .memory_top = request->memory_top,
    };
    register u64 t0 __asm__("t0") = SERVICE_END;
    register u64 x31 __asm__("x31") = sizeof *o;
    __asm__ volatile("ecall" : : "r"(t0), "r"(x31) : "memory");
}

// Asks the owner what comes next after a call, a creation or the end of a nested frame.
static void ask(struct evm *e, struct evm_request *request)
{
    struct evm_outcome outcome;
    struct registers r = {(u64)request, (u64)&outcome, 0, 0};
    gas none = {0};
    service(SERVICE_EXIT, &none, &r);
    switch ((enum answer)r.a0) {
    case ANSWER_RESUME:
        evm_resume(e, &outcome);
        break;
    case ANSWER_BEGIN:
        begin(e, request->record_at);
        break;
    case ANSWER_BEGIN_TOP:
        begin_top(e);
        break;
    default:
        panic("unknown answer");
    }
}

int main(void)
{
    struct evm *e = evm_init(heap, EVM_GUEST_INPUT - (u64)heap, &HOST);
    begin_top(e);
    for (;;) {
        struct evm_request request;
        enum evm_exit reason = evm_run(e, &request);
        if (reason == EVM_EXIT_END && evm_frame_count(e) == 0) {
            output(&request);
            begin_top(e);
        } else {
            ask(e, &request);
        }
    }
}
