// SPDX-License-Identifier: MIT
// Solidity's contract ABI ("Contract ABI Specification" of the Solidity documentation): values to and from hex. Types are
// the objects of an ABI's JSON: {type, components}. Values of forms are texts; lists and tuples are written as JSON.
import { rpc } from './rpc.js';

const WORD = 64; // hex digits
const word = (v) => v.toString(16).padStart(WORD, '0');
const listOf = (type) => {
    const found = /^(.*)\[(\d*)\]$/.exec(type.type);
    return found && { inner: { ...type, type: found[1] }, count: found[2] === '' ? null : Number(found[2]) };
};
const isDynamic = (type) => {
    const list = listOf(type);
    if (list) return list.count === null || isDynamic(list.inner);
    if (type.type === 'tuple') return type.components.some(isDynamic);
    return type.type === 'bytes' || type.type === 'string';
};
const headSize = (type) => {
    const list = listOf(type);
    if (isDynamic(type)) return 1;
    if (list) return list.count * headSize(list.inner);
    return type.type === 'tuple' ? type.components.reduce((sum, part) => sum + headSize(part), 0) : 1;
};

export const typeName = (type) => type.type.replace(/^tuple/, () => `(${type.components.map(typeName).join(',')})`);
export const signature = (item) => `${item.name}(${(item.inputs ?? []).map(typeName).join(',')})`;
const hexOf = (text) => Array.from(new TextEncoder().encode(text), (b) => b.toString(16).padStart(2, '0')).join('');
const hashes = new Map();
export async function hash(text) {
    if (!hashes.has(text)) hashes.set(text, await rpc('web3_sha3', `0x${hexOf(text)}`));
    return hashes.get(text);
}
export const selector = async (item) => (await hash(signature(item))).slice(0, 10);

// ---- encoding

function encodeNumber(type, value) {
    const [, sign, digits] = /^(u?)int(\d*)$/.exec(type.type);
    const bits = BigInt(digits || 256);
    const text = String(value).trim();
    const exponent = /^(-?\d+)e(\d{1,2})$/.exec(text);
    if (!/^(-?\d+|0x[0-9a-fA-F]+)$/.test(text) && !exponent) throw new Error(`"${text}" is no number`);
    const v = exponent ? BigInt(exponent[1]) * 10n ** BigInt(exponent[2]) : BigInt(text);
    const least = sign ? 0n : -(1n << (bits - 1n));
    const most = sign ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n;
    if (v < least || v > most) throw new Error(`${text} does not fit ${type.type}`);
    return word(BigInt.asUintN(256, v));
}

function encodeBytes(value, size) {
    const text = String(value).trim();
    if (!/^0x([0-9a-fA-F]{2})*$/.test(text)) throw new Error(`"${text}" is not hex after 0x`);
    const digits = text.slice(2);
    if (size !== null && digits.length !== 2 * size) throw new Error(`"${text}" has not ${size} bytes`);
    const padded = digits.padEnd(Math.ceil(digits.length / WORD) * WORD, '0');
    return size === null ? word(digits.length / 2) + padded : padded.padEnd(WORD, '0');
}

function encodeParts(types, values) {
    let heads = '';
    let tails = '';
    const size = types.reduce((sum, type) => sum + headSize(type), 0) * (WORD / 2);
    types.forEach((type, i) => {
        const encoded = encode(type, values[i]);
        heads += isDynamic(type) ? word(size + tails.length / 2) : encoded;
        tails += isDynamic(type) ? encoded : '';
    });
    return heads + tails;
}

function encode(type, value) {
    const list = listOf(type);
    if (list || type.type === 'tuple') {
        const values = typeof value === 'string' ? JSON.parse(value) : value;
        const items = Array.isArray(values) ? values : type.components?.map((part) => values[part.name]);
        const count = list ? list.count ?? items.length : type.components.length;
        if (!Array.isArray(items) || items.length !== count) throw new Error(`${typeName(type)} needs a JSON list of ${list && list.count === null ? 'values' : count}`);
        return (list && list.count === null ? word(count) : '') + encodeParts(list ? items.map(() => list.inner) : type.components, items);
    }
    if (/^u?int/.test(type.type)) return encodeNumber(type, value);
    if (type.type === 'address') return encodeBytes(value, 20).slice(0, 40).padStart(WORD, '0');
    if (type.type === 'string') return encodeBytes(`0x${hexOf(String(value))}`, null);
    if (type.type === 'bytes') return encodeBytes(value, null);
    if (/^bytes\d+$/.test(type.type)) return encodeBytes(value, Number(type.type.slice(5)));
    if (type.type === 'bool') {
        if (String(value) !== 'true' && String(value) !== 'false') throw new Error(`"${value}" is neither true nor false`);
        return word(String(value) === 'true' ? 1 : 0);
    }
    throw new Error(`${type.type} is no type that this page knows`);
}

export const encodeArguments = (types, values) => encodeParts(types, values);

// ---- decoding; every offset is looked at before it is used

function take(data, at) {
    const digits = data.slice(at, at + WORD);
    if (digits.length !== WORD) throw new Error('the data are cut short');
    return BigInt(`0x${digits}`);
}

function decodeParts(types, data) {
    let at = 0;
    return types.map((type) => {
        const start = isDynamic(type) ? Number(take(data, at)) * 2 : at;
        at += WORD * headSize(type);
        if (start > data.length) throw new Error('an offset lies outside of the data');
        return decode(type, data, start);
    });
}

function decode(type, data, at) {
    const list = listOf(type);
    if (list) {
        const count = list.count ?? Number(take(data, at));
        const rest = data.slice(list.count === null ? at + WORD : at);
        if (count * headSize(list.inner) * WORD > rest.length) throw new Error('a list is longer than the data');
        return decodeParts(Array(count).fill(list.inner), rest);
    }
    if (type.type === 'tuple') return decodeParts(type.components, data.slice(at));
    const v = take(data, at);
    if (/^uint/.test(type.type)) return v.toString();
    if (/^int/.test(type.type)) return BigInt.asIntN(256, v).toString();
    if (type.type === 'bool') return v !== 0n;
    if (type.type === 'address') return `0x${data.slice(at + 24, at + WORD)}`;
    if (/^bytes\d+$/.test(type.type)) return `0x${data.slice(at, at + 2 * Number(type.type.slice(5)))}`;
    const bytes = data.slice(at + WORD, at + WORD + 2 * Number(v));
    if (bytes.length !== 2 * Number(v)) throw new Error('the data are cut short');
    return type.type === 'string' ? new TextDecoder().decode(Uint8Array.from(bytes.match(/../g) ?? [], (b) => parseInt(b, 16))) : `0x${bytes}`;
}

export const decodeArguments = (types, hex) => decodeParts(types, hex.replace(/^0x/, ''));
export const show = (value) => (Array.isArray(value) ? `[${value.map(show).join(', ')}]` : String(value));

// ---- what an ABI knows about data

const REASONS = [
    { type: 'error', name: 'Error', inputs: [{ type: 'string' }] },
    { type: 'error', name: 'Panic', inputs: [{ type: 'uint256' }] },
];

async function find(abi, kind, start, size) {
    for (const item of abi) {
        if (item.type === kind && (await hash(signature(item))).slice(0, size) === start) return item;
    }
    return null;
}

// "transfer(0x…, 5)" of a call's input, or null.
export async function describeCall(abi, input) {
    const item = input.length >= 10 ? await find(abi, 'function', input.slice(0, 10), 10) : null;
    return item && describe(item, item.inputs, `0x${input.slice(10)}`);
}

export async function describeRevert(abi, data) {
    if (!data || data.length < 10) return null;
    const item = await find([...REASONS, ...abi], 'error', data.slice(0, 10), 10);
    return item && describe(item, item.inputs, `0x${data.slice(10)}`);
}

export async function describeLog(abi, log) {
    const item = log.topics.length ? await find(abi, 'event', log.topics[0], 66) : null;
    if (!item) return null;
    try {
        const plain = decodeArguments(item.inputs.filter((input) => !input.indexed), log.data);
        let topic = 0;
        const values = item.inputs.map((input) => {
            if (!input.indexed) return plain.shift();
            const value = log.topics[++topic];
            return isDynamic(input) || listOf(input) || input.type === 'tuple' ? value : decodeArguments([input], value)[0];
        });
        return `${item.name}(${values.map(show).join(', ')})`;
    } catch {
        return null;
    }
}

function describe(item, types, data) {
    try {
        return `${item.name}(${decodeArguments(types, data).map(show).join(', ')})`;
    } catch {
        return null;
    }
}
