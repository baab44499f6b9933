// SPDX-License-Identifier: MIT
// Calls or creates as the calldata says and reports, or ends as the callee did. Calldata, laid out
// like the record of invoke: u32 operation (little-endian, an EVM opcode) | u8 how: 0 by the plain
// service, 1 by invoke | u8 end: 0 report, 1 end with the callee's output by return or revert | u16
// 0 | u64 gas limit (little-endian, invoke only) | 20 bytes address | 4 bytes 0 | 32 bytes value,
// big-endian | 32 bytes salt | input. A report: u64 status, u64 size of the return data (both
// little-endian), 20 bytes of the address that return_create_address gives, 12 bytes 0, then the
// return data.
#include "hybrid.h"

enum { HEADER = 104, REPORT = 48 };

struct order {
    uint32_t op;
    uint8_t by_invoke, end;
    uint16_t zero;
    uint64_t gas;
    hybrid_address address;
    uint32_t zero1;
    uint8_t value[32];
    uint8_t salt[32];
};
_Static_assert(sizeof(struct order) == HEADER, "");

static void by_service(const struct order *o, hybrid_bytes input)
{
    uint64_t value = hybrid_load_be64(o->value + 24);
    switch (o->op) {
    case HYBRID_OP_CREATE:
        hybrid_create(value, input);
        break;
    case HYBRID_OP_CREATE2:
        hybrid_create2(value, input, o->salt);
        break;
    default:
        hybrid_do_call(o->op, &o->address, value, input);
        break;
    }
}

static void by_invoke(const struct order *o, hybrid_bytes input)
{
    struct hybrid_record r = {.op = o->op, .gas = o->gas, .address = o->address, .input = input};
    memcpy(r.value, o->value, sizeof r.value);
    memcpy(r.salt, o->salt, sizeof r.salt);
    struct hybrid_result result = hybrid_invoke(&r);
    if (result.status != hybrid_last_status() || result.output_size != hybrid_returndatasize()) {
        hybrid_invalid();
    }
}

void contract_main(void)
{
    hybrid_bytes data = hybrid_calldata();
    const struct order *o = (const struct order *)data.p;
    hybrid_bytes input = {data.p + HEADER, data.n > HEADER ? data.n - HEADER : 0};
    if (o->by_invoke) {
        by_invoke(o, input);
    } else {
        by_service(o, input);
    }
    enum hybrid_status status = hybrid_last_status();
    if (o->end) {
        hybrid_end_as_called(status == HYBRID_SUCCESS);
    }
    uint64_t n = hybrid_returndatasize();
    uint8_t *out = hybrid_grow((REPORT + n + HYBRID_PAGE_SIZE - 1) / HYBRID_PAGE_SIZE);
    hybrid_address created = hybrid_created();
    ((uint64_t *)out)[0] = status;
    ((uint64_t *)out)[1] = n;
    memcpy(out + 16, created.b, sizeof created.b);
    hybrid_returndatacopy(out + REPORT, 0, n);
    hybrid_return(out, REPORT + n);
}
