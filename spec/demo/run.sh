#!/bin/sh
# Runs the demo (`make demo`): starts the mock server on free ports, reads five specimens over HTTPS, then four pictures that are
# not fine: a warning, a refusal before paying, a refusal by the service, and a card that contradicts itself.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
idocr=build/idocr
out=build/demo
specimens=lua/idocr/sandbox/specimens
mkdir -p "$out/altered"
altered=$out/altered

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

read_card() { # read_card KIND PICTURE [OPTION...]
  kind=$1 picture=$2
  shift 2
  "$idocr" read "$kind" "$@" --endpoint "$https" --ca-file "$ca_file" "$picture"
}
show() { # show KIND SPECIMEN [OPTION...]
  kind=$1 specimen=$2
  shift 2
  read_card "$kind" "$specimens/$specimen.jpg" "$@"
  echo
}
# fails STATUS COMMAND...: the command must end with this status
fails() {
  expected=$1 status=0
  shift
  "$@" || status=$?
  [ $status = "$expected" ] || { echo "demo: status $status instead of $expected" >&2; exit 1; }
}

echo "A mock server of the services runs at $https. Five cards from five services:"
echo
show malaysia_id malaysia_id --portrait "$out/malaysia_id.jpg"
show passport passport --portrait "$out/passport.jpg"
show macao_id macao_id --portrait "$out/macao_id.jpg"
show china_id china_id --site cn --portrait "$out/china_id.jpg"
show malaysia_id malaysia_id_man --provider ekycpro # returns no portrait

echo "What can go wrong:"
echo
echo "1. A warning of the service (glare on the picture):"
"$idocr" stamp "$specimens/passport.jpg" --kind passport --set warnings=glare -o "$altered/glare.jpg"
read_card passport "$altered/glare.jpg" | grep ' warning '
echo
echo "2. A refusal before anything is sent or paid (an upload that was cut off; status 5):"
head -c 5000 "$specimens/malaysia_id.jpg" >"$altered/cut.jpg"
fails 5 read_card malaysia_id "$altered/cut.jpg" 2>&1
echo
echo "3. A refusal by the service (no passport in the picture; status 1):"
"$idocr" stamp "$specimens/passport.jpg" --error FailedOperation.NoPassport -o "$altered/none.jpg"
fails 1 read_card passport "$altered/none.jpg" 2>&1
echo
echo "4. A passport whose machine readable zone contradicts its print, found offline by --check:"
"$idocr" stamp "$specimens/passport.jpg" --kind passport -o "$altered/print.jpg" \
  --set document_code=P --set number=X00000000 --set surname=SPECIMEN --set "given_name=MIRA ELENA" --set sex=F \
  --set birth_date=1989-02-14 --set expiry_date=2031-05-31 --set nationality=UTO --set issuing_country=UTO \
  --set "mrz=P<UTOSPECIMEN<<MIRA<ELENA<<<<<<<<<<<<<<<<<<<,X000000001UTO8902144F3105319<<<<<<<<<<<<<<06" \
  --set visual.birth_date=1998-02-14 --set visual.surname=SPECIMAN
read_card passport "$altered/print.jpg" --check | sed -n '/^[^ ]* check /,$p' | grep -v ' request '

cat <<TEXT

Real: HTTPS with a verified certificate; pictures streamed as base64; every request's TC3 signature, computed by idocr and
      checked by a second implementation in the mock server; replies decoded, portraits written, checks computed.
Canned: the recognition. The mock server reads invented people from its specimens; no account, nothing is paid.

The portraits: $(echo "$out"/*.jpg)
TEXT
