// SPDX-License-Identifier: MIT
// Revert reasons; see reason.h. Selectors: keccak256("Error(string)"), keccak256("Panic(uint256)").
#include "core/trace/reason.h"

#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/base/cc.h"
#include "lib/num/u256.h"

#define SELECTOR_ERROR 0x08c379a0u
#define SELECTOR_PANIC 0x4e487b71u
#define TEXT_MAX 1024 // bytes of a reason that are shown

struct panic_row {
    u8 code;
    const char *text;
};

// Solidity documentation, "Panic via assert and Error via require".
static const struct panic_row panics[] = {
    {0x00, "generic panic"},
    {0x01, "assertion failed"},
    {0x11, "arithmetic overflow or underflow"},
    {0x12, "division by zero"},
    {0x21, "value outside of an enum"},
    {0x22, "badly encoded storage bytes"},
    {0x31, "pop of an empty array"},
    {0x32, "index out of bounds"},
    {0x41, "too much memory"},
    {0x51, "call of an uninitialized function"},
};

static u256 word_at(bytes data, usize at)
{
    return u256_from_be_bytes(data.p + at);
}

static bool put_error(struct buf *b, bytes data)
{
    if (data.n < 64) {
        return false;
    }
    u64 at = u256_to_u64_saturated(word_at(data, 0));
    if (at > data.n - 32) {
        return false;
    }
    u64 size = u256_to_u64_saturated(word_at(data, at));
    if (size > data.n - 32 - at) {
        return false;
    }
    put_plain_text(b, bytes_slice(data, at + 32, size < TEXT_MAX ? size : TEXT_MAX));
    return true;
}

static bool put_panic(struct buf *b, bytes data)
{
    if (data.n < 32) {
        return false;
    }
    u256 code = word_at(data, 0);
    buf_put_text(b, "panic ");
    hex_put_quantity(b, code);
    for (usize i = 0; i < COUNT_OF(panics); i++) {
        if (u256_eq(code, u256_from_u64(panics[i].code))) {
            buf_printf(b, ": %s", panics[i].text);
        }
    }
    return true;
}

bool revert_reason(struct buf *b, bytes output)
{
    if (output.n < 4) {
        return false;
    }
    bytes data = bytes_slice(output, 4, output.n - 4);
    switch (load_be32(output.p)) {
    case SELECTOR_ERROR:
        return put_error(b, data);
    case SELECTOR_PANIC:
        return put_panic(b, data);
    default:
        return false;
    }
}
