#!/bin/sh
# SPDX-License-Identifier: MIT
# What one warm message costs, by `hybrid run --repeat`: calls.sh HYBRID CONTRACTS. Median and minimum in
# nanoseconds of wall time.
set -eu
hybrid=$1 contracts=$2
row() {
    name=$1
    shift
    "$hybrid" run "$@" --repeat 5000 --json | sed -n "s/.*\"time_ns\":{\"min\":\([0-9]*\),\"median\":\([0-9]*\).*/$name \2 \1/p" |
        awk '{ printf "%-24s %10d %10d\n", $1, $2, $3 }'
}
printf '%-24s %10s %10s\n' message median-ns min-ns
row evm-in-the-machine --code 0x60016000526001601ff3
row evm-native --code 0x60016000526001601ff3 --evm native
row riscv-ends-at-once --code "@$contracts/empty.elf"
row riscv-returns-a-number --code "@$contracts/return_42.elf"
