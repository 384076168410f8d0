--- Runs the Lua blocks of a page, each in an environment where `idocr.new` uses the sandbox: `lua example_runner.lua FILE…`.
--- Prints `ok FILE`, or `FAILED FILE: message`. A block may use names that it does not define: client, card, err, report, key, call,
--- picture, wait_for. What it prints must be the text behind its comments `-->`, one comment a line of output, if it has any.

local idocr = require "idocr"

local function with_sandbox(options)
  local copy = {}
  for name, value in pairs(options or {}) do copy[name] = value end
  if copy.transport == nil then copy.transport = "sandbox" end
  return idocr.new(copy)
end

local door = setmetatable({ new = with_sandbox }, { __index = idocr })

-- What a block may use without defining it.
local GIVEN = {
  idocr = function() return door end,
  client = function() return with_sandbox() end,
  card = function() return assert(with_sandbox():passport "passport.jpg") end,
  err = function() return select(2, with_sandbox():passport "empty.jpg") end,
  report = function(environment) return environment.card:check() end,
  call = function(environment) return environment.client:start("passport", "passport.jpg") end,
  key = function() return require("idocr.core").random(32) end,
  picture = function() return idocr.file "passport.jpg" end,
  wait_for = function() return function() end end,
  queue = function(environment) return assert(idocr.queue { url = os.getenv "EXAMPLE_QUEUE", key = environment.key }) end,
}

local function environment_of(printed)
  local environment = {
    require = function(name) return name == "idocr" and door or require(name) end,
    print = function(...)
      local texts = {}
      for index = 1, select("#", ...) do texts[index] = tostring((select(index, ...))) end
      printed[#printed + 1] = table.concat(texts, "\t")
    end,
    io = setmetatable({ write = function(...) printed[#printed + 1] = table.concat({ ... }) end }, { __index = io }),
  }
  return setmetatable(environment, { __index = function(self, name)
    local make = GIVEN[name]
    if make then rawset(self, name, make(self)) end
    if make then return rawget(self, name) end
    return _G[name]
  end })
end

local function expected_of(code)
  local list = {}
  for text in (code .. "\n"):gmatch("%-%-> ([^\n]*)\n") do list[#list + 1] = text end
  return list
end

local function run(path)
  local file = assert(io.open(path, "rb"))
  local code = file:read("*a")
  file:close()
  local printed, chunk = {}
  local environment = environment_of(printed)
  if setfenv then -- luacheck: globals setfenv loadstring
    chunk = setfenv(assert(loadstring(code, "=example")), environment)
  else
    chunk = assert(load(code, "=example", "t", environment))
  end
  chunk()
  local expected = expected_of(code)
  for index, text in ipairs(expected) do
    if (printed[index] or ""):gsub("%s+", " ") ~= text:gsub("%s+", " ") then
      error(("line %d of the output is %q and not %q"):format(index, tostring(printed[index]), text), 0)
    end
  end
end

local failed = false
for _, path in ipairs(arg) do
  local ran, problem = xpcall(run, debug.traceback, path)
  failed = failed or not ran
  print(ran and "ok " .. path or "FAILED " .. path .. ": " .. tostring(problem))
end
os.exit(not failed)
