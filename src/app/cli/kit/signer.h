// SPDX-License-Identifier: MIT
// Whose key signs: a development account, a key by its digits, a key file, a mnemonic.
#pragma once

#include "app/cli/options.h"
#include "lib/base/buf.h"
#include "lib/base/types.h"

struct signer {
    b256 key;
    address at;
};

// Where in a command's table the options are.
struct signer_options {
    u32 account;  // index of a development account; the default is 0
    u32 key;      // HEX or @FILE
    u32 keystore; // FILE
    u32 password; // FILE whose first line is it; asked for at the terminal without it
};

MUST_USE bool signer_take(struct signer *s, struct options *o, const struct signer_options *at);
void signer_wipe(struct signer *s);

// The password that an option's file has in its first line, or that is asked for; twice if
// `is_new`.
MUST_USE bool signer_password(struct buf *out, struct options *o, u32 option, bool is_new);
// Opens a key file.
MUST_USE bool signer_open_file(b256 *key, struct buf *why, const char *path, bytes password);
// m/44'/60'/0'/0/index of a mnemonic; white space between its words is made single. Its checksum is
// not looked at: what it derives is shown to be compared.
MUST_USE bool signer_derive(b256 *key, struct buf *why, bytes mnemonic, u32 index);
void wipe_buf(struct buf *b); // and frees
