// SPDX-License-Identifier: MIT
// Powers by mpz_powm. Trailing zeros of base and exponent are never stored: those of the base are
// a factor 256^zeros, those of the exponent squarings, of which a caller has paid for each.
// 0 and 1 stay what they are.
#include "lib/crypto/modexp.h"

#include <gmp.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"

static void import(mpz_t r, bytes given)
{
    mpz_import(r, given.n, 1, 1, 0, 0, given.p);
}

// r = r * 256^zeros mod m
static void scale(mpz_t r, u64 zeros, const mpz_t m)
{
    mpz_t factor, exponent;
    mpz_init_set_ui(factor, 256);
    mpz_init_set_ui(exponent, zeros);
    mpz_powm(factor, factor, exponent, m);
    mpz_mul(r, r, factor);
    mpz_mod(r, r, m);
    mpz_clears(factor, exponent, NULL);
}

static void power(mpz_t r, const struct modexp_number *base, const struct modexp_number *exponent,
                  const mpz_t m)
{
    mpz_t e;
    mpz_init(e);
    import(e, exponent->given);
    import(r, base->given);
    if (base->zeros > 0) {
        scale(r, base->zeros, m);
    }
    mpz_powm(r, r, e, m);
    if (mpz_sgn(e) != 0) {
        mpz_set_ui(e, 256);
        for (u64 i = 0; i < exponent->zeros && mpz_cmp_ui(r, 1) > 0; i++) {
            mpz_powm(r, r, e, m);
        }
    }
    mpz_clear(e);
}

void crypto_modexp(u8 *out, usize n, const struct modexp_number *base,
                   const struct modexp_number *exponent, const struct modexp_number *modulus)
{
    mpz_t m, r;
    mpz_inits(m, r, NULL);
    import(m, modulus->given);
    mpz_mul_2exp(m, m, modulus->zeros * 8);
    if (mpz_sgn(m) != 0) {
        power(r, base, exponent, m);
    }
    usize used = (mpz_sizeinbase(r, 2) + 7) / 8;
    CHECK(mpz_sgn(r) == 0 || used <= n);
    zero_bytes(out, n);
    if (mpz_sgn(r) != 0) {
        mpz_export(out + n - used, NULL, 1, 1, 0, 0, r);
    }
    mpz_clears(m, r, NULL);
}
