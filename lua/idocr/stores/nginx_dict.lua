--- A store in a `lua_shared_dict`, shared by the workers of one nginx.

local errors = require "idocr.errors"
local limits = require "idocr.stores.limits"
local runtime = require "idocr.nginx.runtime"

local nginx_dict = {}

local PREFIX = "idocr:"
local SPINS = 200 -- tries, about 60 us: the holder writes one value and never yields
local HELD = 0.5 -- seconds; a lock expires after this, because its worker may have been killed
local NAP = 0.001 -- seconds

local function lock(dict, key)
  local patience = math.ceil(HELD / NAP) + 1
  while true do
    for _ = 1, SPINS do
      local ok, why = dict:add(key, true, HELD)
      if ok then return true end
      if why ~= "exists" then return false end -- the dict is full: continue without a lock
    end
    patience = patience - 1
    if patience == 0 then return false end
    runtime.sleep(NAP)
  end
end

---@class idocr.NginxDictStore: idocr.Store
local Dict = { name = "nginx" }
Dict.__index = Dict

-- Calls `fn(dict, key)` under the lock of a key. It must not yield.
local function locked(self, key, fn)
  key = PREFIX .. key
  local dict = self.dict
  local held = lock(dict, key .. ":lock")
  local ran, result, err = pcall(fn, dict, key)
  if held then dict:delete(key .. ":lock") end
  if not ran then error(result, 0) end
  return result, err
end

local function put(dict, key, text, ttl)
  local ok, why = dict:set(key, text, ttl)
  if ok then return true end
  return nil, errors.store("StoreRefused", "the lua_shared_dict has no memory for the value (" .. tostring(why) .. "); make it larger")
end

function Dict:get(key) return (self.dict:get(PREFIX .. key)) end

function Dict:set(key, text, ttl)
  return locked(self, key, function(dict, name) return put(dict, name, text, ttl) end)
end

function Dict:add(key, text, ttl)
  return locked(self, key, function(dict, name)
    if dict:get(name) ~= nil then return false end
    return put(dict, name, text, ttl)
  end)
end

function Dict:delete(key)
  return locked(self, key, function(dict, name)
    dict:delete(name)
    return true
  end)
end

function Dict:delete_if(key, text)
  return locked(self, key, function(dict, name)
    if dict:get(name) ~= text then return false end
    dict:delete(name)
    return true
  end)
end

function Dict:replace_if(key, old, new, ttl)
  return locked(self, key, function(dict, name)
    if dict:get(name) ~= old then return false end
    return put(dict, name, new, ttl)
  end)
end

--- Changes the list of numbers under a key; see `idocr.ListStore`.
function Dict:change(key, ttl, fn)
  return locked(self, key, function(dict, name)
    local list = {}
    for number in (dict:get(name) or ""):gmatch("%S+") do list[#list + 1] = tonumber(number) end
    local result = fn(list)
    for i = 1, #list do list[i] = ("%.6f"):format(list[i]) end
    dict:set(name, table.concat(list, " "), ttl)
    return result
  end)
end

function Dict:limits() return limits.new(self) end

--- Makes a store. Raises, without a position, where nginx has no dict of this name.
---@param shared any a dict's name, or a dict
---@return idocr.NginxDictStore
function nginx_dict.new(shared)
  local dict = shared
  if type(shared) == "string" then
    dict = ngx.shared[shared]
    if not dict then
      error(("option shared: nginx has no dict of this name; add `lua_shared_dict %s 1m;`"):format(shared), 0)
    end
  end
  return setmetatable({ dict = dict }, Dict)
end

return nginx_dict
