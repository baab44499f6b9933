// SPDX-License-Identifier: MIT
// Names of forks.
#include "lib/base/fork.h"

#include "test/test.h"

TEST(fork, each_is_found_by_its_own_name)
{
    for (u32 f = 0; f < FORK_COUNT; f++) {
        enum fork found = FORK_COUNT;
        EXPECT(fork_from_name(&found, fork_name((enum fork)f)));
        EXPECT_EQ(found, f);
    }
}

TEST(fork, names_of_tests_and_of_people_are_known_in_any_case)
{
    static const struct {
        const char *name;
        enum fork fork;
    } rows[] = {
        {"EIP150", FORK_TANGERINE},
        {"tangerineWhistle", FORK_TANGERINE},
        {"eip158", FORK_SPURIOUS},
        {"SpuriousDragon", FORK_SPURIOUS},
        {"ConstantinopleFix", FORK_PETERSBURG},
        {"MERGE", FORK_PARIS},
    };
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        enum fork found = FORK_COUNT;
        EXPECT(fork_from_name(&found, rows[i].name));
        EXPECT_EQ(found, rows[i].fork);
    }
    enum fork none = FORK_COUNT;
    EXPECT(!fork_from_name(&none, "tangerinewhistl"));
    EXPECT(!fork_from_name(&none, ""));
    EXPECT_EQ(none, FORK_COUNT);
}
