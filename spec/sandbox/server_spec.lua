--- Tests the mock server in nginx over HTTP and HTTPS.

local cjson = require "cjson"
local cli = require "spec.support.command"
local core = require "idocr.core"
local idocr = require "idocr"
local process = require "spec.support.process"
local server = require "idocr.sandbox.server"
local shell = require "idocr.sandbox.server.shell"
local stamp = require "idocr.sandbox.stamp"
local support = require "spec.support.sandbox"

local q = process.quote

describe("the mock server", function()
  local running

  setup(function() running = assert(server.start { rate = false }) end)
  teardown(function() running:stop() end)

  local function client(options)
    options = options or {}
    options.endpoint, options.ca_file = options.endpoint or running.https, running.ca_file
    options.rate, options.retry = false, options.retry or { attempts = 1 }
    options.credentials = options.credentials or { secret_id = running.secret_id, secret_key = running.secret_key }
    return idocr.new(options)
  end

  local function ekycpro(options)
    options = options or {}
    options.provider, options.credentials = "ekycpro", { api_key = running.api_key, token = options.token }
    options.token = nil
    return client(options)
  end

  it("names a specimen of each kind", function()
    for _, kind in ipairs(idocr.kinds()) do assert.truthy(running.specimens[kind]:find("%.jpg$"), kind) end
  end)

  for _, scheme in ipairs { "http", "https" } do
    it("reads the specimens of both vendors over " .. scheme, function()
      for _, kind in ipairs { "malaysia_id", "passport", "macao_id", "china_id" } do
        local card, err = client({ endpoint = running[scheme] }):read(kind, { image = running.specimens[kind], portrait = true })
        assert.is_table(card, tostring(err))
        assert.is_true(card.sandbox)
        assert.is_true(#card.portrait > 5000)
        assert.truthy(card.request_id:match("^sandbox%-"))
      end
      local card, err = client({ endpoint = running[scheme], site = "cn" }):china_id { image = running.specimens.china_id, crop = true }
      assert.is_table(card, tostring(err))
      assert.equal(shell.read(running.specimens.china_id), card.card_image)
      card, err = ekycpro({ endpoint = running[scheme] }):malaysia_id(running.specimens.malaysia_id)
      assert.is_table(card, tostring(err))
      assert.is_true(card.sandbox)
    end)
  end

  it("keeps the results of asynchronous actions for all workers, also for client:resume", function()
    local function picture(fault)
      return idocr.bytes(assert(stamp.write(shell.read(running.specimens.passport), {
        kind = "any_card", fault = fault, fields = { number = "P1 100%", given_name = "ANNA" },
      })))
    end
    local params = { image = picture(), nationality = "PHL", card_type = "passport" }
    local card = assert(client():any_card(params))
    assert.same({ "P1 100%", "ANNA", true }, { card.number, card.given_name, card.sandbox })
    params.image = picture "processing*2"
    local _, err = client({ timeout = { total = 0.7 } }):any_card(params)
    assert.equal("StillProcessing", err.code)
    assert.equal("P1 100%", assert(client():resume(err.resume_token)).number)
  end)

  it("lets the command read a paid result later", function()
    local file, token_file = process.tempdir() .. "/slow.jpg", process.tempdir() .. "/token"
    local function picture(count)
      process.write(file, assert(stamp.write(shell.read(running.specimens.passport), {
        kind = "any_card", fault = "processing*" .. count, fields = { number = "P1 100%" },
      })))
    end
    local keys = ("TENCENTCLOUD_SECRET_ID=%s TENCENTCLOUD_SECRET_KEY=%s "):format(q(running.secret_id), q(running.secret_key))
    local function command(arguments, ...) return cli.with(keys, arguments .. " --endpoint %s", ...) end
    local READ = "read any_card --nationality PHL --card-type passport --timeout 2 "

    picture(3) -- more than can be asked in 2 seconds
    local out, status, stderr = command(READ .. "%s", file, running.http)
    assert.same({ "", 4 }, { out, status })
    local token = assert(stderr:match("idocr resume (any_card:tencent:intl:%S+)"), stderr)
    out, status, stderr = command("resume --json %s", token, running.http)
    assert.equal(0, status, stderr)
    assert.equal("P1 100%", cjson.decode(out).number)

    picture(4)
    out, status, stderr = command(READ .. "--json %s", file, running.http)
    token = cjson.decode(out).error.resume_token
    assert.equal(4, status)
    assert.is_nil(stderr:find(token, 1, true))
    process.write(token_file, token .. "\n")
    out, status = cli.shell(keys .. "%s resume --timeout 0.3 --json --endpoint %s - < %s", cli.COMMAND, running.http, token_file)
    assert.same({ 4, "StillProcessing", token }, { status, cjson.decode(out).error.code, cjson.decode(out).error.resume_token })
    out, status, stderr = command("resume %s", token, running.http)
    assert.equal(0, status, stderr)
    assert.truthy(out:find("P1 100%", 1, true))
    status = select(2, cli.run("resume %s", "nothing"))
    assert.equal(2, status)
  end)

  it("refuses a wrong key, an unknown id and a missing token", function()
    local function code(credentials) return select(2, client({ credentials = credentials }):passport(running.specimens.passport)).code end
    assert.equal("AuthFailure.SignatureFailure", code { secret_id = running.secret_id, secret_key = "wrong" })
    assert.equal("AuthFailure.SecretIdNotFound", code { secret_id = support.KEYS.secret_id, secret_key = support.KEYS.secret_key })
    local temporary = running.temporary
    assert.equal("AuthFailure.TokenFailure", code { secret_id = temporary.secret_id, secret_key = temporary.secret_key })
    assert.is_table((client({ credentials = temporary }):passport(running.specimens.passport)))
  end)

  local function padded(bytes, size) return bytes .. ("\0"):rep(size - #bytes) end

  it("accepts pictures that nginx buffers in a file, and refuses too large ones with the service's error", function()
    local stamped = assert(stamp.write(support.PNG, { kind = "passport", fields = { number = "BIG" } }))
    local card, err = client():passport(idocr.bytes(padded(stamped, 5 * 1024 * 1024)))
    assert.is_table(card, tostring(err))
    assert.equal("BIG", card.number)
    local intl = client { endpoint = running.http, signed_host = "ocr.intl.tencentcloudapi.com" }
    local function refusal(raw) return select(2, intl:call("MLIDCardOCR", { ImageBase64 = idocr.bytes(padded(stamped, raw)) })).code end
    assert.equal("FailedOperation.NoMASIDCard", refusal(5505024))
    assert.equal("LimitExceeded.TooLargeFileError", refusal(5505025))
    assert.equal("RequestSizeLimitExceeded", refusal(7864320 + 3000)) -- nginx takes it
    assert.equal("RequestSizeLimitExceeded", refusal(10 * 1024 * 1024)) -- nginx does not
  end)

  local function curl(arguments) return process.capture("curl -s --max-time 10 " .. arguments) end

  it("marks every response, also to malformed requests", function()
    for _, arguments in ipairs { running.http .. "/", running.http .. "/v1/palm", "-X DELETE " .. running.http .. "/x?y" } do
      assert.truthy((curl("-i " .. arguments)):lower():find("x-sandbox: 1", 1, true))
    end
  end)

  it("does not log queries", function()
    local url = running.http .. "/v1/my_ocr/general?token=SECRETTOKEN"
    curl(("-H 'X-API-Key: %s' -d img=abc %s"):format(running.api_key, q(url)))
    curl(("-X POST -H 'X-API-Key: %s' -H 'Content-Length: 99999999' %s"):format(running.api_key, q(url)))
    local log = process.wait_for(function()
      local text = shell.read(running.access_log) or ""
      return text:find("my_ocr/general 200 IMAGE_INVALID_FORMAT", 1, true) and text
    end, 5)
    assert.is_nil(log:find("SECRETTOKEN", 1, true))
    assert.is_nil((shell.read(running.folder .. "/error.log") or ""):find("SECRETTOKEN", 1, true))
    assert.is_nil(log:find(running.secret_id, 1, true))
  end)

  describe("with fault injection", function()
    local function faulty(fault)
      return idocr.bytes(assert(stamp.write(support.PNG, { kind = "passport", fields = { number = "F" }, fault = fault })))
    end

    for _, scheme in ipairs { "http", "https" } do
      it("returns throttling, internal errors and truncated responses over " .. scheme, function()
        local one = client { endpoint = running[scheme] }
        local function category(fault) return select(2, one:passport(faulty(fault))).category end
        assert.equal("throttled", category("throttled"))
        assert.equal("service", category("internal_error"))
        assert.equal("network", category("cut"))
        assert.equal("network", category("reset"))
      end)
    end

    it("resets the connection", function()
      local body = '{"ImageBase64":"' .. core.base64_encode(support.PNG) .. '"}'
      local request = support.request {
        action = "MLIDPassportOCR", body = body, host = running.http:match("//(.*)$"), timestamp = math.floor(core.wall()),
        keys = { secret_id = running.secret_id, secret_key = running.secret_key }, headers = { ["x-sandbox-fault"] = "reset" },
      }
      local arguments = {}
      for name, value in pairs(request.headers) do arguments[#arguments + 1] = "-H " .. q(name .. ": " .. value) end
      local function send(fault)
        local file = running.folder .. "/body"
        process.write(file, body)
        arguments[#arguments + 1] = "-H " .. q("x-sandbox-fault: " .. fault)
        local output, status = curl(table.concat(arguments, " ") .. " --data-binary @" .. q(file) .. " " .. running.http .. "/")
        arguments[#arguments] = nil
        return output, status
      end
      for i, argument in ipairs(arguments) do
        if argument:find("sandbox-fault", 1, true) then table.remove(arguments, i) break end
      end
      assert.equal(56, (select(2, send("reset")))) -- CURLE_RECV_ERROR: the peer reset it
      assert.equal(18, (select(2, send("cut")))) -- CURLE_PARTIAL_FILE
      local output, status = send("throttled")
      assert.equal(0, status)
      assert.equal("RequestLimitExceeded", cjson.decode(output).Response.Error.Code)
    end)

    it("delays the response", function()
      local started = core.monotonic()
      assert.is_table((client():passport(faulty("slow=0.3"))))
      assert.is_true(core.monotonic() - started >= 0.3)
      assert.equal("timeout", select(2, client({ timeout = { total = 0.3 } }):passport(faulty("slow=9"))).category)
    end)

    it("recovers after the number of calls in the fault, and so does the client", function()
      local card, err = client({ retry = { attempts = 3, base = 0.01, cap = 0.02 } }):passport(faulty("throttled*2"))
      assert.is_table(card, tostring(err))
      assert.equal("F", card.number)
    end)

    it("injects the fault of a reserved id", function()
      local keys = { secret_id = "sandbox-fault-throttled", secret_key = running.secret_key }
      assert.equal("throttled", select(2, client({ credentials = keys }):passport(running.specimens.passport)).category)
    end)
  end)
end)

describe("the process of the mock server", function()
  it("limits the rate of an action over all connections", function()
    local running = assert(server.start())
    local one = idocr.new {
      endpoint = running.http, rate = false, retry = { attempts = 1 },
      credentials = { secret_id = running.secret_id, secret_key = running.secret_key },
    }
    local inputs, limited, rounds = {}, 0, 0
    for index = 1, 40 do inputs[index] = { image = running.specimens.malaysia_id } end
    while limited == 0 and rounds < 10 do -- a machine can be too busy for that many in a second
      rounds = rounds + 1
      for _, card, err in one:each("malaysia_id", inputs, { concurrency = 40 }) do
        if not card then
          assert.equal("RequestLimitExceeded", err.code)
          limited = limited + 1
        end
      end
    end
    running:stop()
    assert.is_true(limited > 0 and limited < 40 * rounds)
  end)

  it("removes all its files and processes", function()
    local running = assert(server.start())
    assert.is_true(running:alive())
    running:stop()
    running:stop()
    assert.is_false(running:alive())
    assert.is_false(process.alive(running.pid))
    assert.is_nil(shell.read(running.ca_file))
  end)

  it("keeps the logs but no keys in a given folder", function()
    local folder = process.tempdir() .. "/mine"
    local running = assert(server.start { dir = folder })
    running:stop()
    local names = table.concat(core.list_directory(folder), " ")
    assert.equal("access.log ca.crt error.log", names)
  end)

  it("reports a port in use", function()
    local running = assert(server.start())
    local other, err = server.start { port = running.port, tls_port = running.tls_port }
    running:stop()
    assert.is_nil(other)
    assert.equal("PortInUse", err.code)
  end)

  local interpreter = rawget(_G, "jit") and "luajit" or "lua5.4"
  local PROGRAM = [[
    print(require("idocr.sandbox.server").run { on_ready = function(s) io.write(s:line(), " ", s.pid, "\n") io.flush() end })
  ]]

  local function foreground()
    local folder = process.tempdir()
    local out = folder .. "/out"
    local paths = ("LUA_PATH=%s LUA_CPATH=%s"):format(q(package.path), q(package.cpath))
    local child = process.spawn(("%s exec %s -e %s"):format(paths, interpreter, q(PROGRAM)), { stdout = out, stderr = folder .. "/err" })
    local line = process.wait_for(function() return (shell.read(out) or ""):match("^(.-)\n") end, 20)
    local json, pid = line:match("^({.*}) (%d+)$")
    assert(json, line .. (shell.read(folder .. "/err") or ""))
    return child, cjson.decode(json), tonumber(pid), out
  end

  it("serves in the foreground until SIGTERM, then removes its files", function()
    local child, info, pid, out = foreground()
    local wanted = { "http", "https", "ca_file", "secret_id", "secret_key", "api_key", "specimens" }
    for _, name in ipairs(wanted) do assert.truthy(info[name], name) end
    assert.is_true(process.alive(pid))
    process.capture("kill -TERM " .. child.pid)
    child.wait(5)
    assert.is_false(process.alive(pid))
    assert.is_nil(shell.read(info.ca_file))
    assert.truthy(shell.read(out):match("\nTERM\n$"))
  end)

  it("ends when its owner is killed", function()
    local child, info, pid = foreground()
    process.capture("kill -KILL " .. child.pid)
    process.wait_for(function() return not process.alive(pid) and not shell.read(info.ca_file) end, 5)
  end)
end)
