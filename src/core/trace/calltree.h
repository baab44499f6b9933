// SPDX-License-Identifier: MIT
// The cross-VM call tree: who called whom in which kind of code, what it cost in gas, cycles and
// time, how it ended and why. Logs and debug texts are leaves where they happened. The clock is the
// caller's: this module, like all of core, has none.
#pragma once

#include "core/vm/inspect.h"
#include "lib/base/buf.h"

#define CALLTREE_NODES_MAX 200000u // more are counted, not kept
#define CALLTREE_DATA_MAX 1024u    // bytes of each input, output and text that are kept

struct calltree;

struct calltree_params {
    u64 (*clock)(void); // nanoseconds; NULL: no times
    // Name of an address, NULL if it has none; NULL: no names. The text stays as long as the tree
    // is used.
    const char *(*name)(void *ctx, const address *a);
    // What to call a call's input or a log ("transfer(0x.., 5)"), appended to *out: false if it is
    // not known. NULL: selectors and sizes are shown.
    bool (*describe_input)(void *ctx, struct buf *out, bytes input);
    bool (*describe_log)(void *ctx, struct buf *out, const struct state_log *l, bytes data);
    bool (*describe_revert)(void *ctx, struct buf *out, bytes output);
    void *ctx;
};

struct calltree *calltree_new(const struct calltree_params *params);
void calltree_free(struct calltree *t);
void calltree_clear(struct calltree *t); // ready for the next execution
struct inspector calltree_inspector(struct calltree *t);

// The tree as text with box characters, each line after `indent`.
void calltree_put_text(const struct calltree *t, struct buf *out, const char *indent);
// As one JSON value: the top frame, with `children` in the order in which they happened; null
// without one.
void calltree_put_json(const struct calltree *t, struct buf *out);
