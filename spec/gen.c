// SPDX-License-Identifier: MIT
// gen sdk-header | rust | abi [FILE]: prints what is made from the tables of spec/ onto standard
// output: the C header of contracts (hybrid_abi.h), the Rust module of the same numbers, and
// manuals: the prose of FILE (spec/abi.md.in, conformance.md.in, rpc.md.in) with tables in the
// place of lines like
// @SERVICES@. Run in the root of the tree.
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define LINE_SIZE 4096

struct row { // of a table that is only names, numbers and text
    const char *name;
    uint64_t value;
    const char *text;
};

struct service {
    uint32_t id;
    const char *symbol, *name, *fork;
    uint32_t gas;
    const char *in, *out, *note;
};

static const struct row forks[] = {
#define FORK(NAME, test_name, cli_name) {cli_name, 0, test_name},
#include "spec/forks.def"
};

struct eip {
    const char *fork;
    uint32_t number;
    const char *title, *where, *tests;
};

static const struct eip eips[] = {
#define EIP(FORK, number, title, where, tests) {#FORK, number, title, where, tests},
#include "spec/eips.def"
};

struct vectors {
    const char *command, *set;
    uint32_t cases, failed;
    const char *note;
};

static const struct vectors vectors[] = {
#define VECTORS(command, set, cases, failed, note) {command, set, cases, failed, note},
#include "spec/vectors.def"
};

static const struct row memory[] = {
#define MEMORY(NAME, value, text) {#NAME, value, text},
#include "spec/memory.def"
};

static const struct row halts[] = {
#define HALT(NAME, text) {#NAME, 0, text},
#include "spec/halts.def"
};

static const struct row faults[] = {
#define FAULT(NAME, text) {#NAME, 0, text},
#include "spec/faults.def"
};

static const struct row image_rules[] = {
#define HV1(NAME, text) {#NAME, 0, text},
#include "spec/hv1.def"
};

static const struct service syscalls[] = {
#define SYSCALL(id, NAME, name, FORK, gas, in, out, note)                                          \
    {id, #NAME, name, #FORK, gas, in, out, note},
#include "spec/syscalls.def"
};

static const struct service services[] = {
#define SERVICE(id, NAME, name, in, out, text) {id, #NAME, name, NULL, 0, in, out, text},
#include "spec/services.def"
};

struct price {
    const char *fork, *name; // fork: NULL for the value from the first fork on
    uint64_t value;
    const char *source;
};

static const struct price prices[] = {
#define GAS(NAME, value, source) {NULL, #NAME, value, source},
#define GAS_CHANGE(FORK, NAME, value, source) {#FORK, #NAME, value, source},
#include "spec/gas.def"
};

static const struct row instructions[] = {
#define OP(NAME, text, match, cost, ...) {text, cost, NULL},
#define RV_R OP
#define RV_I OP
#define RV_SHIFT OP
#define RV_SHIFTW OP
#define RV_UNARY OP
#define RV_U OP
#define RV_LOAD OP
#define RV_STORE OP
#define RV_FENCE OP
#define RV_JAL OP
#define RV_JALR OP
#define RV_BRANCH OP
#define RV_SYS OP
#define RV_CSR OP
#define RV_CSRI OP
#define RV_LR OP
#define RV_SC OP
#define RV_AMO OP
#define RV_FLOAD OP
#define RV_FSTORE OP
#define RV_F_FFF_RM OP
#define RV_F_FF_RM OP
#define RV_F_F_RM OP
#define RV_F_FF OP
#define RV_X_FF OP
#define RV_X_F_RM OP
#define RV_X_F OP
#define RV_F_X_RM OP
#define RV_F_X OP
#include "spec/rv64.def"
};

// The name of a fork as a reader writes it, "osaka".
static const char *const fork_symbols[] = {
#define FORK(NAME, test_name, cli_name) #NAME,
#include "spec/forks.def"
};

static const char *fork_text(const char *symbol)
{
    for (size_t i = 0; i < COUNT(fork_symbols); i++) {
        if (strcmp(fork_symbols[i], symbol) == 0) {
            return forks[i].name;
        }
    }
    return symbol;
}

// ---- the C header and the Rust module ----

static void print_sdk_header(void)
{
    puts("// SPDX-License-Identifier: MIT\n"
         "// Printed by spec/gen from the tables of spec/: ids of the services, the memory map and "
         "the bounds\n"
         "// of ABI version 1. For C and for the assembler. The services' manual is docs/abi.md.\n"
         "#pragma once\n\n#define HYBRID_ABI_VERSION_NUMBER 1\n");
    for (size_t i = 0; i < COUNT(memory); i++) {
        printf("#define HYBRID_%-20s 0x%llX // %s\n", memory[i].name,
               (unsigned long long)memory[i].value, memory[i].text);
    }
    puts("\n// Services: an ecall with the id in t0.");
    for (size_t i = 0; i < COUNT(syscalls); i++) {
        printf("#define HYBRID_SERVICE_%-22s 0x%02X // %s -> %s\n", syscalls[i].symbol,
               syscalls[i].id, syscalls[i].in[0] ? syscalls[i].in : "()",
               syscalls[i].out[0] ? syscalls[i].out : "()");
    }
}

static void print_rust(void)
{
    puts("// SPDX-License-Identifier: MIT\n"
         "//! Printed by spec/gen from the tables of spec/: ids of the services, the memory map "
         "and the bounds\n"
         "//! of ABI version 1. The services' manual is docs/abi.md.\n\n"
         "pub const ABI_VERSION: u64 = 1;");
    for (size_t i = 0; i < COUNT(memory); i++) {
        printf("\n/// %s\npub const %s: u64 = 0x%llX;", memory[i].text, memory[i].name,
               (unsigned long long)memory[i].value);
    }
    puts("\n\n/// Services: an ecall with the id in t0.\npub mod service {");
    for (size_t i = 0; i < COUNT(syscalls); i++) {
        printf("    /// {%s} -> {%s}: %s\n    pub const %s: u8 = 0x%02X;\n", syscalls[i].in,
               syscalls[i].out, syscalls[i].note, syscalls[i].symbol, syscalls[i].id);
    }
    puts("}");
}

// ---- tables of the manual ----

static void print_lower(const char *s)
{
    for (; *s != '\0'; s++) {
        putchar(tolower((unsigned char)*s));
    }
}

static void print_memory(void)
{
    puts("| name | value | what |\n|---|---|---|");
    for (size_t i = 0; i < COUNT(memory); i++) {
        printf(memory[i].value > 0xFFFFFF ? "| `HYBRID_%s` | 0x%llX | %s |\n"
                                          : "| `HYBRID_%s` | %llu | %s |\n",
               memory[i].name, (unsigned long long)memory[i].value, memory[i].text);
    }
}

static void print_services(void)
{
    puts("| id | name | arguments | results | gas | what | from |\n|---|---|---|---|---|---|---|");
    for (size_t i = 0; i < COUNT(syscalls); i++) {
        const struct service *s = &syscalls[i];
        printf("| 0x%02X | `%s` | %s | %s | %u | %s | %s |\n", s->id, s->name, s->in, s->out,
               s->gas, s->note, strcmp(s->fork, "FRONTIER") == 0 ? "" : fork_text(s->fork));
    }
}

static void print_mini_evm_services(void)
{
    puts("| t0 | name | arguments | results | what |\n|---|---|---|---|---|");
    for (size_t i = 0; i < COUNT(services); i++) {
        const struct service *s = &services[i];
        printf("| %u | %s | %s | %s | %s |\n", s->id, s->name, s->in, s->out, s->note);
    }
}

static void print_texts(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        printf("- %s\n", rows[i].text);
    }
}

static void print_halts(void)
{
    for (size_t i = 0; i < COUNT(halts); i++) {
        printf("%s`%s`", i == 0 ? "" : ", ", halts[i].text);
    }
    puts(".");
}

static void print_costs(void)
{
    puts("| cycles | instructions |\n|---|---|");
    for (uint64_t cost = 0; cost <= 64; cost++) {
        bool any = false;
        for (size_t i = 0; i < COUNT(instructions); i++) {
            if (instructions[i].value == cost) {
                any ? printf(" `%s`", instructions[i].name)
                    : printf("| %llu | `%s`", (unsigned long long)cost, instructions[i].name);
                any = true;
            }
        }
        if (any) {
            puts(" |");
        }
    }
}

static void print_price(uint64_t value)
{
    value == GAS_NO_BOUND ? printf("none") : printf("%llu", (unsigned long long)value);
}

static void print_gas(void)
{
    puts("| parameter | at first | later | source |\n|---|---|---|---|");
    for (size_t i = 0; i < COUNT(prices); i++) {
        const struct price *p = &prices[i];
        if (p->fork != NULL) {
            continue;
        }
        printf("| ");
        print_lower(p->name);
        printf(" | ");
        print_price(p->value);
        printf(" | ");
        const char *separator = "";
        for (size_t j = 0; j < COUNT(prices); j++) {
            if (prices[j].fork != NULL && strcmp(prices[j].name, p->name) == 0) {
                printf("%s", separator);
                print_price(prices[j].value);
                printf(" from %s (%s)", fork_text(prices[j].fork), prices[j].source);
                separator = "; ";
            }
        }
        printf(" | %s |\n", p->source);
    }
}

static void print_forks(void)
{
    for (size_t i = 0; i < COUNT(forks); i++) {
        printf("%s%s", i == 0 ? "" : ", ", forks[i].name);
    }
    puts(".");
}

// A number with a comma between thousands.
static void print_grouped(uint64_t v)
{
    if (v >= 1000) {
        print_grouped(v / 1000);
        printf(",%03u", (uint32_t)(v % 1000));
    } else {
        printf("%u", (uint32_t)v);
    }
}

static void print_vectors(void)
{
    uint64_t cases = 0;
    uint64_t failed = 0;
    puts("| command | set | cases hold with hybrid off | on | |\n|---|---|---:|---:|---|");
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vectors *v = &vectors[i];
        cases += v->cases;
        failed += v->failed;
        printf("| `%s` | `%s` | ", v->command, v->set);
        print_grouped(v->cases);
        fputs(" | ", stdout);
        print_grouped(v->cases - v->failed);
        printf(" | %s |\n", v->note);
    }
    fputs("| | all | ", stdout);
    print_grouped(cases);
    fputs(" | ", stdout);
    print_grouped(cases - failed);
    puts(" | |");
}

// Paths, divided by spaces, as code.
static void print_paths(const char *paths)
{
    putchar('`');
    for (const char *p = paths; *p != '\0'; p++) {
        if (*p == ' ') {
            fputs("`, `", stdout);
        } else {
            putchar(*p);
        }
    }
    putchar('`');
}

// The EIPs of each fork in its order.
static void print_eips(void)
{
    puts("| fork | EIP | | where | tests |\n|---|---|---|---|---|");
    for (size_t f = 0; f < COUNT(forks); f++) {
        for (size_t i = 0; i < COUNT(eips); i++) {
            const struct eip *e = &eips[i];
            if (strcmp(e->fork, fork_symbols[f]) != 0) {
                continue;
            }
            printf("| %s | %u | %s | ", forks[f].text, e->number, e->title);
            print_paths(e->where);
            printf(" | %s |\n", e->tests);
        }
    }
}

// ---- docs/rpc.md

struct method {
    const char *name, *parameters, *text;
};

static const struct method methods[] = {
#define RPC_METHOD(name, handler, least, most, parameters, text) {name, parameters, text},
#include "node/rpc/methods.def"
};
#define METHOD_COUNT (sizeof methods / sizeof methods[0])

struct other {
    const char *name;
    bool has[3];
    const char *reason;
};

static const struct other others[] = {
#define RPC_OTHER(name, geth, reth, anvil, reason) {name, {geth, reth, anvil}, reason},
#include "spec/rpc_others.def"
};

static size_t namespace_size(const char *name)
{
    return strcspn(name, "_");
}

static bool same_namespace(const char *a, const char *b)
{
    size_t n = namespace_size(a);
    return n == namespace_size(b) && memcmp(a, b, n) == 0;
}

static void print_namespace(size_t first)
{
    printf("\n### `%.*s_`\n\n| method | parameters | result |\n|---|---|---|\n",
           (int)namespace_size(methods[first].name), methods[first].name);
    for (size_t i = first; i < METHOD_COUNT; i++) {
        if (same_namespace(methods[i].name, methods[first].name)) {
            printf("| `%s` | %s | %s |\n", methods[i].name, methods[i].parameters, methods[i].text);
        }
    }
}

static void print_methods(void)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        bool is_first = true;
        for (size_t k = 0; k < i; k++) {
            is_first = is_first && !same_namespace(methods[k].name, methods[i].name);
        }
        if (is_first) {
            print_namespace(i);
        }
    }
}

static bool is_here(const char *name)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        if (strcmp(methods[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

// A method that is missing here stands there with its reason.
static void print_comparison(void)
{
    size_t here = 0;
    printf("| method | geth | reth | anvil | here |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < COUNT(others); i++) {
        const struct other *o = &others[i];
        bool ours = is_here(o->name);
        if (ours == (o->reason[0] != 0)) {
            fprintf(stderr, "gen: spec/rpc_others.def: %s is %s\n", o->name,
                    ours ? "here and has a reason why not" : "not here, and why is not said");
            exit(1);
        }
        here += ours;
        printf("| `%s` | %s | %s | %s | %s%s |\n", o->name, o->has[0] ? "yes" : "",
               o->has[1] ? "yes" : "", o->has[2] ? "yes" : "", ours ? "yes" : "no: ", o->reason);
    }
    printf("\n%zu of these %zu methods are here; this node has %zu.\n", here, COUNT(others),
           METHOD_COUNT);
}

// Prints the table that a marker line names; false if there is none of this name.
static bool print_table(const char *marker)
{
    if (strcmp(marker, "@MEMORY@") == 0) {
        print_memory();
    } else if (strcmp(marker, "@SERVICES@") == 0) {
        print_services();
    } else if (strcmp(marker, "@MINI_EVM_SERVICES@") == 0) {
        print_mini_evm_services();
    } else if (strcmp(marker, "@IMAGE_RULES@") == 0) {
        print_texts(image_rules, COUNT(image_rules));
    } else if (strcmp(marker, "@FAULTS@") == 0) {
        print_texts(faults, COUNT(faults));
    } else if (strcmp(marker, "@HALTS@") == 0) {
        print_halts();
    } else if (strcmp(marker, "@COSTS@") == 0) {
        print_costs();
    } else if (strcmp(marker, "@GAS@") == 0) {
        print_gas();
    } else if (strcmp(marker, "@VECTORS@") == 0) {
        print_vectors();
    } else if (strcmp(marker, "@EIPS@") == 0) {
        print_eips();
    } else if (strcmp(marker, "@FORKS@") == 0) {
        print_forks();
    } else if (strcmp(marker, "@RPC_METHODS@") == 0) {
        print_methods();
    } else if (strcmp(marker, "@RPC_OTHERS@") == 0) {
        print_comparison();
    } else {
        return false;
    }
    return true;
}

static int print_manual(const char *path)
{
    FILE *prose = fopen(path, "r");
    if (prose == NULL) {
        fprintf(stderr, "gen: %s: %s\n", path, strerror(errno));
        return 1;
    }
    char line[LINE_SIZE];
    int status = 0;
    for (uint32_t number = 1; fgets(line, sizeof line, prose) != NULL; number++) {
        size_t n = strcspn(line, "\n");
        line[n] = '\0';
        if (line[0] != '@') {
            puts(line);
        } else if (!print_table(line)) {
            fprintf(stderr, "gen: %s:%u: no table is called %s\n", path, number, line);
            status = 1;
        }
    }
    fclose(prose);
    return status;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "sdk-header") == 0) {
        print_sdk_header();
    } else if (strcmp(what, "rust") == 0) {
        print_rust();
    } else if (strcmp(what, "abi") == 0) {
        return print_manual(argc > 2 ? argv[2] : "spec/abi.md.in");
    } else {
        fputs("usage: gen sdk-header | rust | abi [FILE]\n", stderr);
        return 2;
    }
    return 0;
}
