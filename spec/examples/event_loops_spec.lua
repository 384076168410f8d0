-- The programs of examples/event_loops: calls run at the same time in luv, cqueues and copas while other work of the loop goes on.

local cjson = require "cjson"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local specimens = require "idocr.sandbox.specimens"
local transports = require "idocr.transports"

local q = process.quote
local PASSPORT = specimens.path "passport"
local KEYS = "TENCENTCLOUD_SECRET_ID=%s TENCENTCLOUD_SECRET_KEY=%s "

local function available(loop)
  return (select(2, process.capture(("%s -e 'require \"%s\"' 2>/dev/null"):format(process.lua, loop)))) == 0
end

-- Runs an example. Returns its sorted output lines and its standard error.
local function run(loop, keys, endpoint, errors, pictures)
  local out, status = process.capture(("IDOCR_ENDPOINT=%s %s timeout 60 %s examples/event_loops/%s.lua passport %s 2>%s"):format(
    q(endpoint), KEYS:format(q(keys.secret_id), q(keys.secret_key)), process.lua, loop, pictures, q(errors)))
  assert.equal(0, status, out .. process.read(errors))
  local lines = {}
  for line in out:gmatch("[^\n]+") do lines[#lines + 1] = line:match("(%S+)$") end
  table.sort(lines)
  return lines, process.read(errors)
end

describe("the event loop examples", function()
  local folder = process.tempdir()
  local gate = nginx.start { http = require("spec.support.gate").HTTP }
  local log = folder .. "/sandbox.json"
  local sandbox = process.spawn(("exec %s lua/idocr/cli/start.lua sandbox --json"):format(process.lua), { stdout = log })
  local service = cjson.decode(process.wait_for(function() return (process.read(log) or ""):match("^(.-)\n") end, 20))
  local http = transports.new("curl", {})
  teardown(function()
    http:close()
    gate.stop()
    sandbox.stop()
  end)

  for _, loop in ipairs { "luv", "cqueues", "copas" } do
    describe(loop, function()
      local errors = folder .. "/" .. loop
      if not available(loop) then
        pending(("the module %s is not installed for %s"):format(loop, process.lua))
        return
      end

      it("reads cards of the sandbox", function()
        local lines = run(loop, service, service.http, errors, q(PASSPORT) .. " " .. q(PASSPORT))
        assert.same({ "X00000000", "X00000000" }, lines)
      end)

      it("has three calls in flight at once, and does its other work meanwhile", function()
        process.write(errors, "")
        assert(http:send({
          method = "GET", url = ("http://127.0.0.1:%d/set?count=3&log=%s"):format(gate.port.http, errors), headers = {},
        }, 10))
        local pictures = (q(PASSPORT) .. " "):rep(3)
        local lines, other_work = run(loop, service, "http://127.0.0.1:" .. gate.port.http, errors, pictures)
        assert.same({ "N1", "N2", "N3" }, lines)
        assert.matches("waiting for 3", other_work)
      end)

      it("ends a call with an error and goes on", function()
        local lines = run(loop, service, service.http, errors, q(PASSPORT) .. " /no/such/picture.jpg")
        assert.equal(2, #lines)
        assert.equal("X00000000", lines[1])
      end)
    end)
  end
end)
