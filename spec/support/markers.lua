--- Marker texts for leak tests: secrets and personal data, in the encodings in which services and proxies quote them.
---
---   local markers = require "spec.support.markers"
---   markers.KEYS.tencent, .ekycpro        credentials that consist of markers
---   markers.secrets(provider), markers.persons()   lists of texts to plant: each marker plain and escaped for
---                                         JSON, HTML and URLs; secrets of calls to this provider
---   markers.sets(provider)                one text per encoding with all of them
---   markers.found(text)                   the first marker in a text in any encoding, or nil
---   markers.found_in_error(err)           the same in all parts of an error that may be logged, which excludes vendor_message
---   markers.json(text)                    a JSON string; a text with escapes is kept unchanged

local errors = require "idocr.errors"

local markers = {}

markers.KEYS = {
  tencent = { secret_id = "AKIDMARKERid0Zx", secret_key = "MARKERkEy/+9=x&Zz", token = "MARKERtOken/+8=x&Zz" },
  ekycpro = { api_key = "MARKERapiKey/+7=x&Zz", token = "MARKERurlToken/+6=x&Zz" },
}
markers.PROXY_PASSWORD = "MARKERproxy+5=Zz"

markers.NAME, markers.ADDRESS, markers.NUMBER = "MARKERNAME <SMITH>", "12 MARKERSTREET & SONS", "900101-14-5678"
markers.MRZ = "P<UTOMARKERNAME<<ANNA<<<<<<<<<<<<<<<<<<<<<<<"
markers.PICTURE = "/9j/4AAQMARKERpicture" .. ("AbCdEfGh0123"):rep(40)
local PERSONS = { markers.NAME, markers.ADDRESS, markers.NUMBER, markers.MRZ, markers.PICTURE }

local function each_byte(text, pattern, form)
  return (text:gsub(pattern, function(character) return form:format(character:byte()) end))
end

local HTML = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

local FORMS = {
  function(text) return text end,
  function(text) return (text:gsub("/", "\\/")) end,
  function(text) return each_byte(text, "[^%w ]", "\\u%04x") end,
  function(text) return each_byte(text, ".", "\\u%04X") end,
  function(text) return (text:gsub("[&<>\"']", HTML)) end,
  function(text) return each_byte(text, "[^%w ]", "&#%d;") end,
  function(text) return each_byte(text, "[^%w ]", "&#x%X;") end,
  function(text) return each_byte(text, "[^%w_.~-]", "%%%02X") end,
  function(text) return each_byte(text, "[^%w_.~-]", "%%%02x") end,
  function(text) return each_byte(text, ".", "%%%02X") end,
  function(text) return (each_byte(text, "[^%w_.~-]", "%%%02X"):gsub("%%", "%%25")) end,
}

local function planted(list)
  local texts = {}
  for _, marker in ipairs(list) do
    for _, form in ipairs(FORMS) do texts[#texts + 1] = form(marker) end
  end
  texts[#texts + 1] = "all of " .. table.concat(list, " and ")
  return texts
end

function markers.secrets(provider)
  local secrets = { markers.PROXY_PASSWORD }
  for _, value in pairs(markers.KEYS[provider]) do secrets[#secrets + 1] = value end
  return planted(secrets)
end
function markers.persons() return planted(PERSONS) end

--- Returns one text per encoding, with all secrets of a provider and all personal data.
function markers.sets(provider)
  local all = { markers.PROXY_PASSWORD, markers.NAME, markers.ADDRESS, markers.NUMBER, markers.MRZ, markers.PICTURE }
  for _, value in pairs(markers.KEYS[provider]) do all[#all + 1] = value end
  local texts = {}
  for index, form in ipairs(FORMS) do
    local parts = {}
    for position, marker in ipairs(all) do parts[position] = form(marker) end
    texts[index] = table.concat(parts, " ")
  end
  return texts
end

local WORDS = { "MARKER", "Zz", "STREET", "SMITH", "900101-14-5678", "900101", "AbCdEfGh0123" }
local SOUGHT = {}
for _, word in ipairs(WORDS) do
  for _, form in ipairs(FORMS) do SOUGHT[#SOUGHT + 1] = form(word) end
end

function markers.found(text)
  text = tostring(text)
  for _, word in ipairs(SOUGHT) do
    if text:find(word, 1, true) then return word end
  end
end

local function search(value, depth)
  if type(value) == "table" and depth < 6 then
    for name, member in pairs(value) do
      local found = name ~= "vendor_message" and (search(name, depth + 1) or search(member, depth + 1))
      if found then return found end
    end
  elseif type(value) == "string" then
    return markers.found(value)
  end
end

function markers.found_in_error(err)
  assert(errors.is(err), "not an error object")
  return search(err, 0) or markers.found(tostring(err)) or markers.found("x" .. err) or markers.found(err .. "x")
end

--- Searches any value; tables recursively.
function markers.found_in(value) return search(value, 0) end

function markers.json(text)
  if text:find("\\", 1, true) then return '"' .. text .. '"' end
  return '"' .. text:gsub('"', '\\"') .. '"'
end

return markers
