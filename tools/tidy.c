// SPDX-License-Identifier: MIT
// tidy [OBJECTS]: checks what a formatter and a compiler cannot. Run in the root of the tree;
// OBJECTS is the folder of a gcc build's objects, in which mutable file-scope objects are looked
// for. Rules: layers (src/LAYERS), system headers, lengths of lines, functions and files, banned
// calls, marks of unfinished work, SPDX tags, dead headers, anchors of docs/tour.md, paths of a
// machine. Exceptions stand in tools/tidy.conf with their reasons. Prints `file:line: message`,
// then `tidy: N files, N findings`; the exit status is 1 if there is any finding.
#include "tidy_text.h"

#include <ctype.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS_MAX = 100,
    FILE_LINES_MAX = 1000,
    FUNCTION_LINES_GOOD = 70, // above it is told
    FUNCTION_LINES_MAX = 90,  // above it is a finding
    FILES_MAX = 8192,
    ROWS_MAX = 512,
    WORDS_MAX = 32,
};

struct module {
    char *name;
    char *allowed[WORDS_MAX];
    bool is_guest;
};

struct exception {
    char *kind, *subject, *path;
    bool used;
};

static struct text files[FILES_MAX];
static size_t file_count;
static struct module modules[ROWS_MAX];
static size_t module_count;
static struct exception exceptions[ROWS_MAX];
static size_t exception_count;
static size_t findings, functions, functions_long;

__attribute__((format(printf, 3, 4))) static void finding(const char *path, size_t line,
                                                          const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%s:%zu: ", path, line);
    vprintf(format, args);
    printf("\n");
    va_end(args);
    findings++;
}

// ---- configuration ----

static bool matches(const char *pattern, const char *s)
{
    size_t n = strlen(pattern);
    bool is_prefix = n > 0 && (pattern[n - 1] == '*' || pattern[n - 1] == '/');
    size_t compare = n > 0 && pattern[n - 1] == '*' ? n - 1 : n;
    return is_prefix ? strncmp(pattern, s, compare) == 0 : strcmp(pattern, s) == 0;
}

static bool is_excepted(const char *kind, const char *subject, const char *path)
{
    for (size_t i = 0; i < exception_count; i++) {
        struct exception *e = &exceptions[i];
        if (strcmp(e->kind, kind) == 0 && matches(e->subject, subject) && matches(e->path, path)) {
            e->used = true;
            return true;
        }
    }
    return false;
}

static void read_exceptions(void)
{
    struct text t;
    if (!text_read(&t, "tools/tidy.conf")) {
        return;
    }
    for (size_t i = 0; i < t.count; i++) {
        char *rest = t.lines[i];
        if (rest[0] == 0 || rest[0] == '#') {
            continue;
        }
        struct exception e = {.kind = strsep(&rest, " "), .subject = strsep(&rest, " ")};
        e.path = rest == NULL ? NULL : strsep(&rest, " ");
        if (rest == NULL || rest[0] == 0) {
            finding("tools/tidy.conf", i + 1, "a row is: kind subject path reason");
        } else if (exception_count < ROWS_MAX) {
            exceptions[exception_count++] = e;
        }
    }
}

static void read_layers(void)
{
    struct text t;
    if (!text_read(&t, "src/LAYERS")) {
        finding("src/LAYERS", 0, "cannot be read");
        return;
    }
    for (size_t i = 0; i < t.count; i++) {
        char *rest = t.lines[i];
        if (rest[0] == 0 || rest[0] == '#') {
            continue;
        }
        char *name = strsep(&rest, ":");
        char *allowed = strsep(&rest, ":");
        if (rest == NULL || module_count == ROWS_MAX) {
            finding("src/LAYERS", i + 1, "a row is: module: what it may include: purpose");
            continue;
        }
        struct module *m = &modules[module_count++];
        m->name = strsep(&name, " ");
        m->is_guest = name != NULL && strcmp(name, "[guest]") == 0;
        size_t n = 0;
        for (char *word; (word = strsep(&allowed, " ")) != NULL && n < WORDS_MAX - 1;) {
            if (word[0] != 0 && word[0] != '-') {
                m->allowed[n++] = word;
            }
        }
    }
}

// ---- layers ----

static bool is_in(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    return strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == 0);
}

// The module a path below src/ belongs to: the longest name that is a folder of it.
static const struct module *module_of(const char *path)
{
    const struct module *best = NULL;
    for (size_t i = 0; i < module_count; i++) {
        if (is_in(path, modules[i].name) &&
            (best == NULL || strlen(modules[i].name) > strlen(best->name))) {
            best = &modules[i];
        }
    }
    return best;
}

static bool is_beside_code(const char *path)
{
    return text_ends(path, "_test.c") || text_ends(path, "_fuzz.c") || text_ends(path, "_bench.c");
}

static void check_project_include(const struct text *t, size_t line, const char *included)
{
    if (text_starts(included, "spec/") || text_starts(included, "hybrid_abi.h")) {
        return;
    }
    const struct module *self = module_of(t->path + strlen("src/"));
    const struct module *other = module_of(included);
    if (self == NULL) {
        finding(t->path, line, "this folder is no module of src/LAYERS");
        return;
    }
    if (text_starts(included, "include/hybrid/") || text_starts(included, "hybrid/")) {
        if (!text_starts(self->name, "app")) {
            finding(t->path, line, "only app/ may include the public headers");
        }
        return;
    }
    if (other == NULL) {
        finding(t->path, line, "\"%s\" is no module's header; include from src/", included);
        return;
    }
    bool allowed = other == self;
    for (size_t i = 0; self->allowed[i] != NULL; i++) {
        allowed = allowed || strcmp(self->allowed[i], other->name) == 0 ||
                  strcmp(self->allowed[i], included) == 0 ||
                  (strchr(self->allowed[i], '/') == NULL && is_in(included, self->allowed[i]));
    }
    if (!allowed) {
        finding(t->path, line, "%s may not include %s (src/LAYERS)", self->name, included);
    } else if (other != self && text_ends(included, "/priv.h")) {
        finding(t->path, line, "%s is private to its folder", included);
    }
}

static void check_include(const struct text *t, size_t i)
{
    static const char *const everywhere[] = {"stdbool.h", "stddef.h",   "stdint.h",
                                             "string.h",  "inttypes.h", "limits.h"};
    char name[256];
    if (sscanf(t->lines[i], " # include \"%255[^\"]\"", name) == 1) {
        check_project_include(t, i + 1, name);
    } else if (sscanf(t->lines[i], " # include <%255[^>]>", name) == 1) {
        bool allowed = is_excepted("system", name, t->path);
        for (size_t k = 0; k < sizeof everywhere / sizeof everywhere[0]; k++) {
            allowed = allowed || strcmp(name, everywhere[k]) == 0;
        }
        if (!allowed) {
            finding(t->path, i + 1, "<%s> is not for this module (tools/tidy.conf)", name);
        }
    }
}

// ---- calls, marks, lengths ----

static bool is_call(const char *code, const char *name)
{
    for (const char *p = code; (p = text_find_word(p, name)) != NULL; p++) {
        const char *after = p + strlen(name);
        while (*after == ' ') {
            after++;
        }
        bool is_member = p > code && (p[-1] == '.' || p[-1] == '>');
        if (*after == '(' && !is_member) {
            return true;
        }
    }
    return false;
}

static void check_calls(const struct text *t, size_t i, bool is_library)
{
    static const char *const banned[] = {"sprintf", "vsprintf", "strcpy",  "strcat", "atoi",
                                         "atol",    "alloca",   "gets",    "strtok", "setjmp",
                                         "longjmp", "rand",     "asctime", "ctime"};
    static const char *const banned_in_src[] = {"malloc", "calloc", "realloc", "free",   "mmap",
                                                "munmap", "exit",   "abort",   "printf", "fprintf"};
    for (size_t k = 0; k < sizeof banned / sizeof banned[0]; k++) {
        if (is_call(t->code[i], banned[k]) && !is_excepted("call", banned[k], t->path)) {
            finding(t->path, i + 1, "%s is banned", banned[k]);
        }
    }
    for (size_t k = 0; is_library && k < sizeof banned_in_src / sizeof banned_in_src[0]; k++) {
        const char *name = banned_in_src[k];
        if (is_call(t->code[i], name) && !text_starts(t->path, "src/app/cli/") &&
            !is_excepted("call", name, t->path)) {
            finding(t->path, i + 1, "%s belongs to lib/os or app/cli", name);
        }
    }
}

// Functions of formatted code: `{` and `}` alone in the first column. The name is the word before
// the first `(` of the lines above, up to a blank line or the end of what was before.
static void check_functions(const struct text *t)
{
    size_t open = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->lines[i], "{") == 0) {
            open = i;
            while (open > 0 && t->lines[open - 1][0] != 0 &&
                   strchr("}#/;", t->lines[open - 1][0]) == NULL &&
                   !text_ends(t->code[open - 1], ";")) {
                open--;
            }
        } else if (strcmp(t->lines[i], "}") == 0 && open > 0) {
            size_t lines = i - open + 1;
            const char *end = strchr(t->lines[open], '(');
            const char *start = end == NULL ? t->lines[open] : end;
            while (start > t->lines[open] &&
                   (isalnum((unsigned char)start[-1]) || start[-1] == '_')) {
                start--;
            }
            char *name = strndup(start, end == NULL ? strlen(start) : (size_t)(end - start));
            functions++;
            functions_long += lines > FUNCTION_LINES_GOOD;
            if (lines > FUNCTION_LINES_MAX && !is_excepted("long-function", name, t->path)) {
                finding(t->path, open + 1, "%s has %zu lines, the limit is %d", name, lines,
                        FUNCTION_LINES_MAX);
            } else if (lines > FUNCTION_LINES_GOOD) {
                printf("%s:%zu: note: %s has %zu lines\n", t->path, open + 1, name, lines);
            }
            free(name);
            open = 0;
        }
    }
}

// The words are put together here so that this file passes its own rules.
static void check_marks(const struct text *t, size_t i)
{
    static const char *const words[] = {"TO"
                                        "DO",
                                        "FIX"
                                        "ME",
                                        "XX"
                                        "X",
                                        "HA"
                                        "CK"};
    static const char *const paths[] = {"/wo"
                                        "rk/",
                                        "/ro"
                                        "ot/",
                                        "/ho"
                                        "me/",
                                        "/tm"
                                        "p/"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        if (text_find_word(t->lines[i], words[k]) != NULL) {
            finding(t->path, i + 1, "%s: finish it or open an issue", words[k]);
        }
    }
    for (size_t k = 0; k < sizeof paths / sizeof paths[0]; k++) {
        const char *p = strstr(t->lines[i], paths[k]);
        if (p != NULL && (p == t->lines[i] || (!isalnum((unsigned char)p[-1]) && p[-1] != '.' &&
                                               p[-1] != '}' && p[-1] != '_'))) {
            finding(t->path, i + 1, "names a path of a machine (%s)", paths[k]);
        }
    }
}

static void check_file(const struct text *t)
{
    bool is_c = text_ends(t->path, ".c") || text_ends(t->path, ".h");
    bool is_source = is_c || text_ends(t->path, ".S") || text_ends(t->path, ".def") ||
                     text_ends(t->path, ".inc");
    bool in_src = text_starts(t->path, "src/") && !is_beside_code(t->path) && is_source;
    if (is_source && !text_ends(t->path, ".def") &&
        (t->count == 0 || strstr(t->lines[0], "SPDX-License-Identifier: MIT") == NULL)) {
        finding(t->path, 1, "the first line is the SPDX tag");
    }
    if (is_source && t->count > FILE_LINES_MAX && !is_excepted("long-file", "-", t->path)) {
        finding(t->path, FILE_LINES_MAX, "%zu lines, the limit is %d", t->count, FILE_LINES_MAX);
    }
    if (is_c) {
        check_functions(t);
    }
    for (size_t i = 0; i < t->count; i++) {
        check_marks(t, i);
        if (is_source && text_columns(t->lines[i]) > COLUMNS_MAX && !text_ends(t->path, ".def")) {
            finding(t->path, i + 1, "%zu columns, the limit is %d", text_columns(t->lines[i]),
                    COLUMNS_MAX);
        }
        if (in_src) {
            check_include(t, i);
        }
        if (is_c) {
            check_calls(t, i, in_src);
        }
    }
}

// ---- what needs all files ----

// A header or table that no other file includes is dead.
static void check_dead(const struct text *t)
{
    bool is_included =
        text_ends(t->path, ".h") || text_ends(t->path, ".def") || text_ends(t->path, ".inc");
    if (!is_included || text_starts(t->path, "include/") || text_starts(t->path, "sdk/") ||
        is_excepted("unused", "-", t->path)) {
        return;
    }
    const char *name = strrchr(t->path, '/') + 1;
    for (size_t i = 0; i < file_count; i++) {
        for (size_t k = 0; k < files[i].count && &files[i] != t; k++) {
            if (strstr(files[i].lines[k], "#include") != NULL &&
                strstr(files[i].lines[k], name) != NULL) {
                return;
            }
        }
    }
    finding(t->path, 1, "nothing includes it");
}

// Anchors of the tour are written `path/file.c:function`, relative to src/ or the root.
static void check_tour(const struct text *t)
{
    for (size_t i = 0; i < t->count; i++) {
        for (char *p = t->lines[i]; (p = strchr(p, '`')) != NULL; p++) {
            char path[200];
            char name[100];
            char in_src[300];
            struct text target;
            if (sscanf(p, "`%199[a-z0-9_/.]:%99[a-z0-9_]`", path, name) != 2 ||
                !(text_ends(path, ".c") || text_ends(path, ".h") || text_ends(path, ".def"))) {
                continue;
            }
            snprintf(in_src, sizeof in_src, "src/%s", path);
            bool found = false;
            if (text_read(&target, path) || text_read(&target, in_src)) {
                for (size_t k = 0; k < target.count; k++) {
                    found = found || text_find_word(target.lines[k], name) != NULL;
                }
            }
            if (!found) {
                finding(t->path, i + 1, "there is no %s in %s", name, path);
            }
        }
    }
}

// nm's lines are name|value|class|type|size|line|section; names of objects of gcc in .data or .bss.
static void check_globals(const char *objects)
{
    char command[1024];
    snprintf(command, sizeof command, "find '%s/src' -name '*.o' -exec nm -A --format=sysv '{}' +",
             objects);
    FILE *nm = popen(command, "r");
    char line[2048];
    while (nm != NULL && fgets(line, sizeof line, nm) != NULL) {
        char *section = strrchr(line, '|');
        char *path = strstr(line, "/src/");
        char *colon = path == NULL ? NULL : strstr(path, ".o:");
        if (section == NULL || colon == NULL || strstr(line, "OBJECT") == NULL) {
            continue;
        }
        section++;
        section[strcspn(section, " \n")] = 0;
        bool is_mutable = text_starts(section, ".bss") || text_starts(section, ".tbss") ||
                          text_starts(section, ".tdata") || strcmp(section, "*COM*") == 0 ||
                          (text_starts(section, ".data") && !text_starts(section, ".data.rel.ro"));
        char *name = colon + 3;
        name[strcspn(name, " |")] = 0;
        colon[1] = 'c'; // the object's source
        colon[2] = 0;
        char *source = path + 1;
        if (is_mutable && !is_beside_code(source) && !is_excepted("global", name, source)) {
            finding(source, 1, "%s is a mutable object at file scope (%s)", name, section);
        }
    }
    if (nm == NULL || pclose(nm) != 0) {
        finding(objects, 0, "nm failed");
    }
}

static int add_file(const char *path, const struct stat *status, int type, struct FTW *place)
{
    static const char *const endings[] = {".c",  ".h",  ".S",  ".def", ".inc", ".ld",
                                          ".sh", ".js", ".rs", ".md",  ".json"};
    (void)status;
    (void)place;
    for (size_t i = 0; type == FTW_F && i < sizeof endings / sizeof endings[0]; i++) {
        if (text_ends(path, endings[i]) && file_count < FILES_MAX &&
            strstr(path, "/vectors/") == NULL && text_read(&files[file_count], path)) {
            file_count++;
            break;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const roots[] = {"src",   "include", "spec",  "guest", "sdk", "test",
                                        "bench", "fuzz",    "tools", "docs",  "demo"};
    read_layers();
    read_exceptions();
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        nftw(roots[i], add_file, 16, FTW_PHYS);
    }
    for (size_t i = 0; i < file_count; i++) {
        check_file(&files[i]);
        check_dead(&files[i]);
        if (strcmp(files[i].path, "docs/tour.md") == 0) {
            check_tour(&files[i]);
        }
    }
    if (argc > 1) {
        check_globals(argv[1]);
    }
    printf("tidy: %zu of %zu functions have more than %d lines\n", functions_long, functions,
           FUNCTION_LINES_GOOD);
    printf("tidy: %zu files, %zu findings\n", file_count, findings);
    return findings > 0;
}
