#!/bin/sh
# SPDX-License-Identifier: MIT
# The interpreter must end each handler with an indirect jump of its own: compilers like to merge them, which costs a
# third of its speed. Counts them in the release build's object against the handlers that its tables name.
# usage: interp_dispatch.sh [OBJECT]
set -eu
cd "$(dirname "$0")/.."
object=${1:-build/release/obj/src/engine/rv/interp.o}
if [ ! -f "$object" ]; then
    echo "skip: no $object"
    exit 0
fi
jumps=$(objdump -d --no-show-raw-insn "$object" | awk '/<run_plain[^>]*>:$/ { on = 1 } /<run_hooked[^>]*>:$/ { on = 0 }
    on && /jmp +\*/ { n++ } END { print n + 0 }')
# Two handlers for each operation, one for each pair.
rows=$(grep -c '^RV_[A-Z_]*(' spec/rv64.def)
compressed=$(grep -c '^RV_C(' spec/rv64.def)
pairs=$(grep -cE "^(PAIR|QUAD|TRIPLE)\(" src/engine/rv/pairs.def)
# The rows that halt or leave need no jump: ecall, ebreak, mret, wfi, sret, sfence.vma, two sizes each; FENCE and
# FENCE_I are one handler each.
handlers=$((2 * (rows - compressed) - 2 * 6 + pairs))
echo "$jumps indirect jumps, $handlers handlers"
# Handlers with the same code (fence and fence.i, equal arithmetic of both sizes) may share one: 3 % are allowed.
[ $((jumps * 100)) -ge $((handlers * 97)) ]
