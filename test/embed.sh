#!/bin/sh
# SPDX-License-Identifier: MIT
# The example program of the public API compiles without warnings with the flags of the pkg-config file, against the
# shared and the static library, and prints the same with both.
set -eu
build=${HYBRID_BUILD:-build/release}
out=build/embed-test
mkdir -p "$out"
field() { sed -n -e "s|@PREFIX@|$PREFIX|; s|\${prefix}|$PREFIX|g" -e "s/^$1: *//p" tools/hybrid.pc.in; }
PREFIX=/nowhere
includes=$(field Cflags | sed 's|\${includedir}|include|')
private=$(field Libs.private)
warnings='-std=c11 -Wall -Wextra -Wpedantic -Werror'
# shellcheck disable=SC2086 # flags are words
${CC:-gcc} $warnings $includes examples/embed.c -L"$build" -lhybrid -Wl,-rpath,"$build" -o "$out/shared"
# shellcheck disable=SC2086
${CC:-gcc} $warnings $includes examples/embed.c "$build/libhybrid.a" $private -o "$out/static"
LD_LIBRARY_PATH=$build "$out/shared" build/contracts/counter.deploy >"$out/shared.txt"
"$out/static" build/contracts/counter.deploy >"$out/static.txt"
cmp "$out/shared.txt" "$out/static.txt"
grep -q 'depth 0: EVM code' "$out/shared.txt"
grep -q 'depth 1: RISC-V code' "$out/shared.txt"
grep -q 'status 0, .* the counter is at 1$' "$out/shared.txt"
