#!/bin/bash
# Compares this tree with another commit: builds both, runs them in turn against one server and prints ratios of CPU time
# and memory. Usage: BASE=COMMIT spec/bench/base.sh. ROUNDS=n (15), QUICK=1 for fewer sizes and rounds.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
commit=$(git rev-parse --verify --quiet "${BASE:?give a commit: BASE=COMMIT}^{commit}") || { echo "no such commit: $BASE" >&2; exit 2; }
folder=build/base/${commit:0:12}
if [ ! -e "$folder/Makefile" ]; then
  rm -rf "$folder.new"
  mkdir -p "$folder.new"
  git archive "$commit" | tar -x -C "$folder.new"
  mv "$folder.new" "$folder"
fi
# Without the variables of the make that runs this script: BUILD or CFLAGS of its command line are for this tree.
env -u MAKEFLAGS -u MFLAGS -u MAKEOVERRIDES -u MAKELEVEL -u BUILD make -C "$folder" --no-print-directory >"$folder.log" 2>&1 || {
  tail -n 20 "$folder.log" >&2
  echo "$BASE does not build" >&2
  exit 1
}
export LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH='build/5.4/?.so;build/bench/5.4/?.so;;'
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY LUA_INIT
spec/bench/build.sh
BENCH_BASE=$folder lua5.4 spec/bench/bench.lua base
echo
lua5.4 spec/bench/base_report.lua "$BASE"
