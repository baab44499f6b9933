#!/bin/sh
# SPDX-License-Identifier: MIT
# Random EVM programs give the same in the engine, in both forms, and in revm and EthereumJS: 20,000 with the seed of
# the tests. Then the cases that were saved, with what is expected of them inside. HYBRID_BUILD: the folder of the
# programs to test. Says so where node or the npm packages are not there.
set -u
cd "$(dirname "$0")/.."
build=${HYBRID_BUILD:-build/release}
passed=0 failed=0

# compare PEER PACKAGE CASES
compare() {
    if ! command -v node >/dev/null || [ ! -d "node_modules/$2" ]; then
        echo "node or $2 not found: no comparison with $1"
    elif "$build/evmdiff" --peer "$1" --cases "$3" --seed 1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
}

compare revm @nomicfoundation/edr-linux-x64-gnu 15000
compare ethereumjs @ethereumjs/vm 5000

out=$("$build/hybrid" statetest --evm both test/evmdiff/cases)
echo "$out" | grep '^FAIL'
line=$(echo "$out" | tail -n 1)
p=${line%% *} f=${line#*, } f=${f%% *}
passed=$((passed + p)) failed=$((failed + f))
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
