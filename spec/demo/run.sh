#!/bin/sh
# Runs the demo (`make demo`): starts the mock server on free ports, reads five specimens over HTTPS, prints five tables and
# writes the portraits. Uses the same commands as with the real services, with the mock server's keys.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
idocr=build/idocr
out=build/demo
mkdir -p "$out"

# The server writes to the pipe when it is ready; if it fails, the pipe is closed.
work=$(mktemp -d)
mkfifo "$work/ready"
"$idocr" sandbox --json >"$work/ready" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
exec 3<"$work/ready"
read -r ready <&3 || { echo "demo: the mock server did not start" >&2; exit 1; }
member() { printf '%s\n' "$ready" | sed -n "s/.*\"$1\" *: *\"\\([^\"]*\\)\".*/\\1/p"; }

export TENCENTCLOUD_SECRET_ID="$(member secret_id)" TENCENTCLOUD_SECRET_KEY="$(member secret_key)" EKYCPRO_API_KEY="$(member api_key)"
export NO_PROXY='*' no_proxy='*'
unset TENCENTCLOUD_SESSION_TOKEN EKYCPRO_TOKEN
https=$(member https) ca_file=$(member ca_file)
specimens=lua/idocr/sandbox/specimens

echo "The mock server runs at $https with its own certificate. Reading five specimens with five services:"
echo
show() { # show KIND SPECIMEN [OPTION...]
  kind=$1 specimen=$2
  shift 2
  "$idocr" read "$kind" "$@" --endpoint "$https" --ca-file "$ca_file" "$specimens/$specimen.jpg"
  echo
}
show malaysia_id malaysia_id --portrait "$out/malaysia_id.jpg"
show passport passport --portrait "$out/passport.jpg"
show macao_id macao_id --portrait "$out/macao_id.jpg"
show china_id china_id --site cn --portrait "$out/china_id.jpg"
show malaysia_id malaysia_id_man --provider ekycpro # returns no portrait

echo "The portraits were written to:"
ls "$out"/*.jpg
