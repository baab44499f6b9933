// SPDX-License-Identifier: MIT
// The Engine API as a consensus client uses it, over HTTP with tokens: for each case a node of its own begins at the
// case's genesis, is given the payloads, and made to take the last as head. Cases are the official engine vectors, and
// payloads made of official blockchain vectors since the merge, invalid blocks among them.
//   node test/engine_http.mjs NODE engine|blocks FOLDER [EVERY]     each EVERY-th case (1)
// Prints `N passed, N failed`. Needs the npm package ethers for the blocks' RLP.
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { decodeRlp, encodeRlp, keccak256 } from 'ethers';
import { refuseBefore, refuseAfter } from './engine_wrong.mjs';

const [program, kind, folder, every = '1'] = process.argv.slice(2);
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'engine-http-'));
const secret = crypto.randomBytes(32);
fs.writeFileSync(path.join(work, 'jwt.hex'), secret.toString('hex'));
const JOBS = 2;
let passed = 0;
let failed = 0;
const passedOver = new Map();

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(issued = Math.floor(Date.now() / 1000), key = secret) {
    const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iat: issued })}`;
    return `${text}.${crypto.createHmac('sha256', key).update(text).digest('base64url')}`;
}

// ---- a node

class Node {
    async start(genesis, name) {
        this.folder = fs.mkdtempSync(path.join(work, 'node-'));
        const file = path.join(this.folder, 'genesis.json');
        fs.writeFileSync(file, JSON.stringify(genesis));
        this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
        this.process = spawn(program, ['--genesis', file, '--port', '0', '--quiet', '--evm', 'native', '--engine',
            '127.0.0.1:0', '--jwt', path.join(work, 'jwt.hex')], { stdio: ['ignore', 'pipe', 'pipe'] });
        let said = '';
        [this.port, this.enginePort] = await new Promise((resolve, reject) => {
            const read = (piece) => {
                said += piece;
                const ports = [...said.matchAll(/:(\d+)\n/g)].map((m) => Number(m[1]));
                if (ports.length === 2) resolve(ports);
            };
            this.process.stdout.on('data', read);
            this.process.stderr.on('data', (piece) => { said += piece; });
            this.process.on('exit', () => reject(new Error(`${name}: the node ended: ${said}`)));
        });
    }

    ask(method, params, { bearer = token(), port = this.enginePort } = {}) {
        const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
        if (bearer) headers.authorization = `Bearer ${bearer}`;
        return new Promise((resolve, reject) => {
            const request = http.request({ port, host: '127.0.0.1', method: 'POST', headers, agent: this.agent }, (answer) => {
                const pieces = [];
                answer.on('data', (piece) => pieces.push(piece));
                answer.on('end', () => {
                    const body = Buffer.concat(pieces).toString();
                    resolve(answer.statusCode === 200 ? JSON.parse(body) : { status: answer.statusCode, body });
                });
            });
            request.on('error', reject);
            request.end(text);
        });
    }

    // At the other port, without a token.
    async read(method, params) {
        return (await this.ask(method, params, { bearer: null, port: this.port })).result;
    }

    async stop() {
        this.agent.destroy();
        this.process.removeAllListeners('exit');
        const gone = new Promise((resolve) => { this.process.on('exit', resolve); });
        this.process.kill('SIGKILL');
        await gone;
        fs.rmSync(this.folder, { recursive: true });
    }
}

// ---- genesis

const TIMES = ['shanghaiTime', 'cancunTime', 'pragueTime', 'osakaTime'];
const DEPOSITS = '0x00000000219ab540356cbb839cbe05303d7705fa'; // of mainnet (EIP-6110), which the tests mean
const FORKS = ['Paris', 'Shanghai', 'Cancun', 'Prague', 'Osaka'];
// How many of TIMES are 0, and which one is at 15,000.
function forksOf(network) {
    const moves = /^(\w+)To(\w+)AtTime15k$/.exec(network);
    const at = FORKS.indexOf(moves ? moves[1] : network);
    return at < 0 || (moves && FORKS[at + 1] !== moves[2]) ? null : { at, moves: Boolean(moves) };
}
const even = (hex) => (hex === undefined ? undefined : `0x${BigInt(hex).toString(16)}`);
const whole = (hex) => (hex === '0x' ? '0x0' : even(hex));

function genesisOf(test) {
    const forks = forksOf(test.network);
    const h = test.genesisBlockHeader;
    const config = { chainId: Number(test.config?.chainid ?? 1), terminalTotalDifficulty: 0, depositContractAddress: DEPOSITS };
    for (const fork of ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg', 'istanbul',
        'berlin', 'london', 'mergeNetsplit']) {
        config[`${fork}Block`] = 0;
    }
    TIMES.forEach((name, i) => {
        if (i < forks.at) config[name] = 0;
        else if (i === forks.at && forks.moves) config[name] = 15000;
    });
    if (test.config?.blobSchedule) {
        config.blobSchedule = Object.fromEntries(Object.entries(test.config.blobSchedule).map(([name, v]) => [name.toLowerCase(),
            { target: Number(v.target), max: Number(v.max), baseFeeUpdateFraction: Number(v.baseFeeUpdateFraction) }])
            .filter(([name]) => config[`${name}Time`] !== undefined));
    }
    return {
        config, nonce: even(h.nonce), timestamp: even(h.timestamp), extraData: h.extraData, gasLimit: even(h.gasLimit),
        difficulty: '0x0', mixHash: h.mixHash, coinbase: h.coinbase, parentHash: h.parentHash,
        baseFeePerGas: even(h.baseFeePerGas), blobGasUsed: even(h.blobGasUsed), excessBlobGas: even(h.excessBlobGas),
        parentBeaconBlockRoot: h.parentBeaconBlockRoot,
        alloc: Object.fromEntries(Object.entries(test.pre).map(([address, a]) => [address, {
            balance: whole(a.balance), nonce: whole(a.nonce), code: a.code,
            storage: Object.fromEntries(Object.entries(a.storage).map(([key, v]) => [`0x${BigInt(key).toString(16).padStart(64, '0')}`,
                `0x${BigInt(v).toString(16).padStart(64, '0')}`])),
        }])),
    };
}

// ---- payloads of blocks

const NO_REQUESTS = `0x${crypto.createHash('sha256').digest('hex')}`;
const quantity = (hex) => (hex === '0x' ? '0x0' : `0x${BigInt(hex).toString(16)}`);

// {version, params}, or a text: why the block cannot be told as a payload.
function payloadOf(rlp, forks) {
    let block;
    try {
        block = decodeRlp(rlp);
    } catch {
        return 'the block is no RLP';
    }
    const [header, transactions, uncles, withdrawals] = block;
    if (!Array.isArray(header) || header.length < 16 || header.length > 21 || !Array.isArray(transactions)) return 'the header is of no fork since the merge';
    if (!Array.isArray(uncles) || uncles.length > 0) return 'the block has uncles';
    if (header.some((field) => Array.isArray(field)) || header.slice(8, 12).some((field) => field.length > 18)) return 'a field of the header does not fit';
    if (quantity(header[7]) !== '0x0' || header[14] !== '0x0000000000000000' ||
        header[1] !== '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347') return 'the block has a difficulty, a nonce or uncles';
    const time = BigInt(header[11] === '0x' ? 0 : header[11]);
    const fork = forks.at + (forks.moves && time >= 15000n ? 1 : 0);
    const version = [1, 2, 3, 4, 4][fork];
    if (header.length !== [16, 17, 20, 21, 21][fork]) return 'the header has not the fields of its fork';
    if (fork >= 3 && header[20] !== NO_REQUESTS) return 'the block has requests, whose bytes it does not hold';
    const payload = {
        parentHash: header[0], feeRecipient: header[2], stateRoot: header[3], receiptsRoot: header[5], logsBloom: header[6],
        blockNumber: quantity(header[8]), gasLimit: quantity(header[9]), gasUsed: quantity(header[10]),
        timestamp: quantity(header[11]), extraData: header[12], prevRandao: header[13], baseFeePerGas: quantity(header[15]),
        blockHash: keccak256(encodeRlp(header)), transactions: transactions.map((t) => (Array.isArray(t) ? encodeRlp(t) : t)),
    };
    const params = [payload];
    if (fork >= 1) {
        if (!Array.isArray(withdrawals)) return 'the block has no list of withdrawals';
        payload.withdrawals = withdrawals.map(([index, validatorIndex, address, amount]) => ({
            index: quantity(index), validatorIndex: quantity(validatorIndex), address, amount: quantity(amount) }));
    }
    if (fork >= 2) {
        payload.blobGasUsed = quantity(header[17]);
        payload.excessBlobGas = quantity(header[18]);
        const hashes = [];
        for (const t of payload.transactions) {
            if (!t.startsWith('0x03')) continue;
            try {
                hashes.push(...decodeRlp(`0x${t.slice(4)}`)[10]);
            } catch {
                return 'a transaction is no RLP';
            }
        }
        params.push(hashes, header[19]);
    }
    if (version >= 4) params.push([]);
    return { version, params };
}

// ---- cases

async function takeHead(node, version, hash) {
    const choice = await node.ask(`engine_forkchoiceUpdatedV${version}`, [{ headBlockHash: hash, safeBlockHash: hash, finalizedBlockHash: hash }, null]);
    if (choice.result?.payloadStatus?.status !== 'VALID') return `engine_forkchoiceUpdated: ${JSON.stringify(choice)}`;
    const head = await node.read('eth_getBlockByNumber', ['latest', false]);
    const number = await node.read('eth_blockNumber', []);
    return head.hash === hash && head.number === number ? '' : `the head is ${number} ${head.hash}, not ${hash}`;
}

async function runEngine(node, test, refuses) {
    let hash;
    for (const p of test.engineNewPayloads) {
        const version = Number(p.newPayloadVersion);
        const early = refuses ? await refuseBefore(node, version, p.params, token) : '';
        if (early) return early;
        const answer = await node.ask(`engine_newPayloadV${version}`, p.params);
        hash = p.params[0].blockHash;
        if (answer.result?.status !== 'VALID' || answer.result.latestValidHash !== hash) return JSON.stringify(answer);
        const head = await takeHead(node, p.forkchoiceUpdatedVersion, hash);
        if (head) return head;
        const root = (await node.read('eth_getBlockByHash', [hash, false])).stateRoot;
        if (root !== p.params[0].stateRoot) return `the state root is ${root}`;
        const late = await refuseAfter(node, version, p.params, (other) => takeHead(node, p.forkchoiceUpdatedVersion, other));
        if (late) return late;
    }
    return hash === test.lastblockhash ? '' : `the last payload is not ${test.lastblockhash}`;
}

async function runBlocks(node, test, refuses) {
    const forks = forksOf(test.network);
    let last;
    for (const [i, block] of test.blocks.entries()) {
        const p = payloadOf(block.rlp, forks);
        if (typeof p === 'string') {
            if (!block.expectException) return { why: `block ${i}: ${p}`, over: p };
            passedOver.set(p, (passedOver.get(p) ?? 0) + 1);
            continue;
        }
        const early = refuses && !block.expectException && !last ? await refuseBefore(node, p.version, p.params, token) : '';
        if (early) return { why: `block ${i}: ${early}` };
        const answer = await node.ask(`engine_newPayloadV${p.version}`, p.params);
        const refused = (answer.result?.status === 'INVALID' && typeof answer.result.validationError === 'string') || answer.error?.code === -32602;
        const awaits = answer.result?.status === 'SYNCING' && /UNKNOWN_PARENT/.test(block.expectException); // its parent may come
        if (block.expectException ? !refused && !awaits : answer.result?.status !== 'VALID') {
            return { why: `block ${i}, ${block.expectException ?? 'valid'}: ${JSON.stringify(answer)}` };
        }
        if (!block.expectException) {
            last = p;
            const { blockHash } = p.params[0];
            const why = blockHash === block.blockHeader.hash ? await takeHead(node, Math.min(p.version, 3), blockHash) : 'the payload has another hash';
            if (why) return { why: `block ${i}: ${why}` };
        }
    }
    const head = await node.read('eth_getBlockByNumber', ['latest', false]);
    if (head.hash !== test.lastblockhash) return { why: `the head is ${head.hash}, not ${test.lastblockhash}` };
    return { why: last ? await refuseAfter(node, last.version, last.params, (other) => takeHead(node, Math.min(last.version, 3), other)) : '' };
}

function* files(at) {
    for (const entry of fs.readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const name = path.join(at, entry.name);
        if (entry.isDirectory()) yield* files(name);
        else if (name.endsWith('.json')) yield name;
    }
}

function* cases() {
    let number = 0;
    for (const file of files(folder)) {
        for (const [name, test] of Object.entries(JSON.parse(fs.readFileSync(file, 'utf8')))) {
            if (name !== '_info' && forksOf(test.network ?? '') !== null && number++ % Number(every) === 0) yield { name, test, first: number === 1 };
        }
    }
}

async function worker(next) {
    for (let item = next.next(); !item.done; item = next.next()) {
        const { name, test, first } = item.value;
        const node = new Node();
        let result;
        try {
            await node.start(genesisOf(test), name);
            const refuses = first || passed % 20 === 0;
            result = kind === 'engine' ? { why: await runEngine(node, test, refuses) } : await runBlocks(node, test, refuses);
        } catch (error) {
            result = { why: error.message };
        }
        await node.stop();
        if (result.over) {
            passedOver.set(result.over, (passedOver.get(result.over) ?? 0) + 1);
        } else if (result.why) {
            failed++;
            console.log(`FAIL ${name}: ${result.why}`);
        } else {
            passed++;
        }
    }
}

const all = cases();
await Promise.all(Array.from({ length: JOBS }, () => worker(all)));
fs.rmSync(work, { recursive: true });
for (const [why, count] of passedOver) console.log(`not told as payloads: ${count} times ${why}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
