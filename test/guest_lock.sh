#!/bin/sh
# SPDX-License-Identifier: MIT
# The guest that was built is the one that tools/guest.lock pins: the same bytes, from the same compiler.
guest=build/guest/guest.bin
[ -f guest/start.S ] || exit 0
sh tools/guest_lock.sh "$guest" >build/guest.now
if ! cmp -s build/guest.now tools/guest.lock; then
    echo 'the guest differs from tools/guest.lock:'
    diff tools/guest.lock build/guest.now
    echo 'If the compiler line differs, this machine cannot reproduce the pinned guest. If only the sha256'
    echo 'differs, the sources of the guest have changed: run `./do guest-lock` and commit tools/guest.lock.'
    exit 1
fi
if grep -qa -e '/build/' -e "$(pwd)" "$guest"; then
    echo "$guest names a path of this machine"
    exit 1
fi
