// SPDX-License-Identifier: MIT
// `hybrid abi …`: encodes and decodes what contracts are given and give back, by a signature or a
// contract's ABI.
#include <string.h>

#include "app/cli/kit/command.h"
#include "app/cli/kit/commands.h"
#include "app/cli/kit/sol_abi.h"
#include "app/cli/kit/sol_value.h"
#include "core/trace/put.h"
#include "lib/base/bytes.h"

enum {
#define ABI_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/kit/abi_options.def"
    OPTION_COUNT
};

static const struct option_row rows[] = {
#define ABI_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/kit/abi_options.def"
};

static const struct option_set encode_set = {
    .command = "abi encode",
    .operand = "SIGNATURE VALUE...",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .about = "Encodes a call: the selector, then the values. Without a name before the parenthesis "
             "there is no\n"
             "selector. Lists are written [1,2], tuples (1,2), texts inside of them in double "
             "quotes.",
    .examples = "  hybrid abi encode 'transfer(address,uint256)' "
                "0x70997970C51812dc3A010C7d01b50e0d17dc79C8 5e18\n"
                "  hybrid abi encode '(string,uint8[])' 'some text' '[1,2,3]'\n"
                "  hybrid abi encode --abi build/token.json transfer "
                "0x70997970C51812dc3A010C7d01b50e0d17dc79C8 5\n",
    .row = rows,
    .count = OPTION_COUNT,
};

static const struct option_set decode_set = {
    .command = "abi decode",
    .operand = "SIGNATURE HEX",
    .operands_min = 2,
    .operands_max = 2,
    .about = "Decodes the data of a call, of what a function returned (--output), or of plain "
             "types, a value a\nline.",
    .examples = "  hybrid abi decode '(uint256,bool)' 0x0000…05…01\n"
                "  hybrid abi decode 'balanceOf(address)(uint256)' --output 0x0000…05\n"
                "  hybrid abi decode --abi build/token.json transfer @calldata.hex\n",
    .row = rows,
    .count = OPTION_COUNT,
};

static const struct option_set selector_set = {
    .command = "abi selector",
    .operand = "SIGNATURE",
    .operands_min = 1,
    .operands_max = 1,
    .about = "Prints the selector of a function or an error, or the topic of an event.",
    .examples = "  hybrid abi selector 'transfer(address,uint256)'\n"
                "  hybrid abi selector --event 'Transfer(address,address,uint256)'\n"
                "  hybrid abi selector 'event Transfer(address indexed from, address indexed to, "
                "uint256 amount)'\n",
    .row = rows,
    .count = OPTION_COUNT,
};

static const struct option_set list_set = {
    .command = "abi list",
    .operand = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .about = "Lists the functions, events and errors of a contract's ABI with their selectors and "
             "topics; with\n--json prints the ABI as JSON. A FILE that does not end with .json has "
             "an item a line.",
    .examples = "  hybrid abi list build/token.json\n"
                "  hybrid abi list --json contracts/token.abi\n",
    .row = rows,
    .count = OPTION_COUNT,
};

static const char *bare_name(const struct sol_item *item)
{
    return item->name[0] != 0 ? item->name : sol_item_kind_name(item->kind);
}

// The item that SIGNATURE means. NULL: *why says what is wrong.
static const struct sol_item *find_item(struct sol_abi *abi, struct options *o)
{
    const char *text = o->operand[0];
    if (option_given(o, OPTION_ABI)) {
        if (!sol_abi_add_file(abi, &o->why, o->value[OPTION_ABI])) {
            return NULL;
        }
        for (u32 kind = 0; kind <= SOL_ITEM_CONSTRUCTOR; kind++) {
            const struct sol_item *item = sol_abi_named(abi, (enum sol_item_kind)kind, text);
            if (item != NULL) {
                return item;
            }
        }
        if (strcmp(text, "constructor") == 0 &&
            sol_abi_named(abi, SOL_ITEM_CONSTRUCTOR, "") != NULL) {
            return sol_abi_named(abi, SOL_ITEM_CONSTRUCTOR, "");
        }
    }
    if (strchr(text, '(') == NULL && option_given(o, OPTION_ABI)) {
        buf_printf(&o->why, "%s has no \"%.60s\"; `hybrid abi list %s` shows what it has",
                   o->value[OPTION_ABI], text, o->value[OPTION_ABI]);
        return NULL;
    }
    return sol_abi_add_item(abi, &o->why, text, strlen(text)) ? &abi->item[abi->count - 1] : NULL;
}

static bool has_selector(const struct sol_item *item)
{
    return item->name[0] != 0 && (item->kind == SOL_ITEM_FUNCTION || item->kind == SOL_ITEM_ERROR);
}

static int print_line(struct options *o, struct buf *text)
{
    buf_put_u8(text, '\n');
    return cli_print(o->set->command, text);
}

static int encode(struct options *o)
{
    struct sol_abi abi;
    struct buf data = {0};
    struct buf text = {0};
    int status = CLI_USAGE;
    sol_abi_init(&abi);
    const struct sol_item *item = find_item(&abi, o);
    if (item != NULL) {
        buf_put(&data, item->hash.b, has_selector(item) ? 4 : 0);
        if (sol_encode(&data, &o->why, &item->input, o->operand + 1, o->operand_count - 1)) {
            put_data(&text, buf_bytes(&data));
            status = print_line(o, &text);
        }
    }
    buf_fini(&data);
    buf_fini(&text);
    sol_abi_fini(&abi);
    return status;
}

static bool take_data(struct buf *out, struct options *o)
{
    const char *text = o->operand[1];
    hex_error error;
    if (text[0] == '@') {
        return read_data_file(out, &o->why, text + 1);
    }
    if (hex_decode(out, &error, text, strlen(text))) {
        return true;
    }
    buf_printf(&o->why, "\"%.60s\" is not hex: %s, at character %zu (a file is written @FILE)",
               text, error.text, error.at + 1);
    return false;
}

static bool put_decoded(struct buf *text, struct options *o, const struct sol_item *item,
                        bytes data)
{
    bool is_output = option_given(o, OPTION_OUTPUT);
    const struct sol_type *types = is_output ? &item->output : &item->input;
    if (is_output && !item->has_output) {
        buf_printf(&o->why,
                   "the signature does not say what %s returns; for example: %s(…)(uint256)",
                   bare_name(item), bare_name(item));
        return false;
    }
    if (!is_output && has_selector(item)) {
        if (data.n < 4 || !equal_bytes(data.p, item->hash.b, 4)) {
            buf_printf(&o->why, "the data do not begin with the selector 0x%08x of %s",
                       load_be32(item->hash.b), bare_name(item));
            return false;
        }
        data = bytes_slice(data, 4, data.n - 4);
    }
    bool ok = option_given(o, OPTION_JSON) ? sol_decode_json(text, types, data)
                                           : sol_decode_lines(text, types, data);
    if (!ok) {
        buf_printf(&o->why, "the %zu bytes are no encoding of ", data.n);
        sol_put_type(&o->why, types);
    }
    return ok;
}

static int decode(struct options *o)
{
    struct sol_abi abi;
    struct buf data = {0};
    struct buf text = {0};
    int status = CLI_USAGE;
    sol_abi_init(&abi);
    const struct sol_item *item = find_item(&abi, o);
    if (item != NULL && take_data(&data, o) && put_decoded(&text, o, item, buf_bytes(&data))) {
        status =
            option_given(o, OPTION_JSON) ? print_line(o, &text) : cli_print(o->set->command, &text);
    }
    buf_fini(&data);
    buf_fini(&text);
    sol_abi_fini(&abi);
    return status;
}

static int selector(struct options *o)
{
    struct sol_abi abi;
    struct buf text = {0};
    int status = CLI_USAGE;
    sol_abi_init(&abi);
    const struct sol_item *item = find_item(&abi, o);
    if (item != NULL && item->name[0] == 0) {
        buf_printf(&o->why, "\"%.60s\" has no name; for example: transfer(address,uint256)",
                   o->operand[0]);
    } else if (item != NULL) {
        bool is_event = item->kind == SOL_ITEM_EVENT || option_given(o, OPTION_EVENT);
        put_data(&text, (bytes){item->hash.b, is_event ? 32 : 4});
        status = print_line(o, &text);
    }
    buf_fini(&text);
    sol_abi_fini(&abi);
    return status;
}

static void put_item(struct buf *text, const struct sol_item *item)
{
    buf_printf(text, "%-11s ", sol_item_kind_name(item->kind));
    if (item->kind <= SOL_ITEM_ERROR) {
        put_data(text, (bytes){item->hash.b, item->kind == SOL_ITEM_EVENT ? 32 : 4});
        buf_put_u8(text, ' ');
    }
    if (item->kind <= SOL_ITEM_CONSTRUCTOR) {
        sol_put_signature(text, item);
    }
    if (item->kind == SOL_ITEM_FUNCTION && item->output.inner_count > 0) {
        buf_put_text(text, " returns ");
        sol_put_type(text, &item->output);
    }
    buf_put_u8(text, '\n');
}

static int list(struct options *o)
{
    struct sol_abi abi;
    struct buf text = {0};
    int status = CLI_USAGE;
    sol_abi_init(&abi);
    if (sol_abi_add_file(&abi, &o->why, o->operand[0])) {
        if (option_given(o, OPTION_JSON)) {
            sol_abi_put_json(&text, &abi);
            buf_put_u8(&text, '\n');
        }
        for (u32 i = 0; i < abi.count && !option_given(o, OPTION_JSON); i++) {
            put_item(&text, &abi.item[i]);
        }
        status = cli_print("abi list", &text);
    }
    buf_fini(&text);
    sol_abi_fini(&abi);
    return status;
}

int cmd_abi_encode(int argc, char **argv)
{
    return work_command(&encode_set, argc, argv, encode);
}

int cmd_abi_decode(int argc, char **argv)
{
    return work_command(&decode_set, argc, argv, decode);
}

int cmd_abi_selector(int argc, char **argv)
{
    return work_command(&selector_set, argc, argv, selector);
}

int cmd_abi_list(int argc, char **argv)
{
    return work_command(&list_set, argc, argv, list);
}
