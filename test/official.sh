#!/bin/sh
# SPDX-License-Identifier: MIT
# Official tests of single parts, where the vectors were found (make fixtures); with LONG=1 also all state and
# blockchain tests that are there. The last line is the sum.
set -u
hybrid=$HYBRID_BUILD/hybrid
unit=build/fixtures/unit
passed=0 failed=0
[ -d "$unit" ] || {
    echo 'official vectors not found: not run'
    exit 0
}
run() {
    out=$("$hybrid" "$@" 2>&1) || echo "$out" | grep -v ' passed, ' | head -n 20
    line=$(echo "$out" | tail -n 1)
    p=${line%% passed*} f=${line#*, } f=${f%% failed*}
    case $p$f in '' | *[!0-9]*) p=0 f=1 ;; esac
    echo "$*: $p passed, $f failed"
    passed=$((passed + p)) failed=$((failed + f))
}
run txtest "$unit/TransactionTests" "$unit/TransactionTests-eip7702"
run trietest "$unit/TrieTests"
run rlptest "$unit/RLPTests"
run difficultytest "$unit/DifficultyTests" "$unit/DifficultyTests-legacy"
run genesistest "$unit/GenesisTests" "$unit/BasicTests/genesishashestest.json"
[ -d build/fixtures/node ] && run genesistest build/fixtures/node/netvectors/forkid_eip2124.json
[ -d build/fixtures/node ] && run tracetest --evm both build/fixtures/node/tracers
run precompiletest "$unit/precompiles"
if [ -n "${LONG:-}" ]; then
    [ -d build/fixtures/state ] && run statetest --evm native build/fixtures/state
    [ -d build/fixtures/blockchain ] && run blocktest --evm native build/fixtures/blockchain
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
