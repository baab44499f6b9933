# SPDX-License-Identifier: MIT
# One graph from sources to everything: host programs and libraries, the guest ELF that is embedded in them,
# contracts for tests, the test runner, benches and fuzzers. `make MODE=... TARGET`; `./do TARGET` installs what
# is missing first. Modes: release (default), debug, verify, asan, tsan, fuzz, cov; each has its folder build/<mode>,
# with CC=clang-14 build/<mode>-clang, with WERROR=1 the ending -werror. Modules are found by wildcard. The
# guest and the contracts do not depend on the mode.

MODE ?= release
VERSION := 0.1.0
ABI_MAJOR := 0
MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
# Commands are shown as one short line each; V=1 shows them whole.
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2);)

ifneq ($(filter default undefined,$(origin CC)),)
CC := gcc
endif
ifeq ($(MODE),fuzz)
CC := clang-14
endif
IS_CLANG := $(findstring clang,$(CC))
B := build/$(MODE)$(if $(IS_CLANG),$(if $(filter-out fuzz,$(MODE)),-clang))$(if $(WERROR),-werror)
GEN := build/gen/include

# ---- flags -------------------------------------------------------------------------------------------------
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wswitch-enum -Wmissing-prototypes \
  -Wstrict-prototypes -Wundef -Wvla $(if $(WERROR),-Werror)
LANGUAGE := -std=gnu17 -fno-strict-aliasing -fvisibility=hidden
INCLUDES := -Isrc -I. -Iinclude -I$(GEN)
DEFINES := -D_GNU_SOURCE= -DHYBRID_VERSION='"$(VERSION)"'
CHECKED := -g -fno-omit-frame-pointer -DHYBRID_DCHECK
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
release_FLAGS := -O2 -g
debug_FLAGS := -O1 $(CHECKED)
verify_FLAGS := -O1 $(CHECKED) -DHYBRID_VERIFY
asan_FLAGS := -O1 $(CHECKED) $(SANITIZE)
tsan_FLAGS := -O1 $(CHECKED) -fsanitize=thread
fuzz_FLAGS := -O1 $(CHECKED) $(SANITIZE) -fsanitize=fuzzer-no-link
cov_FLAGS := -O1 $(CHECKED) --coverage
ifeq ($($(MODE)_FLAGS),)
$(error MODE=$(MODE) is not one of release, debug, verify, asan, tsan, fuzz, cov)
endif
CFLAGS := $(LANGUAGE) $(WARNINGS) $($(MODE)_FLAGS) -fPIC -ffile-prefix-map=$(CURDIR)/=
CPPFLAGS = $(INCLUDES) $(DEFINES) -MMD -MP
LDFLAGS := $($(MODE)_FLAGS) -Wl,--as-needed -Wl,-z,noexecstack
NODE_LIBS := -llmdb -lwebsockets -luv -lhttp_parser -lwslay
CLI_LIBS := -lzstd
LDLIBS := -lsecp256k1 -lcrypto -ljansson -lgmp -lpthread -lm

# ---- host sources ------------------------------------------------------------------------------------------
SRC := $(sort $(shell find src -name '*.[cS]'))
TEST_C := $(filter %_test.c,$(SRC)) $(sort $(wildcard test/*.c))
FUZZ_C := $(filter %_fuzz.c,$(SRC)) $(sort $(wildcard fuzz/*_fuzz.c))
BENCH_C := $(filter %_bench.c,$(SRC))
CODE := $(filter-out %_test.c %_fuzz.c %_bench.c,$(SRC))
HAVE_GUEST := $(wildcard guest/start.S)
# Only the programs read packed files, and so need libzstd.
CLI_LIB_SRC := src/lib/codec/zstd.c
LIB_SRC := $(filter-out src/app/cli/% src/node/% $(CLI_LIB_SRC) $(if $(HAVE_GUEST),,%/guest_image.S),$(CODE))
# Only programs with a node need what is in src/node, and what that needs.
NODE_SRC := $(addprefix src/app/cli/,node_genesis.c node_check.c node_config.c node_dev.c node_log.c node_plan.c \
  node_serve.c cmd_node.c) $(filter src/node/%,$(CODE))
CLI_SRC := $(filter-out %/main_hybrid.c %/main_node.c $(NODE_SRC),$(filter src/app/cli/%,$(CODE)) $(CLI_LIB_SRC))
objects = $(patsubst %,$(B)/obj/%.o,$(basename $(1)))
LIB_O := $(call objects,$(LIB_SRC))
CLI_O := $(call objects,$(CLI_SRC))
NODE_O := $(call objects,$(NODE_SRC))
TEST_O := $(call objects,$(TEST_C))

# The compiler's usual moves of code out of dispatch loops cost more than they bring there.
$(B)/obj/src/engine/rv/interp.o: EXTRA := $(if $(IS_CLANG),,-fno-gcse -fno-crossjumping -fno-tree-fre -fno-tree-pre)
# 16-byte copies of words that were just written limb by limb stall the store buffer.
$(B)/obj/src/engine/evm/run.o: EXTRA := -mgeneral-regs-only

PROGRAMS := $(if $(wildcard src/app/cli/main_hybrid.c),$(B)/hybrid) \
  $(if $(wildcard src/app/cli/main_node.c),$(B)/hybrid-node)
LIBRARIES := $(B)/libhybrid.so $(B)/libhybrid.a

all: $(PROGRAMS) $(LIBRARIES) contracts ## programs and libraries of MODE, and the contracts of tests and demo

GEN_H := $(if $(wildcard spec/gen.c),$(GEN)/hybrid_abi.h)
$(B)/obj/%.o: %.c Makefile | $(GEN_H)
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CPPFLAGS) $(CFLAGS) $(EXTRA) -c -o $@ $<
$(B)/obj/%.o: %.S Makefile
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CPPFLAGS) -Wa,-Ibuild/guest $(CFLAGS) -c -o $@ $<

$(B)/hybrid: $(B)/obj/src/app/cli/main_hybrid.o $(CLI_O) $(LIB_O)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(NODE_LIBS) $(CLI_LIBS) $(LDLIBS)
$(B)/hybrid-node: $(B)/obj/src/app/cli/main_node.o $(CLI_O) $(NODE_O) $(LIB_O)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(NODE_LIBS) $(CLI_LIBS) $(LDLIBS)
$(B)/hybrid-test: $(TEST_O) $(CLI_O) $(NODE_O) $(LIB_O)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -rdynamic -o $@ $^ -lcmocka $(NODE_LIBS) $(CLI_LIBS) $(LDLIBS)
$(B)/libhybrid.so: $(LIB_O)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -shared -Wl,-soname,libhybrid.so.$(ABI_MAJOR) -o $@ $^ $(LDLIBS)
	@ln -sf libhybrid.so $@.$(ABI_MAJOR)
# One relocatable object whose internal names are local, so that they cannot meet those of a user.
$(B)/libhybrid.a: $(LIB_O)
	$(call say,AR,$@)ld -r -o $(B)/obj/libhybrid.o $^
	@objcopy --localize-hidden $(B)/obj/libhybrid.o
	@rm -f $@ && ar rcsD $@ $(B)/obj/libhybrid.o

# ---- spec/gen: what is printed from the tables ---------------------------------------------------------------
build/gen/gen: spec/gen.c $(wildcard spec/*.def) src/node/rpc/methods.def
	@mkdir -p $(@D)
	$(call say,CC,$@)gcc $(LANGUAGE) $(WARNINGS) $(INCLUDES) -MMD -MP -o $@ $<
$(GEN)/hybrid_abi.h: build/gen/gen
	@mkdir -p $(@D)
	build/gen/gen sdk-header >$@
docs: build/gen/gen ## docs/abi.md, docs/conformance.md, docs/rpc.md anew from their prose and tables
	build/gen/gen abi >docs/abi.md
	build/gen/gen abi spec/conformance.md.in >docs/conformance.md
	build/gen/gen abi spec/rpc.md.in >docs/rpc.md

# ---- the guest: the mini-EVM as an RV64 program, embedded by src/core/vm/guest_image.S -------------------------
# Compile with Zb* but link as rv64imac: libgcc's variants match the exact -march. -mtune=thead-c906 makes
# unaligned loads single instructions.
RV_CC := riscv64-unknown-elf-gcc
RV_STRIP := riscv64-unknown-elf-strip -s -R .riscv.attributes
RV_CFLAGS := -std=gnu17 -O2 -g -march=rv64imac_zba_zbb_zbs -mabi=lp64 -mcmodel=medany -mtune=thead-c906 \
  -ffreestanding -fno-pic -fno-strict-aliasing -fno-common -ffunction-sections -fdata-sections \
  -fno-asynchronous-unwind-tables -ffile-prefix-map=$(CURDIR)/= -MMD -MP
RV_LDFLAGS := -march=rv64imac -mabi=lp64 -nostdlib -static -Wl,-z,max-page-size=16 -Wl,--gc-sections \
  -Wl,--build-id=none
# What the guest does not use falls away at its link.
GUEST_SRC := $(filter-out %_test.c %_fuzz.c %_bench.c %_native.c,$(sort $(wildcard \
  guest/*.[cS] src/engine/evm/*.c src/lib/num/u256.c src/lib/base/fork.c src/lib/base/halt.c)))
GUEST_O := $(patsubst %,build/guest/obj/%.o,$(basename $(GUEST_SRC)))
build/guest/obj/%.o: %.c Makefile | $(GEN_H)
	@mkdir -p $(@D)
	$(call say,RVCC,$@)$(RV_CC) $(RV_CFLAGS) $(WARNINGS) -DHYBRID_GUEST $(INCLUDES) -c -o $@ $<
build/guest/obj/%.o: %.S Makefile | $(GEN_H)
	@mkdir -p $(@D)
	$(call say,RVCC,$@)$(RV_CC) $(RV_CFLAGS) $(INCLUDES) -c -o $@ $<
build/guest/guest.elf: $(GUEST_O) guest/guest.ld
	$(call say,RVLD,$@)$(RV_CC) $(RV_LDFLAGS) -T guest/guest.ld -o $@ $(GUEST_O) -lgcc
build/guest/guest.bin: build/guest/guest.elf
	$(call say,STRIP,$@)$(RV_STRIP) -o $@ $<
$(B)/obj/src/core/vm/guest_image.o: build/guest/guest.bin
$(B)/obj/src/node/net/page_files.o: $(wildcard web/*)
guest-lock: build/guest/guest.bin ## pin the guest that was built just now in tools/guest.lock
	sh tools/guest_lock.sh $< >tools/guest.lock

# ---- contracts of tests and demo (sdk/rules.mk), bare-metal instruction tests (test/rv/rules.mk): contracts -----
include $(wildcard sdk/rules.mk) test/rv/rules.mk test/rvdiff/rules.mk test/evmdiff/rules.mk bench/rules.mk

# ---- tests -------------------------------------------------------------------------------------------------
fuzz_name = $(patsubst %_fuzz,%,$(basename $(notdir $(1))))
FUZZERS := $(foreach f,$(FUZZ_C),$(B)/fuzz/$(call fuzz_name,$(f)))
# In MODE=fuzz libFuzzer brings main; in all other modes fuzz/replay.c runs the corpus and ends.
FUZZ_MAIN := $(if $(filter fuzz,$(MODE)),,$(B)/obj/fuzz/replay.o)
define fuzz_rule
$(B)/fuzz/$(call fuzz_name,$(1)): $(call objects,$(1)) $(FUZZ_MAIN) $(CLI_O) $(NODE_O) $(LIB_O)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$(CC) $(LDFLAGS) $(if $(filter fuzz,$(MODE)),-fsanitize=fuzzer) -o $$@ $$^ $(NODE_LIBS) $(CLI_LIBS) $(LDLIBS)
endef
$(foreach f,$(FUZZ_C),$(eval $(call fuzz_rule,$(f))))

build/tools/tidy: tools/tidy.c tools/tidy_text.c
	@mkdir -p $(@D)
	$(call say,CC,$@)gcc $(LANGUAGE) $(WARNINGS) -D_GNU_SOURCE -O1 -g -Itools -o $@ $^
tests: $(B)/hybrid-test $(FUZZERS) all build/tools/tidy ## build, do not run, all that `test` runs in MODE

# Official test vectors, where they lie beside the project; tests that want them say so when they are not there.
FIXTURES := $(wildcard ../shared/fixtures/unpack)
FIXTURE_SETS := unit node state-eest state-ethereum-tests blockchain-ethereum-tests engine-benchmark
test-all: FIXTURE_SETS += state-legacy-cancun state-legacy-constantinople blockchain-eest blockchain-byfork \
  blockchain-legacy
fixtures:
	@$(if $(FIXTURES),$(FIXTURES) build/fixtures $(FIXTURE_SETS) >/dev/null,echo 'official test vectors (../shared/fixtures) not found: their suites are not run')

test: fixtures ## asan and release runners, replayed fuzz corpora, shell tests; ends with `N passed, N failed`
	$(MAKE) MODE=asan tests
	$(MAKE) MODE=release tests
	sh tools/run_tests.sh "$(TESTS)" asan release
test-all: fixtures ## the same with the long tests, and verify and clang builds too
	$(MAKE) MODE=asan tests
	$(MAKE) MODE=release tests
	$(MAKE) MODE=verify tests
	$(MAKE) MODE=asan CC=clang-14 tests
	$(MAKE) tsan
	LONG=1 sh tools/run_tests.sh "$(TESTS)" asan release verify asan-clang

tsan: ## tests of threads under the thread sanitizer
	$(MAKE) MODE=tsan build/tsan/hybrid-test
	TSAN_OPTIONS=halt_on_error=1 build/tsan/hybrid-test work.

FUZZ_SECONDS ?= 60
FUZZ_NAMES := $(sort $(foreach f,$(FUZZ_C),$(call fuzz_name,$(f))))
fuzz: $(addprefix fuzz-,$(FUZZ_NAMES)) ## every fuzzer for FUZZ_SECONDS (60) each; fuzz-NAME runs one
$(addprefix fuzz-,$(FUZZ_NAMES)): fuzz-%:
	$(MAKE) MODE=fuzz build/fuzz/fuzz/$*
	@mkdir -p fuzz/corpus/$* build/fuzz/found/$*
	build/fuzz/fuzz/$* -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=build/fuzz/found/$*/ \
	  -timeout=20 -rss_limit_mb=2048 build/fuzz/found/$* fuzz/corpus/$*

BENCHES := $(foreach b,$(BENCH_C),$(B)/bench/$(basename $(notdir $(b))))
define bench_rule
$(B)/bench/$(basename $(notdir $(1))): $(call objects,$(1)) $(CLI_O) $(NODE_O) $(LIB_O)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$(CC) $(LDFLAGS) -o $$@ $$^ $(NODE_LIBS) $(CLI_LIBS) $(LDLIBS)
endef
$(foreach b,$(BENCH_C),$(eval $(call bench_rule,$(b))))
benches: $(BENCHES) all
bench: benches ## each *_bench.c, then RISC-V kernels, calls, and published workloads where they are found
	set -e; for b in $(BENCHES); do $$b; done
	$(MAKE) bench-rv
	$(MAKE) bench-calls
	$(MAKE) bench-published
node: all ## a development node, hybrid-node --dev; NODE_FLAGS='--http 127.0.0.1:8546' to change it
	$(B)/hybrid-node --dev $(NODE_FLAGS)
solc: ## Node.js and the locked npm packages, the Solidity compiler among them
demo: all ## tokens of both kinds on one state, calling each other (demo/run.sh)
	HYBRID=$(CURDIR)/$(B)/hybrid sh demo/run.sh
cov: ## line coverage of the tests, in build/cov/report
	$(MAKE) MODE=cov tests
	find build/cov -name '*.gcda' -delete
	build/cov/hybrid-test
	@mkdir -p build/cov/report
	gcovr --root . --object-directory build/cov/obj --exclude '.*_test\.c' --exclude 'test/.*' \
	  --html-details build/cov/report/index.html --print-summary

# ---- lint --------------------------------------------------------------------------------------------------
TEXT_C := $(sort $(shell find src include test guest sdk spec tools demo bench fuzz -name '*.[ch]' -o -name '*.inc' 2>/dev/null))
HOST_C := $(filter %.c,$(SRC)) $(wildcard test/*.c fuzz/*.c)
lint: ## format, warnings of both compilers, clang-tidy, house rules
	$(MAKE) -k lint-format lint-tidy
lint-format:
	@bad=; for f in $(TEXT_C); do clang-format-14 --dry-run -Werror $$f >/dev/null 2>&1 || \
	  { echo "$$f:1: not in the house style: run ./do format"; bad=1; }; done; test -z "$$bad"
	@set -e; for s in do .ci/run $(wildcard tools/*.sh test/*.sh demo/*.sh bench/*.sh); do sh -n $$s; done
lint-build:
	$(MAKE) WERROR=1 CC=gcc tests
	$(MAKE) WERROR=1 CC=clang-14 tests checked-by-clang-tidy
lint-tidy: lint-build
	build/tools/tidy build/release-werror/obj
checked-by-clang-tidy: $(patsubst %.c,$(B)/checked/%,$(HOST_C))
# After the object, which is made anew when a header of it changes.
$(B)/checked/%: %.c $(B)/obj/%.o .clang-tidy
	@mkdir -p $(@D)
	$(call say,TIDY,$<)clang-tidy-14 --quiet --warnings-as-errors='*' $< -- $(LANGUAGE) $(INCLUDES) $(DEFINES) 2>$@.err \
	  || { cat $@.err; exit 1; }
	@touch $@
FILES ?= $(TEXT_C)
format: ## rewrite C files in the house style; FILES="..." only these
	@sed -i -E '/^ *\/\/ -.*-$$/s/^(.{100}).*/\1/' $(FILES)
	@clang-format-14 -i $(FILES)

# ---- the rest ----------------------------------------------------------------------------------------------
PREFIX ?= /usr/local
INSTALL := install -D
install: $(PROGRAMS) $(LIBRARIES) $(SHARE)/made ## headers, libraries, programs, the kit, pkg-config file under DESTDIR/PREFIX
	set -e; for h in $(wildcard include/hybrid/*.h); do $(INSTALL) -m 644 $$h $(DESTDIR)$(PREFIX)/$$h; done
	set -e; for p in $(PROGRAMS); do $(INSTALL) $$p $(DESTDIR)$(PREFIX)/bin/$${p##*/}; done
	$(INSTALL) -m 644 $(B)/libhybrid.a $(DESTDIR)$(PREFIX)/lib/libhybrid.a
	$(INSTALL) -m 755 $(B)/libhybrid.so $(DESTDIR)$(PREFIX)/lib/libhybrid.so.$(VERSION)
	ln -sf libhybrid.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/libhybrid.so.$(ABI_MAJOR)
	ln -sf libhybrid.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/libhybrid.so
	set -e; for f in $(SHARE_FILES); do $(INSTALL) -m 644 $(SHARE)/$$f $(DESTDIR)$(PREFIX)/share/hybrid/$$f; done
	mkdir -p $(DESTDIR)$(PREFIX)/lib/pkgconfig
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' tools/hybrid.pc.in \
	  >$(DESTDIR)$(PREFIX)/lib/pkgconfig/hybrid.pc
clean: ## remove build/
	rm -rf build
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: all node solc docs fixtures guest-lock contracts tests test test-all tsan fuzz benches bench demo cov lint lint-format lint-build \
  lint-tidy checked-by-clang-tidy format install clean help $(addprefix fuzz-,$(FUZZ_NAMES))
-include $(shell find build -name '*.d' 2>/dev/null)
