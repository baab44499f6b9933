// SPDX-License-Identifier: MIT
// The accounts of the development chain (docs/abi.md, section 9), whose keys everybody knows.
#pragma once

#include "lib/base/types.h"

#define DEV_CHAIN_ID 33500u
#define DEV_ACCOUNT_COUNT 10u

struct dev_account {
    address at;
    b256 key;
    const char *address_text; // with EIP-55's checksum, without 0x
    const char *key_text;
};
// index < DEV_ACCOUNT_COUNT
struct dev_account dev_account(u32 index);
