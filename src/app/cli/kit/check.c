// SPDX-License-Identifier: MIT
// See check.h. Prices and limits: ABI sections 1 and 4.
#include "app/cli/kit/check.h"

#include "lib/base/bytes.h"

#define CONTAINER_HEAD 5u
#define EVM_CODE_MAX 24576u // EIP-170
#define LARGE_CODE 24576u   // what is loaded for nothing
#define PAGE_GAS 128u

static const char *const remedies[HV1_VERDICT_COUNT] = {
    [HV1_OK] = "nothing",
    [HV1_TRUNCATED] = "build it again: the file is cut short, or is no ELF",
    [HV1_MAGIC] = "give an ELF, with or without the FF before it",
    [HV1_CLASS] = "compile for rv64 (-mabi=lp64), not rv32",
    [HV1_BYTE_ORDER] = "compile for little-endian RISC-V",
    [HV1_IDENT_VERSION] = "build it again: the file is damaged",
    [HV1_ABI_VERSION] = "this engine knows version 0 (HV1) alone",
    [HV1_FILE_TYPE] =
        "link it statically at a fixed address: no -shared, no -pie, not an object file",
    [HV1_MACHINE] = "compile for RISC-V: this is a program of another machine",
    [HV1_FILE_VERSION] = "build it again: the file is damaged",
    [HV1_HEADER_SIZE] = "build it again: the file is damaged",
    [HV1_HEADER_COUNT] = "link with the kit's contract.ld, which makes three",
    [HV1_HEADERS_OUTSIDE] = "build it again: the file is cut short",
    [HV1_INTERPRETER] = "link with -static -nostdlib",
    [HV1_DYNAMIC] = "link with -static and without -pie",
    [HV1_GNU_STACK_TWICE] = "link with the kit's contract.ld",
    [HV1_FILE_RANGE] = "build it again: the file is cut short",
    [HV1_FILE_SIZE] = "build it again: the file is damaged",
    [HV1_ZERO_FILL] = "put what is zero into a writable section (.bss)",
    [HV1_ADDRESS_OVERFLOW] = "link with the kit's contract.ld",
    [HV1_PLACE] = "link at 0x80300000: -T contract.ld -mcmodel=medany",
    [HV1_STACK_TWICE] = "declare one stack: -Wl,--defsym=STACK_SIZE=N",
    [HV1_STACK_ACCESS] = "give the stack's segment the flags 6 (read, write)",
    [HV1_STACK_FILE] = "make the stack's section NOLOAD",
    [HV1_STACK_END] = "let the stack's segment end at 0x80300000, as contract.ld does",
    [HV1_GNU_STACK_SIZE] = "ask for at most 2 MiB of stack",
    [HV1_OVERLAP] = "link with the kit's contract.ld",
    [HV1_NO_CODE] = "give the segment of the code the flags 5 (read, execute)",
    [HV1_ENTRY] = "let ENTRY name a function of an executable section (_start)",
    [HV1_WRITABLE_CODE] = "align data to 4096 behind the code, as contract.ld does; no -Wl,-N",
    [HV1_PAGE_COUNT] = "declare fewer variables, or take memory by hybrid_grow when it is needed",
};

const char *check_remedy(enum hv1_verdict v)
{
    return remedies[v];
}

static void check_image(struct check *c, bytes elf)
{
    c->verdict = hv1_validate(&c->image, &c->header, elf);
    c->has_image = c->verdict == HV1_OK;
    c->is_valid = c->has_image;
    c->remedy = c->has_image ? NULL : check_remedy(c->verdict);
    if (c->has_image) {
        // One page of calldata: the length and up to 4,088 bytes.
        c->pages = 1 + c->image.stack_size / RV_PAGE_SIZE + c->image.writable_pages;
        for (u64 held = 0; held < c->pages; held++) {
            c->start_gas += PAGE_GAS + held / 4;
        }
    }
}

static bool is_elf(bytes code, usize at)
{
    static const u8 magic[] = {0x7F, 'E', 'L', 'F'};
    return code.n >= at + 4 && equal_bytes(code.p + at, magic, 4);
}

static void limit(struct check *c, u64 size, u64 max, const char *problem, const char *remedy)
{
    if (size > max && c->problem == NULL) {
        c->problem = problem;
        c->remedy = c->remedy != NULL ? c->remedy : remedy;
        c->is_valid = false;
    }
}

static void check_container(struct check *c, bytes code, u64 max)
{
    u64 n = load_be32(code.p + 1);
    if (n > code.n - CONTAINER_HEAD) {
        c->problem = "the container is shorter than the length that it states";
        c->remedy = "build it again: the file is cut short";
        return;
    }
    check_image(c, bytes_slice(code, CONTAINER_HEAD + 1, n - 1));
    limit(c, code.n, 2 * max, "the init code is larger than twice the limit of code",
          "make the program smaller: --optimize s, fewer tables");
}

struct check check_code(bytes code, u64 code_size_max)
{
    struct check c = {.kind = CHECK_EVM, .size = code.n, .header = ~0u};
    if (is_elf(code, 0) || (is_elf(code, 1) && code.p[0] == 0xFF)) {
        bool has_mark = code.p[0] == 0xFF;
        c.kind = CHECK_IMAGE;
        c.size += !has_mark;
        check_image(&c, bytes_slice(code, has_mark, code.n - has_mark));
        limit(&c, c.size, code_size_max, "the code is larger than the chain's limit",
              "make the program smaller: --optimize s, fewer tables");
        u64 above = c.size > LARGE_CODE ? c.size - LARGE_CODE : 0;
        c.load_gas = 4 * ((above + 31) / 32);
    } else if (code.n > CONTAINER_HEAD && code.p[0] == 0xFF && code.p[CONTAINER_HEAD] == 0xFF) {
        c.kind = CHECK_CONTAINER;
        check_container(&c, code, code_size_max);
    } else {
        c.is_valid = true;
        limit(&c, code.n, EVM_CODE_MAX, "EVM code is larger than 24576 bytes (EIP-170)",
              "split the contract, or let the compiler optimize for size");
        bool is_reserved = code.n > 0 && code.p[0] == 0xEF;
        limit(&c, is_reserved, 0, "the code begins with EF, which cannot be created (EIP-3541)",
              "this is no code of a usual compiler");
        bool is_inert = code.n > 0 && code.p[0] == 0xFF;
        limit(&c, is_inert, 0,
              "the code begins with FF and is no image: it would halt at each call",
              "give an ELF, or FF and an ELF");
    }
    return c;
}
