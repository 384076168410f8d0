--- The gateway: an upload comes in, a card goes out as JSON.

local cjson = require("cjson.safe").new()
local idocr = require "idocr"
local kinds = require "idocr.kinds"
local metrics = require "metrics"

local gateway = {}

local client
local providers, site = {}, os.getenv "IDOCR_SITE" or "intl"

--- In init_by_lua: one client for all requests of a worker.
function gateway.init()
  for name in (os.getenv "IDOCR_PROVIDER" or "tencent"):gmatch("[%w_]+") do providers[#providers + 1] = name end
  client = idocr.new {
    provider = providers,
    site = site,
    endpoint = os.getenv "IDOCR_ENDPOINT",
    timeout = { connect = 3, total = 20 },
    shared = "idocr", -- all workers together keep to the service's calls per second
    on_event = metrics.event,
  }
end

-- cjson writes an empty table as an object; what is a list for everybody else must stay one.
local function list(values)
  if not values or #values == 0 then return "[]" end
  return cjson.encode(values)
end

local function answer(status, text)
  ngx.status = status
  ngx.header.content_type = "application/json"
  ngx.header.content_length = #text
  ngx.print(text)
end

-- What a client of the gateway can do about an error decides its status.
local STATUS = {
  image = 422, unsupported = 400, service = 422, throttled = 429, timeout = 504,
  connect = 502, tls = 502, network = 502, http = 502, protocol = 502, credentials = 500, closed = 503,
}

local function refuse(err, status)
  status = status or (err.code == "PictureTooLarge" and 413) or STATUS[err.category] or 500
  if status == 429 then ngx.header.retry_after = 1 end
  if status >= 500 then ngx.log(ngx.ERR, tostring(err)) end -- safe: no error of idocr holds a secret or a person's data
  answer(status, cjson.encode { error = {
    category = err.category, code = err.code, message = err.message, request_id = err.request_id,
    retryable = err.retryable or false,
  } })
end

local BOOLEANS = { ["true"] = true, ["1"] = true, on = true, yes = true, ["false"] = false, ["0"] = false, off = false, no = false }

-- Params from form fields and the query: what the kind declares, with the types that it declares.
local function params_of(kind, given)
  local params = {}
  local declared = { portrait = { type = "boolean" } }
  for name, param in pairs(kind.params or {}) do declared[name] = param end
  for name, value in pairs(given) do
    local param = declared[name]
    if param and type(value) == "string" and value ~= "" then
      if param.type == "boolean" then
        params[name] = BOOLEANS[value:lower()]
      elseif param.type == "warnings" then
        local all, names = BOOLEANS[value:lower()], {}
        for word in value:gmatch("[%l_]+") do names[#names + 1] = word end
        if all == nil then params[name] = names else params[name] = all or nil end
      else
        params[name] = value
      end
    end
  end
  return params
end

-- The fields of a card in the order in which a person wants to see them.
local function shown(kind, card)
  local fields = {}
  for _, name in ipairs(kind.show or {}) do
    local value = card[name]
    if type(value) == "table" then value = table.concat(value, "\n") end
    if value ~= nil then fields[#fields + 1] = { name = name, value = value } end
  end
  return fields
end

local function findings_of(card)
  local report = card:check()
  local findings = {}
  for i, finding in ipairs(report.findings) do
    findings[i] = {
      check = finding.check, ok = finding.ok, severity = finding.severity, field = finding.field,
      expected = finding.expected, found = finding.found, message = finding.message,
    }
  end
  return report.ok, findings
end

-- Whether the page that a browser shows is another's: it could spend money here with pictures of its own. Programs that
-- are no browsers say nothing of the sort.
local function foreign()
  local from, origin = ngx.var.http_sec_fetch_site, ngx.var.http_origin
  if from then return from ~= "same-origin" and from ~= "none" end
  return origin ~= nil and origin:match("^%a+://(.+)$") ~= ngx.var.http_host
end

--- POST /v1/read/KIND
function gateway.read(name)
  local kind = kinds.get(name)
  if not kind then return refuse({ category = "unsupported", code = "UnknownKind", message = "there is no such kind of card" }, 404) end
  if ngx.req.get_method() ~= "POST" then
    ngx.header.allow = "POST"
    return refuse({ category = "unsupported", code = "MethodNotAllowed", message = "send the picture with POST" }, 405)
  end
  if foreign() then
    return refuse({ category = "unsupported", code = "ForeignPage", message = "pages of other origins may not ask here" }, 403)
  end
  local picture, form = idocr.request_image { field = "image" }
  if not picture then
    metrics.refused(form.code)
    return refuse(form)
  end
  local params = params_of(kind, ngx.req.get_uri_args(20))
  for param, value in pairs(params_of(kind, form.fields)) do params[param] = value end
  params.image = picture
  params.back = form.pictures.back
  if params.portrait == nil then params.portrait = true end

  local ran, card, err = pcall(client.read, client, name, params)
  if not ran then
    local message = tostring(card)
    if message:find("^[^ ]+:%d+: ") then error(message, 0) end -- it names a place in the code: nobody's param is to blame
    return refuse { category = "unsupported", code = "BadParams", message = message }
  end
  if not card then return refuse(err) end

  local ok, findings = findings_of(card)
  answer(200, ('{"card":%s,"fields":%s,"warnings":%s,"check":{"ok":%s,"findings":%s},"title":%s}'):format(
    cjson.encode(card:plain()), list(shown(kind, card)), list(card.warnings), tostring(ok), list(findings), cjson.encode(kind.title)))
end

-- The params that some input of a service is filled from or turned on by.
local function params_taken(inputs, into)
  for _, input in ipairs(inputs or {}) do
    if input.param then into[input.param] = true end
    for _, name in ipairs(input.when or {}) do into[name:match("^[^.]+")] = true end -- "warn.glare" is one of the warnings
    params_taken(input.fields, into)
  end
  return into
end

--- GET /v1/kinds: what can be read here, and with which params.
function gateway.kinds()
  local found = {}
  for _, name in ipairs(idocr.kinds()) do
    local kind = kinds.get(name)
    local service
    for _, provider in ipairs(providers) do service = service or kinds.service(kind, provider, site) end
    if service then
      local taken, back, params = params_taken(service.inputs, {}), false, {}
      for _, place in ipairs(service.pictures) do back = back or place.param == "back" end
      for param, about in pairs(kind.params or {}) do
        if taken[param] then params[#params + 1] = { name = param, type = about.type, help = about.help } end
      end
      table.sort(params, function(a, b) return a.name < b.name end)
      found[#found + 1] = { name = name, title = kind.title, back = back, params = #params > 0 and params or nil }
    end
  end
  answer(200, list(found))
end

-- Specimens are there only beside a sandbox.
local function specimens()
  if not os.getenv "IDOCR_SPECIMENS" then return nil end
  return require("idocr.sandbox.specimens").list()
end

--- GET /v1/specimens
function gateway.specimens()
  local found = {}
  for i, specimen in ipairs(specimens() or {}) do
    found[i] = { kind = specimen.kind, side = specimen.side, file = specimen.path:match("[^/]+$") }
  end
  answer(200, list(found))
end

--- GET /v1/specimens/FILE
function gateway.specimen(name)
  for _, specimen in ipairs(specimens() or {}) do
    if specimen.path:match("[^/]+$") == name then
      local file = assert(io.open(specimen.path, "rb")) -- some 70 KB, from the page cache
      local bytes = file:read("*a")
      file:close()
      ngx.header.content_type = "image/jpeg"
      return ngx.print(bytes)
    end
  end
  ngx.exit(404)
end

--- GET /health
function gateway.health()
  answer(200, cjson.encode { status = "ok", version = idocr.version, seconds_since_success = metrics.since_success() })
end

return gateway
