--- Tests core.reply: extracting pictures from a JSON reply, for all chunks and escapes.
local core = require "idocr.core"
local cjson = require("cjson").new()

local MARK = "\255"

local function take(text, size)
  local reply = core.reply(64 * 1024 * 1024)
  size = size or #text
  for at = 1, #text, size do assert(reply:feed(text:sub(at, at + size - 1))) end
  return reply:finish()
end

local function bytes(n, seed)
  local out, x = {}, seed or 1
  for i = 1, n do
    x = (x * 1103515245 + 12345) % 2147483648
    out[i] = string.char(math.floor(x / 65536) % 256)
  end
  return table.concat(out)
end

local function escape(text) return (text:gsub('[\\"]', "\\%0")) end

describe("core.reply", function()
  local picture = bytes(5000)
  local base64 = core.base64_encode(picture)

  it("extracts a picture from a member and keeps the rest", function()
    local text, pictures = take('{"Response":{"Image":"' .. base64 .. '","Name":"A\\/B"}}')
    assert.equal('{"Response":{"Image":"' .. MARK .. '0","Name":"A\\/B"}}', text)
    assert.same({ picture }, pictures)
  end)

  it("extracts pictures from a JSON text inside a string", function()
    local inner = '{"IdCard":"' .. base64 .. '","Portrait":"' .. base64 .. '"}'
    local text, pictures = take('{"AdvancedInfo":"' .. escape(inner) .. '","X":1}')
    assert.equal('{"AdvancedInfo":"{\\"IdCard\\":\\"' .. MARK .. '0\\",\\"Portrait\\":\\"' .. MARK .. '1\\"}","X":1}', text)
    assert.same({ picture, picture }, pictures)
  end)

  it("decodes escaped slashes at either level, in chunks of any size", function()
    local slashed = (base64:gsub("/", "\\/"))
    local documents = {
      '{"Image":"' .. slashed .. '"}',
      '{"A":"' .. escape('{"I":"' .. base64 .. '"}') .. '"}',
      '{"A":"' .. escape('{"I":"' .. base64 .. '"}'):gsub("/", "\\/") .. '"}',
      '{"A":"' .. escape('{"I":"' .. slashed .. '"}') .. '"}',
      '{"A":"' .. escape('{"I":"' .. slashed .. '"}'):gsub("/", "\\/") .. '"}',
    }
    for _, document in ipairs(documents) do
      local whole, pictures = take(document)
      assert.same({ picture }, pictures)
      assert.is_true(#whole < 40)
      for _, size in ipairs { 1, 2, 3, 5, 7, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097 } do
        local text, again = take(document, size)
        assert.equal(whole, text)
        assert.same(pictures, again)
      end
    end
  end)

  it("decodes every padding", function()
    for n = 1200, 1206 do
      local raw = bytes(n, n)
      for size = 1, 9 do
        local text, pictures = take('["' .. core.base64_encode(raw) .. '"]', size)
        assert.equal('["' .. MARK .. '0"]', text)
        assert.same({ raw }, pictures)
      end
    end
  end)

  it("restores strings that are not base64", function()
    local long = ("A"):rep(2000)
    for _, inside in ipairs {
      long .. "A", long .. " B", long .. "=", long .. "A=", long .. "===", long .. "AB=", long .. "AA=A", long .. "\\n", long .. "\\\\/",
      long .. "\\u003d", long .. "AB==" , long .. "-_", long .. '\\"more', long .. "\195\164", '\\"' .. long, -- a quote of the other level
    } do
      local document = '{"a":"' .. inside .. '","b":"c"}'
      for _, size in ipairs { 1, 7, 600, 100000 } do
        local text, pictures = take(document, size)
        assert.same({}, pictures, inside:sub(2001))
        assert.equal(document, text)
      end
    end
  end)

  it("keeps a text with escapes unchanged", function()
    for _, document in ipairs {
      '{"a":"C:\\\\/dir","b":"x\\\\","c":"\\"q\\\\/r\\" \\\\\\\\"}', '{"a":"\\\\\\"","b":"' .. ("\\/"):rep(100) .. '"}',
      '"abc\\', '"\\\\\\', "",
      '{"a":"' .. ("\\\\/"):rep(900) .. '"}',
    } do
      for size = 1, 5 do
        local text, pictures = take(document, size)
        assert.equal(document, text)
        assert.same({}, pictures)
      end
    end
  end)

  it("returns a truncated reply as text", function()
    local document = '{"Image":"' .. base64:sub(1, 4001)
    local text, pictures = take(document)
    assert.equal(document, text)
    assert.same({}, pictures)
  end)

  it("leaves the ninth picture in the text", function()
    local member = '"' .. base64 .. '"'
    local text, pictures = take("[" .. (member .. ","):rep(8) .. member .. "]")
    assert.equal(8, #pictures)
    assert.equal(base64, cjson.decode(text)[9])
  end)

  it("refuses more than max bytes", function()
    local reply = core.reply(10)
    assert.is_true(reply:feed("0123456789"))
    local ok, message, code = reply:feed("x")
    assert.is_nil(ok)
    assert.equal("string", type(message))
    assert.equal("too_large", code)
    assert.equal("too_large", select(3, reply:finish()))
  end)

  it("agrees with a plain parser on random documents in random chunks", function()
    math.randomseed(7)
    local function text_piece()
      local kind = math.random(6)
      if kind == 1 then return core.base64_encode(bytes(math.random(300, 900), math.random(1e6))) end
      if kind == 2 then return ("a"):rep(math.random(500, 520)) end
      if kind == 3 then return 'q"\\/\n' .. ("/"):rep(math.random(0, 600)) end
      if kind == 4 then return cjson.encode { x = core.base64_encode(bytes(math.random(380, 390), math.random(1e6))), y = 'k"\\' } end
      if kind == 5 then return cjson.encode { cjson.encode { core.base64_encode(bytes(math.random(700), 3)) } } end
      return "\\" .. ("AB/+"):rep(math.random(120, 140)) .. "\\"
    end
    local function restore(value, pictures)
      if type(value) == "table" then
        for k, v in pairs(value) do value[k] = restore(v, pictures) end
      elseif type(value) == "string" then
        value = value:gsub(MARK .. "(%d)", function(i) return core.base64_encode(pictures[i + 1]) end)
        value = value:gsub("\\+/", "/") -- escapes of slashes in the inner text may be removed
      end
      return value
    end
    for _ = 1, 300 do
      local source = {}
      for i = 1, math.random(6) do source[i] = text_piece() end
      local document = cjson.encode(source)
      local reply, at = core.reply(1e7), 1
      while at <= #document do
        local size = math.random(700)
        reply:feed(document:sub(at, at + size - 1))
        at = at + size
      end
      local text, pictures = reply:finish()
      assert.same(restore(source, {}), restore(cjson.decode(text), pictures))
    end
  end)
end)
