--- The card object: the fields that were read, with methods that check and copy them.

local picture_fields = require "idocr.picture_fields"
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
---@field name string?               the whole name as the document prints it, with its title
---@field surname string?
---@field second_surname string?
---@field given_name string?
---@field middle_name string?
---@field native_name string?        in the script of the country
---@field native_surname string?
---@field native_given_name string?
---@field former_name string?
---@field father_name string?
---@field parents string?            both names in one text
---@field householder_name string?
---@field relationship string?       to the householder
---@field title string?
---@field name_telecode string?      Chinese telegraph code of the whole name
---@field surname_telecode string?
---@field given_name_telecode string?
---@field number string?             by which the document is known; like all numbers text, and a mask ("*") stays
---@field personal_number string?    national number of the holder, where it is another one
---@field tax_number string?
---@field document_number string?    of the form
---@field serial_number string?
---@field reference_number string?
---@field virtual_number string?     in place of the number, India
---@field permit_number string?
---@field previous_number string?
---@field file_number string?
---@field series string?
---@field household_number string?
---@field identity_document string?  number and agency of another document
---@field back_number string?        on the back
---@field birth_date string?         YYYY-MM-DD like all dates; YYYY-MM where the document prints no day
---@field issue_date string?
---@field first_issue_date string?
---@field valid_from string?
---@field expiry_date string?
---@field long_term boolean?         true where validity has no end
---@field entry_date string?         into the country
---@field registration_date string?
---@field residence_until string?
---@field renewal_from string?
---@field renewal_until string?
---@field issue_year string?         YYYY, like the next two
---@field expiry_year string?
---@field registration_year string?
---@field birth_place string?
---@field birth_place_code string?
---@field birth_country string?
---@field native_place string?       of the family
---@field issue_place string?
---@field address string?
---@field country string?            of the address
---@field state string?              or province
---@field city string?
---@field district string?
---@field village string?            or ward
---@field neighbourhood string?      Indonesia: RT/RW
---@field neighbourhood_rt string?
---@field neighbourhood_rw string?
---@field postal_code string?
---@field state_code string?
---@field municipality_code string?
---@field locality_code string?
---@field electoral_section string?
---@field precinct string?
---@field other_address string?
---@field moved_to_city string?
---@field moved_to_address string?
---@field sex "M"|"F"|"X"|nil
---@field nationality string?        as the document or the service writes it: a code or a word
---@field ethnicity string?
---@field religion string?
---@field blood_type string?
---@field marital_status string?
---@field occupation string?
---@field education string?
---@field workplace string?
---@field military_service string?
---@field height number?             metres
---@field weight number?             kilograms
---@field issuing_country string?
---@field issuing_authority string?
---@field document_code string?
---@field card_version string?
---@field window_text string?        in the transparent window, Hong Kong
---@field copy_number integer?
---@field issue_count integer?
---@field licence_classes string?
---@field restrictions string?
---@field endorsements string?
---@field licence_status string?
---@field penalty_points integer?
---@field agency_code string?
---@field remarks string?
---@field resident_type "permanent"|"non-permanent"|nil
---@field residence_category string?
---@field legal_basis string?
---@field origin_document string?    entry of a civil register
---@field household_type string?
---@field page_number string?
---@field registrar string?
---@field symbol string?
---@field watermark_text string?
---@field signature string?          the word that is printed for it
---@field mrz string[]?              lines of the machine readable zone
---@field mrz_text string?           the zone in one line, which cannot be parsed
---@field visual table?              the printed zone of a passport, by the same names
---@field angle number?
---@field reflections string[]?      parts of the card that have glare
---@field card_count integer?
---@field complete boolean?
---@field portrait string?           bytes, like all pictures
---@field portrait_small string?     a second, small one
---@field portrait_back string?      on the back
---@field card_image string?
---@field quality number?            0 to 100
---@field border_score number?       0 to 100
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
---@param name idocr.WarningName|string
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
---@param options idocr.CheckOptions?
---@return idocr.Report
function Card:check(options)
  if self.second and (options == nil or type(options) == "table" and options.second == nil) then
    local with = { second = self.second }
    for name, value in pairs(options or {}) do with[name] = value end
    options = with
  end
  return require("idocr.checks.report").make(self, options)
end

--- Returns what the number itself encodes (birth date, sex, birthplace or region), or the machine readable zone of a passport. These
--- facts are never mixed into the fields that were read.
---@param options { today: string|number|nil }?
---@return table? facts, string? message nil and a reason where there is no number or its format is wrong
function Card:derived(options) return require("idocr.checks.derived").of(self, options) end

local PLAIN_OPTIONS = { pictures = true, raw = true }

--- Returns a plain copy for JSON: without `raw`, pictures as base64 text (or left out with `{ pictures = false }`).
--- Raises on a wrong option, because a misspelt one would leave the pictures in.
---@param options { pictures: boolean?, raw: boolean? }?
---@return table
function Card:plain(options)
  options = options or {}
  if type(options) ~= "table" then error("plain: the options must be a table, not a " .. type(options), 2) end
  for name in pairs(options) do
    if not PLAIN_OPTIONS[name] then error(("plain: no option %q%s"):format(tostring(name), nearest.hint(name, PLAIN_OPTIONS)), 2) end
  end
  local copy, pictures = {}, {}
  for _, name in ipairs(picture_fields(self)) do pictures[name] = true end
  for name, value in pairs(self) do
    if pictures[name] then
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
