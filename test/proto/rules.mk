# SPDX-License-Identifier: MIT
# Contracts as the prototype's toolchain makes them (ABI, the HV1 image): build/proto/NAME.elf and NAME.deploy. Soft
# float, compressed, no bit manipulation; unstripped section headers; not built with the kit in sdk/.
PROTO_CFLAGS := -std=gnu17 -O1 -march=rv64imac_zicsr -mabi=lp64 -mcmodel=medany -ffreestanding -fno-pic $(WARNINGS) -MMD -MP
PROTO_LDFLAGS := -march=rv64imac -mabi=lp64 -nostdlib -static -Wl,--build-id=none -Wl,--no-relax -T test/proto/proto.ld
PROTO_NAMES := old new large
PROTO_CONTRACTS := $(foreach n,$(PROTO_NAMES),build/proto/$(n).elf build/proto/$(n).deploy)

# proto_rule NAME SOURCE FLAGS
define proto_rule
build/proto/$(1).o build/proto/$(1).constructor.o: test/proto/$(2) test/proto/rules.mk
	@mkdir -p $$(@D)
	$$(call say,RVCC,$$@)$(RV_CC) $(PROTO_CFLAGS) $(3) $$(if $$(findstring constructor,$$@),-DPROTO_CONSTRUCTOR) -c -o $$@ $$<
build/proto/$(1).elf: build/proto/$(1).o build/proto/start.o test/proto/proto.ld
	$$(call say,RVLD,$$@)$(RV_CC) $(PROTO_LDFLAGS) -o $$@ $$(filter %.o,$$^) -lgcc
	@riscv64-unknown-elf-strip -s $$@
build/proto/$(1).runtime.o: test/proto/runtime.S build/proto/$(1).elf
	$$(call say,RVCC,$$@)$(RV_CC) $(PROTO_CFLAGS) '-DPROTO_RUNTIME="build/proto/$(1).elf"' -c -o $$@ $$<
build/proto/$(1).constructor.elf: build/proto/$(1).constructor.o build/proto/$(1).runtime.o build/proto/start.o test/proto/proto.ld
	$$(call say,RVLD,$$@)$(RV_CC) $(PROTO_LDFLAGS) -o $$@ $$(filter %.o,$$^) -lgcc
	@riscv64-unknown-elf-strip -s $$@
build/proto/$(1).deploy: build/proto/$(1).constructor.elf sdk/c/finish.sh
	$$(call say,PACK,$$@)sh sdk/c/finish.sh pack $$< $$@
endef
build/proto/start.o: test/proto/start.S test/proto/rules.mk
	@mkdir -p $(@D)
	$(call say,RVCC,$@)$(RV_CC) $(PROTO_CFLAGS) -c -o $@ $<
$(eval $(call proto_rule,old,contract.c,-DPROTO_OLD))
$(eval $(call proto_rule,new,contract.c,))
$(eval $(call proto_rule,large,large.c,))
