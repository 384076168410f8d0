--- Translates the params of a call into a service's wire parameters, by the service's table of inputs.

local errors = require "idocr.errors"

local inputs = {}

local function unsupported(service, what)
  return errors.unsent("unsupported", "UnsupportedParam", ("%s does not support: %s"):format(service.action, what))
end

-- Returns the set of params that differ from their defaults, and "warn.NAME" for each warning that is wanted.
local function wanted_of(kind, params)
  local set = {}
  if params.portrait then set.portrait = true end
  for name, param in pairs(kind.params or {}) do
    local value = params[name]
    if param.type == "warnings" then
      for _, warning in ipairs(value == true and param.all or value or {}) do set["warn." .. warning] = true end
    elseif value ~= nil and value ~= (param.default or false) then
      set[name] = true
    end
  end
  return set
end

-- Returns the value of one input, nil where it is not sent; adds to `served` the params that it covers.
local function value_of(input, kind, params, wanted, served)
  local param, value = input.param, input.constant
  if param and params[param] ~= nil then
    served[param] = true
    local declared = (kind.params or {})[param]
    value = declared and declared.values and declared.values[params[param]] or params[param]
  end
  for _, trigger in ipairs(input.when or {}) do
    if wanted[trigger] then
      served[trigger] = true
      value = input.value == nil and true or input.value
    end
  end
  return value
end

-- Returns the members for a list of inputs, nested JSON included.
local function collect(list, kind, params, wanted, served, write_json)
  local members = {}
  for _, input in ipairs(list) do
    local value
    if input.fields then
      local fields = collect(input.fields, kind, params, wanted, served)
      table.sort(fields, function(a, b) return a[1] < b[1] end)
      if fields[1] then value = write_json(fields) end
    else
      value = value_of(input, kind, params, wanted, served)
    end
    if value ~= nil then members[#members + 1] = { input.wire, value } end
  end
  return members
end

-- Adds to `served` the warnings that the service reports without a parameter; `warn = true` never fails.
local function serve_reported(service, params, wanted, served)
  if not params.warn then return end
  for _, codes in pairs(service.warnings or {}) do
    for _, warning in pairs(codes) do
      if warning then served["warn." .. warning] = true end
    end
  end
  if params.warn ~= true then return end
  for name in pairs(wanted) do
    if name:find("^warn%.") then served[name] = true end
  end
end

-- Appends the pictures of a call to its members.
local function add_pictures(members, service, pictures)
  local known = {}
  for _, input in ipairs(service.pictures) do
    local picture = pictures[input.param]
    known[input.param] = true
    if picture and picture.url then
      if not input.url then return nil, unsupported(service, "a picture by URL") end
      members[#members + 1] = { input.url, picture.url }
    elseif picture then
      members[#members + 1] = { input.base64, picture.image }
    end
  end
  for param in pairs(pictures) do
    if not known[param] then return nil, unsupported(service, "a picture of the " .. param) end
  end
  return members
end

--- Returns the wire parameters of a call. Pictures come last, so that the rest of a body is short and in front.
---@param call idocr.ProviderCall
---@param write_json fun(members: table[]): string JSON for inputs that are JSON in a string
---@return table[]? members list of {name, value}; the value of a picture is a core image
---@return idocr.Error? err where the service has no parameter for something that is wanted
function inputs.members(call, write_json)
  local kind, service, params, pictures = call.kind, call.service, call.params, call.pictures
  local wanted, served = wanted_of(kind, params), {}
  local members = collect(service.inputs, kind, params, wanted, served, write_json)

  serve_reported(service, params, wanted, served)
  served.portrait = true -- accepted by every kind: a service without portraits reads the card without one
  local unserved = {}
  for name in pairs(wanted) do
    if not served[name] then unserved[#unserved + 1] = name end
  end
  if unserved[1] then
    table.sort(unserved)
    return nil, unsupported(service, (table.concat(unserved, ", "):gsub("warn%.", "warning ")))
  end

  return add_pictures(members, service, pictures)
end

return inputs
