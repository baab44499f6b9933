// SPDX-License-Identifier: MIT
// Mnemonics with known accounts: the development chain's, and that of BIP-39's first vector.
#include "lib/crypto/wallet.h"

#include "lib/crypto/sign.h"
#include "node/node/dev.h"
#include "test/test.h"

TEST(wallet, the_development_accounts_are_those_of_their_mnemonic)
{
    b256 keys[DEV_ACCOUNT_COUNT];
    EXPECT(wallet_keys(keys, DEV_ACCOUNT_COUNT,
                       "test test test test test test test test test test test junk"));
    for (u32 i = 0; i < DEV_ACCOUNT_COUNT; i++) {
        struct dev_account a = dev_account(i);
        EXPECT_BYTES(keys[i].b, a.key.b, 32);
    }
}

TEST(wallet, the_first_vector_of_bip_39_has_its_known_first_account)
{
    static const address KNOWN = {{0x98, 0x58, 0xEf, 0xFD, 0x23, 0x2B, 0x40, 0x33, 0xE4, 0x7d,
                                   0x90, 0x00, 0x3D, 0x41, 0xEC, 0x34, 0xEc, 0xaE, 0xda, 0x94}};
    b256 key;
    address at;
    EXPECT(wallet_keys(&key, 1,
                       "abandon abandon abandon abandon abandon abandon abandon abandon "
                       "abandon abandon abandon about"));
    EXPECT(crypto_address_of_key(&at, &key));
    EXPECT_BYTES(at.b, KNOWN.b, 20);
}
