#!/bin/bash
# Runs the bench: builds the helpers, runs the parts, prints the report. A full run (all parts, QUICK not set) also writes
# spec/bench/RESULTS.md and the chart beside it; any other run writes only to build/bench.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
export LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH='build/5.4/?.so;build/bench/5.4/?.so;;'
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY LUA_INIT
spec/bench/build.sh
# shellcheck disable=SC2086
lua5.4 spec/bench/bench.lua ${PARTS:-}
results=build/bench/RESULTS.md chart=build/bench/chart.svg
if [ -z "${QUICK:-}${PARTS:-}" ]; then results=spec/bench/RESULTS.md chart=spec/bench/chart.svg; fi
echo
lua5.4 spec/bench/report.lua "${BENCH_COMMAND:-make bench}" $results $chart
echo "Kept in $results and $chart."
