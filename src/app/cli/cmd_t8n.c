// SPDX-License-Identifier: MIT
// `hybrid t8n`: the transition tool with the command line, files and exit statuses of geth's `evm
// t8n`.
#include "app/cli/cli.h"
#include "app/cli/options.h"
#include "app/cli/t8n.h"
#include "app/cli/tool_files.h"
#include "app/cli/tx_json.h"
#include "lib/base/mem.h"
#include "lib/codec/json_write.h"
#include "lib/codec/rlp.h"
#include "lib/os/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
#define T8N_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/t8n_options.def"
    OPTION_COUNT
};

static const struct option_row ROWS[OPTION_COUNT] = {
#define T8N_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/t8n_options.def"
};

static const struct option_set SET = {
    .command = "t8n",
    .about =
        "Executes transactions on an allocation and writes what comes out, as geth's `evm t8n`.\n"
        "Exit statuses: 2 execution failed, 3 fork and env do not fit, 4 a block hash is missing,\n"
        "10 malformed JSON, 11 files, 12 malformed RLP.",
    .examples =
        "  hybrid t8n --input.alloc=alloc.json --input.env=env.json --input.txs=txs.json \\\n"
        "    --state.fork=Cancun --output.result=stdout --output.alloc=stdout\n"
        "  hybrid t8n --input.alloc=stdin --input.env=stdin --input.txs=stdin --state.fork=Osaka\n",
    .row = ROWS,
    .count = OPTION_COUNT,
};

struct tool {
    struct options o;
    struct tool_inputs inputs;
    struct t8n_plan plan;
    struct buf why;
};

static enum t8n_status json_error(struct tool *tool, const char *what, const json_value *v)
{
    const struct buf *e = &v->document->error;
    buf_printf(&tool->why, "%s: %.*s", what, (int)e->n, (const char *)e->p);
    return T8N_JSON;
}

static bool read_flags(struct tool *tool)
{
    static const char *const FORMS[] = {"riscv", "native"};
    static const char *const SWITCH[] = {"off", "on"};
    struct options *o = &tool->o;
    struct t8n_plan *p = &tool->plan;
    u32 form = 1;
    u32 riscv = 0;
    u64 ignored = 0;
    if (!option_choice(&form, o, OPTION_EVM, FORMS, COUNT_OF(FORMS)) ||
        !option_choice(&riscv, o, OPTION_RISCV, SWITCH, COUNT_OF(SWITCH)) ||
        !option_u64(&ignored, o, OPTION_VERBOSITY, 9)) {
        return false;
    }
    const char *reward = o->value[OPTION_REWARD];
    p->form = form == 0 ? VM_EVM_GUEST : VM_EVM_NATIVE;
    p->has_reward = reward == NULL || reward[0] != '-'; // any below zero: none
    if (p->has_reward && !option_u64(&p->reward, o, OPTION_REWARD, ~(u64)0 >> 1)) {
        return false;
    }
    p->schedule.params.riscv = riscv == 1;
    return option_u256(&p->schedule.chain_id, o, OPTION_CHAINID);
}

static enum t8n_status read_alloc_and_env(struct tool *tool)
{
    json_value v;
    const char *path = tool_path(&tool->o, OPTION_INPUT_ALLOC, "alloc.json");
    enum t8n_status status = tool_input(&v, &tool->inputs, path, "alloc", &tool->why);
    if (status == T8N_OK && alloc_read(&tool->plan.alloc, &v) != FAULT_NONE) {
        status = json_error(tool, "alloc", &v);
    }
    path = tool_path(&tool->o, OPTION_INPUT_ENV, "env.json");
    status = status == T8N_OK ? tool_input(&v, &tool->inputs, path, "env", &tool->why) : status;
    if (status == T8N_OK && t8n_env_read(&tool->plan.env, &v) != FAULT_NONE) {
        status = json_error(tool, "env", &v);
    }
    return status;
}

// ---- transactions

static enum t8n_status apply_json(struct tool *tool, struct t8n *t, const json_value *list)
{
    enum t8n_status status = T8N_OK;
    if (json_kind_of(list) == JSON_KIND_NULL) {
        return T8N_OK;
    }
    if (json_expect(list, JSON_KIND_LIST) != FAULT_NONE) {
        return json_error(tool, "txs", list);
    }
    enum fork fork = tool->plan.schedule.fork[tool->plan.schedule.count - 1].fork;
    for (usize i = 0; status == T8N_OK && i < json_count(list); i++) {
        json_value one = json_element(list, i);
        struct transaction tx = {.nonce = 0};
        if (tx_json_read(&tx, &one, fork, &tool->plan.schedule.chain_id) == FAULT_NONE) {
            status = t8n_apply(t, &tx, &tool->why);
        } else {
            status = json_error(tool, "txs", &one);
        }
        transaction_fini(&tx);
    }
    return status;
}

static enum t8n_status apply_rlp(struct tool *tool, struct t8n *t, const json_value *text)
{
    struct buf body = {0};
    enum t8n_status status = T8N_OK;
    if (json_get_data(&body, text) != FAULT_NONE) {
        status = json_error(tool, "txs", text);
    } else {
        bytes rest = buf_bytes(&body);
        bytes list;
        bytes raw;
        bool ok = rlp_next_list(&list, &rest) && rest.n == 0;
        while (ok && status == T8N_OK && list.n > 0) {
            ok = block_next_transaction(&raw, &list);
            status = ok ? t8n_apply_raw(t, raw, &tool->why) : status;
        }
        if (!ok) {
            buf_put_text(&tool->why, "txs: not a list of transactions in RLP");
            status = T8N_RLP;
        }
    }
    buf_fini(&body);
    return status;
}

static enum t8n_status apply_all(struct tool *tool, struct t8n *t)
{
    json_value v;
    const char *path = tool_path(&tool->o, OPTION_INPUT_TXS, "txs.json");
    usize n = strlen(path);
    bool rlp = n > 4 && strcmp(path + n - 4, ".rlp") == 0;
    if (strcmp(path, "stdin") == 0) {
        bool found = false;
        enum t8n_status status = tool_stdin_member(&v, &found, &tool->inputs, "txsRlp", &tool->why);
        if (status != T8N_OK || found) {
            return status != T8N_OK ? status : apply_rlp(tool, t, &v);
        }
    }
    enum t8n_status status = tool_input(&v, &tool->inputs, path, "txs", &tool->why);
    if (status != T8N_OK) {
        return status;
    }
    return rlp ? apply_rlp(tool, t, &v) : apply_json(tool, t, &v);
}

// ---- results

static enum t8n_status write_results(struct tool *tool, const struct t8n_result *r)
{
    struct tool_output outputs[] = {
        {tool_path(&tool->o, OPTION_OUTPUT_ALLOC, "alloc.json"), "alloc", buf_bytes(&r->alloc)},
        {tool_path(&tool->o, OPTION_OUTPUT_RESULT, "result.json"), "result", buf_bytes(&r->result)},
        {tool_path(&tool->o, OPTION_OUTPUT_BODY, ""), "body", buf_bytes(&r->body)},
    };
    return tool_write(outputs, COUNT_OF(outputs), tool->o.value[OPTION_OUTPUT_BASEDIR], &tool->why);
}

static enum t8n_status run(struct tool *tool)
{
    struct t8n_plan *p = &tool->plan;
    const char *folder = tool->o.value[OPTION_OUTPUT_BASEDIR];
    if (folder != NULL && os_make_folder(&tool->why, folder) != FAULT_NONE) {
        return T8N_IO;
    }
    if (option_given(&tool->o, OPTION_TRACE)) {
        p->trace_folder = folder != NULL && folder[0] != 0 ? folder : ".";
    }
    enum t8n_status status = read_alloc_and_env(tool);
    if (status != T8N_OK) {
        return status;
    }
    struct t8n *t = t8n_begin(p, &status, &tool->why);
    if (t == NULL) {
        return status;
    }
    struct t8n_result result = {{0}, {0}, {0}};
    status = apply_all(tool, t);
    status = status == T8N_OK ? t8n_finish(t, &result, &tool->why) : status;
    status = status == T8N_OK ? write_results(tool, &result) : status;
    t8n_result_fini(&result);
    t8n_free(t);
    return status;
}

static int begin(struct tool *tool)
{
    const char *fork = tool->o.value[OPTION_FORK];
    fork = fork != NULL ? fork : "Osaka";
    enum t8n_status status = t8n_schedule(&tool->plan.schedule, &tool->why, fork);
    if (status == T8N_OK && !read_flags(tool)) {
        return cli_refuse("t8n", &tool->o.why);
    }
    status = status == T8N_OK ? run(tool) : status;
    if (status != T8N_OK) {
        fprintf(stderr, "ERROR(%d): %.*s\n", (int)status, (int)tool->why.n,
                (const char *)tool->why.p);
    }
    return (int)status;
}

int cmd_t8n(int argc, char **argv)
{
    struct tool *tool = mem_zalloc(sizeof *tool);
    int status;
    if (!options_parse(&tool->o, &SET, argc, argv)) {
        status = cli_refuse("t8n", &tool->o.why);
    } else if (tool->o.help) {
        struct buf text = {0};
        options_put_help(&text, &SET);
        status = cli_print("t8n", &text);
        buf_fini(&text);
    } else {
        status = begin(tool);
    }
    options_fini(&tool->o);
    tool_inputs_fini(&tool->inputs);
    alloc_fini(&tool->plan.alloc);
    t8n_env_fini(&tool->plan.env);
    buf_fini(&tool->why);
    mem_free(tool);
    return status;
}
