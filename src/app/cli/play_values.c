// SPDX-License-Identifier: MIT
// Values of play files: names, addresses, numbers, storage keys, bytes, typed lists (docs/play.md,
// "Values").
#include <string.h>

#include "app/api/transaction.h"
#include "app/cli/number.h"
#include "app/cli/options.h"
#include "app/cli/play.h"
#include "app/cli/run.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

// ---- names --------------------------------------------------------------------------------------

static bool is_name(const char *text)
{
    usize n = strlen(text);
    for (usize i = 0; i < n; i++) {
        char c = text[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_')) {
            return false;
        }
    }
    return n > 0 && n < PLAY_NAME_SIZE;
}

enum fault play_bind(struct play *p, const json_value *v, const char *name, const address *a)
{
    if (!is_name(name)) {
        return json_refuse(v, "\"%.80s\" is not a name of letters, digits and _ (at most 63)",
                           name);
    }
    for (u32 i = 0; i < p->name_count; i++) {
        if (strcmp(p->name[i].text, name) == 0) {
            p->name[i].address = *a;
            return FAULT_NONE;
        }
    }
    if (p->name_count == PLAY_NAMES_MAX) {
        return json_refuse(v, "there are more than %u names", PLAY_NAMES_MAX);
    }
    if (p->name_count == p->name_capacity) {
        p->name_capacity = p->name_capacity == 0 ? 16 : 2 * p->name_capacity;
        p->name = mem_realloc(p->name, p->name_capacity * sizeof *p->name);
    }
    struct play_name *n = &p->name[p->name_count++];
    *n = (struct play_name){.address = *a};
    memcpy(n->text, name, strlen(name));
    return FAULT_NONE;
}

const char *play_name_of(void *play, const address *a)
{
    const struct play *p = play;
    for (u32 i = p->name_count; i-- > 0;) {
        if (address_equal(&p->name[i].address, a)) {
            return p->name[i].text;
        }
    }
    return NULL;
}

enum fault play_address_text(struct play *p, address *out, const json_value *v, const char *text)
{
    if (text[0] == '$') {
        for (u32 i = 0; i < p->name_count; i++) {
            if (strcmp(p->name[i].text, text + 1) == 0) {
                *out = p->name[i].address;
                return FAULT_NONE;
            }
        }
        return json_refuse(v, "\"%.80s\": nothing has this name here", text);
    }
    hex_error why;
    usize n = strlen(text);
    if (n < 2 || text[1] != 'x' || !hex_decode_exact(out->b, 20, &why, text, n)) {
        return json_refuse(v, "\"%.80s\" is not an address (\"$name\" or 0x and 40 digits)", text);
    }
    return FAULT_NONE;
}

static enum fault get_text(const char **out, const json_value *v)
{
    usize n;
    return json_get_text(out, &n, v);
}

enum fault play_address(struct play *p, address *out, const json_value *v)
{
    const char *text;
    TRY(get_text(&text, v));
    return play_address_text(p, out, v, text);
}

// ---- numbers and storage keys -------------------------------------------------------------------

static enum fault number_text(struct play *p, u256 *out, const json_value *v, const char *text,
                              usize n)
{
    if (n > 0 && text[0] == '$') {
        char name[PLAY_NAME_SIZE + 1] = {0};
        if (n > PLAY_NAME_SIZE) {
            return json_refuse(v, "\"%.80s\": a name has at most 63 characters", text);
        }
        memcpy(name, text, n);
        address a;
        TRY(play_address_text(p, &a, v, name));
        *out = u256_from_address(a);
        return FAULT_NONE;
    }
    const char *why = number_parse(out, text, n);
    return why == NULL ? FAULT_NONE
                       : json_refuse(v, "\"%.*s\" %s", (int)(n < 80 ? n : 80), text, why);
}

enum fault play_number(struct play *p, u256 *out, const json_value *v)
{
    if (json_kind_of(v) != JSON_KIND_TEXT) {
        return json_get_u256(out, v);
    }
    const char *text;
    TRY(get_text(&text, v));
    return number_text(p, out, v, text, strlen(text));
}

enum fault play_number_u64(struct play *p, u64 *out, const json_value *v, u64 max)
{
    u256 wide;
    TRY(play_number(p, &wide, v));
    if (!u256_fits_u64(wide) || wide.w[0] > max) {
        return json_refuse(v, "is larger than %llu", (unsigned long long)max);
    }
    *out = wide.w[0];
    return FAULT_NONE;
}

// The word that a Solidity mapping at slot `slot` has for a key.
static u256 map_slot(u256 key, u256 slot)
{
    u8 words[64];
    u256_to_be_bytes(words, key);
    u256_to_be_bytes(words + 32, slot);
    b256 hash;
    keccak256(&hash, words, sizeof words);
    return u256_from_b256(hash);
}

enum fault play_key(struct play *p, u256 *out, const json_value *v, const char *text)
{
    u256 keys[PLAY_KEY_DEPTH_MAX];
    u32 depth = 0;
    const char *at = text;
    while (strncmp(at, "map(", 4) == 0) { // map(K,S): keys from the outside in
        const char *comma = strchr(at, ',');
        if (comma == NULL || depth == PLAY_KEY_DEPTH_MAX) {
            return json_refuse(v, "\"%.80s\" is not a storage key (a number or map(K,S))", text);
        }
        TRY(number_text(p, &keys[depth], v, at + 4, (usize)(comma - at) - 4));
        depth++;
        at = comma + 1;
    }
    usize n = strcspn(at, ")");
    if (strlen(at) != n + depth || strspn(at + n, ")") != depth) {
        return json_refuse(v, "\"%.80s\" is not a storage key (brackets do not match)", text);
    }
    TRY(number_text(p, out, v, at, n));
    while (depth-- > 0) {
        *out = map_slot(keys[depth], *out);
    }
    return FAULT_NONE;
}

// ---- typed lists --------------------------------------------------------------------------------

static enum fault refuse_range(const json_value *v, const struct abi_type *t)
{
    struct buf name = {0};
    abi_put_type(&name, t);
    json_refuse(v, "does not fit %.*s", (int)name.n, (const char *)name.p);
    buf_fini(&name);
    return FAULT_BAD_INPUT;
}

// A number that may be negative: "-5". JSON numbers are not negative here (json.h), so that is
// text.
static enum fault int_value(struct play *p, u256 *out, const struct abi_type *t,
                            const json_value *v)
{
    const char *text = "";
    if (json_kind_of(v) == JSON_KIND_TEXT) {
        TRY(get_text(&text, v));
    }
    bool negative = text[0] == '-';
    if (negative) {
        TRY(number_text(p, out, v, text + 1, strlen(text + 1)));
    } else {
        TRY(play_number(p, out, v));
    }
    u256 bound = u256_shl(u256_from_u64(t->size - 1), u256_one()); // 2^(N-1)
    if (negative ? u256_gt(*out, bound) : !u256_lt(*out, bound)) {
        return refuse_range(v, t);
    }
    *out = negative ? u256_neg(*out) : *out;
    return FAULT_NONE;
}

static enum fault bytes_n_value(u256 *out, const struct abi_type *t, const json_value *v)
{
    struct buf data = {0};
    enum fault f = json_get_data(&data, v);
    if (f == FAULT_NONE && data.n > t->size) {
        f = refuse_range(v, t);
    }
    if (f == FAULT_NONE) {
        u8 word[32] = {0};
        copy_bytes(word, data.p, data.n);
        *out = u256_from_be_bytes(word);
    }
    buf_fini(&data);
    return f;
}

static enum fault string_value(struct buf *out, const json_value *v)
{
    const char *text;
    usize n;
    TRY(json_get_text(&text, &n, v));
    buf_put(out, text, n);
    return FAULT_NONE;
}

static enum fault one_value(struct play *p, struct abi_value *out, struct buf *data,
                            const struct abi_type *t, const json_value *v)
{
    address a;
    bool truth;
    switch (t->kind) {
    case ABI_UINT:
        TRY(play_number(p, &out->word, v));
        return u256_bit_length(out->word) <= t->size ? FAULT_NONE : refuse_range(v, t);
    case ABI_INT:
        return int_value(p, &out->word, t, v);
    case ABI_ADDRESS:
        TRY(play_address(p, &a, v));
        out->word = u256_from_address(a);
        return FAULT_NONE;
    case ABI_BOOL:
        TRY(json_get_bool(&truth, v));
        out->word = u256_from_bool(truth);
        return FAULT_NONE;
    case ABI_BYTES_N:
        return bytes_n_value(&out->word, t, v);
    case ABI_BYTES:
        return play_bytes(p, data, v);
    case ABI_STRING:
        return string_value(data, v);
    }
    UNREACHABLE();
}

enum fault play_typed(struct play *p, struct abi_signature *s, struct play_values *values,
                      const json_value *list)
{
    *values = (struct play_values){0};
    *s = (struct abi_signature){0};
    TRY(json_expect(list, JSON_KIND_LIST));
    if (json_count(list) == 0) {
        return json_refuse(list, "is empty; a typed list begins with a signature");
    }
    json_value head = json_element(list, 0);
    const char *text;
    TRY(get_text(&text, &head));
    const char *why = abi_parse(s, text, strlen(text));
    if (why != NULL) {
        return json_refuse(&head, "\"%.80s\" %s", text, why);
    }
    if (json_count(list) != 1 + (usize)s->count) {
        return json_refuse(list, "has %zu values for the %u types of \"%.80s\"",
                           json_count(list) - 1, s->count, text);
    }
    for (u32 i = 0; i < s->count; i++) {
        json_value v = json_element(list, 1 + (usize)i);
        TRY(one_value(p, &values->value[i], &values->data[i], &s->type[i], &v));
        values->value[i].data = buf_bytes(&values->data[i]);
    }
    return FAULT_NONE;
}

void play_values_fini(struct play_values *values)
{
    for (u32 i = 0; i < ABI_TYPES_MAX; i++) {
        buf_fini(&values->data[i]);
    }
}

// ---- bytes --------------------------------------------------------------------------------------

static enum fault typed_bytes(struct play *p, struct buf *out, const json_value *list)
{
    struct abi_signature s;
    struct play_values values;
    enum fault f = play_typed(p, &s, &values, list);
    if (f == FAULT_NONE) {
        buf_put(out, s.hash.b, s.name[0] != 0 ? 4 : 0);
        abi_encode(out, s.type, values.value, s.count);
    }
    play_values_fini(&values);
    return f;
}

static enum fault creation_bytes(struct play *p, struct buf *out, const json_value *v)
{
    static const char *const members[] = {"contract", "args"};
    TRY(json_only_members(v, members, COUNT_OF(members)));
    json_value contract;
    TRY(json_member(&contract, v, "contract"));
    TRY(play_contract(p, out, &contract, true));
    json_value args;
    bool found;
    TRY(json_find(&args, &found, v, "args"));
    return found ? play_bytes(p, out, &args) : FAULT_NONE;
}

enum fault play_bytes(struct play *p, struct buf *out, const json_value *v)
{
    switch (json_kind_of(v)) {
    case JSON_KIND_LIST:
        return typed_bytes(p, out, v);
    case JSON_KIND_OBJECT:
        return creation_bytes(p, out, v);
    case JSON_KIND_NULL:
    case JSON_KIND_BOOL:
    case JSON_KIND_NUMBER:
    case JSON_KIND_TEXT:
        break;
    }
    return json_get_data(out, v);
}

enum fault play_contract(struct play *p, struct buf *out, const json_value *v, bool is_init)
{
    const char *text;
    TRY(get_text(&text, v));
    struct buf code = {0};
    struct buf why = {0};
    enum fault f = FAULT_NONE;
    if (text[0] == '0' && text[1] == 'x') {
        f = json_get_data(&code, v);
    } else if (p->params.folder == NULL) {
        f = json_refuse(v, "\"%.80s\": files cannot be read here", text);
    } else {
        struct buf path = {0};
        buf_printf(&path, "%s%s", text[0] == '/' ? "" : p->params.folder, text);
        buf_put_u8(&path, 0);
        if (!read_data_file(&code, &why, (const char *)path.p)) {
            f = json_refuse(v, "%.*s", (int)why.n, (const char *)why.p);
        }
        buf_fini(&path);
    }
    if (f == FAULT_NONE) {
        if (is_init) {
            container_wrap(&code, BYTES_NONE);
        } else {
            container_mark_elf(&code);
        }
        buf_put(out, code.p, code.n);
    }
    buf_fini(&code);
    buf_fini(&why);
    return f;
}

// ---- signatures ---------------------------------------------------------------------------------

static bool same_signature(const struct abi_signature *a, const struct abi_signature *b)
{
    bool same = b256_equal(&a->hash, &b->hash);
    for (u32 i = 0; same && i < b->count; i++) {
        same = a->type[i].indexed == b->type[i].indexed;
    }
    return same;
}

enum fault play_learn(struct play *p, const json_value *v)
{
    const char *text;
    TRY(get_text(&text, v));
    struct abi_signature s;
    const char *why = abi_parse(&s, text, strlen(text));
    if (why != NULL) {
        return json_refuse(v, "\"%.80s\" %s", text, why);
    }
    for (u32 i = 0; i < p->signature_count; i++) {
        if (same_signature(&p->signature[i], &s)) {
            return FAULT_NONE;
        }
    }
    if (s.name[0] == 0 || p->signature_count == PLAY_SIGNATURES_MAX) {
        return FAULT_NONE;
    }
    if (p->signature_count == p->signature_capacity) {
        p->signature_capacity = p->signature_capacity == 0 ? 16 : 2 * p->signature_capacity;
        p->signature = mem_realloc(p->signature, p->signature_capacity * sizeof s);
    }
    p->signature[p->signature_count++] = s;
    return FAULT_NONE;
}

enum fault play_learn_all(struct play *p, const json_value *v)
{
    if (json_kind_of(v) == JSON_KIND_OBJECT) {
        json_value member = {0};
        while (json_next_member(&member, v)) {
            TRY(play_learn_all(p, &member)); // as deep as JSON_DEPTH_MAX
        }
    } else if (json_kind_of(v) == JSON_KIND_LIST) {
        for (usize i = 0; i < json_count(v); i++) {
            json_value element = json_element(v, i);
            bool is_text = json_kind_of(&element) == JSON_KIND_TEXT;
            const char *text = "";
            if (is_text) {
                TRY(get_text(&text, &element));
            }
            if (i == 0 && strchr(text, '(') != NULL) {
                TRY(play_learn(p, &element));
            } else if (!is_text) {
                TRY(play_learn_all(p, &element));
            }
        }
    }
    return FAULT_NONE;
}
