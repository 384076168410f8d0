--- Recognises a picture by its SHA-256 (a shipped specimen) or by its stamp. Does no OCR.

local core = require "idocr.core"
local kinds = require "idocr.kinds"
local specimens = require "idocr.sandbox.specimens"
local stamp = require "idocr.sandbox.stamp"
local vocabulary = require "idocr.sandbox.stamp.vocabulary"

local recognise = {}

--- The content of a recognised picture.
---@class idocr.sandbox.Recognition : idocr.sandbox.Content
---@field kind string?    nil: the stamp only names an error or a fault
---@field side string?
---@field error string?
---@field fault string?
---@field digest string   SHA-256 of the picture

local function copy(fields)
  local made = {}
  for name, value in pairs(fields or {}) do made[name] = value end
  return made
end

-- Returns the bytes of a picture in a stamp, which is base64 or the kind of a specimen whose portrait is meant.
local function picture_of(value)
  if type(value) ~= "string" then return nil end
  local path = specimens.path(value)
  for _, specimen in ipairs(path and specimens.list() or {}) do
    if specimen.path == path then return specimens.portrait(specimen) end
  end
  return (core.base64_decode(value))
end

local function of_specimen(specimen, bytes, digest)
  local fields, portrait = copy(specimen.fields), specimens.portrait(specimen)
  local kind = kinds.get(specimen.kind)
  for name in pairs(kind and vocabulary.pictures(kind) or {}) do
    if name == "card_image" then
      fields[name] = bytes -- a specimen shows only the card, so it is also the cut-out
    elseif (name == "portrait_back") == (specimen.side == "back") then
      fields[name] = portrait
    end
  end
  return { kind = specimen.kind, side = specimen.side, fields = fields, exact = false, digest = digest }
end

local function of_stamp(read, digest)
  local fields = copy(type(read.fields) == "table" and read.fields or nil)
  local kind = kinds.get(read.kind)
  for name in pairs(kind and vocabulary.pictures(kind) or {}) do fields[name] = picture_of(fields[name]) end
  return {
    kind = read.kind, fields = fields, members = type(read.members) == "table" and read.members or nil,
    error = read.error, fault = read.fault, exact = true, digest = digest,
  }
end

local END = "\255\217"

-- Returns a JPEG with its end marker restored and without trailing bytes, so that a truncated specimen is still recognised.
local function repaired_jpeg(bytes)
  if bytes:sub(1, 3) ~= "\255\216\255" then return nil end
  local reversed = bytes:reverse():find(END:reverse(), 1, true) -- the last one
  if reversed then return reversed > 1 and bytes:sub(1, #bytes - reversed + 1) or nil end
  local length = #bytes
  while bytes:byte(length) == 0 do length = length - 1 end
  if bytes:byte(length) == 255 then length = length - 1 end
  return bytes:sub(1, length) .. END
end

--- Recognises a picture.
---@param bytes string
---@return idocr.sandbox.Recognition? recognition nil: neither a specimen nor stamped
function recognise.picture(bytes)
  local digest = core.sha256(bytes)
  local specimen = specimens.find(digest)
  if specimen then return of_specimen(specimen, bytes, digest) end
  local read = stamp.read(bytes)
  if read then return of_stamp(read, digest) end
  local whole = repaired_jpeg(bytes)
  specimen = whole and specimens.find(core.sha256(whole))
  return specimen and of_specimen(specimen, bytes, digest)
end

-- Adds the fields of the back to those of the front, which win.
local function merge(front, back)
  if not back or back.kind ~= front.kind then return front end
  local fields = {}
  for name, value in pairs(back.fields) do fields[name] = value end
  for name, value in pairs(front.fields) do fields[name] = value end
  front.fields = fields
  return front
end

--- Recognises the pictures of a call and selects the kind that they show.
---@param valid idocr.sandbox.ValidCall[] the kinds for which the call is valid
---@return idocr.sandbox.Recognition?
---@return idocr.sandbox.ValidCall? one of `valid`
function recognise.call(valid)
  local recognition = recognise.picture(valid[1].call.pictures.image)
  for _, one in ipairs(recognition and valid or {}) do
    if not recognition.kind or recognition.kind == one.candidate.kind.kind then
      local back = one.call.pictures.back
      return merge(recognition, back and recognise.picture(back)), one
    end
  end
end

return recognise
