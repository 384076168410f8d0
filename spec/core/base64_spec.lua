--- Tests base64 encoding and strict decoding.

local core = require "idocr.core"

describe("base64", function()
  it("agrees with RFC 4648", function()
    local vectors = { [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==", fooba = "Zm9vYmE=", foobar = "Zm9vYmFy" }
    for plain, text in pairs(vectors) do
      assert.equal(text, core.base64_encode(plain))
      assert.equal(plain, core.base64_decode(text))
    end
  end)

  it("round-trips every length and every byte", function()
    local bytes = {}
    for i = 0, 1023 do bytes[#bytes + 1] = string.char((i * 7 + math.floor(i / 256)) % 256) end
    local all = table.concat(bytes)
    for length = 0, #all do
      local part = all:sub(1, length)
      local text = core.base64_encode(part)
      assert.equal(math.ceil(length / 3) * 4, #text)
      if core.base64_decode(text) ~= part then error("length " .. length) end
    end
  end)

  it("returns the position of the first error", function()
    for text, expected in pairs {
      ["A"] = 2, ["AB"] = 3, ["ABC"] = 4, ["A==="] = 2, ["===="] = 1, ["AB=C"] = 3, ["ABCDE"] = 6, ["QQ==QQ=="] = 3, ["QQ="] = 3,
      ["QR=="] = 2, ["QUJ="] = 3, ["QQ==\n"] = 3, [" QQ=="] = 1, ["QUJD="] = 5, ["Q-JD"] = 2, ["QUJ\0"] = 4,
      [("A"):rep(1000) .. "*" .. ("A"):rep(999)] = 1001,
    } do
      local bytes, message, position = core.base64_decode(text)
      assert.is_nil(bytes)
      assert.is_string(message)
      assert.equal(expected, position, ("%q"):format(text:sub(1, 20)))
    end
  end)

  it("accepts strings only", function()
    assert.has_error(function() core.base64_encode() end)
    assert.has_error(function() core.base64_decode {} end)
  end)
end)
