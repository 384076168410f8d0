--- Tests the params of a call (unknown names, wrong types, hints) and the choice of the service.

local idocr = require "idocr"
local scripted = require "spec.support.scripted"

local PNG = idocr.bytes(scripted.PNG)

local function client(more)
  local wire = scripted.new { scripted.ok() }
  return idocr.new(scripted.options(wire, more)), wire
end

local function raised(fn)
  local ok, message = pcall(fn)
  assert.is_false(ok)
  return message
end

describe("params", function()
  it("raise where they are unknown, with the nearest right name", function()
    local made = client()
    assert.matches('params_spec.lua:%d+: passport takes no param "portait" %(did you mean "portrait"%?%)',
      raised(function() made:passport { image = PNG, portait = true } end))
    assert.matches('takes no param "side"', raised(function() made:read("passport", { image = PNG, side = "front" }) end))
    assert.matches('takes no param "back"', raised(function() made:passport { image = PNG, back = PNG } end))
    assert.matches("image is missing", raised(function() made:passport {} end))
    assert.matches("must be a table", raised(function() made:passport(5) end))
    assert.matches('no kind "pasport" %(did you mean "passport"%?%)', raised(function() made:read("pasport", PNG) end))
    assert.matches("no kind", raised(function() made:prepare(nil, PNG) end))
    assert.matches("colon", raised(function() made.passport { image = PNG } end))
  end)

  it("raise where their type or value is wrong", function()
    local made = client { site = "cn" }
    for _, wrong in ipairs {
      { portrait = 1 }, { crop = "yes" }, { side = "top" }, { side = true }, { warn = "photocopy" }, { warn = { "fotocopy" } },
      { warn = { photocopy = true } }, { precheck = "no" }, { precheck = true }, { advice = 1 }, { quality = 50 },
    } do
      wrong.image = PNG
      assert.has.errors(function() made:china_id(wrong) end)
    end
    assert.matches("precheck can only be false.* advice = true", raised(function() made:china_id { image = PNG, precheck = true } end))
    assert.matches('did you mean "photocopy"', raised(function() made:china_id { image = PNG, warn = { "fotocopy" } } end))
  end)

  it("reach the wire", function()
    local made, wire = client { site = "cn" }
    assert(made:china_id { image = PNG, side = "front", crop = true, warn = { "photocopy", "glare" }, rectify = false })
    local body = tostring(wire.requests[1].body)
    assert.matches('"CardSide": *"FRONT"', body)
    assert.matches('CropIdCard\\":true', body)
    assert.matches('CopyWarn\\":true', body)
    assert.matches('ReflectWarn\\":true', body)
    assert.matches('"EnableRecognitionRectify": *false', body)
  end)

  it("may be a path or a picture alone", function()
    local made, wire = client()
    assert(made:passport(PNG))
    assert(made:read("passport", require("idocr.sandbox.specimens").path "passport"))
    assert.equal(2, #wire.requests)
  end)
end)

describe("routing", function()
  it("chooses the action by site", function()
    for site, action in pairs { cn = "IDCardOCR", intl = "RecognizeMainlandIDCardOCR" } do
      local made, wire = client { site = site }
      assert(made:china_id(PNG))
      assert.equal(action, scripted.header(wire.requests[1], "X-TC-Action"))
    end
  end)

  it("refuses what the site or the provider lacks before anything is sent", function()
    for _, case in ipairs {
      { { site = "cn" }, "macao_id", {} },
      { { provider = "ekycpro", credentials = { api_key = "k" } }, "macao_id", {} },
      { { provider = "ekycpro", credentials = { api_key = "k" } }, "malaysia_id", { back = PNG } },
      { { provider = "ekycpro", credentials = { api_key = "k" } }, "malaysia_id", { image = idocr.url "https://x/y.jpg" } },
      { {}, "china_id", { quality = true } },
    } do
      local made, wire = client(case[1])
      local params = case[3]
      params.image = params.image or PNG
      local card, err = made:read(case[2], params)
      assert.is_nil(card)
      assert.equal("unsupported", err.category)
      assert.is_false(err.billed)
      assert.is_false(err.retryable)
      assert.equal(0, err.attempts)
      assert.equal(0, #wire.requests)
    end
  end)
end)
