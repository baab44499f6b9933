// SPDX-License-Identifier: MIT
// What the tests of real clients share: a development node at a free port, a folder for whatever they leave, checks that
// are counted, programs that are run. A script starts the node, checks, and calls finish().
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
export const work = fs.mkdtempSync(path.join(os.tmpdir(), 'clients-'));
export const ACCOUNTS = [
    { address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', key: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80' },
    { address: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', key: '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d' },
];
const script = path.basename(process.argv[1]);
let passed = 0;
let failed = 0;
let node;
export let url;

function end() {
    node?.kill('SIGKILL');
    fs.rmSync(work, { recursive: true, force: true });
}

process.on('uncaughtException', (error) => {
    console.log(`${script}: ${error.stack}`);
    end();
    process.exit(1);
});
for (const name of ['SIGINT', 'SIGTERM']) {
    process.on(name, () => {
        end();
        process.exit(1);
    });
}

export async function startNode(program, options = []) {
    node = spawn(program, ['--dev', '--port', '0', '--quiet', '--log-level', 'error', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    url = await new Promise((resolve, reject) => {
        let text = '';
        node.stdout.on('data', (piece) => {
            text += piece;
            const found = text.match(/http:\/\/\S+/);
            if (found) resolve(found[0]);
        });
        node.on('error', reject);
        node.on('exit', () => reject(new Error(`${program} ended at once`)));
    });
    return url;
}

export async function check(name, body) {
    try {
        await body();
        passed++;
    } catch (error) {
        failed++;
        console.log(`${script}: ${name}: ${error.stack}`);
    }
}

// Tests that a program has run and counted.
export function passMore(count) {
    passed += count;
}

export function equal(a, b, what = 'value') {
    const text = (v) => JSON.stringify(v, (_, x) => (typeof x === 'bigint' ? x.toString() : x));
    if (text(a) !== text(b)) {
        throw new Error(`${what}: ${text(a)} is not ${text(b)}`);
    }
}

export async function rejects(body, pattern) {
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

export async function rpc(method, params = []) {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
    const { result, error } = await response.json();
    if (error) throw Object.assign(new Error(error.message), { code: error.code });
    return result;
}

// The standard output of a program that must succeed.
export function run(program, args, env = {}, cwd = root) {
    const result = spawnSync(program, args, { cwd, env: { PATH: process.env.PATH, HOME: work, NO_COLOR: '1', ...env }, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 120000 });
    if (result.error || result.status !== 0) {
        throw new Error(`${path.basename(program)} ${args.join(' ').slice(0, 200)}: ${result.error ?? `status ${result.status}`}\n${result.stdout}${result.stderr}`);
    }
    return result.stdout.trim();
}

// Prints the sum and ends the node and the process.
export async function finish() {
    if (node) {
        node.removeAllListeners('exit');
        const code = new Promise((resolve) => { node.on('exit', resolve); });
        node.kill('SIGTERM');
        const late = setTimeout(() => node.kill('SIGKILL'), 5000);
        await check('the node ends when it is asked to', async () => equal(await code, 0, 'status'));
        clearTimeout(late);
    }
    end();
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed === 0 ? 0 : 1);
}
