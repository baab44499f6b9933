#!/bin/sh
# SPDX-License-Identifier: MIT
# The program `hybrid` from outside: exit statuses, where texts go, the JSON object, EIP-3155 lines, and that the
# mini-EVM inside the machine and the native one say the same. Prints `N passed, N failed`.
set -u
build=${HYBRID_BUILD:-build/release}
hybrid=$build/hybrid
dir=build/cli-test
rm -rf "$dir"
mkdir -p "$dir"
passed=0 failed=0

ok() { passed=$((passed + 1)); }
bad() {
    failed=$((failed + 1))
    echo "FAILED $*"
}
# status WANTED ARGUMENTS...: the exit status; output goes to $dir/out and $dir/err.
status() {
    wanted=$1
    shift
    "$hybrid" "$@" >"$dir/out" 2>"$dir/err"
    got=$?
    if [ $got = "$wanted" ]; then ok; else
        bad "hybrid $*: status $got, not $wanted"
        cat "$dir/err"
    fi
}
# usage PART ARGUMENTS...: an error of use, nothing on standard output, and its text contains PART.
usage() {
    part=$1
    shift
    status 2 "$@"
    if [ ! -s "$dir/out" ] && grep -qF -e "$part" "$dir/err"; then ok; else
        bad "hybrid $*: its error does not say: $part"
        cat "$dir/err"
    fi
}
out() { if grep -qF -e "$1" "$dir/out"; then ok; else
    bad "the output of hybrid does not contain: $1"
    cat "$dir/out"
fi; }
same() { if cmp -s "$1" "$2"; then ok; else
    bad "$1 and $2 differ"
    diff "$1" "$2" | head -5
fi; }

# ---- commands and help
status 0 --version && out 'hybrid 0.'
status 0 version
status 0 help && out 'hybrid run'
status 0 --help
for c in run play 'rv run' 'rv test' 'rv disasm' statetest blocktest; do
    # shellcheck disable=SC2086
    status 0 help $c && out 'examples:'
    # shellcheck disable=SC2086
    status 0 $c --help && out 'options:'
done
status 2
usage 'there is no command "rum"' rum
usage 'there is no command "rum"' help rum
usage 'no command "rv walk"' rv walk

# ---- errors of use name the option, the value and the next step
usage '--gas: "abc" is not a number' run --gas abc
usage 'for example: --gas 1000000' run --gas abc
usage '`hybrid help run`' run --gas abc
usage 'did you mean --input?' run --inptu 00
usage '--code: "0x5" is not hex' run --code 0x5
usage '--code: cannot open' run --code @"$dir"/nothing
usage '--to: "0x70" is not an address' run --to 0x70
usage '"moon" is not a fork; they are frontier' run --fork moon
usage 'is not one of riscv, native' run --evm fast
usage 'is not one of on, off' run --riscv yes
usage '--repeat: "0"' run --repeat 0
usage '--create and --code' run --create
usage 'is given twice' run --gas 1 --gas 2
usage '--args' run --code 00 --args 00
usage '--code and --deploy' run --code 00 --deploy "$dir/x"
usage '--trace: cannot open' run --code 00 --trace "$dir/no/such"
echo '{"0x00000000000000000000000000000000000000f0": {"balance": 5}}' >"$dir/alloc.json"
usage '--value: 0x6 is more than the sender' run --alloc "$dir/alloc.json" --value 6
echo '{"number": 1, "nummer": 2}' >"$dir/env.json"
usage "--env: $dir/env.json: nummer: " run --env "$dir/env.json"
echo '{"config": {"hybrid": {"cyclesPerGas": 9999}}}' >"$dir/genesis.json"
usage 'config.hybrid.cyclesPerGas: 9999 is not from 1 to 4096' run --genesis "$dir/genesis.json"
echo '{"0x00000000000000000000000000000000000000f0": {"blance": 5}}' >"$dir/alloc2.json"
usage 'f0.blance' run --alloc "$dir/alloc2.json"

# ---- results
status 0 run --code 0x60016000526001601ff3
out 'output    0x01'
status 0 run --code fe && out 'halt: invalid'
status 0 run --code 5f5ffd && out 'revert'
cat >"$dir/check.js" <<'JS'
const fs = require('fs'); // the shape of the object, and what the arguments say about it
const o = JSON.parse(fs.readFileSync(0, 'utf8').trim().split('\n').pop());
const names = ['status', 'halt', 'gas_used', 'gas_refund', 'output', 'logs', 'created', 'storage', 'balances', 'nonces',
  'time_ns', 'cycles', 'instructions', 'pages'];
for (const n of names) if (!(n in o)) throw new Error('no ' + n);
for (const n of ['min', 'median', 'max']) if (typeof o.time_ns[n] !== 'number') throw new Error('no time_ns.' + n);
for (const test of process.argv.slice(2)) if (!eval(test)) throw new Error(test + ' is false: ' + JSON.stringify(o));
JS
# json OPTIONS -- TESTS: the object of a run, and tests of it in JavaScript.
json() {
    args=
    while [ "$1" != -- ]; do
        args="$args $1"
        shift
    done
    shift
    # shellcheck disable=SC2086
    status 0 run --json $args
    if node "$dir/check.js" "$@" <"$dir/out" 2>"$dir/err"; then ok; else
        bad "run --json$args: $(grep -m1 Error "$dir/err")"
    fi
}
F0=0x00000000000000000000000000000000000000f0
T70=0x0000000000000000000000000000000000000070
json --code 0x60016000526001601ff3 -- 'o.status === "success"' 'o.halt === null' 'o.gas_used === 18' \
    'o.output === "0x01"' 'o.created === null' "Object.keys(o.nonces).length === 0" 'o.pages === 0'
json --code fe --gas 5000 -- 'o.status === "halt"' 'o.halt === "invalid"' 'o.gas_used === 5000'
json --code 600160005500 -- "o.storage['$T70']['0x' + '0'.repeat(64)] === '0x' + '0'.repeat(63) + '1'" \
    'o.gas_used === 22106'
json --code 5f5f5500 --input 00 -- 'Object.keys(o.storage).length === 0'
json --alloc "$dir/alloc.json" --value 5 -- "o.balances['$T70'] === 5" "!('$F0' in o.balances)"
json --value 1e18 -- "o.balances['$T70'] === '0xde0b6b3a7640000'"
json --code 60006000f3 --create -- "o.nonces['$F0'] === 1" 'o.created.length === 42' 'o.gas_used === 6'
json --code fe --create -- 'o.created === null' "o.nonces['$F0'] === 1"
json --code 60015ff3 --create -- 'o.gas_used === 3 + 2 + 3 + 200' 'o.output === "0x00"'
json --code 6001600060206000a1 -- 'o.logs.length === 1' 'o.logs[0].topics.length === 1' "o.logs[0].address === '$T70'" \
    'o.logs[0].data.length === 66'
json --code 60015f5ffd60015f55 -- 'o.status === "revert"' 'o.gas_refund === 0' 'o.logs.length === 0'
json --code 46 --gas 5 --repeat 20 -- 'o.time_ns.min <= o.time_ns.median' 'o.time_ns.median <= o.time_ns.max'
json --code ff --riscv off -- 'o.halt === "stack_underflow"'
json --code ff -- 'o.halt === "bad_image"'
json --code 5c --fork shanghai -- 'o.halt === "invalid_opcode"'
printf '0x46\n5f 52\t60205ff3\n' >"$dir/code.hex"
json --code "@$dir/code.hex" -- "o.output === '0x' + '0'.repeat(63) + '1'"
echo '{"chainid": "77", "number": 5, "blockhashes": {"4": "0x11'"$(printf '%062d' 0)"'"}}' >"$dir/env.json"
json --env "$dir/env.json" --code "@$dir/code.hex" -- 'BigInt(o.output) === 77n'
json --env "$dir/env.json" --code 6004405f5260205ff3 -- 'o.output.startsWith("0x1100")'
echo '{"config": {"chainId": 9, "hybrid": {"cyclesPerGas": 8}}}' >"$dir/genesis.json"
json --genesis "$dir/genesis.json" --code "@$dir/code.hex" -- 'BigInt(o.output) === 9n'
json --genesis "$dir/genesis.json" --code ff -- 'o.halt === "bad_image"'
echo '{"config": {"chainId": 9}}' >"$dir/genesis.json"
json --genesis "$dir/genesis.json" --code ff -- 'o.halt === "stack_underflow"'

# ---- RISC-V contracts and deployment
if [ -f build/contracts/counter.deploy ]; then
    json --deploy build/contracts/counter.deploy --args "$(printf '%064x' 41)" --input 01 -- \
        'BigInt(o.output) === 42n' 'o.deploy.status === "success"' 'o.created === null' 'o.cycles > 0' \
        'o.deploy.created.length === 42' "o.nonces['$F0'] === 1" 'o.pages > 0' 'o.deploy.gas_used > 20000'
    json --deploy build/contracts/counter.deploy --gas 100 -- 'o.status === "halt"' 'o.deploy.status === "halt"'
    json --code @build/contracts/counter.elf --input 01 --calls -- 'BigInt(o.output) === 1n' 'o.calls.kind === "riscv"' \
        'o.calls.time_ns <= o.time_ns.max'
    status 0 rv run build/contracts/echo.elf --input 0x1234 --trace "$dir/rv.txt"
    out 'output    0x1234'
    if grep -q 'ecall .* return$' "$dir/rv.txt"; then ok; else bad 'rv run --trace does not name services'; fi
    usage 'is not an ELF' rv run Makefile
    head -c 64 build/contracts/echo.elf >"$dir/cut.elf"
    usage 'no executable segment whose bytes lie in the file' rv disasm "$dir/cut.elf"
fi
if [ -f build/rv/signature.elf ]; then
    usage 'program header 0: the segment lies in neither' rv run build/rv/signature.elf
    status 0 rv test build/rv/signature.elf --signature "$dir/signature"
    out '1 passed, 0 failed'
    printf '55667788\n11223344\n0000002a\n00000001\n' >"$dir/wanted"
    same "$dir/signature" "$dir/wanted"
    status 1 rv test build/rv/exit_call.elf --signature "$dir/none"
    out 'FAIL exit_call (no signature: it has no symbols begin_signature and end_signature)'
    status 1 rv test build/rv/exit_call.elf Makefile "$dir/nothing"
    out 'FAIL Makefile (Makefile: it is not an ELF file)' && out '1 passed, 2 failed'
fi

# ---- EIP-3155 lines are those of the golden file, in both forms
cat >"$dir/golden" <<'LINES'
{"pc":0,"op":96,"gas":"0x186a0","gasCost":"0x3","memSize":0,"stack":[],"depth":1,"refund":0,"opName":"PUSH1"}
{"pc":2,"op":96,"gas":"0x1869d","gasCost":"0x3","memSize":0,"stack":["0x1"],"depth":1,"refund":0,"opName":"PUSH1"}
{"pc":4,"op":82,"gas":"0x1869a","gasCost":"0x6","memSize":0,"stack":["0x1","0x0"],"depth":1,"refund":0,"opName":"MSTORE"}
{"pc":5,"op":80,"gas":"0x18694","gasCost":"0x2","memSize":32,"stack":[],"depth":1,"refund":0,"opName":"POP","error":"stack_underflow"}
{"output":"","gasUsed":"0x186a0","error":"stack_underflow"}
LINES
for form in riscv native; do
    status 0 run --code 600160005250 --gas 100000 --evm $form --trace "$dir/$form.jsonl"
    same "$dir/golden" "$dir/$form.jsonl"
    # a contract that writes, calls itself once, creates, reverts inside, and logs
    status 0 run --evm $form --trace "$dir/$form.jsonl" --code \
        3660255760016001555f5f60015f5f305af15f5f5ff0503d5f5f3e60205fa05f3560ff53005b60025f5560205ffd
    sed 's/"time_ns.*//' "$dir/out" >"$dir/$form.out"
done
same "$dir/riscv.jsonl" "$dir/native.jsonl"
if [ "$(wc -l <"$dir/riscv.jsonl")" -gt 30 ] && grep -q '"depth":2' "$dir/riscv.jsonl"; then ok; else
    bad 'the trace of nested frames is too short'
fi
status 0 run --code 600160005250 --gas 100000 --trace - --json
if [ "$(wc -l <"$dir/out")" = 6 ]; then ok; else bad '--trace - does not write lines before the object'; fi

# ---- play
cat >"$dir/play.json" <<'PLAY'
{"accounts": {"alice": {"balance": "1e18"}}, "steps": [
  {"do": "deploy", "name": "one byte of code", "contract": "0x60015ff3", "as": "c"},
  {"do": "call", "name": "it stops", "to": "$c", "expect": {"gas_used": 0}}]}
PLAY
status 0 play "$dir/play.json" && out '2 steps, 0 failed'
status 0 play --json "$dir/play.json" && out '"failed":[],"status":"success"'
sed 's/"gas_used": 0/"gas_used": 1/' "$dir/play.json" >"$dir/play2.json"
status 1 play "$dir/play2.json" && out 'FAILED gas_used: expected 1, was 0'
sed 's/"to"/"too"/' "$dir/play.json" >"$dir/play3.json"
usage 'step 2 "it stops"' play "$dir/play3.json"
usage 'cannot open' play "$dir/nothing.json"

# ---- a full disk is a fault, not a success
if [ -c /dev/full ]; then
    "$hybrid" run --code 00 >/dev/full 2>"$dir/err"
    if [ $? = 3 ]; then ok; else bad 'output that cannot be written is not status 3'; fi
    status 3 run --code 00 --trace /dev/full
fi

"$build/hybrid-node" --version >"$dir/out" && out 'hybrid-node 0.'
timeout 10 "$build/hybrid-node" --no-such-option 2>"$dir/err"
if [ $? = 2 ]; then ok; else bad 'hybrid-node accepts what it does not know'; fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
