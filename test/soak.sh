#!/bin/sh
# SPDX-License-Identifier: MIT
# A short life of hybrid-node under load, in memory and on disk (bench/rpc/soak.c); half a million transactions with
# LONG=1. Prints `N passed, N failed`. HYBRID_BUILD: the folder of the program to test.
set -u
build=${HYBRID_BUILD:-build/release}
if [ ! -f build/demo/Token.bin ]; then
    echo 'no life under load: there is no Solidity compiler (./do solc)'
    echo '0 passed, 0 failed'
    exit 0
fi
"$build/bench/soak" --node "$build/hybrid-node" --token build/demo/Token.bin --container build/demo/token.deploy \
    --count "$(if [ -n "${LONG:-}" ]; then echo 500000; else echo 20000; fi)"
