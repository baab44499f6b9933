// SPDX-License-Identifier: MIT
// cast against a development node: it reads, calls, sends and creates code of both kinds, signs by itself, delegates an
// account, sends a blob, and executes a transaction again.
//   node test/clients/cast.mjs NODE CONTRACTS     (the program; the folder with token.deploy)
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ACCOUNTS, check, equal, finish, rejects, startNode, work } from './clients.mjs';
import { cast } from './foundry.mjs';

const [program, contracts] = process.argv.slice(2);
const [{ address: FIRST, key: KEY }, { address: SECOND, key: KEY2 }] = ACCOUNTS;
const OTHER = '0x00000000000000000000000000000000000A11cE';
const TRANSFER = 'transfer(address,uint256)';
const SIGNED = ['--private-key', KEY];
const contains = (text, part) => {
    if (!text.includes(part)) throw new Error(`${part} is not in: ${text.slice(0, 2000)}`);
};

await startNode(program);
execFileSync('node', ['demo/compile.js', work]);
const code = {
    evm: '0x' + fs.readFileSync(path.join(work, 'Token.bin'), 'utf8').trim(),
    riscv: '0x' + fs.readFileSync(path.join(contracts, 'token.deploy')).toString('hex'),
};

// ---- the chain and plain transactions

await check('the chain', () => {
    equal(cast('chain-id'), '33500');
    equal(cast('block-number'), '0');
    equal(cast('balance', FIRST, '--ether'), '10000.000000000000000000');
    contains(cast('client'), 'hybrid-node/');
});

await check('a transfer, signed by cast and by the node', () => {
    const receipt = JSON.parse(cast('send', ...SIGNED, '--json', OTHER, '--value', '1ether'));
    equal([receipt.status, receipt.type, BigInt(receipt.gasUsed)], ['0x1', '0x2', 21000n]);
    equal(cast('receipt', receipt.transactionHash, 'blockNumber'), '1');
    equal(cast('tx', receipt.transactionHash, 'value'), '1000000000000000000');
    equal(cast('block', '1', '-f', 'hash'), receipt.blockHash);
    cast('send', '--unlocked', '--from', FIRST, OTHER, '--value', '1');
    cast('send', ...SIGNED, '--legacy', OTHER, '--value', '1');
    equal(cast('balance', OTHER), '1000000000000000002');
});

await check('a transaction that is signed first and published later', () => {
    const raw = cast('mktx', ...SIGNED, OTHER, '--value', '3');
    equal(cast('block-number'), '3');
    equal(JSON.parse(JSON.parse(cast('decode-transaction', raw))).signer.toLowerCase(), FIRST.toLowerCase());
    equal(JSON.parse(cast('publish', raw)).status, '0x1');
    equal(cast('balance', OTHER), '1000000000000000005');
});

await check('a blob', () => {
    fs.writeFileSync(path.join(work, 'blob'), 'blobs are for data');
    const receipt = JSON.parse(cast('send', ...SIGNED, '--json', '--blob', '--path', path.join(work, 'blob'), OTHER));
    equal([receipt.status, receipt.type, BigInt(receipt.blobGasUsed)], ['0x1', '0x3', 131072n]);
});

// ---- contracts of each kind

const token = {};

function creates(kind) {
    const constructor = cast('abi-encode', 'f(string,string,uint256)', 'Gold', 'GLD', '1000').slice(2);
    const receipt = JSON.parse(cast('send', ...SIGNED, '--json', '--create', code[kind] + constructor));
    equal(receipt.status, '0x1');
    token[kind] = receipt.contractAddress;
    const deployed = cast('code', token[kind]);
    equal(deployed.startsWith('0xff') ? 'riscv' : 'evm', kind);
    equal(JSON.parse(cast('rpc', 'hybrid_getCodeInfo', token[kind])).kind, kind);
}

function calls(kind) {
    const at = token[kind];
    equal(cast('call', at, 'name()(string)'), '"Gold"');
    equal(cast('call', at, 'balanceOf(address)(uint256)', FIRST), '1000');
    equal(cast('storage', at, '2'), '0x' + '3e8'.padStart(64, '0'));
    const proof = JSON.parse(cast('proof', at, '2'));
    equal(BigInt(proof.storageProof[0].value), 1000n);
    contains(cast('access-list', at, TRANSFER, OTHER, '1', '--from', FIRST).toLowerCase(), at.toLowerCase());
}

function sends(kind) {
    const at = token[kind];
    const gas = Number(cast('estimate', at, TRANSFER, OTHER, '5', '--from', FIRST));
    const receipt = JSON.parse(cast('send', ...SIGNED, '--json', at, TRANSFER, OTHER, '5'));
    equal([receipt.status, receipt.logs.length, Number(receipt.gasUsed) <= gas], ['0x1', 1, true]);
    const logs = JSON.parse(cast('logs', '--json', '--from-block', '0', '--address', at, 'Transfer(address indexed,address indexed,uint256)'));
    equal(logs.map((l) => BigInt(l.data)), [1000n, 5n]);
    equal(cast('call', at, 'balanceOf(address)(uint256)', OTHER), '5');
    return receipt.transactionHash;
}

async function reverts(kind) {
    const error = '0xe450d38c'; // ERC20InsufficientBalance
    await rejects(() => cast('call', token[kind], TRANSFER, FIRST, '1', '--from', SECOND), new RegExp(`error code 3: execution reverted, data: "${error}`));
    await rejects(() => cast('send', '--private-key', KEY2, token[kind], TRANSFER, FIRST, '1'), new RegExp(`Failed to estimate gas.*${error}`));
    const receipt = JSON.parse(cast('send', '--private-key', KEY2, '--json', '--gas-limit', '100000', token[kind], TRANSFER, FIRST, '1'));
    equal(receipt.status, '0x0');
}

for (const kind of ['evm', 'riscv']) {
    await check(`${kind}: is created`, () => creates(kind));
    await check(`${kind}: is called and looked at`, () => calls(kind));
    let hash;
    await check(`${kind}: is sent to`, () => { hash = sends(kind); });
    await check(`${kind}: reverts with data`, () => reverts(kind));
    await check(`${kind}: the node traces it`, () => {
        const frame = JSON.parse(cast('rpc', 'debug_traceTransaction', hash, '{"tracer":"callTracer"}'));
        equal([frame.to.toLowerCase(), frame.error], [token[kind].toLowerCase(), undefined]);
    });
    // cast executes it in an EVM of its own. To that one 0xFF is SELFDESTRUCT, for which nothing is on the stack.
    await check(`${kind}: cast runs it again${kind === 'evm' ? '' : ', and cannot'}`, () => {
        contains(cast('run', hash), kind === 'evm' ? '[Return] true' : '[StackUnderflow]');
    });
}

await check('each kind calls the other', () => {
    for (const [from, to] of [['evm', 'riscv'], ['riscv', 'evm']]) {
        cast('send', ...SIGNED, token[to], TRANSFER, token[from], '50');
        cast('send', ...SIGNED, token[from], 'pay(address,address,uint256)', token[to], OTHER, '30');
        equal(cast('call', token[from], 'balanceIn(address,address)(uint256)', token[to], OTHER), '35');
    }
});

await check('an account is delegated to code of each kind', () => {
    for (const kind of ['evm', 'riscv']) {
        const authorization = cast('wallet', 'sign-auth', token[kind], '--private-key', KEY2);
        const receipt = JSON.parse(cast('send', ...SIGNED, '--json', OTHER, '--auth', authorization));
        equal([receipt.status, receipt.type], ['0x1', '0x4']);
        equal(cast('code', SECOND), '0xef0100' + token[kind].slice(2).toLowerCase());
        equal(cast('call', SECOND, 'decimals()(uint8)'), '18');
    }
});

await check('what the node signs is verified by cast', () => {
    const signature = JSON.parse(cast('rpc', 'personal_sign', '0x68656c6c6f', FIRST));
    equal(signature, cast('wallet', 'sign', ...SIGNED, 'hello'));
    const data = '{"types":{"EIP712Domain":[{"name":"name","type":"string"}],"T":[{"name":"a","type":"uint8[]"}]},"primaryType":"T","domain":{"name":"d"},"message":{"a":[1,2]}}';
    equal(JSON.parse(cast('rpc', 'eth_signTypedData_v4', FIRST, data)), cast('wallet', 'sign', ...SIGNED, '--data', data));
});

await finish();
