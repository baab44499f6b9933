// SPDX-License-Identifier: MIT
//! The services of ABI version 1 by name. Each is one `ecall`; all registers but those that hold results are kept.
use crate::abi::service;
use crate::{Address, U256};
use core::arch::asm;

#[inline(always)]
fn ecall(id: u8, mut a: [u64; 8]) -> [u64; 8] {
    // Memory that a service reads or writes is reached by pointers among the arguments: no `nomem`.
    unsafe {
        asm!("ecall", in("t0") id as u64,
            inlateout("a0") a[0], inlateout("a1") a[1], inlateout("a2") a[2], inlateout("a3") a[3],
            inlateout("a4") a[4], inlateout("a5") a[5], inlateout("a6") a[6], inlateout("a7") a[7],
            options(nostack));
    }
    a
}

#[inline(always)]
fn words(id: u8, a0: u64, a1: u64, a2: u64, a3: u64) -> U256 {
    let r = ecall(id, [a0, a1, a2, a3, 0, 0, 0, 0]);
    U256([r[0], r[1], r[2], r[3]])
}

// Three registers with the bytes of an address as big-endian numbers of 8, 8 and 4 bytes.
#[inline(always)]
fn address3(a: &Address) -> [u64; 3] {
    let word = U256::from(*a);
    [
        word.0[2] << 32 | word.0[1] >> 32,
        word.0[1] << 32 | word.0[0] >> 32,
        word.0[0] & 0xFFFF_FFFF,
    ]
}

#[inline(always)]
fn get_address(id: u8) -> Address {
    let r = ecall(id, [0; 8]);
    let mut a = Address::ZERO;
    a.0[..8].copy_from_slice(&r[0].to_be_bytes());
    a.0[8..16].copy_from_slice(&r[1].to_be_bytes());
    a.0[16..].copy_from_slice(&(r[2] as u32).to_be_bytes());
    a
}

fn end_with(id: u8, data: &[u8]) -> ! {
    ecall(id, [data.as_ptr() as u64, data.len() as u64, 0, 0, 0, 0, 0, 0]);
    unsafe { core::hint::unreachable_unchecked() }
}

// ---- this frame

/// Ends the call with this output. In a constructor it would be the contract's code: return from the function.
pub fn end(output: &[u8]) -> ! {
    end_with(service::RETURN, output)
}

pub fn return_u256(v: U256) -> ! {
    end(&v.to_be_bytes())
}

/// Undoes the call and gives these data to the caller.
pub fn revert(data: &[u8]) -> ! {
    end_with(service::REVERT, data)
}

/// Reverts with `Error(string)`; at most 64 bytes of text.
pub fn revert_reason(text: &str) -> ! {
    let text = &text.as_bytes()[..text.len().min(64)];
    let mut data = [0; 4 + 32 + 32 + 64];
    data[..4].copy_from_slice(&0x08c3_79a0u32.to_be_bytes());
    data[35] = 32;
    data[67] = text.len() as u8;
    for (place, byte) in data[68..].iter_mut().zip(text) {
        *place = *byte;
    }
    let size = 68 + text.len().div_ceil(32) * 32;
    revert(&data[..size])
}

/// A line for whoever looks on; without effect.
pub fn debug(text: &str) {
    words(service::DEBUG_LOG, text.as_ptr() as u64, text.len() as u64, 0, 0);
}

/// The same with a number behind it, in decimal digits if it fits 64 bits, else its low 64 bits with a mark.
pub fn debug_number(text: &str, v: U256) {
    let mut line = [b' '; 96];
    let n = text.len().min(64);
    for (place, byte) in line.iter_mut().zip(&text.as_bytes()[..n]) {
        *place = *byte;
    }
    let mut at = line.len();
    let mut rest = v.0[0];
    loop {
        at -= 1;
        line[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if v.0[1] | v.0[2] | v.0[3] != 0 {
        at -= 1;
        line[at] = b'+';
    }
    let digits = line.len() - at;
    line.copy_within(at.., n + 1);
    words(service::DEBUG_LOG, line.as_ptr() as u64, (n + 1 + digits) as u64, 0, 0);
}

pub fn this() -> Address {
    get_address(service::ADDRESS)
}

pub fn caller() -> Address {
    get_address(service::CALLER)
}

pub fn callvalue() -> U256 {
    words(service::CALLVALUE, 0, 0, 0, 0)
}

pub fn gas() -> u64 {
    words(service::GAS, 0, 0, 0, 0).0[0]
}

/// Adds zeroed pages of 4 KiB at the heap's end.
pub fn grow(pages: u64) -> &'static mut [u8] {
    let start = words(service::GROW, pages, 0, 0, 0).0[0];
    // The pages are new, and nobody else has them.
    unsafe { core::slice::from_raw_parts_mut(start as *mut u8, (pages * 4096) as usize) }
}

// ---- transaction and block

pub fn origin() -> Address {
    get_address(service::ORIGIN)
}

pub fn timestamp() -> U256 {
    words(service::TIMESTAMP, 0, 0, 0, 0)
}

pub fn number() -> U256 {
    words(service::NUMBER, 0, 0, 0, 0)
}

pub fn chain_id() -> u64 {
    words(service::CHAINID, 0, 0, 0, 0).0[0]
}

// ---- the state

pub fn balance(a: &Address) -> U256 {
    let r = address3(a);
    words(service::BALANCE, r[0], r[1], r[2], 0)
}

pub fn sload(key: U256) -> U256 {
    words(service::SLOAD, key.0[0], key.0[1], key.0[2], key.0[3])
}

pub fn sstore(key: U256, value: U256) {
    let (k, v) = (key.0, value.0);
    ecall(service::SSTORE, [k[0], k[1], k[2], k[3], v[0], v[1], v[2], v[3]]);
}

pub fn tload(key: U256) -> U256 {
    words(service::TLOAD, key.0[0], key.0[1], key.0[2], key.0[3])
}

pub fn tstore(key: U256, value: U256) {
    let (k, v) = (key.0, value.0);
    ecall(service::TSTORE, [k[0], k[1], k[2], k[3], v[0], v[1], v[2], v[3]]);
}

pub fn keccak256(data: &[u8]) -> U256 {
    words(service::KECCAK256, data.as_ptr() as u64, data.len() as u64, 0, 0)
}

/// Where Solidity keeps `mapping[key]` of the mapping at `slot`.
pub fn map_slot(key: U256, slot: U256) -> U256 {
    let mut both = [0; 64];
    both[..32].copy_from_slice(&key.to_be_bytes());
    both[32..].copy_from_slice(&slot.to_be_bytes());
    keccak256(&both)
}

/// Up to four topics, the first of them the event's hash.
pub fn log(topics: &[[u8; 32]], data: &[u8]) {
    words(service::LOG, data.as_ptr() as u64, data.len() as u64, topics.as_ptr() as u64, topics.len() as u64);
}

// ---- calls and creations

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Success,
    Reverted,
    Halted,
    NotBegun,
}

fn last_status() -> Status {
    match words(service::STATUS, 0, 0, 0, 0).0[0] {
        0 => Status::Success,
        1 => Status::Reverted,
        2 => Status::Halted,
        _ => Status::NotBegun,
    }
}

fn call_by(id: u8, to: &Address, value: u64, input: &[u8]) -> Status {
    let a = U256::from(*to).0;
    ecall(id, [a[0], a[1], a[2], value, input.as_ptr() as u64, input.len() as u64, 0, 0]);
    last_status()
}

/// All gas but one 64th goes along.
pub fn call(to: &Address, value: u64, input: &[u8]) -> Status {
    call_by(service::CALL, to, value, input)
}

pub fn staticcall(to: &Address, input: &[u8]) -> Status {
    call_by(service::STATICCALL, to, 0, input)
}

pub fn delegatecall(to: &Address, input: &[u8]) -> Status {
    call_by(service::DELEGATECALL, to, 0, input)
}

/// The new contract's address, if it was created.
pub fn create(value: u64, init_code: &[u8]) -> Option<Address> {
    words(service::CREATE, value, init_code.as_ptr() as u64, init_code.len() as u64, 0);
    if last_status() != Status::Success {
        return None;
    }
    let mut a = Address::ZERO;
    words(service::RETURN_CREATE_ADDRESS, a.0.as_mut_ptr() as u64, 0, 0, 0);
    Some(a)
}

/// Bytes that the last call returned.
pub fn returned_size() -> usize {
    words(service::RETURNDATASIZE, 0, 0, 0, 0).0[0] as usize
}

/// Copies them from `offset` on; what is not there halts the call.
pub fn returned(out: &mut [u8], offset: usize) {
    words(service::RETURNDATACOPY, out.as_mut_ptr() as u64, offset as u64, out.len() as u64, 0);
}

/// Ends as the last call did: with its data, by return if `success`, else by revert.
pub fn end_as_called(success: bool) -> ! {
    let size = returned_size();
    let room = grow((size as u64).div_ceil(4096));
    returned(&mut room[..size], 0);
    if success {
        end(&room[..size])
    }
    revert(&room[..size])
}
