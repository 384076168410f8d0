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

  it("takes the end of a C string for no part of the text", function()
    assert.same({ a = 1 }, json.decode '{"a":1}\0')
    assert.equal(1, json.decode "1 \0\0")
    for _, text in ipairs { "\0", '\0{"a":1}', '{"a":1}\0x', '{"a":1}\0 \0', '{"a"\0:1}' } do assert.is_nil(json.decode(text)) end
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

  it("reads numbers as doubles and refuses what is none", function()
    for text, expected in pairs {
      ["0"] = 0, ["-0"] = 0, ["-9102"] = -9102, ["999999999999999"] = 999999999999999, ["12345678901234567890"] = 12345678901234567890.0,
      ["1.5"] = 1.5, ["-0.25e2"] = -25, ["1E-2"] = 0.01, ["1e+2"] = 100, ["0.1"] = 0.1, ["1e400"] = math.huge, [" 7 "] = 7,
      ["1e99999999999999"] = math.huge, ["-1e99999999999999"] = -math.huge,
    } do
      assert.equal(expected, json.decode(text), text)
      if math.type then assert.equal("float", math.type(json.decode(text)), text) end
    end
    for _, text in ipairs { "-", "+1", "01", "-01", "1.", ".5", "-.5", "1e", "1e+", "0x1", "1 2", "Infinity", "-inf", "00" } do
      assert.is_nil(json.decode(text), text)
    end
  end)

  it("does not ask the locale what a decimal point is", function()
    local before = os.setlocale(nil, "numeric")
    local comma = os.setlocale("de_DE.UTF-8", "numeric") or os.setlocale("fr_FR.UTF-8", "numeric")
    if not comma then pending "no locale with a decimal comma is installed" end
    local value, long = json.decode "1.5", json.decode("1." .. ("0"):rep(300))
    os.setlocale(before, "numeric")
    assert.equal(1.5, value)
    assert.is_true(long == 1 or long == math.huge) -- never a wrong number
  end)

  it("lets the later of two members win, in objects of any size", function()
    for _, count in ipairs { 1, 31, 32, 33, 64, 65, 200 } do
      local members = { '"twice":"first"' }
      for index = 1, count do members[#members + 1] = ('"n%d":%d'):format(index, index) end
      members[#members + 1] = '"twice":"last"'
      local value = json.decode("{" .. table.concat(members, " , ") .. "}")
      assert.equal("last", value.twice)
      for index = 1, count do assert.equal(index, value["n" .. index]) end
    end
  end)

  it("unescapes short and long strings", function()
    for _, length in ipairs { 0, 1, 500, 511, 512, 513, 100000 } do
      local filler = ("x"):rep(length)
      assert.equal(filler .. '"\\/\b\f\n\r\t\0ä€😀', json.decode('"' .. filler
        .. [[\"\\\/\b\f\n\r\t\u0000\u00e4\u20AC\uD83D\uDE00"]]))
    end
    for _, text in ipairs { [["\x"]], [["\u12g4"]], [["\u12"]], '"\\', '"abc', '"a\0b"' } do assert.is_nil(json.decode(text)) end
  end)

  it("goes 64 levels deep, in objects as in arrays", function()
    assert.is_table(json.decode(("["):rep(64) .. ("]"):rep(64)))
    assert.is_table(json.decode(('{"a":'):rep(64) .. "1" .. ("}"):rep(64)))
    assert.is_nil(json.decode(('{"a":'):rep(65) .. "1" .. ("}"):rep(65)))
    local members = {} -- as many as can wait on the stack, on every level
    for index = 1, 40 do members[index] = ('"n%d":"v"'):format(index) end
    local level = "{" .. table.concat(members, ",") .. ',"deeper":'
    local value, depth = json.decode(level:rep(64) .. "1" .. ("}"):rep(64)), 0
    while type(value) == "table" do
      assert.equal("v", value.n40)
      value, depth = value.deeper, depth + 1
    end
    assert.equal(64, depth)
    assert.is_nil(json.decode(("["):rep(1000000)))
  end)

  it("gives what lua-cjson gives, for texts with random mistakes in them", function()
    local cjson = require("cjson").new()
    cjson.decode_max_depth(64)
    cjson.decode_invalid_numbers(false)
    local texts = {
      '{"R":{"ID":"A1","Warn":[-9102,0.5,1e3],"Deep":{"a":[{"b":null},true,false,[]],"c":{}},"Text":"\\u4e2d\\/\\n","Id":"x"}}',
      '[1,-2.5,"a\\"b",{"k":"v","k2":[[[["x"]]]]},null , true]',
    }
    local alphabet = '{}[]",:\\u0123456789abcdef.eE+-trufalsn \t\n\127\195\164'
    local seed, agreed = 20261121, 0
    local function random(most)
      seed = (seed * 1103515245 + 12345) % 2147483648
      return math.floor(seed / 65536) % most + 1
    end
    for round = 1, 20000 do
      local text = texts[round % #texts + 1]
      for _ = 1, random(4) do
        local at, with = random(#text), random(#alphabet)
        text = text:sub(1, at - 1) .. (random(3) == 1 and "" or alphabet:sub(with, with)) .. text:sub(at + random(2) - 1)
      end
      local ok, expected = pcall(cjson.decode, text)
      local value = json.decode(text)
      if ok and value ~= nil then
        assert.same(expected, value, text)
        agreed = agreed + 1
      elseif ok then -- stricter than cjson in one point: a number has digits on both sides of its point
        assert.is_truthy((text .. " "):find("%d%.[^%d]") or text:find("%-%.") or text:find("%D0%d"), text)
      elseif value ~= nil then -- and milder in one
        assert.is_truthy(text:find "\\u[dD][89a-fA-F]", text)
      end
    end
    assert.is_true(agreed > 2000)
  end)
end)
