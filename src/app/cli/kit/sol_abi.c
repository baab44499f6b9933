// SPDX-License-Identifier: MIT
// Lines and JSON to items, and back; see sol_abi.h.
#include "app/cli/kit/sol_abi.h"

#include <string.h>

#include "app/cli/files.h"
#include "app/cli/kit/sol_value.h"
#include "core/trace/reason.h"
#include "lib/base/bytes.h"
#include "lib/codec/json_write.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/os/file.h"

#define ARENA_CHUNK 4096u
#define ABI_FILE_MAX (16u << 20) // bytes

static const char *const kind_names[] = {"function",    "event",   "error",
                                         "constructor", "receive", "fallback"};
static const char *const mutabilities[] = {"nonpayable", "payable", "view", "pure"};

void sol_abi_init(struct sol_abi *abi)
{
    *abi = (struct sol_abi){0};
    arena_init(&abi->arena, ARENA_CHUNK);
}

void sol_abi_fini(struct sol_abi *abi)
{
    arena_fini(&abi->arena);
}

const char *sol_item_kind_name(enum sol_item_kind kind)
{
    return kind_names[kind];
}

static u32 index_of(const char *const *names, u32 count, const char *word)
{
    u32 i = 0;
    while (i < count && strcmp(names[i], word) != 0) {
        i++;
    }
    return i;
}

void sol_put_signature(struct buf *out, const struct sol_item *item)
{
    buf_put_text(out, item->name);
    sol_put_type(out, &item->input);
}

static bool add(struct sol_abi *abi, const struct sol_item *item)
{
    if (abi->count == SOL_ITEMS_MAX) {
        return false;
    }
    if (abi->count == abi->capacity) {
        struct sol_item *old = abi->item;
        abi->capacity = abi->capacity == 0 ? 16 : 2 * abi->capacity;
        abi->item = arena_alloc(&abi->arena, abi->capacity * sizeof *old);
        copy_bytes(abi->item, old, abi->count * sizeof *old);
    }
    struct buf signature = {0};
    abi->item[abi->count] = *item;
    sol_put_signature(&signature, item);
    keccak256(&abi->item[abi->count++].hash, signature.p, signature.n);
    buf_fini(&signature);
    return true;
}

// ---- lines --------------------------------------------------------------------------------------

// What stands behind the parameters: mutability, returns (…), anonymous, or (…) alone.
static bool read_tail(struct sol_item *item, struct sol_reader *r)
{
    static const char *const ignored[] = {"external", "public", "virtual", "override"};
    for (;;) {
        const char *word = sol_take_word(r);
        u32 m = index_of(mutabilities, COUNT_OF(mutabilities), word);
        sol_skip_space(r);
        bool has_types = r->at < r->n && r->text[r->at] == '(';
        if (has_types && (word[0] == 0 || strcmp(word, "returns") == 0)) {
            item->has_output = true;
            if (!sol_read_tuple(&item->output, r)) {
                return false;
            }
        } else if (word[0] == 0) {
            (void)sol_take(r, ';');
            sol_skip_space(r);
            return r->at == r->n || sol_refuse(r, "there is something behind the item");
        } else if (m < COUNT_OF(mutabilities)) {
            item->mutability = (enum sol_mutability)m;
        } else if (strcmp(word, "anonymous") == 0) {
            item->is_anonymous = true;
        } else if (index_of(ignored, COUNT_OF(ignored), word) == COUNT_OF(ignored)) {
            return sol_refuse(r, "\"%.40s\" is not known here", word);
        }
    }
}

static bool read_item(struct sol_item *item, struct sol_reader *r)
{
    static const struct sol_type nothing = {.kind = SOL_TUPLE, .name = ""};
    const char *word = sol_take_word(r);
    u32 kind = index_of(kind_names, COUNT_OF(kind_names), word);
    sol_skip_space(r);
    bool is_named = r->at < r->n && r->text[r->at] != '(';
    *item = (struct sol_item){.name = "", .input = nothing, .output = nothing};
    if (kind == COUNT_OF(kind_names)) {
        item->name = word; // the short form of a function, or types alone
    } else {
        item->kind = (enum sol_item_kind)kind;
        item->name = is_named ? sol_take_word(r) : "";
        if (item->name[0] == 0 && kind <= SOL_ITEM_ERROR) {
            return sol_refuse(r, "the name of the %s is missing", word);
        }
        if (item->name[0] != 0 && kind > SOL_ITEM_ERROR) {
            return sol_refuse(r, "the %s has no name", word);
        }
    }
    if (!sol_read_tuple(&item->input, r)) {
        return false;
    }
    if (item->kind > SOL_ITEM_CONSTRUCTOR && item->input.inner_count > 0) {
        return sol_refuse(r, "the %s takes no arguments", word);
    }
    return read_tail(item, r);
}

bool sol_abi_add_item(struct sol_abi *abi, struct buf *why, const char *text, usize n)
{
    struct sol_item item;
    struct buf reason = {0};
    struct sol_reader r = {.arena = &abi->arena, .text = text, .n = n, .why = &reason};
    bool ok = read_item(&item, &r);
    if (ok && !add(abi, &item)) {
        ok = sol_refuse(&r, "there are more than %u items", SOL_ITEMS_MAX);
    }
    buf_put(why, reason.p, reason.n);
    buf_fini(&reason);
    return ok;
}

// Bytes of a line before its comment.
static usize without_comment(const char *line, usize n)
{
    for (usize i = 0; i < n; i++) {
        if (line[i] == '#' || (line[i] == '/' && i + 1 < n && line[i + 1] == '/')) {
            return i;
        }
    }
    return n;
}

bool sol_abi_add_lines(struct sol_abi *abi, struct buf *why, bytes text)
{
    const char *p = (const char *)text.p;
    const char *end = p + text.n;
    for (u32 number = 1; p < end; number++) {
        const char *stop = memchr(p, '\n', (usize)(end - p));
        stop = stop == NULL ? end : stop;
        usize n = without_comment(p, (usize)(stop - p));
        while (n > 0 && strchr(" \t\r", p[n - 1]) != NULL) {
            n--;
        }
        if (n > 0) {
            usize before = why->n;
            buf_printf(why, "line %u: ", number);
            if (!sol_abi_add_item(abi, why, p, n)) {
                return false;
            }
            why->n = before;
        }
        p = stop + 1;
    }
    return true;
}

// ---- JSON ---------------------------------------------------------------------------------------

static enum fault find_text(const char **out, struct sol_abi *abi, const json_value *object,
                            const char *name)
{
    json_value v;
    bool found;
    usize n;
    TRY(json_find(&v, &found, object, name));
    if (found) {
        TRY(json_get_text(out, &n, &v));
        *out = arena_copy(&abi->arena, *out, n + 1);
    }
    return FAULT_NONE;
}

static enum fault types_from_json(struct sol_type *out, struct sol_abi *abi,
                                  const json_value *object, const char *name, u32 depth);

static enum fault type_from_json(struct sol_type *out, struct sol_abi *abi, const json_value *v,
                                 u32 depth)
{
    const char *type = "";
    const char *name = "";
    const char *internal = NULL;
    struct sol_type parts = {.kind = SOL_TUPLE};
    bool is_indexed = false;
    TRY(find_text(&type, abi, v, "type"));
    TRY(find_text(&name, abi, v, "name"));
    TRY(find_text(&internal, abi, v, "internalType"));
    TRY(json_find_bool(&is_indexed, v, "indexed"));
    TRY(types_from_json(&parts, abi, v, "components", depth + 1));
    if (parts.inner == NULL) { // "tuple" without components is an empty one
        parts.inner = arena_zalloc(&abi->arena, sizeof *parts.inner);
    }
    struct buf why = {0};
    struct sol_reader r = {
        .arena = &abi->arena, .text = type, .n = strlen(type), .depth = depth, .why = &why};

    bool ok = sol_named_type(out, &r, parts.inner, parts.inner_count);
    enum fault f = ok ? FAULT_NONE : json_refuse(v, "%.*s", (int)why.n, (const char *)why.p);
    buf_fini(&why);
    out->name = name;
    out->internal = internal;
    out->is_indexed = is_indexed;
    return f;
}

// The list of types of a member, which may be missing, as a tuple.
static enum fault types_from_json(struct sol_type *out, struct sol_abi *abi,
                                  const json_value *object, const char *name, u32 depth)
{
    json_value list;
    bool found;
    *out = (struct sol_type){.kind = SOL_TUPLE, .name = ""};
    TRY(json_find(&list, &found, object, name));
    if (!found) {
        return FAULT_NONE;
    }
    TRY(json_expect(&list, JSON_KIND_LIST));
    usize count = json_count(&list);
    if (depth >= SOL_DEPTH_MAX || count > SOL_WORDS_MAX) {
        return json_refuse(&list, "too many types, or too deep inside each other");
    }
    out->inner_count = (u32)count;
    out->inner = arena_zalloc(&abi->arena, count * sizeof *out->inner);
    for (usize i = 0; i < count; i++) {
        json_value v = json_element(&list, i);
        TRY(type_from_json(&out->inner[i], abi, &v, depth));
        out->is_dynamic = out->is_dynamic || out->inner[i].is_dynamic;
        out->head_words += out->inner[i].head_words;
    }
    out->head_words = out->is_dynamic ? 1 : out->head_words;
    return FAULT_NONE;
}

static enum fault item_from_json(struct sol_abi *abi, const json_value *v)
{
    struct sol_item item = {.name = "", .has_output = true};
    const char *kind = "function";
    const char *mutability = "nonpayable";
    TRY(find_text(&kind, abi, v, "type"));
    TRY(find_text(&mutability, abi, v, "stateMutability"));
    u32 k = index_of(kind_names, COUNT_OF(kind_names), kind);
    u32 m = index_of(mutabilities, COUNT_OF(mutabilities), mutability);
    if (k == COUNT_OF(kind_names) || m == COUNT_OF(mutabilities)) {
        return json_refuse(v, "\"%.40s\", \"%.40s\": no kind of item of a contract", kind,
                           mutability);
    }
    item.kind = (enum sol_item_kind)k;
    item.mutability = (enum sol_mutability)m;
    TRY(find_text(&item.name, abi, v, "name"));
    TRY(json_find_bool(&item.is_anonymous, v, "anonymous"));
    TRY(types_from_json(&item.input, abi, v, "inputs", 0));
    TRY(types_from_json(&item.output, abi, v, "outputs", 0));
    if (item.kind > SOL_ITEM_ERROR) {
        item.name = "";
    }
    if (item.kind > SOL_ITEM_CONSTRUCTOR) {
        item.input.inner_count = 0;
    }
    return add(abi, &item) ? FAULT_NONE
                           : json_refuse(v, "there are more than %u items", SOL_ITEMS_MAX);
}

enum fault sol_abi_add_json(struct sol_abi *abi, const json_value *root)
{
    json_value inner;
    const json_value *list = root;
    if (json_kind_of(root) == JSON_KIND_OBJECT) {
        TRY(json_member(&inner, root, "abi"));
        list = &inner;
    }
    TRY(json_expect(list, JSON_KIND_LIST));
    for (usize i = 0; i < json_count(list); i++) {
        json_value v = json_element(list, i);
        TRY(json_kind_of(&v) == JSON_KIND_OBJECT ? FAULT_NONE
                                                 : json_refuse(&v, "is not an object"));
        TRY(item_from_json(abi, &v));
    }
    return FAULT_NONE;
}

static enum fault read_json(void *ctx, const json_value *root)
{
    return sol_abi_add_json(ctx, root);
}

bool sol_abi_add_file(struct sol_abi *abi, struct buf *why, const char *path)
{
    struct buf text = {0};
    usize n = strlen(path);
    if (n > 5 && strcmp(path + n - 5, ".json") == 0) {
        return read_json_file(why, path, read_json, abi);
    }
    bool ok = os_read_file(&text, why, path, ABI_FILE_MAX) == FAULT_NONE;
    if (ok) {
        usize before = why->n;
        buf_printf(why, "%s: ", path);
        ok = sol_abi_add_lines(abi, why, buf_bytes(&text));
        why->n = ok ? before : why->n;
    }
    buf_fini(&text);
    return ok;
}

static void put_types_json(struct json_writer *w, const char *name, const struct sol_type *tuple,
                           bool is_event)
{
    json_begin_list(w, name);
    for (u32 i = 0; i < tuple->inner_count; i++) {
        const struct sol_type *t = &tuple->inner[i];
        const struct sol_type *core = t;
        struct buf type = {0};
        while (core->kind == SOL_LIST) {
            core = core->inner;
        }
        sol_put_type(&type, t);
        if (core->kind == SOL_TUPLE) { // "tuple" stands for the components, which follow
            struct buf components = {0};
            sol_put_type(&components, core);
            usize rest = type.n - components.n;
            struct buf named = {0};
            buf_put_text(&named, "tuple");
            buf_put(&named, type.p + components.n, rest);
            buf_fini(&type);
            buf_fini(&components);
            type = named;
        }
        buf_put_u8(&type, 0);
        json_begin_object(w, NULL);
        json_put_text(w, "name", t->name);
        json_put_text(w, "type", (const char *)type.p);
        if (t->internal != NULL) {
            json_put_text(w, "internalType", t->internal);
        }
        if (is_event) {
            json_put_bool(w, "indexed", t->is_indexed);
        }
        if (core->kind == SOL_TUPLE) {
            put_types_json(w, "components", core, false);
        }
        json_end(w);
        buf_fini(&type);
    }
    json_end(w);
}

void sol_abi_put_json(struct buf *out, const struct sol_abi *abi)
{
    struct json_writer w;
    json_write_init(&w, out, 0);
    json_begin_list(&w, NULL);
    for (u32 i = 0; i < abi->count; i++) {
        const struct sol_item *item = &abi->item[i];
        bool is_event = item->kind == SOL_ITEM_EVENT;
        json_begin_object(&w, NULL);
        json_put_text(&w, "type", kind_names[item->kind]);
        if (item->kind <= SOL_ITEM_ERROR) {
            json_put_text(&w, "name", item->name);
        }
        if (item->kind <= SOL_ITEM_CONSTRUCTOR) {
            put_types_json(&w, "inputs", &item->input, is_event);
        }
        if (item->kind == SOL_ITEM_FUNCTION) {
            put_types_json(&w, "outputs", &item->output, false);
        }
        if (is_event) {
            json_put_bool(&w, "anonymous", item->is_anonymous);
        } else if (item->kind != SOL_ITEM_ERROR) {
            json_put_text(&w, "stateMutability", mutabilities[item->mutability]);
        }
        json_end(&w);
    }
    json_end(&w);
}

// ---- looking up ---------------------------------------------------------------------------------

const struct sol_item *sol_abi_named(const struct sol_abi *abi, enum sol_item_kind kind,
                                     const char *text)
{
    bool is_signature = strchr(text, '(') != NULL;
    const struct sol_item *found = NULL;
    struct buf signature = {0};
    for (u32 i = 0; i < abi->count && found == NULL; i++) {
        const struct sol_item *item = &abi->item[i];
        buf_clear(&signature);
        sol_put_signature(&signature, item);
        buf_put_u8(&signature, 0);
        const char *name = is_signature ? (const char *)signature.p : item->name;
        found = item->kind == kind && strcmp(name, text) == 0 ? item : NULL;
    }
    buf_fini(&signature);
    return found;
}

const struct sol_item *sol_abi_selected(const struct sol_abi *abi, enum sol_item_kind kind,
                                        const u8 selector[4])
{
    for (u32 i = 0; i < abi->count; i++) {
        if (abi->item[i].kind == kind && equal_bytes(abi->item[i].hash.b, selector, 4)) {
            return &abi->item[i];
        }
    }
    return NULL;
}

const struct sol_item *sol_abi_event(const struct sol_abi *abi, const b256 *topic)
{
    for (u32 i = 0; i < abi->count; i++) {
        if (abi->item[i].kind == SOL_ITEM_EVENT && b256_equal(&abi->item[i].hash, topic)) {
            return &abi->item[i];
        }
    }
    return NULL;
}

bool sol_abi_put_revert(struct buf *out, const struct sol_abi *abi, bytes data)
{
    if (revert_reason(out, data)) {
        return true;
    }
    const struct sol_item *error =
        data.n >= 4 && abi != NULL ? sol_abi_selected(abi, SOL_ITEM_ERROR, data.p) : NULL;
    if (error == NULL) {
        return false;
    }
    usize before = out->n;
    buf_put_text(out, error->name);
    if (!sol_decode_line(out, &error->input, bytes_slice(data, 4, data.n - 4))) {
        out->n = before;
        return false;
    }
    return true;
}
