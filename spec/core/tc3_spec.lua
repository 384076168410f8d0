--- Tests TC3-HMAC-SHA256 stage by stage, against Tencent's examples and recorded requests of its SDKs.

local cjson = require "cjson"

local core = require "idocr.core"

local function vectors(name)
  local file = assert(io.open("spec/vectors/" .. name .. ".json"))
  local list = cjson.decode(file:read "*a")
  file:close()
  return list
end

--- The parts of a request that a vector's canonical request names.
local function request_of(vector)
  local method, uri, query, block, signed, hash = vector.canonical_request:match "^(%u+)\n([^\n]*)\n([^\n]*)\n(.-\n)\n([^\n]*)\n(%x+)$"
  local headers = {}
  for name, value in block:gmatch "([^:\n]+):([^\n]*)\n" do
    -- In another order and case, with blanks around: the first stage normalises all of this.
    table.insert(headers, 1, { name:upper(), "  " .. value .. "\t" })
  end
  return { method = method, uri = uri, query = query, headers = headers, payload_hash = hash }, signed
end

for _, file in ipairs { "tc3", "tc3_official_node_sdk" } do
  describe("the vectors of " .. file, function()
    for _, vector in ipairs(vectors(file)) do
      it("hold: " .. vector.name, function()
        local request, signed = request_of(vector)
        local body = vector.body_hex:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end)
        assert.equal(vector.payload_hash, vector.unsigned_payload and core.UNSIGNED_SHA256 or core.sha256(body))

        local canonical, names = core.tc3_canonical_request(request)
        assert.equal(vector.canonical_request, canonical)
        assert.equal(signed, names)
        assert.equal(vector.hashed_cr, core.sha256(canonical))

        local stage = { timestamp = vector.timestamp, service = vector.service, secret_key = vector.secret_key }
        stage.canonical_request = canonical
        local text, scope = core.tc3_string_to_sign(stage)
        assert.equal(vector.string_to_sign, text)
        assert.equal(vector.date .. "/" .. vector.service .. "/tc3_request", scope)

        local kdate, kservice, ksigning = core.tc3_keys(stage)
        assert.equal(vector.kdate, kdate)
        assert.equal(vector.kservice, kservice)
        assert.equal(vector.ksigning, ksigning)

        stage.string_to_sign = text
        assert.equal(vector.signature, core.tc3_signature(stage))

        local signer = core.signer(vector.secret_id, vector.secret_key)
        request.timestamp, request.service = vector.timestamp, vector.service
        assert.equal(vector.authorization, signer:authorization(request))
        assert.equal(vector.authorization, signer:authorization(request), "with the kept key")
      end)
    end
  end)
end

describe("a canonical request", function()
  local function request(changes)
    local headers = { { "Host", "h" }, { "Content-Type", "application/json" } }
    local made = { method = "POST", headers = headers, payload_hash = core.EMPTY_SHA256 }
    for name, value in pairs(changes or {}) do made[name] = value end
    return made
  end

  it("defaults to the path / and no query", function()
    local canonical, names = core.tc3_canonical_request(request())
    assert.equal("POST\n/\n\ncontent-type:application/json\nhost:h\n\ncontent-type;host\n" .. core.EMPTY_SHA256, canonical)
    assert.equal("content-type;host", names)
  end)

  it("sorts names of which one is a prefix of the other", function()
    local _, names = core.tc3_canonical_request(request { headers = { { "x-tc-action", "b" }, { "X-TC-A", "A" }, { "host", "h" } } })
    assert.equal("host;x-tc-a;x-tc-action", names)
  end)

  it("accepts a long query up to the limit", function()
    local canonical = core.tc3_canonical_request(request { method = "GET", query = ("q"):rep(32 * 1024) })
    assert.truthy(canonical:find(("q"):rep(32 * 1024), 1, true))
    local text, message, code = core.tc3_canonical_request(request { query = ("q"):rep(70 * 1024) })
    assert.is_nil(text)
    assert.is_string(message)
    assert.equal("too_long", code)
  end)

  it("refuses values that would be sent differently than signed", function()
    for _, changes in ipairs {
      { method = "post" }, { method = "" }, { uri = "/\n" }, { query = "a\r" }, { payload_hash = "" },
      { payload_hash = core.EMPTY_SHA256:upper() }, { headers = { { "", "x" } } }, { headers = { { "Host", "h" }, { "host", "h" } } },
      { headers = { { "Host", "h\nx-tc-action:y" } } }, { headers = { { "Ho\nst", "h" } } },
    } do
      local canonical, _, code = core.tc3_canonical_request(request(changes))
      assert.is_nil(canonical)
      assert.equal("bad_request", code)
    end
  end)

  it("raises on the wrong kind of argument", function()
    for _, changes in ipairs {
      { method = 1 }, { headers = "Host: h" }, { headers = { "Host: h" } }, { headers = { { "Host", 8080 } } }, { query = false },
    } do
      assert.has_error(function() core.tc3_canonical_request(request(changes)) end)
    end
    local many = {}
    for i = 1, 33 do many[i] = { "x-" .. i, "v" } end
    assert.has_error(function() core.tc3_canonical_request(request { headers = many }) end)
    assert.has_error(core.tc3_canonical_request)
  end)
end)

describe("the date in a scope", function()
  local function date(timestamp)
    local _, scope = core.tc3_string_to_sign { timestamp = timestamp, service = "ocr", canonical_request = "" }
    return scope and scope:match "^[^/]+"
  end

  it("is correct from 1970 to 9999", function()
    for timestamp, expected in pairs {
      [0] = "1970-01-01", [86399] = "1970-01-01", [86400] = "1970-01-02", [951782400] = "2000-02-29", [951868800] = "2000-03-01",
      [1709251199] = "2024-02-29", [1709251200] = "2024-03-01", [4107542399] = "2100-02-28", [4107542400] = "2100-03-01",
      [253402300799] = "9999-12-31",
    } do
      assert.equal(expected, date(timestamp))
    end
    for day = 0, 60000, 17 do
      assert.equal(os.date("!%Y-%m-%d", day * 86400), date(day * 86400))
    end
  end)

  it("is an error outside of these years", function()
    for _, timestamp in ipairs { -1, 253402300800 } do
      local text, _, code = core.tc3_string_to_sign { timestamp = timestamp, service = "ocr", canonical_request = "" }
      assert.is_nil(text)
      assert.equal("bad_time", code)
    end
    for _, timestamp in ipairs { 0.5, 0 / 0, 1 / 0, "0" } do assert.has_error(function() date(timestamp) end) end
  end)
end)

describe("a service", function()
  it("must be a short plain name", function()
    for _, service in ipairs { "", "o/r", "ocr\n", ("s"):rep(65) } do
      local keys, _, code = core.tc3_keys { secret_key = "k", timestamp = 0, service = service }
      assert.is_nil(keys)
      assert.equal("bad_service", code)
    end
  end)

  it("checks every character of a value", function()
    local function canonical(value)
      return core.tc3_canonical_request { method = "POST", headers = { { "x", value } }, payload_hash = core.EMPTY_SHA256 }
    end
    for byte = 0, 255 do
      for at = 1, 19, 3 do
        local c = string.char(byte)
        local value = ("Ab"):rep(10):sub(1, at - 1) .. c .. ("Yz@[`{"):rep(4):sub(at)
        local text = canonical("|" .. value .. "|")
        if byte < 32 and byte ~= 9 or byte == 127 then
          assert.is_nil(text, byte)
        else -- string.lower of the C locale
          assert.equal("x:|" .. value:gsub("%u", string.lower) .. "|", text:match("\n(x:[^\n]*)\n"), byte)
        end
      end
    end
  end)
end)
