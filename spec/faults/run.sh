#!/bin/bash
# suite: the fast subset of the fault matrix; `run.sh all` runs the whole of it (make faults).
#
#   FAULTS      only faults whose "group: name" matches this Lua pattern      TRANSPORT    the same for transports
#   WORKERS     processes for libcurl, and nginx workers (12)                 FAULTS_LUA   the Lua that libcurl runs in
#   FAULTS_LATE any value: print the calls that ended latest after their control timers
set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
make --no-print-directory -s fault-programs >&2 || { echo "0 passed, 1 failed"; exit 1; }
FAULTS_LUA=${FAULTS_LUA:-$(command -v lua5.4 >/dev/null && echo lua5.4 || echo luajit)}
export FAULTS_LUA BUILD=${BUILD:-build}
modules=${FAULTS_LUA#lua}
[ "$FAULTS_LUA" = luajit ] && modules=luajit
export LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH="$BUILD/$modules/?.so;build/faults/$modules/?.so;;"
export PATH=${SPEC_BIN:+$SPEC_BIN:}$PATH # lua5.4 with the sanitizers
unset LUA_INIT LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT_5_4
exec "$FAULTS_LUA" spec/faults/run.lua "${1:-quick}"
