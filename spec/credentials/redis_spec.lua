--- Tests temporary credentials that processes share over Redis: fetched once, and sealed.

local identity_server = require "spec.support.identity_server"
local idocr = require "idocr"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local scripted = require "spec.support.scripted"

local test = redis.available() and it or pending

local KEY, OTHER = ("k"):rep(32), ("o"):rep(32)

describe("temporary credentials over Redis", function()
  local server, identity, base
  setup(function()
    if not redis.available() then return end
    server = redis.start()
    identity = nginx.start { http = identity_server.HTTP }
    base = "http://127.0.0.1:" .. identity.port.http
  end)
  teardown(function()
    if identity then identity.stop() end
    if server then server.stop() end
  end)
  before_each(function() if server then server.call "flushall" end end)

  local function fetches() return tonumber((process.run("curl -s '" .. base .. "/get?count.metadata'"))) end

  -- Reads a card with a new client, which has no credentials in its memory. Returns the secret id that it used.
  local function read(shared, more)
    local options = {
      endpoint = base, rate = false, proxy = false, shared = shared,
      credentials = idocr.credentials.machine_role { endpoint = base },
    }
    for name, value in pairs(more or {}) do options[name] = value end
    local card, err = idocr.new(options):passport(idocr.bytes(scripted.PNG))
    return card and card.number, err
  end

  test("are fetched once by clients with the same key, and are not readable in Redis", function()
    local before = fetches()
    local id = read { url = server.url, key = KEY }
    assert.matches("^AKIDtmp", id)
    assert.equal(id, (read { url = server.url, key = KEY }))
    assert.equal(id, (read(server.url, { cache = { key = KEY } })))
    assert.equal(before + 2, fetches()) -- the role's name and its credentials
    local rotated = { { id = "new", key = OTHER }, { id = "old", key = KEY } }
    assert.matches("^AKIDtmp", (read { url = server.url, key = rotated }))
    local file = process.read(server.folder .. "/appendonlydir/appendonly.aof.1.incr.aof")
    assert.is_true(#file > 500)
    for _, secret in ipairs { id, "AKIDtmp", "key-of", "token-of", "secret_key" } do assert.is_nil(file:find(secret, 1, true)) end
  end)

  test("are not shared without a key, or with another one", function()
    local first = read { url = server.url, key = KEY }
    local before = fetches()
    assert.not_equal(first, (read(server.url)))
    assert.not_equal(first, (read { url = server.url, key = OTHER }))
    assert.equal(before + 4, fetches())
  end)

  test("are fetched by each process while Redis is away", function()
    local events = {}
    assert.matches("^AKIDtmp", (read({ url = "redis://127.0.0.1:1", key = KEY }, {
      on_event = function(name, fields) if name == "store" then events[#events + 1] = fields end end,
    })))
    assert.same({ store = "redis", use = "credentials", code = "StoreUnavailable", without = true }, events[1])
  end)
end)
