// SPDX-License-Identifier: MIT
// The program `hybrid-node`. The node itself is not part of this version: it says its version and
// refuses everything else, so that scripts learn early what is missing.
#include <stdio.h>
#include <string.h>

#include "app/cli/cli.h"

int main(int argc, char **argv)
{
    if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0)) {
        puts("hybrid-node " HYBRID_VERSION);
        return fflush(stdout) == 0 ? CLI_OK : CLI_FAULT;
    }
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        puts("usage: hybrid-node --version\n\nThis version of hybrid-node only prints its version; "
             "contracts are"
             " executed by `hybrid run`.");
        return fflush(stdout) == 0 ? CLI_OK : CLI_FAULT;
    }
    fprintf(stderr,
            "hybrid-node: %s%s%s; this version only knows --version (contracts are executed by"
            " `hybrid run`)\n",
            argc > 1 ? "\"" : "", argc > 1 ? argv[1] : "nothing to do",
            argc > 1 ? "\" is not supported" : "");
    return CLI_USAGE;
}
