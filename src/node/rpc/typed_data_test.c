// SPDX-License-Identifier: MIT
// EIP-712: its own example, the vectors of ethers (fixtures/node/eip712), null and types that refer
// to themselves, and a refusal with its place for each rule.
#include "node/rpc/typed_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/crypto/hash/keccak.h"
#include "test/test.h"

static enum fault hash_text(b256 *out, struct json *j, bytes text, enum typed_version version)
{
    enum fault f = json_parse(j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(j);
        f = typed_data_hash(out, &root, version);
    }
    return f;
}

static void expect_hash(const char *text, enum typed_version version, const char *wanted)
{
    struct json j;
    struct buf got = {0};
    b256 hash;
    enum fault f = hash_text(&hash, &j, (bytes){(const u8 *)text, strlen(text)}, version);
    if (f != FAULT_NONE) {
        FAIL("%.*s\n%s", (int)j.error.n, (const char *)j.error.p, text);
    }
    hex_put_data(&got, hash.b, sizeof hash.b);
    buf_put_u8(&got, 0);
    EXPECT_STR((const char *)got.p, wanted);
    buf_fini(&got);
    json_fini(&j);
}

#define DOMAIN_TYPE "\"EIP712Domain\":[{\"name\":\"name\",\"type\":\"string\"}]"

// Types beside the domain's, of which T is the one of the message.
static void refused(const char *types, const char *message, const char *wanted)
{
    struct buf text = {0};
    struct json j;
    b256 hash;
    buf_printf(&text,
               "{\"types\":{" DOMAIN_TYPE ",%s},\"primaryType\":\"T\","
               "\"domain\":{\"name\":\"d\"},\"message\":%s}",
               types, message);
    EXPECT_EQ(hash_text(&hash, &j, buf_bytes(&text), TYPED_V4), FAULT_BAD_INPUT);
    buf_put_u8(&j.error, 0);
    EXPECT_STR((const char *)j.error.p, wanted);
    json_fini(&j);
    buf_fini(&text);
}

// A type T with one member `a`.
static void refused_value(const char *type, const char *value, const char *wanted)
{
    char types[160];
    char message[160];
    (void)snprintf(types, sizeof types, "\"T\":[{\"name\":\"a\",\"type\":\"%s\"}]", type);
    (void)snprintf(message, sizeof message, "{\"a\":%s}", value);
    refused(types, message, wanted);
}

static void refused_type(const char *type, const char *wanted)
{
    refused_value(type, "0", wanted);
}

// ---- right ones

TEST(typed_data, the_example_of_the_eip)
{
    static const char text[] =
        "{\"types\":{\"EIP712Domain\":[{\"name\":\"name\",\"type\":\"string\"},"
        "{\"name\":\"version\",\"type\":\"string\"},{\"name\":\"chainId\",\"type\":\"uint256\"},"
        "{\"name\":\"verifyingContract\",\"type\":\"address\"}],"
        "\"Person\":[{\"name\":\"name\",\"type\":\"string\"},"
        "{\"name\":\"wallet\",\"type\":\"address\"}],\"Mail\":["
        "{\"name\":\"from\",\"type\":\"Person\"},{\"name\":\"to\",\"type\":\"Person\"},"
        "{\"name\":\"contents\",\"type\":\"string\"}]},\"primaryType\":\"Mail\",\"domain\":{"
        "\"name\":\"Ether Mail\",\"version\":\"1\",\"chainId\":1,\"verifyingContract\":"
        "\"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC\"},\"message\":{\"from\":{\"name\":\"Cow\","
        "\"wallet\":\"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826\"},\"to\":{\"name\":\"Bob\","
        "\"wallet\":\"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB\"},"
        "\"contents\":\"Hello, Bob!\"}}";
    static const char hash[] = "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2";
    expect_hash(text, TYPED_V4, hash);
    expect_hash(text, TYPED_V3, hash);
}

// A vector has the message as `data`, and the hash as `digest`.
static void run_vector(const json_value *v)
{
    static const char *const NAMES[][2] = {{"types", "types"},
                                           {"primaryType", "primaryType"},
                                           {"domain", "domain"},
                                           {"data", "message"}};
    struct buf text = {0};
    json_value member;
    const char *digest;
    usize n;
    for (usize i = 0; i < COUNT_OF(NAMES); i++) {
        EXPECT(json_look_up(&member, v, NAMES[i][0]));
        buf_printf(&text, "%c\"%s\":", i == 0 ? '{' : ',', NAMES[i][1]);
        json_put_copy(&text, &member);
    }
    buf_put_text(&text, "}");
    buf_put_u8(&text, 0);
    EXPECT(json_look_up(&member, v, "digest"));
    EXPECT_EQ(json_get_text(&digest, &n, &member), FAULT_NONE);
    expect_hash((const char *)text.p, TYPED_V4, digest);
    buf_fini(&text);
}

TEST(typed_data, the_vectors_of_ethers)
{
    usize n;
    char *file = test_read(test_asset("fixtures/node/eip712/typed-data.json"), &n);
    if (file == NULL) {
        return; // not here; `make fixtures` says so
    }
    struct json j;
    EXPECT_EQ(json_parse(&j, (bytes){(const u8 *)file, n}), FAULT_NONE);
    json_value root = json_root(&j);
    EXPECT(json_count(&root) > 100);
    for (usize i = 0; i < json_count(&root); i++) {
        json_value v = json_element(&root, i);
        run_vector(&v);
    }
    json_fini(&j);
    free(file);
}

static void add_hash(struct buf *out, const char *text)
{
    b256 hash;
    keccak256(&hash, text, strlen(text));
    buf_put(out, hash.b, sizeof hash.b);
}

static void close_hash(struct buf *b)
{
    b256 hash;
    keccak256(&hash, b->p, b->n);
    buf_clear(b);
    buf_put(b, hash.b, sizeof hash.b);
}

// By hand: a list of one, whose tail is null.
TEST(typed_data, null_ends_a_type_that_refers_to_itself)
{
    static const char text[] =
        "{\"types\":{" DOMAIN_TYPE ",\"T\":[{\"name\":\"tail\",\"type\":\"T\""
        "}]},\"primaryType\":\"T\",\"domain\":{\"name\":\"d\"},"
        "\"message\":{\"tail\":null}}";
    struct buf domain = {0};
    struct buf message = {0};
    struct buf all = {0};
    struct buf wanted = {0};
    add_hash(&domain, "EIP712Domain(string name)");
    add_hash(&domain, "d");
    close_hash(&domain);
    add_hash(&message, "T(T tail)");
    zero_bytes(buf_extend(&message, 32), 32);
    close_hash(&message);
    buf_put(&all, "\x19\x01", 2);
    buf_put(&all, domain.p, domain.n);
    buf_put(&all, message.p, message.n);
    close_hash(&all);
    hex_put_data(&wanted, all.p, all.n);
    buf_put_u8(&wanted, 0);
    expect_hash(text, TYPED_V4, (const char *)wanted.p);

    struct json j;
    b256 hash;
    bytes b = {(const u8 *)text, sizeof text - 1};
    EXPECT_EQ(hash_text(&hash, &j, b, TYPED_V3), FAULT_BAD_INPUT);
    json_fini(&j);
    buf_fini(&domain);
    buf_fini(&message);
    buf_fini(&all);
    buf_fini(&wanted);
}

TEST(typed_data, a_domain_alone_is_hashed_without_a_message)
{
    struct buf all = {0};
    struct buf domain = {0};
    struct buf wanted = {0};
    add_hash(&domain, "EIP712Domain(string name)");
    add_hash(&domain, "d");
    close_hash(&domain);
    buf_put(&all, "\x19\x01", 2);
    buf_put(&all, domain.p, domain.n);
    close_hash(&all);
    hex_put_data(&wanted, all.p, all.n);
    buf_put_u8(&wanted, 0);
    expect_hash("{\"types\":{" DOMAIN_TYPE "},\"primaryType\":\"EIP712Domain\",\"domain\":"
                "{\"name\":\"d\"}}",
                TYPED_V4, (const char *)wanted.p);
    buf_fini(&all);
    buf_fini(&domain);
    buf_fini(&wanted);
}

// ---- wrong ones

static void refused_whole(const char *text, enum typed_version version, const char *wanted)
{
    struct json j;
    b256 hash;
    bytes b = {(const u8 *)text, strlen(text)};
    EXPECT_EQ(hash_text(&hash, &j, b, version), FAULT_BAD_INPUT);
    buf_put_u8(&j.error, 0);
    EXPECT_STR((const char *)j.error.p, wanted);
    json_fini(&j);
}

TEST(typed_data, the_four_parts_must_be_there)
{
    refused_whole("[]", TYPED_V4,
                  "a list, as before EIP-712; give {types, primaryType, domain, message}");
    refused_whole("7", TYPED_V4, "not an object");
    refused_whole("{}", TYPED_V4, "member \"types\" is missing");
    refused_whole("{\"types\":[]}", TYPED_V4, "types: not an object");
    refused_whole("{\"types\":{}}", TYPED_V4, "member \"primaryType\" is missing");
    refused_whole("{\"types\":{},\"primaryType\":\"M\"}", TYPED_V4,
                  "primaryType: no type of that name is declared");
    refused_whole("{\"types\":{\"M\":[]},\"primaryType\":\"M\"}", TYPED_V4,
                  "member \"domain\" is missing");
    refused_whole("{\"types\":{\"M\":[]},\"primaryType\":\"M\",\"domain\":{}}", TYPED_V4,
                  "types: member \"EIP712Domain\" is missing");
    refused_whole("{\"types\":{\"EIP712Domain\":[],\"M\":[]},\"primaryType\":\"M\",\"domain\":{}}",
                  TYPED_V4, "member \"message\" is missing");
    refused_whole("{\"types\":{\"EIP712Domain\":[],\"M\":[]},\"primaryType\":\"M\",\"domain\":"
                  "{\"chainId\":1},\"message\":{}}",
                  TYPED_V4, "domain.chainId: types.EIP712Domain has no such member");
    refused_whole("{\"types\":{\"EIP712Domain\":[],\"M\":[{\"name\":\"a\",\"type\":\"bool[]\"}]},"
                  "\"primaryType\":\"M\",\"domain\":{},\"message\":{\"a\":[]}}",
                  TYPED_V3, "types.M[0].type: lists are of version 4, not 3");
}

TEST(typed_data, declarations_must_be_clear)
{
    refused_type("uint", "types.T[0].type: uint is no type of EIP-712; write uint256");
    refused_type("int[]", "types.T[0].type: int is no type of EIP-712; write int256");
    static const char *const WRONG[] = {
        "",         "uint7",   "uint264",  "uint08",          "int0",
        "bytes33",  "bytes0",  "string32", "bool8",           "Missing",
        "bool]",    "bool[",   "bool[0]",  "bool[01]",        "[]",
        "bool[-1]", "bool []", "bool[1",   "bool[9999999999]"};
    for (usize i = 0; i < COUNT_OF(WRONG); i++) {
        refused_type(WRONG[i], "types.T[0].type: no such type");
    }
    refused("\"T\":{}", "{}", "types.T: not a list");
    refused("\"T\":[7]", "{}", "types.T[0]: not an object");
    refused("\"T\":[{\"name\":\"a\"}]", "{}", "types.T[0]: member \"type\" is missing");
    refused("\"T\":[{\"type\":\"bool\"}]", "{}", "types.T[0]: member \"name\" is missing");
    refused("\"T\":[{\"name\":\"a\",\"type\":\"bool\",\"x\":1}]", "{}",
            "types.T[0].x: no such member");
    refused("\"T\":[{\"name\":\"a,bool b\",\"type\":\"bool\"}]", "{}",
            "types.T[0].name: not a name");
    refused("\"T\":[{\"name\":\"1a\",\"type\":\"bool\"}]", "{}", "types.T[0].name: not a name");
    refused("\"T\":[{\"name\":\"a\",\"type\":\"bool\"},{\"name\":\"a\",\"type\":\"bool\"}]", "{}",
            "types.T[1].name: a second member of that name");
    refused("\"T\":[],\"uint8\":[]", "{}", "types.uint8: a type of that name is built in");
    refused("\"T\":[],\"X()\":[]", "{}", "types.X(): not a name");
}

TEST(typed_data, values_must_be_of_their_type)
{
    refused_value("uint8", "256", "message.a: does not fit uint8");
    refused_value("uint8", "-1", "message.a: does not fit uint8");
    refused_value("int8", "128", "message.a: does not fit int8");
    refused_value("int8", "\"-129\"", "message.a: does not fit int8");
    static const char *const NUMBERS[] = {"1.5",  "1e3",  "\"\"",    "\"-\"",   "\"0x\"", "\"1 \"",
                                          "true", "null", "\"--1\"", "\"1_0\"", "[]"};
    for (usize i = 0; i < COUNT_OF(NUMBERS); i++) {
        refused_value("uint256", NUMBERS[i],
                      "message.a: not a whole number of at most 256 bits, decimal or after 0x");
    }
    refused_value("bool", "1", "message.a: not true or false");
    refused_value("bool", "\"true\"", "message.a: not true or false");
    refused_value("string", "7", "message.a: not a text");
    refused_value("string", "null", "message.a: not a text");
    refused_value("bytes", "\"12\"", "message.a: bytes begin with 0x");
    refused_value("bytes", "\"0x1\"", "message.a: the number of digits is odd at character 4");
    refused_value("bytes4", "\"0x010203\"", "message.a: too few digits at character 9");
    refused_value("address", "\"0x00\"", "message.a: too few digits at character 5");
    refused_value("bool[]", "true", "message.a: not a list");
    refused_value("bool[2]", "[true]", "message.a: 1 elements where the type has 2");
    refused_value("bool[][1]", "[[true,0]]", "message.a[0][1]: not true or false");
    refused("\"T\":[{\"name\":\"a\",\"type\":\"U[]\"}],\"U\":[{\"name\":\"b\",\"type\":\"bool\"}]",
            "{\"a\":[{\"b\":true},{}]}", "message.a[1]: member \"b\" is missing");
    refused("\"T\":[{\"name\":\"a\",\"type\":\"T\"}]", "{}", "message: member \"a\" is missing");
    refused("\"T\":[]", "[]", "message: not an object");
}

TEST(typed_data, more_types_than_the_limit_are_refused)
{
    struct buf text = {0};
    buf_put_text(&text, "{\"types\":{\"T\":[]");
    for (u32 i = 0; i < TYPED_STRUCTS_MAX; i++) {
        buf_printf(&text, ",\"T%u\":[]", i);
    }
    buf_put_text(&text, "}}");
    buf_put_u8(&text, 0);
    refused_whole((const char *)text.p, TYPED_V4, "types: more than 256 types");
    buf_clear(&text);
    buf_put_text(&text, "{\"types\":{\"T\":[1");
    for (u32 i = 0; i < TYPED_FIELDS_MAX; i++) {
        buf_put_text(&text, ",1");
    }
    buf_put_text(&text, "]}}");
    buf_put_u8(&text, 0);
    refused_whole((const char *)text.p, TYPED_V4, "types: more than 1024 members of types");
    buf_fini(&text);
}
