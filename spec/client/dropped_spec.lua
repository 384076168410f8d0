-- Tests that dropped clients leave no memory, as in a program that makes a client for each request.
local idocr = require "idocr"

local REPLY = '{"Response":{"RequestId":"r","ID":"1"}}'

local function come_and_go(count)
  for _ = 1, count do
    local client = idocr.new {
      credentials = { secret_id = "AKIDexample", secret_key = "key" }, rate = false,
      transport = function() return { status = 200, headers = {}, body = REPLY } end,
    }
    assert(client:passport { image = idocr.bytes "\255\216\255\217", precheck = false })
  end
  for _ = 1, 6 do collectgarbage() end -- what a finalizer held is freed in the next round
  return collectgarbage "count"
end

describe("a dropped client", function()
  it("is freed with everything that it kept", function()
    local before = come_and_go(500) -- tables that grow once and are kept have grown
    local kept = (come_and_go(2000) - before) / 2000
    assert.is_true(kept < 0.5, ("%.2f KB for each"):format(kept))
  end)
end)
