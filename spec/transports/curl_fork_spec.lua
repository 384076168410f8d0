--- Tests the curl transport in forked processes.

local process = require "spec.support.process"
local web = require "spec.support.web"

-- Each script runs in a separate interpreter: arg[1] is a URL, arg[2] the CA. The exit status of the child is the mistake it found.
local HEAD = [[
  local core = require "idocr.core"
  local fork = require "spec.support.fork"
  local transports = require "idocr.transports"
  local url = arg[1]
  local transport = transports.new("curl", { ca_file = arg[2], proxy = false })
  local function call(path, text)
    return transport:send({ method = "POST", url = url .. path, headers = {}, body = core.body { text } }, 20)
  end
  -- Returns the number of the connection that carried the request.
  local function echo(text)
    local response = assert(call("/echo", text))
    assert(response.headers["x-sha256"] == core.sha256(text), "the response of another call")
    return response.headers["x-connection"]
  end
  local function descriptors()
    local name = os.tmpname() -- not popen: its own pipe may be open on both sides while ls runs
    os.execute("ls /proc/$PPID/fd | wc -l >" .. name)
    local file = io.open(name)
    local count = tonumber(file:read "*a")
    file:close()
    os.remove(name)
    return count
  end
  local function child(work)
    local pid = fork.fork()
    if pid > 0 then return pid end
    local ran, why = pcall(work)
    if not ran then
      io.stderr:write(why, "\n")
      fork.leave(1)
    end
    os.exit(0, true) -- closes the interpreter: everything is collected
  end
]]

describe("after fork()", function()
  local server

  setup(function() server = web.start() end)
  teardown(function() server.stop() end)

  local function run(scheme, script)
    local path = process.write(process.tempdir() .. "/script.lua", HEAD .. script)
    local said, status = process.capture(("%s %s %s %s 2>&1"):format(process.lua, path, server[scheme], server.certs.ca))
    assert.equal("fine", said)
    assert.equal(0, status)
  end

  for _, scheme in ipairs { "http", "https", "h2" } do
    describe("over " .. scheme, function()
      it("parent and child use separate connections at the same time", function()
        run(scheme, [[
          local own = echo "before"
          local pid = child(function()
            local number
            for turn = 1, 20 do
              local seen = echo(("child"):rep(turn * 700))
              number = number or seen
              assert(number == seen and number ~= own, "the same connection")
            end
          end)
          for turn = 1, 20 do assert(echo(("parent"):rep(turn * 700)) == own, "not the parent's connection any more") end
          assert(fork.wait(pid) == 0)
          assert(echo "after" == own, "the child disturbed the connection")
          print "fine"
        ]])
      end)

      it("the child exits, collects or closes its client without sending on the parent's connections", function()
        run(scheme, [[
          local own = echo "before"
          for _, ending in ipairs {
            function() fork.leave(0) end,
            function() end,
            function() transport:close() end,
            function() transport = nil collectgarbage() collectgarbage() end,
            function() transport.runtime.sleep(0.01) transport:close() end,
          } do
            assert(fork.wait(child(ending)) == 0)
            assert(echo "after" == own, "the child disturbed the connection")
          end
          print "fine"
        ]])
      end)

      it("unfinished calls fail as Forked in the child and succeed in the parent", function()
        local seen = server.seen "/slow"
        run(scheme, [[
          local pool = transport.runtime.pool(4)
          for index = 1, 4 do pool:submit(function() return call("/slow?s=0.5", "call " .. index) end, index) end
          transport.handle:wait(0)
          local pid = child(function()
            local count = 0
            for _, ran, response, err in pool.next, pool do
              assert(ran and not response, "a response in the child")
              assert(err.category == "closed" and err.code == "Forked" and err.sent == false and err.billed == false, tostring(err))
              count = count + 1
            end
            assert(count == 4)
            echo "the child goes on"
          end)
          local count = 0
          for _, ran, response, err in pool.next, pool do
            assert(ran and response and response.body == "done", tostring(err))
            count = count + 1
          end
          assert(count == 4 and fork.wait(pid) == 0)
          print "fine"
        ]])
        process.wait_for(function() return server.seen "/slow" - seen == 4 end, 5)
      end)
    end)
  end

  -- arg[1] responds without a card, and counts the requests.
  local CLIENT = [[
    local idocr = require "idocr"
    local picture = idocr.bytes(require("spec.support.scripted").PNG)
    local function client_with(options)
      options.transport, options.proxy, options.endpoint = "curl", false, url .. "/echo"
      options.credentials = options.credentials or { secret_id = "AKIDspec", secret_key = "secretOfTheSpec" }
      return idocr.new(options)
    end
    local function check_forked(err)
      assert(err.category == "closed" and err.code == "Forked" and err.sent == false and err.billed == false, tostring(err))
    end
  ]]

  it("a call that waits for the limiter fails as Forked in the child, and later calls succeed", function()
    local seen = server.seen "/echo"
    run("http", CLIENT .. [[
      local client = client_with { rate = 5 }
      local inputs = {}
      for i = 1, 7 do inputs[i] = { image = picture } end -- two of them wait
      local each = client:each("malaysia_id", inputs, { concurrency = 7 })
      for _ = 1, 4 do assert(select(3, each()).code ~= "Forked") end
      local pid = child(function()
        local count = 0
        for _, _, err in each do
          if err.code == "Forked" then
            check_forked(err)
            count = count + 1
          end
        end
        assert(count >= 2)
        assert(select(2, client_with({ rate = false }):malaysia_id(picture)).code ~= "Forked")
      end)
      for _, _, err in each do assert(err.code ~= "Forked") end
      assert(fork.wait(pid) == 0)
      print "fine"
    ]])
    process.wait_for(function() return server.seen "/echo" - seen == 8 end, 5)
  end)

  for _, hook in ipairs { "on_event", "clock", "credentials" } do
    it("a call during whose " .. hook .. " function the process forks is sent by the parent alone", function()
      local seen = server.seen "/echo"
      run("http", "local HOOK = '" .. hook .. "'\n" .. CLIENT .. [[
        local pid
        local client = client_with { rate = false, [HOOK] = function()
          pid = pid or fork.fork()
          if HOOK == "clock" then return os.time() end
          return { secret_id = "AKIDspec", secret_key = "secretOfTheSpec" }
        end }
        local _, err = client:malaysia_id(picture)
        if pid == 0 then
          fork.leave(pcall(check_forked, err) and 0 or 1)
        end
        assert(fork.wait(pid) == 0 and err.code ~= "Forked")
        print "fine"
      ]])
      process.wait_for(function() return server.seen "/echo" - seen == 1 end, 5)
    end)
  end

  it("closing the client in the child fails its calls as Forked", function()
    run("https", [[
      local pool = transport.runtime.pool(1)
      pool:submit(function() return call("/slow?s=0.3", "call") end)
      transport.handle:wait(0)
      local pid = child(function()
        transport:close()
        local _, _, response, err = pool:next()
        assert(not response and err.code == "Forked" and err.sent == false)
      end)
      local _, _, response = pool:next()
      assert(response.body == "done" and fork.wait(pid) == 0)
      print "fine"
    ]])
  end)

  it("the child closes its descriptors of the parent's connections on first use", function()
    run("https", [[
      local without = descriptors()
      local pool = transport.runtime.pool(6)
      for _ = 1, 6 do pool:submit(function() return call("/slow?s=0.2", "call") end) end
      for _ in pool.next, pool do end
      local pid = child(function()
        echo "child"
        assert(descriptors() <= without + 1, "descriptors are left over")
      end)
      assert(fork.wait(pid) == 0)
      print "fine"
    ]])
  end)

  it("a grandchild uses separate connections too", function()
    run("https", [[
      local own = echo "parent"
      local pid = child(function()
        local mine = echo "child"
        local grandchild = child(function()
          local third = echo "grandchild"
          assert(third ~= mine and third ~= own)
        end)
        assert(fork.wait(grandchild) == 0)
        assert(echo "child again" == mine)
      end)
      assert(fork.wait(pid) == 0 and echo "parent again" == own)
      print "fine"
    ]])
  end)
end)
