--- Writes and reads stamps. A stamp is metadata in a JPEG or PNG file that defines how the mock server responds to it.

local errors = require "idocr.errors"
local faults = require "idocr.sandbox.faults"
local json = require "idocr.json"
local nearest = require "idocr.nearest"
local picture_text = require "idocr.sandbox.stamp.picture_text"
local vocabulary = require "idocr.sandbox.stamp.vocabulary"

local stamp = {}

local KEYWORD = "idocr-stamp"

---@class idocr.sandbox.Stamp
---@field kind string?    the kind of card to recognise
---@field fields table?   card fields (see `vocabulary.check`)
---@field members table?  response members in the service's format
---@field error string?   the error code (Tencent) or status (ekycpro) to respond with
---@field fault string?   a fault (see `sandbox/faults.lua`): "throttled", "slow=2", "reset*1" …

local function refuse(code, message)
  return nil, errors.unsent("image", code, message)
end

local MEMBERS = { kind = true, fields = true, members = true, error = true, fault = true }

-- Returns a message about a member that a stamp does not have.
local function unknown_member(wanted)
  for name in pairs(wanted) do
    if not MEMBERS[name] then
      return type(name) == "string" and ("a stamp has no member %q%s"):format(name, nearest.hint(name, MEMBERS))
        or "a stamp has members by name: kind, fields, error, fault"
    end
  end
end

--- Returns the picture with a stamp. Replaces an existing one.
---@param bytes string a JPEG or PNG picture
---@param wanted idocr.sandbox.Stamp
---@return string? bytes
---@return idocr.Error? err
function stamp.write(bytes, wanted)
  local unknown = unknown_member(wanted)
  if unknown then return refuse("StampInvalid", unknown) end
  if not (wanted.kind or wanted.error or wanted.fault) then
    return refuse("StampEmpty", "a stamp needs a kind, an error or a fault")
  end
  if wanted.error and not wanted.error:match("^[%a_][%w_.]*$") then
    return refuse("StampInvalid", "the error must be an error code of the service, such as FailedOperation.ImageBlur")
  end
  if wanted.fault and not faults.parse(wanted.fault) then
    return refuse("StampInvalid", "unknown fault; it must be one of " .. table.concat(faults.NAMES, ", "))
  end
  if wanted.fields and next(wanted.fields) and not wanted.kind then return refuse("StampInvalid", "a stamp with fields needs a kind") end
  local fields, members
  if wanted.kind then
    fields, members = vocabulary.check(wanted.kind, wanted.fields or {})
    if not fields then return refuse("StampInvalid", members) end
  end
  local text = json.object():set("kind", wanted.kind)
  if fields and next(fields) then text:set("fields", fields) end
  if members and next(members) then text:set("members", members) end
  text:set("error", wanted.error):set("fault", wanted.fault)
  local stamped, message = picture_text.write(bytes, KEYWORD, json.encode(text))
  if not stamped then return refuse("StampImpossible", message) end
  return stamped
end

--- Returns the stamp of a picture, or nil if it has none.
---@param bytes string
---@return idocr.sandbox.Stamp?
function stamp.read(bytes)
  local text = picture_text.read(bytes, KEYWORD)
  if not text then return nil end
  local read = json.decode(text)
  return type(read) == "table" and read or nil
end

return stamp
