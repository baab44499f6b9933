// SPDX-License-Identifier: MIT
// Contracts in C, by gcc for riscv64-unknown-elf and the kit's files: what contract.mk does,
// without a make file. Objects are in OUT/obj.
#include <string.h>

#include "app/cli/kit/build.h"
#include "app/cli/kit/command.h"
#include "lib/base/bytes.h"
#include "lib/os/file.h"

#define COMPILER "riscv64-unknown-elf-gcc"
#define ARGUMENTS_MAX 64u
#define IMAGE_MAX (16u << 20) // bytes

struct arguments {
    const char *at[ARGUMENTS_MAX];
    u32 count;
    struct buf text[ARGUMENTS_MAX]; // of those that are made here
};

static void add(struct arguments *a, const char *text)
{
    if (a->count < ARGUMENTS_MAX - 1) {
        a->at[a->count++] = text;
    }
}

static void add_made(struct arguments *a, const char *format, const char *text)
{
    u32 i = a->count < ARGUMENTS_MAX - 1 ? a->count : ARGUMENTS_MAX - 1;
    buf_clear(&a->text[i]);
    // The formats are those of this file: one %s each.
    const char *hole = strstr(format, "%s");
    buf_put(&a->text[i], format, (usize)(hole - format));
    buf_put_text(&a->text[i], text);
    buf_put_text(&a->text[i], hole + 2);
    buf_put_u8(&a->text[i], 0);
    add(a, (const char *)a->text[i].p);
}

static bool run(struct build *b, struct arguments *a)
{
    struct buf out = {0};
    bool ok = work_run(&out, &b->why, &(struct os_command){.argv = a->at});
    buf_fini(&out);
    for (u32 i = 0; i < ARGUMENTS_MAX; i++) {
        buf_fini(&a->text[i]);
    }
    return ok;
}

// Compiles one source. `folder` has what is made for it: headers to include.
static bool compile(struct build *b, const char *source, const char *object, const char *folder,
                    const char *define)
{
    struct arguments a = {0};
    add(&a, COMPILER);
    add_made(&a, "@%s/c/compile.flags", b->plan.kit);
    add_made(&a, "-O%s", b->plan.optimize);
    add(&a, "-Wall");
    add(&a, "-Wextra");
    add_made(&a, "-I%s/c", b->plan.kit);
    add_made(&a, "-I%s/c/test", b->plan.kit);
    if (folder != NULL) {
        add_made(&a, "-I%s", folder);
        add_made(&a, "-Wa,-I,%s", b->plan.out); // for .incbin of other contracts
        add_made(&a, "-I%s", b->plan.out);
    }
    if (define != NULL) {
        add(&a, define);
    }
    add(&a, "-c");
    add(&a, source);
    add(&a, "-o");
    add(&a, object);
    return run(b, &a);
}

// Compiles every source of a folder of the kit into OUT/obj/kit.
static bool compile_kit_folder(struct build *b, const char *name)
{
    struct os_names names = {0};
    struct buf folder = {0};
    struct buf source = {0};
    struct buf object = {0};
    const char *path = work_text(&folder, "%s/%s", b->plan.kit, name);
    bool ok = os_list_folder(&names, &b->why, path) == FAULT_NONE;
    for (usize i = 0; ok && i < names.count; i++) {
        const char *file = names.name[i];
        if (work_ends_with(file, ".c") || strcmp(file, "start.S") == 0) {
            ok = compile(b, work_text(&source, "%s/%s", path, file),
                         work_text(&object, "%s/obj/%s/%s.o", b->plan.out, name, file), NULL, NULL);
        }
    }
    os_names_fini(&names);
    buf_fini(&folder);
    buf_fini(&source);
    buf_fini(&object);
    return ok;
}

static bool compile_kit(struct build *b)
{
    struct buf folder = {0};
    bool ok =
        b->has_kit_objects ||
        (os_make_folder(&b->why, work_text(&folder, "%s/obj/c/test", b->plan.out)) == FAULT_NONE &&
         compile_kit_folder(b, "c") && compile_kit_folder(b, "c/test"));
    b->has_kit_objects = ok;
    buf_fini(&folder);
    return ok;
}

// Links the objects given and the kit's. `start` is where it begins.
static bool link_program(struct build *b, const char *const *object, u32 count, const char *to,
                         bool is_test)
{
    struct arguments a = {0};
    struct os_names names = {0};
    struct buf folder = {0};
    struct buf stack = {0};
    add(&a, COMPILER);
    add_made(&a, "@%s/c/link.flags", b->plan.kit);
    add(&a, is_test ? "-Wl,--no-gc-sections" : "-Wl,--gc-sections");
    add(&a, "-T");
    add_made(&a, "%s/c/contract.ld", b->plan.kit);
    if (b->plan.stack != 0) {
        add(&a,
            work_text(&stack, "-Wl,--defsym=STACK_SIZE=%llu", (unsigned long long)b->plan.stack));
    }
    add(&a, "-o");
    add(&a, to);
    for (u32 i = 0; i < count; i++) {
        add(&a, object[i]);
    }
    const char *path = work_text(&folder, "%s/obj/c%s", b->plan.out, "");
    bool ok = os_list_folder(&names, &b->why, path) == FAULT_NONE;
    for (usize i = 0; ok && i < names.count; i++) {
        if (work_ends_with(names.name[i], ".c.o")) {
            struct buf file = {0};
            add_made(&a, "%s", work_text(&file, "%s/%s", path, names.name[i]));
            buf_fini(&file);
        }
    }
    add(&a, "-lgcc");
    ok = ok && run(b, &a);
    os_names_fini(&names);
    buf_fini(&folder);
    buf_fini(&stack);
    return ok;
}

bool build_finish(struct build *b, const char *what, const char *linked, const char *to)
{
    struct buf script = {0};
    struct buf out = {0};
    const char *const argv[] = {
        "sh", work_text(&script, "%s/c/finish.sh", b->plan.kit), what, linked, to, NULL};
    bool ok = work_run(&out, &b->why, &(struct os_command){.argv = argv});
    buf_fini(&script);
    buf_fini(&out);
    return ok;
}

// The names of what is made of a contract.
struct paths {
    struct buf name, folder, header, object, debug, elf, constructor, constructor_elf, deploy,
        define, start;
};

static void make_paths(struct paths *p, const struct build_plan *plan, const char *source)
{
    work_base_name(&p->name, source);
    const char *name = (const char *)p->name.p;
    const char *folder = work_text(&p->folder, "%s/obj/%s", plan->out, name);
    work_text(&p->header, "%s/%s.abi.h", plan->out, name);
    work_text(&p->object, "%s/%s.o", folder, name);
    work_text(&p->debug, "%s/%s.debug.elf", plan->out, name);
    const char *elf = work_text(&p->elf, "%s/%s.elf", folder, name);
    work_text(&p->constructor, "%s/constructor.o", folder);
    work_text(&p->constructor_elf, "%s/constructor.elf", folder);
    work_text(&p->deploy, "%s/%s.deploy", plan->out, name);
    work_text(&p->define, "-DHYBRID_RUNTIME=\"%s\"", elf);
    work_text(&p->start, "%s/c/start.S", plan->kit);
}

static void free_paths(struct paths *p)
{
    struct buf *all[] = {&p->name,   &p->folder, &p->header,      &p->object,
                         &p->debug,  &p->elf,    &p->constructor, &p->constructor_elf,
                         &p->deploy, &p->define, &p->start};
    for (usize i = 0; i < COUNT_OF(all); i++) {
        buf_fini(all[i]);
    }
}

static const char *text(const struct buf *b)
{
    return (const char *)b->p;
}

static bool compile_and_link(struct build *b, const struct paths *p, const char *source)
{
    struct buf start_object = {0};
    const char *begin = work_text(&start_object, "%s/obj/c/start.S.o", b->plan.out);
    const char *const runtime[] = {begin, text(&p->object)};
    const char *const constructor[] = {text(&p->constructor), text(&p->object)};
    bool ok = compile_kit(b) && compile(b, source, text(&p->object), text(&p->folder), NULL) &&
              link_program(b, runtime, 2, text(&p->debug), false) &&
              build_finish(b, "image", text(&p->debug), text(&p->elf)) &&
              compile(b, text(&p->start), text(&p->constructor), NULL, text(&p->define)) &&
              link_program(b, constructor, 2, text(&p->constructor_elf), false) &&
              build_finish(b, "container", text(&p->constructor_elf), text(&p->deploy));
    buf_fini(&start_object);
    return ok;
}

static u32 count_functions(const struct sol_abi *abi)
{
    u32 n = 0;
    for (u32 i = 0; i < abi->count; i++) {
        n += abi->item[i].kind == SOL_ITEM_FUNCTION;
    }
    return n;
}

bool build_c(struct build *b, const char *path)
{
    struct paths p = {0};
    struct sol_abi abi;
    struct buf json = {0};
    struct buf code = {0};
    struct buf deploy = {0};
    struct built what = {.is_riscv = true, .language = "C"};
    make_paths(&p, &b->plan, path);
    sol_abi_init(&abi);
    buf_put_u8(&code, 0xFF);
    bool ok = p.name.n <= sizeof what.name;
    if (!ok) {
        buf_printf(&b->why, "%s: the name is longer than %zu characters", path,
                   sizeof what.name - 1);
    }
    ok = ok && os_make_folder(&b->why, text(&p.folder)) == FAULT_NONE &&
         build_constants(b, &abi, path, text(&p.header)) && compile_and_link(b, &p, path) &&
         os_read_file(&code, &b->why, text(&p.elf), IMAGE_MAX) == FAULT_NONE &&
         os_read_file(&deploy, &b->why, text(&p.deploy), IMAGE_MAX) == FAULT_NONE;
    if (ok) {
        copy_bytes(what.name, p.name.p, p.name.n);
        what.functions = count_functions(&abi);
        sol_abi_put_json(&json, &abi);
        ok = build_keep(b, &what, buf_bytes(&json), buf_bytes(&code), buf_bytes(&deploy));
    }
    sol_abi_fini(&abi);
    free_paths(&p);
    buf_fini(&json);
    buf_fini(&code);
    buf_fini(&deploy);
    return ok;
}

bool build_c_test(struct build *b, struct buf *elf, const char *path)
{
    struct paths p = {0};
    struct sol_abi abi;
    struct buf main_object = {0};
    struct buf begin = {0};
    make_paths(&p, &b->plan, path);
    sol_abi_init(&abi);
    const char *const objects[] = {
        work_text(&begin, "%s/obj/c/start.S.o", b->plan.out), text(&p.object),
        work_text(&main_object, "%s/obj/c/test/test_main.c.o", b->plan.out)};
    bool ok = os_make_folder(&b->why, text(&p.folder)) == FAULT_NONE && compile_kit(b) &&
              build_constants(b, &abi, path, text(&p.header)) &&
              compile(b, path, text(&p.object), text(&p.folder), NULL) &&
              link_program(b, objects, 3, text(&p.debug), true) &&
              os_read_file(elf, &b->why, text(&p.debug), IMAGE_MAX) == FAULT_NONE;
    sol_abi_fini(&abi);
    free_paths(&p);
    buf_fini(&main_object);
    buf_fini(&begin);
    return ok;
}
