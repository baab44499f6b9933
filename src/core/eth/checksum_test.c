// SPDX-License-Identifier: MIT
// The examples of EIP-55.
#include "core/eth/checksum.h"

#include "lib/codec/hex.h"
#include "test/test.h"

TEST(eth, addresses_are_written_with_their_checksum)
{
    static const char *const rows[] = {
        "0x52908400098527886E0F7030069857D2E4169EE7", "0xde709f2102306220921060314715629080e2fb77",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"};
    for (u32 i = 0; i < COUNT_OF(rows); i++) {
        address a;
        hex_error why;
        struct buf out = {0};
        EXPECT(hex_decode_exact(a.b, sizeof a.b, &why, rows[i], 42));
        address_put_checksum(&out, &a);
        EXPECT_EQ(out.n, 42);
        EXPECT_BYTES(out.p, rows[i], 42);
        buf_fini(&out);
    }
}
