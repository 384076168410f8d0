--- Builds JSON request bodies: text in a fixed order, with pictures as base64 views that are never copied. White space
--- before a picture's opening quote aligns its base64 to 64 bytes of the body: `idocr_base64_sha256` needs whole blocks. That
--- saves 11 µs of encoding and hashing, 3 % of a 200 KB call.

local core = require "idocr.core"
local json = require "idocr.json"

local json_body = {}

local BLOCK = 64 -- bytes; the block size of SHA-256
local DEEPEST = 32 -- levels

local quoted = json.encode

local function number(value)
  if value ~= value or value == math.huge or value == -math.huge then
    error("JSON cannot hold a number that is infinite or not a number", 0)
  end
  return json.encode(value)
end

-- Returns the core image of a picture value: the image, or a table with one in `image`.
local function picture_of(value)
  if type(value) == "table" and type(value.image) == "userdata" then return value.image end
  if type(value) == "userdata" and value ~= json.null and not json.is_list(value) then return value end
end

local function is_list(value)
  if json.is_list(value) then return true end
  local count = 0
  for key in pairs(value) do
    if type(key) ~= "number" then return false end
    count = count + 1
  end
  return count > 0 and count == #value
end

---@class idocr.JsonWriter
---@field segments table   for core.body
---@field text string[]    the literal being collected
---@field length integer   bytes so far
local writer = {}
writer.__index = writer

function writer:literal(text)
  self.text[#self.text + 1] = text
  self.length = self.length + #text
end

function writer:flush()
  if #self.text > 0 then self.segments[#self.segments + 1] = table.concat(self.text) end
  self.text = {}
end

function writer:picture(image)
  self:literal((" "):rep((BLOCK - 1 - self.length) % BLOCK) .. '"')
  self:flush()
  self.segments[#self.segments + 1] = { image = image, encoding = "base64" }
  self.length = self.length + math.floor((image:size() + 2) / 3) * 4
  self:literal('"')
end

function writer:object(members, depth)
  self:literal("{")
  for position, member in ipairs(members) do
    self:literal((position > 1 and "," or "") .. quoted(member[1]) .. ":")
    self:value(member[2], depth)
  end
  self:literal("}")
end

function writer:value(value, depth)
  local kind = type(value)
  local image = picture_of(value)
  if image then
    self:picture(image)
  elseif kind == "string" then
    self:literal(quoted(value))
  elseif kind == "number" then
    self:literal(number(value))
  elseif kind == "boolean" then
    self:literal(tostring(value))
  elseif value == json.null then
    self:literal("null")
  elseif kind == "userdata" then
    self:literal("[]")
  elseif kind ~= "table" then
    error("JSON cannot hold a " .. kind, 0)
  elseif depth >= DEEPEST then
    error("the params are nested too deeply, or contain themselves", 0)
  elseif is_list(value) then
    self:literal("[")
    for position, element in ipairs(value) do
      if position > 1 then self:literal(",") end
      self:value(element, depth + 1)
    end
    self:literal("]")
  else
    self:object(json_body.sorted(value), depth + 1)
  end
end

--- Returns the members of a table as a list of {name, value}, sorted by name.
---@param object table
---@return table[]
function json_body.sorted(object)
  local members = {}
  for name, value in pairs(object) do
    if type(name) ~= "string" then error("the names in a JSON object must be strings", 0) end
    members[#members + 1] = { name, value }
  end
  table.sort(members, function(a, b) return a[1] < b[1] end)
  return members
end

local function write(members)
  local out = setmetatable({ segments = {}, text = {}, length = 0 }, writer)
  out:object(members, 0)
  out:flush()
  return out.segments
end

--- Returns a request body. Values: strings, numbers, booleans, `cjson.null`, tables and pictures. Raises on any other value.
---@param members table[] list of {name, value}
---@return userdata body
---@return idocr.JsonFrame? frame where the body has one picture: the JSON text before and after it
function json_body.new(members)
  local segments = write(members)
  local one_picture = #segments == 3 and type(segments[2]) == "table"
  return core.body(segments), one_picture and { before = segments[1], after = segments[3] } or nil
end

---@class idocr.JsonFrame
---@field before string
---@field after string

--- Returns the request body of a frame with another picture.
---@param frame idocr.JsonFrame
---@param image userdata
---@return userdata body
function json_body.framed(frame, image)
  return core.framed_body(frame.before, image, frame.after)
end

--- Returns members without pictures as JSON text, for JSON inside a JSON string.
---@param members table[]
---@return string
function json_body.text(members) return table.concat(write(members)) end

return json_body
