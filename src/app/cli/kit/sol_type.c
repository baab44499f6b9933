// SPDX-License-Identifier: MIT
// Reading and writing of types; see sol_type.h.
#include "app/cli/kit/sol_type.h"

#include <stdarg.h>
#include <string.h>

#include "lib/base/bytes.h"

#define COMPONENTS_MAX 64u

struct kind_row {
    const char *name;
    enum sol_kind kind;
    u32 step, size_max; // a size follows the name: a multiple of step; 0: none
    u32 size_default;   // what the name means without one; 0: it needs one
};

static const struct kind_row kinds[] = {
    {"uint", SOL_UINT, 8, 256, 256},   {"int", SOL_INT, 8, 256, 256},
    {"address", SOL_ADDRESS, 0, 0, 0}, {"bool", SOL_BOOL, 0, 0, 0},
    {"bytes", SOL_BYTES_N, 1, 32, 0},  {"bytes", SOL_BYTES, 0, 0, 0},
    {"string", SOL_STRING, 0, 0, 0},   {"function", SOL_FUNCTION, 0, 0, 0},
};

bool sol_refuse(struct sol_reader *r, const char *format, ...)
{
    if (r->why->n == 0) {
        va_list list;
        va_start(list, format);
        buf_vprintf(r->why, format, list);
        va_end(list);
        buf_printf(r->why, ", at character %zu of \"%.*s\"", r->at + 1,
                   (int)(r->n < 200 ? r->n : 200), r->text);
    }
    return false;
}

void sol_skip_space(struct sol_reader *r)
{
    while (r->at < r->n && strchr(" \t\r\n", r->text[r->at]) != NULL) {
        r->at++;
    }
}

bool sol_take(struct sol_reader *r, char c)
{
    sol_skip_space(r);
    if (r->at < r->n && r->text[r->at] == c) {
        r->at++;
        return true;
    }
    return false;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
}

const char *sol_take_word(struct sol_reader *r)
{
    sol_skip_space(r);
    usize start = r->at;
    while (r->at < r->n && is_word_char(r->text[r->at])) {
        r->at++;
    }
    usize n = r->at - start;
    char *word = arena_alloc(r->arena, n + 1);
    copy_bytes(word, r->text + start, n);
    word[n] = 0;
    return word;
}

// Decimal digits up to 10^9, without leading zeros; 0 if they are none.
static u32 small_number(const char *text)
{
    u64 v = 0;
    for (const char *p = text; *p != 0; p++) {
        if (*p < '0' || *p > '9' || text[0] == '0' || v > 99999999) {
            return 0;
        }
        v = v * 10 + (u64)(*p - '0');
    }
    return (u32)v;
}

static bool elementary(struct sol_type *out, const char *word)
{
    for (usize i = 0; i < COUNT_OF(kinds); i++) {
        const struct kind_row *k = &kinds[i];
        usize n = strlen(k->name);
        if (strncmp(word, k->name, n) != 0) {
            continue;
        }
        bool has_size = word[n] != 0;
        u32 size = has_size ? small_number(word + n) : k->size_default;
        if ((k->step == 0 && !has_size) ||
            (k->step > 0 && size > 0 && size <= k->size_max && size % k->step == 0)) {
            *out = (struct sol_type){.kind = k->kind,
                                     .size = k->kind == SOL_FUNCTION ? 24 : size,
                                     .is_dynamic = k->kind == SOL_BYTES || k->kind == SOL_STRING,
                                     .head_words = 1,
                                     .name = ""};
            return true;
        }
    }
    return false;
}

static void seal_tuple(struct sol_type *t)
{
    t->head_words = 0;
    for (u32 i = 0; i < t->inner_count; i++) {
        t->is_dynamic = t->is_dynamic || t->inner[i].is_dynamic;
        t->head_words += t->inner[i].head_words;
    }
    t->head_words = t->is_dynamic ? 1 : t->head_words;
}

// One "[N]" or "[]" behind a type, which becomes that of the elements.
static bool read_list(struct sol_type *t, struct sol_reader *r)
{
    const char *digits = sol_take_word(r);
    u64 count = digits[0] == 0 ? SOL_ANY_COUNT : small_number(digits);
    if (count == 0 || !sol_take(r, ']')) {
        return sol_refuse(r, "the size of a list is a number above 0, or nothing, before \"]\"");
    }
    if (t->head_words == 0) {
        return sol_refuse(r, "a list needs elements that are not empty");
    }
    if (++r->depth > SOL_DEPTH_MAX) {
        return sol_refuse(r, "lists and tuples are nested more than %u deep", SOL_DEPTH_MAX);
    }
    bool is_dynamic = t->is_dynamic || count == SOL_ANY_COUNT;
    if (!is_dynamic && count > SOL_WORDS_MAX / t->head_words) {
        return sol_refuse(r, "a list of fixed size takes more than %u words", SOL_WORDS_MAX);
    }
    struct sol_type list = {.kind = SOL_LIST,
                            .count = count,
                            .is_dynamic = is_dynamic,
                            .head_words = is_dynamic ? 1 : (u32)count * t->head_words,
                            .inner = arena_copy(r->arena, t, sizeof *t),
                            .inner_count = 1,
                            .name = ""};
    *t = list;
    return true;
}

static bool read_lists(struct sol_type *t, struct sol_reader *r)
{
    u32 depth = r->depth;
    while (sol_take(r, '[')) {
        if (!read_list(t, r)) {
            return false;
        }
    }
    r->depth = depth;
    return true;
}

static bool read_core(struct sol_type *out, struct sol_reader *r, struct sol_type *component,
                      u32 count)
{
    sol_skip_space(r);
    usize start = r->at;
    const char *word = sol_take_word(r);
    bool is_tuple = word[0] == 0 || strcmp(word, "tuple") == 0;
    if (is_tuple && component != NULL) {
        *out = (struct sol_type){
            .kind = SOL_TUPLE, .inner = component, .inner_count = count, .name = ""};
        seal_tuple(out);
        return true;
    }
    sol_skip_space(r);
    if (is_tuple && r->at < r->n && r->text[r->at] == '(') {
        return sol_read_tuple(out, r);
    }
    if (!elementary(out, word)) {
        r->at = start;
        return sol_refuse(r, "\"%.40s\" is no type of the contract ABI", word);
    }
    return true;
}

// Words behind a type: where it lives, whether it is indexed, its name.
static bool read_parameter(struct sol_type *out, struct sol_reader *r)
{
    static const char *const ignored[] = {"memory", "calldata", "storage", "payable"};
    if (!read_core(out, r, NULL, 0) || !read_lists(out, r)) {
        return false;
    }
    for (;;) {
        const char *word = sol_take_word(r);
        bool is_ignored = false;
        for (usize i = 0; i < COUNT_OF(ignored); i++) {
            is_ignored = is_ignored || strcmp(word, ignored[i]) == 0;
        }
        if (strcmp(word, "indexed") == 0) {
            out->is_indexed = true;
        } else if (!is_ignored) {
            out->name = word;
            return true;
        }
    }
}

bool sol_read_tuple(struct sol_type *out, struct sol_reader *r)
{
    struct sol_type part[COMPONENTS_MAX];
    u32 count = 0;
    if (++r->depth > SOL_DEPTH_MAX) {
        return sol_refuse(r, "lists and tuples are nested more than %u deep", SOL_DEPTH_MAX);
    }
    if (!sol_take(r, '(')) {
        return sol_refuse(r, "\"(\" and types were expected");
    }
    if (!sol_take(r, ')')) {
        do {
            if (count == COMPONENTS_MAX) {
                return sol_refuse(r, "there are more than %u types", COMPONENTS_MAX);
            }
            if (!read_parameter(&part[count++], r)) {
                return false;
            }
        } while (sol_take(r, ','));
        if (!sol_take(r, ')')) {
            return sol_refuse(r, "\",\" or \")\" was expected");
        }
    }
    r->depth--;
    *out = (struct sol_type){.kind = SOL_TUPLE,
                             .inner = arena_copy(r->arena, part, count * sizeof *part),
                             .inner_count = count,
                             .name = ""};
    seal_tuple(out);
    return out->head_words <= SOL_WORDS_MAX ||
           sol_refuse(r, "the types take more than %u words", SOL_WORDS_MAX);
}

bool sol_named_type(struct sol_type *out, struct sol_reader *r, struct sol_type *component,
                    u32 count)
{
    if (!read_core(out, r, component, count) || !read_lists(out, r)) {
        return false;
    }
    sol_skip_space(r);
    return r->at == r->n || sol_refuse(r, "there is something behind the type");
}

bool sol_read_type(struct sol_type *out, struct sol_reader *r)
{
    return sol_named_type(out, r, NULL, 0);
}

void sol_put_type(struct buf *out, const struct sol_type *t)
{
    switch (t->kind) {
    case SOL_UINT:
        buf_printf(out, "uint%u", t->size);
        break;
    case SOL_INT:
        buf_printf(out, "int%u", t->size);
        break;
    case SOL_BYTES_N:
        buf_printf(out, "bytes%u", t->size);
        break;
    case SOL_LIST:
        sol_put_type(out, t->inner);
        if (t->count == SOL_ANY_COUNT) {
            buf_put_text(out, "[]");
        } else {
            buf_printf(out, "[%llu]", (unsigned long long)t->count);
        }
        break;
    case SOL_TUPLE:
        buf_put_u8(out, '(');
        for (u32 i = 0; i < t->inner_count; i++) {
            buf_put_text(out, i == 0 ? "" : ",");
            sol_put_type(out, &t->inner[i]);
        }
        buf_put_u8(out, ')');
        break;
    case SOL_ADDRESS:
    case SOL_BOOL:
    case SOL_FUNCTION:
    case SOL_BYTES:
    case SOL_STRING:
        for (usize i = 0; i < COUNT_OF(kinds); i++) {
            if (kinds[i].kind == t->kind) {
                buf_put_text(out, kinds[i].name);
            }
        }
        break;
    }
}
