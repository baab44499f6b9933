#!/bin/sh
# SPDX-License-Identifier: MIT
# The shared library exports the public API and the EVMC entry, nothing else, and needs only known libraries.
library=${HYBRID_BUILD:-build/release}/libhybrid.so
others=$(nm -D --defined-only "$library" | awk '{ print $NF }' | grep -vE '^(hybrid_[a-z0-9_]+|evmc_create_hybrid)$')
if [ -n "$others" ]; then
    echo "$library exports names that are not public:"
    echo "$others"
    exit 1
fi
needed=$(objdump -p "$library" | awk '$1 == "NEEDED" { print $2 }' |
    grep -vE '^(libc|libm|libpthread|libsecp256k1|libcrypto|libjansson|libgmp|ld-linux-x86-64)\.so')
if [ -n "$needed" ]; then
    echo "$library needs libraries that docs/dependencies.md does not name: $needed"
    exit 1
fi
