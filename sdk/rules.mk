# SPDX-License-Identifier: MIT
# Contracts of the tests and the demo, built with the kit's own contract.mk: build/contracts/NAME.elf (the runtime
# program) and NAME.deploy (the creation container) of test/contracts and demo; and the kit as it is installed,
# build/share/hybrid, where `hybrid build` finds it beside the folder of the program. Included by the Makefile,
# which gives RV_CC, WARNINGS and GEN.
HYBRID_SDK := sdk/c
HYBRID_ABI := $(GEN)
HYBRID_OUT := build/contracts
HYBRID_CC := $(RV_CC)
HYBRID_CFLAGS := -O2 $(WARNINGS) -ffile-prefix-map=$(CURDIR)/= -MMD -MP
include sdk/c/contract.mk
include test/contracts/rules.mk test/proto/rules.mk demo/rules.mk

CONTRACT_SRC := $(sort $(wildcard test/contracts/*.[cS] demo/*.c))
CONTRACT_NAMES := $(notdir $(basename $(CONTRACT_SRC)))
$(foreach c,$(CONTRACT_SRC),$(eval $(call hybrid_contract,$(c))))
CONTRACTS := $(foreach n,$(CONTRACT_NAMES),build/contracts/$(n).elf build/contracts/$(n).deploy)
contracts: $(CONTRACTS) $(PROTO_CONTRACTS)

SHARE := build/share/hybrid
SHARE_SRC := $(filter-out sdk/rules.mk,$(shell find sdk -type f))
$(SHARE)/made: $(SHARE_SRC) $(GEN)/hybrid_abi.h build/gen/gen
	$(call say,KIT,$(@D))rm -rf $(@D) && mkdir -p $(@D) && cp -r sdk/. $(@D) && rm $(@D)/rules.mk
	@cp $(GEN)/hybrid_abi.h $(@D)/c/
	@build/gen/gen rust >$(@D)/rust/src/abi.rs
	@touch $@
SHARE_FILES := $(patsubst sdk/%,%,$(SHARE_SRC)) c/hybrid_abi.h rust/src/abi.rs
all: $(SHARE)/made
