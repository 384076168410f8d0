#!/bin/bash
# Packs the rock for one version of Lua (5.4, or 5.1 for LuaJIT) into build/rocks: source and binary.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
version=${1:-5.4}
command -v luarocks >/dev/null || { echo "luarocks is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p build/rocks
rockspec=$PWD/rockspec/idocr-scm-1.rockspec
luarocks --lua-version "$version" make --deps-mode none --tree "$work/tree" "$rockspec"
cd build/rocks
luarocks --lua-version "$version" pack idocr --tree "$work/tree"
