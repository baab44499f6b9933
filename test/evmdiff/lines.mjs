// SPDX-License-Identifier: MIT
// The peer's side of the pipe: one JSON text a line on standard input, one answer a line on standard output.
import { createInterface } from 'node:readline';

export async function answerLines(answer) {
    for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
        const reply = JSON.stringify(await answer(JSON.parse(line)));
        await new Promise((done) => process.stdout.write(`${reply}\n`, done));
    }
}
