--- Reads the examples in spec/documents/examples, and compares a card with what an example expects.

local core = require "idocr.core"
local json = require "idocr.json"
local process = require "spec.support.process"

local documents = {}

local FOLDER = "spec/documents/examples/"

---@class spec.Example
---@field kind string
---@field provider string
---@field action string
---@field site string?
---@field title string
---@field expect { card: table?, warnings: string[]?, error: string? }
---@field reply string the body of the response, as the service sends it

--- Returns all examples, sorted by file.
---@return spec.Example[]
function documents.examples()
  local files, examples = core.list_directory(FOLDER), {}
  table.sort(files)
  for _, file in ipairs(files) do
    if file:find("%.jsonl$") then
      local example
      for line in process.read(FOLDER .. file):gmatch("[^\n]+") do
        if example then
          example.reply = line
          examples[#examples + 1], example = example, nil
        else
          example = json.decode(line)
        end
      end
    end
  end
  return examples
end

--- Returns a response with this body.
---@param body string
function documents.response(body) return { status = 200, headers = { ["content-type"] = "application/json" }, body = body } end

-- Members of every card, and of a kind whose service sends no document type.
local GENERAL = { "kind", "provider", "request_id", "raw", "warnings", "document_type" }

local function differences(expected, actual, prefix, list, ignored)
  for name, value in pairs(expected) do
    local found, path = actual[name], prefix .. name
    if value == "<bytes>" then
      if type(found) ~= "string" or not found:find("^\137PNG") then list[#list + 1] = path .. ": no picture" end
    elseif type(value) == "table" and type(found) == "table" then
      differences(value, found, path .. ".", list, ignored)
    elseif found ~= value then
      list[#list + 1] = ("%s: expected %s, found %s"):format(path, tostring(value), tostring(found))
    end
  end
  for name, found in pairs(actual) do
    if expected[name] == nil and not ignored[prefix .. name] then
      list[#list + 1] = ("%s%s: unexpected, %s"):format(prefix, name, tostring(found))
    end
  end
end

--- Returns what differs between a card and what an example expects, one line for each field.
---@param expect { card: table, warnings: string[] }
---@param card idocr.Card
---@param also string[]? fields that the card may have besides
---@return string
function documents.differences(expect, card, also)
  local list, ignored = {}, { confidence = expect.card.confidence == nil }
  for _, name in ipairs(GENERAL) do ignored[name] = true end
  for _, name in ipairs(also or {}) do ignored[name] = true end
  differences(expect.card, card, "", list, ignored)
  local names = {}
  for position, warning in ipairs(card.warnings) do names[position] = warning.name end
  local wanted, found = table.concat(expect.warnings, ", "), table.concat(names, ", ")
  if wanted ~= found then list[#list + 1] = ("warnings: expected %s, found %s"):format(wanted, found) end
  table.sort(list)
  return table.concat(list, "\n")
end

return documents
