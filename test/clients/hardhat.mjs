// SPDX-License-Identifier: MIT
// `hardhat test` in test/clients/hardhat against a development node, without the network.
//   node test/clients/hardhat.mjs NODE CONTRACTS     (the program; the folder with token.deploy)
import path from 'node:path';
import { check, finish, passMore, root, run, startNode, url, work } from './clients.mjs';

const [program, contracts] = process.argv.slice(2);
await startNode(program);
await check('hardhat test', async () => {
    const out = run(path.join(root, 'node_modules/.bin/hardhat'), ['test', '--network', 'hybrid'], {
        CI: 'true',
        HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true',
        HYBRID_RPC: url,
        HARDHAT_RESULTS: work,
        CONTAINER: path.resolve(contracts, 'token.deploy'),
    }, path.join(root, 'test/clients/hardhat'));
    passMore(Number(out.match(/^ *(\d+) passing/m)[1]) - 1);
});
await finish();
