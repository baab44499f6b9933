// SPDX-License-Identifier: MIT
// go-ethereum's vectors of tracers: a transaction on a genesis, a tracer's configuration, and the
// result. Which tracer is told by the folder's name ("call_tracer",
// "prestate_tracer_with_diff_mode"). Results are compared as JSON values, quantities as texts.
#pragma once

#include "app/cli/suite.h"

struct tracetest; // VMs that are kept from file to file

struct tracetest *tracetest_new(const struct suite_options *o);
void tracetest_free(struct tracetest *t);
// The cases are "riscv" and "native".
void tracetest_run(struct tracetest *t, bytes text, struct tally *tally);
