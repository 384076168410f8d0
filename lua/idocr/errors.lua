--- Error objects: what every function of idocr returns as its second value when something went wrong.
--- `tostring(err)` and `..` are safe to log: vendors' texts are scrubbed of whatever could be a secret, a picture or
--- a person's data before they get in here.

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

local HIDDEN = "***"

local function digits(text) return select(2, text:gsub("%d", "")) end

-- Base64 and keys mix what words and names of codes do not.
local function is_mixed(run) return run:find("%u") and run:find("%l") and run:find("%d") end

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
  if #text > LONGEST_MESSAGE then
    local cut = LONGEST_MESSAGE
    while cut > 0 and text:byte(cut + 1) >= 0x80 and text:byte(cut + 1) < 0xC0 do cut = cut - 1 end -- whole UTF-8 characters
    text = text:sub(1, cut) .. "…"
  end
  return text
end

local metatable = {}
metatable.__index = metatable
metatable.__name = "idocr.Error"

function metatable:__tostring()
  local text = self.category .. " error " .. self.code
  if self.message ~= "" then text = text .. ": " .. self.message end
  if self.http_status and self.http_status ~= 200 then text = text .. " (HTTP " .. self.http_status .. ")" end
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
  return with_facts(category, code, message, fields, sent, sent ~= true and false or nil)
end

--- Whether a value is an error object of ours.
---@param value any
---@return boolean
function errors.is(value) return getmetatable(value) == metatable end

--- Any value as a text that is safe to log, also where its own `__tostring` raises.
---@param value any
---@return string
function errors.describe(value)
  local ran, text = pcall(tostring, value)
  return errors.scrub(ran and text or "a " .. type(value))
end

local SHORTEST_SECRET = 6 -- bytes; a shorter one would be found in innocent words

local function hide(text, secret)
  local from, to = text:find(secret, 1, true)
  while from do
    text = text:sub(1, from - 1) .. HIDDEN .. text:sub(to + 1)
    from, to = text:find(secret, from + #HIDDEN, true)
  end
  return text
end

--- Takes secrets that are known out of an error, whatever they look like: vendors and transports quote what they were sent.
---@param err idocr.Error changed in place
---@param secrets string[]
---@return idocr.Error err
function errors.conceal(err, secrets)
  for _, name in ipairs { "message", "code", "request_id" } do
    for _, secret in ipairs(type(err[name]) == "string" and secrets or {}) do
      if #secret >= SHORTEST_SECRET then err[name] = hide(err[name], secret) end
    end
  end
  return err
end

return errors
