--- Removes secrets and personal data from texts, so that they are safe to log.

local redact = {}

local LONGEST_MESSAGE = 300 -- bytes
local LONGEST_VENDOR_TEXT = 4096

local HIDDEN = "***"
local CUT = "…" -- appended to a text that was cut

-- Counts the digits of a text.
local function digits(text) return select(2, text:gsub("%d", "")) end

-- Base64 and keys mix capitals, small letters and digits; words and error codes do not.
local function is_mixed(run) return run:find("%u") and run:find("%l") and run:find("%d") end

-- Cuts a text to at most `most` bytes without splitting a UTF-8 character.
local function cut(text, most)
  if #text <= most then return text end
  while most > 0 and text:byte(most + 1) >= 0x80 and text:byte(most + 1) < 0xC0 do most = most - 1 end
  return text:sub(1, most) .. CUT
end

--- Makes any text safe to log: removes control characters and hides runs that could be a key, a picture or a number.
---@param text any
---@return string
function redact.scrub(text)
  if type(text) ~= "string" then return "" end
  text = text:sub(1, 4096):gsub("%c+", " ")
  -- Numbers written in groups. Matched at word beginnings only, so that a long word does not take quadratic time.
  text = text:gsub("%f[%w]%w*%d[%d ()]*[%d)]%w*", function(groups)
    if digits(groups) >= 6 then return HIDDEN end
  end)
  text = text:gsub("[%w+/=_%%-]+", function(run)
    local count = digits(run)
    if count >= 5 or (#run >= 24 and count > 0) or #run >= 32 or (#run >= 16 and is_mixed(run)) then return HIDDEN end
  end)
  return cut(text, LONGEST_MESSAGE)
end

local SHORTEST_SECRET = 6 -- bytes; shorter ones occur in ordinary words
local LEVELS = 3 -- nested escapes: JSON in JSON in a URL

local NAMED = { amp = "&", lt = "<", gt = ">", quot = '"', apos = "'", sol = "/", plus = "+", equals = "=", nbsp = " " }
local ESCAPED = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

-- Decodes the escape at `at` (a backslash, % or &). Returns the character and the position of its last byte, or nil.
local function escape_at(text, at)
  local hex = text:match("^%%(%x%x)", at)
  if hex then return string.char(tonumber(hex, 16)), at + 2 end
  hex = text:match("^\\u00(%x%x)", at)
  if hex then return string.char(tonumber(hex, 16)), at + 5 end
  hex = text:match("^\\x(%x%x)", at)
  if hex then return string.char(tonumber(hex, 16)), at + 3 end
  local plain = text:match("^\\([%p%a])", at)
  if plain then return ESCAPED[plain] or plain, at + 1 end
  local name = text:match("^&(%a%a?%a?%a?%a?%a?);", at)
  if name then
    local character = NAMED[name:lower()]
    if character then return character, at + #name + 1 end
    return nil
  end
  local base, zeros, figures = text:match("^&#([xX]?)(0*)(%x%x?%x?);", at)
  local code = figures and tonumber(figures, base == "" and 10 or 16)
  if code and code < 128 then return string.char(code), at + 2 + #base + #zeros + #figures end
end

-- Removes one level of JSON, URL and HTML escapes. Also returns the first and last original position of each byte.
local function unescaped(text, first, last)
  local out, from, to, at = {}, {}, {}, 1
  while at <= #text do
    local stop = (text:find("[\\%%&]", at) or #text + 1) - 1
    for index = at, stop do
      out[#out + 1], from[#from + 1], to[#to + 1] = text:sub(index, index), first[index], last[index]
    end
    at = stop + 1
    if at <= #text then
      local character, finish = escape_at(text, at)
      if not character then character, finish = text:sub(at, at), at end
      out[#out + 1], from[#from + 1], to[#to + 1] = character, first[at], last[finish]
      at = finish + 1
    end
  end
  return table.concat(out), from, to
end

local function identity(text)
  local positions = {}
  for index = 1, #text do positions[index] = index end
  return positions
end

-- Marks in `hidden` the original bytes of each occurrence of a secret, also of its beginning where the text was cut.
local function mark(text, first, last, secret, hidden)
  local function hide(from, to)
    for index = first[from], last[to] do hidden[index] = true end
  end
  local from, to = text:find(secret, 1, true)
  while from do
    hide(from, to)
    from, to = text:find(secret, to + 1, true)
  end
  local finish = text:sub(-#CUT) == CUT and #text - #CUT or 0
  local beginning = secret:sub(1, SHORTEST_SECRET)
  local at = finish > 0 and text:find(beginning, math.max(1, finish - #secret), true)
  while at do
    if text:sub(at, finish) == secret:sub(1, finish - at + 1) then hide(at, finish) end
    at = text:find(beginning, at + 1, true)
  end
end

-- Replaces each run of hidden bytes by `***`.
local function without(text, hidden)
  local out, inside = {}, false
  for index = 1, #text do
    if not hidden[index] then
      out[#out + 1] = text:sub(index, index)
    elseif not inside then
      out[#out + 1] = HIDDEN
    end
    inside = hidden[index]
  end
  return table.concat(out)
end

--- Hides known secrets in a text, also those written with up to three levels of JSON, URL or HTML escapes.
---@param text string
---@param secrets string[] those shorter than six bytes are not hidden
---@return string
function redact.hide(text, secrets)
  local hidden, plain = {}, text
  local first = identity(text)
  local last = first
  for level = 0, LEVELS do
    for _, secret in ipairs(secrets) do
      if type(secret) == "string" and #secret >= SHORTEST_SECRET then mark(plain, first, last, secret, hidden) end
    end
    if level == LEVELS or not plain:find("[\\%%&]") then break end
    plain, first, last = unescaped(plain, first, last)
  end
  return next(hidden) and without(text, hidden) or text
end

--- Converts any value to a text that is safe to log, also where its `__tostring` raises.
---@param value any
---@param secrets string[]? known secrets, which are hidden first
---@return string
function redact.describe(value, secrets)
  local ran, text = pcall(tostring, value)
  text = ran and type(text) == "string" and text or "a " .. type(value)
  if secrets then text = redact.hide(cut(text, LONGEST_VENDOR_TEXT), secrets) end
  return redact.scrub(text)
end

--- Cuts a vendor's text to the length that `err.vendor_message` keeps. Returns nil for an empty text or another type.
---@param text any
---@return string?
function redact.vendor_text(text)
  if type(text) ~= "string" or text == "" then return nil end
  return cut(text, LONGEST_VENDOR_TEXT)
end

return redact
