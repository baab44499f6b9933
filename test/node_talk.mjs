// SPDX-License-Identifier: MIT
// What the tests of the node's server share: a development node, conversations by sockets as bytes, and checks of what
// came back.
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
export const call = (method, params = [], id = 1) => JSON.stringify({ jsonrpc: '2.0', id, method, params });
export const head = (...lines) => `${lines.join('\r\n')}\r\n\r\n`;
export function post(body, ...lines) {
    const bytes = Buffer.from(body);
    return Buffer.concat([Buffer.from(head('POST / HTTP/1.1', 'Host: localhost', `Content-Length: ${bytes.length}`, ...lines)), bytes]);
}

export async function start(program, ...options) {
    const work = fs.mkdtempSync(path.join(os.tmpdir(), 'node-net-'));
    const local = path.join(work, 'node.ipc');
    const secret = crypto.randomBytes(32);
    fs.writeFileSync(path.join(work, 'jwt.hex'), secret.toString('hex'));
    const child = spawn(program, ['--dev', '--port', '0', '--quiet', '--ipc', local, '--engine', '127.0.0.1:0',
        '--jwt', path.join(work, 'jwt.hex'), ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    const end = () => { child.kill('SIGKILL'); fs.rmSync(work, { recursive: true, force: true }); };
    process.on('uncaughtException', (error) => {
        console.log(error.stack);
        end();
        process.exit(1);
    });
    const [port, enginePort] = await new Promise((resolve) => {
        let text = '';
        child.stdout.on('data', (piece) => {
            text += piece;
            const found = [...text.matchAll(/:(\d+)\n/g)].map((m) => Number(m[1]));
            if (found.length === 2) resolve(found);
        });
    });
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = (issued, key = secret) => {
        const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iat: issued })}`;
        return `${text}.${crypto.createHmac('sha256', key).update(text).digest('base64url')}`;
    };
    const stop = async () => {
        const ended = new Promise((resolve) => { child.on('exit', resolve); });
        child.kill('SIGTERM');
        const status = await ended;
        fs.rmSync(work, { recursive: true, force: true });
        return status;
    };
    return { port, enginePort, local, token, stop };
}

// Writes the pieces one after the other and gives all that came, as
// text of bytes, until `until` is in it, the connection ends, or `ms` are over, which is too late if `until` is awaited.
export function talk(pieces, { end = false, ms = 20000, to, until, open = false } = {}) {
    return new Promise((resolve) => {
        const socket = typeof to === 'string' ? net.connect(to) : net.connect(to, '127.0.0.1');
        const came = [];
        let tail = '';
        let isDone = false;
        const done = (closed) => {
            if (isDone) return;
            isDone = true;
            clearTimeout(timer);
            if (!open) socket.destroy();
            resolve({ text: Buffer.concat(came).toString('latin1'), closed, socket });
        };
        const timer = setTimeout(() => done(until === undefined ? false : 'late'), ms);
        socket.on('data', (piece) => {
            came.push(piece);
            tail = tail.slice(-200) + piece.toString('latin1');
            if (until !== undefined && tail.includes(until)) done(false);
        });
        socket.on('error', () => {});
        socket.on('close', () => done(true));
        (async () => {
            for (const piece of pieces) {
                socket.write(piece);
                if (pieces.length > 1) await sleep(pieces.length > 20 ? 1 : 10);
            }
            if (end) socket.end();
        })();
    });
}

export function checks(name, to) {
    const sum = { passed: 0, failed: 0 };
    const say = (what, good, text) => {
        if (good) {
            sum.passed++;
        } else {
            sum.failed++;
            console.log(`${name}: ${what}: ${text}`);
        }
    };
    // That all of `wanted` come, the last of them at the end, and that the connection is `closed` then, or open.
    const check = async (what, wanted, pieces, options = {}) => {
        const texts = wanted.filter((w) => w !== 'closed');
        const isEnd = wanted.includes('closed');
        const { text, closed } = await talk(pieces, { to, until: isEnd ? undefined : texts.at(-1), ...options });
        say(what, closed === isEnd && texts.every((w) => text.includes(w)), `${closed ? 'closed' : 'open'}: ${text.slice(0, 400)}`);
    };
    const finish = () => {
        console.log(`${sum.passed} passed, ${sum.failed} failed`);
        process.exit(sum.failed === 0 ? 0 : 1);
    };
    return { say, check, finish };
}
