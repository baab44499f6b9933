// SPDX-License-Identifier: MIT
//! 256-bit numbers and addresses.
use core::cmp::Ordering;

/// A number of 256 bits; the least significant limb comes first.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct U256(pub [u64; 4]);

impl U256 {
    pub const ZERO: U256 = U256([0; 4]);
    pub const MAX: U256 = U256([u64::MAX; 4]);

    pub const fn from_u64(v: u64) -> U256 {
        U256([v, 0, 0, 0])
    }

    pub fn is_zero(self) -> bool {
        self == U256::ZERO
    }

    /// `None` if the sum does not fit.
    pub fn checked_add(self, other: U256) -> Option<U256> {
        let mut sum = U256::ZERO;
        let mut carry = false;
        for i in 0..4 {
            let (a, first) = self.0[i].overflowing_add(other.0[i]);
            let (b, second) = a.overflowing_add(carry as u64);
            sum.0[i] = b;
            carry = first | second;
        }
        if carry {
            None
        } else {
            Some(sum)
        }
    }

    /// `None` if `other` is larger.
    pub fn checked_sub(self, other: U256) -> Option<U256> {
        let mut difference = U256::ZERO;
        let mut borrow = false;
        for i in 0..4 {
            let (a, first) = self.0[i].overflowing_sub(other.0[i]);
            let (b, second) = a.overflowing_sub(borrow as u64);
            difference.0[i] = b;
            borrow = first | second;
        }
        if borrow {
            None
        } else {
            Some(difference)
        }
    }

    pub fn from_be_bytes(p: &[u8; 32]) -> U256 {
        let mut v = U256::ZERO;
        for (i, limb) in v.0.iter_mut().enumerate() {
            let at = 24 - 8 * i;
            let mut part = [0; 8];
            part.copy_from_slice(&p[at..at + 8]);
            *limb = u64::from_be_bytes(part);
        }
        v
    }

    pub fn to_be_bytes(self) -> [u8; 32] {
        let mut out = [0; 32];
        for i in 0..4 {
            let at = 24 - 8 * i;
            out[at..at + 8].copy_from_slice(&self.0[i].to_be_bytes());
        }
        out
    }
}

impl From<u64> for U256 {
    fn from(v: u64) -> U256 {
        U256::from_u64(v)
    }
}

impl From<Address> for U256 {
    fn from(a: Address) -> U256 {
        U256::from_be_bytes(&a.to_word())
    }
}

impl PartialOrd for U256 {
    fn partial_cmp(&self, other: &U256) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for U256 {
    fn cmp(&self, other: &U256) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

/// An account's address.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Address(pub [u8; 20]);

impl Address {
    pub const ZERO: Address = Address([0; 20]);

    /// As a word of the contract ABI: 12 zero bytes before it.
    pub fn to_word(self) -> [u8; 32] {
        let mut word = [0; 32];
        word[12..].copy_from_slice(&self.0);
        word
    }
}
