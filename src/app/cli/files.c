// SPDX-License-Identifier: MIT
// JSON files; see files.h.
#include "app/cli/files.h"

#include "lib/os/file.h"

#define JSON_FILE_MAX (256u << 20) // bytes

bool read_json_file(struct buf *why, const char *path,
                    enum fault (*read)(void *ctx, const json_value *root), void *ctx)
{
    struct buf text = {0};
    if (os_read_file(&text, why, path, JSON_FILE_MAX) != FAULT_NONE) {
        buf_fini(&text);
        return false;
    }
    struct json j;
    enum fault f = json_parse(&j, buf_bytes(&text));
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        f = read(ctx, &root);
    }
    if (f != FAULT_NONE) {
        buf_printf(why, "%s: %.*s", path, (int)j.error.n, (const char *)j.error.p);
    }
    json_fini(&j);
    buf_fini(&text);
    return f == FAULT_NONE;
}

bool option_json(struct options *o, u32 index,
                 enum fault (*read)(void *ctx, const json_value *root), void *ctx)
{
    if (!option_given(o, index)) {
        return true;
    }
    buf_printf(&o->why, "--%s: ", o->set->row[index].name);
    if (read_json_file(&o->why, o->value[index], read, ctx)) {
        buf_clear(&o->why);
        return true;
    }
    return false;
}
