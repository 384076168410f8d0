--- Parses Thai personal numbers: 13 digits, 1-4-5-2-1. The first is the category of the holder, the next four the office that issued
--- the number (two digits of the province, two of the district), the last a check digit modulo 11.
--- Source: Department of Provincial Administration (Ministry of Interior), notice on the 13 digits of the personal number.

local provinces = require "idocr.checks.data.thailand_provinces"
local result = require "idocr.checks.numbers.result"
local shape = require "idocr.checks.numbers.shape"
local weighted_sum = require "idocr.checks.numbers.weighted_sum"

local thailand_id = {}

local CATEGORIES = {
  ["0"] = "no registered status, or a migrant worker", -- the pink card
  ["1"] = "Thai, born since 1984, registered in time",
  ["2"] = "Thai, born since 1984, registered late",
  ["3"] = "Thai or foreign resident, registered before 31 May 1984",
  ["4"] = "Thai or foreign resident, moved in before 31 May 1984",
  ["5"] = "Thai, added to the register later",
  ["6"] = "foreigner without a permanent permit",
  ["7"] = "child of a foreigner without a permanent permit, born in Thailand",
  ["8"] = "foreigner with a permanent permit, or naturalised",
}

---@class idocr.ThailandId: idocr.Number
---@field category string?  what the first digit says of the holder

--- Calculates the check digit.
---@param digits string the first 12 digits
---@return string
function thailand_id.check_digit(digits) return tostring((11 - weighted_sum(digits:sub(1, 12), 13, -1) % 11) % 10) end

--- Parses a number.
---@param number string 13 digits; stars or X mask digits
---@return idocr.ThailandId? result nil where the format is wrong
---@return string? message
function thailand_id.parse(number)
  local characters, masked = shape.read(number, "ddddddddddddd")
  if not characters then return nil, "a Thai personal number must have 13 digits: 3-1020-01234-56-6" end
  local found = {
    number = characters:gsub("^(.)(....)(.....)(..)(.)$", "%1-%2-%3-%4-%5"), masked = masked or nil,
  }
  if masked then return found end
  local first = characters:sub(1, 1)
  found.category = CATEGORIES[first]
  if not found.category then found.problem = "the number begins with 9, which is not assigned" end
  found.checksum = thailand_id.check_digit(characters) == characters:sub(13)
  found.region = first ~= "0" and provinces[characters:sub(2, 3)] or nil
  return result.settle(found)
end

return thailand_id
