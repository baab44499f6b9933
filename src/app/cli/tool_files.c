// SPDX-License-Identifier: MIT
// Inputs and outputs of tools; see tool_files.h.
#include "app/cli/tool_files.h"

#include "lib/base/check.h"
#include "lib/codec/json_write.h"
#include "lib/os/file.h"

#include <stdio.h>
#include <string.h>

#define FILE_MAX ((usize)1 << 30)

void tool_inputs_fini(struct tool_inputs *in)
{
    for (u32 i = 0; i < in->count; i++) {
        json_fini(&in->documents[i]);
        buf_fini(&in->texts[i]);
    }
    *in = (struct tool_inputs){.count = 0};
}

const char *tool_path(const struct options *o, u32 index, const char *otherwise)
{
    return option_given(o, index) ? o->value[index] : otherwise;
}

static enum t8n_status load(struct tool_inputs *in, const char *path, struct buf *why)
{
    CHECK(in->count < TOOL_INPUTS_MAX);
    struct json *j = &in->documents[in->count];
    struct buf *text = &in->texts[in->count];
    *j = (struct json){0};
    if (os_read_file(text, why, path, FILE_MAX) != FAULT_NONE) {
        buf_fini(text);
        return T8N_IO;
    }
    in->count++;
    if (json_parse(j, buf_bytes(text)) != FAULT_NONE) {
        buf_printf(why, "%s: %.*s", path, (int)j->error.n, (const char *)j->error.p);
        return T8N_JSON;
    }
    return T8N_OK;
}

enum t8n_status tool_stdin_member(json_value *out, bool *found, struct tool_inputs *in,
                                  const char *member, struct buf *why)
{
    if (!in->has_stdin) {
        enum t8n_status status = load(in, "-", why);
        if (status != T8N_OK) {
            return status;
        }
        in->has_stdin = true;
        in->stdin_index = in->count - 1;
    }
    struct json *j = &in->documents[in->stdin_index];
    json_value root = json_root(j);
    if (json_find(out, found, &root, member) != FAULT_NONE) {
        buf_printf(why, "standard input: %.*s", (int)j->error.n, (const char *)j->error.p);
        return T8N_JSON;
    }
    out->parent = NULL; // the root is not kept
    return T8N_OK;
}

enum t8n_status tool_input(json_value *out, struct tool_inputs *in, const char *path,
                           const char *member, struct buf *why)
{
    if (strcmp(path, "stdin") == 0) {
        bool found = false;
        enum t8n_status status = tool_stdin_member(out, &found, in, member, why);
        if (status == T8N_OK && !found) {
            buf_printf(why, "standard input has no member \"%s\"", member);
            status = T8N_JSON;
        }
        return status;
    }
    enum t8n_status status = load(in, path, why);
    if (status == T8N_OK) {
        *out = json_root(&in->documents[in->count - 1]);
    }
    return status;
}

// One object of all outputs that go there.
static bool print_object(FILE *file, const char *to, const struct tool_output *outputs, u32 count)
{
    struct buf text = {0};
    struct json_writer w;
    u32 written = 0;
    json_write_init(&w, &text, 1);
    json_begin_object(&w, NULL);
    for (u32 i = 0; i < count; i++) {
        if (strcmp(outputs[i].to, to) == 0) {
            json_put_raw(&w, outputs[i].name, outputs[i].json);
            written++;
        }
    }
    json_end(&w);
    buf_put_u8(&text, '\n');
    bool ok = written == 0 || (fwrite(text.p, 1, text.n, file) == text.n && fflush(file) == 0);
    buf_fini(&text);
    return ok;
}

static enum t8n_status write_file(const struct tool_output *o, const char *folder, struct buf *why)
{
    struct buf path = {0};
    if (folder != NULL && folder[0] != 0) {
        buf_printf(&path, "%s/", folder);
    }
    buf_put(&path, o->to, strlen(o->to) + 1);
    enum fault f = os_write_file(why, (const char *)path.p, o->json);
    buf_fini(&path);
    return f == FAULT_NONE ? T8N_OK : T8N_IO;
}

enum t8n_status tool_write(const struct tool_output *outputs, u32 count, const char *folder,
                           struct buf *why)
{
    for (u32 i = 0; i < count; i++) {
        bool to_file = outputs[i].to[0] != 0 && strcmp(outputs[i].to, "stdout") != 0 &&
                       strcmp(outputs[i].to, "stderr") != 0;
        if (to_file) {
            enum t8n_status status = write_file(&outputs[i], folder, why);
            if (status != T8N_OK) {
                return status;
            }
        }
    }
    if (!print_object(stdout, "stdout", outputs, count) ||
        !print_object(stderr, "stderr", outputs, count)) {
        buf_put_text(why, "the results could not be printed");
        return T8N_IO;
    }
    return T8N_OK;
}
