// SPDX-License-Identifier: MIT
//! Messages in a buffer of N bytes: first all heads, in order, then the tails of dynamic values.
use crate::{revert_reason, Address, U256};

pub struct Encoder<const N: usize> {
    data: [u8; N],
    size: usize,
}

impl<const N: usize> Encoder<N> {
    /// Of a call or an error.
    pub fn new(selector: u32) -> Self {
        let mut e = Self::plain();
        e.put(&selector.to_be_bytes());
        e
    }

    /// Without a selector.
    pub fn plain() -> Self {
        Encoder { data: [0; N], size: 0 }
    }

    fn put(&mut self, bytes: &[u8]) {
        match self.data.get_mut(self.size..self.size + bytes.len()) {
            Some(place) => place.copy_from_slice(bytes),
            None => revert_reason("message too large"),
        }
        self.size += bytes.len();
    }

    pub fn u256(mut self, v: U256) -> Self {
        self.put(&v.to_be_bytes());
        self
    }

    pub fn u64(self, v: u64) -> Self {
        self.u256(U256::from_u64(v))
    }

    pub fn address(mut self, a: Address) -> Self {
        self.put(&a.to_word());
        self
    }

    /// The tail of `bytes` or `string`: length, data, zeros to a word.
    pub fn tail(mut self, data: &[u8]) -> Self {
        self = self.u64(data.len() as u64);
        self.put(data);
        self.put(&[0; 32][..(32 - data.len() % 32) % 32]);
        self
    }

    pub fn bytes(&self) -> &[u8] {
        &self.data[..self.size]
    }
}
