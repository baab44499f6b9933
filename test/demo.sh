#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo does what demo/demo.json expects of each step, and guest and native form give the same results.
HYBRID=${HYBRID_BUILD:-build/release}/hybrid sh demo/run.sh
