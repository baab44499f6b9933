#!/bin/sh
# SPDX-License-Identifier: MIT
# The kit as a contract author meets it: a make file outside the tree builds a contract with contract.mk; clang compiles
# the kit too; what finish.sh makes is a container around an image without section headers.
set -u
passed=0 failed=0
check() { # NAME COMMAND...
    name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "sdk: $name"
        tail -n 5 "$work/log"
    fi
}
root=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp test/contracts/counter.c "$work/mine.c"
cat >"$work/Makefile" <<EOF
all: build/mine.elf build/mine.deploy
include $root/sdk/c/contract.mk
mine_LDFLAGS := -Wl,--defsym=STACK_SIZE=0x8000
\$(eval \$(call hybrid_contract,mine.c))
EOF
bytes() { # FILE OFFSET COUNT, in hex
    od -A n -t x1 -j "$2" -N "$3" "$1" | tr -d ' \n'
}
container() {
    size=$(($(wc -c <"$1") - 5))
    [ "$(bytes "$1" 0 1)" = ff ] && [ "$((0x$(bytes "$1" 1 4)))" = "$size" ] && [ "$(bytes "$1" 5 5)" = ff7f454c46 ]
}
without_sections() {
    [ "$(bytes "$1" 40 8)$(bytes "$1" 60 4)" = 000000000000000000000000 ]
}
declares() { # FILE TEXT
    riscv64-unknown-elf-readelf -lW "$1" | grep -q "$2"
}
with_clang() {
    for source in sdk/c/*.c demo/token.c; do
        clang-14 --target=riscv64-unknown-elf -march=rv64imac_zba_zbb_zbs -mabi=lp64 -mcmodel=medany -ffreestanding \
            -fno-pic -std=gnu17 -O2 -Wall -Wextra -Werror -Isdk/c -Ibuild/gen/include -c -o "$work/clang.o" "$source" || return 1
    done
}
check 'contract.mk builds outside the tree' make -C "$work"
check 'a container says its length' container "$work/build/mine.deploy"
check 'an image has no section headers' without_sections "$work/build/mine.elf"
check 'STACK_SIZE declares the stack' declares "$work/build/mine.elf" '0x008000 RW'
check 'pack keeps the file' sh sdk/c/finish.sh pack "$work/build/mine.debug.elf" "$work/packed"
check 'a packed file is a container' container "$work/packed"
command -v clang-14 >/dev/null && check 'clang compiles the kit' with_clang
echo "$passed passed, $failed failed"
[ $failed = 0 ]
