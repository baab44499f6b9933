// SPDX-License-Identifier: MIT
// Work in child processes: what they tell arrives whole and in order, and a share that dies is
// noticed.
#include <stdatomic.h>
#include <stdlib.h>

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/os/jobs.h"
#include "lib/os/map.h"
#include "test/test.h"

#define SHARES 3u
#define MESSAGES 100u
#define LONG_SIZE 300000u // more than a pipe holds

struct world {
    _Atomic u32 *tickets; // shared
    u32 next[SHARES];     // number of the message that is to come
    u32 heard, deaths;
    u64 bytes;
};

static void tell_all(void *ctx, u32 share, struct os_job_parent *parent)
{
    (void)ctx;
    u8 *text = mem_zalloc(LONG_SIZE);
    for (u32 i = 0; i < MESSAGES; i++) {
        text[0] = (u8)share;
        text[1] = (u8)i;
        os_job_tell(parent, (bytes){text, i == MESSAGES / 2 ? LONG_SIZE : 2 + i});
    }
    mem_free(text);
}

static void hear_all(void *ctx, u32 share, bytes message)
{
    struct world *w = ctx;
    EXPECT_EQ(message.p[0], share);
    EXPECT_EQ(message.p[1], w->next[share]);
    w->next[share]++;
    w->bytes += message.n;
}

static bool nobody_dies(void *ctx, u32 share)
{
    (void)ctx;
    (void)share;
    FAIL("a share died");
    return false;
}

TEST(jobs, messages_arrive_whole_and_in_the_order_of_their_share)
{
    struct world w = {.heard = 0};
    struct os_job job = {&w, tell_all, hear_all, nobody_dies};
    EXPECT(os_run_jobs(&job, SHARES));
    for (u32 i = 0; i < SHARES; i++) {
        EXPECT_EQ(w.next[i], MESSAGES);
    }
    u64 one = LONG_SIZE - (2 + MESSAGES / 2) + 2 * MESSAGES + MESSAGES * (MESSAGES - 1) / 2;
    EXPECT_EQ(w.bytes, SHARES * one);
}

// Takes tickets until none is left; whoever draws the third one dies.
static void take_tickets(void *ctx, u32 share, struct os_job_parent *parent)
{
    (void)share;
    struct world *w = ctx;
    for (;;) {
        u32 ticket = atomic_fetch_add(w->tickets, 1);
        if (ticket >= MESSAGES) {
            return;
        }
        if (ticket == 2) {
            _Exit(1);
        }
        os_job_tell(parent, (bytes){(const u8 *)&ticket, sizeof ticket});
    }
}

static void count_ticket(void *ctx, u32 share, bytes message)
{
    (void)share;
    struct world *w = ctx;
    EXPECT_EQ(message.n, sizeof(u32));
    w->heard++;
}

static bool start_again(void *ctx, u32 share)
{
    (void)share;
    struct world *w = ctx;
    w->deaths++;
    return true;
}

TEST(jobs, a_share_that_dies_is_told_of_and_starts_again_with_what_is_left)
{
    struct world w = {.tickets = os_share(OS_PAGE_SIZE)};
    struct os_job job = {&w, take_tickets, count_ticket, start_again};
    EXPECT(w.tickets != NULL);
    EXPECT(os_run_jobs(&job, 2));
    EXPECT_EQ(w.deaths, 1);
    EXPECT_EQ(w.heard, MESSAGES - 1);
    os_release((void *)w.tickets, OS_PAGE_SIZE);
}
