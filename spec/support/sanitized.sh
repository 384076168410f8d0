#!/bin/bash
# sanitized.sh spec/run.sh ...: runs the tests with a lua5.4 and a luajit that can load modules built with AddressSanitizer
# and UndefinedBehaviorSanitizer. Only they load the sanitizers' libraries: what they start themselves (shells, ps, nginx,
# node) runs as it always does, because the preloading is forgotten at once.
#
#   BUILD            where the sanitized modules are; the interpreters come to $BUILD/bin
#   SPEC_SANITIZED   is set for the command: what is measured then is not memory as it is
#
# Leaks are looked for at the end of lua5.4. LuaJIT keeps its memory where LeakSanitizer sees no pointer in it: its leaks
# are valgrind's (make test-valgrind).
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
