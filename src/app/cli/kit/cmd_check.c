// SPDX-License-Identifier: MIT
// `hybrid check`: whether files can be deployed, why not, and what they cost.
#include "app/cli/kit/check.h"
#include "app/cli/kit/command.h"
#include "app/cli/kit/commands.h"
#include "core/trace/put.h"
#include "lib/codec/json_write.h"

#define CODE_SIZE_MAX 262144u // default of maxCodeSize, ABI section 8
#define DEPOSIT_GAS 200u      // a byte

enum {
#define CHECK_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/kit/check_options.def"
    OPTION_COUNT
};

static const struct option_row rows[] = {
#define CHECK_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/kit/check_options.def"
};

static const struct option_set option_set = {
    .command = "check",
    .operand = "FILE...",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .about =
        "Looks at code as a chain does when it is created: an image (FF and an ELF, or an ELF), "
        "a creation\n"
        "container, or EVM code, as bytes or hex. Prints what it is and costs, or the rule "
        "that it breaks, where,\n"
        "and what to do. The exit status is 0 if all can be deployed, 1 if not.",
    .examples = "  hybrid check build/token.code build/token.deploy\n"
                "  hybrid check --json program.elf\n",
    .row = rows,
    .count = OPTION_COUNT,
};

static const char *const kind_texts[] = {"RISC-V image", "creation container", "EVM code"};
static const char *const kind_names[] = {"image", "container", "evm"};

static void put_verdict(struct buf *b, const struct check *c)
{
    if (c->problem != NULL) {
        buf_printf(b, "    refused   %s\n", c->problem);
    } else {
        buf_printf(b, "    refused   %s (%s", hv1_verdict_text(c->verdict),
                   hv1_verdict_name(c->verdict));
        if (c->header != ~0u) {
            buf_printf(b, ", program header %u", c->header);
        }
        buf_put_text(b, ")\n");
    }
    buf_printf(b, "    remedy    %s\n", c->remedy);
}

static void put_image(struct buf *b, const struct check *c)
{
    const struct hv1_image *image = &c->image;
    buf_printf(b, "    entry     0x%08x, stack %u bytes\n", image->entry, image->stack_size);
    for (u32 i = 0; i < image->segment_count; i++) {
        const struct hv1_segment *s = &image->segment[i];
        buf_printf(b, "    segment   0x%08x  %c%c%c  %u bytes, %u of them in the file\n", s->gva,
                   s->r ? 'r' : '-', s->w ? 'w' : '-', s->x ? 'x' : '-', s->size, s->file_size);
    }
    buf_printf(b, "    a call    begins with %u pages of 4 KiB: ", c->pages);
    put_number(b, c->start_gas);
    buf_put_text(b, " gas");
    if (c->load_gas > 0) {
        buf_put_text(b, ", and once a transaction ");
        put_number(b, c->load_gas);
        buf_put_text(b, " gas for code above 24576 bytes");
    }
    buf_put_u8(b, '\n');
}

static void put_check(struct buf *b, const char *path, const struct check *c, u64 max)
{
    buf_printf(b, "%s: %s, ", path, kind_texts[c->kind]);
    put_number(b, c->size);
    buf_put_text(b, " bytes");
    if (c->kind != CHECK_EVM) {
        buf_put_text(b, " of at most ");
        put_number(b, c->kind == CHECK_IMAGE ? max : 2 * max);
    }
    buf_printf(b, ": %s\n", c->is_valid ? "ok" : "cannot be deployed");
    if (!c->is_valid) {
        put_verdict(b, c);
    }
    if (c->has_image) {
        put_image(b, c);
    }
    if (c->is_valid && c->kind != CHECK_CONTAINER) {
        buf_put_text(b, "    deposit   ");
        put_number(b, c->size * DEPOSIT_GAS);
        buf_printf(b, " gas (%u a byte%s)\n", DEPOSIT_GAS,
                   c->kind == CHECK_IMAGE ? "; the development chain takes 20" : "");
    }
}

static void put_json(struct buf *b, const char *path, const struct check *c)
{
    struct json_writer w;
    json_write_init(&w, b, 0);
    json_begin_object(&w, NULL);
    json_put_text(&w, "file", path);
    json_put_text(&w, "kind", kind_names[c->kind]);
    json_put_bool(&w, "valid", c->is_valid);
    json_put_number(&w, "size", c->size);
    if (!c->is_valid) {
        bool is_rule = c->problem == NULL;
        json_put_text(&w, "problem", is_rule ? hv1_verdict_text(c->verdict) : c->problem);
        if (is_rule) {
            json_put_text(&w, "rule", hv1_verdict_name(c->verdict));
        }
        if (is_rule && c->header != ~0u) {
            json_put_number(&w, "programHeader", c->header);
        }
        json_put_text(&w, "remedy", c->remedy);
    }
    if (c->has_image) {
        json_put_number(&w, "entry", c->image.entry);
        json_put_number(&w, "stackSize", c->image.stack_size);
        json_put_number(&w, "pages", c->pages);
        json_put_number(&w, "startGas", c->start_gas);
        json_put_number(&w, "loadGas", c->load_gas);
    }
    json_end(&w);
    buf_put_u8(b, '\n');
}

static int check(struct options *o)
{
    struct buf text = {0};
    u64 max = CODE_SIZE_MAX;
    bool all_valid = true;
    if (!option_u64(&max, o, OPTION_LIMIT, (u64)1 << 32)) {
        return CLI_USAGE;
    }
    for (u32 i = 0; i < o->operand_count; i++) {
        struct buf code = {0};
        if (!read_data_file(&code, &o->why, o->operand[i])) {
            buf_fini(&code);
            buf_fini(&text);
            return CLI_USAGE;
        }
        struct check c = check_code(buf_bytes(&code), max);
        all_valid = all_valid && c.is_valid;
        if (option_given(o, OPTION_JSON)) {
            put_json(&text, o->operand[i], &c);
        } else {
            put_check(&text, o->operand[i], &c, max);
        }
        buf_fini(&code);
    }
    int status = cli_print("check", &text);
    buf_fini(&text);
    return status != CLI_OK ? status : all_valid ? CLI_OK : CLI_FAILED;
}

int cmd_check(int argc, char **argv)
{
    return work_command(&option_set, argc, argv, check);
}
