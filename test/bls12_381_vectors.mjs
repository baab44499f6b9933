// SPDX-License-Identifier: MIT
// Writes vectors for the precompiles of BLS12-381 (EIP-2537) with @noble/curves, an implementation
// that shares nothing with ours: random points in and off the subgroups, corners of scalars and
// field elements, products of pairings that are 1 and that are not. One line each: address, input,
// output or "fail".
//   NODE_PATH=... node test/bls12_381_vectors.mjs SEED COUNT >test/vectors/bls12_381.txt
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.cwd() + '/');
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const { bls12_381: bls } = await load('@noble/curves/bls12-381.js');

const [seed, count] = [process.argv[2] ?? '1', Number(process.argv[3] ?? 4)];
const { Fp, Fp2, Fr } = bls.fields;
const [G1, G2] = [bls.G1.Point, bls.G2.Point];
const P = Fp.ORDER;
const R = Fr.ORDER;

let counter = 0;
const random = (bits) => {
  let v = 0n;
  for (let i = 0; i < bits; i += 256) {
    const digest = createHash('sha256').update(`${seed}/${counter++}`).digest('hex');
    v = (v << 256n) | BigInt('0x' + digest);
  }
  return v & ((1n << BigInt(bits)) - 1n);
};
const pick = (list) => list[Number(random(32) % BigInt(list.length))];
const chance = (n) => random(32) % BigInt(n) === 0n;

const hex = (v, bytes) => v.toString(16).padStart(2 * bytes, '0');
const fpHex = (v) => hex(v, 64);
const fp2Hex = (v) => fpHex(v.c0) + fpHex(v.c1);
const g1Hex = (p) => (p.is0() ? fpHex(0n).repeat(2) : fpHex(p.toAffine().x) + fpHex(p.toAffine().y));
const g2Hex = (p) => (p.is0() ? fpHex(0n).repeat(4) : fp2Hex(p.toAffine().x) + fp2Hex(p.toAffine().y));

const fpAny = () => pick([0n, 1n, P - 1n, ...Array.from({ length: 9 }, () => random(512) % P)]);
const fp2Any = () => Fp2.fromBigTuple([fpAny(), fpAny()]);
const scalarAny = () =>
  chance(3) ? pick([0n, 1n, 2n, R - 1n, R, R + 1n, 2n * R, (1n << 256n) - 1n, 1n << 255n, random(64), random(128)]) : random(256);

// On the curve, most likely off the subgroup.
function wild(Point, field, any, b) {
  for (;;) {
    const x = any();
    try {
      const y = field.sqrt(field.add(field.mul(field.sqr(x), x), b));
      return Point.fromAffine({ x, y: chance(2) ? y : field.neg(y) });
    } catch {
      continue;
    }
  }
}
const wild1 = () => wild(G1, Fp, () => random(512) % P, 4n);
const wild2 = () => wild(G2, Fp2, () => Fp2.fromBigTuple([random(512) % P, random(512) % P]), Fp2.fromBigTuple([4n, 4n]));
const tame = (Point) => (chance(8) ? Point.ZERO : Point.BASE.multiplyUnsafe((random(256) % (R - 1n)) + 1n));
const times = (p, k) => (k % R === 0n || p.is0() ? p.constructor.ZERO : p.multiplyUnsafe(k % R));

const groups = [
  { add: 0x0b, msm: 0x0c, Point: G1, wild: wild1, text: g1Hex },
  { add: 0x0d, msm: 0x0e, Point: G2, wild: wild2, text: g2Hex },
];
const say = (to, input, output) => console.log(hex(BigInt(to), 1), input, output);

function addition(g) {
  const a = chance(2) ? tame(g.Point) : g.wild();
  const b = pick([a, a.negate(), g.Point.ZERO, tame(g.Point), g.wild(), g.wild()]);
  say(g.add, g.text(a) + g.text(b), g.text(a.add(b)));
}

function multiples(g, n) {
  let [input, sum, bad] = ['', g.Point.ZERO, false];
  let last = tame(g.Point);
  for (let i = 0; i < n; i++) {
    const stray = chance(6 * n);
    const p = stray ? g.wild() : chance(5) ? pick([last, last.negate()]) : tame(g.Point);
    const k = scalarAny();
    input += g.text(p) + hex(k, 32);
    if (stray && !p.isTorsionFree()) bad = true;
    else sum = sum.add(times(p, k));
    last = p;
  }
  say(g.msm, input, bad ? 'fail' : g.text(sum));
}

function pairing(n, product) {
  let [input, sum, bad] = ['', 0n, false];
  for (let i = 0; i < n; i++) {
    const a = random(256) % R;
    let b = random(256) % R;
    if (product && i === n - 1) b = Fr.mul(Fr.neg(sum), Fr.inv(a)); // the exponents add up to 0
    let [p, q] = [times(G1.BASE, a), times(G2.BASE, b)];
    if (chance(8)) [p, q] = pick([[wild1(), q], [p, wild2()]]);
    if (chance(12) && !(product && i === n - 1)) [p, q, b] = [p, G2.ZERO, 0n];
    sum = Fr.add(sum, Fr.mul(a, b));
    bad ||= !p.isTorsionFree() || !q.isTorsionFree();
    input += g1Hex(p) + g2Hex(q);
  }
  say(0x0f, input, bad ? 'fail' : hex(sum === 0n ? 1n : 0n, 32));
}

const mapG1 = (u) => say(0x10, fpHex(u), g1Hex(bls.G1.mapToCurve(u)));
const mapG2 = (u) => say(0x11, fp2Hex(u), g2Hex(bls.G2.mapToCurve([u.c0, u.c1])));

mapG1(0n);
mapG1(Fp.sqrt(Fp.neg(Fp.inv(11n)))); // the denominator of the map is 0
mapG2(Fp2.ZERO);
mapG2(Fp2.fromBigTuple([0n, 1n]));
for (let i = 0; i < count; i++) {
  for (const g of groups) {
    for (let j = 0; j < 4; j++) addition(g);
    for (const n of [1, 1, 2, 3]) multiples(g, n);
    if (i % 4 === 0) multiples(g, 4 + Number(random(32) % 60n));
  }
  for (let n = 1; n < 4; n++) pairing(n, chance(2));
  mapG1(fpAny());
  mapG2(fp2Any());
}
