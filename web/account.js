// SPDX-License-Identifier: MIT
// An account: what it is, its code as a listing, its storage, and a form to call it by an ABI, which the browser keeps.
import { Refusal, ether, number, rpc, tryRpc } from './rpc.js';
import { addressLink, h, kindMark, pairs, table, transactionLink } from './dom.js';
import { decodeArguments, describeRevert, encodeArguments, selector, show, signature, typeName } from './abi.js';

const SLOTS = 16; // looked at where the node cannot list them
const LISTING_MAX = 4000; // lines that are shown at once
const kinds = new Map();

export async function kindOf(address) {
    if (!kinds.has(address)) {
        const code = await rpc('eth_getCode', address, 'latest');
        if (code === '0x') return 'none'; // may change
        kinds.set(address, /^0xff/i.test(code) ? 'riscv' : 'evm');
    }
    return kinds.get(address);
}

// ---- ABIs, kept by address

const keyOf = (address) => `abi:${address.toLowerCase()}`;

const kept = (key) => {
    try {
        return JSON.parse(localStorage.getItem(key) ?? '[]');
    } catch {
        return [];
    }
};

export const abiOf = (address) => kept(keyOf(address));

// What is known of an address, or else of all: for names of calls, logs and errors.
export function namesFor(address) {
    const own = address ? abiOf(address) : [];
    return own.length ? own : Object.keys(localStorage).filter((key) => key.startsWith('abi:')).flatMap(kept);
}

function readAbi(text) {
    const value = JSON.parse(text);
    const abi = Array.isArray(value) ? value : value.abi;
    if (!Array.isArray(abi) || !abi.every((item) => item && typeof item.type === 'string')) throw new Error('this is neither an ABI nor an artifact with one');
    return abi;
}

// ---- code and storage

async function listing(address, code) {
    const answer = await tryRpc('hybrid_disassemble', address, 'latest');
    const lines = answer?.lines?.map((line) => `${line.pc.padStart(10)}  ${line.bytes.slice(2).padEnd(12)}  ${line.text.replace('\t', ' ')}`);
    if (!lines?.length) return h('pre', code.slice(2).replace(/.{1,64}/g, '$&\n'));
    const cut = lines.length > LISTING_MAX;
    return h('div', h('pre', lines.slice(0, LISTING_MAX).join('\n')), cut && h('p.quiet', `${lines.length - LISTING_MAX} more lines`));
}

async function storage(address) {
    const block = await rpc('eth_getBlockByNumber', 'latest', false);
    const range = await tryRpc('debug_storageRangeAt', block.hash, 0, address, `0x${'0'.repeat(64)}`, 256);
    const rows = range
        ? Object.values(range.storage).map((slot) => [slot.key, slot.value])
        : await Promise.all(Array.from({ length: SLOTS }, async (_, i) => [`0x${i.toString(16)}`, await rpc('eth_getStorageAt', address, `0x${i.toString(16)}`, 'latest')]));
    const held = rows.filter(([, value]) => BigInt(value) !== 0n);
    return h('div', held.length ? table(['slot', 'value'], held.map(([key, value]) => h('tr', h('td.hash.whole', key ?? 'unknown'), h('td.hash.whole', value)))) : h('p.quiet', 'nothing'),
        h('p.quiet', range ? (range.nextKey ? 'There is more.' : '') : `The first ${SLOTS} slots; this node does not list all.`));
}

// Made when it is opened.
function later(title, make) {
    const body = h('div', h('p.quiet', '…'));
    const details = h('details', { ontoggle: async () => {
        if (details.open && !details.made) {
            details.made = true;
            body.replaceChildren(await make().catch((error) => h('p.bad', error.message)));
        }
    } }, h('summary', title), body);
    return details;
}

// ---- the form

async function failure(abi, error) {
    if (!(error instanceof Refusal)) return error.message;
    const data = typeof error.data === 'string' ? error.data : error.data?.data;
    const why = await describeRevert(abi, data);
    return why ? `it reverts: ${why}` : error.message;
}

function functionForm(address, abi, item, accounts) {
    const isView = item.stateMutability === 'view' || item.stateMutability === 'pure';
    const inputs = item.inputs.map((input) => h('input', { placeholder: typeName(input), spellcheck: false }));
    const value = item.stateMutability === 'payable' ? h('input', { placeholder: 'wei', value: '0' }) : null;
    const from = h('select', accounts.map((account) => h('option', { value: account }, account)));
    const result = h('output.hash.whole');
    const message = async () => ({
        to: address,
        ...(from.value && { from: from.value }),
        ...(value && { value: `0x${BigInt(value.value || 0).toString(16)}` }),
        input: (await selector(item)) + encodeArguments(item.inputs, inputs.map((input) => input.value)),
    });
    const attempt = (work) => async () => {
        result.className = 'hash whole';
        result.replaceChildren('…');
        try {
            result.replaceChildren(await work(await message()));
        } catch (error) {
            result.classList.add('bad');
            result.replaceChildren(await failure(abi, error));
        }
    };
    const call = attempt(async (m) => {
        const output = await rpc('eth_call', m, 'latest');
        return item.outputs?.length ? decodeArguments(item.outputs, output).map(show).join(', ') : output;
    });
    const send = attempt(async (m) => h('span', 'sent: ', transactionLink(await rpc('eth_sendTransaction', m))));
    return h('div.function', h('code', signature(item), item.outputs?.length ? ` returns (${item.outputs.map(typeName).join(', ')})` : ''),
        (inputs.length > 0 || value || !isView) && h('div.fields',
            inputs.map((input, i) => h('label', item.inputs[i].name || `argument ${i + 1}`, input)),
            value && h('label', 'value', value), !isView && accounts.length > 0 && h('label', 'from', from)),
        h('div.row', h('button.plain', { type: 'button', onclick: call }, 'Call'),
            !isView && accounts.length > 0 && h('button', { type: 'button', onclick: send }, 'Send'), result));
}

function formSection(address, accounts) {
    const list = h('div');
    const complaint = h('p.bad');
    const text = h('textarea', { placeholder: 'the ABI as JSON, or an artifact as hybrid build makes it (build/NAME.json)', spellcheck: false });
    const drawList = () => {
        const abi = abiOf(address);
        list.replaceChildren(...abi.filter((item) => item.type === 'function').map((item) => functionForm(address, abi, item, accounts)));
    };
    const use = (source) => {
        complaint.replaceChildren();
        try {
            localStorage.setItem(keyOf(address), JSON.stringify(readAbi(source)));
            box.open = false;
            drawList();
        } catch (error) {
            complaint.replaceChildren(`The ABI was not taken: ${error.message}`);
        }
    };
    const file = h('input', { type: 'file', accept: '.json', onchange: async () => file.files[0] && use(await file.files[0].text()) });
    drawList();
    const box = h('details', { open: abiOf(address).length === 0 }, h('summary', 'ABI'), text,
            h('div.row', h('button', { type: 'button', onclick: () => use(text.value) }, 'Use this ABI'), file), complaint);
    return h('section', h('h2', 'Functions'), box, list);
}

// ---- the view

export async function accountView(address) {
    const [balance, nonce, code, accounts] = await Promise.all([rpc('eth_getBalance', address, 'latest'),
        rpc('eth_getTransactionCount', address, 'latest'), rpc('eth_getCode', address, 'latest'), tryRpc('eth_accounts')]);
    const kind = await kindOf(address);
    const info = kind === 'none' ? null : await tryRpc('hybrid_getCodeInfo', address, 'latest');
    const image = info?.image;
    return [
        h('section', h('h1', kind === 'none' ? 'Account' : 'Contract', ' ', kindMark(kind)), pairs([
            ['address', h('span.hash.whole', address)],
            ['balance', ether(balance)],
            [kind === 'none' ? 'transactions' : 'nonce', number(nonce)],
            kind !== 'none' && ['code', `${((code.length - 2) / 2).toLocaleString('en-US')} bytes`],
            info?.codeHash && ['code hash', h('span.hash.whole', info.codeHash)],
            image?.valid === false && ['image', h('span.bad', `not valid: ${image.reason}`)],
            image?.segments && ['entry', h('span.hash', image.entry)],
            image?.segments && ['stack', `${number(image.stackSize)} bytes`],
            image?.segments && ['segments', h('div', image.segments.map((s) => h('div.hash', `${s.address} ${s.access} ${number(s.size)} bytes`)))],
            image?.segments && ['a call begins with', `${number(info.pages ?? 1 + Number(image.stackSize) / 4096 + Number(image.writablePages))} pages of 4 KiB`],
            info?.target && ['runs the code of', addressLink(info.target, true)],
        ])),
        kind !== 'none' && formSection(address, accounts ?? []),
        kind !== 'none' && h('section', h('h2', 'Storage'), later('show', () => storage(address))),
        kind !== 'none' && h('section', h('h2', 'Code'), later('show the listing', () => listing(address, code))),
    ];
}
