// SPDX-License-Identifier: MIT
// Solidity's contract ABI for contracts in C: arguments out of calldata with every bound checked,
// messages into a buffer of the caller's, the usual ways to end, and events. Malformed arguments
// revert without data, as the decoder that solc makes does.
#include "hybrid.h"

enum { WORD = 32, SMALL_OUTPUT = 512 };

static const uint8_t *head(hybrid_bytes arguments, size_t index)
{
    if (index >= arguments.n / WORD) {
        hybrid_revert(NULL, 0);
    }
    return arguments.p + WORD * index;
}

hybrid_u256 hybrid_arg_u256(hybrid_bytes arguments, size_t index)
{
    return hybrid_u256_load(head(arguments, index));
}

uint64_t hybrid_arg_u64(hybrid_bytes arguments, size_t index)
{
    hybrid_u256 v = hybrid_arg_u256(arguments, index);
    if ((v.limb[1] | v.limb[2] | v.limb[3]) != 0) {
        hybrid_revert(NULL, 0);
    }
    return v.limb[0];
}

bool hybrid_arg_bool(hybrid_bytes arguments, size_t index)
{
    uint64_t v = hybrid_arg_u64(arguments, index);
    if (v > 1) {
        hybrid_revert(NULL, 0);
    }
    return v != 0;
}

hybrid_address hybrid_arg_address(hybrid_bytes arguments, size_t index)
{
    const uint8_t *p = head(arguments, index);
    hybrid_address a;
    if (hybrid_load_be64(p) != 0 || hybrid_load_be32(p + 8) != 0) {
        hybrid_revert(NULL, 0);
    }
    __builtin_memcpy(a.b, p + 12, sizeof a.b);
    return a;
}

hybrid_bytes hybrid_arg_bytes(hybrid_bytes arguments, size_t index)
{
    uint64_t offset = hybrid_arg_u64(arguments, index);
    if (offset > arguments.n || arguments.n - offset < WORD) {
        hybrid_revert(NULL, 0);
    }
    hybrid_bytes tail = {arguments.p + offset, arguments.n - offset};
    uint64_t n = hybrid_arg_u64(tail, 0);
    if (n > tail.n - WORD) {
        hybrid_revert(NULL, 0);
    }
    return (hybrid_bytes){tail.p + WORD, n};
}

// Room for n more bytes, counted as written.
static uint8_t *room(struct hybrid_writer *w, size_t n)
{
    if (n > w->size - w->n) {
        hybrid_revert(NULL, 0);
    }
    w->n += n;
    return w->p + w->n - n;
}

void hybrid_put_selector(struct hybrid_writer *w, uint32_t selector)
{
    hybrid_store_be32(room(w, 4), selector);
}

void hybrid_put_u256(struct hybrid_writer *w, hybrid_u256 v)
{
    hybrid_u256_store(room(w, WORD), v);
}

void hybrid_put_u64(struct hybrid_writer *w, uint64_t v)
{
    hybrid_put_u256(w, hybrid_u256_from(v));
}

void hybrid_put_address(struct hybrid_writer *w, const hybrid_address *a)
{
    hybrid_put_u256(w, hybrid_u256_of_id(a));
}

void hybrid_put_tail(struct hybrid_writer *w, hybrid_bytes data)
{
    hybrid_put_u64(w, data.n);
    if (data.n > w->size) { // also keeps the rounding below from wrapping
        hybrid_revert(NULL, 0);
    }
    size_t padded = (data.n + WORD - 1) / WORD * WORD;
    uint8_t *p = room(w, padded);
    memcpy(p, data.p, data.n);
    memset(p + data.n, 0, padded - data.n);
}

void hybrid_return_u256(hybrid_u256 v)
{
    uint8_t out[WORD];
    hybrid_u256_store(out, v);
    hybrid_return(out, sizeof out);
}

void hybrid_return_bool(bool v)
{
    hybrid_return_u256(hybrid_u256_from(v));
}

void hybrid_return_address(const hybrid_address *a)
{
    hybrid_return_u256(hybrid_u256_of_id(a));
}

// Memory for a last message of n bytes: `small` if it is enough, else new pages.
static uint8_t *last_room(uint8_t *small, size_t n)
{
    return n <= SMALL_OUTPUT ? small : hybrid_grow((n + HYBRID_PAGE_SIZE - 1) / HYBRID_PAGE_SIZE);
}

void hybrid_return_bytes(hybrid_bytes data)
{
    uint8_t small[SMALL_OUTPUT];
    size_t size = 2 * WORD + (data.n + WORD - 1) / WORD * WORD;
    struct hybrid_writer w = {.p = last_room(small, size), .size = size};
    hybrid_put_u64(&w, WORD);
    hybrid_put_tail(&w, data);
    hybrid_return(w.p, w.n);
}

void hybrid_revert_reason(const char *text)
{
    hybrid_bytes data = {(const uint8_t *)text, strlen(text)};
    uint8_t small[SMALL_OUTPUT];
    size_t size = 4 + 2 * WORD + (data.n + WORD - 1) / WORD * WORD;
    struct hybrid_writer w = {.p = last_room(small, size), .size = size};
    hybrid_put_selector(&w, 0x08c379a0); // Error(string)
    hybrid_put_u64(&w, WORD);
    hybrid_put_tail(&w, data);
    hybrid_revert(w.p, w.n);
}

void hybrid_end_as_called(bool success)
{
    uint8_t small[SMALL_OUTPUT];
    size_t n = hybrid_returndatasize();
    uint8_t *p = last_room(small, n);
    hybrid_returndatacopy(p, 0, n);
    if (success) {
        hybrid_return(p, n);
    }
    hybrid_revert(p, n);
}

void hybrid_event(const hybrid_u256 *topics, size_t count, const void *p, size_t n)
{
    uint8_t words[4 * WORD];
    if (count > 4) {
        hybrid_invalid();
    }
    for (size_t i = 0; i < count; i++) {
        hybrid_u256_store(words + WORD * i, topics[i]);
    }
    hybrid_log(p, n, words, count);
}
