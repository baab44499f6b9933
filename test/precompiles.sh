#!/bin/sh
# SPDX-License-Identifier: MIT
# Precompiles against @noble/curves and BigInt on random inputs: vectors are made anew with each run. SEED=n
# repeats them. Prints what is missing where node or the packages are not there.
set -u
hybrid=$HYBRID_BUILD/hybrid
seed=${SEED:-$(date +%s)}
command -v node >/dev/null || { echo 'node not found: not run'; exit 0; }
[ -d node_modules/@noble/curves ] || { echo '@noble/curves not found: not run'; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
node test/precompile_vectors.mjs "$work" "$seed" "${COUNT:-24}" || exit 1
echo "seed $seed"
"$hybrid" precompiletest "$work"
