// SPDX-License-Identifier: MIT
// What surrounds a message that is executed as a transaction of its own by the API, `hybrid run`
// and `hybrid play`: access lists before it, clearing after it, and containers for what is
// deployed.
#pragma once

#include "core/vm/vm.h"
#include "lib/base/buf.h"

// Begins a transaction and warms from, to, its designator's target, the precompiles and, if the
// fork says so, the coinbase.
void transaction_begin(struct state *s, const struct vm *vm, enum fork fork,
                       const struct vm_message *m, const address *coinbase);
void transaction_end(struct state *s, enum fork fork);

// What the message gave: its output, or of a successful creation the code that it left. Valid until
// the next execution.
bytes transaction_output(struct state *s, const struct vm_message *m, const struct vm_result *r);

// If the bytes are an ELF (7F 45 4C 46), puts FF before them.
void container_mark_elf(struct buf *code);
// Makes init code of what is to be deployed, and the arguments: an ELF, or FF and an ELF, gets the
// creation container; everything else stays as it is; the arguments follow.
void container_wrap(struct buf *code, bytes args);
