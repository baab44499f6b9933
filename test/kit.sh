#!/bin/sh
# SPDX-License-Identifier: MIT
# The contract workflow as its users meet it: from an installed prefix, `hybrid new`, build, check, test, then deploy,
# call and send on a real hybrid-node, in C and in Solidity, each calling the other; keys in files; what each command
# says of bad input. The explorer is walked through in Chromium, and a Rust contract is built, where these are
# installed. Prints `N passed, N failed`.
set -u
build=${HYBRID_BUILD:-$(pwd)/build/release}
root=$(pwd)
work=$(mktemp -d)
node_pid=
trap '[ -z "$node_pid" ] || kill "$node_pid" 2>/dev/null; rm -rf "$work"' EXIT
passed=0 failed=0

ok() { passed=$((passed + 1)); }
bad() {
    failed=$((failed + 1))
    echo "FAILED $*"
}
# status WANTED ARGUMENTS...: the exit status of hybrid; output goes to $work/out and $work/err.
status() {
    wanted=$1
    shift
    "$hybrid" "$@" >"$work/out" 2>"$work/err"
    got=$?
    if [ $got = "$wanted" ]; then ok; else
        bad "hybrid $*: status $got, not $wanted"
        cat "$work/out" "$work/err"
    fi
}
out() { if grep -qF -e "$1" "$work/out"; then ok; else
    bad "the output does not contain: $1"
    cat "$work/out"
fi; }
# refuses STATUS PART ARGUMENTS...: ends with STATUS, and standard error contains PART.
refuses() {
    wanted=$1 part=$2
    shift 2
    status "$wanted" "$@"
    if grep -qF -e "$part" "$work/err"; then ok; else
        bad "hybrid $*: its error does not say: $part"
        cat "$work/err"
    fi
}

# ---- an installed prefix: nothing is taken from the tree
share=$root/build/share/hybrid
mkdir -p "$work/usr/bin" "$work/usr/share"
cp "$build/hybrid" "$build/hybrid-node" "$work/usr/bin/"
cp -r "$share" "$work/usr/share/hybrid"
hybrid=$work/usr/bin/hybrid
cd "$work" || exit 1
HOME=$work
NODE_PATH=$root/node_modules
export HOME NODE_PATH

# ---- new, build, check, test: C
status 0 new counter && out 'hybrid build'
cd counter || exit 1
status 0 build && out 'RISC-V (C)'
for f in counter.json counter.abi.json counter.code counter.deploy counter.debug.elf; do
    if [ -s build/$f ]; then ok; else bad "hybrid build made no build/$f"; fi
done
size=$(wc -c <build/counter.code)
if [ "$size" -ge 1000 ] && [ "$size" -le 10000 ]; then ok; else bad "the counter has $size bytes"; fi
status 0 build --json --optimize 2 --stack 8192 && out '"kind":"riscv"'
status 0 build
status 0 check build/counter.code build/counter.deploy && out 'RISC-V image' && out '641 gas'
status 0 check --json build/counter.code && out '"valid":true'
status 0 test && out '4 passed, 0 failed'
status 0 test --verbose --match increments --calls && out 'counted to 6' && out '1 passed, 0 failed' && out 'create'
status 0 test --evm native && out '4 passed'

# ---- a test that fails says why
sed 's/hybrid_u256_from(6)/hybrid_u256_from(66)/' tests/counter_test.c >tests/wrong_test.c
status 1 test tests/wrong_test.c && out 'is 6, not 66' && out '2 passed, 1 failed'
rm tests/wrong_test.c
echo 'int oops' >tests/broken_test.c
status 1 test tests/broken_test.c && out 'FAILED' && out 'error: expected'
rm tests/broken_test.c

# ---- bad input of these commands
refuses 2 'is no name' new 'a b'
refuses 2 'is no template; there are c-counter, c-token' new x --template nothing
mkdir taken
refuses 2 'is there already' new taken
refuses 1 'there is no source nothing.c' build nothing.c
refuses 2 'no multiple of 4096' build --stack 100
refuses 2 'not one of 0, 1, 2, 3, s' build --optimize 9
refuses 2 'the kit for contracts is not in /nowhere' build --kit /nowhere
printf '#include "hybrid.h"\nvoid contract_main(void) { int unused; }\n' >warn.c
status 0 build warn.c --out warned
if grep -q 'unused variable' "$work/err"; then ok; else bad 'a warning of the compiler is not shown'; fi
echo 'int main(void) { return x; }' >bad.c
refuses 1 "'x' undeclared" build bad.c
echo 'function f(uint7)' >bad.abi
refuses 1 'bad.abi: line 1: "uint7" is no type of the contract ABI' build bad.c
rm -f bad.c bad.abi
refuses 2 'cannot open nothing' check nothing
head -c 100 build/counter.code >cut.code
status 1 check cut.code
out 'remedy'
printf '\177ELF' >cut.elf
status 1 check cut.elf && out 'TRUNCATED'
status 1 check --max-code-size 1000 build/counter.code && out "larger than the chain's limit"
(cd "$work" && refuses 2 'there is no folder contracts here' build)
(cd "$work" && refuses 2 'there is no folder tests here' test)

# ---- abi
status 0 abi selector 'transfer(address,uint256)' && out 0xa9059cbb
status 0 abi selector --event 'Transfer(address,address,uint256)' && out 0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef
status 0 abi encode --abi build/counter.json add 5 && out 0x1003e2d20000000000000000000000000000000000000000000000000000000000000005
status 0 abi encode '(int8,int8)' -5 -128 && out 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffb
status 0 abi decode 'add(uint256)(bool)' --output 0x0000000000000000000000000000000000000000000000000000000000000001 && out true
status 0 abi list build/counter.json && out 'increment() returns (uint256)'
refuses 2 'has no "nothing"' abi encode --abi build/counter.json nothing
refuses 2 '256 does not fit uint8' abi encode 'f(uint8)' 256
refuses 2 'are no encoding of (bool)' abi decode '(bool)' 0x02
refuses 2 'do not begin with the selector' abi decode 'f(uint8)' 0x00

# ---- accounts
echo 'secret word' >"$work/password"
echo ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80 >"$work/key"
echo 'test test test test test  test test test test test test junk' >"$work/words"
status 0 account import "$work/key" --password "$work/password" --light && out 0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266
store=$(sed -n 's/^.*  //p' "$work/out")
mode=$(ls -l "$store" | cut -c 1-10)
if [ "$mode" = -rw------- ]; then ok; else bad "a key file is readable by others: $mode"; fi
status 0 account export "$store" --password "$work/password" && out 0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80
status 0 account list && out 0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266
status 0 account new --password "$work/password" --light --dir "$work/keys" && out 0x
status 0 account derive --mnemonic "$work/words" --count 2 && out 0x70997970c51812dc3a010c7d01b50e0d17dc79c8
echo other >"$work/other"
refuses 2 'the password is another one' account export "$store" --password "$work/other"
refuses 2 'the mnemonic has 1 words' account derive --mnemonic "$work/other"
echo 12 >"$work/short"
refuses 2 'a private key has 64 hex digits' account import "$work/short" --password "$work/password"
echo '{"version": 3}' >"$work/empty.json"
refuses 2 'rypto' account export "$work/empty.json" --password "$work/password"

# ---- a node
"$work/usr/bin/hybrid-node" --dev --port 0 --quiet >"$work/node.out" 2>&1 &
node_pid=$!
url=
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    url=$(sed -n 's/^.*\(http:\/\/127[0-9.]*:[0-9]*\).*$/\1/p' "$work/node.out" 2>/dev/null | head -n 1)
    [ -z "$url" ] || break
    sleep 0.1
done
[ -n "$url" ] || bad 'hybrid-node does not start' || exit 1
deployed() { sed -n 's/^contract *//p' "$work/out"; }

status 0 deploy counter 5 --rpc "$url" && out 'status       success'
counter=$(deployed)
status 0 call "$counter" 'count()(uint256)' --rpc "$url" && out 5
status 0 send "$counter" --abi counter increment --rpc "$url" --account 1
out "Counted(by: 0x70997970c51812dc3a010c7d01b50e0d17dc79c8, count: 6)"
if grep -q "a contract says: $counter counted to 6" "$work/node.out"; then ok; else bad 'the node does not show what a contract says'; fi
status 0 call "$counter" --abi counter count --json --rpc "$url" && out '["6"]'
status 0 send "$counter" 'add(uint256)' 4 --rpc "$url" --keystore "$store" --password "$work/password"
status 0 send "$counter" 'add(uint256)' 1 --rpc "$url" --key "@$work/key" --json && out '"status":"0x1"'
most=115792089237316195423570985008687907853269984665640564039457584007913129639935
refuses 1 'it reverts: TooMuch(count: 11, amount: ' call "$counter" --abi counter add $most --rpc "$url"
refuses 1 'it reverts: TooMuch(count: 11, amount: ' send "$counter" --abi counter add $most --rpc "$url"
refuses 1 'the transaction failed' send "$counter" --abi counter add $most --gas 100000 --rpc "$url"
refuses 1 'it reverts: no such function' call "$counter" 'nothing()' --rpc "$url"
refuses 1 'is there a contract at this address?' call 0x00000000000000000000000000000000000000aa 'f()(uint256)' --rpc "$url"
refuses 2 'write its signature' call "$counter" count --rpc "$url"
refuses 2 'is not an address of 40 hex digits' call 0x12 'f()' --rpc "$url"
refuses 2 '2 arguments are given, and the types are 1' call "$counter" 'f(uint8)' 1 2 --rpc "$url"
refuses 2 'there is neither a file nothing nor build/nothing.json' deploy nothing --rpc "$url"
refuses 2 '0 arguments are given, and the types are 1' deploy counter --rpc "$url"
refuses 2 'is no http URL' call "$counter" 'f()' --rpc ftp://x
refuses 3 'is a node there?' call "$counter" 'f()' --rpc http://127.0.0.1:1
refuses 2 'each names a key' send "$counter" 'f()' --rpc "$url" --account 1 --key 0x00
refuses 2 'a private key has 64 hex digits, not 2' send "$counter" 'f()' --rpc "$url" --key 0x00
status 0 send "$counter" --abi counter increment --rpc "$url" --json
hash=$(sed -n 's/.*"transactionHash":"\(0x[0-9a-f]*\)".*/\1/p' "$work/out")
status 0 trace "$hash" --abi counter --rpc "$url" && out 'riscv increment()'
status 0 trace "$hash" --tracer callTracer --rpc "$url" && out '"type": "CALL"'
refuses 1 'transaction not found' trace "0x$(printf '%064d' 1)" --rpc "$url"
refuses 1 'transaction not found' trace "0x$(printf '%064d' 1)" --tracer callTracer --rpc "$url"
refuses 2 'is not a hash of 64 hex digits' trace 0x12 --rpc "$url"
refuses 2 'what a tracer says is printed as it is' trace "$hash" --tracer callTracer --abi counter --rpc "$url"
# a transaction that nobody signed is traced as well
status 0 rpc anvil_impersonateAccount 0x00000000000000000000000000000000000000aa --rpc "$url"
status 0 rpc anvil_setBalance 0x00000000000000000000000000000000000000aa 0xde0b6b3a7640000 --rpc "$url"
status 0 rpc eth_sendTransaction "{\"from\":\"0x00000000000000000000000000000000000000aa\",\"to\":\"$counter\",\"data\":\"0x06661abd\"}" --rpc "$url"
hash=$(cut -d '"' -f 2 "$work/out")
status 0 trace "$hash" --abi counter --rpc "$url" && out 'riscv count()'
status 0 rpc debug_traceBlockByNumber latest '{"tracer":"callTracer"}' --rpc "$url" && out '"from": "0x00000000000000000000000000000000000000aa"'
status 0 rpc trace_replayBlockTransactions latest '["stateDiff"]' --rpc "$url" && out '"stateDiff"'
status 0 rpc debug_executionWitness latest --rpc "$url" && out '"state"'
status 0 rpc eth_getBlockByNumber latest false --rpc "$url" && out '"gasUsed": "0x'
HYBRID_RPC=$url
export HYBRID_RPC
status 0 rpc eth_getLogs '{"fromBlock":"0x0"}' && out '"topics": ['
refuses 1 'code -32601' rpc eth_nothing
refuses 2 'is no name of a method' rpc 'a"b'
HYBRID_RPC=ftp://x
refuses 2 'HYBRID_RPC of the environment: "ftp://x" is no http URL' rpc eth_chainId
unset HYBRID_RPC
refuses 2 'only `hybrid call` has it' send "$counter" 'f()' --rpc "$url" --block 1
cd ..

# ---- Solidity, and both kinds calling each other
if [ -d "$root/node_modules/solc" ]; then
    status 0 new vault --template solidity
    cd vault || exit 1
    status 0 build && out 'EVM (Solidity)'
    status 0 check build/vault.code && out 'EVM code'
    status 0 test && out '3 passed, 0 failed'
    status 0 deploy vault 3 --rpc "$url"
    vault=$(deployed)
    status 0 call "$vault" --abi vault count --rpc "$url" && out 3
    status 0 send "$vault" --abi vault ask "$counter" --rpc "$url" --calls
    out 'riscv increment()'
    ask=$(sed -n 's/^transaction *//p' "$work/out")
    status 0 call "$counter" 'count()(uint256)' --rpc "$url" && out 13
    status 0 send "$counter" 'ask(address)(uint256)' "$vault" --rpc "$url"
    status 0 call "$vault" 'count()(uint256)' --rpc "$url" && out 4
    echo 'contract A { function f() public { x } }' >contracts/bad.sol
    refuses 1 'ParserError' build contracts/bad.sol
    echo 'import "nothing.sol"; contract A {}' >contracts/bad.sol
    refuses 1 'cannot find the import "nothing.sol"' build contracts/bad.sol
    cd ..
    if [ -x /usr/bin/chromium ] && [ -d "$root/node_modules/playwright-core" ]; then
        timeout 180 node "$root/test/web/page.mjs" "$url/" "$counter" "$work/counter/build/counter.json" "$ask" \
            "$root/build/page" >"$work/page" 2>&1
        cat "$work/page" | grep -v 'passed,'
        line=$(tail -n 1 "$work/page")
        p=${line%% *} f=${line#*, } f=${f%% *}
        case $line in
            *passed,*failed) passed=$((passed + p)) failed=$((failed + f)) ;;
            *) bad "the explorer's walk: $line" ;;
        esac
    else
        echo 'not run: the explorer in Chromium (chromium or playwright-core is not installed)'
    fi
else
    echo 'not run: Solidity, the explorer (npm packages are not installed)'
fi

# ---- the other templates
status 0 new coin --template c-token
cd coin || exit 1
status 0 test && out '4 passed, 0 failed'
status 0 deploy coin Coin COIN 1000e18 --rpc "$url" --calls
coin=$(deployed)
status 0 call "$coin" --abi coin symbol --rpc "$url" && out '"COIN"'
cd ..
if [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust/library/vendor ] && [ -n "${LONG:-}" ]; then
    status 0 new rusty --template rust-counter
    cd rusty || exit 1
    status 0 build && out 'RISC-V (Rust)'
    status 0 test && out '4 passed, 0 failed'
    cd ..
else
    echo 'not run: the Rust template (needs rustc-web, cargo-web, rust-web-src, and a minute: LONG=1)'
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
