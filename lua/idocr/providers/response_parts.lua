--- Normalises the response of a transport: status, headers, body, and the pictures that were taken out of the body.

local core = require "idocr.core"

local LONG = 8192 -- bytes; a shorter body holds no picture worth decoding before the JSON is parsed

--- Returns the parts of a response, whose members may have any type. Pictures in a long body are decoded before the JSON is parsed,
--- unless the transport has done so: `pictures` then holds their bytes, and the body refers to them.
---@param response any
---@return integer status 0 where the response has none
---@return table headers
---@return string body
---@return string[]? pictures
return function(response)
  if type(response) ~= "table" then return 0, {}, "" end
  local status = tonumber(response.status) or 0
  if not (status >= 100 and status <= 999) then status = 0 end
  local headers = type(response.headers) == "table" and response.headers or {}
  local body = type(response.body) == "string" and response.body or ""
  local pictures = type(response.pictures) == "table" and response.pictures or nil
  if not pictures and #body > LONG then
    local reader = core.reply(#body)
    if reader:feed(body) then
      local text, found = reader:finish()
      if text then body, pictures = text, found end
    end
  end
  return math.floor(status), headers, body, pictures
end
