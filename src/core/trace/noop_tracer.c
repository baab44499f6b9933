// SPDX-License-Identifier: MIT
// noopTracer: looks at nothing and says so; for measuring what tracing costs by itself.
#include "core/trace/priv.h"

static enum fault make(struct tracer **out, const json_value *config)
{
    (void)config;
    *out = mem_zalloc(sizeof **out);
    return FAULT_NONE;
}

static void destroy(struct tracer *t)
{
    mem_free(t);
}

static struct inspector inspect(struct tracer *t)
{
    (void)t;
    return (struct inspector){0};
}

static void result(struct tracer *t, struct buf *out)
{
    (void)t;
    buf_put_text(out, "{}");
}

const struct tracer_kind tracer_noop = {
    .make = make,
    .free = destroy,
    .inspector = inspect,
    .result = result,
};
