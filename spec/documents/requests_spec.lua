-- What the requests of the new kinds contain, and which pictures are refused before they are sent.
local idocr = require "idocr"
local json = require "idocr.json"
local scripted = require "spec.support.scripted"

local BMP = "BM" .. ("\0"):rep(12) .. "\40\0\0\0\1\0\0\0\1\0\0\0\1\0\24\0" .. ("\0"):rep(24) .. "\0\0\0\0"

-- A PNG header of this size, followed by zeros up to `bytes`, as far as the check before sending reads it.
local function png(width, height, bytes)
  local function number(value) return string.char(0, 0, math.floor(value / 256), value % 256) end
  local text = scripted.PNG:sub(1, 16) .. number(width) .. number(height) .. scripted.PNG:sub(25)
  return idocr.bytes(text:sub(1, 33) .. ("\0"):rep((bytes or 0) - #text) .. text:sub(34))
end

local function client(site)
  local wire = scripted.new { scripted.ok() }
  return idocr.new(scripted.options(wire, { site = site })), wire
end

local function sent(kind, params)
  local made, wire = client()
  params.image = params.image or idocr.bytes(scripted.PNG)
  assert(made:read(kind, params))
  return json.decode(tostring(wire.requests[1].body))
end

local function refused(kind, params, site)
  local made, wire = client(site)
  local card, err = made:read(kind, params)
  assert.is_nil(card)
  assert.equal(0, #wire.requests)
  return err
end

describe("the request", function()
  it("always has the switch for the portrait where the action requires it, as a boolean", function()
    for _, kind in ipairs { "philippines_voter_id", "philippines_tin_id", "philippines_sss_id" } do
      assert.is_false(sent(kind, {}).ReturnHeadImage)
      assert.is_true(sent(kind, { portrait = true }).ReturnHeadImage)
    end
    assert.is_nil(sent("philippines_umid", {}).ReturnHeadImage)
  end)

  it("has the layout of a Brazilian licence only where the caller names it", function()
    assert.is_nil(sent("brazil_driving_licence", {}).LicenceVersion)
    assert.equal("NEW", sent("brazil_driving_licence", { version = "new" }).LicenceVersion)
    assert.has_error(function() sent("brazil_driving_licence", { version = "2019" }) end)
  end)

  it("has the back beside the front", function()
    local body = sent("thailand_id", { back = idocr.bytes(scripted.PNG) })
    assert.equal(body.ImageBase64, body.BackImageBase64)
  end)
end)

describe("before sending", function()
  it("other formats are refused for the back of a Thai card than for its front", function()
    assert.is_table(sent("thailand_id", { image = idocr.bytes(BMP) }))
    assert.equal("PictureFormat", refused("thailand_id", { image = idocr.bytes(scripted.PNG), back = idocr.bytes(BMP) }).code)
  end)

  it("a picture with a portrait has to be smaller for an Indonesian card", function()
    local large, long = 4 * 1024 * 1024, 2001
    for _, picture in ipairs { png(100, 100, large), png(long, 100) } do
      assert.is_table(sent("indonesia_id", { image = picture }))
      local err = refused("indonesia_id", { image = picture, portrait = true })
      assert.same({ "image", false }, { err.category, err.billed })
    end
  end)

  it("a kind that the site lost is refused with the date, and with what reads it", function()
    local err = refused("philippines_umid", { image = idocr.bytes(scripted.PNG) }, "cn")
    assert.same({ "unsupported", false, false }, { err.category, err.billed, err.retryable })
    for _, part in ipairs { "2024-11-29", "RecognizePhilippinesUMIDOCR", "ph_ocr_umid/general" } do
      assert.truthy(err.message:find(part, 1, true), err.message)
    end
    assert.truthy(refused("india_aadhaar", { image = idocr.bytes(scripted.PNG) }).message:find("in_ocr_back/general", 1, true))
  end)
end)
