-- Decides what to do with each kind of failure.
--
--   lua5.4 examples/errors.lua passport photo.jpg

local idocr = require "idocr"

-- Category of an error -> what to tell the person who took the picture, or the operator.
local ANSWERS = {
  image = function(err) return "take another picture: " .. err.message end,
  service = function(err) return err.retryable and "try again later" or "the picture was not accepted: " .. err.message end,
  throttled = function() return "too many pictures at once: try again in a minute" end,
  credentials = function() return "the operator has to look at the keys" end,
  unsupported = function(err) return "not possible: " .. err.message end,
}

local function passing() return "try again later" end
for _, category in ipairs { "connect", "timeout", "network", "store", "http" } do ANSWERS[category] = passing end

local client = idocr.new { transport = os.getenv "IDOCR_TRANSPORT" }
local card, err = client:read(arg[1], arg[2])
if card then
  print("read: " .. tostring(card)) -- without the data of the person
else
  local answer = ANSWERS[err.category]
  print(answer and answer(err) or "internal error")
  -- For the log: no personal data. `billed` is nil where the vendor does not say.
  io.stderr:write(tostring(err), " billed=", tostring(err.billed), " attempts=", tostring(err.attempts or 0), "\n")
  os.exit(1)
end
