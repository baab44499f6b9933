# SPDX-License-Identifier: MIT
# Differential tests of the EVM against revm (in EDR) and EthereumJS, which come from npm.
#   fuzz-evm  CASES programs (1,000,000) with SEED (of the clock) against PEER (revm)
EVMDIFF_O := $(patsubst %,$(B)/obj/test/evmdiff/%.o,case coder driver engine expression generate inputs peer program random reduce save)
$(B)/evmdiff: $(EVMDIFF_O) $(CLI_O) $(NODE_O) $(LIB_O)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(NODE_LIBS) $(CLI_LIBS) $(LDLIBS)
tests: $(B)/evmdiff

PEER ?= revm
fuzz-evm: $(B)/evmdiff ## random EVM programs in the engine and in PEER=revm|ethereumjs
	$(B)/evmdiff --peer $(PEER) --cases $(CASES) --seed $(or $(SEED),$(shell date +%s)) --keep-going
.PHONY: fuzz-evm
