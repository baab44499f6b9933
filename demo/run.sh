#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo: plays demo/demo.json with every EVM instruction executed by the mini-EVM inside the RV64 machine and tells it
# as a story with the cross-VM call tree; then plays it once more with the mini-EVM as native code and shows that
# gas and results are the same. HYBRID names the program; the tokens are in build/demo.
set -eu
cd "$(dirname "$0")/.."
hybrid=${HYBRID:-build/release/hybrid}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "Token.sol (solc): $(($(wc -c <build/demo/Token.bin) / 2)) bytes of init code; token.c (gcc): $(wc -c <build/demo/token.deploy) bytes"
echo
"$hybrid" play --calls demo/demo.json

"$hybrid" play --evm riscv --json demo/demo.json >"$work/riscv"
"$hybrid" play --evm native --json demo/demo.json >"$work/native"

# All of a result but the time that it took.
results() {
    sed 's/"time_ns": *{[^}]*},\{0,1\} *//' "$work/$1"
}
# Number of the step, its gas, microseconds, name: one line for each step.
figures() {
    sed 's/.*"step": *\([0-9]*\),.*"name": *"\([^"]*\)".*"gas_used": *\([0-9]*\).*"median": *\([0-9]*\).*/\1 \3 \4 \2/' "$work/$1"
}
results riscv >"$work/riscv.results"
results native >"$work/native.results"
figures riscv >"$work/riscv.figures"
figures native >"$work/native.figures"

echo
echo 'The same steps, EVM code executed by the mini-EVM as an RV64 program (guest) and as native code:'
echo
paste -d '|' "$work/riscv.figures" "$work/native.figures" | awk -F '|' '
    BEGIN { printf "%5s %12s %12s %10s %10s  %s\n", "step", "gas guest", "gas native", "us guest", "us native", "" }
    {
        split($1, a, " "); split($2, b, " ")
        name = $1; sub(/^[0-9]+ [0-9]+ [0-9]+ /, "", name)
        if (length(name) > 60) name = substr(name, 1, 57) "..."
        printf "%5d %12d %12d %10.1f %10.1f  %s\n", a[1], a[2], b[2], a[3] / 1000, b[3] / 1000, name
        guest += a[2]; native += b[2]
    }
    END { printf "%5s %12d %12d\n", "sum", guest, native }'
echo
if cmp -s "$work/riscv.results" "$work/native.results"; then
    echo "Gas, status, output and logs of all $(wc -l <"$work/riscv") steps are the same in both."
else
    echo 'The results differ:'
    diff "$work/riscv.results" "$work/native.results" || exit 1
fi
