// SPDX-License-Identifier: MIT
// A hardhat project on a hybrid node, run by test/clients/hardhat.mjs: the demo's Solidity token, compiled by the solc of
// package-lock.json. HYBRID_RPC: the node; HARDHAT_RESULTS: where artifacts go.
'use strict';
const path = require('path');
const { subtask } = require('hardhat/config');
const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require('hardhat/builtin-tasks/task-names');
const solc = require('solc');

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
        root: path.join(__dirname, '../../..'),
        sources: 'demo',
        tests: __dirname,
        artifacts: path.join(process.env.HARDHAT_RESULTS, 'artifacts'),
        cache: path.join(process.env.HARDHAT_RESULTS, 'cache'),
    },
};
