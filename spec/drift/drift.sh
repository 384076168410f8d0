#!/bin/sh
# Installs the official SDKs of both sites from npm and compares their OCR models with the tables of cards (`make drift`).
#   CN=VERSION INTL=VERSION   versions of the packages (default: the newest)
#   LOCKED=1                  the versions of package-lock.json, those of the kept summaries
#   KEEP=1                    keep the summaries in spec/drift/kept-*.json, and the versions in package-lock.json
# The status is 1 where the vendor changed something since the kept summaries that the tables do not have.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
build=${BUILD:-build}
out=$build/drift
mkdir -p "$out"
cp spec/drift/package.json spec/drift/package-lock.json "$out/"
quiet="--no-audit --no-fund --ignore-scripts --loglevel=error"
if [ -n "${LOCKED:-}" ]; then
  npm ci --prefix "$out" $quiet >/dev/null
else
  npm install --prefix "$out" --save-exact $quiet "tencentcloud-sdk-nodejs@${CN:-latest}" "tencentcloud-sdk-nodejs-intl-en@${INTL:-latest}" >/dev/null
fi
node spec/drift/models.js "$out/node_modules/tencentcloud-sdk-nodejs" cn >"$out/cn.json"
node spec/drift/models.js "$out/node_modules/tencentcloud-sdk-nodejs-intl-en" intl >"$out/intl.json"
export LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH="$build/5.4/?.so;;"
status=0
lua5.4 spec/drift/drift.lua "$out/cn.json" "$out/intl.json" || status=$?
if [ -n "${KEEP:-}" ]; then
  lua5.4 spec/drift/drift.lua keep "$out/cn.json" "$out/intl.json"
  cp "$out/package.json" spec/drift/
  sed '/"resolved":/d' "$out/package-lock.json" >spec/drift/package-lock.json # without the address of a registry
fi
exit $status
