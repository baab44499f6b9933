// SPDX-License-Identifier: MIT
// A transaction's tree of calls across both kinds of code with gas, cycles, pages and time (hybrid_getCallTree), and the
// services that RISC-V frames asked for (riscvTracer); callTracer where a node lacks these.
import { Refusal, number, rpc, time, tryRpc } from './rpc.js';
import { addressLink, h, kindMark } from './dom.js';
import { describeCall, describeLog, describeRevert } from './abi.js';
import { kindOf, namesFor } from './account.js';

// hybrid_getCallTree's nodes in the tracers' words; what frames say and log stays where it happened.
const fromTree = (node) => ({
    type: node.type, kind: node.kind, to: node.to, gasUsed: node.gas_used, cycles: node.cycles, pages: node.pages, time: node.time_ns,
    input: node.input, inputSize: node.input_size, output: node.output, revertReason: node.reason,
    error: node.status === 'success' ? null : node.halt ?? node.status,
    calls: node.children.map((child) => (child.children ? fromTree(child) : { leaf: child })),
});
const framesOf = (frame) => [frame, ...(frame.calls ?? []).filter((inner) => !inner.leaf).flatMap(framesOf)];

async function trace(hash) {
    const [tree, riscv] = await Promise.all([tryRpc('hybrid_getCallTree', hash), tryRpc('debug_traceTransaction', hash, { tracer: 'riscvTracer' })]);
    if (tree) {
        const call = fromTree(tree);
        const frames = framesOf(call);
        const traced = riscv?.call ? framesOf(riscv.call) : [];
        if (frames.length === traced.length) frames.forEach((frame, i) => { frame.services = traced[i].services; });
        return { call, functions: riscv?.functions ?? [] };
    }
    if (riscv?.call) return { call: riscv.call, functions: riscv.functions ?? [] };
    return rpc('debug_traceTransaction', hash, { tracer: 'callTracer' }).then((call) => ({ call, functions: [] }), (error) => {
        if (error instanceof Refusal) return { error: error.message };
        throw error;
    });
}

const cost = (frame) => [
    frame.gasUsed && `${number(frame.gasUsed)} gas`,
    frame.cycles !== undefined && Number(frame.cycles) > 0 && `${number(frame.cycles)} cycles`,
    frame.pages !== undefined && Number(frame.pages) > 0 && `${number(frame.pages)} pages`,
    frame.time !== undefined && time(frame.time),
].filter(Boolean).join(' · ');

async function callName(frame) {
    const input = frame.input ?? '0x';
    const size = frame.inputSize ?? (input.length - 2) / 2;
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

async function leafItem(leaf) {
    if (leaf.type === 'debug') return h('li.call', h('span.quiet', 'says'), h('span.hash.whole', `"${leaf.text}"`));
    const event = await describeLog(namesFor(leaf.address), leaf);
    return h('li.call', h('span.quiet', 'logs'), h('span.hash.whole', event ?? leaf.topics.concat(leaf.data).join(' ')));
}

async function frameItem(frame, whole) {
    if (frame.leaf) return leafItem(frame.leaf);
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
