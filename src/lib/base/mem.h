// SPDX-License-Identifier: MIT
// Heap memory as the layers above the operating system see it. Defined by lib/os/mem.c; a machine
// out of memory is fatal and says so, therefore none of these returns NULL. mem_fail_after lets
// tests make the n-th call from now fail (it then ends the process like a real failure).
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

void *mem_alloc(usize n);            // uninitialised; n may be 0
void *mem_zalloc(usize n);           // all zero
void *mem_realloc(void *p, usize n); // like realloc; p may be NULL
void mem_free(void *p);              // p may be NULL

// Lets n allocations succeed and makes the one after them fail; 0 turns the injection off. For
// tests.
void mem_fail_after(u64 n);
