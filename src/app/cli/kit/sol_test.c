// SPDX-License-Identifier: MIT
// The contract ABI: the published vectors, the specification's own examples, values there and back,
// and refusals of what is malformed.
#include <stdlib.h>
#include <string.h>

#include "app/cli/kit/sol_abi.h"
#include "app/cli/kit/sol_value.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "test/test.h"

struct world {
    struct sol_abi abi;
    struct buf out, why;
};

static void begin(struct world *w)
{
    *w = (struct world){.out = {0}};
    sol_abi_init(&w->abi);
}

static void end(struct world *w)
{
    sol_abi_fini(&w->abi);
    buf_fini(&w->out);
    buf_fini(&w->why);
}

static const struct sol_item *item(struct world *w, const char *text)
{
    bool ok = sol_abi_add_item(&w->abi, &w->why, text, strlen(text));
    return ok ? &w->abi.item[w->abi.count - 1] : NULL;
}

static void expect_encoding(const char *types, const char *const *values, u32 count,
                            const char *hex)
{
    struct world w;
    struct buf wanted = {0};
    hex_error error;
    begin(&w);
    const struct sol_item *i = item(&w, types);
    EXPECT(i != NULL);
    EXPECT(sol_encode(&w.out, &w.why, &i->input, values, count));
    EXPECT(hex_decode(&wanted, &error, hex, strlen(hex)));
    EXPECT_EQ(w.out.n, wanted.n);
    EXPECT_BYTES(w.out.p, wanted.p, wanted.n);
    EXPECT(sol_check(&i->input, buf_bytes(&w.out)));
    buf_fini(&wanted);
    end(&w);
}

#define WORD(tail) "00000000000000000000000000000000000000000000000000000000000000" tail

// The vectors of ethereum/tests, ABITests/basic_abi_tests.json.
TEST(sol, gives_the_published_encodings)
{
    const char *const one[] = {"98127491"};
    const char *const two[] = {"324124", "0xcd2a3d9f938e13cd947ec05abc7fe734df8dd826"};
    const char *const four[] = {"291", "[1110, 1929]", "0x31323334353637383930",
                                "0x48656c6c6f2c20776f726c6421"};
    expect_encoding("(uint256)", one, 1,
                    "0000000000000000000000000000000000000000000000000000000005d94e83");
    expect_encoding("(uint256,address)", two, 2,
                    "000000000000000000000000000000000000000000000000000000000004f21c"
                    "000000000000000000000000cd2a3d9f938e13cd947ec05abc7fe734df8dd826");
    expect_encoding(
        "(uint256,uint32[],bytes10,bytes)", four, 4,
        "0000000000000000000000000000000000000000000000000000000000000123" WORD(
            "80") "3132333435363738393000000000000000000000000000000000000000000000" WORD("e0")
            WORD(
                "02") "0000000000000000000000000000000000000000000000000000000000000456"
                      "0000000000000000000000000000000000000000000000000000000000000789" WORD(
                          "0d") "48656c6c6f2c20776f726c642100000000000000000000000000000000000000");
}

// "Examples" and "Use of Dynamic Types" of the specification.
TEST(sol, gives_the_encodings_of_the_specification)
{
    const char *const nested[] = {"[[1,2],[3]]", "[\"one\",\"two\",\"three\"]"};
    expect_encoding(
        "(uint256[][],string[])", nested, 2,
        "0000000000000000000000000000000000000000000000000000000000000040"
        "0000000000000000000000000000000000000000000000000000000000000140" WORD("02") WORD("40")
            WORD("a0") WORD("02") WORD("01") WORD("02") WORD("01") WORD("03") WORD("03") WORD("60")
                WORD("a0") WORD("e0")
                    WORD("03") "6f6e65000000000000000000000000000000000000000000000000000000000"
                               "0" WORD("03") "74776f0000000000000000000000000000000000000000000000"
                                              "000000000000" WORD(
                                                  "05") "746872656500000000000000000000000000000000"
                                                        "0000000000000000000000");
}

static void expect_round(const char *types, const char *value, const char *shown)
{
    struct world w;
    struct buf text = {0};
    begin(&w);
    const struct sol_item *i = item(&w, types);
    EXPECT(i != NULL);
    if (!sol_encode(&w.out, &w.why, &i->input, &value, 1)) {
        test_fail(__FILE__, __LINE__, "%s %s: %.*s", types, value, (int)w.why.n,
                  (const char *)w.why.p);
    }
    EXPECT(sol_decode_lines(&text, &i->input, buf_bytes(&w.out)));
    buf_put_u8(&text, 0);
    EXPECT_STR((const char *)text.p, shown);
    buf_fini(&text);
    end(&w);
}

TEST(sol, reads_back_what_it_wrote)
{
    expect_round("(int8)", "-128", "-128\n");
    expect_round("(int256)", "-1", "-1\n");
    expect_round("(uint256)", "5e18", "5000000000000000000\n");
    expect_round("(bool)", "true", "true\n");
    expect_round("(string)", "a \"b\" c", "\"a \"b\" c\"\n");
    expect_round("(bytes)", "0x", "0x\n");
    expect_round("(bytes3)", "0x010203", "0x010203\n");
    expect_round("(uint8[2][])", "[]", "[]\n");
    expect_round("((uint256 a,string b)[2])", "[(1,\"x\"),[2,\"y\\u0041\\n\"]]",
                 "[(1, \"x\"), (2, \"yA\\x0a\")]\n");
    expect_round("(tuple(bool,address[])[])", "[]", "[]\n");
}

static void expect_value_refused(const char *types, const char *value, const char *part)
{
    struct world w;
    begin(&w);
    const struct sol_item *i = item(&w, types);
    EXPECT(i != NULL);
    EXPECT(!sol_encode(&w.out, &w.why, &i->input, &value, 1));
    buf_put_u8(&w.why, 0);
    if (strstr((const char *)w.why.p, part) == NULL) {
        test_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", (const char *)w.why.p, part);
    }
    end(&w);
}

TEST(sol, says_what_is_wrong_with_a_value_and_where)
{
    expect_value_refused("(uint8 small)", "256", "argument 1 (small, uint8): 256 does not fit");
    expect_value_refused("(uint8)", "-1", "-1 does not fit uint8");
    expect_value_refused("(int8)", "128", "128 does not fit int8");
    expect_value_refused("(int8)", "-129", "does not fit int8");
    expect_value_refused("(uint256)", "abc", "is not a number");
    expect_value_refused("(bool)", "1", "neither true nor false");
    expect_value_refused("(address)", "0x12", "40 hex digits, not 2");
    expect_value_refused("(address)", "12", "not hex after 0x");
    expect_value_refused("(bytes2)", "0x010203", "2 bytes are 4 hex digits, not 6");
    expect_value_refused("(uint8[2])", "[1]", "the list has 1 elements, not 2");
    expect_value_refused("(uint8[])", "[1,2", "\",\" or \"]\" was expected, at character 5");
    expect_value_refused("(uint8[])", "[1] 2", "something behind the value");
    expect_value_refused("((uint8,bool))", "(1)", "the tuple has 1 values, not 2");
    expect_value_refused("(string[])", "[\"a]", "no ending");
    expect_value_refused("(string[])", "[\"\\q\"]", "no such escape");
}

static void expect_item_refused(const char *text, const char *part)
{
    struct world w;
    begin(&w);
    EXPECT(item(&w, text) == NULL);
    buf_put_u8(&w.why, 0);
    if (strstr((const char *)w.why.p, part) == NULL) {
        test_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", (const char *)w.why.p, part);
    }
    end(&w);
}

TEST(sol, says_what_is_wrong_with_a_signature_and_where)
{
    expect_item_refused("f(uint7)", "\"uint7\" is no type of the contract ABI, at character 3");
    expect_item_refused("f(uint256", "\",\" or \")\" was expected");
    expect_item_refused("f", "\"(\" and types were expected");
    expect_item_refused("f(uint8[0])", "a number above 0");
    expect_item_refused("f(()[])", "elements that are not empty");
    expect_item_refused("f(((())[]))", "elements that are not empty");
    expect_item_refused("f(uint8) sometimes", "\"sometimes\" is not known here");
    expect_item_refused("receive(uint8)", "the receive takes no arguments");
    expect_item_refused("constructor f(uint8)", "the constructor has no name");
    expect_item_refused("event (uint8)", "the name of the event is missing");
    expect_item_refused("f(uint8[9999][9999])", "takes more than 4096 words");
    expect_item_refused("f((((((((((((((((((uint8))))))))))))))))))", "more than 16 deep");
}

TEST(sol, knows_signatures_with_names_and_returns)
{
    struct world w;
    struct buf text = {0};
    begin(&w);
    const struct sol_item *i = item(
        &w, "function f(uint a, (bool b, bytes c)[] calldata d) external view returns (int x)");
    EXPECT(i != NULL);
    sol_put_signature(&text, i);
    buf_put_u8(&text, 0);
    EXPECT_STR((const char *)text.p, "f(uint256,(bool,bytes)[])");
    EXPECT_EQ(i->mutability, SOL_VIEW);
    EXPECT_EQ(i->output.inner_count, 1);
    const struct sol_item *t = item(&w, "transfer(address,uint256)(bool)");
    EXPECT_EQ(load_be32(t->hash.b), 0xa9059cbb);
    EXPECT(sol_abi_named(&w.abi, SOL_ITEM_FUNCTION, "transfer") == t);
    EXPECT(sol_abi_named(&w.abi, SOL_ITEM_FUNCTION, "transfer(address)") == NULL);
    buf_fini(&text);
    end(&w);
}

TEST(sol, writes_the_json_that_it_reads)
{
    static const char lines[] = "# a comment\nconstructor(uint256 start) payable\n"
                                "function f((uint8 a, string b)[2] c) pure returns (bool)\n\n"
                                "event E(address indexed who, bytes data) anonymous // why\n"
                                "error No(uint256)\nreceive() payable\n";
    struct world w;
    struct world again;
    struct json j;
    struct buf second = {0};
    begin(&w);
    begin(&again);
    EXPECT(sol_abi_add_lines(&w.abi, &w.why, (bytes){(const u8 *)lines, sizeof lines - 1}));
    EXPECT_EQ(w.abi.count, 5);
    sol_abi_put_json(&w.out, &w.abi);
    EXPECT_EQ(json_parse(&j, buf_bytes(&w.out)), FAULT_NONE);
    json_value root = json_root(&j);
    EXPECT_EQ(sol_abi_add_json(&again.abi, &root), FAULT_NONE);
    sol_abi_put_json(&second, &again.abi);
    EXPECT_EQ(second.n, w.out.n);
    EXPECT_BYTES(second.p, w.out.p, second.n);
    json_fini(&j);
    buf_fini(&second);
    end(&w);
    end(&again);
}

TEST(sol, refuses_data_that_are_no_encoding)
{
    struct world w;
    u8 data[32 * 40] = {0};
    begin(&w);
    const struct sol_item *i = item(&w, "(bytes)");
    EXPECT(!sol_check(&i->input, BYTES_NONE));
    data[31] = 33; // an offset beyond the end
    EXPECT(!sol_check(&i->input, (bytes){data, 32}));
    data[31] = 32;
    data[63] = 1; // a length beyond the end
    EXPECT(!sol_check(&i->input, (bytes){data, 64}));
    EXPECT(sol_check(&i->input, (bytes){data, 96}));
    memset(data + 32, 0xFF, 32);
    EXPECT(!sol_check(&i->input, (bytes){data, 96}));
    EXPECT(!sol_check(&item(&w, "(bool)")->input, (bytes){data + 32, 32}));
    EXPECT(!sol_check(&item(&w, "(address)")->input, (bytes){data + 32, 32}));
    end(&w);
}

// Lists whose offsets all point at the same list: what is visited doubles with each level.
TEST(sol, bounds_the_work_on_parts_that_are_used_many_times)
{
    struct world w;
    struct buf data = {0};
    begin(&w);
    const struct sol_item *i = item(&w, "(uint8[][][][][][][][][][][][])");
    EXPECT(i != NULL);
    u8 word[32] = {[31] = 32};
    buf_put(&data, word, 32);
    for (u32 level = 0; level < 12; level++) {
        u8 count[32] = {[31] = 64};
        buf_put(&data, count, 32);
        u8 offset[32] = {[30] = 8}; // behind the 64 offsets
        for (u32 k = 0; k < 64; k++) {
            buf_put(&data, offset, 32);
        }
    }
    EXPECT(!sol_decode_json(&w.out, &i->input, buf_bytes(&data)));
    EXPECT_EQ(w.out.n, 0);
    buf_fini(&data);
    end(&w);
}

TEST(sol, tells_reverts_by_the_errors_of_the_abi)
{
    struct world w;
    u8 data[4 + 64] = {0};
    begin(&w);
    const struct sol_item *e = item(&w, "error TooMuch(uint256 have, uint256)");
    copy_bytes(data, e->hash.b, 4);
    data[35] = 7;
    data[67] = 9;
    EXPECT(sol_abi_put_revert(&w.out, &w.abi, (bytes){data, sizeof data}));
    buf_put_u8(&w.out, 0);
    EXPECT_STR((const char *)w.out.p, "TooMuch(have: 7, 9)");
    EXPECT(!sol_abi_put_revert(&w.out, &w.abi, (bytes){data, 20}));
    EXPECT(!sol_abi_put_revert(&w.out, &w.abi, (bytes){data + 4, 4}));
    end(&w);
}
