--- Fuzzes the parsers written in Lua: mutated inputs must give a result or an error object, never an exception, and never
--- seconds of processor time.
---
---   lua5.4 spec/fuzz/parsers.lua --list          the names of the targets
---   lua5.4 spec/fuzz/parsers.lua NAME SECONDS [SEED]
---
--- The seed is printed, so that a run can be repeated; an input that fails is written to build/fuzz/NAME-failed.

local targets = require "spec.fuzz.targets"

local MOST_MEMORY = 512 * 1024 -- KB of Lua's heap while one input is parsed
local SLOWEST = 5 -- seconds of processor time for one input, sanitizers included
local LARGEST = 256 * 1024 -- bytes of an input

if arg[1] == "--list" then
  local names = {}
  for name in pairs(targets) do names[#names + 1] = name end
  table.sort(names)
  print(table.concat(names, "\n"))
  os.exit(0)
end

local name, seconds = arg[1], tonumber(arg[2])
local target = targets[name]
if not target or not seconds then
  io.stderr:write("usage: parsers.lua NAME SECONDS [SEED]; --list prints the names\n")
  os.exit(2)
end

local state = tonumber(arg[3]) or os.time() % 2147483647
print(("target %s, seed %d"):format(name, state))

local function random(n)
  state = (state * 1103515245 + 12345) % 2147483648
  return math.floor(state / 65536) % n + 1
end

local SPLINTERS = {
  "", "\0", "\r\n", "\n", " ", "\t", "\255", "\239\187\191", "\226\128\139", "<", "<<", "\"", "\\", "\\u0000", "\\ud800", "\127", "\1270",
  "null", "true", "-1", "0", "1e999", "999999999999999999999", "{", "}", "[", "]", ":", ",", ";", "=", "%00", "--", "../",
  "\240\159\152\128",
}

local MUTATIONS = {
  function(text, at, length) return text:sub(1, at - 1) .. text:sub(at + length) end,
  function(text, at) return text:sub(1, at - 1) .. SPLINTERS[random(#SPLINTERS)] .. text:sub(at) end,
  function(text, at) return text:sub(1, at - 1) .. string.char(random(256) - 1) .. text:sub(at + 1) end,
  function(text, at, length) return text:sub(1, at + length - 1) .. text:sub(at) end, -- a part twice
  function(text, at, length) return text:sub(1, at - 1) .. text:sub(at, at + length - 1):rep(random(200)) .. text:sub(at + length) end,
  function(text, at)
    local other = target.seeds[random(#target.seeds)]
    return text:sub(1, at - 1) .. other:sub(random(#other + 1))
  end,
  function(text, at, length) -- a number with the opposite sign, or larger
    return text:sub(1, at - 1) .. text:sub(at, at + length):gsub("%d+", function(n) return random(2) == 1 and "-" .. n or n .. n end)
      .. text:sub(at + length + 1)
  end,
}

local function mutated(text)
  for _ = 1, random(5) do
    text = MUTATIONS[random(#MUTATIONS)](text, random(#text + 1), random(16))
    if #text > LARGEST then text = text:sub(1, LARGEST) end
  end
  return text
end

local function fail(input, message)
  local path = "build/fuzz/" .. name .. "-failed"
  local file = io.open(path, "wb")
  if file then file:write(input) file:close() end
  print("FAILED on an input of " .. #input .. " bytes (kept in " .. path .. "): " .. message)
  os.exit(1)
end

debug.sethook(function()
  if collectgarbage "count" > MOST_MEMORY then error("it needs more than " .. MOST_MEMORY .. " KB of memory") end
end, "", 10000)

local ends, count = os.time() + seconds, 0
repeat
  for _ = 1, 20 do
    local input = mutated(target.seeds[random(#target.seeds)])
    local began = os.clock()
    local ok, message = xpcall(target.run, debug.traceback, input, random)
    if not ok then fail(input, tostring(message)) end
    if os.clock() - began > SLOWEST then fail(input, "it took more than " .. SLOWEST .. " s of processor time") end
    count = count + 1
  end
until os.time() >= ends
print(count .. " inputs in " .. seconds .. " s")
