// SPDX-License-Identifier: MIT
// revm as a peer, through anvil, which mines each world's transactions in one block over a Unix socket. The only
// argument is the fork. Everything that runs is anvil's: pool, block, receipts, state root. See case.h for the
// lines.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';

import { answerLines } from './lines.mjs';

const FORKS = { spurious: 'spuriousdragon' }; // by other names than ours
const HISTORY = '0x0000f90827f1c53a10cb7a02335b175320002935'; // EIP-2935; anvil has no other system contract
const fork = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'evmdiff-'));
const socketPath = join(folder, 'ipc');

const program = createRequire(import.meta.url).resolve('@foundry-rs/anvil-linux-amd64/bin/anvil');
const anvil = spawn(program, ['--hardfork', FORKS[fork] ?? fork, '--ipc', socketPath, '--port', '0',
    '--no-mining', '--accounts', '0', '--order', 'fifo', '--gas-limit', '1000000000', '--base-fee', '1000',
    '--timestamp', '1000000', '--chain-id', '1', '--no-priority-fee', '--no-create2', '--enable-tx-gas-limit',
    '--disable-console-log', '--prune-history', '--quiet'], { stdio: ['ignore', 'ignore', 'inherit'] });
process.on('exit', () => {
    anvil.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
});
anvil.on('exit', (status, signal) => {
    console.error(`evmdiff: anvil ended (${status ?? signal})`);
    process.exit(1);
});

// ---- calls over the socket: requests in lists, answers in their order

async function open() {
    for (let tries = 0; ; tries++) {
        try {
            return await new Promise((done, fail) => {
                const s = connect(socketPath, () => done(s));
                s.on('error', fail);
            });
        } catch (error) {
            if (tries === 500) throw error;
            await new Promise((done) => setTimeout(done, 10));
        }
    }
}

const socket = await open();
const waiting = [];
let parts = [];
socket.on('data', (data) => {
    parts.push(data);
    if (data.at(-1) !== 0x0a) return;
    const lines = Buffer.concat(parts).toString().trimEnd().split('\n');
    parts = [];
    for (const line of lines) waiting.shift()(JSON.parse(line));
});

function callAll(calls) {
    return new Promise((done) => {
        waiting.push((answers) => done(answers.sort((a, b) => a.id - b.id)));
        const list = calls.map(([method, ...params], id) => ({ jsonrpc: '2.0', id, method, params }));
        socket.write(`${JSON.stringify(list)}\n`);
    });
}

async function call(...one) {
    const [answer] = await callAll([one]);
    if (answer.error) throw new Error(`${one[0]}: ${answer.error.message}`);
    return answer.result;
}

// ---- worlds

// Block 1 is empty; each world is block 2 on it.
await call('evm_mine');
let base = await call('evm_snapshot');
const londonOrLater = (await call('eth_getBlockByNumber', 'latest', false)).baseFeePerGas !== undefined;
const hashes = [];
for (const number of ['0x0', '0x1']) hashes.push((await call('eth_getBlockByNumber', number, false)).hash);

// Accounts that are anvil's own, as they are when the transactions of block 2 begin.
const before = {};
const historyCode = await call('eth_getCode', HISTORY, 'latest');
if (historyCode !== '0x') {
    const storage = Object.fromEntries(hashes.map((hash, i) => [`0x${i.toString(16).padStart(64, '0')}`, hash]));
    const nonce = await call('eth_getTransactionCount', HISTORY, 'latest');
    before[HISTORY] = { balance: '0x0', nonce, code: historyCode, storage };
}

function stateDump(accounts) {
    const list = Object.entries(accounts).map(([address, a]) => [address, { ...a, nonce: Number(a.nonce) }]);
    const dump = { block: null, accounts: Object.fromEntries(list), best_block_number: null, blocks: [],
        transactions: [], historical_states: null };
    return `0x${gzipSync(JSON.stringify(dump), { level: 1 }).toString('hex')}`;
}

function outcome(receipt) {
    const succeeded = receipt.status === '0x1';
    return {
        status: receipt.status,
        gasUsed: receipt.gasUsed,
        created: succeeded ? receipt.contractAddress ?? null : null,
        logs: receipt.logs.map((log) => [log.address, ...log.topics, log.data]),
    };
}

await answerLines(async ({ env, accounts, txs }) => {
    await callAll([['anvil_loadState', stateDump(accounts)], ['anvil_setCoinbase', env.coinbase],
        ...(londonOrLater ? [['anvil_setNextBlockBaseFeePerGas', env.baseFee]] : [])]);
    await callAll(txs.map((tx) => ['eth_sendRawTransaction', tx.raw]));
    await call('evm_mine');
    const block = await call('eth_getBlockByNumber', 'latest', false);
    { const z = await import('node:zlib'); const d = JSON.parse(z.gunzipSync(Buffer.from((await call('anvil_dumpState')).slice(2),'hex'))); console.error('dump', JSON.stringify(d.accounts)); }
    const receipts = await call('eth_getBlockReceipts', 'latest');
    await callAll([['evm_revert', base], ['anvil_dropAllTransactions']]);
    base = await call('evm_snapshot');
    const index = new Map(txs.map((tx, i) => [tx.hash, i]));
    const outcomes = txs.map(() => null);
    for (const receipt of receipts) outcomes[index.get(receipt.transactionHash)] = outcome(receipt);
    return {
        env: {
            number: block.number, timestamp: block.timestamp, gasLimit: block.gasLimit, coinbase: block.miner,
            baseFee: block.baseFeePerGas ?? '0x0', random: block.mixHash, difficulty: block.difficulty,
            excessBlobGas: block.excessBlobGas ?? '0x0',
        },
        hashes, before, order: receipts.map((receipt) => index.get(receipt.transactionHash)), txs: outcomes,
        root: block.stateRoot,
    };
});
process.exit(0);
