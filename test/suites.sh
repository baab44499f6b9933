#!/bin/sh
# SPDX-License-Identifier: MIT
# The commands of official tests from outside, on a state test of our own: exit statuses, failures with what was
# expected, JSON lines, archives, standard input, traces, broken files. Prints `N passed, N failed`.
set -u
build=${HYBRID_BUILD:-build/release}
hybrid=$build/hybrid
dir=build/suites-test
rm -rf "$dir"
mkdir -p "$dir/tests/below"
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
    "$hybrid" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    got=$?
    if [ $got = "$wanted" ]; then ok; else
        bad "hybrid $*: status $got, not $wanted"
        cat "$dir/out" "$dir/err"
    fi
}
# says FILE PART: that file of the last command contains PART.
says() { if grep -qF -e "$2" "$dir/$1"; then ok; else
    bad "$1 does not contain: $2"
    cat "$dir/$1"
fi; }
last() {
    line=$(tail -n 1 "$dir/out")
    if [ "$line" = "$1" ]; then ok; else bad "the last line is \"$line\", not \"$1\""; fi
}

# Stores 7 at slot 1, then 12 bytes of code fail in a second test: SLOAD without a stack.
state_test() {
    cat <<END
{"$1": {
  "env": {"currentCoinbase": "0x2adc25665018aa1fe0e6bc666dac8fc2697ff9ba", "currentDifficulty": "0x020000",
    "currentGasLimit": "0x05f5e100", "currentNumber": "0x01", "currentTimestamp": "0x03e8",
    "currentRandom": "0x0000000000000000000000000000000000000000000000000000000000020000", "currentBaseFee": "0x0a"},
  "pre": {
    "0x1000000000000000000000000000000000000001": {"balance": "0x00", "nonce": "0x00", "code": "0x6007600155",
      "storage": {}},
    "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b": {"balance": "0x0de0b6b3a7640000", "nonce": "0x00", "code": "0x",
      "storage": {}}},
  "transaction": {"data": ["0x", "0x00"], "gasLimit": ["0x0186a0"], "gasPrice": "0x0a", "nonce": "0x00",
    "secretKey": "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8",
    "sender": "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b",
    "to": "0x1000000000000000000000000000000000000001", "value": ["0x00"]},
  "post": {"Osaka": [
    {"hash": "$2", "logs": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
     "indexes": {"data": 0, "gas": 0, "value": 0}},
    {"hash": "$3", "logs": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
     "indexes": {"data": 1, "gas": 0, "value": 0}}]}}}
END
}
zero=0x0000000000000000000000000000000000000000000000000000000000000000

# What a wrong expectation says, and the roots that it gives to write the right one.
state_test first "$zero" "$zero" >"$dir/wrong.json"
status 1 statetest "$dir/wrong.json"
says out "FAIL $dir/wrong.json first [Osaka d0 g0 v0]: riscv: root 0x"
says out ", expected $zero (accepted, status 0, halt none, gas used 43106)"
last '0 passed, 2 failed'
status 1 statetest --json --jobs 1 "$dir/wrong.json"
roots=$(sed -n 's/.*"pass":false,"stateRoot":"\(0x[0-9a-f]*\)".*/\1/p' "$dir/out" | tr '\n' ' ')
# shellcheck disable=SC2086 # two words
set -- $roots
if [ $# = 2 ] && [ "$1" != "$2" ]; then ok; else bad "roots: $roots"; fi
says err '0 passed, 2 failed'

state_test first "$1" "$2" >"$dir/tests/first.json"
state_test second "$1" "$2" >"$dir/tests/below/second.json"
echo 'not a test' >"$dir/tests/notes.txt"
for form in riscv native both; do
    status 0 statetest --evm "$form" "$dir/tests"
    last '4 passed, 0 failed'
done
status 0 statetest --jobs 1 --compare-traces "$dir/tests"
last '4 passed, 0 failed'
status 0 statetest --filter second "$dir/tests"
last '2 passed, 0 failed'
status 0 statetest --verbose --filter below "$dir/tests"
says out 'PASS '
status 1 statetest --filter nothing "$dir/tests"
says err 'no case was run'
status 0 statetest --json "$dir/tests/first.json"
says out "{\"file\":\"$dir/tests/first.json\",\"name\":\"first\",\"fork\":\"Osaka\",\"data\":0,\"gas\":0,\"value\":0,"
says out "\"pass\":true,\"stateRoot\":\"$1\"}"

# Archives and standard input.
tar -C "$dir" -cf "$dir/tests.tar" tests
zstd -q "$dir/tests.tar" -o "$dir/tests.tar.zst"
for archive in tests.tar tests.tar.zst; do
    status 0 statetest "$dir/$archive"
    last '4 passed, 0 failed'
done
head -c 300 "$dir/tests.tar.zst" >"$dir/cut.tar.zst"
status 2 statetest "$dir/cut.tar.zst"
says err 'cut.tar.zst cannot be unpacked: it ends inside a frame'
head -c 1100 "$dir/tests.tar" >"$dir/cut.tar"
status 2 statetest "$dir/cut.tar"
says err 'the archive ends inside a'
"$hybrid" statetest - <"$dir/tests/first.json" >"$dir/out" 2>"$dir/err"
last '2 passed, 0 failed'
printf '%s\n' "$dir/tests" "$dir/tests.tar" | "$hybrid" statetest - >"$dir/out" 2>"$dir/err"
last '8 passed, 0 failed'

# As fuzzers drive it: names on standard input, lines and roots on standard error.
printf '%s\n' "$dir/tests/first.json" |
    "$hybrid" statetest --trace --trace.format=json --trace.nomemory=true --trace.noreturndata=true \
        >"$dir/out" 2>"$dir/err"
last '2 passed, 0 failed'
says err '{"pc":4,"op":85,"gas":"0x13492","gasCost":"0x5654","memSize":0,"stack":["0x7","0x1"],"depth":1,"refund":0,"opName":"SSTORE"}'
says err '{"output":"","gasUsed":"0x565a"}'
says err "{\"stateRoot\": \"$1\"}"
"$hybrid" statetest --trace --evm native "$dir/tests/first.json" 2>"$dir/native" >"$dir/out"
if cmp -s "$dir/err" "$dir/native"; then ok; else bad 'traces of the forms differ'; fi
printf '%s\n' "$dir/tests/first.json" | "$hybrid" statetest >"$dir/out" 2>"$dir/err"
says err "{\"stateRoot\": \"$1\"}"

# Broken files name the file and the place.
echo '{"a": ' >"$dir/broken.json"
status 2 statetest "$dir/broken.json"
says out "FAIL $dir/broken.json: JSON text, line 2"
sed 's/"gasLimit": \["0x0186a0"\]/"gasLimit": [true]/' "$dir/tests/first.json" >"$dir/types.json"
status 2 statetest "$dir/types.json"
says out "FAIL $dir/types.json: first.transaction.gasLimit[0]: "
sed 's/"Osaka"/"Nowhere"/' "$dir/tests/first.json" >"$dir/fork.json"
status 2 statetest "$dir/fork.json"
says out 'first.post.Nowhere: no fork has this name'
for command in blocktest enginetest vmtest txtest trietest rlptest difficultytest genesistest precompiletest; do
    status 2 "$command" "$dir/broken.json"
    says out "FAIL $dir/broken.json: JSON text, line 2"
    status 2 "$command" "$dir/nowhere.json"
    says out 'cannot open'
done
# Payloads that the Engine API answers with an error, and a wrong code for one.
engine_test() {
    cat <<END
{"a": {"network": "Prague", "pre": {}, "genesisBlockHeader": {"hash": "$zero", "difficulty": "0x00",
    "stateRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421", "gasLimit": "0x1c9c380",
    "gasUsed": "0x00", "timestamp": "0x00", "baseFeePerGas": "0x07", "excessBlobGas": "0x00", "blobGasUsed": "0x00"},
  "engineNewPayloads": [{"newPayloadVersion": "9", "params": [], "errorCode": "-32602"},
    {"newPayloadVersion": "4", "params": [{}, [], "$zero", []], "errorCode": $1}], "lastblockhash": "$zero"}}
END
}
engine_test -32602 >"$dir/engine.json"
status 0 enginetest "$dir/engine.json"
engine_test -38005 >"$dir/engine.json"
status 1 enginetest "$dir/engine.json"
says out 'payload 1: error -32602: a parameter is not what it should be'
says out ', expected -38005'

status 2 statetest --evm other "$dir/tests"
status 2 statetest --evm native --compare-traces "$dir/tests"
status 2 statetest --jobs 1000 "$dir/tests"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
