// SPDX-License-Identifier: MIT
// Playing a file of steps (docs/play.md says what may be in it). Inside: play_values.c turns JSON
// into addresses, numbers, bytes and storage keys; play_expect.c compares; play_story.c prints;
// play.c goes through the steps.
#pragma once

#include "app/cli/abi.h"
#include "app/cli/execute.h"
#include "core/trace/calltree.h"
#include "lib/codec/json.h"

#define PLAY_NAME_SIZE 64
#define PLAY_NAMES_MAX 4096u
#define PLAY_SIGNATURES_MAX 4096u
#define PLAY_KEY_DEPTH_MAX 16u // map(…) inside each other

struct play_name {
    char text[PLAY_NAME_SIZE];
    address address;
};

struct play_params {
    enum vm_form form;
    bool calls, json;
    u32 only;           // the one step that is printed; 0: all
    const char *folder; // file names in the file are relative to it; NULL: no file may be read
};

struct play {
    struct play_params params;
    struct session session;
    struct play_name *name; // later ones hide earlier ones of the same address
    u32 name_count, name_capacity;
    struct abi_signature *signature;
    u32 signature_count, signature_capacity;
    struct calltree *tree;
    bool has_sender;
    address sender; // default of `from`
    u32 step;       // from 1
    u32 step_count, failed_count;
    struct buf out; // printed text
    struct buf why; // after FAULT_BAD_INPUT: step and place
};

// What a step did and what of it was not as expected.
struct play_result {
    const char *action; // "deploy", "call" …
    const char *title;
    bool executed;
    struct outcome outcome;
    address target;                           // who was called, or what was created
    struct buf failures;                      // a line each
    const struct abi_signature *output_types; // of the expected output, NULL if not known
    struct abi_signature output_signature;
};

void play_init(struct play *p, const struct play_params *params);
void play_fini(struct play *p);
// Plays all steps. FAULT_BAD_INPUT: the file is wrong, *why says where. `print` is called with
// finished text after each step and returns whether that worked.
MUST_USE enum fault play_all(struct play *p, const json_value *root,
                             bool (*print)(void *ctx, struct buf *text), void *ctx);

// ---- play_values.c
MUST_USE enum fault play_bind(struct play *p, const json_value *v, const char *name,
                              const address *a);
const char *play_name_of(void *play, const address *a); // NULL if it has none
// `text` is "$name" or 0x and 40 digits; v is the place for refusals.
MUST_USE enum fault play_address_text(struct play *p, address *out, const json_value *v,
                                      const char *text);
MUST_USE enum fault play_address(struct play *p, address *out, const json_value *v);
MUST_USE enum fault play_number(struct play *p, u256 *out, const json_value *v);
MUST_USE enum fault play_number_u64(struct play *p, u64 *out, const json_value *v, u64 max);
MUST_USE enum fault play_key(struct play *p, u256 *out, const json_value *v, const char *text);
MUST_USE enum fault play_bytes(struct play *p, struct buf *out, const json_value *v);
// A contract's bytes; as init code with its container if it needs one, else as code with its FF.
MUST_USE enum fault play_contract(struct play *p, struct buf *out, const json_value *v,
                                  bool is_init);
// Values of a typed list from its element `first` on, for the types of s.
struct play_values {
    struct abi_value value[ABI_TYPES_MAX];
    struct buf data[ABI_TYPES_MAX];
};
MUST_USE enum fault play_typed(struct play *p, struct abi_signature *s, struct play_values *values,
                               const json_value *list);
void play_values_fini(struct play_values *values);
// Remembers a signature for descriptions.
MUST_USE enum fault play_learn(struct play *p, const json_value *v);
MUST_USE enum fault play_learn_all(struct play *p, const json_value *v); // in all lists inside v

// ---- play_expect.c
MUST_USE enum fault play_expect(struct play *p, struct play_result *r, const json_value *step);
PRINTF_LIKE(2, 3) void play_fail(struct play_result *r, const char *format, ...);

// ---- play_story.c
bool play_describe_input(void *play, struct buf *out, bytes input);
bool play_describe_log(void *play, struct buf *out, const struct state_log *l, bytes data);
bool play_describe_revert(void *play, struct buf *out, bytes output);
void play_put_account(struct play *p, struct buf *out, const address *a);
void play_put_log(struct play *p, struct buf *out, const struct outcome_log *l, bytes data);
void play_put_output(struct play *p, struct buf *out, const struct play_result *r, bytes output);
void play_put_story(struct play *p, const struct play_result *r);
void play_put_json(struct play *p, const struct play_result *r);
