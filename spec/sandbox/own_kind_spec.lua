-- A kind in the user's own folder, of unusual shapes: constants, a shared action, either side, values in objects, JSON in JSON,
-- words and flags as warnings. It works in the client, the mock server, stamps and the command.

local command = require "spec.support.command"
local idocr = require "idocr"
local process = require "spec.support.process"
local s = require "spec.support.sandbox"
local stamp = require "idocr.sandbox.stamp"

local STAFF = [[
return {
  title = "Staff card",
  params = {
    side = { type = "string", values = { front = 1, back = 2 }, help = "the side shown" },
    scan = { type = "boolean", help = "the picture is a scan" },
  },
  services = {
    {
      provider = "tencent", action = "RecognizeStaffCardOCR", sites = { intl = true }, removed = { cn = "2025-01-31" },
      pictures = { { param = "image", base64 = "ImageBase64", side = "either" } },
      formats = { jpeg = true, png = true }, max_base64 = 7 * 1024 * 1024,
      limits = { { when = "scan", max_side = 900 } },
      inputs = {
        { wire = "CardType", type = "integer", constant = 3, param = "side" },
        { wire = "Version", type = "integer", constant = 2, required = true },
        { wire = "WantPhoto", type = "boolean", param = "portrait", constant = false, required = true },
        { wire = "Scan", type = "boolean", param = "scan" },
        { wire = "Speed", type = "string", constant = "FAST", when = { "scan" }, value = "SLOW" },
        { wire = "Scopes", type = "list", constant = { "front", "text" } },
        { wire = "Checks", type = "json", fields = { { wire = "Mode", type = "string", constant = "full" } } },
      },
      embedded = { ["Card.Others"] = true, ["Card.Others.More"] = true },
      shows = { wire = "Card.Kind", kinds = { Staff = "staff_card", Visitor = "visitor_card" } },
      outputs = {
        { wire = "Card.No.Value", field = "number", as = "text", confidence = "Card.No.Score" },
        { wire = "Card.First.Value", field = "given_name", as = "text" },
        { wire = "Card.Middle.Value", field = "middle_name", as = "text" },
        { wire = "Card.Last.Value", field = "surname", as = "text" },
        { wire = "Card.Sex", field = "sex", as = "sex_es" },
        { wire = "Card.Level", field = "level", as = "text", values = { ["1"] = "senior", ["0"] = "junior" } },
        { wire = "Card.Others.Born", field = "birth_date", as = "date_mdy", formats = { "MM/DD/YYYY" } },
        { wire = "Card.Others.More.Until", field = "expiry_date", as = "date", formats = { "D Mon YYYY" } },
        { wire = "Card.Others.More.Until", field = "long_term", as = "open_end", formats = { "FOREVER" } },
        { wire = "Card.Codes.A", field = "codes[1]", as = "text" },
        { wire = "Card.Codes.B", field = "codes[2]", as = "text" },
        { wire = "Card.Photo.Value", field = "portrait", as = "picture" },
        { wire = "Card.Seal", field = "seal", as = "picture" },
        { wire = "Back.No", field = "back_number", as = "text" },
      },
      composed = {
        { field = "name", from = { "given_name", "middle_name", "surname" }, separator = " " },
        { field = "name", from = { "given_name", "surname" }, separator = " " },
      },
      warnings = {
        ["Card.Flags.*"] = { Blur = "blurry", Score = false }, Words = { PAPER = "photocopy", CUT = "incomplete" },
      },
      refusal = "FailedOperation.NoStaffCard",
    },
    {
      provider = "ekycpro", action = "staff_ocr/general", pictures = { { param = "image", base64 = "img", side = "either" } },
      formats = { jpeg = true, png = true }, max_bytes = 2 * 1024 * 1024,
      inputs = { { wire = "kind", type = "integer", constant = 7 }, { wire = "photo", type = "boolean", param = "portrait" } },
      shows = { wire = "*", kinds = { staff = "staff_card", visitor = "visitor_card" } },
      outputs = {
        { wire = "staff.no", field = "number", as = "compact" },
        { wire = "staff.photo", field = "portrait", as = "picture" },
      },
      warnings = { ["*.IsBad"] = { blur = "blurry" } },
    },
  },
}
]]

local VISITOR = [[
local staff = require "idocr.cards.staff_card"
local tencent, ekycpro = staff.services[1], staff.services[2]
return {
  services = {
    {
      provider = "tencent", action = tencent.action, sites = tencent.sites, pictures = tencent.pictures, shows = tencent.shows,
      inputs = { { wire = "CardType", type = "integer", constant = 9 }, { wire = "Version", type = "integer", constant = 2 } },
      outputs = { { wire = "Card.No.Value", field = "number", as = "text" }, { wire = "Card.Host", field = "host", as = "text" } },
      refusal = tencent.refusal,
    },
    {
      provider = "ekycpro", action = ekycpro.action, pictures = ekycpro.pictures, shows = ekycpro.shows,
      inputs = { { wire = "kind", type = "integer", constant = 8 } },
      outputs = { { wire = "visitor.no", field = "number", as = "text" } },
    },
  },
}
]]

local FIELDS = {
  number = "L-17", name = "ANA MARIA LOPEZ", sex = "F", level = "senior", birth_date = "1990-04-09", long_term = "true",
  ["codes[1]"] = "AA", ["codes[2]"] = "BB", back_number = "B9", portrait = "passport", ["confidence.number"] = "0.7",
  warnings = "blurry,photocopy,incomplete",
}

describe("a kind of card in a folder of the user", function()
  local folder, path

  setup(function()
    folder, path = process.tempdir(), package.path
    process.run("mkdir -p " .. process.quote(folder .. "/idocr/cards"))
    process.write(folder .. "/idocr/cards/staff_card.lua", STAFF)
    process.write(folder .. "/idocr/cards/visitor_card.lua", VISITOR)
    package.path = folder .. "/?.lua;" .. path
  end)

  teardown(function()
    package.path = path
    package.loaded["idocr.cards.staff_card"], package.loaded["idocr.cards.visitor_card"] = nil, nil
  end)

  local function read(kind, picture, params, options)
    options = options or {}
    options.transport, options.rate = "sandbox", false
    local client = idocr.new(options)
    params = params or {}
    params.image = idocr.bytes(picture)
    local card, err = client:read(kind, params)
    client:close()
    return card, err
  end

  local function picture(kind, fields, bytes)
    local stamped, err = stamp.write(bytes or s.PNG, { kind = kind, fields = fields })
    assert(stamped, tostring(err))
    return stamped
  end

  it("is stamped and read through Tencent's side of the mock server", function()
    local card = assert(read("staff_card", picture("staff_card", FIELDS), { portrait = true }))
    assert.same({ "L-17", "ANA MARIA LOPEZ", "ANA", "MARIA", "LOPEZ", "F", "senior", "1990-04-09", true, "B9", 0.7 }, {
      card.number, card.name, card.given_name, card.middle_name, card.surname, card.sex, card.level, card.birth_date, card.long_term,
      card.back_number, card.confidence.number,
    })
    assert.same({ "AA", "BB" }, card.codes)
    assert.equal("\255\216", card.portrait:sub(1, 2))
    for _, name in ipairs { "blurry", "photocopy", "incomplete" } do assert.is_true(card:has_warning(name), name) end
    assert.equal(3, #card.warnings)
    assert.is_nil(card.unread)
    local sealed = picture("staff_card", { name = "ANA LOPEZ", number = "1", seal = s.base64(s.PNG) })
    card = assert(read("staff_card", sealed, { side = "back" }))
    assert.same({ "ANA", "LOPEZ", s.PNG }, { card.given_name, card.middle_name or card.surname, card.seal })
    assert.equal(s.base64(s.PNG), card:plain().seal) -- JSON cannot hold its bytes
    assert.is_nil(card:plain({ pictures = false }).seal)
  end)

  it("is read through ekycpro's side, which sends the constant and the portrait's switch", function()
    local card = assert(read("staff_card", picture("staff_card", FIELDS), { portrait = true }, { provider = "ekycpro" }))
    assert.same({ "L17", "\255\216", true }, { card.number, card.portrait:sub(1, 2), card:has_warning("blurry") })
    assert.is_nil(assert(read("staff_card", picture("staff_card", FIELDS), nil, { provider = "ekycpro" })).portrait)
  end)

  it("is told apart from the kind with which it shares an action", function()
    local visitor = picture("visitor_card", { number = "V1" })
    for _, provider in ipairs { "tencent", "ekycpro" } do
      assert.equal("V1", assert(read("visitor_card", visitor, nil, { provider = provider })).number)
      assert.equal("service", select(2, read("staff_card", visitor, nil, { provider = provider })).category)
    end
  end)

  it("has its limits with a param, and its removed site", function()
    local large = picture("staff_card", { number = "1" }, s.specimen "passport")
    assert.equal("PictureTooLarge", select(2, read("staff_card", large, { scan = true })).code)
    assert.equal("LimitExceeded.TooLargeFileError", select(2, read("staff_card", large, { scan = true, precheck = false })).code)
    assert.equal("1", assert(read("staff_card", large)).number)
    assert.equal("2", assert(read("staff_card", picture("staff_card", { number = "2" }), { scan = true })).number)
    assert.equal("KindUnsupported", select(2, read("staff_card", large, nil, { site = "cn" })).code)
  end)

  it("is a kind of the command", function()
    local file = folder .. "/card.png"
    process.write(file, s.PNG)
    local environment = "LUA_PATH=" .. process.quote(folder .. "/?.lua;" .. os.getenv "LUA_PATH") .. " "
    local _, status, stderr = command.with(environment, "stamp %s --kind staff_card --set number=L-9 --set sex=M", file)
    assert.equal(0, status, stderr)
    local out
    out, status, stderr = command.with(environment, "read staff_card --transport sandbox --json --set side=front %s", file)
    assert.equal(0, status, stderr)
    local card = command.entries(out)[1]
    assert.same({ "L-9", "M" }, { card.number, card.sex })
    out = command.with(environment, "kinds")
    assert.truthy(out:find("staff_card", 1, true))
  end)

  it("with a wrong table ends the command with status 2 and names the place", function()
    local file = folder .. "/card.png"
    process.write(file, s.PNG)
    local environment = "LUA_PATH=" .. process.quote(folder .. "/?.lua;" .. os.getenv "LUA_PATH") .. " "
    for text, place in pairs {
      ['return { title = "x" }'] = "idocr/cards/wrong_card.lua: services is missing",
      ["return {"] = "error loading module 'idocr.cards.wrong_card'",
    } do
      process.write(folder .. "/idocr/cards/wrong_card.lua", text)
      for _, arguments in ipairs {
        "read wrong_card --transport sandbox %s", "stamp %s --kind wrong_card --set number=1", "precheck wrong_card %s",
      } do
        local _, status, stderr = command.with(environment, arguments, file)
        assert.equal(2, status, stderr)
        assert.truthy(stderr:find(place, 1, true), stderr)
        assert.is_nil(stderr:find("traceback", 1, true), stderr)
      end
    end
    os.remove(folder .. "/idocr/cards/wrong_card.lua")
  end)
end)
