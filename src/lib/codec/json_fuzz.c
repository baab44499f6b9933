// SPDX-License-Identifier: MIT
// Parses any bytes as JSON, walks the whole tree, writes it again and parses that: every accepted
// text has a written form that is accepted too. Each value is also asked for as a number, which
// must refuse with a message or succeed.
#include <string.h>

#include "lib/base/check.h"
#include "lib/codec/json.h"
#include "lib/codec/json_write.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static void write_value(struct json_writer *w, const json_value *v, const char *name);

static void write_members(struct json_writer *w, const json_value *v, const char *name)
{
    json_begin_object(w, name);
    json_value member = {0};
    usize count = 0;
    while (json_next_member(&member, v)) {
        write_value(w, &member, member.name);
        count++;
    }
    CHECK(count == json_count(v));
    json_end(w);
}

static void write_value(struct json_writer *w, const json_value *v, const char *name)
{
    bytes text;
    bool truth;
    u256 number;
    bool is_number = json_get_u256(&number, v) == FAULT_NONE;
    CHECK(is_number || v->document->error.n > 0);
    switch (json_kind_of(v)) {
    case JSON_KIND_NULL:
        json_put_null(w, name);
        break;
    case JSON_KIND_BOOL:
        CHECK(json_get_bool(&truth, v) == FAULT_NONE);
        json_put_bool(w, name, truth);
        break;
    case JSON_KIND_NUMBER:
        json_put_quantity(w, name, is_number ? number : (u256){{0}});
        break;
    case JSON_KIND_TEXT:
        CHECK(json_get_text_bytes(&text, v) == FAULT_NONE);
        json_put_text_bytes(w, name, text);
        break;
    case JSON_KIND_LIST:
        json_begin_list(w, name);
        for (usize i = 0; i < json_count(v); i++) {
            json_value e = json_element(v, i);
            write_value(w, &e, NULL);
        }
        json_end(w);
        break;
    case JSON_KIND_OBJECT:
        write_members(w, v, name);
        break;
    }
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    struct json j;
    if (json_parse(&j, (bytes){data, n}) == FAULT_NONE) {
        struct buf out = {0};
        struct json_writer w;
        json_write_init(&w, &out, (u32)(n % 3));
        json_value root = json_root(&j);
        write_value(&w, &root, NULL);
        struct json again;
        CHECK(json_parse(&again, buf_bytes(&out)) == FAULT_NONE);
        json_fini(&again);
        buf_clear(&out);
        json_put_copy(&out, &root);
        CHECK(json_parse(&again, buf_bytes(&out)) == FAULT_NONE);
        json_fini(&again);
        buf_fini(&out);
    } else {
        CHECK(j.error.n > 0);
    }
    json_fini(&j);
    return 0;
}
