// SPDX-License-Identifier: MIT
// A process that makes blocks as fast as it can, takes them back, changes accounts by hand, and is
// killed at a random moment, over and over on the same folder: each time the store is at a complete
// block, and every kept state has the root that its block says.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/cli/node_check.h"
#include "app/cli/node_genesis.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "lib/os/time.h"
#include "node/node/dev.h"
#include "test/test.h"

static u64 fixed_clock(void)
{
    return 1;
}

static struct node *open_node(const char *folder, u32 round)
{
    struct node_genesis g;
    struct buf why = {0};
    struct node_options o = {.form = VM_EVM_NATIVE,
                             .clock = fixed_clock,
                             .datadir = folder,
                             .history = 40,
                             .is_durable = round % 2 == 0};
    EXPECT(node_genesis_open(&g, &why, "dev"));
    struct node *n = node_new(&o, &g, &why);
    if (n == NULL) {
        test_fail(__FILE__, __LINE__, "round %u: %.*s", round, (int)why.n, (const char *)why.p);
    }
    buf_fini(&why);
    return n;
}

static u64 nonce_of(struct node *n, const address *a)
{
    struct node_view v;
    EXPECT_EQ(node_view_open(&v, n, blocks_last(node_blocks(n))), FAULT_NONE);
    u64 nonce = account_nonce(state_account(v.state, a));
    node_view_close(&v);
    return nonce;
}

// A creation whose init code stores its nonce in four slots and logs: enough tables per block.
static void make_block(struct node *n, u64 *random)
{
    struct dev_account a = dev_account((u32)(test_random(random) % DEV_ACCOUNT_COUNT));
    u8 code[64];
    usize at = 0;
    for (u8 i = 0; i < 4; i++) {
        const u8 store[] = {0x60, (u8)(1 + test_random(random) % 200), 0x60, i, 0x55};
        copy_bytes(code + at, store, sizeof store);
        at += sizeof store;
    }
    const u8 log[] = {0x60, (u8)test_random(random), 0x5f, 0x5f, 0xa1};
    copy_bytes(code + at, log, sizeof log);
    at += sizeof log;
    struct transaction t = {
        .type = TX_FEE_MARKET,
        .has_chain_id = true,
        .chain_id = u256_from_u64(DEV_CHAIN_ID),
        .nonce = nonce_of(n, &a.at),
        .max_fee = u256_from_u64(100000000000u),
        .gas_limit = 300000,
        .is_create = true,
    };
    struct buf raw = {0};
    struct node_answer answer;
    buf_put(&t.data, code, at);
    EXPECT(transaction_sign(&t, &a.key));
    transaction_encode(&raw, &t);
    EXPECT_EQ(node_submit(n, buf_bytes(&raw), &answer), FAULT_NONE);
    EXPECT_EQ(answer.refusal, REFUSAL_NONE);
    transaction_fini(&t);
    buf_fini(&raw);
}

static void change_by_hand(struct node *n, u64 *random)
{
    struct node_slot slots[] = {{u256_from_u64(test_random(random) % 4), u256_from_u64(7)}};
    struct node_override o = {.at = {{0xEE, (u8)test_random(random)}},
                              .has_balance = true,
                              .balance = u256_from_u64(test_random(random)),
                              .slots = slots,
                              .slot_count = 1};
    EXPECT_EQ(node_set_account(n, &o), FAULT_NONE);
}

NORETURN static void work(const char *folder, u32 round, u64 random, i32 ready)
{
    struct node *n = open_node(folder, round);
    u8 byte = 1;
    EXPECT_EQ(write(ready, &byte, 1), 1);
    for (u32 i = 0;; i++) {
        bool done = false;
        make_block(n, &random);
        if (test_random(&random) % 6 == 0) {
            change_by_hand(n, &random);
            make_block(n, &random);
        }
        if (test_random(&random) % 5 == 0) {
            EXPECT_EQ(node_rollback(n, 1 + test_random(&random) % 4, &done), FAULT_NONE);
        }
        node_trim(n);
    }
}

static void remove_chain(const char *folder)
{
    static const char *const NAMES[] = {"data.mdb", "lock.mdb", "LOCK"};
    for (u32 i = 0; i < COUNT_OF(NAMES); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", folder, NAMES[i]);
        EXPECT_EQ(unlink(path), 0);
    }
    EXPECT_EQ(rmdir(folder), 0);
}

static void kill_often(u32 rounds)
{
    char folder[] = "build/kill-test-XXXXXX";
    EXPECT(mkdtemp(folder) != NULL);
    u64 random = test_seed();
    u64 most = 0; // blocks after any kill: some rounds take more back than they make
    for (u32 round = 0; round < rounds; round++) {
        i32 pipes[2];
        u8 byte;
        EXPECT_EQ(pipe(pipes), 0);
        u64 seed = test_random(&random);
        pid_t child = fork();
        if (child == 0) {
            close(pipes[0]);
            work(folder, round, seed, pipes[1]);
        }
        close(pipes[1]);
        EXPECT_EQ(read(pipes[0], &byte, 1), 1);
        close(pipes[0]);
        usleep((u32)(test_random(&random) % 30000));
        EXPECT_EQ(kill(child, SIGKILL), 0);
        EXPECT_EQ(waitpid(child, NULL, 0), child);
        struct node *n = open_node(folder, round);
        struct buf out = {0};
        struct buf why = {0};
        if (!node_check(n, &out, &why)) {
            test_fail(__FILE__, __LINE__, "after kill %u: %.*s", round, (int)why.n,
                      (const char *)why.p);
        }
        u64 blocks = blocks_count(node_blocks(n));
        most = blocks > most ? blocks : most;
        buf_fini(&out);
        buf_fini(&why);
        node_free(n);
    }
    EXPECT(most > 1);
    remove_chain(folder);
}

TEST(node_kill, twenty_kills_leave_complete_blocks)
{
    kill_often(20);
}

TEST_LONG(node_kill, five_hundred_kills_leave_complete_blocks)
{
    kill_often(500);
}
