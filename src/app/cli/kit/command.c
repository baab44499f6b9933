// SPDX-License-Identifier: MIT
// The frame of a command; see command.h.
#include "app/cli/kit/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/os/file.h"

#define SHOWN_MAX 6000u // bytes of what a failed program printed

// What Debian calls the programs that are run.
struct package_row {
    const char *program, *package;
};

static const struct package_row packages[] = {
    {"riscv64-unknown-elf-gcc", "gcc-riscv64-unknown-elf"},
    {"node", "nodejs"},
    {"/usr/bin/cargo", "rustc-web cargo-web rust-web-src binutils-riscv64-unknown-elf"},
};

int work_command(const struct option_set *set, int argc, char **argv, int (*run)(struct options *o))
{
    struct options o;
    int status = CLI_USAGE;
    if (!options_parse(&o, set, argc, argv)) {
        status = cli_refuse(set->command, &o.why);
    } else if (o.help) {
        struct buf text = {0};
        options_put_help(&text, set);
        status = cli_print(set->command, &text);
        buf_fini(&text);
    } else {
        status = run(&o);
        if (o.why.n > 0 && status == CLI_USAGE) {
            cli_refuse(set->command, &o.why);
        } else if (o.why.n > 0) {
            work_warn(set->command, &o.why);
        }
    }
    options_fini(&o);
    return status;
}

void work_warn(const char *command, const struct buf *text)
{
    (void)fflush(stdout);
    fprintf(stderr, "hybrid %s: %.*s\n", command, (int)text->n, (const char *)text->p);
}

const char *work_text(struct buf *b, const char *format, ...)
{
    va_list list;
    buf_clear(b);
    va_start(list, format);
    buf_vprintf(b, format, list);
    va_end(list);
    buf_put_u8(b, 0);
    return (const char *)b->p;
}

bool work_is_file(const char *path)
{
    FILE *f = os_is_folder(path) ? NULL : fopen(path, "rb");
    return f != NULL && fclose(f) == 0;
}

void work_base_name(struct buf *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    work_text(out, "%.*s", (int)strcspn(name, "."), name);
}

bool work_ends_with(const char *text, const char *end)
{
    usize n = strlen(text);
    usize m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

bool work_folder(struct buf *out, struct buf *why, const char *option)
{
    struct buf program = {0};
    struct buf header = {0};
    bool ok = option != NULL || os_program_folder(&program);
    if (option != NULL) {
        work_text(out, "%s", option);
    } else {
        work_text(out, "%.*s/../share/hybrid", (int)program.n, (const char *)program.p);
    }
    ok = ok && work_is_file(work_text(&header, "%s/c/hybrid_abi.h", (const char *)out->p));
    if (!ok) {
        buf_printf(why,
                   "the kit for contracts is not in %s (there is no c/hybrid_abi.h); install it "
                   "with `./do install`, or name its folder by --kit",
                   (const char *)out->p);
    }
    buf_fini(&program);
    buf_fini(&header);
    return ok;
}

static void put_package(struct buf *why, const char *program)
{
    for (usize i = 0; i < COUNT_OF(packages); i++) {
        if (strcmp(packages[i].program, program) == 0) {
            buf_printf(why, "; on Debian: apt-get install --no-install-recommends %s",
                       packages[i].package);
        }
    }
}

bool work_run(struct buf *out, struct buf *why, const struct os_command *c)
{
    u32 status = 0;
    struct buf err = {0};
    usize before = out->n;
    enum fault f = os_run_command(&status, out, &err, why, c);
    if (f != FAULT_NONE) {
        put_package(why, c->argv[0]);
    } else if (status == 0) {
        // Warnings; there may be none.
        (void)(err.n > 0 && fwrite(err.p, 1, err.n, stderr) == err.n);
    } else {
        const struct buf *said = err.n > 0 ? &err : out;
        usize from = said == out ? before : 0;
        usize n = said->n - from;
        while (n > 0 && said->p[from + n - 1] == '\n') {
            n--;
        }
        n = n < SHOWN_MAX ? n : SHOWN_MAX;
        buf_printf(why, "%s ended with status %u\n%.*s", c->argv[0], status, (int)n,
                   (const char *)said->p + from);
    }
    buf_fini(&err);
    return f == FAULT_NONE && status == 0;
}
