rockspec_format = "3.0"
package = "idocr"
version = "1.0.0-1"

-- Where the tarball of `make dist` is. `make dist` writes a copy of this file beside the tarball, with that folder here.
local home = "file:///usr/local/src"

source = {
  url = home .. "/idocr-1.0.0.tar.gz",
  dir = "idocr-1.0.0",
}

description = {
  summary = "Reads identity documents through cloud OCR services",
  detailed = [[
    Reads passports, identity cards, residence permits and driving licences through Tencent Cloud OCR and ekycpro: a picture
    in, one table out, with the same field names for every document. Signing, streaming bodies and the transport are in C;
    runs on Lua 5.1 (LuaJIT, OpenResty), 5.3 and 5.4.
  ]],
  license = "MIT",
  labels = { "ocr", "kyc", "passport", "openresty", "commandline" },
}

supported_platforms = { "unix" }

dependencies = {
  "lua >= 5.1, < 5.5",
  "lua-cjson >= 2.1.0",
  "argparse >= 0.7.1",
}

-- Only the libraries are looked for: where the headers are differs, and pkg-config or the compiler knows.
external_dependencies = {
  CURL = { library = "curl" },
  CRYPTO = { library = "crypto" },
}

-- The Makefile lists the files: a new kind of card in lua/idocr/cards/ is installed without a change here.
build = {
  type = "make",
  build_target = "rock-build",
  install_target = "rock-install",
  build_variables = {
    WERROR = "",
    CFLAGS = "$(CFLAGS)",
    LIBFLAG = "$(LIBFLAG)",
    LUA_INCDIR = "$(LUA_INCDIR)",
  },
  install_variables = {
    LUADIR = "$(LUADIR)",
    LIBDIR = "$(LIBDIR)",
    BINDIR = "$(BINDIR)",
  },
}

test = {
  type = "command",
  command = "make test",
}
