#!/bin/bash
# Runs the tests: every *_spec.lua below spec/ (or the files given) under lua5.4 and luajit, each file in a process of
# its own, several at a time, then the suites that are programs (spec/*/run.sh with "# suite" in the second line). Ends with
# the failures again, one line about skips and "N passed, N failed"; the status is not 0 when a test failed, when a file died,
# or when there was nothing to run.
#
#   BUILD         where the modules are (build)          SPEC_LUAS     interpreters ("lua5.4 luajit", where installed)
#   SPEC_JOBS     files at a time (one per processor, at most 4)      SPEC_TIMEOUT  seconds for a file (300)
#   SPEC_WRAP     a command to run the interpreter under    SPEC_BIN  folder of the interpreters, before PATH
#   SPEC_SET      "quick": all files but those named in spec/slow.txt, under one Lua
set -u
cd "$(dirname "$(readlink -f "$0")")/.." || exit 1
export BUILD=${BUILD:-build} CI=${CI:-true}
unset LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT_5_4
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

busted=$(command -v busted) || { echo "busted is not installed: make deps" >&2; echo "0 passed, 1 failed"; exit 1; }
busted=$(readlink -f "$busted")
if [ -z "${SPEC_LUAS:-}" ]; then
  SPEC_LUAS=
  command -v lua5.4 >/dev/null && [ -e "$BUILD/5.4/idocr/core.so" ] && SPEC_LUAS="lua5.4"
  command -v luajit >/dev/null && [ -e "$BUILD/luajit/idocr/core.so" ] && SPEC_LUAS="$SPEC_LUAS luajit"
fi

suites=()
if [ "${SPEC_SET:-}" = quick ]; then
  mapfile -t files < <(find spec -name '*_spec.lua' -not -path '*/node_modules/*' | sort | grep -vxFf spec/slow.txt)
  set -- "${files[@]}"
  SPEC_LUAS=${SPEC_LUAS%% *}
fi
if [ $# = 0 ]; then
  mapfile -t files < <(find spec -name '*_spec.lua' -not -path '*/node_modules/*' | sort)
  for suite in spec/*/run.sh; do
    [ -x "$suite" ] && sed -n 2p "$suite" | grep -q '^# suite' && suites+=("$suite")
  done
else
  files=()
  for file in "$@"; do
    if [[ $file = *.sh ]]; then suites+=("$file"); else files+=("$file"); fi
  done
fi

# run_file NUMBER LUA FILE: leaves NUMBER.log and NUMBER.tally ("passed failed skipped") in $work
run_file() {
  local log=$work/$1.log tally=$work/$1.tally lua=$2 file=$3 modules status start=${EPOCHREALTIME/./}
  modules=$BUILD/${lua#lua}
  [ "$lua" = luajit ] && modules=$BUILD/luajit
  # shellcheck disable=SC2086
  LUA_INIT='' LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH="$modules/?.so;;" SPEC_TALLY=$tally \
    PATH=${SPEC_BIN:+$SPEC_BIN:}$PATH \
    timeout -k 10 "${SPEC_TIMEOUT:-300}" ${SPEC_WRAP:-} "$lua" "$busted" --output=spec/support/busted_handler.lua "$file" \
    >"$log" 2>&1 </dev/null
  status=$?
  local passed=0 failed=0 skipped=0
  [ -s "$tally" ] && read -r passed failed skipped <"$tally"
  if [ ! -s "$tally" ] || { [ $status != 0 ] && [ "$failed" = 0 ]; }; then
    failed=$((failed + 1))
    case $status in
      124|137) echo "FAILED the file did not end within ${SPEC_TIMEOUT:-300} seconds" >>"$log" ;;
      *) echo "FAILED the file died with status $status" >>"$log" ;;
    esac
  fi
  echo "$passed $failed $skipped" >"$tally"
  finish "$1" "$lua $file" "$start"
}

# run_suite NUMBER PROGRAM: the same for a program whose last line is "N passed, N failed"
run_suite() {
  local log=$work/$1.log tally=$work/$1.tally status last start=${EPOCHREALTIME/./}
  timeout -k 10 "${SPEC_TIMEOUT:-300}" "$2" >"$log" 2>&1 </dev/null
  status=$?
  last=$(tail -n 1 "$log")
  if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    local passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]}
    [ $status = 0 ] || [ "$failed" != 0 ] || { failed=1; echo "FAILED it ended with status $status" >>"$log"; }
    [ $((passed + failed)) -gt 0 ] || [ $status = 0 ] || failed=1
    echo "$passed $failed 0" >"$tally"
  else
    echo "FAILED no tally in the last line, status $status" >>"$log"
    echo "0 1 0" >"$tally"
  fi
  finish "$1" "$2" "$start"
}

# Prints one line for a finished spec file, then its output unless all tests passed.
finish() {
  local passed failed skipped word=ok spent=$(((${EPOCHREALTIME/./} - $3) / 1000))
  read -r passed failed skipped <"$work/$1.tally"
  [ "$failed" = 0 ] || word=FAILED
  {
    printf '%-7s%s: %d passed, %d failed%s (%d.%01d s)\n' "$word" "$2" "$passed" "$failed" \
      "$([ "$skipped" = 0 ] || echo ", $skipped skipped")" $((spent / 1000)) $((spent % 1000 / 100))
    if [ "$failed" != 0 ]; then sed 's/^/    /' "$work/$1.log"; fi
  } >"$work/$1.report"
  echo "$spent $2" >"$work/$1.time"
  cat "$work/$1.report"
}

# ---- the list of jobs: the longest of the last run first (in the first run the suites), so that no processor waits for a long
# one at the end

times=$BUILD/spec-times # "SECONDS LUA FILE" or "SECONDS SUITE" of the last complete run
jobs=("${suites[@]}")
for lua in $SPEC_LUAS; do
  for file in "${files[@]}"; do jobs+=("$lua $file"); done
done

last_seconds() { awk -v job="$1" 'substr($0, index($0, " ") + 1) == job { print $1; exit }' "$times" 2>/dev/null; }
if [ -s "$times" ]; then
  mapfile -t jobs < <(for job in "${jobs[@]}"; do echo "$(last_seconds "$job") $job"; done | sort -k1,1 -rn -s | cut -d' ' -f2-)
fi

processors=$(nproc 2>/dev/null || echo 1)
SPEC_JOBS=${SPEC_JOBS:-$((processors < 4 ? processors : 4))}

announce() {
  local total=0 seconds job guess
  for job in "${jobs[@]}"; do
    seconds=$(last_seconds "$job")
    [ -n "$seconds" ] || { total=; break; }
    total=$((total + seconds))
  done
  if [ -n "$total" ]; then
    guess="about $((total / SPEC_JOBS / 1000 + 1)) s, as the last run"
  elif [ "${SPEC_SET:-}" = quick ]; then
    guess="less than a minute"
  elif [ $# = 0 ]; then
    guess="about 6 minutes on two idle processors"
  else
    guess="time unknown: this is the first run here"
  fi
  echo "${#jobs[@]} test files under ${SPEC_LUAS:-no Lua}, $SPEC_JOBS at a time: $guess"
}
announce "$@"

number=0 running=0
start_job() {
  if [ "$SPEC_JOBS" -le 1 ]; then "$@"; return; fi
  [ $running -lt "$SPEC_JOBS" ] || { wait -n; running=$((running - 1)); }
  "$@" & running=$((running + 1))
}
for job in "${jobs[@]}"; do
  number=$((number + 1))
  if [[ $job = *" "* ]]; then
    start_job run_file $number "${job%% *}" "${job#* }"
  else
    start_job run_suite $number "$job"
  fi
done
wait

# ---- the summary

passed=0 failed=0 skipped=0 done_files=0
for tally in "$work"/*.tally; do
  [ -s "$tally" ] || continue
  read -r p f s <"$tally"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s)) done_files=$((done_files + 1))
done
complain() { echo "FAILED $1"; failed=$((failed + ${2:-1})); }
[ $done_files = $number ] || complain "$((number - done_files)) file(s) left no result" $((number - done_files))
[ -n "$SPEC_LUAS" ] || complain "no Lua to test: make deps all"
[ $((passed + failed)) -gt 0 ] || complain "there was nothing to run"

mapfile -t reports < <(printf '%s\n' "$work"/*.report | sort -V)
for report in "${reports[@]}"; do
  head -n 1 "$report" | grep -q '^FAILED' || continue
  sed -n 's/^FAILED  *\(.*\): [0-9]* passed.*/FAILED in \1:/p' "$report"
  grep -E '^ +(FAILED|ERROR|not ok)' "$report"
done
if [ $skipped != 0 ]; then
  reasons=$(sed -n -E 's/^skipped (.*: )?([^:]*)$/\2/p' "$work"/*.log | sort | uniq -c | sort -rn |
    awk '{ count = $1; $1 = ""; printf "%s%s (%d)", sep, substr($0, 2), count; sep = "; " }')
  echo "$skipped skipped: $reasons."
fi
[ $# != 0 ] || [ $failed != 0 ] || cat "$work"/*.time 2>/dev/null >"$times"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
