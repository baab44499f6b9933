// SPDX-License-Identifier: MIT
// `hybrid deploy`: creates a contract on a chain.
#include <string.h>

#include "app/api/transaction.h"
#include "app/cli/files.h"
#include "app/cli/kit/chain.h"
#include "app/cli/kit/commands.h"
#include "app/cli/kit/sol_value.h"
#include "lib/base/bytes.h"

static const struct option_set option_set = {
    .command = "deploy",
    .operand = "CONTRACT VALUE...",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .about =
        "Creates a contract: CONTRACT is a NAME built here (build/NAME.json), an artifact, or a "
        "file with init\n"
        "code (an ELF gets its container). VALUEs are the constructor's arguments, if the "
        "ABI is known. The\n"
        "transaction is signed here, sent, and waited for. The exit status is 1 if it "
        "fails, 3 if no node answers.",
    .examples = "  hybrid deploy counter 5\n"
                "  hybrid deploy build/token.json 'My token' MINE 1000e18 --account 1\n"
                "  hybrid deploy program.deploy --args 0x00ff --key @key.hex\n",
    .row = chain_options,
    .count = CHAIN_OPTION_COUNT,
};

static enum fault read_artifact(void *ctx, const json_value *root)
{
    struct chain_message *m = ctx;
    TRY(sol_abi_add_json(&m->abi, root));
    return json_find_data(&m->data, root, "bytecode");
}

static bool put_values(struct chain_message *m, struct options *o)
{
    static const struct sol_type nothing = {.kind = SOL_TUPLE, .name = ""};
    const struct sol_item *constructor = sol_abi_named(&m->abi, SOL_ITEM_CONSTRUCTOR, "");
    const struct sol_type *types = constructor != NULL ? &constructor->input : &nothing;
    if (option_given(o, OPTION_ARGS) && o->operand_count > 1) {
        return option_refuse(o, OPTION_ARGS, "there are values as well; one of both is enough");
    }
    if (option_given(o, OPTION_ARGS)) {
        return option_data(&m->data, o, OPTION_ARGS);
    }
    return sol_encode(&m->data, &o->why, types, o->operand + 1, o->operand_count - 1);
}

static bool read_contract(struct chain_message *m, struct options *o)
{
    struct buf path = {0};
    struct buf args = {0};
    const char *file = chain_artifact(&path, o->operand[0]);
    bool ok;
    if (!work_is_file(file)) {
        buf_printf(&o->why,
                   "there is neither a file %s nor build/%s.json; `hybrid build` makes artifacts",
                   o->operand[0], o->operand[0]);
        ok = false;
    } else if (work_ends_with(file, ".json")) {
        ok = read_json_file(&o->why, file, read_artifact, m);
        if (ok && m->data.n == 0) {
            buf_printf(&o->why, "%s has no bytecode: it is no artifact of a contract", file);
            ok = false;
        }
    } else {
        ok = read_data_file(&m->data, &o->why, file);
        container_wrap(&m->data, buf_bytes(&args));
    }
    ok = ok && put_values(m, o);
    buf_fini(&path);
    buf_fini(&args);
    return ok;
}

static int deploy(struct options *o)
{
    struct chain_message m;
    int status = CLI_USAGE;
    if (chain_open(&m, o) && read_contract(&m, o)) {
        m.is_create = true;
        status = chain_send(&m, o);
    }
    chain_close(&m);
    return status;
}

int cmd_deploy(int argc, char **argv)
{
    return work_command(&option_set, argc, argv, deploy);
}
