# idocr: `make deps demo` shows it, `make deps test` proves it. `make help` lists the rest.
#
# Each Lua has a folder of its own below build/: a module built for one version must never be found by another.

SHELL := /bin/bash
CC ?= gcc
OPT ?= -O2
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wundef -Werror
CFLAGS += -std=c11 $(OPT) -g -fPIC -fvisibility=hidden -D_GNU_SOURCE $(WARN)

# luajit2 (pkg-config name "luajit") is the one that nginx loads.
LUAS := $(strip $(if $(shell pkg-config --exists lua5.4 && echo y),5.4) $(if $(shell pkg-config --exists luajit && echo y),luajit))
PKG_5.4 := lua5.4
PKG_luajit := luajit

CURL_SRC := $(wildcard csrc/transfer*.c csrc/lua_curl*.c)
CORE_SRC := $(filter-out $(CURL_SRC),$(wildcard csrc/*.c))
HEADERS := $(wildcard csrc/*.h)

.PHONY: all
all: $(foreach L,$(LUAS),build/$(L)/idocr/core.so build/$(L)/idocr/curl.so)

define per_lua
build/$(1)/obj/%.o: csrc/%.c $(HEADERS) Makefile
	@mkdir -p $$(@D)
	$$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(shell pkg-config --cflags $$(PKG_$(1)) libcrypto libcurl) -c $$< -o $$@
build/$(1)/idocr/core.so: $$(CORE_SRC:csrc/%.c=build/$(1)/obj/%.o)
	@mkdir -p $$(@D)
	$$(CC) -shared $$(LDFLAGS) $$^ -o $$@ $$(shell pkg-config --libs libcrypto)
build/$(1)/idocr/curl.so: $$(CURL_SRC:csrc/%.c=build/$(1)/obj/%.o)
	@mkdir -p $$(@D)
	$$(CC) -shared $$(LDFLAGS) $$^ -o $$@ $$(shell pkg-config --libs libcurl)
endef
$(foreach L,5.4 luajit,$(eval $(call per_lua,$(L))))

.PHONY: clean
clean:
	rm -rf build
