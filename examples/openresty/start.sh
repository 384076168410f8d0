#!/bin/sh
# Starts the gateway of this folder with a local mock server, on the loopback, until Ctrl-C (`make gateway`).
#   PORT=8080        port to listen on (default: FIRST_PORT or the next free port)
#   FIRST_PORT=8080  first port to try
set -eu
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
root=$(cd "$here/../.." && pwd)
run=$(mktemp -d "${TMPDIR:-/tmp}/idocr-gateway.XXXXXX")
mkdir -p "$run/logs" "$run/tmp"
ln -s "$here/lua" "$here/html" "$run"

mkfifo "$run/ready"
"${IDOCR:-$root/build/idocr}" sandbox --json >"$run/ready" &
sandbox=$!
nginx=
stop() {
  trap - EXIT INT TERM
  [ -z "$nginx" ] || { kill "$nginx" 2>/dev/null || true; wait "$nginx" 2>/dev/null || true; }
  kill "$sandbox" 2>/dev/null || true
  wait "$sandbox" 2>/dev/null || true
  rm -rf "$run"
}
trap stop EXIT
trap 'exit 0' INT TERM
exec 3<"$run/ready"
read -r ready <&3 || { echo "gateway: the mock server did not start" >&2; exit 1; }
member() { printf '%s\n' "$ready" | sed -n "s/.*\"$1\" *: *\"\\([^\"]*\\)\".*/\\1/p"; }

TENCENTCLOUD_SECRET_ID=$(member secret_id) TENCENTCLOUD_SECRET_KEY=$(member secret_key) EKYCPRO_API_KEY=$(member api_key)
IDOCR_ENDPOINT=$(member https | sed "s/127.0.0.1/localhost/") IDOCR_SPECIMENS=$root/lua/idocr/sandbox/specimens
IDOCR_PROVIDER=${IDOCR_PROVIDER:-tencent,ekycpro} IDOCR_SITE=${IDOCR_SITE:-intl,cn} # all kinds
export IDOCR_PROVIDER IDOCR_SITE TENCENTCLOUD_SECRET_ID TENCENTCLOUD_SECRET_KEY EKYCPRO_API_KEY IDOCR_ENDPOINT IDOCR_SPECIMENS
unset TENCENTCLOUD_SESSION_TOKEN https_proxy || true

modules=
for folder in /usr/lib/nginx/modules /usr/lib64/nginx/modules /usr/local/nginx/modules; do
  [ -e "$folder/ngx_http_lua_module.so" ] && modules=$folder && break
done
nameserver=$(sed -n 's/^nameserver *\([0-9.]*\)$/\1/p' /etc/resolv.conf | head -n 1)
port=${PORT:-${FIRST_PORT:-8080}}
PATH=$PATH:/usr/sbin:/usr/local/sbin:/usr/local/openresty/nginx/sbin

# Succeeds if a program listens on the port. (nginx -t cannot tell, because it does not bind.)
taken() {
  hex=$(printf '%04X' "$1")
  awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null
}
if [ -n "${PORT:-}" ]; then
  taken "$port" && { echo "gateway: port $port is in use; choose another one: make gateway PORT=$((port + 1))" >&2; exit 1; }
else
  while taken "$port"; do port=$((port + 1)); done
fi

# Escapes a text for the replacement of sed's s|||.
sed_text() { printf '%s\n' "$1" | sed 's/[&|\\]/\\&/g'; }

# Writes nginx.conf with the lines marked SET adapted to this machine. Paths are quoted, because they may contain spaces.
configure() {
  sed -e "${modules:+s|/usr/lib/nginx/modules|$(sed_text "$modules")|}" \
    -e "$([ -n "$modules" ] || echo '/^load_module/d')" \
    -e "s|\$prefix/\.\./\.\.|$(sed_text "$root")|g" \
    -e "s|^  resolver [0-9.]*|  resolver ${nameserver:-127.0.0.53}|" \
    -e "s|/etc/ssl/certs/ca-certificates.crt|\"$(sed_text "$(member ca_file)")\"|" \
    -e "s|listen 127.0.0.1:8080|listen 127.0.0.1:$port|" \
    -e "s|^worker_processes .*|worker_processes 2;|" \
    -e "$([ "$(id -u)" -ne 0 ] || echo '1i user root;')" \
    "$here/nginx.conf" >"$run/nginx.conf"
  nginx -p "$run/" -c nginx.conf -e logs/error.log -t >"$run/output" 2>&1 || { cat "$run/output" >&2; exit 1; }
}

# Starts nginx and waits for its pid file, which it writes after binding its port. Fails if nginx ended.
start() {
  : >"$run/logs/error.log"
  nginx -p "$run/" -c nginx.conf -e logs/error.log -g 'daemon off;' 2>"$run/output" &
  nginx=$!
  while [ ! -s "$run/nginx.pid" ]; do
    kill -0 "$nginx" 2>/dev/null || return 1
    sleep 0.05
  done
}
tries=0
configure
while ! start; do
  nginx=
  tries=$((tries + 1))
  # Another program may have taken the port in the meantime.
  if [ -n "${PORT:-}" ] || [ "$tries" -gt 9 ] || ! grep -q 'Address already in use' "$run/logs/error.log"; then
    cat "$run/logs/error.log" >&2
    exit 1
  fi
  port=$((port + 1))
  configure
done
echo "The gateway is at http://127.0.0.1:$port/ (its log: $run/logs/error.log). Ctrl-C stops it."
wait "$nginx"
