// SPDX-License-Identifier: MIT
// Random EVM code, executed as `hybrid run` does it, by the mini-EVM inside the machine and by the
// native one: status, halt reason, gas, refund, output, logs, state and EIP-3155 lines must be the
// same. A fault is a defect.
//
// Input: fork, flags, gas (2 bytes, in units of 64), size of the calldata, size of a second
// contract's code (2 bytes), calldata, second code, code. The contracts are at 0x…70 and 0x…71.
#include <stdio.h>
#include <stdlib.h>

#include "app/cli/execute.h"
#include "app/cli/report.h"
#include "core/trace/eip3155.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

enum { HEAD_SIZE = 7, TRACED_GAS_MAX = 20000 };

struct input {
    enum fork fork;
    bool riscv, create, trace;
    u64 gas;
    bytes calldata, second, code;
};

struct side {
    struct session session;
    struct outcome outcome;
    struct eip3155 trace;
    struct buf text;
};

static bytes take(bytes *from, usize n)
{
    n = n < from->n ? n : from->n;
    bytes taken = {from->p, n};
    *from = (bytes){from->p + n, from->n - n};
    return taken;
}

static struct input parse(const u8 *data, usize n)
{
    struct input in = {
        .fork = (enum fork)(data[0] % FORK_COUNT),
        .riscv = (data[1] & 1) != 0,
        .create = (data[1] & 2) != 0,
        .trace = (data[1] & 4) != 0,
        .gas = 64ull * load_le16(data + 2),
    };
    in.gas = in.trace && in.gas > TRACED_GAS_MAX ? TRACED_GAS_MAX : in.gas; // a line a step is slow
    bytes rest = {data + HEAD_SIZE, n - HEAD_SIZE};
    in.calldata = take(&rest, data[4]);
    in.second = take(&rest, load_le16(data + 5));
    in.code = rest;
    return in;
}

static void set_account(struct state *s, u8 last, bytes code)
{
    address at = {{[19] = last}};
    u256 balance = u256_from_u64(1000000);
    u256 one = u256_one();
    struct account *a = state_account(s, &at);
    state_set_balance(s, a, &balance);
    if (code.n > 0) {
        state_set_code(s, a, code);
        state_sstore(s, a, &one, &balance);
    }
}

// False: it needs a precompile that this build lacks, which is a fault by design.
static bool run(struct side *side, const struct input *in)
{
    struct session *s = &side->session;
    s->fork = in->fork;
    s->params = vm_params_default();
    s->params.riscv = in->riscv;
    vm_set_rules(s->vm, s->fork, &s->params);
    session_fresh_state(s);
    state_begin_transaction(s->state);
    set_account(s->state, 0xf0, BYTES_NONE);
    set_account(s->state, 0x70, in->create ? BYTES_NONE : in->code);
    set_account(s->state, 0x71, in->second);
    state_end_transaction(s->state, false);

    buf_clear(&side->trace.out);
    side->trace.fork = in->fork;
    struct inspector i = eip3155_inspector(&side->trace);
    vm_set_inspector(s->vm, in->trace ? &i : NULL);
    struct vm_message m = {.is_create = in->create,
                           .from = {{[19] = 0xf0}},
                           .to = {{[19] = 0x70}},
                           .value = u256_from_u64(in->create ? 7 : 0),
                           .input = in->create ? in->code : in->calldata,
                           .gas = in->gas};
    enum fault f = session_execute(s, &side->outcome, &m);
    if (f == FAULT_UNSUPPORTED) {
        return false;
    }
    if (f != FAULT_NONE) {
        fprintf(stderr, "fault: %s: %s\n", fault_text(f), vm_fault_detail(s->vm));
        abort();
    }
    buf_clear(&side->text);
    report_outcome_json(&side->text, &side->outcome);
    report_state_json(&side->text, s->state);
    buf_put(&side->text, side->trace.out.p, side->trace.out.n);
    return true;
}

static struct side *open_sides(void)
{
    static struct side sides[2];
    for (u32 k = 0; k < 2; k++) {
        environment_init(&sides[k].session.environment);
        sides[k].session.fork = FORK_LATEST;
        sides[k].session.params = vm_params_default();
        session_open(&sides[k].session, k == 0 ? VM_EVM_GUEST : VM_EVM_NATIVE);
        eip3155_init(&sides[k].trace, FORK_LATEST, NULL, NULL);
    }
    return sides;
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    static struct side *sides; // the VMs live as long as the fuzzer: what they keep is tested too
    sides = sides == NULL ? open_sides() : sides;
    if (n < HEAD_SIZE) {
        return 0;
    }
    struct input in = parse(data, n);
    bool supported = run(&sides[0], &in);
    if (run(&sides[1], &in) != supported) {
        abort();
    }
    if (!supported) {
        return 0;
    }
    const struct buf *a = &sides[0].text;
    const struct buf *b = &sides[1].text;
    if (a->n != b->n || !equal_bytes(a->p, b->p, a->n)) {
        fprintf(stderr, "guest:\n%.*s\nnative:\n%.*s\n", (int)a->n, (const char *)a->p, (int)b->n,
                (const char *)b->p);
        abort();
    }
    return 0;
}
