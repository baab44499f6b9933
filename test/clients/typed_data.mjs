// SPDX-License-Identifier: MIT
// Typed data (EIP-712): random types with random values are signed by the node; ethers and viem find the signer. Then
// what must be refused, with the place.
//   node test/clients/typed_data.mjs NODE [CASES SEED]
import { ethers } from 'ethers';
import * as viem from 'viem';
import { ACCOUNTS, check, equal, finish, rejects, rpc, startNode } from './clients.mjs';

const cases = Number(process.argv[3] || 120);
let seed = Number(process.argv[4] || 712);

// mulberry32: the same cases with the same seed.
function random(n) {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
}
const bytes = (n) => ethers.hexlify(Uint8Array.from({ length: n }, () => random(256)));
const some = (list) => list[random(list.length)];

function randomAtom() {
    const bits = 8 * (1 + random(32));
    return some(['bool', 'address', 'string', 'bytes', `bytes${1 + random(32)}`, `uint${bits}`, `int${bits}`]);
}

// Types from the last to the first, each of atoms and of those behind it: ethers has no cycles.
function randomTypes() {
    const names = Array.from({ length: 1 + random(4) }, (_, i) => `${some(['Zeta', 'Alpha', 'm', '_x'])}${i}`);
    const types = {};
    names.forEach((name, i) => {
        const members = Array.from({ length: 1 + random(4) }, (__, k) => {
            const base = i + 1 < names.length && random(3) === 0 ? some(names.slice(i + 1)) : randomAtom();
            const lists = Array.from({ length: random(3) }, () => some(['[]', '[1]', '[2]'])).join('');
            return { name: `member${k}`, type: random(2) ? base : base + lists };
        });
        if (i + 1 < names.length) members.push({ name: 'next', type: names[i + 1] });
        types[name] = members;
    });
    return types;
}

function randomNumber(type) {
    const bits = Number(type.match(/\d+$/)[0]);
    const low = type.startsWith('int') ? -(1n << BigInt(bits - 1)) : 0n;
    const wide = BigInt(bytes(32)) >> BigInt(random(256));
    const value = low + ((1n << BigInt(bits)) - 1n) * BigInt(random(2)) * BigInt(random(2)) || low + wide % (1n << BigInt(bits));
    return value;
}

// Numbers as text of decimal digits, as JSON numbers where they are exact, and after 0x.
function asJson(value) {
    const digits = value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
    const small = value > -(2n ** 53n) && value < 2n ** 53n;
    return some([value.toString(), digits, small ? Number(value) : value.toString()]);
}

// [as the libraries have it, as it is sent]
function randomValue(types, type) {
    const list = type.match(/^(.*)\[(\d*)\]$/);
    if (list) {
        const elements = Array.from({ length: list[2] ? Number(list[2]) : random(3) }, () => randomValue(types, list[1]));
        return [elements.map((e) => e[0]), elements.map((e) => e[1])];
    }
    if (types[type]) {
        const members = types[type].map((m) => [m.name, randomValue(types, m.type)]);
        return [0, 1].map((i) => Object.fromEntries(members.map(([name, value]) => [name, value[i]])));
    }
    if (type === 'bool') return Array(2).fill(random(2) === 1);
    if (type === 'address') return Array(2).fill(bytes(20));
    if (type === 'string') return Array(2).fill(some(['', 'Hello, Bob!', 'é🚀"\\\n', 'x'.repeat(random(300))]));
    if (type === 'bytes') return Array(2).fill(bytes(random(100)));
    if (type.startsWith('bytes')) return Array(2).fill(bytes(Number(type.slice(5))));
    const value = randomNumber(type);
    return [value, asJson(value)];
}

const DOMAIN_TYPES = { name: 'string', version: 'string', chainId: 'uint256', verifyingContract: 'address', salt: 'bytes32' };

function randomCase() {
    const types = randomTypes();
    const primaryType = Object.keys(types)[0];
    const domainType = Object.entries(DOMAIN_TYPES).filter(() => random(2)).map(([name, type]) => ({ name, type }));
    const all = { EIP712Domain: domainType, ...types };
    const [domain, sentDomain] = randomValue(all, 'EIP712Domain');
    const [message, sentMessage] = randomValue(all, primaryType);
    return { domain, message, types, primaryType, sent: { types: all, primaryType, domain: sentDomain, message: sentMessage } };
}

async function signsAsLibrariesDo() {
    for (let i = 0; i < cases; i++) {
        const c = randomCase();
        const signature = await rpc('eth_signTypedData_v4', [ACCOUNTS[1].address, random(2) ? c.sent : JSON.stringify(c.sent)]);
        const reachable = ethers.TypedDataEncoder.from(c.types).primaryType;
        equal(reachable, c.primaryType);
        const hash = viem.hashTypedData({ domain: c.domain, types: c.sent.types, primaryType: c.primaryType, message: c.message });
        equal(ethers.TypedDataEncoder.hash(c.domain, c.types, c.message), hash, JSON.stringify(c.sent));
        equal(ethers.recoverAddress(hash, signature), ACCOUNTS[1].address, JSON.stringify(c.sent));
    }
}

const SIMPLE = {
    types: { EIP712Domain: [{ name: 'name', type: 'string' }], Vote: [{ name: 'yes', type: 'bool' }] },
    primaryType: 'Vote',
    domain: { name: 'Poll' },
    message: { yes: true },
};
const changed = (change) => {
    const data = structuredClone(SIMPLE);
    change(data);
    return data;
};
const sign = (data, method = 'eth_signTypedData_v4', who = ACCOUNTS[0].address) => rpc(method, [who, data]);

async function isTheSameByEachName() {
    const signature = await sign(SIMPLE);
    equal(viem.size(signature), 65);
    equal(await sign(SIMPLE, 'eth_signTypedData'), signature);
    equal(await sign(SIMPLE, 'eth_signTypedData_v3'), signature);
    equal(await sign(JSON.stringify(SIMPLE), 'eth_signTypedData_v3'), signature);
    equal(await viem.verifyTypedData({ address: ACCOUNTS[0].address, ...SIMPLE, signature }), true);
}

async function namesThePlace() {
    const wrong = changed((d) => { d.message.yes = 'yes'; });
    await rejects(() => sign(wrong), /params\[1\]\.message\.yes: not true or false/);
    await rejects(() => sign(JSON.stringify(wrong)), /params\[1\], a text of JSON: message\.yes: not true or false/);
    await rejects(() => sign('{'), /params\[1\], a text of JSON: /);
    await rejects(() => sign(7), /params\[1\]: not an object/);
    await rejects(() => sign([{ type: 'string', name: 'a', value: 'b' }], 'eth_signTypedData'), /params\[1\]: a list, as before EIP-712/);
    const list = changed((d) => { d.types.Vote[0].type = 'bool[]'; });
    await rejects(() => sign(list, 'eth_signTypedData_v3'), /params\[1\]\.types\.Vote\[0\]\.type: lists are of version 4/);
    const undeclared = changed((d) => { d.domain.chainId = 1; });
    await rejects(() => sign(undeclared), /params\[1\]\.domain\.chainId: types\.EIP712Domain has no such member/);
}

// As with eth_sign: that an account may send gives nobody its key.
async function needsAKey() {
    const stranger = '0x00000000000000000000000000000000000A11cE';
    await rejects(() => sign(SIMPLE, 'eth_signTypedData_v4', stranger), /unknown account: the node signs for the development accounts only/);
    await rpc('anvil_impersonateAccount', [stranger]);
    await rejects(() => sign(SIMPLE, 'eth_signTypedData_v4', stranger), /unknown account: that it is impersonated gives no key/);
    await rejects(() => rpc('personal_sign', ['0x12', stranger]), /unknown account: that it is impersonated gives no key/);
}

await startNode(process.argv[2]);
await check('each name of the method, data as object and as text', isTheSameByEachName);
await check('refusals name the place', namesThePlace);
await check('an account without a key', needsAKey);
await check(`${cases} random cases, as ethers and viem have them`, signsAsLibrariesDo);
await finish();
