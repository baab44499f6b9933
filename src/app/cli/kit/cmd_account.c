// SPDX-License-Identifier: MIT
// `hybrid account …`: private keys in encrypted files.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/cli/files.h"
#include "app/cli/kit/command.h"
#include "app/cli/kit/commands.h"
#include "app/cli/kit/keystore.h"
#include "app/cli/kit/signer.h"
#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/crypto/secret.h"
#include "lib/crypto/sign.h"
#include "lib/os/file.h"
#include "lib/os/random.h"
#include "lib/os/time.h"

#define COST_USUAL 262144u
#define COST_LIGHT 4096u
#define COUNT_MAX 1000u
#define TEXT_MAX 4096u // bytes of a file with a key or a mnemonic

enum {
#define ACCOUNT_OPTION(NAME, name, argument, help, example) OPTION_##NAME,
#include "app/cli/kit/account_options.def"
    ACCOUNT_OPTION_COUNT
};

static const struct option_row rows[] = {
#define ACCOUNT_OPTION(NAME, name, argument, help, example) {name, argument, help, example},
#include "app/cli/kit/account_options.def"
};

static const struct option_set new_set = {
    .command = "account new",
    .about = "Makes a private key at random and keeps it in a file, encrypted by a password (Web3 "
             "Secret Storage,\nversion 3). Prints its address and the file. Nobody can recover a "
             "lost password.",
    .examples = "  hybrid account new\n"
                "  hybrid account new --dir keys --password password.txt\n",
    .row = rows,
    .count = ACCOUNT_OPTION_COUNT,
};

static const struct option_set list_set = {
    .command = "account list",
    .about = "Lists the key files of a folder: the address that each states, and its name.",
    .examples = "  hybrid account list\n"
                "  hybrid account list --dir keys\n",
    .row = rows,
    .count = ACCOUNT_OPTION_COUNT,
};

static const struct option_set import_set = {
    .command = "account import",
    .operand = "FILE",
    .operands_min = 0,
    .operands_max = 1,
    .about = "Keeps a private key encrypted in a file: that of FILE (64 hex digits; - is standard "
             "input), or one of a\nmnemonic.",
    .examples = "  hybrid account import key.hex\n"
                "  hybrid account import --mnemonic words.txt --index 2\n",
    .row = rows,
    .count = ACCOUNT_OPTION_COUNT,
};

static const struct option_set export_set = {
    .command = "account export",
    .operand = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .about =
        "Prints the private key of a key file. Whoever sees it can spend what its address has.",
    .examples = "  hybrid account export ~/.hybrid/keystore/UTC--2026-01-01T00-00-00Z--….json\n",
    .row = rows,
    .count = ACCOUNT_OPTION_COUNT,
};

static const struct option_set derive_set = {
    .command = "account derive",
    .about = "Prints the addresses (with --keys also the keys) of a mnemonic, m/44'/60'/0'/0/N "
             "(BIP-39, BIP-32,\nBIP-44). The checksum inside the words is not looked at: compare "
             "the addresses.",
    .examples = "  hybrid account derive --mnemonic words.txt --count 10\n",
    .row = rows,
    .count = ACCOUNT_OPTION_COUNT,
};

static const char *folder_of(struct buf *b, const struct options *o)
{
    const char *home = getenv("HOME");
    return option_given(o, OPTION_DIR) ? work_text(b, "%s", o->value[OPTION_DIR])
                                       : work_text(b, "%s/.hybrid/keystore", home ? home : ".");
}

// "UTC--2026-01-02T03-04-05Z--<address>", as geth names them.
static void put_file_name(struct buf *path, const char *folder, const address *at)
{
    time_t now = (time_t)os_unix_seconds();
    struct tm utc;
    char text[40];
    if (gmtime_r(&now, &utc) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H-%M-%SZ", &utc) == 0) {
        text[0] = 0;
    }
    buf_printf(path, "%s/UTC--%s--", folder, text);
    hex_put_digits(path, at->b, sizeof at->b);
    buf_put_text(path, ".json");
    buf_put_u8(path, 0);
}

static int keep_key(struct options *o, const b256 *key)
{
    struct buf folder = {0};
    struct buf path = {0};
    struct buf password = {0};
    struct buf contents = {0};
    struct buf text = {0};
    address at;
    int status = CLI_USAGE;
    if (!crypto_address_of_key(&at, key)) {
        buf_put_text(&o->why, "the key is 0, or not below the order of the curve");
    } else if (signer_password(&password, o, OPTION_PASSWORD, true) &&
               os_make_folder(&o->why, folder_of(&folder, o)) == FAULT_NONE) {
        u64 cost = option_given(o, OPTION_LIGHT) ? COST_LIGHT : COST_USUAL;
        put_file_name(&path, (const char *)folder.p, &at);
        keystore_write(&contents, key, buf_bytes(&password), cost);
        if (os_write_private_file(&o->why, (const char *)path.p, buf_bytes(&contents)) ==
            FAULT_NONE) {
            put_address(&text, &at);
            buf_printf(&text, "  %s\n", (const char *)path.p);
            status = cli_print(o->set->command, &text);
        }
    }
    buf_fini(&folder);
    buf_fini(&path);
    buf_fini(&contents);
    buf_fini(&text);
    wipe_buf(&password);
    return status;
}

static int account_new(struct options *o)
{
    b256 key;
    address at;
    do { // all but 2^-128 of all numbers are keys
        os_random_bytes(key.b, sizeof key.b);
    } while (!crypto_address_of_key(&at, &key));
    int status = keep_key(o, &key);
    crypto_wipe(&key, sizeof key);
    return status;
}

static bool read_mnemonic(struct buf *out, struct options *o)
{
    return os_read_file(out, &o->why, o->value[OPTION_MNEMONIC], TEXT_MAX) == FAULT_NONE;
}

static bool read_key(b256 *key, struct options *o)
{
    struct buf text = {0};
    u64 index = 0;
    bool ok;
    if (option_given(o, OPTION_MNEMONIC)) {
        ok = option_u64(&index, o, OPTION_INDEX, INT32_MAX) && read_mnemonic(&text, o) &&
             signer_derive(key, &o->why, buf_bytes(&text), (u32)index);
    } else {
        ok = read_data_file(&text, &o->why, o->operand[0]);
        if (ok && text.n != sizeof *key) {
            buf_printf(&o->why, "%s: a private key has 64 hex digits; there are %zu bytes",
                       o->operand[0], text.n);
            ok = false;
        }
        if (ok) {
            copy_bytes(key->b, text.p, sizeof key->b);
        }
    }
    wipe_buf(&text);
    return ok;
}

static int account_import(struct options *o)
{
    b256 key;
    if ((o->operand_count == 1) == option_given(o, OPTION_MNEMONIC)) {
        buf_put_text(&o->why, "either a FILE with a key or --mnemonic is needed");
        return CLI_USAGE;
    }
    int status = read_key(&key, o) ? keep_key(o, &key) : CLI_USAGE;
    crypto_wipe(&key, sizeof key);
    return status;
}

static int account_export(struct options *o)
{
    struct buf password = {0};
    struct buf text = {0};
    b256 key;
    int status = CLI_USAGE;
    if (!work_is_file(o->operand[0])) {
        buf_printf(&o->why, "there is no file %s", o->operand[0]);
    } else if (signer_password(&password, o, OPTION_PASSWORD, false) &&
               signer_open_file(&key, &o->why, o->operand[0], buf_bytes(&password))) {
        put_data(&text, (bytes){key.b, sizeof key.b});
        buf_put_u8(&text, '\n');
        status = cli_print("account export", &text);
        crypto_wipe(&key, sizeof key);
    }
    wipe_buf(&password);
    wipe_buf(&text);
    return status;
}

static int account_derive(struct options *o)
{
    struct buf words = {0};
    struct buf text = {0};
    u64 count = 1;
    u64 first = 0;
    bool ok = option_given(o, OPTION_MNEMONIC);
    if (!ok) {
        option_refuse(o, OPTION_MNEMONIC, "is needed");
    }
    ok = ok && option_u64(&count, o, OPTION_COUNT, COUNT_MAX) &&
         option_u64(&first, o, OPTION_INDEX, INT32_MAX - COUNT_MAX) && read_mnemonic(&words, o);
    for (u64 i = first; ok && i < first + count; i++) {
        b256 key;
        address at;
        ok = signer_derive(&key, &o->why, buf_bytes(&words), (u32)i) &&
             crypto_address_of_key(&at, &key);
        if (ok) {
            buf_printf(&text, "%llu  ", (unsigned long long)i);
            put_address(&text, &at);
            if (option_given(o, OPTION_KEYS)) {
                buf_put_text(&text, "  ");
                put_data(&text, (bytes){key.b, sizeof key.b});
            }
            buf_put_u8(&text, '\n');
        }
        crypto_wipe(&key, sizeof key);
    }
    int status = ok ? cli_print("account derive", &text) : CLI_USAGE;
    wipe_buf(&words);
    wipe_buf(&text);
    return status;
}

static enum fault read_store(void *ctx, const json_value *root)
{
    return keystore_read(ctx, root);
}

static int account_list(struct options *o)
{
    struct os_names names = {0};
    struct buf folder = {0};
    struct buf path = {0};
    struct buf text = {0};
    const char *dir = folder_of(&folder, o);
    int status = CLI_USAGE;
    if (!os_is_folder(dir)) {
        buf_printf(&o->why, "there is no folder %s; `hybrid account new` makes it", dir);
    } else if (os_list_folder(&names, &o->why, dir) == FAULT_NONE) {
        for (usize i = 0; i < names.count; i++) {
            struct keystore k = {.cost = 0};
            struct buf why = {0};
            const char *file = work_text(&path, "%s/%s", dir, names.name[i]);
            if (!work_is_file(file)) {
                continue;
            }
            bool ok = read_json_file(&why, file, read_store, &k);
            if (ok && k.has_address) {
                put_address(&text, &k.at);
            } else {
                buf_printf(&text, "%-42s", ok ? "(it states no address)" : "(no key file)");
            }
            buf_printf(&text, "  %s\n", file);
            keystore_fini(&k);
            buf_fini(&why);
        }
        status = cli_print("account list", &text);
    }
    os_names_fini(&names);
    buf_fini(&folder);
    buf_fini(&path);
    buf_fini(&text);
    return status;
}

int cmd_account_new(int argc, char **argv)
{
    return work_command(&new_set, argc, argv, account_new);
}

int cmd_account_list(int argc, char **argv)
{
    return work_command(&list_set, argc, argv, account_list);
}

int cmd_account_import(int argc, char **argv)
{
    return work_command(&import_set, argc, argv, account_import);
}

int cmd_account_export(int argc, char **argv)
{
    return work_command(&export_set, argc, argv, account_export);
}

int cmd_account_derive(int argc, char **argv)
{
    return work_command(&derive_set, argc, argv, account_derive);
}
