// SPDX-License-Identifier: MIT
// Both forms become pairs of name and value; see node_config.h. Values are collected in one buffer,
// which may move, so options get their pointers at the end.
#include "app/cli/node_config.h"

#include <string.h>

#include "lib/base/bytes.h"
#include "lib/codec/json.h"
#include "lib/os/file.h"

#define CONFIG_SIZE_MAX ((usize)1 << 20)

struct reading {
    struct options *o;
    struct buf *kept;
    const char *path;
    bool is_set[OPTIONS_MAX]; // by this file
    usize at[OPTIONS_MAX];    // offset of the value in *kept
};

// Where in the file, for refusals.
struct place {
    u64 line; // 0: in JSON, where the name says enough
};

static bool refuse(struct reading *r, struct place at, const char *name, usize n,
                   const char *reason)
{
    struct buf *why = &r->o->why;
    buf_printf(why, "%s", r->path);
    if (at.line > 0) {
        buf_printf(why, ", line %llu", (unsigned long long)at.line);
    }
    buf_printf(why, ": %.*s%s%s", (int)(n < 60 ? n : 60), name, n > 0 ? ": " : "", reason);
    return false;
}

enum value_kind { VALUE_TEXT, VALUE_TRUE, VALUE_FALSE };

static bool set(struct reading *r, struct place at, bytes name, enum value_kind kind, bytes value)
{
    const struct option_set *all = r->o->set;
    const char *text = (const char *)name.p;
    u32 i = 0;
    while (i < all->count &&
           (strlen(all->row[i].name) != name.n || memcmp(all->row[i].name, text, name.n) != 0)) {
        i++;
    }
    if (i == all->count) {
        return refuse(r, at, text, name.n, "there is no option of that name");
    }
    if (r->is_set[i]) {
        return refuse(r, at, text, name.n, "is given twice");
    }
    bool is_switch = all->row[i].argument == NULL;
    if (is_switch != (kind != VALUE_TEXT)) {
        return refuse(r, at, text, name.n, is_switch ? "is true or false" : "needs a value");
    }
    if (value.n > 0 && memchr(value.p, 0, value.n) != NULL) {
        return refuse(r, at, text, name.n, "has a zero byte");
    }
    r->is_set[i] = kind != VALUE_FALSE;
    r->at[i] = r->kept->n;
    buf_put(r->kept, value.p, value.n);
    buf_put_u8(r->kept, 0);
    return true;
}

// ---- JSON

static bool set_member(struct reading *r, const json_value *v)
{
    bytes name = {(const u8 *)v->name, strlen(v->name)};
    struct place nowhere = {0};
    bool is_true = false;
    bytes text;
    struct buf number = {0};
    bool ok = true;
    switch (json_kind_of(v)) {
    case JSON_KIND_BOOL:
        return json_get_bool(&is_true, v) == FAULT_NONE &&
               set(r, nowhere, name, is_true ? VALUE_TRUE : VALUE_FALSE, BYTES_NONE);
    case JSON_KIND_TEXT:
        return json_get_text_bytes(&text, v) == FAULT_NONE &&
               set(r, nowhere, name, VALUE_TEXT, text);
    case JSON_KIND_NUMBER:
        json_put_copy(&number, v);
        ok = set(r, nowhere, name, VALUE_TEXT, buf_bytes(&number));
        buf_fini(&number);
        return ok;
    case JSON_KIND_NULL:
    case JSON_KIND_LIST:
    case JSON_KIND_OBJECT:
        break;
    }
    return refuse(r, nowhere, v->name, name.n, "is neither a text, a number, true nor false");
}

static bool read_json(struct reading *r, bytes text)
{
    struct json j;
    bool ok = json_parse(&j, text) == FAULT_NONE;
    json_value root = {0};
    json_value v = {0};
    if (ok) {
        root = json_root(&j);
        ok = json_expect(&root, JSON_KIND_OBJECT) == FAULT_NONE;
    }
    while (ok && json_next_member(&v, &root)) {
        ok = set_member(r, &v);
    }
    if (!ok && r->o->why.n == 0) {
        buf_printf(&r->o->why, "%s: %.*s", r->path, (int)j.error.n, (const char *)j.error.p);
    }
    json_fini(&j);
    return ok;
}

// ---- lines

static bool is_blank(u8 c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bytes trim(bytes s)
{
    while (s.n > 0 && is_blank(s.p[0])) {
        s = bytes_slice(s, 1, s.n - 1);
    }
    while (s.n > 0 && is_blank(s.p[s.n - 1])) {
        s.n--;
    }
    return s;
}

static bool is_text(bytes s, const char *text)
{
    return s.n == strlen(text) && equal_bytes(s.p, text, s.n);
}

// A value up to the end of its line or a comment. Texts have no escapes.
static bool take_value(struct reading *r, struct place at, bytes name, bytes rest)
{
    const char *n = (const char *)name.p;
    rest = trim(rest);
    if (rest.n > 0 && (rest.p[0] == '"' || rest.p[0] == '\'')) {
        const u8 *end = memchr(rest.p + 1, rest.p[0], rest.n - 1);
        if (end == NULL) {
            return refuse(r, at, n, name.n, "the text has no closing quote");
        }
        bytes text = {rest.p + 1, (usize)(end - rest.p) - 1};
        bytes behind = trim((bytes){end + 1, rest.n - text.n - 2});
        if (behind.n > 0 && behind.p[0] != '#') {
            return refuse(r, at, n, name.n, "something stands behind the value");
        }
        if (memchr(text.p, '\\', text.n) != NULL && rest.p[0] == '"') {
            return refuse(r, at, n, name.n, "escapes are not known; use 'single quotes'");
        }
        return set(r, at, name, VALUE_TEXT, text);
    }
    const u8 *comment = rest.n > 0 ? memchr(rest.p, '#', rest.n) : NULL;
    bytes value = trim((bytes){rest.p, comment != NULL ? (usize)(comment - rest.p) : rest.n});
    if (is_text(value, "true") || is_text(value, "false")) {
        return set(r, at, name, is_text(value, "true") ? VALUE_TRUE : VALUE_FALSE, BYTES_NONE);
    }
    bool is_number = value.n > 0 && value.p[0] >= '0' && value.p[0] <= '9';
    return is_number ? set(r, at, name, VALUE_TEXT, value)
                     : refuse(r, at, n, name.n,
                              "the value is neither a text in quotes, a number, true nor false");
}

static bool read_line(struct reading *r, struct place at, bytes line)
{
    line = trim(line);
    if (line.n == 0 || line.p[0] == '#') {
        return true;
    }
    const u8 *equals = memchr(line.p, '=', line.n);
    if (equals == NULL) {
        return refuse(r, at, (const char *)line.p, line.n, "is not NAME = VALUE");
    }
    usize n = (usize)(equals - line.p);
    return take_value(r, at, trim((bytes){line.p, n}), (bytes){equals + 1, line.n - n - 1});
}

static bool read_lines(struct reading *r, bytes text)
{
    for (struct place at = {1}; text.n > 0; at.line++) {
        const u8 *end = memchr(text.p, '\n', text.n);
        usize n = end != NULL ? (usize)(end - text.p) : text.n;
        if (!read_line(r, at, (bytes){text.p, n})) {
            return false;
        }
        n = end != NULL ? n + 1 : n;
        text = bytes_slice(text, n, text.n - n);
    }
    return true;
}

// ---- both

bool node_config_parse(struct options *o, struct buf *kept, const char *path, bytes text)
{
    struct reading r = {.o = o, .kept = kept, .path = path};
    bytes start = text;
    while (start.n > 0 && (is_blank(start.p[0]) || start.p[0] == '\n')) {
        start = bytes_slice(start, 1, start.n - 1);
    }
    bool ok = start.n > 0 && start.p[0] == '{' ? read_json(&r, start) : read_lines(&r, text);
    for (u32 i = 0; ok && i < o->set->count; i++) {
        if (r.is_set[i] && o->value[i] == NULL) {
            o->value[i] = (const char *)kept->p + r.at[i];
        }
    }
    return ok;
}

bool node_config_read(struct options *o, struct buf *kept, const char *path)
{
    struct buf text = {0};
    bool ok = os_read_file(&text, &o->why, path, CONFIG_SIZE_MAX) == FAULT_NONE &&
              node_config_parse(o, kept, path, buf_bytes(&text));
    buf_fini(&text);
    return ok;
}
