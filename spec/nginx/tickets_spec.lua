--- Tests the tickets of the gateway of examples/openresty: a queue on a real Redis server, and a worker beside nginx.

local cjson = require "cjson"
local cli = require "spec.support.command"
local core = require "idocr.core"
local nginx = require "spec.support.nginx"
local ports = require "spec.support.ports"
local process = require "spec.support.process"
local redis = require "spec.support.redis"

if not nginx.available() or not redis.available() or not redis.in_nginx() then
  pending "nginx with its Lua module, redis-server, or a Redis client for nginx is not installed"
  return
end

local PASSPORT = "lua/idocr/sandbox/specimens/passport.jpg"
local TOKEN = "tokenOfTheSpec"
local AUTH = "-H 'Authorization: Bearer " .. TOKEN .. "'"

describe("the tickets of the gateway", function()
  local server, gateway, base, logs, environment

  local function start(more)
    local port, out = ports.free_port(), process.tempdir() .. "/said"
    local started = process.spawn(("%s PORT=%d exec examples/openresty/start.sh"):format(more, port), { stdout = out, stderr = out })
    process.wait_for(function()
      local said = process.read(out) or ""
      assert(started.alive(), said)
      return said:find("The gateway is at ", 1, true)
    end, 20)
    return started, "http://127.0.0.1:" .. port, process.read(out):match("its log: (%S+)/error%.log")
  end

  setup(function()
    server = redis.start()
    environment = ("IDOCR_QUEUE=%s/0/tickets IDOCR_KEY=%s XDG_STATE_HOME=%s "):format(server.url, core.hex(core.random(32)),
      process.tempdir())
    gateway, base, logs = start(environment .. "IDOCR_TOKEN=" .. TOKEN)
  end)
  teardown(function()
    gateway.stop()
    server.stop()
  end)

  local function curl(arguments, path, at)
    local text = process.run(("curl -sS -D - %s '%s%s'"):format(arguments, at or base, path))
    local head, body = text:match("^(.-)\r?\n\r?\n(.*)$")
    return tonumber(head:match("^HTTP/%S+ (%d+)")), cjson.decode(body), head:lower()
  end

  local function upload(arguments)
    return curl(("%s -H 'Prefer: respond-async' -F image=@%s"):format(arguments, PASSPORT), "/v1/read/passport")
  end

  it("returns the card later, also after a reload", function()
    local status, reply, head = upload(AUTH)
    assert.equal(202, status, cjson.encode(reply))
    assert.same({ 32, "waiting" }, { #reply.ticket, reply.state })
    assert.is_truthy(head:find("location: /v1/tickets/" .. reply.ticket, 1, true))
    local path = "/v1/tickets/" .. reply.ticket
    status, reply, head = curl(AUTH, path)
    assert.same({ 202, "waiting" }, { status, reply.state })
    assert.matches("retry%-after: %d", head)

    local _, worked, stderr = cli.with(environment, "work --exit-when-empty --transport sandbox")
    assert.equal(0, worked, stderr)
    process.capture("kill -HUP $(cat " .. process.quote(logs .. "/../nginx.pid") .. ")")
    status, reply = curl(AUTH, path)
    assert.same({ 200, "done", "X00000000" }, { status, reply.state, reply.card and reply.card.number })
    assert.is_nil(process.read(logs .. "/access.log"):find(path, 1, true))
  end)

  it("needs the token for uploads and tickets", function()
    for _, wrong in ipairs { "", "-H 'Authorization: Bearer wrong'", "-u user:" .. TOKEN } do
      local status, reply, head = upload(wrong)
      assert.same({ 401, "Unauthorised" }, { status, reply.error.code })
      assert.matches("www%-authenticate: bearer", head)
      assert.equal(401, (curl(wrong, "/v1/tickets/" .. ("0"):rep(32))))
    end
    assert.equal(200, (curl(AUTH .. " -F image=@" .. PASSPORT, "/v1/read/passport"))) -- without a ticket
  end)

  it("does not know a ticket that was not issued", function()
    for _, path in ipairs { ("0"):rep(32), "abc" } do
      local status, reply = curl(AUTH, "/v1/tickets/" .. path)
      assert.same({ 404, "UnknownTicket" }, { status, reply.error.code })
    end
  end)

  it("keeps nothing in clear", function()
    local ticket = select(2, upload(AUTH)).ticket
    local stored = process.run("cat " .. process.quote(server.folder) .. "/appendonlydir/*.aof")
    for _, text in ipairs { ticket, "passport", process.read(PASSPORT):sub(3000, 3040) } do
      assert.is_nil(stored:find(text, 1, true))
    end
  end)

  it("are refused by a gateway without a queue or a token", function()
    local other, there = start(environment .. "IDOCR_TOKEN=")
    local status, reply = curl("-H 'Prefer: respond-async' -F image=@" .. PASSPORT, "/v1/read/passport", there)
    other.stop()
    assert.same({ 400, "NoTickets" }, { status, reply.error.code })
  end)
end)
