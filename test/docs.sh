#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/abi.md is what `./do docs` prints from the tables now.
[ -f spec/abi.md.in ] || exit 0
build/gen/gen abi >build/abi.md || exit 1
cmp build/abi.md docs/abi.md || { echo 'run ./do docs and commit docs/abi.md'; exit 1; }
