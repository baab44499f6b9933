// SPDX-License-Identifier: MIT
// The genesis is that of the built-in chain, copied member by member with what is changed in it.
#include "app/cli/node_dev.h"

#include <string.h>

#include "core/chain/config.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/codec/json.h"
#include "lib/codec/json_write.h"
#include "lib/crypto/sign.h"
#include "lib/crypto/wallet.h"
#include "lib/num/u256.h"
#include "node/node/dev.h"

const char NODE_DEV_MNEMONIC[] = "test test test test test test test test test test test junk";

void node_dev_init(struct node_dev *d)
{
    *d = (struct node_dev){
        .mnemonic = NODE_DEV_MNEMONIC,
        .accounts = DEV_ACCOUNT_COUNT,
        .balance = u256_mul(u256_from_u64(10000), u256_from_u64(1000000000000000000u)),
        .chain_id = DEV_CHAIN_ID,
        .gas_limit = 60000000,
    };
}

void node_dev_fini(struct node_dev *d)
{
    mem_free(d->keys);
    d->keys = NULL;
}

bool node_dev_keys(struct node_dev *d)
{
    b256 *keys = mem_alloc((d->accounts + 1) * sizeof *keys);
    d->keys = mem_alloc((d->accounts + 1) * sizeof *d->keys);
    bool known = strcmp(d->mnemonic, NODE_DEV_MNEMONIC) == 0 && d->accounts <= DEV_ACCOUNT_COUNT;
    bool ok = known || wallet_keys(keys, d->accounts, d->mnemonic);
    for (u32 i = 0; ok && i < d->accounts; i++) {
        if (known) {
            struct dev_account a = dev_account(i);
            d->keys[i] = (struct node_key){a.at, a.key};
        } else {
            d->keys[i].key = keys[i];
            ok = crypto_address_of_key(&d->keys[i].at, &keys[i]);
        }
    }
    mem_free(keys);
    return ok;
}

// ---- genesis

static bool is_dev_account(const char *name)
{
    address at;
    hex_error why;
    CHECK(hex_decode_exact(at.b, sizeof at.b, &why, name, strlen(name)));
    for (u32 i = 0; i < DEV_ACCOUNT_COUNT; i++) {
        struct dev_account a = dev_account(i);
        if (address_equal(&a.at, &at)) {
            return true;
        }
    }
    return false;
}

static void put_copy(struct json_writer *w, const json_value *v)
{
    struct buf text = {0};
    json_put_copy(&text, v);
    json_put_raw(w, v->name, buf_bytes(&text));
    buf_fini(&text);
}

static void put_config(struct json_writer *w, const json_value *config, const struct node_dev *d)
{
    json_value v = {0};
    json_begin_object(w, "config");
    while (json_next_member(&v, config)) {
        if (strcmp(v.name, "chainId") == 0) {
            json_put_number(w, v.name, d->chain_id);
        } else {
            put_copy(w, &v);
        }
    }
    json_end(w);
}

static void put_alloc(struct json_writer *w, const json_value *alloc, const struct node_dev *d)
{
    json_value v = {0};
    struct buf name = {0};
    json_begin_object(w, "alloc");
    while (json_next_member(&v, alloc)) {
        if (!is_dev_account(v.name)) {
            put_copy(w, &v);
        }
    }
    for (u32 i = 0; i < d->accounts; i++) {
        buf_clear(&name);
        hex_put_data(&name, d->keys[i].at.b, sizeof d->keys[i].at.b);
        buf_put_u8(&name, 0);
        json_begin_object(w, (const char *)name.p);
        json_put_quantity(w, "balance", d->balance);
        json_end(w);
    }
    buf_fini(&name);
    json_end(w);
}

void node_dev_genesis(struct buf *out, const struct node_dev *d)
{
    struct json j;
    struct json_writer w;
    b256 hash;
    json_value v = {0};
    const char *text = chain_builtin("dev", &hash);
    CHECK(json_parse(&j, (bytes){(const u8 *)text, strlen(text)}) == FAULT_NONE);
    json_value root = json_root(&j);
    json_write_init(&w, out, 2);
    json_begin_object(&w, NULL);
    while (json_next_member(&v, &root)) {
        if (strcmp(v.name, "config") == 0) {
            put_config(&w, &v, d);
        } else if (strcmp(v.name, "alloc") == 0) {
            put_alloc(&w, &v, d);
        } else if (strcmp(v.name, "gasLimit") == 0) {
            json_put_quantity_u64(&w, v.name, d->gas_limit);
        } else if (strcmp(v.name, "timestamp") == 0) {
            json_put_quantity_u64(&w, v.name, d->timestamp);
        } else {
            put_copy(&w, &v);
        }
    }
    json_end(&w);
    json_fini(&j);
}
