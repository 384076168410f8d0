--- Cleans up the processes and folders of a spec when its interpreter ends in any way, also when it is killed. A shell
--- process in a separate session waits until the pipe from here is closed; then it ends all processes and removes all folders
--- that are listed in its ledger.
---
---   local guard = require "spec.support.guard"
---   guard.process "p"      returns a shell command that registers the process $p (and ends it if registration fails)
---   guard.folder "d"       the same for the folder $d
---
--- A process is identified by id and start time, so that a later process with the same id is not ended.

local guard = {}

-- $1: the folder of the ledger. Renaming it makes later registrations fail.
local KEEPER = [[
trap '' HUP INT TERM
exec >/dev/null 2>&1
cd /
while read -r word; do :; done
mv "$1" "$1.closed" && cd "$1.closed" || exit 1
runs() {
  [ -r "/proc/$1/stat" ] || return 1
  read -r stat <"/proc/$1/stat" || return 1
  started=$2
  set -- ${stat##*) }
  [ "$1" != Z ] && [ "$1" != X ] && [ "${20}" = "$started" ]
}
each() { while read -r kind id start; do [ "$kind" = P ] && runs "$id" "$start" && "$@"; done <ledger; }
end_now() {
  children=$(cat "/proc/$id/task/$id/children")
  kill -KILL "$id" $children
}
each eval 'kill -TERM "$id"'
tries=250
while [ $tries -gt 0 ] && [ "$(each echo yes)" ]; do
  tries=$((tries - 1))
  sleep 0.02
done
each end_now
while read -r kind folder; do [ "$kind" = D ] && rm -rf "$folder"; done <ledger
rm -rf "$1.closed"
]]

--- Quotes a text as one word of a shell command.
function guard.quote(text) return "'" .. tostring(text):gsub("'", [['\'']]) .. "'" end

local keeper, ledger -- the pipe is open as long as this interpreter runs

local function open()
  if keeper then return end
  local pipe = assert(io.popen("mktemp -d \"${TMPDIR:-/tmp}/idocr-ledger.XXXXXX\" && command -v setsid", "r"))
  local folder, setsid = assert(pipe:read("*l"), "no temporary folder"), pipe:read("*l")
  pipe:close()
  ledger = guard.quote(folder .. "/ledger")
  -- A separate session, so that signals to the process group, as sent by timeout, do not reach it.
  local command = "exec %s sh -c %s idocr-guard %s"
  keeper = assert(io.popen(command:format(setsid and "setsid" or "", guard.quote(KEEPER), guard.quote(folder)), "w"))
end

function guard.process(name)
  open()
  local command = "{ read -r stat </proc/$PID/stat; set -- ${stat##*) }; echo P $PID ${20} >>LEDGER; } 2>/dev/null || kill $PID"
  return (command:gsub("PID", name):gsub("LEDGER", function() return ledger end))
end

function guard.folder(name)
  open()
  return ('{ echo "D $%s" >>%s; } 2>/dev/null || rm -rf "$%s"'):format(name, ledger, name)
end

return guard
