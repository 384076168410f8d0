#!/bin/bash
# Packs the rocks of the release into build/rocks (`make rock`): the source rock, and one binary rock for each version of Lua
# in a folder of its own, because LuaRocks gives them all the same name. Usage: rock.sh [5.4 5.3 5.1]; 5.1 is for LuaJIT.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
command -v luarocks >/dev/null || { echo "luarocks is not installed (.ci/deps dev)" >&2; exit 1; }
rocks=$PWD/build/rocks
spec/packaging/dist.sh >/dev/null
rockspec=$(echo "$PWD"/build/dist/*.rockspec)
mkdir -p "$rocks"
(cd "$rocks" && luarocks pack "$rockspec")
for version in "${@:-5.4}"; do
  rm -rf "$rocks/lua$version"
  mkdir -p "$rocks/lua$version"
  work=$(mktemp -d)
  (cd "$rocks/lua$version" &&
    luarocks --lua-version "$version" install --deps-mode none --tree "$work" "$rocks"/*.src.rock &&
    luarocks --lua-version "$version" pack --tree "$work" idocr) || { rm -rf "$work"; exit 1; }
  rm -rf "$work"
done
echo "The rocks:"
ls "$rocks"/*.rock "$rocks"/*/*.rock
