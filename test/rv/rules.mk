# SPDX-License-Identifier: MIT
# Instruction tests: build/rv/NAME.elf from test/rv/NAME.S, for `hybrid rv test`. Tables of operands and expected
# results come from build/rv/vectors, a host program; GROUP.inc is what NAME.S of the same name includes.
RV_GROUPS := a alu branch d f m zba zbb zbc zbs zicond
RV_INC := $(RV_GROUPS:%=build/rv/%.inc)
RV_TESTS := $(patsubst test/rv/%.S,build/rv/%.elf,$(sort $(wildcard test/rv/*.S)))
contracts: $(RV_TESTS)
build/rv/vectors: test/rv/vectors.c test/rv/vectors_fp.c test/rv/vectors.h
	@mkdir -p $(@D)
	$(call say,CC,$@)gcc $(LANGUAGE) $(WARNINGS) -O1 -o $@ $(filter %.c,$^) -lgmp
$(RV_INC): build/rv/%.inc: build/rv/vectors
	build/rv/vectors $* >$@
$(RV_TESTS): build/rv/%.elf: test/rv/%.S test/rv/case.h test/rv/link.ld $(RV_INC) Makefile
	$(call say,RVLD,$@)$(RV_CC) -march=rv64gc_zba_zbb_zbc_zbs -mabi=lp64d -mcmodel=medany -nostdlib -static \
	  -Itest/rv -Ibuild/rv -T test/rv/link.ld -o $@ $<
