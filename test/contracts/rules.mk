# SPDX-License-Identifier: MIT
# What single contracts of the tests need beside the usual flags.
fp_CFLAGS := -march=rv64gc
bad_pointers_CFLAGS := -march=rv64imac_zifencei_zba_zbb_zbs
