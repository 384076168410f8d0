-- JSON as it may come: nothing raises, and half a character does not cost a whole reply.
local json = require "idocr.decode.json"

describe("json.decode", function()
  it("keeps false, null and absent apart", function()
    local value = json.decode('{"a":false,"b":null}')
    assert.is_false(value.a)
    assert.equal(json.null, value.b)
    assert.equal(require("cjson").null, value.b)
    assert.is_nil(value.c)
  end)

  it("is not ruled by the program's own cjson", function()
    local cjson = require "cjson"
    cjson.decode_max_depth(1)
    local value = json.decode "[[1]]"
    cjson.decode_max_depth(1000)
    assert.same({ { 1 } }, value)
  end)

  it("replaces half a surrogate pair and nothing else", function()
    for text, expected in pairs {
      ['"\\ud800"'] = "\239\191\189",
      ['"a\\udf5bb"'] = "a\239\191\189b",
      ['"\\ud870\\udf5b\\uD870"'] = "𬍛\239\191\189",
      ['"\\\\ud800\\ud800"'] = "\\ud800\239\191\189",
      ['"\\ud800\\u0041\\""'] = '\239\191\189A"',
    } do
      assert.equal(expected, json.decode(text))
    end
  end)

  it("takes a byte order mark for no part of the text", function() assert.equal(1, json.decode "\239\187\1911") end)

  it("says why not, without quoting", function()
    local texts = {
      "", "\n ", "{", "secret", '{"a":1}x', ("["):rep(65) .. ("]"):rep(65), "NaN", "0x10", "\0\0\0", "\\ud800", '"\\ud80"',
    }
    for _, text in ipairs(texts) do
      local value, complaint = json.decode(text)
      assert.is_nil(value)
      assert.is_true(complaint == "it is empty" or complaint == "it is not JSON")
    end
    assert.is_nil(json.decode(nil))
  end)
end)
