// SPDX-License-Identifier: MIT
// Writes vectors for bn254, P-256 and modexp into a folder, in the form of the official ones (Name, Input,
// Expected or ExpectedError, Gas), with @noble/curves and plain BigInt as the oracle.
//   node test/precompile_vectors.mjs FOLDER SEED COUNT
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { bn254 } from '@noble/curves/bn254.js';
import { p256 } from '@noble/curves/nist.js';

const [folder, seed, count] = [process.argv[2], process.argv[3] ?? '1', Number(process.argv[4] ?? 20)];
let counter = 0;
const random = (bits) => {
  let v = 0n;
  for (let i = 0; i < bits; i += 256)
    v = (v << 256n) | BigInt('0x' + createHash('sha256').update(`${seed}/${counter++}`).digest('hex'));
  return v & ((1n << BigInt(bits)) - 1n);
};
const below = (n) => Number(random(48) % BigInt(n));
const pick = (list) => list[below(list.length)];
const hex = (v, bytes = 32) => (bytes === 0 ? '' : v.toString(16).padStart(2 * bytes, '0'));

const { Fp, Fp2, Fp12, Fr } = bn254.fields;
const [P, N] = [Fp.ORDER, Fr.ORDER];
const [G1, G2] = [bn254.G1.Point, bn254.G2.Point];
const scalars = [0n, 1n, 2n, 3n, N - 1n, N, N + 1n, 2n * N, (1n << 256n) - 1n, 1n << 255n, 1n << 128n, (1n << 127n) - 1n];
const scalar = () => (below(3) === 0 ? pick(scalars) : random(pick([8, 64, 127, 128, 129, 254, 256])));
const times = (point, k) => (k % N === 0n ? point.constructor.ZERO : point.multiplyUnsafe(k % N));
const g1 = () => times(G1.BASE, scalar());
const g2 = () => times(G2.BASE, scalar());
const g1Hex = (p) => (p.is0() ? hex(0n, 64) : hex(p.toAffine().x) + hex(p.toAffine().y));
const fp2Hex = (v) => hex(v.c1) + hex(v.c0);
const g2Hex = (p) => (p.is0() ? hex(0n, 128) : fp2Hex(p.toAffine().x) + fp2Hex(p.toAffine().y));
const bool = (b) => hex(b ? 1n : 0n);

// A point of the twist outside the subgroup, but for a chance of 2^-254.
const TWIST_B = Fp2.div(Fp2.fromBigTuple([3n, 0n]), Fp2.fromBigTuple([9n, 1n]));
function outside() {
  for (;;) {
    const x = Fp2.fromBigTuple([random(512) % P, random(512) % P]);
    try {
      const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), TWIST_B));
      return fp2Hex(x) + fp2Hex(y);
    } catch {
      // not a square
    }
  }
}

const files = {};
const put = (file, name, input, expected, gas) => {
  const list = (files[file] ??= []);
  const vector = { Name: `${name} ${list.length}`, Input: input };
  if (expected === null) vector.ExpectedError = 'refused';
  else Object.assign(vector, { Expected: expected, Gas: gas });
  list.push(vector);
};

// A point that is not one: beyond the prime, off the curve.
function spoiled(good) {
  const at = 64 * below(good.length / 64);
  const v = BigInt('0x' + good.slice(at, at + 64));
  const changed = below(2) === 0 && v + P < 1n << 256n ? v + P : v ^ 1n;
  return good.slice(0, at) + hex(changed) + good.slice(at + 64);
}
// What is cut off is read as zeros: only where it is nothing but zeros nothing changes.
const cut = (input) => (below(4) === 0 ? input.replace(/(00)+$/, '') : input + (below(8) === 0 ? 'ff' : ''));

for (let i = 0; i < count; i++) {
  const a = g1();
  const b = pick([g1(), a, a.negate(), G1.ZERO]);
  put('bn256Add', 'sum', cut(g1Hex(a) + g1Hex(b)), g1Hex(a.add(b)), 150);
  put('fail-bn256Add', 'sum', spoiled(g1Hex(G1.BASE.multiply(5n)) + g1Hex(g1())), null);
  const k = scalar();
  put('bn256ScalarMul', 'product', cut(g1Hex(a) + hex(k)), g1Hex(times(a, k)), 6000);
  put('fail-bn256ScalarMul', 'product', spoiled(g1Hex(G1.BASE.multiply(7n))) + hex(k), null);
}

const pairingPrice = (input) => 45000 + (34000 * input.length) / 384;
for (let i = 0; i < count / 2; i++) {
  const pairs = Array.from({ length: below(4) }, () => ({ g1: g1(), g2: g2() }));
  if (below(2) === 0) {
    // e(aP, bQ) e(-abP, Q)
    const [a, b, q] = [1n + random(200), 1n + random(200), times(G2.BASE, 1n + random(128))];
    pairs.push({ g1: times(G1.BASE, a), g2: times(q, b) });
    pairs.push({ g1: times(G1.BASE, a * b).negate(), g2: q });
  }
  const input = pairs.map((p) => g1Hex(p.g1) + g2Hex(p.g2)).join('');
  const real = pairs.filter((p) => !p.g1.is0() && !p.g2.is0());
  const product = bn254.pairingBatch(real);
  put('bn256Pairing', 'check', input, bool(Fp12.eql(product, Fp12.ONE)), pairingPrice(input));
  const good = g1Hex(G1.BASE.multiply(3n)) + g2Hex(G2.BASE.multiply(4n));
  put('fail-bn256Pairing', 'spoiled', input + spoiled(good), null);
  put('fail-bn256Pairing', 'outside the subgroup', g1Hex(g1()) + outside() + input, null);
  put('fail-bn256Pairing', 'length', input + good.slice(0, 2 * (1 + below(191))), null);
}

const [order, prime] = [p256.Point.Fn.ORDER, p256.Point.Fp.ORDER];
for (let i = 0; i < count; i++) {
  const secret = Buffer.from(hex(1n + (random(256) % (order - 1n))), 'hex');
  const key = Buffer.from(p256.getPublicKey(secret, false)).toString('hex').slice(2);
  const hash = hex(pick([0n, (1n << 256n) - 1n, order, random(256)]));
  const bytes = p256.sign(Buffer.from(hash, 'hex'), secret, { prehash: false, lowS: below(2) === 0 });
  const [r, s] = [0, 32].map((at) => BigInt('0x' + Buffer.from(bytes).toString('hex').slice(2 * at, 2 * at + 64)));
  const one = hash + hex(r) + hex(s) + key;
  put('p256Verify', 'good', one, bool(true), 6900);
  put('p256Verify', 'other s', hash + hex(r) + hex(order - s) + key, bool(true), 6900);
  const bad = [
    [r + 1n, s], [0n, s], [r, 0n], [order, s], [r, order], [(1n << 256n) - 1n, s], [s, r],
    r + order < 1n << 256n ? [r + order, s] : [r, s + 1n],
  ];
  const [badR, badS] = pick(bad);
  put('p256Verify', 'bad', hash + hex(badR) + hex(badS) + key, '', 6900);
  put('p256Verify', 'bad key', hash + hex(r) + hex(s) + hex(random(256)) + hex(random(256)), '', 6900);
  const [keyX, keyY] = [key.slice(0, 64), key.slice(64)].map((t) => BigInt('0x' + t));
  if (keyX + prime < 1n << 256n)
    put('p256Verify', 'x + p', hash + hex(r) + hex(s) + hex(keyX + prime) + hex(keyY), '', 6900);
  put('p256Verify', 'y of p', hash + hex(r) + hex(s) + hex(keyX) + hex(prime), '', 6900);
  put('p256Verify', 'no key', hash + hex(r) + hex(s) + hex(0n, 64), '', 6900);
  put('p256Verify', 'long', one + '00', '', 6900);
}

function power(b, e, m) {
  let r = 1n % m;
  for (b %= m; e > 0n; e >>= 1n, b = (b * b) % m) if (e & 1n) r = (r * b) % m;
  return r;
}
const bits = (v) => (v === 0n ? 0 : v.toString(2).length);
const max = (...list) => list.reduce((a, b) => (a > b ? a : b));
// The three schedules as their EIPs have them; sizes are plain numbers here.
function iterations(eSize, head, perByte) {
  const most = BigInt(max(bits(head) - 1, 0));
  return max(1n, eSize <= 32 ? most : BigInt(perByte * (eSize - 32)) + most);
}
const schedules = {
  modexp: (b, e, m, head) => {
    const x = BigInt(max(b, m));
    const c = x <= 64n ? x * x : x <= 1024n ? (x * x) / 4n + 96n * x - 3072n : (x * x) / 16n + 480n * x - 199680n;
    return (c * iterations(e, head, 8)) / 20n;
  },
  modexp_eip2565: (b, e, m, head) => {
    const words = BigInt(Math.ceil(max(b, m) / 8));
    return max(200n, (words * words * iterations(e, head, 8)) / 3n);
  },
  modexp_eip7883: (b, e, m, head) => {
    const words = BigInt(Math.ceil(max(b, m) / 8));
    return max(500n, (max(b, m) <= 32 ? 16n : 2n * words * words) * iterations(e, head, 16));
  },
};
for (let i = 0; i < count * 2; i++) {
  const size = () => pick([0, 1, below(40), below(140), 32, 33, 64, 65]);
  const [b, e, m] = [size(), size(), i % 9 === 0 ? 1030 - below(12) : size()];
  const [base, exponent, modulus] = [b, e, m].map((n) => (below(5) === 0 ? 0n : random(8 * n)));
  const input = [b, e, m].map((n) => hex(BigInt(n))).join('') + hex(base, b) + hex(exponent, e) + hex(modulus, m);
  const output = modulus === 0n ? hex(0n, m) : hex(power(base, exponent, modulus), m);
  const head = e > 32 ? exponent >> BigInt(8 * (e - 32)) : exponent;
  for (const [file, price] of Object.entries(schedules)) {
    if (file === 'modexp_eip7883' && max(b, e, m) > 1024) continue; // EIP-7823
    put(file, 'power', input, output, Number(price(b, e, m, head)));
  }
}

for (const [file, list] of Object.entries(files)) writeFileSync(`${folder}/${file}.json`, JSON.stringify(list));
