#!/bin/sh
# SPDX-License-Identifier: MIT
# The test runner itself: a test that fails, crashes, hangs or leaks is one failed test and the others still count;
# filters, seeds, long tests and JSON work.
folder=build/runner-test
mkdir -p "$folder"
cat >"$folder/sample.c" <<'EOF'
#include "test/test.h"
static void die(void *context)
{
    __builtin_trap();
    (void)context;
}
static void live(void *context)
{
    (void)context;
}
TEST(good, passes) { EXPECT(true); EXPECT_EQ(-1, -1); EXPECT_STR("a", "a"); EXPECT_BYTES("ab", "ab", 2); }
TEST(good, sees_a_death) { EXPECT_DIES(die, NULL); EXPECT(!test_dies(live, NULL)); }
TEST(good, has_the_seed) { u64 s = test_seed(); EXPECT_EQ(test_seed(), 7); EXPECT_NE(test_random(&s), 7); }
TEST(bad, is_unequal) { EXPECT_EQ(1 + 1, 3); }
TEST(bad, crashes) { *(volatile int *)16 = 1; }
TEST(bad, hangs) { for (volatile int i = 0;; i++) {} }
TEST_LONG(good, is_long) { EXPECT(test_is_long()); }
EOF
gcc -std=gnu17 -Isrc -I. -D_GNU_SOURCE= -o "$folder/sample" test/runner.c "$folder/sample.c" -lcmocka || exit 1
passed=0 failed=0

# expect TEXT OPTION...: the runner's output has a line with the text.
expect() {
    text=$1
    shift
    if "$folder/sample" --timeout 1 "$@" 2>&1 | grep -qF -e "$text"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "hybrid-test $* does not say: $text"
    fi
}

expect '3 passed, 3 failed' --seed 7
expect '4 passed, 3 failed' --seed 7 --long
expect '3 passed, 3 failed' --seed 7 --jobs 3
expect '3 passed, 0 failed' --seed 7 good
expect '2 passed, 1 failed' --seed 8 good
expect 'seed 7' --seed 7 good
expect '1 + 1 == 3: 2 (0x2) is not 3 (0x3)' unequal
expect 'sample.c:14' unequal
expect 'bad.crashes ended by signal 11' crashes
expect 'bad.hangs ended by signal 14 (out of time)' hangs
expect 'ok good.passes' --verbose passes
expect 'good.is_long (long)' --list
expect '{"name": "good.passes", "ok": true' --json passes
expect '0 passed, 0 failed' no-such-test
"$folder/sample" --seed 7 good >"$folder/log" 2>&1 && passed=$((passed + 1)) || failed=$((failed + 1))
"$folder/sample" unequal >"$folder/log" 2>&1 && failed=$((failed + 1)) || passed=$((passed + 1))
"$folder/sample" no-such-test >"$folder/log" 2>&1 && failed=$((failed + 1)) || passed=$((passed + 1))
echo "$passed passed, $failed failed"
[ $failed = 0 ]
