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

static bool has_selector(bytes *data, bytes output, u32 selector)
{
    if (output.n < 4 || load_be32(output.p) != selector) {
        return false;
    }
    *data = bytes_slice(output, 4, output.n - 4);
    return true;
}

bool revert_error_text(bytes *text, bytes output)
{
    bytes data;
    if (!has_selector(&data, output, SELECTOR_ERROR) || data.n < 64) {
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
    *text = bytes_slice(data, at + 32, size);
    return true;
}

bool revert_panic_code(u256 *code, bytes output)
{
    bytes data;
    if (!has_selector(&data, output, SELECTOR_PANIC) || data.n < 32) {
        return false;
    }
    *code = word_at(data, 0);
    return true;
}

static void put_panic(struct buf *b, u256 code)
{
    buf_put_text(b, "panic ");
    hex_put_quantity(b, code);
    for (usize i = 0; i < COUNT_OF(panics); i++) {
        if (u256_eq(code, u256_from_u64(panics[i].code))) {
            buf_printf(b, ": %s", panics[i].text);
        }
    }
}

bool revert_reason(struct buf *b, bytes output)
{
    bytes text;
    u256 code;
    if (revert_error_text(&text, output)) {
        put_plain_text(b, bytes_slice(text, 0, text.n < TEXT_MAX ? text.n : TEXT_MAX));
        return true;
    }
    if (revert_panic_code(&code, output)) {
        put_panic(b, code);
        return true;
    }
    return false;
}
