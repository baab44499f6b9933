// SPDX-License-Identifier: MIT
// See peer.h; case.h has the lines.
#include "test/evmdiff/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/codec/json_write.h"
#include "lib/num/u256.h"

struct peer {
    FILE *to, *from;
    pid_t process;
    char *line;
    size_t line_cap;
    u32 *order;
};

struct peer *peer_start(const struct peer_traits *traits, enum fork evm_fork)
{
    i32 in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) {
        return NULL;
    }
    struct peer *p = mem_zalloc(sizeof *p);
    p->process = fork();
    if (p->process == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[0]), close(in[1]), close(out[0]), close(out[1]);
        execlp("node", "node", "--max-semi-space-size=64", traits->script, fork_name(evm_fork),
               (char *)NULL);
        _exit(127);
    }
    close(in[0]), close(out[1]);
    p->to = fdopen(in[1], "w");
    p->from = fdopen(out[0], "r");
    return p;
}

void peer_stop(struct peer *p)
{
    fclose(p->to);
    fclose(p->from);
    waitpid(p->process, NULL, 0);
    free(p->line);
    mem_free(p->order);
    mem_free(p);
}

// ---- what is sent ------------------------------------------------------------------------------

static void put_slots(struct json_writer *w, const struct alloc_account *a)
{
    struct buf name = {0};
    json_begin_object(w, "storage");
    for (u32 i = 0; i < a->slot_count; i++) {
        b256 key = u256_to_b256(a->slot[i].key);
        b256 value = u256_to_b256(a->slot[i].value);
        buf_clear(&name);
        hex_put_data(&name, key.b, sizeof key.b);
        buf_put_u8(&name, 0);
        json_put_b256(w, (const char *)name.p, &value);
    }
    json_end(w);
    buf_fini(&name);
}

void json_put_alloc(struct json_writer *w, const struct alloc *list)
{
    struct buf name = {0};
    for (u32 i = 0; i < list->count; i++) {
        const struct alloc_account *a = &list->account[i];
        buf_clear(&name);
        hex_put_data(&name, a->address.b, sizeof a->address.b);
        buf_put_u8(&name, 0);
        json_begin_object(w, (const char *)name.p);
        json_put_quantity(w, "balance", a->balance);
        json_put_quantity_u64(w, "nonce", a->nonce);
        json_put_data(w, "code", a->code.p, a->code.n);
        put_slots(w, a);
        json_end(w);
    }
    buf_fini(&name);
}

static void put_transaction(struct json_writer *w, const struct test_case *c)
{
    struct buf raw = {0};
    b256 hash;
    transaction_encode(&raw, &c->tx);
    transaction_hash(&hash, &c->tx);
    json_begin_object(w, NULL);
    json_put_data(w, "raw", raw.p, raw.n);
    json_put_b256(w, "hash", &hash);
    json_put_address(w, "sender", &c->sender);
    json_end(w);
    buf_fini(&raw);
}

static void put_environment(struct json_writer *w, const struct environment *e)
{
    b256 random = u256_to_b256(e->random);
    json_begin_object(w, "env");
    json_put_quantity_u64(w, "number", e->number);
    json_put_quantity_u64(w, "timestamp", e->timestamp);
    json_put_quantity_u64(w, "gasLimit", e->gas_limit);
    json_put_quantity(w, "baseFee", e->base_fee);
    json_put_b256(w, "random", &random);
    json_put_quantity(w, "difficulty", e->difficulty);
    json_put_quantity_u64(w, "excessBlobGas", e->excess_blob_gas);
    json_put_address(w, "coinbase", &e->coinbase);
    json_end(w);
    json_begin_list(w, "hashes");
    for (usize i = e->hash_count > 256 ? e->hash_count - 256 : 0; i < e->hash_count; i++) {
        json_put_b256(w, NULL, &e->hash[i]);
    }
    json_end(w);
}

static bool send_world(struct peer *p, const struct world *world)
{
    struct buf text = {0};
    struct json_writer w;
    json_write_init(&w, &text, 0);
    json_begin_object(&w, NULL);
    put_environment(&w, &world->env);
    json_begin_object(&w, "accounts");
    for (u32 i = 0; i < world->count; i++) {
        json_put_alloc(&w, &world->cases[i]->alloc);
    }
    json_end(&w);
    json_begin_list(&w, "txs");
    for (u32 i = 0; i < world->count; i++) {
        put_transaction(&w, world->cases[i]);
    }
    json_end(&w);
    json_end(&w);
    buf_put_u8(&text, '\n');
    bool sent = fwrite(text.p, 1, text.n, p->to) == text.n && fflush(p->to) == 0;
    buf_fini(&text);
    return sent;
}

// ---- what comes back ---------------------------------------------------------------------------

static enum fault read_environment(struct environment *e, const json_value *root)
{
    json_value env, hashes;
    bool found = false;
    TRY(json_find(&env, &found, root, "env"));
    if (!found) {
        return FAULT_NONE;
    }
    TRY(json_find_u64(&e->number, &env, "number"));
    TRY(json_find_u64(&e->timestamp, &env, "timestamp"));
    TRY(json_find_u64(&e->gas_limit, &env, "gasLimit"));
    TRY(json_find_u64(&e->excess_blob_gas, &env, "excessBlobGas"));
    TRY(json_find_u256(&e->base_fee, &env, "baseFee"));
    TRY(json_find_u256(&e->random, &env, "random"));
    TRY(json_find_u256(&e->difficulty, &env, "difficulty"));
    TRY(json_find_u256(&e->reward, &env, "reward"));
    TRY(json_find_address(&e->coinbase, &env, "coinbase"));
    TRY(json_member(&hashes, root, "hashes"));
    mem_free(e->hash);
    e->hash_count = json_count(&hashes);
    e->hash = mem_zalloc((e->hash_count + 1) * sizeof *e->hash);
    for (usize i = 0; i < e->hash_count; i++) {
        json_value one = json_element(&hashes, i);
        TRY(json_get_b256(&e->hash[i], &one));
    }
    return FAULT_NONE;
}

// Those that ran in their order, then those that were refused.
static enum fault read_order(struct peer *p, struct world *w, const json_value *root)
{
    json_value order;
    TRY(json_member(&order, root, "order"));
    mem_free(p->order);
    p->order = mem_zalloc((w->count + 1) * sizeof *p->order);
    bool *ran = mem_zalloc(w->count + 1);
    u32 n = 0;
    for (usize i = 0; i < json_count(&order); i++) {
        json_value one = json_element(&order, i);
        u64 index = 0;
        enum fault f = json_get_u64(&index, &one);
        if (f != FAULT_NONE || index >= w->count || ran[index]) {
            mem_free(ran);
            return json_refuse(&one, "is no index of a transaction");
        }
        ran[index] = true;
        p->order[n++] = (u32)index;
    }
    for (u32 i = 0; i < w->count; i++) {
        if (!ran[i]) {
            p->order[n++] = i;
        }
    }
    mem_free(ran);
    w->order = p->order;
    return FAULT_NONE;
}

static enum fault read_world(struct peer *p, struct world_result *out, struct world *w,
                             struct json *j)
{
    json_value root = json_root(j);
    json_value txs, v;
    bool found = false;
    TRY(read_environment(&w->env, &root));
    TRY(read_order(p, w, &root));
    TRY(json_find(&v, &found, &root, "before"));
    if (found) {
        alloc_fini(&w->before);
        TRY(alloc_read(&w->before, &v));
    }
    TRY(json_member(&txs, &root, "txs"));
    if (json_count(&txs) != w->count) {
        return json_refuse(&txs, "has not one entry for each transaction");
    }
    for (u32 i = 0; i < w->count; i++) {
        json_value one = json_element(&txs, i);
        json_put_copy(&out->text[i], &one);
    }
    TRY(json_find_b256(&out->root, &root, "root"));
    TRY(json_find(&v, &found, &root, "accounts"));
    if (found) {
        json_put_copy(&out->accounts, &v);
    }
    return FAULT_NONE;
}

bool peer_run(struct peer *p, struct world_result *out, struct world *w, struct buf *why)
{
    *out = (struct world_result){.count = w->count};
    out->text = mem_zalloc((w->count + 1) * sizeof *out->text);
    ssize_t n = send_world(p, w) ? getline(&p->line, &p->line_cap, p->from) : -1;
    if (n <= 0) {
        buf_put_text(why, "the peer has ended");
        return false;
    }
    struct json j;
    enum fault f = json_parse(&j, (bytes){(const u8 *)p->line, (usize)n});
    f = f == FAULT_NONE ? read_world(p, out, w, &j) : f;
    if (f != FAULT_NONE) {
        buf_printf(why, "the peer's answer: %.*s", (int)j.error.n, (const char *)j.error.p);
    }
    json_fini(&j);
    return f == FAULT_NONE;
}

void world_fini(struct world *w)
{
    alloc_fini(&w->before);
    mem_free(w->env.hash);
}
