#!/bin/sh
# SPDX-License-Identifier: MIT
# The tools that people develop with, against hybrid-node: hardhat, cast and forge each deploy and call contracts of both
# kinds, and typed data is signed as ethers and viem have it. The libraries themselves are in test/node_rpc.sh. Whatever
# is not on this machine is named. Prints `N passed, N failed`. HYBRID_BUILD: the folder of the programs to test.
set -u
cd "$(dirname "$0")/.."
build=${HYBRID_BUILD:-build/release}
work=$(mktemp -d)
running=
passed=0 failed=0
trap 'for p in $running; do kill "$p" 2>/dev/null; done; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# start NAME ARGUMENTS...: test/clients/NAME.mjs beside the others; each has a node of its own.
start() {
    name=$1
    shift
    node "test/clients/$name.mjs" "$build/hybrid-node" "$@" >"$work/$name" 2>&1 &
    running="$running $!"
    names="$names $name"
}

if ! command -v node >/dev/null || [ ! -d node_modules/ethers ]; then
    echo 'no client is run: node or the packages of package-lock.json are not there (./do solc)'
    echo '0 passed, 0 failed'
    exit 0
fi

names=
start typed_data
case $(uname -sm) in
    'Linux x86_64')
        for package in hardhat @foundry-rs/cast-linux-amd64 @foundry-rs/forge-linux-amd64; do
            [ -d "node_modules/$package" ] || {
                echo "FAIL the npm package $package is not there: npm ci --ignore-scripts"
                failed=$((failed + 1))
            }
        done
        if [ $failed = 0 ]; then
            start hardhat build/contracts
            start cast build/contracts
            start forge build/contracts
        fi
        ;;
    *) echo "hardhat, cast and forge are not run: their native parts are here for x86-64 Linux, and this is $(uname -sm)" ;;
esac

for p in $running; do
    wait "$p"
done
running=
for name in $names; do
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$work/$name" | tail -n 1)
    case $line in
        [1-9]*' passed, 0 failed') ;;
        *) cat "$work/$name" ;;
    esac
    if [ -n "$line" ]; then
        f=${line#*, }
        passed=$((passed + ${line%% *})) failed=$((failed + ${f%% *}))
    else
        echo "FAIL test/clients/$name.mjs ended without a sum"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
