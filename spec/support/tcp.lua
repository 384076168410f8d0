--- Small TCP servers for what nginx cannot play: proxies, and a port that takes connections and never says a word.
---
---   local tcp = require "spec.support.tcp"
---   local proxy = tcp.proxy { auth = "user:password" }   an HTTP proxy (CONNECT and plain); every host name is 127.0.0.1
---   tcp.proxy { refuse = 403 }                           answers CONNECT with that status
---   tcp.silent()                                         accepts and stays silent: a handshake that stalls
---   tcp.drip()                                           answers any request with a reply that never ends, a byte each 50 ms
---   tcp.once()                                           answers one request per connection and resets it in the middle of
---                                                        the next one; log() is the last body that came whole
---   tcp.eager(text)                                      sends the text after the head of a request and reads no more
---   tcp.shy("closes" or "resets")                        does so after the first bytes
---   tcp.fickle(way)                                      answers the first request of a connection and then "vanishes", as a
---                                                        machine without power (needs CAP_NET_ADMIN), or "resets" when it has
---                                                        the whole next request; log() has a line for each whole request
---   proxy.port, proxy.stop()
---   proxy.log()                                          the request lines that it saw, one per line
---
--- Each is a process of LuaJIT with its FFI (spec/support/tcp_server.lua), on a port that the system picks.

local process = require "spec.support.process"

local tcp = {}

local function start(mode, options)
  local dir = process.tempdir()
  local server = process.spawn(("exec luajit spec/support/tcp_server.lua %s %s %s %s"):format(mode, process.quote(dir .. "/log"),
    process.quote(options.auth or ""), options.refuse or 0), { stdout = dir .. "/port", stderr = dir .. "/err" })
  server.port = process.wait_for(function()
    if not server.alive() then error("tcp server: " .. (process.read(dir .. "/err") or "")) end
    return tonumber((process.read(dir .. "/port") or ""):match("^(%d+)\n"))
  end, 5)
  function server.log() return process.read(dir .. "/log") or "" end
  return server
end

function tcp.proxy(options) return start("proxy", options or {}) end
function tcp.silent() return start("silent", {}) end
function tcp.drip() return start("drip", {}) end
function tcp.once() return start("once", {}) end
function tcp.eager(text) return start("eager", { auth = text }) end
function tcp.shy(way) return start("shy", { auth = way }) end
function tcp.fickle(way) return start("fickle", { auth = way }) end

return tcp
