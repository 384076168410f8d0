local idocr = require "idocr"
local specimens = require "idocr.sandbox.specimens"

describe("a client in the sandbox", function()
  it("reads every specimen by every service, with what stands on it", function()
    local services = {
      malaysia_id = { {}, { site = "cn" }, { provider = "ekycpro" } }, passport = { {}, { site = "cn" } },
      macao_id = { {} }, china_id = { {}, { site = "cn" } },
    }
    for _, specimen in ipairs(specimens.list()) do
      for _, options in ipairs(services[specimen.kind]) do
        local client = idocr.new { transport = "sandbox", site = options.site, provider = options.provider, rate = false }
        local card, err = client:read(specimen.kind, { image = specimen.path, portrait = not options.provider or nil })
        assert.is_table(card, tostring(err))
        assert.is_true(card.sandbox)
        for _, field in ipairs { "number", "name", "sex", "birth_date", "address", "issuing_authority", "expiry_date", "surname" } do
          assert.equal(specimen.fields[field], card[field], specimen.file .. " " .. field)
        end
        assert.equal(specimen.portrait ~= nil and not options.provider, card.portrait ~= nil)
        client:close()
      end
    end
  end)

  it("checks explicit credentials for real", function()
    local client = idocr.new { transport = "sandbox", credentials = { secret_id = "AKIDother", secret_key = "k" } }
    local card, err = client:passport(specimens.path("passport"))
    assert.is_nil(card)
    assert.equal("AuthFailure.SecretIdNotFound", err.code)
    assert.equal("credentials", err.category)
  end)

  it("corrects a clock that is wrong", function()
    local client = idocr.new { transport = "sandbox", clock = function() return 1700000000 end }
    assert.is_table((client:passport(specimens.path("passport"))))
  end)

  it("sends every request that the rates allow", function()
    local client, read = idocr.new { transport = "sandbox" }, 0
    local path = specimens.path("passport")
    for _, card, err in client:each("passport", { path, path, path, path, path, path }, { concurrency = 6 }) do
      assert.is_table(card, tostring(err))
      read = read + 1
    end
    assert.equal(6, read)
  end)

  it("is closed after close", function()
    local client = idocr.new { transport = "sandbox" }
    client:close()
    assert.equal("closed", select(2, client:passport(specimens.path("passport"))).category)
  end)

  it("serves a kind that is new, by its stamp", function()
    local stamp = require "idocr.sandbox.stamp"
    package.loaded["idocr.cards.library_card"] = {
      title = "Library card",
      services = { {
        provider = "tencent", action = "RecognizeLibraryCardOCR", sites = { intl = true, cn = true },
          refusal = "FailedOperation.ImageNoSpecifiedCard",
        pictures = { { param = "image", base64 = "ImageBase64", url = "ImageUrl" } }, formats = { png = true, jpeg = true },
          max_base64 = 7 * 2 ^ 20,
        inputs = { { wire = "WantPhoto", type = "boolean", param = "portrait" } },
        outputs = {
          { wire = "Card.Number", field = "number", as = "text" }, { wire = "Card.Until", field = "expiry_date", as = "date",
            formats = { "D Mon YYYY" } },
          { wire = "Photo", field = "portrait", as = "picture" }, { wire = "Fine", field = "fine", as = "number" },
        },
        warnings = { Alarms = { [-1] = "blurry" } },
      } },
      show = { "number", "expiry_date", "fine" },
    }
    local list = require("idocr.kinds").list
    require("idocr.kinds").list = function()
      local names = list()
      names[#names + 1] = "library_card"
      return names
    end
    local ok, problem = pcall(function()
      local fields = { number = "L-1", expiry_date = "2030-12-05", fine = "2.5", warnings = "blurry", portrait = "passport" }
      local picture = assert(stamp.write(require("spec.sandbox.support").PNG, { kind = "library_card", fields = fields }))
      local client = idocr.new { transport = "sandbox" }
      local card = assert(client:read("library_card", { image = idocr.bytes(picture), portrait = true }))
      assert.same({ "L-1", "2030-12-05", 2.5, true }, { card.number, card.expiry_date, card.fine, card.portrait ~= nil })
      assert.is_true(card:has_warning("blurry"))
      assert.equal("FailedOperation.ImageNoSpecifiedCard", select(2, client:read("library_card", specimens.path("passport"))).code)
    end)
    require("idocr.kinds").list = list
    package.loaded["idocr.cards.library_card"] = nil
    assert.is_true(ok, tostring(problem))
  end)
end)
