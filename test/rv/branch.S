// SPDX-License-Identifier: MIT
// Conditional branches forwards and backwards, jal and jalr. Tables and loops come from
// test/rv/vectors.c.
#include "case.h"

    begin
#include "branch.inc"

// ---- jal ----
    case 1
    li a0, 0
    jal ra, 1f
link1:
    j fail
1:  expect_address ra, link1
    case 2 // backwards, and without a link
    j 3f
2:  li a0, 2
    j 4f
3:  jal x0, 2b
4:  expect a0, 2

// ---- jalr ----
    case 3
    la t0, 1f
    jalr ra, 0(t0)
link3:
    j fail
1:  expect_address ra, link3
    case 4 // the lowest bit of the target is dropped
    la t0, 1f
    jalr ra, 1(t0)
    j fail
1:
    case 5 // the target is taken before the link is written
    la t0, 1f - 2047
    jalr t0, 2047(t0)
link5:
    j fail
1:  expect_address t0, link5
    case 6
    la t0, 1f + 2048
    jalr x0, -2048(t0)
    j fail
1:  expect x0, 0
    end
