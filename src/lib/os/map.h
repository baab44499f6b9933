// SPDX-License-Identifier: MIT
// Address space: reservations without memory behind them, page protection, giving pages back, and
// one piece of memory seen at two addresses (a translator writes at one and runs at the other). All
// sizes and addresses are multiples of OS_PAGE_SIZE; a caller that breaks this is stopped by a
// CHECK.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

#define OS_PAGE_SIZE 4096u

enum os_prot { OS_NONE, OS_READ, OS_READ_WRITE, OS_READ_EXEC };

// Reserves n bytes that cannot be touched and cost no memory; NULL if the system refuses.
MUST_USE void *os_reserve(usize n);

// Gives back n bytes at p, reserved or mapped by any function here. p may be NULL.
void os_release(void *p, usize n);

// Changes the protection of n bytes at p. Untouched pages read as zero. False if the system
// refuses.
MUST_USE bool os_protect(void *p, usize n, enum os_prot prot);

// os_protect(p, n, OS_READ_WRITE): the reserved range becomes usable, zero until written.
MUST_USE bool os_commit_rw(void *p, usize n);

// Drops the contents of n private bytes at p: they keep their protection and read as zero again.
void os_discard(void *p, usize n);

// n bytes of fresh zeroed memory that os_map_again can show at other addresses; NULL if the system
// refuses.
MUST_USE void *os_share(usize n);

// Shows the n bytes of os_share at `shared` also over the range at `at`, with another protection;
// the memory lives until the last of its mappings is released. False if the system refuses; `at`
// may then be a hole.
MUST_USE bool os_map_again(void *at, void *shared, usize n, enum os_prot prot);

// Maps n bytes of one fresh zeroed memory twice: over the reserved range at `at_a` with protection
// `prot_a`, and readable and writable at an address chosen by the system, put into *b. Release both
// with os_release. On failure returns false with *b NULL and `at_a` still reserved.
MUST_USE bool os_map_shared_pair(void *at_a, enum os_prot prot_a, void **b, usize n);
