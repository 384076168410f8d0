-- Asks a second provider where the first one fails at no cost.
--
--   lua5.4 examples/fallback.lua malaysia_id front.jpg
--
-- The keys of both are in the environment: TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, EKYCPRO_API_KEY.

local idocr = require "idocr"

local client = idocr.new {
  provider = { "tencent", "ekycpro" },
  transport = os.getenv "IDOCR_TRANSPORT",
  retry = { attempts = 2 },
  on_event = function(name, fields)
    if name == "fallback" then io.stderr:write(fields.from, " failed with ", fields.code, ": asking ", fields.to, "\n") end
  end,
}

-- A call that may have been billed is not given to the second provider: that would be paid twice. `retry.after_send = true` allows it.
local card, err = client:read(arg[1], arg[2])
if card then
  print(card.provider, card.number)
else
  print(err, "billed: " .. tostring(err.billed))
  os.exit(1)
end
