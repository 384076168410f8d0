--- Turns the arguments of the subcommands that call a service into a client, the params of a kind, and pictures.

local choice = require "idocr.cli.choice"
local constants = require "idocr.constants"
local core = require "idocr.core"
local fit_formats = require "idocr.picture.fit_formats"
local idocr = require "idocr"
local main = require "idocr.cli.main"
local provider_names = require("idocr.providers").NAMES
local nearest = require "idocr.nearest"

local unpack = table.unpack or unpack

local client = {}

--- Adds the argument KIND.
function client.describe_kind(parser)
  parser:argument("kind", "Kind of the document: " .. table.concat(idocr.kinds(), ", ") .. ".")
    :convert(choice.of("the kind", idocr.kinds()))
end

--- Adds the option --after-send.
function client.describe_after_send(parser)
  parser:flag("--after-send", "Repeat a call, use the next provider, or read a picture again even if the first request may have\n" ..
    "been billed, for example after a lost response. You may pay twice.")
end

local function seconds(text)
  local number = tonumber(text)
  if number and number > 0 and number < math.huge then return number end
  return nil, "--timeout must be a number of seconds above 0, not '" .. text .. "'"
end

local PROVIDERS = table.concat(provider_names, " or ")

--- Adds the options of the client.
function client.describe_client(parser)
  parser:group("Service",
    parser:option("--provider", PROVIDERS .. "; separated by a comma, the next one is used when one fails."):argname("NAME"),
    parser:option("--site", "Tencent's site, intl or cn, which have separate accounts."):argname("SITE")
      :convert(choice.of("--site", constants.SITES)),
    parser:option("--profile", "Section of Tencent's profile file with the credentials."):argname("NAME"),
    parser:option("--region", "Tencent's region, for example ap-singapore."):argname("NAME"),
    parser:option("--language", "Language of the service's messages, en-US or zh-CN."):argname("NAME")
      :convert(choice.of("--language", { "en-US", "zh-CN" })),
    parser:option("--endpoint", "URL of the service, instead of the default."):argname("URL"),
    parser:flag("--plain-http", "Allow a remote endpoint without TLS."))
  parser:group("Connection",
    parser:option("--transport", "curl, or sandbox: a mock server inside this process; nothing is sent."):argname("NAME")
      :convert(choice.of("--transport", { "curl", "sandbox" })),
    parser:option("--timeout", "Seconds for the whole call, including all attempts."):argname("SECONDS"):convert(seconds),
    parser:option("--proxy", "Proxy URL, instead of the environment's."):argname("URL"),
    parser:option("--ledger", "Append a line for every request to this file: what it cost (idocr costs)."):argname("FILE"),
    parser:option("--ca-file", "CA certificates, instead of the system's."):argname("FILE"))
end

-- Returns the params of all kinds by name. A name has the same meaning for every kind.
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

-- Makes a sentence of a help text: "return the card" -> "Return the card."
local function sentence(text) return text:sub(1, 1):upper() .. text:sub(2) .. "." end

--- Adds the options for the params of the kinds.
---@param parser table
---@param one_card boolean? also --back
function client.describe_params(parser, one_card)
  local params, names = all_params()
  local elements = {}
  if one_card then
    elements[1] = parser:option("--back", "Picture of the back, if the kind has one."):argname("PICTURE")
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
  elements[#elements + 1] = parser:flag("--fit", "Make a picture fit what the service takes: upright, smaller, a JPEG without metadata.")
  elements[#elements + 1] = parser:flag("--no-precheck", "Send the picture even if the service would surely refuse it.")
  parser:group("Request", unpack(elements))
end

local function value_of(kind, name, text)
  local value, complaint = idocr.parse_param(kind, name, text)
  if complaint then main.usage_error(complaint) end
  return value
end

--- Returns the params that the arguments give, without the pictures.
---@param args table
---@return table
function client.params(args)
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

-- Reads standard input, up to a limit, because a device may never end.
local function read_input()
  local pieces, length = {}, 0
  while length <= constants.LARGEST_PICTURE do
    local piece = io.stdin:read(65536)
    if not piece then return table.concat(pieces) end
    pieces[#pieces + 1], length = piece, length + #piece
  end
  main.usage_error("standard input holds more than 32 MiB; a picture must be smaller")
end

--- Returns a picture from the command line: a path, "-" for standard input, or a URL that the service downloads.
---@param text string
function client.picture(text)
  if text == "-" then
    local bytes = read_input()
    if bytes == "" then main.usage_error("standard input is empty; it must contain a picture") end
    return idocr.bytes(bytes)
  end
  local made, result = pcall(text:find("^https?://") and idocr.url or idocr.file, text)
  if not made then main.usage_error(result) end
  return result
end

-- Parses --provider into the option of idocr.new.
local function providers(args)
  local provider = args.provider
  if not provider or not provider:find(",") then return provider end
  local list = {}
  for name in provider:gmatch("[^,%s]+") do list[#list + 1] = name end
  return list
end

-- Returns the service of a provider and a site that reads a kind.
local function service_of(kind, provider, site)
  for _, service in ipairs(idocr.describe(kind).services) do
    local has = not service.sites
    for _, name in ipairs(service.sites or {}) do has = has or name == site end
    if service.provider == provider and has then return service end
  end
end

--- Returns the picture formats that at least one of the providers accepts, with --fit also those that are made to fit; nil if one of
--- the providers does not list any.
---@param args table
---@return table<string, true>? formats
function client.formats(args)
  local selected, formats_taken, site = providers(args) or provider_names[1], {}, args.site or "intl"
  for _, provider in ipairs(type(selected) == "table" and selected or { selected }) do
    local service = service_of(args.kind, provider, site)
    local formats = service and (service.formats and service.formats[site] or service.formats)
    if service and not formats then return nil end
    for _, format in ipairs(formats or {}) do formats_taken[format] = true end
  end
  if args.fit and formats_taken.jpeg then
    for format in pairs(fit_formats) do formats_taken[format] = true end
  end
  return next(formats_taken) and formats_taken or nil
end

--- Creates the client from the arguments. Invalid values are usage errors.
---@param args table
---@param more table<string, any>? further options of `idocr.new`
---@return idocr.Client
function client.new(args, more)
  if args.ca_file and core.file_type(args.ca_file, true) ~= "file" then
    main.usage_error("--ca-file must name a regular file") -- libcurl would block on a named pipe
  end
  local options = {
    provider = providers(args), site = args.site, region = args.region, language = args.language,
    credentials = args.profile and { tencent = idocr.credentials.profile { profile = args.profile } },
    endpoint = args.endpoint, insecure = args.plain_http, transport = args.transport,
    retry = args.after_send and { after_send = true } or nil,
    timeout = args.timeout and { total = args.timeout }, proxy = args.proxy, ca_file = args.ca_file,
    ledger = args.ledger, fit = args.fit,
  }
  for name, value in pairs(more or {}) do options[name] = value end
  local created, result = pcall(idocr.new, options)
  if not created then main.usage_error((tostring(result):gsub("^idocr%.new: ", ""))) end
  return result
end

--- Calls a function of the client. An error that it raises is a usage error.
---@return any ... its results
function client.try(fn, ...)
  local results = { pcall(fn, ...) }
  if not results[1] then
    local problem = results[2]
    main.usage_error(type(problem) == "table" and problem.usage or tostring(problem))
  end
  return results[2], results[3]
end

return client
