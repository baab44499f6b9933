#!/bin/sh
# SPDX-License-Identifier: MIT
# The guest's interpreter moves 64-bit words whatever their alignment: PUSH, MLOAD, MSTORE and CALLDATALOAD are ld, sd
# and rev8. Built byte by byte, as gcc does with other tuning, the loop has thousands of byte loads; it has one for
# each dispatch and a few more. And there is no writable data.
set -eu
[ -f guest/start.S ] || exit 0
elf=build/guest/guest.elf
loop=build/guest.loop
riscv64-unknown-elf-objdump -d --no-show-raw-insn "$elf" | sed -n '/<run_plain>:/,/^$/p' >"$loop"
count() { grep -cw "$1" "$loop"; }
rev8=$(count rev8) lbu=$(count lbu) jr=$(count jr)
[ "$rev8" -ge 60 ] || { echo "only $rev8 rev8 in run_plain: words are not loaded whole"; exit 1; }
[ "$lbu" -le $((jr + 40)) ] || { echo "$lbu byte loads for $jr dispatches in run_plain"; exit 1; }
[ "$jr" -ge 100 ] || { echo "only $jr dispatches in run_plain: the compiler merged them"; exit 1; }
writable=$(riscv64-unknown-elf-nm "$elf" | grep -c ' [dDbB] ' || true)
[ "$writable" = 0 ] || { echo "the guest has $writable writable objects"; exit 1; }
