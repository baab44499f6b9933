#!/bin/sh
# SPDX-License-Identifier: MIT
# `make install` puts headers, libraries and the pkg-config file where a program outside of the tree finds them.
root=$(pwd)/build/install-test
rm -rf "$root"
MAKEFLAGS= make -s MODE=release install DESTDIR="$root" PREFIX=/usr >build/install.log 2>&1 || {
    cat build/install.log
    exit 1
}
for f in lib/libhybrid.a lib/libhybrid.so lib/libhybrid.so.0 lib/pkgconfig/hybrid.pc; do
    [ -e "$root/usr/$f" ] || { echo "$f was not installed"; exit 1; }
done
grep -q '^prefix=/usr$' "$root/usr/lib/pkgconfig/hybrid.pc" || exit 1
for f in c/hybrid_abi.h c/hybrid.h c/contract.mk rust/src/abi.rs templates/c-token/contracts/NAME.c; do
    [ -f "$root/usr/share/hybrid/$f" ] || { echo "share/hybrid/$f was not installed"; exit 1; }
done
readelf -d "$root/usr/lib/libhybrid.so" | grep -q 'SONAME.*libhybrid\.so\.0' || exit 1
[ -f include/hybrid/hybrid.h ] || exit 0
for h in "$root"/usr/include/hybrid/*.h; do # each public header stands alone, in C and without warnings
    printf '#include <hybrid/%s>\nint main(void) { return 0; }\n' "${h##*/}" |
        gcc -x c -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$root/usr/include" - || exit 1
done
