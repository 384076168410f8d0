#!/bin/bash
# Compiles the C helpers of the bench into build/bench. The sources of the core are compiled as they are, and twice more for
# a processor with fewer instruction sets (see fewer_instructions.h).
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
out=build/bench
mkdir -p $out
flags="-std=c11 -O2 -g -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
cc=${CC:-cc}
crypto=$(pkg-config --cflags --libs libssl libcrypto)
core="csrc/base64.c csrc/base64_arm.c csrc/body.c csrc/date.c csrc/digest.c csrc/image.c csrc/tc3.c"
special="csrc/base64_x86.c csrc/base64_sha256.c"

newer() { # newer FILE SOURCE…: whether FILE must be made
  local made=$1 source
  shift
  for source in "$@" spec/bench/build.sh; do [ "$made" -nt "$source" ] || return 0; done
  return 1
}

# shellcheck disable=SC2086
{
  ! newer $out/server spec/bench/server.c || $cc $flags spec/bench/server.c -o $out/server $crypto
  ! newer $out/raw spec/bench/raw.c || $cc $flags spec/bench/raw.c -o $out/raw $(pkg-config --cflags --libs libcurl) $crypto
  if newer $out/prepare spec/bench/prepare.c spec/bench/fewer_instructions.h csrc/*.[ch]; then
    for fewer in 0 2; do
      objects=
      for source in $special; do
        object=$out/$(basename "$source" .c)-$fewer.o
        $cc $flags -DFEWER=$fewer -include spec/bench/fewer_instructions.h -c "$source" -o "$object"
        objects="$objects $object"
      done
      $cc $flags spec/bench/prepare.c $core $objects -o $out/prepare-$fewer $crypto
    done
    $cc $flags spec/bench/prepare.c $core $special -o $out/prepare $crypto
  fi
  for lua in 5.4 luajit; do
    pkg-config --exists "$(echo $lua | sed s/5.4/lua5.4/)" || continue
    mkdir -p $out/$lua
    ! newer $out/$lua/bench_native.so spec/bench/native.c ||
      $cc $flags -fPIC -shared $(pkg-config --cflags "$(echo $lua | sed s/5.4/lua5.4/)") spec/bench/native.c \
        -o $out/$lua/bench_native.so $crypto
  done
}
