// SPDX-License-Identifier: MIT
// Runs `hybrid t8n` on the cases of a folder with cases.json (the official ones of go-ethereum) and compares exit
// statuses and results. Arguments: the program, the folder. Texts of rejections are compared too, but for
// malformed codings, where they are a Go library's.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

const [program, folder] = process.argv.slice(2);
const cases = JSON.parse(readFileSync(`${folder}/cases.json`, 'utf8'));
let passed = 0;
let failed = 0;

function plain(result) {
    const copy = structuredClone(result);
    for (const rejected of copy.result?.rejected ?? []) {
        delete rejected.error; // compared by itself
    }
    return copy;
}

function rejections(result) {
    return (result.result?.rejected ?? []).map((r) => r.error).filter((e) => !e.startsWith('rlp:'));
}

function run(one, form) {
    const at = (name) => `${folder}/${one.dir}/${name}`;
    const outputs = one.expected ? JSON.parse(readFileSync(at(one.expected), 'utf8')) : { result: {} };
    const where = (name) => (name in outputs ? 'stdout' : '');
    const args = ['t8n', `--evm=${form}`, `--input.alloc=${at(one.alloc)}`, `--input.txs=${at(one.txs)}`,
        `--input.env=${at(one.env)}`, `--state.fork=${one.fork}`, `--output.alloc=${where('alloc')}`,
        `--output.result=${where('result')}`, `--output.body=${where('body')}`];
    if (one.reward !== '') args.push(`--state.reward=${one.reward}`);
    const done = spawnSync(program, args, { encoding: 'utf8' });
    if (done.status !== (one.exit_code ?? 0)) {
        return `exit status ${done.status}, expected ${one.exit_code ?? 0}: ${done.stderr}`;
    }
    if (!one.expected) return '';
    const got = JSON.parse(done.stdout);
    if (!isDeepStrictEqual(rejections(got), rejections(outputs))) {
        return `rejections: ${rejections(got)}\n  expected: ${rejections(outputs)}`;
    }
    if (isDeepStrictEqual(plain(got), plain(outputs))) return '';
    return `${JSON.stringify(plain(got))}\n  expected: ${JSON.stringify(plain(outputs))}`;
}

for (const form of ['native', 'riscv']) {
    for (const one of cases) {
        const why = run(one, form);
        if (why === '') {
            passed++;
        } else {
            failed++;
            console.log(`FAIL t8n ${one.dir} ${one.fork} ${form}: ${why}`);
        }
    }
}
// The block builder has cases beside them: a header, ommers, transactions, withdrawals, and the block.
for (const dir of ['20', '22', '27']) {
    const at = (name) => `${folder}/${dir}/${name}`;
    const args = ['b11r', `--input.header=${at('header.json')}`, `--input.ommers=${at('ommers.json')}`,
        `--input.txs=${at('txs.rlp')}`, '--output.block=stdout'];
    if (existsSync(at('withdrawals.json'))) args.push(`--input.withdrawals=${at('withdrawals.json')}`);
    const done = spawnSync(program, args, { encoding: 'utf8' });
    if (done.status === 0 && isDeepStrictEqual(JSON.parse(done.stdout), JSON.parse(readFileSync(at('exp.json'))))) {
        passed++;
    } else {
        failed++;
        console.log(`FAIL b11r ${dir}: exit status ${done.status} ${done.stderr}${done.stdout}`);
    }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
