// SPDX-License-Identifier: MIT
//! A counter that anybody may move on. Storage: slot 0 holds the count.
#![no_std]
#![no_main]

use hybrid::{Address, Encoder, Status, U256};

#[allow(non_upper_case_globals, dead_code)]
mod abi {
    include!(env!("HYBRID_ABI_RS"));
}

hybrid::contract!(call, create);

const COUNT: U256 = U256::ZERO;

fn add(amount: U256) -> U256 {
    let before = hybrid::sload(COUNT);
    let Some(after) = before.checked_add(amount) else {
        let error = Encoder::<68>::new(abi::ERROR_TooMuch).u256(before).u256(amount);
        hybrid::revert(error.bytes())
    };
    hybrid::sstore(COUNT, after);
    hybrid::log(&[abi::EVENT_Counted, hybrid::caller().to_word()], &after.to_be_bytes());
    hybrid::debug_number("counted to", after);
    after
}

/// Moves on another counter, whichever kind of contract it is, and returns its count.
fn ask(counter: Address) -> ! {
    let message = Encoder::<4>::new(abi::FUNCTION_increment);
    hybrid::end_as_called(hybrid::call(&counter, 0, message.bytes()) == Status::Success)
}

fn create() {
    let arguments = hybrid::Arguments(hybrid::calldata());
    hybrid::sstore(COUNT, arguments.u256(0));
}

fn call() {
    let arguments = hybrid::arguments();
    if !hybrid::callvalue().is_zero() {
        hybrid::revert_reason("this contract takes no ether");
    }
    match hybrid::selector() {
        abi::FUNCTION_count => hybrid::return_u256(hybrid::sload(COUNT)),
        abi::FUNCTION_increment => hybrid::return_u256(add(U256::from_u64(1))),
        abi::FUNCTION_add => hybrid::return_u256(add(arguments.u256(0))),
        abi::FUNCTION_ask => ask(arguments.address(0)),
        _ => hybrid::revert_reason("no such function"),
    }
}
