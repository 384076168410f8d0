-- The unit test of own_transport.lua:  busted examples/own_transport_spec.lua

local idocr = require "idocr"
local recorder = require "own_transport"

describe("the recorder", function()
  local records

  local function client_with(inner)
    records = {}
    return idocr.new {
      credentials = { secret_id = "AKIDexample", secret_key = "example" },
      transport = recorder.new(inner, function(entry) records[#records + 1] = entry end),
      retry = { attempts = 2, base = 0.01 }, precheck = false,
    }
  end

  it("records a response", function()
    local client = client_with(function()
      return { status = 200, headers = {}, body = '{"Response":{"ID":"X1234567","RequestId":"r-1"}}' }
    end)
    local card = assert(client:passport { image = idocr.bytes "a picture" })
    assert.equal("X1234567", card.number)
    assert.equal(1, #records)
    assert.equal(200, records[1].status)
    assert.is_true(records[1].bytes > #"a picture")
  end)

  it("records each attempt, and keeps what the error says about money", function()
    local client = client_with(function()
      return nil, { category = "connect", code = "ConnectFailed", message = "no connection", sent = false }
    end)
    local card, err = client:passport { image = idocr.bytes "a picture" }
    assert.is_nil(card)
    assert.equal("ConnectFailed", err.code)
    assert.is_false(err.billed)
    assert.equal(2, #records)
    assert.is_false(records[2].sent)
  end)
end)
