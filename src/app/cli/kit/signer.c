// SPDX-License-Identifier: MIT
// Keys from where a command's options say; see signer.h.
#include "app/cli/kit/signer.h"

#include <string.h>

#include "app/cli/files.h"
#include "app/cli/kit/keystore.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/crypto/secret.h"
#include "lib/crypto/sign.h"
#include "lib/os/file.h"
#include "lib/os/terminal.h"

#define PASSWORD_MAX 1024u // bytes of its file
#define MNEMONIC_MAX 1024u
#define HARDENED 0x80000000u

static const char *const dev_keys[] = {
#define DEV_ACCOUNT(key, address) key,
#include "spec/dev_accounts.def"
};

void wipe_buf(struct buf *b)
{
    crypto_wipe(b->p, b->cap);
    buf_fini(b);
}

void signer_wipe(struct signer *s)
{
    crypto_wipe(s, sizeof *s);
}

// The first line of a file, without what ends it.
static bool first_line(struct buf *out, struct buf *why, const char *path)
{
    struct buf text = {0};
    bool ok = os_read_file(&text, why, path, PASSWORD_MAX) == FAULT_NONE;
    usize n = 0;
    while (ok && n < text.n && text.p[n] != '\n' && text.p[n] != '\r') {
        n++;
    }
    buf_put(out, text.p, n);
    wipe_buf(&text);
    return ok;
}

bool signer_password(struct buf *out, struct options *o, u32 option, bool is_new)
{
    struct buf again = {0};
    if (option_given(o, option)) {
        return first_line(out, &o->why, o->value[option]);
    }
    bool ok = os_ask_secret(out, "Password: ");
    if (!ok) {
        option_refuse(o, option,
                      "there is no terminal to ask for the password; name a file that "
                      "has it in its first line");
    } else if (is_new) {
        ok = os_ask_secret(&again, "The same again: ") && again.n == out->n &&
             equal_bytes(again.p, out->p, out->n);
        if (!ok) {
            buf_put_text(&o->why, "the two passwords differ");
        }
    }
    wipe_buf(&again);
    return ok;
}

struct opening {
    struct keystore k;
};

static enum fault read_store(void *ctx, const json_value *root)
{
    struct opening *opening = ctx;
    return keystore_read(&opening->k, root);
}

bool signer_open_file(b256 *key, struct buf *why, const char *path, bytes password)
{
    struct opening opening = {.k = {.cost = 0}};
    bool ok = read_json_file(why, path, read_store, &opening);
    if (ok && !keystore_open(key, &opening.k, password)) {
        buf_printf(why, "%s: the password is another one", path);
        ok = false;
    }
    keystore_fini(&opening.k);
    return ok;
}

bool signer_derive(b256 *key, struct buf *why, bytes mnemonic, u32 index)
{
    static const u8 salt[] = "mnemonic"; // BIP-39, without a passphrase
    const u32 path[] = {HARDENED + 44, HARDENED + 60, HARDENED, 0, index}; // BIP-44
    struct buf words = {0};
    struct derived_key k;
    u8 seed[64];
    u32 count = 0;
    for (usize i = 0; i < mnemonic.n; i++) {
        bool is_space = mnemonic.p[i] <= ' ';
        bool is_start = !is_space && (i == 0 || mnemonic.p[i - 1] <= ' ');
        count += is_start;
        if (is_start && count > 1) {
            buf_put_u8(&words, ' ');
        }
        if (!is_space) {
            buf_put_u8(&words, mnemonic.p[i]);
        }
    }
    bool ok = count >= 12 && count <= 24 && count % 3 == 0;
    if (!ok) {
        buf_printf(why, "the mnemonic has %u words, not 12, 15, 18, 21 or 24", count);
    } else {
        crypto_pbkdf2_sha512(seed, sizeof seed, buf_bytes(&words), (bytes){salt, sizeof salt - 1},
                             2048);
        ok = derived_key_root(&k, (bytes){seed, sizeof seed});
        for (usize i = 0; ok && i < COUNT_OF(path); i++) {
            ok = derived_key_child(&k, &k, path[i]);
        }
        *key = k.key;
        crypto_wipe(&k, sizeof k);
        crypto_wipe(seed, sizeof seed);
    }
    wipe_buf(&words);
    return ok;
}

static bool take_digits(b256 *key, struct options *o, u32 option)
{
    struct buf raw = {0};
    bool ok = option_data(&raw, o, option);
    if (ok && raw.n != sizeof *key) {
        option_refuse(o, option, "a private key has 64 hex digits, not %zu", 2 * raw.n);
        ok = false;
    }
    if (ok) {
        copy_bytes(key->b, raw.p, sizeof key->b);
    }
    wipe_buf(&raw);
    return ok;
}

static bool take_file(b256 *key, struct options *o, const struct signer_options *at)
{
    struct buf password = {0};
    bool ok = signer_password(&password, o, at->password, false) &&
              signer_open_file(key, &o->why, o->value[at->keystore], buf_bytes(&password));
    wipe_buf(&password);
    return ok;
}

bool signer_take(struct signer *s, struct options *o, const struct signer_options *at)
{
    const u32 sources[] = {at->account, at->key, at->keystore};
    u32 given = 0;
    for (usize i = 0; i < COUNT_OF(sources); i++) {
        given += option_given(o, sources[i]);
    }
    if (given > 1) {
        u32 second = option_given(o, at->keystore) ? at->keystore : at->key;
        return option_conflict(o, option_given(o, at->account) ? at->account : at->key, second,
                               "each names a key");
    }
    u64 index = 0;
    hex_error why;
    bool ok;
    if (option_given(o, at->key)) {
        ok = take_digits(&s->key, o, at->key);
    } else if (option_given(o, at->keystore)) {
        ok = take_file(&s->key, o, at);
    } else {
        ok = option_u64(&index, o, at->account, COUNT_OF(dev_keys) - 1) &&
             hex_decode_exact(s->key.b, sizeof s->key.b, &why, dev_keys[index], 64);
    }
    if (ok && !crypto_address_of_key(&s->at, &s->key)) {
        option_refuse(o, at->key, "it is 0, or not below the order of the curve");
        ok = false;
    }
    return ok;
}
