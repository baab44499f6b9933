# SPDX-License-Identifier: MIT
# What `./do bench` runs beside the *_bench.c of the modules. Included by the Makefile, which gives B, RV_CC, LIB_O
# and the flags.
#   bench-rv         the kernels of bench/rv as an image for the machine, as a Linux program for qemu, and natively
#                    inside the program that compares them
#   bench-published  the same for kernels, workloads and peers' figures that lie beside the tree (../shared/bench)
#   bench-calls      whole messages: what a call of either kind costs
QEMU_CC := $(shell command -v riscv64-linux-gnu-gcc-12)
PUBLISHED := $(wildcard ../shared/bench)
KERNEL_CFLAGS := -std=gnu17 -O2 -fno-tree-loop-distribute-patterns -Isrc -I.

# kernels_rules NAME, SOURCE, -march of the image, -march for qemu, DEFINES
define kernels_rules
build/bench/$(1).elf: bench/rv/start.S bench/rv/table.c $(2) bench/rv/kernels.h bench/rv/kernels.ld
	@mkdir -p $$(@D)
	$$(call say,RVLD,$$@)$(RV_CC) $(KERNEL_CFLAGS) $(5) -march=$(3) -mabi=lp64 -mcmodel=medany -ffreestanding \
	  -fno-pic -nostdlib -static -Wl,-z,max-page-size=16 -Wl,--build-id=none \
	  -T bench/rv/kernels.ld -o $$@ bench/rv/start.S bench/rv/table.c $(2)
build/bench/$(1).linux: bench/rv/kernels_main.c $(2) bench/rv/kernels.h
	@mkdir -p $$(@D)
	$$(call say,RVLD,$$@)$(QEMU_CC) $(KERNEL_CFLAGS) $(5) -march=$(4) -static -o $$@ bench/rv/kernels_main.c $(2)
$(B)/bench/$(1)_native.o: $(2) bench/rv/kernels.h
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)$(CC) $(KERNEL_CFLAGS) $(5) -c -o $$@ $(2)
$(B)/bench/$(1)_main.o: bench/rv/rv_bench.c bench/rv/kernels.h
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)$(CC) $(CPPFLAGS) $(CFLAGS) $(5) -c -o $$@ $$<
$(B)/bench/$(1)_bench: $(B)/bench/$(1)_main.o $(B)/bench/$(1)_native.o $(LIB_O)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$(CC) $(LDFLAGS) -o $$@ $$^ $(LDLIBS)
run-$(1): $(B)/bench/$(1)_bench build/bench/$(1).elf $(if $(QEMU_CC),build/bench/$(1).linux)
	$(B)/bench/$(1)_bench build/bench/$(1).elf $(if $(QEMU_CC),--qemu build/bench/$(1).linux) $(BENCH_FLAGS)
.PHONY: run-$(1)
endef
$(eval $(call kernels_rules,kernels,bench/rv/kernels.c,rv64imac_zba_zbb_zbs,rv64gc_zba_zbb_zbs,))
$(eval $(call kernels_rules,published,bench/rv/published_kernels.c,rv64imac,rv64gc,-DRVBENCH_C='"$(PUBLISHED)/rvbench.c"'))

bench-rv: run-kernels ## RISC-V kernels against native code and qemu
$(B)/bench/workload_bench: $(B)/obj/bench/evm/workload_bench.o $(LIB_O)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
ifeq ($(PUBLISHED),)
bench-published:
	@echo 'published workloads (../shared/bench) not found: not run'
else
bench-published: run-published $(B)/bench/workload_bench ## published kernels and EVM workloads, with peers' figures
	$(B)/bench/workload_bench --peers $(PUBLISHED)/evm_peers.tsv $(PUBLISHED)/evm_workloads.tsv
	$(B)/bench/workload_bench --fork osaka --peers $(PUBLISHED)/evm_peers.tsv $(PUBLISHED)/precompile_workloads.tsv
endif
bench-calls: all ## what one message costs: EVM code in the machine and native, a RISC-V contract
	sh bench/calls.sh $(B)/hybrid build/contracts
.PHONY: bench-rv bench-published bench-calls
# What bench/rpc measures: a node beside anvil, which comes from npm.
RPC_BENCH_O := $(patsubst %,$(B)/obj/bench/rpc/%.o,http target transfers)
$(B)/bench/rpc_bench: $(B)/obj/bench/rpc/rpc_bench.o $(RPC_BENCH_O) $(LIB_O)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
ANVIL := node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil
bench-rpc: all $(B)/bench/rpc_bench build/demo/Token.bin ## hybrid-node beside anvil: requests and transfers a second, start-up, memory
	$(B)/bench/rpc_bench --ours $(B)/hybrid-node --theirs $(ANVIL) --token build/demo/Token.bin $(BENCH_FLAGS)
.PHONY: bench-rpc
$(B)/bench/soak: $(B)/obj/bench/rpc/soak.o $(RPC_BENCH_O) $(LIB_O)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
tests: $(if $(filter release,$(MODE)),$(B)/bench/soak)

TXS ?= 10000000
soak: all $(B)/bench/soak build/demo/Token.bin build/demo/token.deploy ## a long life of hybrid-node in short time: TXS=10000000 transactions
	$(B)/bench/soak --node $(B)/hybrid-node --token build/demo/Token.bin --container build/demo/token.deploy --count $(TXS)
.PHONY: soak
