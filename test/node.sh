#!/bin/sh
# SPDX-License-Identifier: MIT
# The program `hybrid-node` from outside: options, what it prints, how fast it is ready, chains on disk, commands on
# them, official chains, and a clean end. Prints `N passed, N failed`.
set -u
build=${HYBRID_BUILD:-build/release}
node=$build/hybrid-node
dir=build/node-test
fixtures=build/fixtures/node
rm -rf "$dir"
mkdir -p "$dir"
passed=0 failed=0
pid=

ok() { passed=$((passed + 1)); }
bad() {
    failed=$((failed + 1))
    echo "FAILED $*"
}
check() { if "$@" >/dev/null 2>&1; then ok; else bad "$*"; fi; }
# usage PART ARGUMENTS...: an error of use whose text contains PART.
usage() {
    part=$1
    shift
    "$node" "$@" >"$dir/out" 2>"$dir/err"
    got=$?
    if [ $got = 2 ] && grep -qF -e "$part" "$dir/err"; then ok; else
        bad "hybrid-node $*: status $got, and its error does not say: $part"
        cat "$dir/err"
    fi
}
# start ARGUMENTS...: in the background, until it says where it serves; sets pid and url.
start() {
    : >"$dir/out"
    "$node" --port 0 "$@" >"$dir/out" 2>"$dir/log" &
    pid=$!
    tries=0
    while ! grep -q '^JSON-RPC' "$dir/out"; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ] || ! kill -0 $pid 2>/dev/null; then
            bad "hybrid-node $*: does not serve"
            cat "$dir/out" "$dir/log"
            return
        fi
        sleep 0.02
    done
    url=$(sed -n 's/^JSON-RPC *\(http[^ ]*\)$/\1/p' "$dir/out" | head -1)
}
# stop: asks it to end; it ends with status 0.
stop() {
    kill "${1:--TERM}" $pid
    wait $pid
    got=$?
    if [ $got = 0 ]; then ok; else
        bad "hybrid-node ended with $got"
        cat "$dir/log"
    fi
}
# rpc METHOD PARAMS: the answer, by node's own HTTP client.
rpc() {
    node -e '
const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: process.argv[2], params: JSON.parse(process.argv[3]) });
const r = require("http").request(process.argv[1], { method: "POST", headers: { "content-type": "application/json" } },
  (a) => { a.setEncoding("utf8"); a.on("data", (d) => process.stdout.write(d)); });
r.on("error", (e) => { console.log(e.message); process.exit(1); });
r.end(body);' "$url" "$1" "$2"
}
# says PART METHOD PARAMS
says() {
    part=$1
    shift
    answer=$(rpc "$@")
    case $answer in
    *"$part"*) ok ;;
    *) bad "$*: $answer does not contain $part" ;;
    esac
}

alice=0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266
bob=0x70997970c51812dc3a010c7d01b50e0d17dc79c8
pay="[{\"from\":\"$alice\",\"to\":\"$bob\",\"value\":\"0x5\"}]"

# errors of use: each names the option, the value, and what to do
usage 'there is no option --blok-time; did you mean --block-time?' --blok-time 2
usage 'needs --block-time' --mixed-mining
usage '"x" is not ADDRESS:PORT; for example: --http 127.0.0.1:8545' --http x
usage 'each says where HTTP is served' --http 127.0.0.1:1 --port 2
usage 'nothing is served' --http off
usage '--engine: needs --jwt' --engine 127.0.0.1:0
usage 'is of the development chain only' --chain mainnet --balance 5
usage 'each names a chain' --dev --genesis x
usage 'at least one block' --history 0
usage 'cannot open' --genesis "$dir/none.json"
usage 'holds no chain: give --genesis FILE' import --datadir "$dir/none" x
usage '--datadir is missing' export x
usage 'is neither stat nor check' db look --datadir "$dir/none"

# the development chain as it is, and as options change it
start
check grep -qF '(9) 0xa0Ee7A142d267C1f36714E4a8F75612F20a79720' "$dir/out"
check grep -qF 'Chain id      33500' "$dir/out"
says '"0x82dc"' eth_chainId '[]'
says '"result":"0x' eth_sendTransaction "$pay"
says '"0x1"' eth_blockNumber '[]'
stop -INT
start --accounts 12 --balance 7 --chain-id 31337 --no-mining --timestamp 1700000000
check grep -qF '(11) 0x71bE63f3384f5fb98995898A86B02Fb2426c5788' "$dir/out"
says '"0x7a69"' eth_chainId '[]'
says '"0x6124fee993bc0000"' eth_getBalance "[\"$alice\",\"latest\"]"
says '"result":"0x' eth_sendTransaction "$pay"
says '"0x0"' eth_blockNumber '[]'
says '"result"' evm_mine '[]'
says '"0x1"' eth_blockNumber '[]'
stop
start --mnemonic 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about' --accounts 1
check grep -qF '(0) 0x9858EfFD232B4033E47d90003D41EC34EcaEda94' "$dir/out"
stop

# a port in use
start
"$node" --port "${url##*:}" >"$dir/out2" 2>"$dir/err"
if [ $? = 2 ] && grep -qF "${url##*:}" "$dir/err"; then ok; else bad "a port in use: $(cat "$dir/err")"; fi
stop

# a configuration file of either form, below the command line
printf '# node\nchain-id = 31337\nquiet = true\nbalance = "9" # ether\n' >"$dir/node.toml"
printf '{"chain-id": 31338, "quiet": true, "no-mining": false}' >"$dir/node.json"
start --config "$dir/node.toml"
says '"0x7a69"' eth_chainId '[]'
says '"0x7ce66c50e2840000"' eth_getBalance "[\"$alice\",\"latest\"]"
check test "$(wc -l <"$dir/out")" = 1
stop
start --config "$dir/node.json" --chain-id 5
says '"0x5"' eth_chainId '[]'
stop
printf 'quiet = true\nblok-time = 3\n' >"$dir/bad.toml"
usage 'bad.toml, line 2: blok-time: there is no option of that name' --config "$dir/bad.toml"
printf '{"quiet": 7}' >"$dir/bad.json"
usage 'bad.json: quiet: is true or false' --config "$dir/bad.json"

# accounts are kept in a file
start --state "$dir/state.json"
says '"result":"0x' eth_sendTransaction "$pay"
stop
start --state "$dir/state.json"
says '"0x21e19e0c9bab2400005"' eth_getBalance "[\"$bob\",\"latest\"]"
says '"0x0"' eth_blockNumber '[]'
stop

# a chain on disk, ended and killed
start --datadir "$dir/chain" --log-level info --log-json
says '"result":"0x' eth_sendTransaction "$pay"
says '"result":"0x' eth_sendTransaction "$pay"
stop
check grep -qF '"event":"block","number":2' "$dir/log"
start --datadir "$dir/chain" --log-level info
check grep -qF 'The store is at block 2 0x' "$dir/log"
says '"0x2"' eth_blockNumber '[]'
"$node" --datadir "$dir/chain" --port 0 >"$dir/out2" 2>"$dir/err"
if [ $? = 2 ] && grep -qF 'is in use by another process' "$dir/err"; then ok; else bad "a folder in use: $(cat "$dir/err")"; fi
says '"result":"0x' eth_sendTransaction "$pay"
kill -KILL $pid
wait $pid 2>/dev/null
start --datadir "$dir/chain" --metrics
says '"0x3"' eth_blockNumber '[]'
check sh -c "node -e 'require(\"http\").get(\"$url/metrics\", (a) => a.pipe(process.stdout))' | grep -q '^hybrid_head_number 3'"
stop
usage 'holds another chain: its block 0 is 0x' --datadir "$dir/chain" --genesis "$fixtures/devp2p_chain/genesis.json"
check "$node" db check --datadir "$dir/chain"
check "$node" export --datadir "$dir/chain" "$dir/out.rlp"
check "$node" init --datadir "$dir/again" --genesis dev
check "$node" import --datadir "$dir/again" "$dir/out.rlp"
"$node" dump --datadir "$dir/chain" >"$dir/dump1"
"$node" dump --datadir "$dir/again" >"$dir/dump2"
check cmp "$dir/dump1" "$dir/dump2"
cp "$dir/out.rlp" "$dir/cut.rlp"
size=$(wc -c <"$dir/cut.rlp")
head -c $((size - 5)) "$dir/out.rlp" >"$dir/cut.rlp"
"$node" import --datadir "$dir/again" "$dir/cut.rlp" >"$dir/out" 2>"$dir/err"
if [ $? = 1 ] && grep -qF 'is not the coding of a block' "$dir/err"; then ok; else bad "a cut file: $(cat "$dir/err")"; fi

# official chains: from Frontier to the second blob schedule, and 600 blocks after the merge
for chain in rpc_tests devp2p_chain; do
    if [ ! -f "$fixtures/$chain/chain.rlp" ]; then
        echo "left out: $chain (the official vectors are not unpacked)"
        continue
    fi
    head=$(sed -n 's/.*"headBlockHash": "\(0x[0-9a-f]*\)".*/\1/p' "$fixtures/$chain/headfcu.json")
    check "$node" init --datadir "$dir/$chain" --genesis "$fixtures/$chain/genesis.json"
    # The first names ethash in its genesis, but nobody has sealed its blocks.
    [ "$chain" = devp2p_chain ] || if "$node" import --datadir "$dir/$chain" "$fixtures/$chain/chain.rlp" >"$dir/out" 2>"$dir/err"; then
        bad "$chain: a block without a proof of work is imported"
    elif grep -qF 'its proof of work does not check out' "$dir/err"; then ok; else bad "$chain: $(cat "$dir/err")"; fi
    "$node" import --no-seal-check --datadir "$dir/$chain" "$fixtures/$chain/chain.rlp" >"$dir/out" 2>"$dir/err"
    if grep -qF "$head" "$dir/out"; then ok; else bad "$chain: $(cat "$dir/out" "$dir/err")"; fi
    check "$node" db check --datadir "$dir/$chain"
    "$node" export --datadir "$dir/$chain" --first 1 "$dir/$chain.rlp" >/dev/null
    check cmp "$dir/$chain.rlp" "$fixtures/$chain/chain.rlp"
done

# real proofs of work: of blocks and uncles, on two branches; what is not sealed is refused
# seal FILE CASE PART: the bad blocks are refused, and that is said; PART empty: there are none.
legacy=build/fixtures/blockchain/legacy-constantinople
seal() {
    work=$dir/seal-$2
    mkdir -p "$work"
    head=$(node test/node_seals.mjs "$legacy/$1.json" "$2" "$work")
    check "$node" init --datadir "$work/c" --genesis "$work/genesis.json"
    if "$node" import --datadir "$work/c" "$work/unsealed.rlp" >"$dir/out" 2>"$dir/err"; then
        bad "$2: a wrong nonce is imported"
    elif grep -qF 'its proof of work does not check out' "$dir/err"; then ok; else bad "$2: $(cat "$dir/err")"; fi
    "$node" import --datadir "$work/c" "$work/good.rlp" >"$dir/out" 2>"$dir/err"
    if grep -qF "$head" "$dir/out"; then ok; else bad "$2: $(cat "$dir/out" "$dir/err")"; fi
    if [ -n "$3" ]; then
        if "$node" import --datadir "$work/c" "$work/bad.rlp" >"$dir/out" 2>"$dir/err"; then
            bad "$2: a bad block is imported"
        elif grep -qF "$3" "$dir/err"; then ok; else bad "$2: $(cat "$dir/err")"; fi
    fi
    check "$node" init --datadir "$work/d" --genesis "$work/genesis.json"
    check "$node" import --no-seal-check --datadir "$work/d" "$work/unsealed.rlp"
}
if [ -d "$legacy" ] && command -v node >/dev/null; then
    seal ValidBlocks/bcMultiChainTest/ChainAtoChainB_difficultyB ChainAtoChainB_difficultyB_Frontier ''
    seal InvalidBlocks/bcUncleHeaderValidity/nonceWrong nonceWrong_Byzantium 'its proof of work does not check out'
else
    echo 'left out: proofs of work (the official vectors are not unpacked, or node is not there)'
fi

# ready within 100 ms of processor time, the mini-EVM included
start --quiet
ticks=$(sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }')
if [ "$ticks" -le 10 ]; then ok; else bad "ready after $ticks ticks of 10 ms"; fi
stop

rm -rf "$dir"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
