#!/bin/sh
# The idocr command: runs it with Lua 5.4, else with LuaJIT. `make` fills in the places.
here=$(dirname "$(readlink -f "$0")")
lua="@LUA@"
if command -v lua5.4 >/dev/null 2>&1 && [ -e "@C54@/idocr/core.so" ]; then
  interpreter=lua5.4 modules="@C54@"
elif command -v luajit >/dev/null 2>&1 && [ -e "@CJIT@/idocr/core.so" ]; then
  interpreter=luajit modules="@CJIT@"
else
  echo "idocr: no Lua to run with: neither lua5.4 nor luajit is here with a module built for it (make deps all)" >&2
  exit 2
fi
# The sandbox's server runs inside nginx, which speaks LuaJIT.
if [ -z "${IDOCR_LUAJIT_CPATH:-}" ] && [ -e "@CJIT@/idocr/core.so" ]; then export IDOCR_LUAJIT_CPATH="@CJIT@/?.so"; fi
IDOCR_LUA="$lua/?.lua;$lua/?/init.lua;" IDOCR_MODULES="$modules/?.so;" exec "$interpreter" -e '
  package.path = os.getenv("IDOCR_LUA") .. package.path
  package.cpath = os.getenv("IDOCR_MODULES") .. package.cpath
' "$lua/idocr/cli/start.lua" "$@"
