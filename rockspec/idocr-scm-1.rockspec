rockspec_format = "3.0"
package = "idocr"
version = "scm-1"

source = {
  -- `luarocks make` builds the checkout that this file is in and fetches nothing.
  url = "git+file://.",
}

description = {
  summary = "Identity documents read through cloud OCR services",
  detailed = [[
    Reads passports, Malaysian, Macao and Chinese mainland identity cards through Tencent Cloud OCR and ekycpro: a picture
    in, one tidy table out. Signing, streaming bodies and the transport are in C; runs on Lua 5.4, LuaJIT and OpenResty.
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

-- The Makefile knows the files: a new kind of card in lua/idocr/cards/ is installed without a change here.
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
