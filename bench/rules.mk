# SPDX-License-Identifier: MIT
# The kernels of bench/rv as an image for the machine, as a Linux program for qemu, and natively inside the program
# that compares them. Included by the Makefile, which gives B, RV_CC, LIB_O and the flags.
KERNELS_ELF := build/bench/kernels.elf
KERNELS_LINUX := $(if $(shell command -v riscv64-linux-gnu-gcc-12),build/bench/kernels.linux)
KERNEL_MARCH := -march=rv64imac_zba_zbb_zbs
$(KERNELS_ELF): bench/rv/start.S bench/rv/kernels.c bench/rv/kernels.h bench/rv/kernels.ld
	@mkdir -p $(@D)
	$(call say,RVLD,$@)$(RV_CC) -std=gnu17 -O2 $(KERNEL_MARCH) -mabi=lp64 -mcmodel=medany -ffreestanding -fno-pic \
	  -fno-tree-loop-distribute-patterns -nostdlib -static -Isrc -I. -Wl,-z,max-page-size=16 -Wl,--build-id=none \
	  -T bench/rv/kernels.ld -o $@ bench/rv/start.S bench/rv/kernels.c
build/bench/kernels.linux: bench/rv/kernels_main.c bench/rv/kernels.c bench/rv/kernels.h
	@mkdir -p $(@D)
	$(call say,RVLD,$@)riscv64-linux-gnu-gcc-12 -std=gnu17 -O2 -march=rv64gc_zba_zbb_zbs -fno-tree-loop-distribute-patterns \
	  -static -Isrc -I. -o $@ bench/rv/kernels_main.c bench/rv/kernels.c
$(B)/obj/bench/rv/kernels.o: EXTRA := -O2 -fno-tree-loop-distribute-patterns
$(B)/bench/rv_bench: $(B)/obj/bench/rv/rv_bench.o $(B)/obj/bench/rv/kernels.o $(LIB_O)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
bench-rv: $(B)/bench/rv_bench $(KERNELS_ELF) $(KERNELS_LINUX) ## RISC-V kernels against native code and qemu
	$(B)/bench/rv_bench $(KERNELS_ELF) $(if $(KERNELS_LINUX),--qemu $(KERNELS_LINUX)) $(BENCH_FLAGS)
.PHONY: bench-rv
