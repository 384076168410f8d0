-- What a table of a kind can say beyond members and fields: constants, shared actions, flags, confidences, limits, removed actions.
local core = require "idocr.core"
local idocr = require "idocr"
local json = require "idocr.json"
local scripted = require "spec.support.scripted"

local PNG = "\137PNG\r\n\26\n\0\0\0\rIHDR"

-- Returns a whole PNG of a size; only the header matters here.
local function png(width, height)
  local function u32(n) return "\0\0" .. string.char(math.floor(n / 256), n % 256) end
  return PNG .. u32(width) .. u32(height) .. "\8\2\0\0\0\0\0\0\0" .. "\0\0\0\0IEND\174\66\96\130"
end

local added = {}

-- Adds a kind by its table, as if it were a file of idocr/cards.
local function add(name, kind)
  package.loaded["idocr.cards." .. name] = kind
  added[#added + 1] = name
end

local function service(members)
  local one = {
    provider = "tencent", action = "ReadTicketOCR", sites = { intl = true },
    pictures = { { param = "image", base64 = "ImageBase64", url = "ImageUrl" }, { param = "back", base64 = "BackBase64" } },
    outputs = { { wire = "No", field = "number", as = "text" } },
  }
  for name, value in pairs(members) do one[name] = value end
  return one
end

local count = 0

-- Returns the name of a new kind with one service.
local function kind_with(members, params)
  count = count + 1
  local name = "ticket_" .. count
  add(name, { services = { service(members) }, params = params })
  return name
end

local function client_of(wire, options)
  local all = { credentials = scripted.KEYS, transport = function(...) return wire.send(wire, ...) end, rate = false }
  for option, value in pairs(options or {}) do all[option] = value end
  return idocr.new(all)
end

local function read(kind, reply, params)
  local body = { status = 200, headers = {}, body = '{"Response":{' .. reply .. ',"RequestId":"r-1"}}' }
  local wire = scripted.new { body }
  params = params or {}
  params.image = params.image or idocr.bytes(scripted.PNG)
  local card, err = client_of(wire):read(kind, params)
  return card, err, wire.requests[1] and json.decode(tostring(wire.requests[1].body))
end

describe("the table of a kind", function()
  teardown(function()
    for _, name in ipairs(added) do package.loaded["idocr.cards." .. name] = nil end
  end)

  it("sends constants with every call, unless a param or a condition has another value", function()
    local kind = kind_with({
      inputs = {
        { wire = "CardType", type = "integer", constant = 9, param = "side" },
        { wire = "WantFace", type = "boolean", constant = false, param = "portrait" },
        { wire = "Mode", type = "string", constant = "Basic", value = "Advanced", when = { "portrait" } },
        { wire = "Types", type = "list", constant = { "A", "B" } },
        { wire = "Config", type = "json", fields = { { wire = "Level", type = "integer", constant = 2 } } },
      },
    }, { side = { type = "string", values = { front = 7, back = 8 }, help = "the side" } })
    local _, _, sent = read(kind, '"No":"1"')
    sent.ImageBase64 = nil
    assert.same({ CardType = 9, WantFace = false, Mode = "Basic", Types = { "A", "B" }, Config = '{"Level":2}' }, sent)
    _, _, sent = read(kind, '"No":"1"', { side = "back", portrait = true })
    assert.same({ 8, true, "Advanced" }, { sent.CardType, sent.WantFace, sent.Mode })
  end)

  it("reads each kind of a shared action by a word, in any case", function()
    local kinds = { ["Bus ticket"] = "ticket_" .. count + 1, Coupon = "coupon" }
    local kind = kind_with { shows = { wire = "Card.Type", kinds = kinds } }
    for _, card in ipairs { '{"Type":"BUS TICKET"}', '{"Type":"?"}', '{"Type":null}', "null" } do
      assert.equal("7", assert(read(kind, '"No":"7","Card":' .. card)).number)
    end
    for _, reply in ipairs { '"No":"7","Card":{"Type":"coupon"}', '"Card":{"Type":"Bus ticket"}', '"No":""' } do
      local card, err = read(kind, reply)
      assert.is_nil(card)
      assert.same({ "service", "FailedOperation.ImageNoSpecifiedCard", true, true, 1, false, "r-1" },
        { err.category, err.code, err.billed, err.sent, err.attempts, err.retryable, err.request_id })
    end
    local _, err = read(kind, '"No":"7","Card":{"Type":"coupon"}')
    assert.is_truthy(tostring(err):find("another document than " .. kind .. ": coupon", 1, true))
  end)

  it("reads each kind of a shared action by the object that is there", function()
    local kind = kind_with {
      outputs = { { wire = "Result.Ticket.No", field = "number", as = "text" } },
      shows = { wire = "Result.*", kinds = { Ticket = "ticket_" .. count + 1, Coupon = "coupon" } }, refusal = "FailedOperation.NoTicket",
    }
    assert.equal("7", assert(read(kind, '"Result":{"Ticket":{"No":"7"},"Coupon":null}')).number)
    assert.equal("7", assert(read(kind, '"Result":{"Ticket":{"No":"7"},"Coupon":{"No":"8"}}')).number)
    local flat = kind_with {
      outputs = { { wire = "Ticket.No", field = "number", as = "text" } },
      shows = { wire = "*", kinds = { Ticket = "ticket_" .. count + 1, Coupon = "coupon" } },
    }
    assert.equal("7", assert(read(flat, '"Ticket":{"No":"7"},"Coupon":null')).number)
    assert.is_truthy(select(2, read(flat, '"Ticket":null,"Coupon":{"No":"7"}')).message:find("coupon", 1, true))
    for _, result in ipairs { '{"Ticket":null,"Coupon":{"No":"8"}}', "null", '{"Ticket":{"No":null}}' } do
      assert.equal("FailedOperation.NoTicket", select(2, read(kind, '"Result":' .. result)).code)
    end
  end)

  it("has confidences beside values, of 0 to 100, for fields that are filled", function()
    local kind = kind_with {
      outputs = {
        { wire = "A.Content", field = "number", as = "text", confidence = "A.Confidence" },
        { wire = "B.Content", field = "name", as = "text", confidence = "B.Confidence" },
        { wire = "C.Content", field = "birth_date", as = "date", confidence = "C.Confidence" },
      },
    }
    local card = assert(read(kind, '"A":{"Content":"1","Confidence":90},"B":{"Content":"","Confidence":80},'
      .. '"C":{"Content":"1990/1/2","Confidence":"7"}'))
    assert.same({ number = 0.9, birth_date = 0.07 }, card.confidence)
    card = assert(read(kind, '"A":{"Content":"1","Confidence":101},"C":{"Content":"1990/1/2"}'))
    assert.is_nil(next(card.confidence or {}))
  end)

  it("fills a field from the first of several members that has a value, lists too", function()
    local kind = kind_with {
      outputs = {
        { wire = "Front.No", field = "number", as = "text" }, { wire = "Back.No", field = "number", as = "text" },
        { wire = "Front.L1", field = "mrz[1]", as = "text" }, { wire = "Front.L2", field = "mrz[2]", as = "text" },
        { wire = "Back.L1", field = "mrz[1]", as = "text" }, { wire = "Back.L2", field = "mrz[2]", as = "text" },
      },
    }
    assert.equal("1", assert(read(kind, '"Front":{"No":"1"},"Back":{"No":"2"}')).number)
    assert.equal("2", assert(read(kind, '"Front":{"No":""},"Back":{"No":"2"}')).number)
    assert.equal("2", assert(read(kind, '"Front":null,"Back":{"No":"2"}')).number)
    assert.same({ "a", "b" }, assert(read(kind, '"Front":{"L1":"a","L2":""},"Back":{"L1":"","L2":"b"}')).mrz)
    assert.same({ "c", "d" }, assert(read(kind, '"Front":{"L1":""},"Back":{"L1":"c","L2":"d"}')).mrz)
  end)

  it("translates values by a table; one that is not in it is unread", function()
    local kind = kind_with {
      outputs = {
        { wire = "Type", field = "document_type", as = "text", values = { ["3"] = "Identity card", ["4"] = "Licence" } },
        { wire = "Life", field = "long_term", as = "boolean", values = { yes = true, no = false } },
      },
    }
    local card = assert(read(kind, '"Type":3,"Life":"yes"'))
    assert.same({ "Identity card", true }, { card.document_type, card.long_term })
    assert.equal("Licence", assert(read(kind, '"Type":"4"')).document_type)
    card = assert(read(kind, '"Type":5'))
    assert.is_nil(card.document_type)
    assert.same({ "document_type" }, card.unread)
  end)

  it("reads JSON in strings at any level, also one in another", function()
    local kind = kind_with {
      embedded = { ["Card.Others"] = true, Info = true, ["Info.Inner"] = true },
      outputs = {
        { wire = "Card.Others.no", field = "number", as = "text" }, { wire = "Info.Inner.name", field = "name", as = "text" },
      },
    }
    local card = assert(read(kind, [["Card":{"Others":"{\"no\":\"1\"}"},"Info":"{\"Inner\":\"{\\\"name\\\":\\\"N\\\"}\"}"]]))
    assert.same({ "1", "N" }, { card.number, card.name })
    for _, member in ipairs { "null", '"1"', '{"Others":"{"}', '{"Others":null}', '{"Others":"[]"}' } do
      assert.is_nil(assert(read(kind, '"Info":"{\\"Inner\\":7}","Card":' .. member)).number)
    end
  end)

  it("names warnings that are numbers, words, flags or objects with a flag", function()
    local kind = kind_with {
      warnings = {
        Codes = { [-9101] = "incomplete" },
        Words = { PaperCopy = "photocopy", Edge = "incomplete" },
        ["Card.WarnInfos.*"] = { CopyCheck = "photocopy", BlurCheck = "blurry", BlurScore = false },
        ["Checks.*.IsWarn"] = { Ps = "tampered", Cover = "occluded" },
        ["*.IsWarn"] = { Screenshot = "screenshot" },
      },
    }
    local function names(reply)
      local list = {}
      for _, warning in ipairs(assert(read(kind, reply)).warnings) do list[#list + 1] = warning.name .. "=" .. warning.code end
      return table.concat(list, " ")
    end
    for reply, expected in pairs {
      ['"Codes":[-9101,-9199]'] = "incomplete=-9101 unknown=-9199",
      ['"Words":["PaperCopy","Strange"]'] = "photocopy=PaperCopy unknown=Strange",
      ['"Codes":[-9101],"Words":["Edge","PaperCopy"]'] = "incomplete=-9101 photocopy=PaperCopy", -- parallel lists
      ['"Codes":[-9199],"Words":["Strange"]'] = "unknown=-9199",
      ['"Words":"PaperCopy"'] = "photocopy=PaperCopy", ['"Words":null'] = "", ['"Words":["",null]'] = "",
      ['"Card":{"WarnInfos":{"CopyCheck":1,"BlurCheck":0,"BlurScore":1,"NewCheck":1}}'] = "photocopy=CopyCheck unknown=NewCheck",
      ['"Card":{"WarnInfos":{"CopyCheck":true,"BlurCheck":"1"}}'] = "blurry=BlurCheck photocopy=CopyCheck",
      ['"Card":{"WarnInfos":{"CopyCheck":false,"BlurCheck":"0","NewCheck":null}}'] = "", ['"Card":{"WarnInfos":null}'] = "",
      ['"Checks":{"Ps":{"IsWarn":true,"Risk":1},"Cover":{"IsWarn":false},"New":{"IsWarn":true}}'] = "unknown=New tampered=Ps",
      ['"Checks":{"Ps":null,"Cover":7,"New":"x"}'] = "",
      ['"Screenshot":{"IsWarn":true},"Other":{"IsWarn":1},"Ps":{"IsWarn":false}'] = "unknown=Other screenshot=Screenshot",
    } do
      assert.equal(expected, names(reply), reply)
    end
    assert.is_true(assert(read(kind, '"Words":["PaperCopy"]')):has_warning "photocopy")
    local flags = { ["Flags.*"] = { Copy = "photocopy", Score = false } }
    local asking = kind_with({ warnings = flags }, { warn = { type = "warnings", help = "x" } })
    assert.equal("1", assert(read(asking, '"No":"1"', { warn = { "photocopy" } })).number)
  end)

  it("has limits of one picture, and of calls with a param", function()
    local kind = kind_with {
      formats = { png = true, bmp = true }, max_side = 4096,
      pictures = {
        { param = "image", base64 = "ImageBase64", min_side = 64 },
        { param = "back", base64 = "BackBase64", formats = { jpeg = true } },
      },
      limits = { { when = "portrait", max_side = { png = 2000, jpeg = 4000 }, max_base64 = 200 } },
      inputs = { { wire = "Face", type = "boolean", param = "portrait" } },
    }
    local function outcome(params)
      local card, err = read(kind, '"No":"1"', params)
      return card and "card" or err.code
    end
    local function picture(width, height) return idocr.bytes(png(width, height)) end
    assert.equal("card", outcome { image = picture(4096, 64) })
    assert.equal("PictureTooLarge", outcome { image = picture(4097, 64) })
    assert.equal("PictureTooSmall", outcome { image = picture(100, 63) })
    assert.equal("card", outcome { image = picture(2000, 64), portrait = true })
    assert.equal("PictureTooLarge", outcome { image = picture(2001, 64), portrait = true })
    assert.equal("card", outcome { image = picture(2001, 64), portrait = false })
    assert.equal("card", outcome { image = picture(2001, 64), portrait = true, precheck = false })
    assert.equal("PictureFormat", outcome { image = picture(100, 100), back = picture(100, 100) })
    assert.equal("PictureTooLarge", outcome { image = idocr.bytes(png(100, 100) .. ("\0"):rep(200)), portrait = true })
    assert.equal("card", outcome { image = idocr.bytes(png(100, 100) .. ("\0"):rep(200)) })
  end)

  it("has services that a param chooses", function()
    local name = "ticket_" .. count + 1
    count = count + 1
    add(name, {
      params = { slow = { type = "boolean", help = "x" } },
      services = {
        service { action = "QuickOCR" },
        service { action = "SlowOCR", when = "slow", inputs = { { wire = "Slow", type = "boolean", param = "slow" } } },
      },
    })
    for params, action in pairs { [{}] = "QuickOCR", [{ slow = false }] = "QuickOCR", [{ slow = true }] = "SlowOCR" } do
      local wire = scripted.new { scripted.ok { No = "1" } }
      params.image = idocr.bytes(scripted.PNG)
      assert(client_of(wire):read(name, params))
      assert.equal(action, scripted.header(wire.requests[1], "X-TC-Action"))
    end
    assert.equal("slow", idocr.describe(name).services[2].when)
  end)

  it("does not call an action that the site removed, and names what reads the kind today", function()
    local name = "ticket_" .. count + 1
    count = count + 1
    add(name, {
      services = {
        service { action = "OldTicketOCR", sites = { cn = true }, removed = { intl = "2026-07-06" } },
        service { action = "OlderTicketOCR", sites = {}, removed = { intl = "2020-01-02", cn = "2021-01-02" } },
        { provider = "ekycpro", action = "tk_ocr/general", pictures = { { param = "image", base64 = "img" } },
          outputs = { { wire = "no", field = "number", as = "text" } } },
      },
    })
    local wire = scripted.new { scripted.ok { No = "1" } }
    local card, err = client_of(wire):read(name, idocr.bytes(scripted.PNG))
    assert.is_nil(card)
    assert.same({ "unsupported", "KindUnsupported", false, false, 0 }, { err.category, err.code, err.billed, err.sent, #wire.requests })
    for _, part in ipairs { "2026-07-06", "tencent cn (OldTicketOCR)", "ekycpro (tk_ocr/general)" } do
      assert.is_truthy(err.message:find(part, 1, true), err.message)
    end
    assert.is_nil(err.message:find("OlderTicketOCR", 1, true))
    assert.equal("1", assert(client_of(wire, { site = "cn" }):read(name, idocr.bytes(scripted.PNG))).number)
    local described = idocr.describe(name).services
    assert.same({ { "cn" }, { intl = "2026-07-06" } }, { described[1].sites, described[1].removed })
    assert.same({ {}, { intl = "2020-01-02", cn = "2021-01-02" } }, { described[2].sites, described[2].removed })
  end)

  it("reads dates without a day or a century, spans from the start of a validity, and words for no end", function()
    local kind = kind_with {
      outputs = {
        { wire = "Birth", field = "birth_date", as = "date_mdy" },
        { wire = "First", field = "first_issue_date", as = "month_year" },
        { wire = "Issue", field = "issue_date", as = "date_dmy" },
        { wire = "Start", field = "valid_from", as = "date" },
        { wire = "End", field = "expiry_date", as = "date" },
        { wire = "End", field = "long_term", as = "open_end" },
      },
    }
    for reply, expected in pairs {
      ['"Birth":"09/04/1994","First":"(06-03)","Issue":"23-09-18"'] = { "1994-09-04", "2003-06", "2018-09-23" },
      ['"First":"(05-49)","Issue":"01-02-51"'] = { false, "1949-05", "1951-02-01" }, -- no past event lies in the future
      ['"Birth":"12/31/49","Issue":"31-12-50","First":"（05-50）"'] = { "1949-12-31", "1950-05", "1950-12-31" },
      ['"Birth":"01/02/00","Issue":"29-02-00","First":"12-99"'] = { "2000-01-02", "1999-12", "2000-02-29" },
      ['"Birth":"25/12/91","Issue":"29-02-01","First":"(5-3)"'] = { "1991-12-25", false, false },
      ['"Birth":"1994-09-04","First":"(13-03)","Issue":"30-02-18"'] = { "1994-09-04", false, false },
      ['"First":"06-2003","Issue":"23-09-2018"'] = { false, "2003-06", "2018-09-23" },
      ['"First":"-","Issue":""'] = { false, false, false },
    } do
      local card = assert(read(kind, reply))
      assert.same(expected, { card.birth_date or false, card.first_issue_date or false, card.issue_date or false }, reply)
    end
    for reply, expected in pairs {
      ['"Start":"2017-10-01","End":"2027-10-01"'] = { "2027-10-01", false, 0 },
      ['"Start":"2017-10-01","End":"长期"'] = { false, true, 0 },
      ['"Start":"2016-02-29","End":"6年"'] = { "2022-02-28", false, 0 },
      ['"Start":"2016-02-29","End":"10 年"'] = { "2026-02-28", false, 0 },
      ['"Start":"","End":"6年"'] = { false, false, 1 },
      ['"End":"SEUMUR HIDUP"'] = { false, true, 0 }, ['"End":"Indeterminado"'] = { false, true, 0 },
      ['"End":"INDETERMINADA"'] = { false, true, 0 }, ['"End":"ตลอดชีพ"'] = { false, true, 0 }, ['"End":"長期"'] = { false, true, 0 },
      ['"End":"01/01/8207"'] = { false, false, 1 }, ['"End":"30/02/2020"'] = { false, false, 1 },
    } do
      local card = assert(read(kind, reply))
      assert.same(expected, { card.expiry_date or false, card.long_term or false, #(card.unread or {}) }, reply)
    end
  end)

  it("keeps the bytes of every picture of a card", function()
    local kind = kind_with {
      outputs = {
        { wire = "A", field = "portrait_small", as = "picture" }, { wire = "B.C", field = "portrait_back", as = "picture" },
      },
    }
    local text = core.base64_encode(scripted.PNG)
    local card = assert(read(kind, ('"A":"%s","B":{"C":"%s"}'):format(text, text)))
    assert.same({ scripted.PNG, scripted.PNG }, { card.portrait_small, card.portrait_back })
    assert.same({ text, text }, { card:plain().portrait_small, card:plain().portrait_back })
  end)
end)
