// SPDX-License-Identifier: MIT
// Tokens of the engine port (execution-apis, authentication.md; RFC 7519): HS256 with a shared
// secret of 32 bytes, issued at most a minute from now.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

#define JWT_SECONDS 60u // by which `iat` may differ from the clock

enum jwt_verdict {
    JWT_GOOD,
    JWT_MISSING,   // no "Bearer TOKEN"
    JWT_MALFORMED, // not three parts of base64 with JSON in them
    JWT_ALGORITHM, // not HS256
    JWT_SIGNATURE,
    JWT_TIME, // no `iat`, or too far from now
};

const char *jwt_text(enum jwt_verdict v);
// `header` is the value of the authorization header, `now` in seconds since 1970.
enum jwt_verdict jwt_check(bytes header, const b256 *secret, u64 now);
