// SPDX-License-Identifier: MIT
// node compile.js FILE.sol...: compiles Solidity sources, for `hybrid build`. The settings come as JSON on standard
// input ({"runs": 200, "evmVersion": "osaka"}); the result is JSON on standard output: [{"name", "source", "abi",
// "deploy", "code"}], one for each contract of the named files that can be deployed. Messages go to standard error.
// The compiler is the npm package solc, of this folder, of NODE_PATH, or of a folder above; without it, a program
// `solc`. Imports are looked for beside the file that imports them, then as npm packages, likewise.
'use strict';
const fs = require('fs');
const path = require('path');
const { spawnSync } = require('child_process');

const here = process.cwd();
const fail = (text) => {
    console.error(text);
    process.exit(1);
};
const settings = JSON.parse(fs.readFileSync(0, 'utf8') || '{}');
const files = process.argv.slice(2);

const resolve = (name) => require.resolve(name, { paths: [here] });

// Everything is read before the compiler is asked, so that both kinds of compiler get the same input.
const sources = {};
const read = (name, from) => {
    if (sources[name]) return;
    let file = name;
    if (!fs.existsSync(file)) {
        try {
            file = resolve(name);
        } catch {
            fail(`${from}: cannot find the import "${name}": it is no file, and no npm package here has it`);
        }
    }
    const content = fs.readFileSync(file, 'utf8');
    sources[name] = { content };
    const bare = content.replace(/\/\*[^]*?\*\//g, ' ').replace(/\/\/.*/g, ' ');
    for (const found of bare.matchAll(/\bimport\b[^;"']*["']([^"']+)["']/g)) {
        read(found[1].startsWith('.') ? path.join(path.dirname(name), found[1]) : found[1], name);
    }
};
files.forEach((file) => read(path.normalize(file), 'the command line'));

const input = JSON.stringify({
    language: 'Solidity',
    sources,
    settings: {
        evmVersion: settings.evmVersion || 'osaka',
        optimizer: { enabled: true, runs: settings.runs || 200 },
        metadata: { bytecodeHash: 'none' },
        outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
    },
});

const compile = () => {
    let solc;
    try {
        solc = require(resolve('solc'));
    } catch {
        const run = spawnSync('solc', ['--standard-json'], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
        if (run.error) {
            fail('the Solidity compiler is missing; in the folder of the project: npm install --save-exact solc@0.8.37');
        }
        return run.stdout;
    }
    return solc.compile(input);
};

const result = JSON.parse(compile());
const errors = result.errors || [];
errors.forEach((error) => console.error(error.formattedMessage.trimEnd()));
if (errors.some((error) => error.severity === 'error')) process.exit(1);

const wanted = new Set(files.map((file) => path.normalize(file)));
const contracts = [];
for (const [source, all] of Object.entries(result.contracts || {})) {
    for (const [name, contract] of Object.entries(all)) {
        const deploy = contract.evm.bytecode.object;
        if (!wanted.has(source) || deploy === '') continue;
        if (deploy.includes('__$')) fail(`${source}: ${name} needs a library linked, which hybrid build does not do`);
        contracts.push({ name, source, abi: contract.abi, deploy, code: contract.evm.deployedBytecode.object });
    }
}
if (contracts.length === 0) fail(`${files.join(', ')}: there is no contract that can be deployed`);
process.stdout.write(JSON.stringify(contracts));
