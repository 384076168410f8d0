-- The command as a person runs it: processes, exit statuses, files; answers come from the sandbox, in process or as a server.

local cjson = require("cjson").new()
local process = require "spec.support.process"
local specimens = require "idocr.sandbox.specimens"

local root = process.run("pwd")
local lua = rawget(_G, "jit") and "luajit" or "lua5.4"
-- The runner's search paths are relative to the checkout, where the command is started.
local idocr = lua .. " " .. root .. "/lua/idocr/cli/start.lua "

local NO_KEYS = "env -u TENCENTCLOUD_SECRET_ID -u TENCENTCLOUD_SECRET_KEY -u EKYCPRO_API_KEY HOME=/nonexistent "

-- -> stdout, status, stderr
local function run(arguments, before)
  local errors = os.tmpname()
  local out, status = process.capture((before or "") .. idocr .. arguments .. " 2>" .. errors .. " </dev/null")
  local said = process.read(errors)
  os.remove(errors)
  return out, status, said
end

local function of_kind(kind)
  for _, entry in ipairs(specimens.list()) do
    if entry.kind == kind then return entry end
  end
end

local function lines_of(text)
  local lines = {}
  for line in text:gmatch("[^\n]+") do lines[#lines + 1] = line end
  return lines
end

local folder
setup(function() folder = process.tempdir() end)

describe("idocr read", function()
  it("prints what stands on each specimen", function()
    for _, kind in ipairs { "passport", "malaysia_id", "macao_id", "china_id" } do
      local specimen = of_kind(kind)
      local out, status, said = run("read " .. kind .. " --transport sandbox " .. specimen.path)
      assert.are.equal(0, status, said)
      assert.is_truthy(out:find(specimen.fields.number, 1, true), out)
      assert.is_truthy(out:find("canned by the sandbox", 1, true))
    end
  end)

  it("gives machines one line of JSON for each picture", function()
    local specimen = of_kind "passport"
    local out, status = run(("read passport --json --transport sandbox %s %s"):format(specimen.path, specimen.path))
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

  it("reads standard input and keeps the raw reply where asked", function()
    local specimen = of_kind "passport"
    local out = process.run("cat " .. specimen.path .. " | " .. idocr .. "read passport --json --raw --transport sandbox -")
    assert.are.equal(specimen.fields.number, cjson.decode(out).raw.ID)
  end)

  it("writes the portrait: one file, or a folder of them", function()
    local path = folder .. "/face.jpg"
    local specimen = of_kind "passport"
    local out, status, said = run(("read passport --transport sandbox --portrait %s %s"):format(path, specimen.path))
    assert.are.equal(0, status, said)
    assert.are.equal(specimens.portrait(specimen), process.read(path))
    assert.is_truthy(out:find("face.jpg", 1, true))
    local _, several = run(("read passport --transport sandbox --portrait %s/ %s %s"):format(folder, specimen.path, specimen.path))
    assert.are.equal(0, several)
    assert.is_truthy(process.read(folder .. "/passport-portrait.jpg"))
    local _, refused = run(("read passport --transport sandbox --portrait %s %s %s"):format(path, specimen.path, specimen.path))
    assert.are.equal(2, refused)
  end)

  it("passes params on, by option and by --set", function()
    local specimen = of_kind "china_id"
    local out, status, said = run("read china_id --json --transport sandbox --site cn --side front --set quality=true " .. specimen.path)
    assert.are.equal(0, status, said)
    assert.are.equal(specimen.fields.number, cjson.decode(out).number)
  end)
end)

describe("the exit status", function()
  local passport
  setup(function() passport = of_kind("passport").path end)

  it("is 1 where the service says no", function()
    local _, status, said = run("read malaysia_id --transport sandbox " .. passport)
    assert.are.equal(1, status)
    assert.is_truthy(said:find("FailedOperation", 1, true), said)
  end)

  it("is 2 for wrong usage, and says what would be right", function()
    for arguments, hint in pairs {
      ["read pasport x.jpg"] = "passport", ["raed"] = "read", ["read passport"] = "argument", [""] = "command",
      ["read passport --set nope=1 --transport sandbox " .. passport] = "portrait",
      ["read passport --site mars " .. passport] = "intl",
      ["read passport --endpoint ftp://x " .. passport] = "endpoint",
      ["read macao_id --site cn --transport sandbox " .. passport] = "unsupported",
      ["stamp " .. passport .. " --set a"] = "FIELD=VALUE",
      ["check china_id ''"] = "nothing",
    } do
      local out, status, said = run(arguments)
      assert.are.equal(2, status, arguments .. ": " .. out .. said)
      assert.is_truthy(said:find(hint, 1, true), arguments .. ": " .. said)
      assert.is_nil(said:find("traceback", 1, true), said)
    end
  end)

  it("is 3 where the credentials are wrong", function()
    local bad = folder .. "/credentials.jpg"
    process.run(idocr .. "stamp " .. passport .. " --error AuthFailure.SecretIdNotFound -o " .. bad)
    local _, status, said = run("read passport --transport sandbox " .. bad)
    assert.are.equal(3, status, said)
  end)

  it("is 4 where nobody answers", function()
    local port = require("spec.support.ports").free_port()
    local _, status, said = run(("read passport --endpoint https://127.0.0.1:%d --timeout 5 %s"):format(port, passport),
      "TENCENTCLOUD_SECRET_ID=AKIDxxxxxxxxxxxxxxxxxxxxxxxx TENCENTCLOUD_SECRET_KEY=kkkkkkkkkkkkkkkkkkkkkkkk no_proxy='*' ")
    assert.are.equal(4, status, said)
    assert.is_truthy(said:find("connect error", 1, true), said)
  end)

  it("is 5 where the picture is refused before anything is sent", function()
    local nothing = process.write(folder .. "/text.jpg", "this is no picture")
    local _, status, said = run("read passport --transport sandbox " .. nothing)
    assert.are.equal(5, status, said)
  end)

  it("stays with JSON: the error is a line too", function()
    local out, status = run("read malaysia_id --json --transport sandbox " .. passport)
    assert.are.equal(1, status)
    local line = cjson.decode(out)
    assert.are.equal("service", line.error.category)
    assert.are.equal(passport, line.file)
  end)
end)

describe("idocr sign", function()
  local KEYS = "TENCENTCLOUD_SECRET_ID=AKIDz8krbsJ5yKBZQpn74WFkmLPx TENCENTCLOUD_SECRET_KEY=Gu5t9xGARNpq86cd98joQYCN3 " ..
    "TENCENTCLOUD_SESSION_TOKEN=tokentokentokentoken "

  it("shows a curl command without secrets", function()
    local body = folder .. "/body.json"
    local out, status, said = run("sign passport --body " .. body .. " " .. of_kind("passport").path, KEYS)
    assert.are.equal(0, status, said)
    assert.is_truthy(out:find("curl -X POST 'https://ocr", 1, true), out)
    assert.is_truthy(out:find("X-TC-Action: MLIDPassportOCR", 1, true))
    assert.is_truthy(out:find("Signature=%x+"))
    for _, secret in ipairs { "z8krbsJ5yKBZQpn74WFkmLPx", "Gu5t9xGARNpq86cd98joQYCN3", "tokentokentokentoken" } do
      assert.is_nil((out .. said):find(secret, 1, true))
    end
    assert.is_truthy(process.read(body):find('"ImageBase64":%s*"/9j/'))
  end)

  it("masks ekycpro's key", function()
    local out, status, said = run("sign malaysia_id --provider ekycpro " .. of_kind("malaysia_id").path,
      "EKYCPRO_API_KEY=0123456789abcdefSECRET ")
    assert.are.equal(0, status, said)
    assert.is_nil(out:find("456789abcdefSECRET", 1, true))
    assert.is_truthy(out:lower():find("x%-api%-key: 0123%*%*%*"), out)
  end)

  it("needs credentials, status 3", function()
    local _, status, said = run("sign passport " .. of_kind("passport").path,
      NO_KEYS .. "TENCENTCLOUD_CREDENTIALS_FILE=/nonexistent ")
    assert.are.equal(3, status, said)
  end)
end)

describe("idocr stamp", function()
  it("turns any picture into a test case", function()
    local stamped = folder .. "/stamped.jpg"
    process.run(idocr .. "stamp " .. of_kind("macao_id").path ..
      " --kind passport --set number=X1234567 --set surname=DOE --set warnings=glare -o " .. stamped)
    local out, status, said = run("read passport --json --transport sandbox " .. stamped)
    assert.are.equal(0, status, said)
    local card = cjson.decode(out)
    assert.are.equal("X1234567", card.number)
    assert.are.equal("DOE", card.surname)
    assert.are.equal("glare", card.warnings[1].name)
    local shown = run("stamp --show " .. stamped)
    assert.are.equal("passport", cjson.decode(shown).kind)
  end)

  it("can fail as the service does", function()
    local stamped = folder .. "/blurry.jpg"
    process.run(idocr .. "stamp " .. of_kind("passport").path .. " --error FailedOperation.ImageBlur -o " .. stamped)
    local _, status, said = run("read passport --transport sandbox " .. stamped)
    assert.are.equal(1, status)
    assert.is_truthy(said:find("FailedOperation.ImageBlur", 1, true))
  end)
end)

describe("idocr check", function()
  it("says what holds and what does not", function()
    local out, status = run("check china_id 11010519491231002X")
    assert.are.equal(0, status)
    assert.is_truthy(out:find("1949-12-31", 1, true))
    assert.are.equal(1, select(2, run("check china_id 110105194912310021")))
    assert.are.equal(1, select(2, run("check china_id 12")))
    local zone = run("check passport --json 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<' 'L898902C36UTO7408122F1204159ZE184226B<<<<<10'")
    assert.is_true(cjson.decode(zone).valid)
  end)

  it("reads a number from standard input", function()
    assert.is_truthy(process.run("echo 11010519491231002X | " .. idocr .. "check china_id --json -"):find('"valid":true', 1, true))
  end)
end)

describe("idocr precheck", function()
  it("advises about pixels and refuses only what is certain", function()
    local passport = of_kind("passport").path
    local out, status, said = run("precheck passport " .. passport)
    assert.are.equal(0, status, said)
    assert.is_truthy(out:find("resolution", 1, true), out)
    local cut = process.write(folder .. "/cut.jpg", process.read(passport):sub(1, 20000))
    out, status = run("precheck passport --json " .. cut)
    assert.are.equal(5, status)
    assert.are.equal("image", cjson.decode(out).refused.category)
    assert.are.equal(2, select(2, run("precheck passport --provider ekycpro " .. passport)))
  end)
end)

describe("idocr batch", function()
  it("writes a line for each picture and goes on where it stopped", function()
    local scans, out = folder .. "/scans", folder .. "/cards.jsonl"
    process.run("mkdir -p " .. scans)
    local bytes = process.read(of_kind("passport").path)
    for _, name in ipairs { "a.jpg", "b.jpg", "c.jpeg" } do process.write(scans .. "/" .. name, bytes) end
    process.write(scans .. "/notes.txt", "no picture")
    process.run(idocr .. "stamp " .. scans .. "/c.jpeg --error FailedOperation.NoPassport")

    local _, status, said = run(("batch passport %s --out %s --transport sandbox"):format(scans, out))
    assert.are.equal(1, status, said)
    local lines = lines_of(process.read(out))
    assert.are.equal(3, #lines)
    local cards, failed = 0, 0
    for _, line in ipairs(lines) do
      local entry = cjson.decode(line)
      if entry.card then cards = cards + 1 else failed = failed + 1 end
    end
    assert.are.same({ 2, 1 }, { cards, failed })
    assert.is_truthy(said:find("2 read, 1 failed", 1, true), said)

    -- cut in the middle of the last line, and one picture more
    process.write(out, process.read(out):sub(1, -20))
    process.write(scans .. "/d.jpg", bytes)
    _, _, said = run(("batch passport %s/ --out %s --transport sandbox"):format(scans, out))
    assert.is_truthy(said:find("4 pictures:", 1, true), said)
    assert.is_truthy(said:find("2 were there already", 1, true), said)
    _, status, said = run(("batch passport %s --out %s --transport sandbox"):format(scans, out))
    assert.are.equal(0, status)
    assert.is_truthy(said:find("0 read, 0 failed, 4 were there already", 1, true), said)
    local whole = 0
    for _, line in ipairs(lines_of(process.read(out))) do
      if pcall(cjson.decode, line) then whole = whole + 1 end
    end
    assert.are.equal(4, whole)
  end)

  it("stops at once where the credentials are wrong", function()
    local scans, out = folder .. "/denied", folder .. "/denied.jsonl"
    process.run("mkdir -p " .. scans)
    for index = 1, 12 do
      process.run(("%s stamp %s --error AuthFailure.SecretIdNotFound -o %s/%02d.jpg"):format(
        idocr, of_kind("passport").path, scans, index))
    end
    local _, status = run(("batch passport %s --out %s --concurrency 1 --transport sandbox"):format(scans, out))
    assert.are.equal(3, status)
    assert.are.equal(1, #lines_of(process.read(out)))
  end)
end)

describe("idocr sandbox", function()
  it("says in one line that it is ready, serves both vendors over HTTPS, and ends with SIGTERM", function()
    local said = folder .. "/ready.json"
    local server = process.spawn("exec " .. idocr .. "sandbox --json", { stdout = said, stderr = folder .. "/sandbox.err" })
    local ready = cjson.decode(process.wait_for(function()
      local line = process.read(said)
      return line and line:find("\n") and line
    end, 20))
    assert.is_truthy(ready.http:find("^http://127%.0%.0%.1:%d+$"))
    local keys = ("TENCENTCLOUD_SECRET_ID=%s TENCENTCLOUD_SECRET_KEY=%s EKYCPRO_API_KEY=%s no_proxy='*' "):format(
      ready.secret_id, ready.secret_key, ready.api_key)
    local place = (" --endpoint %s --ca-file %s "):format(ready.https, ready.ca_file)
    local out, status, errors = run("read passport --json" .. place .. ready.specimens.passport, keys)
    assert.are.equal(0, status, errors)
    assert.is_true(cjson.decode(out).sandbox)
    out, status, errors = run("read malaysia_id --json --provider ekycpro" .. place .. ready.specimens.malaysia_id, keys)
    assert.are.equal(0, status, errors)
    assert.are.equal("ekycpro", cjson.decode(out).provider)
    -- without its certificate: no trust, no answer
    out, status = run("read passport --endpoint " .. ready.https .. " " .. ready.specimens.passport, keys)
    assert.are.equal(4, status, out)

    server.stop("TERM")
    assert.is_false(server.alive())
    assert.is_nil(process.read(ready.ca_file))
    assert.are.equal(4, select(2, run("read passport --endpoint " .. ready.http .. " " .. ready.specimens.passport, keys)))
  end)

  it("refuses a port that is none", function()
    assert.are.equal(2, select(2, run("sandbox --port 70000")))
  end)
end)

describe("idocr kinds and help", function()
  it("list every kind", function()
    local out = run("kinds --json")
    assert.are.equal(#require("idocr.kinds").list(), #lines_of(out))
    assert.is_truthy(run("kinds"):find("RecognizeMacaoIDCardOCR", 1, true))
  end)

  it("say the exit statuses everywhere", function()
    for _, name in ipairs { "", "read", "batch", "check", "precheck", "kinds", "sign", "stamp", "sandbox" } do
      local out, status = run(name .. " --help")
      assert.are.equal(0, status)
      assert.is_truthy(out:find("Exit status:", 1, true), name)
    end
  end)

  it("run from any folder by build/idocr", function()
    local out, status = process.capture("cd / && " .. root .. "/" .. (os.getenv "BUILD" or "build") .. "/idocr kinds")
    assert.are.equal(0, status, out)
    assert.is_truthy(out:find("passport", 1, true))
  end)
end)
