#!/bin/sh
# SPDX-License-Identifier: MIT
# The transition tool: geth's own cases (build/fixtures/node/t8n), and some official state tests turned into its
# inputs (build/fixtures/state), where those lie unpacked. HYBRID_BUILD: the folder of the program to test.
set -u
cd "$(dirname "$0")/.."
build=${HYBRID_BUILD:-build/release}
hybrid=$build/hybrid
passed=0 failed=0

check() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $1: $2, expected $3"
    fi
}

# Adds the sum that a script prints last.
sum() {
    out=$("$@")
    echo "$out" | grep -v ' passed, ' | head -n 20
    line=$(echo "$out" | tail -n 1)
    p=${line%% *} f=${line#*, } f=${f%% *}
    passed=$((passed + p)) failed=$((failed + f))
}

"$hybrid" t8n --state.fork=Nowhere >/dev/null 2>&1
check 'an unknown fork' $? 3
"$hybrid" t8n --input.alloc=/nonexistent/a >/dev/null 2>&1
check 'a missing file' $? 11
echo '{' | "$hybrid" t8n --input.alloc=stdin --input.env=stdin --input.txs=stdin >/dev/null 2>&1
check 'malformed JSON' $? 10
object=$(echo '{"alloc":{},"env":{"currentCoinbase":"0x00000000000000000000000000000000000000bb",
  "currentGasLimit":"0x1000000","currentNumber":"1","currentTimestamp":"1000","currentDifficulty":"0x20000"},
  "txs":[{"type":"0x1","accessList":{"a":1}}]}' |
    "$hybrid" t8n --input.alloc=stdin --input.env=stdin --input.txs=stdin --state.fork=Berlin 2>&1 >/dev/null)
check 'an object in the place of a list' "$?${object##*accessList}" '10: not a list'
root=$(echo '{"alloc":{"00000000000000000000000000000000000000aa":{"balance":"0x1"}},"env":{
  "currentCoinbase":"0x00000000000000000000000000000000000000bb","currentGasLimit":"0x1000000",
  "currentNumber":"1","currentTimestamp":"1000","currentDifficulty":"0x20000"},"txs":[]}' |
    "$hybrid" t8n --input.alloc=stdin --input.env=stdin --input.txs=stdin --state.fork=Berlin \
        --output.alloc=stdout --output.result=stdout | grep -c '"0x00000000000000000000000000000000000000aa"')
check 'everything by standard input and output' "$root" 1

if [ -f build/fixtures/node/t8n/cases.json ]; then
    sum node test/t8n.mjs "$hybrid" build/fixtures/node/t8n
fi
if [ -d build/fixtures/state ]; then
    sum node test/t8n_state.mjs "$hybrid" build/fixtures/state 240
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
