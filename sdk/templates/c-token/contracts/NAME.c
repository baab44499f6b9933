// SPDX-License-Identifier: MIT
// An ERC-20 token with the storage layout that solc gives to OpenZeppelin's: slot 0 balances, 1
// allowances (of owner, of spender), 2 total supply, 3 name, 4 symbol, both of at most 31 bytes.
#include "NAME.abi.h"
#include "hybrid.h"

enum { SLOT_BALANCES, SLOT_ALLOWANCES, SLOT_SUPPLY, SLOT_NAME, SLOT_SYMBOL };

enum { WORD = 32, TEXT_MAX = 31, DECIMALS = 18 };

// ---- errors ----

HYBRID_NORETURN static void revert_address(uint32_t error, const hybrid_address *a)
{
    uint8_t message[4 + WORD];
    struct hybrid_writer w = {.p = message, .size = sizeof message};
    hybrid_put_selector(&w, error);
    hybrid_put_address(&w, a);
    hybrid_revert(w.p, w.n);
}

HYBRID_NORETURN static void revert_insufficient(uint32_t error, const hybrid_address *who,
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
static void store_text(uint64_t slot, hybrid_bytes text)
{
    uint8_t word[WORD] = {0};
    if (text.n > TEXT_MAX) {
        hybrid_revert_reason("name or symbol longer than 31 bytes");
    }
    memcpy(word, text.p, text.n);
    word[WORD - 1] = (uint8_t)(2 * text.n);
    hybrid_sstore(hybrid_u256_from(slot), hybrid_u256_load(word));
}

HYBRID_NORETURN static void return_text(uint64_t slot)
{
    uint8_t word[WORD];
    hybrid_u256_store(word, hybrid_sload(hybrid_u256_from(slot)));
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
    if (hybrid_address_is_zero(to)) {
        revert_address(ERROR_ERC20InvalidReceiver, to);
    }
    hybrid_u256 slot = balance_slot(from);
    hybrid_u256 balance = hybrid_sload(slot);
    hybrid_u256 rest;
    if (hybrid_u256_sub(&rest, balance, amount)) {
        revert_insufficient(ERROR_ERC20InsufficientBalance, from, balance, amount);
    }
    hybrid_sstore(slot, rest);
    credit(to, amount);
    emit(EVENT_Transfer, from, to, amount);
}

static void approve(const hybrid_address *owner, const hybrid_address *spender, hybrid_u256 amount)
{
    if (hybrid_address_is_zero(spender)) {
        revert_address(ERROR_ERC20InvalidSpender, spender);
    }
    hybrid_sstore(allowance_slot(owner, spender), amount);
    emit(EVENT_Approval, owner, spender, amount);
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
        revert_insufficient(ERROR_ERC20InsufficientAllowance, spender, allowed, amount);
    }
    hybrid_sstore(slot, rest);
}

// Pays out of what this contract holds in another token, whichever kind of contract that is.
HYBRID_NORETURN static void pay(hybrid_bytes args)
{
    uint8_t message[4 + 2 * WORD];
    struct hybrid_writer w = {.p = message, .size = sizeof message};
    hybrid_address token = hybrid_arg_address(args, 0);
    hybrid_address to = hybrid_arg_address(args, 1);
    hybrid_put_selector(&w, FUNCTION_transfer);
    hybrid_put_address(&w, &to);
    hybrid_put_u256(&w, hybrid_arg_u256(args, 2));
    hybrid_end_as_called(hybrid_call(&token, 0, hybrid_written(&w)) == HYBRID_SUCCESS);
}

// ---- entry points ----

// The functions that only look; returns if `selector` is none of them.
static void look(uint32_t selector, hybrid_bytes args)
{
    hybrid_address a, b;
    switch (selector) {
    case FUNCTION_name:
        return_text(SLOT_NAME);
    case FUNCTION_symbol:
        return_text(SLOT_SYMBOL);
    case FUNCTION_decimals:
        hybrid_return_u256(hybrid_u256_from(DECIMALS));
    case FUNCTION_totalSupply:
        hybrid_return_u256(hybrid_sload(hybrid_u256_from(SLOT_SUPPLY)));
    case FUNCTION_balanceOf:
        a = hybrid_arg_address(args, 0);
        hybrid_return_u256(hybrid_sload(balance_slot(&a)));
    case FUNCTION_allowance:
        a = hybrid_arg_address(args, 0);
        b = hybrid_arg_address(args, 1);
        hybrid_return_u256(hybrid_sload(allowance_slot(&a, &b)));
    default:
        return;
    }
}

static void act(uint32_t selector, hybrid_bytes args)
{
    hybrid_address caller = hybrid_caller();
    hybrid_address a, b;
    switch (selector) {
    case FUNCTION_transfer:
        a = hybrid_arg_address(args, 0);
        transfer(&caller, &a, hybrid_arg_u256(args, 1));
        hybrid_return_bool(true);
    case FUNCTION_approve:
        a = hybrid_arg_address(args, 0);
        approve(&caller, &a, hybrid_arg_u256(args, 1));
        hybrid_return_bool(true);
    case FUNCTION_transferFrom:
        a = hybrid_arg_address(args, 0);
        b = hybrid_arg_address(args, 1);
        spend_allowance(&a, &caller, hybrid_arg_u256(args, 2));
        transfer(&a, &b, hybrid_arg_u256(args, 2));
        hybrid_return_bool(true);
    case FUNCTION_pay:
        pay(args);
    default:
        hybrid_revert_reason("no such function");
    }
}

static void refuse_value(void)
{
    if (!hybrid_u256_is_zero(hybrid_callvalue())) {
        hybrid_revert_reason("this contract takes no ether");
    }
}

// The creator gets the supply.
void contract_constructor(void)
{
    hybrid_bytes args = hybrid_calldata();
    hybrid_address creator = hybrid_caller();
    hybrid_address nobody = {0};
    refuse_value();
    store_text(SLOT_NAME, hybrid_arg_bytes(args, 0));
    store_text(SLOT_SYMBOL, hybrid_arg_bytes(args, 1));
    hybrid_u256 supply = hybrid_arg_u256(args, 2);
    hybrid_sstore(hybrid_u256_from(SLOT_SUPPLY), supply);
    credit(&creator, supply);
    emit(EVENT_Transfer, &nobody, &creator, supply);
}

void contract_main(void)
{
    refuse_value();
    look(hybrid_selector(), hybrid_arguments());
    act(hybrid_selector(), hybrid_arguments());
}
