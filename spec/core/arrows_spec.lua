--- Which room may require which: cli → client → providers, transports, cards, decode → core. Whoever adds an arrow adds it
--- here, and thinks once more.

local process = require "spec.support.process"

-- What anybody may use: small, and knowing nobody.
local COMMON = "core constants errors nearest json url find_module trim base64_text"

-- room (or file beside the rooms) -> what it may require, by the same names; a room always itself
local MAY = {
  cards = "",
  checks = "",
  decode = "",
  providers = "decode",
  transports = "curl runtime nginx",
  nginx = "picture",
  stores = "nginx",
  sandbox = "kinds",
  credentials = "",
  client = "card kinds picture decode providers transports credentials stores",
  cli = "init kinds picture client checks sandbox",
  init = "client kinds picture credentials checks nginx",
  card = "checks decode kinds",
  kinds = "cards",
  picture = "pixels kinds",
  runtime = "",
  core = "", constants = "", errors = "", nearest = "", json = "", url = "", find_module = "", trim = "", base64_text = "",
  curl = "", pixels = "",
}

-- One thin transport leads into the sandbox.
local DOORS = { ["transports/sandbox.lua"] = { sandbox = true } }

local function set(text)
  local names = {}
  for name in text:gmatch("%S+") do names[name] = true end
  return names
end

describe("the house", function()
  it("has arrows in one direction only", function()
    local wrong, count = {}, 0
    for path in process.run("cd lua/idocr && find . -name '*.lua' -not -name '*.d.lua'"):gmatch("%./(%S+)") do
      local room = path:match("^([^/.]+)")
      local may, common = set(assert(MAY[room], "a room that nobody knows: " .. room)), set(COMMON)
      for name in process.read("lua/idocr/" .. path):gmatch('require *%(? *"idocr%.?([%w_]*)') do
        if name == "" then name = "init" end
        count = count + 1
        local door = DOORS[path] and DOORS[path][name]
        if not (name == room or common[name] or may[name] or door) then wrong[#wrong + 1] = path .. " -> " .. name end
      end
    end
    table.sort(wrong)
    assert.same({}, wrong)
    assert.is_true(count > 300, count)
  end)

  it("knows ngx only in its cosocket transport and in the sandbox's server", function()
    local found = process.run [[grep -rlE '(^|[^_a-z."])ngx\.[a-z]' lua/idocr --include='*.lua' | sort]]
    for path in found:gmatch("%S+") do
      local text = process.read(path):gsub("%-%-[^\n]*", "")
      if text:find("%f[%w_.]ngx%.%l") then
        assert.is_truthy(path:find("transports/cosocket", 1, true) or path:find("idocr/nginx/", 1, true)
          or path:find("sandbox/", 1, true) or path == "lua/idocr/stores/nginx_dict.lua"
          or path == "lua/idocr/transports/init.lua", path) -- which asks whether it is there
      end
    end
  end)
end)
