-- Runs the programs of examples/ against the sandbox.

local core = require "idocr.core"
local examples = require "spec.support.examples"
local process = require "spec.support.process"

local q = process.quote
local folder = examples.folder()
local root = process.run "pwd"

-- Runs a program in the folder with the pictures.
local function run(program, arguments, before)
  return process.capture(("cd %s && %s IDOCR_TRANSPORT=sandbox LUA_PATH=%s LUA_CPATH=%s %s %s %s 2>&1"):format(q(folder), before or "",
    q(examples.absolute(package.path)), q(examples.absolute(package.cpath)), process.lua, q(root .. "/examples/" .. program),
    arguments or ""))
end

local function has(text, wanted) assert.is_truthy(text:find(wanted, 1, true), text) end

-- Runs a spec of an example with busted under this Lua.
local function busted(path, with)
  local program = process.run 'readlink -f "$(command -v busted)"'
  local out, status = process.capture(("cd %s && LUA_PATH=%s LUA_CPATH=%s %s %s -o TAP %s 2>&1"):format(
    q(root .. "/examples" .. (with or "")), q(examples.absolute(package.path) .. ";./?.lua;;"),
    q(examples.absolute(package.cpath) .. ";;"), process.lua, q(program), path))
  assert.equal(0, status, out)
  assert.is_nil(out:find("not ok", 1, true), out)
  return select(2, out:gsub("\nok %d", "")) + (out:find("^ok %d") and 1 or 0)
end

describe("the examples", function()
  it("have a script that prints a card, and an error's text", function()
    local out, status = run("script.lua", "passport passport.jpg")
    assert.equal(0, status)
    has(out, "X00000000")
    has(out, "1989-02-14")
    has((run("script.lua", "passport glare.jpg")), "Light reflects")
    out, status = run("script.lua", "passport blurry.jpg")
    assert.equal(1, status)
    has(out, "FailedOperation.ImageBlur")
    assert.equal(2, select(2, run("script.lua")))
  end)

  it("have a program that reads many pictures", function()
    local out, status = run("folder_each.lua", "passport", "printf '%s\\n' scans/a.jpg scans/b.jpg blurry.jpg empty.jpg |")
    assert.equal(0, status)
    has(out, "scans/a.jpg\tX00000000")
    has(out, "scans/b.jpg\tX1234567")
    has(out, "empty.jpg\tPictureEmpty")
    has(out, "2 read, 2 failed")
  end)

  it("have a program that tells errors apart", function()
    has((run("errors.lua", "passport passport.jpg")), "read: passport card")
    has((run("errors.lua", "passport empty.jpg")), "take another picture")
    has((run("errors.lua", "passport blurry.jpg")), "the picture was not accepted")
    local out, status = run("errors.lua", "romania_id passport.jpg")
    assert.equal(1, status)
    has(out, "not possible")
    has(out, "billed=false")
  end)

  it("have a program that takes its keys from a vault", function()
    local keys = require("idocr.sandbox.handler").KEYS.temporary
    local answer = ('{"secret_id":"%s","secret_key":"%s","token":"%s","expires_in":600}'):format(keys.secret_id, keys.secret_key,
      keys.token)
    local out, status = run("vault_credentials.lua", "passport passport.jpg", "VAULT=" .. q("printf %s " .. q(answer)))
    assert.equal(0, status, out)
    has(out, "X00000000")
    out, status = run("vault_credentials.lua", "passport passport.jpg", "VAULT=false")
    assert.equal(1, status)
    has(out, "the vault printed no JSON")
  end)

  it("have a program that falls back to another provider", function()
    has((run("fallback.lua", "malaysia_id malaysia_id.jpg")), "tencent\t880229-14-0000")
    local out = run("fallback.lua", "malaysia_id failing.jpg")
    has(out, "tencent failed with")
  end)

  it("have a kind of card in a project of its own", function()
    local out, status = run "own_kind/main.lua"
    assert.equal(0, status, out)
    has(out, "Library card\tL-0017\tMei Specimen\t2031-05-01")
  end)

  it("have tests that pass", function()
    assert.equal(2, busted "own_transport_spec.lua")
    assert.equal(5, busted("spec", "/sandbox_in_tests"))
  end)

  it("are listed in their README", function()
    local page = process.read "examples/README.md"
    for name in process.run("cd examples && ls"):gmatch("%S+") do
      local target = core.file_type("examples/" .. name .. "/README.md") and name .. "/README.md" or name
      if name ~= "README.md" then has(page, "(" .. target .. ")") end
    end
  end)
end)
