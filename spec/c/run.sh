#!/bin/bash
# suite: builds and runs the test programs in C beside this file with the sanitizers. Prints TAP, then "N passed, N failed".
#
#   CC           the compiler (gcc)
#   PKG_CONFIG   finds lua5.4 for that compiler (pkg-config)
#   RUN_UNDER    a command to run the programs under, such as qemu-aarch64 (none)
set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

core=(csrc/base64.c csrc/base64_x86.c csrc/base64_arm.c csrc/base64_sha256.c csrc/digest.c csrc/image.c csrc/image_*.c csrc/jpeg_walk.c
  csrc/body.c)
flags=(-std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror)
echo 'int main(void) { return 0; }' >"$work/probe.c"
if ${CC:-gcc} -fsanitize=address,undefined "$work/probe.c" -o "$work/probe" 2>/dev/null &&
  ${RUN_UNDER:-} "$work/probe" 2>/dev/null; then
  flags+=(-fsanitize=address,undefined -fno-sanitize-recover=undefined)
fi

passed=0 failed=0
for source in spec/c/*_test.c; do
  objects=("${core[@]}")
  [[ $source = *_neon_test.c ]] && objects=() # includes the files that it tests
  libraries=(-lcrypto)
  if [[ $source = */lua_*_test.c ]]; then
    ${PKG_CONFIG:-pkg-config} --exists lua5.4 || { echo "# no lua5.4 for $source"; continue; }
    objects+=(csrc/tc3.c csrc/seal.c csrc/reply.c csrc/date.c csrc/lua_core*.c)
    read -ra more < <(${PKG_CONFIG:-pkg-config} --cflags --libs lua5.4)
    libraries+=("${more[@]}")
  fi
  name=$(basename "$source" .c)
  echo "# $name"
  if ! ${CC:-gcc} "${flags[@]}" "$source" "${objects[@]}" "${libraries[@]}" -o "$work/$name"; then
    echo "not ok - $source does not build"
    failed=$((failed + 1))
    continue
  fi
  ${RUN_UNDER:-} "$work/$name" >"$work/out" 2>"$work/err"
  status=$?
  grep -v '^1\.\.' "$work/out"
  good=$(grep -c '^ok' "$work/out") bad=$(grep -c '^not ok' "$work/out")
  if [ $status != 0 ] && [ "$bad" = 0 ] || ! grep -q '^1\.\.' "$work/out"; then
    echo "not ok - $name ended with status $status"
    sed 's/^/# /' "$work/err" | head -40
    bad=$((bad + 1))
  fi
  passed=$((passed + good)) failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
