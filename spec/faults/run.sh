#!/bin/bash
# suite: the fast subset of the fault matrix; `run.sh all` runs the whole of it (make faults).
set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
make --no-print-directory -s fault-programs >&2 || { echo "0 passed, 1 failed"; exit 1; }
build=${BUILD:-build}
LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH="$build/5.4/?.so;build/faults/5.4/?.so;;" exec lua5.4 spec/faults/run.lua "${1:-quick}"
