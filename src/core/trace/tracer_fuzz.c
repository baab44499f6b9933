// SPDX-License-Identifier: MIT
// Any tracer with any configuration on any code: the input is a byte that chooses the tracer, JSON
// text up to a zero byte, EVM code. A configuration is refused with a reason or the tracer gives
// JSON text; the transaction does the same with it as without.
#include "core/trace/run.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/num/u256.h"
#include "test/kit_code.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static const address SENDER = {{0x5e, [19] = 0x01}};
static const address EVM_AT = {{[19] = 0xe1}};
static const address RV_AT = {{[19] = 0xe2}};

static void set_code(struct state *s, const address *at, bytes code)
{
    u256 some = u256_from_u64(1000);
    state_begin_transaction(s);
    state_add_balance(s, state_account(s, at), &some);
    state_set_code(s, state_account(s, at), code);
    state_end_transaction(s, true);
}

static struct state *make_world(bytes code)
{
    struct state *s = state_new(NULL);
    struct buf rv = {0};
    struct buf image = {0};
    rv_sstore(&rv, 5, 7);
    rv_call(&rv, 0xFA, EVM_AT, 0, rv_range(0, 0));
    rv_end(&rv);
    rv_image(&image, buf_bytes(&rv));
    set_code(s, &RV_AT, buf_bytes(&image));
    set_code(s, &EVM_AT, code);
    set_code(s, &SENDER, BYTES_NONE);
    buf_fini(&rv);
    buf_fini(&image);
    return s;
}

// Whether brackets outside of texts pair, and nothing follows. (A tree of calls may be deeper than
// what the reader of JSON takes.)
static bool is_json(bytes text)
{
    u8 open[8192];
    usize depth = 0;
    bool in_text = false;
    for (usize i = 0; i < text.n; i++) {
        u8 c = text.p[i];
        CHECK(c >= 0x20);
        if (in_text) {
            i += c == '\\';
            in_text = c != '"';
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            CHECK(depth < sizeof open);
            open[depth++] = c == '{' ? '}' : ']';
        } else if (c == '}' || c == ']') {
            if (depth == 0 || open[--depth] != c) {
                return false;
            }
        }
    }
    return text.n > 0 && depth == 0 && !in_text;
}

struct done {
    struct trace_outcome o;
    u64 gas_used;
    u32 status;
};

static struct done run(struct vm *vm, bytes code, struct tracer *t)
{
    struct state *s = make_world(code);
    struct buf out = {0};
    struct buf why = {0};
    struct done d;
    struct transaction tx = {.gas_limit = 200000, .to = EVM_AT};
    struct chain_block b = {
        .fork = FORK_OSAKA, .params = vm_params_default(), .is_call = true, .gas_left = 200000};
    struct trace_run r = {.vm = vm, .state = s, .block = &b, .t = &tx, .sender = SENDER};
    CHECK(trace_transaction(&r, t, &out, &why, &d.o) == FAULT_NONE);
    CHECK(d.o.verdict == VERDICT_VALID);
    CHECK(t == NULL || (d.o.ok ? is_json(buf_bytes(&out)) : why.n > 0));
    d.gas_used = d.o.receipt.gas_used;
    d.status = d.o.receipt.status;
    buf_fini(&out);
    buf_fini(&why);
    state_free(s);
    return d;
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    static struct vm *vm;
    struct json j;
    struct tracer *t = NULL;
    if (n < 1) {
        return 0;
    }
    if (vm == NULL) {
        vm = vm_new(VM_EVM_NATIVE);
    }
    const u8 *end = memchr(data + 1, 0, n - 1);
    usize size = end != NULL ? (usize)(end - data) - 1 : n - 1;
    bytes code = end != NULL ? (bytes){end + 1, n - size - 2} : BYTES_NONE;
    enum fault f = json_parse(&j, (bytes){data + 1, size});
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        f = tracer_make(&t, tracer_name(data[0] % tracer_count()), &root);
    }
    CHECK((f != FAULT_NONE) == (j.error.n > 0));
    if (f == FAULT_NONE) {
        struct done with = run(vm, code, t);
        struct done without = run(vm, code, NULL);
        CHECK(with.gas_used == without.gas_used && with.status == without.status);
    }
    tracer_free(t);
    json_fini(&j);
    return 0;
}
