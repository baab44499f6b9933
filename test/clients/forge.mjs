// SPDX-License-Identifier: MIT
// forge against a development node: `forge create`, `forge script --broadcast` with code of both kinds, `forge test` on a
// fork. The compiler is the one of package-lock.json (test/clients/solc).
//   node test/clients/forge.mjs NODE CONTRACTS     (the program; the folder with token.deploy)
import fs from 'node:fs';
import path from 'node:path';
import { ACCOUNTS, check, equal, finish, passMore, rpc, startNode, url, work } from './clients.mjs';
import { cast, forge } from './foundry.mjs';

const [program, contracts] = process.argv.slice(2);
const [{ key: KEY }, { address: SECOND }] = ACCOUNTS;
const SCRIPT = 'test/clients/foundry/script/Deploy.s.sol';
const container = path.resolve(contracts, 'token.deploy');
const tokens = {};

await startNode(program);

await check('forge build', () => { forge(['build']); });

await check('forge create', async () => {
    const made = JSON.parse(forge(['create', 'demo/Token.sol:Token', '--private-key', KEY, '--broadcast', '--json', '--constructor-args', 'Gold', 'GLD', '1000']));
    tokens.EVM_TOKEN = made.deployedTo;
    equal((await rpc('eth_getTransactionReceipt', [made.transactionHash])).status, '0x1');
    equal(cast('call', made.deployedTo, 'name()(string)'), '"Gold"');
});

// forge has no artifact of RISC-V code to create; cast sends its container.
await check('a RISC-V token for the fork', () => {
    const constructor = cast('abi-encode', 'f(string,string,uint256)', 'Gold', 'GLD', '1000').slice(2);
    const code = '0x' + fs.readFileSync(container).toString('hex') + constructor;
    tokens.RISCV_TOKEN = JSON.parse(cast('send', '--private-key', KEY, '--json', '--create', code)).contractAddress;
});

await check('forge test', () => {
    const out = JSON.parse(forge(['test', '--json'], tokens));
    const results = Object.values(out).flatMap((suite) => Object.entries(suite.test_results));
    equal(results.filter(([, r]) => r.status !== 'Success').map(([name, r]) => `${name}: ${r.reason}`), []);
    equal(results.length, 4);
    passMore(results.length - 1);
});

await check('nothing of the fork reached the node', async () => {
    equal(cast('call', tokens.EVM_TOKEN, 'balanceOf(address)(uint256)', '0x00000000000000000000000000000000000A11cE'), '0');
});

await check('forge script deploys both kinds', async () => {
    const env = { KEY, RECEIVER: SECOND, CONTAINER: container };
    forge(['script', SCRIPT, '--rpc-url', url, '--broadcast', '--skip-simulation'], env);
    const { transactions, receipts } = JSON.parse(fs.readFileSync(path.join(work, 'broadcast/Deploy.s.sol/33500/run-latest.json')));
    equal(receipts.map((r) => r.status), ['0x1', '0x1', '0x1', '0x1']);
    const [evm, , riscv] = transactions.map((t) => t.contractAddress);
    equal(cast('call', evm, 'balanceOf(address)(uint256)', SECOND), '7');
    equal(cast('call', riscv, 'name()(string)'), '"Script"');
    equal(cast('call', riscv, 'balanceOf(address)(uint256)', SECOND), '8');
    equal((await rpc('hybrid_getCodeInfo', [riscv])).kind, 'riscv');
});

await finish();
