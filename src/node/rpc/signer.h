// SPDX-License-Identifier: MIT
// Keys that the node signs with: those of the development accounts.
#pragma once

#include "node/node/node.h"

MUST_USE bool signer_key(const struct node *n, const address *a, b256 *key);
