// SPDX-License-Identifier: MIT
// Who may ask: by the name that the node is asked by and by the origin of the page that asks. And
// the comparison of texts as HTTP has them, whatever the case of their ASCII letters.
#pragma once

#include "node/net/net.h"

bool text_is(bytes a, const char *b);
bytes text_trim(bytes s); // without the spaces and tabs around it
// Whether a list with commas has a text.
bool list_has(bytes list, bytes wanted);
// Whether a page of this origin may ask; `any` says that each may.
bool allow_origin(const struct net_listen *l, bytes origin, bool *any);
// Whether it may be asked by this name, the value of a host header: a page can let its own name
// point at this machine and then ask from the same origin. Addresses and localhost it cannot.
bool allow_host(const struct net_listen *l, bytes host);
