--- Tests the signer: cached keys, errors and hidden secrets.

local core = require "idocr.core"

local SECRET = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"

local function request(changes)
  local made = { method = "POST", headers = { { "Host", "h" } }, payload_hash = core.EMPTY_SHA256, timestamp = 86399, service = "ocr" }
  for name, value in pairs(changes or {}) do made[name] = value end
  return made
end

--- Returns the signature of a new signer.
local function fresh(changes) return core.signer("id", SECRET):authorization(request(changes)) end

describe("a signer", function()
  it("derives a new key at midnight and for another service", function()
    local signer = core.signer("id", SECRET)
    for _, changes in ipairs { {}, { timestamp = 86400 }, { service = "sts" }, { service = "oc" }, {}, { timestamp = 253402300799 }, {} } do
      assert.equal(fresh(changes), signer:authorization(request(changes)))
    end
  end)

  it("signs correctly after a refused request", function()
    local signer = core.signer("id", SECRET)
    signer:authorization(request())
    for _, changes in ipairs { { timestamp = -1 }, { service = "" }, { method = "x" } } do
      assert.is_nil((signer:authorization(request(changes))))
      assert.equal(fresh(), signer:authorization(request()))
    end
  end)

  it("returns the whole scope", function()
    assert.truthy(fresh():find("^TC3%-HMAC%-SHA256 Credential=id/1970%-01%-01/ocr/tc3_request, SignedHeaders=host, Signature=%x+$"))
  end)

  it("shows no secret", function()
    local signer = core.signer("identity", SECRET)
    assert.equal("idocr.signer", tostring(signer))
    assert.is_false(getmetatable(signer))
    local _, message = pcall(signer.authorization, signer, { secret_key = SECRET })
    assert.is_nil(message:find(SECRET, 1, true))
  end)

  it("reads its fields without metamethods", function()
    local made = setmetatable({}, { __index = function(_, name) return request()[name] end })
    assert.error_matches(function() core.signer("id", SECRET):authorization(made) end, "field 'method'")
  end)

  it("raises once closed", function()
    local signer = core.signer("id", SECRET)
    signer:close()
    signer:close()
    assert.error_matches(function() signer:authorization(request()) end, "the signer is closed")
  end)

  it("refuses credentials that cannot be sent", function()
    for _, pair in ipairs { { "", "k" }, { "i", "" }, { "i\n", "k" }, { ("i"):rep(513), "k" }, { "i", ("k"):rep(513) } } do
      local signer, message, code = core.signer(pair[1], pair[2])
      assert.is_nil(signer)
      assert.is_string(message)
      assert.equal("bad_key", code)
    end
    assert.has_error(function() core.signer("id") end)
    assert.has_error(function() core.signer(1, 2) end)
  end)

  it("accepts the longest allowed secrets and hosts", function()
    local signer = core.signer(("i"):rep(512), ("k"):rep(512))
    local value = assert(signer:authorization(request { headers = { { "host", ("h"):rep(3000) } }, service = ("s"):rep(64) }))
    assert.truthy(value:find("Credential=" .. ("i"):rep(512) .. "/1970", 1, true))
    local long = {}
    for i = 1, 32 do long[i] = { ("x"):rep(200) .. i, "v" } end
    local none, _, code = signer:authorization(request { headers = long })
    assert.is_nil(none)
    assert.equal("too_long", code)
  end)
end)
