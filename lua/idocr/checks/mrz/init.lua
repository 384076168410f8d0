--- Parses, composes and repairs machine readable zones (ICAO Doc 9303, French identity card).

local compose = require "idocr.checks.mrz.compose"
local check_digits = require "idocr.checks.mrz.check_digits"
local parse = require "idocr.checks.mrz.parse"
local repair = require "idocr.checks.mrz.repair"

local mrz = {}

mrz.parse = parse.parse
mrz.compose = compose.compose
mrz.repair = repair.repair

--- Calculates the check digit of a text of A-Z, 0-9 and `<`: 0-9, or nil where it contains another character.
mrz.check_digit = check_digits.of
--- Returns the characters that no check digit distinguishes from a given one ("0" -> "<AKU"); nil for one that is not allowed.
mrz.blind_to = check_digits.blind_to
--- Lists the fields that no check digit covers.
mrz.UNCOVERED = check_digits.UNCOVERED

return mrz
