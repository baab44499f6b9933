// SPDX-License-Identifier: MIT
// The option table's parser, values of options and their error texts.
#include "app/cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/number.h"
#include "lib/num/u256.h"
#include "test/test.h"

enum { GAS, CODE, SWITCH, TO, FORM, COUNT };

static const struct option_row rows[COUNT] = {
    [GAS] = {"gas", "GAS", "gas", "1000"},   [CODE] = {"code", "HEX|@FILE", "code", "0x00"},
    [SWITCH] = {"json", NULL, "json", NULL}, [TO] = {"to", "ADDRESS", "callee", "0x70"},
    [FORM] = {"evm", "FORM", "form", "a"},
};
static const struct option_set set = {
    .command = "test",
    .operand = "FILE",
    .operands_max = 2,
    .about = "",
    .examples = "",
    .row = rows,
    .count = COUNT,
};

static bool parse(struct options *o, int argc, const char *const *argv)
{
    return options_parse(o, &set, argc, (char **)(uintptr_t)argv);
}

#define PARSE(o, ...)                                                                              \
    parse(o, (int)(1 + sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),                    \
          (const char *[]){"test", __VA_ARGS__})

static void expect_why(struct options *o, const char *wanted)
{
    buf_put_u8(&o->why, 0);
    EXPECT_STR((const char *)o->why.p, wanted);
    options_fini(o);
}

TEST(options, both_spellings_switches_and_operands_are_taken)
{
    struct options o;
    EXPECT(PARSE(&o, "a", "--gas", "5", "--code=0x01", "--json", "--", "--x"));
    EXPECT_STR(o.value[GAS], "5");
    EXPECT_STR(o.value[CODE], "0x01");
    EXPECT_STR(o.value[SWITCH], "");
    EXPECT(!option_given(&o, TO));
    EXPECT_EQ(o.operand_count, 2);
    EXPECT_STR(o.operand[1], "--x");
    options_fini(&o);
    EXPECT(PARSE(&o, "-5", "--gas", "-7")); // a negative number is a value
    EXPECT_STR(o.operand[0], "-5");
    EXPECT_STR(o.value[GAS], "-7");
    options_fini(&o);
    EXPECT(PARSE(&o, "--help", "--nonsense"));
    EXPECT(o.help);
}

TEST(options, errors_name_the_option_and_what_to_do)
{
    struct options o;
    EXPECT(!PARSE(&o, "--gaz", "5"));
    expect_why(&o, "there is no option --gaz; did you mean --gas?");
    EXPECT(!PARSE(&o, "--quite-different"));
    expect_why(&o, "there is no option --quite-different");
    EXPECT(!PARSE(&o, "--gas"));
    expect_why(&o, "--gas needs a value (GAS); for example: --gas 1000");
    EXPECT(!PARSE(&o, "--json=1"));
    expect_why(&o, "--json takes no value, but has \"1\"");
    EXPECT(!PARSE(&o, "--gas", "1", "--gas=2"));
    expect_why(&o, "--gas is given twice");
    EXPECT(!PARSE(&o, "a", "b", "c"));
    expect_why(&o, "\"c\" is one FILE too many");
    EXPECT(!PARSE(&o, "-g"));
    expect_why(&o, "there is no option \"-g\" (options begin with two dashes)");
}

TEST(options, values_out_of_range_are_refused_with_an_example)
{
    struct options o;
    u64 gas = 7;
    EXPECT(PARSE(&o, "--gas", "101"));
    EXPECT(!option_u64(&gas, &o, GAS, 100));
    EXPECT_EQ(gas, 7);
    expect_why(&o, "--gas: \"101\" is larger than 100; for example: --gas 1000");
    EXPECT(PARSE(&o, "--gas", "0x64"));
    EXPECT(option_u64(&gas, &o, GAS, 100));
    EXPECT_EQ(gas, 100);
    options_fini(&o);
    address a = {{0}};
    EXPECT(PARSE(&o, "--to", "0x70"));
    EXPECT(!option_address(&a, &o, TO));
    options_fini(&o);
    u32 form = 9;
    EXPECT(PARSE(&o, "--evm", "c"));
    EXPECT(!option_choice(&form, &o, FORM, (const char *const[]){"a", "b"}, 2));
    expect_why(&o, "--evm: \"c\" is not one of a, b; for example: --evm a");
}

static const char *number_text(const char *text, u256 *out)
{
    return number_parse(out, text, strlen(text));
}

TEST(number, decimal_exponents_and_hex_are_read)
{
    u256 v;
    EXPECT(number_text("0", &v) == NULL);
    EXPECT_U256(v, u256_zero());
    EXPECT(number_text("5e18", &v) == NULL);
    EXPECT_U256(v, u256_from_u64(5000000000000000000));
    EXPECT(number_text("0xfF", &v) == NULL);
    EXPECT_U256(v, u256_from_u64(255));
    EXPECT(number_text("115792089237316195423570985008687907853269984665640564039457584007913129639"
                       "935",
                       &v) == NULL);
    EXPECT_U256(v, u256_max());
}

TEST(number, what_is_none_is_refused)
{
    static const char *const bad[] = {
        "",
        "x",
        "-1",
        "1.5",
        "1e",
        "1e100",
        "e5",
        "0x",
        "0xg",
        "1 ",
        " 1",
        "1e1a",
        "1e78",
        "115792089237316195423570985008687907853269984665640564039457584007913129639936",
        "0x10000000000000000000000000000000000000000000000000000000000000000",
    };
    for (usize i = 0; i < COUNT_OF(bad); i++) {
        u256 v;
        EXPECT(number_text(bad[i], &v) != NULL);
    }
}

// A file with these contents; its name stays until the next call.
static const char *file_with(const char *text, usize n)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/hybrid-options-test-%d", P_tmpdir, (int)getpid());
    FILE *f = fopen(path, "wb");
    EXPECT(f != NULL && fwrite(text, 1, n, f) == n && fclose(f) == 0);
    return path;
}

static void expect_data(const char *text, usize n, const char *wanted, usize wanted_n)
{
    struct buf out = {0};
    struct buf why = {0};
    const char *path = file_with(text, n);
    EXPECT(read_data_file(&out, &why, path));
    EXPECT_EQ(out.n, wanted_n);
    EXPECT_BYTES(out.p, wanted, wanted_n);
    remove(path);
    buf_fini(&out);
    buf_fini(&why);
}

TEST(options, a_file_is_hex_text_or_raw_bytes)
{
    expect_data("", 0, "", 0);
    expect_data("0x", 2, "", 0);
    expect_data(" \n\t", 3, "", 0);
    expect_data(" 0x01 0203\n04\r\n", 15, "\1\2\3\4", 4);
    expect_data("dEaD", 4, "\xde\xad", 2);
    expect_data("0x0g", 4, "0x0g", 4);
    expect_data("01x2", 4, "01x2", 4);
    expect_data("\x7f"
                "ELF",
                4,
                "\x7f"
                "ELF",
                4);
    expect_data("12\0", 3, "12\0", 3);
}

TEST(options, hex_text_of_an_odd_length_is_refused)
{
    struct buf out = {0};
    struct buf why = {0};
    const char *path = file_with("0x123\n", 6);
    EXPECT(!read_data_file(&out, &why, path));
    EXPECT(why.n > 0);
    remove(path);
    buf_clear(&why);
    EXPECT(!read_data_file(&out, &why, "/nonexistent/file"));
    EXPECT(why.n > 0);
    buf_fini(&out);
    buf_fini(&why);
}
