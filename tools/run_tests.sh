#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs what `make test` built: run_tests.sh FILTER MODE... For each mode the unit test runner and every fuzz
# target over its corpus; then, once, the shell tests test/*.sh with HYBRID_BUILD naming the release
# build. A shell test that prints its own `N passed, N failed` counts as that, any other one as a test. With
# a FILTER only unit tests whose names contain it run. The last line is the sum of all.
set -u
filter=$1
shift
passed=0 failed=0
log=build/test.log

# Adds the last `N passed, N failed` of the log, or one test by the exit status in $2, to the sum.
count() {
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
    if [ -n "$line" ]; then
        p=${line%% *} f=${line#*, } f=${f%% *}
        [ "$2" = 0 ] || [ "$f" -gt 0 ] || f=1
    elif [ "$2" = 0 ]; then
        p=1 f=0
    else
        p=0 f=1
    fi
    echo "$1: $p passed, $f failed"
    passed=$((passed + p)) failed=$((failed + f))
}

# run NAME COMMAND...: output goes to the log and is shown if the command fails.
run() {
    name=$1
    shift
    "$@" >"$log" 2>&1
    status=$?
    [ $status = 0 ] || cat "$log"
    count "$name" $status
}

export UBSAN_OPTIONS=print_stacktrace=1
for mode; do
    # shellcheck disable=SC2086 # an empty filter is no argument
    run "$mode" "build/$mode/hybrid-test" ${LONG:+--long} ${SEED:+--seed "$SEED"} $filter
    [ -z "$filter" ] || continue
    for target in build/"$mode"/fuzz/*; do
        [ -f "$target" ] && [ -x "$target" ] || continue
        name=${target##*/}
        run "$mode fuzz corpus $name" "$target" "fuzz/corpus/$name"
    done
done
if [ -z "$filter" ]; then
    HYBRID_BUILD=$(pwd)/build/release
    export HYBRID_BUILD
    for script in test/*.sh; do
        [ -f "$script" ] || continue
        run "$script" sh "$script"
    done
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
