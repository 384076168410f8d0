-- Tests JSON, valid and malformed: nothing raises, and half a character does not make a whole reply unreadable.
local json = require "idocr.json"

describe("json.decode", function()
  it("keeps false, null and absent apart", function()
    local value = json.decode('{"a":false,"b":null}')
    assert.is_false(value.a)
    assert.equal(json.null, value.b)
    assert.equal(require("cjson").null, value.b)
    assert.is_nil(value.c)
  end)

  it("does not depend on the settings of the program's cjson", function()
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

  it("ignores NULs at the end of a text and refuses others", function()
    assert.same({ a = 1 }, json.decode '{"a":1}\0')
    assert.equal(1, json.decode "1 \0\0")
    for _, text in ipairs { "\0", '\0{"a":1}', '{"a":1}\0x', '{"a":1}\0 \0', '{"a"\0:1}' } do assert.is_nil(json.decode(text)) end
  end)

  it("ignores a byte order mark", function() assert.equal(1, json.decode "\239\187\1911") end)

  it("returns the reason without quoting the text", function()
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

  it("reads numbers as doubles and refuses malformed ones", function()
    for text, expected in pairs {
      ["0"] = 0, ["-0"] = 0, ["-9102"] = -9102, ["999999999999999"] = 999999999999999, ["12345678901234567890"] = 12345678901234567890.0,
      ["1.5"] = 1.5, ["-0.25e2"] = -25, ["1E-2"] = 0.01, ["1e+2"] = 100, ["0.1"] = 0.1, ["1e400"] = math.huge, [" 7 "] = 7,
      ["1e99999999999999"] = math.huge, ["-1e99999999999999"] = -math.huge,
    } do
      assert.equal(expected, json.decode(text), text)
      if math.type then assert.equal("float", math.type(json.decode(text)), text) end
    end
    for _, text in ipairs { "-", "+1", "01", "-01", ".5", "1e", "1e+", "0x1", "1 2", "Infinity", "-inf", "00" } do
      assert.is_nil(json.decode(text), text)
    end
  end)

  it("reads decimal points in any locale", function()
    local before = os.setlocale(nil, "numeric")
    local comma = os.setlocale("de_DE.UTF-8", "numeric") or os.setlocale("fr_FR.UTF-8", "numeric")
    if not comma then pending "no locale with a decimal comma is installed" end
    local value, long = json.decode "1.5", json.decode("1." .. ("0"):rep(300))
    os.setlocale(before, "numeric")
    assert.equal(1.5, value)
    assert.is_true(long == 1 or long == math.huge) -- never a wrong number
  end)

  it("uses the later of two members of a name, in objects of any size", function()
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
    local members = {} -- as many as fit on the stack, on every level
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

  it("leaves invalid UTF-8 and the marker of a picture unchanged", function()
    for first = 128, 255 do
      local text = "a" .. string.char(first) .. "0"
      assert.same({ name = text }, json.decode('{"name":"' .. text .. '"}'))
    end
    local reader = require("idocr.core").reply(1e6)
    assert(reader:feed('{"a":"' .. ("AB/+"):rep(400) .. '","b":"\\ud800"}'))
    local text, pictures = assert(reader:finish())
    assert.equal(1, #pictures)
    assert.same({ a = "\2550", b = "\239\191\189" }, json.decode(text))
  end)

  it("accepts what lua-cjson accepts beyond the standard", function()
    for text, expected in pairs { ["2."] = 2, ["-.5"] = -0.5, ["1.e2"] = 100 } do assert.equal(expected, json.decode(text)) end
  end)

  it("never raises, for texts with random mistakes in them", function()
    local texts = {
      '{"R":{"ID":"A1","Warn":[-9102,0.5,1e3],"Deep":{"a":[{"b":null},true,false,[]],"c":{}},"Text":"\\u4e2d\\/\\n","Id":"x"}}',
      '[1,-2.5,"a\\"b",{"k":"v","k2":[[[["x"]]]]},null , true]',
    }
    local alphabet = '{}[]",:\\u0123456789abcdef.eE+-trufalsn \t\n\127\195\164\0'
    local seed, read = 20261121, 0
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
      if json.decode(text) ~= nil then read = read + 1 end
    end
    assert.is_true(read > 2000)
  end)

  -- Later versions of OpenResty's lua-cjson: integers of 64 bits, and the largest one for larger numbers.
  it("gives the same numbers with a lua-cjson that reads integers", function()
    local real = require "cjson"
    local largest = math.maxinteger or 9223372036854775807
    local function integers(value)
      if type(value) == "table" then
        for name, item in pairs(value) do value[name] = integers(item) end
      elseif type(value) == "number" and value % 1 == 0 then
        return value >= 2 ^ 63 and largest or math.tointeger and math.tointeger(value) or value
      end
      return value
    end
    local other = setmetatable({}, { __index = real })
    function other.new()
      local private = real.new()
      local decode = private.decode
      private.decode = function(text)
        if text:find("^%-%.") then error("invalid number") end
        local value = decode(text)
        return text:find("%d%.") and value or integers(value)
      end
      return private
    end
    package.loaded.cjson, package.loaded["idocr.json"] = other, nil
    local ok, problem = pcall(function()
      local same = require "idocr.json"
      for _, text in ipairs {
        "1", "-0", "-.5", "2.", "1.e2", "12345678901234567890", "-12345678901234567890", '"12',
        '[1,{"a\\"7":"8, 9\\\\","b":[12345678901234567890]},"1", 1e3 ,2.5]',
        '{"n":1}', "[01]", "[1 2]", '"\\', "true", '"\\\\",1',
      } do
        local expected, value = json.decode(text), same.decode(text)
        assert.same(expected, value, text)
        if math.type and type(value) == "number" then assert.equal("float", math.type(value), text) end
      end
    end)
    package.loaded.cjson, package.loaded["idocr.json"] = real, json
    assert(ok, problem)
  end)
end)

describe("json.encode", function()
  it("writes objects in their order and other tables by name", function()
    local object = json.object():set("z", 1):set("a", json.null):set("n", nil):set("z", 2)
    assert.equal('{"z":2,"a":null}', json.encode(object))
    assert.equal('{"a":1,"b":[{"c":true}],"z":{}}', json.encode { z = {}, b = { { c = true } }, a = 1 })
    assert.equal('{"a":1,"b":2,"c":3}', json.encode(json.object { b = 2, a = 1 }:set("c", 3)))
    assert.equal(2, object:get "z")
    assert.is_true(json.is_object(object))
    assert.is_false(json.is_object(json.list()))
  end)

  it("writes an empty list as a list where it is marked as one", function()
    assert.equal('{"a":[],"b":{},"c":[]}', json.encode({ a = json.list(), b = {}, c = {} }, { lists = { c = true } }))
    assert.equal('{"c":{"d":1}}', json.encode({ c = { d = 1 } }, { lists = { c = true } }))
    assert.equal("[1,2]", json.encode(json.list { 1, 2 }))
  end)

  it("writes what lua-cjson of OpenResty and LuaRocks marks as a list", function()
    local real, body = require "cjson", package.loaded["idocr.providers.json_body"]
    local other = setmetatable({ array_mt = {}, empty_array_mt = {}, empty_array = io.stdout }, { __index = real })
    package.loaded.cjson, package.loaded["idocr.json"], package.loaded["idocr.providers.json_body"] = other, nil, nil
    local ok, problem = pcall(function()
      local same, json_body = require "idocr.json", require "idocr.providers.json_body"
      local value = {
        a = setmetatable({}, other.array_mt), b = setmetatable({}, other.empty_array_mt), c = other.empty_array, d = {},
        e = setmetatable({ n = 1 }, other.empty_array_mt), f = setmetatable({ 1, 2 }, other.array_mt), g = same.null,
      }
      local text = '{"a":[],"b":[],"c":[],"d":{},"e":{"n":1},"f":[1,2],"g":null}'
      assert.equal(text, same.encode(value))
      assert.equal(text, json_body.text(json_body.sorted(value)))
    end)
    package.loaded.cjson, package.loaded["idocr.json"], package.loaded["idocr.providers.json_body"] = real, json, body
    assert(ok, problem)
  end)

  it("writes every number so that it reads as the same", function()
    for value, text in pairs { [3] = "3", [-0.5] = "-0.5", [2 ^ 53] = "9007199254740992", [0.1] = "0.1", [1e300] = "1e+300" } do
      assert.equal(text, json.encode(value))
    end
    local third = 1 / 3
    assert.equal(third, tonumber((json.encode(third))))
    for _, value in ipairs { math.huge, -math.huge, 0 / 0 } do assert.equal("null", json.encode(value)) end
  end)

  it("escapes control characters and leaves out values that JSON does not have", function()
    assert.equal([["\"\\\b\f\n\r\t\u0000\u007f/ä"]], json.encode '"\\\b\f\n\r\t\0\127/ä')
    assert.equal('{"a":false}', json.encode { a = false, f = print })
    assert.equal("null", json.encode(nil))
    assert.equal('{"X":"Y"}', json.encode({ x = "y" }, { text = string.upper }))
  end)

  it("ends below 64 levels", function()
    local circle = {}
    circle[1] = circle
    assert.equal(("["):rep(64) .. "null" .. ("]"):rep(64), json.encode(circle))
  end)
end)
