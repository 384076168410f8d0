--- Collects metrics in a shared dict and exports them in Prometheus' text format.

local metrics = {}

local dict = ngx.shared.idocr_metrics

local BUCKETS = { 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30 } -- seconds

local HELP = {
  idocr_calls_total = { "counter", "Calls by kind of card and outcome (ok, or the category of the error)." },
  idocr_errors_total = { "counter", "Failed calls by the code of their error." },
  idocr_call_duration_seconds = { "histogram", "Time of a call with all its attempts." },
  idocr_calls_in_flight = { "gauge", "Calls that have not ended yet." },
  idocr_cached_calls_total = { "counter", "Calls that the cache answered; they cost nothing." },
  idocr_requests_total = { "counter", "Requests that left for a service, including repeats, and whether they were billed." },
  idocr_request_bytes_total = { "counter", "Bytes of request bodies." },
  idocr_retries_total = { "counter", "Repeated requests by the code that caused them." },
  idocr_throttles_total = { "counter", "Calls that the rate limit delayed or refused." },
  idocr_throttle_seconds_total = { "counter", "Time that calls waited for the rate limit." },
  idocr_fits_total = { "counter", "Pictures that were made to fit, by the reason." },
  idocr_fit_seconds_total = { "counter", "Time that these took, with their waiting." },
  idocr_fallbacks_total = { "counter", "Calls that fell back to the next provider." },
  idocr_credentials_total = { "counter", "Fetched or renewed credentials." },
  idocr_uploads_refused_total = { "counter", "Uploads without a usable picture." },
  idocr_store_failures_total = { "counter", "Failed operations of the shared store, by the code of the error." },
  idocr_ledger_failures_total = { "counter", "Lines of the ledger that could not be written." },
  idocr_credentials_up = { "gauge", "1: the last attempt to get credentials succeeded; 0: it failed." },
  idocr_build_info = { "gauge", "Always 1; the label is the version of idocr." },
}

local function label(value) return (tostring(value):gsub("[^%w._ -]", "_"):sub(1, 64)) end

local function name(metric, ...)
  local labels = {}
  for i = 1, select("#", ...), 2 do
    local key, value = select(i, ...)
    labels[#labels + 1] = key .. '="' .. label(value) .. '"'
  end
  return #labels > 0 and metric .. "{" .. table.concat(labels, ",") .. "}" or metric
end

local function add(amount, metric, ...) dict:incr(name(metric, ...), amount, 0) end

function metrics.refused(code) add(1, "idocr_uploads_refused_total", "code", code) end

local function observe(seconds, kind)
  for _, bound in ipairs(BUCKETS) do
    add(seconds <= bound and 1 or 0, "idocr_call_duration_seconds_bucket", "kind", kind, "le", bound)
  end
  add(1, "idocr_call_duration_seconds_bucket", "kind", kind, "le", "+Inf")
  add(1, "idocr_call_duration_seconds_count", "kind", kind)
  add(seconds, "idocr_call_duration_seconds_sum", "kind", kind)
end

local EVENTS = {
  request = function(e) add(e.bytes or 0, "idocr_request_bytes_total", "provider", e.provider) end,
  retry = function(e) add(1, "idocr_retries_total", "provider", e.provider, "code", e.code) end,
  throttle = function(e)
    add(1, "idocr_throttles_total", "action", e.action, "outcome", e.seconds and "waited" or "refused")
    if e.seconds then add(e.seconds, "idocr_throttle_seconds_total", "action", e.action) end
  end,
  fit = function(e)
    add(1, "idocr_fits_total", "reason", e.reason)
    add(e.seconds, "idocr_fit_seconds_total", "reason", e.reason)
  end,
  fallback = function(e) add(1, "idocr_fallbacks_total", "from", e.from, "to", e.to) end,
  credentials = function(e)
    add(1, "idocr_credentials_total", "source", e.source, "outcome", e.ok and "ok" or "failed")
    dict:set(name("idocr_credentials_up", "source", e.source), e.ok and 1 or 0)
  end,
  ledger = function() add(1, "idocr_ledger_failures_total") end,
  store = function(e) add(1, "idocr_store_failures_total", "code", e.code) end,
  cache = function(e)
    if e.ok then add(1, "idocr_cached_calls_total", "kind", e.kind) else add(1, "idocr_store_failures_total", "code", e.code) end
  end,
  done = function(e)
    local kind = e.kind or e.action
    add(1, "idocr_calls_total", "kind", kind, "outcome", e.ok and "ok" or e.category)
    if not e.ok then add(1, "idocr_errors_total", "kind", kind, "code", e.code) end
    observe(e.seconds, kind)
    if e.ok then dict:set("last success", ngx.time()) end
  end,
}

--- Event handler for idocr.new { on_event = … }. Events hold sizes, durations and codes, never the contents of a card.
function metrics.event(event, fields)
  local count = EVENTS[event]
  if count then count(fields) end
end

local BILLED = { [true] = "true", [false] = "false" }

--- Ledger for idocr.new { ledger = … }. Counts the requests that left, which is what the services charge.
function metrics.ledger(line)
  add(1, "idocr_requests_total", "provider", line.provider, "action", line.action, "billed", BILLED[line.billed] or "unknown")
end

local function in_flight() return name("idocr_calls_in_flight", "worker", ngx.worker.id() or 0) end

--- Called in init_worker_by_lua: a worker that died has no calls in flight any more.
function metrics.init_worker(version)
  dict:set(in_flight(), 0)
  dict:set(name("idocr_build_info", "version", version), 1)
end

--- Counts a call as in flight, until `metrics.finished`.
function metrics.started()
  ngx.ctx.idocr_in_flight = true
  dict:incr(in_flight(), 1, 0)
end

--- Ends it. Also called in log_by_lua, which runs where the client disconnected in the middle of a call.
function metrics.finished()
  if ngx.ctx.idocr_in_flight then dict:incr(in_flight(), -1, 0) end
  ngx.ctx.idocr_in_flight = nil
end

--- Returns the seconds since the last successful call of any worker, or nil if there was none.
function metrics.since_success()
  local at = dict:get("last success")
  return at and ngx.time() - at
end

-- Sorts the buckets of a histogram by their bounds.
local function order(a, b)
  local head_a, bound_a = a:match('^(.*)le="([^"]+)"}$')
  local head_b, bound_b = b:match('^(.*)le="([^"]+)"}$')
  if head_a and head_a == head_b then
    return (tonumber(bound_a) or math.huge) < (tonumber(bound_b) or math.huge)
  end
  return a < b
end

--- Handles GET /metrics.
function metrics.render()
  local keys, lines, described = dict:get_keys(0), {}, {}
  table.sort(keys, order)
  for _, key in ipairs(keys) do
    local metric = key:match("^(idocr_[%w_]+)")
    if metric then
      local base = HELP[metric] and metric or metric:gsub("_%l+$", "")
      if not described[base] then
        described[base] = true
        lines[#lines + 1] = "# HELP " .. base .. " " .. HELP[base][2]
        lines[#lines + 1] = "# TYPE " .. base .. " " .. HELP[base][1]
      end
      lines[#lines + 1] = ("%s %.14g"):format(key:gsub('le="_Inf"', 'le="+Inf"'), dict:get(key))
    end
  end
  ngx.header.content_type = "text/plain; version=0.0.4; charset=utf-8"
  ngx.print(table.concat(lines, "\n"), "\n")
end

return metrics
