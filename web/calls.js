// SPDX-License-Identifier: MIT
// A transaction's tree of calls across both kinds of code, as the node's tracers saw it: riscvTracer, which knows cycles,
// pages and services; callTracer where a node lacks it.
import { Refusal, number, rpc, time } from './rpc.js';
import { addressLink, h, kindMark } from './dom.js';
import { describeCall, describeRevert } from './abi.js';
import { kindOf, namesFor } from './account.js';

async function trace(hash) {
    for (const tracer of ['riscvTracer', 'callTracer']) {
        try {
            const result = await rpc('debug_traceTransaction', hash, { tracer });
            return { call: result.call ?? result, functions: result.functions ?? [] };
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            if (tracer === 'callTracer') return { error: error.message };
        }
    }
    return null;
}

const cost = (frame) => [
    frame.gasUsed && `${number(frame.gasUsed)} gas`,
    frame.cycles !== undefined && Number(frame.cycles) > 0 && `${number(frame.cycles)} cycles`,
    frame.pages !== undefined && Number(frame.pages) > 0 && `${number(frame.pages)} pages`,
    frame.time !== undefined && time(frame.time),
].filter(Boolean).join(' · ');

async function callName(frame) {
    const input = frame.input ?? '0x';
    const size = (input.length - 2) / 2;
    if (/^create/i.test(frame.type)) return `${size.toLocaleString('en-US')} bytes of init code`;
    const known = frame.to ? await describeCall(namesFor(frame.to), input) : null;
    if (known) return known;
    return size >= 4 ? `${input.slice(0, 10)} and ${(size - 4).toLocaleString('en-US')} bytes` : size ? `${size} bytes` : 'no input';
}

async function failure(frame) {
    if (!frame.error) return null;
    const why = frame.revertReason ?? (await describeRevert(namesFor(frame.to), frame.output));
    return h('span.bad', why ? `${frame.error}: ${why}` : frame.error);
}

const text = (hex) => new TextDecoder().decode(Uint8Array.from(hex.slice(2).match(/../g) ?? [], (byte) => parseInt(byte, 16)));
const detail = (service) => (service.name === 'debug_log' && service.data
    ? `"${text(service.data)}"`
    : Object.entries(service.arguments ?? {}).filter(([name]) => !/ptr|len|number/.test(name)).map(([name, value]) => `${name} ${value}`).join(', '));

const services = (frame) => (frame.services?.length
    ? h('details', h('summary.quiet', `${frame.services.length} services`),
        h('ul.tree', frame.services.map((service) => h('li.call', h('span.hash', service.name ?? String(service.id)),
            h('span.hash.whole.quiet', detail(service)), h('span.costs', `${number(service.gas)} gas left`)))))
    : null);

async function frameItem(frame, whole) {
    const kind = frame.kind ?? (frame.to ? await kindOf(frame.to) : null);
    const children = await Promise.all((frame.calls ?? []).map((inner) => frameItem(inner, whole)));
    const share = whole > 0 ? Number(frame.gasUsed ?? 0) / whole : 0;
    return h('li',
        h('div.call',
            h('b', String(frame.type ?? 'call').toLowerCase()), addressLink(frame.to), kindMark(kind),
            h('span.hash.whole', await callName(frame)), await failure(frame), h('span.costs', cost(frame)),
            h(`progress.bar.${kind === 'riscv' ? 'riscv' : 'evm'}`, { max: 1, value: share, title: `${(share * 100).toFixed(1)}% of the gas` }),
            services(frame)),
        children.length > 0 && h('ul.tree', children));
}

export async function callTree(hash) {
    const { call, functions, error } = await trace(hash);
    if (!call) return h('p.quiet', `This node does not trace: ${error}`);
    return h('div',
        h('ul.tree', await frameItem(call, Number(call.gasUsed ?? 0))),
        functions.length > 0 && h('details', h('summary.quiet', 'cycles by function'),
            h('ul.tree', functions.map((f) => h('li.call.hash', addressLink(f.contract), h('span', f.name ?? 'elsewhere'), h('span.costs', `${number(f.cycles)} cycles`))))));
}
