// SPDX-License-Identifier: MIT
// Every operation of spec/rv64.def (compressed forms are not operations) through one macro, in the
// order of the file. The includer defines either
//   RV_ROW(NAME)                                            or
//   RV_ROW_ALL(NAME, text, match, mask, cost, FAMILY)       FAMILY without its RV_
// which is undefined at the end. To be included as often as needed.
#ifdef RV_ROW
#define RV_ROW_ALL(NAME, text, match, mask, cost, FAMILY) RV_ROW(NAME)
#endif
#ifndef RV_ROW_ALL
#error "define RV_ROW or RV_ROW_ALL before including engine/rv/rows.h"
#endif

#define RV_R(N, t, m, c, e) RV_ROW_ALL(N, t, m, 0xFE00707F, c, R)
#define RV_I(N, t, m, c, e) RV_ROW_ALL(N, t, m, 0x0000707F, c, I)
#define RV_SHIFT(N, t, m, c, e) RV_ROW_ALL(N, t, m, 0xFC00707F, c, SHIFT)
#define RV_SHIFTW(N, t, m, c, e) RV_ROW_ALL(N, t, m, 0xFE00707F, c, SHIFTW)
#define RV_UNARY(N, t, m, c, e) RV_ROW_ALL(N, t, m, 0xFFF0707F, c, UNARY)
#define RV_U(N, t, m, c, e) RV_ROW_ALL(N, t, m, 0x0000007F, c, U)
#define RV_LOAD(N, t, m, c, type) RV_ROW_ALL(N, t, m, 0x0000707F, c, LOAD)
#define RV_STORE(N, t, m, c, type) RV_ROW_ALL(N, t, m, 0x0000707F, c, STORE)
#define RV_FENCE(N, t, m, c) RV_ROW_ALL(N, t, m, 0x0000707F, c, FENCE)
#define RV_JAL(N, t, m, c) RV_ROW_ALL(N, t, m, 0x0000007F, c, JAL)
#define RV_JALR(N, t, m, c) RV_ROW_ALL(N, t, m, 0x0000707F, c, JALR)
#define RV_BRANCH(N, t, m, c, e) RV_ROW_ALL(N, t, m, 0x0000707F, c, BRANCH)
#define RV_SYS(N, t, m, c) RV_ROW_ALL(N, t, m, 0xFFFFFFFF, c, SYS)
#define RV_BARE(N, t, m, mask, c) RV_ROW_ALL(N, t, m, mask, c, BARE)
#define RV_CSR(N, t, m, c, e) RV_ROW_ALL(N, t, m, 0x0000707F, c, CSR)
#define RV_CSRI(N, t, m, c, e) RV_ROW_ALL(N, t, m, 0x0000707F, c, CSRI)
#define RV_LR(N, t, m, c, type) RV_ROW_ALL(N, t, m, 0xF9F0707F, c, LR)
#define RV_SC(N, t, m, c, type) RV_ROW_ALL(N, t, m, 0xF800707F, c, SC)
#define RV_AMO(N, t, m, c, type, e) RV_ROW_ALL(N, t, m, 0xF800707F, c, AMO)
#define RV_FLOAD(N, t, m, c, type) RV_ROW_ALL(N, t, m, 0x0000707F, c, FLOAD)
#define RV_FSTORE(N, t, m, c, type) RV_ROW_ALL(N, t, m, 0x0000707F, c, FSTORE)
#define RV_F_FFF_RM(N, t, m, c, width, e) RV_ROW_ALL(N, t, m, 0x0600007F, c, F_FFF_RM)
#define RV_F_FF_RM(N, t, m, c, width, e) RV_ROW_ALL(N, t, m, 0xFE00007F, c, F_FF_RM)
#define RV_F_F_RM(N, t, m, c, to, from, e) RV_ROW_ALL(N, t, m, 0xFFF0007F, c, F_F_RM)
#define RV_F_FF(N, t, m, c, width, e) RV_ROW_ALL(N, t, m, 0xFE00707F, c, F_FF)
#define RV_X_FF(N, t, m, c, width, e) RV_ROW_ALL(N, t, m, 0xFE00707F, c, X_FF)
#define RV_X_F_RM(N, t, m, c, width, e) RV_ROW_ALL(N, t, m, 0xFFF0007F, c, X_F_RM)
#define RV_X_F(N, t, m, c, width, e) RV_ROW_ALL(N, t, m, 0xFFF0707F, c, X_F)
#define RV_F_X_RM(N, t, m, c, width, e) RV_ROW_ALL(N, t, m, 0xFFF0007F, c, F_X_RM)
#define RV_F_X(N, t, m, c, width, e) RV_ROW_ALL(N, t, m, 0xFFF0707F, c, F_X)
#include "spec/rv64.def"

#undef RV_ROW
#undef RV_ROW_ALL
