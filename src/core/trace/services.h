// SPDX-License-Identifier: MIT
// Services of RISC-V contracts for tracers: their names and what they read, from the rows of
// spec/syscalls.def, whose text of arguments is read here.
#pragma once

#include "lib/base/types.h"

#define SERVICE_NAME_MAX 32u

enum service_form {
    SERVICE_NUMBER,  // one register
    SERVICE_WORD,    // four registers, least significant first
    SERVICE_ADDRESS, // three registers, big-endian
    SERVICE_INTEGER, // three registers, an address as an integer, least significant first
};

struct service_argument {
    enum service_form form;
    u32 first;    // index of its register among a0 to a7
    bytes name;   // as in the row: "ptr", "key", "address"
    bool is_data; // a pointer to as many bytes as the argument after it says
};

#define SERVICE_ARGUMENTS_MAX 8u

// NULL if there is no such service.
const char *service_name(u8 id);
void service_upper_name(char out[static SERVICE_NAME_MAX], u8 id); // "SLOAD", "SERVICE_0x99"
u32 service_register_count(u8 id);                                 // that it reads, from a0 on
u32 service_arguments(struct service_argument out[static SERVICE_ARGUMENTS_MAX], u8 id);
