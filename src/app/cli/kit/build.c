// SPDX-License-Identifier: MIT
// What building has in common for all languages; see build.h.
#include "app/cli/kit/build.h"

#include <string.h>

#include "app/cli/kit/command.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/json_write.h"
#include "lib/num/u256.h"
#include "lib/os/file.h"

void build_init(struct build *b, const struct build_plan *plan)
{
    *b = (struct build){.plan = *plan};
}

void build_fini(struct build *b)
{
    mem_free(b->made);
    buf_fini(&b->why);
}

// ---- constants of an ABI ------------------------------------------------------------------------

// Whether an earlier item of the kind has the same name: then the name alone is taken.
static u32 same_before(const struct sol_abi *abi, u32 index)
{
    u32 n = 0;
    for (u32 i = 0; i < index; i++) {
        n += abi->item[i].kind == abi->item[index].kind &&
             strcmp(abi->item[i].name, abi->item[index].name) == 0;
    }
    return n;
}

static void put_constant_name(struct buf *out, const struct sol_abi *abi, u32 index)
{
    static const char *const prefix[] = {"FUNCTION", "EVENT", "ERROR"};
    const struct sol_item *item = &abi->item[index];
    u32 same = same_before(abi, index);
    buf_printf(out, "%s_%s", prefix[item->kind], item->name);
    if (same > 0) {
        buf_printf(out, "_%u", same + 1);
    }
}

static void put_c_constant(struct buf *out, const struct sol_abi *abi, u32 index)
{
    const struct sol_item *item = &abi->item[index];
    bool is_event = item->kind == SOL_ITEM_EVENT;
    buf_put_text(out, "// ");
    sol_put_signature(out, item);
    buf_put_text(out, "\n#define ");
    put_constant_name(out, abi, index);
    if (is_event) {
        u256 v = u256_from_be_bytes(item->hash.b);
        buf_printf(out, " ((hybrid_u256){{0x%llx, 0x%llx, 0x%llx, 0x%llx}})\n",
                   (unsigned long long)v.w[0], (unsigned long long)v.w[1],
                   (unsigned long long)v.w[2], (unsigned long long)v.w[3]);
    } else {
        buf_printf(out, " 0x%08xu\n", load_be32(item->hash.b));
    }
}

static void put_rust_constant(struct buf *out, const struct sol_abi *abi, u32 index)
{
    const struct sol_item *item = &abi->item[index];
    bool is_event = item->kind == SOL_ITEM_EVENT;
    buf_put_text(out, "/// `");
    sol_put_signature(out, item);
    buf_put_text(out, "`\npub const ");
    put_constant_name(out, abi, index);
    if (is_event) {
        buf_put_text(out, ": [u8; 32] = [");
        for (u32 i = 0; i < 32; i++) {
            buf_printf(out, "%s0x%02x", i == 0 ? "" : ", ", item->hash.b[i]);
        }
        buf_put_text(out, "];\n");
    } else {
        buf_printf(out, ": u32 = 0x%08x;\n", load_be32(item->hash.b));
    }
}

bool build_constants(struct build *b, struct sol_abi *abi, const char *path, const char *header)
{
    struct buf file = {0};
    struct buf text = {0};
    bool is_rust = work_ends_with(header, ".rs");
    const char *dot = strrchr(path, '.');
    const char *slash = strrchr(path, '/');
    usize n = dot != NULL && (slash == NULL || dot > slash) ? (usize)(dot - path) : strlen(path);
    const char *source = work_text(&file, "%.*s.abi", (int)n, path);
    bool ok = !work_is_file(source) || sol_abi_add_file(abi, &b->why, source);
    buf_printf(&text, "// Made by `hybrid build` of %s: change that file.\n%s", source,
               is_rust ? "" : "#pragma once\n#include \"hybrid.h\"\n");
    for (u32 i = 0; i < abi->count; i++) {
        if (abi->item[i].kind > SOL_ITEM_ERROR) {
            continue;
        }
        if (is_rust) {
            put_rust_constant(&text, abi, i);
        } else {
            put_c_constant(&text, abi, i);
        }
    }
    ok = ok && os_write_file(&b->why, header, buf_bytes(&text)) == FAULT_NONE;
    buf_fini(&file);
    buf_fini(&text);
    return ok;
}

// ---- results ------------------------------------------------------------------------------------

static bool write_result(struct build *b, const char *name, const char *end, bytes contents)
{
    struct buf path = {0};
    bool ok = os_write_file(&b->why, work_text(&path, "%s/%s%s", b->plan.out, name, end),
                            contents) == FAULT_NONE;
    buf_fini(&path);
    return ok;
}

bool build_keep(struct build *b, const struct built *what, bytes abi_json, bytes code, bytes deploy)
{
    struct buf text = {0};
    struct json_writer w;
    if (b->made_count == BUILD_CONTRACTS_MAX) {
        buf_printf(&b->why, "there are more than %u contracts", BUILD_CONTRACTS_MAX);
        return false;
    }
    json_write_init(&w, &text, 2);
    json_begin_object(&w, NULL);
    json_put_text(&w, "contractName", what->name);
    json_put_text(&w, "kind", what->is_riscv ? "riscv" : "evm");
    json_put_text(&w, "language", what->language);
    json_put_raw(&w, "abi", abi_json);
    json_put_data(&w, "bytecode", deploy.p, deploy.n);
    json_put_data(&w, "deployedBytecode", code.p, code.n);
    json_end(&w);
    buf_put_u8(&text, '\n');
    bool ok = write_result(b, what->name, ".json", buf_bytes(&text)) &&
              write_result(b, what->name, ".abi.json", abi_json) &&
              write_result(b, what->name, ".code", code) &&
              write_result(b, what->name, ".deploy", deploy);
    buf_fini(&text);
    b->made = mem_realloc(b->made, (b->made_count + 1) * sizeof *b->made);
    b->made[b->made_count] = *what;
    b->made[b->made_count].code_size = code.n;
    b->made[b->made_count++].deploy_size = deploy.n;
    return ok;
}

// ---- sources ------------------------------------------------------------------------------------

bool build_source(struct build *b, const char *path)
{
    struct buf file = {0};
    bool is_rust = work_is_file(work_text(&file, "%s/Cargo.toml", path));
    buf_fini(&file);
    if (os_make_folder(&b->why, b->plan.out) != FAULT_NONE) {
        return false;
    }
    if (is_rust) {
        return build_rust(b, path);
    }
    if (!work_is_file(path)) {
        buf_printf(&b->why, "there is no source %s", path);
        return false;
    }
    if (work_ends_with(path, ".c")) {
        return build_c(b, path);
    }
    if (work_ends_with(path, ".sol")) {
        return build_solidity(b, path);
    }
    buf_printf(&b->why,
               "%s is no source of a contract: those are NAME.c, NAME.sol, and folders with a "
               "Cargo.toml",
               path);
    return false;
}

bool build_folder(struct build *b, const char *path)
{
    struct os_names names = {0};
    struct buf source = {0};
    if (os_list_folder(&names, &b->why, path) != FAULT_NONE) {
        return false;
    }
    bool ok = true;
    u32 count = 0;
    for (usize i = 0; i < names.count && ok; i++) {
        usize n = strlen(names.name[i]);
        bool is_folder = n > 0 && names.name[i][n - 1] == '/';
        const char *one = work_text(&source, "%s/%.*s", path, (int)(n - is_folder), names.name[i]);
        struct buf cargo = {0};
        bool is_source = work_ends_with(one, ".c") || work_ends_with(one, ".sol") ||
                         (is_folder && work_is_file(work_text(&cargo, "%s/Cargo.toml", one)));
        buf_fini(&cargo);
        if (is_source) {
            count++;
            ok = build_source(b, one);
        }
    }
    if (ok && count == 0) {
        buf_printf(&b->why,
                   "%s has no sources of contracts: NAME.c, NAME.sol, or folders with a Cargo.toml",
                   path);
        ok = false;
    }
    os_names_fini(&names);
    buf_fini(&source);
    return ok;
}
