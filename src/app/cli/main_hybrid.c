// SPDX-License-Identifier: MIT
// The program `hybrid`: a table of commands. A command gets the arguments from its own name on.
#include <stdio.h>
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/kit/commands.h"

struct command {
    const char *name; // one word, or two with a space
    int (*run)(int argc, char **argv);
    const char *summary;
};

static int cmd_version(int argc, char **argv);
static int cmd_help(int argc, char **argv);

static const struct command commands[] = {
    {"run", cmd_run, "execute code or a call on a fresh or given state"},
    {"play", cmd_play, "play a file of steps on one state and check what they do"},
    {"new", cmd_new, "make a project with a contract and its tests"},
    {"build", cmd_build, "build contracts in C, Solidity and Rust"},
    {"check", cmd_check, "say whether code can be deployed, and what it will cost"},
    {"test", cmd_test, "run the tests of a project"},
    {"deploy", cmd_deploy, "create a contract on a chain"},
    {"call", cmd_call, "call a contract on a chain, without a transaction"},
    {"send", cmd_send, "send a transaction to a contract on a chain"},
    {"trace", cmd_trace, "show the calls of a transaction"},
    {"rpc", cmd_rpc, "call a method of a node"},
    {"abi encode", cmd_abi_encode, "encode a call"},
    {"abi decode", cmd_abi_decode, "decode a call, or what it returned"},
    {"abi selector", cmd_abi_selector, "print the selector of a function, the topic of an event"},
    {"abi list", cmd_abi_list, "list what a contract offers"},
    {"account new", cmd_account_new, "make a key, kept encrypted in a file"},
    {"account list", cmd_account_list, "list the key files of a folder"},
    {"account import", cmd_account_import, "keep a private key encrypted in a file"},
    {"account export", cmd_account_export, "print the private key of a key file"},
    {"account derive", cmd_account_derive, "derive keys from a mnemonic"},
    {"genesis", cmd_genesis, "show block 0 of a genesis file or a chain built in"},
    {"t8n", cmd_t8n, "make a state transition, as geth's evm t8n"},
    {"b11r", cmd_b11r, "build a block of its parts, as geth's evm b11r"},
    {"statetest", cmd_suite, "run official state tests"},
    {"blocktest", cmd_suite, "run official blockchain tests"},
    {"enginetest", cmd_suite, "run official Engine API tests"},
    {"vmtest", cmd_suite, "run official VM tests and vectors of opcodes"},
    {"tracetest", cmd_suite, "run vectors of tracers"},
    {"txtest", cmd_suite, "run official transaction tests"},
    {"trietest", cmd_suite, "run official trie tests"},
    {"rlptest", cmd_suite, "run official RLP tests"},
    {"difficultytest", cmd_suite, "run official difficulty and proof of work tests"},
    {"genesistest", cmd_suite, "run official genesis and fork id tests"},
    {"precompiletest", cmd_suite, "run vectors of precompiles"},
    {"rv run", cmd_rv_run, "run a RISC-V contract program by itself"},
    {"rv test", cmd_rv_test, "run bare-metal RISC-V test programs"},
    {"rv disasm", cmd_rv_disasm, "list the instructions of a RISC-V program"},
    {"version", cmd_version, "print the version"},
    {"help", cmd_help, "print help on a command"},
};

static void print_commands(FILE *to)
{
    fputs("usage: hybrid COMMAND [options]\n\n"
          "An Ethereum-compatible execution engine for EVM and RISC-V contracts.\n\ncommands:\n",
          to);
    for (usize i = 0; i < COUNT_OF(commands); i++) {
        fprintf(to, "  %-14s %s\n", commands[i].name, commands[i].summary);
    }
    fputs("\n`hybrid help COMMAND` shows its options and examples. For a start:\n"
          "  hybrid run --code 0x60016000526001601ff3\n",
          to);
}

static int cmd_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    puts("hybrid " HYBRID_VERSION);
    return fflush(stdout) == 0 ? CLI_OK : CLI_FAULT;
}

// The command that the first words name, and how many words that takes; NULL if there is none.
static const struct command *find_command(int *words, int argc, char **argv)
{
    for (usize i = 0; i < COUNT_OF(commands); i++) {
        const char *name = commands[i].name;
        const char *space = strchr(name, ' ');
        usize first = space != NULL ? (usize)(space - name) : strlen(name);
        if (argc < 1 || strlen(argv[0]) != first || strncmp(argv[0], name, first) != 0) {
            continue;
        }
        if (space == NULL || (argc > 1 && strcmp(argv[1], space + 1) == 0)) {
            *words = space == NULL ? 1 : 2;
            return &commands[i];
        }
    }
    return NULL;
}

// Whether there are commands of two words that begin with this one.
static bool names_group(const char *word)
{
    usize n = strlen(word);
    for (usize i = 0; i < COUNT_OF(commands); i++) {
        if (strncmp(commands[i].name, word, n) == 0 && commands[i].name[n] == ' ') {
            return true;
        }
    }
    return false;
}

static int refuse_command(int argc, char **argv)
{
    bool is_group = names_group(argv[0]);
    if (is_group && (argc < 2 || strcmp(argv[1], "--help") == 0)) {
        print_commands(argc < 2 ? stderr : stdout);
        return argc < 2 ? CLI_USAGE : CLI_OK;
    }
    fprintf(stderr, "hybrid: there is no command \"%s%s%s\"; `hybrid help` lists the commands\n",
            argv[0], is_group && argc > 1 ? " " : "", is_group && argc > 1 ? argv[1] : "");
    return CLI_USAGE;
}

static int cmd_help(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_commands(stdout);
        return fflush(stdout) == 0 ? CLI_OK : CLI_FAULT;
    }
    int words;
    const struct command *c = find_command(&words, argc - 1, argv + 1);
    if (c == NULL) {
        return refuse_command(argc - 1, argv + 1);
    }
    char option[] = "--help";
    char *arguments[] = {argv[words], option, NULL};
    return c->run(2, arguments);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_commands(stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        return cmd_version(argc, argv);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_commands(stdout);
        return fflush(stdout) == 0 ? CLI_OK : CLI_FAULT;
    }
    int words;
    const struct command *c = find_command(&words, argc - 1, argv + 1);
    if (c == NULL) {
        return refuse_command(argc - 1, argv + 1);
    }
    return c->run(argc - words, argv + words);
}
