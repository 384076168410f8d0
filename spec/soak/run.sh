#!/bin/sh
# Runs the soak test for MINUTES with the modules of the checkout: spec/soak/run.lua lists the checks.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH="${BUILD:-build}/5.4/?.so;;" exec lua5.4 spec/soak/run.lua "${1:-5}"
