// SPDX-License-Identifier: MIT
// Key files: the published vectors, one written here, and what is refused.
#include "app/cli/kit/keystore.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "test/test.h"

static bytes text(const char *t)
{
    return (bytes){(const u8 *)t, strlen(t)};
}

// KeyStoreTests of ethereum/tests: {name: {json, password, priv}}.
TEST(keystore, opens_the_published_vectors)
{
    usize n;
    struct json j;
    u32 count = 0;
    char *file = test_read(test_asset("fixtures/unit/KeyStoreTests/basic_tests.json"), &n);
    if (file == NULL) {
        return; // the official vectors are not here; `make fixtures` says so
    }
    EXPECT_EQ(json_parse(&j, (bytes){(const u8 *)file, n}), FAULT_NONE);
    json_value root = json_root(&j);
    for (json_value m = {0}; json_next_member(&m, &root);) {
        json_value store;
        json_value v;
        struct keystore k;
        b256 wanted;
        b256 key;
        const char *password;
        EXPECT_EQ(json_member(&store, &m, "json"), FAULT_NONE);
        EXPECT_EQ(json_member(&v, &m, "priv"), FAULT_NONE);
        EXPECT_EQ(json_get_b256(&wanted, &v), FAULT_NONE);
        EXPECT_EQ(json_member(&v, &m, "password"), FAULT_NONE);
        EXPECT_EQ(json_get_text(&password, &n, &v), FAULT_NONE);
        EXPECT_EQ(keystore_read(&k, &store), FAULT_NONE);
        EXPECT(keystore_open(&key, &k, (bytes){(const u8 *)password, n}));
        EXPECT_BYTES(key.b, wanted.b, 32);
        EXPECT(!keystore_open(&key, &k, text("another")));
        keystore_fini(&k);
        count++;
    }
    EXPECT(count >= 2);
    json_fini(&j);
    free(file);
}

TEST(keystore, opens_what_it_wrote)
{
    struct buf out = {0};
    struct json j;
    struct keystore k;
    b256 key = {{[0] = 1, [31] = 2}};
    b256 got;
    keystore_write(&out, &key, text("secret"), 4096);
    EXPECT_EQ(json_parse(&j, buf_bytes(&out)), FAULT_NONE);
    json_value root = json_root(&j);
    EXPECT_EQ(keystore_read(&k, &root), FAULT_NONE);
    EXPECT(k.has_address);
    EXPECT(keystore_open(&got, &k, text("secret")));
    EXPECT_BYTES(got.b, key.b, 32);
    EXPECT(!keystore_open(&got, &k, text("Secret")));
    keystore_fini(&k);
    json_fini(&j);
    buf_fini(&out);
}

#define START                                                                                      \
    "{\"version\":3,\"crypto\":{\"cipher\":\"aes-128-ctr\",\"cipherparams\":{\"iv\":"              \
    "\"00112233445566778899aabbccddeeff\"},"
#define REST                                                                                       \
    "\"ciphertext\":\"1111111111111111111111111111111111111111111111111111111111111111\",\"mac\":" \
    "\"2222222222222222222222222222222222222222222222222222222222222222\",\"kdf\":"

static void expect_refused(const char *contents, const char *part)
{
    struct json j;
    struct keystore k = {.cost = 0};
    EXPECT_EQ(json_parse(&j, text(contents)), FAULT_NONE);
    json_value root = json_root(&j);
    EXPECT_EQ(keystore_read(&k, &root), FAULT_BAD_INPUT);
    buf_put_u8(&j.error, 0);
    if (strstr((const char *)j.error.p, part) == NULL) {
        test_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", (const char *)j.error.p, part);
    }
    keystore_fini(&k);
    json_fini(&j);
}

TEST(keystore, refuses_what_it_does_not_know_or_what_asks_for_too_much)
{
    expect_refused("{\"version\":1}", "version 1 of key files is not known");
    expect_refused("{\"version\":3}", "rypto");
    expect_refused(START REST "\"scrypt\",\"kdfparams\":{\"dklen\":32,\"n\":1048576,\"r\":1024,"
                              "\"p\":1,\"salt\":\"00\"}}}",
                   "more memory or time");
    expect_refused(
        START REST
        "\"scrypt\",\"kdfparams\":{\"dklen\":32,\"n\":3,\"r\":8,\"p\":1,\"salt\":\"00\"}}}",
        "power of two");
    expect_refused(
        START REST
        "\"scrypt\",\"kdfparams\":{\"dklen\":16,\"n\":4,\"r\":8,\"p\":1,\"salt\":\"00\"}}}",
        "dklen is not 32");
    expect_refused(START REST "\"pbkdf2\",\"kdfparams\":{\"dklen\":32,\"c\":4000000000,\"prf\":"
                              "\"hmac-sha256\",\"salt\":\"00\"}}}",
                   "1 to 10000000");
    expect_refused(
        START REST
        "\"pbkdf2\",\"kdfparams\":{\"dklen\":32,\"c\":4,\"prf\":\"hmac-md5\",\"salt\":\"00\"}}}",
        "only hmac-sha256 is");
    expect_refused(START REST "\"argon\",\"kdfparams\":{\"dklen\":32,\"salt\":\"00\"}}}",
                   "scrypt and pbkdf2 are");
}
