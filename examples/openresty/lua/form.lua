--- Turns form fields and query arguments into params of a kind. What the kind does not take is an error, as in the library.

local errors = require "idocr.errors"
local nearest = require "idocr.nearest"

local form = {}

local BOOLEANS = { ["true"] = true, ["1"] = true, on = true, yes = true, ["false"] = false, ["0"] = false, off = false, no = false }

-- Quotes a name for an error message, if it is a short identifier that cannot be personal data.
local function shown(name)
  if type(name) == "string" and name:find("^[%w_-]+$") and #name <= 24 and errors.scrub(name) == name then return ("%q"):format(name) end
end

local function names_of(values)
  local names = {}
  for name in pairs(values) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, " or ")
end

local CONVERT = {
  boolean = function(value)
    local known = BOOLEANS[value:lower()]
    if known == nil then return nil, "must be true or false" end
    return known
  end,
  warnings = function(value)
    local all, names = BOOLEANS[value:lower()], {}
    if all ~= nil then return all end
    for word in value:gmatch("[^%s,;]+") do names[#names + 1] = word:lower() end
    return names
  end,
  string = function(value, param)
    if param.values and param.values[value] == nil then return nil, "must be " .. names_of(param.values) end
    return value
  end,
}

local function add(params, declared, kind, name, value)
  local param = declared[name] or type(name) == "string" and declared[name:lower()]
  if not param then
    return ("%s takes no param %s%s"):format(kind.kind, shown(name) or "of one of the names that were sent", nearest.hint(name, declared))
  end
  if type(value) == "table" then return param.name .. " was sent more than once" end
  if value == true then value = param.type == "boolean" and "true" or "" end -- a query argument without "="
  if value == "" then return nil end -- a field that was left empty
  local converted, complaint = CONVERT[param.type](value, param)
  if complaint then return param.name .. " " .. complaint end
  params[param.name] = converted
end

--- The params that a kind declares, with the types that it declares.
---@param kind idocr.Kind
---@return table<string, idocr.Param>
local function declared_by(kind)
  local declared = { portrait = { type = "boolean", name = "portrait" } }
  for name, param in pairs(kind.params or {}) do declared[name] = { type = param.type, values = param.values, name = name } end
  return declared
end

--- Params from several tables of texts; a later one replaces what an earlier one says.
---@param kind idocr.Kind
---@param ... table<string, string|true|table>
---@return table? params
---@return string? complaint safe to show to the sender
function form.params(kind, ...)
  local params, declared = {}, declared_by(kind)
  for _, given in ipairs { ... } do
    for name, value in pairs(given) do
      local complaint = add(params, declared, kind, name, value)
      if complaint then return nil, complaint end
    end
  end
  return params
end

--- Validates the names in a form. Returns an error message, or nil if they are valid.
---@param kind idocr.Kind
---@param sent idocr.RequestForm
---@return string? complaint
function form.complaint(kind, sent)
  local repeated = sent.repeated and next(sent.repeated)
  if repeated then return (shown(repeated) or "a field") .. " was sent more than once" end
  local taken = { image = true }
  for _, service in ipairs(kind.services) do
    for _, input in ipairs(service.pictures) do taken[input.param] = true end
  end
  for name in pairs(sent.pictures) do
    if not taken[name:lower()] then
      return ("%s takes no picture %s%s"):format(kind.kind, shown(name) or "of one of the names that were sent", nearest.hint(name, taken))
    end
  end
end

--- Removes the quoted value from an error message of the library about params.
---@param message string
---@return string
function form.without_values(message)
  return (message:gsub('knows no warning "[^"]*"', "knows no such warning"):gsub('cannot be "[^"]*"', "cannot be that"))
end

return form
