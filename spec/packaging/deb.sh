#!/bin/bash
# Builds two Debian packages with dpkg-deb into build/deb (`make deb`): lua-idocr (Lua 5.4 and the command) and lua-nginx-idocr
# (for nginx's Lua module). What they depend on is read from the libraries that the modules are linked with.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
command -v dpkg-deb >/dev/null || { echo "dpkg-deb is not installed: this is no Debian" >&2; exit 1; }
version=$(sed -n 's/^return "\(.*\)"$/\1/p' lua/idocr/version.lua)
architecture=$(dpkg --print-architecture) triplet=$(gcc -print-multiarch)
out=build/deb
rm -rf "$out"
mkdir -p "$out"

# The packages of the libraries that the modules below a folder need. Their names change with the interface; only libc's does not.
libraries_of() {
  find "$1" -name '*.so' -exec objdump -p {} + | sed -n 's/^ *NEEDED *//p' | sort -u | while read -r library; do
    path=$(ldconfig -p | sed -n "s|^[[:space:]]*$library (.*=> ||p" | head -n 1)
    package=$(dpkg -S "$(readlink -f "$path")" 2>/dev/null || dpkg -S "$path")
    package=$(echo "$package" | head -n 1 | sed 's/:.*//')
    [ "$package" != libc6 ] || package="libc6 (>= $(dpkg-query -W -f '${Version}' libc6 | sed 's/[-+~].*//'))"
    echo "$package"
  done | sort -u | paste -sd, | sed 's/,/, /g'
}

# package NAME ROOT DEPENDS TITLE
package() {
  local name=$1 root=$2 depends=$3 title=$4
  install -D -m 644 LICENSE "$root/usr/share/doc/$name/copyright"
  gzip -9nc CHANGELOG.md >"$root/usr/share/doc/$name/changelog.gz"
  chmod 644 "$root/usr/share/doc/$name/changelog.gz"
  mkdir -p "$root/DEBIAN"
  cat >"$root/DEBIAN/control" <<CONTROL
Package: $name
Version: $version-1
Architecture: $architecture
Maintainer: The idocr developers <idocr@localhost>
Installed-Size: $(du -ks "$root" | cut -f1)
Depends: $(libraries_of "$root"), $depends
Section: interpreters
Priority: optional
Description: $title
 idocr sends a picture of an identity document to a cloud OCR service (Tencent
 Cloud OCR, ekycpro) and returns one table with the same field names for every
 document.
CONTROL
  (cd "$root" && find usr -type f -exec md5sum {} + >DEBIAN/md5sums)
  find "$root" -type d -exec chmod 755 {} +
  dpkg-deb --root-owner-group --build "$root" "$out/${name}_$version-1_$architecture.deb" >/dev/null
}

make --no-print-directory put LUAS=5.4 DESTDIR="$PWD/$out/script" PREFIX=/usr LIBDIR="/usr/lib/$triplet/lua/5.4" >/dev/null
sed "s|@LUA@|/usr/share/lua/5.4|; s|@C54@|/usr/lib/$triplet/lua/5.4|; s|@CJIT@|/usr/lib/$triplet/lua/5.1|g" \
  lua/idocr/cli/launcher.sh >"$out/script/usr/bin/idocr" # the sandbox's server uses the modules of the other package
find "$out/script" -name '*.so' -exec strip --strip-unneeded {} +
package lua-idocr "$out/script" "lua5.4, lua-cjson, lua-argparse, ca-certificates" "reads identity documents from Lua 5.4 scripts"

make --no-print-directory put LUAS=luajit DESTDIR="$PWD/$out/nginx" PREFIX=/usr LIBDIR="/usr/lib/$triplet/lua/5.1" >/dev/null
find "$out/nginx/usr/share" -mindepth 1 -maxdepth 1 -not -name lua -exec rm -r {} + # manual page and completions: in the other one
rm -r "$out/nginx/usr/bin" "$out/nginx/usr/lib/$triplet/lua/5.1/idocr/curl.so" # nginx uses cosockets
find "$out/nginx" -name '*.so' -exec strip --strip-unneeded {} +
package lua-nginx-idocr "$out/nginx" "libnginx-mod-http-lua, lua-cjson, ca-certificates" "reads identity documents inside nginx"

rm -r "$out/script" "$out/nginx"
ls "$out"/*.deb
