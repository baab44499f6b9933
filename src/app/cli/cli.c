// SPDX-License-Identifier: MIT
// How commands speak: results to standard output, everything else to standard error.
#include "app/cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int cli_refuse(const char *command, const struct buf *message)
{
    fprintf(stderr, "hybrid %s: %.*s\n`hybrid help %s` shows the options and examples.\n", command,
            (int)message->n, (const char *)message->p, command);
    return CLI_USAGE;
}

int cli_fault(const char *command, enum fault f, const char *detail)
{
    fprintf(
        stderr,
        "hybrid %s: fault: %s%s%s\nThis is not a result of the contract; nothing was changed.\n",
        command, fault_text(f), detail[0] != 0 ? ": " : "", detail);
    return CLI_FAULT;
}

int cli_print(const char *command, struct buf *text)
{
    bool ok = fwrite(text->p, 1, text->n, stdout) == text->n && fflush(stdout) == 0;
    buf_clear(text);
    if (!ok) {
        return cli_fault(command, FAULT_IO, strerror(errno));
    }
    return CLI_OK;
}
