--- Load generator inside nginx for `load_spec.lua`: sends concurrent requests to the gateway and pings it at the same time.

local cjson = require "cjson"
local core = require "idocr.core"
local http1 = require "idocr.transports.http1"
local process = require "spec.support.process"

local driver = {}

local function reply_of(sock, method)
  local reader = http1.reader(method, 64 * 1024 * 1024)
  while not reader.done do
    local bytes, message, partial = sock:receiveany(65536)
    bytes = bytes or partial
    if bytes and bytes ~= "" then
      local done, code = reader:feed(bytes)
      if done == nil then return nil, code end
    elseif message then
      local done = reader:finish()
      if not done then return nil, message end
    end
  end
  return reader
end

local function send_request(options, picture)
  local sock = ngx.socket.tcp()
  sock:settimeouts(5000, 60000, 60000)
  local ok, message = sock:connect("127.0.0.1", options.port, { pool = "drive" .. options.port, pool_size = 1000 })
  if not ok then return nil, "connect: " .. message end
  local head = ("POST %s HTTP/1.1\r\nHost: gateway\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n")
    :format(options.path, #picture)
  ok, message = sock:send { head, picture }
  if not ok then return nil, "send: " .. message end
  if options.abort_after then
    ngx.sleep(options.abort_after)
    sock:close()
    return { status = 0, headers = {} }
  end
  local reader
  reader, message = reply_of(sock, "POST")
  if not reader then return nil, "receive: " .. message end
  if reader.keepalive and not options.fresh then sock:setkeepalive(10000, 1000) else sock:close() end
  return reader
end

local function summary(list)
  table.sort(list)
  local function at(share) return list[math.max(1, math.ceil(#list * share))] end
  return { count = #list, p50 = at(0.5), p90 = at(0.9), p99 = at(0.99), max = list[#list] }
end

--- Sends requests: `{port, path, file, count, concurrency, abort_after, fresh}` -> `{statuses, errors, seconds, latency, bodies}`
function driver.drive()
  ngx.req.read_body()
  local options = cjson.decode(ngx.req.get_body_data())
  local picture = process.read(options.file)
  local remaining, result = options.count, { statuses = {}, errors = {}, bodies = {} }
  local latencies, threads = {}, {}
  local from = core.monotonic()
  for i = 1, math.min(options.concurrency or 1, options.count) do
    threads[i] = ngx.thread.spawn(function()
      while remaining > 0 do
        remaining = remaining - 1
        local began = core.monotonic()
        local reader, message = send_request(options, picture)
        if reader then
          latencies[#latencies + 1] = core.monotonic() - began
          local status = tostring(reader.status)
          result.statuses[status] = (result.statuses[status] or 0) + 1
          if reader.body and #reader.body < 100 then result.bodies[reader.body] = (result.bodies[reader.body] or 0) + 1 end
        else
          result.errors[message] = (result.errors[message] or 0) + 1
        end
      end
    end)
  end
  for _, thread in ipairs(threads) do ngx.thread.wait(thread) end
  result.seconds = core.monotonic() - from
  result.latency = summary(latencies)
  ngx.print(cjson.encode(result))
end

--- Pings `?port=` every 2 ms until `/stop` is requested, and returns the latencies.
function driver.ping()
  local latencies = {}
  ngx.shared.driver:set("pinging", true)
  ngx.shared.driver:set("pings", 0)
  local sock = ngx.socket.tcp()
  sock:settimeouts(5000, 60000, 60000)
  assert(sock:connect("127.0.0.1", tonumber(ngx.var.arg_port)))
  while ngx.shared.driver:get("pinging") do
    local began = core.monotonic()
    assert(sock:send("GET /ping HTTP/1.1\r\nHost: gateway\r\n\r\n"))
    assert(reply_of(sock, "GET"))
    latencies[#latencies + 1] = core.monotonic() - began
    ngx.shared.driver:set("pings", #latencies)
    ngx.sleep(0.002)
  end
  ngx.print(cjson.encode(summary(latencies)))
end

return driver
