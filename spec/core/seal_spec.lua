--- Tests sealed texts: AES-256-GCM against published vectors, several keys, and every changed bit.

local core = require "idocr.core"
local seal = require "idocr.seal"

local function bytes(hex)
  return (hex:gsub("%s", ""):gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

local KEY, OTHER = ("k"):rep(32), ("o"):rep(32)

describe("core.seal", function()
  -- Test cases 13 to 16 of "The Galois/Counter Mode of Operation", McGrew and Viega (256-bit keys, 96-bit nonces).
  local FEFF = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
  local PLAIN = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
    .. "b16aedf5aa0de657ba637b39"
  local CIPHER = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
    .. "c5f61e6393ba7a0abcc9f662"
  local VECTORS = {
    { key = ("0"):rep(64), nonce = ("0"):rep(24), bound = "", text = "", sealed = "530f8afbc74536b9a963b4f1c4cb738b" },
    { key = ("0"):rep(64), nonce = ("0"):rep(24), bound = "", text = ("0"):rep(32),
      sealed = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919" },
    { key = FEFF, nonce = "cafebabefacedbaddecaf888", bound = "", text = PLAIN .. "1aafd255",
      sealed = CIPHER .. "898015adb094dac5d93471bdec1a502270e3cc6c" },
    { key = FEFF, nonce = "cafebabefacedbaddecaf888", bound = "feedfacedeadbeeffeedfacedeadbeefabaddad2", text = PLAIN,
      sealed = CIPHER .. "76fc6ece0f4e1768cddf8853bb2d551b" },
  }

  it("gives the published results and opens them", function()
    for _, vector in ipairs(VECTORS) do
      local key, nonce, bound, text = bytes(vector.key), bytes(vector.nonce), bytes(vector.bound), bytes(vector.text)
      local sealed = core.seal(key, nonce, bound, text)
      assert.equal(vector.sealed, core.hex(sealed))
      assert.equal(text, core.unseal(key, nonce, bound, sealed))
    end
  end)

  it("refuses keys and nonces of another length", function()
    assert.error_matches(function() core.seal("short", ("n"):rep(12), "", "") end, "the key must have 32 bytes")
    assert.error_matches(function() core.seal(KEY, "short", "", "") end, "the nonce must have 12 bytes")
    assert.error_matches(function() core.unseal(KEY .. "x", ("n"):rep(12), "", "") end, "the key must have 32 bytes")
    assert.is_nil(core.unseal(KEY, ("n"):rep(12), "", ("x"):rep(15)))
  end)

  it("gives random bytes, never the same twice", function()
    local seen = {}
    for _ = 1, 1000 do
      local value = core.random(12)
      assert.equal(12, #value)
      assert.is_nil(seen[value])
      seen[value] = true
    end
    assert.equal(1024, #core.random(1024))
    assert.has_error(function() core.random(0) end)
    assert.has_error(function() core.random(1025) end)
  end)
end)

describe("a sealer", function()
  it("opens what it sealed, and two sealings differ", function()
    local sealer = assert(seal.new(KEY))
    for _, text in ipairs { "", "a", ("\0\255"):rep(50000) } do
      local sealed = sealer:seal(text, "entry")
      assert.equal(text, sealer:open(sealed, "entry"))
      assert.not_equal(sealed, sealer:seal(text, "entry"))
      assert.is_nil(sealed:find("entry", 1, true))
      if #text > 8 then assert.is_nil(sealed:find(text, 1, true)) end -- a short text may occur in random bytes
    end
  end)

  it("refuses another entry's text, a changed byte, a cut and other keys", function()
    local sealer = assert(seal.new { a = KEY })
    local sealed = sealer:seal("text", "entry")
    assert.same({ nil, "changed" }, { sealer:open(sealed, "another") })
    for i = 1, #sealed do
      local changed = sealed:sub(1, i - 1) .. string.char((sealed:byte(i) + 1) % 256) .. sealed:sub(i + 1)
      assert.is_nil((sealer:open(changed, "entry")))
      assert.is_nil((sealer:open(sealed:sub(1, i - 1), "entry")))
    end
    assert.same({ nil, "changed" }, { assert(seal.new { a = OTHER }):open(sealed, "entry") })
    assert.same({ nil, "unknown_key" }, { assert(seal.new { b = KEY }):open(sealed, "entry") })
    assert.same({ nil, "malformed" }, { sealer:open("", "entry") })
  end)

  it("seals with the first key and opens with all", function()
    local old = assert(seal.new { ["2026-10"] = KEY })
    local new = assert(seal.new { { id = "2026-11", key = OTHER }, { id = "2026-10", key = KEY } })
    assert.equal("text", new:open(old:seal("text", "entry"), "entry"))
    assert.is_nil((old:open(new:seal("text", "entry"), "entry")))
    local map = assert(seal.new { b = KEY, a = OTHER }) -- "a" is the first
    assert.is_nil((assert(seal.new { b = KEY }):open(map:seal("text", "entry"), "entry")))
    assert.equal("text", assert(seal.new { a = OTHER }):open(map:seal("text", "entry"), "entry"))
  end)

  it("opens what a key sealed that had no id then, or has none now", function()
    local alone, named = assert(seal.new(KEY)), assert(seal.new { old = KEY })
    for _, keys in ipairs { { a = OTHER, b = KEY }, { { id = "x", key = OTHER }, { id = "old", key = KEY } } } do
      assert.equal("text", assert(seal.new(keys)):open(alone:seal("text", "entry"), "entry"))
      assert.is_nil((assert(seal.new(keys)):open(alone:seal("text", "entry"), "another")))
    end
    assert.equal("text", alone:open(named:seal("text", "entry"), "entry"))
  end)

  it("reports what is wrong with keys, without showing them", function()
    for _, case in ipairs {
      { "short-secret", "32 random bytes, not a string of 12 bytes" }, { 5, "not a number" }, { {}, "there is no key" },
      { { [""] = KEY }, "a key's id" }, { { ["a b"] = KEY }, "a key's id" }, { { a = 1 }, "not a number" },
      { { { id = "a", key = KEY }, { id = "a", key = KEY } }, "the same id" }, { { KEY }, "a list of keys holds tables" },
    } do
      local sealer, complaint = seal.new(case[1])
      assert.is_nil(sealer)
      assert.is_truthy(complaint:find(case[2], 1, true), complaint)
      assert.is_nil(complaint:find("short-secret", 1, true))
    end
    assert.equal("sealer", tostring(seal.new(KEY)))
  end)
end)
