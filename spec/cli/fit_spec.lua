--- Tests `--fit` of the command, and what `idocr precheck` says about it.

local cjson = require("cjson").new()
local cli = require "spec.support.command"
local icc = require "spec.support.icc"
local process = require "spec.support.process"

local built, fit = pcall(require, "idocr.fit")
local webp = built and fit.formats.webp and it or pending
local test = built and it or pending

local run = cli.run
local LOSSY = "spec/fuzz/pictures/lossy.webp"

describe("idocr precheck", function()
  it("says what a fit would send instead", function()
    local path = process.tempdir() .. "/turned.jpg"
    process.write(path, icc.with_exif(process.read "lua/idocr/sandbox/specimens/passport.jpg", 6))
    local out, status = run("precheck passport --json %s", path)
    assert.equal(0, status)
    local planned = cjson.decode(out).fit
    assert.same({ "orientation", 704, 1000 }, { planned.reason, planned.width, planned.height })
    out = run("precheck passport %s", path)
    assert.truthy(out:find("stored on its side", 1, true), out)
    assert.truthy(out:find("704 × 1000", 1, true), out)

    out, status = run("precheck malaysia_id --json %s", LOSSY)
    assert.equal(5, status)
    assert.equal("format", cjson.decode(out).fit.reason)
    assert.truthy(cjson.decode(out).refused.message:find("fit = true", 1, true))

    out = run("precheck malaysia_id %s", LOSSY)
    assert.truthy(out:find("--fit makes it fit", 1, true), out)
    assert.is_nil(out:find("precheck = false", 1, true), out)

    out = run("precheck passport --json %s", "lua/idocr/sandbox/specimens/passport.jpg")
    assert.is_nil(cjson.decode(out).fit)
    out = run("precheck passport --json %s", "README.md")
    assert.is_nil(cjson.decode(out).fit)
  end)
end)

describe("--fit", function()
  webp("of idocr read sends a picture whose format the service does not take", function()
    local _, status, message = run("read malaysia_id --transport sandbox %s", LOSSY)
    assert.equal(5, status)
    assert.truthy(message:find("PictureFormat", 1, true))
    _, _, message = run("read malaysia_id --transport sandbox --fit %s", LOSSY)
    assert.truthy(message:find("service error", 1, true), message) -- the sandbox saw a JPEG that is no specimen
  end)

  webp("of idocr batch includes the formats that are made to fit", function()
    local folder = process.tempdir()
    process.run("cp " .. LOSSY .. " " .. folder .. "/photo.webp")
    run("batch malaysia_id %s --out %s --transport sandbox", folder, folder .. "/without.jsonl")
    assert.is_nil((process.read(folder .. "/without.jsonl") or ""):find("service", 1, true))
    run("batch malaysia_id %s --out %s --transport sandbox --fit", folder, folder .. "/with.jsonl")
    assert.equal("service", cjson.decode((process.read(folder .. "/with.jsonl"))).error.category)
  end)

  test("does not change a picture that fits", function()
    local out, status = run("read passport --json --transport sandbox --fit %s", "lua/idocr/sandbox/specimens/passport.jpg")
    assert.equal(0, status)
    assert.equal("passport", cjson.decode(out).kind)
  end)
end)
