--- What the commands that call a service share: options of the client, params of a kind, pictures.

local idocr = require "idocr"
local kinds = require "idocr.kinds"
local main = require "idocr.cli.main"

local unpack = table.unpack or unpack

local M = {}

--- Adds KIND.
function M.describe_kind(parser)
  parser:argument("kind", "What the picture shows: " .. table.concat(kinds.list(), ", ") .. "."):choices(kinds.list())
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
    parser:option("--site", "Tencent's site, each with accounts of its own."):choices { "intl", "cn" },
    parser:option("--profile", "Section of Tencent's profile file with the credentials."):argname("NAME"),
    parser:option("--region", "Tencent's region, for example ap-singapore."):argname("NAME"),
    parser:option("--language", "Language of the service's messages."):choices { "en-US", "zh-CN" },
    parser:option("--endpoint", "The service's address, when it is not the usual one."):argname("URL"),
    parser:flag("--plain-http", "Allow an endpoint without TLS that is not this machine."))
  parser:group("How to get there",
    parser:option("--transport", "curl, or sandbox: canned answers inside this process, nothing is sent."):choices { "curl", "sandbox" },
    parser:option("--timeout", "Seconds for the whole call, all attempts together."):argname("SECONDS"):convert(seconds),
    parser:option("--proxy", "Proxy to use instead of the environment's."):argname("URL"),
    parser:option("--ca-file", "Certificates to trust instead of the system's."):argname("FILE"))
end

-- The params of all kinds by name. A name means the same on every kind.
local function all_params()
  local params, names = {}, {}
  for _, kind in ipairs(kinds.list()) do
    for name, param in pairs(kinds.get(kind).params or {}) do
      if not params[name] then names[#names + 1] = name end
      params[name] = param
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
      local choices = {}
      for value in pairs(param.values or {}) do choices[#choices + 1] = value end
      table.sort(choices)
      local element = parser:option(option, sentence(param.help)):argname("VALUE")
      if #choices > 0 then element:choices(choices) end
      elements[#elements + 1] = element
    end
  end
  elements[#elements + 1] = parser:option("--set", "Any param of the kind by its name in Lua."):argname("PARAM=VALUE"):count("*")
  elements[#elements + 1] = parser:flag("--no-precheck", "Send the picture even when the service would surely refuse it.")
  parser:group("What to ask for", unpack(elements))
end

local WORDS = { ["true"] = true, yes = true, on = true, ["1"] = true, ["false"] = false, no = false, off = false, ["0"] = false }

local function value_of(name, param, text)
  if param.type == "boolean" then
    if WORDS[text] == nil then main.usage_error(name .. " is true or false, not '" .. text .. "'") end
    return WORDS[text]
  elseif param.type == "warnings" then
    if WORDS[text] ~= nil then return WORDS[text] end
    if text == "all" then return true end
    local list = {}
    for word in text:gmatch("[^,%s]+") do list[#list + 1] = word end
    return list
  end
  return text
end

--- The params that the arguments ask for, without the pictures.
---@param args table
---@return table
function M.params(args)
  local known = kinds.get(args.kind).params or {}
  local params = {}
  for name, param in pairs((all_params())) do
    local given = args[name]
    if given ~= nil then
      if not known[name] then main.usage_error(args.kind .. " takes no " .. name) end
      params[name] = type(given) == "string" and value_of(name, param, given) or given
    end
  end
  for _, text in ipairs(args.set or {}) do
    local name, value = text:match("^([%w_%-]+)=(.*)$")
    if not name then main.usage_error("--set takes PARAM=VALUE, not '" .. text .. "'") end
    name = name:gsub("-", "_")
    if name == "portrait" then
      params.portrait = value_of(name, { type = "boolean" }, value)
    elseif known[name] then
      params[name] = value_of(name, known[name], value)
    else
      local names = { "portrait" }
      for other in pairs(known) do names[#names + 1] = other end
      table.sort(names)
      main.usage_error(args.kind .. " takes no " .. name .. "; it takes " .. table.concat(names, ", "))
    end
  end
  if args.no_precheck then params.precheck = false end
  return params
end

--- A picture from the command line: a path, "-" for standard input, or a URL that the service itself fetches.
---@param text string
function M.picture(text)
  if text == "-" then
    local bytes = io.stdin:read("*a")
    if not bytes or bytes == "" then main.usage_error("there is no picture on standard input") end
    return idocr.bytes(bytes)
  end
  local made, result = pcall(text:find("^https?://") and idocr.url or idocr.file, text)
  if not made then main.usage_error(result) end
  return result
end

--- The client that the arguments ask for. Wrong values end the command as wrong usage.
---@param args table
---@return idocr.Client
function M.new(args)
  local provider = args.provider
  if provider and provider:find(",") then
    local list = {}
    for name in provider:gmatch("[^,%s]+") do list[#list + 1] = name end
    provider = list
  end
  local made, client = pcall(idocr.new, {
    provider = provider, site = args.site, region = args.region, language = args.language,
    credentials = args.profile and { tencent = idocr.credentials.profile { profile = args.profile } },
    endpoint = args.endpoint, insecure = args.plain_http, transport = args.transport,
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
