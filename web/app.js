// SPDX-License-Identifier: MIT
// The explorer: one view for each form of the address behind #, drawn anew when that changes; the front view follows
// the chain. Everything shown comes from the node's public JSON-RPC.
import { age, ether, number, rpc, tryRpc } from './rpc.js';
import { addressLink, blockLink, h, kindMark, pairs, short, table, transactionLink } from './dom.js';
import { describeLog } from './abi.js';
import { accountView, kindOf, namesFor } from './account.js';
import { callTree } from './calls.js';

const LATEST = 12; // blocks and transactions that the front shows
const POLL_MS = 1000;
const main = document.getElementById('main');
let shown = 0; // counts views, so that a slow answer for an older one is dropped

// ---- views

async function blockView(which) {
    const block = which.length === 66
        ? await rpc('eth_getBlockByHash', which, true)
        : await rpc('eth_getBlockByNumber', /^\d+$/.test(which) ? `0x${BigInt(which).toString(16)}` : which, true);
    if (!block) return [missing(`There is no block ${which}.`)];
    const n = Number(block.number);
    return [
        h('section', h('h1', `Block ${n.toLocaleString('en-US')}`), pairs([
            ['hash', h('span.hash.whole', block.hash)],
            ['parent', n > 0 ? h('a.hash.whole', { href: `#/block/${n - 1}` }, block.parentHash) : h('span.hash.whole', block.parentHash)],
            ['time', `${new Date(Number(block.timestamp) * 1000).toISOString().replace('T', ' ').slice(0, 19)} (${age(block.timestamp)})`],
            ['gas', `${number(block.gasUsed)} of ${number(block.gasLimit)}`],
            ['base fee', block.baseFeePerGas && `${number(block.baseFeePerGas)} wei`],
            ['paid to', addressLink(block.miner)],
            ['state root', h('span.hash.whole', block.stateRoot)],
        ])),
        h('section', h('h2', `${block.transactions.length} transactions`), transactionTable(block.transactions)),
    ];
}

async function transactionView(hash) {
    const [transaction, receipt] = await Promise.all([rpc('eth_getTransactionByHash', hash), rpc('eth_getTransactionReceipt', hash)]);
    if (!transaction) return [missing(`There is no transaction ${hash}.`)];
    const ok = receipt && Number(receipt.status) === 1;
    const target = transaction.to ?? receipt?.contractAddress;
    return [
        h('section', h('h1', 'Transaction'), pairs([
            ['hash', h('span.hash.whole', hash)],
            ['status', receipt ? h(ok ? 'b.good' : 'b.bad', ok ? 'success' : 'failed') : h('span.quiet', 'waiting for a block')],
            receipt && ['block', blockLink(receipt.blockNumber)],
            ['from', addressLink(transaction.from, true)],
            ['to', transaction.to ? h('span', addressLink(transaction.to, true), ' ', kindMark(await kindOf(transaction.to)))
                : h('span', 'creates ', addressLink(target, true), ' ', target && kindMark(await kindOf(target)))],
            ['value', ether(transaction.value)],
            receipt && ['gas', `${number(receipt.gasUsed)} of ${number(transaction.gas)}, at ${number(receipt.effectiveGasPrice)} wei`],
            ['nonce', number(transaction.nonce)],
            ['input', h('details', h('summary', `${(transaction.input.length - 2) / 2} bytes`), h('pre', wrap(transaction.input)))],
        ])),
        receipt && h('section', h('h2', 'Calls'), await callTree(hash)),
        receipt && receipt.logs.length > 0 && h('section', h('h2', 'Logs'), table(['of', 'event'], await Promise.all(receipt.logs.map(logRow)))),
    ];
}

async function logRow(log) {
    const text = await describeLog(namesFor(log.address), log);
    return h('tr', h('td', addressLink(log.address)), h('td.hash.whole', text ?? [log.topics.map((topic) => h('div', topic)), h('div.quiet', log.data)]));
}

const wrap = (hex) => hex.replace(/.{1,96}/g, '$&\n');
const missing = (text) => h('section', h('h1', 'Nothing here'), h('p', text));

function transactionTable(list) {
    if (!list.length) return h('p.quiet', 'none');
    return table(['transaction', 'block', 'from', 'to', 'value#'], list.map((t) => h('tr',
        h('td', transactionLink(t.hash)), h('td', blockLink(t.blockNumber)), h('td', addressLink(t.from)),
        h('td', t.to ? addressLink(t.to) : h('span.quiet', 'creation')), h('td.number', { title: ether(t.value) }, ether(t.value, 6)))));
}

// ---- the front, which goes on by itself

const front = { blocks: [], transactions: [], head: -1n, fresh: new Set() };

async function follow() {
    const head = BigInt(await rpc('eth_blockNumber'));
    if (head === front.head && front.blocks.length) return false;
    const last = front.blocks[0];
    const same = last && head > front.head && (await tryRpc('eth_getBlockByNumber', last.number, false))?.hash === last.hash;
    if (!same) Object.assign(front, { blocks: [], transactions: [] }); // first time, or the chain went back
    let from = same ? front.head + 1n : 0n;
    if (head - from >= BigInt(LATEST)) from = head - BigInt(LATEST) + 1n;
    const wanted = [];
    for (let n = from; n <= head; n++) wanted.push(rpc('eth_getBlockByNumber', `0x${n.toString(16)}`, true));
    const blocks = (await Promise.all(wanted)).filter(Boolean).reverse();
    front.fresh = same ? new Set(blocks.map((block) => block.hash)) : new Set();
    front.blocks = [...blocks, ...front.blocks].slice(0, LATEST);
    front.transactions = [...blocks.flatMap((block) => [...block.transactions].reverse()), ...front.transactions].slice(0, LATEST);
    front.head = head;
    return true;
}

function frontView() {
    const rows = front.blocks.map((block) => h('tr', { className: front.fresh.has(block.hash) ? 'fresh' : '' },
        h('td', blockLink(block.number)), h('td.quiet', age(block.timestamp)),
        h('td.number', String(block.transactions.length)), h('td.number', number(block.gasUsed)), h('td.hash', short(block.hash))));
    return [
        h('div.two',
            h('section', h('h2', 'Latest blocks'), table(['block', 'time', 'transactions#', 'gas#', 'hash'], rows)),
            h('section', h('h2', 'Latest transactions'), transactionTable(front.transactions))),
        h('section', h('h2', 'Accounts of this node'), front.accounts?.length
            ? table(['', 'address', 'balance#', 'transactions#'], front.accounts.map(([address, balance, nonce], i) => h('tr.plain-row',
                h('td.quiet', String(i)), h('td', addressLink(address, true)), h('td.number', { title: ether(balance) }, ether(balance, 6)), h('td.number', number(nonce)))))
            : h('p.quiet', 'none')),
    ];
}

async function refreshAccounts() {
    const list = (await tryRpc('eth_accounts')) ?? [];
    front.accounts = await Promise.all(list.slice(0, 10).map(async (address) => [address,
        await rpc('eth_getBalance', address, 'latest'), await rpc('eth_getTransactionCount', address, 'latest')]));
}

async function facts() {
    const [client, chain, price] = await Promise.all([tryRpc('web3_clientVersion'), rpc('eth_chainId'), tryRpc('eth_gasPrice')]);
    const rows = [['node', client], ['chain', number(chain)], ['block', front.head < 0n ? null : front.head.toLocaleString('en-US')], ['gas price', price && `${number(price)} wei`]];
    document.getElementById('facts').replaceChildren(...rows.filter((row) => row[1]).map(([name, value]) => h('div', h('dt', name), h('dd', value))));
}

// ---- which view

async function draw() {
    const view = ++shown;
    const [, what, which] = location.hash.split('/');
    let parts;
    try {
        if (what === 'block') parts = await blockView(which);
        else if (what === 'tx') parts = await transactionView(which);
        else if (what === 'address') parts = await accountView(which);
        else {
            await follow();
            await refreshAccounts();
            parts = frontView();
        }
    } catch (error) {
        parts = [h('section', h('h1', 'The node did not answer'), h('p.bad', error.message))];
    }
    if (view === shown) main.replaceChildren(...parts.filter(Boolean));
}

async function poll() {
    try {
        const isFront = !location.hash || location.hash === '#/';
        if (!document.hidden && (await follow())) {
            await facts();
            if (isFront) {
                await refreshAccounts();
                if (!location.hash || location.hash === '#/') main.replaceChildren(...frontView());
            }
        }
    } catch { // the next time may do
    }
    setTimeout(poll, POLL_MS);
}

document.getElementById('search').addEventListener('submit', (event) => {
    event.preventDefault();
    const text = document.getElementById('query').value.trim();
    if (/^0x[0-9a-fA-F]{40}$/.test(text)) location.hash = `#/address/${text.toLowerCase()}`;
    else if (/^0x[0-9a-fA-F]{64}$/.test(text)) rpc('eth_getTransactionByHash', text).then((t) => { location.hash = t ? `#/tx/${text}` : `#/block/${text}`; });
    else if (/^\d+$/.test(text)) location.hash = `#/block/${text}`;
    else main.replaceChildren(missing('Search for an address (40 hex digits), a transaction or block by its hash (64), or a block by its number.'));
});
window.addEventListener('hashchange', () => { window.scrollTo(0, 0); draw(); });
await draw();
await facts().catch(() => {});
setTimeout(poll, POLL_MS);
