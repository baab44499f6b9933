// SPDX-License-Identifier: MIT
// `hybrid new`: a project to begin with, from a folder of templates. In names of files and in texts
// of a template the word NAME stands for the project's name; `gitignore` becomes `.gitignore`.
#include <string.h>

#include "app/cli/kit/command.h"
#include "app/cli/kit/commands.h"
#include "lib/os/file.h"

#define TEMPLATE_FILE_MAX (1u << 20) // bytes
#define NAME_MAX_SIZE 40u
#define DEPTH_MAX 8u

enum {
#define NEW_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/kit/new_options.def"
    OPTION_COUNT
};

static const struct option_row rows[] = {
#define NEW_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/kit/new_options.def"
};

static const struct option_set option_set = {
    .command = "new",
    .operand = "NAME",
    .operands_min = 1,
    .operands_max = 1,
    .about = "Makes a folder NAME with a contract and its tests to begin with. `hybrid build` and "
             "`hybrid test` are\nrun in it.",
    .examples = "  hybrid new counter\n"
                "  hybrid new token --template c-token\n"
                "  hybrid new vault --template solidity --dir work/vault\n",
    .row = rows,
    .count = OPTION_COUNT,
};

struct maker {
    const char *name;
    struct buf *why;
    u32 files;
};

// Copies text with NAME replaced.
static void put_named(struct buf *out, const struct maker *m, bytes text)
{
    static const char word[] = "NAME";
    usize n = sizeof word - 1;
    for (usize i = 0; i < text.n;) {
        if (text.n - i >= n && memcmp(text.p + i, word, n) == 0) {
            buf_put_text(out, m->name);
            i += n;
        } else {
            buf_put_u8(out, text.p[i++]);
        }
    }
}

static bool copy_file(struct maker *m, const char *from, const char *to)
{
    struct buf raw = {0};
    struct buf text = {0};
    bool ok = os_read_file(&raw, m->why, from, TEMPLATE_FILE_MAX) == FAULT_NONE;
    if (ok) {
        put_named(&text, m, buf_bytes(&raw));
        ok = os_write_file(m->why, to, buf_bytes(&text)) == FAULT_NONE;
        m->files++;
    }
    buf_fini(&raw);
    buf_fini(&text);
    return ok;
}

static bool copy_folder(struct maker *m, const char *from, const char *to, u32 depth)
{
    struct os_names names = {0};
    bool ok = depth < DEPTH_MAX && os_make_folder(m->why, to) == FAULT_NONE &&
              os_list_folder(&names, m->why, from) == FAULT_NONE;
    for (usize i = 0; ok && i < names.count; i++) {
        struct buf source = {0};
        struct buf target = {0};
        struct buf name = {0};
        usize n = strlen(names.name[i]);
        bool is_folder = names.name[i][n - 1] == '/';
        n -= is_folder;
        if (strcmp(names.name[i], "gitignore") == 0) {
            buf_put_u8(&name, '.');
        }
        put_named(&name, m, (bytes){(const u8 *)names.name[i], n});
        const char *s = work_text(&source, "%s/%.*s", from, (int)n, names.name[i]);
        const char *t = work_text(&target, "%s/%.*s", to, (int)name.n, (const char *)name.p);
        ok = is_folder ? copy_folder(m, s, t, depth + 1) : copy_file(m, s, t);
        buf_fini(&source);
        buf_fini(&target);
        buf_fini(&name);
    }
    os_names_fini(&names);
    return ok;
}

static bool is_name(const char *text)
{
    usize n = strlen(text);
    for (usize i = 0; i < n; i++) {
        char c = text[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_letter && (i == 0 || c < '0' || c > '9')) {
            return false;
        }
    }
    return n > 0 && n <= NAME_MAX_SIZE;
}

static void list_templates(struct buf *why, const char *folder)
{
    struct os_names names = {0};
    struct buf ignored = {0};
    if (os_list_folder(&names, &ignored, folder) == FAULT_NONE) {
        for (usize i = 0; i < names.count; i++) {
            usize n = strlen(names.name[i]);
            buf_printf(why, "%s %.*s", i == 0 ? "" : ",", (int)(n - 1), names.name[i]);
        }
    }
    os_names_fini(&names);
    buf_fini(&ignored);
}

static int make(struct options *o, const char *templates, const char *name, const char *folder)
{
    const char *template =
        option_given(o, OPTION_TEMPLATE) ? o->value[OPTION_TEMPLATE] : "c-counter";
    struct buf from = {0};
    struct buf text = {0};
    struct maker m = {.name = name, .why = &o->why};
    int status = CLI_USAGE;
    const char *source = work_text(&from, "%s/%s", templates, template);
    if (strchr(template, '/') != NULL || !os_is_folder(source)) {
        buf_printf(&o->why, "--template: \"%.60s\" is no template; there are", template);
        list_templates(&o->why, templates);
    } else if (os_is_folder(folder) || work_is_file(folder)) {
        buf_printf(&o->why, "%s is there already; choose another name, or another folder by --dir",
                   folder);
    } else if (copy_folder(&m, source, folder, 0)) {
        buf_printf(&text, "Made %s with %u files. Next:\n\n    cd %s\n", folder, m.files, folder);
        if (strcmp(template, "solidity") == 0) {
            buf_put_text(&text, "    npm install\n");
        }
        buf_put_text(&text, "    hybrid build\n    hybrid test\n");
        status = cli_print("new", &text);
    }
    buf_fini(&from);
    buf_fini(&text);
    return status;
}

static int new_project(struct options *o)
{
    const char *name = o->operand[0];
    struct buf kit = {0};
    struct buf templates = {0};
    int status = CLI_USAGE;
    if (!is_name(name)) {
        buf_printf(&o->why,
                   "\"%.60s\" is no name: it has letters, digits and _, begins with no digit, and "
                   "is at most %u long",
                   name, NAME_MAX_SIZE);
    } else if (work_folder(&kit, &o->why, o->value[OPTION_KIT])) {
        const char *folder = option_given(o, OPTION_DIR) ? o->value[OPTION_DIR] : name;
        status = make(o, work_text(&templates, "%s/templates", (const char *)kit.p), name, folder);
    }
    buf_fini(&kit);
    buf_fini(&templates);
    return status;
}

int cmd_new(int argc, char **argv)
{
    return work_command(&option_set, argc, argv, new_project);
}
