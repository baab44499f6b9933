// SPDX-License-Identifier: MIT
// The demo's RISC-V token: an ERC-20 in C with the interface, events, errors (ERC-6093) and storage
// layout of demo/Token.sol, and the same ways to act on contracts of whichever kind. Storage: slot
// 0 balances, 1 allowances (of owner, of spender), 2 total supply, 3 name, 4 symbol, both of at
// most 31 bytes.
#include "hybrid.h"

enum { SLOT_BALANCES, SLOT_ALLOWANCES, SLOT_SUPPLY, SLOT_NAME, SLOT_SYMBOL };

enum { WORD = 32, TEXT_MAX = 31, DECIMALS = 18 };

enum selector { // keccak256 of the signature, first four bytes
    // ERC-20
    NAME = 0x06fdde03,          // name()
    SYMBOL = 0x95d89b41,        // symbol()
    DECIMALS_OF = 0x313ce567,   // decimals()
    TOTAL_SUPPLY = 0x18160ddd,  // totalSupply()
    BALANCE_OF = 0x70a08231,    // balanceOf(address)
    ALLOWANCE = 0xdd62ed3e,     // allowance(address,address)
    TRANSFER = 0xa9059cbb,      // transfer(address,uint256)
    APPROVE = 0x095ea7b3,       // approve(address,uint256)
    TRANSFER_FROM = 0x23b872dd, // transferFrom(address,address,uint256)
    // towards other contracts
    BALANCE_IN = 0xf6dfac31, // balanceIn(address,address)
    PAY = 0xb3d76188,        // pay(address,address,uint256)
    PULL = 0x7372c2b5,       // pull(address,address,uint256)
    FORWARD = 0x6fadcf72,    // forward(address,bytes)
    DELEGATE = 0xd6d2b6ba,   // delegate(address,bytes)
    CREATE = 0xcf5ba53f,     // create(bytes)
    // errors
    INSUFFICIENT_BALANCE = 0xe450d38c,   // ERC20InsufficientBalance(address,uint256,uint256)
    INSUFFICIENT_ALLOWANCE = 0xfb8f41b2, // ERC20InsufficientAllowance(address,uint256,uint256)
    INVALID_RECEIVER = 0xec442f05,       // ERC20InvalidReceiver(address)
    INVALID_SENDER = 0x96c6fd1e,         // ERC20InvalidSender(address)
    INVALID_SPENDER = 0x94280d62,        // ERC20InvalidSpender(address)
};

// Transfer(address,address,uint256)
static const hybrid_u256 transfer_topic = {
    {0x28f55a4df523b3ef, 0x952ba7f163c4a116, 0x69c2b068fc378daa, 0xddf252ad1be2c89b}};
// Approval(address,address,uint256)
static const hybrid_u256 approval_topic = {
    {0x5b200ac8c7c3b925, 0xdd0314c0f7b2291e, 0xd14f71427d1e84f3, 0x8c5be1e5ebec7d5b}};

// ---- errors ----

HYBRID_NORETURN static void revert_address(enum selector error, const hybrid_address *a)
{
    uint8_t message[4 + WORD];
    struct hybrid_writer w = {.p = message, .size = sizeof message};
    hybrid_put_selector(&w, error);
    hybrid_put_address(&w, a);
    hybrid_revert(w.p, w.n);
}

HYBRID_NORETURN static void revert_insufficient(enum selector error, const hybrid_address *who,
                                                hybrid_u256 have, hybrid_u256 need)
{
    uint8_t message[4 + 3 * WORD];
    struct hybrid_writer w = {.p = message, .size = sizeof message};
    hybrid_put_selector(&w, error);
    hybrid_put_address(&w, who);
    hybrid_put_u256(&w, have);
    hybrid_put_u256(&w, need);
    hybrid_revert(w.p, w.n);
}

// ---- storage ----

static hybrid_u256 balance_slot(const hybrid_address *who)
{
    return hybrid_map_slot(hybrid_u256_of_id(who), hybrid_u256_from(SLOT_BALANCES));
}

static hybrid_u256 allowance_slot(const hybrid_address *owner, const hybrid_address *spender)
{
    hybrid_u256 of_owner =
        hybrid_map_slot(hybrid_u256_of_id(owner), hybrid_u256_from(SLOT_ALLOWANCES));
    return hybrid_map_slot(hybrid_u256_of_id(spender), of_owner);
}

// A short string as Solidity stores it: the bytes from the left, twice the length in the last byte.
static void store_text(uint64_t slot, hybrid_bytes text, const char *too_long)
{
    uint8_t word[WORD] = {0};
    if (text.n > TEXT_MAX) {
        hybrid_revert_reason(too_long);
    }
    memcpy(word, text.p, text.n);
    word[WORD - 1] = (uint8_t)(2 * text.n);
    hybrid_sstore(hybrid_u256_from(slot), hybrid_u256_load(word));
}

HYBRID_NORETURN static void return_text(uint64_t slot)
{
    uint8_t word[WORD];
    hybrid_u256_store(word, hybrid_sload(hybrid_u256_from(slot)));
    if (word[WORD - 1] % 2 != 0 || word[WORD - 1] / 2 > TEXT_MAX) {
        hybrid_revert_reason("text longer than 31 bytes");
    }
    hybrid_return_bytes((hybrid_bytes){word, word[WORD - 1] / 2});
}

// ---- the token ----

static void emit(hybrid_u256 topic, const hybrid_address *a, const hybrid_address *b,
                 hybrid_u256 amount)
{
    hybrid_u256 topics[] = {topic, hybrid_u256_of_id(a), hybrid_u256_of_id(b)};
    uint8_t data[WORD];
    hybrid_u256_store(data, amount);
    hybrid_event(topics, 3, data, sizeof data);
}

static void credit(const hybrid_address *to, hybrid_u256 amount)
{
    hybrid_u256 slot = balance_slot(to);
    hybrid_u256 balance = hybrid_sload(slot);
    hybrid_u256_add(&balance, balance, amount); // at most the total supply
    hybrid_sstore(slot, balance);
}

static void transfer(const hybrid_address *from, const hybrid_address *to, hybrid_u256 amount)
{
    if (hybrid_address_is_zero(from)) {
        revert_address(INVALID_SENDER, from);
    }
    if (hybrid_address_is_zero(to)) {
        revert_address(INVALID_RECEIVER, to);
    }
    hybrid_u256 slot = balance_slot(from);
    hybrid_u256 balance = hybrid_sload(slot);
    hybrid_u256 rest;
    if (hybrid_u256_sub(&rest, balance, amount)) {
        revert_insufficient(INSUFFICIENT_BALANCE, from, balance, amount);
    }
    hybrid_sstore(slot, rest);
    credit(to, amount);
    emit(transfer_topic, from, to, amount);
}

static void approve(const hybrid_address *owner, const hybrid_address *spender, hybrid_u256 amount)
{
    if (hybrid_address_is_zero(spender)) {
        revert_address(INVALID_SPENDER, spender);
    }
    hybrid_sstore(allowance_slot(owner, spender), amount);
    emit(approval_topic, owner, spender, amount);
}

static void spend_allowance(const hybrid_address *owner, const hybrid_address *spender,
                            hybrid_u256 amount)
{
    static const hybrid_u256 unlimited = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    hybrid_u256 slot = allowance_slot(owner, spender);
    hybrid_u256 allowed = hybrid_sload(slot);
    hybrid_u256 rest;
    if (hybrid_u256_equal(allowed, unlimited)) {
        return;
    }
    if (hybrid_u256_sub(&rest, allowed, amount)) {
        revert_insufficient(INSUFFICIENT_ALLOWANCE, spender, allowed, amount);
    }
    hybrid_sstore(slot, rest);
}

// ---- towards other contracts ----

// Ends with the single word that a function of another token returned, or with its revert.
HYBRID_NORETURN static void end_with_word(enum hybrid_status status)
{
    if (status == HYBRID_SUCCESS && hybrid_returndatasize() < WORD) {
        hybrid_revert(NULL, 0);
    }
    hybrid_end_as_called(status == HYBRID_SUCCESS);
}

HYBRID_NORETURN static void balance_in(hybrid_bytes args)
{
    uint8_t message[4 + WORD];
    struct hybrid_writer w = {.p = message, .size = sizeof message};
    hybrid_address token = hybrid_arg_address(args, 0);
    hybrid_address who = hybrid_arg_address(args, 1);
    hybrid_put_selector(&w, BALANCE_OF);
    hybrid_put_address(&w, &who);
    end_with_word(hybrid_staticcall(&token, hybrid_written(&w)));
}

HYBRID_NORETURN static void pay(hybrid_bytes args)
{
    uint8_t message[4 + 2 * WORD];
    struct hybrid_writer w = {.p = message, .size = sizeof message};
    hybrid_address token = hybrid_arg_address(args, 0);
    hybrid_address to = hybrid_arg_address(args, 1);
    hybrid_put_selector(&w, TRANSFER);
    hybrid_put_address(&w, &to);
    hybrid_put_u256(&w, hybrid_arg_u256(args, 2));
    end_with_word(hybrid_call(&token, 0, hybrid_written(&w)));
}

HYBRID_NORETURN static void pull(hybrid_bytes args)
{
    uint8_t message[4 + 3 * WORD];
    struct hybrid_writer w = {.p = message, .size = sizeof message};
    hybrid_address token = hybrid_arg_address(args, 0);
    hybrid_address from = hybrid_arg_address(args, 1);
    hybrid_address self = hybrid_self();
    hybrid_put_selector(&w, TRANSFER_FROM);
    hybrid_put_address(&w, &from);
    hybrid_put_address(&w, &self);
    hybrid_put_u256(&w, hybrid_arg_u256(args, 2));
    end_with_word(hybrid_call(&token, 0, hybrid_written(&w)));
}

HYBRID_NORETURN static void create(hybrid_bytes args)
{
    if (hybrid_create(0, hybrid_arg_bytes(args, 0)) != HYBRID_SUCCESS) {
        hybrid_end_as_called(false);
    }
    hybrid_address created = hybrid_created();
    hybrid_return_address(&created);
}

// ---- entry points ----

// The functions that only look; returns if `selector` is none of them.
static void look(uint32_t selector, hybrid_bytes args)
{
    hybrid_address a, b;
    switch (selector) {
    case NAME:
        return_text(SLOT_NAME);
    case SYMBOL:
        return_text(SLOT_SYMBOL);
    case DECIMALS_OF:
        hybrid_return_u256(hybrid_u256_from(DECIMALS));
    case TOTAL_SUPPLY:
        hybrid_return_u256(hybrid_sload(hybrid_u256_from(SLOT_SUPPLY)));
    case BALANCE_OF:
        a = hybrid_arg_address(args, 0);
        hybrid_return_u256(hybrid_sload(balance_slot(&a)));
    case ALLOWANCE:
        a = hybrid_arg_address(args, 0);
        b = hybrid_arg_address(args, 1);
        hybrid_return_u256(hybrid_sload(allowance_slot(&a, &b)));
    case BALANCE_IN:
        balance_in(args);
    default:
        return;
    }
}

static void act(uint32_t selector, hybrid_bytes args)
{
    hybrid_address caller = hybrid_caller();
    hybrid_address a, b;
    switch (selector) {
    case TRANSFER:
        a = hybrid_arg_address(args, 0);
        transfer(&caller, &a, hybrid_arg_u256(args, 1));
        hybrid_return_bool(true);
    case APPROVE:
        a = hybrid_arg_address(args, 0);
        approve(&caller, &a, hybrid_arg_u256(args, 1));
        hybrid_return_bool(true);
    case TRANSFER_FROM:
        a = hybrid_arg_address(args, 0);
        b = hybrid_arg_address(args, 1);
        spend_allowance(&a, &caller, hybrid_arg_u256(args, 2));
        transfer(&a, &b, hybrid_arg_u256(args, 2));
        hybrid_return_bool(true);
    case PAY:
        pay(args);
    case PULL:
        pull(args);
    case FORWARD:
        a = hybrid_arg_address(args, 0);
        hybrid_end_as_called(hybrid_call(&a, 0, hybrid_arg_bytes(args, 1)) == HYBRID_SUCCESS);
    case DELEGATE:
        a = hybrid_arg_address(args, 0);
        hybrid_end_as_called(hybrid_delegatecall(&a, hybrid_arg_bytes(args, 1)) == HYBRID_SUCCESS);
    case CREATE:
        create(args);
    default:
        hybrid_revert(NULL, 0);
    }
}

static void refuse_value(void)
{
    if (!hybrid_u256_is_zero(hybrid_callvalue())) {
        hybrid_revert(NULL, 0);
    }
}

// Arguments: string name, string symbol, uint256 supply, which the creator gets.
void contract_constructor(void)
{
    hybrid_bytes args = hybrid_calldata();
    hybrid_address creator = hybrid_caller();
    hybrid_address nobody = {0};
    refuse_value();
    store_text(SLOT_NAME, hybrid_arg_bytes(args, 0), "name longer than 31 bytes");
    store_text(SLOT_SYMBOL, hybrid_arg_bytes(args, 1), "symbol longer than 31 bytes");
    hybrid_u256 supply = hybrid_arg_u256(args, 2);
    hybrid_sstore(hybrid_u256_from(SLOT_SUPPLY), supply);
    credit(&creator, supply);
    emit(transfer_topic, &nobody, &creator, supply);
}

void contract_main(void)
{
    refuse_value();
    look(hybrid_selector(), hybrid_arguments());
    act(hybrid_selector(), hybrid_arguments());
}
