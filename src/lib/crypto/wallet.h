// SPDX-License-Identifier: MIT
// Private keys from the words of a mnemonic, as wallets make them (BIP-39, BIP-32, BIP-44). The
// words are taken as they are: neither their list nor their checksum is looked at. For development
// accounts; nothing here is wiped.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

#define WALLET_ACCOUNTS_MAX 1000u

// The keys m/44'/60'/0'/0/0 and those that follow. False: the words lead to no key (a chance of
// 2^-127 each).
MUST_USE bool wallet_keys(b256 *keys, u32 count, const char *mnemonic);
