--- Error objects: what every function of idocr returns as its second value when something went wrong.
--- `tostring(err)` and `..` are safe to log: `message` is a sentence of ours; what a vendor wrote is in `vendor_message`, which
--- they leave out.

local errors = {}

---@alias idocr.ErrorCategory
---| "image"        the picture was refused before anything was sent, or changed while it was sent
---| "credentials"  there are none, they are wrong, or they could not be refreshed
---| "unsupported"  this kind, site, provider or place cannot do that
---| "connect"      no connection: name, refused, proxy, connect timeout
---| "tls"          the server could not be trusted, or no handshake
---| "timeout"      the deadline passed
---| "network"      the connection broke
---| "http"         a status that is no answer of the service
---| "protocol"     an answer that cannot be understood
---| "service"      the service says no
---| "throttled"    too many calls, said by the service or by our own limiter
---| "closed"       used after close, or cancelled

---@class idocr.Error
---@field category idocr.ErrorCategory
---@field code string        the vendor's code untouched, or a stable name of ours (CamelCase, no dot)
---@field message string     one sentence, safe to log
---@field request_id string? what the vendor wants to hear in a support request
---@field http_status integer?
---@field attempts integer?  how many requests were made
---@field retryable boolean  whether the same call may succeed later
---@field billed boolean?    true, false, or nil where nobody says
---@field sent boolean|"part"? false: no byte left; "part": not the whole request; true: all of it, or nobody knows
---@field vendor_message string? the vendor's own text; may hold a person's data, so no text, log or line shows it

local CATEGORIES = {}
for name in ([[image credentials unsupported connect tls timeout network http protocol service throttled closed]]):gmatch("%a+") do
  CATEGORIES[name] = true
end
errors.CATEGORIES = CATEGORIES

local LONGEST_MESSAGE = 300 -- bytes; a vendor's text beyond it says nothing new

local LONGEST_VENDOR_TEXT = 4096

local HIDDEN = "***"
local CUT = "…" -- ends a text that was cut

local function digits(text) return select(2, text:gsub("%d", "")) end

-- Base64 and keys mix what words and names of codes do not.
local function is_mixed(run) return run:find("%u") and run:find("%l") and run:find("%d") end

-- At most `most` bytes of a text, in whole UTF-8 characters.
local function cut(text, most)
  if #text <= most then return text end
  while most > 0 and text:byte(most + 1) >= 0x80 and text:byte(most + 1) < 0xC0 do most = most - 1 end
  return text:sub(1, most) .. CUT
end

--- Makes a text of foreign origin safe to log: no control characters, no run that could be a key, a picture or a number.
---@param text any
---@return string
function errors.scrub(text)
  if type(text) ~= "string" then return "" end
  text = text:sub(1, 4096):gsub("%c+", " ")
  -- A number that is written in groups. Tried at the beginnings of words only, or a long word would take its square.
  text = text:gsub("%f[%w]%w*%d[%d ()]*[%d)]%w*", function(groups)
    if digits(groups) >= 6 then return HIDDEN end
  end)
  text = text:gsub("[%w+/=_%%-]+", function(run)
    local count = digits(run)
    if count >= 5 or (#run >= 24 and count > 0) or #run >= 32 or (#run >= 16 and is_mixed(run)) then return HIDDEN end
  end)
  return cut(text, LONGEST_MESSAGE)
end

-- Digits of a person's number: 12 (Malaysia), 15 or 18 (China), whatever joins them.
local function is_persons_number(text)
  local number = text:gsub("[-.:_]", "")
  return number:find("^%d+[%dXx]$") ~= nil and (#number == 12 or #number == 15 or #number == 18)
end

--- Returns a request id that is safe to log: 1 to 128 letters, digits and `._:-`, and not a person's number.
---@param value any
---@return string?
function errors.request_id(value)
  if type(value) ~= "string" or #value > 128 or is_persons_number(value) then return nil end
  return value:match("^[%w._:%-]+$")
end

local metatable = {}
metatable.__index = metatable
metatable.__name = "idocr.Error"

function metatable:__tostring()
  local text = self.category .. " error " .. self.code
  if self.message ~= "" then text = text .. ": " .. self.message end
  local status = self.http_status and self.http_status ~= 200 and "HTTP " .. self.http_status
  if status and not self.message:find(status, 1, true) then text = text .. " (" .. status .. ")" end
  if self.request_id then text = text .. " [request " .. self.request_id .. "]" end
  return text
end

function metatable.__concat(a, b) return tostring(a) .. tostring(b) end

--- Makes an error object. `message` must be ours or have gone through `errors.scrub`.
---@param category idocr.ErrorCategory
---@param code string
---@param message string
---@param fields table? request_id, http_status, attempts, retryable, billed, sent
---@return idocr.Error
function errors.new(category, code, message, fields)
  assert(CATEGORIES[category], "no such error category")
  local err = { category = category, code = code, message = message, retryable = false }
  for name, value in pairs(fields or {}) do err[name] = value end
  return setmetatable(err, metatable)
end

-- Categories whose faults may be gone at another time.
errors.PASSING = { connect = true, timeout = true, network = true }

local function with_facts(category, code, message, fields, sent, billed)
  local err = errors.new(category, code, message, fields)
  err.sent = sent
  if err.billed == nil then err.billed = billed end
  if errors.PASSING[category] and (not fields or fields.retryable == nil) then err.retryable = true end
  return err
end

--- Makes the error of a call of which no byte left: `sent = false`, `billed = false`.
---@param category idocr.ErrorCategory
---@param code string
---@param message string ours, safe to log
---@param fields table? further members; `retryable` defaults to true for connect, timeout and network
---@return idocr.Error
function errors.unsent(category, code, message, fields) return with_facts(category, code, message, fields, false, false) end

--- Makes the error of a request that left only in part: `sent = "part"`, `billed = false`.
---@param category idocr.ErrorCategory
---@param code string
---@param message string ours, safe to log
---@param fields table? as for `errors.unsent`
---@return idocr.Error
function errors.partly_sent(category, code, message, fields) return with_facts(category, code, message, fields, "part", false) end

--- Makes the error of a request that was handed over whole, or of which nobody knows: `sent = true`, `billed` as in
--- `fields` (nil: unknown).
---@param category idocr.ErrorCategory
---@param code string
---@param message string ours, safe to log
---@param fields table? as for `errors.unsent`
---@return idocr.Error
function errors.sent(category, code, message, fields) return with_facts(category, code, message, fields, true, nil) end

--- Makes the error for a fact that a transport reports: `sent` false, "part" or true.
---@param sent boolean|"part"
---@param category idocr.ErrorCategory
---@param code string
---@param message string ours, safe to log
---@param fields table? as for `errors.unsent`
---@return idocr.Error
function errors.after(sent, category, code, message, fields)
  if sent == true then return with_facts(category, code, message, fields, true, nil) end
  return with_facts(category, code, message, fields, sent, false)
end

--- Whether a value is an error object of ours.
---@param value any
---@return boolean
function errors.is(value) return getmetatable(value) == metatable end

local SHORTEST_SECRET = 6 -- bytes; a shorter one would be found in innocent words
local LEVELS = 3 -- escapes inside escapes: JSON in JSON in a URL

local NAMED = { amp = "&", lt = "<", gt = ">", quot = '"', apos = "'", sol = "/", plus = "+", equals = "=", nbsp = " " }
local ESCAPED = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

-- One escape at `at`, which holds a backslash, % or &: the character and the last byte of the escape, or nil.
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

--- A text without one level of JSON, URL and HTML escapes, and where in the original each byte of it begins and ends.
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
  local places = {}
  for index = 1, #text do places[index] = index end
  return places
end

-- Marks in `hidden` the bytes of the original that spell a secret in `text`, also a beginning of one where the text was cut.
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

--- A text without the secrets that are known, also where JSON, URL or HTML escapes stand in them, whole or in part and in up
--- to three levels.
---@param text string
---@param secrets string[] shorter ones than six bytes are left: they would be found in innocent words
---@return string
function errors.hide(text, secrets)
  local hidden, view = {}, text
  local first = identity(text)
  local last = first
  for level = 0, LEVELS do
    for _, secret in ipairs(secrets) do
      if type(secret) == "string" and #secret >= SHORTEST_SECRET then mark(view, first, last, secret, hidden) end
    end
    if level == LEVELS or not view:find("[\\%%&]") then break end
    view, first, last = unescaped(view, first, last)
  end
  return next(hidden) and without(text, hidden) or text
end

--- Any value as a text that is safe to log, also where its own `__tostring` raises.
---@param value any
---@param secrets string[]? known ones, which are taken out first
---@return string
function errors.describe(value, secrets)
  local ran, text = pcall(tostring, value)
  text = ran and type(text) == "string" and text or "a " .. type(value)
  if secrets then text = errors.hide(cut(text, LONGEST_VENDOR_TEXT), secrets) end
  return errors.scrub(text)
end

--- Takes secrets that are known out of every text of an error, whatever they look like: vendors and transports quote what
--- they were sent.
---@param err idocr.Error changed in place
---@param secrets string[]
---@return idocr.Error err
function errors.conceal(err, secrets)
  for name, value in pairs(err) do
    if type(value) == "string" and name ~= "category" then err[name] = errors.hide(value, secrets) end
  end
  return err
end

--- The vendor's own text as `err.vendor_message` keeps it: cut where it is long, nil where there is none.
---@param text any
---@return string?
function errors.vendor_text(text)
  if type(text) ~= "string" or text == "" then return nil end
  return cut(text, LONGEST_VENDOR_TEXT)
end

return errors
