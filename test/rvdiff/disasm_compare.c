// SPDX-License-Identifier: MIT
// Compares our disassembler with another one's output, instruction by instruction. The sample holds
// every 16-bit encoding and a systematic and a random part of the 32-bit ones. Differences must be
// known: each rule below names one kind and why we are content with it; anything else fails. The
// shell test test/disasm.sh runs the other disassembler.
//
//   disasm_compare sample FILE          writes the sample's bytes
//   disasm_compare check STYLE FILE     reads objdump -d of it; STYLE: plain (no aliases, x10) or
//   alias disasm_compare elf FILE             the same for `objdump -d` of any program; bytes come
//   from the text
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/rv/decode.h"
#include "engine/rv/disasm.h"
#include "lib/base/cc.h"
#include "test/rvdiff/generate.h"

#define RANDOM_WORDS 100000u
#define TEXT_MAX 128u

// ---- the sample --------------------------------------------------------------------------------

typedef void (*take)(void *ctx, u32 bits);

// Words whose low bits say that they are longer than 32 bits are left out: objdump would take the
// bytes behind them along.
static void each_word(take f, void *ctx)
{
    u64 state = 1;
    for (u32 bits = 0; bits < 65536; bits++) {
        if ((bits & 3) != 3) {
            f(ctx, bits);
        }
    }
    // Every opcode, funct3 and funct7, with rs2 small (there it is often a function) or random.
    for (u32 i = 0; i < 1 << 18; i++) {
        u32 r = (u32)generate_random(&state);
        u32 rs2 = i >> 17 ? r >> 20 & 31 : i >> 15 & 3;
        u32 bits = (i & 31) << 2 | 3 | (i >> 5 & 7) << 12 | (i >> 8 & 127) << 25 | rs2 << 20 |
                   (r & 0x000F8F80);
        if ((bits & 31) != 31) {
            f(ctx, bits);
        }
    }
    for (u32 i = 0; i < RANDOM_WORDS; i++) {
        u32 bits = (u32)generate_random(&state) | 3;
        if ((bits & 31) != 31) {
            f(ctx, bits);
        }
    }
    // Fields that random bits rarely make 0 or equal: what has aliases.
    static const u32 opcodes[] = {0x0F, 0x13, 0x1B, 0x33, 0x3B, 0x53, 0x63, 0x67, 0x6F, 0x73};
    for (u32 i = 0; i < COUNT_OF(opcodes) * 8192; i++) {
        u64 r = generate_random(&state);
        static const u32 uppers[] = {0,     1,     2,     3,     0xFFF, 0xFF,  0xC00, 0xC01, 0xC02,
                                     0xF14, 0x400, 0x305, 0x102, 0x302, 0x105, 0x120, 0x833, 0x010};
        u32 registers = (u32)r & 0x000F8F80;
        registers &= (r >> 32 & 1 ? 0 : 0xF80) | (r >> 33 & 1 ? 0 : 0xF8000);
        registers |= r >> 34 & 1 ? 1 << 7 : 0;
        registers |= r >> 35 & 1 ? 1 << 15 : 0;
        u32 upper = r >> 36 & 1 ? (u32)(r >> 40) & 0xFFF : uppers[(r >> 40) % COUNT_OF(uppers)];
        if ((r >> 53 & 3) == 0) { // rs2 = rs1: moves of FP registers
            upper = (upper & 0xFE0) | (registers >> 15 & 31);
        }
        f(ctx, opcodes[i >> 13] | registers | (i & 7) << 12 | upper << 20);
    }
}

static void write_word(void *ctx, u32 bits)
{
    FILE *to = ctx;
    fwrite(&bits, (bits & 3) == 3 ? 4 : 2, 1, to);
}

#define ZICOND_WORDS 1024u

static bool write_sample(const char *path, bool is_zicond)
{
    FILE *to = fopen(path, "wb");
    if (to == NULL) {
        return false;
    }
    u64 state = 1;
    for (u32 i = 0; i < ZICOND_WORDS && is_zicond; i++) {
        u32 r = (u32)generate_random(&state);
        write_word(to, 0x0E005033 | (r & 0x01FF8F80 & ~0x7000u) | (r & 0x2000));
    }
    if (!is_zicond) {
        each_word(write_word, to);
    }
    return fclose(to) == 0;
}

// ---- known differences -------------------------------------------------------------------------

struct difference {
    u32 bits;
    struct rv_insn insn;
    const char *ours, *theirs;
    bool is_program; // not of the sample
};

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_data(const char *text)
{
    return starts(text, ".4byte") || starts(text, ".2byte");
}

// Whether b is a but for an i at the end of the mnemonic: "addi\ta0,a0,-1", "add\ta0,a0,-1".
static bool lacks_i(const char *a, const char *b)
{
    while (*a == *b && *a != 0) {
        a++, b++;
    }
    return *a == 'i' && strcmp(a + 1, b) == 0;
}

// Operand `index` of a text is replaced by "*".
static void blank_operand(char *to, const char *text, u32 index)
{
    u32 at = 0;
    bool in_operands = false;
    for (; *text != 0; text++) {
        if (*text == '\t') {
            in_operands = true;
        } else if (*text == ',') {
            at++;
        } else if (in_operands && at == index) {
            continue;
        }
        *to++ = *text;
    }
    *to = 0;
}

static bool same_but_operand(const struct difference *d, u32 index)
{
    char a[TEXT_MAX], b[TEXT_MAX];
    blank_operand(a, d->ours, index);
    blank_operand(b, d->theirs, index);
    return strcmp(a, b) == 0 || lacks_i(a, b);
}

static bool csr_name(const struct difference *d)
{
    enum rv_family family = rv_op_family(d->insn.op);
    return (family == RV_FAMILY_CSR || family == RV_FAMILY_CSRI) &&
           (strstr(d->ours, "0x") != NULL || strstr(d->theirs, "0x") != NULL) &&
           (same_but_operand(d, 0) || same_but_operand(d, 1));
}

static bool nop_hint(const struct difference *d)
{
    return (d->bits & 0xEF83) == 1 && starts(d->ours, "c.nop") &&
           (starts(d->theirs, "c.addi\t") || starts(d->theirs, "c.nop"));
}

static bool shift_by_0(const struct difference *d)
{
    return d->insn.size == 2 && d->insn.imm == 0 &&
           (starts(d->theirs, "c.slli64") || starts(d->theirs, "c.srli64") ||
            starts(d->theirs, "c.srai64"));
}

static bool reserved_rounding(const struct difference *d)
{
    return is_data(d->ours) && strstr(d->theirs, ",unknown") != NULL &&
           ((d->bits >> 12 & 7) == 5 || (d->bits >> 12 & 7) == 6);
}

static bool exact_with_rounding(const struct difference *d)
{
    u32 rm = d->bits >> 12 & 7;
    return rm != 0 && is_data(d->theirs) &&
           (d->insn.op == RV_OP_FCVT_D_S || d->insn.op == RV_OP_FCVT_D_W ||
            d->insn.op == RV_OP_FCVT_D_WU);
}

static bool fence_fields(const struct difference *d)
{
    return (d->insn.op == RV_OP_FENCE || d->insn.op == RV_OP_FENCE_I) && is_data(d->theirs);
}

static bool other_privileged(const struct difference *d)
{
    static const char *const names[] = {"uret",    "hret",    "dret",     "hfence", "hinval",
                                        "sinval",  "sfence",  "hlv",      "hsv",    "hlvx",
                                        "wrs.nto", "wrs.sto", "sfence.vm"};
    for (usize i = 0; i < COUNT_OF(names); i++) {
        if (starts(d->theirs, names[i])) {
            return is_data(d->ours);
        }
    }
    return false;
}

static bool reserved_zero(const struct difference *d)
{
    return d->bits == 0x6101 && is_data(d->ours);
}

static bool add_of_0(const struct difference *d)
{
    return d->insn.size == 2 && starts(d->ours, "c.addi\t") && starts(d->theirs, "add\t");
}

static bool zicond(const struct difference *d)
{
    return (d->insn.op == RV_OP_CZERO_EQZ || d->insn.op == RV_OP_CZERO_NEZ) && is_data(d->theirs);
}

static bool name_without_i(const struct difference *d)
{
    return lacks_i(d->ours, d->theirs);
}

// The compressed loads and stores of FP.
static bool without_d(const struct difference *d)
{
    enum rv_family family = rv_op_family(d->insn.op);
    return d->is_program && d->insn.size == 2 && is_data(d->theirs) &&
           (family == RV_FAMILY_FLOAD || family == RV_FAMILY_FSTORE);
}

static bool unimp(const struct difference *d)
{
    return d->bits == 0xC0001073 && strcmp(d->theirs, "unimp") == 0;
}

static const struct {
    const char *name, *reason;
    bool (*applies)(const struct difference *d);
} rules[] = {
    {"name-without-i", "binutils abbreviates addi to add and so on where an immediate follows",
     name_without_i},
    {"csr-name", "a CSR that contracts do not have is a number to us, or one that it does not know",
     csr_name},
    {"nop-hint", "c.nop with an immediate is the hint of that name in the manual", nop_hint},
    {"shift-by-0", "the RV128 names say nothing on RV64: the shift amount is 0", shift_by_0},
    {"reserved-rounding", "rounding modes 5 and 6 are reserved: undecodable", reserved_rounding},
    {"exact-rounding", "binutils 2.40 takes the rounding mode of exact conversions as fixed",
     exact_with_rounding},
    {"fence-fields", "the manual wants unused fields of fences ignored", fence_fields},
    {"privileged", "instructions of modes and extensions that the machine does not have",
     other_privileged},
    {"reserved-zero", "c.addi16sp by 0 is reserved", reserved_zero},
    {"add-of-0", "c.addi by 0 is a hint and keeps its name", add_of_0},
    {"without-d", "data in a program whose attributes say that it has no D", without_d},
    {"unimp", "an alias even where none is wanted", unimp},
    {"zicond", "binutils 2.40 lacks it; compared with llvm-objdump", zicond},
};

// ---- comparison --------------------------------------------------------------------------------

struct comparison {
    FILE *in;
    u32 flags;
    bool is_program;
    u64 address, count, failed;
    u64 by_rule[COUNT_OF(rules)];
};

static void compare(struct comparison *c, u32 bits, u64 at, const char *theirs)
{
    char ours[RV_DISASM_MAX];
    rv_disasm(ours, sizeof ours, bits, at, c->flags);
    c->count++;
    if (strcmp(ours, theirs) == 0) {
        return;
    }
    struct difference d = {bits, rv_decode(bits), ours, theirs, c->is_program};
    for (usize i = 0; i < COUNT_OF(rules); i++) {
        if (rules[i].applies(&d)) {
            c->by_rule[i]++;
            return;
        }
    }
    if (c->failed++ < 20) {
        printf("%08" PRIx64 " %08x: ours \"%s\", theirs \"%s\"\n", at, bits, ours, theirs);
    }
}

// The next line of the form "address:\tbytes\ttext"; the text without comment, symbol and blanks at
// its end.
static bool next_line(FILE *in, u64 *at, u32 *bits, char *text)
{
    char line[512];
    while (fgets(line, sizeof line, in) != NULL) {
        char *colon = strchr(line, ':');
        char *end;
        if (colon == NULL || colon[1] != '\t') {
            continue;
        }
        *at = strtoull(line, &end, 16);
        *bits = (u32)strtoul(colon + 2, NULL, 16);
        char *t = strchr(colon + 2, '\t');
        if (end != colon || t == NULL) {
            continue;
        }
        t++;
        t[strcspn(t, "\n")] = 0;
        char *comment = strstr(t, " #");
        if (comment != NULL) {
            *comment = 0;
        }
        for (usize n = strlen(t); n > 0 && (t[n - 1] == ' ' || t[n - 1] == '\t'); n--) {
            t[n - 1] = 0;
        }
        snprintf(text, TEXT_MAX, "%.*s", (int)TEXT_MAX - 1, t);
        return true;
    }
    return false;
}

static void check_word(void *ctx, u32 bits)
{
    struct comparison *c = ctx;
    u64 at = 0;
    u32 their_bits = 0;
    char theirs[TEXT_MAX] = "no line";
    bool found = next_line(c->in, &at, &their_bits, theirs);
    if (!found || their_bits != bits || at != c->address) {
        printf("the listing does not hold %08x at %" PRIx64 " but %08x at %" PRIx64 "\n", bits,
               c->address, their_bits, at);
        exit(1);
    }
    compare(c, bits, at, theirs);
    c->address += (bits & 3) == 3 ? 4 : 2;
}

// Branch targets stand there as "80300010 <main+0x4>": put into our form.
static void use_our_targets(char *text)
{
    char *open = strstr(text, " <");
    if (open == NULL) {
        return;
    }
    *open = 0;
    char *number = open;
    while (number > text && number[-1] != ',' && number[-1] != '\t') {
        number--;
    }
    memmove(number + 2, number, strlen(number) + 1); // what was cut off leaves room for it
    number[0] = '0';
    number[1] = 'x';
}

static void check_listing(struct comparison *c)
{
    u64 at;
    u32 bits;
    char theirs[TEXT_MAX];
    while (next_line(c->in, &at, &bits, theirs)) {
        use_our_targets(theirs);
        compare(c, bits, at, theirs);
    }
}

static bool report(const struct comparison *c, const char *what)
{
    printf("%s: %" PRIu64 " instructions, %" PRIu64 " unknown differences\n", what, c->count,
           c->failed);
    for (usize i = 0; i < COUNT_OF(rules); i++) {
        if (c->by_rule[i] > 0) {
            printf("  %6" PRIu64 " %s: %s\n", c->by_rule[i], rules[i].name, rules[i].reason);
        }
    }
    return c->failed == 0 && c->count > 0;
}

int main(int argc, char **argv)
{
    const char *verb = argc > 2 ? argv[1] : "";
    if (strcmp(verb, "sample") == 0 || strcmp(verb, "zicond") == 0) {
        return write_sample(argv[2], *verb == 'z') ? 0 : 2;
    }
    bool is_check = argc == 4 && strcmp(verb, "check") == 0;
    bool is_elf = strcmp(verb, "elf") == 0;
    const char *path = argc > 2 ? argv[is_check ? 3 : 2] : "";
    struct comparison c = {.flags = RV_DISASM_ALIASES, .is_program = is_elf};
    c.in = is_check || is_elf ? fopen(path, "r") : NULL;
    if (c.in == NULL) {
        fputs("usage: disasm_compare sample FILE | zicond FILE | check plain|alias FILE | "
              "elf FILE [COUNT]\n",
              stderr);
        return 2;
    }
    if (is_check && strcmp(argv[2], "plain") == 0) {
        c.flags = RV_DISASM_NUMERIC;
    }
    if (is_check) {
        each_word(check_word, &c);
    } else {
        check_listing(&c);
    }
    fclose(c.in);
    bool has_all = !is_elf || argc < 4 || strtoull(argv[3], NULL, 10) == c.count;
    return report(&c, path) && has_all ? 0 : 1;
}
