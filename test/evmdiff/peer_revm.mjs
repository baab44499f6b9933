// SPDX-License-Identifier: MIT
// revm as a peer, through EDR, the native part of Hardhat, in this process. Each world is a chain of its own, whose
// genesis has the world's accounts and whose last block has all of its transactions; pool, block, receipts and state
// root are EDR's. The only argument is the fork, from Byzantium on. See case.h for the lines.
import { createRequire } from 'node:module';

import { answerLines } from './lines.mjs';

const edr = createRequire(import.meta.url)('@nomicfoundation/edr-linux-x64-gnu');
const FORKS = {
    byzantium: edr.BYZANTIUM, constantinople: edr.CONSTANTINOPLE, petersburg: edr.PETERSBURG, istanbul: edr.ISTANBUL,
    berlin: edr.BERLIN, london: edr.LONDON, paris: edr.MERGE, shanghai: edr.SHANGHAI, cancun: edr.CANCUN,
    prague: edr.PRAGUE, osaka: edr.OSAKA,
};
const hex = (n) => `0x${n.toString(16)}`;
const fork = process.argv[2];
const hasBaseFee = !['byzantium', 'constantinople', 'petersburg', 'istanbul', 'berlin'].includes(fork);
const isMerged = hasBaseFee && fork !== 'london';
const reward = isMerged ? 0n : (fork === 'byzantium' ? 3n : 2n) * 10n ** 18n; // of each block

const context = new edr.EdrContext();
await context.registerProviderFactory(edr.L1_CHAIN_TYPE, edr.l1ProviderFactory());

const bytes = (data) => Uint8Array.from(Buffer.from(data.slice(2), 'hex'));

async function open(env, accounts) {
    const provider = await context.createProvider(edr.L1_CHAIN_TYPE, {
        allowBlocksWithSameTimestamp: false,
        allowUnlimitedContractSize: false,
        bailOnCallFailure: false,
        bailOnTransactionFailure: false,
        blockGasLimit: BigInt(env.gasLimit),
        chainId: 1n,
        coinbase: bytes(env.coinbase),
        genesisState: Object.entries(accounts).map(([address, a]) => ({
            address: bytes(address), balance: BigInt(a.balance), nonce: BigInt(a.nonce), code: bytes(a.code),
        })),
        hardfork: FORKS[fork],
        initialBaseFeePerGas: 1n,
        initialBlobGas: { gasUsed: 0n, excessGas: BigInt(env.excessBlobGas) },
        initialDate: 1n,
        initialParentBeaconBlockRoot: new Uint8Array(32),
        minGasPrice: 0n,
        mining: { autoMine: false, memPool: { order: 'Fifo' } },
        networkId: 1n,
        observability: {},
        ownedAccounts: [],
        precompileOverrides: [],
    }, { enable: false, decodeConsoleLogInputsCallback: () => [], printLineCallback: () => {} },
    { subscriptionCallback: () => {} }, new edr.ContractDecoder());
    const request = async (text) => {
        const { data } = await provider.handleRequest(text);
        return typeof data === 'string' ? JSON.parse(data) : data;
    };
    const coded = ([method, ...params]) => ({ jsonrpc: '2.0', id: 1, method, params });
    const attempt = async (...one) => request(JSON.stringify(coded(one))); // {result} or {error}
    const call = async (...one) => {
        const { result, error } = await attempt(...one);
        if (error) throw new Error(`${one[0]}: ${error.message}`);
        return result;
    };
    const callAll = async (calls) => { // a list gives a list; the first error is that of all
        if (calls.length === 0) return [];
        const { result, error } = await request(JSON.stringify(calls.map(coded)));
        if (error) throw new Error(error.message);
        return result;
    };
    return { attempt, call, callAll };
}

function outcome(receipt) {
    const succeeded = receipt.status === '0x1';
    return {
        status: receipt.status,
        gasUsed: receipt.gasUsed,
        created: succeeded ? receipt.contractAddress ?? null : null,
        logs: receipt.logs.map((log) => [log.address, ...log.topics, log.data]),
    };
}

await answerLines(async ({ env, accounts, txs }) => {
    const { attempt, call, callAll } = await open(env, accounts);
    const slots = Object.entries(accounts).flatMap(([address, { storage }]) => Object.entries(storage)
        .map(([key, value]) => ['hardhat_setStorageAt', address, hex(BigInt(key)), value]));
    await callAll(slots);
    const hashes = [];
    for (let number = 0; number < BigInt(env.number) % 4n; number++) await call('hardhat_mine', '0x1');
    for (const { raw } of txs) {
        const { error } = await attempt('eth_sendRawTransaction', raw);
        if (error && process.env.EVMDIFF_VERBOSE) console.error(error.message);
    }
    if (hasBaseFee) await call('hardhat_setNextBlockBaseFeePerGas', env.baseFee);
    if (isMerged) await call('hardhat_setPrevRandao', env.random);
    await call('evm_setNextBlockTimestamp', Number(env.timestamp) + 100);
    await call('hardhat_mine', '0x1');
    const block = await call('eth_getBlockByNumber', 'latest', false);
    for (let number = 0; number < Number(block.number); number++) {
        hashes.push((await call('eth_getBlockByNumber', hex(number), false)).hash);
    }
    const index = new Map(txs.map((tx, i) => [tx.hash, i]));
    const order = block.transactions.map((hash) => index.get(hash));
    const outcomes = txs.map(() => null);
    const receipts = await callAll(order.map((i) => ['eth_getTransactionReceipt', txs[i].hash]));
    for (const [at, receipt] of receipts.entries()) outcomes[order[at]] = outcome(receipt);
    return {
        env: {
            number: block.number, timestamp: block.timestamp, gasLimit: block.gasLimit, coinbase: block.miner,
            baseFee: block.baseFeePerGas ?? '0x0', random: block.mixHash, difficulty: block.difficulty,
            excessBlobGas: block.excessBlobGas ?? '0x0',
            reward: hex(reward),
        },
        before: reward === 0n ? {} : { [env.coinbase]: { balance: hex(reward * BigInt(hashes.length - 1)) } },
        hashes, order, txs: outcomes, root: block.stateRoot,
    };
});
process.exit(0);
