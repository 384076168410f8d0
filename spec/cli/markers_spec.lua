-- Tests that secrets and personal data in responses do not appear in the command's output, error lines or process list.
local markers = require "spec.support.markers"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local scripted = require "spec.support.scripted"

if not nginx.available() then
  pending "nginx with its Lua module is not installed"
  return
end

local root = process.run "pwd"
local json, q = markers.json, process.quote

-- Responds with the file `reply`, whose first line is the status, after waiting while a file `wait` exists.
local HTTP = [[
  server { listen 127.0.0.1:$http; location / { content_by_lua_block {
    ngx.req.read_body()
    local prefix = ngx.config.prefix()
    io.open(prefix .. "seen", "w"):close()
    local waiting = io.open(prefix .. "wait")
    if waiting then waiting:close() ngx.sleep(20) end
    local file = io.open(prefix .. "reply", "rb")
    ngx.status = tonumber(file:read("*l"))
    ngx.print(file:read("*a"))
    file:close()
  } } }
]]

local REPLIES = {
  tencent = {
    function(t) return 200, ('{"Response":{"Error":{"Code":%s,"Message":%s},"RequestId":%s}}'):format(json(t), json(t), json(t)) end,
    function(t) return 200, ('{"Response":{"Error":{"Code":"FailedOperation.New","Message":%s}}}'):format(json(t)) end,
    function(t) return 502, t end,
    function(t) return 200, '{"Response":{"Name":' .. json(t) end,
  },
  ekycpro = {
    function(t) return 200, '{"status":"FAIL","message":' .. json(t) .. ',"transactionId":' .. json(t) .. "}" end,
    function(t) return 200, '{"status":' .. json(t) .. "}" end,
    function(t) return 504, '{"message":' .. json(t) .. "}" end,
    function(t) return 401, '{"message":' .. json(t) .. "}" end,
  },
}

local VARIABLES = {
  tencent = { secret_id = "TENCENTCLOUD_SECRET_ID", secret_key = "TENCENTCLOUD_SECRET_KEY", token = "TENCENTCLOUD_SESSION_TOKEN" },
  ekycpro = { api_key = "EKYCPRO_API_KEY" },
}

describe("the command prints no secret or personal data", function()
  local server, folder
  setup(function()
    server = nginx.start { http = HTTP }
    folder = process.tempdir()
    process.run("mkdir " .. q(folder .. "/scans"))
    process.write(folder .. "/scans/a.png", scripted.PNG)
  end)
  teardown(function() server.stop() end)

  local function picture() return q(folder .. "/scans/a.png") end

  -- Passes the keys in a file that the shell reads, not on the command line.
  local function environment(provider)
    local lines = { "export HOME=/nonexistent" }
    for name, variable in pairs(VARIABLES[provider]) do
      lines[#lines + 1] = ("export %s=%s"):format(variable, q(markers.KEYS[provider][name]))
    end
    return process.write(folder .. "/environment", table.concat(lines, "\n") .. "\n")
  end

  local function command(provider, arguments)
    return (". %s; exec %s %s %s --provider %s --endpoint http://127.0.0.1:%d"):format(q(environment(provider)), process.lua,
      q(root .. "/lua/idocr/cli/start.lua"), arguments, provider, server.port.http)
  end

  for provider, replies in pairs(REPLIES) do
    it("from a response of " .. provider, function()
      for index, text in ipairs(markers.sets(provider)) do
        local status, body = replies[index % #replies + 1](text)
        process.write(server.prefix .. "/reply", status .. "\n" .. body)
        local out = ("%s/%s%d.jsonl"):format(folder, provider, index)
        for _, arguments in ipairs {
          "read malaysia_id " .. picture(), "read --json malaysia_id " .. picture(),
          "batch malaysia_id " .. q(folder .. "/scans") .. " --out " .. q(out),
        } do
          local stderr, code = process.capture("(" .. command(provider, arguments) .. ") 2>&1 </dev/null")
          assert.is_true(code ~= 0 and code ~= 2, arguments .. ": " .. stderr)
          assert.is_nil(markers.found(stderr), stderr)
        end
        local lines = assert(process.read(out))
        assert.matches('"error"', lines)
        assert.is_nil(markers.found(lines), lines)
      end
    end)

    it("in the process list during a call of " .. provider, function()
      process.write(server.prefix .. "/wait", "")
      os.remove(server.prefix .. "/seen")
      local running = process.spawn(command(provider, "read malaysia_id " .. picture()))
      process.wait_for(function() return process.read(server.prefix .. "/seen") end, 20)
      local seen = process.run(("for p in %d $(cat /proc/%d/task/*/children); do cat /proc/$p/cmdline || true; done 2>/dev/null")
        :format(running.pid, running.pid))
      running.stop()
      os.remove(server.prefix .. "/wait")
      assert.matches("malaysia_id", seen)
      assert.is_nil(markers.found(seen))
    end)
  end

  it("in a signed request", function()
    for provider in pairs(REPLIES) do
      local stderr = process.capture("(" .. command(provider, "sign malaysia_id " .. picture()) .. ") 2>&1 </dev/null")
      assert.matches("curl", stderr)
      assert.is_nil(markers.found((stderr:gsub("AKIDMARKERid0Zx", ""))), stderr)
    end
  end)
end)
