-- Tests idocr.describe and idocr.parse_param: the description of a kind, and its params from text.
local idocr = require "idocr"

describe("idocr.describe", function()
  it("returns title, services, params with types, and fields in order", function()
    local kind = idocr.describe "china_id"
    assert.equal("china_id", kind.kind)
    assert.equal("Chinese mainland identity card", kind.title)
    assert.same({ "number", "name", "sex" }, { kind.fields[1], kind.fields[2], kind.fields[3] })
    assert.same({ "back", "front" }, kind.params.side.values)
    assert.equal("string", kind.params.side.type)
    assert.equal("warnings", kind.params.warn.type)
    assert.is_true(kind.params.rectify.default)
    assert.is_true(kind.params.portrait.common)
    assert.equal("picture", kind.params.image.type)
    assert.is_nil(kind.params.back)
    local service = kind.services[1]
    assert.same({ "tencent", "IDCardOCR", { "cn" }, { "image" }, { "bmp", "jpeg", "png" } },
      { service.provider, service.action, service.sites, service.pictures, service.formats })
    assert.same({ "crop", "portrait", "side" }, kind.services[2].params)
  end)

  it("describes every kind, with the second picture where there is one", function()
    for _, name in ipairs(idocr.kinds()) do
      local kind = idocr.describe(name)
      assert.is_true(#kind.services > 0 and #kind.fields > 0)
      for _, param in pairs(kind.params) do assert.is_string(param.help) end
    end
    assert.equal("picture", idocr.describe("macao_id").params.back.type)
  end)

  it("returns a new table each time", function()
    idocr.describe("passport").fields[1] = "spoilt"
    assert.equal("document_code", idocr.describe("passport").fields[1])
  end)

  it("raises on an unknown kind with the nearest name", function()
    local _, message = pcall(function() idocr.describe "pasport" end)
    assert.matches('describe_spec.lua:%d+: no kind "pasport" %(did you mean "passport"%?%)', message)
    assert.has.errors(function() idocr.describe() end)
  end)
end)

describe("idocr.parse_param", function()
  it("parses booleans, warnings and closed lists", function()
    for _, text in ipairs { "true", "YES", "on", "1" } do assert.is_true(idocr.parse_param("china_id", "crop", text)) end
    for _, text in ipairs { "false", "no", "Off", "0" } do assert.is_false(idocr.parse_param("passport", "portrait", text)) end
    assert.same({ "glare", "photocopy" }, idocr.parse_param("china_id", "warn", "Glare, photocopy"))
    assert.is_true(idocr.parse_param("china_id", "warn", "all"))
    assert.is_false(idocr.parse_param("china_id", "warn", "no"))
    assert.equal("back", idocr.parse_param("china_id", "side", "back"))
  end)

  it("returns what would be right without repeating the text", function()
    assert.same({ nil, "side must be back or front" }, { idocr.parse_param("china_id", "side", "A1234567") })
    assert.same({ nil, "crop must be true or false" }, { idocr.parse_param("china_id", "crop", "A1234567") })
    assert.matches("passport takes no param of that name as text", select(2, idocr.parse_param("passport", "side", "back")))
    assert.matches("takes no param", select(2, idocr.parse_param("passport", "image", "x.jpg")))
    assert.has.errors(function() idocr.parse_param("pasport", "side", "back") end)
  end)
end)
