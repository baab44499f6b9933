// SPDX-License-Identifier: MIT
// A hardhat project on a hybrid node, run by test/clients/hardhat.mjs: the demo's Solidity token, compiled by the solc of
// package-lock.json. HYBRID_RPC: the node; HARDHAT_RESULTS: where artifacts go
// (build/hardhat).
'use strict';
const path = require('path');
const { subtask } = require('hardhat/config');
const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require('hardhat/builtin-tasks/task-names');
const solc = require('solc');

const root = path.join(__dirname, '../../..');
const results = process.env.HARDHAT_RESULTS || path.join(root, 'build/hardhat');
const version = solc.version().split('+')[0];

// Hardhat would download a compiler.
subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async () => ({
    compilerPath: require.resolve('solc/soljson.js'),
    isSolcJs: true,
    version,
    longVersion: solc.version().replace('.Emscripten.clang', ''),
}));

module.exports = {
    solidity: { version, settings: { evmVersion: 'osaka', optimizer: { enabled: true, runs: 200 } } },
    defaultNetwork: 'hybrid',
    networks: { hybrid: { url: process.env.HYBRID_RPC || 'http://127.0.0.1:8545', chainId: 33500 } },
    paths: {
        root,
        sources: 'demo',
        tests: __dirname,
        artifacts: path.join(results, 'artifacts'),
        cache: path.join(results, 'cache'),
    },
};
