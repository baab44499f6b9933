// SPDX-License-Identifier: MIT
// What a contract offers: functions, events, errors, its constructor. Read from a compiler's JSON,
// or from lines as people write them:
//
//     constructor(string name, uint256 supply)
//     function balanceOf(address who) view returns (uint256)
//     event Transfer(address indexed from, address indexed to, uint256 amount)
//     error InsufficientBalance(address who, uint256 have)
//     balanceOf(address)(uint256)
//
// The last is short for a function. White space and comments (# or //) do not count; "payable"
// marks what takes ether; without view or pure a function is said to change the state.
#pragma once

#include "app/cli/kit/sol_type.h"
#include "lib/codec/json.h"

#define SOL_ITEMS_MAX 4096u

enum sol_item_kind {
    SOL_ITEM_FUNCTION,
    SOL_ITEM_EVENT,
    SOL_ITEM_ERROR,
    SOL_ITEM_CONSTRUCTOR,
    SOL_ITEM_RECEIVE,
    SOL_ITEM_FALLBACK,
};

enum sol_mutability { SOL_NONPAYABLE, SOL_PAYABLE, SOL_VIEW, SOL_PURE };

struct sol_item {
    enum sol_item_kind kind;
    enum sol_mutability mutability;
    bool is_anonymous;
    bool has_output; // the text says what a function returns, be it nothing
    const char *name;
    struct sol_type input, output; // tuples
    b256 hash;                     // keccak256 of the signature; its first four bytes select
};

struct sol_abi {
    struct arena arena;
    struct sol_item *item; // in the arena
    u32 count, capacity;
};

void sol_abi_init(struct sol_abi *abi);
void sol_abi_fini(struct sol_abi *abi);

// Adds what a text says: one item, or a line each. False: a sentence in *why.
MUST_USE bool sol_abi_add_item(struct sol_abi *abi, struct buf *why, const char *text, usize n);
MUST_USE bool sol_abi_add_lines(struct sol_abi *abi, struct buf *why, bytes text);
// Adds a JSON list of items, or the member "abi" of an object.
MUST_USE enum fault sol_abi_add_json(struct sol_abi *abi, const json_value *root);
// Of a file of either form.
MUST_USE bool sol_abi_add_file(struct sol_abi *abi, struct buf *why, const char *path);

// The first of a kind by its name, or by its signature if the text has a parenthesis; NULL: none.
const struct sol_item *sol_abi_named(const struct sol_abi *abi, enum sol_item_kind kind,
                                     const char *text);
const struct sol_item *sol_abi_selected(const struct sol_abi *abi, enum sol_item_kind kind,
                                        const u8 selector[4]);
const struct sol_item *sol_abi_event(const struct sol_abi *abi, const b256 *topic);

void sol_put_signature(struct buf *out, const struct sol_item *item); // transfer(address,uint256)
void sol_abi_put_json(struct buf *out, const struct sol_abi *abi);    // as compilers write it
const char *sol_item_kind_name(enum sol_item_kind kind);

// What a revert's data say: Error(string) and Panic(uint256), or an error of the contract. Appends
// a line without its end; false if they are none of these.
bool sol_abi_put_revert(struct buf *out, const struct sol_abi *abi, bytes data);
