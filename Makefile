# Builds, tests, installs and measures idocr. `make deps demo` and `make deps test` need nothing but make; `make help`
# lists all targets.
#
# Each Lua has its own folder below build/: a module built for one version must never be found by another.

SHELL := /bin/bash
BUILD ?= build
ifneq ($(word 2,$(BUILD)),)
$(error BUILD must be a path without blanks)
endif

.DEFAULT_GOAL := all

# ---- the C modules: core (libcrypto only, safe inside nginx) and curl (libcurl), once for each Lua

CC ?= gcc
OPT ?= -O2
WERROR ?= -Werror
LIBFLAG ?= -shared
PKG_CONFIG ?= pkg-config
Q := $(if $(V),,@)# V=1 shows the commands
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wundef $(WERROR)
C_FLAGS := -std=c11 $(OPT) -g -fPIC -fvisibility=hidden -D_GNU_SOURCE $(WARNINGS)

pkg_cflags = $(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null)
pkg_libs = $(or $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null),$(2))

# luajit2 (pkg-config name "luajit") is the one that nginx loads. "rock" is whichever Lua LuaRocks builds for.
LUAS := $(strip $(foreach L,5.4 luajit,$(shell $(PKG_CONFIG) --exists $(if $(filter luajit,$L),luajit,lua$L) 2>/dev/null && echo $L)))
LUA_CFLAGS_5.4 = $(call pkg_cflags,lua5.4)
LUA_CFLAGS_luajit = $(call pkg_cflags,luajit)
LUA_CFLAGS_rock = -I"$(LUA_INCDIR)"

CURL_SRC := $(wildcard csrc/transfer*.c csrc/lua_curl*.c)
PIXELS_SRC := $(wildcard csrc/pixels*.c csrc/lua_pixels*.c)
REDIS_SRC := $(wildcard csrc/redis*.c csrc/lua_redis*.c)
FIT_SRC := $(wildcard csrc/fit*.c csrc/lua_fit*.c)
HEIF_SRC := $(wildcard csrc/heif*.c csrc/lua_heif*.c)
CORE_SRC := $(filter-out $(CURL_SRC) $(PIXELS_SRC) $(REDIS_SRC) $(FIT_SRC) $(HEIF_SRC),$(wildcard csrc/*.c))
# Optional: pixels (quality advice) and fit (pictures made to fit) need libjpeg-turbo and libpng; heif (HEIC and AVIF for fit) needs
# libheif; redis needs hiredis, and for TLS hiredis 1.0. fit uses libwebp and Little CMS where they are there.
pkg_has = $(shell $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo $(2))
MODULES := core curl $(call pkg_has,libjpeg libpng,pixels fit) $(call pkg_has,libjpeg libpng libheif,heif) $(call pkg_has,hiredis,redis)
FIT_LIBRARIES := libjpeg libpng $(call pkg_has,libwebp,libwebp) $(call pkg_has,lcms2,lcms2)
FIT_DEFINES := $(call pkg_has,libwebp,-DIDOCR_HAVE_WEBP) $(call pkg_has,lcms2,-DIDOCR_HAVE_LCMS)
REDIS_LIBS := $(if $(shell $(PKG_CONFIG) --exists hiredis_ssl 2>/dev/null && echo yes),hiredis hiredis_ssl libssl libcrypto,hiredis)
REDIS_FLAGS = $(patsubst -I%,-isystem%,$(call pkg_cflags,$(REDIS_LIBS))) $(if $(filter hiredis_ssl,$(REDIS_LIBS)),-DIDOCR_REDIS_TLS)
HEADERS := $(wildcard csrc/*.h)

# A second make builds the modules: in `make deps test` the variables above were set before the packages were there.
# With -j the packages still come first.
.PHONY: all modules
all: | $(filter deps,$(MAKECMDGOALS))
	@$(MAKE) --no-print-directory modules

modules: $(foreach L,$(LUAS),$(MODULES:%=$(BUILD)/$L/idocr/%.so)) $(BUILD)/idocr
	@$(if $(LUAS),:,echo "No Lua to build for: $(PKG_CONFIG) finds neither lua5.4 nor luajit. 'make deps' installs what is needed." >&2; exit 1)

define per_lua
$(BUILD)/$(1)/obj/%.o: csrc/%.c $(HEADERS) Makefile
	@mkdir -p $$(@D) && echo "  $$@"
	$(Q)$$(CC) $$(C_FLAGS) $$(SANITIZE) $$(CPPFLAGS) $$(CFLAGS) $$(LUA_CFLAGS_$(1)) $$(call pkg_cflags,libcrypto libcurl) \
	  $$(if $$(filter pixels% lua_pixels%,$$(*F)),$$(call pkg_cflags,libjpeg libpng)) \
	  $$(if $$(filter fit% lua_fit%,$$(*F)),$$(FIT_DEFINES) $$(call pkg_cflags,$$(FIT_LIBRARIES))) \
	  $$(if $$(filter heif% lua_heif%,$$(*F)),$$(call pkg_cflags,libheif)) $$(if $$(filter fit_scale,$$(*F)),-O3) \
	  $$(if $$(filter redis% lua_redis%,$$(*F)),$$(REDIS_FLAGS)) -c $$< -o $$@
$(BUILD)/$(1)/idocr/core.so: $$(CORE_SRC:csrc/%.c=$(BUILD)/$(1)/obj/%.o)
	@mkdir -p $$(@D) && echo "  $$@"
	$(Q)$$(CC) $$(LIBFLAG) $$(SANITIZE) $$(LDFLAGS) $$^ -o $$@ $$(call pkg_libs,libcrypto,-lcrypto)
$(BUILD)/$(1)/idocr/curl.so: $$(CURL_SRC:csrc/%.c=$(BUILD)/$(1)/obj/%.o)
	@mkdir -p $$(@D) && echo "  $$@"
	$(Q)$$(CC) $$(LIBFLAG) $$(SANITIZE) $$(LDFLAGS) $$^ -o $$@ $$(call pkg_libs,libcurl,-lcurl)
$(BUILD)/$(1)/idocr/pixels.so: $$(PIXELS_SRC:csrc/%.c=$(BUILD)/$(1)/obj/%.o)
	@mkdir -p $$(@D) && echo "  $$@"
	$(Q)$$(CC) $$(LIBFLAG) $$(SANITIZE) $$(LDFLAGS) $$^ -o $$@ $$(call pkg_libs,libjpeg libpng,-ljpeg -lpng) -lm
$(BUILD)/$(1)/idocr/redis.so: $$(REDIS_SRC:csrc/%.c=$(BUILD)/$(1)/obj/%.o)
	@mkdir -p $$(@D) && echo "  $$@"
	$(Q)$$(CC) $$(LIBFLAG) $$(SANITIZE) $$(LDFLAGS) $$^ -o $$@ $$(call pkg_libs,$$(REDIS_LIBS),-lhiredis) -pthread -lm
$(BUILD)/$(1)/idocr/fit.so: $$(FIT_SRC:csrc/%.c=$(BUILD)/$(1)/obj/%.o)
	@mkdir -p $$(@D) && echo "  $$@"
	$(Q)$$(CC) $$(LIBFLAG) $$(SANITIZE) $$(LDFLAGS) $$^ -o $$@ $$(call pkg_libs,$$(FIT_LIBRARIES),-ljpeg -lpng) -lm
# nodelete: a thread of the decoder may outlive the Lua that started it.
$(BUILD)/$(1)/idocr/heif.so: $$(HEIF_SRC:csrc/%.c=$(BUILD)/$(1)/obj/%.o)
	@mkdir -p $$(@D) && echo "  $$@"
	$(Q)$$(CC) $$(LIBFLAG) $$(SANITIZE) $$(LDFLAGS) -pthread -Wl,-z,nodelete $$^ -o $$@ $$(call pkg_libs,libheif,-lheif)
endef
$(foreach L,5.4 luajit rock,$(eval $(call per_lua,$L)))

# The command for use from the checkout, from any folder: it finds its files relative to itself.
$(BUILD)/idocr: lua/idocr/cli/launcher.sh Makefile
	@mkdir -p $(@D)
	@sed -e 's|@LUA@|$(if $(filter build,$(BUILD)),$${here%/*},$(CURDIR))/lua|; s|@C54@|$$here/5.4|; s|@CJIT@|$$here/luajit|g' $< > $@
	@chmod +x $@

# ---- packages, demo, tests

.PHONY: deps demo gateway drift test check test-asan test-valgrind lint
deps:
	@.ci/deps

demo: all
	@spec/demo/run.sh

gateway: all
	@examples/openresty/start.sh

drift: all
	@BUILD="$(BUILD)" spec/drift/drift.sh

test: all
	@BUILD="$(BUILD)" spec/run.sh $(SPECS)

# The fast part of the tests, under one Lua.
check: all
	@BUILD="$(BUILD)" SPEC_SET=quick spec/run.sh

# nginx runs with the modules without sanitizers.
test-asan: all
	@$(MAKE) --no-print-directory BUILD=build/asan OPT=-O1 all \
	  SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -Wl,-z,nodelete'
	@BUILD=build/asan IDOCR_LUAJIT_CPATH="$(CURDIR)/build/luajit/?.so" SPEC_TIMEOUT=1200 \
	  spec/support/sanitized.sh spec/run.sh $(SPECS)

test-valgrind: all
	@BUILD="$(BUILD)" SPEC_TIMEOUT=1800 \
	  SPEC_WRAP='valgrind -q --leak-check=full --errors-for-leak-kinds=definite --error-exitcode=9 --keep-debuginfo=yes' \
	  spec/run.sh $(SPECS)

# Runs every fault of servers and networks against every transport: spec/faults. FAULTS="words of a fault" TRANSPORT=curl-h2
.PHONY: faults fault-programs
faults: all
	@$(MAKE) --no-print-directory fault-programs
	@FAULTS="$(FAULTS)" TRANSPORT="$(TRANSPORT)" BUILD="$(BUILD)" spec/faults/run.sh all

FAULT_PROGRAMS := build/faults/server $(LUAS:%=build/faults/%/faults/probe.so)
fault-programs: $(FAULT_PROGRAMS)
build/faults/server: $(wildcard spec/faults/server/*.c spec/faults/server/*.h) Makefile
	@mkdir -p $(@D) && echo "  $@"
	$(Q)$(CC) $(C_FLAGS) $(call pkg_cflags,libssl) -pthread $(filter %.c,$^) -o $@ $(call pkg_libs,libssl libcrypto,-lssl -lcrypto)
define fault_probe
build/faults/$(1)/faults/probe.so: spec/faults/probe.c Makefile
	@mkdir -p $$(@D) && echo "  $$@"
	$(Q)$$(CC) $(C_FLAGS) $$(LUA_CFLAGS_$(1)) -pthread -shared $$< -o $$@
endef
$(foreach L,$(LUAS),$(eval $(call fault_probe,$L)))

lint:
	luacheck -q $(if $(CI),--no-color) lua spec examples $(wildcard rockspec/*.rockspec)
	@if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then clang-format --dry-run -Werror csrc/*.[ch]; \
	  else echo "skipped the format of csrc: clang-format 14 is not installed"; fi

# ---- installing

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
# LUADIR and LIBDIR apply to one Lua: select it with LUAS=5.4 or LUAS=luajit.
luadir = $(or $(LUADIR),$(PREFIX)/share/lua/$(1:luajit=5.1))
libdir = $(or $(LIBDIR),$(PREFIX)/lib/lua/$(1:luajit=5.1))
HOUSE = cd lua && find idocr -type f -not -name '.*' -not -name '*~' -not -path '*/node_modules/*'

define put_lua
	$(HOUSE) | while read -r file; do install -D -m 644 "$$file" "$(DESTDIR)$(1)/$$file" || exit 1; done

endef
define put_c
	for module in $(MODULES); do \
	  install -D -m 755 $(BUILD)/$(1)/idocr/$$module.so "$(DESTDIR)$(2)/idocr/$$module.so" || exit 1; done

endef

# Removes the files of this version, and the folders when they are empty: a user's own kinds of card may be in them.
define remove
	for folder in "$(DESTDIR)$(1)" "$(DESTDIR)$(2)"; do [ ! -d "$$folder/idocr" ] || { \
	  ($(HOUSE)) | sed "s|^|$$folder/|" | tr '\n' '\0' | xargs -0 rm -f; \
	  rm -f $(MODULES:%="$$folder/idocr/%.so"); \
	  find "$$folder/idocr" -depth -type d -empty -delete; }; done

endef

# What `idocr completion` prints, and where shells and man look for it below PREFIX/share.
PAGES := man=man/man1/idocr.1 bash=bash-completion/completions/idocr zsh=zsh/site-functions/_idocr fish=fish/vendor_completions.d/idocr.fish
define put_page
	mkdir -p "$(dir $(2))"; $(BUILD)/idocr completion $(1) > "$(2)" || { rm -f "$(2)"; echo "left out $(2)" >&2; };
endef

.PHONY: install put uninstall rock-build rock-install rock dist deb
install: all
	@$(MAKE) --no-print-directory put

put:
ifneq ($(and $(LUADIR)$(LIBDIR),$(word 2,$(LUAS))),)
	@echo "LUADIR and LIBDIR are for one Lua: add LUAS=5.4 or LUAS=luajit." >&2; exit 2
endif
	$(foreach L,$(LUAS),$(call put_lua,$(call luadir,$L))$(call put_c,$L,$(call libdir,$L)))
	@mkdir -p "$(DESTDIR)$(BINDIR)"
	sed -e 's|@LUA@|$(call luadir,$(firstword $(LUAS)))|; s|@C54@|$(call libdir,5.4)|; s|@CJIT@|$(call libdir,luajit)|g' \
	  lua/idocr/cli/launcher.sh > "$(DESTDIR)$(BINDIR)/idocr"
	@chmod 755 "$(DESTDIR)$(BINDIR)/idocr"
	@$(foreach P,$(PAGES),$(call put_page,$(word 1,$(subst =, ,$P)),$(DESTDIR)$(PREFIX)/share/$(word 2,$(subst =, ,$P))))
ifeq ($(DESTDIR)$(filter /usr /usr/local,$(PREFIX)),)
	@printf 'For require "idocr" in your programs:\n'
	@$(foreach L,$(LUAS),printf '  $(L): LUA_PATH="%s"  LUA_CPATH="%s"\n' '$(call luadir,$L)/?.lua;$(call luadir,$L)/?/init.lua;;' '$(call libdir,$L)/?.so;;';)
endif

# Called by the rockspec for the one Lua that LuaRocks names with LUA_INCDIR. Rebuilds everything, because the objects in
# build/rock may be those of another Lua.
rock-build:
	rm -rf $(BUILD)/rock
	@$(MAKE) --no-print-directory $(MODULES:%=$(BUILD)/rock/idocr/%.so)

rock-install:
	$(call put_lua,$(LUADIR))
	$(call put_c,rock,$(LIBDIR))
	install -D -m 755 lua/idocr/cli/start.lua "$(DESTDIR)$(BINDIR)/idocr"

# Removes what `make install` with the same variables installed.
uninstall:
	$(foreach L,$(LUAS),$(call remove,$(call luadir,$L),$(call libdir,$L)))
	rm -f "$(DESTDIR)$(BINDIR)/idocr" $(foreach P,$(PAGES),"$(DESTDIR)$(PREFIX)/share/$(word 2,$(subst =, ,$P))")

# The source tarball with its checksum in build/dist, the rocks in build/rocks (needs luarocks; ROCK_LUA="5.4 5.3 5.1"; 5.1 is
# for LuaJIT), the Debian packages in build/deb.
ROCK_LUA ?= 5.4
dist:
	@spec/packaging/dist.sh

rock:
	@spec/packaging/rock.sh $(ROCK_LUA)

deb: all
	@spec/packaging/deb.sh

# ---- the pages of docs/ that are made from tables, and lua/idocr/types.d.lua

.PHONY: docs-pages docs
DOCS_LUA = $(if $(filter luajit,$(firstword $(LUAS))),luajit,lua$(firstword $(LUAS)))
DOCS_PATHS = LUA_PATH="$(CURDIR)/?.lua;$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;" LUA_CPATH="$(CURDIR)/$(BUILD)/$(firstword $(LUAS))/?.so;;"
docs-pages: all
	@$(DOCS_PATHS) $(DOCS_LUA) spec/tools/docs/pages.lua

# The pages as a static site in build/site; needs cmark-gfm.
docs: all
	@$(DOCS_PATHS) $(DOCS_LUA) spec/tools/docs/site.lua

# ---- faults, fuzzing, long runs, another processor

.PHONY: fuzz soak test-arm64
fuzz: all
	@spec/fuzz/run.sh $(or $(SECONDS),120) $(TARGETS)

# Runs mixed traffic with faults over both transports; every request is accounted for, memory and descriptors stay flat.
soak: all
	@spec/soak/run.sh $(or $(MINUTES),5)

# The C tests on aarch64, under qemu (`.ci/deps arm64`).
test-arm64:
	@spec/c/arm64.sh

# ---- benchmarks: spec/bench/RESULTS.md. QUICK=1 for half a minute, PARTS="calls nginx" for some of it.

.PHONY: bench bench-check bench-counts bench-deps
# BASE=COMMIT compares this tree with a commit instead: both are built and measured in turn.
bench: all
	@$(if $(BASE),BASE="$(BASE)" spec/bench/base.sh,spec/bench/run.sh)

# Compares instruction counts with spec/bench/counts.txt; bench-counts writes new ones.
bench-check: all
	@spec/bench/check.sh

bench-counts: all
	@spec/bench/check.sh renew

# Installs the other clients: Debian's packages for the plain Lua recipe, npm's for the official SDK.
bench-deps:
	@spec/bench/deps.sh

.PHONY: clean help
clean:
	rm -rf build out

help:
	@printf '%s\n' \
	  'make deps           install the packages that idocr and its tests need (Debian, Ubuntu)' \
	  'make                build the modules for every Lua that is there, and build/idocr' \
	  'make demo           read five specimens over HTTPS from the sandbox' \
	  'make drift          compare the newest official SDKs on npm with the tables of cards' \
	  'make gateway        the nginx gateway of examples/openresty with its upload page, against the sandbox (PORT=8080)' \
	  'make test           all tests under lua5.4 and luajit; SPECS="spec/x_spec.lua ..." runs only these' \
	  'make check          the fast part of the tests, under one Lua (less than a minute)' \
	  'make test-asan      the tests with AddressSanitizer and UndefinedBehaviorSanitizer' \
	  'make fuzz           fuzz the C parts and the parsers (SECONDS=120 in all; needs clang)' \
	  'make soak           mixed traffic with faults for MINUTES=5, each request accounted for' \
	  'make test-arm64     the C tests on aarch64 under qemu (.ci/deps arm64)' \
	  'make test-valgrind  the tests under valgrind, leaks included' \
	  'make faults         every fault of a server against every transport; FAULTS=words TRANSPORT=name for some' \
	  'make lint           luacheck' \
	  'make docs           the documentation as a static site, in build/site (needs cmark-gfm)' \
	  'make docs-pages     write the pages of docs/ that are made from tables' \
	  'make install        PREFIX=/usr/local DESTDIR= ; LUAS=5.4 LUADIR= LIBDIR= BINDIR= for one Lua alone' \
	  'make uninstall      remove what make install with the same variables installed' \
  'make dist           the source tarball with its checksum, in build/dist' \
  'make rock           the source rock and a binary rock, in build/rocks (ROCK_LUA="5.4 5.3 5.1"; 5.1 is for LuaJIT)' \
  'make deb            two Debian packages in build/deb: for Lua 5.4 scripts and for nginx' \
	  'make bench          measure calls beside other clients (bench-deps installs them; QUICK=1; results in spec/bench)' \
  '                    BASE=COMMIT: compare this tree with a commit and print ratios (ROUNDS=15)' \
	  'make bench-check    compare instruction counts with the stored ones (bench-counts stores new ones; needs valgrind)' \
	  'make clean          remove what was built'
