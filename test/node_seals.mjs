// SPDX-License-Identifier: MIT
// Writes an official blockchain test with real proofs of work as files for hybrid-node: DIR/genesis.json, DIR/good.rlp
// (its valid blocks), DIR/bad.rlp (those that must be refused), and DIR/unsealed.rlp: the good ones, the last of them
// with a nonce that does not seal it. Prints the hash of the head it ends with.
//   node test/node_seals.mjs FILE CASE DIR
import fs from 'node:fs';

const [file, name, dir] = process.argv.slice(2);
const test = JSON.parse(fs.readFileSync(file, 'utf8'))[name];
const FORKS = [['Homestead', 'homesteadBlock'], ['EIP150', 'eip150Block'], ['EIP158', 'eip155Block', 'eip158Block'],
    ['Byzantium', 'byzantiumBlock'], ['ConstantinopleFix', 'constantinopleBlock', 'petersburgBlock']];
const config = { chainId: 1, ethash: {} };
const at = FORKS.findIndex(([fork]) => fork === test.network);
if (at < 0 && test.network !== 'Frontier') throw new Error(`${name} is of ${test.network}`);
for (const [, ...members] of FORKS.slice(0, at + 1)) members.forEach((member) => { config[member] = 0; });

const number = (hex) => `0x${BigInt(hex === '0x' ? 0 : hex).toString(16)}`;
const word = (hex) => `0x${BigInt(hex).toString(16).padStart(64, '0')}`;
const h = test.genesisBlockHeader;
fs.writeFileSync(`${dir}/genesis.json`, JSON.stringify({
    config, nonce: h.nonce, timestamp: number(h.timestamp), extraData: h.extraData, gasLimit: number(h.gasLimit),
    difficulty: number(h.difficulty), mixHash: h.mixHash, coinbase: h.coinbase,
    alloc: Object.fromEntries(Object.entries(test.pre).map(([address, a]) => [address, {
        balance: number(a.balance), nonce: number(a.nonce), code: a.code,
        storage: Object.fromEntries(Object.entries(a.storage).map(([key, v]) => [word(key), word(v)])) }])),
}));

const bytes = (hex) => Buffer.from(hex.slice(2), 'hex');
const good = test.blocks.filter((b) => b.blockHeader);
fs.writeFileSync(`${dir}/good.rlp`, Buffer.concat(good.map((b) => bytes(b.rlp))));
fs.writeFileSync(`${dir}/bad.rlp`, Buffer.concat(test.blocks.filter((b) => !b.blockHeader).map((b) => bytes(b.rlp))));
const { rlp, blockHeader } = good[good.length - 1];
const seal = `a0${blockHeader.mixHash.slice(2)}88${blockHeader.nonce.slice(2)}`; // the header's last two items
if (!rlp.includes(seal)) throw new Error(`${name}: the seal of the last block is not found`);
const other = rlp.replace(seal, `${seal.slice(0, -1)}${seal.endsWith('0') ? '1' : '0'}`);
fs.writeFileSync(`${dir}/unsealed.rlp`, Buffer.concat([...good.slice(0, -1).map((b) => bytes(b.rlp)), bytes(other)]));
console.log(`0x${test.lastblockhash.replace(/^0x/, '')}`);
