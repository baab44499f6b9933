// SPDX-License-Identifier: MIT
#include "node/net/jwt.h"

#include "lib/base/bytes.h"
#include "lib/codec/base64.h"
#include "lib/codec/json.h"
#include "lib/crypto/digest.h"
#include "node/net/allow.h"

const char *jwt_text(enum jwt_verdict v)
{
    static const char *const TEXTS[] = {
        [JWT_GOOD] = "",
        [JWT_MISSING] = "missing token: this port wants \"authorization: Bearer TOKEN\"",
        [JWT_MALFORMED] = "malformed token",
        [JWT_ALGORITHM] = "the token's algorithm is not HS256",
        [JWT_SIGNATURE] = "the token's signature is not by the shared secret",
        [JWT_TIME] = "the token's iat is missing or more than 60 seconds from now",
    };
    return TEXTS[v];
}

// A part up to the dot, which is taken off *rest with it.
static bool next_part(bytes *part, bytes *rest)
{
    usize n = 0;
    while (n < rest->n && rest->p[n] != '.') {
        n++;
    }
    *part = bytes_slice(*rest, 0, n);
    bool has_dot = n < rest->n;
    n += has_dot;
    *rest = bytes_slice(*rest, n, rest->n - n);
    return has_dot;
}

static bool parse_part(struct json *j, struct buf *decoded, bytes part)
{
    *j = (struct json){0};
    return base64_url_decode(decoded, part) && json_parse(j, buf_bytes(decoded)) == FAULT_NONE;
}

static enum jwt_verdict check_algorithm(bytes part)
{
    struct json j = {0};
    struct buf decoded = {0};
    enum jwt_verdict v = JWT_MALFORMED;
    if (parse_part(&j, &decoded, part)) {
        json_value root = json_root(&j);
        json_value algorithm;
        const char *text;
        usize n;
        v = JWT_ALGORITHM;
        if (json_member(&algorithm, &root, "alg") == FAULT_NONE &&
            json_get_text(&text, &n, &algorithm) == FAULT_NONE && n == 5 &&
            equal_bytes(text, "HS256", 5)) {
            v = JWT_GOOD;
        }
    }
    json_fini(&j);
    buf_fini(&decoded);
    return v;
}

static enum jwt_verdict check_time(bytes part, u64 now)
{
    struct json j = {0};
    struct buf decoded = {0};
    enum jwt_verdict v = JWT_MALFORMED;
    if (parse_part(&j, &decoded, part)) {
        json_value root = json_root(&j);
        json_value issued;
        u64 at = 0;
        bool ok = json_member(&issued, &root, "iat") == FAULT_NONE &&
                  json_kind_of(&issued) == JSON_KIND_NUMBER &&
                  json_get_u64(&at, &issued) == FAULT_NONE;
        u64 apart = at > now ? at - now : now - at;
        v = ok && apart <= JWT_SECONDS ? JWT_GOOD : JWT_TIME;
    }
    json_fini(&j);
    buf_fini(&decoded);
    return v;
}

// In a time that does not tell where they differ.
static bool same_secret(const u8 *a, const u8 *b, usize n)
{
    u8 difference = 0;
    for (usize i = 0; i < n; i++) {
        difference |= a[i] ^ b[i];
    }
    return difference == 0;
}

static bool check_signature(bytes signed_part, bytes signature, const b256 *secret)
{
    struct buf given = {0};
    b256 wanted;
    crypto_hmac_sha256(&wanted, (bytes){secret->b, sizeof secret->b}, signed_part);
    bool ok = base64_url_decode(&given, signature) && given.n == sizeof wanted &&
              same_secret(given.p, wanted.b, sizeof wanted);
    buf_fini(&given);
    return ok;
}

enum jwt_verdict jwt_check(bytes header, const b256 *secret, u64 now)
{
    if (header.n < 8 || !text_is(bytes_slice(header, 0, 7), "bearer ")) {
        return JWT_MISSING;
    }
    bytes token = bytes_slice(header, 7, header.n - 7);
    bytes rest = token;
    bytes head;
    bytes claims;
    if (!next_part(&head, &rest) || !next_part(&claims, &rest)) {
        return JWT_MALFORMED;
    }
    bytes signed_part = bytes_slice(token, 0, head.n + 1 + claims.n);
    enum jwt_verdict v = check_algorithm(head);
    if (v == JWT_GOOD && !check_signature(signed_part, rest, secret)) {
        v = JWT_SIGNATURE;
    }
    return v == JWT_GOOD ? check_time(claims, now) : v;
}
