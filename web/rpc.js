// SPDX-License-Identifier: MIT
// The node's public JSON-RPC, asked at the page's own address; numbers and texts as the page shows them.

let id = 0;

export class Refusal extends Error {
    constructor(error) {
        super(error.message);
        this.code = error.code;
        this.data = error.data;
    }
}

export async function rpc(method, ...params) {
    const answer = await fetch('/', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
    });
    const { result, error } = await answer.json();
    if (error) throw new Refusal(error);
    return result;
}

// The same, but null where the node does not have the method or refuses.
export const tryRpc = (method, ...params) => rpc(method, ...params).catch((error) => {
    if (error instanceof Refusal) return null;
    throw error;
});

export const number = (quantity) => BigInt(quantity ?? 0).toLocaleString('en-US');

export function ether(wei, digits = 18) {
    const v = BigInt(wei ?? 0);
    const whole = v / 10n ** 18n;
    const rest = (v % 10n ** 18n).toString().padStart(18, '0').slice(0, digits).replace(/0+$/, '');
    return `${whole.toLocaleString('en-US')}${rest ? '.' + rest : ''} ether`;
}

export const time = (ns) => {
    const v = Number(ns);
    return v < 1e3 ? `${v} ns` : v < 1e6 ? `${(v / 1e3).toFixed(1)} µs` : v < 1e9 ? `${(v / 1e6).toFixed(2)} ms` : `${(v / 1e9).toFixed(2)} s`;
};

export const age = (seconds) => {
    const v = Math.max(0, Math.floor(Date.now() / 1000) - Number(seconds));
    return v < 60 ? `${v} s ago` : v < 3600 ? `${Math.floor(v / 60)} min ago` : v < 172800 ? `${Math.floor(v / 3600)} h ago` : new Date(Number(seconds) * 1000).toISOString().slice(0, 16).replace('T', ' ');
};
