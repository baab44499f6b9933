// SPDX-License-Identifier: MIT
// What a wallet signs of typed structured data: EIP-712. The data is JSON, {types, primaryType,
// domain, message}, as eth_signTypedData has it; the result is
// keccak256(0x1901 . domainSeparator . hashStruct(message)).
//
// Read strictly: a declaration that could be meant otherwise is refused, and so is a value that is
// not exactly of its type. Whole numbers are JSON numbers, texts of decimal digits, or texts of
// hexadecimal digits after 0x, each with an optional minus sign; bytes are hexadecimal after 0x;
// there are no aliases uint and int. Members of a message that its type does not have are passed
// over, as wallets do; such members of the domain are refused, for there they are mistakes. Whether
// the domain's chainId is that of the chain is not looked at: contracts' tests sign for others.
#pragma once

#include "lib/codec/json.h"

#define TYPED_STRUCTS_MAX 256u // types that are declared
#define TYPED_FIELDS_MAX 1024u // members of all of them
#define TYPED_NAME_MAX 128u    // bytes of the name of a type or a member

enum typed_version { // of wallets' methods
    TYPED_V3,        // has no lists
    TYPED_V4,        // EIP-712 as it stands; null for a struct is 32 zero bytes
};

// FAULT_BAD_INPUT: the sentence in v's document names the place.
MUST_USE enum fault typed_data_hash(b256 *out, const json_value *v, enum typed_version version);
