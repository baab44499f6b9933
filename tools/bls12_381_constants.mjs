// SPDX-License-Identifier: MIT
// Prints all constants of the curve BLS12-381 in Montgomery form, from the plain numbers of public
// specifications: RFC 9380 (sections 8.8.1, 8.8.2, appendices E.2, E.3) for the maps to the curve,
// the ceremony's point for KZG, the curve's x for everything else, which is computed here.
//   node tools/bls12_381_constants.mjs curve >src/lib/crypto/bls12_381/constants.inc
//   node tools/bls12_381_constants.mjs kzg >src/lib/crypto/kzg/setup.inc
//   node tools/bls12_381_constants.mjs cells >src/lib/crypto/kzg/setup_cells.inc
// and then ./do format FILES=... on each. The last reads tools/kzg_setup.txt.
// What follows from something else is checked while it is computed.

import { readFileSync } from 'node:fs';

const X = 0xd201000000010000n; // the curve's parameter is -X
const R = X ** 4n - X ** 2n + 1n; // order of the groups
const P = ((X + 1n) ** 2n * R) / 3n - X; // (x - 1)^2 r / 3 + x for x = -X

const mod = (a) => ((a % P) + P) % P;
function pow(a, e, mul, one) {
  let r = one;
  for (let b = a; e > 0n; e >>= 1n, b = mul(b, b)) if (e & 1n) r = mul(r, b);
  return r;
}
const fpow = (a, e) => pow(mod(a), e, (x, y) => mod(x * y), 1n);
const finv = (a) => fpow(a, P - 2n);
const mul2 = ([a, b], [c, d]) => [mod(a * c - b * d), mod(a * d + b * c)];
const pow2 = (a, e) => pow(a, e, mul2, [1n, 0n]);
const inv2 = ([a, b]) => {
  const n = finv(a * a + b * b);
  return [mod(a * n), mod(-b * n)];
};
function need(condition, what) {
  if (!condition) throw new Error(what);
}

// ---- RFC 9380 ----
// Appendix E.2: coefficients k_(i,0), k_(i,1), ... of the 11-isogeny for G1; the leading 1 of a
// denominator is left out.
const ISOGENY_G1 = {
  x_num: [
    '11a05f2b1e833340b809101dd99815856b303e88a2d7005ff2627b56cdb4e2c85610c2d5f2e62d6eaeac1662734649b7',
    '17294ed3e943ab2f0588bab22147a81c7c17e75b2f6a8417f565e33c70d1e86b4838f2a6f318c356e834eef1b3cb83bb',
    '0d54005db97678ec1d1048c5d10a9a1bce032473295983e56878e501ec68e25c958c3e3d2a09729fe0179f9dac9edcb0',
    '1778e7166fcc6db74e0609d307e55412d7f5e4656a8dbf25f1b33289f1b330835336e25ce3107193c5b388641d9b6861',
    '0e99726a3199f4436642b4b3e4118e5499db995a1257fb3f086eeb65982fac18985a286f301e77c451154ce9ac8895d9',
    '1630c3250d7313ff01d1201bf7a74ab5db3cb17dd952799b9ed3ab9097e68f90a0870d2dcae73d19cd13c1c66f652983',
    '0d6ed6553fe44d296a3726c38ae652bfb11586264f0f8ce19008e218f9c86b2a8da25128c1052ecaddd7f225a139ed84',
    '17b81e7701abdbe2e8743884d1117e53356de5ab275b4db1a682c62ef0f2753339b7c8f8c8f475af9ccb5618e3f0c88e',
    '080d3cf1f9a78fc47b90b33563be990dc43b756ce79f5574a2c596c928c5d1de4fa295f296b74e956d71986a8497e317',
    '169b1f8e1bcfa7c42e0c37515d138f22dd2ecb803a0c5c99676314baf4bb1b7fa3190b2edc0327797f241067be390c9e',
    '10321da079ce07e272d8ec09d2565b0dfa7dccdde6787f96d50af36003b14866f69b771f8c285decca67df3f1605fb7b',
    '06e08c248e260e70bd1e962381edee3d31d79d7e22c837bc23c0bf1bc24c6b68c24b1b80b64d391fa9c8ba2e8ba2d229',
  ],
  x_den: [
    '08ca8d548cff19ae18b2e62f4bd3fa6f01d5ef4ba35b48ba9c9588617fc8ac62b558d681be343df8993cf9fa40d21b1c',
    '12561a5deb559c4348b4711298e536367041e8ca0cf0800c0126c2588c48bf5713daa8846cb026e9e5c8276ec82b3bff',
    '0b2962fe57a3225e8137e629bff2991f6f89416f5a718cd1fca64e00b11aceacd6a3d0967c94fedcfcc239ba5cb83e19',
    '03425581a58ae2fec83aafef7c40eb545b08243f16b1655154cca8abc28d6fd04976d5243eecf5c4130de8938dc62cd8',
    '13a8e162022914a80a6f1d5f43e7a07dffdfc759a12062bb8d6b44e833b306da9bd29ba81f35781d539d395b3532a21e',
    '0e7355f8e4e667b955390f7f0506c6e9395735e9ce9cad4d0a43bcef24b8982f7400d24bc4228f11c02df9a29f6304a5',
    '0772caacf16936190f3e0c63e0596721570f5799af53a1894e2e073062aede9cea73b3538f0de06cec2574496ee84a3a',
    '14a7ac2a9d64a8b230b3f5b074cf01996e7f63c21bca68a81996e1cdf9822c580fa5b9489d11e2d311f7d99bbdcc5a5e',
    '0a10ecf6ada54f825e920b3dafc7a3cce07f8d1d7161366b74100da67f39883503826692abba43704776ec3a79a1d641',
    '095fc13ab9e92ad4476d6e3eb3a56680f682b4ee96f7d03776df533978f31c1593174e4b4b7865002d6384d168ecdd0a',
  ],
  y_num: [
    '090d97c81ba24ee0259d1f094980dcfa11ad138e48a869522b52af6c956543d3cd0c7aee9b3ba3c2be9845719707bb33',
    '134996a104ee5811d51036d776fb46831223e96c254f383d0f906343eb67ad34d6c56711962fa8bfe097e75a2e41c696',
    '00cc786baa966e66f4a384c86a3b49942552e2d658a31ce2c344be4b91400da7d26d521628b00523b8dfe240c72de1f6',
    '01f86376e8981c217898751ad8746757d42aa7b90eeb791c09e4a3ec03251cf9de405aba9ec61deca6355c77b0e5f4cb',
    '08cc03fdefe0ff135caf4fe2a21529c4195536fbe3ce50b879833fd221351adc2ee7f8dc099040a841b6daecf2e8fedb',
    '16603fca40634b6a2211e11db8f0a6a074a7d0d4afadb7bd76505c3d3ad5544e203f6326c95a807299b23ab13633a5f0',
    '04ab0b9bcfac1bbcb2c977d027796b3ce75bb8ca2be184cb5231413c4d634f3747a87ac2460f415ec961f8855fe9d6f2',
    '0987c8d5333ab86fde9926bd2ca6c674170a05bfe3bdd81ffd038da6c26c842642f64550fedfe935a15e4ca31870fb29',
    '09fc4018bd96684be88c9e221e4da1bb8f3abd16679dc26c1e8b6e6a1f20cabe69d65201c78607a360370e577bdba587',
    '0e1bba7a1186bdb5223abde7ada14a23c42a0ca7915af6fe06985e7ed1e4d43b9b3f7055dd4eba6f2bafaaebca731c30',
    '19713e47937cd1be0dfd0b8f1d43fb93cd2fcbcb6caf493fd1183e416389e61031bf3a5cce3fbafce813711ad011c132',
    '18b46a908f36f6deb918c143fed2edcc523559b8aaf0c2462e6bfe7f911f643249d9cdf41b44d606ce07c8a4d0074d8e',
    '0b182cac101b9399d155096004f53f447aa7b12a3426b08ec02710e807b4633f06c851c1919211f20d4c04f00b971ef8',
    '0245a394ad1eca9b72fc00ae7be315dc757b3b080d4c158013e6632d3c40659cc6cf90ad1c232a6442d9d3f5db980133',
    '05c129645e44cf1102a159f748c4a3fc5e673d81d7e86568d9ab0f5d396a7ce46ba1049b6579afb7866b1e715475224b',
    '15e6be4e990f03ce4ea50b3b42df2eb5cb181d8f84965a3957add4fa95af01b2b665027efec01c7704b456be69c8b604',
  ],
  y_den: [
    '16112c4c3a9c98b252181140fad0eae9601a6de578980be6eec3232b5be72e7a07f3688ef60c206d01479253b03663c1',
    '1962d75c2381201e1a0cbd6c43c348b885c84ff731c4d59ca4a10356f453e01f78a4260763529e3532f6102c2e49a03d',
    '058df3306640da276faaae7d6e8eb15778c4855551ae7f310c35a5dd279cd2eca6757cd636f96f891e2538b53dbf67f2',
    '16b7d288798e5395f20d23bf89edb4d1d115c5dbddbcd30e123da489e726af41727364f2c28297ada8d26d98445f5416',
    '0be0e079545f43e4b00cc912f8228ddcc6d19c9f0f69bbb0542eda0fc9dec916a20b15dc0fd2ededda39142311a5001d',
    '08d9e5297186db2d9fb266eaac783182b70152c65550d881c5ecd87b6f0f5a6449f38db9dfa9cce202c6477faaf9b7ac',
    '166007c08a99db2fc3ba8734ace9824b5eecfdfa8d0cf8ef5dd365bc400a0051d5fa9c01a58b1fb93d1a1399126a775c',
    '16a3ef08be3ea7ea03bcddfabba6ff6ee5a4375efa1f4fd7feb34fd206357132b920f5b00801dee460ee415a15812ed9',
    '1866c8ed336c61231a1be54fd1d74cc4f9fb0ce4c6af5920abc5750c4bf39b4852cfe2f7bb9248836b233d9d55535d4a',
    '167a55cda70a6e1cea820597d94a84903216f763e13d87bb5308592e7ea7d4fbc7385ea3d529b35e346ef48bb8913f55',
    '04d2f259eea405bd48f010a01ad2911d9c6dd039bb61a6290e591b36e636a5c871a5c29f4f83060400f8b49cba8f6aa8',
    '0accbb67481d033ff5852c1e48c50c477f94ff8aefce42d28c0f9a88cea7913516f968986f7ebbea9684b529e2561092',
    '0ad6b9514c767fe3c3613144b45f1496543346d98adf02267d5ceef9a00d9b8693000763e3b90ac11e99b138573345cc',
    '02660400eb2e4f3b628bdd0d53cd76f2bf565b94e72927c1cb748df27942480e420517bd8714cc80d1fadc1326ed06f7',
    '0e0fa1d816ddc03e6b24255e0d7819c171c40f65e273b853324efcd6356caa205ca2f570f13497804415473a1d634b8f',
  ],
};
// Section 8.8.1.
const SSWU_G1 = {
  a: 0x144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aefd881ac98936f8da0e0f97f5cf428082d584c1dn,
  b: 0x12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14fcef35ef55a23215a316ceaa5d1cc48e98e172be0n,
  z: 11n,
};
// Section 8.8.2.
const SSWU_G2 = { a: [0n, 240n], b: [1012n, 1012n], z: [mod(-2n), mod(-1n)] };
// Appendix E.3, the 3-isogeny for G2, from the numbers that are in it.
const C1 = 0x5c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97d6n;
const C2 = 0x8ab05f8bdd54cde190937e76bc3e447cc27c3d6fbd7063fcd104635a790520c0a395554e5c6aaaa9354ffffffffe38dn;
const C3 = 0x1530477c7ab4113b59a4c18b076d11930f7da5d4a07f649bf54439d87d27e500fc8c25ebf8c92f6812cfc71c71c6d706n;
const C4 = 0x124c9ad43b6cf79bfbf7043de3811ad0761b0f37a1e26286b0e977c69aa274524e79097a56dc4bd9e1b371c71c718b10n;
const C5 = 0x171d6541fa38ccfaed6dea691f5fb614cb14b4e7f4e810aa22d6108f142b85757098e38d0f671c7188e2aaaaaaaa5ed1n;
const ISOGENY_G2 = {
  x_num: [[C1, C1], [0n, 2n * C2], [2n * C2 + 4n, C2], [C5, 0n]],
  x_den: [[0n, -72n], [12n, -12n]],
  y_num: [[C3, C3], [0n, C1 - 24n], [2n * C2 + 2n, C2 + 2n], [C4, 0n]],
  y_den: [[-432n, -432n], [0n, -216n], [18n, -18n]],
};

// ---- printing ----
const toMont = (a) => (mod(a) << 384n) % P;
const limbs = (v, n) =>
  Array.from({ length: n }, (_, i) => '0x' + ((v >> BigInt(64 * i)) & 0xffffffffffffffffn).toString(16).padStart(16, '0'));
const fpText = (a) => `{{${limbs(toMont(a), 6).join(', ')}}}`;
const fp2Text = (a) => `{{${fpText(a[0])}, ${fpText(a[1])}}}`;
const lines = [];
const note = (text) => lines.push('', `// ${text}`);
const fp = (name, a) => lines.push(`static const fp ${name} = ${fpText(a)};`);
const fp2 = (name, a) => lines.push(`static const fp2 ${name} = ${fp2Text(a)};`);
const list = (type, name, values, text) =>
  lines.push(`static const ${type} ${name}[${values.length}] = {${values.map(text).join(', ')}};`);

// ---- what follows from the curve ----
need(P % 4n === 3n && P.toString(16).startsWith('1a0111ea397fe69a'), 'p');
const XI = [1n, 1n]; // v^3 = w^6 = XI
const gamma = [1n, 2n, 3n, 4n, 5n].map((i) => pow2(XI, (i * (P - 1n)) / 6n));
note('XI^(i (p - 1) / 6), XI = 1 + u, i = 1..5: what the i-th power of w takes when raised to p.');
list('fp2', 'FROBENIUS', gamma, fp2Text);
note('The same for p^2: numbers of the base field.');
const gamma2 = gamma.map((g) => mul2(g, [g[0], mod(-g[1])]));
gamma2.forEach((g) => need(g[1] === 0n, 'p^2'));
list('fp', 'FROBENIUS_2', gamma2.map((g) => g[0]), fpText);
note('psi(x, y) = (conjugate(x) PSI_X, conjugate(y) PSI_Y), the p-th power seen on the twist.');
const psiX = inv2(gamma[1]);
const psiY = inv2(gamma[2]);
fp2('PSI_X', psiX);
fp2('PSI_Y', psiY);
note('psi(psi(x, y)) = (x PSI2_X, -y)');
const psi2x = mul2(psiX, [psiX[0], mod(-psiX[1])]);
const psi2y = mul2(psiY, [psiY[0], mod(-psiY[1])]);
need(psi2x[1] === 0n && psi2y[0] === P - 1n && psi2y[1] === 0n, 'psi^2');
fp('PSI2_X', psi2x[0]);

const G1 = [
  0x17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bbn,
  0x08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1n,
];
const G2 = [
  [
    0x024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8n,
    0x13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7en,
  ],
  [
    0x0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801n,
    0x0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79ben,
  ],
];
function add1([x1, y1], [x2, y2]) {
  const s = x1 === x2 ? mod(3n * x1 * x1 * finv(2n * y1)) : mod((y2 - y1) * finv(x2 - x1));
  const x = mod(s * s - x1 - x2);
  return [x, mod(s * (x1 - x) - y1)];
}
function times1(k, a) {
  let r = null;
  for (let b = a; k > 0n; k >>= 1n, b = add1(b, b)) if (k & 1n) r = r ? add1(r, b) : b;
  return r;
}
note('phi(x, y) = (x BETA, y) is multiplication by -x^2 of the curve on the subgroup of G1.');
const third = fpow(2n, (P - 1n) / 3n);
const square = times1(X * X, G1);
const beta = [third, mod(third * third)].find((b) => mod(b * G1[0]) === square[0]);
need(beta && mod(-G1[1]) === square[1], 'beta');
fp('BETA', beta);

note('Exponent (p - 3) / 4, a plain number: a^EXPONENT is 1 / sqrt(a) if a is a square.');
lines.push(`static const u64 ROOT_EXPONENT[6] = {${limbs((P - 3n) / 4n, 6).join(', ')}};`);

note('RFC 9380, 8.8.1: y^2 = x^3 + a x + b, isogenous to G1\'s curve, and the non-square z.');
fp('SSWU1_A', SSWU_G1.a);
fp('SSWU1_B', SSWU_G1.b);
fp('SSWU1_Z', SSWU_G1.z);
note('-b / a; b / (z a); sqrt(-z^3)');
const minusBOverA1 = mod(-SSWU_G1.b * finv(SSWU_G1.a));
fp('SSWU1_MINUS_B_OVER_A', minusBOverA1);
fp('SSWU1_B_OVER_ZA', mod(SSWU_G1.b * finv(SSWU_G1.z * SSWU_G1.a)));
const root = fpow(-(SSWU_G1.z ** 3n), (P + 1n) / 4n);
need(mod(root * root + SSWU_G1.z ** 3n) === 0n, 'root of -z^3');
fp('SSWU1_ROOT', root);
note('RFC 9380, appendix E.2. Denominators end with a 1 that is not listed.');
for (const [name, values] of Object.entries(ISOGENY_G1))
  list('fp', `ISOGENY1_${name.toUpperCase()}`, values.map((v) => BigInt('0x' + v)), fpText);

note('RFC 9380, 8.8.2: the same for G2.');
fp2('SSWU2_A', SSWU_G2.a);
fp2('SSWU2_B', SSWU_G2.b);
fp2('SSWU2_Z', SSWU_G2.z);
const ratio2 = mul2(SSWU_G2.b, inv2(SSWU_G2.a));
fp2('SSWU2_MINUS_B_OVER_A', ratio2.map((c) => mod(-c)));
fp2('SSWU2_B_OVER_ZA', mul2(ratio2, inv2(SSWU_G2.z)));
note('RFC 9380, appendix E.3.');
for (const [name, values] of Object.entries(ISOGENY_G2)) list('fp2', `ISOGENY2_${name.toUpperCase()}`, values, fp2Text);

note('Generators.');
lines.push(`static const g1_affine G1_GENERATOR = {${G1.map(fpText).join(', ')}};`);
lines.push(`static const g2_affine G2_GENERATOR = {${G2.map(fp2Text).join(', ')}};`);

// ---- KZG ----
// s G2 of the public ceremony (consensus-specs, presets/mainnet/trusted_setups: g2_monomial[1]),
// compressed: the imaginary part of x with three flags on top, then the real part.
const SETUP =
  'b5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72' +
  '185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2';
function root2([a, b]) {
  const n = fpow(a * a + b * b, (P + 1n) / 4n);
  for (const s of [n, -n]) {
    const x = fpow((a + s) * finv(2n), (P + 1n) / 4n);
    const r = [x, mod(b * finv(2n * x))];
    const square = mul2(r, r);
    if (square[0] === mod(a) && square[1] === mod(b)) return r;
  }
  throw new Error('no root');
}
function pointG2(text) {
  const top = BigInt('0x' + text.slice(0, 96));
  need(top >> 382n === 2n, 'compressed and finite');
  const x = [BigInt('0x' + text.slice(96)), top & ((1n << 381n) - 1n)];
  const cube = mul2(mul2(x, x), x);
  let y = root2([mod(cube[0] + 4n), mod(cube[1] + 4n)]);
  const larger = y[1] > (P - 1n) / 2n; // the imaginary part decides; it is not 0 here
  if (larger !== (((top >> 381n) & 1n) === 1n)) y = y.map((c) => mod(-c));
  return [x, y];
}
function pointG1(text) {
  const top = BigInt('0x' + text);
  need(top >> 382n === 2n, 'compressed and finite');
  const x = top & ((1n << 381n) - 1n);
  const square = mod(x ** 3n + 4n);
  const y = fpow(square, (P + 1n) / 4n);
  need(mod(y * y) === square, 'on the curve');
  return [x, y > (P - 1n) / 2n === (((top >> 381n) & 1n) === 1n) ? y : P - y];
}

if (process.argv[2] === 'curve') {
  console.log(`// SPDX-License-Identifier: MIT
// Constants of BLS12-381 in Montgomery form, printed by tools/bls12_381_constants.mjs, which says
// where each comes from. For kernel.inc only.`);
  console.log(lines.join('\n'));
} else if (process.argv[2] === 'cells') {
  const points = readFileSync(new URL('kzg_setup.txt', import.meta.url), 'utf8').split('\n').filter((l) => l && l[0] !== '#');
  need(points.length === 65, '64 points of G1 and one of G2');
  console.log(`// SPDX-License-Identifier: MIT
// The ceremony's points s^i G1 for i < 64, and s^64 G2, in Montgomery form, printed by
// tools/bls12_381_constants.mjs. For cells.c and its test only.
static const bls_g1 POWERS_G1[64] = {${points.slice(0, 64).map((t) => `{${pointG1(t).map(fpText).join(', ')}}`).join(',\n')}};
static const bls_g2 POWER_64_G2 = {${pointG2(points[64]).map(fp2Text).join(', ')}};`);
} else {
  console.log(`// SPDX-License-Identifier: MIT
// The ceremony's point s G2 in Montgomery form, printed by tools/bls12_381_constants.mjs. For
// kzg.c only.
static const bls_g2 SECRET_G2 = {${pointG2(SETUP).map(fp2Text).join(', ')}};`);
}
