// SPDX-License-Identifier: MIT
// The chains built in (spec/chains.def), as texts of genesis files: they are read as anyone's file
// is.
#include "core/chain/config.h"
#include "lib/codec/hex.h"

const char *chain_builtin(const char *name, b256 *hash)
{
    static const char *const CHAINS[][3] = {
#define CHAIN(name, hash, ...) {#name, hash, #__VA_ARGS__},
#include "spec/chains.def"
    };
    for (u32 i = 0; i < COUNT_OF(CHAINS); i++) {
        if (__builtin_strcmp(CHAINS[i][0], name) == 0) {
            hex_error why;
            bool ok = hex_decode_exact(hash->b, sizeof hash->b, &why, CHAINS[i][1],
                                       __builtin_strlen(CHAINS[i][1]));
            return ok ? CHAINS[i][2] : NULL;
        }
    }
    return NULL;
}
