--- HTTP API of the gateway: reads uploaded pictures with idocr and returns cards as JSON.

local auth = require "auth"
local cjson = require("cjson.safe").new()
local forms = require "form"
local idocr = require "idocr"
local metrics = require "metrics"
local nearest = require "idocr.nearest"
local origin = require "origin"
local states = require "idocr.checks.data.states"
local tickets = require "tickets"

local gateway = {}

local clients = {} -- by site; all requests of a worker share them
local providers, sites = {}, {}

local function client_of(site)
  return idocr.new {
    provider = providers,
    site = site,
    endpoint = os.getenv "IDOCR_ENDPOINT",
    timeout = { connect = 3, total = tonumber(os.getenv "IDOCR_TIMEOUT") or 20 },
    shared = "idocr", -- the rate limit applies to all workers together
    fit = true, -- photos of phones: upright, smaller, without the place where they were taken
    on_event = metrics.event,
    ledger = metrics.ledger,
  }
end

--- Creates the clients. Called in init_by_lua.
function gateway.init()
  origin.allow(os.getenv "IDOCR_HOSTS")
  for name in (os.getenv "IDOCR_PROVIDER" or "tencent"):gmatch("[%w_]+") do providers[#providers + 1] = name end
  for name in (os.getenv "IDOCR_SITE" or "intl"):gmatch("%w+") do
    sites[#sites + 1] = name
    clients[name] = client_of(name)
  end
  tickets.init()
end

--- Called in init_worker_by_lua.
function gateway.init_worker() metrics.init_worker(idocr.version) end

-- Encodes a list. cjson would encode an empty one as an object.
local function list(values)
  if not values or #values == 0 then return "[]" end
  return cjson.encode(values)
end

local function respond(status, text)
  ngx.status = status
  ngx.header.content_type = "application/json"
  ngx.header.content_length = #text
  ngx.print(text)
end

-- HTTP status by error category.
local STATUS = {
  image = 422, unsupported = 400, service = 422, throttled = 429, timeout = 504,
  connect = 502, tls = 502, network = 502, http = 502, protocol = 502, credentials = 500, closed = 503, store = 503,
}

-- Sends an error.
local function refuse(err, status, logged)
  status = status or (err.code == "PictureTooLarge" and 413) or STATUS[err.category] or 500
  if status == 429 then ngx.header.retry_after = 1 end
  if status >= 500 and not logged then ngx.log(ngx.ERR, tostring(err)) end -- safe: errors of idocr contain no secrets or personal data
  respond(status, cjson.encode { error = {
    category = err.category, code = err.code, message = err.message, request_id = err.request_id,
    retryable = err.retryable or false, resume_token = err.resume_token, -- POST /v1/resume reads the result with it
  } })
end

-- Returns the fields of a card as a list, in display order.
local function display_fields(kind, card)
  local fields = {}
  for _, name in ipairs(kind.fields) do
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

local function kind_hint(name)
  local meant = nearest.name(name, idocr.kinds())
  return meant and (": did you mean %s?"):format(meant) or ""
end

local function unsupported(code, message) return { category = "unsupported", code = code, message = message } end

-- Responds with status 500 because the worker's user cannot read a file of idocr, which is logged.
local function broken(message)
  ngx.log(ngx.ERR, message, ": the user of nginx's workers needs permission to read idocr's files")
  return refuse(unsupported("GatewayBroken", "the gateway cannot read its own files; see its log"), 500, true)
end

local IDOCR_FILE = debug.getinfo(idocr.describe, "S").source:match("^@(.+)$")
local readable = false

-- Returns whether this worker can read idocr's files. nginx loads its configuration as another user, and modules later.
local function can_read()
  if readable then return true end
  local file = IDOCR_FILE and io.open(IDOCR_FILE)
  if file then file:close() end
  readable = file ~= nil or not IDOCR_FILE
  return readable
end

local known = {}

-- Returns the description of a kind; nil for an unknown kind, with a message where its file cannot be read.
local function describe(name)
  if not known[name] then
    local ran, described = pcall(idocr.describe, name)
    if not ran then return nil, not described:find("no kind \"", 1, true) and described or nil end
    known[name] = described
  end
  return known[name]
end

-- Returns the service of a provider that reads a kind at a site.
local function service_of(kind, provider, site)
  for _, service in ipairs(kind.services) do
    local has = not service.sites
    for _, name in ipairs(service.sites or {}) do has = has or name == site end
    if service.provider == provider and has and not service.when then return service end
  end
end

-- Returns the first site at which a provider reads a kind, and the services there in the order of the providers. Where no provider
-- reads it: the first site, and no services.
local function site_of(kind)
  for _, site in ipairs(sites) do
    local services = {}
    for _, provider in ipairs(providers) do services[#services + 1] = service_of(kind, provider, site) end
    if services[1] then return site, services end
  end
  return sites[1], {}
end

--- Returns the params of a call from the query and the form, with the form's pictures.
---@return table? params, string? message
local function params_of(kind, picture, form)
  local query, too_many = ngx.req.get_uri_args(20)
  if too_many then return nil, "too many query arguments; at most 20 are allowed" end
  local wrong_name = forms.complaint(kind, form)
  if wrong_name then return nil, wrong_name end
  local params, complaint = forms.params(kind, query, form.fields)
  if not params then return nil, complaint end
  params.image, params.back = picture, form.pictures.back
  if params.portrait == nil then params.portrait = true end
  return params
end

-- Refuses a caller without the gateway's token. Returns whether it did.
local function unauthorised()
  local refusal = auth.refusal()
  if refusal then refuse(unsupported("Unauthorised", refusal), 401) end
  return refusal ~= nil
end

-- Answers 202 with a ticket, by which GET /v1/tickets/TICKET returns the card later.
local function answer_with_ticket(name, params)
  local missing = tickets.missing()
  if missing then return refuse(unsupported("NoTickets", missing)) end
  params.portrait = nil -- a queue keeps no pictures of a card
  local ran, ticket, err = pcall(tickets.issue, name, params)
  if not ran then return refuse(unsupported("BadParams", forms.without_values(tostring(ticket)))) end
  if not ticket then return refuse(err) end
  ngx.header.location = "/v1/tickets/" .. ticket
  ngx.header.preference_applied = "respond-async"
  respond(202, cjson.encode { ticket = ticket, state = "waiting" })
end

--- Handles GET /v1/tickets/TICKET: 200 with the result, 202 until it is ready.
function gateway.ticket(ticket)
  if unauthorised() then return end
  local missing = tickets.missing()
  if missing then return refuse(unsupported("NoTickets", missing)) end
  local state, entry = tickets.look_up(ticket)
  if not state and entry then return refuse(entry) end
  if not state then return refuse(unsupported("UnknownTicket", "there is no such ticket, or it has expired"), 404) end
  local ended = state ~= "waiting" and state ~= "working"
  if not ended then ngx.header.retry_after = 2 end
  respond(ended and 200 or 202, cjson.encode { state = state, card = entry and entry.card, error = entry and entry.error })
end

local METHODS = { POST = true, PUT = true }
local LARGEST = 20 * 1024 * 1024 -- bytes of an upload's picture; what a service takes of it is made by `fit`

-- Refuses another method, a caller without the token, and pages of other sites. Returns whether it did.
local function refused_caller(what)
  if not METHODS[ngx.req.get_method()] then
    ngx.header.allow = "POST, PUT"
    refuse(unsupported("MethodNotAllowed", "send the " .. what .. " with POST"), 405)
    return true
  end
  if unauthorised() then return true end
  local foreign = origin.rejection()
  if foreign then refuse(unsupported("ForeignPage", foreign), 403) end
  return foreign ~= nil
end

-- Calls a method of a client and sends its card or error.
local function answer(client, method, ...)
  metrics.started()
  local ran, card, err = pcall(client[method], client, ...)
  metrics.finished()
  if not ran then
    local message = tostring(card)
    if message:find("^[^ ]+:%d+: ") then error(message, 0) end -- a bug, not a wrong param
    return refuse(unsupported("BadParams", forms.without_values(message)))
  end
  if not card then return refuse(err) end

  local kind = describe(card.kind)
  local ok, findings = findings_of(card)
  respond(200, ('{"card":%s,"fields":%s,"warnings":%s,"check":{"ok":%s,"findings":%s},"title":%s}'):format(
    cjson.encode(card:plain()), list(display_fields(kind, card)), list(card.warnings), tostring(ok), list(findings),
    cjson.encode(kind.title)))
end

--- Handles POST /v1/read/KIND.
function gateway.read(name)
  if not can_read() then return broken "the files of idocr cannot be read" end
  local kind, unreadable = describe(name)
  if unreadable then return broken(unreadable) end
  if not kind then return refuse(unsupported("UnknownKind", "unknown kind of card" .. kind_hint(name)), 404) end
  if refused_caller "picture" then return end
  local picture, form = idocr.request_image { field = "image", max_bytes = LARGEST }
  if not picture then
    metrics.refused(form.code)
    return refuse(form)
  end
  local params, complaint = params_of(kind, picture, form)
  if not params then return refuse(unsupported("BadParams", complaint)) end
  if tickets.wanted() then return answer_with_ticket(name, params) end
  return answer(clients[(site_of(kind))], "read", name, params)
end

--- Handles POST /v1/resume: the body is the `resume_token` of an error.
function gateway.resume()
  if not can_read() then return broken "the files of idocr cannot be read" end
  if refused_caller "token" then return end
  ngx.req.read_body()
  local token = (ngx.req.get_body_data() or ""):match("^%s*(%S*)")
  return answer(clients[token:match("^[^:]*:[^:]*:([^:]*):")] or clients[sites[1]], "resume", token) -- the third part is the site
end

-- Media types and file endings of the formats that services take, for the file chooser of a browser.
local ACCEPT = { jpeg = "image/jpeg,.jpg,.jpeg", png = "image/png,.png", bmp = "image/bmp,.bmp", pdf = "application/pdf,.pdf" }
local FITTED = { -- what `fit` makes a JPEG of
  ACCEPT.jpeg, ACCEPT.png, ACCEPT.bmp, "image/webp,.webp", "image/heic,.heic", "image/heif,.heif", "image/avif,.avif",
}

--- Returns the formats for the file chooser, or nil if a service does not list its formats.
local function accept_of(services, site)
  local accepted, seen = {}, {}
  for _, service in ipairs(services) do
    local formats = service.formats and (service.formats[site] or service.formats)
    if not formats then return nil end
    for _, format in ipairs(formats) do
      local types = ACCEPT[format]
      if types and not seen[types] then accepted[#accepted + 1], seen[types] = types, true end
      seen[format] = true
    end
  end
  for _, types in ipairs(FITTED) do
    if seen.jpeg and not seen[types] then accepted[#accepted + 1], seen[types] = types, true end
  end
  table.sort(accepted)
  return table.concat(accepted, ",")
end

-- Returns the params of a service for the page.
local function page_params(kind, service)
  local params = {}
  for _, name in ipairs(service.params) do -- sorted
    local about = kind.params[name]
    if not about.common then
      params[#params + 1] = { name = name, type = about.type, help = about.help, required = about.required, values = about.values }
    end
  end
  return params[1] and params
end

-- Returns one entry of the list of kinds, or nil if no provider reads the kind.
local function described(kind)
  local site, services = site_of(kind)
  local service = services[1]
  if not service then return nil end
  return {
    name = kind.kind, title = kind.title, country = kind.country and states.name(kind.country), back = service.pictures[2] ~= nil,
    sides = service.sides, params = page_params(kind, service), accept = accept_of(services, site),
  }
end

--- Handles GET /v1/kinds: lists the kinds that can be read, with their params.
function gateway.kinds()
  local found, names = {}, idocr.kinds()
  if #names == 0 or not can_read() then return broken "the files of idocr cannot be read" end
  for _, name in ipairs(names) do
    local kind, unreadable = describe(name)
    if unreadable then return broken(unreadable) end
    found[#found + 1] = described(kind)
  end
  respond(200, list(found))
end

-- Returns the specimens. Only a gateway to the mock server has them.
local function specimens()
  if not os.getenv "IDOCR_SPECIMENS" then return nil end
  return require("idocr.sandbox.specimens").list()
end

--- Handles GET /v1/specimens: lists the specimens.
function gateway.specimens()
  local found = {}
  for i, specimen in ipairs(specimens() or {}) do
    local kind, params = describe(specimen.kind), nil
    for param, about in pairs(kind and kind.params or {}) do -- what a call must give and the specimen shows
      if about.required and specimen.fields[param] then
        params = params or {}
        params[param] = specimen.fields[param]
      end
    end
    found[i] = { kind = specimen.kind, side = specimen.side, file = specimen.path:match("[^/]+$"), params = params }
  end
  respond(200, list(found))
end

--- Handles GET /v1/specimens/FILE: returns a specimen.
function gateway.specimen(name)
  for _, specimen in ipairs(specimens() or {}) do
    if specimen.path:match("[^/]+$") == name then
      local file = assert(io.open(specimen.path, "rb")) -- about 70 KB, usually in the page cache
      local bytes = file:read("*a")
      file:close()
      ngx.header.content_type = "image/jpeg"
      return ngx.print(bytes)
    end
  end
  ngx.exit(404)
end

--- Handles GET /health.
function gateway.health()
  respond(200, cjson.encode { status = "ok", version = idocr.version, seconds_since_success = metrics.since_success() })
end

return gateway
