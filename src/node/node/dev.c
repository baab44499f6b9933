// SPDX-License-Identifier: MIT
// The development accounts from their table.
#include "node/node/dev.h"

#include "lib/base/cc.h"
#include "lib/base/check.h"
#include "lib/codec/hex.h"

struct account_row {
    const char *key, *address;
};

static const struct account_row ACCOUNTS[] = {
#define DEV_ACCOUNT(key, address) {key, address},
#include "spec/dev_accounts.def"
};
static_assert(COUNT_OF(ACCOUNTS) == DEV_ACCOUNT_COUNT, "one row an account");

static void decode(u8 *out, usize size, const char *text)
{
    hex_error why;
    CHECK(hex_decode_exact(out, size, &why, text, 2 * size));
}

struct dev_account dev_account(u32 index)
{
    CHECK(index < DEV_ACCOUNT_COUNT);
    struct dev_account a = {.address_text = ACCOUNTS[index].address,
                            .key_text = ACCOUNTS[index].key};
    decode(a.at.b, sizeof a.at.b, a.address_text);
    decode(a.key.b, sizeof a.key.b, a.key_text);
    return a;
}
