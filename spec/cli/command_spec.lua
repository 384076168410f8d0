-- Tests the command as a process: output, exit statuses and files. Responses come from the sandbox, in process or as a server.

local cjson = require("cjson").new()
local process = require "spec.support.process"
local q = process.quote
local specimens = require "idocr.sandbox.specimens"

local cli = require "spec.support.command"
local run, with, of_kind, lines_of = cli.run, cli.with, cli.specimen, cli.lines

local NO_KEYS = "env -u TENCENTCLOUD_SECRET_ID -u TENCENTCLOUD_SECRET_KEY -u EKYCPRO_API_KEY HOME=/nonexistent "

local folder
setup(function() folder = process.tempdir() end)

describe("idocr read", function()
  it("prints the values on each specimen", function()
    for _, kind in ipairs { "passport", "malaysia_id", "macao_id", "china_id" } do
      local specimen = of_kind(kind)
      local out, status, stderr = run("read %s --transport sandbox %s", kind, specimen.path)
      assert.are.equal(0, status, stderr)
      assert.is_truthy(out:find(specimen.fields.number, 1, true), out)
      assert.is_truthy(out:find("canned by the sandbox", 1, true))
    end
  end)

  it("prints one line of JSON for each picture with --json", function()
    local specimen = of_kind "passport"
    local out, status = run("read passport --json --transport sandbox %s %s", specimen.path, specimen.path)
    assert.are.equal(0, status)
    local lines = lines_of(out)
    assert.are.equal(2, #lines)
    local card = cjson.decode(lines[1])
    assert.are.equal(specimen.fields.number, card.number)
    assert.are.equal(specimen.path, card.file)
    assert.are.same(specimen.fields.mrz, card.mrz)
    assert.is_true(card.sandbox)
    assert.is_nil(card.raw)
    assert.is_truthy(lines[1]:find('"warnings":[]', 1, true))
  end)

  it("reads standard input and prints the raw response with --raw", function()
    local specimen = of_kind "passport"
    local out = cli.shell("cat %s | %s read passport --json --raw --transport sandbox -", specimen.path, cli.COMMAND)
    assert.are.equal(specimen.fields.number, cjson.decode(out).raw.ID)
  end)

  it("writes portraits to a file or a folder", function()
    local path = folder .. "/face.jpg"
    local specimen = of_kind "passport"
    local out, status, stderr = run("read passport --transport sandbox --portrait %s %s", path, specimen.path)
    assert.are.equal(0, status, stderr)
    assert.are.equal(specimens.portrait(specimen), process.read(path))
    assert.is_truthy(out:find("face.jpg", 1, true))
    local _, several = run("read passport --transport sandbox --portrait %s %s %s", folder .. "/", specimen.path, specimen.path)
    assert.are.equal(0, several)
    assert.is_truthy(process.read(folder .. "/passport-portrait.jpg"))
    local _, refused = run("read passport --transport sandbox --portrait %s %s %s", path, specimen.path, specimen.path)
    assert.are.equal(2, refused)
  end)

  it("passes params from options and --set", function()
    local specimen = of_kind "china_id"
    local out, status, stderr = run("read china_id --json --transport sandbox --site cn --side front --set quality=true %s", specimen.path)
    assert.are.equal(0, status, stderr)
    assert.are.equal(specimen.fields.number, cjson.decode(out).number)
  end)
end)

describe("idocr read --check", function()
  it("prints the number of passed checks and the failed ones", function()
    local path = of_kind("passport").path
    local out, status = run("read passport --transport sandbox --check %s", path)
    assert.are.equal(0, status)
    local report = cjson.decode((run("read passport --transport sandbox --check --json %s", path))).report
    local passed = 0
    for _, finding in ipairs(report.findings) do passed = passed + (finding.ok and 1 or 0) end
    assert.is_true(passed > 10 and passed == #report.findings)
    assert.is_truthy(out:find(("checks: %d passed"):format(passed), 1, true), out)
    assert.is_nil(out:find("failed", 1, true))
    assert.is_nil(run("read passport --transport sandbox %s", path):find("checks:", 1, true))

    local expired = folder .. "/expired.jpg"
    run("stamp %s --kind passport --set expiry_date=2001-02-03 -o %s", path, expired)
    out = run("read passport --transport sandbox --check %s", expired)
    assert.is_truthy(out:find("checks: %d+ passed, %d+ failed"), out)
  end)
end)

describe("a wrong name", function()
  it("causes an error with the nearest valid name", function()
    for arguments, hint in pairs {
      ["read pasport x.jpg"] = 'did you mean "passport"', ["batch malasia_id . --out -"] = 'did you mean "malaysia_id"',
      ["precheck passprt x.jpg"] = 'did you mean "passport"', ["sign macau_id x.jpg"] = 'did you mean "macao_id"',
      ["check chinaid 1"] = 'did you mean "china_id"', ["stamp x.jpg --kind passpotr"] = 'did you mean "passport"',
      ["read passport x.jpg --transport crul"] = 'did you mean "curl"', ["read passport x.jpg --site int"] = 'did you mean "intl"',
      ["read china_id x.jpg --side bak"] = 'did you mean "back"', ["read passport x.jpg --set potrait=1"] = 'did you mean "portrait"',
      ["read passport x.jpg --provider tencet"] = 'did you mean "tencent"', ["btach"] = "Did you mean 'batch'",
      ["read xyz x.jpg"] = ", china_id, ",
    } do
      local _, status, stderr = run(arguments)
      assert.are.equal(2, status)
      assert.is_truthy(stderr:find(hint, 1, true), arguments .. ": " .. stderr)
    end
  end)

  it("prints no control characters", function()
    local _, _, stderr = run("read %s x.jpg", "\27[2J")
    assert.is_nil(stderr:find("\27", 1, true))
  end)
end)

describe("the exit status", function()
  local passport
  setup(function() passport = of_kind("passport").path end)

  it("is 1 if the service returns an error", function()
    local _, status, stderr = run("read malaysia_id --transport sandbox %s", passport)
    assert.are.equal(1, status)
    assert.is_truthy(stderr:find("FailedOperation", 1, true), stderr)
  end)

  it("is 2 for wrong usage, with a hint", function()
    for arguments, hint in pairs {
      ["read pasport x.jpg"] = "passport", ["raed"] = "read", ["read passport"] = "argument", [""] = "command",
      ["read passport --set nope=1 --transport sandbox " .. q(passport)] = "portrait",
      ["read passport --site mars " .. q(passport)] = "intl",
      ["read passport --endpoint ftp://x " .. q(passport)] = "endpoint",
      ["read macao_id --site cn --transport sandbox " .. q(passport)] = "unsupported",
      ["stamp " .. q(passport) .. " --set a"] = "FIELD=VALUE",
      ["check china_id ''"] = "nothing",
    } do
      local out, status, stderr = run(arguments)
      assert.are.equal(2, status, arguments .. ": " .. out .. stderr)
      assert.is_truthy(stderr:find(hint, 1, true), arguments .. ": " .. stderr)
      assert.is_nil(stderr:find("traceback", 1, true), stderr)
    end
  end)

  it("is 5 for a refused picture, and the message names flags instead of options of Lua", function()
    for _, command in ipairs { "read passport --transport sandbox README.md", "sign passport README.md" } do
      local _, status, stderr = with(
        "TENCENTCLOUD_SECRET_ID=AKIDxxxxxxxxxxxxxxxxxxxxxxxx TENCENTCLOUD_SECRET_KEY=kkkkkkkkkkkkkkkkkkkkkkkk ", command)
      assert.are.equal(5, status, stderr)
      assert.is_truthy(stderr:find("; --no-precheck sends it anyway", 1, true), stderr)
    end
    local out = run "read passport --json --transport sandbox README.md"
    assert.is_truthy(cjson.decode(out).error.message:find("precheck = false", 1, true), out)
  end)

  it("is 3 for wrong credentials", function()
    local bad = folder .. "/credentials.jpg"
    run("stamp %s --error AuthFailure.SecretIdNotFound -o %s", passport, bad)
    local _, status, stderr = run("read passport --transport sandbox %s", bad)
    assert.are.equal(3, status, stderr)
  end)

  it("is 4 if there is no response", function()
    local port = require("spec.support.ports").free_port()
    local _, status, stderr = with(
      "TENCENTCLOUD_SECRET_ID=AKIDxxxxxxxxxxxxxxxxxxxxxxxx TENCENTCLOUD_SECRET_KEY=kkkkkkkkkkkkkkkkkkkkkkkk no_proxy='*' ",
      "read passport --endpoint https://127.0.0.1:" .. port .. " --timeout 5 %s", passport)
    assert.are.equal(4, status, stderr)
    assert.is_truthy(stderr:find("connect error", 1, true), stderr)
  end)

  it("is 5 if the picture is refused before anything is sent", function()
    local nothing = process.write(folder .. "/text.jpg", "this is no picture")
    local _, status, stderr = run("read passport --transport sandbox %s", nothing)
    assert.are.equal(5, status, stderr)
  end)

  it("is the same with --json, which prints the error as a line", function()
    local out, status = run("read malaysia_id --json --transport sandbox %s", passport)
    assert.are.equal(1, status)
    local line = cjson.decode(out)
    assert.are.equal("service", line.error.category)
    assert.are.equal(passport, line.file)
  end)
end)

describe("idocr sign", function()
  local KEYS = "TENCENTCLOUD_SECRET_ID=AKIDz8krbsJ5yKBZQpn74WFkmLPx TENCENTCLOUD_SECRET_KEY=Gu5t9xGARNpq86cd98joQYCN3 " ..
    "TENCENTCLOUD_SESSION_TOKEN=tokentokentokentoken "

  it("prints a curl command without secrets", function()
    local body = folder .. "/body.json"
    local out, status, stderr = with(KEYS, "sign passport --body %s %s", body, of_kind("passport").path)
    assert.are.equal(0, status, stderr)
    assert.is_truthy(out:find("curl -X POST 'https://ocr", 1, true), out)
    assert.is_truthy(out:find("X-TC-Action: MLIDPassportOCR", 1, true))
    assert.is_truthy(out:find("Signature=%x+"))
    for _, secret in ipairs { "z8krbsJ5yKBZQpn74WFkmLPx", "Gu5t9xGARNpq86cd98joQYCN3", "tokentokentokentoken" } do
      assert.is_nil((out .. stderr):find(secret, 1, true))
    end
    assert.is_truthy(process.read(body):find('"ImageBase64":%s*"/9j/'))
  end)

  it("masks ekycpro's key", function()
    local out, status, stderr = with("EKYCPRO_API_KEY=0123456789abcdefSECRET ",
      "sign malaysia_id --provider ekycpro %s", of_kind("malaysia_id").path)
    assert.are.equal(0, status, stderr)
    assert.is_nil(out:find("456789abcdefSECRET", 1, true))
    assert.is_truthy(out:lower():find("x%-api%-key: 0123%*%*%*"), out)
  end)

  it("ends with status 3 without credentials", function()
    local _, status, stderr = with(NO_KEYS .. "TENCENTCLOUD_CREDENTIALS_FILE=/nonexistent ",
      "sign passport %s", of_kind("passport").path)
    assert.are.equal(3, status, stderr)
  end)
end)

describe("idocr stamp", function()
  it("writes the response into a picture", function()
    local stamped = folder .. "/stamped.jpg"
    run("stamp %s --kind passport --set number=X1234567 --set surname=DOE --set warnings=glare -o %s",
      of_kind("macao_id").path, stamped)
    local out, status, stderr = run("read passport --json --transport sandbox %s", stamped)
    assert.are.equal(0, status, stderr)
    local card = cjson.decode(out)
    assert.are.equal("X1234567", card.number)
    assert.are.equal("DOE", card.surname)
    assert.are.equal("glare", card.warnings[1].name)
    local shown = run("stamp --show %s", stamped)
    assert.are.equal("passport", cjson.decode(shown).kind)
  end)

  it("writes an error into a picture", function()
    local stamped = folder .. "/blurry.jpg"
    run("stamp %s --error FailedOperation.ImageBlur -o %s", of_kind("passport").path, stamped)
    local _, status, stderr = run("read passport --transport sandbox %s", stamped)
    assert.are.equal(1, status)
    assert.is_truthy(stderr:find("FailedOperation.ImageBlur", 1, true))
  end)
end)

describe("idocr check", function()
  it("prints the valid and the invalid parts", function()
    local out, status = run("check china_id 11010519491231002X")
    assert.are.equal(0, status)
    assert.is_truthy(out:find("1949-12-31", 1, true))
    assert.are.equal(1, select(2, run("check china_id 110105194912310021")))
    assert.are.equal(1, select(2, run("check china_id 12")))
    local zone = run("check passport --json 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<' 'L898902C36UTO7408122F1204159ZE184226B<<<<<10'")
    assert.is_true(cjson.decode(zone).valid)
  end)

  it("checks the numbers of other countries and says in words what it found", function()
    local out, status = run("check hong_kong_id 'a123456（3）'")
    assert.are.equal(0, status)
    assert.is_truthy(out:find("A123456(3)", 1, true) and out:find("the check digit is correct", 1, true), out)
    out, status = run("check brazil_cpf 123.456.789-08")
    assert.are.equal(1, status)
    assert.is_truthy(out:find("the check digit is wrong", 1, true), out)
    out, status = run("check india_aadhaar XXXX XXXX 0124")
    assert.are.equal(1, status)
    assert.is_truthy(out:find("partly masked and cannot be checked", 1, true), out)
    out = run("check --json india_aadhaar 2345 6789 0124")
    assert.are.same({ valid = true, number = "2345 6789 0124", checksum = true }, cjson.decode(out))
    assert.is_truthy(select(3, run("check singapor_id S1234567D")):find('did you mean "singapore_id"', 1, true))
  end)

  it("reads a number from standard input", function()
    assert.is_truthy(cli.shell("echo 11010519491231002X | %s check china_id --json -", cli.COMMAND):find('"valid":true', 1, true))
  end)
end)

describe("idocr precheck", function()
  it("gives advice about pixels and refuses only what a service surely refuses", function()
    local passport = of_kind("passport").path
    local out, status, stderr = run("precheck passport %s", passport)
    assert.are.equal(0, status, stderr)
    assert.is_truthy(out:find("resolution", 1, true), out)
    local cut = process.write(folder .. "/cut.jpg", process.read(passport):sub(1, 20000))
    out, status = run("precheck passport --json %s", cut)
    assert.are.equal(5, status)
    assert.are.equal("image", cjson.decode(out).refused.category)
    assert.are.equal(2, select(2, run("precheck macao_id --provider ekycpro %s", passport)))
  end)
end)

describe("idocr sandbox", function()
  it("prints one line when it is ready, serves both vendors over HTTPS, and ends on SIGTERM", function()
    local stderr = folder .. "/ready.json"
    local server = cli.spawn("", { stdout = stderr, stderr = folder .. "/sandbox.err" }, "sandbox --json")
    local ready = cjson.decode(process.wait_for(function()
      local line = process.read(stderr)
      return line and line:find("\n") and line
    end, 20))
    assert.is_truthy(ready.http:find("^http://127%.0%.0%.1:%d+$"))
    local keys = ("TENCENTCLOUD_SECRET_ID=%s TENCENTCLOUD_SECRET_KEY=%s EKYCPRO_API_KEY=%s no_proxy='*' "):format(
      ready.secret_id, ready.secret_key, ready.api_key)
    local https, ca = ready.https, ready.ca_file
    local out, status, errors = with(keys, "read passport --json --endpoint %s --ca-file %s %s", https, ca, ready.specimens.passport)
    assert.are.equal(0, status, errors)
    assert.is_true(cjson.decode(out).sandbox)
    out, status, errors = with(keys, "read malaysia_id --json --provider ekycpro --endpoint %s --ca-file %s %s", https, ca,
      ready.specimens.malaysia_id)
    assert.are.equal(0, status, errors)
    assert.are.equal("ekycpro", cjson.decode(out).provider)
    -- without its CA certificate the connection fails
    out, status = with(keys, "read passport --endpoint %s %s", https, ready.specimens.passport)
    assert.are.equal(4, status, out)

    server.stop("TERM")
    assert.is_false(server.alive())
    assert.is_nil(process.read(ready.ca_file))
    assert.are.equal(4, select(2, with(keys, "read passport --endpoint %s %s", ready.http, ready.specimens.passport)))
  end)

  it("names a port that is in use, and tries no other one if the user chose it", function()
    local other = assert(require("idocr.sandbox.server").start())
    local _, status, stderr = run("sandbox --port " .. other.port)
    other:stop()
    assert.are.equal(4, status)
    assert.is_truthy(stderr:find(("port %d is in use; choose another one, or omit it for a free one"):format(other.port), 1, true), stderr)
  end)

  it("refuses an invalid port", function()
    assert.are.equal(2, select(2, run("sandbox --port 70000")))
  end)
end)

describe("idocr kinds and help", function()
  it("list every kind", function()
    local out = run("kinds --json")
    assert.are.equal(#require("idocr.kinds").list(), #lines_of(out))
    assert.is_truthy(run("kinds"):find("RecognizeMacaoIDCardOCR", 1, true))
  end)

  it("describe the exit statuses in each subcommand", function()
    for _, name in ipairs { "", "read", "batch", "report", "costs", "check", "precheck", "kinds", "sign", "stamp", "sandbox" } do
      local out, status = run(name .. " --help")
      assert.are.equal(0, status)
      assert.is_truthy(out:find("Exit status:", 1, true), name)
    end
  end)

  it("run from any folder by build/idocr", function()
    local out, status = cli.shell("cd / && %s kinds", cli.root .. "/" .. (os.getenv "BUILD" or "build") .. "/idocr")
    assert.are.equal(0, status, out)
    assert.is_truthy(out:find("passport", 1, true))
  end)
end)
