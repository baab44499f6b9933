// SPDX-License-Identifier: MIT
// Bad and slow clients against `hybrid-node --dev`, by sockets: each gets the right answer or end, and the node stays.
//   node test/node_net.mjs NODE
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'node-net-'));
const local = path.join(work, 'node.ipc');
const secret = crypto.randomBytes(32);
fs.writeFileSync(path.join(work, 'jwt.hex'), secret.toString('hex'));
const node = spawn(process.argv[2], ['--dev', '--port', '0', '--quiet', '--ipc', local, '--engine', '127.0.0.1:0',
    '--jwt', path.join(work, 'jwt.hex')], { stdio: ['ignore', 'pipe', 'inherit'] });
process.on('uncaughtException', (error) => {
    console.log(`node_net: ${error.stack}`);
    node.kill('SIGKILL');
    process.exit(1);
});
const [port, enginePort] = await new Promise((resolve) => {
    let text = '';
    node.stdout.on('data', (piece) => {
        text += piece;
        const found = [...text.matchAll(/:(\d+)\n/g)].map((m) => Number(m[1]));
        if (found.length === 2) resolve(found);
    });
});
let passed = 0;
let failed = 0;

// Writes the pieces one after the other and gives all that came until the end of the connection or `ms` are over.
function talk(pieces, { end = false, ms = 700, to = port } = {}) {
    return new Promise((resolve) => {
        const socket = typeof to === 'string' ? net.connect(to) : net.connect(to, '127.0.0.1');
        let text = '';
        let closed = false;
        const done = () => { socket.destroy(); resolve({ text, closed }); };
        const timer = setTimeout(done, ms);
        socket.on('data', (piece) => { text += piece; });
        socket.on('error', () => {});
        socket.on('close', () => { closed = true; clearTimeout(timer); done(); });
        (async () => {
            for (const piece of pieces) {
                socket.write(piece);
                await new Promise((next) => { setTimeout(next, 10); });
            }
            if (end) socket.end();
        })();
    });
}

const post = (body) => {
    const bytes = Buffer.from(body);
    return Buffer.concat([Buffer.from(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${bytes.length}\r\n\r\n`), bytes]);
};
const call = (method, params = [], id = 1) => JSON.stringify({ jsonrpc: '2.0', id, method, params });

async function check(name, wanted, pieces, options) {
    const { text, closed } = await talk(pieces, options);
    const good = wanted.every((w) => (w === 'closed' ? closed : w === 'open' ? !closed : text.includes(w)));
    if (good) {
        passed++;
    } else {
        failed++;
        console.log(`node_net: ${name}: ${closed ? 'closed' : 'open'}: ${text.slice(0, 400)}`);
    }
}

await check('a request byte by byte', ['"result":"0x0"', 'open'], [...post(call('eth_blockNumber')).toString()].map((c) => c), { ms: 2500 });
await check('three requests at once', ['"id":1', '"id":2', '"id":3'], [Buffer.concat([1, 2, 3].map((i) => post(call('eth_chainId', [], i))))]);
await check('a socket that is half closed is answered, then closed', ['"result":"0x0"', 'closed'], [post(call('eth_blockNumber'))], { end: true });
await check('half a request that ends is dropped', ['closed'], ['POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc'], { end: true });
await check('what is not HTTP', ['400 Bad Request', 'closed'], ['\x16\x03\x01\x02\x00\x01\r\n\r\n']);
await check('a body that is too large', ['413', 'closed'], ['POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n']);
await check('no JSON', ['-32700'], [post('{"jsonrpc":')]);
await check('invalid UTF-8', ['-32700'], [post(Buffer.from([0x22, 0xc3, 0x28, 0x22]))]);
await check('deep JSON', ['-32700', '64 levels'], [post('['.repeat(100000))]);
await check('no object', ['-32600'], [post('1')]);
await check('an empty batch', ['-32600'], [post('[]')]);
await check('a batch of 1,001', ['-32600'], [post(`[${Array(1001).fill(call('eth_chainId')).join(',')}]`)]);
await check('a batch of 1,000', ['"id":1,"result"', 'content-length: 43001'], [post(`[${Array(1000).fill(call('eth_chainId')).join(',')}]`)], { ms: 1500 });
await check('a notification', ['204'], [post('{"jsonrpc":"2.0","method":"eth_chainId"}')]);
await check('no such method', ['-32601'], [post(call('eth_nothing'))]);
await check('the engine is not served here', ['-32601'], [post(call('engine_getPayloadV1', ['0x0000000000000000']))]);
await check('too many parameters', ['-32602'], [post(call('eth_chainId', [1]))]);
await check('a block that is not there', ['-32000'], [post(call('eth_getBalance', ['0x' + '00'.repeat(20), '0xffff']))]);
await check('a revert has code 3 and its data', ['"code":3', '"data":"0x"'], [post(call('eth_call', [{ data: '0x5f5ffd' }]))]);
await check('a subscription by HTTP', ['-32601', 'notifications not supported'], [post(call('eth_subscribe', ['newHeads']))]);
await check('texts by the local socket, and what they subscribe to', ['"id":1,"result":"0x', '"id":2,"result":"0x0"', 'eth_subscription'],
    [call('eth_subscribe', ['newHeads'], 1) + call('evm_mine', [], 2)], { to: local });

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(issued, key = secret) {
    const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iat: issued })}`;
    return `${text}.${crypto.createHmac('sha256', key).update(text).digest('base64url')}`;
}
const now = Math.floor(Date.now() / 1000);
const withToken = (t) => [Buffer.from(post(call('engine_exchangeCapabilities', [[]])).toString().replace('\r\n\r\n', `\r\nAuthorization: Bearer ${t}\r\n\r\n`))];
await check('the engine with a token', ['200 OK', 'engine_newPayloadV4', 'open'], withToken(token(now)), { to: enginePort });
await check('the engine without one', ['401', 'closed'], [post(call('engine_exchangeCapabilities', [[]]))], { to: enginePort });
await check('the engine with an old one', ['401', 'closed'], withToken(token(now - 100)), { to: enginePort });
await check('the engine with another key', ['401', 'closed'], withToken(token(now, Buffer.alloc(32))), { to: enginePort });
await check('the node is still there', ['"result":"0x1"'], [post(call('eth_blockNumber'))]);

node.kill('SIGTERM');
const status = await new Promise((resolve) => { node.on('exit', resolve); });
fs.rmSync(work, { recursive: true });
if (status === 0) passed++;
else failed++;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
