#!/usr/bin/env lua5.4
-- What the interpreter runs: the launcher of a checkout or an installed tree, and the wrapper that LuaRocks makes.
os.exit(require("idocr.cli.main").run(arg), true)
