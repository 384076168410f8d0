--- Params of a call into a service's wire parameters, by the service's table of inputs.

local errors = require "idocr.errors"

local inputs = {}

local function unsupported(service, what)
  return errors.unsent("unsupported", "UnsupportedParam", ("%s cannot do that: %s"):format(service.action, what))
end

--- What was asked for: params that say something else than the default, and "warn.NAME" for each warning.
local function asked(kind, params)
  local set = {}
  if params.portrait then set.portrait = true end
  for name, param in pairs(kind.params or {}) do
    local value = params[name]
    if param.type == "warnings" then
      -- a list of names or a set of them
      for key, warning in pairs(value == true and param.all or type(value) == "table" and value or {}) do
        set["warn." .. (type(key) == "number" and warning or key)] = true
      end
    elseif value ~= nil and value ~= (param.default or false) then
      set[name] = true
    end
  end
  return set
end

--- The value of one input, or nil where it is not to be sent; crosses off what it serves.
local function value_of(input, kind, params, wanted, served)
  local param = input.param
  local value
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

-- Warnings that the service gives unasked need no parameter; `true` asks for all that there are.
local function serve_reported(service, params, wanted, served)
  if not params.warn then return end
  for _, codes in pairs(service.warnings or {}) do
    for _, warning in pairs(codes) do served["warn." .. warning] = true end
  end
  if params.warn ~= true then return end
  for name in pairs(wanted) do
    if name:find("^warn%.") then served[name] = true end
  end
end

--- The wire parameters of a call, pictures last (so that the rest of a body is short and in front).
---@param call table kind, service, params, pictures
---@param write_json fun(members: table[]): string JSON for inputs that are JSON in a string
---@return table[]? members list of {name, value}; a picture's value is the core image
---@return idocr.Error? err where the service has no parameter for something that was asked
function inputs.members(call, write_json)
  local kind, service, params, pictures = call.kind, call.service, call.params or {}, call.pictures or {}
  local wanted, served = asked(kind, params), {}
  local members = collect(service.inputs, kind, params, wanted, served, write_json)

  serve_reported(service, params, wanted, served)
  served.portrait = true -- a wish that every kind takes: a service without portraits reads the card all the same
  local unserved = {}
  for name in pairs(wanted) do
    if not served[name] then unserved[#unserved + 1] = name end
  end
  if unserved[1] then
    table.sort(unserved)
    return nil, unsupported(service, (table.concat(unserved, ", "):gsub("warn%.", "warning ")))
  end

  local taken = {}
  for _, place in ipairs(service.pictures) do
    local picture = pictures[place.param]
    taken[place.param] = true
    if picture and picture.url then
      if not place.url then return nil, unsupported(service, "a picture by URL") end
      members[#members + 1] = { place.url, picture.url }
    elseif picture then
      members[#members + 1] = { place.base64, picture.image }
    end
  end
  for param in pairs(pictures) do
    if not taken[param] then return nil, unsupported(service, "a picture of the " .. param) end
  end
  return members
end

return inputs
