--- Copies the valid members of a card for the checks: the right type and a plausible size. Other members count as absent,
--- so that no check can raise on them.

local snapshot = {}

local LONGEST = 512 -- bytes of a text field; no printed text is longer
local MOST = 64     -- members of a list or map

local TEXTS = {}
for name in ([[
  kind provider document_type number name surname given_name native_name native_surname native_given_name sex birth_date
  issue_date first_issue_date expiry_date nationality issuing_country issuing_authority ethnicity address back_number
  surname_telecode given_name_telecode symbol resident_type document_code birth_place issue_place middle_name
  personal_number tax_number virtual_number previous_number identity_document window_text state
]]):gmatch("%S+") do TEXTS[#TEXTS + 1] = name end

local NUMBERS = { "quality", "border_score", "card_count", "height" }
local FLAGS = { "long_term", "complete", "sandbox" }

local function text(value)
  if type(value) == "string" and value ~= "" and #value <= LONGEST then return value end
end

local function number(value)
  if type(value) == "number" and value == value and value ~= math.huge and value ~= -math.huge then return value end
end

local function texts(source)
  local copy = {}
  for _, name in ipairs(TEXTS) do copy[name] = text(source[name]) end
  return copy
end

local function zone(value)
  if type(value) == "string" then return value end
  if type(value) ~= "table" then return nil end
  local lines = {}
  for i = 1, MOST do
    local line = value[i]
    if type(line) ~= "string" then break end
    lines[i] = line
  end
  return #lines > 0 and lines or nil
end

local function take(card, copy)
  for name, value in pairs(texts(card)) do copy[name] = value end
  for _, name in ipairs(NUMBERS) do copy[name] = number(card[name]) end
  for _, name in ipairs(FLAGS) do
    if type(card[name]) == "boolean" then copy[name] = card[name] end
  end
  copy.mrz = zone(card.mrz) or zone(card.mrz_part)
  if type(card.visual) == "table" then copy.visual = texts(card.visual) end
  if type(card.confidence) == "table" then
    local n = 0
    for name, value in pairs(card.confidence) do
      n = n + 1
      if n > MOST then break end
      if type(name) == "string" and number(value) then copy.confidence[name] = value end
    end
  end
  for i = 1, type(card.unread) == "table" and MOST or 0 do
    copy.unread[i] = text(card.unread[i])
    if not copy.unread[i] then break end
  end
  if type(card.warnings) == "table" then
    for i = 1, MOST do
      local warning = card.warnings[i]
      if warning == nil then break end
      if type(warning) == "table" and type(warning.name) == "string" then
        copy.warnings[#copy.warnings + 1] = { name = warning.name, code = number(warning.code) }
      end
    end
  end
end

--- Copies the valid members of a card.
---@param card any
---@return table copy always has `visual`, `confidence`, `unread` and `warnings`
function snapshot.take(card)
  local copy = { visual = {}, confidence = {}, unread = {}, warnings = {} }
  if type(card) == "table" then pcall(take, card, copy) end -- metamethods of the caller's object may raise
  return copy
end

return snapshot
