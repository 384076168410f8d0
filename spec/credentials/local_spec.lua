--- Tests credentials that need no server: a table, the environment, a file, a function, and a chain of these.

local idocr = require "idocr"
local process = require "spec.support.process"
local scripted = require "spec.support.scripted"

local PNG = idocr.bytes(scripted.PNG)

local function client(credentials, more)
  local wire = scripted.new { scripted.ok() }
  local options = scripted.options(wire, more)
  options.credentials = credentials
  return idocr.new(options), wire
end

local function getenv_of(variables) return function(name) return variables[name] end end

--- Returns the secret id and token of a request that is made with these credentials; or nil and the error.
local function used(credentials, more)
  local made, wire = client(credentials, more)
  local card, err = made:passport(PNG)
  if not card then
    assert.equal(0, #wire.requests)
    assert.equal("credentials", err.category)
    assert.is_false(err.billed)
    return nil, err
  end
  local request = wire.requests[1]
  return scripted.header(request, "Authorization"):match("Credential=([^/]+)"), scripted.header(request, "X-TC-Token"), request
end

local function failing(credentials) return (select(2, used(credentials))) end

describe("literal credentials", function()
  it("are trimmed, and blank ones are an error of the call", function()
    assert.equal("AKIDx", (used { secret_id = " AKIDx\n", secret_key = "k" }))
    assert.equal("NoCredentials", failing({ secret_id = "AKIDx", secret_key = " " }).code)
    assert.equal("AKIDx", (used(idocr.credentials.static { secret_id = "AKIDx", secret_key = "k" })))
  end)
end)

describe("the environment", function()
  it("provides an id, a key and an optional token", function()
    local variables = { TENCENTCLOUD_SECRET_ID = "AKIDe ", TENCENTCLOUD_SECRET_KEY = "k", TENCENTCLOUD_SESSION_TOKEN = "t" }
    local id, token = used(idocr.credentials.environment { getenv = getenv_of(variables) })
    assert.same({ "AKIDe", "t" }, { id, token })
    variables.TENCENTCLOUD_SECRET_KEY = nil
    local err = failing(idocr.credentials.environment { getenv = getenv_of(variables) })
    assert.equal("IncompleteCredentials", err.code)
    assert.matches("TENCENTCLOUD_SECRET_KEY is not", err.message)
    assert.equal("NoCredentials", failing(idocr.credentials.environment { getenv = getenv_of {} }).code)
  end)

  it("provides ekycpro's key under the vendor's variable name", function()
    local wire = scripted.new { { status = 200, headers = {}, body = '{"status":"OK","message":{"CardNumber":"1"}}' } }
    local variables = { EKYCPRO_API_KEY = "key", EKYCPRO_TOKEN = "tok" }
    local made = idocr.new {
      provider = "ekycpro", transport = wire, credentials = idocr.credentials.api_key { getenv = getenv_of(variables) },
    }
    assert(made:malaysia_id(PNG))
    assert.equal("key", scripted.header(wire.requests[1], "X-API-Key"))
    assert.matches("token=tok$", wire.requests[1].url)
    variables.EKYCPRO_API_KEY = nil
    assert.equal("NoCredentials", select(2, made:malaysia_id(PNG)).code)
  end)
end)

describe("the profile file", function()
  local folder = process.tempdir()
  local path = folder .. "/credentials"
  local function profile(text, more)
    process.write(path, text)
    local options = { path = path, getenv = getenv_of {} }
    for name, value in pairs(more or {}) do options[name] = value end
    return idocr.credentials.profile(options)
  end
  local TEXT = "[default]\nsecret_id = AKIDEXAMPLE\nsecret_key = secretEXAMPLE\ntoken = tokenEXAMPLE\n"
    .. "\n[other]\nsecret_id=AKIDOTHER\nsecret_key=s\n"

  it("accepts comments, blanks and both separators of INI", function()
    for _, text in ipairs {
      TEXT, "\239\187\191" .. TEXT, TEXT:gsub("\n", "\r\n"), "# comment\n; another\n\n" .. TEXT, (TEXT:gsub("secret_id", "SECRET_ID")),
      (TEXT:gsub(" = ", "=")), "[ default ]" .. TEXT:sub(10),
    } do
      local id, token = used(profile(text))
      assert.same({ "AKIDEXAMPLE", "tokenEXAMPLE" }, { id, token })
    end
    local id, token = used(profile(TEXT, { profile = "other" }))
    assert.same({ "AKIDOTHER" }, { id, token })
  end)

  it("causes errors that name the line and the problem", function()
    for _, case in ipairs {
      { "secret_id = x\n", "BadProfile", "line 1" }, { "[default]\nsecret_id\n", "BadProfile", "line 2" },
      { "[other]\nsecret_id=a\nsecret_key=b\n", "BadProfile", "%[default%]" }, { "", "BadProfile", "%[default%]" },
      { "[default]\nsecret_id=AKIDvisible\n", "IncompleteCredentials", "secret_key" },
      { "[default]\nsecret_id=AKIDvisible\nsecret_key=  \n", "IncompleteCredentials", "secret_key" },
    } do
      local err = failing(profile(case[1]))
      assert.equal(case[2], err.code)
      assert.matches(case[3], err.message)
      assert.is_nil(tostring(err):find("visible", 1, true))
    end
    assert.equal("BadProfile", failing(idocr.credentials.profile { path = folder .. "/none", getenv = getenv_of {} }).code)
  end)

  it("is searched in the same places as by the vendor's tools", function()
    process.run("mkdir -p " .. folder .. "/.tencentcloud")
    process.write(folder .. "/.tencentcloud/credentials", "[default]\nsecret_id=AKIDhome\nsecret_key=k\n")
    process.write(path, TEXT)
    assert.equal("AKIDhome", (used(idocr.credentials.profile { getenv = getenv_of { HOME = folder } })))
    assert.equal("AKIDEXAMPLE",
      (used(idocr.credentials.profile { getenv = getenv_of { HOME = folder, TENCENTCLOUD_CREDENTIALS_FILE = path } })))
    assert.equal("NoCredentials", failing(idocr.credentials.profile { getenv = getenv_of { HOME = folder .. "/nobody" } }).code)
  end)

  it("is read again after a minute", function()
    local made, wire = client(profile(TEXT))
    assert(made:passport(PNG))
    process.write(path, (TEXT:gsub("AKIDEXAMPLE", "AKIDrotated")))
    assert(made:passport(PNG))
    wire.runtime.sleep(61)
    assert(made:passport(PNG))
    local ids = {}
    for index, request in ipairs(wire.requests) do ids[index] = scripted.header(request, "Authorization"):match("Credential=([^/]+)") end
    assert.same({ "AKIDEXAMPLE", "AKIDEXAMPLE", "AKIDrotated" }, ids)
  end)
end)

describe("a function", function()
  it("is called for each request, with the provider's name", function()
    local asked = {}
    local made, wire = client(function(provider)
      asked[#asked + 1] = provider
      return { secret_id = "AKID" .. #asked, secret_key = "k" .. #asked }
    end)
    assert(made:passport(PNG))
    assert(made:passport(PNG))
    assert.same({ "tencent", "tencent" }, asked)
    assert.is_true((scripted.verify(wire.requests[2], "k2")))
  end)

  it("is called again when its credentials are about to expire", function()
    local count, now = 0, 1700000000
    local made, wire = client(function()
      count = count + 1
      return { secret_id = "AKID" .. count, secret_key = "k", token = "t" .. count, expires = now + 1000 }
    end, { clock = function() return now end })
    assert(made:passport(PNG))
    now = now + 800
    assert(made:passport(PNG))
    assert.equal(1, count)
    now = now + 150
    assert(made:passport(PNG))
    assert.equal(2, count)
    -- id, key and token are of one snapshot
    assert.equal("t2", scripted.header(wire.requests[3], "X-TC-Token"))
    assert.matches("AKID2/", scripted.header(wire.requests[3], "Authorization"))
  end)

  it("that returns nothing, a wrong type or raises causes an error without any value", function()
    for _, fn in ipairs {
      function() end, function() return nil, "vault sealed, key AKIDabcdefghijklmnop0123456789xyzvisible" end,
      function() return "AKIDvisible" end,
      function() return { secret_id = "AKIDvisible" } end, function() return { secret_id = "AKIDvisible", secret_key = 5 } end,
      function() error { "AKIDvisible" } end, function() error "AKIDabcdefghijklmnop0123456789xyzvisible" end,
      function() return { secret_id = "a", secret_key = "b", expires = "soon" } end,
    } do
      local err = failing(fn)
      assert.is_nil(tostring(err):find("visible", 1, true))
    end
    assert.matches("vault sealed", failing(function() return nil, "vault sealed" end).message)
  end)
end)

describe("a chain", function()
  local function none(name)
    return { name = name, get = function() return nil, require("idocr.errors").new("credentials", "NoCredentials", "not here") end }
  end

  it("uses the first source that has credentials and keeps using it", function()
    local asked = 0
    local second = { name = "second", get = function()
      asked = asked + 1
      return { secret_id = "AKIDsecond", secret_key = "k" }
    end }
    local made, wire = client(idocr.credentials.chain { none "first", second, { secret_id = "AKIDthird", secret_key = "k" } })
    assert(made:passport(PNG))
    assert(made:passport(PNG))
    assert.equal(2, asked)
    assert.matches("AKIDsecond/", scripted.header(wire.requests[2], "Authorization"))
  end)

  it("names the sources it tried, and stops at a broken one", function()
    local err = failing(idocr.credentials.chain { none "first", none "second" })
    assert.equal("NoCredentials", err.code)
    assert.matches("first: not here; second: not here", err.message)
    err = failing(idocr.credentials.chain {
      idocr.credentials.environment { getenv = getenv_of { TENCENTCLOUD_SECRET_ID = "x" } }, { secret_id = "a", secret_key = "b" },
    })
    assert.equal("IncompleteCredentials", err.code)
    assert.has.errors(function() idocr.credentials.chain {} end)
    assert.has.errors(function() client(idocr.credentials.chain { 5 }) end)
  end)
end)

describe("a fetch that workers share", function()
  local refreshing = require "idocr.credentials.refreshing"

  -- Makes a source whose store answers reads from a list; also returns what was done with the store.
  local function source(looks)
    local done, fetched = {}, 0
    local function note(name) return function() done[#done + 1] = name end end
    local store = { set = note "set", delete_if = note "delete_if", delete = note "delete" }
    function store.get() return table.remove(looks, 1) or nil end
    function store.add()
      done[#done + 1] = "add"
      return true
    end
    local context = { store = store, runtime = scripted.runtime(), clock = function() return 1000 end, emit = function() end }
    local made = refreshing.new("role", context, function()
      fetched = fetched + 1
      return { secret_id = "AKIDfetched", secret_key = "k", expires = 9000 }
    end, { identity = "i" })
    return made, done, function() return fetched end
  end

  local KEPT = '{"secret_id":"AKIDkept","secret_key":"k","expires":9000}'

  it("is made by the worker that holds the claim, and cached for the others", function()
    local made, done, fetched = source {}
    assert.equal("AKIDfetched", made:get(5).secret_id)
    assert.same({ "add", "set", "delete_if" }, done)
    assert.equal(1, fetched())
  end)

  it("is not started by an exiting worker while the current credentials are valid", function()
    local made, done, fetched = source { (KEPT:gsub("9000", "1200")) } -- due for renewal, and valid
    made.context.runtime.background = function() return false end
    for _ = 1, 2 do assert.equal("AKIDkept", made:get(5).secret_id) end
    assert.same({}, done)
    assert.equal(0, fetched())
    made.context.runtime.background = function(fn, ...)
      fn(...)
      return true
    end
    assert.equal("AKIDfetched", made:get(5).secret_id) -- not forever
  end)

  it("is not repeated by a worker that gets the claim just after another released it", function()
    local made, done, fetched = source { false, false, KEPT } -- it arrives between the read and the claim
    assert.equal("AKIDkept", made:get(5).secret_id)
    assert.same({ "add", "delete_if" }, done)
    assert.equal(0, fetched())
  end)
end)
