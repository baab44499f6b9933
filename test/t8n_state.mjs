// SPDX-License-Identifier: MIT
// Turns official state tests into inputs of `hybrid t8n` and compares the state root and the hash of the logs.
// Arguments: the program, a folder of state tests, how many cases at least. Files are taken evenly over the sorted
// tree, from each file the first and the last case a fork of its first test.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [program, folder, wanted] = process.argv.slice(2);
let passed = 0;
let failed = 0;

function files(at) {
    return readdirSync(at, { withFileTypes: true })
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .flatMap((e) => (e.isDirectory() ? files(join(at, e.name)) : [join(at, e.name)]))
        .filter((name) => name.endsWith('.json'));
}

// The transaction of a post entry, to be signed by the tool.
function transaction(test, post) {
    const t = test.transaction;
    const i = post.indexes;
    const tx = { input: t.data[i.data], gas: t.gasLimit[i.gas], value: t.value[i.value], nonce: t.nonce,
        to: t.to === '' ? null : t.to, secretKey: t.secretKey, v: '0x0', r: '0x0', s: '0x0', chainId: '0x1',
        type: '0x0' };
    const access = t.accessLists?.[i.data];
    if (access) Object.assign(tx, { type: '0x1', accessList: access });
    if (t.maxFeePerGas) {
        Object.assign(tx, { type: '0x2', maxFeePerGas: t.maxFeePerGas,
            maxPriorityFeePerGas: t.maxPriorityFeePerGas, accessList: access ?? [] });
    } else {
        tx.gasPrice = t.gasPrice;
    }
    if (t.blobVersionedHashes) {
        Object.assign(tx, { type: '0x3', blobVersionedHashes: t.blobVersionedHashes,
            maxFeePerBlobGas: t.maxFeePerBlobGas });
    }
    if (t.authorizationList) Object.assign(tx, { type: '0x4', authorizationList: t.authorizationList });
    return tx;
}

function environment(test, fork) {
    const e = { ...test.env, blockHashes: {}, withdrawals: [] };
    const merged = !['Frontier', 'Homestead', 'EIP150', 'EIP158', 'Byzantium', 'Constantinople',
        'ConstantinopleFix', 'Istanbul', 'Berlin', 'London'].includes(fork);
    if (merged) {
        e.currentDifficulty = '0x0';
        e.currentRandom ??= '0x0';
    }
    e.currentBaseFee ??= '0x0a';
    e.currentExcessBlobGas ??= '0x0';
    e.parentBeaconBlockRoot = `0x${'0'.repeat(64)}`;
    return e;
}

// A block's system calls change accounts that a state test does not touch: then it cannot be turned into a block.
function usable(test, fork, post) {
    const hasSystem = Object.keys(test.pre).some((a) => /^0x0000(0961|bbdd|f908)|^0x000f3df6/i.test(a));
    const needsSystem = ['Prague', 'Osaka'].includes(fork);
    const plain = !JSON.stringify(test.transaction).includes('bigint') && test.transaction.secretKey &&
        BigInt(test.env.currentGasLimit) < 2n ** 63n;
    return plain && !hasSystem && !needsSystem && !post.expectException && /^0x..*/.test(post.hash);
}

function run(name, test, fork, post) {
    const input = JSON.stringify({ alloc: test.pre, env: environment(test, fork), txs: [transaction(test, post)] });
    const done = spawnSync(program, ['t8n', '--input.alloc=stdin', '--input.env=stdin', '--input.txs=stdin',
        `--state.fork=${fork}`, '--state.reward=0', '--output.alloc=', '--output.result=stdout'],
        { input, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (done.status === 4) return; // asks for hashes that a state test makes up
    const result = done.status === 0 ? JSON.parse(done.stdout).result : {};
    if (result.stateRoot === post.hash && result.logsHash === post.logs) {
        passed++;
    } else {
        failed++;
        console.log(`FAIL t8n of ${name} ${fork}: ${done.stderr}${result.stateRoot} ${result.logsHash}, expected ` +
            `${post.hash} ${post.logs}`);
    }
}

const slow = /Call50000|TimeConsuming|Quadratic|Attack|[pP]erformance|ZeroKnowledge|Return50000|loop/;
const all = files(folder).filter((name) => !slow.test(name));
const step = Math.max(1, Math.floor(all.length / wanted));
for (let start = 0; start < step && passed + failed < wanted; start++) {
    for (let i = start; i < all.length && passed + failed < wanted; i += step) {
        const [name, test] = Object.entries(JSON.parse(readFileSync(all[i], 'utf8')))[0];
        for (const [fork, list] of Object.entries(test.post)) {
            for (const post of new Set([list[0], list.at(-1)])) {
                if (usable(test, fork, post)) run(name, test, fork, post);
            }
        }
    }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
