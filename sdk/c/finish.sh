#!/bin/sh
# SPDX-License-Identifier: MIT
# finish.sh image|container|pack LINKED OUTPUT: makes of a linked ELF what goes onto a chain. `image` keeps what the
# machine loads, nothing else: no symbols, no section headers (each byte costs gas for ever). `container` does
# that and puts the container of a creation around it: FF, the image's length as four big-endian bytes, FF, ELF.
# `pack` puts the container around the file as it is.
set -eu
what=$1 linked=$2 output=$3
stripped=$(mktemp "$output.XXXXXX")
trap 'rm -f "$stripped"' EXIT
number() { # OFFSET SIZE: a little-endian number of the file
    od -A n -t "u$2" -j "$1" -N "$2" "$stripped" | tr -d ' '
}
zeros() { # OFFSET COUNT
    dd if=/dev/zero of="$stripped" bs=1 seek="$1" count="$2" conv=notrunc 2>/dev/null
}
strip_to_segments() {
    "${HYBRID_STRIP:-riscv64-unknown-elf-strip}" -s -R .riscv.attributes -o "$stripped" "$linked"
    headers=$(number 32 8) count=$(number 56 2) i=0
    end=$((headers + 56 * count))
    while [ $i -lt "$count" ]; do
        at=$((headers + 56 * i))
        size=$(number $((at + 32)) 8)
        last=$(($(number $((at + 8)) 8) + size))
        [ "$size" = 0 ] || [ $last -le $end ] || end=$last
        i=$((i + 1))
    done
    zeros 40 8 # e_shoff
    zeros 60 4 # e_shnum, e_shstrndx
    truncate -s $end "$stripped"
}
byte() {
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %03o $(($1 & 255)))"
}
if [ "$what" = pack ]; then
    cp "$linked" "$stripped"
else
    strip_to_segments
fi
{
    if [ "$what" != image ]; then
        n=$(($(wc -c <"$stripped") + 1))
        byte 255
        byte $((n >> 24))
        byte $((n >> 16))
        byte $((n >> 8))
        byte $n
        byte 255
    fi
    cat "$stripped"
} >"$output"
