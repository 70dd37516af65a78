# Makefile of assetscan.  One file, no recursion into folders; everything made is under build/.
#
#   make          the program: build/release/assetscan
#   make demo     builds, scans real targets that it starts itself, shows the assets
#   make check    unit, protocol and end-to-end tests; last line "N passed, N failed"
#   make interop  the judges that need big packages (Samba, impacket, tshark, ...)
#   make sanitize `check` under ASan and UBSan, then the threads under TSan
#   make fuzz     every decoder, SECS=30 seconds each
#   make bench    ratios against peers, printed, never a gate
#   make install  PREFIX=/usr/local DESTDIR=
#   make dist     a tar archive that needs no other package; make deb, make rpm
#
# A test may be picked: make check T=ssh runs what has "ssh" in its name.

MODE     ?= release
B        := build/$(MODE)
PREFIX   ?= /usr/local
VERSION  := $(shell cat packaging/VERSION)

CC       ?= cc
# make V=1 shows the commands.
Q        := $(if $(V),,@)
CSTD     := -std=c11
WARN     := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Werror
CPPFLAGS += -I. -D_GNU_SOURCE -DASSETSCAN_VERSION='"$(VERSION)"' -MMD -MP
CFLAGS_release  := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection
CFLAGS_clang    := -O2 -g
CFLAGS_sanitize := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_tsan     := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
CFLAGS_fuzz     := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all
# For packages: the release, stripped, without the names of the folders it was built in.
CFLAGS_package  := $(filter-out -g,$(CFLAGS_release)) -ffile-prefix-map=$(CURDIR)=/usr/src/assetscan
CFLAGS_coverage := -O0 -g --coverage
# Sanitizers make gcc see conversions that are not in the source.
WARN_sanitize := -Wno-conversion
WARN_tsan := -Wno-conversion -Wno-maybe-uninitialized
WARN_fuzz := -Wno-conversion
# A compiler of years to come finds new things to warn of; a package is still built.
WARN_package := -Wno-error -Wformat -Werror=format-security
ifeq ($(MODE),package)
# Stripped by the linker: its build-id is then that of what is shipped.
LDFLAGS  += -Wl,-s
unexport CCACHE_BASEDIR	# it would write its own paths into the objects
endif
CFLAGS   += $(CSTD) $(WARN) $(WARN_$(MODE)) -fPIE -pthread $(CFLAGS_$(MODE))
LDFLAGS  += -fPIE -pie -pthread -Wl,-z,relro -Wl,-z,now $(filter -fsanitize=thread --coverage,$(CFLAGS_$(MODE)))
ifneq ($(filter sanitize fuzz,$(MODE)),)
LDFLAGS  += -fsanitize=address,undefined
endif
ifeq ($(MODE),package)
# Nothing of an older build with other flags gets into a package.
$(shell echo '$(CC) $(CFLAGS) $(LDFLAGS)' | cmp -s - $(B)/flags || { rm -rf $(B); mkdir -p $(B); echo '$(CC) $(CFLAGS) $(LDFLAGS)' >$(B)/flags; })
endif

objs = $(patsubst %.c,$(B)/%.o,$(sort $(wildcard $(addsuffix /*.c,$(1)))))

# The rooms, each a static library: a room's tests link that room and what is
# below it only, so a forbidden call does not link.
ROOMS    := helper/base rpc wmi ssh helper/target helper/map helper/unix helper/windows helper/jira helper/scan helper/report helper/cmd
lib       = $(B)/$(subst /,-,$(1)).a
BASE     := $(call lib,helper/base)
below_helper/base   :=
below_rpc           := helper/base
below_wmi           := helper/base
below_ssh           := helper/base
below_helper/target := helper/base
below_helper/map    := helper/base
below_helper/unix   := helper/map helper/base
below_helper/windows := helper/map helper/base
below_helper/jira   := helper/base
below_helper/scan   := helper/target helper/map helper/unix helper/windows helper/jira wmi ssh helper/base
below_helper/report := helper/base
below_helper/cmd    := helper/report helper/scan helper/target helper/map helper/unix helper/windows helper/jira rpc wmi ssh helper/base

# libssh2: the system's where it is new and patched enough, else our own static build.
SSH2     := build/deps/libssh2.mk
-include $(SSH2)

libs_helper/base   :=
libs_rpc           := -ljansson
libs_wmi           := -lcrypto -lgssapi_krb5 -lkrb5
libs_ssh            = $(LIBSSH2_LIBS) -lcrypto
libs_helper/target := -ljansson
libs_helper/map    := -ljansson -lexpat
libs_helper/unix   := -ljansson -lexpat
libs_helper/windows := -ljansson -lexpat
libs_helper/jira   := -ljansson -lcurl
libs_helper/scan    = $(libs_ssh) -ljansson -lexpat -lcurl $(libs_wmi)
libs_helper/report := -ljansson -lm
libs_helper/cmd     = $(libs_helper/scan)

PROGRAM  := $(B)/assetscan

.PHONY: all demo check check-layers check-captures interop sanitize fuzz fuzz-run bench docs install dist deb rpm package-dist package-deb package-rpm clean deps
.DELETE_ON_ERROR:
.SECONDARY:

all: $(PROGRAM)

$(B)/ssh/%.o: CPPFLAGS += $(LIBSSH2_CFLAGS)
$(B)/tests/ssh/%.o: CPPFLAGS += $(LIBSSH2_CFLAGS)

$(SSH2): packaging/libssh2.sh
	@packaging/install-deps build
	@mkdir -p $(@D)
	packaging/libssh2.sh build/deps > $@.$$$$ && mv $@.$$$$ $@ || { rm -f $@.$$$$; exit 1; }

$(B)/%.o: %.c | $(SSH2)
	@mkdir -p $(@D)
	@echo "  CC    $@"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

define room
$(call lib,$(1)): $(call objs,$(1))
	@rm -f $$@; mkdir -p $$(@D)
	$$(Q)ar rcsD $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room,$(r))))

# The OpenRPC document travels inside the program, in the room that answers it.
build/gen/openrpc.c: schemas/openrpc.json schemas/embed
	@mkdir -p $(@D)
	schemas/embed openrpc_json $< > $@
$(B)/gen/openrpc.o: build/gen/openrpc.c schemas/openrpc.h
	@mkdir -p $(@D)
	@echo "  CC    $@"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
# So do the style and the script of the HTML report.
REPORT_PAGE := helper/report/report.css helper/report/report.js
build/gen/report_page.c: $(REPORT_PAGE) helper/report/embed-page
	@mkdir -p $(@D)
	$(Q)helper/report/embed-page $(REPORT_PAGE) > $@.$$$$ && mv $@.$$$$ $@ || { rm -f $@.$$$$; exit 1; }
$(B)/gen/report_page.o: build/gen/report_page.c helper/report/report_page.h
	@mkdir -p $(@D)
	@echo "  CC    $@"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(call lib,helper/cmd): $(B)/gen/openrpc.o
$(call lib,helper/report): $(B)/gen/report_page.o

$(PROGRAM): $(B)/helper/main.o $(foreach r,$(ROOMS),$(call lib,$(r)))
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(libs_helper/cmd) -lm

# --- manual, completion ----------------------------------------------------------------
# packaging/gen prints the program's own tables into the texts packaging/*/*.in,
# so that what they say cannot differ from what the program does.
MANUAL   := $(B)/packaging/gen/manual
TEXTS    := $(patsubst packaging/%.in,$(B)/share/%,$(sort $(wildcard packaging/man/*.in packaging/completion/*.in packaging/windows/*.in packaging/sudoers/*.in)))
# The day of the sources: the same sources give the same bytes.
export SOURCE_DATE_EPOCH := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null || stat -c %Y packaging/VERSION))

docs: $(TEXTS)

$(MANUAL): $(call objs,packaging/gen) $(foreach r,$(ROOMS),$(call lib,$(r)))
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(libs_helper/cmd) -lm

$(TEXTS): $(B)/share/%: packaging/%.in $(MANUAL)
	@mkdir -p $(@D)
	$(Q)$(MANUAL) $< $(VERSION) $$(date -u -d @$(SOURCE_DATE_EPOCH) +%F) > $@

# --- tests ---------------------------------------------------------------------------
# tests/<folder>/test_*.c are cmocka programs, *_tool.c plain ones that scripts drive;
# the folder's room decides what they link.
room_of_base := helper/base
room_of_rpc := rpc
room_of_wmi := wmi
room_of_ssh := ssh
room_of_target := helper/target
room_of_map := helper/map
room_of_unix := helper/unix
room_of_windows := helper/windows
room_of_jira := helper/jira
room_of_scan := helper/scan
room_of_report := helper/report
room_of_cmd := helper/cmd
TESTDIRS := base rpc wmi ssh target map unix windows jira scan report cmd

define unit
$(B)/tests/$(1)/test_%: $(B)/tests/$(1)/test_%.o $(call lib,$(room_of_$(1))) $(foreach b,$(below_$(room_of_$(1))),$(call lib,$(b)))
	@echo "  LINK  $$@"
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group -lcmocka $$(libs_$(room_of_$(1))) -lm
$(B)/tests/$(1)/%_tool: $(B)/tests/$(1)/%_tool.o $(call lib,$(room_of_$(1))) $(foreach b,$(below_$(room_of_$(1))),$(call lib,$(b)))
	@echo "  LINK  $$@"
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(libs_$(room_of_$(1))) -lm
UNITS += $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/$(1)/test_*.c tests/$(1)/*_tool.c)))
endef
$(foreach d,$(TESTDIRS),$(eval $(call unit,$(d))))

# tests/fake/*.c are programs of their own (scripted peers); each links base and
# what its first lines ask for with "links: -lx".
FAKES := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/fake/*.c)))
$(B)/tests/fake/%: $(B)/tests/fake/%.o $(BASE)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(BASE) $$(sed -n 's|^ \* links: ||p' tests/fake/$*.c) -lm

# tests/bench/*.c are programs that the benches run; " * rooms: a b" and
# " * links: -lx" in the first lines say what each is linked with.
# (one without a "rooms" line is built by its script, with what it needs there).
BENCHES := $(patsubst %.c,$(B)/%,$(sort $(shell grep -l '^ \* rooms: ' tests/bench/*.c)))
rooms_of = $(shell sed -n 's|^ \* rooms: ||p' $(1))
define bench_program
$(B)/tests/bench/$(1): $(B)/tests/bench/$(1).o $(foreach r,$(call rooms_of,tests/bench/$(1).c),$(call lib,$(r)))
	@echo "  LINK  $$@"
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$$$(sed -n 's|^ \* links: ||p' tests/bench/$(1).c) -lm
endef
$(foreach b,$(notdir $(BENCHES)),$(eval $(call bench_program,$(b))))
# tests/fake/winhost/: the fake Windows host; shares base and nothing of the client.
WINHOST := $(B)/tests/fake/winhost/winhost
FAKES   += $(WINHOST)
$(WINHOST): $(call objs,tests/fake/winhost) $(BASE)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -ljansson -lcrypto -lgssapi_krb5 -lm

# tests/fuzz/fuzz_<folder>_<what>.c: one entry per decoder; the corpus is
# tests/fuzz/corpus/<folder>_<what>/.  The replay runs it without a fuzzer.
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
REPLAYS  := $(patsubst tests/fuzz/fuzz_%.c,$(B)/tests/fuzz/replay_%,$(FUZZ_SRC))
FUZZERS  := $(patsubst tests/fuzz/fuzz_%.c,$(B)/tests/fuzz/fuzz_%,$(FUZZ_SRC))
fuzz_room = $(room_of_$(word 1,$(subst _, ,$(1))))
define fuzzer
$(B)/tests/fuzz/replay_$(1): $(B)/tests/fuzz/fuzz_$(1).o $(B)/tests/fuzz/replay.o $(call lib,$(call fuzz_room,$(1))) $(foreach b,$(below_$(call fuzz_room,$(1))),$(call lib,$(b)))
	@echo "  LINK  $$@"
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(libs_$(call fuzz_room,$(1))) -lm
$(B)/tests/fuzz/fuzz_$(1): $(B)/tests/fuzz/fuzz_$(1).o $(call lib,$(call fuzz_room,$(1))) $(foreach b,$(below_$(call fuzz_room,$(1))),$(call lib,$(b)))
	@echo "  LINK  $$@"
	$$(Q)$$(CC) $$(LDFLAGS) -fsanitize=fuzzer -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(libs_$(call fuzz_room,$(1))) -lm
endef
$(foreach f,$(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SRC)),$(eval $(call fuzzer,$(f))))

deps:
	@packaging/install-deps check

check: deps
	@$(MAKE) --no-print-directory check-built

check-built: all $(UNITS) $(FAKES) $(BENCHES) $(REPLAYS) check-layers
	@MODE=$(MODE) tests/run check $(T)

interop: ; @packaging/install-deps interop && $(MAKE) --no-print-directory interop-built
interop-built: all docs $(UNITS) $(FAKES)
	@MODE=$(MODE) tests/run interop $(T)

# CAPTURES=DIR holds real Windows sessions; they are not part of the product.
check-captures: $(UNITS)
	@test -n "$(CAPTURES)" || { echo "say where the captures are: make check-captures CAPTURES=DIR"; exit 1; }
	@MODE=$(MODE) CAPTURES=$(CAPTURES) tests/run captures $(T)

check-layers:
	@tests/check-layers

sanitize: deps
	@$(MAKE) --no-print-directory MODE=sanitize check-built
	@$(MAKE) --no-print-directory MODE=tsan check-built

fuzz: ; @packaging/install-deps fuzz && $(MAKE) --no-print-directory MODE=fuzz CC=clang fuzz-run
fuzz-run: $(FUZZERS)
	@SECS=$(or $(SECS),30) MODE=$(MODE) tests/fuzz/run $(FUZZERS)

bench: ; @packaging/install-deps bench && $(MAKE) --no-print-directory all $(FAKES) $(BENCHES) $(B)/tests/wmi/wmi_tool && for b in $$(ls tests/bench/[0-9]*); do MODE=$(MODE) $$b || exit 1; done

demo: ; @packaging/install-deps demo && $(MAKE) --no-print-directory all $(FAKES) && MODE=$(MODE) tests/demo/run

install: all docs
	packaging/install-tree $(B) "$(DESTDIR)" "$(PREFIX)"

# --- packages: build/packages --------------------------------------------------------
dist deb rpm:
	@packaging/install-deps $(if $(filter rpm,$@),rpm,package)
	@mkdir -p build
	+@flock build/packages.lock $(MAKE) --no-print-directory MODE=package package-$@

package-deb package-rpm: all docs
package-deb package-dist package-rpm:
	@packaging/$(@:package-%=%)/build $(B) build/packages
package-dist: docs $(B)/portable/assetscan

# expat is linked in where its archive is there: Debian's library asks for glibc
# 2.36 for the sake of one function, and all others for 2.34.
EXPAT_A  := $(filter /%,$(shell $(CC) -print-file-name=libexpat.a))
portable_libs = $(if $(EXPAT_A),$(patsubst -lexpat,$(EXPAT_A),$(libs_helper/cmd)),$(libs_helper/cmd))
# Finds the libraries beside it, and those find each other: an RPATH, not a RUNPATH.
$(B)/portable/assetscan: $(PROGRAM) $(B)/packaging/dist/arc4random.o
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -Wl,--disable-new-dtags,-rpath,'$$ORIGIN/../lib/assetscan' -o $@ $(B)/helper/main.o -Wl,--start-group $(foreach r,$(ROOMS),$(call lib,$(r))) -Wl,--end-group $(portable_libs) $(if $(EXPAT_A),$(B)/packaging/dist/arc4random.o) -lm

clean:
	rm -rf build

-include $(shell find $(B) -type f -name '*.d' 2>/dev/null)
