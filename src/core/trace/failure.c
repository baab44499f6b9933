// SPDX-License-Identifier: MIT
// Failures in the words of go-ethereum; see failure.h.
#include "core/trace/failure.h"

#include "core/precompile/precompile.h"
#include "core/trace/put.h"
#include "core/trace/reason.h"
#include "engine/evm/opcode.h"
#include "lib/base/bytes.h"
#include "lib/base/cc.h"
#include "lib/num/u256.h"

#define DEPTH_MAX 1024u
#define STACK_MAX 1024u
#define SENTRY_GAS 2300u // EIP-2200

static const char *const TEXTS[] = {
    [HALT_OUT_OF_GAS] = "out of gas",
    [HALT_STATIC_VIOLATION] = "write protection",
    [HALT_RETURN_DATA_OUT_OF_BOUNDS] = "return data out of bounds",
    [HALT_INVALID] = "invalid opcode: INVALID",
    [HALT_STACK_UNDERFLOW] = "stack underflow",
    [HALT_STACK_OVERFLOW] = "stack limit reached",
    [HALT_INVALID_JUMP] = "invalid jump destination",
    [HALT_INVALID_OPCODE] = "invalid opcode",
    [HALT_INITCODE_TOO_LARGE] = "max initcode size exceeded",
    [HALT_CODE_TOO_LARGE] = "max code size exceeded",
    [HALT_ADDRESS_COLLISION] = "contract address collision",
    [HALT_NONCE_OVERFLOW] = "nonce uint64 overflow",
};

// Why a precompile refuses its input: by its size if that is wrong, else the usual reason.
struct precompile_words {
    u32 number;
    u32 unit;   // the size must be a multiple of it
    bool exact; // or it itself
    const char *size_text, *other_text;
};

static const struct precompile_words PRECOMPILES[] = {
    {0x05, 0, false, "", "one or more of base/exponent/modulus length exceeded 1024 bytes"},
    {0x06, 0, false, "", "malformed point"},
    {0x07, 0, false, "", "malformed point"},
    {0x08, 192, false, "bad elliptic curve pairing size", "malformed point"},
    {0x09, 213, true, "invalid input length", "invalid final flag"},
    {0x0a, 192, true, "invalid input length", "error verifying kzg proof"},
    {0x0b, 256, true, "invalid input length", "invalid point: not on curve"},
    {0x0c, 160, false, "invalid input length", "invalid point: not on curve"},
    {0x0d, 512, true, "invalid input length", "invalid point: not on curve"},
    {0x0e, 288, false, "invalid input length", "invalid point: not on curve"},
    {0x0f, 384, false, "invalid input length", "invalid point: not on curve"},
    {0x10, 64, true, "invalid input length", "invalid field element top bytes"},
    {0x11, 128, true, "invalid input length", "invalid field element top bytes"},
};

static void put_precompile_words(struct buf *b, const struct trace_failure *f, enum fork fork)
{
    const struct precompile *p = precompile_find(fork, &f->code);
    for (u32 i = 0; p != NULL && i < COUNT_OF(PRECOMPILES); i++) {
        const struct precompile_words *w = &PRECOMPILES[i];
        if (w->number != p->number) {
            continue;
        }
        bool bad_size = w->unit != 0 && (w->exact ? f->input.n != w->unit
                                                  : f->input.n == 0 || f->input.n % w->unit != 0);
        buf_put_text(b, bad_size ? w->size_text : w->other_text);
        return;
    }
    buf_put_text(b, "precompiled failed");
}

static bool is_sentry(const struct trace_failure *f, enum fork fork)
{
    return f->has_last && f->halt == HALT_OUT_OF_GAS && f->last_op == OP_SSTORE &&
           fork >= FORK_ISTANBUL && f->last_gas <= SENTRY_GAS;
}

static bool put_last_words(struct buf *b, const struct trace_failure *f, enum fork fork)
{
    struct opcode_info now = opcode_info(fork, f->last_op);
    struct opcode_info ever = opcode_info(FORK_LATEST, f->last_op);
    if (is_sentry(f, fork)) {
        buf_put_text(b, "out of gas: not enough gas for reentrancy sentry");
    } else if (f->halt == HALT_STACK_UNDERFLOW) {
        buf_printf(b, "stack underflow (%u <=> %u)", f->last_height, now.pops);
    } else if (f->halt == HALT_STACK_OVERFLOW) {
        buf_printf(b, "stack limit reached %u (%u)", f->last_height,
                   STACK_MAX + now.pops - now.pushes);
    } else if (f->halt == HALT_INVALID_OPCODE && ever.defined) {
        buf_printf(b, "invalid opcode: %s", ever.name);
    } else if (f->halt == HALT_INVALID_OPCODE) {
        buf_printf(b, "invalid opcode: opcode %#x not defined", f->last_op);
    } else {
        return false;
    }
    return true;
}

bool failure_needs_last(const struct trace_failure *f)
{
    return f->status == 2 && f->kind == INSPECT_EVM && !f->at_deposit &&
           (f->halt == HALT_OUT_OF_GAS || f->halt == HALT_STACK_UNDERFLOW ||
            f->halt == HALT_STACK_OVERFLOW || f->halt == HALT_INVALID_OPCODE);
}

void put_failure(struct buf *b, const struct trace_failure *f, enum fork fork)
{
    if (f->status == 1) {
        buf_put_text(b, "execution reverted");
    } else if (f->status == 3) {
        buf_put_text(b, f->depth > DEPTH_MAX ? "max call depth exceeded"
                                             : "insufficient balance for transfer");
    } else if (f->at_deposit && f->halt == HALT_OUT_OF_GAS) {
        buf_put_text(b, "contract creation code storage out of gas");
    } else if (f->at_deposit && f->halt == HALT_CODE_REFUSED && f->kind == INSPECT_EVM) {
        buf_put_text(b, "invalid code: must not begin with 0xef");
    } else if (f->kind == INSPECT_PRECOMPILE && f->halt == HALT_BAD_ARGUMENT) {
        put_precompile_words(b, f, fork);
    } else if (!f->has_last || !failure_needs_last(f) || !put_last_words(b, f, fork)) {
        const char *text = f->halt < COUNT_OF(TEXTS) ? TEXTS[f->halt] : NULL;
        buf_put_text(b, text != NULL ? text : halt_name(f->halt));
    }
}

// ---- reasons of reverts

struct panic_row {
    u8 code;
    const char *text;
};

// Codes of the Solidity documentation ("Panic via assert and Error via require") in the words of
// go-ethereum's accounts/abi.
static const struct panic_row PANICS[] = {
    {0x00, "generic panic"},
    {0x01, "assert(false)"},
    {0x11, "arithmetic underflow or overflow"},
    {0x12, "division or modulo by zero"},
    {0x21, "enum overflow"},
    {0x22, "invalid encoded storage byte array accessed"},
    {0x31, "out-of-bounds array access; popping on an empty array"},
    {0x32, "out-of-bounds access of an array or bytesN"},
    {0x41, "out of memory"},
    {0x51, "uninitialized function"},
};

void put_panic(struct buf *b, u256 code)
{
    for (u32 i = 0; i < COUNT_OF(PANICS); i++) {
        if (u256_eq(code, u256_from_u64(PANICS[i].code))) {
            buf_put_text(b, PANICS[i].text);
            return;
        }
    }
    buf_put_text(b, "unknown panic code: ");
    put_quantity(b, code);
}

bool put_revert_reason(struct buf *b, bytes output)
{
    bytes text;
    u256 code;
    if (revert_error_text(&text, output)) {
        buf_put(b, text.p, text.n);
        return true;
    }
    if (!revert_panic_code(&code, output)) {
        return false;
    }
    put_panic(b, code);
    return true;
}
