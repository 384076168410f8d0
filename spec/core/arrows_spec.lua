--- Checks which room requires which, and which files of a room the others require: cli → client → providers, transports,
--- cards, decode → core. A new arrow or door must be added here.

local process = require "spec.support.process"

-- Small modules that every room may require. They require only each other.
local COMMON = [[
  core
  seal
  constants
  picture_fields
  errors
  redact
  nearest
  json
  url
  find_module
  trim
  base64_text
  utf8_characters
  valid_utf8
  line
  is_callable
  sorted_names
  shell_quote
  word_set
  calendar
  http_date
  version
]]

-- A room, or a file beside the rooms -> what it may require beside itself and the small modules.
local MAY = {
  cards = "",
  checks = "",
  decode = "",
  providers = "decode",
  transports = "curl runtime nginx",
  nginx = "picture",
  stores = "nginx",
  sandbox = "kinds",
  credentials = "providers",
  client = "card kinds picture decode providers transports credentials stores",
  cli = "init kinds picture client checks sandbox providers",
  fleet = "client stores picture runtime",
  init = "fleet client kinds picture credentials checks nginx",
  card = "checks decode kinds",
  kinds = "cards decode providers",
  picture = "pixels fit heif kinds",
  runtime = "nginx redis",
}

-- room -> its doors: the only files that other rooms may require; `init` is the room's own name
local DOORS = {
  cards = "",
  checks = [[
    derived
    mask
    report
    mrz
    numbers
    numbers.findings
  ]],
  cli = "",
  client = [[
    init
    ledger
    money
    options
    params
  ]],
  credentials = [[
    init
    members
    shared
    source
    validate
  ]],
  decode = [[
    card
    reply
    values
    warnings
  ]],
  nginx = "runtime upload",
  picture = [[
    init
    digest
    advice
    fit
    fit_formats
    fit_settings
    limits
    quality
    thumbnail
  ]],
  providers = "init tencent.tc3",
  sandbox = [[
    faults
    handler
    server
    server.shell
    stamp
  ]],
  fleet = "init",
  stores = "init window redis_client redis_url",
  transports = "init",
}

-- The one file of another room that may require the sandbox: a transport to it.
local EXCEPTIONS = { ["transports/sandbox.lua"] = { sandbox = true } }

local function set(text)
  local names = {}
  for name in text:gmatch("%S+") do names[name] = true end
  return names
end

-- Calls visit(path, room, name, file) for each of our modules that a file of lua/idocr names: `file` is "init" for the room's
-- own name, and nil where the rest of the name is made at run time.
local function each_arrow(visit)
  for path in process.run("cd lua/idocr && find . -name '*.lua' -not -name '*.d.lua'"):gmatch("%./(%S+)") do
    local room, text = path:match("^([^/.]+)"), process.read("lua/idocr/" .. path)
    for _ in text:gmatch('require *%(? *"idocr"') do visit(path, room, "init") end
    for module in text:gmatch('"idocr%.([%l_.%d]+)"') do
      local name, file = module:match("^([^.]+)%.?(.*)$")
      visit(path, room, name, module:sub(-1) ~= "." and (file ~= "" and file or "init") or nil)
    end
  end
end

describe("the rooms of lua/idocr", function()
  it("have arrows in one direction only", function()
    local wrong, unused, count = {}, {}, 0
    local common = set(COMMON)
    for room, names in pairs(MAY) do
      for name in pairs(set(names)) do unused[room .. " -> " .. name] = true end
    end
    each_arrow(function(path, room, name)
      local may = set(assert(MAY[room] or common[room] and "", "a room that MAY does not list: " .. room))
      count = count + 1
      unused[room .. " -> " .. name] = nil
      local exception = EXCEPTIONS[path] and EXCEPTIONS[path][name]
      if not (name == room or common[name] or may[name] or exception) then wrong[#wrong + 1] = path .. " -> " .. name end
    end)
    table.sort(wrong)
    assert.same({}, wrong)
    assert.same({}, unused)
    assert.is_true(count > 300, count)
  end)

  it("are entered through their doors only", function()
    local wrong, unused = {}, {}
    for room, doors in pairs(DOORS) do
      for door in pairs(set(doors)) do unused[room .. "." .. door] = true end
    end
    each_arrow(function(path, room, name, file)
      if not DOORS[name] or name == room or not file then return end
      unused[name .. "." .. file] = nil
      if not set(DOORS[name])[file] then wrong[#wrong + 1] = path .. " -> " .. name .. "." .. file end
    end)
    table.sort(wrong)
    assert.same({}, wrong)
    assert.same({}, unused)
  end)

  it("use ngx only in the cosocket transport, nginx/ and the sandbox's server", function()
    local found = process.run [[grep -rlE '(^|[^_a-z."])ngx\.[a-z]' lua/idocr --include='*.lua' | sort]]
    for path in found:gmatch("%S+") do
      local text = process.read(path):gsub("%-%-[^\n]*", "")
      if text:find("%f[%w_.]ngx%.%l") then
        assert.is_truthy(path:find("transports/cosocket", 1, true) or path:find("idocr/nginx/", 1, true)
          or path:find("sandbox/", 1, true) or path == "lua/idocr/stores/nginx_dict.lua"
          or path == "lua/idocr/runtime.lua", path) -- checks whether it exists
      end
    end
  end)
end)
