# SPDX-License-Identifier: MIT
# Builds contracts with gcc for riscv64-unknown-elf. In a makefile of your own:
#     include PATH/sdk/c/contract.mk
#     $(eval $(call hybrid_contract,token.c))
# makes build/token.elf, the program that the contract is (its code on the chain is FF, then these bytes);
# build/token.debug.elf, the same with symbols; and build/token.deploy, the creation container: append the
# constructor's arguments and it is init code. A contract of several sources names the others in
# NAME_SOURCES; NAME_CFLAGS and NAME_LDFLAGS are added (-Wl,--defsym=STACK_SIZE=0x8000: a larger stack).

HYBRID_SDK ?= $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
# The folder of hybrid_abi.h, which is printed from spec/: with the kit once that is installed.
HYBRID_ABI ?= $(if $(wildcard $(HYBRID_SDK)/hybrid_abi.h),$(HYBRID_SDK),$(HYBRID_SDK)/../../build/gen/include)
HYBRID_OUT ?= build
HYBRID_CC ?= riscv64-unknown-elf-gcc
# Compile with Zb* but link as rv64imac: libgcc's variants match the exact -march. -mtune=thead-c906 makes
# unaligned loads and stores single instructions. `hybrid build` takes the same two files of flags.
HYBRID_CFLAGS ?= -O2 -Wall -Wextra
HYBRID_CFLAGS_ALWAYS := @$(HYBRID_SDK)/compile.flags -I$(HYBRID_SDK) -I$(HYBRID_ABI)
HYBRID_LDFLAGS := @$(HYBRID_SDK)/link.flags -Wl,--gc-sections -T $(HYBRID_SDK)/contract.ld
HYBRID_KIT := $(wildcard $(HYBRID_SDK)/*.c)
HYBRID_KIT_H := $(wildcard $(HYBRID_SDK)/*.h)

# hybrid_object OUTPUT SOURCE FLAGS
define hybrid_object
$(1): $(2) $$(HYBRID_KIT_H) | $$(HYBRID_ABI)/hybrid_abi.h
	@mkdir -p $$(@D)
	$$(call say,RVCC,$$@)$$(HYBRID_CC) $$(HYBRID_CFLAGS_ALWAYS) $$(HYBRID_CFLAGS) $(3) -c -o $$@ $$<
endef
hybrid_o = $(HYBRID_OUT)/obj/$(basename $(subst ../,,$(1))).o

# hybrid_contract SOURCE
define hybrid_contract
$(call hybrid_contract_named,$(notdir $(basename $(1))),$(1) $($(notdir $(basename $(1)))_SOURCES))
endef
# hybrid_contract_named NAME SOURCES
define hybrid_contract_named
$(foreach s,$(2),$(call hybrid_object,$(call hybrid_o,$(s)),$(s),$($(1)_CFLAGS))
)
$(HYBRID_OUT)/$(1).debug.elf: $(foreach s,$(2),$(call hybrid_o,$(s))) $(HYBRID_START) $(HYBRID_KIT_O) $(HYBRID_SDK)/contract.ld
	$$(call say,RVLD,$$@)$$(HYBRID_CC) $$(HYBRID_LDFLAGS) $($(1)_LDFLAGS) -o $$@ $$(filter %.o,$$^) -lgcc
$(HYBRID_OUT)/$(1).elf: $(HYBRID_OUT)/$(1).debug.elf $(HYBRID_SDK)/finish.sh
	$$(call say,STRIP,$$@)sh $(HYBRID_SDK)/finish.sh image $$< $$@
# The constructor: the same objects, begun at contract_constructor, with the runtime's image inside.
$(HYBRID_OUT)/obj/$(1).constructor.o: $(HYBRID_SDK)/start.S $(HYBRID_OUT)/$(1).elf
	@mkdir -p $$(@D)
	$$(call say,RVCC,$$@)$$(HYBRID_CC) $$(HYBRID_CFLAGS_ALWAYS) \
	  '-DHYBRID_RUNTIME="$(HYBRID_OUT)/$(1).elf"' -c -o $$@ $$<
$(HYBRID_OUT)/$(1).constructor.debug.elf: $(foreach s,$(2),$(call hybrid_o,$(s))) $(HYBRID_OUT)/obj/$(1).constructor.o \
  $(HYBRID_KIT_O) $(HYBRID_SDK)/contract.ld
	$$(call say,RVLD,$$@)$$(HYBRID_CC) $$(HYBRID_LDFLAGS) $($(1)_LDFLAGS) -o $$@ $$(filter %.o,$$^) -lgcc
$(HYBRID_OUT)/$(1).deploy: $(HYBRID_OUT)/$(1).constructor.debug.elf $(HYBRID_SDK)/finish.sh
	$$(call say,PACK,$$@)sh $(HYBRID_SDK)/finish.sh container $$< $$@
endef

HYBRID_START := $(HYBRID_OUT)/obj/hybrid/start.o
HYBRID_KIT_O := $(patsubst $(HYBRID_SDK)/%.c,$(HYBRID_OUT)/obj/hybrid/%.o,$(HYBRID_KIT))
$(eval $(call hybrid_object,$(HYBRID_START),$(HYBRID_SDK)/start.S,))
$(foreach s,$(HYBRID_KIT),$(eval $(call hybrid_object,$(patsubst $(HYBRID_SDK)/%.c,$(HYBRID_OUT)/obj/hybrid/%.o,$(s)),$(s),)))
