// SPDX-License-Identifier: MIT
// What is wrong with a call of engine_newPayload, and what a client must answer (execution-apis, src/engine): tokens,
// forms, versions, and payloads with a rightful hash that are not valid, whose parent is not known, or that are on
// another branch. Each function gives '' or what was answered otherwise. For test/engine_http.mjs.
import { encodeRlp, keccak256 } from 'ethers';

const ZERO = `0x${'00'.repeat(32)}`;
const UNKNOWN = `0x${'11'.repeat(32)}`;
const NO_UNCLES = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347';

const differ = (wanted) => wanted.filter(([, got, value]) => got !== value).map(([what, got, value]) => `${what}: ${got}, not ${value}`).join('; ');

// On a payload that is valid and that the node does not know yet.
export async function refuseBefore(node, version, params, token) {
    const method = `engine_newPayloadV${version}`;
    const [payload, ...rest] = params;
    const changed = (change) => node.ask(method, [{ ...payload, ...change }, ...rest]);
    const code = async (name, list) => (await node.ask(name, list)).error?.code;
    const http = async (bearer) => (await node.ask(method, params, { bearer })).status;
    const status = async (change) => (await changed(change)).result?.status;
    const now = Math.floor(Date.now() / 1000);
    const unknown = { headBlockHash: UNKNOWN, safeBlockHash: ZERO, finalizedBlockHash: ZERO };
    const choice = await node.ask(`engine_forkchoiceUpdatedV${Math.min(version, 3)}`, [unknown, null]);
    // A version that needs more than this one has is missed before its fork is; so is one less of version 4.
    const other = version === 3 ? [4, [...params, []], -38005] : version > 3 ? [3, params.slice(0, 3), -38005] : [3, params, -32602];
    return differ([
        ['without a token', await http(null), 401],
        ['with an old token', await http(token(now - 120)), 401],
        ['with a token of the future', await http(token(now + 120)), 401],
        ['with another secret', await http(token(now, Buffer.alloc(32))), 401],
        ['with half a token', await http(token(now).slice(0, 60)), 401],
        ['another state root', await status({ stateRoot: ZERO }), 'INVALID'],
        ['another hash', await status({ blockHash: ZERO }), 'INVALID'],
        ['more gas used', await status({ gasUsed: `0x${(BigInt(payload.gasUsed) + 1n).toString(16)}` }), 'INVALID'],
        ['a transaction less', payload.transactions.length === 0 ? 'INVALID' : await status({ transactions: payload.transactions.slice(1) }), 'INVALID'],
        ['a field missing', (await changed({ gasUsed: undefined })).error?.code, -32602],
        ['a field of null', (await changed({ parentHash: null })).error?.code, -32602],
        ['a field of a wrong type', (await changed({ gasUsed: [] })).error?.code, -32602],
        ['no parameters', await code(method, []), -32602],
        ['a parameter too many', await code(method, [...params, []]), -32602],
        ['another version', await code(`engine_newPayloadV${other[0]}`, other[1]), other[2]],
        ['version 5 without its members', await code('engine_newPayloadV5', [payload, [], ZERO, []]), -32602],
        ['version 5 before Amsterdam', await code('engine_newPayloadV5', [{ withdrawals: [], blobGasUsed: '0x0', excessBlobGas: '0x0', ...payload,
            blockAccessList: '0xc0', slotNumber: '0x1' }, rest[0] ?? [], rest[1] ?? ZERO, []]), -38005],
        ['a head that is not known', choice.result?.payloadStatus?.status, 'SYNCING'],
        ['no head', await code(`engine_forkchoiceUpdatedV${Math.min(version, 3)}`, [{ ...unknown, headBlockHash: ZERO }, null]), -38002],
        ['a payload that was not begun', await code(`engine_getPayloadV${version}`, ['0x0000000000000007']), -38001],
        ['the engine at the other port', (await node.ask(method, params, { port: node.port })).error?.code, -32601],
        ['too many bodies', await code('engine_getPayloadBodiesByRangeV1', ['0x1', '0x10000']), -38004],
    ]);
}

// The hash of a payload with a header's roots that are not among its members.
function hashOf(p, version, rest, roots) {
    const number = (hex) => (BigInt(hex) === 0n ? '0x' : `0x${BigInt(hex).toString(16).replace(/^(.(..)*)$/, '0$1')}`);
    const header = [p.parentHash, NO_UNCLES, p.feeRecipient, p.stateRoot, roots.transactionsRoot, p.receiptsRoot, p.logsBloom, '0x',
        number(p.blockNumber), number(p.gasLimit), number(p.gasUsed), number(p.timestamp), p.extraData, p.prevRandao,
        '0x0000000000000000', number(p.baseFeePerGas)];
    if (p.withdrawals) header.push(roots.withdrawalsRoot);
    if (version >= 3) header.push(number(p.blobGasUsed), number(p.excessBlobGas), rest[1]);
    if (version >= 4) header.push(roots.requestsHash);
    return keccak256(encodeRlp(header));
}

// On the payload that is the head: its like with rightful hashes. `take` makes a block the head.
export async function refuseAfter(node, version, params, take) {
    const [payload, ...rest] = params;
    const roots = await node.read('eth_getBlockByHash', [payload.blockHash, false]);
    const changed = (change) => {
        const other = { ...payload, ...change };
        return { ...other, blockHash: hashOf(other, version, rest, roots) };
    };
    const give = async (other) => (await node.ask(`engine_newPayloadV${version}`, [other, ...rest])).result ?? {};
    if (changed({}).blockHash !== payload.blockHash) return 'the hash of the unchanged payload is another one';
    const parent = payload.parentHash;
    const state = await give(changed({ stateRoot: ZERO }));
    const gas = await give(changed({ gasUsed: `0x${(BigInt(payload.gasUsed) + 1n).toString(16)}` }));
    const bad = changed({ receiptsRoot: ZERO });
    const receipts = await give(bad);
    const onBad = await give(changed({ parentHash: bad.blockHash, blockNumber: `0x${(BigInt(payload.blockNumber) + 1n).toString(16)}` }));
    const orphan = await give(changed({ parentHash: UNKNOWN }));
    const late = await give(changed({ timestamp: '0x0' }));
    const sibling = changed({ extraData: '0x5468652073616d65' });
    const beside = await give(sibling);
    const choice = await node.ask(`engine_forkchoiceUpdatedV${Math.min(version, 3)}`, [{ headBlockHash: sibling.blockHash, safeBlockHash: payload.blockHash, finalizedBlockHash: ZERO }, null]);
    const moved = await take(sibling.blockHash);
    const root = (await node.read('eth_getBlockByNumber', ['latest', false])).stateRoot;
    const back = await take(payload.blockHash);
    const bodies = (await node.ask('engine_getPayloadBodiesByHashV1', [[UNKNOWN, payload.blockHash]])).result;
    return differ([
        ['another state root', state.status, 'INVALID'],
        ['its latest valid hash', state.latestValidHash, parent],
        ['its reason', /state/.test(state.validationError), true],
        ['more gas used', gas.status, 'INVALID'],
        ['other receipts', receipts.status, 'INVALID'],
        ['a child of an invalid payload', onBad.status, 'INVALID'],
        ['the latest valid hash of a child', onBad.latestValidHash, parent],
        ['an unknown parent', orphan.status, 'SYNCING'],
        ['its latest valid hash', orphan.latestValidHash, null],
        ['a time before its parent', late.status ?? 'INVALID', 'INVALID'], // or an error: it may be of another fork
        ['a sibling', beside.status, 'VALID'],
        ['a sibling as head whose safe block is elsewhere', choice.error?.code, -38002],
        ['the head moves', moved, ''],
        ['its state root', root, payload.stateRoot],
        ['and back', back, ''],
        ['bodies', bodies?.[0] === null && JSON.stringify(bodies[1].transactions) === JSON.stringify(payload.transactions), true],
    ]);
}
