--- Machine readable zones (ICAO Doc 9303, French identity card): read, write, say what is wrong and what cannot be seen.

local compose = require "idocr.checks.mrz.compose"
local digits = require "idocr.checks.mrz.digits"
local parse = require "idocr.checks.mrz.parse"
local repair = require "idocr.checks.mrz.repair"

local mrz = {}

mrz.parse = parse.parse
mrz.compose = compose.compose
mrz.repair = repair.repair

--- The check digit of a text of A-Z, 0-9 and `<`: 0-9, or nil where another character stands in it.
mrz.check_digit = digits.of
--- The characters that no check digit tells from a given one ("0" -> "<AKU"); nil for what may not stand in a zone.
mrz.blind_to = digits.blind_to
--- Fields that no check digit covers.
mrz.UNCOVERED = digits.UNCOVERED

return mrz
