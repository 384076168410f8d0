--- What the commands that call a service share: options of the client, params of a kind, pictures.

local choice = require "idocr.cli.choice"
local core = require "idocr.core"
local idocr = require "idocr"
local main = require "idocr.cli.main"
local nearest = require "idocr.nearest"

local unpack = table.unpack or unpack

local M = {}

--- Adds KIND.
function M.describe_kind(parser)
  parser:argument("kind", "What the picture shows: " .. table.concat(idocr.kinds(), ", ") .. ".")
    :convert(choice.of("the kind", idocr.kinds()))
end

--- Adds --after-send, for commands that send.
function M.describe_after_send(parser)
  parser:flag("--after-send", "Repeat a call, ask the next provider, or read a picture again, also where the first request may\n" ..
    "have been billed: a lost answer, for example. It may be paid twice.")
end

local function seconds(text)
  local number = tonumber(text)
  if number and number > 0 and number < math.huge then return number end
  return nil, "--timeout is seconds, more than 0, not '" .. text .. "'"
end

--- Adds the options that say whom to ask and how.
function M.describe_client(parser)
  parser:group("Whom to ask",
    parser:option("--provider", "tencent or ekycpro; with a comma between them, the next one is asked when one fails."):argname("NAME"),
    parser:option("--site", "Tencent's site, intl or cn, each with its own accounts."):argname("SITE")
      :convert(choice.of("--site", { "intl", "cn" })),
    parser:option("--profile", "Section of Tencent's profile file with the credentials."):argname("NAME"),
    parser:option("--region", "Tencent's region, for example ap-singapore."):argname("NAME"),
    parser:option("--language", "Language of the service's messages, en-US or zh-CN."):argname("NAME")
      :convert(choice.of("--language", { "en-US", "zh-CN" })),
    parser:option("--endpoint", "The service's address, when it is not the usual one."):argname("URL"),
    parser:flag("--plain-http", "Allow an endpoint without TLS that is not this machine."))
  parser:group("How to get there",
    parser:option("--transport", "curl, or sandbox: canned answers inside this process, nothing is sent."):argname("NAME")
      :convert(choice.of("--transport", { "curl", "sandbox" })),
    parser:option("--timeout", "Seconds for the whole call, all attempts together."):argname("SECONDS"):convert(seconds),
    parser:option("--proxy", "Proxy to use instead of the environment's."):argname("URL"),
    parser:option("--ca-file", "Certificates to trust instead of the system's."):argname("FILE"))
end

-- The params of all kinds by name. A name means the same on every kind.
local function all_params()
  local params, names = {}, {}
  for _, kind in ipairs(idocr.kinds()) do
    for name, param in pairs(idocr.describe(kind).params) do
      if not params[name] and not param.common and param.type ~= "picture" then
        names[#names + 1] = name
        params[name] = param
      end
    end
  end
  table.sort(names)
  return params, names
end

-- "return the card" -> "Return the card."
local function sentence(text) return text:sub(1, 1):upper() .. text:sub(2) .. "." end

--- Adds the options that fill a kind's params.
---@param parser table
---@param one_card boolean? also --back
function M.describe_params(parser, one_card)
  local params, names = all_params()
  local elements = {}
  if one_card then
    elements[1] = parser:option("--back", "Picture of the back, where the kind has one."):argname("PICTURE")
  end
  for _, name in ipairs(names) do
    local param, option = params[name], "--" .. name:gsub("_", "-")
    if param.type == "boolean" and param.default then
      local off = parser:flag("--no-" .. option:sub(3), sentence("turn off: " .. param.help))
      elements[#elements + 1] = off:target(name):action("store_false")
    elseif param.type == "boolean" then
      elements[#elements + 1] = parser:flag(option, sentence(param.help))
    elseif param.type == "warnings" then
      elements[#elements + 1] = parser:option(option, sentence(param.help .. " (names with commas, or all)")):argname("NAMES")
    else
      local choices = param.values or {}
      local help = #choices > 0 and param.help .. " (" .. table.concat(choices, ", ") .. ")" or param.help
      local element = parser:option(option, sentence(help)):argname("VALUE")
      if #choices > 0 then element:convert(choice.of(option, choices)) end
      elements[#elements + 1] = element
    end
  end
  elements[#elements + 1] = parser:option("--set", "Any param of the kind by its name in Lua."):argname("PARAM=VALUE"):count("*")
  elements[#elements + 1] = parser:flag("--no-precheck", "Send the picture even when the service would surely refuse it.")
  parser:group("What to ask for", unpack(elements))
end

local function value_of(kind, name, text)
  local value, complaint = idocr.parse_param(kind, name, text)
  if complaint then main.usage_error(complaint) end
  return value
end

--- The params that the arguments ask for, without the pictures.
---@param args table
---@return table
function M.params(args)
  local known = idocr.describe(args.kind).params
  local params = {}
  for name in pairs((all_params())) do
    local given = args[name]
    if given ~= nil then
      if not known[name] then main.usage_error(args.kind .. " takes no " .. name) end
      params[name] = type(given) == "string" and value_of(args.kind, name, given) or given
    end
  end
  for _, text in ipairs(args.set or {}) do
    local name, value = text:match("^([%w_%-]+)=(.*)$")
    if not name then main.usage_error("--set takes PARAM=VALUE, not '" .. text .. "'") end
    name = name:gsub("-", "_")
    if not known[name] or known[name].type == "picture" then
      main.usage_error(args.kind .. " takes no " .. name .. nearest.hint(name, known))
    end
    params[name] = value_of(args.kind, name, value)
  end
  if args.no_precheck then params.precheck = false end
  return params
end

local MOST_INPUT = 32 * 1024 * 1024 -- bytes; three times what any service takes

-- All of standard input, which may be a device that never ends.
local function read_input()
  local pieces, length = {}, 0
  while length <= MOST_INPUT do
    local piece = io.stdin:read(65536)
    if not piece then return table.concat(pieces) end
    pieces[#pieces + 1], length = piece, length + #piece
  end
  main.usage_error("standard input holds more than 32 MiB; a picture must be smaller")
end

--- A picture from the command line: a path, "-" for standard input, or a URL that the service itself fetches.
---@param text string
function M.picture(text)
  if text == "-" then
    local bytes = read_input()
    if bytes == "" then main.usage_error("there is no picture on standard input") end
    return idocr.bytes(bytes)
  end
  local made, result = pcall(text:find("^https?://") and idocr.url or idocr.file, text)
  if not made then main.usage_error(result) end
  return result
end

-- --provider as idocr.new takes it.
local function providers(args)
  local provider = args.provider
  if not provider or not provider:find(",") then return provider end
  local list = {}
  for name in provider:gmatch("[^,%s]+") do list[#list + 1] = name end
  return list
end

-- The service of a kind that a provider and a site have.
local function service_of(kind, provider, site)
  for _, service in ipairs(idocr.describe(kind).services) do
    local has = not service.sites
    for _, name in ipairs(service.sites or {}) do has = has or name == site end
    if service.provider == provider and has then return service end
  end
end

--- The picture formats that any of the providers takes for the kind; nil where one of them names none.
---@param args table
---@return table<string, true>? formats
function M.formats(args)
  local asked, taken, site = providers(args) or "tencent", {}, args.site or "intl"
  for _, provider in ipairs(type(asked) == "table" and asked or { asked }) do
    local service = service_of(args.kind, provider, site)
    local formats = service and (service.formats and service.formats[site] or service.formats)
    if service and not formats then return nil end
    for _, format in ipairs(formats or {}) do taken[format] = true end
  end
  return next(taken) and taken or nil
end

--- The client that the arguments ask for. Wrong values end the command as wrong usage.
---@param args table
---@return idocr.Client
function M.new(args)
  if args.ca_file and core.file_type(args.ca_file, true) ~= "file" then
    main.usage_error("--ca-file must name a regular file") -- libcurl would wait at a named pipe
  end
  local made, client = pcall(idocr.new, {
    provider = providers(args), site = args.site, region = args.region, language = args.language,
    credentials = args.profile and { tencent = idocr.credentials.profile { profile = args.profile } },
    endpoint = args.endpoint, insecure = args.plain_http, transport = args.transport,
    retry = args.after_send and { after_send = true } or nil,
    timeout = args.timeout and { total = args.timeout }, proxy = args.proxy, ca_file = args.ca_file,
  })
  if not made then main.usage_error((tostring(client):gsub("^idocr%.new: ", ""))) end
  return client
end

--- Calls the client; what it raises is a wrong argument.
---@return any ... its results
function M.try(fn, ...)
  local results = { pcall(fn, ...) }
  if not results[1] then
    local problem = results[2]
    main.usage_error(type(problem) == "table" and problem.usage or tostring(problem))
  end
  return results[2], results[3]
end

return M
