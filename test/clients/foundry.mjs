// SPDX-License-Identifier: MIT
// The programs of foundry, which npm has for x86-64 Linux. `clients.sh` sees to it that they are there.
import path from 'node:path';
import { root, run, url, work } from './clients.mjs';

const binary = (name) => path.join(root, `node_modules/@foundry-rs/${name}-linux-amd64/bin/${name}`);

// What it must not do: look up names in the network, or write into the tree.
function environment(env) {
    return {
        ETH_RPC_URL: url,
        FOUNDRY_OFFLINE: 'true',
        FOUNDRY_CONFIG: path.join(root, 'test/clients/foundry/foundry.toml'),
        FOUNDRY_OUT: path.join(work, 'out'),
        FOUNDRY_CACHE_PATH: path.join(work, 'cache'),
        FOUNDRY_BROADCAST: path.join(work, 'broadcast'),
        ...env,
    };
}

export const cast = (...args) => run(binary('cast'), args, environment({}));
export const forge = (args, env = {}) => run(binary('forge'), [args[0], '--root', root, ...args.slice(1)], environment(env));
