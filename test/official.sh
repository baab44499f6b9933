#!/bin/sh
# SPDX-License-Identifier: MIT
# Official tests, as far as `make fixtures` found them: a fixed part of every family, in both forms of the mini-EVM,
# with hybrid off and on; with LONG=1 all of them in each form by itself, benchmark blocks too. A suite that is not
# there says so. The last line is the sum.
set -u
hybrid=$HYBRID_BUILD/hybrid
all=build/fixtures
passed=0 failed=0
# Four cases that hash 1.5 GB of memory, which ABI section 7 makes out of gas where hybrid is active:
# docs/conformance.md. Only there they are named, and not counted.
deviates=legacy-constantinople/ValidBlocks/bcStateTests/randomStatetest94.json
# run COMMAND [OPTION]... PATH...: adds what it counted. Paths that are not there are named and left out.
run() {
    command=$1
    shift
    paths=0
    for argument; do
        shift
        case $argument in
        "$all"/*)
            if [ -e "$argument" ]; then paths=1; else
                echo "$command: $argument not found: not run"
                continue
            fi
            ;;
        esac
        set -- "$@" "$argument"
    done
    [ $paths = 1 ] || return
    out=$("$hybrid" "$command" "$@" 2>&1) || echo "$out" | grep -v ' passed, ' | head -n 20
    line=$(echo "$out" | tail -n 1)
    p=${line%% passed*} f=${line#*, } f=${f%% failed*}
    case $p$f in '' | *[!0-9]*) p=0 f=1 ;; esac
    known=0
    case "$*" in *'--riscv on'*) known=$(echo "$out" | grep '^FAIL ' | grep -c "$deviates") ;; esac
    [ "$known" = 0 ] || echo "$command: $known of $deviates deviate"
    f=$((f - known))
    echo "$command $*: $p passed, $f failed"
    passed=$((passed + p)) failed=$((failed + f))
}
unit=$all/unit
run txtest "$unit/TransactionTests" "$unit/TransactionTests-eip7702" "$unit/BasicTests/txtest.json" \
    "$unit/BasicTests/keyaddrtest.json"
run trietest "$unit/TrieTests"
run rlptest "$unit/RLPTests"
run difficultytest "$unit/DifficultyTests" "$unit/DifficultyTests-legacy" "$unit/PoWTests" \
    "$unit/BasicTests/difficulty.json" "$unit/BasicTests/difficultyCustomHomestead.json" \
    "$unit/BasicTests/difficultyCustomMainNetwork.json" "$unit/BasicTests/difficultyMainNetwork.json" \
    "$unit/BasicTests/difficultyRopsten.json"
run genesistest "$unit/GenesisTests" "$unit/BasicTests/genesishashestest.json" \
    "$all/node/netvectors/forkid_eip2124.json"
run precompiletest "$unit/precompiles" "$unit/kzg_verify_proof"
run vmtest "$unit/opcodes" "$unit/VMTests"
run tracetest "$all/node/tracers"
if [ -n "${LONG:-}" ]; then
    for form in native riscv; do
        for hybrid_code in off on; do
            run statetest --evm $form --riscv $hybrid_code "$all/state"
            run blocktest --evm $form --riscv $hybrid_code "$all/blockchain"
            run enginetest --evm $form --riscv $hybrid_code "$all/engine"
        done
    done
else
    for hybrid_code in off on; do
        run statetest --riscv $hybrid_code "$all/state/eest" "$all/state/ethereum-tests/stExample" \
            "$all/state/ethereum-tests/stMemoryTest" "$all/state/ethereum-tests/stRevertTest"
        run blocktest --riscv $hybrid_code "$all/blockchain/ethereum-tests"
        run enginetest --riscv $hybrid_code --filter benchmark-gas-value_1M "$all/engine"
    done
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
