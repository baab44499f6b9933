#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/abi.md and docs/conformance.md are what `./do docs` prints from the tables now, and the files that the second
# names are there. Prints `N passed, N failed`.
passed=0 failed=0
for page in abi conformance; do
    build/gen/gen abi "spec/$page.md.in" >"build/$page.md"
    if cmp "build/$page.md" "docs/$page.md"; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "run ./do docs and commit docs/$page.md"
    fi
done
missing=
for file in $(grep -oE '(spec|src)/[a-z0-9_/]+\.(c|h|inc|def)' docs/conformance.md | sort -u); do
    [ -f "$file" ] || missing="$missing $file"
done
if [ -z "$missing" ]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "docs/conformance.md names files that are not there:$missing"
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
