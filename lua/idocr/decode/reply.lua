--- A reply's table made ready: JSON inside strings parsed, pictures decoded, both in place. Whatever does not parse stays
--- as the service sent it.

local core = require "idocr.core"
local json = require "idocr.decode.json"

local reply = {}

-- reply table -> set of the paths whose text was a picture and is bytes now
local decoded = setmetatable({}, { __mode = "k" })

--- The table that holds the last step of a dotted path, and that step.
local function holder(result, path)
  local table_, last = result, path
  for step, rest in path:gmatch("([^.]+)()") do
    last = step
    if rest > #path then break end
    table_ = table_[step]
    if type(table_) ~= "table" then return nil end
  end
  return table_, last
end

--- The member at a dotted path; nil where it, or anything above it, is absent or null.
---@param result table
---@param path string
---@return any
function reply.member(result, path)
  local table_, last = holder(result, path)
  local value = table_ and table_[last]
  if value == json.null then return nil end
  return value
end

--- Decodes embedded JSON ("1" and "" of newer services stay text) and pictures of one service's reply.
---@param result table the reply without its envelope; changed in place
---@param service idocr.Service
---@return table result
function reply.refine(result, service)
  for name in pairs(service.embedded or {}) do
    local value = type(result[name]) == "string" and json.decode(result[name])
    if type(value) == "table" then result[name] = value end
  end
  local pictures = {}
  for _, output in ipairs(service.outputs) do
    local text = output.as == "picture" and reply.member(result, output.wire)
    if type(text) == "string" and text ~= "" then
      local bytes = core.base64_decode(text)
      if bytes then
        local table_, last = holder(result, output.wire)
        table_[last] = bytes
        pictures[output.wire] = true
      end
    end
  end
  decoded[result] = pictures
  return result
end

--- The decoded picture at a path, or nil where there is none or it was no base64.
---@param result table
---@param path string
---@return string? bytes
function reply.picture(result, path)
  local pictures = decoded[result]
  return pictures and pictures[path] and reply.member(result, path) or nil
end

return reply
