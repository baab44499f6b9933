// SPDX-License-Identifier: MIT
// See generate.h.
#include "test/evmdiff/generate.h"

#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/crypto/sign.h"
#include "test/evmdiff/program.h"

#define AUTHORITIES 3u

struct maker {
    struct test_case *out;
    struct random r;
    struct scene scene;
    const struct peer_traits *peer;
    address program[4], observer, plain, delegated, absent;
    b256 authority_key[AUTHORITIES];
    address authority[AUTHORITIES];
};

static const u8 DESIGNATOR[3] = {0xEF, 0x01, 0x00}; // EIP-7702

static bool one_in(struct maker *m, u32 n)
{
    return random_chance(&m->r, n);
}

static u32 below(struct maker *m, u32 n)
{
    return random_below(&m->r, n);
}

static address random_address(struct maker *m)
{
    address a;
    random_bytes(&m->r, a.b, sizeof a.b);
    a.b[0] |= 0x10; // far from what has a meaning
    return a;
}

static void random_key(struct maker *m, b256 *key, address *a)
{
    random_bytes(&m->r, key->b, sizeof key->b);
    key->b[0] = 0;
    bool good = crypto_address_of_key(a, key);
    CHECK(good);
}

static address small_address(u32 n)
{
    address a = {{0}};
    store_be32(a.b + 16, n);
    return a;
}

// ---- accounts ----------------------------------------------------------------------------------

static struct alloc_account *add_account(struct maker *m, const address *a, u64 balance, u64 nonce)
{
    struct alloc *list = &m->out->alloc;
    CHECK(list->count < CASE_ACCOUNTS_MAX);
    struct alloc_account *account = &list->account[list->count++];
    *account = (struct alloc_account){
        .address = *a,
        .balance = u256_from_u64(balance),
        .nonce = nonce,
    };
    return account;
}

static void add_storage(struct maker *m, struct alloc_account *a)
{
    u32 count = below(m, 4);
    a->slot = mem_zalloc(6 * sizeof *a->slot);
    for (u32 i = 0; i < count; i++) {
        u256 v = random_word(&m->r);
        a->slot[a->slot_count] = (struct alloc_slot){u256_from_u64(i), v};
        a->slot_count += !u256_is_zero(v);
    }
}

static u64 some_balance(struct maker *m)
{
    return one_in(m, 3) ? 0 : one_in(m, 2) ? below(m, 10) : random_u64(&m->r) >> 4;
}

static void make_addresses(struct maker *m)
{
    address *all[] = {&m->program[0], &m->program[1], &m->program[2], &m->program[3],
                      &m->observer,   &m->plain,      &m->delegated,  &m->absent};
    struct scene *s = &m->scene;
    for (u32 i = 0; i < COUNT_OF(all); i++) {
        *all[i] = random_address(m);
        s->at[s->count++] = *all[i];
    }
    random_key(m, &m->out->key, &m->out->sender);
    s->at[s->count++] = m->out->sender;
    for (u32 i = 0; i < AUTHORITIES; i++) {
        random_key(m, &m->authority_key[i], &m->authority[i]);
        if (m->out->fork >= FORK_PRAGUE) {
            s->at[s->count++] = m->authority[i];
        }
    }
    s->at[s->count++] = small_address(4);
    s->at[s->count++] = small_address(1 + below(m, 18));
    s->at[s->count++] = small_address(one_in(m, 2) ? 0 : 0x100 + below(m, 2));
    s->at[s->count] = small_address(0xC01B0000); // the coinbase
    s->at[s->count++].b[0] = 0xC0;
}

// Before Prague this is code that begins with an undefined instruction.
static void put_designator(struct maker *m, struct buf *code, const address *target)
{
    if (m->out->fork < FORK_PRAGUE) {
        buf_put_u8(code, 0xEF);
        return;
    }
    buf_put(code, DESIGNATOR, sizeof DESIGNATOR);
    buf_put(code, target->b, sizeof target->b);
}

static const u8 OBSERVED_BY[] = {0xF1, 0xF1, 0xF4, 0xFA, 0xF2};

// Where hybrid is active, FF begins RISC-V code. PUSH20 with fewer than 20 bytes behind it makes
// EDR's log of transactions, which cannot be turned off, panic.
static void begin_harmless(struct buf *code)
{
    bool short_push20 = code->n > 0 && code->p[0] == 0x73 && code->n < 21;
    if (code->n > 0 && (code->p[0] == 0xFF || short_push20)) {
        code->p[0] = 0x5B;
    }
}

static void make_accounts(struct maker *m)
{
    for (u32 i = 0; i < COUNT_OF(m->program); i++) {
        struct alloc_account *a = add_account(m, &m->program[i], some_balance(m), below(m, 3));
        program_code(&a->code, &m->r, &m->scene, 2 + below(m, i == 0 ? 16 : 8));
        begin_harmless(&a->code);
        add_storage(m, a);
    }
    struct alloc_account *o = add_account(m, &m->observer, some_balance(m), 1);
    bool reads = below(m, 5) > 2 && m->out->fork >= FORK_BYZANTIUM;
    program_observer(&o->code, &m->program[0], OBSERVED_BY[reads ? 2 + below(m, 2) : below(m, 2)]);
    add_account(m, &m->plain, 1 + some_balance(m), below(m, 3));
    if (one_in(m, 2)) {
        struct alloc_account *d = add_account(m, &m->delegated, some_balance(m), 1);
        put_designator(m, &d->code, &m->scene.at[below(m, m->scene.count)]);
    }
    for (u32 i = 0; i < AUTHORITIES && m->out->fork >= FORK_PRAGUE; i++) {
        if (one_in(m, 2)) {
            struct alloc_account *a =
                add_account(m, &m->authority[i], 1 + below(m, 3), below(m, 2));
            if (one_in(m, 3)) {
                put_designator(m, &a->code, &m->scene.at[below(m, m->scene.count)]);
            }
        }
    }
}

// ---- the transaction ---------------------------------------------------------------------------

static const address *random_target(struct maker *m)
{
    static const u8 WEIGHTS[] = {12, 10, 2, 1};
    switch (random_weighted(&m->r, WEIGHTS, COUNT_OF(WEIGHTS))) {
    case 0:
        return &m->observer;
    case 1:
        return &m->program[0];
    case 2:
        return &m->delegated;
    default:
        return &m->scene.at[below(m, m->scene.count)];
    }
}

static void add_access_list(struct maker *m)
{
    struct transaction *t = &m->out->tx;
    for (u32 n = below(m, 4); n > 0; n--) {
        transaction_add_access(t, &m->scene.at[below(m, m->scene.count)]);
        for (u32 k = below(m, 4); k > 0; k--) {
            b256 key = u256_to_b256(one_in(m, 6) ? random_word(&m->r) : u256_from_u64(below(m, 6)));
            transaction_add_key(t, &key);
        }
    }
}

static void sign_authorization(struct authorization *a, const b256 *key)
{
    struct buf text = {0};
    buf_put_u8(&text, 0x05);
    usize list = rlp_begin_list(&text);
    rlp_put_u256(&text, a->chain_id);
    rlp_put_bytes(&text, a->target.b, sizeof a->target.b);
    rlp_put_u64(&text, a->nonce);
    rlp_end_list(&text, list);
    b256 hash;
    signature made;
    keccak256(&hash, text.p, text.n);
    buf_fini(&text);
    bool good = crypto_sign(&made, &hash, key);
    CHECK(good);
    a->y_parity = made.recovery_id;
    a->r = u256_from_b256(made.r);
    a->s = u256_from_b256(made.s);
}

static void add_authorizations(struct maker *m)
{
    for (u32 n = one_in(m, 30) ? 0 : 1 + below(m, 4); n > 0; n--) {
        u32 who = below(m, AUTHORITIES + 1);
        struct authorization a = {
            .chain_id = u256_from_u64(one_in(m, 12) ? 2 : below(m, 2)),
            .target = m->scene.at[below(m, m->scene.count)],
            .nonce = who == AUTHORITIES && !one_in(m, 4) ? m->out->tx.nonce + 1 : below(m, 2),
        };
        if (one_in(m, 8)) {
            a.target = small_address(0);
        }
        sign_authorization(&a, who == AUTHORITIES ? &m->out->key : &m->authority_key[who]);
        if (one_in(m, 16)) {
            a.y_parity ^= 1;
        }
        if (one_in(m, 30)) {
            a.s = random_word(&m->r);
        }
        transaction_add_authorization(&m->out->tx, &a);
    }
}

static void make_data(struct maker *m)
{
    struct transaction *t = &m->out->tx;
    if (t->is_create) {
        program_init_code(&t->data, &m->r, &m->scene, 0);
        if (t->data.n == 0 && !m->peer->has_empty_creations) {
            buf_put_u8(&t->data, 0);
        }
        begin_harmless(&t->data);
        return;
    }
    for (u32 n = below(m, 6); n > 0; n--) {
        b256 word = u256_to_b256(random_word(&m->r));
        buf_put(&t->data, word.b, one_in(m, 6) ? below(m, 32) : 32);
    }
}

static void make_fees(struct maker *m)
{
    struct transaction *t = &m->out->tx;
    t->max_fee = u256_from_u64(BASE_FEE + below(m, 3) * below(m, 5000));
    t->max_priority = t->max_fee;
    if (t->type >= TX_FEE_MARKET) {
        t->max_priority = u256_from_u64(below(m, 2) * below(m, BASE_FEE));
    }
}

static enum transaction_type random_type(struct maker *m)
{
    enum fork f = m->out->fork;
    u32 types = f >= FORK_PRAGUE   ? 5
                : f >= FORK_CANCUN ? 4
                : f >= FORK_LONDON ? 3
                : f >= FORK_BERLIN ? 2
                                   : 1;
    enum transaction_type t = (enum transaction_type)below(m, types);
    return t == TX_BLOB && !m->peer->has_blobs ? TX_FEE_MARKET : t;
}

static void add_blobs(struct maker *m)
{
    struct transaction *t = &m->out->tx;
    static const u32 FEES[] = {1, 1000, 1u << 24, 1u << 24};
    t->max_blob_fee = u256_from_u64(FEES[below(m, COUNT_OF(FEES))]);
    for (u32 n = one_in(m, 20) ? 10 * below(m, 2) : 1 + below(m, 6); n > 0; n--) {
        b256 hash;
        random_bytes(&m->r, hash.b, sizeof hash.b);
        hash.b[0] = one_in(m, 60) ? 2 : 1;
        transaction_add_blob(t, &hash);
    }
}

// One thing that makes it invalid, or nearly.
static void spoil(struct maker *m, struct alloc_account *sender, u64 intrinsic)
{
    struct transaction *t = &m->out->tx;
    switch (below(m, 7)) {
    case 0:
        t->nonce += one_in(m, 2) ? 1 : -1ull;
        break;
    case 1:
        t->gas_limit = intrinsic - below(m, 2);
        break;
    case 2:
        t->max_fee = u256_from_u64(BASE_FEE - below(m, 2));
        t->max_priority = t->type < TX_FEE_MARKET ? t->max_fee : t->max_priority;
        break;
    case 3:
        sender->balance = u256_from_u64(t->gas_limit * (BASE_FEE - below(m, 10)));
        break;
    case 4:
        if (m->peer->has_eip3607) {
            buf_put_u8(&sender->code, 0);
        }
        break;
    case 5:
        t->value = random_word(&m->r);
        break;
    default:
        t->is_create = t->type < TX_BLOB;
        memset(buf_extend(&t->data, 49150), 0, 49150);
        t->gas_limit = 2000000;
        break;
    }
}

static void make_transaction(struct maker *m)
{
    struct transaction *t = &m->out->tx;
    t->type = random_type(m);
    t->has_chain_id = t->type != TX_LEGACY || (m->out->fork >= FORK_SPURIOUS && one_in(m, 2));
    t->chain_id = t->has_chain_id ? u256_from_u64(CHAIN_ID) : u256_zero();
    t->nonce = below(m, 3);
    t->gas_limit = 60000 + below(m, one_in(m, 5) ? 800000 : 240000);
    t->value = u256_from_u64(one_in(m, 2) ? below(m, 1000) : 0);
    t->is_create = t->type < TX_BLOB && one_in(m, 7);
    t->to = t->is_create ? (address){{0}} : *random_target(m);
    make_fees(m);
    make_data(m);
    if (t->type != TX_LEGACY) {
        add_access_list(m);
    }
    if (t->type == TX_AUTHORIZATION) {
        add_authorizations(m);
    }
    if (t->type == TX_BLOB) {
        add_blobs(m);
    }
    struct gas_table price;
    gas_table_init(&price, m->out->fork);
    struct intrinsic_gas least = transaction_intrinsic_gas(&price, t);
    u64 intrinsic = least.gas > least.floor ? least.gas : least.floor;
    t->gas_limit += intrinsic;
    u256 funds = u256_mul(t->max_fee, u256_from_u64(t->gas_limit));
    funds = u256_add(funds, u256_mul(t->max_blob_fee, u256_from_u64(t->blob_count * 131072)));
    struct alloc_account *sender = add_account(m, &m->out->sender, 0, t->nonce);
    sender->balance = u256_add(funds, u256_add(t->value, u256_from_u64(some_balance(m))));
    if (one_in(m, 24)) {
        spoil(m, sender, intrinsic);
    }
}

// ---- all of it ---------------------------------------------------------------------------------

static u64 seed_of(const struct generator *g, enum fork fork, u64 number)
{
    struct random r = {g->seed * 0xD1342543DE82EF95ull + fork};
    return random_u64(&r) ^ (number * 0xDA942042E4DD58B5ull);
}

void generate_case(struct test_case *out, const struct generator *g, enum fork fork, u64 number)
{
    *out = (struct test_case){.number = number, .fork = fork};
    out->alloc.account = mem_zalloc(CASE_ACCOUNTS_MAX * sizeof *out->alloc.account);
    struct maker m = {
        .out = out,
        .r = {seed_of(g, fork, number)},
        .peer = g->peer,
        .scene = {.fork = fork},
    };
    make_addresses(&m);
    make_accounts(&m);
    make_transaction(&m);
    case_sign(out);
}

void generate_environment(struct environment *out, const struct generator *g, enum fork fork,
                          u64 number)
{
    struct random r = {~seed_of(g, fork, number)};
    *out = (struct environment){
        .number = 1 + random_below(&r, 600),
        .timestamp = 1 + random_below(&r, 1u << 30), // before the mainnet's blob schedules change
        .gas_limit = BLOCK_GAS,
        .base_fee = u256_from_u64(fork >= FORK_LONDON ? BASE_FEE : 0),
        .excess_blob_gas = fork >= FORK_CANCUN ? (u64)random_below(&r, 40) * 1310720 : 0,
        .coinbase = small_address(0xC01B0000),
    };
    out->coinbase.b[0] = 0xC0;
    u256 word = random_word(&r);
    out->random = fork >= FORK_PARIS ? word : u256_zero();
    out->difficulty = fork >= FORK_PARIS ? u256_zero() : u256_shr(u256_from_u64(128), word);
    out->hash_count = out->number;
    out->hash = mem_zalloc(out->hash_count * sizeof *out->hash);
    for (usize i = 0; i < out->hash_count; i++) {
        u8 n[8];
        store_be64(n, i);
        keccak256(&out->hash[i], n, sizeof n);
    }
}
