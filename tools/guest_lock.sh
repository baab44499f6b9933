#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints what tools/guest.lock pins: the sha256 of the guest in $1, and the compiler that made it.
set -eu
echo "sha256 $(sha256sum "$1" | cut -d ' ' -f 1)"
echo "compiler $(riscv64-unknown-elf-gcc -dumpfullversion)"
echo "binutils $(riscv64-unknown-elf-ld --version | sed -n '1s/.* //p')"
