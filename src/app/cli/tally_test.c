// SPDX-License-Identifier: MIT
// Counting of cases: two who walk the same file divide it, and names of exceptions.
#include "app/cli/tally.h"
#include "test/test.h"

#include <string.h>

#define CASES 1000u

TEST(tally, two_who_walk_one_file_run_each_case_once)
{
    struct tally_options o = {.filter = NULL};
    struct tally_shared shared = {.tickets = 0};
    struct tally t[2] = {{.options = &o}, {.options = &o}};
    u32 ran[CASES] = {0};
    u32 at[2] = {0, 0};
    u64 random = test_seed();
    tally_begin(&t[0], "file", &shared);
    tally_begin(&t[1], "file", &shared);
    while (at[0] < CASES || at[1] < CASES) {
        u32 who = at[0] == CASES ? 1 : at[1] == CASES ? 0 : (u32)(test_random(&random) & 1);
        ran[at[who]] += tally_take(&t[who], "test");
        at[who]++;
    }
    for (u32 i = 0; i < CASES; i++) {
        EXPECT_EQ(ran[i], 1);
    }
}

// The one draws the first case and fails in it; the other has drawn the second one by then.
TEST(tally, of_two_who_walk_a_broken_file_one_tells)
{
    struct tally_options o = {.filter = NULL};
    struct tally_shared shared = {.tickets = 0};
    struct tally t[2] = {{.options = &o}, {.options = &o}};
    for (u32 i = 0; i < 2; i++) {
        tally_begin(&t[i], "file", &shared);
        EXPECT_EQ(tally_take(&t[i], "test"), i == 0);
    }
    EXPECT(tally_take(&t[1], "test"));
    for (u32 i = 0; i < 2; i++) {
        tally_broken(&t[i], (bytes){(const u8 *)"no number", 9});
    }
    EXPECT_EQ(t[0].broken + t[1].broken, 1);
    EXPECT_EQ(t[0].failed + t[1].failed, 1);
    tally_fini(&t[0]);
    tally_fini(&t[1]);
}

TEST(tally, a_filter_is_part_of_the_name_or_of_the_path)
{
    struct tally_options o = {.filter = "store"};
    struct tally t = {.options = &o};
    tally_begin(&t, "folder/file.json", NULL);
    EXPECT(tally_take(&t, "a_store_test"));
    EXPECT(!tally_take(&t, "another_test"));
    tally_begin(&t, "folder/stores/file.json", NULL);
    EXPECT(tally_take(&t, "another_test"));
}

TEST(tally, failures_are_lines_of_text_or_json)
{
    struct tally_options o = {.json = false};
    struct tally t = {.options = &o};
    struct tally_case c = {
        .test = "name", .fork = "Osaka", .has_indexes = true, .data = 1, .gas = 2, .value = 3};
    tally_begin(&t, "file", NULL);
    tally_tell(&t, &c);
    EXPECT_EQ(t.out.n, 0);
    buf_put_text(&c.why, "root 1, expected 2");
    tally_tell(&t, &c);
    buf_put_u8(&t.out, 0);
    EXPECT_STR((const char *)t.out.p, "FAIL file name [Osaka d1 g2 v3]: root 1, expected 2\n");
    EXPECT_EQ(t.passed, 1);
    EXPECT_EQ(t.failed, 1);
    buf_clear(&t.out);
    o.json = true;
    buf_put_text(&c.why, "\"quoted\"");
    tally_tell(&t, &c);
    buf_put_u8(&t.out, 0);
    EXPECT_STR((const char *)t.out.p,
               "{\"file\":\"file\",\"name\":\"name\",\"fork\":\"Osaka\",\"data\":1,\"gas\":2,"
               "\"value\":3,\"pass\":false,\"error\":\"\\\"quoted\\\"\"}\n");
    tally_case_fini(&c);
    tally_fini(&t);
}

TEST(tally, a_name_is_found_among_alternatives_with_and_without_prefix)
{
    static const char NAMES[] = "TransactionException.NONCE_IS_MAX|TYPE_3_TX_ZERO_BLOBS";
    EXPECT(tally_names(NAMES, "NONCE_IS_MAX"));
    EXPECT(tally_names(NAMES, "TYPE_3_TX_ZERO_BLOBS"));
    EXPECT(!tally_names(NAMES, "NONCE_IS"));
    EXPECT(!tally_names(NAMES, "TYPE_3_TX"));
    EXPECT(!tally_names("", "NONCE_IS_MAX"));
}
