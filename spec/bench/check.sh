#!/bin/bash
# Counts instructions of the parts with callgrind and compares them with spec/bench/counts.txt: a number that grew by more
# than TOLERANCE per cent is a regression, which shows also on a busy machine. `check.sh renew` stores new counts.
#
# Each part runs few and many times; the difference leaves out the start of the program. callgrind knows neither
# AVX-512 nor SHA instructions; OpenSSL and idocr are configured to use no newer instructions, so that every x86-64 gives the same counts.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
command -v valgrind >/dev/null || { echo "bench-check needs valgrind" >&2; exit 1; }
[ "$(uname -m)" = x86_64 ] || { echo "skipped: the counts are for x86-64"; exit 0; }
tolerance=${TOLERANCE:-3}
kept=spec/bench/counts.txt out=build/bench
export LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH='build/5.4/?.so;;' LC_ALL=C
export OPENSSL_ia32cap='~0x0:~0x0' # no AES, AVX, AVX2, SHA: OpenSSL's plain code
unset LUA_INIT
spec/bench/build.sh
mkdir -p $out/data
lua5.4 -e 'require("spec.bench.data").make("build/bench/data")'

total() { # total COMMAND…: instructions of a whole run
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null | sed -n 's/.*Collected : //p'
}

part() { # part NAME FEW MANY COMMAND… with @ in the place of the number of times
  local name=$1 few=$2 many=$3 low high
  shift 3
  low=$(total "${@//@/$few}") high=$(total "${@//@/$many}")
  echo "$name $(((high - low) / (many - few)))"
}

picture=$out/data/picture-200KB.jpg
counts=$(
  part sign-c 200 1200 $out/prepare-0 count sign @ $picture
  part prepare-200KB-portable 5 15 $out/prepare-0 count memory @ $picture
  part prepare-200KB-avx2 5 15 $out/prepare-2 count memory @ $picture
  part prepare-200KB-file-avx2 5 15 $out/prepare-2 count file @ $picture
  part sign-lua 200 1200 lua5.4 spec/bench/counts.lua sign @ $picture $out/data/reply-1KB.json
  part small-call 200 1200 lua5.4 spec/bench/counts.lua call @ $picture $out/data/reply-1KB.json
  part decode-1KB 200 1200 lua5.4 spec/bench/counts.lua decode @ $picture $out/data/reply-1KB.json
  part decode-200KB 20 60 lua5.4 spec/bench/counts.lua decode @ $picture $out/data/reply-200KB.json
)

if [ "${1:-}" = renew ]; then
  { echo "# Instructions of one turn of each part (make bench-counts)."; echo "$counts"; } >$kept
  cat $kept
  exit 0
fi
echo "$counts" | awk -v tolerance="$tolerance" '
  NR == FNR { if ($1 !~ /^#/) before[$1] = $2; next }
  {
    change = before[$1] ? ($2 / before[$1] - 1) * 100 : 0
    verdict = !before[$1] ? "not kept yet" : change > tolerance ? "REGRESSION" : change < -tolerance ? "better: make bench-counts keeps it" : "ok"
    if (verdict == "REGRESSION" || verdict == "not kept yet") bad = 1
    printf "%-26s %10d  %+6.2f %%  %s\n", $1, $2, change, verdict
  }
  END { exit bad }' $kept -
