--- Credentials inside nginx: fetched once however many requests wait, by one worker for all where a dict is named.

local core = require "idocr.core"
local identity_server = require "spec.support.identity_server"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local scripted = require "spec.support.scripted"

local HTTP = identity_server.HTTP .. [[
  lua_shared_dict idocr 1m;
  init_worker_by_lua_block {
    local idocr = require "idocr"
    local function client(shared)
      return idocr.new {
        endpoint = "http://127.0.0.1:$http", rate = false, shared = shared, proxy = false,
        credentials = idocr.credentials.machine_role { endpoint = "http://127.0.0.1:$http" },
        clock = function() return require("idocr.core").wall() + (ngx.shared.spec:get("ahead") or 0) end,
      }
    end
    clients = { alone = client(), together = client("idocr") }
  }
  server {
    listen 127.0.0.1:$front reuseport;
    location / { content_by_lua_block {
      ngx.req.read_body()
      local idocr = require "idocr"
      local card, err = clients[ngx.var.uri:sub(2)]:passport(idocr.bytes(ngx.req.get_body_data()))
      ngx.print(card and card.number or tostring(err), "\n")
    } }
  }
]]

describe("credentials in nginx", function()
  local picture = process.tempdir() .. "/picture.png"
  process.write(picture, scripted.PNG)

  local function start(workers)
    local server = nginx.start { http = HTTP, ports = { "http", "front" }, workers = workers }
    local base = "http://127.0.0.1:" .. server.port.http
    local function set(text) process.run(("curl -sf '%s/set?%s'"):format(base, text)) end
    local function counted() return tonumber((process.capture(("curl -sf '%s/get?count.metadata'"):format(base)))) end
    --- So many requests at once; the different answers.
    local function read(path, count)
      local said = process.run(("seq %d | xargs -P %d -n 1 sh -c 'curl -s --data-binary @%s http://127.0.0.1:%d/%s'")
        :format(count, count, picture, server.port.front, path))
      local answers, seen = 0, {}
      for line in said:gmatch("[^\n]+") do
        answers = answers + 1
        seen[line] = true
      end
      assert.equal(count, answers)
      local list = {}
      for line in pairs(seen) do list[#list + 1] = line end
      return list
    end
    return server, set, counted, read
  end

  it("are fetched once for all waiting requests, and renewed in the background", function()
    local server, set, counted, read = start(1)
    set "delay=0.15"
    local ids = read("alone", 20)
    assert.equal(1, #ids)
    assert.matches("^AKIDtmp", ids[1])
    assert.equal(2, counted())
    set "ahead=7000&ttl=20000&delay=1"
    local before = core.monotonic()
    assert.same(ids, read("alone", 1)) -- the old ones serve while the new ones come, two seconds later
    assert.is_true(core.monotonic() - before < 2)
    local fresh = process.wait_for(function()
      local now = read("alone", 1)
      return now[1] ~= ids[1] and now
    end, 5)
    assert.matches("^AKIDtmp", fresh[1])
    assert.equal(4, counted())
    server.stop()
  end)

  it("are fetched by one worker for all that share a dict", function()
    local server, set, counted, read = start(3)
    set "delay=0.1"
    local ids = read("together", 24)
    assert.equal(1, #ids)
    assert.matches("^AKIDtmp", ids[1])
    assert.equal(2, counted())
    server.stop()
  end)

  local DEFAULT = [[
    init_by_lua_block { client = require("idocr").new { endpoint = "http://127.0.0.1:$http", rate = false, proxy = false } }
    server { listen 127.0.0.1:$http; location / { content_by_lua_block {
      local said = ngx.req.get_headers().authorization:match("Credential=([^/]+)")
      ngx.print('{"Response":{"RequestId":"r","ID":"' .. said .. '"}}')
    } } }
    server { listen 127.0.0.1:$front; location / { content_by_lua_block {
      local reply, err = client:call("DescribeRegions", {})
      ngx.print(reply and reply.ID or tostring(err))
    } } }
  ]]
  local ports = { "http", "front", "none" }
  local NO_SERVICE = "env TENCENTCLOUD_METADATA_ENDPOINT=http://127.0.0.1:$none;"

  local function answer(server) return process.capture("curl -s http://127.0.0.1:" .. server.port.front) end

  it("need env lines in nginx.conf, which the error explains", function()
    local server = nginx.start { http = DEFAULT, ports = ports, main = NO_SERVICE .. " env HOME=/nonexistent;" }
    local said = answer(server)
    assert.matches("credentials error NoCredentials", said)
    local note = "nginx passes on only the variables that nginx.conf names in lines like `env TENCENTCLOUD_SECRET_ID;`"
    assert.truthy(said:find(note, 1, true), said)
    server.stop()
    server = nginx.start { http = DEFAULT, ports = ports, main = "env TENCENTCLOUD_SECRETID=AKIDenv; env TENCENTCLOUD_SECRETKEY=k;" }
    assert.equal("AKIDenv", answer(server))
    server.stop()
  end)

  local as_nobody = "setpriv --reuid=nobody --clear-groups test -r " .. process.quote(process.capture("pwd") .. "/lua")
  local readable = process.capture("id -u") == "0" and select(2, process.capture(as_nobody)) == 0
  local test = readable and it or pending

  test("are searched in the next place where a worker may not read the home folder", function()
    local home = process.tempdir()
    process.run("mkdir " .. home .. "/.tencentcloud")
    process.write(home .. "/.tencentcloud/credentials", "[default]\nsecret_id=AKIDhome\nsecret_key=k\n")
    local function start_as_nobody(more)
      return nginx.start {
        http = DEFAULT, ports = ports, vars = { user = "user nobody nogroup;" }, main = NO_SERVICE .. " env HOME=" .. home .. ";" .. more,
      }
    end
    local server = start_as_nobody ""
    local said = answer(server)
    assert.matches("credentials error NoCredentials", said)
    assert.matches("profile: ~/.tencentcloud/credentials cannot be read: permission denied", said)
    server.stop()
    server = start_as_nobody "env TKE_REGION=r; env TKE_PROVIDER_ID=p; env TKE_ROLE_ARN=a; env TKE_WEB_IDENTITY_TOKEN_FILE=/nonexistent;"
    assert.matches("BadIdentityToken", answer(server)) -- the last source was tried
    server.stop()
    process.run("chmod 755 " .. home)
    server = start_as_nobody ""
    assert.equal("AKIDhome", answer(server))
    server.stop()
  end)

  it("cause an error of the call where no service exists", function()
    local server, set, _, read = start(1)
    set "metadata=none"
    assert.matches("credentials error NoCredentials: this machine has no role", read("alone", 1)[1])
    server.stop()
  end)
end)
