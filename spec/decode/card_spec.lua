-- Tests cards from replies that the vendors' pages do not show: missing members, wrong types, nulls, malformed JSON in strings.
local compile = require "idocr.kinds.compile"
local core = require "idocr.core"
local decode = require "idocr.decode.card"
local json = require "idocr.json"
local kinds = require "idocr.kinds"
local tencent = require("idocr.providers.tencent").new {}

local PICTURE = "\255\216\255\224 a picture \0\1\2"
local BASE64 = core.base64_encode(PICTURE)

local ANYTHING = {
  "null", "true", "false", "1", "-1.5", '""', '" "', '"x"', "[]", "{}", "[null]", "[[1]]", '{"a":1}', '"{"', '"[1,2]"', '"null"',
}

local function read(kind_name, site, response)
  local kind = kinds.get(kind_name)
  local service = kinds.service(kind, "tencent", site)
  local body = '{"Response":' .. response .. "}"
  local result, err, pictures = tencent:outcome({ reads = service }, { status = 200, headers = {}, body = body })
  if not result then return nil, err end
  return decode.card(kind, service, result, pictures)
end

describe("a card", function()
  it("of a reply with nothing but an id has no fields", function()
    local places = {
      { "passport", "intl" }, { "china_id", "cn" }, { "china_id", "intl" }, { "macao_id", "intl" }, { "malaysia_id", "cn" },
    }
    for _, place in ipairs(places) do
      local card = read(place[1], place[2], '{"RequestId":"r-1"}')
      assert.equal(place[1], card.kind)
      assert.equal("tencent", card.provider)
      assert.equal("r-1", card.request_id)
      assert.same({}, card.warnings)
      for _, field in ipairs { "number", "name", "birth_date", "portrait", "mrz", "visual", "confidence", "reflections" } do
        assert.is_nil(card[field])
      end
    end
  end)

  it("survives every type in every member", function()
    for _, name in ipairs(kinds.list()) do
      for _, service in ipairs(kinds.get(name).services) do
        for _, value in ipairs(ANYTHING) do
          local members, seen = {}, {}
          for _, list in ipairs { service.outputs, service.visual or {} } do
            for _, output in ipairs(list) do
              local top = output.wire:match("^[^.]+")
              if not seen[top] then members[#members + 1] = ('"%s":%s'):format(top, value) end
              seen[top] = true
            end
          end
          for list in pairs(service.warnings) do members[#members + 1] = ('"%s":%s'):format(list:match("^[^.]+"), value) end
          members[#members + 1] = '"RequestId":' .. value
          local kind = kinds.get(name)
          local result = json.decode("{" .. table.concat(members, ",") .. "}")
          local card = decode.card(kind, service, result)
          for field, got in pairs(card) do
            assert.not_equal("userdata", type(got), field)
          end
        end
      end
    end
  end)

  it("converts numbers to text and text to numbers", function()
    local card = read("passport", "intl", '{"ID":456712345,"CardCount":"2","WarnCardInfos":["-9102",-9107.0,"x",null,-9199],'
      .. '"IsComplete":"false","RequestId":"r"}')
    assert.equal("456712345", card.number)
    assert.equal(2, card.card_count)
    assert.equal("2", tostring(card.card_count))
    assert.is_false(card.complete)
    assert.equal(3, #card.warnings)
    assert.equal("photocopy", card.warnings[1].name)
    assert.equal("glare", card.warnings[2].name)
    assert.equal("unknown", card.warnings[3].name)
    assert.equal("-9199", tostring(card.warnings[3].code))
  end)

  it("keeps what does not parse in raw only", function()
    local card = read("passport", "intl", '{"DateOfBirth":"19901341","Sex":"<","Image":"not base64!","CardCount":1.5,"RequestId":"r"}')
    assert.is_nil(card.birth_date)
    assert.is_nil(card.sex)
    assert.is_nil(card.portrait)
    assert.is_nil(card.card_count)
    assert.equal("19901341", card.raw.DateOfBirth)
    assert.equal("<", card.raw.Sex)
    assert.equal("not base64!", card.raw.Image)
  end)

  it("has a height in metres or none", function()
    local function height(text) return read("macao_id", "intl", '{"Height":' .. text .. ',"RequestId":"r"}').height end
    assert.same({ 1.64, 1.7 }, { height '"1.64"', height "1.7" })
    for _, text in ipairs { '"170"', '"0"', '"-1.6"', '"1.64m"', '""', "null" } do assert.is_nil(height(text)) end
  end)

  it("ignores a name that is not UTF-8", function()
    for _, name in ipairs { "\255\254", "\228A\189\160", "\237\160\128", "\192\128", "A\244\144\128\128" } do
      local card = read("passport", "intl", '{"Name":"' .. name .. '","RequestId":"r"}')
      if card then
        assert.is_nil(card.name)
        assert.equal(name, card.raw.Name)
      end
    end
    assert.equal("何é😀", read("passport", "intl", '{"Name":"何é😀","RequestId":"r"}').name)
  end)

  it("decodes pictures in place, escaped slashes too", function()
    local escaped = BASE64:gsub("/", "\\/")
    local card = read("passport", "intl", '{"Image":"' .. escaped .. '","RequestId":"r"}')
    assert.equal(PICTURE, card.portrait)
    assert.equal(PICTURE, card.raw.Image)
  end)

  it("decodes pictures of any length in JSON inside a string", function()
    local big = PICTURE .. ("\0\255\127\62\63picture"):rep(5000)
    local inner = ('{"IdCard":"%s","Portrait":"%s","Quality":"87","BorderCodeValue":101,"WarnInfos":[-9108]}'):format(
      core.base64_encode(big), BASE64)
    local card = read("china_id", "cn", '{"AdvancedInfo":"' .. inner:gsub('[\\"]', "\\%0") .. '","RequestId":"r"}')
    assert.equal(PICTURE, card.portrait)
    assert.equal(big, card.card_image)
    assert.equal(big, card.raw.AdvancedInfo.IdCard)
    assert.equal(87, card.quality)
    assert.is_nil(card.border_score)
    assert.equal("monochrome_copy", card.warnings[1].name)
  end)

  describe("beside a picture", function()
    local big = PICTURE .. ("\0\255\127\62\63picture"):rep(1000)

    it("treats no other text as a picture", function()
      for _, forged in ipairs {
        "\\u007f0", "\1270", "\\u00ff0", "\2550", "\\u00FF0", "\255\2550", "x\2550", "\2551",
        "\1950", "\\u00c3\\u00bf0", "\\ufffd0", "\\ud8000",
        "\\\\u007f0", "\\\\u00ff0", "\\\\\\\\u00ff0",
      } do
        for _, place in ipairs { "before", "after" } do
          local forgery = '"ID":"' .. forged .. '","Name":"' .. forged .. '"'
          local picture = '"Image":"' .. core.base64_encode(big) .. '"'
          local members = place == "before" and forgery .. "," .. picture or picture .. "," .. forgery
          local card = read("passport", "intl", "{" .. members .. ',"RequestId":"r"}')
          assert.equal(big, card.portrait)
          for _, text in ipairs { card.number or "", card.name or "", card.raw.ID, card.raw.Name } do assert.is_true(#text < 20, forged) end
        end
      end
    end)

    it("treats no text of an embedded JSON as a picture", function()
      for _, forged in ipairs { "\2550", "\\u00ff0", "\\u007f0", "\\u005cu00ff0" } do
        local inner = '{"Portrait":"' .. forged .. '","IdCard":"' .. core.base64_encode(big) .. '"}'
        local card = read("china_id", "cn", '{"AdvancedInfo":"' .. inner:gsub('[\\"]', "\\%0") .. '","RequestId":"r"}')
        assert.equal(big, card.card_image)
        assert.is_nil(card.portrait)
        assert.is_true(card.warnings[1].name == "unreadable_picture")
      end
    end)
  end)

  it("decodes base64 with line breaks, blanks and a data: prefix, in small replies and large ones", function()
    for _, bytes in ipairs { PICTURE, PICTURE .. ("\0\255\127\62\63picture"):rep(3000) } do
      local text = core.base64_encode(bytes)
      local function lines(length, ending) return (text:gsub(("."):rep(length), "%0" .. ending)) end
      for _, form in ipairs {
        lines(76, "\\n"), lines(76, "\\r\\n"), lines(64, "\n"), lines(1000, "\\r\\n"), lines(76, " "), text .. "\\n", "\\n" .. text,
        " " .. text,
        "data:image/jpeg;base64," .. text, "data:image/png;charset=x;base64," .. text, "DATA:;BASE64," .. text,
        "data:image\\/jpeg;base64," .. text:gsub("/", "\\/"), "data:image/jpeg;base64," .. lines(76, "\\r\\n"),
      } do
        local card = read("passport", "intl", '{"Image":"' .. form .. '","ID":"A1","RequestId":"r"}')
        assert.equal(bytes, card.portrait)
        assert.equal(bytes, card.raw.Image)
        assert.equal("A1", card.number)
        assert.same({}, card.warnings)
        local inner = ('{"Portrait":"%s"}'):format(form)
        card = read("china_id", "cn", '{"AdvancedInfo":"' .. inner:gsub('[\\"]', "\\%0") .. '","RequestId":"r"}')
        assert.equal(bytes, card.portrait, form:sub(1, 80))
      end
    end
  end)

  it("warns of a picture that it cannot decode", function()
    local broken = core.base64_encode(PICTURE .. ("x"):rep(900)):sub(1, -2) .. "*"
    for _, value in ipairs {
      '"not base64!"', '"' .. broken .. '"', '"data:image/jpeg,abc"', '"data:image/jpeg;base64,"', '"A"', '"  "',
      "5", "{}", "true", '"data:"',
    } do
      local card = read("passport", "intl", '{"Image":' .. value .. ',"ID":"A1","RequestId":"r"}')
      assert.is_nil(card.portrait)
      assert.equal("A1", card.number)
      local warning = card.warnings[1]
      assert.same({ "unreadable_picture", 0, "Image" }, { warning.name, warning.code, warning.list }, value)
    end
    for _, value in ipairs { '""', "null" } do
      assert.same({}, read("passport", "intl", '{"Image":' .. value .. ',"ID":"A1","RequestId":"r"}').warnings)
    end
  end)

  it("keeps long base64 that is not a picture unchanged", function()
    local long = core.base64_encode(("abc"):rep(6000))
    local card = read("passport", "intl", '{"Name":"' .. long .. '","PassportRecognizeInfos":{"X":"' .. long .. '"},"RequestId":"r"}')
    assert.equal(long, card.raw.Name)
    assert.equal(long, card.raw.PassportRecognizeInfos.X)
    assert.equal(long, card.name)
  end)

  it("tolerates AdvancedInfo in every form", function()
    for _, text in ipairs { '""', '"1"', '"{}"', '"{"', "null", "1", "{}", "[]", '"[]"', '"null"', '"{\\"ID\\":1}"' } do
      local card = read("malaysia_id", "intl", '{"AdvancedInfo":' .. text .. ',"ID":"1","RequestId":"r"}')
      assert.equal("1", card.number)
      assert.is_true(card.confidence == nil or card.confidence.number == 1)
    end
    local info = '{"ID":{"Confidence":"0.5"},"Sex":{"Confidence":"1.2"}}'
    local card = read("malaysia_id", "intl", '{"AdvancedInfo":"' .. info:gsub('"', '\\"') .. '","RequestId":"r"}')
    assert.same({ number = 0.5 }, card.confidence)
  end)

  it("keeps a list apart from a plain field of its name", function()
    local function text(wire, field) return { wire = wire, field = field, as = "text" } end
    local plain, first, second = text("All", "mrz"), text("One", "mrz[1]"), text("Two", "mrz[2]")
    local function mrz(outputs, result)
      local service = { provider = "p", outputs = outputs }
      service.compiled = compile.service(service)
      return decode.card({ kind = "k" }, service, result).mrz
    end
    assert.equal("A", mrz({ plain, first, second }, { All = "A", One = "1", Two = "2" }))
    assert.equal("A", mrz({ first, plain, second }, { All = "A", One = "1" }))
    assert.same({ "1", "2" }, mrz({ plain, first, second }, { One = "1", Two = "2" }))
    assert.is_nil(mrz({ first, second }, { One = "1" }))
  end)

  it("gives the same number its meaning by action and list", function()
    local function name(kind, site, reply) return read(kind, site, reply).warnings[1].name end
    assert.equal("temporary", name("china_id", "cn", '{"AdvancedInfo":"{\\"WarnInfos\\":[-9104]}","RequestId":"r"}'))
    assert.equal("tampered", name("china_id", "intl", '{"WarnCardInfos":[-9104],"RequestId":"r"}'))
    assert.equal("blurry", name("malaysia_id", "intl", '{"Warn":[-9107],"RequestId":"r"}'))
    assert.equal("glare", name("malaysia_id", "intl", '{"WarnCardInfos":[-9107],"RequestId":"r"}'))
    assert.equal("invalid_date", name("china_id", "cn", '{"AdvancedInfo":"{\\"WarnInfos\\":[-9109]}","RequestId":"r"}'))
    assert.equal("not_enabled", name("macao_id", "intl", '{"WarnCardInfos":[-9109],"RequestId":"r"}'))
    assert.equal("unknown", name("passport", "intl", '{"Warn":[-9107],"RequestId":"r"}'))
  end)

  it("converts the words for a sex", function()
    local words = {
      LELAKI = "M", LEAKI = "M", PEREMPUAN = "F", ["男"] = "M", ["女"] = "F", f = "F", Male = "M", ["女/F"] = "F", X = "X", x = "X",
      ["X / X"] = "X", ["LAKI-LAKI"] = "M", Femenino = "F", ["K/F"] = "F", ["남/M"] = "M", ["Ж / F"] = "F", ["F (女)"] = "F", ["女(F)"] = "F",
    }
    for word, sex in pairs(words) do
      assert.equal(sex, read("malaysia_id", "intl", '{"Sex":"' .. word .. '","RequestId":"r"}').sex)
    end
    for _, word in ipairs { "<", "M/F", "M/X", "?", "M/?", "MALEFEMALE", "未知", "男女", "Q", "1" } do
      assert.is_nil(read("malaysia_id", "intl", '{"Sex":"' .. word .. '","RequestId":"r"}').sex)
    end
  end)

  it("composes a Macao name only from both parts", function()
    local card = read("macao_id", "intl", '{"CnLastName":"何","CnFirstName":"珍","EnLastName":"HO","EnFirstName":"","Height":"1.80",'
      .. '"RequestId":"r"}')
    assert.equal("何珍", card.native_name)
    assert.equal("HO", card.surname)
    assert.is_nil(card.name)
    assert.equal(1.8, card.height)
    for word, kind in pairs {
      ["Non-permanent Resident Identity Card"] = "non-permanent", ["永久性居民身份证"] = "permanent", ["非永久性居民身份证"] = "non-permanent",
    } do
      assert.equal(kind, read("macao_id", "intl", '{"ResidentType":"' .. word .. '","RequestId":"r"}').resident_type)
    end
  end)

  it("keeps a single line of a zone, and compares it with the card", function()
    local line = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
    local fields = read("passport", "intl", '{"ID":"L898902C4","CodeCrc":"' .. line .. '","RequestId":"r"}')
    assert.is_nil(fields.mrz)
    assert.same({ line }, fields.mrz_part)
    local report = require("idocr.checks.report").make(fields, { today = "2010-01-01" })
    assert.is_false(report.ok)
    fields.number = "L898902C3"
    assert.is_true(require("idocr.checks.report").make(fields, { today = "2010-01-01" }).ok)
    assert.same({ "P<UTO" }, read("passport", "intl", '{"CodeSet":"P<UTO","RequestId":"r"}').mrz_part)
  end)

  it("has an MRZ only with both lines, and alpha codes without fillers", function()
    assert.is_nil(read("passport", "intl", '{"CodeSet":"P<UTO","CodeCrc":"","RequestId":"r"}').mrz)
    local card = read("passport", "intl", '{"CodeSet":"P<UTO<<","CodeCrc":"1357","Nationality":"D<<","Type":"P<","RequestId":"r"}')
    assert.same({ "P<UTO<<", "1357" }, card.mrz)
    assert.equal("D", card.nationality)
    assert.equal("P", card.document_code)
  end)

  it("keeps the printed zone apart, in the same vocabulary", function()
    local card = read("passport", "intl", '{"ID":"A1","DateOfBirth":"19740812","DateOfExpiration":"20120415",'
      .. '"PassportRecognizeInfos":{"PassportID":"A7","DateOfBirth":"12 AUG/AOUT 74","DateOfIssuance":"16 APR/AVR 07",'
      .. '"DateOfExpiration":"15 APR/AVR 12","Sex":"F/F","BirthPlace":"ZENITH"},"RequestId":"r"}')
    assert.equal("A1", card.number)
    assert.equal("2007-04-16", card.issue_date)
    assert.same({
      number = "A7", birth_date = "1974-08-12", issue_date = "2007-04-16", expiry_date = "2012-04-15", sex = "F", birth_place = "ZENITH",
    }, card.visual)
  end)

  it("repeats no malformed request id", function()
    for _, id in ipairs { '"a\\nb"', '"' .. ("x"):rep(200) .. '"', "7", '"a b"' } do
      assert.is_nil(read("passport", "intl", '{"ID":"1","RequestId":' .. id .. "}").request_id)
    end
  end)

  it("names the fields whose printed value is not understood", function()
    for response, expected in pairs {
      ['{"ValidDate":"2016.02.29-2026.02.29"}'] = { "expiry_date" },
      ['{"ValidDate":"2016.02.28-2026.02.28"}'] = false,
      ['{"ValidDate":"2016.02.28-长期"}'] = false,
      ['{"ValidDate":"2016.13.01-2026.02.28"}'] = { "issue_date" },
      ['{"ValidDate":"forever"}'] = { "expiry_date", "issue_date" },
      ['{"Birth":"1990/2/30","Sex":"未知"}'] = { "birth_date", "sex" },
      ['{"Birth":"","Sex":"","ValidDate":null}'] = false,
      ['{"Birth":"-","Sex":"<","ValidDate":" "}'] = false, ['{"Birth":"N/A","Sex":"—","ValidDate":"－"}'] = false,
      ['{"Birth":"１９９０/１/１","ValidDate":"２０１６．０２．２８－２０２６．０２．２８"}'] = false,
      ['{"Birth":"1990","Sex":"1","ValidDate":"2016.02.28-永久"}'] = { "birth_date", "expiry_date", "sex" },
    } do
      assert.same(expected or nil, read("china_id", "cn", response:gsub("}$", ',"RequestId":"r"}')).unread, response)
    end
    local card = read("passport", "intl", '{"DateOfBirth":"19740832",'
      .. '"PassportRecognizeInfos":{"Sex":"Q","DateOfBirth":"12 AUG 1974"},"RequestId":"r"}')
    assert.same({ "birth_date", "visual.sex" }, card.unread)
  end)
end)
