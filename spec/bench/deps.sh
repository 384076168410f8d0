#!/bin/sh
# Installs the contestants: Debian's packages for the plain Lua recipe and for bench-check, and the official SDK and sharp by npm.
# Reports what cannot be installed; the benchmark leaves it out.
set -eu
cd "$(dirname "$(readlink -f "$0")")"
packages="imagemagick libjpeg-turbo-progs lua-luaossl lua-curl lua-socket lua-cjson luajit2 curl valgrind"
if command -v apt-get >/dev/null; then
  as_root=
  [ "$(id -u)" = 0 ] || as_root=sudo
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $packages
else
  echo "no apt-get: for the plain Lua recipe, install for Lua 5.1 what Debian calls $packages" >&2
fi
if command -v npm >/dev/null; then
  cd ../peers
  npm ci --ignore-scripts --no-audit --no-fund
  mkdir -p ../../build/bench/sharp
  npm install --prefix ../../build/bench/sharp --no-audit --no-fund sharp@0.35.5
else
  echo "no npm: the official SDK is left out" >&2
fi
