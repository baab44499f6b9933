// SPDX-License-Identifier: MIT
// Elements made of values. Text only ever becomes text nodes, so nothing that a chain or an ABI says is read as markup.

// h('td.number', {title: 'x'}, child, ...): children are elements, texts, lists of them; null is left out.
export function h(name, ...rest) {
    const [tag, ...classes] = name.split('.');
    const element = document.createElement(tag);
    if (classes.length) element.className = classes.join(' ');
    if (rest.length && rest[0]?.constructor === Object) {
        for (const [key, value] of Object.entries(rest.shift())) {
            if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
            else if (key in element && key !== 'list') element[key] = value;
            else element.setAttribute(key, value);
        }
    }
    element.append(...rest.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
}

export const short = (hash) => (hash.length > 22 ? `${hash.slice(0, 10)}…${hash.slice(-8)}` : hash);
export const addressLink = (address, whole) => address
    ? h('a.hash', { href: `#/address/${address}`, title: address, className: whole ? 'hash whole' : 'hash' }, whole ? address : short(address))
    : h('span.quiet', 'none');
export const transactionLink = (hash) => h('a.hash', { href: `#/tx/${hash}`, title: hash }, short(hash));
export const blockLink = (quantity) => h('a', { href: `#/block/${Number(quantity)}` }, Number(quantity).toLocaleString('en-US'));

const KINDS = { evm: 'EVM', riscv: 'RISC-V', none: 'no code', precompile: 'precompile' };
export const kindMark = (kind) => (kind ? h(`span.kind.${kind in KINDS ? kind : 'none'}`, KINDS[kind] ?? String(kind)) : null);

export const pairs = (rows) => h('table.pairs', h('tbody', rows.filter(Boolean).map(([name, value]) => h('tr', h('th', name), h('td', value)))));
export const table = (heads, rows) => h('table',
    h('thead', h('tr', heads.map((head) => h(head.endsWith('#') ? 'th.number' : 'th', head.replace('#', ''))))),
    h('tbody', rows));
