// SPDX-License-Identifier: MIT
// As a project tests its contracts with hardhat, here on a hybrid node: a token of each kind is deployed, they call each
// other, and the methods of development move accounts, blocks and time. CONTAINER: the RISC-V token's init code.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { ethers } = require('ethers');
const hre = require('hardhat');

const SUPPLY = 1000000n;
const OTHER = '0x00000000000000000000000000000000000A11cE';
const send = (method, ...parameters) => hre.network.provider.send(method, parameters);
const hex = (n) => ethers.toQuantity(n);

let provider;
let signer;
let artifact;
let container;

async function deploy(code) {
    const token = await new ethers.ContractFactory(artifact.abi, code, signer).deploy('Gold', 'GLD', SUPPLY);
    await token.waitForDeployment();
    return token;
}

before(async () => {
    provider = new ethers.BrowserProvider(hre.network.provider, undefined, { cacheTimeout: -1 });
    signer = await provider.getSigner(0);
    artifact = await hre.artifacts.readArtifact('Token');
    container = ethers.hexlify(fs.readFileSync(process.env.CONTAINER || path.join(hre.config.paths.root, 'build/contracts/token.deploy')));
});

describe('a node', () => {
    it('has accounts, and a chain whose id hardhat checks', async () => {
        assert.equal((await send('eth_accounts')).length, 10);
        assert.equal(BigInt(await send('eth_chainId')), 33500n);
        assert.match(await send('web3_clientVersion'), /^hybrid-node\//);
    });
});

for (const kind of ['evm', 'riscv']) {
    describe(`a token, ${kind}`, () => {
        let token;
        let peer; // of the other kind
        let at;
        let snapshot;

        before(async () => {
            const code = { evm: artifact.bytecode, riscv: container };
            token = await deploy(code[kind]);
            peer = await deploy(code[kind === 'evm' ? 'riscv' : 'evm']);
            at = await token.getAddress();
        });
        beforeEach(async () => {
            snapshot = await send('evm_snapshot');
        });
        afterEach(async () => {
            assert.equal(await send('evm_revert', snapshot), true);
        });

        it('is code of that kind', async () => {
            assert.equal((await send('hybrid_getCodeInfo', at)).kind, kind);
            assert.equal(await token.name(), 'Gold');
        });

        it('transfers and says so in an event', async () => {
            const receipt = await (await token.transfer(OTHER, 5n)).wait();
            assert.equal(receipt.status, 1);
            const event = token.interface.parseLog(receipt.logs[0]);
            assert.deepEqual([event.name, ...event.args], ['Transfer', await signer.getAddress(), OTHER, 5n]);
            assert.equal(await token.balanceOf(OTHER), 5n);
        });

        it('was put back by the snapshot', async () => {
            assert.equal(await token.balanceOf(OTHER), 0n);
        });

        it('reverts with a reason', async () => {
            const poor = token.connect(await provider.getSigner(1));
            await assert.rejects(poor.transfer.staticCall(OTHER, 1n), (e) => e.revert?.name === 'ERC20InsufficientBalance');
            await assert.rejects(poor.transfer(OTHER, 1n));
            const sent = await poor.transfer(OTHER, 1n, { gasLimit: 100000n });
            await assert.rejects(sent.wait(), (e) => e.code === 'CALL_EXCEPTION' && e.receipt.status === 0);
        });

        it('calls one of the other kind', async () => {
            await (await peer.transfer(at, 70n)).wait();
            assert.equal(await token.balanceIn(await peer.getAddress(), at), 70n);
            const receipt = await (await token.pay(await peer.getAddress(), OTHER, 30n)).wait();
            assert.equal(receipt.logs[0].address, await peer.getAddress());
            assert.equal(await peer.balanceOf(OTHER), 30n);
            await assert.rejects(token.pay.staticCall(await peer.getAddress(), OTHER, 41n),
                (e) => peer.interface.parseError(e.data).name === 'ERC20InsufficientBalance');
        });

        it('is called by an account that is impersonated', async () => {
            await (await token.transfer(OTHER, 9n)).wait();
            await send('hardhat_setBalance', OTHER, hex(10n ** 18n));
            await assert.rejects(send('eth_sendTransaction', { from: OTHER, to: OTHER, gas: '0x5208', value: '0x0' }), /unknown account/);
            await send('hardhat_impersonateAccount', OTHER);
            const as = token.connect(new ethers.JsonRpcSigner(provider, OTHER));
            const receipt = await (await as.transfer(await signer.getAddress(), 4n)).wait();
            assert.equal(receipt.from, OTHER);
            assert.equal(await token.balanceOf(OTHER), 5n);
            await send('hardhat_stopImpersonatingAccount', OTHER);
            await assert.rejects(as.transfer(await signer.getAddress(), 1n));
        });

        it('has storage that can be set', async () => {
            await send('hardhat_setStorageAt', at, '0x2', ethers.toBeHex(77, 32));
            assert.equal(await token.totalSupply(), 77n);
        });

        it('can be copied to another address', async () => {
            await send('hardhat_setCode', OTHER, await provider.getCode(at));
            assert.equal(await token.attach(OTHER).decimals(), 18n);
            assert.equal(await token.attach(OTHER).totalSupply(), 0n);
        });
    });
}

describe('time', () => {
    const head = () => send('eth_getBlockByNumber', 'latest', false).then((b) => [Number(b.number), Number(b.timestamp)]);

    it('goes ahead when it is asked to', async () => {
        const [number, time] = await head();
        await send('evm_increaseTime', 3600);
        await send('evm_mine');
        const [next, later] = await head();
        assert.equal(next, number + 1);
        assert(later - time >= 3600 && later - time < 3700, `${later} after ${time}`);
        await send('evm_setNextBlockTimestamp', later + 1000);
        await send('evm_mine');
        assert.deepEqual(await head(), [number + 2, later + 1000]);
    });

    it('goes ahead from a time that lies behind the host\'s', async () => {
        await send('hardhat_reset');
        await send('evm_setNextBlockTimestamp', 1000);
        await send('evm_mine');
        assert.equal(await send('evm_increaseTime', 500), '0x0');
        await send('evm_mine');
        const [, time] = await head();
        assert(time >= 1500 && time < 1600, `${time}`);
        await send('hardhat_reset');
    });

    it('passes with many blocks at once', async () => {
        const [number, time] = await head();
        await send('hardhat_mine', '0x64', '0xc');
        const [last, end] = await head();
        assert.equal(last, number + 100);
        assert(end - time >= 99 * 12);
    });

    it('stands while blocks are not mined by themselves', async () => {
        const [number] = await head();
        await send('evm_setAutomine', false);
        try {
            const sent = await signer.sendTransaction({ to: OTHER, value: 1n, gasLimit: 21000n });
            assert.equal(await provider.getTransactionReceipt(sent.hash), null);
            await send('hardhat_setNextBlockBaseFeePerGas', '0x3b9aca00');
            await send('evm_mine');
            assert.equal((await provider.getTransactionReceipt(sent.hash)).status, 1);
            assert.equal((await provider.getBlock('latest')).baseFeePerGas, 1000000000n);
        } finally {
            await send('evm_setAutomine', true);
        }
        assert.equal((await head())[0], number + 1);
    });
});

describe('typed data', () => {
    it('is signed by the node as ethers verifies it', async () => {
        const domain = { name: 'Gold', version: '1', chainId: 33500, verifyingContract: OTHER };
        const types = { Permit: [{ name: 'owner', type: 'address' }, { name: 'values', type: 'uint256[]' }] };
        const message = { owner: await signer.getAddress(), values: [1n, 2n] };
        const signature = await signer.signTypedData(domain, types, message);
        assert.equal(ethers.verifyTypedData(domain, types, message, signature), message.owner);
    });
});
