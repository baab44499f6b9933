#!/bin/sh
# SPDX-License-Identifier: MIT
# Our disassembler prints what GNU objdump prints, with and without aliases, for all 16-bit encodings, 400,000
# 32-bit ones, the guest and a contract; and what llvm-objdump prints for Zicond. Known differences are
# rules of test/rvdiff/disasm_compare.c.
set -eu
compare=${HYBRID_BUILD:-build/release}/disasm-compare
dir=build/rvdiff
objdump=riscv64-unknown-elf-objdump
mkdir -p "$dir"

# The bytes of $1 as the text of an object whose attributes name the extensions. Without its symbols, or
# objdump would take all of it for data.
wrap() {
    printf '.text\n.incbin "%s"\n' "$1" |
        riscv64-unknown-elf-as -march=rv64gc_zba_zbb_zbc_zbs_zihintpause -o "$2" -
    riscv64-unknown-elf-strip -s "$2"
}

"$compare" sample "$dir/sample.bin"
wrap "$dir/sample.bin" "$dir/sample.o"
$objdump -D -j .text -M no-aliases,numeric "$dir/sample.o" >"$dir/plain.txt"
"$compare" check plain "$dir/plain.txt"
$objdump -D -j .text "$dir/sample.o" >"$dir/alias.txt"
"$compare" check alias "$dir/alias.txt"

"$compare" zicond "$dir/zicond.bin"
wrap "$dir/zicond.bin" "$dir/zicond.o"
llvm-objdump-19 -d --mattr=+zicond "$dir/zicond.o" |
    sed -n 's/^ *\([0-9a-f]*\): \([0-9a-f]*\) *	\(czero.*\)/\1:	\2	\3/; s/, /,/g; /czero/p' >"$dir/zicond.txt"
"$compare" elf "$dir/zicond.txt" 1024

for elf in build/guest/guest.elf build/contracts/token.debug.elf; do
    if [ -f "$elf" ]; then
        $objdump -d "$elf" >"$dir/elf.txt"
        "$compare" elf "$dir/elf.txt"
    fi
done
