--- Tests stamps: data in pictures from which the mock server responds.

local cjson = require "cjson"
local core = require "idocr.core"
local handler = require "idocr.sandbox.handler"
local idocr = require "idocr"
local picture_text = require "idocr.sandbox.stamp.picture_text"
local s = require "spec.support.sandbox"
local stamp = require "idocr.sandbox.stamp"

local JPEG = s.specimen("passport")

local function stamped(wanted, picture)
  local bytes, err = stamp.write(picture or s.PNG, wanted)
  assert(bytes, tostring(err))
  return bytes
end

local function client(options)
  options = options or {}
  options.transport, options.retry, options.rate = "sandbox", { attempts = 1 }, false
  return idocr.new(options)
end

describe("picture_text", function()
  it("computes the CRC-32 of PNG", function()
    assert.equal(0xCBF43926, picture_text.crc32("123456789"))
    assert.equal(0, picture_text.crc32(""))
  end)

  for name, picture in pairs { JPEG = JPEG, PNG = s.PNG } do
    it("writes and reads a text in a " .. name .. " picture, which stays valid", function()
      local once = assert(picture_text.write(picture, "k", "first 名"))
      assert.equal("first 名", picture_text.read(once, "k"))
      assert.is_nil(picture_text.read(once, "other"))
      local twice = assert(picture_text.write(once, "k", "second"))
      assert.equal("second", picture_text.read(twice, "k"))
      assert.equal(#picture + #twice - #picture, #twice)
      assert.is_true(#twice < #once + 8) -- replaced, not added
      local before, after = core.image_bytes(picture):info(), core.image_bytes(twice):info()
      assert.same({ before.format, before.width, before.height, true }, { after.format, after.width, after.height, after.complete })
      local path = os.tmpname()
      local file = assert(io.open(path, "wb"))
      file:write(twice)
      file:close()
      local pipe = io.popen("command -v identify >/dev/null && identify -regard-warnings " .. path .. " 2>&1 || echo skipped")
      local output = pipe:read("*a")
      pipe:close()
      os.remove(path)
      assert.truthy(output:find("skipped") or output:find(name, 1, true), output)
    end)
  end

  it("returns nil for a wrong checksum or a malformed picture", function()
    local good = assert(picture_text.write(s.PNG, "k", "text"))
    assert.is_nil(picture_text.read((good:gsub("text", "tExt", 1)), "k"))
    for length = 0, #good - 1 do picture_text.read(good:sub(1, length), "k") end
    for length = 0, 400 do picture_text.read(JPEG:sub(1, length), "k") end
    assert.is_nil((picture_text.write("GIF89a", "k", "text")))
    assert.is_nil((picture_text.write(JPEG:sub(1, 30), "k", "text")))
    assert.is_nil((picture_text.write(JPEG, "k", ("x"):rep(70000))))
  end)

  it("also reads a plain PNG text chunk", function()
    local body = "tEXtk\0text"
    local crc = picture_text.crc32(body)
    local chunk = "\0\0\0\6" .. body .. string.char(math.floor(crc / 2 ^ 24), math.floor(crc / 2 ^ 16) % 256,
      math.floor(crc / 256) % 256, crc % 256)
    assert.equal("text", picture_text.read(s.PNG:sub(1, 33) .. chunk .. s.PNG:sub(34), "k"))
  end)
end)

describe("a stamp", function()
  it("defines exactly the fields of the response", function()
    local card = assert(client():passport(idocr.bytes(stamped({
      kind = "passport",
      fields = {
        number = "Q1", name = "DOE JANE", surname = "DOE", sex = "F", birth_date = "1999-12-31", expiry_date = "not a date",
        ["visual.birth_place"] = "NOWHERE", mrz = "LINE1\nLINE2", warnings = "glare,photocopy", ["confidence.number"] = "0.5",
          complete = "false",
      },
    }))))
    assert.is_true(card.sandbox)
    assert.same({ "Q1", "DOE JANE", "DOE", "F", "1999-12-31" }, { card.number, card.name, card.surname, card.sex, card.birth_date })
    assert.is_nil(card.expiry_date)
    assert.equal("not a date", card.raw.DateOfExpiration)
    assert.is_nil(card.given_name)
    assert.equal("NOWHERE", card.visual.birth_place)
    assert.same({ "LINE1", "LINE2" }, card.mrz)
    assert.is_true(card:has_warning("glare") and card:has_warning("photocopy"))
    assert.equal(0.5, card.confidence.number)
    assert.is_false(card.complete)
  end)

  it("works with each kind and service", function()
    local function read(kind, fields, options, params)
      params = params or {}
      params.image = idocr.bytes(stamped { kind = kind, fields = fields })
      return assert(client(options):read(kind, params))
    end
    local card = read("malaysia_id", { number = "000101-01-0001", back_number = "000101-01-0001-01", sex = "M", document_type = "MyPR" })
    assert.same({ "000101-01-0001", "000101-01-0001-01", "M", "MyPR" }, { card.number, card.back_number, card.sex, card.document_type })
    card = read("malaysia_id", { number = "000101-01-0001", sex = "M", birth_date = "2000-01-01" }, { provider = "ekycpro" })
    assert.same({ "000101-01-0001", "M", "2000-01-01" }, { card.number, card.sex, card.birth_date })
    card = read("macao_id", { number = "5000000(1)", name = "WONG SIU MING", native_name = "黃小明", height = "1.5",
      resident_type = "non-permanent" })
    assert.same({ "WONG", "SIU MING", "黃", "小明", 1.5, "non-permanent" },
      { card.surname, card.given_name, card.native_surname, card.native_given_name, card.height, card.resident_type })
    card = read("china_id", { issue_date = "2020-02-03", long_term = "true", warnings = "temporary", quality = "40" }, { site = "cn" })
    assert.equal("2020-02-03", card.issue_date)
    assert.is_true(card.long_term)
    assert.is_true(card:has_warning("temporary"))
    assert.equal(40, card.quality)
    card = read("china_id", { name = "王" }, { site = "intl" })
    assert.equal("王", card.name)
  end)

  it("can return a specimen's portrait, on request", function()
    local bytes = stamped { kind = "passport", fields = { number = "Q1", portrait = "macao_id" } }
    assert.is_nil(assert(client():passport(idocr.bytes(bytes))).portrait)
    assert.equal("\255\216", assert(client():passport { image = idocr.bytes(bytes), portrait = true }).portrait:sub(1, 2))
  end)

  it("sets response members by the service's name", function()
    local server = handler.new()
    local bytes = stamped { kind = "passport", fields = { AdvancedInfo = "", Warn = "[-9106]", Surname = "null",
      ["PassportRecognizeInfos.Title"] = "DR" } }
    local response = s.call(server, { action = "MLIDPassportOCR", params = { ImageBase64 = s.base64(bytes) } })
    assert.equal("", response.AdvancedInfo)
    assert.same({ -9106 }, response.Warn)
    assert.equal(cjson.null, response.Surname)
    assert.equal("DR", response.PassportRecognizeInfos.Title)
  end)

  it("causes an error for calls of other kinds", function()
    local card, err = client():macao_id(idocr.bytes(stamped { kind = "passport", fields = { number = "Q1" } }))
    assert.is_nil(card)
    assert.equal("FailedOperation.ImageNoSpecifiedCard", err.code)
  end)

  it("has priority over the picture, but not over an unchanged specimen", function()
    local card = assert(client():malaysia_id(idocr.bytes(stamped({ kind = "malaysia_id", fields = { number = "1" } }, JPEG))))
    assert.equal("1", card.number)
  end)

  it("can return every error code of the services, for every action", function()
    local codes = {}
    for code in pairs(require "idocr.sandbox.reply.messages") do codes[#codes + 1] = code end
    assert.is_true(#codes > 70)
    local server = handler.new { rate = false }
    for _, code in ipairs(codes) do
      local bytes = stamped { error = code }
      local response = s.call(server, { action = "MLIDCardOCR", params = { ImageBase64 = s.base64(bytes) } })
      assert.equal(code, response.Error.Code)
      assert.is_true(#response.Error.Message > 0)
      local reply = cjson.decode(server:handle(s.form { img = s.base64(bytes) }).body)
      assert.equal(code, reply.status)
    end
  end)

  it("is refused if it is invalid", function()
    for _, wanted in ipairs {
      {}, { fields = { number = "1" }, error = "FailedOperation" }, { kind = "palm" }, { kind = "passport", fields = { colour = "red" } },
      { kind = "passport", fields = { warnings = "ugly" } }, { error = "no such, code" }, { fault = "flood" }, { fault = "cut=3" },
      { kind = "passport", fields = { portrait = "/etc/passwd" } },
    } do
      local bytes, err = stamp.write(s.PNG, wanted)
      assert.is_nil(bytes)
      assert.equal("image", err.category)
    end
    assert.equal("StampImpossible", select(2, stamp.write("BM......", { error = "FailedOperation" })).code)
  end)
end)

describe("an injected fault", function()
  local PASSPORT = { kind = "passport", fields = { number = "Q1" } }

  local function faulty(fault) return idocr.bytes(stamped { kind = PASSPORT.kind, fields = PASSPORT.fields, fault = fault }) end

  it("can be requested by a stamp", function()
    local expected = {
      throttled = { "throttled", "RequestLimitExceeded" }, internal_error = { "service", "InternalError" },
      expired_signature = { "credentials", "AuthFailure.SignatureExpire" }, cut = { "network", "ConnectionClosed" },
      reset = { "network", "ConnectionReset" },
    }
    for fault, wanted in pairs(expected) do
      local card, err = client():passport(faulty(fault))
      assert.is_nil(card)
      assert.same(wanted, { err.category, err.code })
    end
  end)

  it("delays the response by its seconds, within the deadline", function()
    local started = core.monotonic()
    assert(client():passport(faulty("slow=0.2")))
    assert.is_true(core.monotonic() - started >= 0.2)
    local _, err = client({ timeout = { total = 0.1 } }):passport(faulty("slow"))
    assert.equal("timeout", err.category)
  end)

  it("ends after its number of calls", function()
    local one = client()
    local bytes = faulty("throttled*2")
    for _, wanted in ipairs { false, false, true } do
      assert.equal(wanted, one:passport(bytes) ~= nil)
    end
  end)

  it("can be requested by a reserved secret id or API key", function()
    local one = client { credentials = { secret_id = "sandbox-fault-internal-error", secret_key = s.KEYS.secret_key } }
    assert.equal("InternalError", select(2, one:passport(s.specimen and require("idocr.sandbox.specimens").path("passport"))).code)
    local two = client { provider = "ekycpro", credentials = { api_key = "sandbox-fault-throttled" } }
    assert.equal("throttled", select(2, two:malaysia_id(require("idocr.sandbox.specimens").path("malaysia_id"))).category)
  end)

  it("can be requested by a header", function()
    local options = { action = "MLIDPassportOCR", params = { ImageBase64 = s.base64(s.PNG) } }
    for fault, code in pairs { throttled = "RequestLimitExceeded", ["Internal Error"] = "InternalError" } do
      options.headers = { ["x-sandbox-fault"] = fault }
      assert.equal(code, (select(2, s.call(handler.new(), options))))
    end
    options.headers = { ["x-sandbox-fault"] = "cut" }
    assert.equal("cut", select(3, s.call(handler.new(), options)).fault)
  end)
end)

describe("a stamp with a misspelt name", function()
  it("is refused, with the nearest right name", function()
    for hint, wanted in pairs {
      ['no member "feilds" (did you mean "fields"?)'] = { kind = "passport", feilds = { number = "X1" } },
      ['no member "number"'] = { kind = "passport", number = "X1" },
      ["members by name"] = { "passport", kind = "passport" },
      ['field "numbr" (did you mean "number"?)'] = { kind = "passport", fields = { numbr = "X1" } },
      ['kind "pasport" (did you mean "passport"?)'] = { kind = "pasport" },
      ['warning "glar" (did you mean "glare"?)'] = { kind = "passport", fields = { warnings = "glar" } },
    } do
      local bytes, err = stamp.write(JPEG, wanted)
      assert.is_nil(bytes)
      assert.equal("StampInvalid", err.code)
      assert.truthy(err.message:find(hint, 1, true), err.message)
    end
  end)
end)
