--- Turns form fields and query arguments into params of a kind. What the kind does not take is an error, as in the library.

local idocr = require "idocr"
local nearest = require "idocr.nearest"
local redact = require "idocr.redact"

local form = {}

-- Quotes a name for an error message, if it is a short identifier that cannot be personal data.
local function shown(name)
  if type(name) == "string" and name:find("^[%w_-]+$") and #name <= 24 and redact.scrub(name) == name then return ("%q"):format(name) end
end

local function add(params, kind, name, value)
  local lower = type(name) == "string" and name:lower()
  local param = kind.params[lower]
  if not param or param.type == "picture" or not (lower == "portrait" or not param.common) then
    local taken = { portrait = true }
    for other, about in pairs(kind.params) do taken[other] = not about.common and about.type ~= "picture" or taken[other] or nil end
    return ("%s takes no param %s%s"):format(kind.kind, shown(name) or "of one of the names that were sent", nearest.hint(name, taken))
  end
  if type(value) == "table" then return lower .. " was sent more than once" end
  if value == true then value = param.type == "boolean" and "true" or "" end -- a query argument without "="
  if value == "" then return nil end -- a field that was left empty
  local parsed, complaint = idocr.parse_param(kind.kind, lower, value)
  if complaint then return complaint end
  params[lower] = parsed
end

--- Params from several tables of texts; a later one replaces values of an earlier one.
---@param kind idocr.Description
---@param ... table<string, string|true|table>
---@return table? params
---@return string? complaint safe to show to the sender
function form.params(kind, ...)
  local params = {}
  for _, given in ipairs { ... } do
    for name, value in pairs(given) do
      local complaint = add(params, kind, name, value)
      if complaint then return nil, complaint end
    end
  end
  return params
end

--- Validates the names in a form. Returns an error message, or nil if they are valid.
---@param kind idocr.Description
---@param sent idocr.RequestForm
---@return string? complaint
function form.complaint(kind, sent)
  local repeated = sent.repeated and next(sent.repeated)
  if repeated then return (shown(repeated) or "a field") .. " was sent more than once" end
  local taken = { image = true, back = kind.params.back and true }
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
