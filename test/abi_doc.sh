#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/abi.md is what spec/ prints, the numbers of the C header and of the Rust module are the same, and a wrong
# marker or option of the generator is told.
set -u
passed=0 failed=0
check() { # NAME COMMAND...
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "abi_doc: $name"
    fi
}
gen=build/gen/gen
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
$gen abi >"$work/abi.md"
$gen sdk-header >"$work/abi.h"
$gen rust >"$work/abi.rs"
printf '@NOTHING@\n' >"$work/bad.in"

same_numbers() {
    sed -n 's/^#define HYBRID_SERVICE_\([A-Z0-9_]*\) *\(0x[0-9A-F]*\).*/\1 \2/p' "$work/abi.h" | sort >"$work/c"
    sed -n 's/^ *pub const \([A-Z0-9_]*\): u8 = \(0x[0-9A-F]*\);/\1 \2/p' "$work/abi.rs" | sort >"$work/rust"
    [ -s "$work/c" ] && cmp -s "$work/c" "$work/rust"
}
refuses() {
    ! "$@" >/dev/null 2>&1
}
check 'docs/abi.md is not what spec/ prints: run ./do docs' cmp -s docs/abi.md "$work/abi.md"
check 'the C header and the Rust module differ' same_numbers
check 'an unknown marker passes' refuses $gen abi "$work/bad.in"
check 'a missing file passes' refuses $gen abi "$work/missing"
check 'an unknown word passes' refuses $gen words
for rule in 'u8 = 0x' 'pub mod service'; do
    check "the Rust module lacks $rule" grep -q "$rule" "$work/abi.rs"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
