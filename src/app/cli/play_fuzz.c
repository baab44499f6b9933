// SPDX-License-Identifier: MIT
// Any text as a play file without access to files: it is played or refused with a reason.
// (FAULT_UNSUPPORTED: a precompile that this build lacks.)
#include <stdlib.h>

#include "app/cli/play.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static bool drop(void *ctx, struct buf *text)
{
    (void)ctx;
    buf_clear(text);
    return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    struct json j;
    if (json_parse(&j, (bytes){data, n}) == FAULT_NONE) {
        json_value root = json_root(&j);
        struct play p;
        play_init(&p, &(struct play_params){.form = VM_EVM_NATIVE, .calls = true});
        enum fault f = play_all(&p, &root, drop, NULL);
        if ((f == FAULT_BAD_INPUT) != (j.error.n > 0) ||
            (f != FAULT_NONE && f != FAULT_BAD_INPUT)) {
            abort();
        }
        play_fini(&p);
    }
    json_fini(&j);
    return 0;
}
