// SPDX-License-Identifier: MIT
// EthereumJS as a peer, in this process: each world is a state of maps, each transaction one runTx. The only argument
// is the fork. See case.h for the lines.
import { createBlock } from '@ethereumjs/block';
import { EVMError } from '@ethereumjs/evm';
import { Common, Hardfork, Mainnet } from '@ethereumjs/common';
import { SimpleStateManager } from '@ethereumjs/statemanager';
import { createTxFromRLP } from '@ethereumjs/tx';
import { Account, bytesToHex, createAddressFromString, hexToBytes } from '@ethereumjs/util';
import { createVM, runTx } from '@ethereumjs/vm';
import { bls12_381 } from '@noble/curves/bls12-381.js';

import { answerLines } from './lines.mjs';

const FORKS = {
    frontier: Hardfork.Chainstart, tangerine: Hardfork.TangerineWhistle, spurious: Hardfork.SpuriousDragon,
};
const fork = process.argv[2];

// EIP-4844's check of a proof, over @noble/curves: e(C - y G1 + z P, G2) = e(P, tau G2). EthereumJS brings none.
const TAU_G2 = bls12_381.G2.Point.fromHex('b5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d' +
    '2914e5870cb452d2afaaab24f3499f72185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de' +
    '621000edc98edada20c1def2');
const kzg = {
    verifyProof(commitment, z, y, proof) {
        const { G1, G2, fields, pairingBatch } = bls12_381;
        const [c, p] = [commitment, proof].map((point) => G1.Point.fromHex(point.slice(2)));
        const [at, value] = [BigInt(z), BigInt(y)];
        if (at >= fields.Fr.ORDER || value >= fields.Fr.ORDER) throw new Error('C_KZG_BADARGS');
        const left = c.subtract(G1.Point.BASE.multiplyUnsafe(value)).add(p.multiplyUnsafe(at));
        const pairs = [{ g1: left, g2: G2.Point.BASE }, { g1: p.negate(), g2: TAU_G2 }]
            .filter(({ g1 }) => !g1.is0());
        return pairs.length === 0 || fields.Fp12.eql(pairingBatch(pairs), fields.Fp12.ONE);
    },
};
const common = new Common({ chain: Mainnet, hardfork: FORKS[fork] ?? fork, customCrypto: { kzg } });
const merged = common.gteHardfork(Hardfork.Paris);

const hex = (n) => `0x${n.toString(16)}`;

async function fill(state, accounts) {
    for (const [text, a] of Object.entries(accounts)) {
        const address = createAddressFromString(text);
        await state.putAccount(address, new Account(BigInt(a.nonce), BigInt(a.balance)));
        if (a.code !== '0x') await state.putCode(address, hexToBytes(a.code));
        for (const [key, value] of Object.entries(a.storage)) {
            await state.putStorage(address, hexToBytes(key), hexToBytes(value));
        }
    }
}

// All that is in the state, sorted by address and key.
async function dump(state) {
    const storages = {};
    for (const [place, value] of state.storageStack.at(-1)) {
        const at = place.indexOf('_');
        const number = BigInt(bytesToHex(value) === '0x' ? '0x0' : bytesToHex(value));
        if (number !== 0n) (storages[place.slice(0, at)] ??= []).push([place.slice(at + 1), hex(number)]);
    }
    const accounts = [];
    for (const [address, account] of state.accountStack.at(-1)) {
        if (account === undefined) continue;
        accounts.push([address, {
            balance: hex(account.balance), nonce: hex(account.nonce),
            code: bytesToHex(await state.getCode(createAddressFromString(address))),
            storage: Object.fromEntries((storages[address] ?? []).sort((a, b) => (a[0] < b[0] ? -1 : 1))),
        }]);
    }
    return Object.fromEntries(accounts.sort((a, b) => (a[0] < b[0] ? -1 : 1)));
}

// What the EVM asks of a chain: hashes of blocks, which a world brings.
const chain = {
    first: 0, hashes: [],
    async getBlock(number) { return { hash: () => hexToBytes(this.hashes[Number(number) - this.first]) }; },
    async putBlock() {},
    shallowCopy() { return this; },
};

// One VM for all worlds: making it takes longer than a case.
const stateManager = new SimpleStateManager({ common });
stateManager.getStateRoot = async () => new Uint8Array(32); // of receipts before Byzantium
const vm = await createVM({ common, stateManager, blockchain: chain });

function emptyState() {
    stateManager.accountStack = [new Map()];
    stateManager.codeStack = [new Map()];
    stateManager.storageStack = [new Map()];
    stateManager.originalStorageCache.clear();
    vm.evm.journal.cleanup();
    vm.evm.transientStorage.clear();
}

function blockOf(env) {
    const header = {
        number: env.number, timestamp: env.timestamp, gasLimit: env.gasLimit, coinbase: env.coinbase,
        difficulty: merged ? '0x0' : env.difficulty,
    };
    if (common.isActivatedEIP(1559)) header.baseFeePerGas = env.baseFee;
    if (merged) header.mixHash = env.random;
    if (common.isActivatedEIP(4844)) header.excessBlobGas = env.excessBlobGas;
    return createBlock({ header }, { common, skipConsensusFormatValidation: true, freeze: false });
}

function outcome(result) {
    const error = result.execResult.exceptionError?.error;
    // In Frontier a creation that cannot pay for its code succeeds without code; EthereumJS notes an error besides.
    const failed = error !== undefined && !(fork === 'frontier' && error === EVMError.errorMessages.CODESTORE_OUT_OF_GAS);
    const isCreated = !failed && result.createdAddress !== undefined;
    return {
        status: failed ? '0x0' : '0x1',
        gasUsed: hex(result.totalGasSpent),
        created: isCreated ? result.createdAddress.toString() : null,
        logs: failed ? [] : (result.execResult.logs ?? []).map(([address, topics, data]) =>
            [bytesToHex(address), ...topics.map((t) => bytesToHex(t)), bytesToHex(data)]),
        output: isCreated ? '0x' : bytesToHex(result.execResult.returnValue), // else the new code
    };
}

await answerLines(async ({ env, hashes, accounts, txs }) => {
    emptyState();
    Object.assign(chain, { first: Number(env.number) - hashes.length, hashes });
    await fill(stateManager, accounts);
    const block = blockOf(env);
    const outcomes = [];
    const order = [];
    for (const [i, { raw, sender }] of txs.entries()) {
        try {
            const tx = createTxFromRLP(hexToBytes(raw), { common, freeze: false });
            tx.getSenderAddress = () => createAddressFromString(sender);
            const result = await runTx(vm, { tx, block, skipHardForkValidation: true });
            outcomes.push(outcome(result));
            order.push(i);
        } catch (error) {
            if (process.env.EVMDIFF_VERBOSE) console.error(error);
            outcomes.push(null);
        }
    }
    return { order, txs: outcomes, accounts: await dump(stateManager) };
});
