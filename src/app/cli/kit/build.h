// SPDX-License-Identifier: MIT
// Making contracts of their sources. Of each contract NAME there is afterwards, in the folder
// `out`:
//
//     NAME.json       the artifact: abi, bytecode, deployedBytecode, as other tools read it
//     NAME.abi.json   the ABI alone
//     NAME.code       what lies on the chain: FF and the program, or EVM byte code
//     NAME.deploy     init code without arguments: the creation container, or EVM init code
//     NAME.debug.elf  of a RISC-V contract: the program with symbols
//
// The language is told by the source: NAME.c, NAME.sol, or a folder with a Cargo.toml. What a C or
// Rust contract offers is in NAME.abi beside the source (sol_abi.h), from which also constants for
// the source are made: selectors of functions and errors, topics of events.
#pragma once

#include "app/cli/kit/sol_abi.h"
#include "lib/base/buf.h"
#include "lib/base/cc.h"

#define BUILD_NAME_SIZE 64u
#define BUILD_CONTRACTS_MAX 256u

struct build_plan {
    const char *kit;      // folder of the kit
    const char *out;      // folder of results, which is made
    const char *optimize; // what follows -O: "s", "2"
    u64 stack;            // bytes of a C contract's stack; 0: the kit's default
};

struct built {
    char name[BUILD_NAME_SIZE];
    bool is_riscv;
    const char *language;
    usize code_size, deploy_size;
    u32 functions;
};

struct build {
    struct build_plan plan;
    bool has_kit_objects; // the kit's own sources are compiled
    struct built *made;   // owned; of a build in the order of sources
    u32 made_count;
    struct buf why; // after false
};

void build_init(struct build *b, const struct build_plan *plan);
void build_fini(struct build *b);
// One source. False: *why says what failed, with what the compiler said.
MUST_USE bool build_source(struct build *b, const char *path);
// All sources of a folder, in the order of their names.
MUST_USE bool build_folder(struct build *b, const char *path);

// ---- for the languages (build_c.c, build_solidity.c, build_rust.c)
MUST_USE bool build_c(struct build *b, const char *path);
MUST_USE bool build_solidity(struct build *b, const char *path);
MUST_USE bool build_rust(struct build *b, const char *path);
// A C program that is run by itself, without a constructor: the test programs of `hybrid test`.
// Its sources, and those in the kit's folder c/test. *elf: the program with symbols.
MUST_USE bool build_c_test(struct build *b, struct buf *elf, const char *path);
// finish.sh on a linked ELF: "image" strips it to what the machine loads, "container" puts the
// container around that, "pack" around the file as it is.
MUST_USE bool build_finish(struct build *b, const char *what, const char *linked, const char *to);
// Reads NAME.abi beside `path` if it is there, and writes the constants to the file `header`: a C
// header, or a Rust module if it ends with .rs.
MUST_USE bool build_constants(struct build *b, struct sol_abi *abi, const char *path,
                              const char *header);
// Writes NAME.abi.json, NAME.json, NAME.code, NAME.deploy and notes what was made.
MUST_USE bool build_keep(struct build *b, const struct built *what, bytes abi_json, bytes code,
                         bytes deploy);
