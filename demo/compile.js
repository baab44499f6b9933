// SPDX-License-Identifier: MIT
// node demo/compile.js OUT: compiles demo/Token.sol with the locked solc and OpenZeppelin's contracts, and writes init
// code (OUT/Token.bin, hex) and interface (OUT/Token.abi.json).
'use strict';
const fs = require('fs');
const path = require('path');
const solc = require('solc');

const out = process.argv[2];
if (!out) {
    console.error('usage: node demo/compile.js OUT');
    process.exit(2);
}
const input = {
    language: 'Solidity',
    sources: { 'Token.sol': { content: fs.readFileSync(path.join(__dirname, 'Token.sol'), 'utf8') } },
    settings: {
        evmVersion: 'osaka',
        optimizer: { enabled: true, runs: 200 },
        metadata: { bytecodeHash: 'none' },
        outputSelection: { '*': { Token: ['abi', 'evm.bytecode.object', 'evm.methodIdentifiers'] } },
    },
};
const findImport = (name) => ({ contents: fs.readFileSync(require.resolve(name), 'utf8') });
const result = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }));
for (const error of result.errors || []) {
    console.error(error.formattedMessage);
}
if ((result.errors || []).some((error) => error.severity === 'error')) {
    process.exit(1);
}
const token = result.contracts['Token.sol'].Token;
fs.mkdirSync(out, { recursive: true });
fs.writeFileSync(path.join(out, 'Token.bin'), `${token.evm.bytecode.object}\n`);
fs.writeFileSync(path.join(out, 'Token.abi.json'), `${JSON.stringify(token.abi, null, 2)}\n`);
fs.writeFileSync(path.join(out, 'Token.methods.json'), `${JSON.stringify(token.evm.methodIdentifiers, null, 2)}\n`);
