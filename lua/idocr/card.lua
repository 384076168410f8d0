--- The card object: the fields that were read, with methods that check and copy them.

local constants = require "idocr.constants"
local kinds = require "idocr.kinds"
local nearest = require "idocr.nearest"

local card = {}

--- A card that was read. Fields that the card or the reply does not have are nil.
---@class idocr.Card
---@field kind string
---@field provider string
---@field document_type string?
---@field request_id string?
---@field raw table             the reply as the service named it; pictures in it are bytes
---@field sandbox boolean?      true: a mock server answered, no service read anything
---@field cached boolean?       true: from the cache of the client; this call cost nothing
---@field number string?
---@field name string?
---@field surname string?
---@field given_name string?
---@field native_name string?
---@field native_surname string?
---@field native_given_name string?
---@field sex "M"|"F"|nil
---@field birth_date string?    YYYY-MM-DD, like every date here
---@field issue_date string?
---@field first_issue_date string?
---@field expiry_date string?
---@field long_term boolean?    true where validity has no end
---@field nationality string?
---@field issuing_country string?
---@field issuing_authority string?
---@field ethnicity string?
---@field address string?
---@field portrait string?      bytes of a picture
---@field card_image string?    bytes of a picture
---@field quality number?       0 to 100
---@field border_score number?  0 to 100
---@field confidence table<string, number>?  field -> 0 to 1
---@field mrz_part string[]?    the lines of a machine readable zone of which the service did not read all
---@field unread string[]?      fields whose printed value is not understood: nil there, as sent in `raw`
---@field advice idocr.Finding[]?  with `advice = true`: what looks bad in the pixels
---@field second idocr.Card?        with `compare = true`: the card as the next provider read it
---@field second_error idocr.Error? with `compare = true`: why there is no second reading
---@field warnings { code: integer|string, name: string, message: string }[]
local Card = { __name = "idocr.Card" }
Card.__index = Card

-- Safe to log: no field that was read is in it.
function Card:__tostring()
  local text = tostring(self.kind) .. " card"
  if type(self.request_id) == "string" then text = text .. " [request " .. self.request_id .. "]" end
  return text
end

--- Returns whether the card has a warning of that name. Raises on an unknown name.
---@param name string
---@return boolean
function Card:has_warning(name)
  for _, warning in ipairs(self.warnings or {}) do
    if warning.name == name then return true end
  end
  local names = require("idocr.decode.warnings").names(kinds.get(self.kind))
  if not names[name] then error(("no warning is named %s%s"):format(tostring(name), nearest.hint(name, names)), 2) end
  return false
end

--- Checks what was read, offline: check digits, dates, numbers and fields against one another, and against the second
--- reading where there is one.
---@param options table? thresholds and the day, see idocr.checks.report
---@return table report {ok, findings}
function Card:check(options)
  if self.second and (options == nil or type(options) == "table" and options.second == nil) then
    local with = { second = self.second }
    for name, value in pairs(options or {}) do with[name] = value end
    options = with
  end
  return require("idocr.checks.report").make(self, options)
end

--- Returns what the number itself says (birth date, sex, birthplace or region), or the machine readable zone of a passport. These
--- facts are never mixed into the fields that were read.
---@param options { today: string|number|nil }?
---@return table? facts, string? message nil and a reason where there is no number or its format is wrong
function Card:derived(options) return require("idocr.checks.derived").of(self, options) end

local PICTURES = {}
for _, field in ipairs(constants.PICTURE_FIELDS) do PICTURES[field] = true end

--- Returns a plain copy for JSON: without `raw`, pictures as base64 text (or left out with `{ pictures = false }`).
---@param options { pictures: boolean?, raw: boolean? }?
---@return table
function Card:plain(options)
  options = options or {}
  local copy = {}
  for name, value in pairs(self) do
    if PICTURES[name] then
      if options.pictures ~= false then copy[name] = require("idocr.core").base64_encode(value) end
    elseif name == "second" then
      copy.second = value:plain(options)
    elseif name ~= "raw" or options.raw then
      copy[name] = value
    end
  end
  return copy
end

--- Makes a card from decoded fields.
---@param fields table
---@return idocr.Card
function card.new(fields) return setmetatable(fields, Card) end

---@param value any
---@return boolean
function card.is(value) return getmetatable(value) == Card end

return card
