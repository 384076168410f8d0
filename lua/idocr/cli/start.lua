#!/usr/bin/env lua5.4
-- What the interpreter runs: the launcher of a checkout or an installed tree, and the wrapper that LuaRocks makes.

-- For a rock in a tree of its own the wrapper of LuaRocks 3.8 leaves the search paths empty; the tree is where we are.
local tree, version = arg[0]:match("^(.*)/lib/luarocks/rocks%-([%d.]+)/idocr/")
if tree then
  local modules = tree .. "/share/lua/" .. version
  package.path = modules .. "/?.lua;" .. modules .. "/?/init.lua;" .. package.path
  package.cpath = tree .. "/lib/lua/" .. version .. "/?.so;" .. package.cpath
end

-- Before anything else opens a file: with a closed standard output, the first connection would be given its number.
require("idocr.core").hold_standard_descriptors()

os.exit(require("idocr.cli.main").run(arg), true)
