#!/bin/sh
# SPDX-License-Identifier: MIT
# Official payloads to a real node over HTTP with tokens (test/engine_http.mjs): the engine vectors, and payloads made of
# blockchain vectors from Paris to Osaka, invalid ones among them; on each case also what is wrong
# (test/engine_wrong.mjs). A fixed part; with LONG=1 all engine vectors and a larger part of the blocks. Prints
# `N passed, N failed`. HYBRID_BUILD: the folder of the program to test.
set -u
build=${HYBRID_BUILD:-build/release}
passed=0 failed=0
if ! command -v node >/dev/null || [ ! -d node_modules/ethers ]; then
    echo 'payloads over HTTP are not run: node or the npm packages are not there'
    echo '0 passed, 0 failed'
    exit 0
fi
# every LONG SHORT: which cases are taken.
every() { if [ -n "${LONG:-}" ]; then echo "$1"; else echo "$2"; fi; }
# part KIND FOLDER EVERY
part() {
    if [ ! -d "$2" ]; then
        echo "not found: $2"
        return
    fi
    node test/engine_http.mjs "$build/hybrid-node" "$@" >build/engine_http.log 2>&1
    line=$(tail -n 1 build/engine_http.log)
    case $line in
        *' passed, '*' failed') p=${line%% *} f=${line#*, } ;;
        *) p=0 f=1 ;;
    esac
    passed=$((passed + p)) failed=$((failed + ${f%% *}))
    [ "${f%% *}" = 0 ] || cat build/engine_http.log
}
part engine build/fixtures/engine "$(every 1 4)"
part blocks build/fixtures/blockchain/ethereum-tests "$(every 2 10)"
part blocks build/fixtures/blockchain/eest "$(every 5 100)"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
