// SPDX-License-Identifier: MIT
// Random code on the mock world, plain and traced: no crash, no hang, and both the same. The
// input's first bytes choose fork, gas and the answers to calls; then input data and code. Calls of
// even addresses run the same code in a nested frame, up to a small depth.
#include "test/evm_mock.h"

enum { HEAD = 4, DEPTH_MAX = 6, GAS_MAX = 60000, RETURN_MAX = 1024 };

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

struct run {
    struct mock *m;
    struct evm_frame_record record; // of the outermost frame
    bool traced;
    u64 exits;
    u64 hash;
    u8 returned[RETURN_MAX];
};

static void mix(struct run *r, u64 v)
{
    r->hash = (r->hash ^ v) * 0x100000001b3;
}

static bool begin_nested(struct run *r, const struct evm_request *q)
{
    if (evm_frame_count(r->m->e) > DEPTH_MAX || (q->to.b[19] & 1) != 0) {
        return false;
    }
    struct evm_frame_record *nested = (struct evm_frame_record *)q->record_at;
    *nested = r->record;
    nested->depth = evm_frame_count(r->m->e);
    nested->is_create = q->exit == EVM_EXIT_CREATE;
    nested->gas = q->gas - q->gas / 64;
    nested->input = q->data;
    nested->input_size = q->data_size;
    evm_push(r->m->e, nested);
    return true;
}

static void keep_output(struct run *r, const struct evm_request *q)
{
    u64 size = q->data_size < RETURN_MAX ? q->data_size : RETURN_MAX;
    copy_bytes(r->returned, (const void *)q->data, size);
    r->m->return_data = (bytes){r->returned, size};
}

static u64 run_all(struct run *r)
{
    struct evm_request q;
    zero_bytes(r->m->slots, sizeof r->m->slots);
    r->record.trace_level = r->traced;
    r->hash = 0;
    evm_push(r->m->e, &r->record);
    for (;;) {
        enum evm_exit reason = evm_run(r->m->e, &q);
        mix(r, (u64)reason);
        mix(r, q.gas);
        mix(r, q.status);
        mix(r, q.halt);
        for (u64 i = 0; i < q.data_size && i < RETURN_MAX; i++) {
            mix(r, ((const u8 *)q.data)[i]);
        }
        if (reason == EVM_EXIT_END) {
            keep_output(r, &q);
            if (evm_frame_count(r->m->e) == 0) {
                return r->hash;
            }
        } else if (begin_nested(r, &q)) {
            continue;
        } else {
            r->m->return_data = BYTES_NONE;
        }
        struct evm_outcome o = {
            .status = reason == EVM_EXIT_END ? q.status : EVM_HALT,
            .gas = q.gas,
            .return_size = r->m->return_data.n,
            .created = u256_from_u64(q.status),
        };
        evm_resume(r->m->e, &o);
    }
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    static struct mock *m; // one address space for all inputs
    if (n < HEAD) {
        return 0;
    }
    if (m == NULL) {
        m = mem_zalloc(sizeof *m);
        mock_init(m);
    }
    usize input_size = data[3] < n - HEAD ? data[3] : n - HEAD;
    bytes code = {data + HEAD + input_size, n - HEAD - input_size};
    u64 left = (load_le16(data + 1) + 1ull) * GAS_MAX >> 16;
    struct run r = {.m = m};
    r.record = mock_record(m, code, (enum fork)(data[0] % FORK_COUNT), left);
    r.record.input = (u64)(data + HEAD);
    r.record.input_size = input_size;
    u64 plain = run_all(&r);
    r.traced = true;
    CHECK(run_all(&r) == plain);
    return 0;
}
