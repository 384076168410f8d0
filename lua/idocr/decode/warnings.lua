--- Translates warning codes into names. The same number means different things in different lists, so a code is looked up by
--- the action and the list that it came in (`warnings` of `idocr.Service`).

local reply = require "idocr.decode.reply"
local values = require "idocr.decode.values"

local warnings = {}

---@class idocr.Warning
---@field code integer|string  as the service sent it, some send words; 0 for `unreadable_picture`, which is ours
---@field name string     one of `warnings.MESSAGES`
---@field message string  one sentence for people
---@field list string     the reply member that it came in

--- Every warning name and its message.
warnings.MESSAGES = {
  incomplete = "The card is not completely in the picture, or its edge is covered.",
  photocopy = "The picture shows a photocopy.",
  monochrome_copy = "The picture shows a black-and-white copy.",
  recaptured = "The picture was taken of a screen or of another picture.",
  tampered = "The picture looks edited.",
  temporary = "This is a temporary card.",
  occluded = "Something covers a part of the card.",
  glare = "Light reflects from the card.",
  blurry = "The picture is blurry.",
  invalid_date = "The period of validity is not valid.",
  electronic = "The picture shows an electronic card.",
  watermark = "The picture has a watermark.",
  screenshot = "The picture looks like a screenshot.",
  overlap = "Another object overlaps the card.",
  synthetic = "The picture looks artificially made.",
  template = "The picture looks like a template of a card.",
  poor_quality = "The quality of the picture is poor.",
  several_cards = "There are several cards in the picture.",
  format_invalid = "A value has a format that this card does not have.",
  inconsistent = "The values of the card contradict each other.",
  other = "The service sent a warning without a specific name.",
  not_enabled = "The service could not look for this: the capability is not enabled for the account.",
  unreadable_picture = "The service sent a picture that cannot be decoded; its text is in raw.",
  unknown = "The service sent a warning that idocr does not know.",
}

--- Returns every name that a warning of this kind can have.
---@param kind idocr.Kind?
---@return table<string, any> names
function warnings.names(kind)
  local names = {}
  for name in pairs(warnings.MESSAGES) do names[name] = true end
  for name in pairs(kind and kind.compiled.warnings or {}) do names[name] = true end
  return names
end

local function warning(name, code, list)
  local message = warnings.MESSAGES[name] or ("The service sent the warning %s."):format(name)
  return { code = code, name = name, message = message, list = list }
end

-- Returns the codes in a list. It may be absent, null, one bare number, or hold numbers as text; a value that is no code stays in
-- `raw`.
local function codes_of(list, result)
  local codes, value = {}, reply.member(result, list.names)
  if type(value) ~= "table" then value = { value } end
  for _, each in ipairs(value) do
    codes[#codes + 1] = values.whole(each) or list.words and values.converters.text(each) or nil
  end
  return codes
end

local RAISED = { [true] = true, [1] = true, ["true"] = true, ["1"] = true }

-- Returns the names of the flags that are raised in an object, sorted.
local function flags_of(list, result)
  local names = {}
  for name, member in pairs(reply.members(result, list.names)) do
    if list.flag[1] then member = type(member) == "table" and reply.member(member, list.flag) or nil end
    if member ~= nil and RAISED[member] then names[#names + 1] = name end
  end
  table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
  return names
end

--- Decodes all warnings of a reply. What an older list or a parallel list of words repeats is there once.
---@param lists idocr.CompiledWarnings[]
---@param result table the reply without its envelope
---@param pictures table<string, string|false> dotted path -> false where the picture cannot be decoded
---@return idocr.Warning[]
function warnings.collect(lists, result, pictures)
  local found, list_of = {}, {}
  for _, list in ipairs(lists) do
    for _, code in ipairs(list.flag and flags_of(list, result) or codes_of(list, result)) do
      local name = list.codes[code]
      if name == nil then name = "unknown" end
      local repeated = (list_of[name] or list) ~= list and (list.words or name ~= "unknown")
      if name and not repeated then
        list_of[name] = list
        found[#found + 1] = warning(name, code, list.list)
      end
    end
  end
  local unreadable = {}
  for path, bytes in pairs(pictures) do
    if not bytes then unreadable[#unreadable + 1] = path end
  end
  table.sort(unreadable)
  for _, path in ipairs(unreadable) do found[#found + 1] = warning("unreadable_picture", 0, path) end
  return found
end

return warnings
