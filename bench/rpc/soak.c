// SPDX-License-Identifier: MIT
// `./do soak TXS=N`: a long life of hybrid-node in short time. Transactions of many kinds by 64
// senders: tokens of both kinds of code, calls across, reverts, too little gas, deployments;
// invalid ones between them, questions, snapshots that are gone back to, reorganisations. At the
// end the books must balance, and memory, open files and the database must not have grown beyond
// what they were after the first quarter, if by then as many blocks had been made as are kept.
// Several runs: in memory and on disk, ten blocks a second and a block for each transaction.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/rpc/http.h"
#include "bench/rpc/target.h"
#include "bench/rpc/transfers.h"
#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/codec/json.h"
#include "lib/num/u256.h"
#include "lib/os/process.h"
#include "lib/os/time.h"

#define CONNECTIONS 16u
#define BATCH 16u // transactions of a sender in a request
#define ROUND (BATCH * SENDERS)
#define POOL_HIGH 6000u    // waiting transactions above which nothing is sent
#define DISTURB_ROUNDS 64u // rounds between snapshots and reorganisations
#define GROWTH_PERCENT 25u // that the memory may have gained since the first quarter, and
#define GROWTH_BYTES ((u64)24 << 20)
#define KEEP_BLOCKS "256"
#define FULL_BLOCKS 320u // by when some of them were dropped
#define HISTORY "64"
#define INTERVAL_MS "[100]"

struct plan {
    const char *name;
    bool on_disk, interval;
    u32 share; // of all transactions, in percent
};

static const struct plan PLANS[] = {
    {"in memory, ten blocks a second", false, true, 40},
    {"on disk, ten blocks a second", true, true, 40},
    {"in memory, a block for each transaction", false, false, 10},
    {"on disk, a block for each transaction", true, false, 10},
};

enum kind {
    EVM_TRANSFER,
    RISCV_TRANSFER,
    EVM_TO_RISCV,
    RISCV_TO_EVM,
    ETHER,
    REVERTS,
    TOO_LITTLE_GAS,
    DEPLOYS,
    KINDS
};

// Of a thousand transactions.
static const u32 WEIGHT[KINDS] = {400, 200, 100, 100, 150, 30, 19, 1};

struct sample {
    u64 memory, disk;
    u32 files;
};

struct soak {
    const char *node, *code, *container;
    u64 count, seed;
    struct target target;
    struct transfers t;
    address token[2]; // EVM, RISC-V
    u64 sent, refused_as_wanted;
    char folder[64];
    struct buf why;
    struct buf batch[SENDERS];
    u32 next_batch[CONNECTIONS];
    u64 answered_errors;
    struct buf first_error;
};

static u64 random_next(struct soak *s) // xorshift64*
{
    s->seed ^= s->seed >> 12;
    s->seed ^= s->seed << 25;
    s->seed ^= s->seed >> 27;
    return s->seed * 0x2545f4914f6cdd1dull;
}

// ---- a transaction

static void put_call(struct buf *data, u32 selector, const address *const *words, u32 count,
                     const u256 *amount)
{
    u8 word[32] = {0};
    store_be32(word, selector);
    buf_put(data, word, 4);
    zero_bytes(word, 4);
    for (u32 i = 0; i < count; i++) {
        copy_bytes(word + 12, words[i]->b, sizeof words[i]->b);
        buf_put(data, word, sizeof word);
    }
    u256_to_be_bytes(word, *amount);
    buf_put(data, word, sizeof word);
}

static enum kind draw(struct soak *s)
{
    u32 at = (u32)(random_next(s) >> 32) % 1000;
    for (u32 k = 0; k < KINDS; k++) {
        if (at < WEIGHT[k]) {
            return (enum kind)k;
        }
        at -= WEIGHT[k];
    }
    return EVM_TRANSFER;
}

static void fill(struct transaction *tx, struct soak *s, enum kind kind)
{
    static const u8 ONE_BYTE[] = {0x60, 0x01, 0x5f, 0x53, 0x60, 0x01, 0x5f, 0xf3};
    const address *to = &s->t.from[(random_next(s) >> 32) % SENDERS];
    const address *other[2] = {&s->token[kind == EVM_TO_RISCV], to};
    u256 one = u256_from_u64(1);
    u256 all = (u256){{~0ull, ~0ull, ~0ull, ~0ull}};
    tx->gas_limit = kind == TOO_LITTLE_GAS ? 24000 : 120000;
    tx->to = s->token[kind == RISCV_TRANSFER || kind == RISCV_TO_EVM];
    switch (kind) {
    case EVM_TO_RISCV:
    case RISCV_TO_EVM: // pay(address,address,uint256)
        put_call(&tx->data, 0xb3d76188, other, 2, &one);
        break;
    case ETHER:
        tx->to = *to;
        tx->value = one;
        tx->gas_limit = 21000;
        break;
    case DEPLOYS:
        tx->is_create = true;
        buf_put(&tx->data, ONE_BYTE, sizeof ONE_BYTE);
        break;
    case EVM_TRANSFER:
    case RISCV_TRANSFER:
    case TOO_LITTLE_GAS:
    case REVERTS:
    case KINDS: // transfer(address,uint256)
        put_call(&tx->data, 0xa9059cbb, &to, 1, kind == REVERTS ? &all : &one);
        break;
    }
}

static void put_request(struct buf *out, const char *method, bytes parameters)
{
    buf_printf(out, "%s{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%.*s}",
               out->n > 1 ? "," : "", method, (int)parameters.n, (const char *)parameters.p);
}

// A sender's transactions of a round as one batch of requests, the last ones first now and then, so
// that their nonces have gaps for a while.
static void make_batch(struct soak *s, u32 sender)
{
    struct buf raw[BATCH] = {{0}};
    struct buf *out = &s->batch[sender];
    bool turned = (random_next(s) >> 40) % 8 == 0;
    buf_clear(out);
    buf_put_u8(out, '[');
    for (u32 i = 0; i < BATCH; i++) {
        struct transaction tx = {.nonce = 0};
        fill(&tx, s, draw(s));
        transfers_sign_one(&raw[i], &s->t, sender, &tx);
        buf_fini(&tx.data);
    }
    for (u32 i = 0; i < BATCH; i++) {
        put_request(out, "eth_sendRawTransaction", buf_bytes(&raw[turned ? BATCH - 1 - i : i]));
    }
    for (u32 i = 0; i < BATCH; i++) {
        buf_fini(&raw[i]);
    }
    buf_put_u8(out, ']');
}

// ---- a round

static bool next_batch(void *ctx, u32 connection, struct buf *body)
{
    struct soak *s = ctx;
    u32 i = s->next_batch[connection];
    if (i >= SENDERS) {
        return false;
    }
    buf_put(body, s->batch[i].p, s->batch[i].n);
    s->next_batch[connection] = i + CONNECTIONS;
    return true;
}

static void look_for_errors(void *ctx, u32 connection, bytes body)
{
    struct soak *s = ctx;
    (void)connection;
    const u8 *at = memmem(body.p, body.n, "\"error\"", 7);
    if (at != NULL) {
        s->answered_errors++;
        usize n = (usize)(body.p + body.n - at);
        if (s->first_error.n == 0) {
            buf_put(&s->first_error, at, n < 300 ? n : 300);
        }
    }
}

static bool check_errors(struct soak *s, const char *what)
{
    if (s->answered_errors > 0) {
        buf_printf(&s->why, "%s: %llu unexpected errors, the first: %.*s", what,
                   (unsigned long long)s->answered_errors, (int)s->first_error.n,
                   (const char *)s->first_error.p);
    }
    return s->answered_errors == 0;
}

// One request that must succeed; the answer's result if `out` is not NULL.
static bool ask(struct soak *s, struct buf *out, const char *method, const char *parameters)
{
    struct buf answer = {0};
    bool ok = http_ask(&answer, &s->why, s->target.port, method, parameters);
    if (ok) {
        look_for_errors(s, 0, buf_bytes(&answer));
        ok = check_errors(s, method);
    }
    if (ok && out != NULL) {
        buf_put(out, answer.p, answer.n);
    }
    buf_fini(&answer);
    return ok;
}

static bool ask_number(struct soak *s, u64 *out, const char *method, const char *parameters,
                       const char *member)
{
    struct buf answer = {0};
    struct json j;
    bool ok = ask(s, &answer, method, parameters);
    if (ok) {
        enum fault f = json_parse(&j, buf_bytes(&answer));
        json_value root = json_root(&j);
        json_value result = root;
        if (f == FAULT_NONE && strcmp(member, "result") != 0) {
            f = json_member(&result, &root, "result");
        }
        f = f == FAULT_NONE ? json_find_u64(out, &result, member) : f;
        ok = f == FAULT_NONE;
        if (!ok) {
            buf_printf(&s->why, "%s: no number: %.*s", method, (int)answer.n,
                       (const char *)answer.p);
        }
        json_fini(&j);
    }
    buf_fini(&answer);
    return ok;
}

static bool wait_for_room(struct soak *s)
{
    for (;;) {
        u64 waiting = 0;
        if (!ask_number(s, &waiting, "txpool_status", "[]", "pending")) {
            return false;
        }
        if (waiting < POOL_HIGH) {
            return true;
        }
        os_sleep_ms(20);
    }
}

// What an explorer or a wallet would ask meanwhile.
static bool ask_questions(struct soak *s)
{
    char text[400];
    u64 head = 0;
    bool ok = ask_number(s, &head, "eth_blockNumber", "[]", "result");
    u64 from = head > 20 ? head - 20 : 0;
    (void)snprintf(text, sizeof text, "[{\"fromBlock\":\"0x%llx\",\"toBlock\":\"latest\"}]",
                   (unsigned long long)(head > 2 ? head - 2 : 0));
    ok = ok && ask(s, NULL, "eth_getLogs", text);
    (void)snprintf(text, sizeof text, "[\"0x14\",\"latest\",[25,75]]");
    ok = ok && ask(s, NULL, "eth_feeHistory", text);
    (void)snprintf(text, sizeof text, "[\"0x%llx\",false]", (unsigned long long)from);
    ok = ok && ask(s, NULL, "eth_getBlockByNumber", text);
    return ok && ask(s, NULL, "txpool_status", "[]") && ask(s, NULL, "eth_gasPrice", "[]");
}

// What must be refused, as an error and without harm.
static bool ask_nonsense(struct soak *s)
{
    static const char *const PARAMETERS[] = {"[\"0x\"]", "[\"0xc0\"]", "[\"0x02c0\"]", "[\"zz\"]",
                                             "[]",       "{}",         "[1]"};
    struct buf answer = {0};
    const char *p = PARAMETERS[(random_next(s) >> 32) % COUNT_OF(PARAMETERS)];
    bool ok = http_ask(&answer, &s->why, s->target.port, "eth_sendRawTransaction", p);
    if (ok && memmem(answer.p, answer.n, "\"error\"", 7) == NULL) {
        buf_printf(&s->why, "eth_sendRawTransaction %s was not refused", p);
        ok = false;
    }
    s->refused_as_wanted += ok;
    buf_fini(&answer);
    return ok;
}

static bool send_round(struct soak *s)
{
    struct http_sum sum;
    struct http_load l = {.ctx = s,
                          .next = next_batch,
                          .answered = look_for_errors,
                          .port = s->target.port,
                          .connections = CONNECTIONS};
    for (u32 i = 0; i < SENDERS; i++) {
        make_batch(s, i);
    }
    for (u32 i = 0; i < CONNECTIONS; i++) {
        s->next_batch[i] = i;
    }
    s->sent += ROUND;
    return wait_for_room(s) && http_load_run(&sum, &s->why, &l) && check_errors(s, "a batch") &&
           ask_questions(s) && ask_nonsense(s);
}

// ---- disturbances, while nothing waits

static bool take_nonces(struct soak *s)
{
    for (u32 i = 0; i < SENDERS; i++) {
        char text[100];
        struct buf at = {0};
        put_address(&at, &s->t.from[i]);
        (void)snprintf(text, sizeof text, "[\"%.*s\",\"pending\"]", (int)at.n, (const char *)at.p);
        buf_fini(&at);
        if (!ask_number(s, &s->t.nonce[i], "eth_getTransactionCount", text, "result")) {
            return false;
        }
    }
    return true;
}

static bool disturb(struct soak *s)
{
    u64 id = 0;
    char text[32];
    if (!transfers_wait(&s->why, &s->t, s->target.port, NULL) ||
        !ask_number(s, &id, "evm_snapshot", "[]", "result") || !send_round(s) ||
        !transfers_wait(&s->why, &s->t, s->target.port, NULL)) {
        return false;
    }
    (void)snprintf(text, sizeof text, "[\"0x%llx\"]", (unsigned long long)id);
    return ask(s, NULL, "evm_revert", text) && take_nonces(s) &&
           ask(s, NULL, "anvil_reorg", "[2,[]]") && ask(s, NULL, "evm_mine", "[]") &&
           take_nonces(s);
}

// ---- what it has come to

static u64 folder_size(const char *path)
{
    char below[512];
    u64 sum = 0;
    DIR *d = path[0] != 0 ? opendir(path) : NULL;
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        struct stat st;
        (void)snprintf(below, sizeof below, "%s/%s", path, e->d_name);
        if (stat(below, &st) == 0 && S_ISREG(st.st_mode)) {
            sum += (u64)st.st_blocks * 512;
        }
    }
    if (d != NULL) {
        (void)closedir(d);
    }
    return sum;
}

static struct sample take_sample(const struct soak *s)
{
    return (struct sample){target_memory(&s->target), folder_size(s->folder),
                           target_files(&s->target)};
}

static bool too_much(u64 before, u64 now)
{
    return now > before + before * GROWTH_PERCENT / 100 + GROWTH_BYTES;
}

static bool check_growth(struct soak *s, const struct sample *before, const struct sample *now)
{
    if (too_much(before->memory, now->memory)) {
        buf_printf(&s->why, "the memory grew from %llu to %llu MiB",
                   (unsigned long long)(before->memory >> 20),
                   (unsigned long long)(now->memory >> 20));
    } else if (too_much(before->disk, now->disk)) {
        buf_printf(&s->why, "the database grew from %llu to %llu MiB",
                   (unsigned long long)(before->disk >> 20), (unsigned long long)(now->disk >> 20));
    } else if (now->files > before->files + 2) {
        buf_printf(&s->why, "open files grew from %u to %u", before->files, now->files);
    } else {
        return true;
    }
    return false;
}

static bool add_balance(struct soak *s, u256 *sum, const address *token, const address *of)
{
    struct buf text = {0};
    struct buf answer = {0};
    struct json j;
    u256 v = u256_zero();
    struct buf data = {0};
    b256 word = {{0}};
    buf_put_text(&text, "[{\"to\":\"");
    put_address(&text, token);
    buf_put_text(&text, "\",\"data\":\"");
    copy_bytes(word.b + 12, of->b, sizeof of->b);
    buf_put(&data, "\x70\xa0\x82\x31", 4); // balanceOf(address)
    buf_put(&data, word.b, sizeof word.b);
    put_data(&text, buf_bytes(&data));
    buf_put_text(&text, "\"},\"latest\"]");
    buf_put_u8(&text, 0);
    bool ok = ask(s, &answer, "eth_call", (const char *)text.p);
    if (ok) {
        enum fault f = json_parse(&j, buf_bytes(&answer));
        json_value root = json_root(&j);
        f = f == FAULT_NONE ? json_find_b256(&word, &root, "result") : f;
        ok = f == FAULT_NONE;
        v = u256_from_be_bytes(word.b);
        json_fini(&j);
    }
    *sum = u256_add(*sum, v);
    buf_fini(&text);
    buf_fini(&answer);
    buf_fini(&data);
    return ok;
}

// Of each token all holders together have what was made.
static bool check_books(struct soak *s)
{
    for (u32 k = 0; k < 2; k++) {
        u256 sum = u256_zero();
        bool ok = add_balance(s, &sum, &s->token[k], &s->token[0]) &&
                  add_balance(s, &sum, &s->token[k], &s->token[1]);
        for (u32 i = 0; ok && i < SENDERS; i++) {
            ok = add_balance(s, &sum, &s->token[k], &s->t.from[i]);
        }
        if (!ok) {
            return false;
        }
        if (!u256_eq(sum, u256_shl(u256_from_u64(TOKEN_SUPPLY_BIT), u256_from_u64(1)))) {
            buf_printf(&s->why, "the %s token's books do not balance", k == 0 ? "EVM" : "RISC-V");
            return false;
        }
    }
    return true;
}

// ---- a run

static bool pay_one(struct soak *s, const address *token, const address *to)
{
    struct transaction tx = {.gas_limit = 120000, .to = *token};
    struct buf text = {0};
    u256 amount = u256_from_u64(1ull << 60);
    put_call(&tx.data, 0xa9059cbb, &to, 1, &amount);
    transfers_sign_one(&text, &s->t, 0, &tx);
    buf_put_u8(&text, 0);
    bool ok = transfers_send_one(&s->why, s->target.port, &text);
    buf_fini(&tx.data);
    buf_fini(&text);
    return ok;
}

// Both tokens; every sender and each token has some of both.
static bool set_up(struct soak *s)
{
    struct transaction tx = {.gas_limit = 12000000, .is_create = true};
    struct buf text = {0};
    transfers_fini(&s->t);
    bool ok = transfers_init(&s->t, &s->why) &&
              transfers_set_up(&s->t, &s->why, s->target.port, s->code) &&
              transfers_read_code(&tx.data, &s->why, s->container);
    s->token[0] = s->t.token;
    s->token[1] = transfers_created(&s->t.from[0], (u8)s->t.nonce[0]);
    transfers_sign_one(&text, &s->t, 0, &tx);
    buf_put_u8(&text, 0);
    ok = ok && transfers_send_one(&s->why, s->target.port, &text);
    for (u32 i = 0; ok && i < SENDERS + 2; i++) {
        ok = pay_one(s, &s->token[1], i < SENDERS ? &s->t.from[i] : &s->token[i - SENDERS]);
    }
    ok = ok && pay_one(s, &s->token[0], &s->token[1]) &&
         transfers_wait(&s->why, &s->t, s->target.port, NULL);
    buf_fini(&tx.data);
    buf_fini(&text);
    return ok;
}

static bool start(struct soak *s, const struct plan *p)
{
    const char *argv[24] = {s->node,       "--quiet", "--accounts",    "64",
                            "--chain-id",  "31337",   "--gas-limit",   "1000000000",
                            "--history",   HISTORY,   "--keep-blocks", KEEP_BLOCKS,
                            "--log-level", "error"};
    u32 n = 14;
    if (p->interval) {
        argv[n++] = "--block-time";
        argv[n++] = "1";
    }
    s->folder[0] = 0;
    if (p->on_disk) {
        (void)snprintf(s->folder, sizeof s->folder, P_tmpdir "/hybrid-soak-XXXXXX");
        if (mkdtemp(s->folder) == NULL) {
            buf_put_text(&s->why, "no folder can be made below " P_tmpdir);
            return false;
        }
        argv[n++] = "--sync";
        argv[n++] = "later";
        argv[n++] = "--datadir";
        argv[n++] = s->folder;
    }
    return target_start(&s->target, &s->why, argv);
}

// True if the program ended with status 0; what it said is thrown away.
static bool run_program(const char *const *argv)
{
    struct buf out = {0};
    struct buf why = {0};
    u32 status = 1;
    enum fault f = os_run_command(&status, &out, &out, &why, &(struct os_command){.argv = argv});
    buf_fini(&out);
    buf_fini(&why);
    return f == FAULT_NONE && status == 0;
}

static void remove_folder(const struct soak *s)
{
    const char *const argv[] = {"rm", "-rf", s->folder, NULL};
    if (s->folder[0] != 0 && !run_program(argv)) {
        (void)fprintf(stderr, "%s is left behind\n", s->folder);
    }
}

static bool check_database(struct soak *s)
{
    const char *const argv[] = {s->node, "db", "check", "--datadir", s->folder, NULL};
    if (s->folder[0] != 0 && !run_program(argv)) {
        buf_put_text(&s->why, "hybrid-node db check finds the database damaged");
        return false;
    }
    return true;
}

static void show(const struct soak *s, const struct plan *p, u64 goal, u64 begin)
{
    if (isatty(2)) {
        u64 seconds = (os_now_ns() - begin) / 1000000000 + 1;
        (void)fprintf(stderr, "\r%s: %llu of %llu, %llu a second, %llu MiB\033[K", p->name,
                      (unsigned long long)s->sent, (unsigned long long)goal,
                      (unsigned long long)(s->sent / seconds),
                      (unsigned long long)(target_memory(&s->target) >> 20));
    }
}

// Whether as many blocks were made as are kept, and some more: from then on nothing should grow.
static bool is_full(struct soak *s, bool *ok)
{
    u64 head = 0;
    *ok = ask_number(s, &head, "eth_blockNumber", "[]", "result");
    return *ok && head >= FULL_BLOCKS;
}

static bool live(struct soak *s, const struct plan *p, u64 goal)
{
    struct sample quarter = {0};
    bool ok = true;
    u64 begin = os_now_ns();
    u64 rounds = 0;
    while (s->sent < goal) {
        if (!send_round(s) || (++rounds % DISTURB_ROUNDS == 0 && !disturb(s))) {
            return false;
        }
        if (quarter.memory == 0 && s->sent >= goal / 4 && rounds % 4 == 0 && is_full(s, &ok)) {
            quarter = take_sample(s);
        }
        if (!ok) {
            return false;
        }
        show(s, p, goal, begin);
    }
    ok = transfers_wait(&s->why, &s->t, s->target.port, NULL) && check_books(s);
    struct sample last = take_sample(s);
    ok = ok && (quarter.memory == 0 || check_growth(s, &quarter, &last));
    u64 ms = (os_now_ns() - begin) / 1000000;
    (void)printf("%s%s: %llu transactions in %llu.%llu s; memory %llu, then %llu MiB; disk %llu, "
                 "then %llu MiB; %u open files%s\n",
                 isatty(2) ? "\r" : "", p->name, (unsigned long long)s->sent,
                 (unsigned long long)(ms / 1000), (unsigned long long)(ms % 1000 / 100),
                 (unsigned long long)(quarter.memory >> 20),
                 (unsigned long long)(last.memory >> 20), (unsigned long long)(quarter.disk >> 20),
                 (unsigned long long)(last.disk >> 20), last.files,
                 quarter.memory == 0 ? " (too few blocks to tell of growth)" : "");
    (void)fflush(stdout);
    return ok;
}

static bool run(struct soak *s, const struct plan *p)
{
    s->sent = 0;
    bool ok = start(s, p) && set_up(s) &&
              (!p->interval || ask(s, NULL, "evm_setIntervalMining", INTERVAL_MS)) &&
              live(s, p, s->count * p->share / 100);
    target_stop(&s->target);
    ok = ok && check_database(s);
    remove_folder(s);
    if (!ok) {
        (void)printf("FAILED %s: %.*s\n", p->name, (int)s->why.n, (const char *)s->why.p);
    }
    buf_clear(&s->why);
    return ok;
}

static bool parse(struct soak *s, i32 argc, char **argv)
{
    for (i32 i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--node") == 0) {
            s->node = argv[i + 1];
        } else if (strcmp(argv[i], "--token") == 0) {
            s->code = argv[i + 1];
        } else if (strcmp(argv[i], "--container") == 0) {
            s->container = argv[i + 1];
        } else if (strcmp(argv[i], "--count") == 0) {
            s->count = strtoull(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--seed") == 0) {
            s->seed = strtoull(argv[i + 1], NULL, 10);
        } else {
            return false;
        }
    }
    return argc % 2 == 1 && s->node != NULL && s->code != NULL && s->container != NULL &&
           s->count >= 100 && s->seed != 0;
}

int main(int argc, char **argv)
{
    static struct soak s = {.count = 10000000, .seed = 1};
    u32 failed = 0;
    if (!parse(&s, argc, argv)) {
        (void)fputs("usage: soak --node PROGRAM --token FILE --container FILE [--count N] "
                    "[--seed N]\n",
                    stderr);
        return 2;
    }
    for (u32 i = 0; i < COUNT_OF(PLANS); i++) {
        failed += !run(&s, &PLANS[i]);
    }
    for (u32 i = 0; i < SENDERS; i++) {
        buf_fini(&s.batch[i]);
    }
    transfers_fini(&s.t);
    buf_fini(&s.first_error);
    buf_fini(&s.why);
    (void)printf("%u passed, %u failed\n", (u32)COUNT_OF(PLANS) - failed, failed);
    return failed > 0;
}
