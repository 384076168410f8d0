-- Tests the application with the sandbox: no account, no network. In this folder:  busted --lua=lua5.4

local idocr = require "idocr"
local specimens = require "idocr.sandbox.specimens"
local stamp = require "idocr.sandbox.stamp"
local visitors = require "visitors"

local TODAY = "2030-01-01"

-- Writes a picture that the sandbox reads as the stamp says, and returns its path.
local function picture(wanted)
  local source = assert(io.open(specimens.path "passport", "rb"))
  local bytes = source:read("*a")
  source:close()
  local stamped, path = assert(stamp.write(bytes, wanted)), os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(stamped)
  file:close()
  finally(function() os.remove(path) end)
  return path
end

describe("visitors.register", function()
  local client, list

  before_each(function()
    client, list = idocr.new { transport = "sandbox", retry = { attempts = 1 } }, {}
  end)

  it("registers the holder of a valid passport", function()
    local visitor = assert(visitors.register(client, list, specimens.path "passport", TODAY))
    assert.equal("SPECIMEN MIRA ELENA", visitor.name)
    assert.equal(1, #list)
  end)

  it("refuses an expired passport", function()
    local path = picture { kind = "passport", fields = { number = "X1", expiry_date = "2029-12-31" } }
    assert.equal("the passport has expired", select(2, visitors.register(client, list, path, TODAY)))
    assert.equal(0, #list)
  end)

  it("refuses a copy", function()
    local path = picture { kind = "passport", fields = { number = "X1", warnings = "photocopy" } }
    assert.equal("a copy is not accepted", select(2, visitors.register(client, list, path, TODAY)))
  end)

  it("asks for another picture where the service cannot read it", function()
    local path = picture { error = "FailedOperation.ImageBlur" }
    assert.equal("please take another picture", select(2, visitors.register(client, list, path, TODAY)))
  end)

  it("sends people to the desk where the service fails", function()
    local path = picture { kind = "passport", fault = "throttled" }
    assert.equal("please ask at the desk", select(2, visitors.register(client, list, path, TODAY)))
  end)
end)
