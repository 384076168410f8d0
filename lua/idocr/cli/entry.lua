--- Reads the members of one line of JSON that a batch or the queue wrote: `file` with `card` or `error`.

local core = require "idocr.core"
local json = require "idocr.json"
local money = require "idocr.client.money"

local entry = {}

--- Returns a JSON member; nil for null.
---@param value any
---@return any
function entry.member(value)
  if value ~= json.null then return value end
end

local FACTS = { "category", "code", "billed", "retryable", "sent", "cached" }

--- Returns the verdict of the rule of money about a line's error; nil where the line has a card.
---@param line table
---@return "final"|"unsure"|"again"|nil
function entry.verdict(line)
  local err = entry.member(line.error)
  if type(err) ~= "table" then return nil end
  local facts = {}
  for _, name in ipairs(FACTS) do facts[name] = entry.member(err[name]) end
  return money.verdict(facts)
end

local STATUS = { final = "refused", unsure = "unsure", again = "failed" }

--- Returns what became of the picture.
---@param line table
---@return "read"|"refused"|"failed"|"unsure"  refused: a final error; failed: it cost nothing; unsure: it may have been billed
function entry.status(line)
  local verdict = entry.verdict(line)
  return verdict and STATUS[verdict] or "read"
end

--- Returns the path in a line. A path that is not UTF-8 is also given in base64.
---@param line table
---@return string
function entry.path(line)
  if type(line.file_base64) == "string" then return core.base64_decode(line.file_base64) or line.file end
  return line.file
end

return entry
