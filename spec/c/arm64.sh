#!/bin/bash
# Builds the C tests for aarch64 and runs them under qemu-aarch64, so that the NEON code is executed for real. The last
# line is "N passed, N failed". `.ci/deps arm64` installs what it needs.
set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
for command in aarch64-linux-gnu-gcc qemu-aarch64; do
  command -v $command >/dev/null || { echo "$command is not installed: .ci/deps arm64" >&2; echo "0 passed, 1 failed"; exit 1; }
done
export PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig
CC=aarch64-linux-gnu-gcc RUN_UNDER=qemu-aarch64 exec spec/c/run.sh
