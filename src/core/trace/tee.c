// SPDX-License-Identifier: MIT
// One inspector made of several; see tee.h. The list of events is a table here, so that a function
// that is missing in it cannot be forgotten in one place only.
#include "core/trace/tee.h"

#include "lib/base/check.h"

// event, parameters, arguments
#define EVENTS(EVENT)                                                                              \
    EVENT(frame_enter, (void *ctx, const struct inspect_frame *f), (c, f))                         \
    EVENT(frame_leave, (void *ctx, const struct inspect_end *e), (c, e))                           \
    EVENT(evm_step, (void *ctx, const struct inspect_step *s), (c, s))                             \
    EVENT(evm_charged, (void *ctx, u32 depth, u64 gas_left), (c, depth, gas_left))                 \
    EVENT(rv_block, (void *ctx, u32 depth, const struct rv_machine *m, u32 cost),                  \
          (c, depth, m, cost))                                                                     \
    EVENT(rv_step, (void *ctx, u32 depth, const struct rv_machine *m), (c, depth, m))              \
    EVENT(service, (void *ctx, u32 depth, u8 id, const struct rv_machine *m), (c, depth, id, m))   \
    EVENT(debug_log, (void *ctx, u32 depth, bytes text), (c, depth, text))                         \
    EVENT(log, (void *ctx, u32 depth, const struct state_log *l, bytes data), (c, depth, l, data)) \
    EVENT(destroy, (void *ctx, const struct inspect_destroy *d), (c, d))                           \
    EVENT(access,                                                                                  \
          (void *ctx, enum inspect_access kind, const address *a, const u256 *key,                 \
           const u256 *value),                                                                     \
          (c, kind, a, key, value))

#define TO_ALL(name, parameters, arguments)                                                        \
    static void tee_##name parameters                                                              \
    {                                                                                              \
        struct tee *t = ctx;                                                                       \
        for (u32 i = 0; i < t->count; i++) {                                                       \
            void *c = t->part[i].ctx;                                                              \
            if (t->part[i].name != NULL) {                                                         \
                t->part[i].name arguments;                                                         \
            }                                                                                      \
        }                                                                                          \
    }
EVENTS(TO_ALL)

void tee_add(struct tee *t, const struct inspector *i)
{
    CHECK(t->count < TEE_MAX);
    t->part[t->count++] = *i;
}

struct inspector tee_inspector(struct tee *t)
{
    struct inspector all = {.ctx = t};
    for (u32 i = 0; i < t->count; i++) {
#define WANTED(name, parameters, arguments)                                                        \
    if (t->part[i].name != NULL) {                                                                 \
        all.name = tee_##name;                                                                     \
    }
        EVENTS(WANTED)
    }
    return all;
}
