--- Tests the mock server with the vendor's official Node SDK.

local cjson = require "cjson"
local process = require "spec.support.process"
local server = require "idocr.sandbox.server"
local shell = require "idocr.sandbox.server.shell"

local PEERS = "spec/peers"

-- Returns why the SDK cannot run here, or nil. Installs it with npm if it is missing.
local function obstacle()
  if select(2, process.capture("command -v node")) ~= 0 then return "node is not installed" end
  if select(2, process.capture(("cd %s && node -e 'require(\"tencentcloud-sdk-nodejs-ocr\")'"):format(PEERS))) == 0 then return nil end
  if select(2, process.capture("command -v npm")) ~= 0 then return "npm is not installed" end
  local output, status = process.capture(("cd %s && timeout 120 npm ci --no-audit --no-fund 2>&1"):format(PEERS))
  if status ~= 0 then return "npm could not fetch the SDK: " .. (output:match("[^\n]*$") or "") end
end

describe("the official Node SDK", function()
  local reason = obstacle()
  if reason then
    print("skipped: the official Node SDK: " .. reason)
    pending("as a client of the sandbox: " .. reason)
    return
  end

  local running, results

  local function cases(s)
    local good = { id = s.secret_id, key = s.secret_key }
    local list = {}
    local function add(name, options)
      options.name = name
      for key, value in pairs(good) do options[key] = options[key] or value end
      list[#list + 1] = options
    end
    for _, via in ipairs { "http", "https", "name" } do
      add(via .. " passport", { via = via, action = "MLIDPassportOCR", picture = s.specimens.passport, params = { RetImage = true } })
      add(via .. " malaysia", { via = via, action = "MLIDCardOCR", picture = s.specimens.malaysia_id })
      add(via .. " china", { via = via, action = "IDCardOCR", picture = s.specimens.china_id, params = { CardSide = "FRONT" } })
      add(via .. " wrong key", { via = via, action = "MLIDCardOCR", picture = s.specimens.malaysia_id, key = "wrong" })
      add(via .. " unknown id", { via = via, action = "MLIDCardOCR", picture = s.specimens.malaysia_id, id = "AKIDnobody" })
      add(via .. " unknown parameter", { via = via, action = "MLIDCardOCR", picture = s.specimens.malaysia_id,
        params = { Colour = "red" } })
    end
    add("macao", { via = "name", host = "ocr.intl.tencentcloudapi.com", action = "RecognizeMacaoIDCardOCR",
      picture = s.specimens.macao_id })
    add("get", { via = "name", method = "GET", action = "IDCardOCR", params = { ImageUrl = "https://xx/a b+c.jpg", CardSide = "FRONT" } })
    add("temporary", { via = "name", action = "MLIDPassportOCR", picture = s.specimens.passport,
      id = s.temporary.secret_id, key = s.temporary.secret_key, token = s.temporary.token })
    add("stale token", { via = "name", action = "MLIDPassportOCR", picture = s.specimens.passport,
      id = s.temporary.secret_id, key = s.temporary.secret_key, token = "stale" })
    return list
  end

  setup(function()
    running = assert(server.start { rate = false })
    local list = cases(running)
    local path = running.folder .. "/job.json"
    shell.write(path, cjson.encode { http = running.http, https = running.https, ca_file = running.ca_file, cases = list })
    local output = process.run(("cd %s && node sdk_client.js %s"):format(PEERS, process.quote(path)))
    results = {}
    for i, result in ipairs(cjson.decode(output)) do results[list[i].name] = result end
  end)
  teardown(function() running:stop() end)

  for _, via in ipairs { "http", "https", "name" } do
    it("reads the specimens via " .. via, function()
      local function response(name)
        local result = results[via .. " " .. name]
        assert.is_true(result.ok, tostring(result.code) .. " " .. tostring(result.message))
        assert.truthy(result.response.RequestId:match("^sandbox%-"))
        return result.response
      end
      assert.equal("X00000000", response("passport").ID)
      assert.is_true(#response("passport").Image > 1000)
      assert.equal("PEREMPUAN", response("malaysia").Sex)
      assert.equal("范例", response("china").Name)
    end)

    it("receives the service's error codes via " .. via, function()
      assert.equal("AuthFailure.SignatureFailure", results[via .. " wrong key"].code)
      assert.equal("AuthFailure.SecretIdNotFound", results[via .. " unknown id"].code)
      assert.equal("UnknownParameter", results[via .. " unknown parameter"].code)
      assert.truthy(results[via .. " wrong key"].requestId:match("^sandbox%-"))
    end)
  end

  it("calls an action that exists only on the international site", function() assert.equal("1000000(0)", results.macao.response.ID) end)

  it("signs a GET request", function() assert.equal("FailedOperation.DownLoadError", results.get.code) end)

  it("can use temporary credentials", function()
    assert.is_true(results.temporary.ok)
    assert.equal("AuthFailure.TokenFailure", results["stale token"].code)
  end)
end)
