// SPDX-License-Identifier: MIT
// The JSON reader's values, limits and messages, and the writer's form; what the writer makes the
// reader takes.
#include "lib/codec/json.h"

#include <string.h>

#include "lib/base/bytes.h"
#include "lib/codec/json_write.h"
#include "lib/num/u256.h"
#include "test/test.h"

static enum fault parse(struct json *j, const char *text)
{
    return json_parse(j, (bytes){(const u8 *)text, strlen(text)});
}

static json_value parsed(struct json *j, const char *text)
{
    EXPECT_EQ(parse(j, text), FAULT_NONE);
    return json_root(j);
}

static void expect_error(struct json *j, const char *text)
{
    buf_put_u8(&j->error, 0);
    EXPECT_STR((const char *)j->error.p, text);
    json_fini(j);
}

static void expect_unparsed(const char *text, const char *error)
{
    struct json j;
    EXPECT_EQ(parse(&j, text), FAULT_BAD_INPUT);
    expect_error(&j, error);
}

TEST(json, values_of_all_kinds)
{
    struct json j;
    json_value root = parsed(
        &j, "{\"n\": 7, \"hex\": \"0x1F\", \"dec\": \"340282366920938463463374607431768211456\","
            " \"yes\": true, \"text\": \"a\\nb\", \"data\": \"0x0102\", \"none\": null,"
            " \"list\": [1, [2]]}");
    u64 v = 0;
    u256 w = {{0}};
    bool yes = false;
    EXPECT_EQ(json_find_u64(&v, &root, "n"), FAULT_NONE);
    EXPECT_EQ(v, 7);
    EXPECT_EQ(json_find_u64(&v, &root, "hex"), FAULT_NONE);
    EXPECT_EQ(v, 31);
    EXPECT_EQ(json_find_u256(&w, &root, "dec"), FAULT_NONE);
    EXPECT_U256(w, ((u256){{0, 0, 1, 0}}));
    EXPECT_EQ(json_find_bool(&yes, &root, "yes"), FAULT_NONE);
    EXPECT(yes);
    v = 99;
    EXPECT_EQ(json_find_u64(&v, &root, "none"), FAULT_NONE);
    EXPECT_EQ(json_find_u64(&v, &root, "missing"), FAULT_NONE);
    EXPECT_EQ(v, 99);
    struct buf data = {0};
    EXPECT_EQ(json_find_data(&data, &root, "data"), FAULT_NONE);
    EXPECT_EQ(data.n, 2);
    buf_fini(&data);
    json_value m;
    EXPECT_EQ(json_member(&m, &root, "text"), FAULT_NONE);
    const char *text;
    usize n;
    EXPECT_EQ(json_get_text(&text, &n, &m), FAULT_NONE);
    EXPECT_STR(text, "a\nb");
    EXPECT_EQ(json_member(&m, &root, "list"), FAULT_NONE);
    EXPECT_EQ(json_count(&m), 2);
    json_value e = json_element(&m, 1);
    EXPECT_EQ(json_kind_of(&e), JSON_KIND_LIST);
    EXPECT_EQ(j.error.n, 0);
    json_fini(&j);
}

TEST(json, members_are_walked_in_order)
{
    struct json j;
    json_value root = parsed(&j, "{\"z\": 0, \"a\": 1, \"m\": 2, \"b\": 3}");
    json_value m = {0};
    static const char *const names[] = {"z", "a", "m", "b"};
    for (u64 i = 0; i < 4; i++) {
        EXPECT(json_next_member(&m, &root));
        EXPECT_STR(m.name, names[i]);
        u64 v;
        EXPECT_EQ(json_get_u64(&v, &m), FAULT_NONE);
        EXPECT_EQ(v, i);
    }
    EXPECT(!json_next_member(&m, &root));
    EXPECT_EQ(json_only_members(&root, names, 4), FAULT_NONE);
    EXPECT_EQ(json_only_members(&root, names, 3), FAULT_BAD_INPUT);
    expect_error(&j, "b: no such member");
}

TEST(json, refusals_name_the_path)
{
    struct json j;
    json_value root = parsed(&j, "{\"accounts\": [{}, {\"code\": \"0x0z\"}]}");
    json_value accounts;
    EXPECT_EQ(json_member(&accounts, &root, "accounts"), FAULT_NONE);
    json_value second = json_element(&accounts, 1);
    json_value code;
    EXPECT_EQ(json_member(&code, &second, "code"), FAULT_NONE);
    struct buf data = {0};
    EXPECT_EQ(json_get_data(&data, &code), FAULT_BAD_INPUT);
    EXPECT_EQ(json_member(&code, &second, "later"), FAULT_BAD_INPUT); // the first refusal stays
    buf_fini(&data);
    expect_error(&j, "accounts[1].code: not a hexadecimal digit at character 4");
}

typedef enum fault getter(const json_value *v);

static enum fault as_u64(const json_value *v)
{
    u64 out;
    return json_get_u64(&out, v);
}

static enum fault as_u256(const json_value *v)
{
    u256 out;
    return json_get_u256(&out, v);
}

static enum fault as_address(const json_value *v)
{
    address out;
    return json_get_address(&out, v);
}

static enum fault as_b256(const json_value *v)
{
    b256 out;
    return json_get_b256(&out, v);
}

static enum fault as_bool(const json_value *v)
{
    bool out;
    return json_get_bool(&out, v);
}

static enum fault as_member(const json_value *v)
{
    json_value out;
    return json_member(&out, v, "x");
}

TEST(json, wrong_values_are_refused)
{
#define MANY_NINES "99999999999999999999999999999999999999999999999999999999999999999999999999999"
    static const struct {
        const char *text;
        getter *get;
        const char *error;
    } rows[] = {
        {"-1", as_u64, "the number is negative"},
        {"1.5", as_u64, "not a whole number, nor a text of digits"},
        {"1e3", as_u64, "not a whole number, nor a text of digits"},
        {"true", as_u64, "not a whole number, nor a text of digits"},
        {"\"\"", as_u64, "neither decimal digits nor hexadecimal digits after 0x"},
        {"\"12a\"", as_u64, "neither decimal digits nor hexadecimal digits after 0x"},
        {"\"0x\"", as_u64, "no digits at character 3"},
        {"\"0x10000000000000000\"", as_u64, "the number is too large"},
        {"\"0x1_\"", as_u256, "not a hexadecimal digit at character 4"},
        {"\"" MANY_NINES "\"", as_u256, NULL},
        {"\"115792089237316195423570985008687907853269984665640564039457584007913129639935\"",
         as_u256, NULL},
        {"\"115792089237316195423570985008687907853269984665640564039457584007913129639936\"",
         as_u256, "the number is too large"},
        {"\"9" MANY_NINES "\"", as_u256, "the number is too large"},
        {"\"0x12\"", as_address, "too few digits at character 5"},
        {"12", as_b256, "not a text"},
        {"1", as_bool, "not true or false"},
        {"[]", as_member, "not an object"},
        {"{\"y\": 1}", as_member, "member \"x\" is missing"},
        {"{\"x\": null}", as_member, "member \"x\" is missing"},
    };
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        struct json j;
        json_value root = parsed(&j, rows[i].text);
        enum fault f = rows[i].get(&root);
        EXPECT_EQ(f, rows[i].error == NULL ? FAULT_NONE : FAULT_BAD_INPUT);
        expect_error(&j, rows[i].error == NULL ? "" : rows[i].error);
    }
}

TEST(json, texts_that_are_not_json_are_refused)
{
    struct json j;
    EXPECT_EQ(parse(&j, "{\n  \"a\" 1}"), FAULT_BAD_INPUT);
    static const char place[] = "JSON text, line 2, column 7: "; // the library's own words follow
    EXPECT(j.error.n > sizeof place);
    EXPECT_BYTES(j.error.p, place, sizeof place - 1);
    json_fini(&j);
    static const char *const bad[] = {
        "{",        "[1,]",  "{\"a\":1,\"a\":2}", "{\"\\u0000\":1}",     "01", "[] x", "nul",
        "\"\xff\"", "{1:2}", "[1e999]",           "-9223372036854775809"};
    for (usize i = 0; i < COUNT_OF(bad); i++) {
        EXPECT_EQ(parse(&j, bad[i]), FAULT_BAD_INPUT);
        EXPECT(j.error.n > 0);
        json_fini(&j);
    }
    EXPECT_EQ(json_parse(&j, BYTES_NONE), FAULT_BAD_INPUT);
    json_fini(&j);
}

TEST(json, whole_numbers_of_any_size_are_read)
{
    struct json j;
    EXPECT_EQ(parse(&j, "[9223372036854775807,9223372036854775808,\"9223372036854775808\","
                        "58750000000000000000000]"),
              FAULT_NONE);
    json_value root = json_root(&j);
    static const u64 low[] = {~(u64)0 >> 1, (u64)1 << 63, (u64)1 << 63, 15566869308787654656u};
    for (usize i = 0; i < COUNT_OF(low); i++) {
        json_value v = json_element(&root, i);
        u256 got;
        EXPECT_EQ(json_get_u256(&got, &v), FAULT_NONE);
        EXPECT_EQ(got.w[0], low[i]);
    }
    json_fini(&j);
}

TEST(json, zero_bytes_are_for_those_who_count)
{
    struct json j;
    EXPECT_EQ(parse(&j, "\"a\\u0000b\""), FAULT_NONE);
    json_value v = json_root(&j);
    bytes got;
    EXPECT_EQ(json_get_text_bytes(&got, &v), FAULT_NONE);
    EXPECT_EQ(got.n, 3);
    EXPECT_BYTES(got.p, "a\0b", 3);
    const char *text;
    usize n;
    EXPECT_EQ(json_get_text(&text, &n, &v), FAULT_BAD_INPUT);
    json_fini(&j);
}

TEST(json, depth_is_limited)
{
    char text[2 * JSON_DEPTH_MAX + 4] = "";
    memset(text, '[', JSON_DEPTH_MAX);
    memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    struct json j;
    EXPECT_EQ(parse(&j, text), FAULT_NONE);
    json_fini(&j);
    memset(text, '[', JSON_DEPTH_MAX + 1);
    memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    expect_unparsed(text, "JSON text is nested deeper than 64 levels");
    EXPECT_EQ(
        parse(&j, "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\""),
        FAULT_NONE);
    json_fini(&j);
}

static void write_sample(struct buf *out, u32 indent)
{
    struct json_writer w;
    json_write_init(&w, out, indent);
    json_begin_object(&w, NULL);
    json_put_text(&w, "text", "a\"\\\n\x01\xc3\xa9\xff");
    json_put_number(&w, "number", ((u64)1 << 53) - 1);
    json_begin_list(&w, "list");
    json_put_bool(&w, NULL, true);
    json_put_null(&w, NULL);
    json_begin_object(&w, NULL);
    json_end(&w);
    json_end(&w);
    json_put_quantity_u64(&w, "quantity", 255);
    json_put_data(&w, "data", "\x01\x02", 2);
    json_end(&w);
}

TEST(json, writes_one_line)
{
    struct buf b = {0};
    write_sample(&b, 0);
    buf_put_u8(&b, 0);
    EXPECT_STR((const char *)b.p,
               "{\"text\":\"a\\\"\\\\\\n\\u0001\xc3\xa9\xef\xbf\xbd\",\"number\":9007199254740991,"
               "\"list\":[true,null,{}],\"quantity\":\"0xff\",\"data\":\"0x0102\"}");
    buf_fini(&b);
}

TEST(json, writes_with_indentation)
{
    struct buf b = {0};
    struct json_writer w;
    json_write_init(&w, &b, 2);
    json_begin_object(&w, NULL);
    json_begin_list(&w, "a");
    json_put_number(&w, NULL, 1);
    json_put_number(&w, NULL, 2);
    json_end(&w);
    json_begin_list(&w, "b");
    json_end(&w);
    json_end(&w);
    buf_put_u8(&b, 0);
    EXPECT_STR((const char *)b.p, "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": []\n}");
    buf_fini(&b);
}

TEST(json, what_is_written_can_be_read)
{
    for (u32 indent = 0; indent < 3; indent++) {
        struct buf b = {0};
        write_sample(&b, indent);
        struct json j;
        EXPECT_EQ(json_parse(&j, buf_bytes(&b)), FAULT_NONE);
        json_value root = json_root(&j);
        u64 v = 0;
        EXPECT_EQ(json_find_u64(&v, &root, "number"), FAULT_NONE);
        EXPECT_EQ(v, ((u64)1 << 53) - 1);
        json_fini(&j);
        buf_fini(&b);
    }
}

TEST(json, any_bytes_become_json)
{
    u64 state = test_seed();
    for (u32 round = 0; round < 2000; round++) {
        u8 text[16];
        usize n = test_random(&state) % sizeof text;
        for (usize i = 0; i < n; i++) {
            u64 r = test_random(&state);
            text[i] = (u8)(r % 3 == 0 ? r >> 8 : 0x80 | (r >> 8 & 0x7f));
        }
        struct buf b = {0};
        struct json_writer w;
        json_write_init(&w, &b, 0);
        json_put_text_bytes(&w, NULL, (bytes){text, n});
        struct json j;
        EXPECT_EQ(json_parse(&j, buf_bytes(&b)), FAULT_NONE);
        json_fini(&j);
        buf_fini(&b);
    }
}

static void number_too_large(void *context)
{
    struct json_writer w;
    json_write_init(&w, context, 0);
    json_put_number(&w, NULL, (u64)1 << 53);
}

static void name_in_list(void *context)
{
    struct json_writer w;
    json_write_init(&w, context, 0);
    json_begin_list(&w, NULL);
    json_put_bool(&w, "name", true);
}

TEST(json, misuse_of_the_writer_is_a_defect)
{
    struct buf b = {0};
    EXPECT_DIES(number_too_large, &b);
    EXPECT_DIES(name_in_list, &b);
    buf_fini(&b);
}
