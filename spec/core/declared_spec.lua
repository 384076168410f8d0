--- Tests that the declarations in lua/idocr/*.d.lua match the functions of the C modules, and idocr.Options the options.

local process = require "spec.support.process"
local tcp = require "spec.support.tcp"

--- Returns the names that a .d.lua declares, by table: its members and its functions.
local function declared(module)
  local names = {}
  local function add(owner, name)
    names[owner] = names[owner] or {}
    names[owner][name] = true
  end
  local text = "\n" .. process.read("lua/idocr/" .. module .. ".d.lua")
  for owner, name in text:gmatch("\nfunction ([%w_]+)[.:]([%w_]+)%(") do add(owner, name) end
  for owner, name in text:gmatch("\n([%w_]+)%.([%w_]+) = ") do add(owner, name) end
  return names
end

local function keys(of)
  local set = {}
  for name in pairs(of) do set[name] = true end
  return set
end

-- module -> variable of the .d.lua -> an object of that class
local CLASSES = {
  core = function(core)
    local image = core.image_bytes "x"
    return {
      image = image, walk = image:jpeg_walk(), body = core.body { "x" }, reply = core.reply(1), signer = core.signer("i", "k"),
      output = core.output(2),
    }
  end,
  curl = function(curl)
    local transfers = assert(curl.new {})
    return { Transfers = transfers, Transfer = assert(transfers:start({}, "http://127.0.0.1:1/", nil, nil, 5, 30, 1000)) }
  end,
  pixels = function(pixels) return { decoder = assert(pixels.decoder()) } end,
  redis = function(redis)
    local server = tcp.silent()
    finally(server.stop)
    return { connection = assert(redis.connect { host = "127.0.0.1", port = server.port, timeout = 5 }) }
  end,
  fit = function(fit)
    local core = require "idocr.core"
    local body = core.body { { image = core.image_bytes "x", encoding = "raw" } }
    return { job = assert(fit.new(body, { format = "jpeg", quality = 88 })) }
  end,
  heif = function() return {} end,
}

for module, objects in pairs(CLASSES) do
  local there, loaded = pcall(require, "idocr." .. module)
  local optional = ({ pixels = 1, fit = 1, heif = 1, redis = 1 })[module] -- not built where their libraries are missing
  local test = (there or not optional) and it or pending
  describe(module .. ".d.lua", function()
    test("declares what idocr." .. module .. " has, and nothing else", function()
      assert(there, loaded)
      local expected = { [module] = keys(loaded) }
      for variable, object in pairs(objects(loaded)) do expected[variable] = keys(debug.getmetatable(object).__index) end
      assert.same(expected, declared(module))
    end)
  end)
end

describe("idocr.Options", function()
  it("has the options that idocr.new takes, and no others", function()
    local class = process.read("lua/idocr/client/options.lua"):match("%-%-%-@class idocr%.Options\n(.-)\n\n")
    local names = {}
    for name in class:gmatch("%-%-%-@field ([%w_]+)") do names[name] = true end
    assert.same(keys(require("idocr.client.options").NAMES), names)
  end)
end)
