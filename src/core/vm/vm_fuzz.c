// SPDX-License-Identifier: MIT
// The guest's form against the native one on random worlds of both kinds of contract: the input's
// bytes decide every instruction. Any difference in what can be seen ends the process.
#include "test/kit_compare.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    static struct compared c;
    if (c.side[0].vm == NULL) {
        compared_init(&c);
    }
    struct dice d = {.p = data, .n = n};
    const char *difference = compare_world(&c, &d);
    if (difference != NULL) {
        fprintf(stderr, "%s\n", difference);
        abort();
    }
    return 0;
}
