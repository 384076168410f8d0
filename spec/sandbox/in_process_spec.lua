--- Tests clients with the mock server in the same process.

local idocr = require "idocr"
local new_kind = require "spec.support.new_kind"
local server = require "idocr.sandbox.server"
local specimens = require "idocr.sandbox.specimens"
local stamp = require "idocr.sandbox.stamp"
local support = require "spec.support.sandbox"

describe("a client with the sandbox transport", function()
  it("verifies explicit credentials", function()
    local client = idocr.new { transport = "sandbox", credentials = { secret_id = "AKIDother", secret_key = "k" } }
    local card, err = client:passport(specimens.path("passport"))
    assert.is_nil(card)
    assert.equal("AuthFailure.SecretIdNotFound", err.code)
    assert.equal("credentials", err.category)
  end)

  it("corrects a wrong clock", function()
    local client = idocr.new { transport = "sandbox", clock = function() return 1700000000 end }
    assert.is_table((client:passport(specimens.path("passport"))))
  end)

  it("sends all requests within the rate limit", function()
    local client, read = idocr.new { transport = "sandbox" }, 0
    local path = specimens.path("passport")
    for _, card, err in client:each("passport", { path, path, path, path, path, path }, { concurrency = 6 }) do
      assert.is_table(card, tostring(err))
      read = read + 1
    end
    assert.equal(6, read)
  end)

  it("returns `closed` errors after close", function()
    local client = idocr.new { transport = "sandbox" }
    client:close()
    assert.equal("closed", select(2, client:passport(specimens.path("passport"))).category)
  end)

  it("supports a new kind that is only a card table, in the process and as a server", function()
    local remove_kind = new_kind.add()
    local ok, problem = pcall(function()
      local fields = { number = "L-1", expiry_date = "2030-12-05", fine = "2.5", warnings = "blurry", portrait = "passport" }
      local picture = assert(stamp.write(support.PNG, { kind = new_kind.NAME, fields = fields }))
      local running = assert(server.start())
      local keys = { secret_id = running.secret_id, secret_key = running.secret_key }
      for _, options in ipairs { { transport = "sandbox" }, { endpoint = running.http, credentials = keys } } do
        local client = idocr.new(options)
        local card = assert(client:read(new_kind.NAME, { image = idocr.bytes(picture), portrait = true }))
        assert.same({ "L-1", "2030-12-05", 2.5, true }, { card.number, card.expiry_date, card.fine, card.portrait ~= nil })
        assert.is_true(card.sandbox and card:has_warning("blurry"))
        card = assert(client:read(new_kind.NAME, idocr.bytes(picture)))
        assert.is_nil(card.portrait)
        assert.equal("FailedOperation.ImageNoSpecifiedCard", select(2, client:read(new_kind.NAME, specimens.path("passport"))).code)
      end
      running:stop()
    end)
    remove_kind()
    assert.is_true(ok, tostring(problem))
  end)
end)
