#!/bin/bash
# Writes the source tarball of the committed tree, its SHA-256 and the rockspec that fetches it into build/dist (`make dist`).
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
version=$(sed -n 's/^return "\(.*\)"$/\1/p' lua/idocr/version.lua)
rockspec=rockspec/idocr-$version-1.rockspec
[ -e "$rockspec" ] || { echo "there is no $rockspec for the version in lua/idocr/version.lua" >&2; exit 1; }
name=idocr-$version dist=build/dist
rm -rf "$dist"
mkdir -p "$dist"
if git rev-parse --git-dir >/dev/null 2>&1; then
  [ -z "$(git status --porcelain --untracked-files=no)" ] || echo "note: uncommitted changes are not in the tarball" >&2
  git archive --format=tar --prefix="$name/" HEAD | gzip -9n >"$dist/$name.tar.gz"
else # an unpacked tarball
  tar --exclude=./build --exclude=./out --transform "s|^\.|$name|" --sort=name --owner=0 --group=0 --numeric-owner -c . |
    gzip -9n >"$dist/$name.tar.gz"
fi
(cd "$dist" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
sed "s|^local home = .*|local home = \"file://$PWD/$dist\"|" "$rockspec" >"$dist/${rockspec##*/}"
echo "$dist/$name.tar.gz"
