--- Lists the contestants of whole calls, in the order of the table in the report.

local process = require "spec.support.process"

local LUA = "env LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH='build/5.4/?.so;;' lua5.4 spec/bench/"
local JIT = "env LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH='build/luajit/?.so;;' luajit spec/bench/"

local function modules_there(lua, names)
  for _, name in ipairs(names) do
    if select(2, process.capture(("%s -e 'require \"%s\"' 2>&1"):format(lua, name))) ~= 0 then return false, name end
  end
  return true
end

local function recipe(bench)
  if not bench.has("luajit") then return nil, "luajit is not installed" end
  local there, missing = modules_there("luajit", { "curl", "openssl.hmac", "mime", "cjson", "socket" })
  if not there then return nil, ("Lua module %s is not installed (make bench-deps)"):format(missing) end
  return JIT .. "recipe.lua -"
end

local function sdk(bench)
  if not bench.has("node") then return nil, "node is not installed" end
  if not process.read("spec/peers/node_modules/tencentcloud-sdk-nodejs-ocr/package.json") then
    return nil, "the SDK is not installed (make bench-deps, needs npm)"
  end
  return "node spec/bench/sdk.js -"
end

--- name, command (the CA file is added), slow: costs ten times the others; single: one call at a time; https: only that
---@return table[] contestants, string[] skipped
return function(bench)
  local list = {
    { name = "libcurl", command = bench.folder .. "/raw plain" },
    { name = "libcurl + SHA-256", command = bench.folder .. "/raw sha" },
    { name = "idocr", command = LUA .. "idocr.lua memory" },
    { name = "idocr, from a file", command = LUA .. "idocr.lua file" },
    { name = "idocr, LuaJIT", command = JIT .. "idocr.lua memory" },
    { name = "idocr, unsigned payload", command = LUA .. "idocr.lua unsigned", https = true },
  }
  local skipped = {}
  local function offer(name, make, more)
    local command, why = make(bench)
    if not command then
      skipped[#skipped + 1] = name .. ": " .. why
      return
    end
    more.name, more.command = name, command
    list[#list + 1] = more
  end
  offer("plain Lua recipe", recipe, { slow = true, single = true })
  offer("Node SDK", sdk, { slow = true })
  return list, skipped
end
