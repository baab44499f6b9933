// SPDX-License-Identifier: MIT
// See transfers.h.
#include "bench/rpc/transfers.h"

#include <string.h>

#include "bench/rpc/http.h"
#include "core/eth/transaction.h"
#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/codec/json.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/crypto/sign.h"
#include "lib/crypto/wallet.h"
#include "lib/num/u256.h"
#include "lib/os/file.h"
#include "lib/os/time.h"

#define FEE_WEI 100000000000ull // a gas, at most
#define CREATE_GAS 3000000u
#define TRANSFER_GAS 100000u
#define CODE_FILE_MAX (1u << 20)
#define WAIT_MS 2u // between looks whether all are in blocks
#define WAIT_NS 60000000000ull
#define STUCK_NS 50000000ull

static const u8 TRANSFER[] = {0xa9, 0x05, 0x9c, 0xbb}; // transfer(address,uint256)

// Keccak-256 of the RLP list of creator and nonce (yellow paper, 7), its last 20 bytes.
address transfers_created(const address *creator, u8 nonce)
{
    u8 list[23] = {0xd6, 0x94, [22] = nonce == 0 ? 0x80 : nonce};
    b256 hash;
    address a;
    CHECK(nonce < 0x80);
    copy_bytes(list + 2, creator->b, sizeof creator->b);
    keccak256(&hash, list, sizeof list);
    copy_bytes(a.b, hash.b + 12, sizeof a.b);
    return a;
}

bool transfers_init(struct transfers *t, struct buf *why)
{
    *t = (struct transfers){.count = 0};
    if (!wallet_keys(t->key, SENDERS, BENCH_MNEMONIC)) {
        buf_put_text(why, "the mnemonic leads to no keys");
        return false;
    }
    for (u32 i = 0; i < SENDERS; i++) {
        if (!crypto_address_of_key(&t->from[i], &t->key[i])) {
            buf_put_text(why, "a key has no address");
            return false;
        }
    }
    t->token = transfers_created(&t->from[0], 0);
    return true;
}

void transfers_fini(struct transfers *t)
{
    for (u32 i = 0; i < t->count; i++) {
        buf_fini(&t->raw[i]);
    }
    mem_free(t->raw);
    t->raw = NULL;
}

void transfers_sign_one(struct buf *out, struct transfers *t, u32 sender,
                        const struct transaction *of)
{
    struct transaction tx = *of;
    struct buf wire = {0};
    tx.type = TX_FEE_MARKET;
    tx.has_chain_id = true;
    tx.chain_id = u256_from_u64(BENCH_CHAIN_ID);
    tx.nonce = t->nonce[sender]++;
    tx.max_fee = u256_from_u64(FEE_WEI);
    tx.max_priority = u256_from_u64(1);
    if (transaction_sign(&tx, &t->key[sender])) {
        transaction_encode(&wire, &tx);
    }
    buf_put_text(out, "[\"");
    put_data(out, buf_bytes(&wire));
    buf_put_text(out, "\"]");
    buf_fini(&wire);
}

static void sign_transfer(struct buf *out, struct transfers *t, u32 sender, const address *to,
                          u64 amount)
{
    struct transaction tx = {.gas_limit = TRANSFER_GAS, .to = t->token};
    u8 data[sizeof TRANSFER + 64] = {0};
    copy_bytes(data, TRANSFER, sizeof TRANSFER);
    copy_bytes(data + sizeof TRANSFER + 12, to->b, sizeof to->b);
    u256_to_be_bytes(data + sizeof TRANSFER + 32, u256_from_u64(amount));
    buf_put(&tx.data, data, sizeof data);
    transfers_sign_one(out, t, sender, &tx);
    buf_put_u8(out, 0);
    buf_fini(&tx.data);
}

// ---- waiting

static bool read_nonce(u64 *nonce, struct buf *why, u16 port, const address *a)
{
    struct buf parameters = {0};
    struct buf answer = {0};
    struct json j;
    buf_put_text(&parameters, "[\"");
    put_address(&parameters, a);
    buf_put_text(&parameters, "\",\"latest\"]");
    buf_put_u8(&parameters, 0);
    bool ok = http_ask(&answer, why, port, "eth_getTransactionCount", (const char *)parameters.p);
    if (ok) {
        enum fault f = json_parse(&j, buf_bytes(&answer));
        json_value root = json_root(&j);
        f = f == FAULT_NONE ? json_find_u64(nonce, &root, "result") : f;
        ok = f == FAULT_NONE;
        if (!ok) {
            buf_printf(why, "port %u: eth_getTransactionCount: %.*s", port, (int)answer.n,
                       (const char *)answer.p);
        }
        json_fini(&j);
    }
    buf_fini(&parameters);
    buf_fini(&answer);
    return ok;
}

bool transfers_wait(struct buf *why, const struct transfers *t, u16 port, u32 *nudges)
{
    struct buf answer = {0};
    u64 begin = os_now_ns();
    u64 moved = begin;
    u64 last = 0;
    bool ok = true;
    for (u32 i = 0; ok && i < SENDERS;) {
        u64 nonce = 0;
        u64 now = os_now_ns();
        ok = read_nonce(&nonce, why, port, &t->from[i]);
        if (nonce >= t->nonce[i]) {
            i++;
            last = 0;
        }
        if (nonce >= t->nonce[i < SENDERS ? i : 0] || nonce != last) {
            moved = now;
            last = nonce;
        } else if (now - begin > WAIT_NS) {
            buf_printf(why, "port %u: after a minute transactions are in no block", port);
            ok = false;
        } else if (nudges != NULL && now - moved > STUCK_NS) {
            ok = http_ask(&answer, why, port, "evm_mine", "[]");
            moved = now;
            ++*nudges;
        } else {
            os_sleep_ms(WAIT_MS);
        }
    }
    buf_fini(&answer);
    return ok;
}

// ---- set-up

bool transfers_send_one(struct buf *why, u16 port, struct buf *parameters)
{
    struct buf answer = {0};
    bool ok = http_ask(&answer, why, port, "eth_sendRawTransaction", (const char *)parameters->p);
    if (ok && memmem(answer.p, answer.n, "\"error\"", 7) != NULL) {
        buf_printf(why, "port %u refuses a transaction: %.*s", port, (int)answer.n,
                   (const char *)answer.p);
        ok = false;
    }
    buf_fini(&answer);
    buf_clear(parameters);
    return ok;
}

bool transfers_read_code(struct buf *out, struct buf *why, const char *path)
{
    static const u8 WORDS[] = {0x60, 0xa0};
    struct buf text = {0};
    hex_error error;
    bool ok = os_read_file(&text, why, path, CODE_FILE_MAX) == FAULT_NONE;
    while (ok && text.n > 0 && text.p[0] != 0xFF && text.p[text.n - 1] <= ' ') {
        text.n--;
    }
    bool is_raw = ok && text.n > 0 && text.p[0] == 0xFF; // a container
    if (is_raw) {
        buf_put(out, text.p, text.n);
    }
    if (ok && !is_raw && !hex_decode(out, &error, (const char *)text.p, text.n)) {
        buf_printf(why, "%s: %s, at character %zu", path, error.text, error.at + 1);
        ok = false;
    }
    u8 *args = buf_extend(out, 7 * 32);
    memset(args, 0, 7 * 32);
    args[31] = WORDS[0];
    args[63] = WORDS[1];
    args[64 + 16] = 1; // the supply, 2^120
    args[3 * 32 + 31] = args[5 * 32 + 31] = 1;
    args[4 * 32] = args[6 * 32] = 'T';
    buf_fini(&text);
    return ok;
}

bool transfers_set_up(struct transfers *t, struct buf *why, u16 port, const char *path)
{
    struct transaction create = {.gas_limit = CREATE_GAS, .is_create = true};
    struct buf parameters = {0};
    bool ok = transfers_read_code(&create.data, why, path);
    memset(t->nonce, 0, sizeof t->nonce);
    transfers_sign_one(&parameters, t, 0, &create);
    buf_put_u8(&parameters, 0);
    ok = ok && transfers_send_one(why, port, &parameters);
    for (u32 i = 1; ok && i < SENDERS; i++) {
        sign_transfer(&parameters, t, 0, &t->from[i], 1ull << 60);
        ok = transfers_send_one(why, port, &parameters);
    }
    ok = ok && transfers_wait(why, t, port, NULL);
    buf_fini(&create.data);
    buf_fini(&parameters);
    return ok;
}

void transfers_sign(struct transfers *t, u32 count)
{
    t->raw = mem_realloc(t->raw, (t->count + count) * sizeof *t->raw);
    for (u32 i = 0; i < count; i++) {
        struct buf *raw = &t->raw[t->count];
        u32 sender = t->count++ % SENDERS;
        *raw = (struct buf){0};
        sign_transfer(raw, t, sender, &t->from[(sender + 1) % SENDERS], 1);
    }
}

// ---- sending

struct sending {
    const struct transfers *t;
    u32 connections;
    u32 at[HTTP_CONNECTIONS_MAX]; // each connection's next; it sends for senders of its own, in
                                  // order
    struct buf refusal;           // the first one
};

static bool next_transfer(void *ctx, u32 connection, struct buf *body)
{
    struct sending *s = ctx;
    u32 *at = &s->at[connection];
    while (*at < s->t->count && *at % SENDERS % s->connections != connection) {
        ++*at;
    }
    if (*at == s->t->count) {
        return false;
    }
    buf_printf(body,
               "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_sendRawTransaction\",\"params\":%s}",
               (const char *)s->t->raw[(*at)++].p);
    return true;
}

static void look_at_answer(void *ctx, u32 connection, bytes body)
{
    struct sending *s = ctx;
    (void)connection;
    if (s->refusal.n == 0 && memmem(body.p, body.n, "\"error\"", 7) != NULL) {
        buf_put(&s->refusal, body.p, body.n);
    }
}

bool transfers_send(u64 *ns, struct buf *why, const struct transfers *t, u32 first, u16 port,
                    u32 connections, u32 *nudges)
{
    struct sending s = {.t = t, .connections = connections};
    struct http_sum sum;
    struct http_load l = {.ctx = &s,
                          .next = next_transfer,
                          .answered = look_at_answer,
                          .port = port,
                          .connections = connections};
    for (u32 i = 0; i < connections; i++) {
        s.at[i] = first;
    }
    u64 begin = os_now_ns();
    bool ok = http_load_run(&sum, why, &l);
    if (ok && sum.refused > 0) {
        buf_printf(why, "port %u refused %llu transactions, first: %.*s", port,
                   (unsigned long long)sum.refused, (int)s.refusal.n, (const char *)s.refusal.p);
        ok = false;
    }
    ok = ok && transfers_wait(why, t, port, nudges);
    *ns = os_now_ns() - begin;
    buf_fini(&s.refusal);
    return ok;
}
