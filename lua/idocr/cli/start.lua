#!/usr/bin/env lua5.4
-- Starts the command. Run by the launcher of a checkout or an installed tree, and by the wrapper of LuaRocks.

-- The wrapper of LuaRocks 3.8 does not set the search paths for a separate tree; this file's path identifies the tree.
local tree, version = arg[0]:match("^(.*)/lib/luarocks/rocks%-([%d.]+)/idocr/")
if tree then
  local modules = tree .. "/share/lua/" .. version
  package.path = modules .. "/?.lua;" .. modules .. "/?/init.lua;" .. package.path
  package.cpath = tree .. "/lib/lua/" .. version .. "/?.so;" .. package.cpath
end

-- Must run before any file is opened: if standard output is closed, the first connection would get its descriptor.
require("idocr.core").hold_standard_descriptors()

os.exit(require("idocr.cli.main").run(arg), true)
