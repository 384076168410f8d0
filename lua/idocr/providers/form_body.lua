--- Builds form request bodies: `name=value&…`, pictures as percent-encoded base64 that is never copied.

local core = require "idocr.core"
local json = require "idocr.json"

local form_body = {}

--- Returns a request body. Values: strings, numbers, booleans and pictures (a core image, or a table with one in `image`).
--- Raises on any other value.
---@param members table[] list of {name, value}
---@return userdata body
function form_body.new(members)
  local segments = {}
  for position, member in ipairs(members) do
    local name, value = (position > 1 and "&" or "") .. core.percent_encode(member[1]) .. "=", member[2]
    local image = type(value) == "table" and value.image or type(value) == "userdata" and value ~= json.null and value
    if image then
      segments[#segments + 1] = name
      segments[#segments + 1] = { image = image, encoding = "form" }
    elseif type(value) == "string" or type(value) == "number" or type(value) == "boolean" then
      segments[#segments + 1] = name .. core.percent_encode(tostring(value))
    else
      error("a form cannot hold a " .. type(value), 0)
    end
  end
  return core.body(segments)
end

return form_body
