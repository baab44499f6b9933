// SPDX-License-Identifier: MIT
// Counting the cases of official tests and telling of them: a line of text for each that failed, or
// with --json a JSON object a line for every case. Runners walk all cases of a file and ask
// tally_take for each: so one file can be divided between processes that all walk it.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"

struct json;

struct tally_options {
    const char *filter; // only cases whose test's name or file's path contains it; NULL: all
    bool json;
    bool verbose; // tell of cases that passed, too, and of what a runner notes
};

struct tally_shared {    // what the processes in one file share; begins as zeros
    _Atomic u64 tickets; // the number of the next case that nobody has taken
    _Atomic u32 broken;  // somebody has told that the file is
};

struct tally {
    const struct tally_options *options;
    const char *path;            // of the file; kept
    struct tally_shared *shared; // NULL: there is one process only
    u64 at;                      // number of the next case in the file
    u64 mine;                    // of the one to be run here
    u64 passed, failed;
    u64 broken, faults; // of the failed: files that could not be read, faults of the machinery
    struct buf out;     // lines
};

struct tally_case {
    const char *test; // its name
    const char *fork; // NULL: the test does not say
    bool has_indexes; // of a state test
    u64 data, gas, value;
    bool has_root;
    b256 root;       // of the state that resulted
    struct buf why;  // what is wrong: sentences with what was expected; empty: it passed
    struct buf note; // what --verbose tells besides
};

void tally_begin(struct tally *t, const char *path, struct tally_shared *shared);
void tally_fini(struct tally *t);
// Whether the next case, of a test with that name, is to be run here.
MUST_USE bool tally_take(struct tally *t, const char *test);
// Counts a case that was taken and tells of it; empties why and note.
void tally_tell(struct tally *t, struct tally_case *c);
void tally_case_fini(struct tally_case *c);
// Counts and tells, as a case, that the rest of the file cannot be read; `why` names the place. Of
// the processes in a file the first one tells.
void tally_broken(struct tally *t, bytes why);
// Appends "fault: …" to the case's `why` and counts that.
void tally_fault(struct tally *t, struct tally_case *c, enum fault f, const char *detail);
// Whether the exceptions that a test names, alternatives divided by |, hold that name; each may
// stand behind a prefix that ends with a point.
bool tally_names(const char *alternatives, const char *name);
