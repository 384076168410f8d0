--- Sends requests with the cosocket transport inside nginx, for `transport_spec.lua`, and returns the results as JSON.

local cjson = require "cjson"
local core = require "idocr.core"
local cosocket = require "idocr.transports.cosocket"

local front = {}

local transports = {}

local function transport_for(options)
  local key = cjson.encode(options)
  if not transports[key] then transports[key] = cosocket.new(options) end
  return transports[key]
end

local function body_of(size)
  if not size then return nil end
  return core.body { '{"ImageBase64":"', { image = core.image_bytes(("x"):rep(size)), encoding = "base64" }, '"}' }
end

-- Waits until a file exists: idle, or busy like a worker whose event loop is blocked.
local function wait_for(path, idle)
  local from = core.monotonic()
  repeat
    if idle then ngx.sleep(0.002) end
    local file = io.open(path)
    if file then file:close() end
  until file or core.monotonic() - from > 20
end

--- Sends one request: `{url, host, size, deadline, ...}` -> `{status, body, length, headers}` or `{error = {...}}`.
function front.one(what)
  local ok, transport = pcall(transport_for, what.options or {})
  if not ok then return { raised = transport } end
  if what.after then wait_for(what.after, what.idle) end
  local body = body_of(what.size)
  local from = core.monotonic()
  local response, err = transport:send({
    method = what.method or (body and "POST" or "GET"), url = what.url, host = what.host,
    headers = what.headers or { { "Content-Type", "application/json" } }, body = body,
    connect_timeout = what.connect_timeout, max_response = what.max_response,
  }, what.deadline or 20, { pictures_apart = what.pictures_apart, fresh = what.fresh })
  local seconds = core.monotonic() - from
  if not response then
    return {
      seconds = seconds,
      error = {
        category = err.category, code = err.code, message = err.message, sent = err.sent, retryable = err.retryable, billed = err.billed,
        dead_connection = err.dead_connection,
      },
    }
  end
  local pictures = {}
  for i, bytes in ipairs(response.pictures or {}) do pictures[i] = core.sha256(bytes) end
  return {
    seconds = seconds, pictures = response.pictures and pictures,
    status = response.status, headers = response.headers, length = #response.body,
    body = #response.body < 4096 and response.body or nil, sent_hash = body and body:sha256(),
  }
end

--- Handles a POST of a list of requests, sent one after the other, or concurrently with `?at_once=1`.
function front.call()
  ngx.req.read_body()
  local list = cjson.decode(ngx.req.get_body_data())
  local results = {}
  if ngx.var.arg_at_once then
    local pool = cosocket.runtime.pool(#list)
    for i, what in ipairs(list) do pool:submit(function() return front.one(what) end, i) end
    for _ = 1, #list do
      local i, ok, result = pool:next()
      results[i] = ok and result or { raised = tostring(result) }
    end
  else
    for i, what in ipairs(list) do results[i] = front.one(what) end
  end
  ngx.print(cjson.encode(results))
end

local function count_files()
  collectgarbage()
  collectgarbage()
  local count = 0
  for _ in pairs(core.list_directory "/proc/self/fd") do count = count + 1 end
  return count
end

local function give_up(what)
  local before = count_files()
  for _ = 1, 8 do
    local pool = cosocket.runtime.pool(1)
    pool:submit(function() return front.one(what) end)
    ngx.sleep(0.1)
    pool:cancel()
  end
  ngx.sleep(0.1)
  return { before = before, after = count_files() }
end

--- Handles a POST of one request that is cancelled after 0.1 s, eight times, here and in a timer. Returns the number of
--- descriptors as two `{before, after}`.
function front.give_up()
  ngx.req.read_body()
  local what = cjson.decode(ngx.req.get_body_data())
  local results = { give_up(what) }
  local ran = cosocket.runtime.detached(20, function() results[2] = give_up(what) end)
  ngx.print(cjson.encode { results[1], ran and results[2] })
end

--- Returns the number of descriptors of this worker.
function front.files() ngx.print(count_files()) end

return front
