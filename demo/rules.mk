# SPDX-License-Identifier: MIT
# The demo's programs in build/demo: the Solidity token as init code in hex, the RISC-V token as a container. The tests
# play the demo too; solc comes with `./do demo` and `./do test`.
build/demo/Token.bin: demo/Token.sol demo/compile.js package-lock.json
	@mkdir -p $(@D)
	$(call say,SOLC,$@)node demo/compile.js $(@D)
build/demo/token.deploy: build/contracts/token.deploy
	@mkdir -p $(@D)
	@cp $< $@
demo: build/demo/Token.bin build/demo/token.deploy
tests: build/demo/token.deploy $(if $(wildcard node_modules/solc),build/demo/Token.bin)
