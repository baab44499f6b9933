// SPDX-License-Identifier: MIT
// What the files of the public API share: the VM object and conversions of values.
#pragma once

#include "core/trace/eip3155.h"
#include "core/trace/tee.h"
#include "core/vm/vm.h"
#include "hybrid/hybrid.h"

struct hybrid_vm {
    struct vm *vm;
    enum fork fork;
    struct vm_params params;
    struct hybrid_block block;
    struct buf fault; // text with an ending 0, or empty
    bool has_tracer, has_eip3155;
    struct hybrid_tracer tracer;
    struct eip3155 eip3155;
    void (*write)(void *context, struct hybrid_bytes text);
    void *write_context;
    struct tee tee;
};

address api_address(const struct hybrid_address *a);
struct hybrid_address api_address_out(const address *a);
u256 api_word(const struct hybrid_word *w);
struct hybrid_word api_word_out(u256 v);
struct hybrid_bytes api_bytes_out(bytes b);

void api_trace_attach(struct hybrid_vm *vm); // gives the VM the inspectors that are set
void api_trace_flush(struct hybrid_vm *vm);  // after an execution
void api_trace_fini(struct hybrid_vm *vm);
