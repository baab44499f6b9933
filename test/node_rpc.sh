#!/bin/sh
# SPDX-License-Identifier: MIT
# JSON-RPC as it is met from outside: docs/rpc.md is what the table of methods prints, bad and slow clients get the
# right answer, and real clients work. HYBRID_BUILD: the folder of the programs to test.
set -u
cd "$(dirname "$0")/.."
build=${HYBRID_BUILD:-build/release}
passed=0 failed=0

# Adds the sum that a script prints last.
add() {
    out=$("$@" 2>&1)
    line=$(printf '%s\n' "$out" | grep -E '^[0-9]+ passed, [0-9]+ failed$' | tail -n 1)
    case $line in
        *' passed, 0 failed') ;;
        *) printf '%s\n' "$out" ;;
    esac
    if [ -n "$line" ]; then
        p=${line%% *} f=${line#*, }
        passed=$((passed + p)) failed=$((failed + ${f%% *}))
    else
        failed=$((failed + 1))
    fi
}

if build/gen/gen abi spec/rpc.md.in | cmp -s docs/rpc.md -; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo 'FAIL docs/rpc.md is not what the tables print: run ./do docs'
fi
if command -v node >/dev/null; then
    add node test/node_net.mjs "$build/hybrid-node"
    add node test/node_ws.mjs "$build/hybrid-node"
    add node test/node_clients.mjs "$build/hybrid-node" build/contracts
else
    echo 'node is not there: the clients are not run'
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
