// SPDX-License-Identifier: MIT
// Frames as members of JSON objects, in the order and form of go-ethereum's call tracers.
#include "core/trace/frames.h"

static void put_reason(struct buf *b, bytes output)
{
    struct buf reason = {0};
    if (put_revert_reason(&reason, output)) {
        trace_put_text_bytes(b, "revertReason", buf_bytes(&reason));
    }
    buf_fini(&reason);
}

void frame_put_head(const struct frame_tracer *t, const struct traced_frame *e, struct buf *b)
{
    struct buf error = {0};
    bytes output = frames_output(&t->frames, e);
    trace_put_address(b, "from", &e->from);
    trace_put_u64(b, "gas", e->gas);
    trace_put_u64(b, "gasUsed", e->gas_used);
    if (e->status == 0 || !frame_is_creation(e)) {
        trace_put_address(b, "to", &e->to);
    }
    trace_put_data(b, "input", frames_input(&t->frames, e));
    if (output.n > 0) {
        trace_put_data(b, "output", output);
    }
    frames_put_error(t, e, &error);
    if (error.n > 0) {
        trace_put_text_bytes(b, "error", buf_bytes(&error));
    }
    if (e->status == 1) {
        put_reason(b, output);
    }
    buf_fini(&error);
}

static void put_log(const struct frame_tracer *t, const struct traced_log *l, struct buf *b)
{
    trace_put_comma(b);
    buf_put_u8(b, '{');
    trace_put_address(b, "address", &l->log.emitter);
    trace_put_name(b, "topics");
    buf_put_u8(b, '[');
    for (u32 i = 0; i < l->log.topic_count; i++) {
        buf_put_text(b, i == 0 ? "\"" : ",\"");
        put_data(b, (bytes){l->log.topic[i].b, sizeof l->log.topic[i].b});
        buf_put_u8(b, '"');
    }
    buf_put_u8(b, ']');
    bytes data = bytes_slice(buf_bytes(&t->frames.data), l->data_at, l->log.data_size);
    trace_put_data(b, "data", data);
    trace_put_u64(b, "index", l->index);
    trace_put_u64(b, "position", l->position);
    buf_put_u8(b, '}');
}

void frame_put_logs(const struct frame_tracer *t, const struct traced_frame *e, struct buf *b)
{
    if (e->first_log == 0) {
        return;
    }
    trace_put_name(b, "logs");
    buf_put_u8(b, '[');
    for (u32 i = e->first_log; i != 0; i = t->frames.log[i - 1].next) {
        put_log(t, &t->frames.log[i - 1], b);
    }
    buf_put_u8(b, ']');
}
