// SPDX-License-Identifier: MIT
// WebSocket against `hybrid-node --dev` as frames: handshakes that are refused, fragments, pings, closes and their
// codes, messages that are too large, and subscribers that do not listen.
//   node test/node_ws.mjs NODE
import crypto from 'node:crypto';
import { call, checks, head, sleep, start, talk } from './node_talk.mjs';

const node = await start(process.argv[2], '--host-check', 'node.example', '--cors', 'https://a.example');
const { check, say, finish } = checks('node_ws', node.port);

const key = 'dGhlIHNhbXBsZSBub25jZQ=='; // RFC 6455, 1.3
const hello = (...lines) => head('GET / HTTP/1.1', 'Host: localhost', 'Connection: keep-alive, Upgrade', 'Upgrade: WebSocket', ...lines);
const upgrade = (...lines) => hello('Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`, ...lines);

function frame(first, text, { masked = true, size } = {}) {
    const body = Buffer.from(text, 'latin1');
    const n = size ?? body.length;
    const wide = n < 126 ? Buffer.of(n) : n < 65536 ? Buffer.of(126, n >> 8, n & 255) : Buffer.alloc(9);
    if (n >= 65536) {
        wide[0] = 127;
        wide.writeBigUInt64BE(BigInt(n), 1);
    }
    if (!masked) return Buffer.concat([Buffer.of(first), wide, body]);
    wide[0] |= 128;
    const mask = crypto.randomBytes(4);
    for (let i = 0; i < body.length; i++) body[i] ^= mask[i & 3];
    return Buffer.concat([Buffer.of(first), wide, mask, body]);
}

// The frames of what the node sent: [first byte, text].
function framesOf(text) {
    const bytes = Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1');
    const frames = [];
    for (let at = 0; at + 2 <= bytes.length;) {
        const small = bytes[at + 1];
        const wide = small === 126 ? 2 : small === 127 ? 8 : 0;
        const size = wide === 2 ? bytes.readUInt16BE(at + 2) : wide === 8 ? Number(bytes.readBigUInt64BE(at + 2)) : small;
        frames.push([bytes[at], bytes.subarray(at + 2 + wide, at + 2 + wide + size).toString('latin1')]);
        at += 2 + wide + size;
    }
    return frames;
}

const code = (n) => String.fromCharCode(n >> 8, n & 255);

// What comes back to frames behind a handshake is exactly `wanted`.
async function exchange(what, frames, wanted, options = {}) {
    const isEnd = wanted.at(-1)?.[0] === 0x88;
    const { text, closed } = await talk([Buffer.concat([Buffer.from(upgrade()), ...frames])],
        { to: node.port, until: isEnd ? undefined : wanted.at(-1)[1], ...options });
    const got = framesOf(text);
    say(what, closed === isEnd && JSON.stringify(got) === JSON.stringify(wanted), `${closed ? 'closed' : 'open'}: ${JSON.stringify(got).slice(0, 300)}`);
}

// ---- handshakes

await check('a handshake', ['101 Switching Protocols', 'sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'], [upgrade()]);
await check('compression is not agreed to', ['101', '\r\n\r\n'], [upgrade('Sec-WebSocket-Extensions: permessage-deflate')]);
const { text: plain } = await talk([upgrade('Sec-WebSocket-Extensions: permessage-deflate')], { to: node.port, until: '\r\n\r\n' });
say('nor named', !plain.toLowerCase().includes('extensions'), plain);
await check('another version', ['426', 'sec-websocket-version: 13\r\n', 'closed'], [hello('Sec-WebSocket-Version: 8', `Sec-WebSocket-Key: ${key}`)]);
await check('no key', ['400', 'sec-websocket-key', 'closed'], [hello('Sec-WebSocket-Version: 13')]);
await check('a page of another origin', ['403', '--cors', 'closed'], [upgrade('Origin: https://evil.example')]);
await check('a page that may', ['101', '\r\n\r\n'], [upgrade('Origin: https://a.example')]);
await check('another name', ['403', '--host-check', 'closed'], [upgrade().replace('localhost', 'evil.example')]);
const now = Math.floor(Date.now() / 1000);
await check('the engine without a token', ['401', 'closed'], [upgrade()], { to: node.enginePort });
await check('the engine with an old one', ['401', 'closed'], [upgrade(`Authorization: Bearer ${node.token(now - 100)}`)], { to: node.enginePort });
await check('the engine with a token', ['101', 'engine_newPayloadV4', ']}'],
    [Buffer.concat([Buffer.from(upgrade(`Authorization: Bearer ${node.token(now)}`)), frame(0x81, call('engine_exchangeCapabilities', [[]]))])], { to: node.enginePort });

// ---- messages

const chain = call('eth_chainId');
const answer = (await talk([Buffer.concat([Buffer.from(upgrade()), frame(0x81, chain)])], { to: node.port, until: '"}' })).text;
const result = framesOf(answer)[0][1];
say('a text is answered', /^\{"jsonrpc":"2\.0","id":1,"result":"0x[0-9a-f]+"\}$/.test(result), answer);
const numbered = (id) => result.replace('"id":1,', `"id":${id},`);
await exchange('a text in fragments, a ping between', [frame(0x01, chain.slice(0, 5)), frame(0x00, chain.slice(5, 9)), frame(0x89, 'p'), frame(0x80, chain.slice(9))],
    [[0x8a, 'p'], [0x81, result]]);
await exchange('a text as binary', [frame(0x82, chain)], [[0x81, result]]);
await exchange('an empty ping, a pong nobody asked for', [frame(0x8a, 'x'), frame(0x89, ''), frame(0x81, chain)], [[0x8a, ''], [0x81, result]]);
const { text: inStep } = await talk([Buffer.concat([Buffer.from(upgrade()), ...Array.from({ length: 200 }, (_, i) => frame(0x81, call('eth_chainId', [], i)))])],
    { to: node.port, until: numbered(199) });
const order = framesOf(inStep).map(([, text]) => JSON.parse(text).id);
say('200 texts at once are answered in their order', order.length === 200 && order.every((id, i) => id === i), order);
const bytes = [...Buffer.concat([Buffer.from(upgrade()), frame(0x81, chain)])].map((b) => Buffer.of(b));
await check('byte by byte', ['101', result], bytes);
await check('a text of 20 MB', ['-32602', '"}}'], [Buffer.concat([Buffer.from(upgrade()), frame(0x81, call('eth_chainId', ['a'.repeat(20000000)]))])]);
const batch = frame(0x81, `[${Array(500).fill(call('eth_call', [{ data: '0x6150005ff3' }])).join(',')}]`);
const { text: large } = await talk([Buffer.concat([Buffer.from(upgrade()), batch, frame(0x81, call('eth_chainId', [], 77))])], { to: node.port, until: numbered(77) });
say('an answer of 20 MB, and the next', framesOf(large).length === 2 && framesOf(large)[0][1].length > 500 * 40960, large.length);

// ---- closes

await exchange('a close is answered with its code', [frame(0x88, `${code(1000)}bye`)], [[0x88, `${code(1000)}bye`]]);
await exchange('a close without code', [frame(0x88, '')], [[0x88, '']]);
await exchange('frames without masks', [frame(0x81, chain, { masked: false })], [[0x88, code(1002)]]);
await exchange('a reserved bit', [frame(0xc1, chain)], [[0x88, code(1002)]]);
await exchange('no such opcode', [frame(0x83, chain)], [[0x88, code(1002)]]);
await exchange('a fragment of nothing', [frame(0x80, chain)], [[0x88, code(1002)]]);
await exchange('a text within a text', [frame(0x01, '['), frame(0x81, chain)], [[0x88, code(1002)]]);
await exchange('a ping in fragments', [frame(0x09, 'x')], [[0x88, '']]);
await exchange('a ping that is too long', [frame(0x89, 'x'.repeat(126))], [[0x88, '']]);
await exchange('no UTF-8', [frame(0x81, Buffer.from([0x22, 0xc3, 0x28, 0x22]))], [[0x88, code(1007)]]);
await exchange('a code that may not be sent', [frame(0x88, code(1005))], [[0x88, code(1002)]]);
await exchange('a text that is too large', [frame(0x81, 'x', { size: 33554433 })], [[0x88, code(1009)]]);
await exchange('fragments that are too large', [frame(0x01, 'x'), frame(0x80, 'x', { size: 33554432 })], [[0x88, code(1009)]]);

// ---- subscribers

const listening = await talk([Buffer.concat([Buffer.from(upgrade()), frame(0x81, call('eth_subscribe', ['newHeads']))])], { to: node.port, until: '"result":"0x', open: true });
let heads = '';
listening.socket.on('data', (piece) => { heads += piece.toString('latin1'); });
// One that takes nothing: what waits for it has an end, and nobody else notices.
const deaf = await talk([Buffer.concat([Buffer.from(upgrade()), frame(0x81, call('eth_subscribe', ['newHeads']))])], { to: node.port, until: '"result":"0x', open: true });
deaf.socket.pause();
for (let i = 0; i < 20; i++) await talk([head('POST / HTTP/1.1', 'Host: localhost', 'Content-Length: 58') + call('evm_mine', [], 1).padEnd(58)], { to: node.port, until: '"result"' });
for (let i = 0; i < 50 && heads.split('eth_subscription').length < 21; i++) await sleep(100);
say('each block is told', heads.split('eth_subscription').length === 21, heads.split('eth_subscription').length);
const gone = new Promise((resolve) => { listening.socket.on('close', resolve); });
const status = await node.stop();
await gone;
say('at the end of the node they are closed with 1001', heads.endsWith(`\x88\x02${code(1001)}`) && status === 0, JSON.stringify(heads.slice(-8)));
deaf.socket.destroy();
finish();
