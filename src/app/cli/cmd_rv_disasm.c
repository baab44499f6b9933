// SPDX-License-Identifier: MIT
// `hybrid rv disasm`: the executable bytes of a contract's ELF, or bytes given as hex, as a
// listing: address, bytes, text, and names for what the ELF's symbol table names. What decodes but
// is undecodable in contracts is marked.
#include "app/cli/cli.h"
#include "app/cli/elf_view.h"
#include "app/cli/options.h"
#include "engine/rv/decode.h"
#include "engine/rv/disasm.h"
#include "engine/rv/hv1.h"
#include "lib/base/bytes.h"

#define ADDRESS_DEFAULT 0x80300000u

enum {
#define RV_DISASM_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/rv_disasm_options.def"
    OPTION_COUNT
};

static const struct option_row rows[] = {
#define RV_DISASM_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/rv_disasm_options.def"
};

static const struct option_set option_set = {
    .command = "rv disasm",
    .operand = "ELF",
    .operands_min = 0,
    .operands_max = 1,
    .about =
        "Lists the instructions of a contract program (an ELF with or without its FF): address, "
        "bytes,\ntext. Targets of jumps are shown with the names of the ELF's symbol table.",
    .examples = "  hybrid rv disasm contract.elf\n"
                "  hybrid rv disasm --raw 1305a00073000000\n"
                "  hybrid rv disasm contract.elf --no-aliases --numeric\n",
    .row = rows,
    .count = OPTION_COUNT,
};

static void put_symbol(struct buf *out, const struct elf_view *v, u64 gva)
{
    const struct elf_symbol *s = elf_view_symbol(v, gva);
    if (s != NULL && s->gva == gva) {
        buf_printf(out, " <%s>", s->name);
    } else if (s != NULL) {
        buf_printf(out, " <%s+0x%llx>", s->name, (unsigned long long)(gva - s->gva));
    }
}

// One instruction at gva, of which `left` bytes are there; returns its size.
static u32 put_line(struct buf *out, const struct elf_view *v, bytes at, u64 gva, u32 flags)
{
    u32 bits = at.n >= 2 ? load_le16(at.p) : at.p[0];
    u32 size = at.n < 2 ? 1 : (bits & 3) != 3 || at.n < 4 ? 2 : 4;
    bits = size == 4 ? load_le32(at.p) : bits;
    char text[RV_DISASM_MAX];
    if (size == 1) {
        buf_printf(out, "%8llx:\t%02x      \t.byte\t0x%x\n", (unsigned long long)gva, bits, bits);
        return size;
    }
    bool is_cut = size == 2 && (bits & 3) == 3;
    struct rv_insn insn = rv_decode(bits);
    rv_disasm(text, sizeof text, bits, gva, flags);
    buf_printf(out, "%8llx:\t%0*x%s\t", (unsigned long long)gva, (int)size * 2, bits,
               size == 4 ? "" : "    ");
    if (is_cut) {
        buf_printf(out, ".2byte\t0x%x", bits);
    } else {
        buf_put_text(out, text);
    }
    u64 target;
    if (!is_cut && rv_branch_target(&target, bits, gva)) {
        put_symbol(out, v, target);
    }
    if (!is_cut && insn.op != RV_OP_ILLEGAL && !rv_contract_decodable(&insn)) {
        buf_put_text(out, "\t# undecodable in contracts");
    }
    buf_put_text(out, "\n");
    return size;
}

static void put_text(struct buf *out, const struct elf_view *v, struct elf_text t, u32 flags)
{
    for (u64 at = 0; at < t.data.n;) {
        u64 gva = t.gva + at;
        const struct elf_symbol *s = elf_view_symbol(v, gva);
        if (s != NULL && s->gva == gva) {
            buf_printf(out, "\n%08llx <%s>:\n", (unsigned long long)gva, s->name);
        }
        at += put_line(out, v, bytes_slice(t.data, at, t.data.n - at), gva, flags);
    }
}

// What there is to list: at least one segment, and no more than an image may have, so that a
// hostile file's listing is in proportion to its size.
static bool check_texts(struct options *o, const struct elf_view *v)
{
    struct elf_text text;
    if (!elf_view_text(&text, v, 0)) {
        buf_printf(
            &o->why,
            "%s has no executable segment whose bytes lie in the file; is it cut off, or not "
            "linked? Raw bytes are listed by --raw @%s",
            o->operand[0], o->operand[0]);
        return false;
    }
    if (elf_view_text(&text, v, HV1_SEGMENTS_MAX)) {
        buf_printf(&o->why, "%s has more than %u executable segments", o->operand[0],
                   HV1_SEGMENTS_MAX);
        return false;
    }
    return true;
}

static bool list_elf(struct buf *out, struct options *o, u32 flags)
{
    struct buf file = {0};
    struct elf_view view = {0};
    bool ok = read_data_file(&file, &o->why, o->operand[0]);
    if (ok && !elf_view_open(&view, buf_bytes(&file))) {
        buf_printf(&o->why, "%s is not an ELF64 for RISC-V; raw bytes are listed by --raw @%s",
                   o->operand[0], o->operand[0]);
        ok = false;
    }
    ok = ok && check_texts(o, &view);
    struct elf_text text;
    for (u32 i = 0; ok && elf_view_text(&text, &view, i); i++) {
        u64 end = text.gva + text.data.n;
        buf_printf(out, "%ssegment %08llx to %08llx\n", i == 0 ? "" : "\n",
                   (unsigned long long)text.gva, (unsigned long long)end);
        put_text(out, &view, text, flags);
    }
    elf_view_fini(&view);
    buf_fini(&file);
    return ok;
}

static bool list_raw(struct buf *out, struct options *o, u32 flags)
{
    struct buf data = {0};
    struct elf_view no_names = {0};
    u64 gva = ADDRESS_DEFAULT;
    bool ok = option_data(&data, o, OPTION_RAW) && option_u64(&gva, o, OPTION_ADDRESS, ~0ull);
    if (ok) {
        put_text(out, &no_names, (struct elf_text){gva, buf_bytes(&data)}, flags);
    }
    buf_fini(&data);
    return ok;
}

static bool list(struct buf *out, struct options *o)
{
    u32 flags = (option_given(o, OPTION_NUMERIC) ? RV_DISASM_NUMERIC : 0) |
                (option_given(o, OPTION_NO_ALIASES) ? 0 : RV_DISASM_ALIASES);
    bool is_raw = option_given(o, OPTION_RAW);
    if (is_raw == (o->operand_count > 0)) {
        buf_put_text(&o->why, "give either a file or bytes; for example: hybrid rv disasm "
                              "contract.elf, or hybrid rv disasm --raw 0x13050500");
        return false;
    }
    if (!is_raw && option_given(o, OPTION_ADDRESS)) {
        return option_refuse(o, OPTION_ADDRESS, "an ELF has its own addresses; leave it out");
    }
    return is_raw ? list_raw(out, o, flags) : list_elf(out, o, flags);
}

int cmd_rv_disasm(int argc, char **argv)
{
    struct options o;
    struct buf out = {0};
    int status;
    if (!options_parse(&o, &option_set, argc, argv)) {
        status = cli_refuse("rv disasm", &o.why);
    } else if (o.help) {
        options_put_help(&out, &option_set);
        status = cli_print("rv disasm", &out);
    } else if (!list(&out, &o)) {
        status = cli_refuse("rv disasm", &o.why);
    } else {
        status = cli_print("rv disasm", &out);
    }
    buf_fini(&out);
    options_fini(&o);
    return status;
}
