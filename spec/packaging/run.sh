#!/bin/bash
# suite: what is installed runs without the checkout, by LuaRocks and by make install, for Lua 5.4 and for 5.1 / LuaJIT.
set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
passed=0 failed=0 work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checkout=$PWD
unset LUA_PATH LUA_CPATH LUA_PATH_5_4 LUA_CPATH_5_4

ok() { passed=$((passed + 1)); echo "ok $1"; }
bad() { failed=$((failed + 1)); echo "FAILED $1"; sed 's/^/    /' "$work/log" | tail -n 12 | cut -c1-200; }
check() { # check NAME COMMAND...
  local name=$1
  shift
  if "$@" >"$work/log" 2>&1 </dev/null; then ok "$name"; else bad "$name"; fi
}
holds() { # holds NAME TEXT: the last command's output has the text
  if grep -qF -- "$2" "$work/log"; then ok "$1"; else bad "$1: no '$2'"; fi
}

# A copy of what git would give, plus a card that the packaging has never heard of.
clean_copy() {
  mkdir -p "$1"
  { git ls-files -co --exclude-standard 2>/dev/null || find . -type f -not -path './build/*' -not -path './out/*'; } |
    tar -c -T - --ignore-failed-read 2>/dev/null | tar -x -C "$1"
  sed 's/title = "[^"]*"/title = "A new kind"/' lua/idocr/cards/passport.lua >"$1/lua/idocr/cards/brand_new.lua"
}

# What must hold wherever it was installed. lua: the interpreter; path, cpath: the tree's
try_tree() { # try_tree NAME LUA PATH CPATH
  local name=$1 lua=$2 path="$3/?.lua;$3/?/init.lua;;" cpath="$4/?.so;;"
  cat >"$work/try.lua" <<'LUA'
local idocr = require "idocr"
assert(package.searchpath == nil or not package.searchpath("idocr", package.path):find("^%./"))
local names = table.concat(idocr.kinds(), " ")
assert(names:find("brand_new") and names:find("macao_id"), names)
require "idocr.curl"
local specimens = require "idocr.sandbox.specimens"
local client = idocr.new { transport = "sandbox" }
local card = assert(client:passport { image = specimens.path "passport", portrait = true })
assert(card.sandbox and card.number and #card.portrait > 100)
print "it reads"
LUA
  (cd / && LUA_PATH=$path LUA_CPATH=$cpath "$lua" "$work/try.lua") >"$work/log" 2>&1 </dev/null
  holds "$name: reads a specimen" "it reads"
}

try_command() { # try_command NAME COMMAND
  (cd / && "$2" kinds) >"$work/log" 2>&1 </dev/null
  holds "$1: the command lists the kinds" "brand_new"
  (cd / && "$2" read passport --transport sandbox "$3") >"$work/log" 2>&1 </dev/null
  holds "$1: the command reads a specimen" "canned by the sandbox"
}

copy=$work/copy
clean_copy "$copy"
specimen=$(ls "$checkout"/lua/idocr/sandbox/specimens/passport.* | head -n 1)

if command -v luarocks >/dev/null; then
  check "luarocks lint" luarocks lint rockspec/idocr-scm-1.rockspec
  versions=
  for version in 5.4 5.3 5.1; do [ ! -e "/usr/include/lua$version/lua.h" ] || versions="$versions $version"; done
  # shellcheck disable=SC2086
  check "make rock" make -C "$copy" --no-print-directory rock ROCK_LUA="${versions# }"
  for version in $versions; do
    case $version in 5.1) lua=luajit ;; *) lua=lua$version ;; esac
    for rock in "$copy"/build/rocks/*.src.rock "$copy/build/rocks/lua$version"/*.rock; do
      kind=binary
      case $rock in *.src.rock) kind=source ;; esac
      [ $kind = binary ] || [ "$version" = 5.4 ] || continue # `make rock` has built the source rock for each version
      tree=$work/tree-$version-$kind
      check "$kind rock for $version" luarocks --lua-version "$version" install --deps-mode none --tree "$tree" "$rock"
      try_tree "$kind rock for $version" $lua "$tree/share/lua/$version" "$tree/lib/lua/$version"
    done
    try_command "binary rock for $version" "$work/tree-$version-binary/bin/idocr" "$specimen"
  done
  tree=$work/tree-make
  check "luarocks make" sh -c "cd '$copy' && luarocks --lua-version 5.4 make --deps-mode none --tree '$tree' rockspec/idocr-scm-1.rockspec"
  try_tree "luarocks make" lua5.4 "$tree/share/lua/5.4" "$tree/lib/lua/5.4"
else
  echo "skipped luarocks: it is not installed"
fi

root=$work/root
check "make install" make -C "$copy" --no-print-directory install DESTDIR="$root" PREFIX=/usr
for pair in lua5.4:5.4 luajit:5.1; do
  command -v "${pair%:*}" >/dev/null && [ -d "$root/usr/lib/lua/${pair#*:}" ] || continue
  try_tree "installed for ${pair%:*}" "${pair%:*}" "$root/usr/share/lua/${pair#*:}" "$root/usr/lib/lua/${pair#*:}"
done
check "make install PREFIX" make -C "$copy" --no-print-directory install PREFIX="$work/prefix"
holds "make install PREFIX: says what to set" "LUA_PATH=\"$work/prefix/share/lua/"
try_command "installed" "$work/prefix/bin/idocr" "$specimen"
check "make install PREFIX: completions" bash -n "$work/prefix/share/bash-completion/completions/idocr"
check "make install PREFIX: manual page" grep -q "idocr read" "$work/prefix/share/man/man1/idocr.1"
mkdir -p "$work/prefix/share/lua/5.4/idocr/cards"
echo "return {}" >"$work/prefix/share/lua/5.4/idocr/cards/a_users_own.lua"
check "make uninstall" make -C "$copy" --no-print-directory uninstall PREFIX="$work/prefix"
find "$work/prefix" -type f >"$work/log"
check "make uninstall: leaves the user's own kind alone" \
  test "$(cat "$work/log")" = "$work/prefix/share/lua/5.4/idocr/cards/a_users_own.lua"

if command -v dpkg-deb >/dev/null; then
  check "make deb" make -C "$copy" --no-print-directory deb
  for package in "$copy"/build/deb/*.deb; do dpkg-deb -c "$package"; done | sed 's/.* \.\///; /\/$/d; /^$/d' | sort | uniq -d >"$work/twice"
  check "Debian packages: no file is in both" test ! -s "$work/twice"
  for package in "$copy"/build/deb/*.deb; do dpkg-deb -x "$package" "$work/debian"; done
  for pair in lua5.4:5.4 luajit:5.1; do
    modules=$(echo "$work"/debian/usr/lib/*/lua/"${pair#*:}")
    (cd / && LUA_PATH="$work/debian/usr/share/lua/${pair#*:}/?.lua;$work/debian/usr/share/lua/${pair#*:}/?/init.lua;;" \
      LUA_CPATH="$modules/?.so;;" "${pair%:*}" -e 'print(require("idocr").version, require("idocr.core") ~= nil)') >"$work/log" 2>&1
    holds "Debian package for ${pair%:*}: loads" "true"
  done
else
  echo "skipped Debian packages: dpkg-deb is not installed"
fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
