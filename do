#!/bin/sh
# SPDX-License-Identifier: MIT
# The front door: ./do TARGET... installs the Debian packages that the targets need and this machine lacks
# (tools/packages.list), then the locked npm packages where a target needs them, then runs make TARGET... It
# needs nothing but Debian's base system. NAME=VALUE arguments go to make as they are.
set -eu
cd "$(dirname "$0")"

usage() {
    echo 'usage: ./do TARGET... [NAME=VALUE...]   installs what is missing, then runs make TARGET...'
    echo
    sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1	\2/p' Makefile | while IFS='	' read -r name text; do
        printf '  %-12s %s\n' "$name" "$text"
    done
    echo
    echo '  MODE=release|debug|verify|asan|tsan|fuzz|cov   CC=gcc|clang-14   TESTS="part of a test name"   V=1'
}

# The groups of tools/packages.list that a target needs; "npm" stands for the packages of package-lock.json.
groups_of() {
    case $1 in
        test | test-all) echo build test fuzz node npm ;;
        rvdiff | fuzz-rv) echo build test ;;
        fuzz-evm) echo build node npm ;;
        tests | tsan | docs | guest-lock) echo build test ;;
        demo) echo build node npm ;;
        solc) echo make node npm ;;
        lint*) echo build test lint ;;
        format) echo build lint ;;
        bench-rpc | soak) echo build node npm ;;
        bench*) echo build bench ;;
        fuzz*) echo build fuzz ;;
        cov) echo build test cov node npm ;;
        clean) echo make ;;
        *) echo build ;;
    esac
}

# A row is `group package[:command] reason`. A command that is there already, from wherever, is enough.
missing_packages() {
    while read -r group package _; do
        case " $groups " in *" $group "*) ;; *) continue ;; esac
        name=${package%%:*}
        case $package in
            *:*) command -v "${package#*:}" >/dev/null 2>&1 && continue ;;
        esac
        state=$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) || state=none
        [ "$state" = installed ] || printf '%s ' "$name"
    done <tools/packages.list
}

install_packages() {
    command="apt-get install -y --no-install-recommends $1"
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        as_root='sudo env DEBIAN_FRONTEND=noninteractive'
    else
        echo "./do: Debian packages are missing. As root, run:" >&2
        echo "    apt-get update && $command" >&2
        exit 1
    fi
    echo "./do: installing $1"
    export DEBIAN_FRONTEND=noninteractive
    # The package lists may be absent or stale: refresh them only if the first try fails.
    $as_root $command >build/apt.log 2>&1 || {
        $as_root apt-get update >build/apt.log 2>&1 && $as_root $command >>build/apt.log 2>&1
    } || {
        tail -n 20 build/apt.log >&2
        echo "./do: could not install: $1" >&2
        exit 1
    }
}

install_npm() {
    [ -f package-lock.json ] || return 0
    [ node_modules/.package-lock.json -nt package-lock.json ] && return 0
    echo './do: installing npm packages of package-lock.json'
    # Some are programs for x86-64: elsewhere they are of no use, and the tests that want them say so.
    case $(uname -m) in x86_64) force= ;; *) force=--force ;; esac
    # shellcheck disable=SC2086 # no argument, if it is empty
    npm ci $force --ignore-scripts --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
}

[ $# -gt 0 ] || { usage; exit 0; }
targets= groups=
for argument; do
    case $argument in
        help | -h | --help) usage; exit 0 ;;
        -*) echo "./do: unknown option $argument (try ./do help)" >&2; exit 2 ;;
        *=*) ;;
        *[!a-zA-Z0-9_./-]*) echo "./do: no such target: $argument (try ./do help)" >&2; exit 2 ;;
        *) targets="$targets $argument" groups="$groups $(groups_of "$argument")" ;;
    esac
    case $argument in CC=clang* | MODE=fuzz) groups="$groups fuzz" ;; esac
done
[ -n "$targets" ] || targets=all groups="$groups build"

mkdir -p build
packages=$(missing_packages | tr ' ' '\n' | sort -u | tr '\n' ' ')
packages=${packages# } packages=${packages% }
[ -z "$packages" ] || install_packages "$packages"
case " $groups " in *" npm "*) install_npm ;; esac

# Left are the NAME=VALUE arguments; each target is a run of its own, in the order given.
for argument; do
    shift
    case $argument in *=*) set -- "$@" "$argument" ;; esac
done
for target in $targets; do
    make --no-print-directory -j"$(nproc)" "$target" "$@"
done
