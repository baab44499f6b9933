// SPDX-License-Identifier: MIT
// What a contract in C includes: every service of ABI version 1 by name, and what most contracts
// need above them: 256-bit arithmetic, mappings in storage, calls with all options, reverts with a
// reason, encoding and decoding of Solidity's contract ABI. A contract defines `contract_main`,
// which runs at every call, and, if it has something to do at its creation, `contract_constructor`.
// docs/contracts.md is the guide.
#pragma once

#include "hybrid_abi.h"
#include "hybrid_ecall.h"

// ---- entry points, defined by the contract ----
void contract_main(void);
// Runs once, at creation, with the constructor's arguments as calldata. The kit has an empty one.
void contract_constructor(void);

// ---- services: this frame ----
HYBRID_INLINE uint64_t hybrid_abi_version(void)
{
    return hybrid_get_word(HYBRID_SERVICE_ABI_VERSION);
}
// Adds zeroed pages of 4 KiB at the heap's end; returns the first new byte.
HYBRID_INLINE void *hybrid_grow(uint64_t pages)
{
    return (void *)hybrid_word_of_word(HYBRID_SERVICE_GROW, pages);
}
// Text for inspectors; without effect.
HYBRID_INLINE void hybrid_debug_log(const void *p, size_t n)
{
    hybrid_do_words(HYBRID_SERVICE_DEBUG_LOG, (uint64_t)p, n, 0, 0);
}
HYBRID_INLINE hybrid_address hybrid_self(void)
{
    return hybrid_get_address(HYBRID_SERVICE_ADDRESS);
}
HYBRID_INLINE hybrid_address hybrid_caller(void)
{
    return hybrid_get_address(HYBRID_SERVICE_CALLER);
}
HYBRID_INLINE hybrid_u256 hybrid_callvalue(void)
{
    return hybrid_get_u256(HYBRID_SERVICE_CALLVALUE);
}
HYBRID_INLINE hybrid_u256 hybrid_calldataload(uint64_t offset)
{
    return hybrid_u256_of_word(HYBRID_SERVICE_CALLDATALOAD, offset);
}
HYBRID_INLINE hybrid_u256 hybrid_calldatasize(void)
{
    return hybrid_get_u256(HYBRID_SERVICE_CALLDATASIZE);
}
HYBRID_INLINE void hybrid_calldatacopy(void *p, uint64_t offset, uint64_t n)
{
    hybrid_do_words(HYBRID_SERVICE_CALLDATACOPY, (uint64_t)p, offset, n, 0);
}
HYBRID_INLINE hybrid_u256 hybrid_codesize(void)
{
    return hybrid_get_u256(HYBRID_SERVICE_CODESIZE);
}
HYBRID_INLINE void hybrid_codecopy(void *p, uint64_t offset, uint64_t n)
{
    hybrid_do_words(HYBRID_SERVICE_CODECOPY, (uint64_t)p, offset, n, 0);
}
HYBRID_INLINE uint64_t hybrid_gas(void)
{
    return hybrid_get_u256(HYBRID_SERVICE_GAS).limb[0];
}
__attribute__((noreturn)) HYBRID_INLINE void hybrid_return(const void *p, size_t n)
{
    hybrid_end_words(HYBRID_SERVICE_RETURN, (uint64_t)p, n);
}
__attribute__((noreturn)) HYBRID_INLINE void hybrid_revert(const void *p, size_t n)
{
    hybrid_end_words(HYBRID_SERVICE_REVERT, (uint64_t)p, n);
}
__attribute__((noreturn)) HYBRID_INLINE void hybrid_invalid(void)
{
    hybrid_end_words(HYBRID_SERVICE_INVALID, 0, 0);
}
__attribute__((noreturn)) HYBRID_INLINE void hybrid_selfdestruct(const hybrid_address *heir)
{
    (void)hybrid_u256_of_address(HYBRID_SERVICE_SELFDESTRUCT, heir);
    __builtin_unreachable();
}

// ---- services: transaction and block ----
HYBRID_INLINE hybrid_address hybrid_origin(void)
{
    return hybrid_get_address(HYBRID_SERVICE_ORIGIN);
}
HYBRID_INLINE hybrid_u256 hybrid_gasprice(void)
{
    return hybrid_get_u256(HYBRID_SERVICE_GASPRICE);
}
HYBRID_INLINE hybrid_u256 hybrid_blobhash(uint64_t index)
{
    return hybrid_u256_of_word(HYBRID_SERVICE_BLOBHASH, index);
}
HYBRID_INLINE hybrid_u256 hybrid_blockhash(uint64_t number)
{
    return hybrid_u256_of_word(HYBRID_SERVICE_BLOCKHASH, number);
}
HYBRID_INLINE hybrid_address hybrid_coinbase(void)
{
    return hybrid_get_address(HYBRID_SERVICE_COINBASE);
}
HYBRID_INLINE hybrid_u256 hybrid_timestamp(void)
{
    return hybrid_get_u256(HYBRID_SERVICE_TIMESTAMP);
}
HYBRID_INLINE hybrid_u256 hybrid_number(void)
{
    return hybrid_get_u256(HYBRID_SERVICE_NUMBER);
}
HYBRID_INLINE hybrid_u256 hybrid_prevrandao(void)
{
    return hybrid_get_u256(HYBRID_SERVICE_PREVRANDAO);
}
HYBRID_INLINE hybrid_u256 hybrid_gaslimit(void)
{
    return hybrid_get_u256(HYBRID_SERVICE_GASLIMIT);
}
HYBRID_INLINE uint64_t hybrid_chainid(void)
{
    return hybrid_get_word(HYBRID_SERVICE_CHAINID);
}
HYBRID_INLINE hybrid_u256 hybrid_basefee(void)
{
    return hybrid_get_u256(HYBRID_SERVICE_BASEFEE);
}
HYBRID_INLINE hybrid_u256 hybrid_blobbasefee(void)
{
    return hybrid_get_u256(HYBRID_SERVICE_BLOBBASEFEE);
}

// ---- services: the state ----
HYBRID_INLINE hybrid_u256 hybrid_balance(const hybrid_address *a)
{
    return hybrid_u256_of_address(HYBRID_SERVICE_BALANCE, a);
}
HYBRID_INLINE hybrid_u256 hybrid_selfbalance(void)
{
    return hybrid_get_u256(HYBRID_SERVICE_SELFBALANCE);
}
HYBRID_INLINE hybrid_u256 hybrid_extcodesize(const hybrid_address *a)
{
    return hybrid_u256_of_address(HYBRID_SERVICE_EXTCODESIZE, a);
}
HYBRID_INLINE hybrid_u256 hybrid_extcodehash(const hybrid_address *a)
{
    return hybrid_u256_of_address(HYBRID_SERVICE_EXTCODEHASH, a);
}
HYBRID_INLINE void hybrid_extcodecopy(const hybrid_address *a, void *p, uint64_t offset, uint64_t n)
{
    hybrid_do_address_copy(HYBRID_SERVICE_EXTCODECOPY, a, p, offset, n);
}
HYBRID_INLINE hybrid_u256 hybrid_sload(hybrid_u256 key)
{
    return hybrid_u256_of_u256(HYBRID_SERVICE_SLOAD, key);
}
HYBRID_INLINE void hybrid_sstore(hybrid_u256 key, hybrid_u256 value)
{
    hybrid_do_u256s(HYBRID_SERVICE_SSTORE, key, value);
}
HYBRID_INLINE hybrid_u256 hybrid_tload(hybrid_u256 key)
{
    return hybrid_u256_of_u256(HYBRID_SERVICE_TLOAD, key);
}
HYBRID_INLINE void hybrid_tstore(hybrid_u256 key, hybrid_u256 value)
{
    hybrid_do_u256s(HYBRID_SERVICE_TSTORE, key, value);
}
HYBRID_INLINE hybrid_u256 hybrid_keccak256(const void *p, size_t n)
{
    return hybrid_u256_of_words(HYBRID_SERVICE_KECCAK256, (uint64_t)p, n);
}
// Topics: `count` times 32 bytes, big-endian. hybrid_event below takes numbers.
HYBRID_INLINE void hybrid_log(const void *p, size_t n, const void *topics, size_t count)
{
    hybrid_do_words(HYBRID_SERVICE_LOG, (uint64_t)p, n, (uint64_t)topics, count);
}

// ---- services: calls and creations; hybrid_invoke below has all options ----
enum hybrid_status {
    HYBRID_SUCCESS = 0,
    HYBRID_REVERTED = 1,
    HYBRID_HALTED = 2,
    HYBRID_NOT_BEGUN = 3, // depth, balance or nonce
};

// Of the last call or creation.
HYBRID_INLINE enum hybrid_status hybrid_last_status(void)
{
    return (enum hybrid_status)hybrid_get_word(HYBRID_SERVICE_STATUS);
}
HYBRID_INLINE uint64_t hybrid_returndatasize(void)
{
    return hybrid_get_word(HYBRID_SERVICE_RETURNDATASIZE);
}
HYBRID_INLINE void hybrid_returndatacopy(void *p, uint64_t offset, uint64_t n)
{
    hybrid_do_words(HYBRID_SERVICE_RETURNDATACOPY, (uint64_t)p, offset, n, 0);
}
// Of the last successful creation; zeros if the last one failed.
HYBRID_INLINE hybrid_address hybrid_created(void)
{
    hybrid_address a;
    hybrid_do_words(HYBRID_SERVICE_RETURN_CREATE_ADDRESS, (uint64_t)&a, 0, 0, 0);
    return a;
}
HYBRID_INLINE enum hybrid_status hybrid_call(const hybrid_address *to, uint64_t value,
                                             hybrid_bytes input)
{
    hybrid_do_call(HYBRID_SERVICE_CALL, to, value, input);
    return hybrid_last_status();
}
HYBRID_INLINE enum hybrid_status hybrid_staticcall(const hybrid_address *to, hybrid_bytes input)
{
    hybrid_do_call(HYBRID_SERVICE_STATICCALL, to, 0, input);
    return hybrid_last_status();
}
HYBRID_INLINE enum hybrid_status hybrid_delegatecall(const hybrid_address *to, hybrid_bytes input)
{
    hybrid_do_call(HYBRID_SERVICE_DELEGATECALL, to, 0, input);
    return hybrid_last_status();
}
HYBRID_INLINE enum hybrid_status hybrid_create(uint64_t value, hybrid_bytes init_code)
{
    hybrid_do_words(HYBRID_SERVICE_CREATE, value, (uint64_t)init_code.p, init_code.n, 0);
    return hybrid_last_status();
}
HYBRID_INLINE enum hybrid_status hybrid_create2(uint64_t value, hybrid_bytes init_code,
                                                const uint8_t salt[32])
{
    hybrid_do_words(HYBRID_SERVICE_CREATE2, value, (uint64_t)init_code.p, init_code.n,
                    (uint64_t)salt);
    return hybrid_last_status();
}

enum hybrid_op { // the EVM's opcodes
    HYBRID_OP_CREATE = 0xF0,
    HYBRID_OP_CALL = 0xF1,
    HYBRID_OP_CALLCODE = 0xF2,
    HYBRID_OP_DELEGATECALL = 0xF4,
    HYBRID_OP_CREATE2 = 0xF5,
    HYBRID_OP_STATICCALL = 0xFA,
};

struct hybrid_record { // of invoke; what an operation does not use is 0
    uint32_t op;       // enum hybrid_op
    uint32_t zero0;
    uint64_t gas;           // limit; UINT64_MAX: all that the 63/64 rule lets go
    hybrid_address address; // of a call; after a creation the new contract's
    uint32_t zero1;
    uint8_t value[32]; // big-endian
    uint8_t salt[32];
    hybrid_bytes input;
    uint64_t zero2;
};
_Static_assert(sizeof(struct hybrid_record) == HYBRID_RECORD_SIZE, "the record of invoke");

struct hybrid_result {
    enum hybrid_status status;
    size_t output_size; // of the return data
};

HYBRID_INLINE struct hybrid_result hybrid_invoke(struct hybrid_record *r)
{
    hybrid_u256 words;
    HYBRID_REG(t0, "t0", HYBRID_SERVICE_INVOKE);
    HYBRID_REG(a0, "a0", r);
    HYBRID_REG(a1, "a1", sizeof *r);
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(t0) : "memory");
    words.limb[0] = a0;
    return (struct hybrid_result){(enum hybrid_status)words.limb[0], a1};
}

// ---- 256-bit numbers ----
HYBRID_INLINE hybrid_u256 hybrid_u256_from(uint64_t v)
{
    return (hybrid_u256){{v, 0, 0, 0}};
}
HYBRID_INLINE bool hybrid_u256_is_zero(hybrid_u256 a)
{
    return (a.limb[0] | a.limb[1] | a.limb[2] | a.limb[3]) == 0;
}
HYBRID_INLINE bool hybrid_u256_equal(hybrid_u256 a, hybrid_u256 b)
{
    return ((a.limb[0] ^ b.limb[0]) | (a.limb[1] ^ b.limb[1]) | (a.limb[2] ^ b.limb[2]) |
            (a.limb[3] ^ b.limb[3])) == 0;
}
// *sum = a + b modulo 2^256; true if it did not fit.
bool hybrid_u256_add(hybrid_u256 *sum, hybrid_u256 a, hybrid_u256 b);
// *difference = a - b modulo 2^256; true if a < b.
bool hybrid_u256_sub(hybrid_u256 *difference, hybrid_u256 a, hybrid_u256 b);
bool hybrid_u256_less(hybrid_u256 a, hybrid_u256 b);
hybrid_u256 hybrid_u256_load(const uint8_t p[32]);      // big-endian
void hybrid_u256_store(uint8_t p[32], hybrid_u256 v);   // big-endian
hybrid_u256 hybrid_u256_of_id(const hybrid_address *a); // the address as a number
hybrid_address hybrid_address_of_u256(hybrid_u256 v);   // low 160 bits
HYBRID_INLINE bool hybrid_address_equal(const hybrid_address *a, const hybrid_address *b)
{
    return ((hybrid_load_be64(a->b) ^ hybrid_load_be64(b->b)) |
            (hybrid_load_be64(a->b + 8) ^ hybrid_load_be64(b->b + 8)) |
            (hybrid_load_be32(a->b + 16) ^ hybrid_load_be32(b->b + 16))) == 0;
}
HYBRID_INLINE bool hybrid_address_is_zero(const hybrid_address *a)
{
    return (hybrid_load_be64(a->b) | hybrid_load_be64(a->b + 8) | hybrid_load_be32(a->b + 16)) == 0;
}

// ---- storage ----
// The slot of mapping[key] as Solidity places it: keccak256(key . slot).
hybrid_u256 hybrid_map_slot(hybrid_u256 key, hybrid_u256 slot);

// ---- calldata ----
HYBRID_INLINE hybrid_bytes hybrid_calldata(void)
{
    const uint64_t *window = (const uint64_t *)HYBRID_CALLDATA;
    return (hybrid_bytes){(const uint8_t *)(window + 1), *window};
}
// The first four bytes of the calldata, big-endian as in 0xa9059cbb; 0 if there are fewer.
HYBRID_INLINE uint32_t hybrid_selector(void)
{
    hybrid_bytes data = hybrid_calldata();
    return data.n < 4 ? 0 : hybrid_load_be32(data.p);
}
// What comes behind the selector.
HYBRID_INLINE hybrid_bytes hybrid_arguments(void)
{
    hybrid_bytes data = hybrid_calldata();
    return data.n < 4 ? (hybrid_bytes){data.p, 0} : (hybrid_bytes){data.p + 4, data.n - 4};
}

// ---- decoding: argument `index`, from 0; what is malformed reverts without data, as in Solidity
// ----
hybrid_u256 hybrid_arg_u256(hybrid_bytes arguments, size_t index);
uint64_t hybrid_arg_u64(hybrid_bytes arguments, size_t index);
bool hybrid_arg_bool(hybrid_bytes arguments, size_t index);
hybrid_address hybrid_arg_address(hybrid_bytes arguments, size_t index);
hybrid_bytes hybrid_arg_bytes(hybrid_bytes arguments,
                              size_t index); // of bytes and string, in place

// ---- encoding into a buffer: first all heads, in order, then the tails ----
struct hybrid_writer {
    uint8_t *p;  // where the message begins
    size_t size; // of the buffer; to write beyond it reverts
    size_t n;    // bytes written
};
void hybrid_put_selector(struct hybrid_writer *w, uint32_t selector);
void hybrid_put_u256(struct hybrid_writer *w, hybrid_u256 v);
void hybrid_put_u64(struct hybrid_writer *w, uint64_t v);
void hybrid_put_address(struct hybrid_writer *w, const hybrid_address *a);
void hybrid_put_tail(struct hybrid_writer *w, hybrid_bytes data); // length, bytes, zeros to a word
HYBRID_INLINE hybrid_bytes hybrid_written(const struct hybrid_writer *w)
{
    return (hybrid_bytes){w->p, w->n};
}

// ---- ends ----
#define HYBRID_NORETURN __attribute__((noreturn))
HYBRID_NORETURN void hybrid_return_u256(hybrid_u256 v);
HYBRID_NORETURN void hybrid_return_bool(bool v);
HYBRID_NORETURN void hybrid_return_address(const hybrid_address *a);
HYBRID_NORETURN void hybrid_return_bytes(hybrid_bytes data); // as `bytes` or `string`
HYBRID_NORETURN void hybrid_revert_reason(const char *text); // Error(string)
// Ends as the last call did: with its return data, by return if `success`, else by revert.
HYBRID_NORETURN void hybrid_end_as_called(bool success);

// ---- debugging ----
// A line of text for people: `hybrid test`, `hybrid run --calls` and a development node show it; on
// a chain it has no effect but its gas (8 a word). %s text, %u and %d 64-bit numbers, %w a
// hybrid_u256 by its address, %a a hybrid_address and %b hybrid_bytes by theirs, %% a percent sign.
// At most 256 characters.
void hybrid_debug(const char *format, ...);

// ---- events ----
// One to four topics, the first of them the event's hash.
void hybrid_event(const hybrid_u256 *topics, size_t count, const void *p, size_t n);

// ---- memory ----
void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
