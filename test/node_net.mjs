// SPDX-License-Identifier: MIT
// Bad and slow clients against `hybrid-node --dev`, by sockets: each gets the right answer or end, and the node stays.
// With LONG=1 the times are waited for in which a request has to be whole.
//   node test/node_net.mjs NODE
import net from 'node:net';
import { call, checks, head, post, sleep, start, talk } from './node_talk.mjs';

const node = await start(process.argv[2], '--host-check', 'node.example', '--cors', 'https://a.example');
const { check, say, finish } = checks('node_net', node.port);

// ---- clients that never end a request, while all else is asked

const startedAt = Date.now();
const dripping = Array.from({ length: 20 }, () => {
    const socket = net.connect(node.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => { socket.endedAt ??= Date.now(); });
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nX: ');
    return socket;
});
const drip = setInterval(() => { for (const socket of dripping) if (!socket.endedAt) socket.write('a'); }, 500);

// ---- requests in pieces, and many at once

await check('a request byte by byte', ['"result":"0x0"'], [...post(call('eth_blockNumber')).toString()]);
const many = Array.from({ length: 300 }, (_, i) => post(call('eth_chainId', [], i)));
const { text: inStep } = await talk([Buffer.concat(many)], { to: node.port, until: '"id":299,' });
const order = [...inStep.matchAll(/"id":(\d+),/g)].map((m) => Number(m[1]));
say('300 requests at once are answered in their order', order.length === 300 && order.every((id, i) => id === i), order);
await check('a request behind one that is only begun', ['"id":1,', '"id":2,'],
    [Buffer.concat([post(call('eth_chainId', [], 1)), post(call('eth_chainId', [], 2)).subarray(0, 30)]), post(call('eth_chainId', [], 2)).subarray(30)]);
const chunks = head('POST / HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: chunked');
const ask = call('eth_chainId');
const chunked = `${chunks}5;x=y\r\n${ask.slice(0, 5)}\r\n${(ask.length - 5).toString(16)}\r\n${ask.slice(5)}\r\n0\r\nX: y\r\n\r\n`;
await check('a body in chunks', ['200 OK', '"result":"0x'], [chunked]);
await check('a body in chunks byte by byte', ['200 OK', '"result":"0x'], [...chunked]);
await check('chunks, then a length', ['"id":1', '"id":7'], [Buffer.concat([Buffer.from(chunked), post(call('eth_chainId', [], 7))])]);
const waits = post(call('eth_blockNumber'), 'Expect: 100-continue').toString().split('\r\n\r\n');
await check('a client that waits for leave to send', ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK', '"result":"0x0"'], [`${waits[0]}\r\n\r\n`, waits[1]]);
await check('a client of HTTP/1.0', ['connection: close', '"result":"0x0"', 'closed'], [post(call('eth_blockNumber')).toString().replace('1.1', '1.0')]);
await check('a client that asks for HTTP/2 is answered by HTTP/1.1', ['HTTP/1.1 200 OK', '"result":"0x0"'],
    [post(call('eth_blockNumber'), 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk')]);
await check('a socket that is half closed is answered, then closed', ['"result":"0x0"', 'closed'], [post(call('eth_blockNumber'))], { end: true });
await check('half a request that ends is dropped', ['closed'], ['POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc'], { end: true });

// ---- what is refused

const local = 'Host: 127.0.0.1';
await check('what is not HTTP', ['400 Bad Request', 'closed'], ['\x16\x03\x01\x02\x00\x01\r\n\r\n']);
await check('a method that is none', ['400 Bad Request', 'closed'], [head('BREW / HTTP/1.1', local)]);
await check('a method that is not served', ['405 Method Not Allowed', 'allow: GET, POST, OPTIONS\r\n', 'POST\n'], [head('DELETE / HTTP/1.1', local)]);
await check('no length', ['411 Length Required', 'closed'], [head('POST / HTTP/1.1', local)]);
await check('two lengths', ['400', 'closed'], [head('POST / HTTP/1.1', local, 'Content-Length: 2', 'Content-Length: 2')]);
await check('a length and chunks', ['400', 'closed'], [head('POST / HTTP/1.1', local, 'Content-Length: 2', 'Transfer-Encoding: chunked')]);
await check('another coding', ['501', 'closed'], [head('POST / HTTP/1.1', local, 'Transfer-Encoding: gzip, chunked')]);
await check('a body that is too large', ['413', 'closed'], [head('POST / HTTP/1.1', local, 'Content-Length: 99999999')]);
await check('chunks that are too large', ['413', 'closed'], [`${chunks}2000001\r\n`]);
await check('a head that is too large', ['431', 'closed'], [head('GET / HTTP/1.1', local, `X: ${'a'.repeat(17000)}`)]);
await check('another name', ['403', '--host-check', 'closed'], [head('POST / HTTP/1.1', 'Host: evil.example', 'Content-Length: 9000000')]);
await check('a page of another origin', ['403', '--cors', 'closed'], [post(call('eth_chainId'), 'Origin: https://evil.example')]);
await check('a page that may ask', ['access-control-allow-origin: https://a.example\r\n', '"result"'], [post(call('eth_chainId'), 'Origin: https://a.example')]);
await check('a page that asks whether it may', ['204', 'access-control-allow-methods: GET, POST, OPTIONS\r\n', '\r\n\r\n'], [head('OPTIONS / HTTP/1.1', local, 'Origin: https://a.example')]);
await check('a page of ours', ['200 OK', "content-security-policy: frame-ancestors 'none'\r\nx-content-type-options: nosniff\r\n", '</html>'], [head('GET / HTTP/1.1', local)]);
await check('its head', ['200 OK', 'content-length:', 'no-cache\r\n\r\n'], [head('HEAD / HTTP/1.1', local)], {});
await check('no page', ['404 Not Found', 'POST\n'], [head('GET /none HTTP/1.1', local)]);

// ---- what is asked

await check('no JSON', ['-32700'], [post('{"jsonrpc":')]);
await check('invalid UTF-8', ['-32700'], [post(Buffer.from([0x22, 0xc3, 0x28, 0x22]))]);
await check('deep JSON', ['-32700', '64 levels'], [post('['.repeat(100000))]);
await check('no object', ['-32600'], [post('1')]);
await check('an empty batch', ['-32600'], [post('[]')]);
await check('a batch of 1,001', ['-32600'], [post(`[${Array(1001).fill(call('eth_chainId')).join(',')}]`)]);
await check('a batch of 1,000', ['"id":1,"result"', 'content-length: 43001', '}]'], [post(`[${Array(1000).fill(call('eth_chainId')).join(',')}]`)]);
await check('a notification', ['204', '\r\n\r\n'], [post('{"jsonrpc":"2.0","method":"eth_chainId"}')]);
await check('no such method', ['-32601'], [post(call('eth_nothing'))]);
await check('the engine is not served here', ['-32601'], [post(call('engine_getPayloadV1', ['0x0000000000000000']))]);
await check('too many parameters', ['-32602'], [post(call('eth_chainId', [1]))]);
await check('a block that is not there', ['-32000'], [post(call('eth_getBalance', ['0x' + '00'.repeat(20), '0xffff']))]);
await check('a revert has code 3 and its data', ['"code":3', '"data":"0x"'], [post(call('eth_call', [{ data: '0x5f5ffd' }]))]);
await check('a subscription by HTTP', ['-32601', 'notifications not supported'], [post(call('eth_subscribe', ['newHeads']))]);
await check('texts by the local socket, and what they subscribe to', ['"id":1,"result":"0x', '"id":2,"result":"0x0"', 'eth_subscription'],
    [call('eth_subscribe', ['newHeads'], 1) + call('evm_mine', [], 2)], { to: node.local, ms: 2000, until: '"id":2,"result":"0x0"}\n' });

// ---- tokens

const now = Math.floor(Date.now() / 1000);
const withToken = (token) => [post(call('engine_exchangeCapabilities', [[]]), `Authorization: Bearer ${token}`)];
await check('the engine with a token', ['200 OK', 'engine_newPayloadV4', ']}'], withToken(node.token(now)), { to: node.enginePort });
await check('the engine without one', ['401', 'closed'], [post(call('engine_exchangeCapabilities', [[]]))], { to: node.enginePort });
await check('the engine with an old one', ['401', 'closed'], withToken(node.token(now - 100)), { to: node.enginePort });
await check('the engine with another key', ['401', 'closed'], withToken(node.token(now, Buffer.alloc(32))), { to: node.enginePort });

// ---- what is large

await check('a request of 20 MB', ['-32602'], [post(call('eth_chainId', ['a'.repeat(20000000)]))]);
await check('a request of 20 MB by the local socket', ['-32602'], [call('eth_chainId', ['a'.repeat(20000000)])], { to: node.local });
const large = call('eth_call', [{ data: '0x6150005ff3' }]); // gives 20 kB, 41 kB as JSON
const batch = post(`[${Array(500).fill(large).join(',')}]`);
const whole = await talk([Buffer.concat([batch, post(call('eth_chainId', [], 77))])], { to: node.port, until: '"id":77,' });
say('an answer of 20 MB, and the next', whole.text.length > 500 * 40960 && whole.text.split('"id":1,').length === 501, whole.text.length);

// A client that takes nothing of it for a while: others are served, and it gets the rest.
const lazy = net.connect(node.port, '127.0.0.1');
lazy.write(batch);
await sleep(1500);
await check('another client meanwhile', ['"id":5,'], [post(call('eth_chainId', [], 5))]);
let lazySize = 0;
lazy.on('data', (piece) => { lazySize += piece.length; });
for (let i = 0; i < 100 && lazySize < 500 * 40960; i++) await sleep(100);
lazy.destroy();
say('a client that is slow gets all of a large answer', lazySize > 500 * 40960, lazySize);

// ---- what takes long: others are served meanwhile, and what comes behind it on its own connection waits

const endless = call('eth_call', [{ data: '0x5b600056' }]); // runs until its gas is used up
const behind = await talk([Buffer.concat([post(endless), post(call('eth_chainId', [], 78))])], { to: node.port, until: '"id":78,' });
say('an answer that takes long, and the next', /out_of_gas[^]*"id":78,/.test(behind.text), behind.text);
const busy = Array.from({ length: 8 }, () => net.connect(node.port, '127.0.0.1'));
for (const socket of busy) socket.write(post(`[${Array(200).fill(endless).join(',')}]`)); // minutes
await sleep(300);
const askedAt = Date.now();
for (let i = 0; i < 20; i++) await check(`while long calls run, ${i}`, ['"result":"0x'], [post(call(i % 2 ? 'evm_snapshot' : 'eth_blockNumber'))]);
say('long calls do not hold up others', Date.now() - askedAt < 5000, Date.now() - askedAt);
for (const socket of busy.slice(1)) socket.resetAndDestroy();
await sleep(100);
const last = await talk([post(endless)], { to: node.port, until: 'out_of_gas', ms: 20000 });
say('what nobody waits for makes room', last.text.includes('out_of_gas'), last.text);

// ---- many connections

const open = await Promise.all(Array.from({ length: 970 }, () => talk([post(call('eth_chainId'))], { to: node.port, until: '"result"', open: true })));
say('970 connections are answered', open.every((o) => o.text.includes('"result"')), '');
const more = await Promise.all(Array.from({ length: 40 }, () => talk([post(call('eth_chainId'))], { to: node.port, until: '"result"', open: true })));
const refused = more.filter((o) => o.closed && o.text === '').length;
say('of 40 more those over 1,000 are closed at once', refused === 970 + dripping.length + 1 + 40 - 1000, refused);
for (const { socket } of [...open, ...more]) socket.destroy();
await sleep(300);
await check('after that new ones are served', ['"result":"0x1"'], [post(call('eth_blockNumber'))]);

// ---- the ends

if (process.env.LONG) {
    while (Date.now() - startedAt < 64000) await sleep(500);
    const times = dripping.map((socket) => (socket.endedAt ?? Infinity) - startedAt);
    say('requests that are not whole in 60 s end', times.every((t) => t > 59000 && t < 63000), times);
} else {
    say('who never ends a request has its time', dripping.every((socket) => !socket.endedAt), '');
}
clearInterval(drip);
for (const socket of dripping) socket.destroy();
await check('the node is still there', ['"result":"0x1"'], [post(call('eth_blockNumber'))]);
const stoppedAt = Date.now();
const status = await node.stop();
say('it ends when it is asked to, with long calls on their way', status === 0 && Date.now() - stoppedAt < 5000, [status, Date.now() - stoppedAt]);
finish();
