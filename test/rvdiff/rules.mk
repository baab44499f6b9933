# SPDX-License-Identifier: MIT
# Differential tests of the RV64 engine and of its disassembler. The oracle does not depend on the mode.
#   rvdiff       100,000 programs and 20,000 modelled instructions with the seed of the tests
#   fuzz-rv  CASES programs (1,000,000) with SEED (of the clock)
RVDIFF_QEMU := qemu-riscv64 -cpu rv64,zba=true,zbb=true,zbc=true,zbs=true
RVDIFF_O := $(patsubst %,$(B)/obj/test/rvdiff/%.o,driver generate model)
RVDIFF_COMPARE_O := $(patsubst %,$(B)/obj/test/rvdiff/%.o,disasm_compare generate)

build/rvdiff/oracle: test/rvdiff/oracle.c test/rvdiff/case.h src/lib/base/types.h
	@mkdir -p $(@D)
	$(call say,CC,$@)riscv64-linux-gnu-gcc-12 $(LANGUAGE) $(WARNINGS) $(INCLUDES) -O2 -static -o $@ $<
$(B)/rvdiff: $(RVDIFF_O) $(LIB_O)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/disasm-compare: $(RVDIFF_COMPARE_O) $(LIB_O)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
tests: build/rvdiff/oracle $(B)/rvdiff $(B)/disasm-compare

rvdiff: build/rvdiff/oracle $(B)/rvdiff ## random RV64 programs in the engine and in qemu
	$(B)/rvdiff --oracle "$(RVDIFF_QEMU) build/rvdiff/oracle" --cases 100000 --model 20000 --seed 1
CASES ?= 1000000
fuzz-rv: build/rvdiff/oracle $(B)/rvdiff
	$(B)/rvdiff --oracle "$(RVDIFF_QEMU) build/rvdiff/oracle" --cases $(CASES) --model $(CASES) \
	  --seed $(or $(SEED),$(shell date +%s)) --keep-going
.PHONY: rvdiff fuzz-rv
