--- A reply's table made ready: JSON inside strings parsed, pictures decoded, both in place. Whatever does not parse stays
--- as the service sent it.

local core = require "idocr.core"
local decode_base64 = require "idocr.base64_text"
local json = require "idocr.json"

local reply = {}

local NOTHING = {}

-- reply table -> path of a picture -> true where it is bytes now, false where its text could not be read
local decoded = setmetatable({}, { __mode = "k" })

-- dotted path -> its steps. Paths come from the cards' tables, so there are not many.
local paths = setmetatable({}, {
  __index = function(known, path)
    local steps = {}
    for step in path:gmatch("[^.]+") do steps[#steps + 1] = step end
    known[path] = steps
    return steps
  end,
})

--- The table that holds the last step of a dotted path, and that step.
local function holder(result, path)
  local steps, table_ = paths[path], result
  if not steps[2] then return result, path end
  for index = 1, #steps - 1 do
    table_ = table_[steps[index]]
    if type(table_) ~= "table" then return nil end
  end
  return table_, steps[#steps]
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

-- What `core.reply` leaves in the place of a picture: a byte that no text of the reply can hold beside one.
local MARK = "\255(%d)"

local function bytes_of(text, pictures)
  local index = pictures and text:match("^" .. MARK .. "$")
  local bytes = index and pictures[tonumber(index) + 1]
  if type(bytes) == "string" then return bytes end
  local decoded_text = decode_base64(text)
  return decoded_text ~= "" and decoded_text or nil
end

--- Puts base64 back where something was taken out that is no picture's place.
local function restore(table_, pictures, done)
  for name, value in pairs(table_) do
    if type(value) == "table" then
      restore(value, pictures, done)
    elseif type(value) == "string" and value:find("\255", 1, true) and not (done[table_] and done[table_][name]) then
      table_[name] = value:gsub(MARK, function(index)
        local bytes = pictures[tonumber(index) + 1]
        return type(bytes) == "string" and core.base64_encode(bytes) or nil
      end)
    end
  end
end

-- service -> its outputs that are pictures
local picture_outputs = setmetatable({}, { __mode = "k" })

local function pictures_of(service)
  local list = picture_outputs[service]
  if not list then
    list = {}
    for _, output in ipairs(service.outputs or {}) do
      if output.as == "picture" then list[#list + 1] = output end
    end
    picture_outputs[service] = list
  end
  return list
end

--- Decodes embedded JSON ("1" and "" of newer services stay text) and the pictures of one service's reply.
---@param result table the reply without its envelope; changed in place
---@param service idocr.Service? nil: any action's reply, of which nothing is known
---@param pictures string[]? those that `core.reply` took out of the text already
---@return table result
function reply.refine(result, service, pictures)
  for name in pairs(service and service.embedded or NOTHING) do
    local text = result[name]
    local value = type(text) == "string" and text:find("^%s*[{%[]") and json.decode(text)
    if type(value) == "table" then result[name] = value end
  end
  local found, done = nil, pictures and pictures[1] and {} or nil
  for _, output in ipairs(service and pictures_of(service) or NOTHING) do
    local table_, last = holder(result, output.wire)
    local text = table_ and table_[last]
    local bytes = type(text) == "string" and text ~= "" and bytes_of(text, pictures)
    if bytes then
      table_[last] = bytes
      if done then
        done[table_] = done[table_] or {}
        done[table_][last] = true
      end
    end
    if bytes or text ~= nil and text ~= json.null and text ~= "" then
      found = found or {}
      found[output.wire] = bytes ~= nil and bytes ~= false
    end
  end
  if done then restore(result, pictures, done) end
  if found then decoded[result] = found end
  return result
end

--- The paths of pictures that the service sent and that could not be decoded, sorted.
---@param result table
---@return string[]
function reply.unreadable_pictures(result)
  local paths_ = {}
  for path, readable in pairs(decoded[result] or NOTHING) do
    if not readable then paths_[#paths_ + 1] = path end
  end
  table.sort(paths_)
  return paths_
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
