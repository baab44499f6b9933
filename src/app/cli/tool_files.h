// SPDX-License-Identifier: MIT
// Inputs and outputs of the tools with geth's command line: files, or members of one JSON object on
// standard input and output.
#pragma once

#include "app/cli/options.h"
#include "app/cli/t8n_env.h"

#define TOOL_INPUTS_MAX 6u

struct tool_inputs { // documents; their values point into them
    struct json documents[TOOL_INPUTS_MAX];
    struct buf texts[TOOL_INPUTS_MAX];
    u32 count;
    bool has_stdin;
    u32 stdin_index;
};

void tool_inputs_fini(struct tool_inputs *in);
// The option's value, or what stands for it.
const char *tool_path(const struct options *o, u32 index, const char *otherwise);
// The file's value, or of "stdin" the member of that name.
MUST_USE enum t8n_status tool_input(json_value *out, struct tool_inputs *in, const char *path,
                                    const char *member, struct buf *why);
// A member that standard input may have.
MUST_USE enum t8n_status tool_stdin_member(json_value *out, bool *found, struct tool_inputs *in,
                                           const char *member, struct buf *why);

struct tool_output {
    const char *to;   // stdout, stderr, a file, or "" for nowhere
    const char *name; // as a member of what is printed
    bytes json;
};

// Files are written below `folder` (may be NULL); what goes to stdout is one object, so is what
// goes to stderr.
MUST_USE enum t8n_status tool_write(const struct tool_output *outputs, u32 count,
                                    const char *folder, struct buf *why);
