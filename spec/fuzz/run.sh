#!/bin/bash
# Fuzzes the C parts with libFuzzer (one program for each *_fuzz.c beside this file) and the Lua parsers under
# AddressSanitizer (spec/fuzz/parsers.lua), each for its share of SECONDS. Prints the inputs tried for each target; the
# last line is "N passed, N failed". An input that fails is kept in build/fuzz/.
#
#   fuzz/run.sh SECONDS [TARGET...]    needs clang with compiler-rt; a target is the name before _fuzz.c, or a parser's name
set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
seconds=${1:-60}
shift || true
out=build/fuzz
mkdir -p "$out"
passed=0 failed=0

facts() { sed -n "s/^ \* $2: //p" "spec/fuzz/$1_fuzz.c"; } # facts NAME KEY: from the head of the target's file

result() { # result NAME STATUS TEXT
  if [ "$2" = 0 ]; then passed=$((passed + 1)); echo "ok     $1: $3"; else failed=$((failed + 1)); echo "FAILED $1: $3"; fi
}

build_c() { # build_c NAME: the program build/fuzz/NAME
  local libraries flags
  libraries=$(facts "$1" libraries)
  # shellcheck disable=SC2086
  flags=$(pkg-config --cflags --libs libcrypto $libraries)
  # shellcheck disable=SC2046,SC2086
  clang -std=c11 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
    $(facts "$1" flags) "spec/fuzz/$1_fuzz.c" $(facts "$1" sources) $flags -lm -o "$out/$1"
}

fuzz_c() { # fuzz_c NAME SECONDS
  local corpus=$out/corpus-$1 runs status longest
  longest=$(facts "$1" longest)
  mkdir -p "$corpus" "$out/seeds-$1"
  "$out/$1" -max_total_time="$2" -max_len="$longest" -rss_limit_mb=1024 -timeout=20 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="$out/$1-" "$corpus" "$out/seeds-$1" >"$out/$1.log" 2>&1
  status=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$1.log")
  result "$1" $status "${runs:-0} inputs in $2 s"
  [ $status = 0 ] || tail -n 30 "$out/$1.log" | sed 's/^/    /'
}

# Starting inputs: pictures and replies that the tests have anyway, as small as they are.
seed() { # seed NAME FILE...
  local folder=$out/seeds-$1
  shift
  cp "$@" "$folder/"
}

# The same with two bytes before the picture: the settings of the fit.
seed_fit() { # seed_fit FILE...
  local file
  for file; do { printf 'P\1'; cat "$file"; } >"$out/seeds-fit/$(basename "$file")"; done
}

mkdir -p "$out/seeds-pixels" "$out/seeds-image" "$out/seeds-reply" "$out/seeds-fit"
seed pixels spec/checks/pictures/*
seed_fit spec/checks/pictures/* spec/fuzz/pictures/*
seed image spec/checks/pictures/* lua/idocr/sandbox/specimens/macao_id.jpg
seed reply spec/responses/passport/ret_image.json spec/responses/idcard/crop_both.json

targets=()
for source in spec/fuzz/*_fuzz.c; do targets+=("$(basename "$source" _fuzz.c)"); done
export LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH='build/5.4/?.so;;'
mapfile -t parsers < <(lua5.4 spec/fuzz/parsers.lua --list)
wanted=("${targets[@]}" "${parsers[@]}")
[ $# = 0 ] || wanted=("$@")
share=$((seconds / ${#wanted[@]}))
[ $share -ge 1 ] || share=1

for name in "${wanted[@]}"; do
  [ -e "spec/fuzz/${name}_fuzz.c" ] || continue
  build_c "$name" || { result "$name" 1 "it does not build"; continue; }
  fuzz_c "$name" $share
done

lua_targets=()
for name in "${wanted[@]}"; do [ -e "spec/fuzz/${name}_fuzz.c" ] || lua_targets+=("$name"); done
if [ ${#lua_targets[@]} -gt 0 ]; then
  make --no-print-directory BUILD=build/asan OPT=-O1 all \
    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -Wl,-z,nodelete' >"$out/asan.log" 2>&1 ||
    result "asan build" 1 "see $out/asan.log"
  for name in "${lua_targets[@]}"; do
    LUA_CPATH='build/asan/5.4/?.so;;' BUILD=build/asan \
      spec/support/sanitized.sh sh -c "\"\$SPEC_BIN/lua5.4\" spec/fuzz/parsers.lua $name $share" >"$out/$name.log" 2>&1
    status=$?
    result "$name" $status "$(tail -n 1 "$out/$name.log")"
    [ $status = 0 ] || tail -n 20 "$out/$name.log" | sed 's/^/    /'
  done
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
