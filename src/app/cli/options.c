// SPDX-License-Identifier: MIT
// The parser of option tables; see options.h.
#include "app/cli/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/number.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"
#include "lib/os/file.h"

#define FILE_SIZE_MAX                                                                              \
    (256u << 20)     // of one that is given as data; init code and calldata are far below
#define SHOWN_MAX 60 // characters of a value that an error repeats

// ---- parsing ------------------------------------------------------------------------------------

static u32 find_row(const struct option_set *set, const char *name, usize n)
{
    for (u32 i = 0; i < set->count; i++) {
        if (strlen(set->row[i].name) == n && strncmp(set->row[i].name, name, n) == 0) {
            return i;
        }
    }
    return set->count;
}

// Number of single-letter edits between two words (Levenshtein), for suggestions; words are short.
static u32 edit_distance(const char *a, usize an, const char *b, usize bn)
{
    u32 row[33];
    if (an > 32 || bn > 32) {
        return 32;
    }
    for (u32 j = 0; j <= bn; j++) {
        row[j] = j;
    }
    for (u32 i = 1; i <= an; i++) {
        u32 diagonal = row[0];
        row[0] = i;
        for (u32 j = 1; j <= bn; j++) {
            u32 above = row[j];
            u32 best = diagonal + (a[i - 1] != b[j - 1]);
            best = above + 1 < best ? above + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            row[j] = best;
            diagonal = above;
        }
    }
    return row[bn];
}

static bool refuse_unknown(struct options *o, const char *name, usize n)
{
    buf_printf(&o->why, "there is no option --%.*s", (int)n, name);
    u32 best = 3; // more edits than 2 are no misspelling
    const char *nearest = NULL;
    for (u32 i = 0; i < o->set->count; i++) {
        const char *candidate = o->set->row[i].name;
        u32 d = edit_distance(name, n, candidate, strlen(candidate));
        if (d < best) {
            best = d;
            nearest = candidate;
        }
    }
    if (nearest != NULL) {
        buf_printf(&o->why, "; did you mean --%s?", nearest);
    }
    return false;
}

// Takes the option at argv[*i]; its value may be the next argument.
static bool take_option(struct options *o, int *i, int argc, char **argv)
{
    const char *name = argv[*i] + 2;
    const char *equals = strchr(name, '=');
    usize n = equals != NULL ? (usize)(equals - name) : strlen(name);
    u32 index = find_row(o->set, name, n);
    if (index == o->set->count) {
        return refuse_unknown(o, name, n);
    }
    const struct option_row *row = &o->set->row[index];
    if (o->value[index] != NULL) {
        buf_printf(&o->why, "--%s is given twice", row->name);
        return false;
    }
    if (row->argument == NULL) {
        if (equals != NULL) {
            buf_printf(&o->why, "--%s takes no value, but has \"%.60s\"", row->name, equals + 1);
            return false;
        }
        o->value[index] = "";
        return true;
    }
    if (equals == NULL && *i + 1 >= argc) {
        buf_printf(&o->why, "--%s needs a value (%s); for example: --%s %s", row->name,
                   row->argument, row->name, row->example);
        return false;
    }
    o->value[index] = equals != NULL ? equals + 1 : argv[++*i];
    return true;
}

static bool take_operand(struct options *o, const char *text)
{
    u32 max = o->set->operands_max;
    if (o->operand_count >= (max < OPERANDS_MAX ? max : OPERANDS_MAX)) {
        if (max == 0) {
            buf_printf(&o->why, "\"%.60s\" is not an option (options begin with --)", text);
        } else {
            buf_printf(&o->why, "\"%.60s\" is one %s too many", text, o->set->operand);
        }
        return false;
    }
    o->operand[o->operand_count++] = text;
    return true;
}

bool options_parse(struct options *o, const struct option_set *set, int argc, char **argv)
{
    *o = (struct options){.set = set};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            break;
        }
        o->help = o->help || strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
    }
    if (o->help) {
        return true;
    }
    bool only_operands = false;
    for (int i = 1; i < argc; i++) {
        const char *text = argv[i];
        bool is_negative = text[0] == '-' && text[1] >= '0' && text[1] <= '9';
        if (only_operands || text[0] != '-' || text[1] == 0 || is_negative) {
            if (!take_operand(o, text)) {
                return false;
            }
        } else if (text[1] != '-') {
            buf_printf(&o->why, "there is no option \"%.60s\" (options begin with two dashes)",
                       text);
            return false;
        } else if (text[2] == 0) {
            only_operands = true;
        } else if (!take_option(o, &i, argc, argv)) {
            return false;
        }
    }
    if (o->operand_count < set->operands_min) {
        buf_printf(&o->why, "%s is missing", set->operand);
        return false;
    }
    return true;
}

void options_fini(struct options *o)
{
    buf_fini(&o->why);
}

void options_put_help(struct buf *out, const struct option_set *set)
{
    buf_printf(out, "usage: %s%s%s [options]%s%s\n\n%s\n\noptions:\n",
               set->program != NULL ? set->program : "hybrid", set->command[0] != 0 ? " " : "",
               set->command, set->operand != NULL ? " " : "",
               set->operand != NULL ? set->operand : "", set->about);
    for (u32 i = 0; i < set->count; i++) {
        const struct option_row *row = &set->row[i];
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", row->name, row->argument != NULL ? " " : "",
                 row->argument != NULL ? row->argument : "");
        buf_printf(out, "  %-24s  %s\n", left, row->help);
        if (row->example != NULL) {
            buf_printf(out, "  %-24s  e.g. --%s %s\n", "", row->name, row->example);
        }
    }
    buf_printf(out, "  %-24s  %s\n\nexamples:\n%s", "--help", "this text", set->examples);
}

// ---- values -------------------------------------------------------------------------------------

static void put_shown(struct buf *b, const char *value)
{
    usize n = strlen(value);
    buf_printf(b, "\"%.*s%s\"", SHOWN_MAX, value, n > SHOWN_MAX ? "…" : "");
}

// "--gas: "abc" is not a number; for example: --gas 1000"
static bool refuse_value(struct options *o, u32 index, const char *reason)
{
    const struct option_row *row = &o->set->row[index];
    buf_printf(&o->why, "--%s: ", row->name);
    put_shown(&o->why, o->value[index]);
    buf_printf(&o->why, " %s; for example: --%s %s", reason, row->name, row->example);
    return false;
}

bool option_refuse(struct options *o, u32 index, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_printf(&o->why, "--%s: %s", o->set->row[index].name, text);
    return false;
}

bool option_conflict(struct options *o, u32 index, u32 other, const char *reason)
{
    buf_printf(&o->why, "--%s and --%s: %s", o->set->row[index].name, o->set->row[other].name,
               reason);
    return false;
}

bool option_u256(u256 *out, struct options *o, u32 index)
{
    const char *text = o->value[index];
    if (text == NULL) {
        return true;
    }
    const char *why = number_parse(out, text, strlen(text));
    return why == NULL || refuse_value(o, index, why);
}

bool option_u64(u64 *out, struct options *o, u32 index, u64 max)
{
    u256 v = u256_zero();
    if (o->value[index] == NULL) {
        return true;
    }
    if (!option_u256(&v, o, index)) {
        return false;
    }
    if (!u256_fits_u64(v) || v.w[0] > max) {
        char reason[64];
        snprintf(reason, sizeof reason, "is larger than %llu", (unsigned long long)max);
        return refuse_value(o, index, reason);
    }
    *out = v.w[0];
    return true;
}

bool option_address(address *out, struct options *o, u32 index)
{
    const char *text = o->value[index];
    hex_error why;
    if (text == NULL || hex_decode_exact(out->b, sizeof out->b, &why, text, strlen(text))) {
        return true;
    }
    char reason[96];
    snprintf(reason, sizeof reason, "is not an address of 40 hex digits (%s, at character %zu)",
             why.text, why.at + 1);
    return refuse_value(o, index, reason);
}

bool option_choice(u32 *out, struct options *o, u32 index, const char *const *names, u32 count)
{
    const char *text = o->value[index];
    if (text == NULL) {
        return true;
    }
    struct buf reason = {0};
    buf_put_text(&reason, "is not one of");
    for (u32 i = 0; i < count; i++) {
        if (strcmp(names[i], text) == 0) {
            *out = i;
            buf_fini(&reason);
            return true;
        }
        buf_printf(&reason, "%s%s", i == 0 ? " " : ", ", names[i]);
    }
    buf_put_u8(&reason, 0);
    bool ok = refuse_value(o, index, (const char *)reason.p);
    buf_fini(&reason);
    return ok;
}

static bool is_space(u8 c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_hex_digit(u8 c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// If `raw` is hex text, replaces it by its digits alone and returns true.
static bool strip_hex_text(struct buf *raw)
{
    usize i = 0;
    while (i < raw->n && is_space(raw->p[i])) {
        i++;
    }
    if (raw->n - i >= 2 && raw->p[i] == '0' && (raw->p[i + 1] | 0x20) == 'x') {
        i += 2;
    }
    for (usize k = i; k < raw->n; k++) {
        if (!is_hex_digit(raw->p[k]) && !is_space(raw->p[k])) {
            return false;
        }
    }
    usize n = 0;
    for (; i < raw->n; i++) {
        if (!is_space(raw->p[i])) {
            raw->p[n++] = raw->p[i];
        }
    }
    raw->n = n;
    return true;
}

bool read_data_file(struct buf *out, struct buf *why, const char *path)
{
    struct buf raw = {0};
    bool ok = os_read_file(&raw, why, path, FILE_SIZE_MAX) == FAULT_NONE;
    if (ok && !strip_hex_text(&raw)) {
        buf_put(out, raw.p, raw.n);
    } else if (ok) {
        hex_error error;
        ok = hex_decode(out, &error, (const char *)raw.p, raw.n);
        if (!ok) {
            buf_printf(why, "%s is hex text, but %s (%zu digits)", path, error.text, raw.n);
        }
    }
    buf_fini(&raw);
    return ok;
}

static bool read_option_file(struct buf *out, struct options *o, u32 index, const char *path)
{
    struct buf why = {0};
    bool ok = read_data_file(out, &why, path);
    if (!ok) {
        option_refuse(o, index, "%.*s", (int)why.n, (const char *)why.p);
    }
    buf_fini(&why);
    return ok;
}

bool option_data(struct buf *out, struct options *o, u32 index)
{
    const char *text = o->value[index];
    if (text == NULL) {
        return true;
    }
    if (text[0] == '@') {
        return read_option_file(out, o, index, text + 1);
    }
    hex_error why;
    if (hex_decode(out, &why, text, strlen(text))) {
        return true;
    }
    char reason[128];
    snprintf(reason, sizeof reason, "is not hex: %s, at character %zu (a file is written @FILE)",
             why.text, why.at + 1);
    return refuse_value(o, index, reason);
}

bool option_file(struct buf *out, struct options *o, u32 index)
{
    const char *path = o->value[index];
    return path == NULL || read_option_file(out, o, index, path[0] == '@' ? path + 1 : path);
}
