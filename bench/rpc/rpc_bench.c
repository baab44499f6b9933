// SPDX-License-Identifier: MIT
// `./do bench-rpc`: hybrid-node beside anvil, in one run and in turn, so that both meet the same
// weather: requests a second, ERC-20 transfers a second, start-up, memory. The figure of a row is
// the median of its rounds.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/rpc/http.h"
#include "bench/rpc/target.h"
#include "bench/rpc/transfers.h"
#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/codec/json_write.h"
#include "lib/os/time.h"

#define ROWS_MAX 24u
#define ROUNDS_MAX 15u
#define READ_MS 700u            // of a round of requests
#define STARTS 5u               // in a round
#define INSTANT_TRANSFERS 1500u // in a round
#define INTERVAL_TRANSFERS 12000u
#define MEMORY_TRANSFERS 100000u
#define SEND_CONNECTIONS 16u
#define GAS_LIMIT "1000000000"
#define MEMORY "memory after 100,000 transactions"

enum { OURS, THEIRS, NODES };

struct row {
    char name[48];
    const char *unit;
    bool less_is_better;
    u32 rounds;
    double value[NODES][ROUNDS_MAX];
};

struct bench {
    const char *program[NODES], *code, *evm, *only; // only: a part of the names of rows; NULL: all
    u32 rounds;
    bool json;
    struct target node[NODES];
    struct transfers transfers;
    struct row row[ROWS_MAX];
    u32 rows;
    u32 nudges[NODES]; // blocks that had to be asked for
    struct buf why;
};

static struct row *new_row(struct bench *b, const char *unit)
{
    struct row *r = &b->row[b->rows++];
    r->unit = unit;
    return r;
}

static void say(const struct bench *b, const char *what)
{
    if (isatty(2)) {
        (void)fprintf(stderr, "\r%s ...\033[K", what);
    } else if (!b->json) {
        (void)fprintf(stderr, "%s ...\n", what);
    }
}

// ---- nodes

enum mining {
    AS_IT_COMES, // with everything else left at its default
    INSTANT,
    INTERVAL,
};

static bool start(struct bench *b, u32 which, enum mining mining)
{
    static const char *const SAME[] = {"--accounts", "64",          "--chain-id",
                                       "31337",      "--gas-limit", GAS_LIMIT};
    const char *argv[20] = {b->program[which], "--quiet"};
    u32 n = 2;
    for (u32 i = 0; mining != AS_IT_COMES && i < COUNT_OF(SAME); i++) {
        argv[n++] = SAME[i];
    }
    if (mining == INTERVAL) {
        argv[n++] = "--block-time";
        argv[n++] = "1";
    }
    if (which == OURS && b->evm != NULL) {
        argv[n++] = "--evm";
        argv[n++] = b->evm;
    }
    return target_start(&b->node[which], &b->why, argv);
}

static void stop_both(struct bench *b)
{
    target_stop(&b->node[OURS]);
    target_stop(&b->node[THEIRS]);
}

static bool start_both(struct bench *b, enum mining mining)
{
    return start(b, OURS, mining) && start(b, THEIRS, mining);
}

// ---- measurements

static bool is_wanted(const struct bench *b, const char *name)
{
    return b->only == NULL || strstr(name, b->only) != NULL;
}

static bool measure_starts(struct bench *b)
{
    static const char NAME[] = "start-up, until the first answer";
    if (!is_wanted(b, NAME)) {
        return true;
    }
    struct row *r = new_row(b, "ms");
    (void)snprintf(r->name, sizeof r->name, NAME);
    r->less_is_better = true;
    say(b, r->name);
    for (u32 i = 0; i < b->rounds; i++) {
        u64 sum[NODES] = {0};
        for (u32 j = 0; j < STARTS * NODES; j++) {
            if (!start(b, j % NODES, AS_IT_COMES)) {
                return false;
            }
            sum[j % NODES] += b->node[j % NODES].start_ns;
            target_stop(&b->node[j % NODES]);
        }
        for (u32 w = 0; w < NODES; w++) {
            r->value[w][i] = (double)sum[w] / STARTS / 1e6;
        }
    }
    r->rounds = b->rounds;
    return true;
}

struct reading {
    const char *text; // of the request
};

static bool next_reading(void *ctx, u32 connection, struct buf *body)
{
    const struct reading *r = ctx;
    (void)connection;
    buf_put_text(body, r->text);
    return true;
}

static bool measure_reading(struct bench *b, const char *method, const char *text, u32 connections)
{
    struct reading reading = {text};
    char name[sizeof b->row->name];
    (void)snprintf(name, sizeof name, "%s, %u connection%s", method, connections,
                   connections == 1 ? "" : "s");
    if (!is_wanted(b, name)) {
        return true;
    }
    struct row *r = new_row(b, "/s");
    copy_bytes(r->name, name, sizeof name);
    say(b, r->name);
    for (u32 i = 0; i < b->rounds * NODES; i++) {
        u32 which = i % NODES;
        struct http_sum sum;
        struct http_load l = {.ctx = &reading,
                              .next = next_reading,
                              .port = b->node[which].port,
                              .connections = connections,
                              .ms = READ_MS};
        if (!http_load_run(&sum, &b->why, &l)) {
            return false;
        }
        if (sum.refused > 0) {
            buf_printf(&b->why, "%s: %s refuses", r->name, b->program[which]);
            return false;
        }
        r->value[which][i / NODES] = (double)sum.answers * 1e9 / (double)sum.ns;
    }
    r->rounds = b->rounds;
    return true;
}

static bool measure_readings(struct bench *b)
{
    static const u32 CONNECTIONS[] = {1, 16, 64};
    struct buf call = {0};
    struct buf logs = {0};
    const struct transfers *t = &b->transfers;
    buf_put_text(&call,
                 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_call\",\"params\":[{\"to\":\"");
    put_address(&call, &t->token);
    buf_put_text(&call, "\",\"data\":\"0x70a08231000000000000000000000000");
    for (u32 i = 0; i < sizeof t->from[1].b; i++) { // balanceOf(address)
        buf_printf(&call, "%02x", t->from[1].b[i]);
    }
    buf_put_text(&call, "\"},\"latest\"]}");
    buf_put_u8(&call, 0);
    buf_put_text(&logs, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_getLogs\",\"params\":[{"
                        "\"fromBlock\":\"0x0\",\"toBlock\":\"latest\",\"topics\":["
                        "\"0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef\","
                        "\"0x000000000000000000000000");
    for (u32 i = 0; i < sizeof t->from[1].b; i++) { // Transfer by one sender
        buf_printf(&logs, "%02x", t->from[1].b[i]);
    }
    buf_put_text(&logs, "\"]}]}");
    buf_put_u8(&logs, 0);
    bool ok = true;
    for (u32 i = 0; ok && i < COUNT_OF(CONNECTIONS); i++) {
        ok = measure_reading(b, "eth_blockNumber",
                             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_blockNumber\","
                             "\"params\":[]}",
                             CONNECTIONS[i]);
    }
    for (u32 i = 0; ok && i < COUNT_OF(CONNECTIONS); i++) {
        ok = measure_reading(b, "eth_call", (const char *)call.p, CONNECTIONS[i]);
    }
    for (u32 i = 0; ok && i < COUNT_OF(CONNECTIONS); i++) {
        ok = measure_reading(b, "eth_getLogs", (const char *)logs.p, CONNECTIONS[i]);
    }
    buf_fini(&call);
    buf_fini(&logs);
    return ok;
}

// The same signed transactions to both; `count` a round.
static bool send_rounds(struct bench *b, struct row *r, u32 rounds, u32 count, bool is_instant)
{
    struct transfers *t = &b->transfers;
    for (u32 i = 0; i < rounds; i++) {
        u32 first = t->count;
        transfers_sign(t, count);
        for (u32 w = 0; w < NODES; w++) {
            u64 ns;
            if (!transfers_send(&ns, &b->why, t, first, b->node[w].port, SEND_CONNECTIONS,
                                is_instant ? &b->nudges[w] : NULL)) {
                buf_printf(&b->why, " (%s)", b->program[w]);
                return false;
            }
            if (r != NULL) {
                r->value[w][i] = count * 1e9 / (double)ns;
            }
        }
    }
    if (r != NULL) {
        r->rounds = rounds;
    }
    return true;
}

static bool set_up(struct bench *b)
{
    struct transfers *t = &b->transfers;
    transfers_fini(t);
    return transfers_init(t, &b->why) &&
           transfers_set_up(t, &b->why, b->node[OURS].port, b->code) &&
           transfers_set_up(t, &b->why, b->node[THEIRS].port, b->code);
}

static bool measure_instant(struct bench *b)
{
    static const char NAME[] = "ERC-20 transfers, instant mining";
    say(b, "instant mining");
    if (!start_both(b, INSTANT) || !set_up(b)) {
        return false;
    }
    if (is_wanted(b, NAME)) {
        struct row *r = new_row(b, "/s");
        (void)snprintf(r->name, sizeof r->name, NAME);
        if (!send_rounds(b, r, b->rounds, INSTANT_TRANSFERS, true)) {
            return false;
        }
    }
    return measure_readings(b);
}

static bool measure_memory(struct bench *b)
{
    struct row *r = new_row(b, "MiB");
    (void)snprintf(r->name, sizeof r->name, MEMORY);
    r->less_is_better = true;
    say(b, r->name);
    while (b->transfers.count < MEMORY_TRANSFERS) {
        u32 left = MEMORY_TRANSFERS - b->transfers.count;
        if (!send_rounds(b, NULL, 1, left < INTERVAL_TRANSFERS ? left : INTERVAL_TRANSFERS,
                         false)) {
            return false;
        }
    }
    for (u32 w = 0; w < NODES; w++) {
        r->value[w][0] = (double)target_memory(&b->node[w]) / (1 << 20);
    }
    r->rounds = 1;
    return true;
}

static bool measure_interval(struct bench *b)
{
    static const char NAME[] = "ERC-20 transfers, a block a second";
    bool sends = is_wanted(b, NAME);
    bool grows = is_wanted(b, MEMORY);
    if (!sends && !grows) {
        return true;
    }
    say(b, "interval mining");
    if (!start_both(b, INTERVAL) || !set_up(b)) {
        return false;
    }
    if (sends) {
        struct row *r = new_row(b, "/s");
        (void)snprintf(r->name, sizeof r->name, NAME);
        if (!send_rounds(b, r, b->rounds, INTERVAL_TRANSFERS, false)) {
            return false;
        }
    }
    return !grows || measure_memory(b);
}

// ---- the table

static int compare_values(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(const struct row *r, u32 which)
{
    double sorted[ROUNDS_MAX];
    copy_bytes(sorted, r->value[which], sizeof sorted);
    qsort(sorted, r->rounds, sizeof *sorted, compare_values);
    return sorted[r->rounds / 2];
}

static double ratio(const struct row *r)
{
    double ours = median(r, OURS);
    double theirs = median(r, THEIRS);
    return r->less_is_better ? theirs / ours : ours / theirs;
}

static void put_table(const struct bench *b)
{
    u32 ahead = 0;
    (void)printf("%-36s %14s %14s %8s\n", "", "hybrid-node", "anvil", "ratio");
    for (u32 i = 0; i < b->rows; i++) {
        const struct row *r = &b->row[i];
        (void)printf("%-36s %10.1f %-3s %10.1f %-3s %8.2f\n", r->name, median(r, OURS), r->unit,
                     median(r, THEIRS), r->unit, ratio(r));
        ahead += ratio(r) > 1;
    }
    (void)printf(
        "\nahead of anvil in %u of %u rows; a ratio above 1 is better, also where less is\n", ahead,
        b->rows);
}

static void put_rows(const struct bench *b)
{
    for (u32 i = 0; i < b->rows; i++) {
        const struct row *r = &b->row[i];
        (void)printf(
            "{\"name\":\"%s\",\"unit\":\"%s\",\"hybrid\":%.3f,\"anvil\":%.3f,\"ratio\":%.3f}\n",
            r->name, r->unit, median(r, OURS), median(r, THEIRS), ratio(r));
    }
}

static int usage(void)
{
    (void)fputs("usage: rpc_bench --ours PROGRAM --theirs PROGRAM --token FILE [--rounds N] "
                "[--evm riscv|native] [--only PART-OF-A-NAME] [--json]\n",
                stderr);
    return 2;
}

static bool parse(struct bench *b, i32 argc, char **argv)
{
    for (i32 i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--json") == 0) {
            b->json = true;
            continue;
        }
        if (value == NULL) {
            return false;
        }
        if (strcmp(argv[i], "--ours") == 0) {
            b->program[OURS] = value;
        } else if (strcmp(argv[i], "--theirs") == 0) {
            b->program[THEIRS] = value;
        } else if (strcmp(argv[i], "--token") == 0) {
            b->code = value;
        } else if (strcmp(argv[i], "--evm") == 0) {
            b->evm = value;
        } else if (strcmp(argv[i], "--only") == 0) {
            b->only = value;
        } else if (strcmp(argv[i], "--rounds") == 0) {
            b->rounds = (u32)strtoul(value, NULL, 10);
        } else {
            return false;
        }
        i++;
    }
    return b->program[OURS] != NULL && b->program[THEIRS] != NULL && b->code != NULL &&
           b->rounds > 0 && b->rounds <= ROUNDS_MAX;
}

int main(int argc, char **argv)
{
    static struct bench b = {.rounds = 5};
    if (!parse(&b, argc, argv)) {
        return usage();
    }
    bool ok = measure_starts(&b) && measure_instant(&b);
    stop_both(&b);
    ok = ok && measure_interval(&b);
    stop_both(&b);
    if (isatty(2)) {
        (void)fputs("\r\033[K", stderr);
    }
    if (ok && b.json) {
        put_rows(&b);
    } else if (ok) {
        put_table(&b);
    } else {
        (void)fprintf(stderr, "rpc_bench: %.*s\n", (int)b.why.n, (const char *)b.why.p);
    }
    transfers_fini(&b.transfers);
    buf_fini(&b.why);
    return ok ? 0 : 1;
}
