// SPDX-License-Identifier: MIT
// Between typed_data.c (types) and typed_value.c (values).
#pragma once

#include "node/rpc/typed_data.h"

// A declared type: its members are elements {name, type} of a list, which were checked.
struct typed_struct {
    const char *name;
    json_value members;
    b256 hash; // typeHash, if has_hash
    bool has_hash;
};

struct typed_data { // stays where it is: values point to `types`
    enum typed_version version;
    json_value types;
    struct typed_struct of[TYPED_STRUCTS_MAX];
    u32 count;
};

enum typed_atom {
    TYPED_BOOL,
    TYPED_ADDRESS,
    TYPED_STRING,
    TYPED_BYTES,
    TYPED_FIXED_BYTES, // size: bytes
    TYPED_UINT,        // size: bits
    TYPED_INT,
};

// False: the first n bytes of the text are no type of the language.
MUST_USE bool typed_atom_of(enum typed_atom *out, u32 *size, const char *text, usize n);
// NULL: no such type is declared.
struct typed_struct *typed_find(struct typed_data *t, const char *name, usize n);
// The number between the brackets with which the first *n bytes of the text end, 0 if there is
// none; *n is then where they begin. False: they end without brackets.
MUST_USE bool typed_list_of(u32 *count, const char *text, usize *n);
// keccak256(encodeType(s)).
const b256 *typed_type_hash(struct typed_data *t, struct typed_struct *s);
// Name and type of the i-th member of a struct.
void typed_member(const struct typed_struct *s, usize i, const char **name, const char **type);

// hashStruct(v).
MUST_USE enum fault typed_hash_struct(struct typed_data *t, b256 *out, struct typed_struct *s,
                                      const json_value *v);
