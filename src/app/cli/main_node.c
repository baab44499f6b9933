// SPDX-License-Identifier: MIT
// The program `hybrid-node`: a chain, served over JSON-RPC until it is asked to end, or a command
// on one that is not served.
#include <stdio.h>

#include "app/cli/cli.h"
#include "app/cli/cmd_node.h"
#include "app/cli/node_serve.h"

static int run(struct options *o)
{
    struct node_plan p;
    int status = CLI_USAGE;
    if (node_plan_read(&p, o)) {
        struct node *n = node_source_open(&p.source, &p.node, &o->why);
        status = n == NULL ? CLI_USAGE : node_serve(n, &p, &o->why);
        node_free(n);
    }
    node_plan_fini(&p);
    return status;
}

int main(int argc, char **argv)
{
    const struct node_command *command = argc > 1 ? node_command_find(argv[1]) : NULL;
    if (command != NULL) {
        return command->run(argc - 1, argv + 1);
    }
    struct options o;
    struct buf out = {0};
    int status = CLI_USAGE;
    bool ok = options_parse(&o, &node_option_set, argc, argv);
    if (ok && o.help) {
        options_put_help(&out, &node_option_set);
        node_command_put_all(&out);
        status = cli_print("node", &out);
    } else if (ok && node_wants_version(&o)) {
        buf_put_text(&out, "hybrid-node " HYBRID_VERSION "\n");
        status = cli_print("node", &out);
    } else if (ok) {
        status = run(&o);
    }
    if (o.why.n > 0) {
        fprintf(stderr, "hybrid-node: %.*s\n(`hybrid-node --help` tells more)\n", (int)o.why.n,
                (const char *)o.why.p);
    }
    buf_fini(&out);
    options_fini(&o);
    return status;
}
