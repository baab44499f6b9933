// SPDX-License-Identifier: MIT
// Contracts in Rust: a folder with a Cargo.toml, built by Debian's rustc-web 1.96 with core from
// its sources, without any registry. The package is built twice: as the contract, and with its
// feature `constructor` as the program that returns the contract's image. Cargo's configuration is
// written here, so that a contract's folder needs none.
#include <string.h>

#include "app/cli/kit/build.h"
#include "app/cli/kit/command.h"
#include "lib/base/bytes.h"
#include "lib/os/file.h"

#define CARGO "/usr/bin/cargo"
#define LIBRARY "/usr/lib/rustlib/src/rust/library/vendor"
#define TARGET "riscv64imac-unknown-none-elf"
#define IMAGE_MAX (16u << 20) // bytes

struct rust {
    struct buf name, folder, config, target, elf, code, image, deploy, constants, here;
};

static const char *text(const struct buf *b)
{
    return (const char *)b->p;
}

// A path seen from here as one from the root: cargo runs in the contract's folder.
static const char *absolute(struct buf *out, const struct rust *r, const char *path)
{
    return path[0] == '/' ? work_text(out, "%s", path)
                          : work_text(out, "%.*s/%s", (int)r->here.n, text(&r->here), path);
}

static bool write_config(struct build *b, struct rust *r)
{
    struct buf toml = {0};
    struct buf kit = {0};
    const char *root = absolute(&kit, r, b->plan.kit);
    u64 stack = b->plan.stack == 0 ? 0x4000 : b->plan.stack;
    buf_printf(&toml,
               "[build]\ntarget = \"" TARGET "\"\n"
               "[target." TARGET "]\nlinker = \"riscv64-unknown-elf-ld\"\n"
               "rustflags = [\"-C\", \"target-feature=+zba,+zbb,+zbs\", \"-C\", "
               "\"link-arg=--defsym=STACK_SIZE=%llu\", \"-C\", \"link-arg=-T%s/c/contract.ld\", "
               "\"-C\", \"link-arg=-z\", \"-C\", \"link-arg=max-page-size=16\"]\n"
               "[unstable]\nbuild-std = [\"core\"]\n"
               "[patch.crates-io]\nhybrid = { path = \"%s/rust\" }\n"
               "[source.crates-io]\nreplace-with = \"local\"\n"
               "[source.local]\ndirectory = \"" LIBRARY "\"\n"
               "[profile.release]\nopt-level = \"%s\"\nlto = true\npanic = \"abort\"\n"
               "codegen-units = 1\nincremental = false\n",
               (unsigned long long)stack, root, root, b->plan.optimize);
    bool ok = os_write_file(&b->why, text(&r->config), buf_bytes(&toml)) == FAULT_NONE;
    buf_fini(&toml);
    buf_fini(&kit);
    return ok;
}

static bool run_cargo(struct build *b, struct rust *r, const char *path, bool is_constructor)
{
    struct buf out = {0};
    struct buf runtime = {0};
    struct buf variable = {0};
    struct buf constants = {0};
    struct buf constants_path = {0};
    // A package whose features differ is built into a folder of its own.
    work_text(&variable, "HYBRID_RUNTIME=%s", absolute(&runtime, r, text(&r->code)));
    work_text(&constants, "HYBRID_ABI_RS=%s", absolute(&constants_path, r, text(&r->constants)));
    const char *const argv[] = {"env",
                                "RUSTC_BOOTSTRAP=1",
                                "RUSTC=/usr/bin/rustc",
                                text(&variable),
                                text(&constants),
                                CARGO,
                                "build",
                                "--release",
                                "--quiet",
                                "--offline",
                                "--config",
                                text(&r->config),
                                "--target-dir",
                                text(&r->target),
                                is_constructor ? "--features=constructor" : NULL,
                                NULL};
    bool ok = work_is_file(CARGO) && work_is_file("/usr/bin/rustc") && os_is_folder(LIBRARY);
    if (!ok) {
        buf_printf(&b->why,
                   "Rust contracts need Debian's Rust with its library's sources: apt-get install "
                   "--no-install-recommends rustc-web cargo-web rust-web-src "
                   "binutils-riscv64-unknown-elf");
    }
    ok = ok && work_run(&out, &b->why, &(struct os_command){.argv = argv, .folder = path});
    buf_fini(&out);
    buf_fini(&runtime);
    buf_fini(&variable);
    buf_fini(&constants);
    buf_fini(&constants_path);
    return ok;
}

static bool make(struct build *b, struct rust *r, const char *path)
{
    struct buf debug = {0};
    const char *linked = text(&r->elf);
    bool ok = run_cargo(b, r, path, false) &&
              os_read_file(&debug, &b->why, linked, IMAGE_MAX) == FAULT_NONE;
    struct buf copy = {0};
    ok = ok &&
         os_write_file(&b->why, work_text(&copy, "%s/%s.debug.elf", b->plan.out, text(&r->name)),
                       buf_bytes(&debug)) == FAULT_NONE &&
         build_finish(b, "image", linked, text(&r->code)) && run_cargo(b, r, path, true) &&
         build_finish(b, "container", linked, text(&r->deploy));
    buf_fini(&debug);
    buf_fini(&copy);
    return ok;
}

static void make_paths(struct build *b, struct rust *r, const char *path)
{
    struct buf relative = {0};
    work_base_name(&r->name, path);
    const char *name = text(&r->name);
    absolute(&r->folder, r, work_text(&relative, "%s/obj/%s", b->plan.out, name));
    absolute(&r->target, r, work_text(&relative, "%s/obj/rust", b->plan.out));
    work_text(&r->config, "%s/cargo.toml", text(&r->folder));
    work_text(&r->constants, "%s/abi.rs", text(&r->folder));
    work_text(&r->elf, "%s/" TARGET "/release/%s", text(&r->target), name);
    work_text(&r->code, "%s/%s.elf", text(&r->folder), name);
    work_text(&r->deploy, "%s/%s.deploy", text(&r->folder), name);
    buf_fini(&relative);
}

static bool keep(struct build *b, struct rust *r, const struct sol_abi *abi)
{
    struct buf json = {0};
    struct buf code = {0};
    struct buf deploy = {0};
    struct built what = {.is_riscv = true, .language = "Rust"};
    buf_put_u8(&code, 0xFF);
    bool ok = os_read_file(&code, &b->why, text(&r->code), IMAGE_MAX) == FAULT_NONE &&
              os_read_file(&deploy, &b->why, text(&r->deploy), IMAGE_MAX) == FAULT_NONE;
    if (ok) {
        copy_bytes(what.name, r->name.p, r->name.n);
        sol_abi_put_json(&json, abi);
        for (u32 i = 0; i < abi->count; i++) {
            what.functions += abi->item[i].kind == SOL_ITEM_FUNCTION;
        }
        ok = build_keep(b, &what, buf_bytes(&json), buf_bytes(&code), buf_bytes(&deploy));
    }
    buf_fini(&json);
    buf_fini(&code);
    buf_fini(&deploy);
    return ok;
}

bool build_rust(struct build *b, const char *path)
{
    struct rust r = {0};
    struct sol_abi abi;
    struct buf stem = {0};
    struct sol_abi again; // for the C header, which tests include
    struct buf header = {0};
    sol_abi_init(&abi);
    sol_abi_init(&again);
    bool ok = os_current_folder(&r.here);
    make_paths(b, &r, path);
    ok = ok && r.name.n <= BUILD_NAME_SIZE &&
         os_make_folder(&b->why, text(&r.folder)) == FAULT_NONE &&
         build_constants(b, &abi, work_text(&stem, "%s/%s.abi", path, text(&r.name)),
                         text(&r.constants)) &&
         build_constants(b, &again, (const char *)stem.p,
                         work_text(&header, "%s/%s.abi.h", b->plan.out, text(&r.name))) &&
         write_config(b, &r) && make(b, &r, path) && keep(b, &r, &abi);
    if (!ok && b->why.n == 0) {
        buf_printf(&b->why, "%s: the name is longer than %u characters", path, BUILD_NAME_SIZE - 1);
    }
    struct buf *all[] = {&r.name,  &r.folder, &r.config,    &r.target, &r.elf, &r.code,
                         &r.image, &r.deploy, &r.constants, &r.here,   &stem};
    for (usize i = 0; i < COUNT_OF(all); i++) {
        buf_fini(all[i]);
    }
    sol_abi_fini(&abi);
    sol_abi_fini(&again);
    buf_fini(&header);
    return ok;
}
