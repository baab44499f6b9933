// SPDX-License-Identifier: MIT
// What `hybrid deploy`, `call` and `send` share: a message from words of the command line, a
// transaction signed here and sent, its receipt as text.
#pragma once

#include "app/cli/kit/command.h"
#include "app/cli/kit/rpc_client.h"
#include "app/cli/kit/signer.h"
#include "app/cli/kit/sol_abi.h"

enum {
#define CONNECT_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#define SIGN_OPTION(NAME, name, argument, help, example)
#include "app/cli/kit/chain_options.def"
    CONNECT_OPTION_COUNT,
    BEFORE_SIGN_OPTIONS = CONNECT_OPTION_COUNT - 1,
#define CONNECT_OPTION(NAME, name, argument, help, example)
#define SIGN_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/kit/chain_options.def"
    CHAIN_OPTION_COUNT
};

extern const struct option_row chain_options[CHAIN_OPTION_COUNT]; // the first are CONNECT's

struct chain_message {
    struct rpc_client node;
    struct sol_abi abi;
    const struct sol_item *function; // that is called; NULL: not known
    bool is_create;
    address to;
    u256 value;
    u64 gas; // 0: to be estimated
    struct buf data;
};

// The node that the option at `index` names, else HYBRID_RPC of the environment, else the default.
MUST_USE bool chain_open_node(struct rpc_client *node, struct options *o, u32 index);
// Opens the client and reads the ABI, value and gas.
MUST_USE bool chain_open(struct chain_message *m, struct options *o);
void chain_close(struct chain_message *m);
// Function and values: operands from `first` on. None: the data stay empty.
MUST_USE bool chain_take_call(struct chain_message *m, struct options *o, u32 first);
// "build/NAME.json" for a NAME that is no file.
const char *chain_artifact(struct buf *path, const char *name);

// Signs and sends it and waits for its receipt, which is printed. The exit status; a sentence in
// o->why if it is no success.
int chain_send(struct chain_message *m, struct options *o);
// Says in o->why why the node refused a call: the revert's reason if there is one. The exit status.
int chain_refused(struct chain_message *m, struct options *o, struct buf *why);
// {"from": …, "to": …, "value": …, "data": …} of the message; `from` may be NULL.
void chain_put_call(struct buf *out, const struct chain_message *m, const address *from);
