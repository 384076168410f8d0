--- Tests that a kind whose file cannot be read is not reported as an unknown kind.

local process = require "spec.support.process"

-- Root reads everything, so the script runs as another user.
local function as_nobody(command)
  if process.capture "id -u" ~= "0" then return command end
  return "su -s /bin/sh nobody -c " .. process.quote(command)
end

local SCRIPT = [[
  local root, lua = arg[1], arg[2]
  package.path = root .. "/closed/?.lua;" .. root .. "/own/?.lua;" .. root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua;;"
  package.cpath = root .. "/build/" .. lua .. "/?.so;" .. package.cpath
  local kinds, idocr = require "idocr.kinds", require "idocr"
  for _, name in ipairs { "passport", "mine", "library_card" } do
    local kind, complaint = kinds.get(name)
    print(name, kind and "kind" or "no kind", complaint)
  end
  local client = idocr.new { credentials = { secret_id = "i", secret_key = "k" }, transport = function() end }
  print(select(2, pcall(client.read, client, "passport", "x.jpg")))
  print(select(2, pcall(function() return client.passport end)))
]]

describe("a kind whose file is closed to the process", function()
  local folder, flavour

  setup(function()
    folder = process.tempdir()
    flavour = process.lua == "luajit" and "luajit" or "5.4"
    process.run(("cp -r lua %s && mkdir -p %s/build %s/closed/idocr/cards %s/own/idocr/cards && cp -r build/%s %s/build"):format(
      folder, folder, folder, folder, flavour, folder))
    process.write(folder .. "/own/idocr/cards/mine.lua", "return {}")
    process.write(folder .. "/script.lua", SCRIPT)
    process.run(("chmod 755 %s && chmod 000 %s/closed %s/own/idocr/cards/mine.lua"):format(folder, folder, folder))
  end)

  local function run()
    return process.run(as_nobody(("%s %s/script.lua %s %s"):format(process.lua, folder, folder, flavour)))
  end

  it("is unreadable, with its name; others are unknown", function()
    process.run(("chmod 000 %s/lua/idocr/cards/passport.lua"):format(folder))
    local said = run()
    assert.is_truthy(said:find("passport\tno kind\tidocr/cards/passport.lua cannot be read: permission denied", 1, true), said)
    assert.is_truthy(said:find("mine\tno kind\tidocr/cards/mine.lua cannot be read: permission denied", 1, true), said)
    assert.is_truthy(said:find("library_card\tno kind\tnil", 1, true), said) -- an unreadable folder elsewhere is ignored
    assert.equal(4, select(2, said:gsub("cannot be read: permission denied", "")), said)
    assert.is_nil(said:find(folder .. "/lua/idocr/cards", 1, true), said)
  end)

  it("is unreadable where the whole folder is closed", function()
    process.run(("chmod 644 %s/lua/idocr/cards/passport.lua && chmod 000 %s/lua/idocr/cards"):format(folder, folder))
    local said = run()
    assert.is_truthy(said:find("passport\tno kind\tidocr/cards/passport.lua cannot be read", 1, true), said)
    process.run(("chmod 755 %s/lua/idocr/cards"):format(folder))
  end)
end)
