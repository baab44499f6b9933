// SPDX-License-Identifier: MIT
//! What a call was given. It lies in memory, so that nothing is copied; what is malformed reverts without data, as
//! in Solidity.
use crate::abi;
use crate::{revert, Address, U256};

/// All of it.
pub fn calldata() -> &'static [u8] {
    // The window begins with its length and is readable to its end in every frame.
    unsafe {
        let size = *(abi::CALLDATA as *const u64);
        core::slice::from_raw_parts((abi::CALLDATA + 8) as *const u8, size as usize)
    }
}

/// The first four bytes, big-endian as in 0xa9059cbb; 0 if there are fewer.
pub fn selector() -> u32 {
    match calldata() {
        [a, b, c, d, ..] => u32::from_be_bytes([*a, *b, *c, *d]),
        _ => 0,
    }
}

/// What comes behind the selector.
pub fn arguments() -> Arguments {
    Arguments(calldata().get(4..).unwrap_or(&[]))
}

/// Encoded arguments, by their index from 0.
#[derive(Clone, Copy)]
pub struct Arguments(pub &'static [u8]);

impl Arguments {
    fn word_at(self, at: usize) -> &'static [u8; 32] {
        match at.checked_add(32).and_then(|end| self.0.get(at..end)).and_then(|word| word.try_into().ok()) {
            Some(word) => word,
            None => revert(&[]),
        }
    }

    pub fn u256(self, index: usize) -> U256 {
        U256::from_be_bytes(self.word_at(32 * index))
    }

    pub fn u64(self, index: usize) -> u64 {
        let v = self.u256(index);
        if v.0[1] | v.0[2] | v.0[3] != 0 {
            revert(&[])
        }
        v.0[0]
    }

    pub fn bool(self, index: usize) -> bool {
        match self.u64(index) {
            0 => false,
            1 => true,
            _ => revert(&[]),
        }
    }

    pub fn address(self, index: usize) -> Address {
        let word = self.word_at(32 * index);
        if word[..12] != [0; 12] {
            revert(&[])
        }
        let mut a = Address::ZERO;
        a.0.copy_from_slice(&word[12..]);
        a
    }

    /// Of `bytes` and `string`, in place.
    pub fn bytes(self, index: usize) -> &'static [u8] {
        let at = self.u64(index) as usize;
        let size = U256::from_be_bytes(self.word_at(at));
        if size > U256::from_u64(self.0.len() as u64) {
            revert(&[])
        }
        let start = at + 32; // word_at has found it inside
        match self.0.get(start..start + size.0[0] as usize) {
            Some(data) => data,
            None => revert(&[]),
        }
    }
}
