// SPDX-License-Identifier: MIT
// EIP-712: declarations of types, their hashes, and the whole; see typed_data.h.
#include "node/rpc/typed_data.h"

#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/base/sort.h"
#include "lib/crypto/hash/keccak.h"
#include "node/rpc/typed_priv.h"

#define DOMAIN "EIP712Domain"

// ---- types of the language

// Digits without a leading zero; 0 if there is anything else, or more than 9 of them.
static u32 read_size(const char *text, usize n)
{
    u32 v = 0;
    if (n == 0 || n > 9 || text[0] == '0') {
        return 0;
    }
    for (usize i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return 0;
        }
        v = v * 10 + (u32)(text[i] - '0');
    }
    return v;
}

static bool is_text(const char *a, usize n, const char *b)
{
    return strlen(b) == n && equal_bytes(a, b, n);
}

static bool begins_with(const char *text, usize n, const char *with)
{
    usize m = strlen(with);
    return n >= m && equal_bytes(text, with, m);
}

bool typed_atom_of(enum typed_atom *out, u32 *size, const char *text, usize n)
{
    static const struct {
        const char *name;
        enum typed_atom atom;
        u32 step, most; // of the number behind the name; 0: none
    } ATOMS[] = {
        {"bool", TYPED_BOOL, 0, 0},          {"address", TYPED_ADDRESS, 0, 0},
        {"string", TYPED_STRING, 0, 0},      {"bytes", TYPED_BYTES, 0, 0},
        {"bytes", TYPED_FIXED_BYTES, 1, 32}, {"uint", TYPED_UINT, 8, 256},
        {"int", TYPED_INT, 8, 256},
    };
    for (u32 i = 0; i < COUNT_OF(ATOMS); i++) {
        usize m = strlen(ATOMS[i].name);
        if (!begins_with(text, n, ATOMS[i].name)) {
            continue;
        }
        *out = ATOMS[i].atom;
        *size = read_size(text + m, n - m);
        if (ATOMS[i].step == 0
                ? n == m
                : *size > 0 && *size <= ATOMS[i].most && *size % ATOMS[i].step == 0) {
            return true;
        }
    }
    return false;
}

bool typed_list_of(u32 *count, const char *text, usize *n)
{
    usize at = *n;
    if (at == 0 || text[at - 1] != ']') {
        return false;
    }
    while (at > 0 && text[at - 1] != '[') {
        at--;
    }
    if (at == 0) {
        return false;
    }
    *count = read_size(text + at, *n - 1 - at);
    bool ok = at == *n - 1 || *count > 0;
    *n = ok ? at - 1 : *n;
    return ok;
}

struct typed_struct *typed_find(struct typed_data *t, const char *name, usize n)
{
    for (u32 i = 0; i < t->count; i++) {
        if (is_text(name, n, t->of[i].name)) {
            return &t->of[i];
        }
    }
    return NULL;
}

void typed_member(const struct typed_struct *s, usize i, const char **name, const char **type)
{
    json_value pair = json_element(&s->members, i);
    json_value v;
    usize n;
    bool ok =
        json_member(&v, &pair, "name") == FAULT_NONE && json_get_text(name, &n, &v) == FAULT_NONE &&
        json_member(&v, &pair, "type") == FAULT_NONE && json_get_text(type, &n, &v) == FAULT_NONE;
    CHECK(ok); // check_members has seen it
}

// ---- declarations

// Letters, digits, _ $ : and . name types and members: none of them has a meaning in encodeType.
// (Solidity has neither : nor ., but types that are signed every day do.)
static enum fault check_name(const json_value *v, const char *name, usize n)
{
    bool ok = n > 0 && n <= TYPED_NAME_MAX && !(name[0] >= '0' && name[0] <= '9');
    for (usize i = 0; ok && i < n; i++) {
        char c = (char)(name[i] | 0x20);
        ok = (c >= 'a' && c <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
             (name[i] != 0 && strchr("_$:.", name[i]) != NULL);
    }
    return ok ? FAULT_NONE : json_refuse(v, "not a name");
}

static enum fault check_type(struct typed_data *t, const json_value *v)
{
    const char *text;
    usize n;
    u32 ignored;
    enum typed_atom atom;
    TRY(json_get_text(&text, &n, v));
    usize base = n;
    while (typed_list_of(&ignored, text, &base)) {
        if (t->version == TYPED_V3) {
            return json_refuse(v, "lists are of version 4, not 3");
        }
    }
    if (typed_atom_of(&atom, &ignored, text, base) || typed_find(t, text, base) != NULL) {
        return FAULT_NONE;
    }
    if (is_text(text, base, "uint") || is_text(text, base, "int")) {
        return json_refuse(v, "%.*s is no type of EIP-712; write %.*s256", (int)base, text,
                           (int)base, text);
    }
    return json_refuse(v, "no such type");
}

static enum fault check_member(struct typed_data *t, const struct typed_struct *s, usize i)
{
    static const char *const NAMES[] = {"name", "type"};
    const char *name;
    usize n;
    json_value pair = json_element(&s->members, i);
    json_value v;
    TRY(json_only_members(&pair, NAMES, COUNT_OF(NAMES)));
    TRY(json_member(&v, &pair, "type"));
    TRY(check_type(t, &v));
    TRY(json_member(&v, &pair, "name"));
    TRY(json_get_text(&name, &n, &v));
    TRY(check_name(&v, name, n));
    for (usize k = 0; k < i; k++) {
        const char *other;
        const char *type;
        typed_member(s, k, &other, &type);
        if (strcmp(name, other) == 0) {
            return json_refuse(&v, "a second member of that name");
        }
    }
    return FAULT_NONE;
}

static enum fault add_struct(struct typed_data *t, const json_value *members)
{
    usize n = strlen(members->name);
    enum typed_atom atom;
    u32 size;
    TRY(check_name(members, members->name, n));
    if (typed_atom_of(&atom, &size, members->name, n) || is_text(members->name, n, "uint") ||
        is_text(members->name, n, "int")) {
        return json_refuse(members, "a type of that name is built in");
    }
    TRY(json_expect(members, JSON_KIND_LIST));
    if (t->count == TYPED_STRUCTS_MAX) {
        return json_refuse(&t->types, "more than %u types", TYPED_STRUCTS_MAX);
    }
    t->of[t->count++] = (struct typed_struct){.name = members->name, .members = *members};
    return FAULT_NONE;
}

static enum fault read_types(struct typed_data *t)
{
    json_value members = {0};
    usize fields = 0;
    TRY(json_expect(&t->types, JSON_KIND_OBJECT));
    while (json_next_member(&members, &t->types)) {
        TRY(add_struct(t, &members));
        fields += json_count(&members);
        if (fields > TYPED_FIELDS_MAX) {
            return json_refuse(&t->types, "more than %u members of types", TYPED_FIELDS_MAX);
        }
    }
    for (u32 i = 0; i < t->count; i++) {
        for (usize k = 0; k < json_count(&t->of[i].members); k++) {
            TRY(check_member(t, &t->of[i], k));
        }
    }
    return FAULT_NONE;
}

// ---- encodeType: the type, then those that it refers to, by name

static void put_struct(struct buf *out, const struct typed_struct *s)
{
    buf_printf(out, "%s(", s->name);
    for (usize i = 0; i < json_count(&s->members); i++) {
        const char *name;
        const char *type;
        typed_member(s, i, &name, &type);
        buf_printf(out, "%s%s %s", i > 0 ? "," : "", type, name);
    }
    buf_put_u8(out, ')');
}

// Adds the structs of s's members that are not in the list yet.
static void add_referred(struct typed_data *t, const struct typed_struct *s,
                         struct typed_struct **list, u32 *count)
{
    for (usize i = 0; i < json_count(&s->members); i++) {
        const char *name;
        const char *type;
        u32 size;
        typed_member(s, i, &name, &type);
        usize n = strlen(type);
        while (typed_list_of(&size, type, &n)) {
        }
        struct typed_struct *found = typed_find(t, type, n);
        for (u32 k = 0; found != NULL && k < *count; k++) {
            found = list[k] == found ? NULL : found;
        }
        if (found != NULL) {
            list[(*count)++] = found;
        }
    }
}

static i32 by_name(const void *a, const void *b)
{
    struct typed_struct *const *x = a;
    struct typed_struct *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

const b256 *typed_type_hash(struct typed_data *t, struct typed_struct *s)
{
    struct typed_struct *list[TYPED_STRUCTS_MAX];
    struct buf text = {0};
    u32 count = 1;
    if (s->has_hash) {
        return &s->hash;
    }
    list[0] = s;
    for (u32 i = 0; i < count; i++) {
        add_referred(t, list[i], list, &count);
    }
    sort_items(list + 1, count - 1, sizeof(struct typed_struct *), by_name);
    for (u32 i = 0; i < count; i++) {
        put_struct(&text, list[i]);
    }
    keccak256(&s->hash, text.p, text.n);
    s->has_hash = true;
    buf_fini(&text);
    return &s->hash;
}

// ---- the whole

static enum fault hash_domain(struct typed_data *t, b256 *out, const json_value *v)
{
    const char *names[TYPED_FIELDS_MAX];
    struct typed_struct *domain = typed_find(t, DOMAIN, sizeof DOMAIN - 1);
    if (domain == NULL) {
        return json_refuse(&t->types, "member \"" DOMAIN "\" is missing");
    }
    usize count = json_count(&domain->members);
    for (usize i = 0; i < count; i++) {
        const char *type;
        typed_member(domain, i, &names[i], &type);
    }
    json_value member = {0};
    TRY(json_expect(v, JSON_KIND_OBJECT));
    while (json_next_member(&member, v)) {
        usize i = 0;
        while (i < count && strcmp(names[i], member.name) != 0) {
            i++;
        }
        if (i == count) {
            return json_refuse(&member, "types." DOMAIN " has no such member");
        }
    }
    return typed_hash_struct(t, out, domain, v);
}

static enum fault hash_message(struct typed_data *t, b256 *out, const json_value *v,
                               struct typed_struct *primary)
{
    json_value message;
    TRY(json_member(&message, v, "message"));
    return typed_hash_struct(t, out, primary, &message);
}

static enum fault hash_all(struct typed_data *t, b256 *out, const json_value *v)
{
    const char *name;
    usize n;
    json_value primary;
    json_value domain;
    u8 text[2 + 32 + 32] = {0x19, 0x01};
    b256 hash;
    TRY(json_member(&t->types, v, "types"));
    TRY(read_types(t));
    TRY(json_member(&primary, v, "primaryType"));
    TRY(json_get_text(&name, &n, &primary));
    struct typed_struct *s = typed_find(t, name, n);
    if (s == NULL) {
        return json_refuse(&primary, "no type of that name is declared");
    }
    TRY(json_member(&domain, v, "domain"));
    TRY(hash_domain(t, &hash, &domain));
    copy_bytes(text + 2, hash.b, sizeof hash.b);
    // The domain alone may be signed: there is no message then.
    bool has_message = strcmp(name, DOMAIN) != 0;
    if (has_message) {
        TRY(hash_message(t, &hash, v, s));
        copy_bytes(text + 2 + 32, hash.b, sizeof hash.b);
    }
    keccak256(out, text, has_message ? sizeof text : 2 + 32);
    return FAULT_NONE;
}

enum fault typed_data_hash(b256 *out, const json_value *v, enum typed_version version)
{
    if (json_kind_of(v) == JSON_KIND_LIST) {
        return json_refuse(v, "a list, as before EIP-712; give {types, primaryType, domain, "
                              "message}");
    }
    struct typed_data *t = mem_zalloc(sizeof *t);
    t->version = version;
    enum fault f = hash_all(t, out, v);
    mem_free(t);
    return f;
}
