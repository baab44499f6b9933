// SPDX-License-Identifier: MIT
// Any text as a key file: read, or refused with a reason; what is read stays within its bounds. The
// key is derived only where that is cheap.
#include "app/cli/kit/keystore.h"
#include "lib/base/check.h"

#define CHEAP 65536u // of scrypt's n * r * p, and of rounds

int LLVMFuzzerTestOneInput(const u8 *p, usize n);

int LLVMFuzzerTestOneInput(const u8 *p, usize n)
{
    struct json j;
    struct keystore k = {.cost = 0};
    b256 key;
    if (json_parse(&j, (bytes){p, n}) == FAULT_NONE) {
        json_value root = json_root(&j);
        if (keystore_read(&k, &root) == FAULT_NONE) {
            CHECK(k.cipher_text.n == 32);
            u64 work = k.is_scrypt ? k.cost * k.block * k.parallel : k.rounds;
            if (work <= CHEAP) {
                (void)!keystore_open(&key, &k, (bytes){(const u8 *)"a", 1});
            }
        } else {
            CHECK(j.error.n > 0);
        }
        keystore_fini(&k);
    }
    json_fini(&j);
    return 0;
}
