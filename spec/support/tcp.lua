--- Starts small TCP servers for faults that nginx cannot simulate: proxies, stalled and dropped connections.
---
---   local tcp = require "spec.support.tcp"
---   local proxy = tcp.proxy { auth = "user:password" }   an HTTP proxy (CONNECT and plain); resolves all host names to 127.0.0.1
---   tcp.proxy { refuse = 403 }                           refuses CONNECT with that status
---   tcp.silent()                                         accepts connections and sends nothing: a stalled handshake
---   tcp.drip()                                           sends an endless response, a byte per 50 ms
---   tcp.once()                                           responds to one request per connection and resets it during the
---                                                        next one; log() is the last complete body
---   tcp.eager(text)                                      sends the text after the request's headers and stops reading
---   tcp.shy("closes" or "resets")                        does so after the first bytes of a request
---   tcp.fickle(way)                                      responds to the first request of a connection, then "vanishes" like a
---                                                        machine without power (needs CAP_NET_ADMIN), or "resets" after the
---                                                        next complete request; log() has a line per complete request
---   proxy.port, proxy.stop()
---   proxy.log()                                          the request lines received, one per line
---
--- Each is a LuaJIT process (spec/support/tcp_server.lua) on a port chosen by the system.

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
