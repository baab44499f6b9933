// SPDX-License-Identifier: MIT
// Collecting test files; see suite_files.h. Archives are unpacked into memory whole, so that the
// processes that run their members share it.
#include "app/cli/suite_files.h"

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/base/sort.h"
#include "lib/codec/tar.h"
#include "lib/codec/zstd.h"
#include "lib/os/file.h"

#include <stdio.h>
#include <string.h>

#define PATH_MAX_SIZE 4096u

void suite_files_fini(struct suite_files *f)
{
    for (usize i = 0; i < f->count; i++) {
        mem_free(f->file[i].path);
    }
    for (usize i = 0; i < f->unpacked_count; i++) {
        buf_fini(&f->unpacked[i]);
    }
    mem_free(f->file);
    mem_free(f->unpacked);
    *f = (struct suite_files){.count = 0};
}

static void add_file(struct suite_files *f, const char *path, bytes text, usize size)
{
    if (f->count == f->cap) {
        f->cap = f->cap == 0 ? 64 : f->cap * 2;
        f->file = mem_realloc(f->file, f->cap * sizeof *f->file);
    }
    usize n = strlen(path) + 1;
    char *copy = mem_alloc(n);
    copy_bytes(copy, path, n);
    f->file[f->count++] = (struct suite_file){copy, text, size};
}

static bool ends_with(const char *name, const char *end)
{
    usize n = strlen(name);
    usize m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

static bool is_test(const struct suite_files *f, const char *name)
{
    return ends_with(name, ".json") || (f->takes_yaml && ends_with(name, ".yaml"));
}

// The text stays; its bytes do not move when others are kept.
static bytes keep(struct suite_files *f, struct buf *text)
{
    f->unpacked = mem_realloc(f->unpacked, (f->unpacked_count + 1) * sizeof *f->unpacked);
    f->unpacked[f->unpacked_count++] = *text;
    bytes kept = buf_bytes(text);
    *text = (struct buf){0};
    return kept;
}

// ---- archives

static enum fault add_members(struct suite_files *f, struct buf *why, const char *path,
                              bytes archive)
{
    struct tar t;
    struct tar_member m;
    struct buf name = {0};
    tar_init(&t, archive);
    while (tar_next(&t, &m)) {
        if (m.is_file && is_test(f, m.name)) {
            buf_clear(&name);
            buf_printf(&name, "%s/%s", path, m.name);
            buf_put_u8(&name, 0);
            add_file(f, (const char *)name.p, m.data, m.data.n);
        }
    }
    if (t.error != NULL) {
        buf_printf(why, "%s: at byte %zu, unpacked: %s", path, t.at, t.error);
    }
    enum fault fault = t.error != NULL ? FAULT_BAD_INPUT : FAULT_NONE;
    buf_fini(&name);
    tar_fini(&t);
    return fault;
}

static enum fault add_archive(struct suite_files *f, struct buf *why, const char *path)
{
    struct buf packed = {0};
    struct buf archive = {0};
    enum fault fault = os_read_file(&packed, why, path, SUITE_FILE_MAX);
    if (fault == FAULT_NONE && ends_with(path, ".zst")) {
        const char *error = zstd_unpack(&archive, buf_bytes(&packed), SUITE_ARCHIVE_MAX);
        buf_fini(&packed);
        if (error != NULL) {
            buf_printf(why, "%s cannot be unpacked: %s", path, error);
            fault = FAULT_BAD_INPUT;
        }
    } else {
        archive = packed;
        packed = (struct buf){0};
    }
    if (fault == FAULT_NONE) {
        fault = add_members(f, why, path, keep(f, &archive));
    }
    buf_fini(&packed);
    buf_fini(&archive);
    return fault;
}

// ---- folders and standard input

static enum fault add_folder(struct suite_files *f, struct buf *why, const char *path)
{
    struct os_names names = {0};
    TRY(os_list_folder(&names, why, path));
    enum fault fault = FAULT_NONE;
    for (usize i = 0; fault == FAULT_NONE && i < names.count; i++) {
        char below[PATH_MAX_SIZE]; // which bounds the depth of folders
        usize n = strlen(names.name[i]);
        bool is_folder = n > 0 && names.name[i][n - 1] == '/';
        int size = snprintf(below, sizeof below, "%s/%.*s", path, (int)(is_folder ? n - 1 : n),
                            names.name[i]);
        if (size < 0 || (usize)size >= sizeof below) {
            buf_printf(why, "a path below %s is longer than %u bytes", path, PATH_MAX_SIZE - 1);
            fault = FAULT_BAD_INPUT;
        } else if (is_folder) {
            fault = add_folder(f, why, below);
        } else if (is_test(f, below)) {
            add_file(f, below, BYTES_NONE, os_file_size(below));
        }
    }
    os_names_fini(&names);
    return fault;
}

static enum fault add_named(struct suite_files *f, struct buf *why, bytes list)
{
    enum fault fault = FAULT_NONE;
    struct buf name = {0};
    while (fault == FAULT_NONE && list.n > 0) {
        const u8 *end = memchr(list.p, '\n', list.n);
        usize n = end != NULL ? (usize)(end - list.p) : list.n;
        buf_clear(&name);
        buf_put(&name, list.p, n);
        buf_put_u8(&name, 0);
        if (n == 1 && list.p[0] == '-') {
            buf_put_text(why, "standard input names itself");
            fault = FAULT_BAD_INPUT;
        } else if (n > 0) {
            fault = suite_files_add(f, why, (const char *)name.p);
        }
        n = end != NULL ? n + 1 : n;
        list = bytes_slice(list, n, list.n - n);
    }
    buf_fini(&name);
    return fault;
}

static enum fault add_input(struct suite_files *f, struct buf *why)
{
    struct buf text = {0};
    enum fault fault = os_read_file(&text, why, "-", SUITE_FILE_MAX);
    usize at = 0;
    while (at < text.n && (text.p[at] == ' ' || (text.p[at] >= '\t' && text.p[at] <= '\r'))) {
        at++;
    }
    bool is_json = at < text.n && (text.p[at] == '{' || text.p[at] == '[');
    if (fault == FAULT_NONE && is_json) {
        usize size = text.n;
        add_file(f, "-", keep(f, &text), size);
    } else if (fault == FAULT_NONE) {
        fault = add_named(f, why, buf_bytes(&text));
    }
    buf_fini(&text);
    return fault;
}

enum fault suite_files_add(struct suite_files *f, struct buf *why, const char *path)
{
    if (strcmp(path, "-") == 0) {
        return add_input(f, why);
    }
    if (os_is_folder(path)) {
        return add_folder(f, why, path);
    }
    if (ends_with(path, ".tar.zst") || ends_with(path, ".tar")) {
        return add_archive(f, why, path);
    }
    add_file(f, path, BYTES_NONE, os_file_size(path));
    return FAULT_NONE;
}

// By size, then by name, so that the order is always the same.
static i32 compare_files(const void *a, const void *b)
{
    const struct suite_file *x = a;
    const struct suite_file *y = b;
    return x->size != y->size ? (x->size < y->size ? 1 : -1) : strcmp(x->path, y->path);
}

void suite_files_sort(struct suite_files *f)
{
    sort_items(f->file, f->count, sizeof *f->file, compare_files);
}
