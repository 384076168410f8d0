--- Tests where credentials are searched, in which order, and what errors report about places that have none.

local idocr = require "idocr"
local process = require "spec.support.process"
local scripted = require "spec.support.scripted"

local PNG = idocr.bytes(scripted.PNG)

local function getenv_of(variables) return function(name) return variables[name] end end

--- Makes a request with these credentials and returns { secret id, token }; or nil and the error.
local function used(credentials)
  local wire = scripted.new { scripted.ok() }
  local card, err = idocr.new(scripted.options(wire, { credentials = credentials })):passport(PNG)
  if not card then
    assert.equal(0, #wire.requests)
    assert.same({ "credentials", false, false }, { err.category, err.sent, err.billed })
    return nil, err
  end
  local request = wire.requests[1]
  return { scripted.header(request, "Authorization"):match("Credential=([^/]+)"), scripted.header(request, "X-TC-Token") }
end

describe("credentials in the environment", function()
  local function environment(variables) return used(idocr.credentials.environment { getenv = getenv_of(variables) }) end

  it("are found under all variable names of the vendor's tools", function()
    for _, case in ipairs {
      { { TENCENTCLOUD_SECRET_ID = "i", TENCENTCLOUD_SECRET_KEY = "k" }, { "i" } },
      { { TENCENTCLOUD_SECRET_ID = "i", TENCENTCLOUD_SECRET_KEY = "k", TENCENTCLOUD_SESSION_TOKEN = "t" }, { "i", "t" } },
      { { TENCENTCLOUD_SECRET_ID = "i", TENCENTCLOUD_SECRET_KEY = "k", TENCENTCLOUD_TOKEN = "t" }, { "i", "t" } },
      { { TENCENTCLOUD_SECRET_ID = "i", TENCENTCLOUD_SECRET_KEY = "k", TENCENTCLOUD_SECURITY_TOKEN = "t" }, { "i", "t" } },
      { { TENCENTCLOUD_SECRETID = "i", TENCENTCLOUD_SECRETKEY = "k", TENCENTCLOUD_SESSIONTOKEN = "t" }, { "i", "t" } },
      { { TENCENT_SECRET_ID = "i", TENCENT_SECRET_KEY = "k", TENCENT_TOKEN = "t" }, { "i", "t" } },
    } do
      assert.same(case[2], environment(case[1]))
    end
  end)

  it("never combine variables of different spellings", function()
    local runtime = { TENCENTCLOUD_SECRETID = "AKIDrun", TENCENTCLOUD_SECRETKEY = "k2", TENCENTCLOUD_SESSIONTOKEN = "t2" }
    local function with(more)
      for name, value in pairs(runtime) do more[name] = more[name] or value end
      return more
    end
    assert.same({ "AKIDown" }, environment(with { TENCENTCLOUD_SECRET_ID = "AKIDown", TENCENTCLOUD_SECRET_KEY = "k" }))
    for _, part in ipairs { "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN" } do
      assert.same({ "AKIDrun", "t2" }, environment(with { [part] = "other" }))
    end
    assert.same({ "AKIDrun" },
      environment { TENCENTCLOUD_SECRETID = "AKIDrun", TENCENTCLOUD_SECRETKEY = "k2", TENCENTCLOUD_SESSION_TOKEN = "t1" })
  end)

  it("cause an error with both variable names and no value where a set is incomplete", function()
    local _, err = environment { TENCENTCLOUD_SECRET_ID = "AKIDvisible", TENCENTCLOUD_SECRETKEY = "visible" }
    assert.equal("IncompleteCredentials", err.code)
    for _, text in ipairs {
      "TENCENTCLOUD_SECRET_ID is set but TENCENTCLOUD_SECRET_KEY is not", "TENCENTCLOUD_SECRETKEY is set but TENCENTCLOUD_SECRETID is not",
    } do
      assert.truthy(err.message:find(text, 1, true), err.message)
    end
    assert.is_nil(tostring(err):find("visible", 1, true))
    _, err = environment { TENCENTCLOUD_TOKEN = "visible" }
    assert.equal("IncompleteCredentials", err.code)
    assert.equal("NoCredentials", select(2, environment { TENCENTCLOUD_SECRET_ID = " ", TENCENTCLOUD_SECRET_KEY = "" }).code)
  end)
end)

describe("credentials of tccli", function()
  local home = process.tempdir()
  process.run("mkdir -p " .. home .. "/.tccli")
  local function file(name, text) return process.write(home .. "/.tccli/" .. name .. ".credential", text) end
  local function tccli(options, variables)
    variables = variables or {}
    variables.HOME = variables.HOME or home
    options = options or {}
    options.getenv = getenv_of(variables)
    return used(idocr.credentials.tccli(options))
  end

  it("are read as `tccli configure` and `tccli auth login` write them", function()
    file("default", '{\n    "secretId": "AKIDcli",\n    "secretKey": "k"\n}')
    assert.same({ "AKIDcli" }, tccli())
    file("default", '\239\187\191{"secretId": "AKIDcli", "secretKey": "k", "token": null}')
    assert.same({ "AKIDcli" }, tccli())
    file("default", '{"type":"oauth","secretId":"AKIDlogin","secretKey":"k","token":"t","expiresAt":1700003600,"oauth":{"site":"intl"}}')
    assert.same({ "AKIDlogin", "t" }, tccli())
  end)

  it("come from the profile that TCCLI_PROFILE or the option names", function()
    file("default", '{"secretId":"AKIDdefault","secretKey":"k"}')
    file("prod", '{"secretId":"AKIDprod","secretKey":"k"}')
    assert.same({ "AKIDdefault" }, tccli())
    assert.same({ "AKIDprod" }, tccli(nil, { TCCLI_PROFILE = "prod" }))
    assert.same({ "AKIDprod" }, tccli { profile = "prod" })
    assert.same({ "AKIDprod" }, tccli { path = home .. "/.tccli/prod.credential" })
    local _, err = tccli(nil, { TCCLI_PROFILE = "none" })
    assert.equal("BadProfile", err.code)
    assert.matches("TCCLI_PROFILE", err.message)
    assert.equal("NoCredentials", select(2, tccli(nil, { HOME = home .. "/nobody" })).code)
  end)

  it("cause an error with a reason where the file holds none", function()
    for text, code in pairs {
      ["{"] = "BadProfile", ["[]"] = "IncompleteCredentials", ["5"] = "BadProfile", [""] = "BadProfile",
      ['{"secretId":"AKIDvisible"}'] = "IncompleteCredentials", ['{"secretId":"AKIDvisible","secretKey":5}'] = "IncompleteCredentials",
      ['{"type":"cvm-role"}'] = "NoCredentials", ['{"secretId":"AKIDvisible","secretKey":"k","expiresAt":"x"}'] = "BadProfile",
      ['{"secretId":"AKIDvisible","secretKey":"visible","token":"t","expiresAt":1690000000}'] = "ExpiredCredentials",
    } do
      file("default", text)
      local _, err = tccli()
      assert.equal(code, err.code, text)
      assert.is_nil(tostring(err):find("visible", 1, true))
    end
  end)
end)

describe("the default chain", function()
  local folder = process.tempdir()
  local serial = 0

  --- Runs a call of a new client in a separate process whose environment has only `variables`, as another user where one is
  --- given. There is no metadata service. Returns the output.
  local program = process.write(folder .. "/call.lua", [[
    local idocr = require "idocr"
    local client = idocr.new { transport = function(request)
      if request.url:find("metadata") then return nil, { category = "connect", code = "ConnectFailed", sent = false } end
      local id
      for _, header in ipairs(request.headers) do id = header[1] == "Authorization" and header[2]:match("Credential=([^/]+)") or id end
      return { status = 200, headers = {}, body = '{"Response":{"RequestId":"r","ID":"' .. id .. '"}}' }
    end }
    local card, err = client:call("DescribeRegions")
    print(card and card.ID or err.code .. " " .. tostring(err))
  ]])
  process.run("chmod 755 " .. folder)

  local function call(variables, as)
    local words = { as or "", "env -i" }
    for name, value in pairs(variables) do words[#words + 1] = name .. "=" .. process.quote(value) end
    words[#words + 1] = "LUA_PATH=" .. process.quote(package.path) .. " LUA_CPATH=" .. process.quote(package.cpath)
    words[#words + 1] = process.capture("command -v " .. process.lua) .. " " .. program
    return process.run(table.concat(words, " "))
  end

  local function new_home()
    serial = serial + 1
    local home = folder .. "/home" .. serial
    process.run(("mkdir -p %s/.tencentcloud %s/.tccli && chmod -R 755 %s"):format(home, home, home))
    return home
  end

  local INI, JSON = "[default]\nsecret_id=AKIDini\nsecret_key=k\n", '{"secretId":"AKIDcli","secretKey":"k"}'

  it("is environment, profile file, tccli's file, machine role, cluster identity", function()
    local home = new_home()
    local said = call { HOME = home }
    assert.matches("^NoCredentials", said)
    local at = 0
    for _, name in ipairs { "environment: ", "profile: ", "tccli: ", "machine_role: ", "web_identity: " } do
      local found = said:find(name, at + 1, true)
      assert.is_truthy(found, said)
      at = found
    end
    process.write(home .. "/.tccli/default.credential", JSON)
    assert.equal("AKIDcli", call { HOME = home })
    process.write(home .. "/.tencentcloud/credentials", INI)
    assert.equal("AKIDini", call { HOME = home })
    assert.equal("AKIDenv", call { HOME = home, TENCENTCLOUD_SECRETID = "AKIDenv", TENCENTCLOUD_SECRETKEY = "k" })
  end)

  it("skips incomplete sources, and names them where no other has credentials", function()
    local home = new_home()
    local half = { HOME = home, TENCENTCLOUD_SECRET_ID = "AKIDhalf" }
    assert.matches("^IncompleteCredentials.*TENCENTCLOUD_SECRET_KEY is not.*there is no profile file", call(half))
    process.write(home .. "/.tccli/default.credential", JSON)
    assert.equal("AKIDcli", call(half))
    process.write(home .. "/.tencentcloud/credentials", "[other]\nsecret_id=AKIDother\nsecret_key=k\n")
    assert.equal("AKIDcli", call(half))
    process.write(home .. "/.tccli/default.credential", "{}")
    assert.matches("^BadProfile.*no section %[default%].*has no secretId", call { HOME = home })
  end)

  it("skips files that cannot be read", function()
    for _, made in ipairs {
      "mkfifo %s/.tencentcloud/credentials", "mkdir %s/.tencentcloud/credentials", "ln -s /dev/zero %s/.tencentcloud/credentials",
      "head -c 1100000 /dev/zero > %s/.tencentcloud/credentials", "ln -s credentials %s/.tencentcloud/credentials",
    } do
      local home = new_home()
      process.run(made:format(home))
      assert.matches("^NoCredentials.*~/.tencentcloud/credentials [ic]", call { HOME = home })
      process.write(home .. "/.tccli/default.credential", JSON)
      assert.equal("AKIDcli", call { HOME = home })
    end
    local home = new_home()
    process.run("mkfifo " .. home .. "/.tccli/default.credential")
    assert.matches("^NoCredentials.*default.credential is not a regular file", call { HOME = home })
  end)

  local as_other = process.capture("id -u") == "0" and process.capture("command -v setpriv") ~= ""
    and "setpriv --reuid=65534 --regid=65534 --clear-groups" or nil
  local readable = as_other and select(2, process.capture(as_other .. " test -r " .. process.quote(process.capture("pwd") .. "/lua"))) == 0
  local test = readable and it or pending

  test("skips the home folder of another user", function()
    local home = new_home()
    process.write(home .. "/.tencentcloud/credentials", INI)
    process.run("chmod 700 " .. home)
    assert.equal("AKIDini", call { HOME = home })
    local said = call({ HOME = home }, as_other)
    assert.matches("^NoCredentials", said)
    assert.matches("profile: ~/.tencentcloud/credentials cannot be read: permission denied", said)
    assert.matches("tccli: ~/.tccli/default.credential cannot be read: permission denied", said)
    local variables = {
      HOME = home, TKE_REGION = "r", TKE_PROVIDER_ID = "p", TKE_ROLE_ARN = "a", TKE_WEB_IDENTITY_TOKEN_FILE = home .. "/token",
    }
    assert.matches("^BadIdentityToken.*permission denied", call(variables, as_other)) -- the next source was tried
    assert.matches("^BadProfile.*TENCENTCLOUD_CREDENTIALS_FILE cannot be read: permission denied",
      call({ HOME = "/", TENCENTCLOUD_CREDENTIALS_FILE = home .. "/.tencentcloud/credentials" }, as_other))
  end)

  it("stops at a file that the user named", function()
    local home = new_home()
    process.write(home .. "/.tccli/default.credential", JSON)
    process.run("mkfifo " .. home .. "/pipe")
    local reasons = { [home .. "/none"] = "does not exist", [home] = "is not a regular file", [home .. "/pipe"] = "is not a regular file" }
    for path, reason in pairs(reasons) do
      local said = call { HOME = home, TENCENTCLOUD_CREDENTIALS_FILE = path }
      assert.matches("^BadProfile", said)
      assert.truthy(said:find(reason, 1, true), said)
      assert.is_nil(said:find(home, 1, true)) -- a path may contain names of people and machines
    end
    assert.matches("^BadProfile", call { HOME = home, TCCLI_PROFILE = "none" })
  end)
end)
