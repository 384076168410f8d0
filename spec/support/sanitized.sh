#!/bin/bash
# Runs the tests with modules built with AddressSanitizer and UndefinedBehaviorSanitizer: sanitized.sh spec/run.sh ...
# Only lua5.4 and luajit load the sanitizers' libraries: LD_PRELOAD is unset at start, so that their child processes (shells,
# nginx, node) run without them.
#
#   BUILD            folder of the sanitized modules; the interpreters are created in $BUILD/bin
#   SPEC_SANITIZED   is set for the command, because memory measurements are then not meaningful
#
# Leaks are detected at the end of lua5.4 only: LeakSanitizer cannot see pointers in LuaJIT's memory. Use valgrind for LuaJIT
# (make test-valgrind).
set -eu
bin=$BUILD/bin cc=${CC:-gcc}
mkdir -p "$bin"
bin=$(cd "$bin" && pwd)
printf '%s\n' '#include <stdlib.h>' '__attribute__((constructor)) static void forget(void) { unsetenv("LD_PRELOAD"); }' >"$bin/forget.c"
$cc -shared -fPIC -o "$bin/forget.so" "$bin/forget.c"
preload="$($cc -print-file-name=libasan.so) $($cc -print-file-name=libubsan.so) $bin/forget.so"
for lua in lua5.4 luajit; do
  path=$(command -v $lua) || continue
  leaks=1
  [ $lua = lua5.4 ] || leaks=0
  printf '#!/bin/sh\nLD_PRELOAD="%s" ASAN_OPTIONS=detect_leaks=%s${ASAN_OPTIONS:+:$ASAN_OPTIONS} exec %s "$@"\n' \
    "$preload" $leaks "$path" >"$bin/$lua"
  chmod +x "$bin/$lua"
done
SPEC_SANITIZED=1 SPEC_BIN=$bin exec "$@"
