// SPDX-License-Identifier: MIT
// Helpers beside the owner: while he makes blocks, takes them back and forgets what he lent, each
// reading gives what it gives when he is alone. Run it under MODE=tsan, too.
#include "node/rpc/work.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/cli/node_genesis.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "test/test.h"

#define ALICE "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
#define COUNTER "0x5fbdb2315678afecb367f032d93f642f64180aa3" // made by her nonce 0
#define LOOP "0x61ffff5b600190038060035700"                  // 65,535 rounds, as init code
#define BLOCKS 560u // more than are lent at once without being forgotten

struct world {
    struct node *node;
    struct rpc *rpc;
    struct rpc_work *work;
    _Atomic u32 wakes;
    struct buf out;
};

static u64 no_clock(void)
{
    return 1700000000;
}

static void on_wake(void *ctx)
{
    struct world *w = ctx;
    atomic_fetch_add(&w->wakes, 1);
}

// The owner's own answer, whatever it is.
static const char *ask(struct world *w, const char *text)
{
    node_take_turn(w->node, NULL);
    buf_clear(&w->out);
    rpc_answer(w->rpc, RPC_GROUP_ALL, NULL, (bytes){(const u8 *)text, strlen(text)}, &w->out);
    node_trim(w->node);
    node_end_turn(w->node);
    buf_put_u8(&w->out, 0);
    return (const char *)w->out.p;
}

#define REQUEST(method, params)                                                                    \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\",\"params\":[" params "]}"
#define COUNT_ONCE                                                                                 \
    REQUEST("eth_sendTransaction",                                                                 \
            "{\"from\":\"" ALICE "\",\"to\":\"" COUNTER "\",\"gas\":\"0x10000\"}")

// A contract that counts its calls and gives their number; called once in each block behind 1.
static void open_world_at(struct world *w, const char *folder, enum vm_form form, u32 threads,
                          u32 blocks)
{
    struct node_genesis g;
    struct buf why = {0};
    struct node_options o = {
        .form = form, .clock = no_clock, .has_dev_keys = true, .datadir = folder};
    *w = (struct world){.node = NULL};
    EXPECT(node_genesis_open(&g, &why, "dev"));
    w->node = node_new(&o, &g, &why);
    w->rpc = rpc_new(w->node, &(struct rpc_options){.now_ms = no_clock});
    w->work = rpc_work_new(w->rpc, threads, w, on_wake);
    EXPECT(strstr(ask(w, REQUEST("eth_sendTransaction",
                                 "{\"from\":\"" ALICE "\",\"gas\":\"0x100000\",\"data\":"
                                 "\"0x61000e80600a5f395ff35f54600101805f555f5260205ff3\"}")),
                  "result") != NULL);
    for (u32 i = 1; i < blocks; i++) {
        EXPECT(strstr(ask(w, COUNT_ONCE), "result") != NULL);
    }
    buf_fini(&why);
}

static void open_world(struct world *w, enum vm_form form, u32 threads, u32 blocks)
{
    open_world_at(w, NULL, form, threads, blocks);
}

static void close_world(struct world *w)
{
    void *who;
    rpc_work_end(w->work);
    buf_clear(&w->out);
    while (rpc_work_next(w->work, &who, &w->out)) {
    }
    rpc_work_free(w->work);
    rpc_free(w->rpc);
    node_free(w->node);
    buf_fini(&w->out);
}

// Readings of what does not change any more.
static const char *const READINGS[] = {
    REQUEST("eth_call", "{\"to\":\"" COUNTER "\"},\"0x10\""),
    REQUEST("eth_call", "{\"data\":\"" LOOP "\"},\"0x10\""),
    REQUEST("eth_estimateGas", "{\"to\":\"" COUNTER "\"},\"0x20\""),
    REQUEST("eth_createAccessList", "{\"to\":\"" COUNTER "\"},\"0x20\""),
    REQUEST("eth_simulateV1", "{\"blockStateCalls\":[{\"calls\":[{\"to\":\"" COUNTER
                              "\"},{\"to\":\"" COUNTER "\"}]},{}]},\"0x30\""),
    REQUEST("debug_traceBlockByNumber", "\"0x40\",{\"tracer\":\"prestateTracer\"}"),
    REQUEST("debug_traceCall", "{\"to\":\"" COUNTER "\"},\"0x41\",{}"),
    REQUEST("debug_executionWitness", "\"0x42\""),
    REQUEST("debug_intermediateRoots", "\"0x43\""),
    REQUEST("trace_filter", "{\"fromBlock\":\"0x2\",\"toBlock\":\"0x210\",\"count\":400}"),
    REQUEST("trace_replayBlockTransactions", "\"0x44\",[\"trace\",\"stateDiff\",\"vmTrace\"]"),
    REQUEST("ots_searchTransactionsBefore", "\"" COUNTER "\",80,10"),
    "[" REQUEST("eth_getBalance", "\"" ALICE "\",\"0x5\"") "," REQUEST(
        "eth_call",
        "{\"data\":\"" LOOP
        "\"},\"0x10\"") "," REQUEST("eth_chainId", "") "," REQUEST("trace_block", "\"0x6\"") "]",
};

// Of what does: there is an answer.
static const char *const GLANCES[] = {
    REQUEST("eth_call", "{\"to\":\"" COUNTER "\"},\"pending\""),
    REQUEST("eth_call", "{\"data\":\"" LOOP "\"},\"latest\""),
    REQUEST("debug_traceBlockByNumber", "\"latest\",{\"tracer\":\"callTracer\"}"),
    REQUEST("eth_estimateGas", "{\"to\":\"" COUNTER "\"}"),
};

enum { READS = COUNT_OF(READINGS), ALL = READS + COUNT_OF(GLANCES) };

struct expected {
    char *text[READS];
};

static bool is_same(const struct expected *e, usize i, bytes text)
{
    if (i >= READS) {
        static const char HEAD[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":";
        return text.n > sizeof HEAD && memcmp(text.p, HEAD, sizeof HEAD - 1) == 0;
    }
    return strlen(e->text[i]) == text.n && memcmp(e->text[i], text.p, text.n) == 0;
}

// Takes what is done; how many that was.
static u32 take_answers(struct world *w, const struct expected *e)
{
    void *who = NULL;
    u32 n = 0;
    buf_clear(&w->out);
    while (rpc_work_next(w->work, &who, &w->out)) {
        usize i = (usize)((const char **)who - (const char **)(uintptr_t)READINGS);
        for (usize k = 0; k < COUNT_OF(GLANCES); k++) {
            i = who == (const void *)&GLANCES[k] ? READS + k : i;
        }
        if (!is_same(e, i, buf_bytes(&w->out))) {
            FAIL("request %zu gets %.*s", i, (int)w->out.n, (const char *)w->out.p);
        }
        buf_clear(&w->out);
        n++;
    }
    return n;
}

// What an owner does meanwhile.
static void live(struct world *w, u32 i)
{
    static const char *const ACTS[] = {
        COUNT_ONCE,
        REQUEST("evm_snapshot", ""),
        COUNT_ONCE,
        REQUEST("anvil_mine", "\"0x2\""),
        REQUEST("evm_setAutomine", "false"),
        COUNT_ONCE,
        REQUEST("eth_getBlockByNumber", "\"pending\",true"),
        REQUEST("evm_setAutomine", "true"),
        REQUEST("trace_block", "\"latest\""),
        REQUEST("anvil_reorg", "2,[]"),
        REQUEST("evm_mine", ""),
        REQUEST("anvil_rollback", "\"0x1\""),
    };
    (void)ask(w, ACTS[i % COUNT_OF(ACTS)]);
}

static void read_beside(const char *folder, enum vm_form form, u32 rounds)
{
    struct world w;
    struct expected e;
    u32 waiting = 0;
    u32 put_off = 0;
    open_world_at(&w, folder, form, 3, BLOCKS);
    for (u32 i = 0; i < READS; i++) {
        e.text[i] = strdup(ask(&w, READINGS[i]));
    }
    EXPECT(strstr(e.text[0], "00000000000000000000000000000000010\"") != NULL);
    for (u32 i = 0, turn = 0; i < rounds || waiting > 0; turn++) {
        if (i < rounds && waiting < 24) {
            const char *const *one =
                i % ALL < READS ? &READINGS[i % ALL] : &GLANCES[i % ALL - READS];
            buf_clear(&w.out);
            if (rpc_work_answer(w.work, RPC_GROUP_ALL, NULL,
                                (bytes){(const u8 *)*one, strlen(*one)}, (void *)(uintptr_t)one,
                                &w.out)) {
                EXPECT(is_same(&e, i % ALL, buf_bytes(&w.out)));
            } else {
                waiting++;
                put_off++;
            }
            i++;
        }
        live(&w, turn);
        waiting -= take_answers(&w, &e);
    }
    EXPECT(put_off > rounds / 2 && atomic_load(&w.wakes) > 0);
    for (u32 i = 0; i < READS; i++) {
        free(e.text[i]);
    }
    close_world(&w);
}

TEST(work, helpers_read_the_same_whatever_the_owner_does)
{
    read_beside(NULL, VM_EVM_GUEST, 120);
    read_beside(NULL, VM_EVM_NATIVE, 60);
}

TEST(work, helpers_read_the_same_from_a_database)
{
    static const char *const FILES[] = {"data.mdb", "lock.mdb", "LOCK"};
    char folder[] = "build/work-test-XXXXXX";
    EXPECT(mkdtemp(folder) != NULL);
    read_beside(folder, VM_EVM_GUEST, 30);
    for (u32 i = 0; i < COUNT_OF(FILES); i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "%s/%s", folder, FILES[i]);
        EXPECT_EQ(unlink(path), 0);
    }
    EXPECT_EQ(rmdir(folder), 0);
}

static bool answer(struct world *w, const char *text)
{
    buf_clear(&w->out);
    return rpc_work_answer(w->work, RPC_GROUP_ALL, NULL, (bytes){(const u8 *)text, strlen(text)}, w,
                           &w->out);
}

TEST(work, small_calls_are_answered_at_once_and_large_ones_later)
{
    static const char SMALL[] = REQUEST("eth_call", "{\"to\":\"" COUNTER "\"}");
    static const char LARGE[] = REQUEST("eth_call", "{\"data\":\"" LOOP "\"}");
#define MIDDLE REQUEST("eth_call", "{\"data\":\"0x6110005b600190038060035700\"}") // 4,096 rounds
    struct world w;
    open_world(&w, VM_EVM_GUEST, 1, 3);
    EXPECT(answer(&w, SMALL));
    EXPECT(strstr((const char *)w.out.p, "0003\"") != NULL);
    EXPECT(!answer(&w, LARGE));
    EXPECT(answer(&w, SMALL));
    EXPECT(answer(&w, MIDDLE));
    EXPECT(!answer(&w, "[" MIDDLE "," MIDDLE "," MIDDLE "," MIDDLE "," MIDDLE "," MIDDLE "]"));
    close_world(&w);
    open_world(&w, VM_EVM_GUEST, 0, 3); // nobody else is there
    EXPECT(answer(&w, LARGE));
    EXPECT(strstr((const char *)w.out.p, "\"0x\"") != NULL);
    close_world(&w);
}

TEST(work, what_is_malformed_gets_what_it_gets_from_an_owner_alone)
{
    static const char *const TEXTS[] = {
        "",
        "[",
        "[]",
        "7",
        "{}",
        "[7]",
        "[{}]",
        "{\"method\":7}",
        "[[\"eth_call\"]]",
        "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"eth_call\"}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"eth_chainId\"}",
        "[{\"jsonrpc\":\"2.0\",\"method\":\"trace_filter\"}]", // a notification, for helpers
        REQUEST("debug_traceCall", ""),
        REQUEST("debug_traceCall", "1,2,3,4"),
        "[" REQUEST("trace_filter", "7") ",7," REQUEST("eth_call", "{}") "]",
    };
    struct world w;
    open_world(&w, VM_EVM_GUEST, 1, 3);
    for (u32 i = 0; i < COUNT_OF(TEXTS); i++) {
        char *alone = strdup(ask(&w, TEXTS[i]));
        if (!answer(&w, TEXTS[i])) {
            void *who = NULL;
            while (!rpc_work_next(w.work, &who, &w.out)) {
                nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
            }
        }
        buf_put_u8(&w.out, 0);
        EXPECT_STR((const char *)w.out.p, alone);
        free(alone);
    }
    close_world(&w);
}

// Contracts that would take seconds: who asked has gone, and the node ends.
TEST(work, what_nobody_waits_for_ends_soon)
{
    static const char MANY[] =
        REQUEST("trace_filter", "{\"fromBlock\":\"0x1\",\"toBlock\":\"latest\",\"after\":100000}");
    struct world w;
    void *who = NULL;
    open_world(&w, VM_EVM_GUEST, 2, 200);
    for (u32 i = 0; i < 8; i++) {
        EXPECT(!answer(&w, MANY));
    }
    rpc_work_cancel(w.work, &w);
    for (u32 n = 0; n < 8;) {
        buf_clear(&w.out);
        if (rpc_work_next(w.work, &who, &w.out)) {
            EXPECT(who == &w && w.out.n > 0);
            n++;
        }
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
    for (u32 i = 0; i < 8; i++) {
        EXPECT(!answer(&w, MANY));
    }
    close_world(&w); // with all of them on their way
}
