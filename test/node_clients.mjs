// SPDX-License-Identifier: MIT
// Real clients against `hybrid-node --dev`: ethers, viem and web3.js each deploy the demo's token in both kinds of
// code, call and send, listen to events, read the reason of a revert, and send transactions of every type.
//   node test/node_clients.mjs NODE CONTRACTS     (the program; the folder with token.deploy)
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { ethers } from 'ethers';
import * as viem from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { Web3 } from 'web3';

const [program, contracts] = process.argv.slice(2);
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const KEY2 = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
let passed = 0;
let failed = 0;

async function check(name, body) {
    try {
        await body();
        passed++;
    } catch (error) {
        failed++;
        console.log(`node_clients: ${name}: ${error.stack}`);
    }
}

function equal(a, b, what = 'value') {
    const text = (v) => JSON.stringify(v, (_, x) => (typeof x === 'bigint' ? x.toString() : x));
    if (text(a) !== text(b)) {
        throw new Error(`${what}: ${text(a)} is not ${text(b)}`);
    }
}

async function throws(body, pattern) {
    let error;
    try {
        await body();
    } catch (e) {
        error = e;
    }
    if (!error || !pattern.test(inspect(error, { depth: 8 }))) {
        throw new Error(`not refused with ${pattern}: ${error?.message}`);
    }
}

function within(promise, what, ms = 5000) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${what} did not come within ${ms} ms`)), ms);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// ---- the node and the contracts

const node = spawn(program, ['--dev', '--port', '0', '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
process.on('uncaughtException', (error) => {
    console.log(`node_clients: ${error.stack}`);
    node.kill('SIGKILL');
    process.exit(1);
});
const url = await within(new Promise((resolve) => {
    let text = '';
    node.stdout.on('data', (piece) => {
        text += piece;
        const found = text.match(/http:\/\/\S+/);
        if (found) resolve(found[0]);
    });
}), 'the address');
const ws = url.replace('http', 'ws');

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'clients-'));
execFileSync('node', ['demo/compile.js', work]);
const abi = JSON.parse(fs.readFileSync(path.join(work, 'Token.abi.json')));
const code = {
    evm: '0x' + fs.readFileSync(path.join(work, 'Token.bin'), 'utf8').trim(),
    riscv: '0x' + fs.readFileSync(path.join(contracts, 'token.deploy')).toString('hex'),
};
fs.rmSync(work, { recursive: true });
const SUPPLY = 1000000n;
const OTHER = ethers.getAddress('0x00000000000000000000000000000000000a11ce');
const THIRD = ethers.getAddress('0x0000000000000000000000000000000000000b0b');

// A blob of zeros: its commitment and proof are the point at infinity.
const INFINITY = '0xc0' + '00'.repeat(47);
const blob = { data: '0x' + '00'.repeat(131072), commitment: INFINITY, proof: INFINITY };

// ---- ethers 6

async function withEthers(kind) {
    const provider = new ethers.JsonRpcProvider(url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    const wallet = new ethers.Wallet(KEY, provider);
    const factory = new ethers.ContractFactory(abi, code[kind], wallet);
    const token = await factory.deploy('Gold', 'GLD', SUPPLY);
    await token.waitForDeployment();
    const at = await token.getAddress();
    equal(await token.name(), 'Gold');
    equal(await token.balanceOf(wallet.address), SUPPLY);
    equal(await provider.send('hybrid_getCodeInfo', [at]).then((i) => i.kind), kind);

    const live = new ethers.WebSocketProvider(ws);
    const listening = new ethers.Contract(at, abi, live);
    const heard = within(new Promise((resolve) => {
        listening.on('Transfer', (from, to, value) => resolve([from, to, value]));
    }), 'the event');
    const block = within(new Promise((resolve) => { live.once('block', resolve); }), 'the block');
    await new Promise((resolve) => { setTimeout(resolve, 200); });
    const receipt = await (await token.transfer(OTHER, 5n)).wait();
    equal(receipt.status, 1);
    equal(receipt.logs.length, 1);
    equal(await heard, [wallet.address, OTHER, 5n]);
    if (!((await block) > 0)) throw new Error('no block was told');
    await listening.removeAllListeners();
    await live.removeAllListeners();
    await new Promise((resolve) => { setTimeout(resolve, 100); }); // it unsubscribes behind our back
    await live.destroy();

    equal(await token.balanceOf(OTHER), 5n);
    equal((await token.queryFilter('Transfer', 0)).length, 2);
    await throws(() => token.connect(new ethers.Wallet(KEY2, provider)).transfer(OTHER, 1n), /ERC20InsufficientBalance|reverted/);
    await throws(() => token.transfer.staticCall(ethers.ZeroAddress, 1n), /ERC20InvalidReceiver/);
    const proof = await provider.send('eth_getProof', [at, ['0x2'], 'latest']);
    equal(BigInt(proof.storageProof[0].value), SUPPLY);

    const fees = { maxFeePerGas: 3000000000n, maxPriorityFeePerGas: 1000000000n };
    const types = [
        { type: 0, gasPrice: 3000000000n },
        { type: 1, gasPrice: 3000000000n, accessList: [{ address: at, storageKeys: [] }] },
        { type: 2, ...fees },
        { type: 3, ...fees, maxFeePerBlobGas: 10n, blobs: [blob] },
        { type: 4, ...fees, authorizationList: [await new ethers.Wallet(KEY2, provider).authorize({ address: at })] },
    ];
    for (const t of types) {
        const sent = await wallet.sendTransaction({ to: OTHER, value: 1n, gasLimit: 200000n, ...t });
        const r = await sent.wait();
        equal(r.status, 1, `type ${t.type}`);
        equal((await provider.getTransaction(sent.hash)).type, t.type);
        if (t.type === 3) {
            const { blobVersionedHashes: [blobHash] } = await provider.getTransaction(sent.hash);
            equal(await provider.send('anvil_getBlobByHash', [blobHash]), blob.data);
            equal(await provider.send('anvil_getBlobsByTransactionHash', [sent.hash]), [blob.data]);
        }
    }
    equal(await provider.send('anvil_getBlobByHash', ['0x01' + '00'.repeat(31)]), null);
    equal(await provider.send('anvil_getBlobsByTransactionHash', ['0x' + '00'.repeat(32)]), null);

    const rich = '0x00000000000000000000000000000000000000aa';
    for (const [method, amount] of [['anvil_dealERC20', 10n ** 30n], ['anvil_setERC20Balance', 0n], ['hardhat_dealERC20', 0n], ['anvil_dealERC20', 7n]]) {
        equal(await provider.send(method, [rich, at, '0x' + amount.toString(16)]), null);
        equal(await token.balanceOf(rich), amount);
    }
    await provider.send('anvil_setERC20Allowance', [rich, wallet.address, at, '0x5']);
    equal(await token.allowance(rich, wallet.address), 5n);
    await (await token.transferFrom(rich, OTHER, 4n)).wait();
    equal([await token.balanceOf(rich), await token.allowance(rich, wallet.address)], [3n, 1n]);
    await throws(() => provider.send('anvil_dealERC20', [rich, OTHER, '0x5']), /does not answer with a number/);
    await throws(() => provider.send('anvil_dealERC20', [rich, at, 'x']), /params\[2\]/);
    const constant = await (await wallet.sendTransaction({ data: '0x60088060095f395ff3602a5f5260205ff3' })).wait(); // always 42
    await throws(() => provider.send('anvil_dealERC20', [rich, constant.contractAddress, '0x5']), /none of the 0 slots/);
    const [from] = await provider.send('eth_accounts', []);
    equal((await provider.send('eth_sendTransactionSync', [{ from, to: rich, value: '0x1' }])).status, '0x1');
    const second = new ethers.Wallet(KEY2, provider).address;
    equal(await provider.getCode(second), ethers.concat(['0xef0100', at]));
    const filled = await provider.send('eth_simulateV1', [{ blockStateCalls: [{ calls: [{ from: wallet.address, to: OTHER, value: '0x1' }] }], traceTransfers: true }, 'latest']);
    equal(filled[0].calls[0].logs.length, 1);
    const creator = await provider.send('ots_getContractCreator', [at]);
    equal([ethers.getAddress(creator.creator), creator.hash], [wallet.address, token.deploymentTransaction().hash]);
    const page = await provider.send('ots_searchTransactionsBefore', [at, 0, 2]);
    equal([page.txs.length, page.receipts.length, page.firstPage], [2, 2, true]);
    equal((await provider.send('ots_getBlockDetails', [1])).block.transactionCount, '0x1');
    equal((await provider.send('ots_traceTransaction', [creator.hash])).length, 1);
    equal(await provider.send('ots_getTransactionBySenderAndNonce', [wallet.address, 0]).then((h) => h.length), 66);
    provider.destroy();
}

// ---- viem

async function withViem(kind) {
    const account = privateKeyToAccount(KEY);
    const id = Number(BigInt(await rpc('eth_chainId')));
    const chain = viem.defineChain({ id, name: 'dev', nativeCurrency: { name: 'e', symbol: 'E', decimals: 18 }, rpcUrls: { default: { http: [url] } } });
    const reader = viem.createPublicClient({ chain, transport: viem.http(url), pollingInterval: 50 });
    const live = viem.createPublicClient({ chain, transport: viem.webSocket(ws) });
    const wallet = viem.createWalletClient({ account, chain, transport: viem.http(url) });
    const test = viem.createTestClient({ chain, mode: 'anvil', transport: viem.http(url) });
    const hash = await wallet.deployContract({ abi, bytecode: code[kind], args: ['Silver', 'SLV', SUPPLY] });
    const { contractAddress: address } = await reader.waitForTransactionReceipt({ hash });
    equal(await reader.readContract({ address, abi, functionName: 'symbol' }), 'SLV');

    let stop;
    const heard = within(new Promise((resolve) => {
        stop = live.watchContractEvent({ address, abi, eventName: 'Transfer', onLogs: resolve });
    }), 'the event');
    await new Promise((resolve) => { setTimeout(resolve, 200); });
    const { request } = await reader.simulateContract({ account, address, abi, functionName: 'transfer', args: [OTHER, 7n] });
    await reader.waitForTransactionReceipt({ hash: await wallet.writeContract(request) });
    equal((await heard)[0].args.value, 7n);
    stop();
    await throws(() => reader.simulateContract({ account: OTHER, address, abi, functionName: 'transfer', args: [account.address, 99n] }), /ERC20InsufficientBalance/);
    const logs = await reader.getContractEvents({ address, abi, fromBlock: 0n });
    equal(logs.length, 2);
    const filter = await reader.createContractEventFilter({ address, abi });
    await reader.waitForTransactionReceipt({ hash: await wallet.writeContract(request) });
    equal((await reader.getFilterChanges({ filter })).length, 1);
    await reader.uninstallFilter({ filter });

    const authorization = await wallet.signAuthorization({ account: privateKeyToAccount(KEY2), contractAddress: address });
    const types = [
        { gasPrice: 3000000000n, type: 'legacy' },
        { gasPrice: 3000000000n, accessList: [], type: 'eip2930' },
        { type: 'eip1559' },
        { type: 'eip7702', authorizationList: [authorization] },
    ];
    for (const t of types) {
        const sent = await wallet.sendTransaction({ to: OTHER, value: 1n, ...t });
        equal((await reader.waitForTransactionReceipt({ hash: sent })).status, 'success', t.type);
        equal((await reader.getTransaction({ hash: sent })).type, t.type);
    }
    const overridden = await reader.call({ to: OTHER, data: '0x', stateOverride: [{ address: OTHER, code: '0x602a60005260206000f3' }] });
    equal(BigInt(overridden.data), 42n);
    const snapshot = await test.snapshot();
    await test.setBalance({ address: OTHER, value: 123n });
    equal(await reader.getBalance({ address: OTHER }), 123n);
    await test.impersonateAccount({ address: OTHER });
    await test.setBalance({ address: OTHER, value: 10n ** 18n });
    const as = await wallet.sendTransaction({ account: OTHER, to: account.address, value: 1n });
    equal((await reader.waitForTransactionReceipt({ hash: as })).from, OTHER.toLowerCase());
    await test.stopImpersonatingAccount({ address: OTHER });
    const before = await reader.getBlockNumber({ cacheTime: 0 });
    await test.mine({ blocks: 3 });
    equal(await reader.getBlockNumber({ cacheTime: 0 }), before + 3n);
    await test.revert({ id: snapshot });
    await test.setAutomine(false);
    const waiting = await wallet.sendTransaction({ to: OTHER, value: 1n });
    equal((await test.getTxpoolStatus()).pending, 1);
    equal((await reader.getTransaction({ hash: waiting })).blockHash, null);
    await test.mine({ blocks: 1 });
    equal((await reader.getTransactionReceipt({ hash: waiting })).status, 'success');
    await test.setAutomine(true);
    (await live.transport.getRpcClient()).close();
}

// ---- web3.js

async function withWeb3(kind) {
    const web3 = new Web3(url);
    const [from] = await web3.eth.getAccounts();
    const token = await new web3.eth.Contract(abi)
        .deploy({ data: code[kind], arguments: ['Iron', 'IRN', SUPPLY] })
        .send({ from });
    equal(await token.methods.totalSupply().call(), SUPPLY);
    const live = new Web3(ws);
    const logs = await live.eth.subscribe('logs', { address: token.options.address });
    const heads = await live.eth.subscribe('newBlockHeaders');
    const heard = within(new Promise((resolve) => { logs.on('data', resolve); }), 'the log');
    const head = within(new Promise((resolve) => { heads.on('data', resolve); }), 'the head');
    const sent = await token.methods.transfer(OTHER, 9).send({ from });
    equal(sent.events.Transfer.returnValues.value, 9n);
    equal((await heard).transactionHash, sent.transactionHash);
    equal((await head).number, sent.blockNumber);
    await logs.unsubscribe();
    live.provider.disconnect();
    await throws(() => token.methods.transfer(OTHER, 1).call({ from: THIRD }), /revert/);
    const signed = await web3.eth.accounts.signTransaction({ from: web3.eth.accounts.privateKeyToAccount(KEY).address, to: OTHER, value: 1, gas: 21000, maxFeePerGas: 3000000000, maxPriorityFeePerGas: 1 }, KEY);
    equal((await web3.eth.sendSignedTransaction(signed.rawTransaction)).status, 1n);
    const text = await web3.eth.sign('0x1234', from);
    equal(web3.eth.accounts.recover('0x1234', typeof text === 'string' ? text : text.signature), from);
}

// ---- plain JSON-RPC

async function rpc(method, params = []) {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
    const { result, error } = await response.json();
    if (error) throw Object.assign(new Error(error.message), { code: error.code });
    return result;
}

// An image with `size` bytes of text: that of a program with one segment of it, filled up.
function largeImage(size) {
    const elf = fs.readFileSync(path.join(contracts, 'return_42.elf'));
    const from = Number(elf.readBigUInt64LE(64 + 8));
    const n = Number(elf.readBigUInt64LE(64 + 32));
    const text = Buffer.concat([elf.subarray(from, from + n), Buffer.alloc(size - n)]);
    const big = Buffer.concat([elf, text]);
    big.writeBigUInt64LE(BigInt(elf.length), 64 + 8);
    big.writeBigUInt64LE(BigInt(size), 64 + 32);
    big.writeBigUInt64LE(BigInt(size), 64 + 40);
    return Buffer.concat([Buffer.from([0xff]), big]);
}

// In a creation container (docs/abi.md, section 2) whose constructor returns its arguments.
async function deployLarge() {
    const echo = fs.readFileSync(path.join(contracts, 'echo.elf'));
    const head = Buffer.alloc(6, 0xff);
    head.writeUInt32BE(echo.length + 1, 1);
    const image = largeImage(240000);
    const [from] = await rpc('eth_accounts');
    const hash = await rpc('eth_sendTransaction', [{ from, data: '0x' + Buffer.concat([head, echo, image]).toString('hex') }]);
    const receipt = await rpc('eth_getTransactionReceipt', [hash]);
    equal(receipt.status, '0x1');
    const info = await rpc('hybrid_getCodeInfo', [receipt.contractAddress]);
    equal([info.kind, Number(info.size), info.valid], ['riscv', image.length, true]);
    equal(BigInt(await rpc('eth_call', [{ to: receipt.contractAddress }])), 42n);
    const tree = await rpc('hybrid_getCallTree', [hash]);
    const costs = await rpc('hybrid_getTransactionCosts', [hash]);
    equal([costs.frames.riscv, costs.gasUsed], [1, receipt.gasUsed]);
    equal(typeof tree, 'object');
    equal((await rpc('hybrid_disassemble', [receipt.contractAddress])).kind, 'riscv');
}

for (const kind of ['evm', 'riscv']) {
    await check(`ethers, ${kind}`, () => withEthers(kind));
    await check(`viem, ${kind}`, () => withViem(kind));
    await check(`web3, ${kind}`, () => withWeb3(kind));
}
await check('a large image', deployLarge);
node.kill('SIGTERM');
await check('the node ends when it is asked to', () => within(new Promise((resolve, reject) => {
    node.on('exit', (status) => (status === 0 ? resolve() : reject(new Error(`status ${status}`))));
}), 'the end'));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
