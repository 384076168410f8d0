--- Tests that values which cannot be an id, a key or a token are refused before signing, and that the error names their origin.

local idocr = require "idocr"
local process = require "spec.support.process"
local scripted = require "spec.support.scripted"

local PNG = idocr.bytes(scripted.PNG)
local BLANKS = (" "):rep(60000)

--- Returns the error of a call with these credentials; nothing was sent.
local function refusal(credentials)
  local wire = scripted.new { scripted.ok() }
  local card, err = idocr.new(scripted.options(wire, { credentials = credentials })):passport(PNG)
  assert.is_nil(card)
  assert.equal(0, #wire.requests)
  assert.same({ "credentials", false, false, 0 }, { err.category, err.billed, err.sent, err.attempts })
  return err
end

-- value -> what the error names
local IMPOSSIBLE = {
  ['"AKIDvisible"'] = "quotation mark", ["'AKIDvisible'"] = "quotation mark", ["AKID visible"] = "blank", ["AKIDvisible\tx"] = "control",
  ["AKIDvisible\nx"] = "line break", ["AKIDvisible\0x"] = "control", ["AKIDvisible\127"] = "control", ["AKIDvisible\194\160"] = "ASCII",
  ["AKIDvisible\239\188\156"] = "ASCII", ["AKIDvisible;"] = "semicolon", ["AKIDvisible, x"] = "",
  ["AKIDvisible" .. BLANKS .. "x"] = "longer than", [("AKIDvisible"):rep(400)] = "longer than",
}

describe("a malformed value", function()
  local path = process.tempdir() .. "/credentials"
  local good = { secret_id = "AKIDgood", secret_key = "key", token = "token" }
  local VARIABLES = {
    secret_id = "TENCENTCLOUD_SECRET_ID", secret_key = "TENCENTCLOUD_SECRET_KEY", token = "TENCENTCLOUD_SESSION_TOKEN",
  }

  -- source -> how it gives three values, and what the error then calls the origin
  local sources = {
    option = function(values) return values, "the option credentials" end,
    environment = function(values, member)
      return idocr.credentials.environment { getenv = function(name)
        for each, variable in pairs(VARIABLES) do
          if variable == name then return values[each] end
        end
      end }, "the environment variable " .. VARIABLES[member]
    end,
    ["function"] = function(values) return function() return values end, "the credentials function" end,
    file = function(values, member)
      if values[member]:find("\n") then return nil end -- that is two lines
      local text = "[default]\nsecret_id = %s\nsecret_key = %s\ntoken = %s\n"
      process.write(path, text:format(values.secret_id, values.secret_key, values.token))
      local line = ({ secret_id = 2, secret_key = 3, token = 4 })[member]
      return idocr.credentials.profile { path = path }, ("line %d of the profile file"):format(line)
    end,
    chain = function(values) return idocr.credentials.chain { values, good }, "the option credentials" end,
    base = function(values)
      local role = idocr.credentials.assume_role { role_arn = "a", credentials = values, endpoint = "http://127.0.0.1:1" }
      return role, "the option credentials"
    end,
  }

  for source, make in pairs(sources) do
    it("is rejected with its member and its origin: " .. source, function()
      for value, kind in pairs(IMPOSSIBLE) do
        for member in pairs(good) do
          local values = { secret_id = good.secret_id, secret_key = good.secret_key, token = good.token, [member] = value }
          local credentials, place = make(values, member)
          if credentials then
            local err = refusal(credentials)
            assert.equal("BadCredentials", err.code)
            assert.truthy(err.message:find(kind, 1, true), err.message)
            assert.truthy(err.message:find(place, 1, true), err.message)
            assert.truthy(err.message:find(member, 1, true), err.message)
            assert.is_nil(tostring(err):find("visible", 1, true))
          end
        end
      end
    end)
  end

  it("includes a value followed by a comment in a profile file", function()
    for _, line in ipairs {
      "secret_id = AKIDvisible ; of mine", "secret_id = AKIDvisible # of mine", "secret_id=AKIDvisible\t#x", "secret_id=AKIDvisible#x",
    } do
      process.write(path, "[default]\n" .. line .. "\nsecret_key = k\n")
      local err = refusal(idocr.credentials.profile { path = path })
      assert.equal("BadCredentials", err.code)
      assert.matches("line 2 of the profile file: a comment", err.message)
      assert.is_nil(tostring(err):find("visible", 1, true))
    end
  end)

  it("is parsed in linear time in a file or a section name", function()
    for _, text in ipairs {
      "[default]\nsecret_id = a" .. BLANKS .. "b\nsecret_key = k\n", "[" .. BLANKS .. "x" .. BLANKS .. "\n",
      "[default]\nsecret_id" .. BLANKS .. "x\n", ("[default]\n%s\n"):format(("\r"):rep(60000)) .. "x",
      "[" .. BLANKS .. "default" .. BLANKS .. "x]\n",
    } do
      process.write(path, text)
      assert.matches("^Bad", refusal(idocr.credentials.profile { path = path }).code)
    end
    process.write(path, '{"secretId":"a' .. BLANKS .. 'b","secretKey":"k"}')
    assert.equal("BadCredentials", refusal(idocr.credentials.tccli { path = path }).code)
  end)

  it("includes a key that a section repeats", function()
    for _, text in ipairs {
      "[default]\nsecret_id=AKIDone\nsecret_key=k\n[other]\n[default]\nsecret_id=AKIDtwo\n",
      "[default]\nsecret_id=AKIDone\nsecret_id=AKIDtwo\nsecret_key=k\n",
    } do
      process.write(path, text)
      local err = refusal(idocr.credentials.profile { path = path })
      assert.equal("BadProfile", err.code)
      assert.matches("repeats", err.message)
    end
  end)
end)

describe("a credentials function", function()
  local function taken(value)
    local wire = scripted.new { scripted.ok() }
    assert(idocr.new(scripted.options(wire, { credentials = function() return value end })):passport(PNG))
    return scripted.header(wire.requests[1], "X-TC-Token") or true
  end

  it("gets an error with the member that it misspelt", function()
    for name, right in pairs {
      expires_at = "expires", expiresAt = "expires", ExpiredTime = "expires", expire = "expires", Token = "token",
      session_token = "token", SessionToken = "token", securityToken = "token",
    } do
      local err = refusal(function() return { secret_id = "a", secret_key = "b", [name] = 5 } end)
      assert.equal("BadCredentials", err.code)
      assert.truthy(err.message:find(('"%s" (did you mean "%s"?)'):format(name, right), 1, true), err.message)
    end
    local err = refusal(function() return { secretId = "a", SecretKey = "b" } end)
    local hints = '"SecretKey" (did you mean "secret_key"?), "secretId" (did you mean "secret_id"?)'
    assert.truthy(err.message:find(hints, 1, true), err.message)
    assert.equal("BadCredentials", refusal(function() return { TmpSecretId = "a", TmpSecretKey = "b" } end).code)
  end)

  it("may return further members", function()
    assert.is_true(taken { secret_id = "a", secret_key = "b", lease_id = "x", token_type = "y", region = "z", [1] = 5 })
    assert.equal("t", taken { secret_id = "a", secret_key = "b", token = "t", session_token = "t", expires_at = 5, expires = 1700003600 })
  end)

  it("gets an error with the problem of its expiry time", function()
    for _, expires in ipairs { 0 / 0, math.huge, -math.huge, -1, 0, 3600, 1700003600000, "1700003600", true, {} } do
      local err = refusal(function() return { secret_id = "a", secret_key = "b", expires = expires } end)
      assert.equal("BadCredentials", err.code)
      assert.matches("expires", err.message)
    end
  end)

  it("that quotes a key in its error shows it only outside the message", function()
    local MARKER = "MARKERSECRETKEY"
    for _, fn in ipairs {
      function() error("key " .. MARKER) end, function() error { MARKER } end, function() return nil, "no key " .. MARKER end,
      function() return nil, { MARKER } end, function() error(setmetatable({}, { __tostring = function() error(MARKER) end })) end,
      function() return setmetatable({}, { __index = function() error(MARKER) end }) end,
    } do
      local err = refusal(fn)
      assert.equal("CredentialsFailed", err.code)
      for _, text in ipairs { tostring(err), "" .. err, err.message, err.code } do assert.is_nil(text:find(MARKER, 1, true), text) end
    end
    assert.matches("vault sealed", refusal(function() return nil, "vault sealed" end).message)
  end)

  it("that quotes its previous key in an error does not show it at all", function()
    local count = 0
    local made = idocr.new(scripted.options(scripted.new { scripted.ok() }, { credentials = function()
      count = count + 1
      if count > 1 then error "lost MARKERID and MARKERKEY" end
      return { secret_id = "MARKERID", secret_key = "MARKERKEY" }
    end }))
    assert(made:passport(PNG))
    local _, err = made:passport(PNG)
    for name, value in pairs(err) do assert.is_nil(tostring(value):find("MARKER", 1, true), name) end
  end)

  it("may yield to a user's scheduler while other coroutines ask", function()
    local made = idocr.new(scripted.options(scripted.new { scripted.ok() }, { credentials = function()
      coroutine.yield "waiting"
      return { secret_id = "a", secret_key = "b", expires = 1700003600 }
    end }))
    local function call() return made:passport(PNG) and "card" end
    local first, second = coroutine.wrap(call), coroutine.wrap(call)
    assert.same({ "waiting", "waiting" }, { first(), second() })
    assert.same({ "card", "card" }, { first(), second() })
  end)

  it("never makes a call raise, nor does a user's object", function()
    for _, get in ipairs {
      function() error "x" end, function() end, function() return nil, "no" end, function() return 5 end, function() return {} end,
      function() return setmetatable({}, { __index = function() error "MARKERsecret9" end }) end,
    } do
      refusal { get = get }
      refusal { bind = function() return { get = get } end }
      refusal(idocr.credentials.chain { { get = get } })
      refusal(idocr.credentials.assume_role { role_arn = "a", credentials = { get = get }, endpoint = "http://127.0.0.1:1" })
    end
  end)

  it("is validated like a user's object, and its texts never appear in an error", function()
    for problem, value in pairs {
      ["did you mean \"secret_id\""] = { SecretId = "AKIDvisible", SecretKey = "visible" },
      ["a number for secret_key"] = { secret_id = "AKIDx", secret_key = 5 },
      ["an expires that is a string"] = { secret_id = "AKIDx", secret_key = "visible", expires = "visible" },
      ["quotation mark"] = { secret_id = "'AKIDvisible'", secret_key = "visible", origin = "visible" },
    } do
      for _, given in ipairs { function() return value end, { get = function() return value end } } do
        local err = refusal(given)
        assert.equal("BadCredentials", err.code)
        assert.truthy(err.message:find(problem, 1, true), err.message)
        assert.is_nil(tostring(err):find("visible", 1, true))
      end
    end
  end)

  it("gets the table that the service refused in invalidate", function()
    local given, refused = { secret_id = "AKIDx", secret_key = "key", token = "token" }, nil
    local wire = scripted.new { scripted.error "AuthFailure.TokenFailure", scripted.ok() }
    local source = { get = function() return given end, invalidate = function(_, snapshot) refused = snapshot end }
    assert(idocr.new(scripted.options(wire, { credentials = source })):passport(PNG))
    assert.equal(given, refused)
  end)

  it("that is the `bind` of an object must return a source", function()
    assert.error_matches(function() idocr.new { credentials = { bind = function() return 5 end } } end, "bind that returns a source")
  end)
end)
