// SPDX-License-Identifier: MIT
// Command line options as a table, from which come the parser, the help text and the example in
// every error. Options are written --name VALUE or --name=VALUE, in any order with the operands;
// after -- all are operands; a negative number is one too. Each option may be given once. Every
// refusal is one sentence in `why` that names the option, its value, what is wrong with it, and an
// example.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

#define OPTIONS_MAX 40
#define OPERANDS_MAX 64

struct option_row {
    const char *name;     // without the two dashes
    const char *argument; // what the value is, as in help; NULL: a switch
    const char *help;     // a clause
    const char *example;  // a value; NULL for a switch
};

struct option_set {
    const char *program; // NULL: "hybrid"
    const char *command; // "run"; "" if the program has none
    const char *operand; // what operands are, as in help; NULL: none are taken
    u32 operands_min, operands_max;
    const char *about;    // paragraph at the top of help
    const char *examples; // lines at its end
    const struct option_row *row;
    u32 count;
};

struct options {
    const struct option_set *set;
    const char *value[OPTIONS_MAX]; // NULL: not given; "" for a switch that was
    const char *operand[OPERANDS_MAX];
    u32 operand_count;
    bool help; // --help or -h: nothing else was looked at
    struct buf why;
};

void options_fini(struct options *o);
// argv[0] is skipped. False: *why says what is wrong.
MUST_USE bool options_parse(struct options *o, const struct option_set *set, int argc, char **argv);
void options_put_help(struct buf *out, const struct option_set *set);

static inline bool option_given(const struct options *o, u32 index)
{
    return o->value[index] != NULL;
}

// Values of options that may be missing: *out is then left as it is. False: *why says what is
// wrong.
MUST_USE bool option_u64(u64 *out, struct options *o, u32 index, u64 max);
MUST_USE bool option_u256(u256 *out, struct options *o, u32 index);
MUST_USE bool option_address(address *out, struct options *o, u32 index);
MUST_USE bool option_choice(u32 *out, struct options *o, u32 index, const char *const *names,
                            u32 count);
// HEX, or @FILE: a file is hex text if it holds only hex digits, a leading 0x and white space, else
// raw bytes; @- is standard input. Appended.
MUST_USE bool option_data(struct buf *out, struct options *o, u32 index);
// The same for a file named without @.
MUST_USE bool option_file(struct buf *out, struct options *o, u32 index);
// Says that two options exclude each other, or that one needs the other.
bool option_conflict(struct options *o, u32 index, u32 other, const char *reason);
// A refusal about an option: "--name: <message>".
PRINTF_LIKE(3, 4) bool option_refuse(struct options *o, u32 index, const char *format, ...);

// Bytes of a file by the rule above. False: a sentence was appended to why.
MUST_USE bool read_data_file(struct buf *out, struct buf *why, const char *path);
