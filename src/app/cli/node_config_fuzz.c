// SPDX-License-Identifier: MIT
// Bytes as configuration files of hybrid-node: taken with every value a text, or refused with a
// sentence.
#include <stdlib.h>
#include <string.h>

#include "app/cli/node_config.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    static const struct option_row ROWS[] = {
        {"a", NULL, "", NULL}, {"port", "N", "", "1"}, {"words", "TEXT", "", "x"}};
    static const struct option_set SET = {.command = "", .row = ROWS, .count = 3};
    struct options o = {.set = &SET};
    struct buf kept = {0};
    bool ok = node_config_parse(&o, &kept, "file", (bytes){data, n});
    if (ok == (o.why.n > 0) || (o.value[0] != NULL && o.value[0][0] != 0)) {
        abort();
    }
    usize total = 0;
    for (u32 i = 0; ok && i < 3; i++) {
        total += o.value[i] != NULL ? strlen(o.value[i]) + 1 : 0;
    }
    if (total > kept.n) {
        abort();
    }
    buf_fini(&kept);
    options_fini(&o);
    return 0;
}
