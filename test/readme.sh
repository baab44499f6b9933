#!/bin/sh
# SPDX-License-Identifier: MIT
# The session of README.md is run as written on a fresh node, command by command, and prints what stands there; "..."
# stands for any lines. `test/readme.sh print` prints the session as it is now. Prints `N passed, N failed`.
set -u
build=${HYBRID_BUILD:-$(pwd)/build/release}
case $build in /*) ;; *) build=$(pwd)/$build ;; esac
root=$(pwd)
work=$(mktemp -d)
node_pid=
trap '[ -z "$node_pid" ] || kill "$node_pid" 2>/dev/null; rm -rf "$work"' EXIT

if ! command -v node >/dev/null || [ ! -d node_modules/solc ]; then
    echo 'the session of README.md is not run: there is no Solidity compiler (./do solc)'
    echo '0 passed, 0 failed'
    exit 0
fi

# Lines of the session that are commands or what they print, without the four spaces.
sed -n '/^<!-- session:/,/^<!-- end of session/s/^    //p' README.md >"$work/wanted"

"$build/hybrid-node" --dev --port 0 --quiet >"$work/node" 2>&1 &
node_pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 20 30 40 50; do
    url=$(sed -n 's/^JSON-RPC *//p' "$work/node")
    [ -n "$url" ] && break
    sleep 0.1
done
HYBRID_RPC=$url
NODE_PATH=$root/node_modules # the session's folder lies in the tree, this one does not
PATH=$build:$PATH
export HYBRID_RPC NODE_PATH PATH

# All commands in one shell, each behind the line that names it.
sed -n 's/^\$ //p' "$work/wanted" | while IFS= read -r command; do
    printf "cat <<'END_OF_COMMAND'\n\$ %s\nEND_OF_COMMAND\n%s\n" "$command" "$command"
done >"$work/script"
mkdir "$work/session"
(cd "$work/session" && sh "$work/script") >"$work/got" 2>&1 </dev/null
if [ "${1:-}" = print ]; then
    sed 's/^/    /' "$work/got"
    exit 0
fi

# Each command with its lines is a case.
awk -v wanted="$work/wanted" '
function check(   i, j, ok) {
    if (command == "") return
    ok = 1
    j = 1
    for (i = 1; i <= w; i++) {
        if (want[i] == "...") {
            if (i == w) { j = g + 1; break }
            while (j <= g && got[j] != want[i + 1]) j++
        } else if (j > g || got[j++] != want[i]) {
            ok = 0
        }
    }
    if (j <= g) ok = 0
    if (ok) { passed++; return }
    failed++
    print "README.md: " command " prints"
    for (i = 1; i <= g; i++) print "    " got[i]
    print "  where README.md has"
    for (i = 1; i <= w; i++) print "    " want[i]
}
function next_wanted(   line) { # its lines, up to the next command, which is kept in `ahead`
    w = 0
    while ((getline line < wanted) > 0) {
        if (line ~ /^\$ /) { ahead = line; return }
        want[++w] = line
    }
    ahead = ""
}
BEGIN { getline ahead < wanted }
/^\$ / && $0 == ahead { check(); command = $0; g = 0; next_wanted(); next }
NF { got[++g] = $0 } # an empty line is not one of a block in README.md
END {
    check()
    if (ahead != "") { failed++; print "README.md: the session ended before " ahead }
    print passed + 0 " passed, " failed + 0 " failed"
    exit failed > 0
}' "$work/got"
