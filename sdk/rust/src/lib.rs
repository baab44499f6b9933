// SPDX-License-Identifier: MIT
//! Contracts for hybrid in Rust, without the standard library and without a dependency. A contract is a function
//! that runs at every call and one that runs at its creation:
//!
//! ```ignore
//! #![no_std]
//! #![no_main]
//! hybrid::contract!(call, create);
//! ```
//!
//! Memory does not last from one call to the next; storage does. `abi` has the numbers of the services and the
//! memory map, printed from the tables of the engine.
#![no_std]

#[rustfmt::skip]
pub mod abi;
mod calldata;
mod encode;
mod number;
mod service;

pub use calldata::{arguments, calldata, selector, Arguments};
pub use encode::Encoder;
pub use number::{Address, U256};
pub use service::*;

/// Makes a program of a contract: `contract!(call, create)` names two functions without parameters. With the
/// package's feature `constructor`, which `hybrid build` turns on for a second build, the program is the one that
/// runs at the creation: it calls `create` and returns the contract's image.
#[macro_export]
macro_rules! contract {
    ($call:path, $create:path) => {
        core::arch::global_asm!(
            ".section .text.start, \"ax\"",
            ".globl _start",
            "_start:",
            ".option push",
            ".option norelax",
            "lla gp, __global_pointer$",
            ".option pop",
            "call contract_entry",
            "unimp",
        );

        #[cfg(not(feature = "constructor"))]
        #[no_mangle]
        extern "C" fn contract_entry() -> ! {
            $call();
            $crate::end(&[])
        }

        #[cfg(feature = "constructor")]
        #[no_mangle]
        extern "C" fn contract_entry() -> ! {
            static ELF: &[u8] = include_bytes!(env!("HYBRID_RUNTIME"));
            static IMAGE: [u8; ELF.len() + 1] = {
                let mut image = [0xFF; ELF.len() + 1];
                let mut i = 0;
                while i < ELF.len() {
                    image[i + 1] = ELF[i];
                    i += 1;
                }
                image
            };
            $create();
            $crate::end(&IMAGE)
        }
    };
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    revert_reason("panic")
}
