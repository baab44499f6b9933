// SPDX-License-Identifier: MIT
// Key files; see keystore.h.
#include "app/cli/kit/keystore.h"

#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/hex.h"
#include "lib/codec/json_write.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/crypto/secret.h"
#include "lib/crypto/sign.h"
#include "lib/os/random.h"

#define DERIVED_SIZE 32u
#define SALT_MAX 256u

static enum fault expect_text(const json_value *object, const char *name, const char *wanted)
{
    json_value v;
    const char *text;
    usize n;
    TRY(json_member(&v, object, name));
    TRY(json_get_text(&text, &n, &v));
    return strcmp(text, wanted) == 0
               ? FAULT_NONE
               : json_refuse(&v, "\"%.40s\" is not known; only %s is", text, wanted);
}

static enum fault member_u64(u64 *out, const json_value *object, const char *name, u64 max)
{
    json_value v;
    TRY(json_member(&v, object, name));
    TRY(json_get_u64(out, &v));
    return *out > 0 && *out <= max
               ? FAULT_NONE
               : json_refuse(&v, "is not a number from 1 to %llu", (unsigned long long)max);
}

static enum fault read_scrypt(struct keystore *k, const json_value *parameters)
{
    u64 block;
    u64 parallel;
    TRY(member_u64(&k->cost, parameters, "n", (u64)1 << 24));
    TRY(member_u64(&block, parameters, "r", 1024));
    TRY(member_u64(&parallel, parameters, "p", 64));
    k->block = (u32)block;
    k->parallel = (u32)parallel;
    if (k->cost < 2 || (k->cost & (k->cost - 1)) != 0) {
        return json_refuse(parameters, "n is not a power of two above 1");
    }
    // What scrypt takes, and that p passes stay as cheap as one large one.
    if (128 * k->cost * k->block > KEYSTORE_MEMORY_MAX / 2 ||
        128 * k->cost * k->block * k->parallel > 4 * KEYSTORE_MEMORY_MAX) {
        return json_refuse(parameters, "n, r and p ask for more memory or time than is allowed");
    }
    return FAULT_NONE;
}

static enum fault read_derivation(struct keystore *k, const json_value *crypto)
{
    json_value kdf;
    json_value parameters;
    json_value salt;
    const char *text;
    usize n;
    u64 size;
    u64 rounds;
    TRY(json_member(&kdf, crypto, "kdf"));
    TRY(json_get_text(&text, &n, &kdf));
    TRY(json_member(&parameters, crypto, "kdfparams"));
    TRY(member_u64(&size, &parameters, "dklen", DERIVED_SIZE));
    TRY(json_member(&salt, &parameters, "salt"));
    TRY(json_get_data(&k->salt, &salt));
    if (size != DERIVED_SIZE || k->salt.n > SALT_MAX) {
        return json_refuse(&parameters, "dklen is not 32, or the salt is longer than 256 bytes");
    }
    k->is_scrypt = strcmp(text, "scrypt") == 0;
    if (k->is_scrypt) {
        return read_scrypt(k, &parameters);
    }
    if (strcmp(text, "pbkdf2") != 0) {
        return json_refuse(&kdf, "\"%.40s\" is not known; scrypt and pbkdf2 are", text);
    }
    TRY(expect_text(&parameters, "prf", "hmac-sha256"));
    TRY(member_u64(&rounds, &parameters, "c", KEYSTORE_ROUNDS_MAX));
    k->rounds = (u32)rounds;
    return FAULT_NONE;
}

static enum fault read_cipher(struct keystore *k, const json_value *crypto)
{
    json_value parameters;
    json_value v;
    struct buf iv = {0};
    TRY(expect_text(crypto, "cipher", "aes-128-ctr"));
    TRY(json_member(&parameters, crypto, "cipherparams"));
    TRY(json_member(&v, &parameters, "iv"));
    enum fault f = json_get_data(&iv, &v);
    if (f == FAULT_NONE && iv.n != sizeof k->iv) {
        f = json_refuse(&v, "has %zu bytes, not 16", iv.n);
    }
    if (f == FAULT_NONE) {
        copy_bytes(k->iv, iv.p, sizeof k->iv);
    }
    buf_fini(&iv);
    TRY(f);
    TRY(json_member(&v, crypto, "ciphertext"));
    TRY(json_get_data(&k->cipher_text, &v));
    if (k->cipher_text.n != sizeof(b256)) {
        return json_refuse(&v, "has %zu bytes, not the 32 of a key", k->cipher_text.n);
    }
    TRY(json_member(&v, crypto, "mac"));
    return json_get_b256(&k->mac, &v);
}

enum fault keystore_read(struct keystore *k, const json_value *root)
{
    json_value crypto;
    json_value v;
    u64 version;
    bool found;
    *k = (struct keystore){.has_address = false};
    TRY(member_u64(&version, root, "version", 100));
    if (version != 3) {
        return json_refuse(root, "version %llu of key files is not known; 3 is",
                           (unsigned long long)version);
    }
    TRY(json_find(&crypto, &found, root, "crypto"));
    if (!found) {
        TRY(json_member(&crypto, root, "Crypto")); // as some old programs write it
    }
    TRY(read_derivation(k, &crypto));
    TRY(read_cipher(k, &crypto));
    TRY(json_find(&v, &k->has_address, root, "address"));
    return k->has_address ? json_get_address(&k->at, &v) : FAULT_NONE;
}

void keystore_fini(struct keystore *k)
{
    buf_fini(&k->salt);
    buf_fini(&k->cipher_text);
}

static void mac_of(b256 *out, const u8 derived[DERIVED_SIZE], bytes cipher_text)
{
    struct buf text = {0};
    buf_put(&text, derived + 16, 16);
    buf_put(&text, cipher_text.p, cipher_text.n);
    keccak256(out, text.p, text.n);
    crypto_wipe(text.p, text.n);
    buf_fini(&text);
}

bool keystore_open(b256 *key, const struct keystore *k, bytes password)
{
    u8 derived[DERIVED_SIZE];
    b256 mac;
    bool ok = true;
    if (k->is_scrypt) {
        ok = crypto_scrypt(
            derived, sizeof derived, password, buf_bytes(&k->salt),
            &(struct scrypt_cost){k->cost, k->block, k->parallel, KEYSTORE_MEMORY_MAX});
    } else {
        crypto_pbkdf2_sha256(derived, sizeof derived, password, buf_bytes(&k->salt), k->rounds);
    }
    if (ok) {
        mac_of(&mac, derived, buf_bytes(&k->cipher_text));
        ok = b256_equal(&mac, &k->mac);
    }
    if (ok) {
        crypto_aes128_ctr(key->b, buf_bytes(&k->cipher_text), derived, k->iv);
    }
    crypto_wipe(derived, sizeof derived);
    return ok;
}

static void put_uuid(struct json_writer *w)
{
    u8 r[16];
    struct buf text = {0};
    os_random_bytes(r, sizeof r);
    r[6] = (u8)(0x40 | (r[6] & 15)); // version 4, RFC 9562
    r[8] = (u8)(0x80 | (r[8] & 63));
    for (u32 i = 0; i < sizeof r; i++) {
        buf_printf(&text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", r[i]);
    }
    buf_put_u8(&text, 0);
    json_put_text(w, "id", (const char *)text.p);
    buf_fini(&text);
}

static void put_digits(struct json_writer *w, const char *name, const u8 *p, usize n)
{
    struct buf text = {0};
    hex_put_digits(&text, p, n);
    buf_put_u8(&text, 0);
    json_put_text(w, name, (const char *)text.p);
    buf_fini(&text);
}

void keystore_write(struct buf *out, const b256 *key, bytes password, u64 cost)
{
    u8 salt[32];
    u8 iv[16];
    u8 derived[DERIVED_SIZE];
    u8 cipher_text[32];
    b256 mac;
    address at;
    struct json_writer w;
    os_random_bytes(salt, sizeof salt);
    os_random_bytes(iv, sizeof iv);
    CHECK(crypto_address_of_key(&at, key));
    CHECK(crypto_scrypt(derived, sizeof derived, password, (bytes){salt, sizeof salt},
                        &(struct scrypt_cost){cost, 8, 1, KEYSTORE_MEMORY_MAX}));
    crypto_aes128_ctr(cipher_text, (bytes){key->b, 32}, derived, iv);
    mac_of(&mac, derived, (bytes){cipher_text, sizeof cipher_text});
    json_write_init(&w, out, 2);
    json_begin_object(&w, NULL);
    put_digits(&w, "address", at.b, sizeof at.b);
    json_begin_object(&w, "crypto");
    json_put_text(&w, "cipher", "aes-128-ctr");
    put_digits(&w, "ciphertext", cipher_text, sizeof cipher_text);
    json_begin_object(&w, "cipherparams");
    put_digits(&w, "iv", iv, sizeof iv);
    json_end(&w);
    json_put_text(&w, "kdf", "scrypt");
    json_begin_object(&w, "kdfparams");
    json_put_number(&w, "dklen", DERIVED_SIZE);
    json_put_number(&w, "n", cost);
    json_put_number(&w, "r", 8);
    json_put_number(&w, "p", 1);
    put_digits(&w, "salt", salt, sizeof salt);
    json_end(&w);
    put_digits(&w, "mac", mac.b, sizeof mac.b);
    json_end(&w);
    put_uuid(&w);
    json_put_number(&w, "version", 3);
    json_end(&w);
    buf_put_u8(out, '\n');
    crypto_wipe(derived, sizeof derived);
}
