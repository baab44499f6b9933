# SPDX-License-Identifier: MIT
# Contracts of the tests and the demo, built with the kit's own contract.mk: build/contracts/NAME.elf (the runtime
# program) and NAME.deploy (the creation container) of test/contracts, sdk/examples and demo. Included by the
# Makefile, which gives RV_CC, WARNINGS and GEN.
HYBRID_SDK := sdk/c
HYBRID_ABI := $(GEN)
HYBRID_OUT := build/contracts
HYBRID_CC := $(RV_CC)
HYBRID_CFLAGS := -std=gnu17 -O2 -g $(WARNINGS) -ffile-prefix-map=$(CURDIR)/= -MMD -MP
include sdk/c/contract.mk
include test/contracts/rules.mk test/proto/rules.mk demo/rules.mk

CONTRACT_SRC := $(sort $(wildcard test/contracts/*.[cS] demo/*.c sdk/examples/*.c))
CONTRACT_NAMES := $(notdir $(basename $(CONTRACT_SRC)))
$(foreach c,$(CONTRACT_SRC),$(eval $(call hybrid_contract,$(c))))
CONTRACTS := $(foreach n,$(CONTRACT_NAMES),build/contracts/$(n).elf build/contracts/$(n).deploy)
contracts: $(CONTRACTS) $(PROTO_CONTRACTS)
